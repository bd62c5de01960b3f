"""Rotations: unit quaternions (w, x, y, z) and matrices."""

from __future__ import annotations

from typing import Annotated

import numpy as np
from pydantic import AfterValidator

from geo3d.geometry.array import Array
from geo3d.geometry.value import Number


def _unit(quaternion: tuple[float, float, float, float]) -> tuple[float, float, float, float]:
    norm2 = sum(q * q for q in quaternion)
    if abs(norm2 - 1.0) > 2e-6:
        raise ValueError(f"the rotation is not a unit quaternion (its norm is {norm2**0.5:.9g})")
    return quaternion


Quaternion = Annotated[tuple[Number, Number, Number, Number], AfterValidator(_unit)]
"""Unit quaternion (w, x, y, z); the norm must be 1 within 1e-6."""


def matrix_of(quaternion: Quaternion) -> Array:
    """Return the rotation matrix (3, 3) of a unit quaternion (w, x, y, z), orthonormal to rounding."""
    q = np.array(quaternion)
    # the sixth digit that files leave out would otherwise stretch what is turned
    w, x, y, z = (q / np.linalg.norm(q)).tolist()
    return np.array(
        [
            (1 - 2 * (y * y + z * z), 2 * (x * y - w * z), 2 * (x * z + w * y)),
            (2 * (x * y + w * z), 1 - 2 * (x * x + z * z), 2 * (y * z - w * x)),
            (2 * (x * z - w * y), 2 * (y * z + w * x), 1 - 2 * (x * x + y * y)),
        ]
    )


def quaternion_of(matrix: Array) -> Quaternion:
    """Return the unit quaternion (w, x, y, z), w >= 0, of a rotation matrix (3, 3).

    Source: S. W. Shepperd, "Quaternion from rotation matrix", J. Guidance and Control 1(3), 1978.
    """
    m = matrix
    trace = float(np.trace(m))
    candidates = np.array([trace, m[0, 0], m[1, 1], m[2, 2]])
    largest = int(candidates.argmax())
    if largest == 0:
        q = np.array([1 + trace, m[2, 1] - m[1, 2], m[0, 2] - m[2, 0], m[1, 0] - m[0, 1]])
    elif largest == 1:
        q = np.array([m[2, 1] - m[1, 2], 1 + m[0, 0] - m[1, 1] - m[2, 2], m[0, 1] + m[1, 0], m[0, 2] + m[2, 0]])
    elif largest == 2:
        q = np.array([m[0, 2] - m[2, 0], m[0, 1] + m[1, 0], 1 - m[0, 0] + m[1, 1] - m[2, 2], m[1, 2] + m[2, 1]])
    else:
        q = np.array([m[1, 0] - m[0, 1], m[0, 2] + m[2, 0], m[1, 2] + m[2, 1], 1 - m[0, 0] - m[1, 1] + m[2, 2]])
    q = q / np.linalg.norm(q)
    w, x, y, z = (q if q[0] >= 0 else -q).tolist()
    return (w, x, y, z)


def quaternion_of_yaw(yaw: float) -> Quaternion:
    """Return the quaternion of a turn by `yaw` radians about +z, from +x towards +y."""
    return (float(np.cos(yaw / 2)), 0.0, 0.0, float(np.sin(yaw / 2)))


def yaw_of(quaternion: Quaternion) -> float:
    """Return the heading of a rotation's own x axis about +z from +x, radians in (-pi, pi]."""
    w, x, y, z = quaternion
    return float(np.arctan2(2 * (w * z + x * y), 1 - 2 * (y * y + z * z)))


def quaternion_of_euler(roll: float, pitch: float, yaw: float) -> Quaternion:
    """Return the quaternion of ``Rz(yaw) Ry(pitch) Rx(roll)``, radians: about fixed x, then y, then z (ISO 8855)."""
    (cr, cp, cy), (sr, sp, sy) = np.cos([roll / 2, pitch / 2, yaw / 2]), np.sin([roll / 2, pitch / 2, yaw / 2])
    q = np.array(
        [
            cr * cp * cy + sr * sp * sy,
            sr * cp * cy - cr * sp * sy,
            cr * sp * cy + sr * cp * sy,
            cr * cp * sy - sr * sp * cy,
        ]
    )
    w, x, y, z = (q if q[0] >= 0 else -q).tolist()
    return (w, x, y, z)


def euler_of(quaternion: Quaternion) -> tuple[float, float, float]:
    """Return (roll, pitch, yaw), radians, of ``Rz(yaw) Ry(pitch) Rx(roll)``; roll is 0 where pitch is upright."""
    m = matrix_of(quaternion)
    pitch = float(np.arctan2(-m[2, 0], np.hypot(m[0, 0], m[1, 0])))
    if np.hypot(m[0, 0], m[1, 0]) < 1e-12:
        return 0.0, pitch, float(np.arctan2(-m[0, 1], m[1, 1]))
    return float(np.arctan2(m[2, 1], m[2, 2])), pitch, float(np.arctan2(m[1, 0], m[0, 0]))


def product(a_from_b: Quaternion, b_from_c: Quaternion) -> Quaternion:
    """Return a_from_c, normalised, w >= 0."""
    w1, x1, y1, z1 = a_from_b
    w2, x2, y2, z2 = b_from_c
    q = np.array(
        [
            w1 * w2 - x1 * x2 - y1 * y2 - z1 * z2,
            w1 * x2 + x1 * w2 + y1 * z2 - z1 * y2,
            w1 * y2 - x1 * z2 + y1 * w2 + z1 * x2,
            w1 * z2 + x1 * y2 - y1 * x2 + z1 * w2,
        ]
    )
    q /= np.linalg.norm(q)
    w, x, y, z = (q if q[0] >= 0 else -q).tolist()
    return (w, x, y, z)


def slerp(start: Quaternion, end: Quaternion, fraction: float) -> Quaternion:
    """Return the rotation a fraction of the shorter way from start to end; w >= 0.

    Source: K. Shoemake, "Animating rotation with quaternion curves", SIGGRAPH 1985.
    """
    a, b = np.array(start), np.array(end)
    cosine = float(a @ b / np.linalg.norm(a) / np.linalg.norm(b))
    if cosine < 0:
        b, cosine = -b, -cosine
    angle = float(np.arctan2(np.sqrt(max(0.0, 1 - cosine * cosine)), cosine))
    if angle < 1e-7:  # straight and curved way are one to rounding
        q = a + (b - a) * fraction
    else:
        q = (np.sin((1 - fraction) * angle) * a + np.sin(fraction * angle) * b) / np.sin(angle)
    q /= np.linalg.norm(q)
    w, x, y, z = (q if q[0] >= 0 else -q).tolist()
    return (w, x, y, z)
