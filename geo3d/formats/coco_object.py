"""One COCO annotation as one of ours."""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import PurePath
from typing import Any, get_args

import numpy as np
from pydantic import TypeAdapter, ValidationError

from geo3d.errors import FormatError
from geo3d.formats.coco_shape import bits_of
from geo3d.formats.report import LossLog
from geo3d.formats.rle import MOST_CROP, compressed, counts_of, read_rle
from geo3d.geometry import Box, Geometry, Keypoint, Keypoints, MultiPolygon, Polygon, Rings
from geo3d.geometry.array import Array, positions_of
from geo3d.geometry.convert import shapely_of_one
from geo3d.geometry.polygon import Ring
from geo3d.labels import Annotation, Id, LabelClass, Provenance, ReviewState, new_id

_KNOWN = (
    "image_id", "category_id", "segmentation", "bbox", "area", "iscrowd", "keypoints", "num_keypoints", "attributes",
    "score", "truncated", "rbox", "geo3d",
)  # fmt: skip
_ID: TypeAdapter[str] = TypeAdapter(Id)
_STATES = get_args(ReviewState)
LARGEST_SIDE = 1 << 31
"""Pixels along a side above which an image is no image."""


@dataclass(frozen=True)
class CocoImage:
    """One entry of ``images``."""

    place: str
    title: str
    """Name of the raster that it shows."""
    asset: str
    frame: str
    size: tuple[int, int]
    """(width, height) of the image."""
    offset: tuple[float, float]
    """(column, row) of its first pixel in the raster."""
    raster_size: tuple[int, int]

    @classmethod
    def of(cls, entry: Mapping[str, Any], index: int, place: str) -> CocoImage:
        """Read an entry; chips of ours say which part of which raster they are.

        Raises:
            FormatError: It has no sensible size.
        """
        size = tuple(_side(entry.get(name), f"{place}.{name}") for name in ("width", "height"))
        own = entry.get("geo3d")
        title = str(entry.get("file_name") or f"image {entry['id']}")
        if isinstance(own, dict) and _is_numbers(own.get("offset"), 2) and _is_numbers(own.get("size"), 2):
            raster = tuple(_side(v, f"{place}.geo3d.size") for v in own["size"])
            asset, frame = str(own.get("asset")), str(own.get("frame"))
            offset = (float(own["offset"][0]), float(own["offset"][1]))
            title = str(own.get("title") or asset)
            return cls(place, title, asset, frame, (size[0], size[1]), offset, (raster[0], raster[1]))
        whole = (size[0], size[1])
        name = PurePath(title.replace("\\", "/")).name
        return cls(place, name, f"image-{index + 1}", f"image-{index + 1}.pixel", whole, (0.0, 0.0), whole)


