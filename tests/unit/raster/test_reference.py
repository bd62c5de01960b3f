"""CRSs as text, footprints and their rings; pyproj and shapely are the oracles."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyproj
import pytest
import rasterio
import shapely
from rasterio.warp import transform_bounds

from geo3d.geometry.frame import Affine
from geo3d.geometry.transform import parent_from_pixel
from geo3d.raster.crs import crs_text
from geo3d.raster.reference import footprint_of
from geo3d.raster.ring import cut_at_antimeridian
from geo3d.raster.source import open_raster
from geo3d.raster.trust import Trust
from tests.unit.raster.making import SAMPLES, noise, write


@pytest.mark.parametrize(
    "code",
    [
        "EPSG:32633",
        "EPSG:4326",
        "EPSG:2056",
        "EPSG:3031",
        "EPSG:28992",
        "EPSG:25832+7837",
        "ESRI:102001",
        "IAU_2015:49910",
    ],
)
def test_a_certain_crs_is_its_code(code: str) -> None:
    for version in ("WKT2_2019", "WKT1_GDAL"):
        try:
            wkt = pyproj.CRS(code).to_wkt(version)
        except pyproj.exceptions.CRSError:
            continue
        found, problems = crs_text(wkt)
        assert not problems
        assert found == code or version == "WKT1_GDAL", "WKT1 may lose what makes it certain"
        assert found is not None
        assert pyproj.CRS(found).equals(pyproj.CRS(code), ignore_axis_order=True) or version == "WKT1_GDAL"


def test_a_code_that_lies_is_not_believed() -> None:
    wkt = pyproj.CRS("EPSG:32633").to_wkt("WKT1_GDAL").replace('central_meridian",15', 'central_meridian",16')
    assert '"32633"' in wkt
    found, _ = crs_text(wkt)
    assert found is not None
    assert found != "EPSG:32633"
    assert pyproj.CRS(found).to_cf()["longitude_of_central_meridian"] == 16


def test_a_local_plane_is_kept_as_wkt() -> None:
    found, problems = crs_text('LOCAL_CS["site",UNIT["metre",1],AXIS["Easting",EAST],AXIS["Northing",NORTH]]')
    assert found is not None
    assert not problems
    assert pyproj.CRS(found).is_engineering
    assert footprint_of(found, Affine(a=1, b=0, c=0, d=0, e=-1, f=0), 10, 10) is None


def test_a_name_that_is_a_code_is_taken_only_when_the_rest_agrees(shared_data: Path) -> None:
    with rasterio.open(shared_data / "raster/ign_overlay/test_data_rgb.tif") as file:
        wkt = file.crs.to_wkt()
    assert crs_text(wkt)[0] == "EPSG:2154"
    other = wkt.replace('"latitude_of_origin",46.5', '"latitude_of_origin",47.5')
    found, _ = crs_text(other)
    assert found is not None
    assert found.startswith("PROJCRS")


@pytest.mark.parametrize(
    "wkt", ["", None, "rubbish", "PROJCS[", pyproj.CRS("EPSG:5703").to_wkt(), pyproj.CRS("EPSG:4978").to_wkt()]
)
def test_what_is_no_map_is_none(wkt: str | None) -> None:
    found, problems = crs_text(wkt)
    assert found is None
    assert bool(problems) == bool(wkt)


@pytest.mark.parametrize("name", SAMPLES)
def test_footprints_hold_the_pixels(shared_data: Path, name: str) -> None:
    """Random pixels, led to longitude and latitude by pyproj, lie in the footprint, and its box is not much larger."""
    with open_raster(shared_data / "raster" / name, trust=Trust()) as raster:
        info = raster.info
    if info.footprint is None or info.link is None or info.crs is None:
        return
    shape = shapely.union_all([shapely.Polygon(ring) for ring in info.footprint])
    assert shape.is_valid
    assert -180 <= shape.bounds[0] <= shape.bounds[2] <= 180
    pixels = np.random.default_rng(0).uniform((0, 0), (info.width, info.height), (200, 2))
    placed = parent_from_pixel(info.link, pixels, strict=False)
    to_lonlat = pyproj.Transformer.from_crs(info.crs, "EPSG:4326", always_xy=True)
    lonlat = np.stack(to_lonlat.transform(placed[:, 0], placed[:, 1]), axis=1)
    lonlat = lonlat[np.isfinite(lonlat).all(axis=1)]
    diagonal = shapely.box(*shape.bounds).length
    distance = shapely.distance(shape, shapely.points(lonlat))
    assert (distance <= 0.002 * diagonal).all()


def test_a_footprint_agrees_with_rasterio(shared_data: Path) -> None:
    path = shared_data / "raster/rio-tiler/cog.tif"
    with open_raster(path, trust=Trust()) as raster, rasterio.open(path) as oracle:
        footprint = raster.info.footprint
        assert footprint is not None
        expected = transform_bounds(oracle.crs, "EPSG:4326", *oracle.bounds, densify_pts=64)
        np.testing.assert_allclose(shapely.Polygon(footprint[0]).bounds, expected, atol=1e-3)


def test_the_antimeridian_cuts_a_footprint_in_two(shared_data: Path) -> None:
    with open_raster(shared_data / "raster/rio-tiler/cog_dateline.tif", trust=Trust()) as raster:
        east, west = sorted(raster.info.footprint or (), key=lambda ring: -max(x for x, _ in ring))
    assert max(x for x, _ in east) == 180.0
    assert min(x for x, _ in west) == -180.0


def test_a_polar_footprint_holds_the_pole(tmp_path: Path) -> None:
    place = {"crs": "EPSG:3031", "transform": rasterio.transform.from_origin(-2e6, 3e6, 1e5, 1e5)}
    path = write(tmp_path / "a.tif", noise((1, 50, 50), "uint8"), **place)
    with open_raster(path, trust=Trust()) as raster:
        shape = shapely.union_all([shapely.Polygon(ring) for ring in raster.info.footprint or ()])
    for lon, lat in ((0, -90), (10, -85), (-170, -85), (179.9, -80)):
        assert shape.covers(shapely.Point(lon, lat))
    assert not shape.covers(shapely.Point(0, -40))


def test_rings_without_any_oddity_are_kept() -> None:
    square = np.array([(10.0, 50.0), (11.0, 50.0), (11.0, 49.0), (10.0, 49.0)])
    assert cut_at_antimeridian(square) == (((10, 50), (11, 50), (11, 49), (10, 49), (10, 50)),)
    world = np.array([(-180.0, 90.0), (0.0, 90.0), (180.0, 90.0), (180.0, -90.0), (0.0, -90.0), (-180.0, -90.0)])
    (ring,) = cut_at_antimeridian(world)
    assert shapely.Polygon(ring).area == 360 * 180


def test_rings_that_cross_come_out_the_same_from_both_sides() -> None:
    around = np.array([(179.0, 10.0), (-179.0, 10.0), (-179.0, 0.0), (179.0, 0.0)])
    beyond = np.array([(179.0, 10.0), (181.0, 10.0), (181.0, 0.0), (179.0, 0.0)])
    for ring in (around, beyond):
        pieces = [shapely.Polygon(piece) for piece in cut_at_antimeridian(ring)]
        assert sorted(piece.bounds for piece in pieces) == [(-180, 0, -179, 10), (179, 0, 180, 10)]
