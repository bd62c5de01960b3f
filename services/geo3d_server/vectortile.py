"""Label tiles as Mapbox Vector Tiles: arrays in, bytes out.

A tile has two layers. ``labels``: what is drawn; feature id = fid; ``code`` (class code), ``state`` (``draft``,
...), ``n`` (1 in the one tile that holds the annotation's anchor, else 0). ``cells``: points that stand for ``n``
annotations of class ``code`` that are too small to draw. The sum of all ``n`` over all tiles of a zoom is the
number of annotations.

Source: Mapbox Vector Tile Specification 2.1.
"""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import numpy.typing as npt

from geo3d.geometry import Mapping
from geo3d.store import Bounds, TileLabels
from geo3d.store.facet import STATES
from geo3d_server.mvt import POINT, Bytes, Floats, Ints, capacity, copy_positions, find_paths, put_features

EXTENT = 4096
"""Units of a tile's grid along a side."""
BUFFER = 64
"""How far geometries reach beyond the tile, in units of its grid (4 pixels of 256)."""


def encode_tile(
    labels: TileLabels,
    project: Mapping | None,
    bounds: Bounds,
    extent: int = EXTENT,
    buffer: int = BUFFER,
    *,
    is_y_down: bool = False,
) -> bytes:
    """Encode the labels of one tile.

    Args:
        labels: What meets the tile, in the labels' frame. It may hold more than the tile does: what is outside after
            projection is left out, and anchors and cells are counted in the one tile that has them.
        project: grid_from_frame: positions of the labels' frame -> the tile grid's coordinates; None where they are
            the same. Where it has no answer (NaN or infinity) a position is left out.
        bounds: Of the tile in the grid's coordinates. Neighbours must share the very same float64 as common edge.
        extent: Units of the tile's grid along a side.
        buffer: How far geometries reach beyond the tile, in those units.
        is_y_down: True where the grid's y grows downwards (pixel frames).

    Returns:
        The tile, empty where nothing is in it.
    """
    frame = _TileFrame(project, bounds, extent, buffer, is_y_down)
    drawn, collapsed = _labels_layer(labels, frame)
    cells = _cells_layer(labels, collapsed, frame)
    return drawn + cells


def warm_up() -> None:
    """Compile the kernels (or load them from numba's cache), so that no request has to wait for it."""
    square = np.array([(0.0, 0.0), (0.0, 9.0), (9.0, 9.0), (0.0, 0.0)]).tobytes()
    wkb = b"\x01\x03\0\0\0\x01\0\0\0\x04\0\0\0" + square
    labels = TileLabels(
        frame="",
        fids=np.array([1]),
        codes=np.array([1], dtype=np.int32),
        states=np.array([0], dtype=np.int8),
        geometries=(wkb,),
        anchors=np.zeros((1, 2)),
        is_anchor=np.array([True]),
        cells=np.array([(1.0, 1.0)]),
        cell_codes=np.array([1], dtype=np.int32),
        cell_counts=np.array([2]),
    )
    encode_tile(labels, None, (0.0, 0.0, 8.0, 8.0))


class _TileFrame:
    """The frame of one tile's grid."""

    def __init__(self, project: Mapping | None, bounds: Bounds, extent: int, buffer: int, is_y_down: bool) -> None:
        self.project = project
        self.bounds = bounds
        self.extent = extent
        self.buffer = buffer
        self.is_y_down = is_y_down

    def projected(self, positions: Floats) -> Floats:
        """Return positions of the labels' frame in the grid's coordinates."""
        return positions if self.project is None or not len(positions) else self.project(positions)

    def has(self, projected: Floats) -> npt.NDArray[np.bool_]:
        """Return which projected positions the tile has (half-open: each one lies in one tile)."""
        minx, miny, maxx, maxy = self.bounds
        x, y = projected[:, 0], projected[:, 1]
        return (x >= minx) & (x < maxx) & (y >= miny) & (y < maxy)

    def on_tile(self, projected: Floats) -> Floats:
        """Return projected positions in units of the tile's grid, origin at its top left corner, y down."""
        minx, miny, maxx, maxy = self.bounds
        out = np.empty((len(projected), 2))
        out[:, 0] = (projected[:, 0] - minx) * (self.extent / (maxx - minx))
        down = projected[:, 1] - miny if self.is_y_down else maxy - projected[:, 1]
        out[:, 1] = down * (self.extent / (maxy - miny))
        return out


