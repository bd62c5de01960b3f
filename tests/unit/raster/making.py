"""Small rasters for tests, written by rasterio, and the named list of every sample file."""

from __future__ import annotations

import os
import struct
import warnings
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import psutil
import rasterio
from rasterio.errors import NotGeoreferencedWarning
from rasterio.transform import from_origin

PLACE = {"crs": "EPSG:32633", "transform": from_origin(500_000.0, 5_300_000.0, 2.0, 2.0)}

SAMPLES = (
    "deepforest/5b90f92da0d7280005fab355_4310.tif",
    "deepforest/OSBS_029.tif",
    "deepforest/australia.tif",
    "deepforest/test_tiled.tif",
    "detectree_overlay/ref-img.tif",
    "elevation/dsm.tif",
    "elevation/dtm.tif",
    "ign_overlay/test_data_irc.tif",
    "ign_overlay/test_data_rgb.tif",
    "landsat7_6band/L7_ETMs.tif",
    "landsat8_bands/tiny_LC80460282016177LGN00_B2.TIF",
    "landsat8_bands/tiny_LC80460282016177LGN00_B3.TIF",
    "landsat8_bands/tiny_LC80460282016177LGN00_B4.TIF",
    "landsat_timeseries/1985.tif",
    "landsat_timeseries/2020.tif",
    "naip/m_4709963_se_14_1_20090818.tif",
    "naip/m_4709963_se_14_1_20200831.tif",
    "orthority/100_0005_0018.tif",
    "orthority/3324c_2015_1004_05_0182_RGB.tif",
    "orthority/dsm.tif",
    "rasterio/RGB.byte.gcp.vrt",
    "rasterio/RGB.byte.rpc.vrt",
    "rasterio/RGB.byte.tif",
    "rasterio/RGBA.uint16.tif",
    "rasterio/cogeo.tif",
    "rasterio/float_nan.tif",
    "rasterio/rotated.tif",
    "rasterio/world.rgb.tif",
    "rio-cogeo/image_colormap.tif",
    "rio-cogeo/image_web_z5_z11.tif",
    "rio-cogeo/image_webp.tif",
    "rio-tiler/cog.tif",
    "rio-tiler/cog_cmap.tif",
    "rio-tiler/cog_dateline.tif",
    "rio-tiler/cog_gcps.tif",
    "rio-tiler/cog_nodata_nan.tif",
    "rio-tiler/cog_nonearth.tif",
    "rio-tiler/cog_rgb_mask.tif",
    "rio-tiler/cog_rgba.tif",
    "rio-tiler/cog_scale.tif",
    "rio-tiler/cog_tags.tif",
    "rio-tiler/cog_world.tif",
    "rio-tiler/nocog.tif",
    "rio-tiler/pix4d_alpha_nodata.tif",
    "rioxarray/2d_test.tif",
    "rioxarray/cog.tif",
    "rioxarray/test_rpcs.tif",
    "spacenet/ms1.tif",
    "spacenet/pan1.tif",
    "spacenet/rgb_unmasked.tif",
    "spacenet/sample_geotiff.tif",
    "titiler/B01.tif",
    "titiler/B09.tif",
    "titiler/TCI.tif",
    "titiler/above_cog.tif",
    "titiler/dem.tif",
    "webodm/orthophoto.tif",
    "webodm/tiny_drone_image_multispec.tif",
)
"""Every raster of the sample data; a new file is one line and joins every test."""


def noise(shape: tuple[int, ...], dtype: str, seed: int = 0) -> npt.NDArray[Any]:
    """Return smooth but unrepeating numbers that use the range of the dtype, also below zero where it has that."""
    rng = np.random.default_rng(seed)
    if dtype.startswith("float"):
        return rng.normal(100.0, 50.0, shape).astype(dtype)
    limits = np.iinfo(dtype)
    return rng.integers(limits.min, limits.max, shape, dtype=dtype, endpoint=True)


def write(path: Path, data: npt.NDArray[Any], **options: Any) -> Path:
    """Write (bands, h, w) as a raster; `mask` (h, w) becomes its mask band, `colors` its colour interpretation."""
    mask, colors = options.pop("mask", None), options.pop("colors", None)
    descriptions, overviews = options.pop("descriptions", None), options.pop("overviews", None)
    scales, offsets = options.pop("scales", None), options.pop("offsets", None)
    settings = {"driver": "GTiff", **PLACE, **options}
    n, height, width = data.shape
    with (
        warnings.catch_warnings(action="ignore", category=NotGeoreferencedWarning),
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(path, "w", width=width, height=height, count=n, dtype=str(data.dtype), **settings) as file,
    ):
        file.write(data)
        if colors:
            file.colorinterp = colors
        if descriptions:
            file.descriptions = descriptions
        if scales:
            file.scales, file.offsets = scales, offsets or (0.0,) * n
        if mask is not None:
            file.write_mask(mask)
        if overviews:
            file.build_overviews(overviews, rasterio.enums.Resampling.average)
    return path


def tiff(tags: list[tuple[int, int, int, int]], size: int = 300) -> bytes:
    """Return a little-endian TIFF with one directory of (tag, type, count, value), padded to `size` bytes."""
    head = b"II*\0" + struct.pack("<IH", 8, len(tags))
    entries = b"".join(
        struct.pack("<HHI", tag, kind, count)
        + (struct.pack("<HH", value, 0) if kind == 3 else struct.pack("<I", value))
        for tag, kind, count, value in tags
    )
    return (head + entries + struct.pack("<I", 0)).ljust(size, b"\x55")


def n_descriptors() -> int:
    """Count the open files of this process."""
    process = psutil.Process()
    return process.num_handles() if os.name == "nt" else process.num_fds()


def source_over(path: Path, source: str, relative: bool = True, extra: str = "", size: int = 32) -> Path:
    """Write a VRT of one band that reads one source."""
    path.write_text(
        f'<VRTDataset rasterXSize="{size}" rasterYSize="{size}"><GeoTransform>0,1,0,0,0,-1</GeoTransform>'
        f'<VRTRasterBand dataType="Byte" band="1">{extra}<SimpleSource>'
        f'<SourceFilename relativeToVRT="{int(relative)}">{source}</SourceFilename><SourceBand>1</SourceBand>'
        "</SimpleSource></VRTRasterBand></VRTDataset>"
    )
    return path
