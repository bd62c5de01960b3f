"""Buffers, offsets, fewer and more vertices, right angles, turns and shapes made of shapes."""

from __future__ import annotations

import math

import numpy as np
import pytest
import shapely
from hypothesis import assume, given
from hypothesis import strategies as st
from pyproj import Geod

from geo3d.errors import FrameError, GeometryError, LimitExceeded
from geo3d.geometry import (
    Affine,
    Box,
    Geometry,
    MapFrame,
    MultiPolygon,
    MultiPolyline,
    PixelFrame,
    Point,
    Polygon,
    Polyline,
    Rings,
)
from geo3d.geometry.convert import shapely_of_one
from geo3d.geometry.edit.derive import explode, hull, polygon_from, polyline_of, turned_box, without_holes
from geo3d.geometry.edit.offset import buffer, offset
from geo3d.geometry.edit.plane import metric_plane
from geo3d.geometry.edit.smooth import Style, smooth
from geo3d.geometry.edit.square import orthogonalise
from geo3d.geometry.edit.thin import Method, simplify
from geo3d.geometry.edit.turn import rotate, scale, translate
from geo3d.geometry.measure import measure
from geo3d.geometry.tree import FrameTree
from tests import strategies

SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))
HOLE = ((4.0, 4.0), (6.0, 4.0), (6.0, 6.0), (4.0, 6.0))


def polygon(*exterior: tuple[float, float], holes: tuple[tuple[tuple[float, float], ...], ...] = ()) -> Polygon:
    return Polygon(frame="f", exterior=exterior, holes=holes)


def area(geometry: Geometry) -> float:
    return float(shapely_of_one(geometry).area)


def test_a_buffer_is_that_of_geos() -> None:
    grown = buffer(polygon(*SQUARE), 2, join="mitre")
    assert area(grown) == 196
    assert area(buffer(polygon(*SQUARE), -2)) == 36
    assert area(buffer(Polyline(frame="f", path=((0, 0), (10, 0))), 1, cap="flat")) == 20
    assert area(buffer(Point(frame="f", position=(3, 4)), 2, segments=64)) == pytest.approx(4 * math.pi, rel=1e-3)
    with pytest.raises(GeometryError, match="shrink it by less"):
        buffer(polygon(*SQUARE), -6)


@given(strategies.polygons(), strategies.numbers(0.1, 30))
def test_a_buffer_holds_the_shape(shape: Polygon, distance: float) -> None:
    grown = buffer(shape, distance)
    assert not grown.problems()
    assert shapely_of_one(grown).buffer(1e-6).contains(shapely_of_one(shape))


def test_metres_in_degrees_are_metres_on_the_ground() -> None:
    tree = FrameTree([MapFrame(id="world", crs="EPSG:4326")])
    spot = Polygon(frame="world", exterior=((24.0, 60.0), (24.002, 60.0), (24.002, 60.001), (24.0, 60.001)))
    grown = buffer(spot, 50, plane=metric_plane(tree, spot))
    assert isinstance(grown, Polygon)
    outline = shapely.polygons([spot.exterior])[0].exterior
    for lon, lat in grown.vertices().tolist():
        near = outline.interpolate(outline.project(shapely.Point(lon, lat)))
        # the nearest place in degrees is not that on the ground: look along the outline
        places = [outline.interpolate(outline.project(near) + d) for d in np.linspace(-1e-3, 1e-3, 401)]
        gaps = Geod(ellps="WGS84").inv([lon] * 401, [lat] * 401, [p.x for p in places], [p.y for p in places])[2]
        assert min(gaps) == pytest.approx(50, abs=0.3)
    before = measure(spot, tree["world"]).area_m2
    after = measure(grown, tree["world"]).area_m2
    perimeter = measure(spot, tree["world"]).perimeter_m
    assert before is not None
    assert after is not None
    assert perimeter is not None
    assert after - before == pytest.approx(perimeter * 50 + math.pi * 2500, rel=2e-3)


def test_metres_in_pixels_need_a_place_on_the_earth() -> None:
    link = Affine(a=0.5, b=0, c=500_000, d=0, e=-0.5, f=5_000_000)
    tree = FrameTree(
        [
            MapFrame(id="map", crs="EPSG:32633"),
            PixelFrame(id="f", size=(100, 100), parent="map", link=link),
            PixelFrame(id="photo", size=(100, 100)),
        ]
    )
    grown = buffer(polygon(*SQUARE), 2, join="mitre", plane=metric_plane(tree, polygon(*SQUARE)))
    assert area(grown) == pytest.approx(18 * 18, rel=1e-3)
    with pytest.raises(FrameError, match="its own units"):
        metric_plane(tree, Polygon(frame="photo", exterior=SQUARE))


def test_a_line_runs_beside() -> None:
    beside = offset(Polyline(frame="f", path=((0, 0), (10, 0), (10, 10))), 2, join="mitre")
    assert isinstance(beside, Polyline)
    assert beside.path == ((0, 2), (8, 2), (8, 10))
    with pytest.raises(GeometryError, match="no line"):
        offset(Polyline(frame="f", path=((0, 0), (10, 0))), 0)


