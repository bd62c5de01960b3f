"""Check that the projection is what the log says, and make it anew."""

from __future__ import annotations

import operator
import sqlite3
from collections.abc import Iterator

import numpy as np

from geo3d.labels.runs import Entries
from geo3d.store.cell import counted_cells
from geo3d.store.contract import Progress
from geo3d.store.facet import facet_of, links_of
from geo3d.store.painting import empty_entries, pack_entries, painted, unpack_entries, unpack_runs
from geo3d.store.sqlite.layers import layer_of
from geo3d.store.sqlite.log import JSON_PARTS, assemble, next_id
from geo3d.store.sqlite.projection import Projection, levels_of
from geo3d.store.sqlite.reindex import read_current, reindex
from geo3d.store.sqlite.rtree import rows_of
from geo3d.store.sqlite.schema import ANNOTATION, RELATION, THING
from geo3d.store.sqlite.standing import ADAPTER, DocumentCache, codes_of, project_of

_SAMPLE = 20_000
"""So many contents are parsed again by a check; more take every so-manieth."""
_BATCH = 5_000

_HEADS = (
    "SELECT v.fid AS fid, max(v.seq) AS seq, v.content AS content, k.revision AS revision"
    " FROM version v JOIN change_set k ON k.id = v.change_set GROUP BY v.fid"
)
_INDEXED_KINDS = (ANNOTATION, THING, RELATION)


def problems_of(db: sqlite3.Connection, cache: DocumentCache) -> tuple[str, ...]:
    """Return what is wrong with a workspace; see `Store.check`."""
    damage = [text for (text,) in db.execute("PRAGMA integrity_check(20)") if text != "ok"]
    if damage:
        return tuple(f"the file is damaged: {text}" for text in damage)
    return (
        *_problems_of_tree(db),
        *_problems_of_log(db),
        *_problems_of_heads(db),
        *_problems_of_facets(db, cache),
        *_problems_of_counts(db),
        *_problems_of_chunks(db),
    )


def rebuild(db: sqlite3.Connection, cache: DocumentCache, progress: Progress | None) -> None:
    """Make the projection anew from the log; see `Store.rebuild`. Runs inside a transaction of the writer."""
    report = progress or (lambda _: None)
    db.execute(
        "UPDATE document SET head = h.seq, content = h.content, revision = h.revision"
        f" FROM ({_HEADS}) h WHERE h.fid = document.fid"
    )
    for table in ("facet", "link", "chunk"):
        db.execute(f"DELETE FROM {table}")
    streams = [stream for (stream,) in db.execute("SELECT id FROM stream ORDER BY id").fetchall()]
    codes = codes_of(project_of(db, cache))
    projections = {stream: Projection(db, stream) for stream in streams}
    (n_contents,) = db.execute("SELECT count(*) FROM content").fetchone()
    for done, (content, fid, stream, json) in enumerate(_contents(db)):
        document = ADAPTER.validate_json(json)
        projections[stream].store_facet(content, fid, facet_of(document, codes), links_of(document))
        if done % _BATCH == 0:
            report(0.8 * done / n_contents)
    for layer, key, entries in _replayed_chunks(db):
        db.execute("INSERT INTO chunk (layer, key, entries) VALUES (?, ?, ?)", (layer, key, pack_entries(entries)))
    report(0.8)
    reindex(db, streams)
    report(1.0)


def _contents(db: sqlite3.Connection, step: int = 1) -> Iterator[tuple[int, int, int, bytes]]:
    """Iterate over (content, fid, stream, JSON) of every step-th indexed content, current or not, each once."""
    rows = db.execute(
        f"SELECT v.content, v.fid, d.stream, {JSON_PARTS} FROM version v CROSS JOIN document d ON d.fid = v.fid"
        " CROSS JOIN content c ON c.id = v.content LEFT JOIN tail t ON t.id = c.tail"
        f" WHERE d.kind IN {_INDEXED_KINDS} AND v.content % ? = 0 ORDER BY v.seq",
        (step,),
    )
    is_met = bytearray(next_id(db, "content"))  # undo and redo point at contents that were there before
    while batch := rows.fetchmany(_BATCH):
        for content, fid, stream, body, tail in batch:
            if not is_met[content]:
                is_met[content] = True
                yield content, fid, stream, assemble(body, tail, 0)


def _problems_of_tree(db: sqlite3.Connection) -> Iterator[str]:
    (said,) = db.execute("SELECT rtreecheck('place')").fetchone()
    if said != "ok":
        yield f"the spatial index is damaged: {said}"
    (n_wrong,) = db.execute(
        "SELECT count(*) FROM document d JOIN facet f ON f.content = d.content"
        " LEFT JOIN place p ON p.content = f.content"
        " WHERE d.kind = ? AND f.minx IS NOT NULL AND (p.content IS NULL OR p.minx > f.minx OR p.maxx < f.maxx"
        " OR p.miny > f.miny OR p.maxy < f.maxy OR p.minframe <> f.frame"
        " OR p.fid <> d.fid OR p.revision <> d.revision)",
        (ANNOTATION,),
    ).fetchone()
    (n_extra,) = db.execute(
        "SELECT count(*) FROM place_rowid p LEFT JOIN facet f ON f.content = p.rowid"
        " LEFT JOIN document d ON d.fid = f.fid AND d.content = f.content WHERE d.fid IS NULL"
    ).fetchone()
    if n_wrong or n_extra:
        yield f"the spatial index lacks or misplaces {n_wrong} annotations and has {n_extra} that are not there"