@dataclass
class ObjectReader:
    """Turns the annotations of one file into ours."""

    images: Mapping[Any, CocoImage]
    labels: Mapping[Any, LabelClass]
    provenance: Provenance
    log: LossLog
    scene: str
    whole: frozenset[str]
    """Our ids of labels that some image shows whole: their pieces are passed over."""
    seen: set[str] = field(default_factory=set)

    def annotation(self, entry: dict[str, Any], place: str) -> Annotation | None:
        """Return one annotation as ours; None where it is lost (logged), or a second view of one that was met.

        Raises:
            FormatError: It is damaged; the message names the place.
        """
        id = own_id(entry)
        if id is not None and (id in self.seen or (id in self.whole and "truncated" in entry)):
            return None
        key = key_of(entry, "image_id", place)
        image = self.images.get(key)
        name = id or place
        if image is None:
            self.log.lose(name, "unknown", "no-image", f"there is no image with the id {key!r}")
            return None
        label = self.labels[key_of(entry, "category_id", place)]
        geometry = self._geometry(entry, image, label, place)
        if geometry is None:
            self.log.lose(name, "unknown", "no-shape", "it has neither keypoints nor a segmentation nor a bbox")
            return None
        if id is not None and "truncated" in entry:
            self.log.reduce(id, geometry.kind, "piece", "only a piece of it is in the file: it is a label of its own")
            id = None
        elif id is not None:
            self.seen.add(id)
        return self._made(entry, geometry, label, id, place)

    def _made(
        self, entry: dict[str, Any], geometry: Geometry, label: LabelClass, id: str | None, place: str
    ) -> Annotation:
        own = entry["geo3d"] if isinstance(entry.get("geo3d"), dict) else {}
        kept = {k: v for k, v in entry.items() if k not in _KNOWN and not (own and k == "id")}
        if isinstance(geometry, Keypoints) and entry.get("segmentation"):
            kept |= {k: entry[k] for k in ("segmentation", "bbox", "area") if k in entry}
        attributes, odd = _attributes(entry.get("attributes"))
        if odd:
            kept["attributes"] = odd
        if entry.get("iscrowd"):
            attributes.setdefault("iscrowd", True)
        extra = own.get("extra") if isinstance(own.get("extra"), dict) else {}
        sample, thing = own.get("sample"), own.get("thing")
        return Annotation(
            id=id or new_id(),
            scene=self.scene,
            label=label.slug,
            geometry=geometry,
            attributes=attributes,
            state=own["state"] if own.get("state") in _STATES else "draft",
            sample=sample if isinstance(sample, int) and sample >= 0 else None,
            thing=thing if isinstance(thing, str) and _is_id(thing) else None,
            provenance=self._provenance(own.get("provenance"), entry.get("score"), place),
            extra={**(extra or {}), **({"coco": kept} if kept else {})},
        )

    def _provenance(self, own: Any, score: Any, place: str) -> Provenance:
        if isinstance(own, dict):
            try:
                return Provenance.model_validate(own)
            except ValidationError:
                return self.provenance
        if score is None:
            return self.provenance
        value = number(score, f"{place}.score")
        if not 0.0 <= value <= 1.0:
            return self.provenance
        return self.provenance.model_copy(update={"score": float(value)})

    def _geometry(self, entry: dict[str, Any], image: CocoImage, label: LabelClass, place: str) -> Geometry | None:
        keypoints, segmentation, bbox = entry.get("keypoints"), entry.get("segmentation"), entry.get("bbox")
        if keypoints and (found := _keypoints(keypoints, image, label, f"{place}.keypoints")) is not None:
            return found
        if isinstance(segmentation, dict):
            return self._from_rle(segmentation, entry, image, f"{place}.segmentation")
        own = entry["geo3d"] if isinstance(entry.get("geo3d"), dict) else {}
        if _is_numbers(entry.get("rbox"), 5) and own.get("kind") == "box":
            x, y, length, width, angle = entry["rbox"]
            center = (x + image.offset[0], y + image.offset[1])
            return Box(frame=image.frame, center=center, size=(abs(length), abs(width)), angle=angle)
        if segmentation:
            parts = _polygons(segmentation, f"{place}.segmentation", image)
            if len(parts) == 1:
                return Polygon(frame=image.frame, exterior=parts[0])
            if parts:
                return MultiPolygon(frame=image.frame, parts=tuple(Rings(exterior=ring) for ring in parts))
        if bbox is None:
            return None
        if not isinstance(bbox, list) or len(bbox) != 4:
            raise FormatError(f"{place}.bbox is {str(bbox)[:60]}, not [x, y, width, height]")
        x, y, w, h = (number(v, f"{place}.bbox[{i}]") for i, v in enumerate(bbox))
        if w < 0 or h < 0:
            raise FormatError(f"{place}.bbox has a negative size: {bbox}")
        left, top = x + image.offset[0], y + image.offset[1]
        return Box.of_bounds(image.frame, left, top, left + w, top + h)

    def _from_rle(self, rle: dict[str, Any], entry: dict[str, Any], image: CocoImage, place: str) -> Geometry:
        """Return the pixels of run lengths; our exact outline where it travels beside them and says the same."""
        own = entry["geo3d"] if isinstance(entry.get("geo3d"), dict) else {}
        outline = _outline(own.get("rings"), image.frame)
        if outline is not None and isinstance(rle.get("counts"), str) and _fits(outline, image.size):
            bits, corner = bits_of(shapely_of_one(_as_multi(outline)))
            inside = 0 <= corner[0] <= image.size[0] - bits.shape[1] and 0 <= corner[1] <= image.size[1] - bits.shape[0]
            if inside and compressed(counts_of(bits, corner, image.size)) == rle["counts"]:
                return outline.moved(lambda xy: xy + image.offset, image.frame)[0]
        mask = read_rle(rle, image.size, image.frame, place)
        left, top = int(image.offset[0]), int(image.offset[1])
        return mask.model_copy(update={"offset": (mask.offset[0] + left, mask.offset[1] + top)})


def own_id(entry: Mapping[str, Any]) -> str | None:
    """Return the id that geo3d gave a label, or None."""
    own = entry.get("geo3d")
    id = own.get("id") if isinstance(own, dict) else None
    return id if isinstance(id, str) and _is_id(id) else None


def key_of(entry: Mapping[str, Any], name: str, place: str) -> str | int | float | None:
    """Return the value of a field that names something.

    Raises:
        FormatError: It is a list or an object.
    """
    value = entry.get(name)
    if value is not None and not isinstance(value, str | int | float):
        raise FormatError(f"{place}.{name} is {str(value)[:40]!r}, not a number or name")
    return value


def number(value: Any, place: str) -> float:
    """Return a finite number.

    Raises:
        FormatError: It is none.
    """
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise FormatError(f"{place} is {str(value)[:40]!r}, not a number")
    return value


def label_color(color: Any) -> str | None:
    """Return a colour as ``#rrggbb``: from that, or from three numbers of 0..255; None where it is none."""
    if isinstance(color, str) and re.fullmatch(r"#[0-9a-fA-F]{6}", color):
        return color.lower()
    if _is_numbers(color, 3) and all(0 <= c <= 255 for c in color):
        return "#" + "".join(f"{int(c):02x}" for c in color)
    return None


