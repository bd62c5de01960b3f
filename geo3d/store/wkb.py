"""Geometries as little-endian 2D WKB: what label tiles are cut from.

It is a picture of the geometry, never its source: a box becomes its outline, a cuboid its footprint, keypoints a
multipoint, a mask the outline of its pixels. Written by hand because packing one polygon costs 3 us here and
25 us by way of shapely objects; the tests hold it against shapely.

Source: OGC 06-103r4, 8.2 (well-known binary).
"""

from __future__ import annotations

import struct
from collections.abc import Sequence
from typing import assert_never

import numpy as np
import numpy.typing as npt
import shapely

from geo3d.geometry import (
    Box,
    Cuboid,
    Geometry,
    Keypoints,
    Mask,
    MultiPolygon,
    MultiPolyline,
    Point,
    Polygon,
    Polyline,
    Position,
    Segment,
)
from geo3d.geometry.outline import outline

_POINT, _LINE, _POLYGON, _MULTIPOINT, _MULTILINE, _MULTIPOLYGON = 1, 2, 3, 4, 5, 6

ANCHOR_OFFSET: npt.NDArray[np.int64] = np.array([0, 5, 9, 13, 14, 18, 22])
"""Where in a WKB of type 1..6 the first position stands (bytes)."""


def wkb_of(geometry: Geometry) -> bytes | None:
    """Return a geometry's WKB, or None where it has no position of its own (a segment, keypoints not placed yet)."""
    match geometry:
        case Point():
            return _point(geometry.position)
        case Polyline():
            return _line(geometry.path)
        case MultiPolyline():
            return _multi(_MULTILINE, [_line(path) for path in geometry.paths if path])
        case Polygon():
            return _polygon((geometry.exterior, *geometry.holes))
        case MultiPolygon():
            return _multi(_MULTIPOLYGON, [_polygon((part.exterior, *part.holes)) for part in geometry.parts])
        case Keypoints():
            return _multi(_MULTIPOINT, [_point(p.position) for p in geometry.points if p.position is not None])
        case Box():
            return _polygon((geometry.vertices().tolist(),))
        case Mask():
            areas = outline(geometry.decode())
            return _multi(_MULTIPOLYGON, [_polygon([(r + geometry.offset).tolist() for r in area]) for area in areas])
        case Cuboid():
            hull = shapely.convex_hull(shapely.multipoints(geometry.vertices()[:, :2]))
            return bytes(shapely.to_wkb(hull, output_dimension=2, byte_order=1))
        case Segment():
            return None
        case _:
            assert_never(geometry)


def anchor_of(wkb: bytes) -> tuple[float, float]:
    """Return the first position of a WKB."""
    x, y = struct.unpack_from("<dd", wkb, int(ANCHOR_OFFSET[wkb[1]]))
    return x, y


def anchors_of(wkbs: Sequence[bytes]) -> npt.NDArray[np.float64]:
    """Return the first position of each WKB, shape (n, 2)."""
    if not wkbs:
        return np.empty((0, 2))
    joined = np.frombuffer(b"".join(wkbs), dtype=np.uint8)
    lengths = np.fromiter(map(len, wkbs), dtype=np.int64, count=len(wkbs))
    starts = np.cumsum(lengths) - lengths
    first = starts + ANCHOR_OFFSET[joined[starts + 1]]
    anchors: npt.NDArray[np.float64] = joined[first[:, None] + np.arange(16)].view("<f8").astype(np.float64)
    return anchors


def _point(position: Position) -> bytes:
    return struct.pack("<BIdd", 1, _POINT, position[0], position[1])


def _line(path: Sequence[Sequence[float]]) -> bytes:
    return struct.pack("<BII", 1, _LINE, len(path)) + _positions(path)


def _polygon(rings: Sequence[Sequence[Sequence[float]]]) -> bytes:
    """Pack rings, which the model keeps open and WKB wants closed."""
    closed = [(*ring, ring[0]) for ring in rings if len(ring)]
    packed = [struct.pack("<I", len(ring)) + _positions(ring) for ring in closed]
    return struct.pack("<BII", 1, _POLYGON, len(packed)) + b"".join(packed)


def _multi(kind: int, parts: Sequence[bytes]) -> bytes | None:
    return struct.pack("<BII", 1, kind, len(parts)) + b"".join(parts) if parts else None


def _positions(path: Sequence[Sequence[float]]) -> bytes:
    flat = [number for position in path for number in position[:2]]
    return struct.pack(f"<{len(flat)}d", *flat)
