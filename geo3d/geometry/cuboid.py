"""Oriented 3D boxes."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from pydantic import NonNegativeFloat

from geo3d.geometry.array import Array
from geo3d.geometry.rotation import Quaternion, matrix_of, quaternion_of, yaw_of
from geo3d.geometry.shape import Mapping, Problem, Shape
from geo3d.geometry.value import Number


class Cuboid(Shape):
    """A box with nine degrees of freedom.

    Corner order, x forward (length), y left (width), z up (height), seen from behind; 0..3 the front face, 4..7 the
    back face, which is the near one in the drawing::

              0 -------- 1
             /|         /|       z  x
            4 -------- 5 |       | /
            | |        | |       |/
            | 3 -------| 2  y ---+
            |/         |/
            7 -------- 6
    """

    kind: Literal["cuboid"] = "cuboid"
    center: tuple[Number, Number, Number]
    """Centre of the body."""
    size: tuple[NonNegativeFloat, NonNegativeFloat, NonNegativeFloat]
    """(length x, width y, height z) along the own axes, metres."""
    rotation: Quaternion = (1.0, 0.0, 0.0, 0.0)
    """frame_from_own, unit quaternion (w, x, y, z)."""

    def vertices(self) -> Array:
        """Return the corners, shape (8, 3), in the order of `CORNERS`."""
        return (CORNERS * self.size) @ matrix_of(self.rotation).T + self.center

    def problems(self) -> tuple[Problem, ...]:
        """Return ``zero-volume`` where an edge is zero."""
        return () if min(self.size) > 0 else (Problem("zero-volume", "an edge of the cuboid is zero", self.center),)

    @property
    def yaw(self) -> float:
        """Heading about +z from +x, radians in (-pi, pi]."""
        return yaw_of(self.rotation)

    def moved(self, dst_from_src: Mapping, frame: str) -> tuple[Self, float]:
        """See `Shape.moved`; keeps edges orthogonal (nearest rotation), the loss says how far the corners are off."""
        corners = dst_from_src(self.vertices())
        center = corners.mean(axis=0)
        axes = np.stack(
            [
                corners[[0, 1, 2, 3]].mean(axis=0) - corners[[4, 5, 6, 7]].mean(axis=0),
                corners[[0, 3, 4, 7]].mean(axis=0) - corners[[1, 2, 5, 6]].mean(axis=0),
                corners[[0, 1, 4, 5]].mean(axis=0) - corners[[2, 3, 6, 7]].mean(axis=0),
            ],
            axis=1,
        )
        size = np.linalg.norm(axes, axis=0)
        fallback = matrix_of(self.rotation)
        directions = np.where(size > 0, axes / np.where(size > 0, size, 1.0), fallback)
        u, _, vt = np.linalg.svd(directions)
        rotation = u @ np.diag([1.0, 1.0, np.linalg.det(u @ vt)]) @ vt
        moved = self.model_copy(
            update={
                "frame": frame,
                "center": tuple(center.tolist()),
                "size": tuple(size.tolist()),
                "rotation": quaternion_of(rotation),
            }
        )
        return moved, float(np.linalg.norm(moved.vertices() - corners, axis=1).max())


CORNERS: Array = np.array(
    [
        (0.5, 0.5, 0.5),
        (0.5, -0.5, 0.5),
        (0.5, -0.5, -0.5),
        (0.5, 0.5, -0.5),
        (-0.5, 0.5, 0.5),
        (-0.5, -0.5, 0.5),
        (-0.5, -0.5, -0.5),
        (-0.5, 0.5, -0.5),
    ]
)
CORNERS.setflags(write=False)
