"""Splitting, merging, cutting out, reshaping: judged by GEOS, vertices to the bit."""

from __future__ import annotations

import math

import pytest
import shapely
from hypothesis import assume, example, given
from hypothesis import strategies as st

from geo3d.errors import GeometryError
from geo3d.geometry import Box, Geometry, MultiPolygon, MultiPolyline, Polygon, Polyline, Position, Rings
from geo3d.geometry.convert import shapely_of_one
from geo3d.geometry.edit.merge import cut_out, merge
from geo3d.geometry.edit.reshape import reshape
from geo3d.geometry.edit.split import split
from tests import strategies

SQUARE = ((0.0, 0.0), (10.0, 0.0), (10.0, 10.0), (0.0, 10.0))


def square(x: float = 0.0, y: float = 0.0, frame: str = "f") -> Polygon:
    return Polygon(frame=frame, exterior=tuple((px + x, py + y) for px, py in SQUARE))


def line(*path: Position, frame: str = "f") -> Polyline:
    return Polyline(frame=frame, path=path)


def area(geometry: Geometry) -> float:
    return float(shapely_of_one(geometry).area)


def vertices(geometry: Geometry) -> set[tuple[float, ...]]:
    return set(map(tuple, geometry.vertices().tolist()))


@st.composite
def cuts(draw: st.DrawFn, geometry: Polygon | MultiPolygon) -> Polyline:
    """A line through the middle of a shape, bent at random."""
    x0, y0, x1, y1 = shapely_of_one(geometry).bounds
    angle, bend = draw(strategies.numbers(0, math.pi)), draw(strategies.numbers(-0.3, 0.3))
    cx, cy, reach = (x0 + x1) / 2, (y0 + y1) / 2, (x1 - x0) + (y1 - y0)
    dx, dy = math.cos(angle) * reach, math.sin(angle) * reach
    middle = (cx - dy * bend * 0.3, cy + dx * bend * 0.3)
    return line((cx - dx, cy - dy), middle, (cx + dx, cy + dy))


@given(st.data(), st.sampled_from((strategies.PICTURE, strategies.UTM)))
def test_pieces_add_up_and_keep_their_vertices(data: st.DataObject, extent: strategies.Extent) -> None:
    whole = data.draw(st.one_of(strategies.polygons(extent=extent), strategies.multipolygons(extent=extent)))
    cutter = data.draw(cuts(whole))
    try:
        pieces = split(whole, cutter)
    except GeometryError:
        assert not shapely.LineString(cutter.path).crosses(shapely_of_one(whole)) or isinstance(whole, MultiPolygon)
        return
    assert len(pieces) > 1
    assert all(not piece.problems() for piece in pieces)
    sizes = [area(piece) for piece in pieces]
    assert sizes == pytest.approx(sorted(sizes, reverse=True), rel=1e-9)
    assert sum(sizes) == pytest.approx(area(whole), rel=1e-9)
    assert shapely.union_all([shapely_of_one(p) for p in pieces]).symmetric_difference(
        shapely_of_one(whole)
    ).area <= 1e-6 * area(whole)
    kept = set().union(*map(vertices, pieces))
    assert vertices(whole) <= kept


def test_a_split_by_hand() -> None:
    upper, lower = split(square(), line((-1, 4), (11, 4)))
    assert vertices(upper) == {(0, 4), (10, 4), (10, 10), (0, 10)}
    assert vertices(lower) == {(0, 0), (10, 0), (10, 4), (0, 4)}


def test_holes_open_where_the_line_passes_through_them() -> None:
    ring = Polygon(frame="f", exterior=SQUARE, holes=(((4, 4), (6, 4), (6, 6), (4, 6)),))
    pieces = split(ring, line((-1, 5), (11, 5)))
    assert [area(piece) for piece in pieces] == [48, 48]
    assert all(isinstance(piece, Polygon) and not piece.holes for piece in pieces)


def test_a_loose_end_leaves_no_vertex() -> None:
    pieces = split(square(), line((-1, 4), (11, 4), (11, 8), (5, 8)))
    assert len(pieces) == 2
    assert (10, 8) not in vertices(pieces[0])


def test_a_line_that_starts_on_an_edge_as_rounding_has_it() -> None:
    shape = Polygon(frame="f", exterior=((0.1, 0.1), (1000.3, 333.7), (400.2, 900.9)))
    (x0, y0), (x1, y1) = shape.exterior[0][:2], shape.exterior[1][:2]
    on_edge = (x0 + (x1 - x0) / 3, y0 + (y1 - y0) / 3)
    pieces = split(shape, line(on_edge, (400.2, 900.9)))
    assert len(pieces) == 2
    assert all(on_edge in vertices(piece) for piece in pieces)


