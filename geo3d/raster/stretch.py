"""From values to brightness."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache, cached_property
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt

from geo3d.raster.style import Style

Array = npt.NDArray[Any]
Bytes = npt.NDArray[np.uint8]


@dataclass(frozen=True)
class Stretch:
    """Map values linearly from (dark, bright) to 0..1, bend by gamma, drive from the middle, then to (first, 255).

    Outside values are clipped.
    """

    dark: float
    bright: float
    """May be below `dark`: the picture is then a negative."""
    gamma: float = 1.0
    first: int = 0
    """Brightness of `dark`; 1 keeps 0 free for "transparent" in palettes."""
    contrast: float = 1.0
    """Above 1 drives brightness away from the middle."""
    brightness: float = 0.0
    """Added at the end; 1 is all of it."""

    @property
    def is_identity(self) -> bool:
        """Whether bytes pass through unchanged."""
        is_linear = (self.gamma, self.contrast, self.brightness) == (1.0, 1.0, 0.0)
        return is_linear and (self.dark, self.bright, self.first) == (0.0, 255.0, 0)

    @cached_property
    def _byte_table(self) -> Bytes:
        return self._computed(np.arange(256))

    @cached_property
    def _unsigned_table(self) -> Bytes:
        return self._computed(np.arange(65536))

    @cached_property
    def _signed_table(self) -> Bytes:
        return self._computed(np.arange(65536).astype(np.uint16).view(np.int16))

    def apply(self, values: Array) -> Bytes:
        """Return the brightness of values, same shape. NaN becomes `dark`."""
        if values.dtype == np.uint8:
            return values if self.is_identity else np.asarray(cv2.LUT(values, self._byte_table))
        if values.dtype == np.uint16:
            return self._looked_up(values, self._unsigned_table)
        if values.dtype == np.int16:
            return self._looked_up(values.view(np.uint16), self._signed_table)
        return self._computed(values)

    @staticmethod
    def _looked_up(values: Array, table: Bytes) -> Bytes:
        return np.asarray(_WIDE_LUT(values, table)) if _has_wide_lut() else table[values]

    def _computed(self, values: Array) -> Bytes:
        kind = np.float64 if values.dtype.itemsize > 4 else np.float32
        share: Array = values.astype(kind)
        with np.errstate(invalid="ignore", over="ignore"):
            share -= self.dark
            share /= self.bright - self.dark
            np.fmin(np.fmax(share, 0.0, out=share), 1.0, out=share)  # fmax: NaN counts as dark
        if self.gamma != 1.0:
            np.power(share, 1.0 / self.gamma, out=share)
        if (self.contrast, self.brightness) != (1.0, 0.0):
            share -= 0.5
            share *= self.contrast
            share += 0.5 + self.brightness
            np.clip(share, 0.0, 1.0, out=share)
        share *= 255 - self.first
        share += self.first + 0.5
        return share.astype(np.uint8)


def range_of(values: npt.NDArray[np.floating[Any]], style: Style) -> tuple[float, float]:
    """Return (dark, bright) that a style's stretch gives to a sample of values.

    Args:
        values: A sample of what will be drawn, any shape, no NaN.
        style: Its `stretch`, `percentiles` and `sigmas` count.

    Returns:
        Never two equal numbers: a raster of one value is drawn in the middle.
    """
    if values.size == 0:
        return 0.0, 1.0
    match style.stretch:
        case "minmax":
            low, high = float(values.min()), float(values.max())
        case "sigma":
            mean, spread = float(values.mean()), float(values.std()) * style.sigmas
            low, high = max(mean - spread, float(values.min())), min(mean + spread, float(values.max()))
        case _:
            low, high = (float(v) for v in np.percentile(values, style.percentiles))
    if not high > low:
        low, high = float(values.min()), float(values.max())
    return (low, high) if high > low else (low - 0.5, low + 0.5)


def full_range(dtype: np.dtype[Any]) -> tuple[float, float]:
    """Return the range of an integer type; 0 to 1 for floating types."""
    if dtype.kind in "ui":
        limits = np.iinfo(dtype)
        return float(limits.min), float(limits.max)
    return 0.0, 1.0


_WIDE_LUT: Any = cv2.LUT


@cache
def _has_wide_lut() -> bool:
    """Tell whether this OpenCV looks up 16-bit values (from 5.0 on)."""
    try:
        return bool(_WIDE_LUT(np.array([[65535]], np.uint16), np.full(65536, 7, np.uint8))[0, 0] == 7)
    except cv2.error:
        return False
