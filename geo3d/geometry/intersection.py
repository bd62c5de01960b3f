"""The volume that two cuboids share: one convex body cut by the six faces of the other."""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np

from geo3d.geometry.array import Array
from geo3d.geometry.cuboid import CORNERS, Cuboid
from geo3d.geometry.rotation import matrix_of

_FACES = ((0, 1, 2, 3), (4, 7, 6, 5), (0, 3, 7, 4), (1, 5, 6, 2), (0, 4, 5, 1), (3, 2, 6, 7))
"""Corners of each face of a cuboid, in turn: front, back, left, right, top, bottom."""

Position3 = tuple[float, float, float]
Face = list[Position3]
"""A convex polygon in space."""


def volume_shared(a: Cuboid, b: Cuboid) -> float:
    """Return the volume inside both cuboids, in cubed units of their frame; exact to rounding.

    Works in the axes of `b`, where its faces are planes of one coordinate and millions of metres of map are gone.
    """
    between = np.array(a.center) - b.center
    if float(between @ between) >= (math.hypot(*a.size) + math.hypot(*b.size)) ** 2 / 4:
        return 0.0
    turn = matrix_of(b.rotation)
    corners: Array = (CORNERS * a.size) @ (matrix_of(a.rotation).T @ turn) + between @ turn
    places: list[Position3] = [(x, y, z) for x, y, z in corners.tolist()]
    body: list[Face] = [[places[i] for i in face] for face in _FACES]
    tolerance = 1e-14 * max(*a.size, *b.size)
    for axis in range(3):
        for side in (1.0, -1.0):
            body = _cut(body, axis, side, b.size[axis] / 2, tolerance)
            if not body:
                return 0.0
    return _volume(body)


def _cut(body: list[Face], axis: int, side: float, limit: float, tolerance: float) -> list[Face]:
    """Return the part of a convex body where ``side * position[axis] <= limit``, closed by a new face."""
    heights = [[side * p[axis] - limit for p in face] for face in body]
    if max(map(max, heights)) <= tolerance:
        return body
    if min(map(min, heights)) >= -tolerance:
        return []
    kept: list[Face] = []
    rim: list[Position3] = []
    for face, height in zip(body, heights, strict=True):
        piece: Face = []
        for i, (here, h) in enumerate(zip(face, height, strict=True)):
            before, g = face[i - 1], height[i - 1]
            if (g > tolerance and h < -tolerance) or (g < -tolerance and h > tolerance):
                t = g / (g - h)
                x, y, z = (p + (q - p) * t for p, q in zip(before, here, strict=True))
                piece.append((x, y, z))
                rim.append((x, y, z))
            if h <= tolerance:
                piece.append(here)
                if h >= -tolerance:
                    rim.append(here)
        if len(piece) > 2 and min(height) < -tolerance:
            kept.append(piece)
    if len(rim) > 2:
        kept.append(_around(rim, axis))
    return kept


def _around(rim: list[Position3], axis: int) -> Face:
    """Return the points of a plane across an axis in order round their middle."""
    i, j = (axis + 1) % 3, (axis + 2) % 3
    u, v = sum(p[i] for p in rim) / len(rim), sum(p[j] for p in rim) / len(rim)
    return sorted(rim, key=lambda p: math.atan2(p[j] - v, p[i] - u))


def _volume(body: list[Face]) -> float:
    """Return the volume of a convex body: pyramids from a point inside to every face."""
    points = [p for face in body for p in face]
    cx, cy, cz = (sum(p[k] for p in points) / len(points) for k in range(3))
    total = 0.0
    for face in body:
        ax, ay, az = face[0][0] - cx, face[0][1] - cy, face[0][2] - cz
        for p, q in pairwise(face[1:]):
            bx, by, bz = p[0] - cx, p[1] - cy, p[2] - cz
            dx, dy, dz = q[0] - cx, q[1] - cy, q[2] - cz
            total += abs(ax * (by * dz - bz * dy) + ay * (bz * dx - bx * dz) + az * (bx * dy - by * dx))
    return total / 6
