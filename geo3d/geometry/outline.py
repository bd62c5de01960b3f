"""The exact outline of a mask: rings along pixel edges, and the pixels of a ring again."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy import ndimage

from geo3d.geometry.array import Array

Pixels = npt.NDArray[np.bool_]

_MOVES = np.array([(1, 0), (0, 1), (-1, 0), (0, -1)])
"""Directions of a boundary edge: right, down, left, up; the set pixel is always on the right hand."""


def outline(pixels: Pixels) -> list[list[Array]]:
    """Return the areas that the set pixels cover, in pixel corners.

    Pixels that only touch at a corner belong to different areas, so that every area is valid by OGC's rules.

    Args:
        pixels: Shape (height, width).

    Returns:
        For each area its rings, unclosed, shape (n, 2) as (column, row), true corners only: the exterior, then the
        holes. Exteriors turn from +x to +y, holes against it.
    """
    if not pixels.any():
        return []
    areas, n_areas = ndimage.label(pixels)  # four neighbours
    columns, rows, directions = _edges(pixels)
    inside = areas[rows - (directions == 2) - (directions == 3), columns - (directions == 1) - (directions == 2)]
    following = _following(columns, rows, directions, pixels.shape[1])
    corners = _next_corner(directions, following)
    exteriors: list[Array] = [np.empty((0, 2))] * n_areas
    holes: list[list[Array]] = [[] for _ in range(n_areas)]
    for loop in _loops(directions, following, corners):
        ring = np.stack([columns[loop], rows[loop]], axis=1).astype(np.float64)
        area = int(inside[loop[0]]) - 1
        for simple in _simple(ring):
            if _doubled_area(simple) > 0:
                exteriors[area] = simple
            else:
                holes[area].append(simple)
    return [[exterior, *inner] for exterior, inner in zip(exteriors, holes, strict=True)]


def fill(rings: list[Array], offset: tuple[int, int], size: tuple[int, int]) -> Pixels:
    """Return the pixels whose centre lies inside the rings, by the even-odd rule, as GDAL fills polygons.

    A centre exactly on an edge belongs to the area on its left (and above it), so that neighbours share no pixel.

    Args:
        rings: Shape (n, 2) each, unclosed, in pixel coordinates; of one polygon or of many that do not overlap.
        offset: (column, row) of the first pixel of the answer.
        size: (width, height) of the answer.

    Returns:
        Shape (height, width).

    Source: the scan conversion of GDAL's ``GDALdllImageFilledPolygon``, without its extra rule for horizontal edges
    that lie exactly on pixel centres (which would make the answer depend on the direction of the ring).
    """
    width, height = size
    toggles = np.zeros((height, width + 1), dtype=np.int32)
    for ring in rings:
        start = ring - offset
        end = np.roll(start, -1, axis=0)
        swap = start[:, 1] > end[:, 1]
        low, high = np.where(swap[:, None], end, start), np.where(swap[:, None], start, end)
        # rows whose centre line y + 0.5 lies in [low y, high y)
        first = np.clip(np.ceil(low[:, 1] - 0.5), 0, height).astype(np.int64)
        last = np.clip(np.ceil(high[:, 1] - 0.5), 0, height).astype(np.int64)
        counts = np.maximum(last - first, 0)
        edge = np.repeat(np.arange(len(ring)), counts)
        row = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
        run, rise = (high - low)[edge].T
        crossing = (row + 0.5 - low[edge, 1]) * run / rise + low[edge, 0]  # in GDAL's order, to round as GDAL does
        column = np.clip(np.floor(crossing + 0.5), 0, width).astype(np.int64)
        np.add.at(toggles, (row, column), 1)
    inside: Pixels = np.cumsum(toggles, axis=1)[:, :width] % 2 == 1
    return inside


def _edges(pixels: Pixels) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.intp], npt.NDArray[np.intp]]:
    """Return the start (column, row) and direction of every edge between a set and an unset pixel."""
    padded = np.pad(pixels, 1)
    neighbours = (padded[:-2, 1:-1], padded[1:-1, 2:], padded[2:, 1:-1], padded[1:-1, :-2])
    parts = []
    for direction, neighbour in enumerate(neighbours):  # along the top, the right, the bottom, the left side
        row, column = np.nonzero(pixels & ~neighbour)
        start = (column + (direction in (1, 2)), row + (direction in (2, 3)), np.full(len(row), direction))
        parts.append(start)
    columns, rows, directions = (np.concatenate(values).astype(np.intp) for values in zip(*parts, strict=True))
    return columns, rows, directions


def _following(
    columns: npt.NDArray[np.intp], rows: npt.NDArray[np.intp], directions: npt.NDArray[np.intp], width: int
) -> npt.NDArray[np.intp]:
    """Return for each edge the edge that goes on; where two do, the one that turns right (round the same pixel)."""
    keys = (rows * (width + 1) + columns) * 4 + directions
    order = np.argsort(keys)
    moves = _MOVES[directions]
    ends = (rows + moves[:, 1]) * (width + 1) + columns + moves[:, 0]
    following = np.full(len(keys), -1, dtype=np.intp)
    for turn in (1, 0, 3):  # right, straight on, left
        wanted = ends * 4 + (directions + turn) % 4
        place = np.minimum(np.searchsorted(keys, wanted, sorter=order), len(keys) - 1)
        hit = (following < 0) & (keys[order[place]] == wanted)
        following[hit] = order[place[hit]]
    return following


def _next_corner(directions: npt.NDArray[np.intp], following: npt.NDArray[np.intp]) -> npt.NDArray[np.intp]:
    """Return for each edge the first edge of another direction that comes after it, by doubling strides."""
    turns = directions[following] != directions
    last = np.where(turns, np.arange(len(following)), following)
    while not turns[last].all():
        last = last[last]
    return following[last]


def _loops(
    directions: npt.NDArray[np.intp], following: npt.NDArray[np.intp], corners: npt.NDArray[np.intp]
) -> list[list[int]]:
    """Return every closed loop as the edges that start at its corners."""
    starts = np.unique(following[directions[following] != directions]).tolist()
    going = corners.tolist()
    seen = set()
    loops = []
    for start in starts:
        if start in seen:
            continue
        loop = [start]
        while (step := going[loop[-1]]) != start:
            loop.append(step)
        seen.update(loop)
        loops.append(loop)
    return loops


def _simple(ring: Array) -> list[Array]:
    """Cut a ring where it passes a corner twice, into rings that pass each corner once."""
    places = list(map(tuple, ring.tolist()))
    if len(set(places)) == len(places):
        return [ring]
    rings: list[Array] = []
    path: list[tuple[float, ...]] = []
    at: dict[tuple[float, ...], int] = {}
    for place in places:
        if place in at:
            back = at[place]
            rings.append(np.array(path[back:]))
            for left in path[back + 1 :]:
                del at[left]
            del path[back + 1 :]
            continue
        at[place] = len(path)
        path.append(place)
    return [*rings, np.array(path)]


def _doubled_area(ring: Array) -> float:
    x, y = ring.T
    return float(x[:-1] @ y[1:] - y[:-1] @ x[1:] + x[-1] * y[0] - y[-1] * x[0])
