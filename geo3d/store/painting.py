"""Entries of layers: how a chunk is kept, and how runs change it."""

from __future__ import annotations

import struct
import zlib
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from geo3d.labels import CHUNK_SIDE, Layer, Run
from geo3d.labels.runs import Entries, Runs

_UNIFORM, _DEFLATED = 0, 1


def array_of_runs(runs: Sequence[Run]) -> Runs:
    """Return runs as an array of shape (n, 4); numbers beyond 2**32, which no layer holds, are cut to it."""
    flat = [min(number, 1 << 32) for run in runs for number in (run.start, run.length, run.old, run.new)]
    return np.array(flat, dtype=np.int64).reshape(-1, 4)


def pack_runs(runs: Runs) -> bytes:
    """Return runs as bytes for the log (columns deflated: starts and values repeat)."""
    return zlib.compress(np.ascontiguousarray(runs.T, dtype="<u4").tobytes(), 1)


def unpack_runs(packed: bytes) -> Runs:
    """Return what `pack_runs` packed."""
    return np.frombuffer(zlib.decompress(packed), dtype="<u4").reshape(4, -1).T.astype(np.int64)


def pack_entries(entries: Entries) -> bytes:
    """Return a chunk's entries as bytes; a chunk of one value takes nine."""
    if len(entries) and (entries == entries[0]).all():
        return struct.pack("<BII", _UNIFORM, len(entries), int(entries[0]))
    return bytes([_DEFLATED]) + zlib.compress(entries.astype(entries.dtype.newbyteorder("<")).tobytes(), 1)


def unpack_entries(packed: bytes, dtype: npt.DTypeLike) -> Entries:
    """Return what `pack_entries` packed, shape (n,), writable."""
    dtype = np.dtype(dtype)
    if packed[0] == _UNIFORM:
        _, n, value = struct.unpack("<BII", packed)
        return np.full(n, value, dtype=dtype)
    return np.frombuffer(zlib.decompress(packed[1:]), dtype=dtype.newbyteorder("<")).astype(dtype)


def empty_entries(layer: Layer) -> Entries:
    """Return the entries of a chunk that was never written: zeros, shape (n,).

    For a point layer n is 0: only who painted a node knows how many points it has.
    """
    return np.zeros(CHUNK_SIDE**2 if layer.size is not None else 0, dtype=layer.dtype)


def problem_of_runs(layer: Layer, key: str, runs: Runs) -> str | None:
    """Return why runs cannot be painted on a chunk, or None."""
    starts, ends = runs[:, 0], runs[:, 0] + runs[:, 1]
    if not len(runs):
        return f"the chunk {key!r} has no run"
    if (starts[1:] < ends[:-1]).any():
        return f"runs of the chunk {key!r} overlap or are out of order"
    if int(runs[:, 2:].max()) > np.iinfo(layer.dtype).max:
        return f"{int(runs[:, 2:].max())} does not fit a layer of {layer.dtype}"
    if layer.size is None:
        return None
    if ends[-1] > CHUNK_SIDE**2:
        return f"runs of the chunk {key!r} end at {ends[-1]}, after its {CHUNK_SIDE**2} entries"
    columns, rows = (-(-side // CHUNK_SIDE) for side in layer.size)
    cx, slash, cy = key.partition("/")
    if not slash or not (cx.isdecimal() and cy.isdecimal()) or int(cx) >= columns or int(cy) >= rows:
        return f"the layer has no chunk {key!r}"
    return None


def painted(entries: Entries, runs: Runs) -> tuple[Entries, bool]:
    """Return the entries after the runs, and whether every run found its old value there.

    The entries are as long as before, or longer where a run ends after them.
    """
    after = extended(entries, max(len(entries), int(runs[-1, 0] + runs[-1, 1])))
    found_old = True
    for start, length, old, new in runs.tolist():
        part = after[start : start + length]
        found_old = found_old and bool((part == old).all())
        part[:] = new
    return after, found_old


def extended(entries: Entries, n: int) -> Entries:
    """Return a copy of the entries with zeros after them, shape (n,)."""
    return np.concatenate([entries, np.zeros(n - len(entries), dtype=entries.dtype)])


def inverse(runs: Runs) -> Runs:
    """Return the runs that take these back."""
    return runs[:, [0, 1, 3, 2]]
