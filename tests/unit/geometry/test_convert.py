"""Geometries as shapely's and GeoJSON's, masks as outlines; oracles: shapely, rasterio (GDAL)."""

from __future__ import annotations

import json

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from rasterio import features

from geo3d.errors import GeometryError
from geo3d.geometry import (
    Box,
    Cuboid,
    Keypoint,
    Keypoints,
    Mask,
    MultiPolygon,
    Point,
    Polygon,
    Polyline,
    Segment,
    Shape,
)
from geo3d.geometry.area import mask_of, multipolygon_of, pixels_of, polygon_of, rings_of
from geo3d.geometry.convert import geojson_of, geometry_of, geometry_of_geojson, shapely_of, shapely_of_one
from geo3d.geometry.outline import fill, outline
from tests import strategies as given_by

FLAT = ("cuboid", "segment")


@given(given_by.geometries(extent=given_by.UTM, without=("cuboid", "segment", "box", "keypoints", "mask")))
def test_simple_features_return_exactly(shape: Shape) -> None:
    assert geometry_of(shapely_of_one(shape), "f") == shape.model_copy(
        update={"width": None} if shape.kind == "polyline" else {}
    )  # type: ignore[attr-defined]


@given(given_by.geometries(without=FLAT))
def test_geojson_is_shapelys_and_returns(shape: Shape) -> None:
    document = json.loads(json.dumps(geojson_of(shape)))
    assert shapely.equals_identical(shapely.geometry.shape(document), shapely_of_one(shape))
    if shape.kind != "keypoints":
        assert shapely_of_one(geometry_of_geojson(document, "f")).equals(shapely_of_one(shape))


@given(st.lists(given_by.geometries(without=FLAT), max_size=30))
def test_many_at_once_are_each_alone(shapes: list[Shape]) -> None:
    many = shapely_of(shapes)
    assert len(many) == len(shapes)
    for made, shape in zip(many, shapes, strict=True):
        assert shapely.equals_identical(made, shapely_of_one(shape))
        assert made.is_valid
        if shape.kind != "mask":
            assert set(map(tuple, shapely.get_coordinates(made, include_z=made.has_z))) == set(
                map(tuple, shape.vertices())
            )


def test_what_is_no_simple_feature_says_what_to_do() -> None:
    with pytest.raises(GeometryError, match="footprint"):
        shapely_of([Cuboid(frame="f", center=(0, 0, 0), size=(1, 1, 1))])
    with pytest.raises(GeometryError, match="its layer"):
        geojson_of(Segment(frame="f", layer="l", value=1))
    with pytest.raises(GeometryError, match="too few"):
        shapely_of([Polygon(frame="f", exterior=((0, 0), (1, 1)))])
    with pytest.raises(GeometryError, match="take it apart"):
        geometry_of(shapely.MultiPoint([(0, 0), (1, 1)]), "f")
    with pytest.raises(GeometryError, match="no place"):
        geometry_of(shapely.Polygon(), "f")
    for document in ({"type": "Circle"}, {}, {"type": "Point", "coordinates": ["a", "b"]}, {"type": "Polygon"}):
        with pytest.raises(GeometryError):
            geometry_of_geojson(document, "f")


def test_keypoints_without_a_position_leave_a_gap() -> None:
    some = Keypoints(frame="f", points=(Keypoint(name="a", position=(1, 2)), Keypoint(name="b")))
    assert shapely_of_one(some).equals(shapely.MultiPoint([(1, 2)]))
    assert geojson_of(some) == {"type": "MultiPoint", "coordinates": [[1.0, 2.0]]}


def test_a_box_is_its_corners() -> None:
    box = Box(frame="f", center=(10, 5), size=(4, 2), angle=np.pi / 6)
    np.testing.assert_array_equal(polygon_of(box).vertices(), box.vertices())


# ---------------------------------------------------------------- masks


@given(given_by.masks())
def test_masks_return_through_their_outline(mask: Mask) -> None:
    area = multipolygon_of(mask)
    assert area.problems() == ()
    assert shapely_of_one(area).area == sum(mask.counts[1::2])
    back = mask_of(area)
    np.testing.assert_array_equal(pixels_of(back, mask.offset, mask.size), mask.decode())


