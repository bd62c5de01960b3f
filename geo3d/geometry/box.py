"""Rectangles, turned or not."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from pydantic import NonNegativeFloat

from geo3d.geometry.array import Array
from geo3d.geometry.shape import Mapping, Problem, Shape
from geo3d.geometry.value import Number


class Box(Shape):
    """A rectangle: centre, size, angle.

    Corner order, in the box's own axes (length along own x, width along own y)::

        0 (-l/2, -w/2) -- 1 (+l/2, -w/2)
              |                 |
        3 (-l/2, +w/2) -- 2 (+l/2, +w/2)

    In a pixel frame (y down) that is top-left, top-right, bottom-right, bottom-left.
    """

    kind: Literal["box"] = "box"
    center: tuple[Number, Number]
    size: tuple[NonNegativeFloat, NonNegativeFloat]
    """(length along own x, width along own y), units of the frame."""
    angle: Number = 0.0
    """Radians from the frame's +x towards its +y (clockwise on screen in a pixel frame)."""

    def vertices(self) -> Array:
        """Return the corners, shape (4, 2), in the order drawn above."""
        cos, sin = np.cos(self.angle), np.sin(self.angle)
        if self.angle == 0.0:
            cos, sin = 1.0, 0.0
        half = np.array([(-0.5, -0.5), (0.5, -0.5), (0.5, 0.5), (-0.5, 0.5)]) * self.size
        corners: Array = half @ np.array([(cos, sin), (-sin, cos)]) + self.center
        return corners

    def problems(self) -> tuple[Problem, ...]:
        """Return ``zero-area`` where a side is zero."""
        return () if min(self.size) > 0 else (Problem("zero-area", "a side of the box is zero", self.center),)

    @classmethod
    def of_bounds(cls, frame: str, minx: float, miny: float, maxx: float, maxy: float) -> Box:
        """Return the unturned box with these bounds."""
        return cls(frame=frame, center=((minx + maxx) / 2, (miny + maxy) / 2), size=(maxx - minx, maxy - miny))

    @classmethod
    def fit(cls, frame: str, corners: Array) -> tuple[Box, float]:
        """Return the rectangle nearest to four moved corners, and the largest corner distance that is left.

        Args:
            frame: Id of the corners' frame.
            corners: Shape (4, 2), in corner order; a mirrored order (a flipped y) is kept a rectangle too.
        """
        center = corners.mean(axis=0)
        along = (corners[1] - corners[0] + corners[2] - corners[3]) / 2
        across = (corners[3] - corners[0] + corners[2] - corners[1]) / 2
        box = cls(
            frame=frame,
            center=(float(center[0]), float(center[1])),
            size=(float(np.hypot(*along)), float(np.hypot(*across))),
            angle=float(np.arctan2(along[1], along[0])),
        )
        made = box.vertices()
        if along[0] * across[1] - along[1] * across[0] < 0:  # a mirrored frame (pixel y down <-> map y up)
            made = made[[3, 2, 1, 0]]
        return box, float(np.abs(np.linalg.norm(made - corners, axis=1)).max())

    def moved(self, dst_from_src: Mapping, frame: str) -> tuple[Self, float]:
        """See `Shape.moved`; stays a rectangle, the loss says how far the corners are off."""
        box, loss = self.fit(frame, dst_from_src(self.vertices())[:, :2])
        return self.model_copy(update=dict(box)), loss
