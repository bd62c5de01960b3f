"""Make a GeoTIFF from blocks that are computed one after another; memory holds one block."""

from __future__ import annotations

import os
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.enums import ColorInterp, Resampling
from rasterio.transform import Affine as Transform
from rasterio.windows import Window

from geo3d.geometry import Affine
from geo3d.raster.handle import CACHE_BYTES

Block = tuple[int, int, npt.NDArray[np.generic]]
"""(first column, first row, pixels of shape (bands, height, width))."""

_COLORS = {"red": ColorInterp.red, "green": ColorInterp.green, "blue": ColorInterp.blue, "gray": ColorInterp.gray}


def create_geotiff(
    path: Path,
    blocks: Iterable[Block],
    *,
    size: tuple[int, int],
    dtype: str,
    bands: tuple[str, ...],
    crs: str,
    link: Affine,
    nodata: float | None = None,
    has_overviews: bool = True,
) -> None:
    """Write a tiled, compressed GeoTIFF (zstd, 512 px blocks), with overviews inside; it appears whole or not at all.

    Args:
        path: The file to make.
        blocks: Blocks that together cover the raster; corners at multiples of 512 are quickest.
        size: (width, height) in pixels.
        dtype: numpy name.
        bands: Name of each band; ``red``, ``green``, ``blue`` and ``gray`` become colour interpretations.
        crs: Authority code or WKT.
        link: parent_from_pixel.
        nodata: Value that means no data.
        has_overviews: Whether to build averaged overviews down to 256 pixels.
    """
    part = path.with_name(path.name + ".part")
    predictor = 3 if np.dtype(dtype).kind == "f" else 2
    profile = {
        "driver": "GTiff", "width": size[0], "height": size[1], "count": len(bands), "dtype": dtype, "crs": crs,
        "transform": Transform(link.a, link.b, link.c, link.d, link.e, link.f), "tiled": True, "blockxsize": 512,
        "blockysize": 512, "compress": "zstd", "zstd_level": 1, "predictor": predictor, "interleave": "band",
        "bigtiff": "IF_SAFER", "nodata": nodata, "num_threads": 2,
    }  # fmt: skip
    with rasterio.Env(GDAL_CACHEMAX=4 * CACHE_BYTES, GDAL_NUM_THREADS=2):
        with rasterio.open(part, "w", **profile) as made:
            made.colorinterp = [_COLORS.get(name, ColorInterp.undefined) for name in bands]
            made.descriptions = bands
            for col, row, pixels in blocks:
                made.write(pixels, window=Window(col, row, pixels.shape[2], pixels.shape[1]))
        if has_overviews:
            with rasterio.open(part, "r+") as made:
                factors = [2**k for k in range(1, 12) if max(size) / 2**k >= 256]
                made.build_overviews(factors, Resampling.average)
    os.replace(part, path)
