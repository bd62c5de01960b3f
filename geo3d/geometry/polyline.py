"""Lines through positions."""

from __future__ import annotations

from typing import Annotated, Literal, Self

import numpy as np
from pydantic import Field, NonNegativeFloat

from geo3d.geometry.array import Array, array_of, positions_of
from geo3d.geometry.shape import Mapping, Problem, Shape
from geo3d.geometry.value import Position

Path = Annotated[tuple[Position, ...], Field(min_length=1)]
"""Positions in drawing order."""


def problems_of_path(path: Path) -> tuple[Problem, ...]:
    """Return what is wrong with one path: fewer than two different positions."""
    if len(set(path)) < 2:
        return (Problem("too-few-points", "a line needs two different positions", tuple(path[0]) if path else None),)
    return ()


class Polyline(Shape):
    """An open line."""

    kind: Literal["polyline"] = "polyline"
    path: Path
    width: NonNegativeFloat | None = None
    """Full width in units of the frame, where the line stands for a band (a road); None = no width."""

    def vertices(self) -> Array:
        """Return shape (n, 2) or (n, 3)."""
        return array_of(self.path)

    def problems(self) -> tuple[Problem, ...]:
        """Return ``too-few-points`` where it is no line."""
        return problems_of_path(self.path)

    def moved(self, dst_from_src: Mapping, frame: str) -> tuple[Self, float]:
        """See `Shape.moved`; vertices exact, a width is scaled by the mean stretch along the line."""
        old = self.vertices()
        new = dst_from_src(old)
        update: dict[str, object] = {"frame": frame, "path": positions_of(new)}
        if self.width is not None:
            before = float(np.linalg.norm(np.diff(old, axis=0), axis=1).sum())
            after = float(np.linalg.norm(np.diff(new, axis=0), axis=1).sum())
            update["width"] = self.width * (after / before if before else 1.0)
        return self.model_copy(update=update), 0.0


class MultiPolyline(Shape):
    """Several open lines that are one object."""

    kind: Literal["multipolyline"] = "multipolyline"
    paths: tuple[Path, ...] = Field(min_length=1)

    def vertices(self) -> Array:
        """Return shape (n, 2) or (n, 3), path after path."""
        return array_of([p for path in self.paths for p in path])

    def problems(self) -> tuple[Problem, ...]:
        """Return the problems of every path."""
        return tuple(p for path in self.paths for p in problems_of_path(path))

    def moved(self, dst_from_src: Mapping, frame: str) -> tuple[Self, float]:
        """See `Shape.moved`; exact."""
        paths = tuple(positions_of(dst_from_src(array_of(path))) for path in self.paths)
        return self.model_copy(update={"frame": frame, "paths": paths}), 0.0
