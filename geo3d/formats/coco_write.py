"""Write COCO: which image shows which label, chips and their pictures, ids, categories."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path, PurePath
from typing import IO, Any

import numpy as np
import orjson
import shapely

from geo3d.errors import FormatError, FrameError
from geo3d.formats.chip import ChipGrid
from geo3d.formats.coco_shape import Window, area_fields, keypoint_fields, mask_fields
from geo3d.formats.place import Places
from geo3d.formats.report import LossLog
from geo3d.formats.vector import chunked, kind_of, move, own_shapes, width_in
from geo3d.geometry import Keypoints, Mask, PixelFrame, Polyline
from geo3d.geometry.array import Array
from geo3d.labels import Annotation, Asset, Dataset, LabelClass

WRITTEN = ("polygon", "multipolygon", "box", "keypoints", "mask", "polyline")
Fields = tuple[dict[str, Any], float]


@dataclass(frozen=True)
class ImageSet:
    """One raster and the images that it becomes."""

    scene: str
    asset: Asset
    frame: PixelFrame
    grid: ChipGrid
    stem: str
    """Name of its files, unique in the export, without ending."""
    first: int
    """Id of its first image; the others follow."""

    def file_name(self, index: int, ending: str) -> str:
        """Return the name of an image: the raster's own where it is not cut and not copied."""
        if not ending and len(self.grid) == 1 and not self.grid.side:
            return PurePath(self.asset.title or self.asset.href).name
        col, row = self.grid.offset(index)
        return f"images/{self.stem}_{col:06d}_{row:06d}{ending or '.tif'}"


def image_sets(dataset: Dataset, side: int, overlap: int, only: str) -> list[ImageSet]:
    """Return the rasters of a data set with their chips.

    Args:
        dataset: Scenes with assets.
        side: Pixels of a chip; 0 = whole.
        overlap: Pixels that neighbours share.
        only: Id or title of the one asset that is wanted; empty = all.

    Raises:
        FormatError: There is no raster, or not that one.
    """
    found: list[ImageSet] = []
    stems: set[str] = set()
    next_id = 1
    for scene in dataset.scenes:
        frames = {f.id: f for f in scene.frames if isinstance(f, PixelFrame)}
        for asset in scene.assets:
            if asset.frame not in frames or (only and only not in (asset.id, asset.title)):
                continue
            frame = frames[asset.frame]
            grid = ChipGrid(frame.size, side, overlap)
            stem = base = PurePath(asset.title or asset.href).stem or asset.id
            n = 1
            while stem in stems:
                n += 1
                stem = f"{base}-{n}"
            stems.add(stem)
            found.append(ImageSet(scene.id, asset, frame, grid, stem, next_id))
            next_id += len(grid)
    if only and not found:
        raise FormatError(f"no raster is called {only!r}; choose another asset")
    return found


def category_of(label: LabelClass, names: tuple[str, ...], titles: Mapping[str, str]) -> dict[str, Any]:
    """Return the COCO category of a class; the id is the code of the class, the skeleton counts from 1."""
    category: dict[str, Any] = {"id": label.code, "name": label.title}
    category["supercategory"] = titles.get(label.parent or "", "")
    if names:
        category["keypoints"] = list(names)
        edges = label.skeleton.edges if label.skeleton is not None else ()
        category["skeleton"] = [[a + 1, b + 1] for a, b in edges]
    category["geo3d"] = {"slug": label.slug, "color": label.color}
    return category


