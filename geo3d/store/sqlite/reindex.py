"""Make the indices anew, all at once: after loads, large undos, and when the projection is rebuilt."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo3d.store.cell import MIN_COUNTED, REGROW, choose_levels, counted_cells, size_levels
from geo3d.store.facet import POINT_LEVEL
from geo3d.store.sqlite.rtree import Places, build
from geo3d.store.sqlite.schema import ANNOTATION
from geo3d.store.wkb import anchors_of

_BATCH = 50_000
FEW = 2_000
"""Up to so many moves are always made one by one."""
COST_RATIO = 16
"""A move costs about so many times more than a row of a rebuild."""


@dataclass(frozen=True)
class Current:
    """The indexed columns of all current annotations that have a place. Carrier, n rows."""

    places: Places
    codes: npt.NDArray[np.int64]
    anchors: npt.NDArray[np.float64]


def is_worth(db: sqlite3.Connection, n_moves: int) -> bool:
    """Return whether making everything anew is cheaper than so many single moves."""
    if n_moves <= FEW:
        return False
    (n_places,) = db.execute("SELECT count(*) FROM place_rowid").fetchone()
    return n_moves * COST_RATIO > int(n_places)


def reindex(db: sqlite3.Connection, streams: Iterable[int]) -> None:
    """Make the R*Tree of the workspace anew, and tallies and cells of some streams."""
    current = read_current(db)
    build(db, current.places)
    for stream in streams:
        _tally(db, stream)
        for (frame,) in db.execute("SELECT id FROM frame WHERE stream = ?", (stream,)).fetchall():
            _count(db, frame, current)


def regrow(db: sqlite3.Connection, frame: int) -> None:
    """Choose the levels of one frame anew and count its cells."""
    _count(db, frame, read_current(db, frame))


def needs_regrowth(db: sqlite3.Connection, frame: int) -> bool:
    """Return whether a frame has grown so much that its cell levels no longer fit."""
    (counted,) = db.execute("SELECT cell_n FROM frame WHERE id = ?", (frame,)).fetchone()
    return _tallied(db, frame) >= max(MIN_COUNTED, REGROW * int(counted))


def _tallied(db: sqlite3.Connection, frame: int) -> int:
    (n,) = db.execute(
        "SELECT coalesce(sum(t.n), 0) FROM frame f JOIN tally t ON t.stream = f.stream AND t.frame = f.id"
        " WHERE f.id = ?",
        (frame,),
    ).fetchone()
    return int(n)


def read_current(db: sqlite3.Connection, frame: int | None = None) -> Current:
    """Return what is indexed of all current annotations with a place, or of those of one frame."""
    where, values = ("", ()) if frame is None else (" AND f.frame = ?", (frame,))
    rows = db.execute(
        "SELECT f.content, f.frame, f.code, f.minx, f.miny, f.maxx, f.maxy, f.wkb FROM document d"
        f" JOIN facet f ON f.content = d.content WHERE d.kind = {ANNOTATION} AND f.minx IS NOT NULL{where}",
        values,
    )
    numbers, anchors = [np.empty((0, 7))], [np.empty((0, 2))]
    while batch := rows.fetchmany(_BATCH):
        columns = list(zip(*batch, strict=True))
        numbers.append(np.array(columns[:7], dtype=np.float64).T)
        anchors.append(anchors_of(columns[7]))
    table = np.concatenate(numbers)
    bounds = np.ascontiguousarray(table[:, 3:])
    sizes = (bounds[:, 2:] - bounds[:, :2]).max(axis=1) if len(table) else np.empty(0)
    contents, frames, codes = (table[:, i].astype(np.int64) for i in range(3))
    places = Places(contents, frames, size_levels(sizes, POINT_LEVEL), bounds)
    return Current(places, codes, np.concatenate(anchors))


def _tally(db: sqlite3.Connection, stream: int) -> None:
    db.execute("DELETE FROM tally WHERE stream = ?", (stream,))
    db.execute(
        "INSERT INTO tally (stream, frame, code, state, n)"
        " SELECT d.stream, coalesce(f.frame, 0), f.code, f.state, count(*)"
        " FROM document d JOIN facet f ON f.content = d.content WHERE d.stream = ? AND d.kind = ? GROUP BY 2, 3, 4",
        (stream, ANNOTATION),
    )


def _count(db: sqlite3.Connection, frame: int, current: Current) -> None:
    mine = current.places.frames == frame
    anchors = current.anchors[mine]
    levels = choose_levels(anchors)
    db.execute("DELETE FROM cell WHERE frame = ?", (frame,))
    db.execute(
        "UPDATE frame SET cell_floor = ?, cell_top = ?, cell_n = ? WHERE id = ?",
        (levels and levels.floor, levels and levels.top, _tallied(db, frame), frame),
    )
    if levels is None:
        return
    for level, rows in counted_cells(anchors, current.places.levels[mine], current.codes[mine], levels):
        db.executemany(
            "INSERT INTO cell (frame, level, cx, cy, code, n) VALUES (?, ?, ?, ?, ?, ?)",
            ((frame, level, *row) for row in rows.tolist()),
        )
