"""Turn the values of a tile into a picture. A painter is a style made ready for one raster."""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from geo3d.raster.colormap import Colors
from geo3d.raster.encode import Bytes, Picture
from geo3d.raster.expression import Expression
from geo3d.raster.hillshade import hillshade
from geo3d.raster.patch import Array, Mask, Patch
from geo3d.raster.stretch import Stretch

_OPAQUE: Final = np.uint8(255)


@dataclass(frozen=True, eq=False)
class Channel:
    """Where one value per pixel comes from: a band, or an expression of bands."""

    band: int
    """1-based; meaningless beside an expression."""
    expression: Expression | None = None
    physical: tuple[tuple[int, float, float], ...] = ()
    """(band, scale, offset) to apply before the expression, or to the band itself; empty = values as stored."""

    @property
    def bands(self) -> tuple[int, ...]:
        """The bands it needs."""
        return (self.band,) if self.expression is None else self.expression.bands

    def values(self, patch: Patch, order: tuple[int, ...]) -> Array:
        """Return the values (height, width) of a patch whose bands are `order`."""
        if self.expression is None:
            plane = patch.plane(order.index(self.band))
            return self._scaled(plane, self.band) if self.physical else np.ascontiguousarray(plane)
        planes = {band: self._scaled(patch.plane(order.index(band)), band) for band in self.expression.bands}
        if not planes:
            return np.full(patch.shape, float(self.expression.evaluate({})), np.float32)
        return self.expression.evaluate(planes)

    def _scaled(self, plane: Array, band: int) -> Array:
        floating: Array = plane.astype(np.float64 if plane.dtype.itemsize > 4 else np.float32)
        for index, scale, offset in self.physical:
            if index == band and (scale, offset) != (1.0, 0.0):
                floating *= scale
                floating += offset
        return floating


class Painter(ABC):
    """Draws tiles of one raster in one style."""

    bands: tuple[int, ...]
    """Bands that a patch must have, in this order."""
    nearest: bool = False
    """Whether values must not be mixed."""
    margin: int = 0
    """Pixels that a patch must have on every side beyond the tile."""

    @abstractmethod
    def paint(self, patch: Patch, ground: tuple[float, float]) -> Picture:
        """Draw a patch.

        Args:
            patch: The values of `bands`, with `margin`.
            ground: Size of a pixel on the ground in metres, to the right and downwards.
        """


@dataclass(frozen=True, eq=False)
class ColorPainter(Painter):
    """Three values are red, green and blue."""

    channels: tuple[Channel, Channel, Channel]
    stretches: tuple[Stretch, Stretch, Stretch]
    bands: tuple[int, ...]
    nearest: bool = False

    def paint(self, patch: Patch, ground: tuple[float, float]) -> Picture:
        """Draw a patch."""
        plain = all(channel.expression is None for channel in self.channels)
        if plain and patch.n_bands == 3 and patch.is_interleaved and patch.data.dtype == np.uint8:
            wanted = tuple(channel.band for channel in self.channels)
            if wanted == self.bands and len(set(self.stretches)) == 1:
                return Picture(self.stretches[0].apply(patch.data), None, patch.valid)
        pixels = np.empty((*patch.shape, 3), np.uint8)
        valid = patch.valid
        for i, (channel, stretch) in enumerate(zip(self.channels, self.stretches, strict=True)):
            values = channel.values(patch, self.bands)
            pixels[:, :, i] = stretch.apply(values)
            if channel.expression is not None:
                valid = _where_finite(values, valid)
        return Picture(pixels, None, valid)


