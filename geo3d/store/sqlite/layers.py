"""Layers in the database: current chunks, and the log of what was painted."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from geo3d.errors import Conflict, NotFound, ValidationFailed
from geo3d.labels import Layer, Paint, Patch
from geo3d.labels.runs import Entries, Runs, changed_runs, runs_between
from geo3d.store.painting import (
    array_of_runs,
    empty_entries,
    extended,
    inverse,
    pack_entries,
    pack_runs,
    painted,
    problem_of_runs,
    unpack_entries,
    unpack_runs,
)
from geo3d.store.sqlite.log import Entry
from geo3d.store.sqlite.standing import Standing, parsed

MOST_CHUNKS = 1 << 14
"""Chunks (a gigapixel) that one change may paint: everybody else waits meanwhile."""


def apply_patch(entry: Entry, standing: Standing, patch: Patch) -> None:
    """Paint a layer and log it.

    Raises:
        NotFound: There is no such layer.
        ValidationFailed: A run does not fit the layer.
        Conflict: A run's old value is not what is there.
    """
    fid, layer = _layer(standing, patch.layer)
    stale = []
    for chunk in patch.chunks:
        runs = array_of_runs(chunk.runs)
        problem = problem_of_runs(layer, chunk.chunk, runs)
        if problem is not None:
            raise ValidationFailed(problem, problems=[{"id": patch.layer, "reason": "runs", "message": problem}])
        if not _paint(entry, fid, layer, chunk.chunk, runs):
            stale.append(chunk.chunk)
    if stale:
        raise _conflict(patch.layer, stale)


def apply_paint(entry: Entry, standing: Standing, paint: Paint) -> None:
    """Paint a selection over what is there now, and log the runs.

    Raises:
        NotFound: There is no such layer.
        ValidationFailed: The layer takes no such value, or the selection is too large.
    """
    fid, layer = _layer(standing, paint.layer)
    found = changed_runs(
        paint.selection,
        layer,
        lambda keys: read_chunks(entry.db, layer, fid, keys),
        paint.value,
        only=paint.only,
        locked=paint.locked,
    )
    for n, (key, runs) in enumerate(found):
        if n >= MOST_CHUNKS:
            raise ValidationFailed(
                "this is more than a gigapixel at once; paint it in parts, or rasterise polygons",
                problems=[{"id": paint.layer, "reason": "too-large", "message": "more than a gigapixel at once"}],
            )
        _paint(entry, fid, layer, key, runs)


def take_back_patches(entry: Entry, change_set: int, is_forced: bool) -> int:
    """Undo what a change set painted, newest first, and log that. Returns how many chunks it painted.

    Raises:
        Conflict: A run's value was painted over since.
    """
    rows = entry.db.execute(
        "SELECT layer, key, runs FROM patch WHERE change_set = ? ORDER BY id DESC", (change_set,)
    ).fetchall()
    layers = {fid: layer_of(entry.db, fid) for fid in {row[0] for row in rows}}
    for fid, key, packed in rows:
        if not _paint(entry, fid, layers[fid], key, inverse(unpack_runs(packed)), is_forced=is_forced):
            raise _conflict(layers[fid].id, [key])
    return len(rows)


def layer_of(db: sqlite3.Connection, fid: int) -> Layer:
    """Return a layer by its fid, deleted or not: it stays as it was made."""
    (content,) = db.execute(
        "WITH RECURSIVE chain (content, previous) AS ("
        " SELECT v.content, v.previous FROM document d JOIN version v ON v.seq = d.head WHERE d.fid = ?"
        " UNION ALL SELECT v.content, v.previous FROM chain JOIN version v ON v.seq = chain.previous)"
        " SELECT content FROM chain WHERE content IS NOT NULL LIMIT 1",
        (fid,),
    ).fetchone()
    document = parsed(db, content, 0)
    assert isinstance(document, Layer)
    return document


def chunk_keys(db: sqlite3.Connection, fid: int) -> list[str]:
    """Return the keys of a layer's written chunks."""
    return [key for (key,) in db.execute("SELECT key FROM chunk WHERE layer = ?", (fid,))]


def read_chunks(
    db: sqlite3.Connection, layer: Layer, fid: int, keys: Sequence[str] | None
) -> Iterator[tuple[str, Entries]]:
    """Iterate over (key, entries) of a layer's written chunks; None = all."""
    if keys is None:
        for key, packed in db.execute("SELECT key, entries FROM chunk WHERE layer = ?", (fid,)):
            yield key, unpack_entries(packed, layer.dtype)
        return
    for key in keys:
        row = db.execute("SELECT entries FROM chunk WHERE layer = ? AND key = ?", (fid, key)).fetchone()
        if row:
            yield key, unpack_entries(row[0], layer.dtype)


def _layer(standing: Standing, id: str) -> tuple[int, Layer]:
    head, layer = standing.head("layer", id), standing.document("layer", id)
    if head is None or not isinstance(layer, Layer):
        raise NotFound(f"there is no layer {id!r}", id=id)
    return head.fid, layer


def _paint(entry: Entry, fid: int, layer: Layer, key: str, runs: Runs, is_forced: bool = False) -> bool:
    """Paint and log one chunk; False (and nothing written) where an old value is not there and it is not forced."""
    row = entry.db.execute("SELECT entries FROM chunk WHERE layer = ? AND key = ?", (fid, key)).fetchone()
    before = unpack_entries(row[0], layer.dtype) if row else empty_entries(layer)
    after, found_old = painted(before, runs)
    if not found_old:
        if not is_forced:
            return False
        runs = runs_between(extended(before, len(after)), after)
        if not len(runs):
            return True
    entry.db.execute(
        "INSERT INTO chunk (layer, key, entries) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET entries = excluded.entries",
        (fid, key, pack_entries(after)),
    )
    entry.db.execute(
        "INSERT INTO patch (change_set, layer, key, runs) VALUES (?, ?, ?, ?)",
        (entry.change_set, fid, key, pack_runs(runs)),
    )
    return True


def _conflict(layer: str, chunks: Sequence[str]) -> Conflict:
    return Conflict(
        "somebody else painted there since; look at the newer state, then paint again",
        current={},
        chunks=[{"layer": layer, "chunk": chunk} for chunk in chunks],
    )
