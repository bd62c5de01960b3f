"""Overlaps of every pair of kinds; oracles: shapely, GDAL's rasterising, Qhull, chance."""

from __future__ import annotations

import itertools
import math
from typing import Any

import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st
from rasterio import features
from scipy.optimize import linprog
from scipy.spatial import ConvexHull, HalfspaceIntersection
from scipy.spatial.transform import Rotation

from geo3d.errors import GeometryError
from geo3d.geometry import Box, Cuboid, Mask, Polygon, Polyline
from geo3d.geometry.area import mask_of, n_pixels_of
from geo3d.geometry.array import Array
from geo3d.geometry.convert import shapely_of_one
from geo3d.geometry.overlap import PAIRS, iou, overlap
from geo3d.geometry.rotation import matrix_of, quaternion_of_yaw
from tests import strategies as given_by

SMALL = ((0.0, 0.0), (60.0, 50.0))
KINDS = sorted(given_by.GEOMETRIES)

TABLE = """
              box mask multipolygon polygon polyline cuboid point multipolyline keypoints segment
box            x   x        x          x       x       .      .         .           .        .
mask           x   x        x          x       x       .      .         .           .        .
multipolygon   x   x        x          x       x       .      .         .           .        .
polygon        x   x        x          x       x       .      .         .           .        .
polyline       x   x        x          x       x       .      .         .           .        .
cuboid         .   .        .          .       .       x      .         .           .        .
point          .   .        .          .       .       .      .         .           .        .
multipolyline  .   .        .          .       .       .      .         .           .        .
keypoints      .   .        .          .       .       .      .         .           .        .
segment        .   .        .          .       .       .      .         .           .        .
"""


def table() -> dict[tuple[str, str], bool]:
    head, *rows = TABLE.strip().splitlines()
    columns = head.split()
    assert sorted(columns) == KINDS
    return {(row.split()[0], c): mark == "x" for row in rows for c, mark in zip(columns, row.split()[1:], strict=True)}


@pytest.mark.parametrize(("a", "b"), itertools.product(KINDS, KINDS))
def test_the_table_says_which_pairs_have_one(a: str, b: str) -> None:
    has_one = table()[a, b]
    assert (frozenset((a, b)) in PAIRS) == has_one

    @given(st.data())
    def check(data: st.DataObject) -> None:
        first, second = (data.draw(given_by.GEOMETRIES[kind](extent=SMALL)) for kind in (a, b))
        found = overlap(first, second)
        no_width = any(shape.kind == "polyline" and shape.width is None for shape in (first, second))
        assert (found is not None) == (has_one and not no_width)
        if found is not None:
            turned = overlap(second, first)
            assert turned is not None
            scale = max(1.0, found.size_a, found.size_b)
            assert -1e-9 <= found.shared <= min(found.size_a, found.size_b) + 1e-6 * scale
            assert found.shared == pytest.approx(turned.shared, abs=1e-6 * scale)
            assert (found.size_a, found.size_b) == pytest.approx((turned.size_b, turned.size_a))
            assert 0 <= found.iou <= 1
            assert 0 <= found.share_of_a <= 1
            assert 0 <= found.share_of_b <= 1

    check()


@pytest.mark.parametrize("kind", ["box", "mask", "multipolygon", "polygon", "cuboid"])
def test_a_thing_is_itself(kind: str) -> None:
    @given(given_by.GEOMETRIES[kind]())
    def check(shape: Any) -> None:
        found = overlap(shape, shape)
        assert found is not None
        assert found.iou == pytest.approx(1, abs=1e-9)

    check()


@given(given_by.polygons(extent=SMALL), given_by.multipolygons(extent=SMALL), given_by.boxes(extent=SMALL))
def test_areas_are_shapelys(polygon: Any, many: Any, box: Box) -> None:
    for a, b in itertools.combinations((polygon, many, box), 2):
        first, second = shapely.force_2d(shapely_of_one(a)), shapely.force_2d(shapely_of_one(b))
        found = overlap(a, b)
        assert found is not None
        assert found.shared == pytest.approx(first.intersection(second).area)
        assert found.iou == pytest.approx(first.intersection(second).area / first.union(second).area)


