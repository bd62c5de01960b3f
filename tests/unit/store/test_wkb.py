"""Geometries as WKB, held against shapely."""

from __future__ import annotations

import numpy as np
import pytest
import shapely

from geo3d.geometry import (
    Box,
    Cuboid,
    Geometry,
    Keypoint,
    Keypoints,
    Mask,
    MultiPolygon,
    MultiPolyline,
    Point,
    Polygon,
    Polyline,
    Rings,
    Segment,
)
from geo3d.store.wkb import anchor_of, anchors_of, wkb_of

RING = ((0.0, 0.0), (4.0, 0.5), (4.0, 4.0))
HOLE = ((1.0, 1.0), (2.0, 1.0), (2.0, 2.0))
PIXELS = np.array([[1, 1, 1, 0], [1, 0, 1, 0], [1, 1, 1, 0], [0, 0, 0, 1]], dtype=bool)
CASES: list[tuple[Geometry, shapely.Geometry]] = [
    (Point(frame="f", position=(1.5, 2.5)), shapely.Point(1.5, 2.5)),
    (Point(frame="f", position=(1.5, 2.5, 3.5)), shapely.Point(1.5, 2.5)),
    (Polyline(frame="f", path=RING), shapely.LineString(RING)),
    (MultiPolyline(frame="f", paths=(RING, HOLE)), shapely.MultiLineString([RING, HOLE])),
    (Polygon(frame="f", exterior=RING, holes=(HOLE,)), shapely.Polygon(RING, [HOLE])),
    (
        MultiPolygon(frame="f", parts=(Rings(exterior=RING), Rings(exterior=HOLE))),
        shapely.MultiPolygon([shapely.Polygon(RING), shapely.Polygon(HOLE)]),
    ),
    (Box(frame="f", center=(5, 6), size=(2, 4)), shapely.box(4, 4, 6, 8)),
    (
        Keypoints(frame="f", points=(Keypoint(name="a", position=(1, 2)), Keypoint(name="b"))),
        shapely.MultiPoint([(1, 2)]),
    ),
    (
        Mask.encode("f", PIXELS, (10, 20)),
        shapely.MultiPolygon([shapely.box(10, 20, 13, 23) - shapely.box(11, 21, 12, 22), shapely.box(13, 23, 14, 24)]),
    ),
    (Cuboid(frame="l", center=(1, 2, 3), size=(4, 2, 9)), shapely.box(-1, 1, 3, 3)),
]


@pytest.mark.parametrize(("geometry", "expected"), CASES, ids=lambda case: getattr(case, "kind", ""))
def test_wkb_is_shapelys(geometry: Geometry, expected: shapely.Geometry) -> None:
    wkb = wkb_of(geometry)
    assert wkb is not None
    found = shapely.from_wkb(wkb)
    assert found.geom_type == expected.geom_type
    assert found.normalize().equals(expected.normalize())
    assert shapely.to_wkb(found, byte_order=1) == wkb
    assert anchor_of(wkb) == tuple(shapely.get_coordinates(found)[0])


def test_anchors_at_once_are_anchors_one_by_one() -> None:
    wkbs = [wkb for geometry, _ in CASES if (wkb := wkb_of(geometry)) is not None]
    assert [tuple(a) for a in anchors_of(wkbs)] == [anchor_of(wkb) for wkb in wkbs]
    assert anchors_of([]).shape == (0, 2)


def test_what_has_no_position_has_no_wkb() -> None:
    assert wkb_of(Segment(frame="f", layer="l", value=1)) is None
    assert wkb_of(Keypoints(frame="f", points=(Keypoint(name="a"),))) is None
    assert wkb_of(Mask.encode("f", np.zeros((2, 2), dtype=bool))) is None


def test_unfinished_drafts_are_packed_too() -> None:
    wkb = wkb_of(Polygon(frame="f", exterior=((3, 4),)))
    assert wkb is not None
    assert anchor_of(wkb) == (3, 4)
