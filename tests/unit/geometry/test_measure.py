"""Lengths, areas, middles: PROJ's geod, shapely and closed forms."""

from __future__ import annotations

import math
from typing import Any

import numpy as np
import pyproj
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from geo3d.errors import CrsError, GeometryError
from geo3d.geometry import Box, Cuboid, Frame, Geometry, LocalFrame, MapFrame, Mask, PixelFrame, Polygon, Polyline
from geo3d.geometry.convert import shapely_of_one
from geo3d.geometry.crs import converted
from geo3d.geometry.measure import measure
from tests import strategies as given_by

ANY: TypeAdapter[Any] = TypeAdapter(Geometry)
WGS = MapFrame(id="f", crs="EPSG:4326")
UTM = MapFrame(id="f", crs="EPSG:32633")
PIXELS = PixelFrame(id="f", size=(4000, 3000))
SITE = LocalFrame(id="f")
EARTH = pyproj.Geod(ellps="WGS84")


def geometry(kind: str, **fields: Any) -> Any:
    return ANY.validate_python({"kind": kind, "frame": "f", **fields})


@given(given_by.geometries(extent=given_by.UTM, without=("cuboid", "segment", "keypoints", "mask")))
def test_planes_are_shapelys(shape: Any) -> None:
    found, flat = measure(shape, UTM), shapely.force_2d(shapely_of_one(shape))
    assert found.unit == "metre"
    is_area, is_line = "olygon" in shape.kind or shape.kind == "box", "polyline" in shape.kind
    assert (found.area is None) == (not is_area)
    assert (found.length is None) == (not is_line)
    if is_area:
        assert found.area == found.area_m2 == pytest.approx(flat.area, rel=1e-9)
        assert found.perimeter == found.perimeter_m == pytest.approx(flat.length, rel=1e-12)
    if is_line:
        assert found.length == found.length_m == pytest.approx(flat.length, rel=1e-12)
    assert found.centroid is not None
    middle = shapely.centroid(flat)
    np.testing.assert_allclose(found.centroid[:2], (middle.x, middle.y), rtol=0, atol=1e-3)
    assert len(found.centroid) == (2 if shape.kind == "box" else shape.vertices().shape[1])


@given(given_by.polygons(extent=((-170, -80), (170, 80))), st.floats(-400, 400))
def test_ellipsoidal_areas_are_geods_wherever_they_lie(polygon: Polygon, shift: float) -> None:
    """Turned about the globe's axis, across the antimeridian too, sizes stay what PROJ's geod says."""
    expected_area = expected_around = 0.0
    for index, ring in enumerate((polygon.exterior, *polygon.holes)):
        area, around = EARTH.polygon_area_perimeter([p[0] for p in ring], [p[1] for p in ring])
        expected_area += -abs(area) if index else abs(area)
        expected_around += around
    wrapped, _ = polygon.moved(
        lambda p: np.column_stack([np.remainder(p[:, 0] + shift + 180, 360) - 180, p[:, 1:]]), "f"
    )
    for shape in (polygon, wrapped):
        found = measure(shape, WGS)
        assert found.area_m2 == pytest.approx(expected_area, rel=1e-9)
        assert found.perimeter_m == pytest.approx(expected_around, rel=1e-9)
        assert found.area is None
        assert found.perimeter is None
        assert found.unit == "degree"


def test_ellipsoidal_sizes_in_closed_form() -> None:
    # an octant of the ellipsoid, whose authalic radius is a closed form
    a, e2 = EARTH.a, EARTH.es
    e = math.sqrt(e2)
    whole = 2 * math.pi * a**2 * (1 + (1 - e2) / e * math.atanh(e))
    octant = geometry("polygon", exterior=[(0, 0), (90, 0), (0, 90)])
    assert measure(octant, WGS).area_m2 == pytest.approx(whole / 8, rel=1e-9)
    # round the north pole along the antimeridian: four octants are a hemisphere, and the middle is the pole
    half = measure(geometry("polygon", exterior=[(-135, 0), (-45, 0), (45, 0), (135, 0)]), WGS)
    assert half.area_m2 == pytest.approx(whole / 2, rel=1e-9)
    cap = measure(geometry("polygon", exterior=[(170, 80), (-100, 80), (-10, 80), (80, 80)]), WGS)
    assert cap.centroid == (0.0, 90.0)
    equator = geometry("multipolyline", paths=[[(179, 0), (-179, 0)], [(0, 0), (1, 0)]])
    assert measure(equator, WGS).length_m == pytest.approx(3 * math.radians(1) * a, rel=1e-12)
    assert measure(geometry("polygon", exterior=[(179, 1), (-179, 1), (-179, -1), (179, -1)]), WGS).centroid == (
        180.0,
        0.0,
    )


