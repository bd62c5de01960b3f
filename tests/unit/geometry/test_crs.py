"""Reference systems against PROJ itself (pyproj) and the sample files' own headers."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio

from geo3d.errors import CrsError, OutsideDomain
from geo3d.geometry import crs


@pytest.mark.parametrize(
    "text",
    [
        "EPSG:4326",
        "EPSG:32633",
        "EPSG:25832+7837",
        "EPSG:2056",
        "EPSG:4979",
        "ESRI:102001",
        "IAU_2015:49900",
        "EPSG:5041",
    ],
)
def test_codes_return_whatever_dialect_they_went_through(text: str) -> None:
    known = crs.crs_of(text)
    assert crs.code_of(known) == text
    for dialect in ("WKT2_2019", "WKT2_2015"):
        assert crs.code_of(crs.crs_of(known.to_wkt(dialect))) == text


def test_a_code_is_only_given_where_it_is_certain(shared_data: Path) -> None:
    with rasterio.open(shared_data / "raster/ign_overlay/test_data_rgb.tif") as source:  # named EPSG:2154, is not 2154
        text = source.crs.to_wkt()
    canonical = crs.code_of(crs.crs_of(text))
    assert canonical.startswith("PROJCRS")
    assert crs.crs_of(canonical).equals(crs.crs_of(text))
    assert crs.code_of(crs.crs_of(canonical)) == canonical
    lambert = crs.crs_of("EPSG:2154").to_wkt("WKT2_2019").replace("700000", "700001").replace('ID["EPSG",2154]', "")
    assert crs.code_of(crs.crs_of(lambert)) != "EPSG:2154"


def test_every_file_has_a_system_that_returns(shared_data: Path) -> None:
    """There and back through longitude and latitude, and through another country's grid, within a micrometre."""
    seen = set()
    for path in sorted((shared_data / "raster").rglob("*.tif")):
        with rasterio.open(path) as source:
            if source.crs is None or source.crs.to_wkt() in seen:
                continue
            seen.add(source.crs.to_wkt())
            code = crs.code_of(crs.crs_of(source.crs.to_wkt()))
            grid, size = source.transform, (source.width, source.height)
        columns, rows = (np.random.default_rng(0).uniform(0, 1, (200, 2)) * size).T
        positions = np.stack(grid * (columns, rows), axis=1)
        through = [crs.code_of(crs.geodetic_of(crs.crs_of(code)))]
        if "EUROPA" not in code:
            through += ["EPSG:4326", "EPSG:3857", "EPSG:28992"]
        for other in through:
            away = crs.converted(other, code, positions)
            assert np.abs(crs.converted(code, other, away) - positions).max() < 1e-6, (path.name, other)
    assert len(seen) > 25


@pytest.mark.parametrize(
    ("src", "dst", "x", "y"),
    [
        ("EPSG:25832", "EPSG:4326", 565000.0, 5934000.0),
        ("EPSG:4326", "EPSG:2193", 174.78, -41.29),
        ("EPSG:28992", "EPSG:4326", 121500.0, 487000.0),
        ("EPSG:4326", "EPSG:28992", 4.9, 52.37),
        ("EPSG:32660", "EPSG:4326", 890000.0, 5300000.0),
        ("EPSG:4267", "EPSG:4326", -101.3, 40.2),
    ],
)
def test_it_is_proj_in_x_y_order(src: str, dst: str, x: float, y: float) -> None:
    expected = pyproj.Transformer.from_crs(src, dst, always_xy=True).transform(x, y)
    found = crs.converted(dst, src, np.array([(x, y)]))[0]
    # PROJ's own two directions differ by this much where a datum shift ignores heights
    tolerance = 1e-8 if dst == "EPSG:4326" else 2e-3
    np.testing.assert_allclose(found, expected, rtol=0, atol=tolerance)


def test_heights() -> None:
    utm = np.array([(500000.0, 5200000.0, 123.5)])
    there = crs.converted("EPSG:25833+7837", "EPSG:25832+7837", utm)
    assert there[0, 2] == 123.5
    np.testing.assert_allclose(crs.converted("EPSG:25832+7837", "EPSG:25833+7837", there), utm, rtol=0, atol=1e-6)
    # a true answer needs a geoid grid: PROJ's ballpark would leave the height as it is, 47 m off
    if "de_bkg_gcg2016.tif" in crs.accuracy("EPSG:4979", "EPSG:25832+7837").missing_grids:
        with pytest.raises(CrsError, match="projsync --file de_bkg_gcg2016"):
            crs.converted("EPSG:4979", "EPSG:25832+7837", utm)
    assert crs.converted("EPSG:4979", "EPSG:25832+7837", utm[:, :2]).shape == (1, 2)


def test_what_cannot_be_is_said() -> None:
    with pytest.raises(CrsError, match="does not understand 'EPSG:99999'"):
        crs.crs_of("EPSG:99999")
    with pytest.raises(CrsError, match="only says heights"):
        crs.crs_of("EPSG:5703")
    with pytest.raises(CrsError, match="celestial"):
        crs.converted("EPSG:4326", "IAU_2015:49900", np.zeros((1, 2)))
    with pytest.raises(CrsError, match="not tied to the earth"):
        crs.geodetic_of(crs.crs_of('LOCAL_CS["site",UNIT["metre",1]]'))
    pole = np.array([(0.0, 91.0), (10.0, 50.0)])
    with pytest.raises(OutsideDomain, match="1 of 2 positions in 'WGS 84'"):
        crs.converted("EPSG:3857", "EPSG:4326", pole)
    assert np.isnan(crs.converted("EPSG:3857", "EPSG:4326", pole, strict=False)).any(axis=1).tolist() == [True, False]


def test_accuracy_is_told() -> None:
    assert crs.accuracy("EPSG:4326", "EPSG:32633").accuracy_m == 0.0
    assert not crs.accuracy("EPSG:4326", "EPSG:28992").is_ballpark
    unknown = crs.crs_of("+proj=utm +zone=33 +ellps=bessel +type=crs").to_wkt()
    assert crs.accuracy("EPSG:4326", unknown).is_ballpark
    assert crs.accuracy("EPSG:4326", unknown).accuracy_m is None


def test_units_and_names() -> None:
    feet, grad, site = (crs.crs_of(t) for t in ("EPSG:2225", "EPSG:4807", 'LOCAL_CS["site",UNIT["metre",1]]'))
    assert crs.unit_of(feet) == "US survey foot"
    assert crs.metres_per_unit(feet) == pytest.approx(1200 / 3937, rel=1e-15)
    assert crs.metres_per_unit(crs.crs_of("EPSG:4326")) is None
    assert crs.degrees_per_unit(grad) == pytest.approx(0.9, rel=1e-15)
    assert crs.is_geographic(crs.crs_of("EPSG:4979"))
    assert not crs.is_geographic(site)
    assert crs.metres_per_unit(site) == 1.0
    assert crs.name_of(feet) == "NAD83 / California zone 1 (ftUS) (EPSG:2225)"
    assert crs.geod_of(crs.crs_of("IAU_2015:49900")).a == 3396190.0


def test_threads_do_not_meet() -> None:
    positions = np.random.default_rng(1).uniform((4e5, 5e6), (6e5, 5.5e6), (500, 2))
    expected = crs.converted("EPSG:4326", "EPSG:32633", positions)
    with ThreadPoolExecutor(8) as pool:
        for found in pool.map(lambda _: crs.converted("EPSG:4326", "EPSG:32633", positions), range(64)):
            np.testing.assert_array_equal(found, expected)
