"""Ground control points made continuous: a thin-plate spline through all of them.

The spline leads from the ground to the image and its inverse is found by Newton: that is how GDAL has it (warps look
from the ground back into the image, and its pixel-to-ground direction is the numeric inverse too; seen with GDAL 3.10),
so labels drawn in the image and pictures that GDAL warped with its thin-plate spline agree.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from geo3d.errors import FrameError
from geo3d.geometry import newton
from geo3d.geometry.array import Array
from geo3d.geometry.frame import Gcps
from geo3d.geometry.rational import Height

_BLOCK = 1 << 21
"""Largest number of position-to-control-point distances held at once (16 MB per array)."""


@dataclass(frozen=True, eq=False)
class Spline:
    """A solved thin-plate spline, parent to pixel.

    ``u(p) = a + B p + sum_i w_i |p - p_i|^2 log |p - p_i|^2`` in normalised parent and pixel coordinates: one scale for
    both axes, because the spline is invariant under similarity and not under stretching.

    Source: F. L. Bookstein, "Principal warps", IEEE PAMI 11(6), 1989; the base function is the one of GDAL's
    ``VizGeorefSpline2D``.
    """

    knots: Array
    """Normalised parent positions, shape (k, 2)."""
    weights: Array
    """w, shape (k, 2)."""
    offset: Array
    """a, shape (2,)."""
    matrix: Array
    """B, shape (2, 2), ``matrix[i, j] = d u_i / d p_j``."""
    parent_center: Array
    parent_scale: float
    pixel_center: Array
    pixel_scale: float

    @classmethod
    def through(cls, gcps: Gcps) -> Self:
        """Solve the spline through all points; with three points it is the affine map.

        Raises:
            FrameError: All points are on one line, or one place is pinned to two pixels.
        """
        table = np.unique(np.array([(p.col, p.row, p.x, p.y) for p in gcps.points]), axis=0)
        pixels, parents = table[:, :2], table[:, 2:]
        if len(np.unique(parents, axis=0)) < len(parents):
            raise FrameError("two ground control points pin one place to different pixels; remove one of them")
        knots, parent_center, parent_scale = _normalised(parents)
        wanted, pixel_center, pixel_scale = _normalised(pixels)
        k = len(knots)
        if k < 3 or min(np.linalg.svd(points, compute_uv=False)[1] for points in (knots, wanted)) < 1e-9:
            raise FrameError("the ground control points are all on one line; at least one must stand aside")
        affine = np.hstack([np.ones((k, 1)), knots])
        system = np.zeros((k + 3, k + 3))
        system[:k, :k] = _base(((knots[:, None] - knots[None]) ** 2).sum(axis=2))
        system[:k, k:], system[k:, :k] = affine, affine.T
        right = np.vstack([wanted, np.zeros((3, 2))])
        solution = np.linalg.solve(system, right)
        solution += np.linalg.solve(system, right - system @ solution)  # refined once: the knots are hit to rounding
        weights = np.asarray(solution[:k] if k > 3 else np.zeros((k, 2)), dtype=np.float64)
        offset, matrix = solution[k], np.asarray(solution[k + 1 :].T, dtype=np.float64)
        return cls(knots, weights, offset, matrix, parent_center, parent_scale, pixel_center, pixel_scale)

    def pixel_from_parent(self, positions: Array, _height: Height = None) -> Array:
        """Return pixels (n, 2) of parent positions (n, 2|3)."""
        values = self._values((positions[:, :2] - self.parent_center) / self.parent_scale)
        return values * self.pixel_scale + self.pixel_center

    def parent_from_pixel(self, pixels: Array, _height: Height = None) -> Array:
        """Return parent positions (n, 2) of pixels (n, 2|3); NaN where the spline folds and has no inverse."""
        target = (pixels[:, :2] - self.pixel_center) / self.pixel_scale
        start: Array = np.linalg.solve(self.matrix, (target - self.offset).T).T.astype(np.float64)
        found = newton.solve(self._at, target, start)
        lost = np.flatnonzero(np.isnan(found).any(axis=1) & np.isfinite(target).all(axis=1))
        if len(lost):  # a strong warp: start again from the control point that lies nearest in the image
            seen = self._values(self.knots)
            for part in self._blocks(len(lost)):
                nearest = ((target[lost[part], None] - seen[None]) ** 2).sum(axis=2).argmin(axis=1)
                found[lost[part]] = newton.solve(self._at, target[lost[part]], self.knots[nearest])
        return found * self.parent_scale + self.parent_center

    def _values(self, points: Array) -> Array:
        """Return normalised pixels (n, 2) of normalised parent positions (n, 2)."""
        values = points @ self.matrix.T + self.offset
        if self.weights.any():
            for part in self._blocks(len(points)):
                squared = ((points[part, None, :] - self.knots[None]) ** 2).sum(axis=2)
                values[part] += _base(squared) @ self.weights
        return values

    def _at(self, points: Array, _rows: newton.Rows) -> tuple[Array, Array]:
        """Return `_values` and their Jacobians (n, 2, 2)."""
        values = points @ self.matrix.T + self.offset
        jacobians = np.broadcast_to(self.matrix, (len(points), 2, 2)).copy()
        if self.weights.any():
            for part in self._blocks(len(points)):
                away = points[part, None, :] - self.knots[None]
                squared = (away**2).sum(axis=2)
                logarithm = np.log(np.where(squared > 0, squared, 1.0))
                values[part] += (squared * logarithm) @ self.weights
                slopes = 2 * (logarithm + 1)[:, :, None] * away  # (n, k, 2)
                jacobians[part] += np.swapaxes(np.swapaxes(slopes, 1, 2) @ self.weights, 1, 2)
        return values, jacobians

    def _blocks(self, n: int) -> list[slice]:
        """Cut n positions so that no block holds more than `_BLOCK` distances."""
        size = max(1, _BLOCK // len(self.knots))
        return [slice(first, first + size) for first in range(0, n, size)]


def _normalised(points: Array) -> tuple[Array, Array, float]:
    """Return points shifted and scaled into [-1, 1], the shift, and the one scale of both axes."""
    center = points.mean(axis=0)
    scale = float(np.abs(points - center).max()) or 1.0
    return (points - center) / scale, center, scale


def _base(squared: Array) -> Array:
    """Return ``r^2 log r^2`` of squared distances, 0 at 0."""
    return squared * np.log(np.where(squared > 0, squared, 1.0))
