"""Painted layers as tiles: the entries themselves at every zoom of the raster's native grid, and pixel counts."""

from __future__ import annotations

import hashlib
import threading
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
import numpy.typing as npt
import orjson

from geo3d.errors import NotFound
from geo3d.labels import CHUNK_SIDE, Layer
from geo3d.labels.runs import Entries
from geo3d.raster.grid import NativeGrid
from geo3d.store import Query, Store
from geo3d.store.painting import pack_entries, unpack_entries

_MOST_BEHIND = 500
"""Commits that are looked through for what they painted; further behind, all is made anew."""
_MOST_KEPT = 1 << 14
"""Reduced tiles of a layer that are kept, packed: some kilobytes each."""

Node = tuple[int, int, int]
"""(zoom, column, row) of a tile."""


@dataclass(frozen=True)
class LayerTile:
    """A tile of a layer as it was at a revision of its scene."""

    revision: int
    tag: str
    """Hash of the content: what is painted elsewhere leaves it as it is."""
    body: bytes
    """Entries, little-endian, row-major, (CHUNK_SIDE, CHUNK_SIDE); empty where nothing is painted."""


@dataclass(frozen=True)
class _Known:
    """What is known of a layer as of a revision; whoever finds it behind makes the next one, so that none is mended."""

    revision: int
    layer: Layer
    max_zoom: int
    nodes: frozenset[Node] | set[Node]
    """Every tile with something below it that was ever painted."""
    reduced: dict[Node, bytes] = field(default_factory=dict)
    """Packed entries of tiles above the chunks."""
    counts: dict[str, Mapping[int, int]] = field(default_factory=dict)
    """Pixels of each entry, by chunk."""


class LayerTiles:
    """Makes tiles of painted layers and keeps what is costly. Thread-safe."""

    def __init__(self, store: Store) -> None:
        """Make tiles of a store's layers."""
        self._store = store
        self._known: dict[tuple[str, str], _Known] = {}
        self._lock = threading.Lock()

    def get(self, scene: str, layer: str, z: int, x: int, y: int) -> LayerTile:
        """Return a tile of the native grid. What is painted, however little, is seen at every zoom.

        Raises:
            NotFound: There is no such layer of pixels, or no such zoom.
        """
        known = self._newest(scene, layer)
        if z > known.max_zoom:
            raise NotFound(f"the layer {layer!r} has no zoom {z}", id=layer)
        entries = self._entries(known, (z, x, y))
        body = b"" if entries is None or not entries.any() else _little_endian(entries)
        return LayerTile(known.revision, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"', body)

    def counts(self, scene: str, layer: str) -> tuple[int, dict[int, int]]:
        """Return the scene's revision and the number of pixels of each entry but 0. Raises NotFound."""
        known = self._newest(scene, layer)
        keys = [f"{x}/{y}" for z, x, y in known.nodes if z == known.max_zoom]
        missing = [key for key in keys if key not in known.counts]
        for key, entries in self._store.chunks(known.layer, missing) if missing else ():
            values, n = np.unique(entries, return_counts=True)
            known.counts[key] = dict(zip(values.tolist(), n.tolist(), strict=True))
        total: Counter[int] = Counter()
        for key in keys:
            total.update(known.counts.get(key, {}))
        total.pop(0, None)
        return known.revision, dict(sorted(total.items()))

    def _newest(self, scene: str, layer: str) -> _Known:
        """Return what is known of a layer, brought to the newest revision."""
        address = scene, layer
        revision = self._store.revision(scene)
        known = self._known.get(address)
        if known is not None and known.revision == revision:
            return known
        made = (known and self._advanced(known, revision)) or self._looked_up(scene, layer, revision)
        with self._lock:
            self._known[address] = made
        return made

    def _looked_up(self, scene: str, id: str, revision: int) -> _Known:
        found = list(self._store.read(scene, Query(kind="layer", ids=(id,))))
        layer = Layer.model_validate(orjson.loads(found[0])) if found else None
        if layer is None or layer.size is None:
            raise NotFound(f"there is no layer of pixels {id!r}", id=id)
        max_zoom = NativeGrid(*layer.size).max_zoom
        nodes = {node for key in self._store.chunk_keys(layer) for node in _above(key, max_zoom)}
        return _Known(revision, layer, max_zoom, nodes)

    def _advanced(self, known: _Known, revision: int) -> _Known | None:
        """Return what stays true of a layer after the commits since; None where they do not tell."""
        commits = self._store.commits(known.layer.scene, known.revision, _MOST_BEHIND)
        if not commits or commits[-1].revision < revision or any(commit.is_bulk for commit in commits):
            return None
        if any(("layer", known.layer.id) in commit.deleted for commit in commits):
            return None
        painted = {key for commit in commits for layer, key in commit.chunks if layer == known.layer.id}
        if not painted:
            return replace(known, revision=commits[-1].revision)
        stale = {node for key in painted for node in _above(key, known.max_zoom)}
        return replace(
            known,
            revision=commits[-1].revision,
            nodes=known.nodes | stale,
            reduced={node: packed for node, packed in known.reduced.items() if node not in stale},
            counts={key: n for key, n in known.counts.items() if key not in painted},
        )

    def _entries(self, known: _Known, node: Node) -> Entries | None:
        """Return the entries of a tile, shape (CHUNK_SIDE, CHUNK_SIDE); None where nothing was ever painted."""
        if node not in known.nodes:
            return None
        z, x, y = node
        if z == known.max_zoom:
            found = dict(self._store.chunks(known.layer, [f"{x}/{y}"]))
            entries = next(iter(found.values()), None)
            return None if entries is None else entries.reshape(CHUNK_SIDE, CHUNK_SIDE)
        packed = known.reduced.get(node)
        if packed is not None:
            return unpack_entries(packed, known.layer.dtype).reshape(CHUNK_SIDE, CHUNK_SIDE)
        half = CHUNK_SIDE // 2
        out = np.zeros((CHUNK_SIDE, CHUNK_SIDE), known.layer.dtype)
        for down in (0, 1):
            for across in (0, 1):
                child = self._entries(known, (z + 1, 2 * x + across, 2 * y + down))
                if child is not None:
                    out[down * half : (down + 1) * half, across * half : (across + 1) * half] = halved(child)
        while len(known.reduced) >= _MOST_KEPT:
            known.reduced.pop(next(iter(known.reduced)), None)
        known.reduced[node] = pack_entries(out.ravel())
        return out


def halved(entries: Entries) -> Entries:
    """Return entries at half the resolution: of each four the most frequent that is not 0, the first where several are.

    Args:
        entries: Shape (2n, 2m).

    Returns:
        Shape (n, m).
    """
    four = np.stack([entries[::2, ::2], entries[::2, 1::2], entries[1::2, ::2], entries[1::2, 1::2]])
    votes = (four[:, None] == four[None]).sum(axis=1) * (four != 0)
    best: npt.NDArray[np.intp] = votes.argmax(axis=0)
    chosen: Entries = np.take_along_axis(four, best[None], axis=0)[0]
    return chosen


def _above(key: str, max_zoom: int) -> list[Node]:
    """Return a chunk's tile and all tiles above it."""
    column, _, row = key.partition("/")
    x, y = int(column), int(row)
    return [(max_zoom - up, x >> up, y >> up) for up in range(max_zoom + 1)]


def _little_endian(entries: Entries) -> bytes:
    return entries.astype(entries.dtype.newbyteorder("<")).tobytes()
