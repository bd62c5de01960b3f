"""Bring an import home: its frames to the frames of a scene, its classes to the classes of a project."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath

from geo3d.errors import FormatError
from geo3d.formats.base import UNKNOWN, Imported
from geo3d.geometry import Frame, LocalFrame, MapFrame, PixelFrame
from geo3d.geometry.crs import code_of, crs_of
from geo3d.labels import Asset, Attribute, LabelClass, Ontology, Scene
from geo3d.labels.frame_id import map_frame_id


@dataclass(frozen=True)
class FramePlan:
    """Where the frames of a file are in a scene."""

    of: Mapping[str, str | None]
    """Frame id of the file -> frame id of the scene; None = the scene has no such place."""
    added: tuple[Frame, ...] = ()
    """Frames that the scene needs besides."""
    problems: tuple[str, ...] = ()
    is_unplaced: bool = False
    """True where labels of the file cannot be placed before somebody names a CRS or frame."""


def plan_frames(imported: Imported, scene: Scene, crs: str | None) -> FramePlan:
    """Decide in which frames of the scene the labels of a file are kept.

    Args:
        imported: What the reader answered.
        scene: Where they go.
        crs: What a person says: a CRS, or the id of a frame of the scene; it overrules what the file says of its maps.
            None = as the file says.

    Raises:
        CrsError: The person's CRS is none.
    """
    added: dict[str, Frame] = {}
    problems: list[str] = []
    chosen = _chosen(crs, scene, added) if crs else None
    homes: dict[str, str | None] = {}
    is_unplaced = False
    for frame in imported.scene.frames:
        match frame:
            case MapFrame():
                homes[frame.id] = chosen or _map_frame(frame.crs, scene, added)
            case PixelFrame():
                homes[frame.id] = _pixel_frame(frame, imported, scene, problems)
            case LocalFrame() if frame == UNKNOWN:
                homes[frame.id] = chosen or _only_pixel_frame(scene)
                if homes[frame.id] is None:
                    is_unplaced = True
                    problems.append("the file does not say where its labels lie: give a CRS, or a frame of the scene")
            case _:
                homes[frame.id] = frame.id if any(f.id == frame.id for f in scene.frames) else None
                if homes[frame.id] is None:
                    problems.append(f"the scene has no frame {frame.id!r}")
    return FramePlan(homes, tuple(added.values()), tuple(dict.fromkeys(problems)), is_unplaced)


def _chosen(crs: str, scene: Scene, added: dict[str, Frame]) -> str:
    return crs if any(frame.id == crs for frame in scene.frames) else _map_frame(code_of(crs_of(crs)), scene, added)


def _map_frame(crs: str, scene: Scene, added: dict[str, Frame]) -> str:
    """Return the scene's frame of a CRS, made where there is none."""
    for frame in scene.frames:
        if isinstance(frame, MapFrame) and (frame.crs == crs or code_of(crs_of(frame.crs)) == crs):
            return frame.id
    made = MapFrame(id=map_frame_id(crs), crs=crs)
    added[made.id] = made
    return made.id


def _only_pixel_frame(scene: Scene) -> str | None:
    frames = [frame.id for frame in scene.frames if isinstance(frame, PixelFrame)]
    return frames[0] if len(frames) == 1 else None


def _pixel_frame(frame: PixelFrame, imported: Imported, scene: Scene, problems: list[str]) -> str | None:
    """Return the pixel frame of the asset that a picture of the file is."""
    sizes = {f.id: f.size for f in scene.frames if isinstance(f, PixelFrame)}
    asset = next((a for a in imported.scene.assets if a.frame == frame.id), None)
    found = frame.id if frame.id in sizes else None
    if found is None and asset is not None:
        fits = [a.frame for name in (_name, _stem) for a in scene.assets if a.frame in sizes and name(a) == name(asset)]
        found = fits[0] if fits else None
    pictures = [a.frame for a in scene.assets if a.frame in sizes]
    if (
        found is None
        and len(pictures) == 1
        and len(imported.scene.assets) <= 1
        and sizes[str(pictures[0])] == frame.size
    ):
        found = pictures[0]
    title = asset.title if asset is not None else frame.id
    if found is None:
        problems.append(f"the scene has no picture {title!r}; add it first, or rename one")
    elif sizes[found] != frame.size and asset is not None:
        w, h = sizes[found]
        problems.append(
            f"{title!r} is {frame.size[0]} x {frame.size[1]} pixels in the file, but {w} x {h} in the scene"
        )
    return found


