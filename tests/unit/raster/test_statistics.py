"""Statistics compared with numpy."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio

from geo3d.errors import JobCancelled
from geo3d.raster.overview import build_overviews
from geo3d.raster.source import open_raster
from geo3d.raster.statistics import PERCENTS, exact_statistics, statistics_of
from geo3d.raster.trust import Trust
from tests.unit.raster.making import SAMPLES, noise, write

OWNER = Trust()
DTYPES = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float32", "float64")


@pytest.mark.parametrize("dtype", DTYPES)
def test_exact_statistics_of_every_dtype(tmp_path: Path, dtype: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("geo3d.raster.statistics._PIECE_BYTES", 20_000)  # many pieces
    data = noise((2, 150, 170), dtype)
    path = write(tmp_path / "a.tif", data, tiled=True, blockxsize=64, blockysize=32)
    seen: list[float] = []
    with open_raster(path, trust=OWNER) as raster:
        found = exact_statistics(raster, progress=seen.append)
    assert not found.is_approximate
    assert seen == sorted(seen)
    assert seen[-1] == pytest.approx(1.0)
    for band, plane in zip(found.bands, data.astype(np.float64), strict=True):
        assert (band.n_valid, band.n_pixels) == (plane.size, plane.size)
        assert (band.minimum, band.maximum) == (plane.min(), plane.max())
        assert band.mean == pytest.approx(plane.mean(), rel=1e-9)
        assert band.std == pytest.approx(plane.std(), rel=1e-9)
        assert band.histogram is not None
        low, high = band.histogram.low, band.histogram.high
        counts = np.histogram(plane, 256, (low, high))[0]
        if dtype in ("uint8", "int8", "uint16", "int16"):
            np.testing.assert_array_equal(band.histogram.counts, counts)
        else:  # counted in finer bins first: a value on an edge may fall to either side
            assert np.abs(np.cumsum(band.histogram.counts) - np.cumsum(counts)).max() <= 2
        expected = np.percentile(plane, PERCENTS, method="inverted_cdf")
        stated = [p.value for p in band.percentiles]
        atol = 0.0 if dtype in ("uint8", "int8", "uint16", "int16") else (plane.max() - plane.min()) / 65536
        np.testing.assert_allclose(stated, expected, rtol=0, atol=atol)


def test_bytes_have_a_bin_each(tmp_path: Path) -> None:
    data = np.array([[[0, 0, 7, 255]]], "uint8")
    with open_raster(write(tmp_path / "a.tif", data), trust=OWNER) as raster:
        (band,) = statistics_of(raster).bands
    assert band.histogram is not None
    assert (band.histogram.low, band.histogram.high) == (-0.5, 255.5)
    assert [(i, n) for i, n in enumerate(band.histogram.counts) if n] == [(0, 2), (7, 1), (255, 1)]


def test_nodata_nan_and_infinity_do_not_count(tmp_path: Path) -> None:
    data = np.array([[[1.0, 2.0, 3.0, -9999.0, np.nan, np.inf]]], "float32")
    with open_raster(write(tmp_path / "a.tif", data, nodata=-9999.0), trust=OWNER) as raster:
        (band,) = exact_statistics(raster).bands
    assert (band.n_valid, band.n_pixels, band.minimum, band.maximum, band.mean) == (3, 6, 1.0, 3.0, 2.0)


def test_nodata_counts_band_by_band(tmp_path: Path) -> None:
    data = np.array([[[0, 5]], [[6, 7]]], "uint8")
    with open_raster(write(tmp_path / "a.tif", data, nodata=0), trust=OWNER) as raster:
        one, two = statistics_of(raster).bands
    assert (one.n_valid, two.n_valid) == (1, 2)


def test_empty_and_constant_bands(tmp_path: Path) -> None:
    data = np.stack([np.zeros((9, 9)), np.full((9, 9), 4.5)]).astype("float32")
    with open_raster(write(tmp_path / "a.tif", data, nodata=0.0), trust=OWNER) as raster:
        empty, constant = exact_statistics(raster).bands
    assert (empty.n_valid, empty.minimum, empty.mean, empty.histogram, empty.percentile(50)) == (
        0,
        None,
        None,
        None,
        None,
    )
    assert (constant.minimum, constant.maximum, constant.std, constant.percentile(98)) == (4.5, 4.5, 0.0, 4.5)
    assert constant.histogram is not None
    assert sum(constant.histogram.counts) == 81


def test_numbers_at_the_edge_of_float64(tmp_path: Path) -> None:
    data = np.array([[[-1.7e308, 1.7e308, 0.0]], [[5e-324, 1e-323, 0.0]], [[1e16, 1e16 + 2, 1e16]]])
    with open_raster(write(tmp_path / "a.tif", data), trust=OWNER) as raster:
        huge, tiny, close = exact_statistics(raster).bands
    for band in (huge, tiny, close):
        assert band.histogram is not None
        assert sum(band.histogram.counts) == 3
    assert (huge.minimum, huge.maximum, huge.std) == (-1.7e308, 1.7e308, None)
    assert close.percentile(50) == pytest.approx(1e16)


def test_any_percentile_comes_from_the_histogram(tmp_path: Path) -> None:
    data = np.arange(65536, dtype="uint16").reshape(1, 256, 256)
    with open_raster(write(tmp_path / "a.tif", data), trust=OWNER) as raster:
        (band,) = exact_statistics(raster).bands
    for percent in (3.0, 10.0, 33.3, 97.0):
        assert band.percentile(percent) == pytest.approx(655.36 * percent, abs=300)
    assert (band.percentile(0.0), band.percentile(100.0)) == (0.0, 65535.0)


def test_large_files_are_judged_by_a_coarse_level(tmp_path: Path) -> None:
    ramp = np.add.outer(np.arange(3000), np.arange(4000)).astype("uint16")
    path = write(tmp_path / "a.tif", ramp[None])
    with open_raster(path, trust=OWNER, cache_dir=tmp_path / "cache") as raster:
        for _ in range(2):  # first from picked pixels, then from overviews
            found = statistics_of(raster)
            assert found.is_approximate
            assert raster.info.levels[found.level].width < 4000
            (band,) = found.bands
            assert band.mean == pytest.approx(ramp.mean(), rel=0.01)
            assert band.percentile(98) == pytest.approx(np.percentile(ramp, 98), rel=0.01)
            build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache")
            raster.refresh()


def test_cancel(tmp_path: Path) -> None:
    with (
        open_raster(write(tmp_path / "a.tif", noise((1, 20, 20), "uint8")), trust=OWNER) as raster,
        pytest.raises(JobCancelled),
    ):
        exact_statistics(raster, cancelled=lambda: True)


@pytest.mark.parametrize("name", [n for n in SAMPLES if n not in ("rio-tiler/cog_world.tif", "rio-tiler/cog_cmap.tif")])
def test_samples_agree_with_numpy(shared_data: Path, name: str) -> None:
    path = shared_data / "raster" / name
    with open_raster(path, trust=OWNER) as raster, rasterio.open(path) as oracle:
        if oracle.width * oracle.height > 4_000_000:
            found = statistics_of(raster)
            assert found.bands[0].n_valid > 0
            return
        for band in exact_statistics(raster).bands[:4]:
            plane: Any = oracle.read(band.band, masked=True)
            valid = plane.compressed().astype(np.float64)
            if raster.info.mask in ("alpha", "mask"):
                valid = oracle.read(band.band)[oracle.dataset_mask() != 0].astype(np.float64)
            valid = valid[np.isfinite(valid)]
            assert band.n_valid == len(valid)
            assert band.mean == pytest.approx(valid.mean(), rel=1e-6)
            assert (band.minimum, band.maximum) == (valid.min(), valid.max())