def _problems_of_log(db: sqlite3.Connection) -> Iterator[str]:
    for name, revision, n, last in db.execute(
        "SELECT s.name, s.revision, count(k.id), coalesce(max(k.revision), 0) FROM stream s"
        " LEFT JOIN change_set k ON k.stream = s.id GROUP BY s.id"
    ):
        if not revision == n == last:
            yield f"the log of {name!r} has {n} change sets up to revision {last}, the stream says {revision}"
    (n_orphans,) = db.execute(
        "SELECT (SELECT count(*) FROM version v LEFT JOIN content c ON c.id = v.content"
        "  WHERE v.content IS NOT NULL AND c.id IS NULL)"
        " + (SELECT count(*) FROM version v LEFT JOIN document d ON d.fid = v.fid WHERE d.fid IS NULL)"
        " + (SELECT count(*) FROM document d LEFT JOIN version v ON v.seq = d.head WHERE v.seq IS NULL)"
    ).fetchone()
    if n_orphans:
        yield f"{n_orphans} versions or documents lack what they name"


def _problems_of_heads(db: sqlite3.Connection) -> Iterator[str]:
    (n,) = db.execute(
        f"SELECT count(*) FROM document d JOIN ({_HEADS}) h ON h.fid = d.fid"
        " WHERE d.head <> h.seq OR d.content IS NOT h.content OR d.revision <> h.revision"
    ).fetchone()
    if n:
        yield f"{n} documents are not what the log says; run `rebuild`"


def _problems_of_facets(db: sqlite3.Connection, cache: DocumentCache) -> Iterator[str]:
    """Parse contents again (all, or a sample of many) and compare what is indexed of them."""
    codes = codes_of(project_of(db, cache))
    (n_contents,) = db.execute("SELECT count(*) FROM content").fetchone()
    n_wrong = 0
    for content, fid, _, json in _contents(db, step=max(1, n_contents // _SAMPLE)):
        document = ADAPTER.validate_json(json)
        facet = facet_of(document, codes)
        row = db.execute(
            "SELECT f.fid, n.name, f.code, f.state, f.sample, f.minx, f.miny, f.maxx, f.maxy, f.wkb FROM facet f"
            " LEFT JOIN frame n ON n.id = f.frame WHERE f.content = ?",
            (content,),
        ).fetchone()
        expected = facet and (
            fid, facet.frame, facet.code, facet.state, facet.sample, *(facet.bounds or (None,) * 4), facet.wkb
        )  # fmt: skip
        links = {target for (target,) in db.execute("SELECT target FROM link WHERE content = ?", (content,))}
        n_wrong += row != expected or links != set(links_of(document))
    if n_wrong:
        yield f"{n_wrong} documents are indexed with something that they do not say; run `rebuild`"


def _problems_of_counts(db: sqlite3.Connection) -> Iterator[str]:
    counted = (
        "SELECT d.stream, coalesce(f.frame, 0), f.code, f.state, count(*) FROM document d"
        f" JOIN facet f ON f.content = d.content WHERE d.kind = {ANNOTATION} GROUP BY 1, 2, 3, 4"
    )
    kept = "SELECT stream, frame, code, state, n FROM tally"
    (n,) = db.execute(
        f"SELECT (SELECT count(*) FROM ({counted} EXCEPT {kept})) + (SELECT count(*) FROM ({kept} EXCEPT {counted}))"
    ).fetchone()
    if n:
        yield "the counts per class are not what is there; run `rebuild`"
    current = read_current(db)
    for frame, name in db.execute("SELECT id, name FROM frame").fetchall():
        levels, mine = levels_of(db, frame), current.places.frames == frame
        (n_kept,) = db.execute("SELECT count(*) FROM cell WHERE frame = ?", (frame,)).fetchone()
        is_same = True
        if levels is not None:
            for level, rows in counted_cells(
                current.anchors[mine], current.places.levels[mine], current.codes[mine], levels
            ):
                counted_now = db.execute(
                    "SELECT cx, cy, code, n FROM cell WHERE frame = ? AND level = ? ORDER BY cx, cy, code",
                    (frame, level),
                )
                is_same = is_same and all(map(operator.eq, map(list, counted_now), rows_of(rows)))
                n_kept -= len(rows)
        if n_kept or not is_same:
            yield f"the counts per cell of the frame {name!r} are not what is there; run `rebuild`"


def _problems_of_chunks(db: sqlite3.Connection) -> Iterator[str]:
    n_wrong = n = 0
    for layer, key, entries in _replayed_chunks(db):
        row = db.execute("SELECT entries FROM chunk WHERE layer = ? AND key = ?", (layer, key)).fetchone()
        n += 1
        n_wrong += row is None or not np.array_equal(unpack_entries(row[0], entries.dtype), entries)
    (n_kept,) = db.execute("SELECT count(*) FROM chunk").fetchone()
    if n_wrong or n != n_kept:
        yield f"{n_wrong + abs(n - n_kept)} chunks of layers are not what was painted; run `rebuild`"


def _replayed_chunks(db: sqlite3.Connection) -> Iterator[tuple[int, str, Entries]]:
    """Iterate over (layer, key, entries) as the log of patches makes them, one chunk at a time."""
    for (fid,) in db.execute("SELECT DISTINCT layer FROM patch").fetchall():
        layer = layer_of(db, fid)
        for (key,) in db.execute("SELECT DISTINCT key FROM patch WHERE layer = ?", (fid,)).fetchall():
            entries = empty_entries(layer)
            for (runs,) in db.execute("SELECT runs FROM patch WHERE layer = ? AND key = ? ORDER BY id", (fid, key)):
                entries, _ = painted(entries, unpack_runs(runs))
            yield fid, key, entries
