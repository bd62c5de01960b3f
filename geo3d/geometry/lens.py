"""Cameras at work: projection of points in front of a camera, and the ray that a pixel looks along."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

import numpy as np

from geo3d.errors import FrameError
from geo3d.geometry import newton
from geo3d.geometry.array import Array
from geo3d.geometry.camera import Camera
from geo3d.geometry.rational import Height


@dataclass(frozen=True, eq=False)
class Lens:
    """A camera ready to evaluate. Camera frame: x right, y down, z forward.

    Source: the models ``brown`` and ``fisheye`` are those of OpenCV's ``calib3d``; D. C. Brown, "Close-range camera
    calibration", 1971; J. Kannala and S. Brandt, "A generic camera model", IEEE PAMI 28(8), 2006.
    """

    camera: Camera
    k: Array
    """Distortion, padded with zeros to 8."""
    limit: float
    """Where the distortion folds back: largest undistorted radius (brown) or angle from the axis (fisheye)."""

    @classmethod
    def of(cls, camera: Camera) -> Self:
        """Return the solved form."""
        k = np.zeros(8)
        k[: len(camera.distortion)] = camera.distortion
        limit = {"pinhole": lambda _: np.inf, "brown": _brown_limit, "fisheye": _fisheye_limit}[camera.model](k)
        return cls(camera, k, float(limit))

    def pixel_from_parent(self, points: Array, _height: Height = None) -> Array:
        """Return pixels (n, 2) of points (n, 3) in the camera frame; NaN behind the camera and beyond the lens.

        Beyond the radius where a distortion polynomial folds back, its numbers would land inside the picture: those
        points are not seen, and are NaN.

        Raises:
            FrameError: The positions have no third number.
        """
        if points.shape[1] != 3:
            raise FrameError("a camera sees positions with three numbers; these have two")
        x, y, z = points.T
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            if self.camera.model == "fisheye":
                radius = np.hypot(x, y)
                angle = np.arctan2(radius, z)
                scale = np.where(radius > 0, self._bend(angle)[0] / np.where(radius > 0, radius, 1.0), 0.0)
                seen = (angle < self.limit) & ((radius > 0) | (z > 0))
                flat = np.stack([x * scale, y * scale], axis=1)
            else:
                plain = np.stack([x / z, y / z], axis=1)
                seen = (z > 0) & (np.hypot(*plain.T) < self.limit)
                flat = self._brown(plain, np.arange(0))[0] if self.camera.model == "brown" else plain
            pixels = self._pixels(flat)
        pixels[~seen] = np.nan
        return pixels

    def ray(self, pixels: Array) -> Array:
        """Return unit directions (n, 3) in the camera frame; NaN where no direction leads to the pixel."""
        flat = self._flat(pixels)
        if self.camera.model == "fisheye":
            distance = np.hypot(*flat.T)
            angle = self._unbend(distance)
            scale = np.where(distance > 0, np.sin(angle) / np.where(distance > 0, distance, 1.0), 1.0)
            return np.stack([flat[:, 0] * scale, flat[:, 1] * scale, np.cos(angle)], axis=1)
        if self.camera.model == "brown":
            flat = newton.solve(self._brown_within, flat, self._inside(flat))
        rays = np.column_stack([flat, np.ones(len(flat))])
        unit: Array = rays / np.hypot(np.hypot(rays[:, 0], rays[:, 1]), rays[:, 2])[:, None]  # hypot does not overflow
        return unit

    def parent_from_pixel(self, pixels: Array, _height: Height = None) -> Array:
        """Return points (n, 3) in the camera frame of (column, row, depth along z in metres); NaN where there is none.

        Raises:
            FrameError: The pixels have no depth.
        """
        if pixels.shape[1] != 3:
            raise FrameError("a pixel of a camera is a ray, not a place: give a depth, or ask for ray()")
        rays = self.ray(pixels[:, :2])
        with np.errstate(divide="ignore", invalid="ignore"):
            points: Array = rays / rays[:, 2:] * pixels[:, 2:]
        # a fisheye sees a little behind itself: there both the ray and the depth point backwards
        points[~(pixels[:, 2] * rays[:, 2] > 0)] = np.nan
        return points

    def _pixels(self, flat: Array) -> Array:
        c = self.camera
        return np.stack([c.fx * flat[:, 0] + c.skew * flat[:, 1] + c.cx, c.fy * flat[:, 1] + c.cy], axis=1)

    def _flat(self, pixels: Array) -> Array:
        c = self.camera
        y = (pixels[:, 1] - c.cy) / c.fy
        return np.stack([(pixels[:, 0] - c.cx - c.skew * y) / c.fx, y], axis=1)

    def _inside(self, flat: Array) -> Array:
        """Return a first guess that lies within the lens."""
        radius = np.hypot(*flat.T)
        shrink = np.minimum(1.0, 0.9 * self.limit / np.where(radius > 0, radius, 1.0))
        return np.asarray(flat * shrink[:, None])

    def _brown(self, plain: Array, _rows: newton.Rows) -> tuple[Array, Array]:
        """Return distorted positions (n, 2) and Jacobians (n, 2, 2) of undistorted ones."""
        k1, k2, p1, p2, k3, k4, k5, k6 = self.k
        x, y = plain.T
        r2 = x * x + y * y
        above, below = 1 + r2 * (k1 + r2 * (k2 + r2 * k3)), 1 + r2 * (k4 + r2 * (k5 + r2 * k6))
        radial = above / below
        # d radial / d r2
        slope = ((k1 + r2 * (2 * k2 + r2 * 3 * k3)) - radial * (k4 + r2 * (2 * k5 + r2 * 3 * k6))) / below
        values = np.stack(
            [
                x * radial + 2 * p1 * x * y + p2 * (r2 + 2 * x * x),
                y * radial + p1 * (r2 + 2 * y * y) + 2 * p2 * x * y,
            ],
            axis=1,
        )
        cross = 2 * x * y * slope + 2 * p1 * x + 2 * p2 * y
        jacobian = np.stack(
            [
                np.stack([radial + 2 * x * x * slope + 2 * p1 * y + 6 * p2 * x, cross], axis=1),
                np.stack([cross, radial + 2 * y * y * slope + 6 * p1 * y + 2 * p2 * x], axis=1),
            ],
            axis=1,
        )
        return values, jacobian

    def _brown_within(self, plain: Array, rows: newton.Rows) -> tuple[Array, Array]:
        """Return `_brown`, NaN beyond the fold: a wall for Newton, which else would find the wrong branch behind it."""
        values, jacobian = self._brown(plain, rows)
        values[np.hypot(*plain.T) >= self.limit] = np.nan
        return values, jacobian

    def _bend(self, angle: Array) -> tuple[Array, Array]:
        """Return the fisheye's distance from the principal point, in focal lengths, and its slope, at an angle."""
        k1, k2, k3, k4 = self.k[:4]
        a2 = angle * angle
        distance = angle * (1 + a2 * (k1 + a2 * (k2 + a2 * (k3 + a2 * k4))))
        return distance, 1 + a2 * (3 * k1 + a2 * (5 * k2 + a2 * (7 * k3 + a2 * 9 * k4)))

    def _unbend(self, distance: Array) -> Array:
        """Return the angle from the axis at a distance: Newton kept inside the bracket where `_bend` grows."""
        low, high = np.zeros(len(distance)), np.full(len(distance), self.limit)
        angle = np.minimum(distance, self.limit / 2)
        for _ in range(100):
            value, slope = self._bend(angle)
            low, high = np.where(value < distance, angle, low), np.where(value < distance, high, angle)
            with np.errstate(divide="ignore", invalid="ignore"):
                wanted = angle - (value - distance) / slope
            following = np.where((wanted >= low) & (wanted <= high), wanted, (low + high) / 2)
            settled = np.nanmax(np.abs(following - angle), initial=0.0) < 1e-15
            angle = following
            if settled:
                break
        return np.where(distance <= self._bend(np.array([self.limit]))[0], angle, np.nan)