def test_parts_that_are_not_split_stay_with_the_largest() -> None:
    both = MultiPolygon(frame="f", parts=tuple(Rings(exterior=square(x).exterior) for x in (0, 20)))
    first, second = split(both, line((-1, 4), (11, 4)))
    assert isinstance(first, MultiPolygon)
    assert isinstance(second, Polygon)
    assert (area(first), area(second)) == (160, 40)


def test_lines_are_split_where_they_are_crossed() -> None:
    bent = Polyline(frame="f", path=((0, 0, 1), (10, 0, 2), (10, 10, 3)), width=2)
    long, short = split(bent, line((4, -1), (4, 1)))
    assert isinstance(long, Polyline)
    assert isinstance(short, Polyline)
    assert long.path == ((4, 0, 1.4), (10, 0, 2), (10, 10, 3))
    assert short.path == ((0, 0, 1), (4, 0, 1.4))
    assert long.width == short.width == 2


@given(strategies.multipolylines(), strategies.paths())
@example(MultiPolyline(frame="f", paths=(((0, 0), (0, 4e-291)),)), ((0, 0), (0, 1)))
def test_lengths_of_lines_add_up(lines: MultiPolyline, cutter: tuple[Position, ...]) -> None:
    try:
        pieces = split(lines, Polyline(frame="f", path=cutter))
    except GeometryError:
        return
    whole = shapely.force_2d(shapely_of_one(lines))
    total = sum(shapely.force_2d(shapely_of_one(piece)).length for piece in pieces)
    assert total == pytest.approx(whole.length, rel=1e-9)
    assert {v[:2] for v in vertices(lines)} <= {v[:2] for piece in pieces for v in vertices(piece)}


def test_what_is_not_crossed_says_what_to_do() -> None:
    with pytest.raises(GeometryError, match="right across"):
        split(square(), line((-1, 4), (5, 4)))
    with pytest.raises(GeometryError, match="no area"):
        split(strategies.Point(frame="f", position=(1, 1)), line((0, 0), (1, 1)))
    with pytest.raises(GeometryError, match="one frame"):
        split(square(), line((-1, 4), (11, 4), frame="other"))
    with pytest.raises(GeometryError, match="mend it first"):
        split(Polygon(frame="f", exterior=((0, 0), (4, 4), (4, 0), (0, 4))), line((-1, 1), (5, 1)))


@given(strategies.polygons(), strategies.polygons())
def test_a_union_has_the_area_of_both_less_what_they_share(a: Polygon, b: Polygon) -> None:
    assume(len(a.exterior[0]) == len(b.exterior[0]))
    merged = merge([a, b])
    assert not merged.problems()
    shared = shapely_of_one(a).intersection(shapely_of_one(b)).area
    assert area(merged) == pytest.approx(area(a) + area(b) - shared, rel=1e-9)
    if not shared:
        assert vertices(a) | vertices(b) == vertices(merged)


def test_merging_boxes_and_lines() -> None:
    boxes = [Box.of_bounds("f", 0, 0, 4, 4), Box.of_bounds("f", 4, 0, 8, 4)]
    merged = merge(boxes)
    assert isinstance(merged, Polygon)
    assert area(merged) == 32
    joined = merge([line((0, 0), (1, 1)), line((3, 0), (1, 1))])
    assert isinstance(joined, Polyline)
    assert sorted([joined.path[0], joined.path[-1]]) == [(0, 0), (3, 0)]
    for wrong in ([square()], [square(), square(frame="other")], [square(), line((0, 0), (1, 1))]):
        with pytest.raises(GeometryError):
            merge(wrong)


def test_cutting_out() -> None:
    left = cut_out(square(), [square(5, 5), Box.of_bounds("f", 2, 2, 3, 3)])
    assert isinstance(left, Polygon)
    assert area(left) == 74
    assert len(left.holes) == 1
    with pytest.raises(GeometryError, match="delete it instead"):
        cut_out(square(), [Box.of_bounds("f", -1, -1, 11, 11)])
    cut = cut_out(line((0, 5), (20, 5)), [square(5, 0)])
    assert isinstance(cut, MultiPolyline)
    assert cut.paths == (((0, 5), (5, 5)), ((15, 5), (20, 5)))