@given(given_by.boxes(extent=SMALL), given_by.boxes(extent=SMALL))
def test_upright_boxes_take_a_short_cut(a: Box, b: Box) -> None:
    a, b = (box.model_copy(update={"angle": 0.0}) for box in (a, b))
    expected = shapely_of_one(a).intersection(shapely_of_one(b)).area
    assert overlap(a, b).shared == pytest.approx(expected, abs=1e-9)  # type: ignore[union-attr]


def test_a_ring_that_crosses_itself_is_read_even_odd() -> None:
    bow = Polygon(frame="f", exterior=((0, 0), (4, 4), (4, 0), (0, 4)))
    assert overlap(bow, Box.of_bounds("f", 0, 0, 4, 4)).shared == pytest.approx(8)  # type: ignore[union-attr]
    assert overlap(bow, mask_of(Box.of_bounds("f", 0, 0, 4, 4))).size_a == 8  # type: ignore[union-attr]


def test_a_line_with_a_width_is_a_band() -> None:
    road = Polyline(frame="f", path=((0, 5), (10, 5)), width=2)
    assert overlap(road, Box.of_bounds("f", 5, 0, 20, 20)).shared == pytest.approx(10)  # type: ignore[union-attr]
    assert iou(road, road.model_copy(update={"width": 4})) == pytest.approx(0.5)
    assert iou(road, road.model_copy(update={"width": None})) is None


@given(given_by.masks(extent=SMALL), given_by.masks(extent=SMALL))
def test_masks_meet_by_bits(a: Mask, b: Mask) -> None:
    canvas = [np.zeros((80, 90), dtype=bool) for _ in range(2)]
    for plane, mask in zip(canvas, (a, b), strict=True):
        (x, y), (width, height) = mask.offset, mask.size
        plane[y : y + height, x : x + width] = mask.decode()
    found = overlap(a, b)
    assert found is not None
    assert found.shared == (canvas[0] & canvas[1]).sum()
    assert found.iou == (canvas[0] & canvas[1]).sum() / (canvas[0] | canvas[1]).sum()


@given(given_by.masks(extent=SMALL), given_by.polygons(extent=SMALL))
def test_masks_meet_areas_in_pixels_as_gdal_fills(mask: Mask, polygon: Any) -> None:
    burnt = features.rasterize([shapely.force_2d(shapely_of_one(polygon))], (80, 90)) == 1
    plane = np.zeros((80, 90), dtype=bool)
    (x, y), (width, height) = mask.offset, mask.size
    plane[y : y + height, x : x + width] = mask.decode()
    found = overlap(mask, polygon)
    assert found is not None
    assert (found.shared, found.size_a, found.size_b) == ((plane & burnt).sum(), plane.sum(), burnt.sum())
    if burnt.any():
        assert iou(mask_of(polygon), polygon) == 1.0


def test_pixels_of_huge_areas_are_counted_in_strips() -> None:
    assert n_pixels_of(Box.of_bounds("f", -3, 0, 20_000, 5_000)) == 20_003 * 5_000
    assert n_pixels_of(Box(frame="f", center=(0.2, 0.2), size=(0, 0))) == 0


def test_frames_must_be_one() -> None:
    with pytest.raises(GeometryError, match="differ"):
        iou(Box.of_bounds("f", 0, 0, 1, 1), Box.of_bounds("g", 0, 0, 1, 1))


# ---------------------------------------------------------------- cuboids


def halfspaces(cuboid: Cuboid) -> Array:
    """Rows (normal, offset) with ``normal . x + offset <= 0`` inside."""
    normals = np.vstack([matrix_of(cuboid.rotation).T, -matrix_of(cuboid.rotation).T])
    reach = np.tile(np.array(cuboid.size) / 2, 2)
    return np.column_stack([normals, -(normals @ np.array(cuboid.center)) - reach])


def volume_by_qhull(a: Cuboid, b: Cuboid) -> float:
    """The intersection of twelve half spaces by Qhull, from the middle of the largest ball inside."""
    planes = np.vstack([halfspaces(a), halfspaces(b)])
    found = linprog(
        [0, 0, 0, -1],
        np.column_stack([planes[:, :3], np.ones(12)]),
        -planes[:, 3],
        bounds=[(None, None)] * 3 + [(0, None)],
    )
    if not found.success or found.x[3] < 1e-9:
        return 0.0
    return float(ConvexHull(HalfspaceIntersection(planes, found.x[:3]).intersections).volume)


