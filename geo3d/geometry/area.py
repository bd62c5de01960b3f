"""Geometries with an inside: their rings, their pixels, and one kind made of another."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from geo3d.errors import GeometryError
from geo3d.geometry.array import Array, array_of, positions_of
from geo3d.geometry.box import Box
from geo3d.geometry.mask import Mask
from geo3d.geometry.outline import fill, outline
from geo3d.geometry.polygon import MultiPolygon, Polygon, Rings

Area = Box | Polygon | MultiPolygon | Mask
"""Geometries with an inside in the plane."""

_STRIP = 1 << 24
"""Pixels that `n_pixels_of` looks at at once."""

MAX_MASK_PIXELS = 1 << 30
"""Largest crop of one mask; what is larger belongs into a layer."""


def polygon_of(box: Box) -> Polygon:
    """Return the polygon of a box's corners."""
    return Polygon(frame=box.frame, exterior=positions_of(box.vertices()))


def multipolygon_of(mask: Mask) -> MultiPolygon:
    """Return the exact outline of a mask, along pixel edges; `mask_of` gives the same pixels back.

    Raises:
        GeometryError: No pixel is set.
    """
    areas = [[ring + mask.offset for ring in rings] for rings in outline(mask.decode())]
    if not areas:
        raise GeometryError("an empty mask has no outline")
    parts = tuple(
        Rings(exterior=positions_of(rings[0]), holes=tuple(positions_of(ring) for ring in rings[1:])) for rings in areas
    )
    return MultiPolygon(frame=mask.frame, parts=parts)


def mask_of(area: Area, size: tuple[int, int] | None = None) -> Mask:
    """Return the pixels whose centre lies inside an area (GDAL's rule).

    Args:
        area: In a pixel frame.
        size: (width, height) of the frame, to cut off what sticks out; None = cut off nothing.

    Raises:
        GeometryError: No pixel of the frame is touched.
    """
    if isinstance(area, Mask) and size is None:
        return area
    vertices = area.vertices()
    if not len(vertices):
        raise GeometryError("an empty mask has no pixels")
    low, high = np.floor(vertices[:, :2].min(axis=0)), np.ceil(vertices[:, :2].max(axis=0))
    if size is not None:
        low, high = np.maximum(low, 0), np.minimum(high, size)
    if (high <= low).any():
        raise GeometryError("the area lies outside the image or has no extent: no pixel is in it")
    left, top, right, bottom = (int(v) for v in (*low, *high))
    if (right - left) * (bottom - top) > MAX_MASK_PIXELS:
        raise GeometryError(
            f"a mask of {right - left} x {bottom - top} pixels is too large; use a layer for dense labels"
        )
    window = (left, top), (right - left, bottom - top)
    return Mask.encode(area.frame, pixels_of(area, *window), window[0])


def pixels_of(area: Area, offset: tuple[int, int], size: tuple[int, int]) -> npt.NDArray[np.bool_]:
    """Return which pixels of a window lie in an area, shape (height, width).

    Args:
        area: In a pixel frame.
        offset: (column, row) of the window's first pixel.
        size: (width, height) of the window.
    """
    if isinstance(area, Mask):
        window = np.zeros((size[1], size[0]), dtype=bool)
        (x, y), (width, height) = area.offset, area.size
        left, top = max(x, offset[0]), max(y, offset[1])
        right, bottom = min(x + width, offset[0] + size[0]), min(y + height, offset[1] + size[1])
        if left < right and top < bottom:
            crop = area.decode()[top - y : bottom - y, left - x : right - x]
            window[top - offset[1] : bottom - offset[1], left - offset[0] : right - offset[0]] = crop
        return window
    return fill([ring[:, :2] for rings in rings_of(area) for ring in rings], offset, size)


def n_pixels_of(area: Area) -> int:
    """Return how many pixels have their centre in an area, however large it is (some rows at a time)."""
    if isinstance(area, Mask):
        return sum(area.counts[1::2])
    vertices = area.vertices()[:, :2]
    left, top = np.floor(vertices.min(axis=0)).astype(int).tolist()
    right, bottom = np.ceil(vertices.max(axis=0)).astype(int).tolist()
    rows = max(1, _STRIP // max(1, right - left))
    strips = ((y, min(rows, bottom - y)) for y in range(top, bottom, rows))
    return sum(int(pixels_of(area, (left, y), (right - left, height)).sum()) for y, height in strips)


def rings_of(area: Area) -> list[list[Array]]:
    """Return the parts of an area, each as its rings (n, 2|3), unclosed, the exterior first."""
    match area:
        case Box():
            return [[area.vertices()]]
        case Polygon():
            return [[array_of(ring) for ring in (area.exterior, *area.holes)]]
        case MultiPolygon():
            return [[array_of(ring) for ring in (part.exterior, *part.holes)] for part in area.parts]
        case Mask():
            return [[ring + area.offset for ring in rings] for rings in outline(area.decode())]