def _name(asset: Asset) -> str:
    return PurePath((asset.title or asset.href).replace("\\", "/")).name.casefold()


def _stem(asset: Asset) -> str:
    return PurePath(_name(asset)).stem


@dataclass
class ClassPlan:
    """Which classes of the project the classes of a file are."""

    of: dict[str, str | None]
    """Slug in the file -> slug in the project; None = labels of this class are left out."""
    ontology: Ontology
    """The project's ontology with the classes and attributes that the import needs."""
    created: list[LabelClass] = field(default_factory=list)
    attributes_added: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Slug -> names of attributes that an existing class got."""

    @property
    def is_change(self) -> bool:
        """True where the project has to change."""
        return bool(self.created or self.attributes_added)


def plan_classes(imported: Imported, ontology: Ontology, class_map: Mapping[str, str | None]) -> ClassPlan:
    """Decide which class each class of the file is; what is missing is made.

    Args:
        imported: What the reader answered.
        ontology: The project's.
        class_map: What a person says: title or slug in the file -> slug (or title) in the project; empty or None =
            leave out.

    Raises:
        FormatError: The person names a class that is not there.
    """
    plan = ClassPlan({}, ontology)
    for found in imported.ontology.classes:
        if not imported.counts.get(found.slug) and not imported.is_own:
            continue
        said = class_map.get(found.title, class_map.get(found.slug, found.slug))
        if not said:
            plan.of[found.slug] = None
            continue
        is_said = found.title in class_map or found.slug in class_map
        label = (
            _match(said if is_said else "", plan.ontology) if is_said else match_class(found, imported, plan.ontology)
        )
        if is_said and label is None:
            raise FormatError(
                f"there is no class {said!r} for {found.title!r}; make it first, or leave the choice open"
            )
        if label is not None:
            plan.of[found.slug] = label.slug
            _add_attributes(plan, label, found.attributes)
        elif imported.counts.get(found.slug):
            plan.of[found.slug] = _create(plan, found, is_own=imported.is_own)
    return plan


def match_class(found: LabelClass, imported: Imported, ontology: Ontology) -> LabelClass | None:
    """Return the project's class that a class of a file is: same slug in our own files, else the same title."""
    alive = [c for c in ontology.classes if not c.retired]
    if imported.is_own and (same := next((c for c in alive if c.slug == found.slug), None)) is not None:
        return same
    same = next((c for c in alive if c.title == found.title), None)
    same = same or next((c for c in alive if c.title.casefold() == found.title.casefold()), None)
    if same is not None:
        return same
    return next((c for c in alive if c.slug == found.slug and not found.slug.startswith("class")), None)


def _match(name: str, ontology: Ontology) -> LabelClass | None:
    alive = [c for c in ontology.classes if not c.retired]
    return next((c for c in alive if c.slug == name), None) or next((c for c in alive if c.title == name), None)


def _create(plan: ClassPlan, found: LabelClass, *, is_own: bool) -> str:
    """Add a class like the one in the file; slug, code and colour of our own files are kept where they are free."""
    fields: dict[str, object] = {
        name: getattr(found, name) for name in ("geometries", "skeleton", "attributes", "guideline")
    }
    if is_own:
        fields["color"] = found.color
        if found.slug not in {c.slug for c in plan.ontology.classes}:
            fields["slug"] = found.slug
        if found.code not in {c.code for c in plan.ontology.classes} and found.code <= 65535:
            fields["code"] = found.code
        if found.parent is not None and plan.of.get(found.parent):
            fields["parent"] = plan.of[found.parent]
    plan.ontology, made = plan.ontology.with_class(found.title, **fields)
    plan.created.append(made)
    return made.slug


def _add_attributes(plan: ClassPlan, label: LabelClass, attributes: tuple[Attribute, ...]) -> None:
    there = {a.name for a in label.attributes}
    missing = tuple(a.model_copy(update={"required": False}) for a in attributes if a.name not in there)
    if not missing:
        return
    grown = label.model_copy(update={"attributes": (*label.attributes, *missing)})
    classes = tuple(grown if c.slug == label.slug else c for c in plan.ontology.classes)
    plan.ontology = Ontology(version=plan.ontology.version + 1, classes=classes)
    plan.attributes_added[label.slug] = (*plan.attributes_added.get(label.slug, ()), *(a.name for a in missing))
