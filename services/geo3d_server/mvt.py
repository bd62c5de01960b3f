"""Kernels of the vector tile encoder: well-known binary in, Mapbox Vector Tile features out.

Compiled by numba on first use and cached on disk; `geo3d_server.vectortile.warm_up` does that before the first request.

Sources: Mapbox Vector Tile Specification 2.1, 4.3 (geometry encoding); Sutherland and Hodgman, "Reentrant polygon
clipping", 1974; Liang and Barsky, "A new concept and method for line clipping", 1984; OGC 06-103r4, 8.2 (WKB).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from numba import njit

Bytes = npt.NDArray[np.uint8]
Ints = npt.NDArray[np.int64]
Floats = npt.NDArray[np.float64]

POINT, LINE, EXTERIOR, HOLE = 0, 1, 2, 3
"""Roles of a path."""

_MOVE_TO, _LINE_TO, _CLOSE = 1, 2, 15
_GROWTH = 6
"""Clipping a ring by one side makes at most half as many positions again: 1.5**4 for four sides, and some."""


@njit(cache=True, nogil=True)
def read_uint32(data: Bytes, at: int) -> int:
    """Return the little-endian number at a byte."""
    b0, b1, b2, b3 = np.int64(data[at]), np.int64(data[at + 1]), np.int64(data[at + 2]), np.int64(data[at + 3])
    return int(b0 | b1 << 8 | b2 << 16 | b3 << 24)


@njit(cache=True, nogil=True)
def find_paths(data: Bytes, starts: Ints, sizes: Ints, roles: Ints, owners: Ints, offsets: Ints) -> int:
    """Find the paths (points, lines, rings) of many WKBs.

    Args:
        data: The WKBs, one after the other.
        starts: Where each begins, shape (n,).
        sizes: Out: positions of each path. Pass arrays of length 0 to only count.
        roles: Out: role of each path.
        owners: Out: index of the WKB that each path is of.
        offsets: Out: byte at which each path's positions begin.

    Returns:
        How many paths there are.
    """
    n_paths = 0
    is_counting = len(sizes) == 0
    for owner in range(len(starts)):
        at = starts[owner]
        kind = read_uint32(data, at + 1)
        n_parts = 1
        if kind >= 4:
            n_parts = read_uint32(data, at + 5)
            at += 9
            kind -= 3
        for _ in range(n_parts):
            n_rings = 1
            if kind == 3:
                n_rings = read_uint32(data, at + 5)
            at += 5 if kind != 3 else 9
            for ring in range(n_rings):
                size = 1
                if kind != 1:
                    size = read_uint32(data, at)
                    at += 4
                if not is_counting:
                    sizes[n_paths] = size
                    owners[n_paths] = owner
                    offsets[n_paths] = at
                    roles[n_paths] = POINT if kind == 1 else LINE if kind == 2 else EXTERIOR if ring == 0 else HOLE
                n_paths += 1
                at += 16 * size
    return n_paths


@njit(cache=True, nogil=True)
def copy_positions(data: Bytes, offsets: Ints, sizes: Ints, out: Bytes) -> None:
    """Copy the positions of paths one after the other (bytes, since in WKB nothing is aligned)."""
    to = 0
    for path in range(len(offsets)):
        n, at = 16 * sizes[path], offsets[path]
        out[to : to + n] = data[at : at + n]
        to += n


@njit(cache=True, nogil=True)
def put_varint(out: Bytes, at: int, value: int) -> int:
    """Write a base-128 varint; return the byte after it."""
    while value > 127:
        out[at] = (value & 127) | 128
        value >>= 7
        at += 1
    out[at] = value
    return at + 1


@njit(cache=True, nogil=True)
def put_step(out: Bytes, at: int, dx: int, dy: int) -> int:
    """Write a step of the pen, zigzag coded; return the byte after it."""
    at = put_varint(out, at, dx << 1 ^ dx >> 63)
    return put_varint(out, at, dy << 1 ^ dy >> 63)


@njit(cache=True, nogil=True)
def varint_size(value: int) -> int:
    """Return how many bytes `put_varint` writes."""
    n = 1
    while value > 127:
        value >>= 7
        n += 1
    return n


@njit(cache=True, nogil=True)
def clip_side(source: Floats, n: int, axis: int, limit: float, sign: float, out: Floats) -> int:
    """Clip an open ring to ``sign * position[axis] <= sign * limit``; return how many positions are left."""
    m = 0
    for i in range(n):
        j = i - 1 if i else n - 1
        here, there = sign * (limit - source[i, axis]), sign * (limit - source[j, axis])
        if (here >= 0) != (there >= 0):
            t = there / (there - here)
            out[m, axis] = limit
            out[m, 1 - axis] = source[j, 1 - axis] + t * (source[i, 1 - axis] - source[j, 1 - axis])
            m += 1
        if here >= 0:
            out[m] = source[i]
            m += 1
    return m


@njit(cache=True, nogil=True)
def clip_ring(ring: Floats, n: int, low: float, high: float, spare: Floats) -> int:
    """Clip an open ring to the square [low, high]^2, in place; return how many positions are left."""
    is_inside = True
    for i in range(n):
        if not (low <= ring[i, 0] <= high and low <= ring[i, 1] <= high):
            is_inside = False
            break
    if is_inside:
        return n
    n = clip_side(ring, n, 0, high, 1.0, spare)
    n = clip_side(spare, n, 0, low, -1.0, ring)
    n = clip_side(ring, n, 1, high, 1.0, spare)
    return clip_side(spare, n, 1, low, -1.0, ring)


@njit(cache=True, nogil=True)
def snap(path: Floats, n: int, out: Ints) -> int:
    """Round positions to the tile's grid, leaving out repetitions; return how many are left."""
    m = 0
    for i in range(n):
        x, y = int(np.rint(path[i, 0])), int(np.rint(path[i, 1]))
        if m == 0 or x != out[m - 1, 0] or y != out[m - 1, 1]:
            out[m, 0], out[m, 1] = x, y
            m += 1
    return m


