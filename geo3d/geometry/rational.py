"""Rational polynomial cameras (RPC00B): how satellite images say where they look."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Self

import numpy as np

from geo3d.errors import FrameError
from geo3d.geometry import newton
from geo3d.geometry.array import Array
from geo3d.geometry.frame import Rpc

HeightAt = Callable[[Array, Array], Array]
"""Ellipsoidal height in metres at longitudes (n,) and latitudes (n,); NaN where unknown; continuous (interpolated)."""

Height = float | HeightAt | None
"""Ellipsoidal height of the ground in metres, a terrain, or None for the link's own."""

DOMAIN = 4.0
"""Normalised longitudes and latitudes beyond this are outside: cubics fitted on [-1, 1] run wild and fold there."""

_TERRAIN_STEP = 1e-5
"""Step of the terrain's slope, in normalised degrees: some decimetres on the ground."""

_CENTER_TO_CORNER = 0.5
"""RPC00B counts the CENTRE of the first pixel as 0, our pixel frames its outer corner."""


@dataclass(frozen=True, eq=False)
class Rational:
    """The coefficients as arrays, ready to evaluate: ground to image, and image to ground at a height."""

    rpc: Rpc
    coefficients: Array
    """Shape (20, 4): line numerator, line denominator, sample numerator, sample denominator."""

    @classmethod
    def of(cls, rpc: Rpc) -> Self:
        """Return the solved form.

        Raises:
            FrameError: A scale is zero.
        """
        scales = (rpc.line_scale, rpc.sample_scale, rpc.latitude_scale, rpc.longitude_scale, rpc.height_scale)
        if not all(scales):
            raise FrameError("an RPC scale is zero; the RPC metadata of this image is damaged")
        columns = (rpc.line_numerator, rpc.line_denominator, rpc.sample_numerator, rpc.sample_denominator)
        return cls(rpc, np.array(columns).T)

    def pixel_from_parent(self, positions: Array, height: Height = None) -> Array:
        """Return pixels (n, 2) of longitude, latitude and height.

        Args:
            positions: Degrees, shape (n, 2), or (n, 3) with ellipsoidal heights in metres that win over `height`.
            height: Metres or a terrain; None = the link's own height.

        Returns:
            NaN rows outside the RPC's domain and where the terrain has no height.
        """
        heights = positions[:, 2] if positions.shape[1] == 3 else self._heights(positions, height)
        ground = self._normalised(positions[:, :2])
        line, sample = self._image(ground, self._normal_height(heights))[0].T
        pixels = np.stack(
            [
                sample * self.rpc.sample_scale + self.rpc.sample_offset + _CENTER_TO_CORNER,
                line * self.rpc.line_scale + self.rpc.line_offset + _CENTER_TO_CORNER,
            ],
            axis=1,
        )
        pixels[~((np.abs(ground) <= DOMAIN).all(axis=1) & np.isfinite(pixels).all(axis=1))] = np.nan
        return pixels

    def parent_from_pixel(self, pixels: Array, height: Height = None) -> Array:
        """Return longitudes and latitudes (n, 2), the ground that is seen at a pixel.

        Args:
            pixels: Shape (n, 2), or (n, 3) with ellipsoidal heights in metres that win over `height`.
            height: Metres or a terrain; None = the link's own height.

        Returns:
            NaN rows where no ground is seen within the RPC's domain.
        """
        rpc = self.rpc
        target = np.stack(
            [
                (pixels[:, 1] - _CENTER_TO_CORNER - rpc.line_offset) / rpc.line_scale,
                (pixels[:, 0] - _CENTER_TO_CORNER - rpc.sample_offset) / rpc.sample_scale,
            ],
            axis=1,
        )
        terrain = height if callable(height) and pixels.shape[1] == 2 else None
        flat = pixels[:, 2] if pixels.shape[1] == 3 else self._heights(pixels, None if callable(height) else height)
        normal = self._normal_height(flat)
        ground = newton.solve(lambda g, rows: self._image(g, normal[rows]), target, np.zeros((len(pixels), 2)))
        if terrain is not None:
            ground = newton.solve(lambda g, _: self._image_of_terrain(g, terrain), target, ground)
        ground[(np.abs(ground) > DOMAIN).any(axis=1)] = np.nan
        return self._degrees(ground)

    def _heights(self, positions: Array, height: Height) -> Array:
        """Return metres above the ellipsoid at positions, shape (n,)."""
        if callable(height):
            return np.asarray(height(positions[:, 0], positions[:, 1]), dtype=np.float64)
        stated = self.rpc.height if height is None else height
        return np.full(len(positions), self.rpc.height_offset if stated is None else stated)

    def _normal_height(self, heights: Array) -> Array:
        return (heights - self.rpc.height_offset) / self.rpc.height_scale

    def _normalised(self, degrees: Array) -> Array:
        """Return normalised longitude and latitude; the antimeridian is no border."""
        away = np.remainder(degrees[:, 0] - self.rpc.longitude_offset + 180.0, 360.0) - 180.0
        # remainder() rounds: near the image, where it changes nothing, the plain difference is the exact one
        plain = degrees[:, 0] - self.rpc.longitude_offset
        longitude = np.where(np.abs(plain) < 180.0, plain, away) / self.rpc.longitude_scale
        return np.stack([longitude, (degrees[:, 1] - self.rpc.latitude_offset) / self.rpc.latitude_scale], axis=1)

    def _degrees(self, ground: Array) -> Array:
        rpc = self.rpc
        return ground * (rpc.longitude_scale, rpc.latitude_scale) + (rpc.longitude_offset, rpc.latitude_offset)

    def _image(self, ground: Array, height: Array) -> tuple[Array, Array]:
        """Return normalised (line, sample) (n, 2) and Jacobians to (longitude, latitude) (n, 2, 2)."""
        values, slopes = self._image_and_slopes(ground, height)
        return values, slopes[:, :, :2]

    def _image_of_terrain(self, ground: Array, terrain: HeightAt) -> tuple[Array, Array]:
        """Return `_image` of ground that lies on a terrain, whose slope enters the Jacobian."""
        height = self._normal_height(self._heights(self._degrees(ground), terrain))
        values, slopes = self._image_and_slopes(ground, height)
        jacobian = slopes[:, :, :2].copy()
        for axis in range(2):
            beside = ground.copy()
            beside[:, axis] += _TERRAIN_STEP
            rise = self._normal_height(self._heights(self._degrees(beside), terrain)) - height
            jacobian[:, :, axis] += slopes[:, :, 2] * np.nan_to_num(rise / _TERRAIN_STEP)[:, None]
        return values, jacobian

    def _image_and_slopes(self, ground: Array, height: Array) -> tuple[Array, Array]:
        """Return (line, sample) (n, 2) and their slopes to (longitude, latitude, height) (n, 2, 3), all normalised."""
        terms, slopes = _terms(ground[:, 0], ground[:, 1], height)
        sums = terms @ self.coefficients
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            values = sums[:, 0::2] / sums[:, 1::2]
            d = np.einsum("ntj,tc->ncj", slopes, self.coefficients, optimize=True)
            quotient = (d[:, 0::2] - values[:, :, None] * d[:, 1::2]) / sums[:, 1::2, None]
        return values, quotient