class CocoAnnotations:
    """Writes the annotations of a data set, one after another, to an open file."""

    def __init__(
        self,
        dataset: Dataset,
        sets: list[ImageSet],
        names: Mapping[str, tuple[str, ...]],
        min_visible: float,
        log: LossLog,
    ) -> None:
        """Prepare the ways between frames.

        Args:
            dataset: What to write.
            sets: The images.
            names: Keypoint names of each class slug that has some.
            min_visible: Share of a label below which an image does not get it.
            log: Told of losses.
        """
        self._dataset, self._sets, self._names, self._min_visible, self._log = dataset, sets, names, min_visible, log
        self._places = {scene.id: Places(scene) for scene in dataset.scenes}
        self._labels = {c.slug: c for c in dataset.ontology.classes}
        self.used: set[int] = set()
        """Ids of images that have annotations."""
        self.n = 0
        """Labels that were given."""
        self.n_cut = 0
        """Labels that chip edges cut."""
        self._next = 1  # COCOeval takes an annotation with the id 0 for none

    def write(self, file: IO[bytes], progress: Callable[[float], None]) -> None:
        """Write all annotations as the members of a JSON list."""
        separator = b"\n"
        for batch in chunked(self._dataset, progress):
            self.n += len(batch)
            shapes = own_shapes(batch, self._log, WRITTEN)
            wanted = [i for i, shape in enumerate(shapes) if shape is not None]
            for i in sorted(set(range(len(batch))) - set(wanted)):
                if batch[i].geometry is None:
                    self._log.lose(batch[i].id, "tag", "kind-not-carried", "COCO has no labels of a whole image")
            written: set[int] = set()
            reasons: dict[int, tuple[str, str]] = {}
            lines: dict[int, list[dict[str, Any]]] = {i: [] for i in wanted}
            for images in self._sets:
                self._into(images, batch, shapes, wanted, lines, reasons)
            for i in wanted:
                if not lines[i]:
                    reason, message = reasons.get(i, ("no-image", "no raster of the scene shows it"))
                    self._log.lose(batch[i].id, kind_of(batch[i]), reason, message)
                for fields in lines[i]:
                    file.write(separator + orjson.dumps({"id": self._next, **fields}))
                    separator = b",\n"
                    self._next += 1
                    written.add(i)

    def _into(
        self,
        images: ImageSet,
        batch: list[Annotation],
        shapes: list[shapely.Geometry | None],
        wanted: list[int],
        lines: dict[int, list[dict[str, Any]]],
        reasons: dict[int, tuple[str, str]],
    ) -> None:
        """Write labels into the images of one raster."""
        groups: dict[str, list[int]] = {}
        for i in wanted:
            geometry = batch[i].geometry
            fits = batch[i].sample is None or images.asset.sample in (None, batch[i].sample)
            if geometry is not None and batch[i].scene == images.scene and fits:
                groups.setdefault(geometry.frame, []).append(i)
        for frame, members in groups.items():
            made = np.empty(len(members), dtype=object)
            made[:] = [shapes[i] for i in members]
            try:
                way = self._places[images.scene].between(images.frame.id, frame)
                moved = list(made) if way is None else move(made, _flat(way))
            except FrameError as error:
                reasons |= {i: ("no-image", error.message) for i in members if i not in reasons}
                continue
            flat = np.empty(len(moved), dtype=object)
            flat[:] = moved
            sound = shapely.is_valid(flat).tolist()
            for i, shape, is_sound in zip(members, moved, sound, strict=True):
                if shape is None:
                    reasons.setdefault(i, ("no-transform", f"it has no place in the pixels of {images.asset.title!r}"))
                    continue
                if isinstance(line := batch[i].geometry, Polyline):
                    width = width_in(line, shapes[i], shape)
                    if not width:
                        reasons[i] = ("no-width", "a line without a width has no area; give it one")
                        continue
                    shape, is_sound = shape.buffer(width / 2, cap_style="flat"), True
                whole = shape if is_sound else self._mended(batch[i], shape)
                self._annotate(images, batch[i], whole, lines[i], reasons, i)

    def _annotate(
        self,
        images: ImageSet,
        annotation: Annotation,
        shape: shapely.Geometry,
        lines: list[dict[str, Any]],
        reasons: dict[int, tuple[str, str]],
        i: int,
    ) -> None:
        """Write one label into each image of a raster that shows it."""
        grid = images.grid
        pieces: list[tuple[int, dict[str, Any], float]] = []
        best = 0.0
        for chip in grid.touching(np.array(shape.bounds)):
            window = Window(grid.offset(chip), grid.shape)
            found = self._fields(annotation, shape, window, images)
            if found is not None:
                best = max(best, found[1])
                if found[1] >= self._min_visible:
                    pieces.append((chip, *found))
        if not pieces:
            said = f"less than {self._min_visible:.0%} of it is visible" if best else "it lies outside of the image"
            reasons[i] = ("below-share" if best else "outside-image", said)
            return
        is_whole = any(share >= 1.0 for _, _, share in pieces)
        if not is_whole and len(grid) == 1:
            self._log.reduce(annotation.id, kind_of(annotation), "clipped", "what lies outside of the image is cut off")
        self.n_cut += any(share < 1.0 for _, _, share in pieces) and len(grid) > 1
        if isinstance(annotation.geometry, Polyline) and not lines:
            self._log.reduce(annotation.id, "polyline", "written-as-area", "a line with a width is written as its band")
        for chip, fields, share in pieces:
            image = images.first + chip
            self.used.add(image)
            lines.append(self._line(annotation, image, fields, share))

    def _fields(
        self, annotation: Annotation, shape: shapely.Geometry, window: Window, images: ImageSet
    ) -> Fields | None:
        match annotation.geometry:
            case Keypoints() as points:
                names = self._names[annotation.label]
                return keypoint_fields(points, shapely.get_coordinates(shape), names, window)
            case Mask() as mask if mask.frame == images.frame.id:
                return mask_fields(mask, window)
            case _:
                return area_fields(shape, window, is_box=kind_of(annotation) == "box")

    def _line(self, annotation: Annotation, image: int, fields: dict[str, Any], share: float) -> dict[str, Any]:
        label = self._labels.get(annotation.label)
        foreign = {
            k: v for k, v in annotation.extra.get("coco", {}).items() if k not in ("id", "image_id", "category_id")
        }
        roles = {a.role: annotation.attributes.get(a.name) for a in label.attributes if a.role} if label else {}
        own: dict[str, Any] = {"id": annotation.id, "kind": kind_of(annotation), "state": annotation.state}
        own["provenance"] = annotation.provenance.model_dump(mode="json")
        if annotation.sample is not None:
            own["sample"] = annotation.sample
        if annotation.thing is not None:
            own["thing"] = annotation.thing
        if "geo3d_rings" in fields:
            own["rings"] = fields.pop("geo3d_rings")
        others = {k: v for k, v in annotation.extra.items() if k != "coco"}
        if others:
            own["extra"] = others
        line = {**foreign, "image_id": image, "category_id": label.code if label else 0, **fields}
        line["iscrowd"] = int(bool(roles.get("crowd") or annotation.attributes.get("iscrowd")))
        if self._names.get(annotation.label) and "keypoints" not in line:  # a category has keypoints in all or none
            line |= {"keypoints": [0] * (3 * len(self._names[annotation.label])), "num_keypoints": 0}
        if annotation.attributes:
            line["attributes"] = annotation.attributes
        if annotation.provenance.score is not None:
            line["score"] = annotation.provenance.score
        if share < 1.0:
            line["truncated"] = 1.0 - share
        line["geo3d"] = own
        return line

    def _mended(self, annotation: Annotation, shape: shapely.Geometry) -> shapely.Geometry:
        """Return an area that can be clipped of one that crosses itself, and tell."""
        if annotation.geometry is None or annotation.geometry.kind in ("keypoints", "mask"):
            return shape
        self._log.reduce(annotation.id, kind_of(annotation), "repaired", "its outline crosses itself: it was mended")
        return shapely.make_valid(shape, method="structure")