def _labels_layer(labels: TileLabels, frame: _TileFrame) -> tuple[bytes, npt.NDArray[np.bool_]]:
    """Return the layer, and which annotations are anchored here but too thin to be drawn."""
    n = len(labels.fids)
    if not n:
        return b"", np.zeros(0, dtype=bool)
    positions, path_starts, roles, feature_starts = _paths(labels.geometries)
    is_mine = frame.has(frame.projected(labels.anchors))
    codes, code_index = np.unique(labels.codes, return_inverse=True)
    tags = np.stack([code_index, len(codes) + labels.states, len(codes) + len(STATES) + is_mine], axis=1)
    values = [*map(_uint, codes.tolist()), *map(_text, STATES), _uint(0), _uint(1)]
    features, is_drawn = _features(
        frame, frame.on_tile(frame.projected(positions)), path_starts, roles, feature_starts, labels.fids, tags
    )
    return _layer("labels", features, ("code", "state", "n"), values, frame.extent), is_mine & ~is_drawn


def _cells_layer(labels: TileLabels, collapsed: npt.NDArray[np.bool_], frame: _TileFrame) -> bytes:
    """Return the layer: counted cells whose centre the tile has, and what has an anchor here but could not be drawn."""
    centers = frame.projected(labels.cells)
    mine = frame.has(centers)
    projected = np.concatenate([centers[mine], frame.projected(labels.anchors[collapsed])])
    n = len(projected)
    if not n:
        return b""
    codes, code_index = np.unique(np.append(labels.cell_codes[mine], labels.codes[collapsed]), return_inverse=True)
    counts = np.append(labels.cell_counts[mine], np.ones(int(collapsed.sum()), dtype=np.int64))
    numbers, number_index = np.unique(counts, return_inverse=True)
    features, _ = _features(
        frame,
        frame.on_tile(projected),
        np.arange(n + 1),
        np.full(n, POINT),
        np.arange(n + 1),
        np.full(n, -1),
        np.stack([code_index, len(codes) + number_index], axis=1),
    )
    values = [*map(_uint, codes.tolist()), *map(_uint, numbers.tolist())]
    return _layer("cells", features, ("code", "n"), values, frame.extent)


def _paths(wkbs: Sequence[bytes]) -> tuple[Floats, Ints, Ints, Ints]:
    """Return positions (n, 2), where paths begin in them, their roles, and where features begin in the paths."""
    data = np.frombuffer(b"".join(wkbs), dtype=np.uint8)
    ends = np.cumsum(np.fromiter(map(len, wkbs), dtype=np.int64, count=len(wkbs)))
    starts = np.concatenate([[0], ends[:-1]])
    empty = np.empty(0, dtype=np.int64)
    n_paths = find_paths(data, starts, empty, empty, empty, empty)
    sizes, roles, owners, offsets = np.empty((4, n_paths), dtype=np.int64)
    find_paths(data, starts, sizes, roles, owners, offsets)
    path_starts = np.concatenate([[0], np.cumsum(sizes)])
    positions = np.empty((int(path_starts[-1]), 2), dtype="<f8")
    copy_positions(data, offsets, sizes, positions.view(np.uint8).reshape(-1))
    return positions, path_starts, roles, np.searchsorted(owners, np.arange(len(wkbs) + 1))


def _features(
    frame: _TileFrame, on_tile: Floats, path_starts: Ints, roles: Ints, feature_starts: Ints, ids: Ints, tags: Ints
) -> tuple[bytes, npt.NDArray[np.bool_]]:
    out: Bytes = np.empty(capacity(len(on_tile), len(roles), len(ids)), dtype=np.uint8)
    is_drawn = np.zeros(len(ids), dtype=np.bool_)
    n_bytes = put_features(
        on_tile, path_starts, roles, feature_starts, ids, tags, frame.extent, frame.buffer, out, is_drawn
    )
    return out[:n_bytes].tobytes(), is_drawn


def _layer(name: str, features: bytes, keys: Sequence[str], values: Sequence[bytes], extent: int) -> bytes:
    """Return a layer message (field 3 of a tile), nothing where it has no feature."""
    if not features:
        return b""
    body = b"".join(
        [
            b"\x78\x02",  # version 2
            _field(0x0A, name.encode()),
            features,
            *(_field(0x1A, key.encode()) for key in keys),
            *(_field(0x22, value) for value in values),
            b"\x28" + _varint(extent),
        ]
    )
    return _field(0x1A, body)


def _field(tag: int, body: bytes) -> bytes:
    return bytes([tag]) + _varint(len(body)) + body


def _uint(number: int) -> bytes:
    return b"\x28" + _varint(number)


def _text(text: str) -> bytes:
    return _field(0x0A, text.encode())


def _varint(value: int) -> bytes:
    out = bytearray()
    while value > 127:
        out.append(value & 127 | 128)
        value >>= 7
    out.append(value)
    return bytes(out)
