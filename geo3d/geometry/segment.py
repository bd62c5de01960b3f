"""A set of points or pixels that a layer names."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
from pydantic import NonNegativeInt

from geo3d.errors import GeometryError
from geo3d.geometry.array import Array
from geo3d.geometry.shape import Mapping, Problem, Shape


class Segment(Shape):
    """The points or pixels whose entry in a layer equals a value; only the layer can say which they are."""

    kind: Literal["segment"] = "segment"
    layer: str
    """Id of the layer."""
    value: NonNegativeInt
    """The layer's entry; 0 means unlabelled and names no segment."""

    def vertices(self) -> Array:
        """Return (0, 2): a segment's extent is its layer's to tell."""
        return np.empty((0, 2))

    def problems(self) -> tuple[Problem, ...]:
        """Return ``invalid-value`` for the value 0."""
        return () if self.value else (Problem("invalid-value", "0 means unlabelled and names no segment"),)

    def moved(self, dst_from_src: Mapping, frame: str) -> tuple[Self, float]:
        """Refuse: a segment lives where its layer lives.

        Raises:
            GeometryError: Always, unless the frame is its own.
        """
        if frame == self.frame:
            return self, 0.0
        raise GeometryError("a segment is tied to its layer and cannot be moved to another frame")