def test_reshaping_outwards_and_inwards() -> None:
    out = reshape(square(), line((9, 2), (14, 2), (14, 8), (9, 8)))
    assert isinstance(out, Polygon)
    assert area(out) == 124
    assert set(SQUARE) <= vertices(out)
    assert area(reshape(square(), line((12, 2), (6, 2), (6, 8), (12, 8)))) == 76
    assert area(reshape(square(), line((4, -1), (4, 11)))) == 60


def test_a_weaving_line_takes_the_place_of_the_edge() -> None:
    weaving = line((11, 2), (9, 2), (11, 4), (9, 6), (11, 8), (9, 8))
    made = reshape(square(), weaving)
    assert not made.problems()
    assert {(11, 4), (9, 6)} <= vertices(made)
    assert set(SQUARE) <= vertices(made)


def test_holes_are_reshaped_where_the_exterior_is_not_crossed() -> None:
    ring = Polygon(frame="f", exterior=SQUARE, holes=(((4, 4), (6, 4), (6, 6), (4, 6)),))
    made = reshape(ring, line((5.5, 4.5), (7, 4.5), (7, 5.5), (5.5, 5.5)))
    assert isinstance(made, Polygon)
    assert made.exterior == ring.exterior
    assert area(made) == 95


@given(st.data())
def test_reshaping_changes_nothing_away_from_the_line(data: st.DataObject) -> None:
    whole = data.draw(strategies.polygons())
    x0, y0, x1, y1 = shapely_of_one(whole).bounds
    x = data.draw(strategies.numbers(x0 - 20, x1 + 20))
    a, b = sorted(data.draw(st.tuples(strategies.numbers(y0, y1), strategies.numbers(y0, y1))))
    assume(b - a > 1e-3)
    drawn = line(((x0 + x1) / 2, a), (x, a), (x, b), ((x0 + x1) / 2, b))
    assume(len(set(drawn.path)) > 1)
    try:
        made = reshape(whole, drawn)
    except GeometryError:
        return
    assert not made.problems()
    difference = shapely_of_one(made).symmetric_difference(shapely_of_one(whole))
    # whatever changed is bounded by the drawn line and by the old outline alone
    border = shapely.union(shapely.LineString(drawn.path), shapely.force_2d(shapely_of_one(whole)).boundary)
    assert shapely.force_2d(difference).boundary.difference(border.buffer(1e-6)).length < 1e-6
    new = {v[:2] for v in vertices(made)} - {v[:2] for v in vertices(whole)}
    assert all(shapely.LineString(drawn.path).distance(shapely.Point(v)) < 1e-6 for v in new)


def test_lines_are_reshaped_and_made_longer() -> None:
    path = line((0, 0), (10, 0), (20, 0))
    made = reshape(path, line((12, 1), (12, -3), (6, -3), (6, 1)))
    assert isinstance(made, Polyline)
    assert made.path == ((0, 0), (6, 0), (6, -3), (12, -3), (12, 0), (20, 0))
    longer = reshape(path, line((20, 0), (25, 5)))
    assert isinstance(longer, Polyline)
    assert longer.path == ((0, 0), (10, 0), (20, 0), (25, 5))
    before = reshape(path, line((-5, 5), (0, 0)))
    assert isinstance(before, Polyline)
    assert before.path == ((-5, 5), (0, 0), (10, 0), (20, 0))
    with pytest.raises(GeometryError, match="twice"):
        reshape(path, line((5, -1), (5, 1)))


def test_a_tangled_reshape_says_so() -> None:
    with pytest.raises(GeometryError, match=r"twice|stays"):
        reshape(square(), line((5, 5), (12, 5)))
    with pytest.raises(GeometryError, match="stays"):
        reshape(
            square(), line((9, 2), (12, 2), (12, 12), (5, 12), (5, 5), (-1, 5), (-1, 13), (13, 13), (13, 8), (9, 8))
        )


def test_heights_come_from_the_shape() -> None:
    tilted = Polygon(frame="f", exterior=((0, 0, 0), (10, 0, 10), (10, 10, 10), (0, 10, 0)))
    right, left = split(tilted, line((4, -1), (4, 11)))
    assert isinstance(right, Polygon)
    assert isinstance(left, Polygon)
    assert {p for p in right.exterior if p[0] == 4} == {(4, 0, 4), (4, 10, 4)}
    assert {p for p in left.exterior if p[0] == 0} == {(0, 0, 0), (0, 10, 0)}
