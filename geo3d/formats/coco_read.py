"""Read COCO: data sets, and lists of results that name neither images nor classes."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import orjson
from pydantic import ValidationError

from geo3d.errors import FormatError, LimitExceeded
from geo3d.formats.base import Batch, Imported, ReadContext
from geo3d.formats.coco_object import CocoImage, ObjectReader, key_of, label_color, number, own_id
from geo3d.formats.jsonstream import ArrayStream
from geo3d.formats.report import LossLog
from geo3d.geometry import Frame, PixelFrame
from geo3d.labels import Annotation, Asset, Attribute, LabelClass, Ontology, Provenance, Scene, Skeleton, new_id
from geo3d.labels.ontology import PALETTE, slug_of

_BATCH = 2048
_LARGEST_LIST = 512 << 20
"""Bytes of a list of results above which it is refused: unlike a data set it has to be read whole."""
_TYPES = {bool: "boolean", int: "integer", float: "number", str: "text"}


@dataclass
class _Survey:
    """What one pass over the annotations finds."""

    n: int = 0
    counts: Counter[Any] = field(default_factory=Counter)
    """Annotations of each category id."""
    types: dict[Any, dict[str, set[type]]] = field(default_factory=dict)
    """Types of the values of `attributes` by category id and name."""
    whole: set[str] = field(default_factory=set)
    """Our ids of labels that some image shows whole."""
    views: dict[str, tuple[Any, int]] = field(default_factory=dict)
    """Category id and number of views, by our id."""
    has_crowd: set[Any] = field(default_factory=set)

    def settle(self) -> None:
        """Count a label that several chips show once, where one of them shows it whole."""
        for id in self.whole:
            category, n = self.views[id]
            self.counts[category] -= n - 1
            self.n -= n - 1

    def add(self, entry: dict[str, Any], place: str) -> None:
        """Look at one annotation."""
        self.n += 1
        category = key_of(entry, "category_id", place)
        self.counts[category] += 1
        attributes = entry.get("attributes")
        for name, value in attributes.items() if isinstance(attributes, dict) else ():
            if value is not None:
                self.types.setdefault(category, {}).setdefault(str(name), set()).add(type(value))
        if entry.get("iscrowd"):
            self.has_crowd.add(category)
        id = own_id(entry)
        if id is not None:
            self.views[id] = (category, self.views.get(id, (None, 0))[1] + 1)
            if "truncated" not in entry:
                self.whole.add(id)


def read_coco(source: Path, context: ReadContext) -> Imported:
    """Survey a COCO file.

    Args:
        source: The JSON file.
        context: Progress.

    Raises:
        FormatError: It is no COCO; the message names the place.
        LimitExceeded: It is a list of results of more than 512 MB.
    """
    if not source.is_file():
        raise FormatError(f"there is no file {source}")
    survey, top = _Survey(), _top(source)
    results: dict[Any, tuple[int, int]] = {}
    for place, entry in _entries(source, top):
        survey.add(entry, place)
        if top is None:
            _widen(results, entry, place)
    n_entries = survey.n
    survey.settle()
    head = top if top is not None else {"images": _images_of_results(results), "categories": []}
    images = _images(head)
    scene = _scene(source, images)
    labels = _labels(head, survey)
    ontology = Ontology(classes=tuple(labels.values()))
    log = LossLog()

    def batches() -> Iterator[Batch]:
        log.clear()
        provenance = Provenance(method="imported", tool="coco", sources=(source.name,))
        reader = ObjectReader(images, labels, provenance, log, scene.id, frozenset(survey.whole))
        batch: list[Annotation] = []
        for n, (place, entry) in enumerate(_entries(source, top)):
            made = reader.annotation(entry, place)
            if made is not None:
                batch.append(made)
            if len(batch) >= _BATCH:
                yield batch
                batch = []
                context.progress(n / n_entries)
        if batch:
            yield batch
        context.progress(1.0)

    counts = Counter({labels[id].slug: n for id, n in survey.counts.items() if id in labels})
    return Imported(
        format="coco",
        scene=scene,
        ontology=ontology,
        n=survey.n,
        counts=counts,
        batches=batches,
        losses=log,
        is_own=bool(survey.views),
        has_values=True,
        extra={"coco": {k: v for k, v in head.items() if k not in ("images", "annotations", "categories")}},
    )


def _top(source: Path) -> dict[str, Any] | None:
    """Return the members besides the annotations; None where the file is a list of results."""
    with source.open("rb") as file:
        first = file.read(64).removeprefix(b"\xef\xbb\xbf").lstrip()[:1]
    if first == b"[":
        if source.stat().st_size > _LARGEST_LIST:
            raise LimitExceeded(f"{source.name} is a list of more than {_LARGEST_LIST >> 20} MB; split it")
        return None
    stream = ArrayStream(source, "annotations")
    for _ in stream.elements():
        pass
    if not stream.has_array and "images" not in stream.rest:
        raise FormatError(f"{source.name} is no COCO: it has neither images nor annotations")
    return stream.rest


def _entries(source: Path, top: dict[str, Any] | None) -> Iterator[tuple[str, dict[str, Any]]]:
    """Iterate over (place, annotation)."""
    if top is not None:
        for i, entry in ArrayStream(source, "annotations").elements():
            yield f"annotations[{i}]", entry
        return
    try:
        found = orjson.loads(source.read_bytes())
    except orjson.JSONDecodeError as error:
        raise FormatError(f"{source.name} is no JSON: {error}") from None
    for i, entry in enumerate(found):
        if not isinstance(entry, dict):
            raise FormatError(f"{source.name}: [{i}] is {type(entry).__name__}, not an object")
        yield f"[{i}]", entry


def _widen(results: dict[Any, tuple[int, int]], entry: dict[str, Any], place: str) -> None:
    """Learn how large an image is at least, from what a list of results says of its objects."""
    segmentation, bbox = entry.get("segmentation"), entry.get("bbox")
    image = key_of(entry, "image_id", place)
    width, height = results.get(image, (1, 1))
    if isinstance(segmentation, dict) and isinstance(size := segmentation.get("size"), list) and len(size) == 2:
        height, width = (int(number(side, f"{place}.segmentation.size[{i}]")) for i, side in enumerate(size))
    elif isinstance(bbox, list) and len(bbox) == 4:
        x, y, w, h = (number(v, f"{place}.bbox[{i}]") for i, v in enumerate(bbox))
        width, height = max(width, -int(-(x + w) // 1)), max(height, -int(-(y + h) // 1))
    results[image] = (int(width), int(height))


def _images_of_results(results: Mapping[Any, tuple[int, int]]) -> list[dict[str, Any]]:
    return [{"id": id, "file_name": str(id), "width": w, "height": h} for id, (w, h) in results.items()]


def _images(head: Mapping[str, Any]) -> dict[Any, CocoImage]:
    """Return the images by id."""
    listed = head.get("images", [])
    if not isinstance(listed, list):
        raise FormatError(f"images is {type(listed).__name__}, not a list")
    found: dict[Any, CocoImage] = {}
    for i, entry in enumerate(listed):
        place = f"images[{i}]"
        if not isinstance(entry, dict) or "id" not in entry:
            raise FormatError(f"{place} is no image: it has no id")
        id = key_of(entry, "id", place)
        if id in found:
            raise FormatError(f"{place}.id {id!r} is there twice")
        found[id] = CocoImage.of(entry, i, place)
    return found


def _scene(source: Path, images: Mapping[Any, CocoImage]) -> Scene:
    """Return a scene with an asset and a pixel frame for each raster of which there are images."""
    frames: dict[str, Frame] = {}
    assets: dict[str, Asset] = {}
    for image in images.values():
        if image.frame not in frames:
            try:
                frames[image.frame] = PixelFrame(id=image.frame, size=image.raster_size)
                assets[image.asset] = Asset(id=image.asset, href=image.title, title=image.title, frame=image.frame)
            except ValidationError as error:
                raise FormatError(f"{image.place}: {error.errors()[0]['msg']}") from None
    return Scene(id=new_id(), title=source.stem, frames=tuple(frames.values()), assets=tuple(assets.values()))


def _labels(head: Mapping[str, Any], survey: _Survey) -> dict[Any, LabelClass]:
    """Return the classes by category id: those listed, then those that annotations name all the same."""
    listed = head.get("categories", [])
    if not isinstance(listed, list):
        raise FormatError(f"categories is {type(listed).__name__}, not a list")
    found: dict[Any, LabelClass] = {}
    taken: set[str] = set()
    codes: set[int] = set()
    for i, entry in enumerate(listed):
        if not isinstance(entry, dict) or "id" not in entry:
            raise FormatError(f"categories[{i}] is no category: it has no id")
        id = key_of(entry, "id", f"categories[{i}]")
        found[id] = _label(entry, f"categories[{i}]", survey, taken, codes)
    for id in survey.counts:
        if id not in found:
            entry = {"id": id, "name": f"class {id}" if id is not None else "no class"}
            found[id] = _label(entry, "categories", survey, taken, codes)
    return found


def _label(entry: dict[str, Any], place: str, survey: _Survey, taken: set[str], codes: set[int]) -> LabelClass:
    title = str(entry.get("name") or f"class {entry['id']}").strip()[:200] or f"class {entry['id']}"
    own = entry.get("geo3d") if isinstance(entry.get("geo3d"), dict) else {}
    slug = own.get("slug") if own else None
    slug = slug if isinstance(slug, str) and slug not in taken else slug_of(title, taken)
    code = entry["id"] if isinstance(entry["id"], int) and 0 < entry["id"] <= 65535 else 0
    if not code or code in codes:
        code = next(n for n in range(1, 1 << 20) if n not in codes)
    taken.add(slug)
    codes.add(code)
    names = entry.get("keypoints")
    skeleton = None
    if isinstance(names, list) and names:
        edges = entry.get("skeleton") if isinstance(entry.get("skeleton"), list) else []
        pairs = [(a - 1, b - 1) for a, b in (edge for edge in edges or () if _is_edge(edge, len(names)))]
        skeleton = Skeleton(names=tuple(map(str, names)), edges=tuple(pairs))
    try:
        return LabelClass(
            slug=slug,
            code=code,
            title=title,
            color=label_color((own or {}).get("color") or entry.get("color")) or PALETTE[(code - 1) % len(PALETTE)],
            skeleton=skeleton,
            attributes=_attributes(entry["id"], survey),
        )
    except ValidationError as error:
        raise FormatError(f"{place}: {error.errors()[0]['msg']}") from None


def _is_edge(edge: Any, n: int) -> bool:
    """Tell whether an edge is a pair of numbers that count keypoints from 1."""
    return isinstance(edge, list) and len(edge) == 2 and all(isinstance(k, int) and 1 <= k <= n for k in edge)


def _attributes(category: Any, survey: _Survey) -> tuple[Attribute, ...]:
    made = []
    for name, types in survey.types.get(category, {}).items():
        kinds = {_TYPES.get(kind) for kind in types}
        if None in kinds or not 0 < len(name) <= 120:
            continue
        if len(kinds) == 1 or kinds == {"integer", "number"}:
            made.append(Attribute.model_validate({"name": name, "type": "number" if len(kinds) > 1 else kinds.pop()}))
    if category in survey.has_crowd:
        made.append(Attribute(name="iscrowd", type="boolean", role="crowd"))
    return tuple(made)