def test_other_bodies_and_units() -> None:
    mars = MapFrame(id="f", crs="IAU_2015:49900")
    octant = geometry("polygon", exterior=[(0, 0), (90, 0), (0, 90)])
    assert measure(octant, mars).area_m2 == pytest.approx(4 * math.pi * 3396190.0**2 / 8, rel=1e-9)
    grads = MapFrame(id="f", crs="EPSG:4807")
    quarter = geometry("polyline", path=[(0, 0), (100, 0)])
    assert measure(quarter, grads).length_m == pytest.approx(math.pi / 2 * 6378249.2, rel=1e-9)
    assert measure(quarter, grads).unit == "grad"
    feet = MapFrame(id="f", crs="EPSG:2225")
    square = measure(Box(frame="f", center=(1e6, 1e6), size=(100, 50)), feet)
    foot = 1200 / 3937
    assert (square.area, square.perimeter) == (5000, 300)
    assert square.area_m2 == pytest.approx(5000 * foot**2, rel=1e-12)
    assert square.perimeter_m == pytest.approx(300 * foot, rel=1e-12)
    assert measure(octant.model_copy(), PIXELS).area_m2 is None
    assert measure(octant.model_copy(), PIXELS).unit == "pixel"


def test_projected_frames_can_be_measured_on_the_ellipsoid() -> None:
    mercator = MapFrame(id="f", crs="EPSG:3857")
    lonlat = np.array([(10.0, 60.0), (10.2, 60.0), (10.2, 60.1), (10.0, 60.1)])
    x, y = converted("EPSG:3857", "EPSG:4326", lonlat).T
    shape = geometry("polygon", exterior=list(zip(x.tolist(), y.tolist(), strict=True)))
    area, around = EARTH.polygon_area_perimeter(*lonlat.T)
    true = measure(shape, mercator, on_ellipsoid=True)
    assert true.area_m2 == pytest.approx(area, rel=1e-7)
    assert true.perimeter_m == pytest.approx(around, rel=1e-9)
    assert measure(shape, mercator).area_m2 == pytest.approx(4 * area, rel=0.02)
    with pytest.raises(CrsError, match="not tied to the earth"):
        measure(shape, MapFrame(id="f", crs='LOCAL_CS["site",UNIT["metre",1]]'), on_ellipsoid=True)


def test_local_frames_are_measured_in_space() -> None:
    wall = geometry(
        "polygon",
        exterior=[(0, 0, 0), (3, 4, 0), (3, 4, 2), (0, 0, 2)],
        holes=[[(0.6, 0.8, 0.5), (1.2, 1.6, 0.5), (1.2, 1.6, 1.5)]],
    )
    assert measure(wall, SITE).area_m2 == pytest.approx(10 - 0.5, rel=1e-12)
    assert measure(wall, UTM).area_m2 == 0.0
    cable = Polyline(frame="f", path=((0, 0, 0), (3, 0, 4)))
    assert measure(cable, SITE).length_m == 5.0
    assert measure(cable, UTM).length_m == 3.0
    body = Cuboid(frame="f", center=(1, 2, 3), size=(4, 2, 1.5))
    assert measure(body, SITE).volume_m3 == measure(body, UTM).volume_m3 == 12.0
    assert measure(body, PIXELS).volume_m3 is None
    assert measure(body, WGS).volume_m3 is None


def test_masks_count_pixels() -> None:
    pixels = np.zeros((6, 8), dtype=bool)
    pixels[1:5, 2:7] = True
    pixels[2:4, 3:5] = False
    found = measure(Mask.encode("f", pixels, (100, 200)), PIXELS)
    rows, columns = np.nonzero(pixels)
    assert found.area == pixels.sum()
    assert found.perimeter == 2 * (5 + 4) + 2 * (2 + 2)
    np.testing.assert_allclose(found.centroid or (), (columns.mean() + 100.5, rows.mean() + 200.5), atol=1e-12)


SIZES = {
    "point": set(),
    "polyline": {"length"},
    "multipolyline": {"length"},
    "polygon": {"area", "perimeter"},
    "multipolygon": {"area", "perimeter"},
    "box": {"area", "perimeter"},
    "keypoints": set(),
    "mask": {"area", "perimeter"},
    "cuboid": {"volume"},
    "segment": set(),
}


@given(given_by.geometries(extent=((10, 10), (80, 80))), st.sampled_from([WGS, UTM, PIXELS, SITE]))
def test_every_kind_has_its_sizes(shape: Any, frame: Frame) -> None:
    sizes, found, is_metric = SIZES[shape.kind], measure(shape, frame), frame is not PIXELS
    assert (found.centroid is None) == (shape.kind == "segment")
    assert (found.length_m is not None) == ("length" in sizes and is_metric)
    assert (found.area_m2 is not None) == ("area" in sizes and is_metric)
    assert (found.perimeter_m is not None) == ("perimeter" in sizes and is_metric)
    assert (found.volume_m3 is not None) == ("volume" in sizes and frame in (SITE, UTM))


def test_a_geometry_of_another_frame_is_refused() -> None:
    with pytest.raises(GeometryError, match="move it first"):
        measure(geometry("point", position=(0, 0)), SITE.model_copy(update={"id": "other"}))


def test_middles_of_what_has_no_extent() -> None:
    assert measure(geometry("polyline", path=[(2, 3), (2, 3)]), UTM).centroid == (2.0, 3.0)
    assert measure(geometry("polygon", exterior=[(2, 3), (4, 3)]), UTM).area_m2 == 0.0
    assert measure(geometry("mask", offset=(0, 0), size=(2, 2), counts=[4]), PIXELS).centroid is None
    assert measure(geometry("keypoints", points=[{"name": "a"}]), PIXELS).centroid is None
    across = geometry("keypoints", points=[{"name": "a", "position": (179, 0)}, {"name": "b", "position": (-177, 0)}])
    assert measure(across, WGS).centroid == (-179.0, 0.0)
