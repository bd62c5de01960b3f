"""The labels of one tile: what is large enough is drawn, what is too small is counted in cells."""

from __future__ import annotations

import math
import sqlite3
from typing import Any

import numpy as np
import numpy.typing as npt

from geo3d.store.cell import SMALL, centers_of
from geo3d.store.contract import Bounds, TileLabels
from geo3d.store.facet import POINT_LEVEL
from geo3d.store.sqlite.projection import levels_of
from geo3d.store.wkb import anchors_of

MARGIN_PIXELS = 8.0
"""How far beyond a tile labels are given when the caller does not say."""

_DRAWN = (
    "SELECT f.fid, f.code, f.state, f.wkb FROM place p CROSS JOIN facet f ON f.content = p.content"
    " WHERE p.minx <= :maxx AND p.maxx >= :minx AND p.miny <= :maxy AND p.maxy >= :miny"
    " AND p.minframe <= :frame AND p.maxframe >= :frame AND p.maxlevel >= :level"
    # the tree holds float32, rounded outwards: who lies inside by these does so exactly, the others are asked
    " AND (p.minx >= :minx AND p.maxx <= :maxx AND p.miny >= :miny AND p.maxy <= :maxy"
    " OR f.minx <= :maxx AND f.maxx >= :minx AND f.miny <= :maxy AND f.maxy >= :miny)"
)


def labels_of_tile(
    db: sqlite3.Connection, frame: int, name: str, bounds: Bounds, resolution: float, margin: float | None
) -> TileLabels:
    """Return the labels of a tile; see `Store.tile`.

    Args:
        db: A connection inside a read transaction.
        frame: Row of the frame.
        name: Id of the frame.
        bounds: Of the tile.
        resolution: Units of the frame per pixel.
        margin: Units of the frame.
    """
    levels = levels_of(db, frame)
    level = None if levels is None else levels.shown(resolution)
    wide = MARGIN_PIXELS * resolution if margin is None else margin
    drawn = db.execute(
        _DRAWN,
        {
            "minx": bounds[0] - wide, "miny": bounds[1] - wide, "maxx": bounds[2] + wide, "maxy": bounds[3] + wide,
            "frame": frame, "level": POINT_LEVEL if level is None else level - SMALL,
        },
    ).fetchall()  # fmt: skip
    numbers = np.array([row[:3] for row in drawn], dtype=np.int64).reshape(-1, 3)
    wkbs = [row[3] for row in drawn]
    anchors = anchors_of(wkbs)
    cells, cell_codes, cell_counts = _cells(db, frame, level, bounds)
    return TileLabels(
        frame=name,
        fids=numbers[:, 0],
        codes=numbers[:, 1].astype(np.int32),
        states=numbers[:, 2].astype(np.int8),
        geometries=wkbs,
        anchors=anchors,
        is_anchor=is_inside(anchors, bounds),
        cells=cells,
        cell_codes=cell_codes,
        cell_counts=cell_counts,
    )


def is_inside(positions: npt.NDArray[np.float64], bounds: Bounds) -> npt.NDArray[np.bool_]:
    """Return which positions of shape (n, 2) lie in half-open bounds."""
    x, y = positions[:, 0], positions[:, 1]
    return (x >= bounds[0]) & (x < bounds[2]) & (y >= bounds[1]) & (y < bounds[3])


def _cells(
    db: sqlite3.Connection, frame: int, level: int | None, bounds: Bounds
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.int32], npt.NDArray[np.int64]]:
    """Return centres, codes and counts of the cells whose centre lies in the bounds."""
    rows: list[Any] = []
    if level is not None:
        first_x, first_y, last_x, last_y = (math.floor(math.ldexp(side, -level)) for side in bounds)
        (min_x, max_x) = _extent(db, frame, level, first_x, last_x)
        for cx in range(min_x, max_x + 1):
            rows += db.execute(
                "SELECT cx, cy, code, n FROM cell WHERE frame = ? AND level = ? AND cx = ? AND cy BETWEEN ? AND ?",
                (frame, level, cx, first_y, last_y),
            ).fetchall()
    table = np.array(rows, dtype=np.int64).reshape(-1, 4)
    centers = centers_of(table[:, :2], level or 0)
    mine = is_inside(centers, bounds)
    return centers[mine], table[mine, 2].astype(np.int32), table[mine, 3]


def _extent(db: sqlite3.Connection, frame: int, level: int, first: int, last: int) -> tuple[int, int]:
    """Return the columns of cells between two that hold anything, as a closed range (empty: the second is smaller)."""
    low, high = db.execute(
        "SELECT (SELECT min(cx) FROM cell WHERE frame = :frame AND level = :level AND cx >= :first),"
        " (SELECT max(cx) FROM cell WHERE frame = :frame AND level = :level AND cx <= :last)",
        {"frame": frame, "level": level, "first": first, "last": last},
    ).fetchone()
    return (0, -1) if low is None or high is None else (low, high)
