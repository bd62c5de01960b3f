"""Cells: how annotations that are too small to draw are counted, so that a label tile is complete at every zoom.

A cell of level ``j`` is a square of side ``2**j`` units of the frame. At a resolution of ``r`` units per pixel the
level is ``ceil(log2(32 r))``: a cell is 32 to 64 pixels wide, so that its number can be read. An annotation of size
``s`` (the longer side of its bounds) is small at level ``j`` when ``s < 2**(j - 3)``, which is 4 to 8 pixels. As
threshold and level are tied, "small at j" does not depend on the resolution asked for, and the counts per (frame,
level, cell, class) can be kept up to date, edit by edit.

An annotation is counted in the cells of its anchor (first position). A frame has a `floor`: below it cells would
hold few annotations each, and everything is drawn, points included; and a `top`, where the frame has a handful of
cells.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

SMALL = 3
"""An annotation is small where a cell is so many times twice as wide, or more."""
MIN_COUNTED = 2_000
"""A frame with fewer annotations has no cells: all of them are drawn at every zoom."""
CROWD = 16.0
"""Annotations that the average annotation may share its cell with before the cells get smaller."""
REGROW = 4
"""Levels are chosen anew when a frame holds so many times more annotations than when they were chosen."""
_MAX_DEPTH = 24
"""Cells are at most so many times halved below the top (coincident points never part)."""


@dataclass(frozen=True)
class Levels:
    """The cell levels of a frame."""

    floor: int
    top: int

    def counted(self, size_level: int) -> range:
        """Return the levels at which an annotation is counted.

        Args:
            size_level: floor(log2(size)), see `geo3d.store.facet.level_of`.
        """
        return range(max(self.floor, size_level + 1 + SMALL), self.top + 1)

    def shown(self, resolution: float) -> int | None:
        """Return the level of cells to show at a resolution (units per pixel), or None where everything is drawn."""
        level = level_of_resolution(resolution)
        return None if level < self.floor else min(level, self.top)


def level_of_resolution(resolution: float) -> int:
    """Return ceil(log2(32 * resolution)), exactly."""
    mantissa, exponent = math.frexp(32.0 * resolution)
    return exponent - 1 if mantissa == 0.5 else exponent


def cell_of(x: float, y: float, level: int) -> tuple[int, int]:
    """Return the cell (cx, cy) of a level that holds a position; half-open."""
    return math.floor(math.ldexp(x, -level)), math.floor(math.ldexp(y, -level))


def cells_of(anchors: npt.NDArray[np.float64], level: int) -> npt.NDArray[np.int64]:
    """Return the cell of each position, shape (n, 2)."""
    return np.floor(np.ldexp(anchors, -level)).astype(np.int64)


def centers_of(cells: npt.NDArray[np.int64], level: int) -> npt.NDArray[np.float64]:
    """Return the centre of each cell of shape (n, 2)."""
    centers: npt.NDArray[np.float64] = np.ldexp(cells + 0.5, level)
    return centers


def size_levels(sizes: npt.NDArray[np.float64], point_level: int) -> npt.NDArray[np.int64]:
    """Return floor(log2(size)) of each, `point_level` where it is 0; shape (n,)."""
    return np.where(sizes > 0, np.frexp(sizes)[1] - 1, point_level).astype(np.int64)


def choose_levels(anchors: npt.NDArray[np.float64]) -> Levels | None:
    """Choose a frame's levels by how crowded it is.

    Args:
        anchors: Position of each annotation, shape (n, 2).

    Returns:
        The levels, or None where the frame has too few annotations for cells. `floor` is the largest level at which the
        average annotation shares its cell with at most `CROWD` others.
    """
    if len(anchors) < MIN_COUNTED:
        return None
    extent = float(np.ptp(anchors, axis=0).max())
    largest = float(np.abs(anchors).max())
    top = math.frexp(extent)[1] if extent > 0 else math.frexp(max(largest, 1.0))[1]
    # cell numbers stay below 2**52 so that they and the centres are exact
    lowest = max(top - _MAX_DEPTH, math.frexp(largest)[1] - 51)
    for level in range(top, lowest, -1):
        cells = cells_of(anchors, level)
        _, counts = np.unique(cells[:, 0] * 0x9E3779B97F4A7C1 + cells[:, 1], return_counts=True)
        if float((counts.astype(np.float64) ** 2).sum()) / len(anchors) <= CROWD:
            return Levels(floor=level, top=top)
    return Levels(floor=min(lowest, top), top=top)


def counted_cells(
    anchors: npt.NDArray[np.float64],
    sizes: npt.NDArray[np.int64],
    codes: npt.NDArray[np.int64],
    levels: Levels,
) -> Iterator[tuple[int, npt.NDArray[np.int64]]]:
    """Iterate over (level, rows of cx, cy, code, count), level by level: each one from the one below.

    Args:
        anchors: Position of each annotation, shape (n, 2).
        sizes: Size level of each, shape (n,).
        codes: Class code of each, shape (n,).
        levels: Levels of the frame.
    """
    rows = np.empty((0, 4), dtype=np.int64)
    for level in range(levels.floor, levels.top + 1):
        first = sizes + 1 + SMALL
        starts_here = (first <= level) if level == levels.floor else (first == level)
        cells = cells_of(anchors[starts_here], level)
        new = np.column_stack([cells, codes[starts_here], np.ones(len(cells), dtype=np.int64)])
        rows[:, :2] >>= 1
        rows = _summed(np.concatenate([rows, new]))
        yield level, rows


def _summed(rows: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Return rows of (cx, cy, code, n) with equal cells and codes added up, in order."""
    if not len(rows):
        return rows
    rows = rows[np.lexsort((rows[:, 2], rows[:, 1], rows[:, 0]))]
    is_first = np.ones(len(rows), dtype=bool)
    is_first[1:] = (rows[1:, :3] != rows[:-1, :3]).any(axis=1)
    starts = np.flatnonzero(is_first)
    summed = rows[starts]
    summed[:, 3] = np.add.reduceat(rows[:, 3], starts)
    return summed
