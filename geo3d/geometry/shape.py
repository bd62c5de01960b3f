"""What every geometry offers: the contract of the closed family in ``geometry/__init__.py``."""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

from geo3d.geometry.array import Array, bounds_of
from geo3d.geometry.value import Value

Mapping = Callable[[Array], Array]
"""dst_from_src: positions (n, 2|3) in the source frame -> the same number of positions in the destination frame."""


@dataclass(frozen=True)
class Problem:
    """What is wrong with a geometry, and where."""

    reason: str
    """One of a small vocabulary: ``self-intersection``, ``too-few-points``, ``zero-area``, ``hole-outside``, ..."""
    message: str
    """A sentence for people."""
    position: tuple[float, ...] | None = None
    """Where, in the geometry's frame."""


class Shape(Value):
    """A geometry: kind, frame id, positions. Validity is asked for (`problems`), never enforced while one draws."""

    frame: str
    """Id of the frame its positions are in."""

    @abstractmethod
    def vertices(self) -> Array:
        """Return all positions of shape (n, 2) or (n, 3), in drawing order, rings unclosed."""

    def bounds(self) -> tuple[float, ...]:
        """Return (minx, miny, maxx, maxy), or with z (minx, miny, minz, maxx, maxy, maxz), in its frame."""
        return bounds_of(self.vertices())

    @abstractmethod
    def problems(self) -> tuple[Problem, ...]:
        """Return everything that is wrong with it; empty = valid."""

    @abstractmethod
    def moved(self, dst_from_src: Mapping, frame: str) -> tuple[Self, float]:
        """Return the shape in another frame, and what that lost.

        Args:
            dst_from_src: Maps positions of this shape's frame to the new frame.
            frame: Id of the new frame.

        Returns:
            The moved shape and the largest distance, in units of the new frame, between a moved position and where
            the new shape has it: 0 for shapes made of free vertices, more for shapes with a rule (a box stays a
            rectangle).
        """
