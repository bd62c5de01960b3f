"""Every read is compared with rasterio, which is the oracle."""

from __future__ import annotations

from itertools import product
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import rasterio
from rasterio.enums import ColorInterp
from rasterio.windows import Window as GdalWindow

from geo3d.errors import RasterError
from geo3d.raster.band import number_of
from geo3d.raster.source import Raster, open_raster
from geo3d.raster.trust import Trust
from tests.unit.raster.making import SAMPLES, noise, write

OWNER = Trust()


def windows(width: int, height: int) -> list[tuple[int, int, int, int]]:
    """The corners, an odd piece of the middle, and single pixels; all of it when small."""
    w, h = min(width, 97), min(height, 61)
    places = [(0, 0, w, h), (width - w, height - h, w, h), (width // 3, height // 3, min(33, w), min(29, h))]
    places += [(width - 1, 0, 1, 1), (0, height - 1, 1, 1)]
    places = [(c, r, min(w, width - c), min(h, height - r)) for c, r, w, h in places]
    return [*places, (0, 0, width, height)] if width * height < 300_000 else places


def expected_valid(dataset: Any, data: npt.NDArray[Any], window: tuple[int, int, int, int]) -> npt.NDArray[np.bool_]:
    """rasterio's mask, and NaN is never data (GDAL thinks otherwise when nodata is a number)."""
    valid = dataset.dataset_mask(window=GdalWindow(*window)) != 0
    if data.dtype.kind == "f":
        valid &= ~np.isnan(data).all(axis=0)
    return np.asarray(valid)


def assert_level_equal(raster: Raster, path: Path, level: int, overview: int | None) -> None:
    options = {} if overview is None else {"OVERVIEW_LEVEL": overview}
    with rasterio.open(path, **options) as oracle:
        size = raster.info.levels[level]
        assert (size.width, size.height) == (oracle.width, oracle.height)
        for window in windows(oracle.width, oracle.height):
            pixels = raster.read(level, window)
            expected = oracle.read(window=GdalWindow(*window))
            assert pixels.data.dtype == expected.dtype
            np.testing.assert_array_equal(pixels.data, expected)
            valid = np.ones(expected.shape[1:], bool) if pixels.valid is None else pixels.valid
            np.testing.assert_array_equal(valid, expected_valid(oracle, expected, window))


@pytest.mark.parametrize("name", SAMPLES)
def test_every_level_of_every_sample_reads_like_rasterio(shared_data: Path, name: str) -> None:
    path = shared_data / "raster" / name
    with open_raster(path, trust=OWNER) as raster, rasterio.open(path) as oracle:
        assert_level_equal(raster, path, 0, None)
        own = [i for i, level in enumerate(raster.info.levels) if level.origin == "overview"]
        assert len(own) == len(oracle.overviews(1))
        for overview, level in enumerate(own):
            assert_level_equal(raster, path, level, overview)


@pytest.mark.parametrize("name", SAMPLES)
def test_value_is_the_stored_number(shared_data: Path, name: str) -> None:
    path = shared_data / "raster" / name
    with open_raster(path, trust=OWNER) as raster, rasterio.open(path) as oracle:
        for col, row in (
            (0.0, 0.0),
            (oracle.width - 0.01, oracle.height - 0.01),
            (oracle.width / 2, oracle.height / 3),
        ):
            found = raster.value(col, row)
            expected = oracle.read(window=GdalWindow(int(col), int(row), 1, 1))[:, 0, 0]
            assert (found.col, found.row) == (int(col), int(row))
            stored = np.array([number_of(v) for v in found.values], dtype=expected.dtype)
            np.testing.assert_array_equal(stored, expected)
            np.testing.assert_allclose(
                [float(number_of(v)) for v in found.physical],
                expected.astype(float) * oracle.scales + oracle.offsets,
                rtol=1e-12,
            )


DTYPES = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64")


@pytest.mark.parametrize(("dtype", "interleave"), product(DTYPES, ("pixel", "band")))
def test_every_dtype(tmp_path: Path, dtype: str, interleave: str) -> None:
    data = noise((3, 70, 90), dtype)
    path = write(tmp_path / "a.tif", data, tiled=True, blockxsize=32, blockysize=16, interleave=interleave)
    with open_raster(path, trust=OWNER) as raster:
        assert raster.info.dtype == dtype
        pixels = raster.read(0, (11, 7, 50, 40), (3, 1))
        np.testing.assert_array_equal(pixels.data, data[[2, 0], 7:47, 11:61])
        assert pixels.data.dtype == dtype
        value = raster.value(89.5, 69.5)
        assert [number_of(v) for v in value.values] == data[:, 69, 89].tolist()


@pytest.mark.parametrize(
    ("dtype", "nodata", "hole"),
    [
        ("uint8", 0, 0),
        ("uint8", 255, 255),
        ("int8", -128, -128),
        ("uint16", 65535, 65535),
        ("int16", -9999, -9999),
        ("int32", -2147483648, -2147483648),
        ("float32", -9999.0, -9999.0),
        ("float32", -3.4028234663852886e38, -3.4028234663852886e38),
        ("float32", 0.1, 0.1),  # not a float32: compared after rounding, as GDAL does
        ("float32", float("nan"), float("nan")),
        ("float64", -1e300, -1e300),
        ("float64", float("nan"), float("nan")),
        ("float32", float("inf"), float("inf")),
    ],
)
def test_nodata(tmp_path: Path, dtype: str, nodata: float, hole: float) -> None:
    data = np.clip(noise((2, 40, 50), dtype), 1, 120).astype(dtype)
    data[0, 5:20, 5:20] = hole
    data[1, 10:30, 10:30] = hole
    path = write(tmp_path / "a.tif", data, nodata=nodata)
    with open_raster(path, trust=OWNER) as raster, rasterio.open(path) as oracle:
        assert raster.info.mask == "nodata"
        pixels = raster.read(0, (0, 0, 50, 40))
        assert pixels.valid is not None
        np.testing.assert_array_equal(pixels.valid, oracle.dataset_mask() != 0)
        one = raster.read(0, (0, 0, 50, 40), (2,))
        assert one.valid is not None
        np.testing.assert_array_equal(one.valid, oracle.read_masks(2) != 0)
        assert not raster.value(12, 12).valid
        assert raster.value(0, 0).valid


def test_nan_is_never_data_even_when_nodata_is_a_number(tmp_path: Path) -> None:
    data = np.ones((1, 8, 8), "float32")
    data[0, 0, 0], data[0, 1, 1] = np.nan, -1.0
    path = write(tmp_path / "a.tif", data, nodata=-1.0)
    with open_raster(path, trust=OWNER) as raster:
        valid = raster.read(0, (0, 0, 8, 8)).valid
        assert valid is not None
        assert valid.sum() == 62
        assert raster.value(0, 0).values == ("nan",)


def test_float_without_nodata_hides_nan(tmp_path: Path) -> None:
    data = np.ones((1, 8, 8), "float64")
    data[0, 3, 4] = np.nan
    with open_raster(write(tmp_path / "a.tif", data), trust=OWNER) as raster:
        assert raster.info.mask == "nan"
        assert raster.read(0, (0, 0, 3, 3)).valid is None
        assert not raster.value(4, 3).valid


def test_mask_band(tmp_path: Path) -> None:
    mask = np.zeros((60, 80), "uint8")
    mask[10:50, 5:70] = 255
    data = noise((3, 60, 80), "uint8")
    path = write(tmp_path / "a.tif", data, mask=mask, overviews=[2], tiled=True, blockxsize=16, blockysize=16)
    with open_raster(path, trust=OWNER) as raster, rasterio.open(path, OVERVIEW_LEVEL=0) as oracle:
        assert raster.info.mask == "mask"
        np.testing.assert_array_equal(raster.read(0, (0, 0, 80, 60)).valid, mask != 0)
        half = raster.read(1, (0, 0, 40, 30))
        np.testing.assert_array_equal(half.valid, oracle.dataset_mask() != 0)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_alpha_in_the_middle(tmp_path: Path, dtype: str) -> None:
    data = np.maximum(noise((4, 30, 30), dtype), 1)
    data[1, :10] = 0
    colors = (ColorInterp.blue, ColorInterp.alpha, ColorInterp.red, ColorInterp.green)
    path = write(tmp_path / "a.tif", data, colors=colors, photometric="MINISBLACK")
    with open_raster(path, trust=OWNER) as raster:
        assert raster.info.alpha == 2
        assert raster.info.rgb == (3, 4, 1)
        pixels = raster.read(0, (0, 5, 30, 10), raster.info.rgb)
        assert pixels.data.shape == (3, 10, 30)
        assert pixels.valid is not None
        assert pixels.valid.sum() == 5 * 30


def test_alpha_wins_over_nodata(tmp_path: Path) -> None:
    data = np.full((4, 10, 10), 255, "uint8")
    data[:3, 2, 2] = 0  # a black roof
    data[:, 9, 9] = 0
    colors = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)
    path = write(tmp_path / "a.tif", data, colors=colors, nodata=0)
    with open_raster(path, trust=OWNER) as raster:
        assert "two-masks" in {problem.reason for problem in raster.info.problems}
        valid = raster.read(0, (0, 0, 10, 10)).valid
        assert valid is not None
        assert valid[2, 2]
        assert not valid[9, 9]


def test_bands_of_different_types_are_promoted(tmp_path: Path) -> None:
    write(tmp_path / "a.tif", noise((1, 16, 16), "uint8"))
    write(tmp_path / "b.tif", noise((1, 16, 16), "float32"))
    band = '<VRTRasterBand dataType="{}" band="{}"><SimpleSource><SourceFilename relativeToVRT="1">{}</SourceFilename>'
    (tmp_path / "m.vrt").write_text(
        '<VRTDataset rasterXSize="16" rasterYSize="16">'
        + band.format("Byte", 1, "a.tif")
        + "</SimpleSource></VRTRasterBand>"
        + band.format("Float32", 2, "b.tif")
        + "</SimpleSource></VRTRasterBand></VRTDataset>"
    )
    with open_raster(tmp_path / "m.vrt", trust=OWNER) as raster:
        assert raster.info.dtype == "float32"
        pixels = raster.read(0, (0, 0, 16, 16))
        with rasterio.open(tmp_path / "a.tif") as a, rasterio.open(tmp_path / "b.tif") as b:
            np.testing.assert_array_equal(pixels.data[0], a.read(1))
            np.testing.assert_array_equal(pixels.data[1], b.read(1))


@pytest.mark.parametrize(
    ("driver", "ending"), [("PNG", "png"), ("JPEG", "jpg"), ("JP2OpenJPEG", "jp2"), ("WEBP", "webp")]
)
def test_pictures(tmp_path: Path, driver: str, ending: str) -> None:
    data = np.cumsum(noise((3, 120, 150), "uint8") % 3, axis=2).astype("uint8")
    path = write(tmp_path / f"a.{ending}", data, driver=driver)
    (tmp_path / f"a.{ending}.aux.xml").unlink(missing_ok=True)
    with open_raster(path, trust=OWNER) as raster, rasterio.open(path) as oracle:
        np.testing.assert_array_equal(
            raster.read(0, (20, 30, 100, 60)).data, oracle.read(window=GdalWindow(20, 30, 100, 60))
        )
        assert raster.info.rgb == (1, 2, 3)


def test_pixels_know_where_they_lie(shared_data: Path) -> None:
    with open_raster(shared_data / "raster/rio-tiler/cog_dateline.tif", trust=OWNER) as raster:
        pixels = raster.read(1, (10, 20, 5, 5))
        link = pixels.native_from_pixels
        assert (link.a, link.c) == pytest.approx((2325 / 581, 10 * 2325 / 581), rel=1e-15)
        assert (link.e, link.f) == pytest.approx((2355 / 589, 20 * 2355 / 589), rel=1e-15)


def test_what_is_outside_is_refused(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", noise((2, 20, 30), "uint8"))
    with open_raster(path, trust=OWNER) as raster:
        for level, window, bands in (
            (1, (0, 0, 1, 1), (1,)),
            (-1, (0, 0, 1, 1), (1,)),
            (0, (-1, 0, 5, 5), (1,)),
            (0, (0, 0, 31, 5), (1,)),
            (0, (0, 0, 0, 5), (1,)),
            (0, (0, 0, 5, 5), (3,)),
            (0, (0, 0, 5, 5), (0,)),
        ):
            with pytest.raises(RasterError):
                raster.read(level, window, bands)
        for col, row in ((-0.1, 0.0), (30.0, 0.0), (0.0, 20.0), (float("nan"), 0.0)):
            with pytest.raises(RasterError):
                raster.value(col, row)