@njit(cache=True, nogil=True)
def put_ring(ring: Ints, n: int, role: int, pen: Ints, out: Bytes, at: int) -> int:
    """Write a ring in the direction that its role demands; return the byte after it (`at`: it has no area)."""
    while n > 1 and ring[n - 1, 0] == ring[0, 0] and ring[n - 1, 1] == ring[0, 1]:
        n -= 1
    area = 0
    for i in range(n):
        j = i + 1 if i + 1 < n else 0
        area += ring[i, 0] * ring[j, 1] - ring[j, 0] * ring[i, 1]
    if n < 3 or area == 0:
        return at
    is_turned = (area > 0) != (role == EXTERIOR)
    at = put_varint(out, at, 1 << 3 | _MOVE_TO)
    for i in range(n):
        k = n - 1 - i if is_turned else i
        if i == 1:
            at = put_varint(out, at, (n - 1) << 3 | _LINE_TO)
        at = put_step(out, at, ring[k, 0] - pen[0], ring[k, 1] - pen[1])
        pen[0], pen[1] = ring[k, 0], ring[k, 1]
    return put_varint(out, at, _CLOSE)


@njit(cache=True, nogil=True)
def put_line(line: Ints, n: int, pen: Ints, out: Bytes, at: int) -> int:
    """Write a line; return the byte after it (`at`: it has no length)."""
    if n < 2:
        return at
    at = put_varint(out, at, 1 << 3 | _MOVE_TO)
    for i in range(n):
        if i == 1:
            at = put_varint(out, at, (n - 1) << 3 | _LINE_TO)
        at = put_step(out, at, line[i, 0] - pen[0], line[i, 1] - pen[1])
        pen[0], pen[1] = line[i, 0], line[i, 1]
    return at


@njit(cache=True, nogil=True)
def put_clipped_line(
    path: Floats, n: int, low: float, high: float, spare: Floats, snapped: Ints, pen: Ints, out: Bytes, at: int
) -> int:
    """Write the parts of a line that lie in the square [low, high]^2; return the byte after them."""
    m = 0
    for i in range(1, n):
        enter, leave = 0.0, 1.0
        for axis in range(2):
            start, step = path[i - 1, axis], path[i, axis] - path[i - 1, axis]
            if step == 0.0:
                if not low <= start <= high:
                    leave = -1.0
                continue
            first, last = (low - start) / step, (high - start) / step
            enter, leave = max(enter, min(first, last)), min(leave, max(first, last))
        if enter > leave:
            continue
        if enter > 0.0 or m == 0:
            at = put_line(snapped, snap(spare, m, snapped), pen, out, at)
            for axis in range(2):
                spare[0, axis] = path[i - 1, axis] + enter * (path[i, axis] - path[i - 1, axis])
            m = 1
        for axis in range(2):
            spare[m, axis] = (
                path[i - 1, axis] + leave * (path[i, axis] - path[i - 1, axis]) if leave < 1.0 else path[i, axis]
            )
        m += 1
        if leave < 1.0:
            at = put_line(snapped, snap(spare, m, snapped), pen, out, at)
            m = 0
    return put_line(snapped, snap(spare, m, snapped), pen, out, at)


