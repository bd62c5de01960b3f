"""Pixels in memory: the carrier that every read returns."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from geo3d.geometry.frame import Affine
from geo3d.geometry.value import Value
from geo3d.raster.band import Band, PixelNumber, spelled
from geo3d.raster.info import Level


class Window(NamedTuple):
    """A rectangle of whole pixels of one level."""

    col: int
    row: int
    width: int
    height: int


@dataclass(frozen=True, eq=False, slots=True)
class Pixels:
    """Pixels of one window of one level, with where they lie."""

    data: npt.NDArray[np.generic]
    """Shape (bands, height, width), the file's dtype; contiguous; may be read-only."""
    valid: npt.NDArray[np.bool_] | None
    """Shape (height, width), True = data. None = all of it."""
    window: Window
    level: Level

    @property
    def native_from_pixels(self) -> Affine:
        """Where a position (col, row) of this array lies in native pixels, both corner convention."""
        fx, fy = self.level.factor
        return Affine(a=fx, b=0.0, c=self.window.col * fx, d=0.0, e=fy, f=self.window.row * fy)


class PixelValue(Value):
    """The exact numbers under one native pixel, from the source itself."""

    col: int
    row: int
    values: tuple[PixelNumber, ...]
    """One per band, as stored."""
    physical: tuple[PixelNumber, ...]
    """value * scale + offset, one per band."""
    valid: bool
    """False where the file says it has no data."""


def value_of(col: int, row: int, stored: Sequence[int | float], bands: Sequence[Band], is_valid: bool) -> PixelValue:
    """Return the exact numbers of one pixel with their physical meaning."""
    physical = [spelled(float(number) * band.scale + band.offset) for number, band in zip(stored, bands, strict=True)]
    return PixelValue(
        col=col, row=row, values=tuple(spelled(number) for number in stored), physical=tuple(physical), valid=is_valid
    )
