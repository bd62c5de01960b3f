"""Named positions of one object."""

from __future__ import annotations

from typing import Literal, Self

from pydantic import Field

from geo3d.geometry.array import Array, array_of, positions_of
from geo3d.geometry.shape import Mapping, Problem, Shape
from geo3d.geometry.value import Position, Value


class Keypoint(Value):
    """One keypoint of a skeleton."""

    name: str
    """Name in the class's skeleton."""
    position: Position | None = None
    """None = not labelled (COCO v=0)."""
    visible: bool = True
    """False = labelled though hidden (COCO v=1)."""


class Keypoints(Shape):
    """The keypoints of one object, in the skeleton's order."""

    kind: Literal["keypoints"] = "keypoints"
    points: tuple[Keypoint, ...] = Field(min_length=1)

    def vertices(self) -> Array:
        """Return the labelled positions, shape (n, 2) or (n, 3)."""
        return array_of([p.position for p in self.points if p.position is not None])

    def problems(self) -> tuple[Problem, ...]:
        """Return ``too-few-points`` without any position, ``duplicate-name`` where a name comes twice."""
        if all(p.position is None for p in self.points):
            return (Problem("too-few-points", "no keypoint has a position"),)
        if len({p.name for p in self.points}) < len(self.points):
            return (Problem("duplicate-name", "two keypoints have one name"),)
        return ()

    def moved(self, dst_from_src: Mapping, frame: str) -> tuple[Self, float]:
        """See `Shape.moved`; exact."""
        new = iter(positions_of(dst_from_src(self.vertices())))
        points = tuple(p if p.position is None else p.model_copy(update={"position": next(new)}) for p in self.points)
        return self.model_copy(update={"frame": frame, "points": points}), 0.0
