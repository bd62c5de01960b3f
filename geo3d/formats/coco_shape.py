"""One object in one image as COCO says it: clipped to the image, polygons where exact, run lengths for holes."""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import shapely
from pycocotools import mask as coco_mask

from geo3d.formats.ogc import box_of
from geo3d.formats.rle import MOST_CROP, Bits, compressed, counts_of
from geo3d.geometry import Keypoints, Mask

LARGEST_RLE = 1 << 32
"""Pixels of an image from which on COCO's run lengths (32 bits) wrap round: there holes are cut open instead."""


@dataclass(frozen=True)
class Window:
    """The image that an object is written in."""

    offset: tuple[int, int]
    """(column, row) of its first pixel in the raster."""
    size: tuple[int, int]
    """(width, height)."""

    @property
    def has_rle(self) -> bool:
        """False where the image is too large for run lengths."""
        return self.size[0] * self.size[1] < LARGEST_RLE

    def rectangle(self) -> shapely.Polygon:
        """Return its outline in pixels of the raster."""
        (col, row), (width, height) = self.offset, self.size
        return shapely.box(col, row, col + width, row + height)


def area_fields(shape: shapely.Geometry, window: Window, *, is_box: bool) -> tuple[dict[str, Any], float] | None:
    """Return the COCO fields of an area, and which share of it the image shows; None where it shows nothing.

    Args:
        shape: Polygon or multipolygon in pixels of the raster; valid.
        window: The image.
        is_box: Whether it is a box: then its angle travels as ``rbox``.
    """
    whole = float(shape.area)
    if not is_box and (simple := _simple(shape, window, whole)) is not None:
        return simple
    inside = shape
    if not shapely.covers(window.rectangle(), shape):
        inside = shapely.intersection(shape, window.rectangle())
    parts = [p for p in shapely.get_parts(inside) if p.geom_type == "Polygon" and p.area > 0]
    if not parts or whole == 0:
        return None
    local = shapely.transform(shapely.MultiPolygon(parts), lambda xy: xy - window.offset)
    share = min(1.0, float(local.area) / whole)
    fields: dict[str, Any] = {}
    if any(part.interiors for part in local.geoms):
        if window.has_rle and _n_pixels(local) <= MOST_CROP:
            bits, corner = bits_of(local)
            fields = _rle_fields(bits, corner, window)
            fields["geo3d_rings"] = [[_flat(ring) for ring in (p.exterior, *p.interiors)] for p in local.geoms]
        else:
            local = shapely.MultiPolygon([piece for part in local.geoms for piece in cut_open(part)])
    if not fields:
        minx, miny, maxx, maxy = local.bounds
        fields = {
            "segmentation": [_flat(part.exterior) for part in local.geoms],
            "bbox": [minx, miny, maxx - minx, maxy - miny],
            "area": float(local.area),
        }
    if is_box and share >= 1.0 and len(local.geoms) == 1 and (box := box_of(local.geoms[0])) is not None:
        fields["rbox"] = [*box.center, *box.size, box.angle]
    return fields, share


def _simple(shape: shapely.Geometry, window: Window, area: float) -> tuple[dict[str, Any], float] | None:
    """Return the fields of one ring that lies wholly inside: nearly all labels are just that."""
    minx, miny, maxx, maxy = shape.bounds
    (col, row), (width, height) = window.offset, window.size
    if (
        shape.geom_type != "Polygon"
        or not area
        or minx < col
        or miny < row
        or maxx > col + width
        or maxy > row + height
    ):
        return None
    if shapely.get_num_interior_rings(shape):
        return None
    ring = (shapely.get_coordinates(shape)[:-1] - window.offset).ravel().tolist()
    return {"segmentation": [ring], "bbox": [minx - col, miny - row, maxx - minx, maxy - miny], "area": area}, 1.0


def mask_fields(mask: Mask, window: Window) -> tuple[dict[str, Any], float] | None:
    """Return the COCO fields of a mask in pixels of the raster, and which share of it the image shows."""
    bits = mask.decode()
    whole = int(bits.sum())
    (left, top), (col, row) = mask.offset, window.offset
    x0, y0 = max(0, col - left), max(0, row - top)
    inside = bits[y0 : max(y0, row + window.size[1] - top), x0 : max(x0, col + window.size[0] - left)]
    if not whole or not inside.any() or not window.has_rle:
        return None
    fields = _rle_fields(inside, (left + x0 - col, top + y0 - row), window)
    return fields, float(inside.sum()) / whole


