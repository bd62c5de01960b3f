"""The contract between `source.Raster` and what stands behind it: one file, or several that act as one."""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

from geo3d.raster.info import RasterInfo
from geo3d.raster.pixels import Pixels, PixelValue, Window


class Reader(Protocol):
    """Reads pixels of checked levels, windows and bands. Thread-safe."""

    @property
    def info(self) -> RasterInfo:
        """Everything but the pixels; loaded on first use."""

    @property
    def files(self) -> tuple[Path, ...]:
        """The local files this reads."""

    @property
    def unbuilt(self) -> tuple[str, ...]:
        """Names of the files whose levels are only sampled yet."""

    def level_file(self, level: int) -> Path | None:
        """The local TIFF that holds this level and nothing else: an overview in the cache; None for all others."""

    def read(self, level: int, window: Window, bands: tuple[int, ...]) -> Pixels:
        """Read a window that lies within the level."""

    def value(self, col: int, row: int) -> PixelValue:
        """Read one native pixel from the source."""

    def refresh(self) -> None:
        """Look again for overviews in the cache."""

    def close(self) -> None:
        """Close every handle."""
