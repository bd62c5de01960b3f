"""The steps a way between frames is made of: a pixel link, a pose, a change of map."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Protocol, Self

import numpy as np

from geo3d.errors import FrameError
from geo3d.geometry.array import Array
from geo3d.geometry.crs import converted
from geo3d.geometry.lens import Lens
from geo3d.geometry.pose import Pose
from geo3d.geometry.rational import Height
from geo3d.geometry.rotation import matrix_of
from geo3d.geometry.transform import Solved, parent_from_pixel, pixel_from_parent


class Step(Protocol):
    """One step of a way, and the step back."""

    def run(self, positions: Array, strict: bool) -> Array:
        """Return positions (n, 2|3) after the step; where there is no answer raise `OutsideDomain`, or give NaN."""

    def reversed(self) -> Step:
        """Return the step back."""


@dataclass(frozen=True, eq=False)
class LinkStep:
    """Pixels to their parent (or back)."""

    link: Solved
    center: Array
    """Middle of the image in the parent, shape (2,)."""
    turn: float | None
    """A full turn, where the parent's x is a longitude and the image spans less than the globe."""
    height: Height
    is_back: bool = False

    @classmethod
    def of(cls, link: Solved, size: tuple[int, int], turn: float | None, height: Height) -> Self:
        """Return the step for an image of (width, height) pixels; `turn` as `crs.turn_of` has it."""
        center = np.zeros(2)
        if turn is not None and not isinstance(link, Lens):
            width, tall = size
            probe = np.array([(width / 2, tall / 2), (0, 0), (width, 0), (width, tall), (0, tall)], dtype=np.float64)
            middle, *corners = parent_from_pixel(link, probe, strict=False)[:, 0].tolist()
            # the picture of a whole globe has no nearer side of the antimeridian
            turn = turn if max(corners) - min(corners) < 0.9 * turn and np.isfinite(middle) else None
            center[0] = middle
        return cls(link, center, turn, height)

    def run(self, positions: Array, strict: bool) -> Array:
        """See `Step.run`."""
        if not self.is_back:
            return parent_from_pixel(self.link, positions, height=self.height, strict=strict)
        if self.turn is not None:  # longitudes of 181 and -179 are one: take the one beside the image
            positions = positions.copy()
            with np.errstate(invalid="ignore"):
                positions[:, 0] -= self.turn * np.round((positions[:, 0] - self.center[0]) / self.turn)
        return pixel_from_parent(self.link, positions, height=self.height, strict=strict)

    def reversed(self) -> LinkStep:
        """See `Step.reversed`."""
        return replace(self, is_back=not self.is_back)


@dataclass(frozen=True, eq=False)
class PoseStep:
    """Child to parent by a rigid transform (or back)."""

    rotation: Array
    """parent_from_child, shape (3, 3)."""
    translation: Array
    """Shape (3,), metres."""
    is_level: bool
    """True = turned about z alone, so that positions without a third number keep their meaning."""
    is_back: bool = False

    @classmethod
    def of(cls, parent_from_child: Pose) -> Self:
        """Return the step up."""
        _, x, y, _ = parent_from_child.rotation
        is_level = x == 0.0 and y == 0.0
        return cls(matrix_of(parent_from_child.rotation), np.array(parent_from_child.translation), is_level)

    def run(self, positions: Array, strict: bool) -> Array:
        """See `Step.run`."""
        n = positions.shape[1]
        if n == 2 and not self.is_level:
            raise FrameError("a frame on the way is tilted: positions need a third number to be moved through it")
        rotation, translation = self.rotation[:n, :n], self.translation[:n]
        if self.is_back:
            back: Array = (positions - translation) @ rotation
            return back
        forth: Array = positions @ rotation.T + translation
        return forth

    def turned(self, directions: Array) -> Array:
        """Return directions (n, 3) after the step."""
        found: Array = directions @ (self.rotation if self.is_back else self.rotation.T)
        return found

    def reversed(self) -> PoseStep:
        """See `Step.reversed`."""
        return replace(self, is_back=not self.is_back)


@dataclass(frozen=True)
class MapStep:
    """One map to another, by PROJ."""

    dst: str
    src: str

    def run(self, positions: Array, strict: bool) -> Array:
        """See `Step.run`."""
        return converted(self.dst, self.src, positions, strict=strict)

    def reversed(self) -> MapStep:
        """See `Step.reversed`."""
        return MapStep(self.src, self.dst)