def cuboid(center: Any, size: Any, rotation: Any = (1, 0, 0, 0)) -> Cuboid:
    return Cuboid(frame="f", center=center, size=size, rotation=rotation)


def test_cuboids_with_nine_degrees_of_freedom_are_qhulls() -> None:
    rng = np.random.default_rng(0)
    touching = 0
    for rotations in zip(Rotation.random(300, rng=rng), Rotation.random(300, rng=rng), strict=True):
        a, b = (
            cuboid(tuple(rng.uniform(-2, 2, 3)), tuple(rng.uniform(0.5, 5, 3)), tuple(r.as_quat(scalar_first=True)))
            for r in rotations
        )
        expected = volume_by_qhull(a, b)
        touching += expected > 0
        found = overlap(a, b)
        assert found is not None
        assert found.shared == pytest.approx(expected, rel=1e-7, abs=1e-9)
    assert touching > 200


def test_cuboids_by_chance() -> None:
    """A million darts: an oracle that shares no idea with clipping."""
    rng = np.random.default_rng(1)
    a = cuboid((0, 0, 0), (4, 2, 1.5), (0.9238795325112867, 0, 0, 0.3826834323650898))
    b = cuboid(
        (0.5, 0.3, 0.2), (3, 3, 1), tuple(Rotation.from_euler("xyz", (0.3, -0.2, 0.8)).as_quat(scalar_first=True))
    )
    darts = (rng.random((1_000_000, 3)) - 0.5) * a.size @ matrix_of(a.rotation).T
    inside = (np.abs((darts - b.center) @ matrix_of(b.rotation)) <= np.array(b.size) / 2).all(axis=1).mean()
    assert overlap(a, b).shared == pytest.approx(inside * 12, rel=5e-3)  # type: ignore[union-attr]


@pytest.mark.parametrize("scale", [1e-3, 1.0, 1e4])
@pytest.mark.parametrize("shift", [0.0, 5e6])
def test_cuboids_that_share_faces_edges_corners(scale: float, shift: float) -> None:
    at = np.array([shift, shift, 0.0])
    unit = cuboid(tuple(at), (scale,) * 3)
    for away, share in [
        ((0, 0, 0), 1.0),
        ((0.5, 0, 0), 0.5),
        ((0.5, 0.5, 0.5), 0.125),
        ((1, 0, 0), 0.0),
        ((1, 1, 0), 0.0),
        ((1, 1, 1), 0.0),
        ((2, 0, 0), 0.0),
    ]:
        other = cuboid(tuple(at + np.array(away) * scale), (scale,) * 3)
        tolerance = 1e-9 + 1e-9 * shift / scale
        assert overlap(unit, other).shared / scale**3 == pytest.approx(share, abs=tolerance)  # type: ignore[union-attr]
    # turned by an eighth about the shared axis: a regular octagon
    turned = cuboid(tuple(at), (scale,) * 3, quaternion_of_yaw(math.pi / 4))
    octagon = 2 * (math.sqrt(2) - 1)
    assert overlap(unit, turned).shared / scale**3 == pytest.approx(octagon, rel=1e-12)  # type: ignore[union-attr]
    # the same body under another name (turned by quarters), and turned by next to nothing
    for yaw in (math.pi / 2, math.pi, 1e-15, 1e-9):
        same = cuboid(tuple(at), (scale,) * 3, quaternion_of_yaw(yaw))
        assert iou(unit, same) == pytest.approx(1, abs=1e-8)


def test_cuboids_without_volume_share_none() -> None:
    flat = cuboid((0, 0, 0), (2, 2, 0))
    assert overlap(flat, cuboid((0, 0, 0), (1, 1, 1))).shared == 0.0  # type: ignore[union-attr]
    assert iou(flat, flat) == 0.0


@given(given_by.cuboids(extent=((0, 0), (20, 20))), given_by.cuboids(extent=((0, 0), (20, 20))))
def test_one_inside_the_other(a: Cuboid, b: Cuboid) -> None:
    small = a.model_copy(update={"size": tuple(s / 100 for s in a.size)})
    found = overlap(small, a)
    assert found is not None
    assert found.share_of_a == pytest.approx(1)
    two = overlap(a, b)
    assert two is not None
    assert two.shared <= min(two.size_a, two.size_b) * (1 + 1e-9)
