"""A single position."""

from __future__ import annotations

from typing import Literal, Self

from geo3d.geometry.array import Array, array_of, positions_of
from geo3d.geometry.shape import Mapping, Problem, Shape
from geo3d.geometry.value import Position


class Point(Shape):
    """A position."""

    kind: Literal["point"] = "point"
    position: Position

    def vertices(self) -> Array:
        """Return shape (1, 2) or (1, 3)."""
        return array_of([self.position])

    def problems(self) -> tuple[Problem, ...]:
        """Return nothing: a finite position is valid."""
        return ()

    def moved(self, dst_from_src: Mapping, frame: str) -> tuple[Self, float]:
        """See `Shape.moved`; exact."""
        return self.model_copy(update={"frame": frame, "position": positions_of(dst_from_src(self.vertices()))[0]}), 0.0
