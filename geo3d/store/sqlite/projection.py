"""The projection: facets and the indices over those that are current, kept up to date edit by edit."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from geo3d.store.cell import Levels, cell_of
from geo3d.store.contract import Bounds
from geo3d.store.facet import Facet, level_of
from geo3d.store.sqlite.reindex import needs_regrowth, regrow
from geo3d.store.wkb import anchor_of


@dataclass(frozen=True)
class Indexed:
    """One row of `facet` as the indices need it."""

    content: int
    fid: int
    frame: int
    """Row of `frame`; 0 = none."""
    code: int
    state: int
    bounds: Bounds | None
    wkb: bytes | None


class Projection:
    """Writes the projection of one stream, inside one transaction of the writer."""

    def __init__(self, db: sqlite3.Connection, stream: int) -> None:
        self.db = db
        self.stream = stream
        self._frames: dict[str, int] = {}
        self._levels: dict[int, Levels | None] = {}

    def frame_row(self, name: str) -> int:
        """Return the row of a frame, made where it is new."""
        known = self._frames.get(name)
        if known is None:
            self.db.execute("INSERT OR IGNORE INTO frame (stream, name) VALUES (?, ?)", (self.stream, name))
            (known,) = self.db.execute(
                "SELECT id FROM frame WHERE stream = ? AND name = ?", (self.stream, name)
            ).fetchone()
            self._frames[name] = int(known)
        return int(known)

    def store_facet(self, content: int, fid: int, facet: Facet | None, links: Iterable[str]) -> None:
        """Remember what is indexed of a new content. It counts once `move` makes it current."""
        if facet is not None:
            frame = None if facet.frame is None else self.frame_row(facet.frame)
            self.db.execute(
                "INSERT INTO facet (content, fid, frame, code, state, sample, minx, miny, maxx, maxy, wkb)"
                " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
                (content, fid, frame, facet.code, facet.state, facet.sample, *(facet.bounds or (None,) * 4), facet.wkb),
            )
        self.db.executemany(
            "INSERT INTO link (target, content, fid) VALUES (?, ?, ?)", [(target, content, fid) for target in links]
        )

    def move(self, removed: Sequence[int], added: Sequence[int], revision: int) -> None:
        """Take contents of annotations out of the indices and put others in, one by one.

        Args:
            removed: Contents that were current.
            added: Contents that are current now.
            revision: The revision that made them so.
        """
        touched: set[int] = set()
        for indexed in map(self._indexed, removed):
            self._count(indexed, -1)
            if indexed.bounds is not None:
                self.db.execute("DELETE FROM place WHERE content = ?", (indexed.content,))
        for indexed in map(self._indexed, added):
            self._count(indexed, +1)
            if indexed.bounds is not None:
                row = place_row(indexed, revision)
                self.db.execute("INSERT INTO place VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)", row)
            touched.add(indexed.frame)
        self.db.execute("DELETE FROM tally WHERE stream = ? AND n = 0", (self.stream,))
        for frame in touched - {0}:
            if needs_regrowth(self.db, frame):
                regrow(self.db, frame)
                self._levels.pop(frame, None)

    def _indexed(self, content: int) -> Indexed:
        fid, frame, code, state, minx, miny, maxx, maxy, wkb = self.db.execute(
            "SELECT fid, frame, code, state, minx, miny, maxx, maxy, wkb FROM facet WHERE content = ?", (content,)
        ).fetchone()
        return Indexed(content, fid, frame or 0, code, state, None if minx is None else (minx, miny, maxx, maxy), wkb)

    def _count(self, indexed: Indexed, by: int) -> None:
        self.db.execute(
            "INSERT INTO tally (stream, frame, code, state, n) VALUES (?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET n = n + excluded.n",
            (self.stream, indexed.frame, indexed.code, indexed.state, by),
        )
        levels = self.levels(indexed.frame)
        if levels is None or indexed.bounds is None or indexed.wkb is None:
            return
        minx, miny, maxx, maxy = indexed.bounds
        x, y = anchor_of(indexed.wkb)
        rows = [
            (indexed.frame, level, *cell_of(x, y, level), indexed.code, by)
            for level in levels.counted(level_of(max(maxx - minx, maxy - miny)))
        ]
        self.db.executemany(
            "INSERT INTO cell (frame, level, cx, cy, code, n) VALUES (?, ?, ?, ?, ?, ?)"
            " ON CONFLICT DO UPDATE SET n = n + excluded.n",
            rows,
        )
        if by < 0:
            self.db.executemany(
                "DELETE FROM cell WHERE frame = ? AND level = ? AND cx = ? AND cy = ? AND code = ? AND n = 0",
                [row[:5] for row in rows],
            )

    def levels(self, frame: int) -> Levels | None:
        """Return the cell levels of a frame."""
        if frame not in self._levels:
            self._levels[frame] = levels_of(self.db, frame)
        return self._levels[frame]


def levels_of(db: sqlite3.Connection, frame: int) -> Levels | None:
    """Return the cell levels of a frame, None where it has no cells."""
    row = db.execute("SELECT cell_floor, cell_top FROM frame WHERE id = ?", (frame,)).fetchone()
    return Levels(*row) if row and row[0] is not None else None


def place_row(indexed: Indexed, revision: int) -> tuple[float, ...]:
    """Return the R*Tree row (SQLite rounds bounds to float32 outwards)."""
    assert indexed.bounds is not None
    minx, miny, maxx, maxy = indexed.bounds
    level = level_of(max(maxx - minx, maxy - miny))
    frame = indexed.frame
    return indexed.content, minx, maxx, miny, maxy, level, level, frame, frame, indexed.fid, revision
