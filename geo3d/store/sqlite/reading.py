"""Reads: queries, counts, bounds, time travel. All of them stream stored JSON without parsing it."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from geo3d.errors import OptionError
from geo3d.store.contract import Bounds, Query
from geo3d.store.facet import STATE_INDEX
from geo3d.store.sqlite.log import JSON_PARTS, Stream, assemble
from geo3d.store.sqlite.schema import ANNOTATION, KINDS

_BATCH = 256
_ROUNDING = 2.0**-20
"""More than SQLite moves a bound when it rounds it to float32, relative to it."""
_NOTHING = -1
"""A row id that no row has."""


@dataclass
class _Selection:
    """A SELECT over current documents while it is put together: where its rows come from, and what they must meet."""

    source: str
    conditions: list[str] = field(default_factory=list)
    values: dict[str, Any] = field(default_factory=dict)

    def sql(self, columns: str, joins: str = "", rest: str = "") -> str:
        """Return the statement."""
        return f"SELECT {columns} FROM {self.source} {joins} WHERE {' AND '.join(self.conditions)} {rest}"


def matching(db: sqlite3.Connection, stream: Stream, query: Query, codes: Mapping[str, int]) -> Iterator[bytes]:
    """Iterate over the JSON of the documents that match, in order of fid."""
    selection = _select(db, stream, query, codes)
    selection.values["limit"] = -1 if query.limit is None else query.limit
    sql = selection.sql(
        f"{JSON_PARTS}, d.revision",
        "JOIN content c ON c.id = d.content LEFT JOIN tail t ON t.id = c.tail",
        "ORDER BY d.fid LIMIT :limit",
    )
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
        f" SELECT {JSON_PARTS}, k.revision FROM then_current n JOIN version v ON v.seq = n.seq"
        " JOIN change_set k ON k.id = v.change_set JOIN content c ON c.id = v.content"
        " LEFT JOIN tail t ON t.id = c.tail ORDER BY n.fid"
    )
    yield from _documents(db, sql, {"boundary": boundary, "stream": stream.id, "kind": kind_index(kind)})


def frame_row(db: sqlite3.Connection, stream: Stream, name: str) -> int:
    """Return the row of a frame; a number that no row has where nothing was ever in it."""
    row = db.execute("SELECT id FROM frame WHERE stream = ? AND name = ?", (stream.id, name)).fetchone()
    return int(row[0]) if row else _NOTHING


def check_query(query: Query) -> None:
    """Refuse a query that cannot be answered. Raises OptionError."""
    kind_index(query.kind)
    _states(query)
    if query.bounds is not None and query.frame is None:
        raise OptionError("bounds need the frame that they are in")


def kind_index(kind: str) -> int:
    """Return the number of a kind of documents. Raises OptionError."""
    if kind not in KINDS:
        raise OptionError(f"there are no documents of kind {kind!r}; choose one of {', '.join(KINDS)}")
    return KINDS.index(kind)


def _documents(db: sqlite3.Connection, sql: str, values: Mapping[str, Any]) -> Iterator[bytes]:
    cursor = db.execute(sql, values)
    try:
        while rows := cursor.fetchmany(_BATCH):
            for body, tail, revision in rows:
                yield assemble(body, tail, revision)
    finally:
        cursor.close()


def _select(db: sqlite3.Connection, stream: Stream, query: Query, codes: Mapping[str, int]) -> _Selection:
    """Put the selection of a query together, driven by its most selective condition."""
    kind = kind_index(query.kind)
    selection = _driver(db, stream, query)
    where, values = selection.conditions, selection.values
    where.append("d.stream = :stream AND d.kind = :kind AND d.content IS NOT NULL")
    values.update(stream=stream.id, kind=kind)
    if "facet f" not in selection.source and (query.frame or query.labels or query.states or query.sample is not None):
        selection.source += " JOIN facet f ON f.content = d.content"
    if query.ids:
        where.append("d.id IN (SELECT value FROM json_each(:ids))")
        values["ids"] = json.dumps(query.ids)
    if query.fids:
        where.append("d.fid IN (SELECT value FROM json_each(:fids))")
        values["fids"] = json.dumps(query.fids)
    if query.after_fid:
        where.append("d.fid > :after")
        values["after"] = query.after_fid
    if query.frame is not None:
        where.append("f.frame = :frame")
        values["frame"] = frame_row(db, stream, query.frame)
    if query.sample is not None:
        where.append("f.sample = :sample")
        values["sample"] = query.sample
    if query.labels:
        where.append(f"f.code IN ({', '.join(str(codes[slug]) for slug in query.labels if slug in codes)})")
    if query.states:
        where.append(f"f.state IN ({', '.join(map(str, _states(query)))})")
    return selection


def _driver(db: sqlite3.Connection, stream: Stream, query: Query) -> _Selection:
    if query.bounds is not None:
        names = ("minx", "miny", "maxx", "maxy")
        return _Selection(
            "place p CROSS JOIN facet f ON f.content = p.content CROSS JOIN document d ON d.fid = f.fid",
            [
                "p.minx <= :maxx AND p.maxx >= :minx AND p.miny <= :maxy AND p.maxy >= :miny",
                "p.minframe <= :frame AND p.maxframe >= :frame",
                # the tree holds float32 rounded outwards: what it finds is held against the exact bounds
                "f.minx <= :maxx AND f.maxx >= :minx AND f.miny <= :maxy AND f.maxy >= :miny",
            ],
            dict(zip(names, query.bounds, strict=True)),
        )
    if query.since:
        (boundary,) = db.execute(
            "SELECT min(first_version) FROM change_set WHERE stream = ? AND revision > ?", (stream.id, query.since)
        ).fetchone()
        since = {"boundary": boundary, "since": query.since}
        return _Selection(
            "version v CROSS JOIN document d ON d.fid = v.fid AND d.head = v.seq",
            ["v.seq >= :boundary AND d.revision > :since"],
            since,
        )
    return _Selection("document d")


def _states(query: Query) -> list[int]:
    unknown = [state for state in query.states if state not in STATE_INDEX]
    if unknown:
        raise OptionError(f"there is no state {unknown[0]!r}; choose one of {', '.join(STATE_INDEX)}")
    return [STATE_INDEX[state] for state in query.states]  # type: ignore[index]


def _is_tallied(query: Query) -> bool:
    """Return whether the tally alone can answer: only frame, classes and states are asked for."""
    return query == Query(frame=query.frame, labels=query.labels, states=query.states)


def _tallied(
    db: sqlite3.Connection, stream: Stream, query: Query, codes: Mapping[str, int]
) -> Iterator[tuple[int, int]]:
    frame = None if query.frame is None else frame_row(db, stream, query.frame)
    wanted = {codes[slug] for slug in query.labels if slug in codes}
    states = set(_states(query))
    for row_frame, code, state, n in db.execute(
        "SELECT frame, code, state, n FROM tally WHERE stream = ?", (stream.id,)
    ).fetchall():
        if frame in (None, row_frame) and (code in wanted or not query.labels) and (state in states or not states):
            yield code, n


def _counted(db: sqlite3.Connection, stream: Stream, query: Query, codes: Mapping[str, int]) -> list[tuple[int, int]]:
    if kind_index(query.kind) != ANNOTATION:
        raise OptionError("only annotations are counted by class")
    selection = _select(db, stream, query, codes)
    joins = "" if "facet f" in selection.source else "JOIN facet f ON f.content = d.content"
    if query.limit is not None:
        raise OptionError("a count has no limit")
    return db.execute(selection.sql("f.code, count(*)", joins, "GROUP BY f.code"), selection.values).fetchall()


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
