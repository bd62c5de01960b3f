"""Rigid transforms and how they change over time."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field, model_validator

from geo3d.geometry.value import Number, Value

Quaternion = tuple[Number, Number, Number, Number]
"""Unit quaternion (w, x, y, z); the norm must be 1 within 1e-6."""


class Pose(Value):
    """parent_from_child: ``point_parent = rotation * point_child + translation``."""

    kind: Literal["pose"] = "pose"
    rotation: Quaternion = (1.0, 0.0, 0.0, 0.0)
    translation: tuple[Number, Number, Number] = (0.0, 0.0, 0.0)
    """Metres in the parent frame."""

    @model_validator(mode="after")
    def _is_unit(self) -> Self:
        norm2 = sum(q * q for q in self.rotation)
        if abs(norm2 - 1.0) > 2e-6:
            raise ValueError(f"rotation is not a unit quaternion (norm {norm2**0.5:.9g})")
        return self


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
