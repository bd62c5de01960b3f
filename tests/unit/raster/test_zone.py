"""Numbers inside an area, judged by rasterio's own mask."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import shapely
from rasterio.features import geometry_mask
from rasterio.transform import Affine as GdalAffine

from geo3d.errors import OptionError
from geo3d.raster import zone
from geo3d.raster.source import Raster, open_raster
from geo3d.raster.trust import Trust
from geo3d.raster.zone import zone_statistics


@pytest.fixture
def bands() -> np.ndarray:
    """Three bands of 16 bits; 0 is no data."""
    return np.random.default_rng(3).integers(0, 4000, (3, 240, 300)).astype(np.uint16)


@pytest.fixture
def raster(tmp_path: Path, bands: np.ndarray) -> Raster:
    place = {"crs": "EPSG:32633", "transform": GdalAffine(2, 0, 500_000, 0, -2, 5_300_000)}
    size = {"width": 300, "height": 240, "count": 3, "dtype": "uint16", "nodata": 0}
    with rasterio.open(tmp_path / "a.tif", "w", driver="GTiff", **size, **place) as dataset:
        dataset.write(bands)
        dataset.build_overviews([2, 4])
    return open_raster(tmp_path / "a.tif", trust=Trust())


STAR = shapely.Polygon([(20.3, 30.2), (280.1, 12.4), (200.7, 120), (260, 230.9), (90, 180.2)])


def test_the_pixels_are_those_that_gdal_takes(raster: Raster, bands: np.ndarray) -> None:
    found = zone_statistics(raster, STAR)
    inside = ~geometry_mask([STAR], (240, 300), GdalAffine.identity())
    assert found.level == 0
    for band, plane in zip(found.bands, bands, strict=True):
        values = plane[inside & (plane > 0)].astype(float)
        assert (band.n_pixels, band.n_valid) == (inside.sum(), len(values))
        assert (band.minimum, band.maximum) == (values.min(), values.max())
        assert band.mean == pytest.approx(values.mean(), rel=1e-12)
        assert band.std == pytest.approx(values.std(), rel=1e-12)


def test_an_area_smaller_than_a_pixel_is_that_pixel(raster: Raster, bands: np.ndarray) -> None:
    found = zone_statistics(raster, shapely.box(100.1, 50.1, 100.3, 50.3))
    assert [band.mean for band in found.bands] == [float(plane[50, 100]) or None for plane in bands]


def test_a_large_area_is_looked_at_coarser_and_says_so(raster: Raster, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(zone, "MOST_PIXELS", 60_000)
    found = zone_statistics(raster, STAR)
    assert (found.level, found.factor) == (1, (2.0, 2.0))
    assert found.bands[0].mean == pytest.approx(2000, abs=60)


def test_what_lies_beside_is_told(raster: Raster) -> None:
    assert zone_statistics(raster, shapely.box(-50, -50, 10, 10)).bands[0].n_pixels == 100
    with pytest.raises(OptionError, match="beside the raster"):
        zone_statistics(raster, shapely.box(-50, -50, -10, -10))