@dataclass(frozen=True, eq=False)
class RampPainter(Painter):
    """One value is a brightness, or a colour of a ramp."""

    channel: Channel
    stretch: Stretch
    """Starts at 1 when there are colours: 0 is transparent."""
    colors: Colors | None
    bands: tuple[int, ...]
    nearest: bool = False

    def paint(self, patch: Patch, ground: tuple[float, float]) -> Picture:
        """Draw a patch."""
        values = self.channel.values(patch, self.bands)
        valid = _where_finite(values, patch.valid)
        brightness = self.stretch.apply(values)
        if self.colors is None:
            return Picture(brightness, None, valid)
        palette = np.empty((256, 4), np.uint8)
        palette[:, :3], palette[:, 3] = self.colors, _OPAQUE
        palette[0, 3] = 0
        return Picture(brightness if valid is None else np.where(valid, brightness, np.uint8(0)), palette, None)


@dataclass(frozen=True, eq=False)
class PalettePainter(Painter):
    """Values are indices into the palette that the file brings along."""

    bands: tuple[int, ...]
    palette: Bytes
    """Shape (256, 4)."""
    nearest: bool = True

    def paint(self, patch: Patch, ground: tuple[float, float]) -> Picture:
        """Draw a patch."""
        plane = patch.plane(0)
        valid = patch.valid
        if plane.dtype != np.uint8:
            known = (plane >= 0) & (plane <= 255)
            valid = known if valid is None else known & valid
            plane = np.where(known, plane, 0).astype(np.uint8)
        if valid is None:
            return Picture(plane, self.palette, None)
        free = int(np.bincount(plane[valid], minlength=256).argmin())
        palette = self.palette.copy()
        palette[free, 3] = 0
        return Picture(np.where(valid, plane, np.uint8(free)), palette, None)


@dataclass(frozen=True, eq=False)
class ClassPainter(Painter):
    """Single values have colours, all others are transparent."""

    band: int
    values: npt.NDArray[Any]
    """The values that have a colour, ascending, at most 255."""
    palette: Bytes
    """Shape (len(values) + 1, 4); the first is transparent."""
    bands: tuple[int, ...]
    nearest: bool = True

    def paint(self, patch: Patch, ground: tuple[float, float]) -> Picture:
        """Draw a patch."""
        plane = patch.plane(self.bands.index(self.band))
        if plane.dtype == np.uint8:
            indices = self._indices(np.arange(256))[plane]
        else:
            indices = self._indices(plane)
        if patch.valid is not None:
            indices = np.where(patch.valid, indices, np.uint8(0))
        return Picture(indices, self.palette, None)

    def _indices(self, plane: Array) -> Bytes:
        at = np.minimum(np.searchsorted(self.values, plane), len(self.values) - 1)
        return np.where(self.values[at] == plane, at + 1, 0).astype(np.uint8)


@dataclass(frozen=True, eq=False)
class ShadePainter(Painter):
    """Heights are light and shade, and colours where there is a ramp."""

    channel: Channel
    bands: tuple[int, ...]
    azimuth: float
    altitude: float
    z_factor: float
    stretch: Stretch
    colors: Colors | None
    nearest: bool = False
    margin: int = 1

    def paint(self, patch: Patch, ground: tuple[float, float]) -> Picture:
        """Draw a patch."""
        heights = self.channel.values(patch, self.bands).astype(np.float32)
        if patch.valid is not None:
            heights[~patch.valid] = np.nan
        light = hillshade(heights, ground, azimuth=self.azimuth, altitude=self.altitude, z_factor=self.z_factor)
        valid = _where_finite(light, None)
        light = np.nan_to_num(light)
        if self.colors is None:
            return Picture((light * 255 + 0.5).astype(np.uint8), None, valid)
        colored = self.colors[self.stretch.apply(heights[1:-1, 1:-1])]
        # half of the light falls everywhere: colours stay readable in the shade
        return Picture((colored * (0.35 + 0.65 * light[:, :, np.newaxis]) + 0.5).astype(np.uint8), None, valid)


def _where_finite(values: Array, valid: Mask | None) -> Mask | None:
    """Return what is valid and has a finite value."""
    if values.dtype.kind != "f":
        return valid
    finite = np.isfinite(values)
    if finite.all():
        return valid
    return finite if valid is None else finite & valid
