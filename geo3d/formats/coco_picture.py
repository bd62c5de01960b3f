"""The pictures of a COCO export: chips of rasters as GeoTIFF with all bands, or as PNG or JPEG to look at."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import numpy.typing as npt

if TYPE_CHECKING:
    from geo3d.raster.source import Raster

ENDINGS = {"geotiff": ".tif", "png": ".png", "jpeg": ".jpg"}


class Pictures:
    """Cuts the pictures of one raster."""

    def __init__(self, raster: Raster, kind: str) -> None:
        """Look at the raster once: its stretch is the same in every chip.

        Args:
            raster: Where the pixels come from.
            kind: ``geotiff`` (all bands, exact), ``png`` or ``jpeg`` (the bands of the first picture, 8 bits).
        """
        self._raster, self._kind = raster, kind
        info = raster.info
        self._bands = tuple(band.index for band in info.bands) if kind == "geotiff" else info.rgb
        self._palette = info.palette if kind != "geotiff" and len(self._bands) == 1 else None
        self._limits = self._stretch() if kind != "geotiff" and self._palette is None else None

    def cut(self, path: Path, offset: tuple[int, int], size: tuple[int, int]) -> None:
        """Write one chip.

        Args:
            path: The file to make.
            offset: (column, row) of its first pixel.
            size: (width, height).
        """
        from geo3d.raster.geotiff import moved_link, write_picture

        info = self._raster.info
        pixels = self._raster.read(0, (*offset, *size), self._bands)
        data: npt.NDArray[np.generic] = pixels.data
        if self._palette is not None:
            data = np.moveaxis(np.array(self._palette, dtype=np.uint8)[data[0].astype(np.intp)][..., :3], 2, 0)
        elif self._limits is not None:
            data = _stretched(data, pixels.valid, self._limits)
        nodata = info.bands[0].nodata if self._kind == "geotiff" else None
        write_picture(
            path,
            np.ascontiguousarray(data),
            driver={"geotiff": "GTiff", "png": "PNG", "jpeg": "JPEG"}[self._kind],  # type: ignore[arg-type]
            crs=info.crs,
            link=moved_link(info.link, offset),
            nodata=float(nodata) if nodata is not None else None,
            colors=[info.bands[index - 1].color for index in self._bands],
        )

    def _stretch(self) -> list[tuple[float, float]]:
        """Return what is black and white in each band: as it is for 8 bits, else the 2nd and 98th percentile."""
        info = self._raster.info
        if all(info.bands[index - 1].dtype == "uint8" for index in self._bands):
            return [(0.0, 255.0)] * len(self._bands)
        level = len(info.levels) - 1
        while level > 0 and min(info.levels[level].width, info.levels[level].height) < 256:
            level -= 1
        size = info.levels[level]
        width, height = min(size.width, 2048), min(size.height, 2048)
        window = ((size.width - width) // 2, (size.height - height) // 2, width, height)
        pixels = self._raster.read(level, window, self._bands)
        limits = []
        for plane in pixels.data:
            values = plane[np.isfinite(plane) & (True if pixels.valid is None else pixels.valid)]
            low, high = np.percentile(values, (2, 98)).tolist() if values.size else (0.0, 1.0)
            limits.append((low, high if high > low else low + 1.0))
        return limits


def _stretched(data: Any, valid: Any, limits: list[tuple[float, float]]) -> npt.NDArray[np.uint8]:
    out = np.zeros(data.shape, dtype=np.uint8)
    for plane, into, (low, high) in zip(data, out, limits, strict=True):
        scaled = (plane.astype(np.float64) - low) * (255.0 / (high - low))
        into[...] = np.nan_to_num(np.clip(np.rint(scaled), 0, 255), nan=0.0).astype(np.uint8)
        if valid is not None:
            into[~valid] = 0
    return out