def keypoint_names(dataset: Dataset) -> dict[str, tuple[str, ...]]:
    """Return the keypoints of each class that has some: its skeleton's, then others that its labels bring."""
    names: dict[str, dict[str, None]] = {}
    for label in dataset.ontology.classes:
        if label.skeleton is not None:
            names[label.slug] = dict.fromkeys(label.skeleton.names)
    for annotation in dataset.annotations:
        if isinstance(annotation.geometry, Keypoints):
            names.setdefault(annotation.label, {}).update(dict.fromkeys(p.name for p in annotation.geometry.points))
    return {slug: tuple(found) for slug, found in names.items()}


def image_entries(
    sets: list[ImageSet], ending: str, used: set[int] | None, dataset: Dataset
) -> Iterator[tuple[ImageSet, int, dict[str, Any]]]:
    """Iterate over (raster, chip, COCO image) of all images, or of those that are used."""
    crs = {(s.id, f.id): f.crs for s in dataset.scenes for f in s.frames if f.kind == "map"}
    for images in sets:
        for chip in range(len(images.grid)):
            id = images.first + chip
            if used is not None and id not in used:
                continue
            (col, row), (width, height) = images.grid.offset(chip), images.grid.shape
            own: dict[str, Any] = {
                "asset": images.asset.id,
                "title": images.asset.title,
                "frame": images.frame.id,
                "offset": [col, row],
                "size": list(images.frame.size),
            }
            link, parent = images.frame.link, images.frame.parent or ""
            if link is not None and link.kind == "affine" and (images.scene, parent) in crs:
                own["crs"] = crs[images.scene, parent]
                c, f = link.c + link.a * col + link.b * row, link.f + link.d * col + link.e * row
                own["transform"] = [link.a, link.b, c, link.d, link.e, f]
            name = images.file_name(chip, ending)
            yield images, chip, {"id": id, "file_name": name, "width": width, "height": height, "geo3d": own}


def manifest(folder: Path, file: str, format: str) -> None:
    """Write the manifest by which an export knows itself."""
    (folder / "geo3d.json").write_bytes(orjson.dumps({"format": format, "version": 1, "main": file}))


def _flat(way: Callable[[Array], Array]) -> Callable[[Array], Array]:
    return lambda positions: way(positions)[:, :2]
