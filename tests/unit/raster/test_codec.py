"""Blocks decoded by us against the same pixels read by rasterio."""

from __future__ import annotations

import itertools
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from geo3d.errors import RasterError
from geo3d.raster.bytefile import ByteFile
from geo3d.raster.codec import decode, is_decodable
from geo3d.raster.tiff import Directory, read_directories

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

DTYPES = ("uint8", "int16", "uint16", "uint32", "float32", "int64", "float64")
CODINGS = (
    ("none", 1),
    ("packbits", 1),
    ("lzw", 1),
    ("deflate", 1),
    ("zstd", 1),
    ("lzw", 2),
    ("deflate", 2),
    ("zstd", 2),
    ("deflate", 3),
)


def assembled(path: Path, directory: Directory) -> np.ndarray[Any, Any]:
    """Decode every block of an image and put them together: (bands, height, width)."""
    file = ByteFile(path)
    out = np.zeros((directory.samples, directory.height, directory.width), directory.dtype.newbyteorder("="))
    for i in range(len(directory.offsets)):
        band, place = divmod(i, directory.across * directory.down)
        y, x = (
            n * step
            for n, step in zip(
                divmod(place, directory.across), (directory.block_height, directory.block_width), strict=True
            )
        )
        rows = directory.block_height if directory.is_tiled else min(directory.block_height, directory.height - y)
        block = np.moveaxis(
            decode(directory, file.read(int(directory.offsets[i]), int(directory.counts[i])), rows, "block"), -1, 0
        )
        h, w = min(rows, directory.height - y), min(directory.block_width, directory.width - x)
        bands = slice(band, band + 1) if directory.is_planar else slice(None)
        out[bands, y : y + h, x : x + w] = block[:, :h, :w]
    return out


def written(path: Path, dtype: str, **options: Any) -> np.ndarray[Any, Any]:
    pixels = (np.random.default_rng(1).standard_normal((3, 130, 170)).cumsum(2) * 10).astype(dtype)
    with rasterio.open(path, "w", driver="GTiff", width=170, height=130, count=3, dtype=dtype, **options) as dataset:
        dataset.write(pixels)
    return pixels


@pytest.mark.parametrize("is_tiled", [True, False], ids=["tiles", "strips"])
@pytest.mark.parametrize(("compression", "predictor"), CODINGS)
def test_every_lossless_coding_is_read_as_gdal_reads_it(
    tmp_path: Path, compression: str, predictor: int, is_tiled: bool
) -> None:
    layout = {"tiled": True, "blockxsize": 64, "blockysize": 64} if is_tiled else {"blockysize": 48}
    coding = (
        {} if compression == "none" else {"compress": compression} | ({"predictor": predictor} if predictor > 1 else {})
    )
    for dtype, interleave, order, big in itertools.product(DTYPES, ("pixel", "band"), ("LITTLE", "BIG"), ("YES", "NO")):
        if predictor == 3 and not dtype.startswith("float"):
            continue
        path = tmp_path / "x.tif"
        pixels = written(path, dtype, interleave=interleave, ENDIANNESS=order, BIGTIFF=big, **layout, **coding)
        (directory,) = read_directories(ByteFile(path), path.name)
        assert is_decodable(directory)
        assert np.array_equal(assembled(path, directory), pixels), (dtype, interleave, order, big)


@pytest.mark.parametrize("photometric", ["YCBCR", "RGB"])
def test_jpeg_in_both_colour_spaces_is_the_picture_that_gdal_sees(tmp_path: Path, photometric: str) -> None:
    rows, columns = np.mgrid[0:128, 0:128]
    pixels = np.stack([rows * 2, columns * 2, 255 - rows - columns // 2]).astype(np.uint8)
    path = tmp_path / "x.tif"
    layout = {"tiled": True, "blockxsize": 64, "blockysize": 64, "compress": "jpeg", "jpeg_quality": 92}
    with rasterio.open(
        path, "w", driver="GTiff", width=128, height=128, count=3, dtype="uint8", photometric=photometric, **layout
    ) as dataset:
        dataset.write(pixels)
    (directory,) = read_directories(ByteFile(path), path.name)
    with rasterio.open(path) as dataset:
        expected = dataset.read().astype(int)
    # two libjpegs differ in how they enlarge chroma, never by much on a smooth picture
    assert np.abs(assembled(path, directory).astype(int) - expected).max() <= 4


def test_every_sample_file_is_read_as_gdal_reads_it(shared_data: Path) -> None:
    seen = 0
    for path in sorted(shared_data.glob("raster/**/*.[tT][iI][fF]")):
        directory = read_directories(ByteFile(path), path.name)[0]
        if not is_decodable(directory) or directory.compression == 7:
            continue
        with rasterio.open(path) as dataset:
            assert np.array_equal(assembled(path, directory), dataset.read(), equal_nan=directory.dtype.kind == "f"), (
                path.name
            )
        seen += 1
    assert seen > 40


@pytest.mark.parametrize("compression", ["jpeg", "lzw", "deflate", "zstd", "webp"])
def test_a_damaged_block_is_named(tmp_path: Path, compression: str) -> None:
    path = tmp_path / "x.tif"
    written(path, "uint8", tiled=True, blockxsize=64, blockysize=64, compress=compression)
    (directory,) = read_directories(ByteFile(path), path.name)
    data = ByteFile(path).read(int(directory.offsets[0]), int(directory.counts[0]))
    rng = np.random.default_rng(5)
    for bad in (b"", data[:20], data[: len(data) // 2], bytes(len(data)), rng.bytes(len(data))):
        with pytest.raises(RasterError, match="block 3"):
            decode(directory, bad, 64, "block 3 of x.tif")
