"""Make the indices anew, all at once: after loads, large undos, and when the projection is rebuilt."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import compress

import numpy as np
import numpy.typing as npt

from geo3d.store.cell import MIN_COUNTED, REGROW, choose_levels, counted_cells, size_levels
from geo3d.store.facet import POINT_LEVEL
from geo3d.store.sqlite.rtree import Places, build, rows_of
from geo3d.store.sqlite.schema import ANNOTATION
from geo3d.store.wkb import anchors_of

_BATCH = 50_000
_LOOKUP_COST = 8
"""Looking up a row costs about so many times more than meeting it in a scan."""
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


def index_load(
    db: sqlite3.Connection, stream: int, loaded: Sequence[Current], tally: Mapping[tuple[int, int, int], int]
) -> None:
    """Bring the indices up to date after a load, without reading back what was loaded.

    Args:
        db: The writer's connection.
        stream: The stream that was loaded into.
        loaded: The annotations with a place, batch by batch.
        tally: How many annotations were loaded, by (row of `frame` or 0, class code, state).
    """
    db.executemany(
        f"INSERT INTO tally (stream, frame, code, state, n) VALUES ({stream}, ?, ?, ?, ?)"
        " ON CONFLICT DO UPDATE SET n = n + excluded.n",
        ((*key, n) for key, n in tally.items()),
    )
    new = joined(loaded)
    first = int(new.places.contents.min(initial=1 << 62))
    current = joined([read_current(db, before=first), new])
    build(db, current.places)
    for frame in np.unique(new.places.frames).tolist():
        _count(db, frame, current)


def joined(parts: Sequence[Current]) -> Current:
    """Return several carriers as one."""
    places = [part.places for part in parts]
    return Current(
        Places(
            np.concatenate([p.contents for p in places]),
            np.concatenate([p.frames for p in places]),
            np.concatenate([p.levels for p in places]),
            np.concatenate([p.bounds for p in places]),
            np.concatenate([p.documents for p in places]),
        ),
        np.concatenate([part.codes for part in parts]),
        np.concatenate([part.anchors for part in parts]),
    )


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


def read_current(db: sqlite3.Connection, frame: int | None = None, before: int = 1 << 62) -> Current:
    """Return what is indexed of all current annotations with a place.

    Args:
        db: A connection inside a transaction.
        frame: Only of this frame; None = all.
        before: Only contents below this.
    """
    contents, documents = _heads(db, before)
    where, values = ("", (before,)) if frame is None else (" AND f.frame = ?", (before, frame))
    (n_facets,) = db.execute("SELECT coalesce(max(content), 0) FROM facet").fetchone()
    # in the order of the file, current or not, is far faster than looking most of them up one by one
    is_scan = len(contents) * _LOOKUP_COST > n_facets
    source = "facet f" if is_scan else "document d CROSS JOIN facet f ON f.content = d.content"
    condition = "" if is_scan else f" AND d.kind = {ANNOTATION}"
    rows = db.execute(
        f"SELECT f.content, f.frame, f.code, f.minx, f.miny, f.maxx, f.maxy, f.wkb FROM {source}"
        f" WHERE f.content < ? AND f.minx IS NOT NULL{where}{condition}",
        values,
    )
    parts = [_NONE]
    while batch := rows.fetchmany(_BATCH):
        columns = list(zip(*batch, strict=True))
        found, frames, codes = (np.array(column, dtype=np.int64) for column in columns[:3])
        where_in = np.minimum(np.searchsorted(contents, found), len(contents) - 1)
        is_current = contents[where_in] == found if len(contents) else np.zeros(len(found), dtype=bool)
        bounds = np.array(columns[3:7], dtype=np.float64).T[is_current]
        wkbs = list(compress(columns[7], is_current))
        kept = found[is_current]
        parts.append(
            current_of(kept, documents[where_in[is_current]], frames[is_current], codes[is_current], bounds, wkbs)
        )
    return joined(parts)


def _heads(db: sqlite3.Connection, before: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return the contents of all current annotations in order, shape (n,), and their (fid, revision), shape (n, 2)."""
    rows = db.execute(
        f"SELECT content, fid, revision FROM document WHERE kind = {ANNOTATION} AND content < ?", (before,)
    )
    batches = [np.empty((0, 3), dtype=np.int64)]
    while batch := rows.fetchmany(_BATCH):
        batches.append(np.array(batch, dtype=np.int64))
    table = np.concatenate(batches)
    table = table[np.argsort(table[:, 0])]
    return table[:, 0].copy(), table[:, 1:]


def current_of(
    contents: npt.NDArray[np.int64],
    documents: npt.NDArray[np.int64],
    frames: npt.NDArray[np.int64],
    codes: npt.NDArray[np.int64],
    bounds: npt.NDArray[np.float64],
    wkbs: Sequence[bytes],
) -> Current:
    """Return columns of `facet` as a carrier.

    Args:
        contents: Shape (n,).
        documents: (fid, revision) of each, shape (n, 2).
        frames: Row of `frame`, shape (n,).
        codes: Class code, shape (n,).
        bounds: (minx, miny, maxx, maxy), shape (n, 4).
        wkbs: Geometry of each.
    """
    sizes = (bounds[:, 2:] - bounds[:, :2]).max(axis=1, initial=0.0)
    places = Places(contents, frames, size_levels(sizes, POINT_LEVEL), bounds, documents)
    return Current(places, codes, anchors_of(wkbs))


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
            ((frame, level, *row) for row in rows_of(rows)),
        )


_NO_INTS = np.empty(0, dtype=np.int64)
_NONE = current_of(_NO_INTS, np.empty((0, 2), dtype=np.int64), _NO_INTS, _NO_INTS, np.empty((0, 4)), ())