def _side(value: Any, place: str) -> int:
    side = number(value, place)
    if side != int(side) or not 0 < side < LARGEST_SIDE:
        raise FormatError(f"{place} is {value}, not a count of pixels")
    return int(side)


def _is_numbers(value: Any, n: int) -> bool:
    return (
        isinstance(value, list)
        and len(value) == n
        and all(isinstance(v, int | float) and not isinstance(v, bool) and math.isfinite(v) for v in value)
    )


def _is_id(text: str) -> bool:
    try:
        _ID.validate_python(text)
    except ValidationError:
        return False
    return True


def _flat(values: Any, place: str) -> Array:
    """Return a flat list x, y, x, y, ... as positions (n, 2)."""
    try:
        array = np.array(values, dtype=np.float64)
    except (ValueError, TypeError, OverflowError):
        raise FormatError(f"{place} is no list of numbers") from None
    if array.ndim != 1 or len(array) % 2:
        raise FormatError(f"{place} has {array.size} numbers, which are no pairs of x and y")
    if not np.isfinite(array).all():
        raise FormatError(f"{place} has a value that is no number")
    return array.reshape(-1, 2)


def _polygons(segmentation: Any, place: str, image: CocoImage) -> list[Ring]:
    """Return the rings of a list of polygons; SpaceNet's single flat list is one polygon."""
    if not isinstance(segmentation, list):
        raise FormatError(f"{place} is {type(segmentation).__name__}, neither polygons nor run lengths")
    nested = segmentation if isinstance(segmentation[0], list) else [segmentation]
    rings = []
    for i, polygon in enumerate(nested):
        positions = _flat(polygon, f"{place}[{i}]") + image.offset
        if len(positions) > 3 and (positions[0] == positions[-1]).all():
            positions = positions[:-1]
        if len(positions) >= 3:
            rings.append(positions_of(positions))
    return rings


def _keypoints(values: Any, image: CocoImage, label: LabelClass, place: str) -> Keypoints | None:
    """Return keypoints; None where none of them is labelled."""
    if not isinstance(values, list) or len(values) % 3:
        raise FormatError(f"{place} is no list of x, y, v")
    names = label.skeleton.names if label.skeleton is not None else ()
    n = len(values) // 3
    if names and len(names) != n:
        raise FormatError(f"{place} has {n} keypoints, its category {len(names)}")
    points = []
    for k in range(n):
        x, y, v = (number(value, f"{place}[{3 * k + i}]") for i, value in enumerate(values[3 * k : 3 * k + 3]))
        position = (x + image.offset[0], y + image.offset[1]) if v > 0 else None
        points.append(Keypoint(name=names[k] if names else str(k + 1), position=position, visible=v != 1))
    if all(point.position is None for point in points):
        return None
    return Keypoints(frame=image.frame, points=tuple(points))


def _outline(rings: Any, frame: str) -> Polygon | MultiPolygon | None:
    """Return the exact rings that travel beside run lengths, in pixels of the image; None where they are damaged."""
    try:
        parts = [[positions_of(_flat(ring, "rings")) for ring in part] for part in rings]
        made = [Rings(exterior=part[0], holes=tuple(part[1:])) for part in parts]
    except (FormatError, TypeError, IndexError, ValidationError):
        return None
    if not made:
        return None
    if len(made) == 1:
        return Polygon(frame=frame, exterior=made[0].exterior, holes=made[0].holes)
    return MultiPolygon(frame=frame, parts=tuple(made))


def _fits(area: Polygon | MultiPolygon, size: tuple[int, int]) -> bool:
    """Tell whether an area lies in its image, and can be made pixels at all."""
    minx, miny, maxx, maxy = area.bounds()[:2] + area.bounds()[-2:]
    is_inside = minx >= 0 and miny >= 0 and maxx <= size[0] and maxy <= size[1]
    return is_inside and (maxx - minx + 2) * (maxy - miny + 2) <= MOST_CROP


def _as_multi(area: Polygon | MultiPolygon) -> MultiPolygon:
    if isinstance(area, MultiPolygon):
        return area
    return MultiPolygon(frame=area.frame, parts=(Rings(exterior=area.exterior, holes=area.holes),))


def _attributes(values: Any) -> tuple[dict[str, Any], dict[str, Any]]:
    """Return values that attributes may have, and the others."""
    fits: dict[str, Any] = {}
    odd: dict[str, Any] = {}
    for name, value in values.items() if isinstance(values, dict) else ():
        if value is None or isinstance(value, str | bool | int | float):
            fits[str(name)] = value
        elif isinstance(value, list) and all(isinstance(v, str) for v in value):
            fits[str(name)] = tuple(value)
        else:
            odd[str(name)] = value
    return fits, odd
