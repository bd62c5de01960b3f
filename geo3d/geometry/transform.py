"""Pixels to their parent frame and back, by whatever links them.

Everything is vectorised over positions (n, 2) or (n, 3) in float64. The third number of a pixel position is the height
in the parent (it is carried through, and an RPC looks at the ground at that height); for a camera it is the depth along
z in metres. The inverses are Newton iterations on the forward transform, so that pixel -> parent -> pixel returns.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import lru_cache
from typing import Self

import numpy as np

from geo3d.errors import FrameError, GeometryError, OutsideDomain
from geo3d.geometry.array import Array
from geo3d.geometry.camera import Camera
from geo3d.geometry.frame import Affine, Gcps, Link, Rpc
from geo3d.geometry.lens import Lens
from geo3d.geometry.rational import Height, Rational
from geo3d.geometry.spline import Spline


@dataclass(frozen=True, eq=False)
class Grid:
    """An affine link ready to evaluate."""

    link: Affine
    determinant: float

    @classmethod
    def of(cls, link: Affine) -> Self:
        """Return the solved form.

        Raises:
            FrameError: All pixels lie on one line.
        """
        determinant = link.a * link.e - link.b * link.d
        if determinant == 0.0:
            raise FrameError("the affine transform puts all pixels on one line; set the raster's georeference again")
        return cls(link, determinant)

    def parent_from_pixel(self, pixels: Array, _height: Height = None) -> Array:
        """Return parent positions (n, 2) of pixels (n, 2|3)."""
        a, x, y = self.link, pixels[:, 0], pixels[:, 1]
        return np.stack([a.a * x + a.b * y + a.c, a.d * x + a.e * y + a.f], axis=1)

    def pixel_from_parent(self, positions: Array, _height: Height = None) -> Array:
        """Return pixels (n, 2) of parent positions (n, 2|3)."""
        a = self.link
        x, y = positions[:, 0] - a.c, positions[:, 1] - a.f
        if a.b == 0.0 and a.d == 0.0:  # one rounding less than the general form: whole pixels come back whole
            return np.stack([x / a.a, y / a.e], axis=1)
        return np.stack([(a.e * x - a.b * y) / self.determinant, (a.a * y - a.d * x) / self.determinant], axis=1)


Solved = Grid | Spline | Rational | Lens


@lru_cache(maxsize=256)
def solved(link: Link) -> Solved:
    """Return a link with its equations solved once; hold on to it where the same link is used many times a second.

    Raises:
        FrameError: The link's numbers define no transform.
    """
    match link:
        case Affine():
            return Grid.of(link)
        case Gcps():
            return Spline.through(link)
        case Rpc():
            return Rational.of(link)
        case Camera():
            return Lens.of(link)


def parent_from_pixel(link: Link | Solved, pixels: Array, *, height: Height = None, strict: bool = True) -> Array:
    """Return where pixels lie in the parent frame.

    Args:
        link: How the pixel frame hangs on its parent.
        pixels: (column, row) or (column, row, height or depth), corner convention, shape (n, 2) or (n, 3).
        height: Where an RPC finds the ground, unless `pixels` says so.
        strict: Raise where there is no answer; False gives NaN rows instead.

    Returns:
        Shape (n, 2), or (n, 3) when `pixels` has three numbers.

    Raises:
        OutsideDomain: Some pixel has no place in the parent (strict only).
        FrameError: A camera was asked for places without a depth, or the link is degenerate.
    """
    pixels = _positions(pixels)
    found = _with_third(_solved(link).parent_from_pixel(pixels, height), pixels)
    return _checked(found, pixels, strict, "pixel", "parent frame")


def pixel_from_parent(link: Link | Solved, positions: Array, *, height: Height = None, strict: bool = True) -> Array:
    """Return the pixels in which positions of the parent frame are seen.

    Args:
        link: How the pixel frame hangs on its parent.
        positions: Shape (n, 2) or (n, 3) in the parent frame; a camera needs three numbers.
        height: Where an RPC finds the ground, unless `positions` says so.
        strict: Raise where there is no answer; False gives NaN rows instead.

    Returns:
        (column, row), corner convention, shape (n, 2); or (n, 3) with the height (or the camera's depth) when
        `positions` has three numbers. Pixels outside the image are an answer too.

    Raises:
        OutsideDomain: Some position is not seen: behind the camera, or far outside an RPC's domain (strict only).
        FrameError: A camera got positions without z, or the link is degenerate.
    """
    positions = _positions(positions)
    found = _with_third(_solved(link).pixel_from_parent(positions, height), positions)
    return _checked(found, positions, strict, "position", "image")


def ray(camera: Camera | Lens, pixels: Array, *, strict: bool = True) -> Array:
    """Return the unit directions (n, 3), in the camera's frame, along which pixels (n, 2) look from its origin.

    Raises:
        OutsideDomain: The lens brings no light to some pixel (strict only).
    """
    lens = camera if isinstance(camera, Lens) else Lens.of(camera)
    pixels = _positions(pixels)
    return _checked(lens.ray(pixels[:, :2]), pixels, strict, "pixel", "lens")


def _solved(link: Link | Solved) -> Solved:
    return link if isinstance(link, Grid | Spline | Rational | Lens) else solved(link)


def _positions(positions: Array) -> Array:
    """Return float64 positions, checked for their shape."""
    array = np.asarray(positions, dtype=np.float64)
    if array.ndim != 2 or array.shape[1] not in (2, 3):
        raise GeometryError(f"positions must have shape (n, 2) or (n, 3), these have {array.shape}")
    return array


def _with_third(found: Array, given: Array) -> Array:
    """Carry the third number through, if there is one and the transform did not make its own."""
    return np.column_stack([found, given[:, 2]]) if given.shape[1] > found.shape[1] else found


def _checked(found: Array, given: Array, strict: bool, what: str, where: str) -> Array:
    """Refuse rows without an answer, or make them NaN as a whole."""
    lost = ~np.isfinite(found).all(axis=1)
    if strict and lost.any():
        first = given[int(np.flatnonzero(lost)[0])].tolist()
        message = f"{int(lost.sum())} of {len(given)} {what}s have no place in the {where}; the first is {first}"
        raise OutsideDomain(message, position=first, count=int(lost.sum()))
    found[lost] = np.nan
    return found
