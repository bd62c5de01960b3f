"""Rigid transforms and how they change over time."""

from __future__ import annotations

from bisect import bisect_right
from typing import Literal, Self

import numpy as np
from pydantic import Field, model_validator

from geo3d.errors import GeometryError, OutsideDomain
from geo3d.geometry.array import Array
from geo3d.geometry.rotation import Quaternion as Quaternion
from geo3d.geometry.rotation import matrix_of, product, slerp
from geo3d.geometry.value import Number, Value


class Pose(Value):
    """parent_from_child: ``point_parent = rotation * point_child + translation``."""

    kind: Literal["pose"] = "pose"
    rotation: Quaternion = (1.0, 0.0, 0.0, 0.0)
    translation: tuple[Number, Number, Number] = (0.0, 0.0, 0.0)
    """Metres in the parent frame."""


class PosePath(Value):
    """A pose over time: spherical linear interpolation between the poses, linear for the translation, none outside."""

    kind: Literal["path"] = "path"
    timestamps_ns: tuple[int, ...] = Field(min_length=1)
    """Strictly increasing, nanoseconds."""
    poses: tuple[Pose, ...] = Field(min_length=1)
    """One pose per timestamp."""

    @model_validator(mode="after")
    def _is_ordered(self) -> Self:
        if len(self.timestamps_ns) != len(self.poses):
            raise ValueError("as many timestamps as poses are needed")
        if any(b <= a for a, b in zip(self.timestamps_ns, self.timestamps_ns[1:], strict=False)):
            raise ValueError("timestamps must increase")
        return self


def compose(c_from_b: Pose, b_from_a: Pose) -> Pose:
    """Return c_from_a."""
    x, y, z = apply(c_from_b, np.array([b_from_a.translation]))[0].tolist()
    return Pose(rotation=product(c_from_b.rotation, b_from_a.rotation), translation=(x, y, z))


def inverse(b_from_a: Pose) -> Pose:
    """Return a_from_b."""
    w, x, y, z = b_from_a.rotation
    tx, ty, tz = (-(np.array(b_from_a.translation) @ matrix_of(b_from_a.rotation))).tolist()
    return Pose(rotation=(w, -x, -y, -z), translation=(tx, ty, tz))


def apply(b_from_a: Pose, points_a: Array) -> Array:
    """Return points (n, 3) of the child frame in the parent frame.

    Raises:
        GeometryError: The points have two numbers.
    """
    if points_a.shape[1] != 3:
        raise GeometryError("a pose turns positions with three numbers; these have two")
    moved: Array = points_a @ matrix_of(b_from_a.rotation).T + b_from_a.translation
    return moved


def at(path: Pose | PosePath, timestamp_ns: int) -> Pose:
    """Return the pose at a moment; a fixed pose holds always.

    Raises:
        OutsideDomain: The moment lies before the first or after the last pose.
    """
    if isinstance(path, Pose):
        return path
    times = path.timestamps_ns
    if not times[0] <= timestamp_ns <= times[-1]:
        message = f"no pose is known at {timestamp_ns} ns; the path runs from {times[0]} to {times[-1]} ns"
        raise OutsideDomain(message, timestamp_ns=timestamp_ns, first_ns=times[0], last_ns=times[-1])
    after = bisect_right(times, timestamp_ns)
    before = after - 1
    if times[before] == timestamp_ns:
        return path.poses[before]
    fraction = (timestamp_ns - times[before]) / (times[after] - times[before])
    start, end = path.poses[before], path.poses[after]
    come, go = np.array(start.translation), np.array(end.translation)
    x, y, z = (come + (go - come) * fraction).tolist()
    return Pose(rotation=slerp(start.rotation, end.rotation, fraction), translation=(x, y, z))
