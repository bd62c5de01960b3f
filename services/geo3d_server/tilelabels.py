"""Label tiles: the labels of all frames of a scene on one grid."""

from __future__ import annotations

import hashlib
import threading
from collections import OrderedDict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

import numpy as np
import shapely

from geo3d.geometry.array import Array
from geo3d.labels import Scene
from geo3d.store import Bounds, Store, TileLabels
from geo3d_server.extent import Extents
from geo3d_server.ground import BUFFER, Ground, Way, centre_of, ground_of, way_of

_KEPT_TILES = 1024
_KEPT_WAYS = 512

Address = tuple[str, str, int, int, int]
"""(scene, grid, z, x, y)"""


@dataclass(frozen=True)
class LabelTile:
    """A tile as it was at a revision of its scene."""

    revision: int
    tag: str
    """Hash of the content: an edit elsewhere leaves it as it is."""
    body: bytes


class LabelTiles:
    """Makes label tiles and keeps the newest. Thread-safe."""

    def __init__(self, store: Store) -> None:
        """Make tiles of a store's labels."""
        self._store = store
        self._extents = Extents(store)
        self._centres: dict[tuple[str, str], tuple[float, float]] = {}
        self._ways: OrderedDict[tuple[object, ...], Way | None] = OrderedDict()
        self._tiles: OrderedDict[Address, LabelTile] = OrderedDict()
        self._lock = threading.Lock()

    def get(self, address: Address) -> LabelTile:
        """Return a tile.

        Raises:
            NotFound: There is no such scene, grid or tile.
        """
        revision = self._store.revision(address[0])  # before reading: what comes meanwhile makes the tile stale
        kept = self._tiles.get(address)
        if kept is not None and kept.revision == revision:
            return kept
        body = self._made(address)
        made = LabelTile(revision, f'"{hashlib.blake2b(body, digest_size=12).hexdigest()}"', body)
        with self._lock:
            self._tiles[address] = made
            self._tiles.move_to_end(address)
            while len(self._tiles) > _KEPT_TILES:
                self._tiles.popitem(last=False)
        return made

    def extents(self, scene: str) -> dict[str, Bounds]:
        """Return where the labels of a scene lie, by frame."""
        return self._extents.of(scene)

    def _made(self, address: Address) -> bytes:
        scene_id, name, z, x, y = address
        scene = self._store.scene(scene_id)
        ground = ground_of(scene, name)
        bounds = ground.bounds(z, x, y)
        found: list[tuple[TileLabels, Way | None]] = []
        for frame, extent in self._extents.of(scene_id).items():
            for labels, way in self._labels(scene, ground, frame, extent, z, bounds):
                if len(labels.fids) or len(labels.cells):
                    found.append((labels, way))
        if not found:
            return b""
        from geo3d_server.vectortile import encode_tile  # numba takes a second to load, which `warm_up` spends

        if len(found) == 1:
            labels, way = found[0]
            project = None if way is None else way.project
            return encode_tile(labels, project, bounds, is_y_down=ground.is_y_down)
        return encode_tile(merged(found), None, bounds, is_y_down=ground.is_y_down)

    def _labels(
        self, scene: Scene, ground: Ground, frame: str, extent: Bounds, z: int, tile: Bounds
    ) -> Iterator[tuple[TileLabels, Way | None]]:
        """Iterate over the labels of one frame that may meet a tile, with the ways on which they do."""
        resolution, buffered = ground.resolution(z), _buffered(tile)
        if frame == ground.frame.id:
            yield self._read(scene, frame, extent, buffered, resolution), None
            return
        known = self._way(scene, ground, frame, extent)
        for way in () if known is None else known.copies():
            window = way.window(buffered)
            if window is not None:
                yield self._read(scene, frame, extent, window, resolution / way.scale), way

    def _read(self, scene: Scene, frame: str, extent: Bounds, window: Bounds, resolution: float) -> TileLabels:
        half = _half_cell(resolution, extent)
        labels = self._store.tile(scene.id, frame, _grown(window, half), resolution, margin=-half)
        return replace(labels, cells=np.clip(labels.cells, extent[:2], extent[2:]))

    def _way(self, scene: Scene, ground: Ground, frame: str, extent: Bounds) -> Way | None:
        """Return the way of a frame's labels, remembered as long as frames and extent stay as they are."""
        key = (scene.id, scene.revision, ground.grid.name, ground.frame.id, frame, extent)
        with self._lock:
            if key in self._ways:
                self._ways.move_to_end(key)
                return self._ways[key]
            # one place for all tiles, kept as the labels grow: it decides which of them are drawn and which counted
            centre = self._centres.setdefault((scene.id, frame), centre_of(scene, frame, extent))
        way = way_of(ground, scene, frame, extent, centre)
        with self._lock:
            self._ways[key] = way
            while len(self._ways) > _KEPT_WAYS:
                self._ways.popitem(last=False)
        return way


def warm_up() -> None:
    """Load and compile what label tiles need, so that the first of them does not have to wait."""
    from geo3d_server import vectortile

    vectortile.warm_up()


def merged(parts: Sequence[tuple[TileLabels, Way | None]]) -> TileLabels:
    """Return labels of several frames as labels of the ground: a tile has each of its layers once."""
    on_ground = [labels if way is None else _moved(labels, way) for labels, way in parts]
    return TileLabels(
        frame="",
        fids=np.concatenate([labels.fids for labels in on_ground]),
        codes=np.concatenate([labels.codes for labels in on_ground]),
        states=np.concatenate([labels.states for labels in on_ground]),
        geometries=[wkb for labels in on_ground for wkb in labels.geometries],
        anchors=np.concatenate([labels.anchors for labels in on_ground]),
        is_anchor=np.concatenate([labels.is_anchor for labels in on_ground]),
        cells=np.concatenate([labels.cells for labels in on_ground]),
        cell_codes=np.concatenate([labels.cell_codes for labels in on_ground]),
        cell_counts=np.concatenate([labels.cell_counts for labels in on_ground]),
    )


def _moved(labels: TileLabels, way: Way) -> TileLabels:
    shapes = shapely.from_wkb(np.array(labels.geometries, dtype=object))
    moved = shapely.transform(shapes, way.project)
    return replace(
        labels,
        geometries=shapely.to_wkb(moved, byte_order=1).tolist(),
        anchors=_projected(labels.anchors, way),
        cells=_projected(labels.cells, way),
    )


def _projected(positions: Array, way: Way) -> Array:
    return way.project(positions) if len(positions) else positions


def _half_cell(resolution: float, extent: Bounds) -> float:
    """Return how far the centre of a cell may be from the labels it counts, at most.

    A cell is at most 64 pixels wide, and where the whole frame is less than that, at most twice as wide as the frame's
    labels spread (see `geo3d.store.cell`). Its centre can lie outside of all labels, where a projection may have no
    answer: cells are looked for in a window that much larger, and then put to the nearest place that can have labels.
    """
    spread = max(extent[2] - extent[0], extent[3] - extent[1])
    return min(32 * resolution, spread or max(map(abs, extent)) + 1.0)


def _grown(bounds: Bounds, by: float) -> Bounds:
    return bounds[0] - by, bounds[1] - by, bounds[2] + by, bounds[3] + by


def _buffered(tile: Bounds) -> Bounds:
    x, y = (tile[2] - tile[0]) * BUFFER, (tile[3] - tile[1]) * BUFFER
    return tile[0] - x, tile[1] - y, tile[2] + x, tile[3] + y
