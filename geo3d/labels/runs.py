"""Runs: what a selection changes on a layer."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator

import numpy as np
import numpy.typing as npt

from geo3d.errors import ValidationFailed
from geo3d.labels.layer import CHUNK_SIDE, ChunkRuns, Layer, Run
from geo3d.labels.selection import ChunkMask, Selection

Entries = npt.NDArray[np.unsignedinteger]
Runs = npt.NDArray[np.int64]
"""Shape (n, 4): start, length, old, new of each run."""
ReadChunks = Callable[[list[str]], Iterable[tuple[str, Entries]]]
"""Gives (key, entries) of those of the wanted chunks that were ever written: ``lambda keys: store.chunks(layer,
keys)``."""

_BATCH = 64
"""Chunks that are read at once."""


def changed_runs(
    selection: Selection,
    layer: Layer,
    read_chunks: ReadChunks,
    value: int,
    *,
    only: Collection[int] | None = None,
    locked: Collection[int] = (),
) -> Iterator[tuple[str, Runs]]:
    """Iterate over what painting a selection changes: (key, runs of shape (n, 4)) of each chunk that it changes.

    Args:
        selection: In the layer's pixel frame.
        layer: A pixel layer.
        read_chunks: Gives the chunks' current entries.
        value: What to paint; 0 erases.
        only: Paint only over these entries (``{0}``: over what is unlabelled); None = over any.
        locked: Entries that are never painted over.

    Raises:
        ValidationFailed: It is a layer of points, or the value does not fit its dtype.
    """
    if layer.size is None:
        raise ValidationFailed(
            "a selection of pixels needs a layer of pixels; choose the layer of a raster", problems=[]
        )
    if not 0 <= value <= np.iinfo(layer.dtype).max:
        raise ValidationFailed(f"{value} does not fit a layer of {layer.dtype}", problems=[])
    batch: list[ChunkMask] = []
    for mask in selection.masks(layer.size):
        batch.append(mask)
        if len(batch) == _BATCH:
            yield from _changed(batch, layer, read_chunks, value, only, locked)
            batch = []
    yield from _changed(batch, layer, read_chunks, value, only, locked)


def runs_of(
    selection: Selection,
    layer: Layer,
    read_chunks: ReadChunks,
    value: int,
    *,
    only: Collection[int] | None = None,
    locked: Collection[int] = (),
) -> Iterator[ChunkRuns]:
    """Iterate over the runs that paint a selection, as values; together they make a `Patch`. See `changed_runs`."""
    for key, runs in changed_runs(selection, layer, read_chunks, value, only=only, locked=locked):
        yield chunk_runs(key, runs)


def chunk_runs(key: str, runs: Runs) -> ChunkRuns:
    """Return runs of a chunk as a value."""
    made = tuple(Run(start=s, length=n, old=old, new=new) for s, n, old, new in runs.tolist())
    return ChunkRuns(chunk=key, runs=made)


def runs_between(before: Entries, after: Entries) -> Runs:
    """Return the runs that lead from one state of a chunk to another.

    Args:
        before: Entries, shape (n,).
        after: Entries, shape (n,).

    Returns:
        (start, length, old, new) of each run in order, shape (k, 4).
    """
    is_start = np.ones(len(before), dtype=bool)
    is_start[1:] = (before[1:] != before[:-1]) | (after[1:] != after[:-1])
    starts = np.flatnonzero(is_start)
    runs = np.stack([starts, np.diff(np.append(starts, len(before))), before[starts], after[starts]], axis=1)
    changed: Runs = runs[runs[:, 2] != runs[:, 3]].astype(np.int64)
    return changed


def _changed(
    batch: list[ChunkMask],
    layer: Layer,
    read_chunks: ReadChunks,
    value: int,
    only: Collection[int] | None,
    locked: Collection[int],
) -> Iterator[tuple[str, Runs]]:
    written = dict(read_chunks([mask.key for mask in batch]))
    for mask in batch:
        before = written.get(mask.key)
        if before is None:
            before = np.zeros(CHUNK_SIDE**2, dtype=layer.dtype)
        chosen = mask.pixels.ravel()
        if only is not None:
            chosen = chosen & np.isin(before, list(only))
        if locked:
            chosen = chosen & ~np.isin(before, list(locked))
        runs = runs_between(before, np.where(chosen, before.dtype.type(value), before))
        if len(runs):
            yield mask.key, runs