def test_a_scribble_is_refused_before_it_takes_minutes() -> None:
    scribble = np.random.default_rng(0).uniform(0, 1000, (3000, 2))
    line = Polyline(frame="f", path=tuple((x, y) for x, y in scribble.tolist()))
    with pytest.raises(LimitExceeded, match="too often"):
        buffer(line, 50, segments=64)
    with pytest.raises(LimitExceeded, match="too often"):
        offset(line, 5)


@given(strategies.polygons(), strategies.numbers(0.5, 200), st.sampled_from(("distance", "area")))
def test_vertices_that_stay_are_the_same(shape: Polygon, tolerance: float, method: Method) -> None:
    thin = simplify(shape, tolerance, method)
    assert not thin.problems()
    assert set(map(tuple, thin.vertices().tolist())) <= set(map(tuple, shape.vertices().tolist()))
    if method == "distance":
        outline = shapely.force_2d(shapely_of_one(shape)).boundary
        assert outline.hausdorff_distance(shapely.force_2d(shapely_of_one(thin)).boundary) <= tolerance * 1.001


@given(strategies.polylines(), strategies.numbers(0.5, 500), st.sampled_from(("distance", "area")))
def test_lines_keep_their_ends(line: Polyline, tolerance: float, method: Method) -> None:
    assume(len({p[:2] for p in line.path}) > 1)
    assume(len(set(line.path)) == len(line.path))
    thin = simplify(line, tolerance, method)
    assert isinstance(thin, Polyline)
    assert (thin.path[0], thin.path[-1], thin.width) == (line.path[0], line.path[-1], line.width)
    assert set(thin.path) <= set(line.path)


def test_a_small_triangle_goes_by_area() -> None:
    line = Polyline(frame="f", path=((0, 0), (5, 0.1), (10, 0), (15, 5), (20, 0)))
    thin = simplify(line, 1, "area")
    assert isinstance(thin, Polyline)
    assert thin.path == ((0, 0), (10, 0), (15, 5), (20, 0))


@given(strategies.polygons(), st.integers(1, 4))
def test_smoothing_cuts_corners_off(shape: Polygon, steps: int) -> None:
    try:
        made = smooth(shape, "corners", steps)
    except GeometryError:
        return
    assert isinstance(made, Polygon)
    assert len(made.exterior) == len(shape.exterior) << steps
    around = shapely.force_2d(shapely_of_one(shape)).convex_hull.buffer(1e-6)
    assert around.contains(shapely.force_2d(shapely_of_one(made)))


@given(strategies.polylines(), st.sampled_from(("corners", "spline")))
def test_smoothed_lines_keep_their_ends(line: Polyline, style: Style) -> None:
    assume(all(a[:2] != b[:2] for a, b in zip(line.path[:-1], line.path[1:], strict=True)))
    made = smooth(line, style, 3)
    assert isinstance(made, Polyline)
    assert (made.path[0][:2], made.path[-1][:2]) == (line.path[0][:2], line.path[-1][:2])
    if style == "spline" and len(line.path) > 2:
        assert {p[:2] for p in line.path} <= {p[:2] for p in made.path}


def test_a_spline_is_the_curve_of_its_definition() -> None:
    made = smooth(Polyline(frame="f", path=((0, 0), (1, 0), (2, 0), (3, 0))), "spline", 2)
    assert isinstance(made, Polyline)
    assert made.path == tuple((x / 4, 0.0) for x in range(13))
    with pytest.raises(LimitExceeded):
        smooth(Polyline(frame="f", path=tuple((float(i), float(i % 2)) for i in range(10_000))), "corners", 6)


def right_angles(ring: np.ndarray, tolerance: float = 1e-7) -> bool:
    edges = np.roll(ring, -1, axis=0) - ring
    edges /= np.hypot(*edges.T)[:, None]
    dots = (edges * np.roll(edges, -1, axis=0)).sum(axis=1)
    crosses = edges[:, 0] * np.roll(edges, -1, axis=0)[:, 1] - edges[:, 1] * np.roll(edges, -1, axis=0)[:, 0]
    return bool((np.minimum(np.abs(dots), np.abs(crosses)) < tolerance).all())


@given(st.data(), strategies.numbers(0, math.pi))
def test_a_house_becomes_square(data: st.DataObject, angle: float) -> None:
    true = np.array([(0, 0), (20, 0), (20, 8), (12, 8), (12, 14), (0, 14)], dtype=float) * 5
    turn = np.array([(math.cos(angle), math.sin(angle)), (-math.sin(angle), math.cos(angle))])
    noise = np.array([[data.draw(strategies.numbers(-1, 1)) for _ in range(2)] for _ in true])
    drawn = (true + noise) @ turn + 1000
    house = Polygon(frame="f", exterior=tuple(map(tuple, drawn.tolist())))
    made = orthogonalise(house)
    assert isinstance(made, Polygon)
    assert right_angles(made.vertices())
    assert np.abs(made.vertices() - drawn).max() < 6
    again = orthogonalise(made)
    assert np.abs(again.vertices() - made.vertices()).max() < 1e-6