def keypoint_fields(
    points: Keypoints, positions: np.ndarray[Any, np.dtype[np.float64]], names: tuple[str, ...], window: Window
) -> tuple[dict[str, Any], float] | None:
    """Return the COCO fields of keypoints, and which share of the labelled ones the image shows.

    Args:
        points: Names and visibility.
        positions: Of the labelled ones in pixels of the raster, shape (n, 2).
        names: Of all keypoints of the class, in its order.
        window: The image.
    """
    values = dict.fromkeys(names, (0.0, 0.0, 0))
    seen, given = [], iter(positions.tolist())
    n = 0
    for point in points.points:
        if point.position is None:
            continue
        x, y = (a - o for a, o in zip(next(given), window.offset, strict=True))
        n += 1
        if 0 <= x <= window.size[0] and 0 <= y <= window.size[1]:
            values[point.name] = (x, y, 2 if point.visible else 1)
            seen.append((x, y))
    if not seen:
        return None
    low, high = np.min(seen, axis=0), np.max(seen, axis=0)
    width, height = (high - low).tolist()
    fields = {
        "keypoints": [number for name in names for number in values[name]],
        "num_keypoints": len(seen),
        "segmentation": [],
        "bbox": [*low.tolist(), width, height],
        "area": max(width, 1.0) * max(height, 1.0),  # OKS divides by it: one point must not have none
    }
    return fields, len(seen) / n


def bits_of(area: shapely.MultiPolygon) -> tuple[Bits, tuple[int, int]]:
    """Return an area with holes as pixels, by COCO's own rule: its crop, and the crop's first pixel (column, row)."""
    minx, miny, maxx, maxy = area.bounds
    left, top = int(np.floor(minx)), int(np.floor(miny))
    width, height = max(1, int(np.ceil(maxx)) - left), max(1, int(np.ceil(maxy)) - top)
    bits = np.zeros((height, width), dtype=bool)
    for part in area.geoms:
        filled = _filled(part.exterior, (left, top), (width, height))
        for ring in part.interiors:
            filled &= ~_filled(ring, (left, top), (width, height))
        bits |= filled
    return bits, (left, top)


def _n_pixels(area: shapely.Geometry) -> float:
    minx, miny, maxx, maxy = area.bounds
    return float((maxx - minx + 2) * (maxy - miny + 2))


def cut_open(area: shapely.Polygon) -> list[shapely.Polygon]:
    """Return an area with holes as areas without, cut along columns through the holes; together they are the same."""
    if not area.interiors:
        return [area]
    minx, miny, maxx, maxy = area.bounds
    cuts = sorted({minx, maxx, *(float(ring.centroid.x) for ring in area.interiors)})
    strips = [shapely.box(low, miny, high, maxy) for low, high in pairwise(cuts)]
    pieces = [p for strip in strips for p in shapely.get_parts(area.intersection(strip)) if p.geom_type == "Polygon"]
    return [done for piece in pieces for done in cut_open(piece)]


def _filled(ring: shapely.LinearRing, corner: tuple[int, int], size: tuple[int, int]) -> Bits:
    """Return the inside of a ring as pixels of a crop."""
    local = shapely.get_coordinates(ring)[:-1] - corner
    rles = coco_mask.frPyObjects([local.ravel().tolist()], size[1], size[0])
    return np.asarray(coco_mask.decode(rles)[:, :, 0], dtype=bool)


def _rle_fields(bits: Bits, corner: tuple[int, int], window: Window) -> dict[str, Any]:
    width, height = window.size
    fits = bits[: max(0, height - corner[1]), : max(0, width - corner[0])]
    rows, cols = np.flatnonzero(fits.any(axis=1)), np.flatnonzero(fits.any(axis=0))
    if not len(rows):
        bbox = [float(corner[0]), float(corner[1]), 0.0, 0.0]
    else:
        x, y = corner[0] + int(cols[0]), corner[1] + int(rows[0])
        bbox = [float(x), float(y), float(cols[-1] - cols[0] + 1), float(rows[-1] - rows[0] + 1)]
    counts = compressed(counts_of(fits, corner, window.size))
    return {"segmentation": {"size": [height, width], "counts": counts}, "bbox": bbox, "area": float(fits.sum())}


def _flat(ring: shapely.LinearRing) -> list[float]:
    flat: list[float] = shapely.get_coordinates(ring)[:-1].ravel().tolist()
    return flat