def _brown_limit(k: Array) -> float:
    """Return the smallest radius where the radial distortion stops growing or has a pole; infinity without one."""
    k1, k2, _, _, k3, k4, k5, k6 = k
    above, below = np.poly1d([k3, 0, k2, 0, k1, 0, 1, 0]), np.poly1d([k6, 0, k5, 0, k4, 0, 1])
    pole = _first_root(below, np.inf)
    return _first_root(above.deriv() * below - above * below.deriv(), pole)


def _fisheye_limit(k: Array) -> float:
    """Return the smallest angle at which the distortion stops growing, pi at most."""
    k1, k2, k3, k4 = k[:4]
    return _first_root(np.poly1d([9 * k4, 0, 7 * k3, 0, 5 * k2, 0, 3 * k1, 0, 1]), np.pi)


def _first_root(polynomial: np.poly1d, otherwise: float) -> float:
    """Return the smallest positive real root below `otherwise`."""
    # a coefficient this small bends no ray a camera sees, and would spoil the other roots
    kept = np.trim_zeros(np.where(np.abs(polynomial.coeffs) < 1e-24, 0.0, polynomial.coeffs), "f")
    roots = np.roots(kept)
    real = roots[np.abs(roots.imag) < 1e-9].real
    return float(min([*real[(real > 0) & (real < otherwise)], otherwise]))
