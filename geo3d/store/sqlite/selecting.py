"""Queries as SQL: which documents a `Query` means."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping
from typing import Any

from geo3d.errors import OptionError
from geo3d.store.contract import Query
from geo3d.store.facet import STATE_INDEX
from geo3d.store.sqlite.log import Stream
from geo3d.store.sqlite.schema import KINDS

_NOTHING = -1
"""A row id that no row has."""
_BOX = "minx <= :maxx AND {0}.maxx >= :minx AND {0}.miny <= :maxy AND {0}.maxy >= :miny"


class Selection:
    """A SELECT over current documents while it is put together."""

    def __init__(self, source: str, alias: str, *joined: str) -> None:
        """Begin with a table that has the columns fid, revision and content, and others that are joined already."""
        self.source = source
        self.conditions: list[str] = []
        self.values: dict[str, Any] = {}
        self.fid, self.revision, self.content = f"{alias}.fid", f"{alias}.revision", f"{alias}.content"
        self._joined = {alias, *joined}

    def where(self, condition: str, **values: Any) -> None:
        """Add a condition, and the values that it names."""
        self.conditions.append(condition)
        self.values.update(values)

    def join_facet(self) -> None:
        """Make the columns of `facet` known as ``f``."""
        if "f" not in self._joined:
            self.source += f" CROSS JOIN facet f ON f.content = {self.content}"
            self._joined.add("f")

    def join_document(self) -> None:
        """Make the columns of `document` known as ``d``."""
        if "d" not in self._joined:
            self.source += f" CROSS JOIN document d ON d.fid = {self.fid}"
            self._joined.add("d")

    def sql(self, columns: str, joins: str = "", rest: str = "") -> str:
        """Return the statement."""
        return f"SELECT {columns} FROM {self.source} {joins} WHERE {' AND '.join(self.conditions)} {rest}"


def select(db: sqlite3.Connection, stream: Stream, query: Query, codes: Mapping[str, int]) -> Selection:
    """Return the selection of a query, driven by its most selective condition."""
    selection = _placed(db, stream, query) if query.bounds is not None else _listed(db, stream, query)
    if query.ids:
        selection.join_document()
        selection.where("d.id IN (SELECT value FROM json_each(:ids))", ids=json.dumps(query.ids))
    if query.fids:
        selection.where(f"{selection.fid} IN (SELECT value FROM json_each(:fids))", fids=json.dumps(query.fids))
    if query.after_fid:
        selection.where(f"{selection.fid} > :after", after=query.after_fid)
    if query.since:
        selection.where(f"{selection.revision} > :since", since=query.since)
    if query.frame is not None or query.labels or query.states or query.sample is not None:
        _where_facet(selection, db, stream, query, codes)
    return selection


def _placed(db: sqlite3.Connection, stream: Stream, query: Query) -> Selection:
    """Begin with the spatial index: its rows are current annotations, of a frame of one stream."""
    assert query.bounds is not None
    assert query.frame is not None
    selection = Selection("place p", "p")
    selection.where(f"p.{_BOX.format('p')} AND p.minframe <= :frame AND p.maxframe >= :frame")
    # the tree holds float32, rounded outwards: who lies inside by these does so exactly, the others are asked
    selection.where(
        "(p.minx >= :minx AND p.maxx <= :maxx AND p.miny >= :miny AND p.maxy <= :maxy"
        f" OR EXISTS (SELECT 1 FROM facet e WHERE e.content = p.content AND e.{_BOX.format('e')}))",
        **dict(zip(("minx", "miny", "maxx", "maxy"), query.bounds, strict=True)),
        frame=frame_row(db, stream, query.frame),
    )
    return selection


def _listed(db: sqlite3.Connection, stream: Stream, query: Query) -> Selection:
    if query.sample is not None:
        selection = Selection("facet f CROSS JOIN document d ON d.fid = f.fid AND d.content = f.content", "d", "f")
    elif not query.since:
        selection = Selection("document d", "d")
    else:
        (boundary,) = db.execute(
            "SELECT min(first_version) FROM change_set WHERE stream = ? AND revision > ?", (stream.id, query.since)
        ).fetchone()
        selection = Selection("version v CROSS JOIN document d ON d.fid = v.fid AND d.head = v.seq", "d")
        selection.where("v.seq >= :boundary", boundary=boundary)
    selection.where(
        "d.stream = :stream AND d.kind = :kind AND d.content IS NOT NULL", stream=stream.id, kind=kind_index(query.kind)
    )
    return selection


def _where_facet(
    selection: Selection, db: sqlite3.Connection, stream: Stream, query: Query, codes: Mapping[str, int]
) -> None:
    if query.bounds is None and query.frame is not None:
        selection.join_facet()
        selection.where("f.frame = :frame", frame=frame_row(db, stream, query.frame))
    if query.sample is not None:
        selection.join_facet()
        selection.where("f.sample = :sample", sample=query.sample)
    if query.labels:
        selection.join_facet()
        selection.where(f"f.code IN ({', '.join(str(codes[slug]) for slug in query.labels if slug in codes)})")
    if query.states:
        selection.join_facet()
        selection.where(f"f.state IN ({', '.join(map(str, states_of(query)))})")


def states_of(query: Query) -> list[int]:
    """Return the numbers of the states that a query asks for. Raises OptionError."""
    unknown = [state for state in query.states if state not in STATE_INDEX]
    if unknown:
        raise OptionError(f"there is no state {unknown[0]!r}; choose one of {', '.join(STATE_INDEX)}")
    return [STATE_INDEX[state] for state in query.states]  # type: ignore[index]


def frame_row(db: sqlite3.Connection, stream: Stream, name: str) -> int:
    """Return the row of a frame; a number that no row has where nothing was ever in it."""
    row = db.execute("SELECT id FROM frame WHERE stream = ? AND name = ?", (stream.id, name)).fetchone()
    return int(row[0]) if row else _NOTHING


def check_query(query: Query) -> None:
    """Refuse a query that cannot be answered. Raises OptionError."""
    kind_index(query.kind)
    states_of(query)
    if query.bounds is not None and query.frame is None:
        raise OptionError("bounds need the frame that they are in")
    if query.bounds is not None and query.kind != "annotation":
        raise OptionError("only annotations have bounds")


def kind_index(kind: str) -> int:
    """Return the number of a kind of documents. Raises OptionError."""
    if kind not in KINDS:
        raise OptionError(f"there are no documents of kind {kind!r}; choose one of {', '.join(KINDS)}")
    return KINDS.index(kind)
