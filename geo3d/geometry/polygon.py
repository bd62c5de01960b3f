"""Areas bounded by rings."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field

from geo3d.geometry.array import Array, array_of, positions_of
from geo3d.geometry.shape import Mapping, Problem, Shape
from geo3d.geometry.validity import problems_of_rings
from geo3d.geometry.value import Position, Value

Ring = Annotated[tuple[Position, ...], Field(min_length=1)]
"""Positions of a closed ring WITHOUT the closing repetition; either direction."""


def moved_ring(ring: Ring, dst_from_src: Mapping) -> Ring:
    """Return the ring in another frame; vertices exact."""
    return positions_of(dst_from_src(array_of(ring)))


class Rings(Value):
    """One exterior and its holes: a part of a multipolygon."""

    exterior: Ring
    holes: tuple[Ring, ...] = ()


class Polygon(Shape):
    """An area with one exterior and any number of holes."""

    kind: Literal["polygon"] = "polygon"
    exterior: Ring
    holes: tuple[Ring, ...] = ()

    def vertices(self) -> Array:
        """Return shape (n, 2) or (n, 3): the exterior, then each hole."""
        return array_of([p for ring in (self.exterior, *self.holes) for p in ring])

    def problems(self) -> tuple[Problem, ...]:
        """Return what OGC simple features forbid, each with its place."""
        return problems_of_rings(((self.exterior, *self.holes),))

    def moved(self, dst_from_src: Mapping, frame: str) -> tuple[Self, float]:
        """See `Shape.moved`; vertices exact, edges are straight in the frame they are in."""
        return self.model_copy(
            update={
                "frame": frame,
                "exterior": moved_ring(self.exterior, dst_from_src),
                "holes": tuple(moved_ring(h, dst_from_src) for h in self.holes),
            }
        ), 0.0


class MultiPolygon(Shape):
    """Several areas that are one object."""

    kind: Literal["multipolygon"] = "multipolygon"
    parts: tuple[Rings, ...] = Field(min_length=1)

    def vertices(self) -> Array:
        """Return shape (n, 2) or (n, 3), part after part."""
        return array_of([p for part in self.parts for ring in (part.exterior, *part.holes) for p in ring])

    def problems(self) -> tuple[Problem, ...]:
        """Return what OGC simple features forbid, overlapping parts included."""
        return problems_of_rings(tuple((part.exterior, *part.holes) for part in self.parts))

    def moved(self, dst_from_src: Mapping, frame: str) -> tuple[Self, float]:
        """See `Shape.moved`; vertices exact."""
        parts = tuple(
            Rings(
                exterior=moved_ring(part.exterior, dst_from_src),
                holes=tuple(moved_ring(h, dst_from_src) for h in part.holes),
            )
            for part in self.parts
        )
        return self.model_copy(update={"frame": frame, "parts": parts}), 0.0