@pytest.mark.parametrize("density", [0.2, 0.5, 0.8])
def test_outlines_are_gdals(density: float) -> None:
    rng = np.random.default_rng(int(density * 10))
    for _ in range(60):
        pixels = rng.random(rng.integers(1, 16, 2)) < density
        ours = [shapely.Polygon(rings[0], rings[1:]) for rings in outline(pixels)]
        theirs = [
            shapely.geometry.shape(shape)
            for shape, _ in features.shapes(pixels.astype(np.uint8), mask=pixels, connectivity=4)
        ]
        assert all(area.is_valid for area in ours)
        assert len(ours) == len(theirs)
        assert {area.normalize().wkt for area in map(shapely.normalize, ours)} == {
            shapely.normalize(area).wkt for area in theirs
        } or shapely.union_all(ours).symmetric_difference(shapely.union_all(theirs)).area == 0
        assert not any(
            (ring[i] == ring[j]).all()
            for rings in outline(pixels)
            for ring in rings
            for i in range(len(ring))
            for j in range(i)
        )


def test_an_outline_has_corners_only() -> None:
    pixels = np.ones((40, 50), dtype=bool)
    pixels[10:20, 10:20] = False
    (rings,) = outline(pixels)
    assert [len(ring) for ring in rings] == [4, 4]
    assert outline(np.zeros((3, 3), dtype=bool)) == []


@pytest.mark.parametrize("grid", [1, 0, 3], ids=["whole pixels", "free", "thirds"])
def test_filling_is_gdals(grid: int) -> None:
    rng = np.random.default_rng(11 + grid)
    for _ in range(150):
        ring = rng.uniform(-8, 40, (rng.integers(3, 12), 2))  # crossing itself, sticking out
        if grid:
            ring = np.round(ring * grid) / grid
        expected = features.rasterize([shapely.Polygon(ring)], (30, 32)) == 1
        np.testing.assert_array_equal(fill([ring], (0, 0), (32, 30)), expected)


@given(given_by.polygons(extent=((0, 0), (200, 150))))
def test_polygons_become_the_masks_gdal_makes(polygon: Polygon) -> None:
    expected = features.rasterize([shapely.force_2d(shapely_of_one(polygon))], (150, 200)) == 1
    np.testing.assert_array_equal(pixels_of(polygon, (0, 0), (200, 150)), expected)
    if expected.any():
        mask = mask_of(polygon, (200, 150))
        assert sum(mask.counts[1::2]) == expected.sum()
        np.testing.assert_array_equal(pixels_of(mask, (0, 0), (200, 150)), expected)


def test_masks_are_cut_at_the_image() -> None:
    box = Box.of_bounds("f", -5, -5, 3, 2)
    assert mask_of(box, (10, 10)).size == (3, 2)
    assert mask_of(box).offset == (-5, -5)
    assert pixels_of(mask_of(box), (2, 1), (3, 3)).sum() == 1
    assert not pixels_of(mask_of(box), (50, 50), (3, 3)).any()
    with pytest.raises(GeometryError, match="outside the image"):
        mask_of(box.model_copy(update={"center": (50, 50)}), (10, 10))
    with pytest.raises(GeometryError, match="too large"):
        mask_of(Box.of_bounds("f", 0, 0, 1e6, 1e6))
    with pytest.raises(GeometryError, match="no outline"):
        multipolygon_of(Mask.encode("f", np.zeros((2, 2), dtype=bool)))


def test_rings_of_areas() -> None:
    parts = MultiPolygon.model_validate(
        {"frame": "f", "parts": [{"exterior": [(0, 0), (1, 0), (1, 1)]}, {"exterior": [(5, 5), (9, 5), (9, 9)]}]}
    )
    assert [len(rings) for rings in rings_of(parts)] == [1, 1]
    assert rings_of(Mask.encode("f", np.ones((2, 3), dtype=bool), (7, 8)))[0][0].max(axis=0).tolist() == [10, 10]


def test_a_hundred_thousand_at_once() -> None:
    """Vectorised per kind: mixed heights and kinds keep their order."""
    shapes = [
        Point(frame="f", position=(i, i)) if i % 3 else Polyline(frame="f", path=((i, 0, 1), (i, 1, 2)))
        for i in range(3000)
    ]
    made = shapely_of(shapes)
    assert [g.geom_type for g in made[:4]] == ["LineString", "Point", "Point", "LineString"]
    assert made[2999].x == 2999
    assert made[0].has_z