def _terms(longitude: Array, latitude: Array, height: Array) -> tuple[Array, Array]:
    """Return the 20 monomials (n, 20) and their slopes to the three inputs (n, 20, 3).

    Source: STDI-0002 volume 1 appendix E, RPC00B (the order of GDAL's and GeoTIFF's RPCCoefficientTag).
    """
    powers = np.stack([longitude, latitude, height], axis=1)[:, None, :]
    e = _EXPONENTS[None]
    factors = powers**e
    slopes = np.empty((len(longitude), 20, 3))
    for axis in range(3):
        others = [i for i in range(3) if i != axis]
        lowered = e[:, :, axis] * powers[:, :, axis] ** np.maximum(e[:, :, axis] - 1, 0)
        slopes[:, :, axis] = lowered * factors[:, :, others].prod(axis=2)
    return factors.prod(axis=2), slopes


_EXPONENTS = np.array(
    [
        (0, 0, 0),
        (1, 0, 0),
        (0, 1, 0),
        (0, 0, 1),
        (1, 1, 0),
        (1, 0, 1),
        (0, 1, 1),
        (2, 0, 0),
        (0, 2, 0),
        (0, 0, 2),
        (1, 1, 1),
        (3, 0, 0),
        (1, 2, 0),
        (1, 0, 2),
        (2, 1, 0),
        (0, 3, 0),
        (0, 1, 2),
        (2, 0, 1),
        (0, 2, 1),
        (0, 0, 3),
    ]
)
"""Exponents of (longitude, latitude, height), term by term."""