@njit(cache=True, nogil=True)
def put_features(
    positions: Floats,
    path_starts: Ints,
    roles: Ints,
    feature_starts: Ints,
    ids: Ints,
    tags: Ints,
    extent: int,
    buffer: int,
    out: Bytes,
    is_drawn: npt.NDArray[np.bool_],
) -> int:
    """Write the features of a layer.

    Args:
        positions: In the tile's grid, not rounded yet, y down; rings closed; shape (n, 2).
        path_starts: Where each path begins in `positions`, and the end; shape (n_paths + 1,).
        roles: Role of each path, shape (n_paths,).
        feature_starts: Where each feature's paths begin, and the end; shape (n_features + 1,).
        ids: Id of each feature; none is written where it is negative.
        tags: Indices into the layer's values for keys 0, 1, ...; shape (n_features, n_keys).
        extent: Size of the tile in its grid.
        buffer: How far geometries reach beyond the tile.
        out: Out: the features; large enough (see `capacity`).
        is_drawn: Out: False where nothing was left of a feature, shape (n_features,).

    Returns:
        The number of bytes written.
    """
    low, high = -float(buffer), float(extent + buffer)
    longest = 1
    for path in range(len(roles)):
        longest = max(longest, path_starts[path + 1] - path_starts[path])
    for feature in range(len(ids)):
        longest = max(longest, feature_starts[feature + 1] - feature_starts[feature])
    work, spare = np.empty((_GROWTH * longest + 16, 2)), np.empty((_GROWTH * longest + 16, 2))
    snapped = np.empty((_GROWTH * longest + 16, 2), dtype=np.int64)
    pen = np.zeros(2, dtype=np.int64)
    geometry = np.empty(len(out), dtype=np.uint8)
    at = 0
    for feature in range(len(ids)):
        first, last = feature_starts[feature], feature_starts[feature + 1]
        n_bytes, kind = put_geometry(
            positions, path_starts, roles, first, last, low, high, work, spare, snapped, pen, geometry
        )
        is_drawn[feature] = n_bytes > 0
        if n_bytes == 0:
            continue
        tag_bytes = 0
        for key in range(tags.shape[1]):
            tag_bytes += varint_size(key) + varint_size(tags[feature, key])
        size = 1 + varint_size(tag_bytes) + tag_bytes + 2 + 1 + varint_size(n_bytes) + n_bytes
        if ids[feature] >= 0:
            size += 1 + varint_size(ids[feature])
        out[at] = 0x12
        at = put_varint(out, at + 1, size)
        if ids[feature] >= 0:
            out[at] = 0x08
            at = put_varint(out, at + 1, ids[feature])
        out[at] = 0x12
        at = put_varint(out, at + 1, tag_bytes)
        for key in range(tags.shape[1]):
            at = put_varint(out, at, key)
            at = put_varint(out, at, tags[feature, key])
        out[at], out[at + 1], out[at + 2] = 0x18, kind, 0x22
        at = put_varint(out, at + 3, n_bytes)
        out[at : at + n_bytes] = geometry[:n_bytes]
        at += n_bytes
    return at


@njit(cache=True, nogil=True)
def put_geometry(
    positions: Floats,
    path_starts: Ints,
    roles: Ints,
    first: int,
    last: int,
    low: float,
    high: float,
    work: Floats,
    spare: Floats,
    snapped: Ints,
    pen: Ints,
    out: Bytes,
) -> tuple[int, int]:
    """Write the commands of one feature's paths [first, last); return (bytes, geometry type of the specification)."""
    pen[0] = pen[1] = 0
    at, kind, has_exterior = 0, 1, False
    n_points = 0
    for path in range(first, last):
        role = roles[path]
        n = 0
        for i in range(path_starts[path], path_starts[path + 1]):
            if np.isfinite(positions[i, 0]) and np.isfinite(positions[i, 1]):
                work[n] = positions[i]
                n += 1
        if role == POINT:
            if n and low <= work[0, 0] <= high and low <= work[0, 1] <= high:
                spare[0] = work[0]
                snapped[n_points, 0] = int(np.rint(work[0, 0]))
                snapped[n_points, 1] = int(np.rint(work[0, 1]))
                n_points += 1
        elif role == LINE:
            kind = 2
            at = put_clipped_line(work, n, low, high, spare, snapped, pen, out, at)
        else:
            kind = 3
            if role == HOLE and not has_exterior:
                continue
            n = clip_ring(work, n, low, high, spare)
            before = at
            at = put_ring(snapped, snap(work, n, snapped), role, pen, out, at)
            if role == EXTERIOR:
                has_exterior = at > before
    if n_points:
        at = put_varint(out, at, n_points << 3 | _MOVE_TO)
        for i in range(n_points):
            at = put_step(out, at, snapped[i, 0] - pen[0], snapped[i, 1] - pen[1])
            pen[0], pen[1] = snapped[i, 0], snapped[i, 1]
    return at, kind


def capacity(n_positions: int, n_paths: int, n_features: int) -> int:
    """Return how many bytes `put_features` may write at most."""
    return 10 * _GROWTH * n_positions + 200 * n_paths + 100 * n_features + 1024
