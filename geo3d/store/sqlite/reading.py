"""Reads: queries, counts, bounds, time travel. All of them stream stored JSON without parsing it."""

from __future__ import annotations

import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from typing import Any

from geo3d.errors import OptionError
from geo3d.store.contract import Bounds, Query
from geo3d.store.sqlite.log import Stream, assemble
from geo3d.store.sqlite.schema import ANNOTATION
from geo3d.store.sqlite.selecting import frame_row, kind_index, select, states_of

_BATCH = 512
_ROUNDING = 2.0**-20
"""More than SQLite moves a bound when it rounds it to float32, relative to it."""


def matching(db: sqlite3.Connection, stream: Stream, query: Query, codes: Mapping[str, int]) -> Iterator[bytes]:
    """Iterate over the JSON of the documents that match, in order of fid."""
    selection = select(db, stream, query, codes)
    selection.values["limit"] = -1 if query.limit is None else query.limit
    found = selection.sql(
        f"{selection.fid} AS fid, {selection.content} AS content, {selection.revision} AS revision",
        rest=f"ORDER BY {selection.fid} LIMIT :limit",
    )
    # sorted before the JSON is fetched: what a large view has to sort is a few numbers per document
    sql = f"SELECT c.body, c.tail, q.revision FROM ({found}) q CROSS JOIN content c ON c.id = q.content"
    yield from _documents(db, sql, selection.values)


def counts(db: sqlite3.Connection, stream: Stream, query: Query, codes: Mapping[str, int]) -> dict[str, int]:
    """Return how many annotations of each class match, classes without any left out."""
    slugs = {code: slug for slug, code in codes.items()}
    rows = _tallied(db, stream, query, codes) if _is_tallied(query) else _counted(db, stream, query, codes)
    found: Counter[str] = Counter()
    for code, n in rows:
        found[slugs[code]] += n
    return dict(found)


def bounds_by_frame(db: sqlite3.Connection, stream: Stream) -> dict[str, Bounds]:
    """Return the bounds of the annotations of each frame, exact."""
    found: dict[str, Bounds] = {}
    frames = db.execute(
        "SELECT f.id, f.name FROM frame f WHERE f.stream = ? AND EXISTS"
        " (SELECT 1 FROM tally t WHERE t.stream = f.stream AND t.frame = f.id) ORDER BY f.id",
        (stream.id,),
    ).fetchall()
    for frame, name in frames:
        bounds = _bounds(db, frame)
        if bounds is not None:
            found[name] = bounds
    return found


def documents_at(db: sqlite3.Connection, stream: Stream, revision: int, kind: str) -> Iterator[bytes]:
    """Iterate over the JSON of the documents of a kind as they were right after a revision, in order of fid."""
    (boundary,) = db.execute(
        "SELECT coalesce(min(first_version), 9223372036854775807) FROM change_set WHERE stream = ? AND revision > ?",
        (stream.id, revision),
    ).fetchone()
    # What was written after the revision had the wanted state before the first such version; the rest has not changed.
    sql = (
        "WITH changed (fid, first) AS (SELECT v.fid, min(v.seq) FROM version v JOIN document d ON d.fid = v.fid"
        "  WHERE v.seq >= :boundary AND d.stream = :stream AND d.kind = :kind GROUP BY v.fid),"
        " then_current (fid, seq) AS ("
        "  SELECT c.fid, v.previous FROM changed c JOIN version v ON v.seq = c.first WHERE v.previous IS NOT NULL"
        "  UNION ALL SELECT d.fid, d.head FROM document d WHERE d.stream = :stream AND d.kind = :kind"
        "  AND d.content IS NOT NULL AND d.fid NOT IN (SELECT fid FROM changed))"
        " SELECT c.body, c.tail, q.revision FROM (SELECT n.fid, v.content, k.revision FROM then_current n"
        "  JOIN version v ON v.seq = n.seq JOIN change_set k ON k.id = v.change_set ORDER BY n.fid) q"
        " CROSS JOIN content c ON c.id = q.content"
    )
    yield from _documents(db, sql, {"boundary": boundary, "stream": stream.id, "kind": kind_index(kind)})


def _documents(db: sqlite3.Connection, sql: str, values: Mapping[str, Any]) -> Iterator[bytes]:
    """Iterate over the JSON of rows of (body, tail, revision)."""
    tails: dict[int | None, bytes] = {None: b""}
    cursor = db.execute(sql, values)
    try:
        while rows := cursor.fetchmany(_BATCH):
            for body, tail, revision in rows:
                if tail not in tails:
                    (tails[tail],) = db.execute("SELECT json FROM tail WHERE id = ?", (tail,)).fetchone()
                yield assemble(body, tails[tail], revision)
    finally:
        cursor.close()


def _is_tallied(query: Query) -> bool:
    """Return whether the tally alone can answer: only frame, classes and states are asked for."""
    return query == Query(frame=query.frame, labels=query.labels, states=query.states)


def _tallied(
    db: sqlite3.Connection, stream: Stream, query: Query, codes: Mapping[str, int]
) -> Iterator[tuple[int, int]]:
    frame = None if query.frame is None else frame_row(db, stream, query.frame)
    wanted = {codes[slug] for slug in query.labels if slug in codes}
    states = set(states_of(query))
    for row_frame, code, state, n in db.execute(
        "SELECT frame, code, state, n FROM tally WHERE stream = ?", (stream.id,)
    ).fetchall():
        if frame in (None, row_frame) and (code in wanted or not query.labels) and (state in states or not states):
            yield code, n


def _counted(db: sqlite3.Connection, stream: Stream, query: Query, codes: Mapping[str, int]) -> list[tuple[int, int]]:
    if kind_index(query.kind) != ANNOTATION:
        raise OptionError("only annotations are counted by class")
    if query.limit is not None:
        raise OptionError("a count has no limit")
    selection = select(db, stream, query, codes)
    selection.join_facet()
    return db.execute(selection.sql("f.code, count(*)", rest="GROUP BY f.code"), selection.values).fetchall()


def _bounds(db: sqlite3.Connection, frame: int) -> Bounds | None:
    """Return the exact bounds of a frame: the tree tells them rounded outwards, its outermost rows exactly."""
    inside = "p.minframe <= :frame AND p.maxframe >= :frame"
    rounded = db.execute(
        f"SELECT min(minx), min(miny), max(maxx), max(maxy) FROM place p WHERE {inside}", {"frame": frame}
    ).fetchone()
    if rounded[0] is None:
        return None
    exact = []
    for side, value in zip(("minx", "miny", "maxx", "maxy"), rounded, strict=True):
        best, compare, sign = ("min", "<=", 1) if side.startswith("min") else ("max", ">=", -1)
        # SQLite rounds by up to two steps of float32, so the outermost row need not be the outermost in the tree
        nearly = value + sign * abs(value) * _ROUNDING
        (number,) = db.execute(
            f"SELECT {best}(f.{side}) FROM place p JOIN facet f ON f.content = p.content"
            f" WHERE p.{side} {compare} :value AND {inside}",
            {"frame": frame, "value": nearly},
        ).fetchone()
        exact.append(number)
    return exact[0], exact[1], exact[2], exact[3]