def test_corners_that_are_right_stay_to_the_bit() -> None:
    house = polygon((0, 0), (10, 0.4), (10, 6), (0, 6))
    made = orthogonalise(house)
    assert isinstance(made, Polygon)
    assert right_angles(made.vertices()[:4])
    with pytest.raises(GeometryError, match="nearly right"):
        orthogonalise(polygon((0, 0), (10, 0), (5, 8.66)))
    assert orthogonalise(polygon(*SQUARE)).vertices().tolist() == [list(p) for p in SQUARE]
    bay = polygon((0, 0), (10, 0), (10, 5), (12, 7), (10, 9), (10, 20), (0, 20))
    assert (12, 7) in set(map(tuple, orthogonalise(bay).vertices().tolist()))


def test_right_angles_in_degrees_are_right_on_the_ground() -> None:
    tree = FrameTree([MapFrame(id="world", crs="EPSG:4326"), MapFrame(id="utm", crs="EPSG:32635")])
    way = tree.transform("world", "utm")
    ground = np.array([(0, 0), (30, 0.5), (29.5, 20), (-0.3, 19)]) @ np.array([(0.8, 0.6), (-0.6, 0.8)])
    drawn = way(ground + (430_000, 6_650_000))
    house = Polygon(frame="world", exterior=tuple(map(tuple, drawn.tolist())))
    made = orthogonalise(house, plane=metric_plane(tree, house))
    assert right_angles(way.inverse(made.vertices()), 1e-5)


def test_turning_scaling_moving() -> None:
    shape = polygon(*SQUARE)
    assert np.allclose(rotate(shape, math.pi / 2, (0, 0)).vertices(), [(0, 0), (0, 10), (-10, 10), (-10, 0)])
    assert translate(shape, (1, 2)).vertices().tolist() == [[x + 1, y + 2] for x, y in SQUARE]
    assert scale(shape, (2, 0.5), (10, 10)).vertices().tolist() == [[-10, 5], [10, 5], [10, 10], [-10, 10]]
    box = Box(frame="f", center=(5, 5), size=(4, 2), angle=0.25)
    turned = rotate(box, 0.5, (0, 0))
    assert isinstance(turned, Box)
    assert turned.angle == pytest.approx(0.75)
    assert turned.size == pytest.approx((4, 2))
    assert translate(box, (1, 1)) == Box(frame="f", center=(6, 6), size=(4, 2), angle=0.25)
    assert isinstance(scale(box, (2, 2), (0, 0)), Box)
    sheared = scale(box, (2, 1), (0, 0))
    assert isinstance(sheared, Polygon)
    assert area(sheared) == pytest.approx(16)
    with pytest.raises(GeometryError):
        scale(box, (0, 1), (0, 0))


def test_holes_parts_and_kinds() -> None:
    ring = polygon(*SQUARE, holes=(HOLE, ((1, 1), (2, 1), (1, 2))))
    assert area(without_holes(ring)) == 100
    left = without_holes(ring, up_to=1)
    assert isinstance(left, Polygon)
    assert left.holes == (HOLE,)
    with pytest.raises(GeometryError, match="no hole"):
        without_holes(polygon(*SQUARE))
    nested = MultiPolygon(
        frame="f",
        parts=(Rings(exterior=SQUARE, holes=(HOLE,)), Rings(exterior=((4.5, 4.5), (5.5, 4.5), (5.5, 5.5)))),
    )
    assert area(without_holes(nested)) == 100
    assert [area(part) for part in explode(nested)] == [96, 0.5]
    with pytest.raises(GeometryError, match="one part"):
        explode(ring)
    closed = polyline_of(polygon(*SQUARE))
    assert isinstance(closed, Polyline)
    assert closed.path == (*SQUARE, SQUARE[0])
    assert polygon_from(closed) == polygon(*SQUARE)
    assert isinstance(polyline_of(ring), MultiPolyline)
    assert polygon_from(Box.of_bounds("f", 0, 0, 10, 10)) == polygon(*SQUARE)
    with pytest.raises(GeometryError):
        polygon_from(Polyline(frame="f", path=((0, 0), (1, 1))))


@given(st.one_of(strategies.polygons(), strategies.multipolygons(), strategies.boxes()))
def test_the_turned_box_is_that_of_shapely(shape: Polygon) -> None:
    flat = shapely.force_2d(shapely_of_one(shape))
    box = turned_box(shape)
    assert shapely_of_one(box).buffer(1e-6).contains(flat)
    assert area(box) <= shapely.oriented_envelope(flat).area * (1 + 1e-9)
    around = hull(shape)
    assert area(around) == pytest.approx(flat.convex_hull.area)
    assert set(map(tuple, around.vertices().tolist())) <= set(map(tuple, shape.vertices().tolist()))
