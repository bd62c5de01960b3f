"""Label tiles, held against mapbox_vector_tile (decoding) and shapely (clipping)."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from itertools import pairwise
from typing import Any

import mapbox_vector_tile
import numpy as np
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo3d.geometry import MapFrame
from geo3d.geometry.array import Array
from geo3d.labels import AnnotationColumns, ChangeSet, LabelClass, Ontology, Provenance, Put, Scene, new_id
from geo3d.store import PROJECT, Bounds, Store, TileLabels, open_store
from geo3d.store.wkb import anchors_of
from geo3d_server.vectortile import encode_tile

SQUARE: Bounds = (0.0, 0.0, 4096.0, 4096.0)
"""A tile whose grid is the frame."""


def labels_of(shapes: Sequence[shapely.Geometry], **columns: Any) -> TileLabels:
    wkbs = tuple(shapely.to_wkb(shape, byte_order=1, output_dimension=2) for shape in shapes)
    n = len(wkbs)
    given_ = {
        "frame": "f",
        "fids": np.arange(1, n + 1),
        "codes": np.full(n, 7, dtype=np.int32),
        "states": np.zeros(n, dtype=np.int8),
        "geometries": wkbs,
        "anchors": anchors_of(wkbs),
        "is_anchor": np.ones(n, dtype=bool),
        "cells": np.empty((0, 2)),
        "cell_codes": np.empty(0, dtype=np.int32),
        "cell_counts": np.empty(0, dtype=np.int64),
    }
    return TileLabels(**(given_ | columns))


def decoded(tile: bytes) -> dict[str, list[dict[str, Any]]]:
    layers = mapbox_vector_tile.decode(tile, default_options={"y_coord_down": True}) if tile else {}
    return {name: layer["features"] for name, layer in layers.items()}


def drawn(tile: bytes) -> list[shapely.Geometry]:
    return [shapely.geometry.shape(feature["geometry"]) for feature in decoded(tile).get("labels", [])]


def sum_of(tile: bytes) -> int:
    return sum(feature["properties"]["n"] for layer in decoded(tile).values() for feature in layer)


def test_attributes_and_ids() -> None:
    shapes = [shapely.box(0, 0, 10, 10), shapely.Point(5, 5), shapely.LineString([(0, 0), (9, 9)])]
    labels = labels_of(
        shapes,
        fids=np.array([1, 300, 2**40]),
        codes=np.array([1, 65535, 200], dtype=np.int32),
        states=np.array([0, 2, 3], dtype=np.int8),
    )
    features = decoded(encode_tile(labels, None, SQUARE, is_y_down=True))["labels"]
    assert [f["id"] for f in features] == [1, 300, 2**40]
    assert [f["properties"] for f in features] == [
        {"code": 1, "state": "draft", "n": 1},
        {"code": 65535, "state": "accepted", "n": 1},
        {"code": 200, "state": "rejected", "n": 1},
    ]
    assert [f["geometry"]["type"] for f in features] == ["Polygon", "Point", "LineString"]


def test_y_points_up_in_maps_and_down_in_pictures() -> None:
    labels = labels_of([shapely.Point(1024, 1024)])
    assert drawn(encode_tile(labels, None, SQUARE))[0] == shapely.Point(1024, 3072)
    assert drawn(encode_tile(labels, None, SQUARE, is_y_down=True))[0] == shapely.Point(1024, 1024)


SHAPES = [
    shapely.Polygon([(10, 10), (200, 10), (200, 200), (10, 200)], [[(50, 50), (50, 90), (90, 90), (90, 50)]]),
    shapely.Polygon([(10, 10), (10, 200), (200, 200), (200, 10)], [[(50, 50), (90, 50), (90, 90), (50, 90)]]),
    shapely.MultiPolygon(
        [shapely.box(0, 0, 5, 5), shapely.box(20, 20, 40, 45).difference(shapely.box(25, 25, 30, 30))]
    ),
    shapely.LineString([(1, 2), (300, 40), (12, 77)]),
    shapely.MultiLineString([[(1, 2), (300, 40)], [(5, 5), (6, 9), (100, 100)]]),
    shapely.Point(77, 78),
    shapely.MultiPoint([(i * 3, i * 7) for i in range(100)]),
]


@pytest.mark.parametrize("shape", SHAPES, ids=lambda shape: str(shape.geom_type))
def test_what_lies_inside_stays_as_it_is(shape: shapely.Geometry) -> None:
    """Holes come back as holes: the decoder tells them by their winding."""
    found = drawn(encode_tile(labels_of([shape]), None, SQUARE, is_y_down=True))[0]
    assert found.geom_type == shape.geom_type
    assert found.normalize().equals(shape.normalize())
    assert shapely.is_valid(found)
    assert len(shapely.get_parts(found)) == len(shapely.get_parts(shape))


def test_exteriors_turn_clockwise_on_screen() -> None:
    for shape in SHAPES[:3]:
        features = decoded(encode_tile(labels_of([shape]), None, SQUARE, is_y_down=True))["labels"]
        coordinates = features[0]["geometry"]["coordinates"]
        for polygon in [coordinates] if features[0]["geometry"]["type"] == "Polygon" else coordinates:
            exterior, *holes = (shapely.LinearRing(ring).is_ccw for ring in polygon)
            assert exterior, "counter-clockwise with y up is clockwise with y down: area > 0 by the surveyor's formula"
            assert not any(holes)


@given(st.integers(0, 2**32 - 1), st.sampled_from(["star", "holed", "line"]))
def test_clipping_is_shapelys(seed: int, kind: str) -> None:
    rng = np.random.default_rng(seed)
    center = rng.uniform(-300, 4400, 2)
    angles = np.sort(rng.uniform(0, 2 * np.pi, 24))
    ring = center + rng.uniform(50, 3000, (24, 1)) * np.column_stack([np.cos(angles), np.sin(angles)])
    shape = shapely.LineString(ring) if kind == "line" else shapely.Polygon(ring)
    if kind == "holed":
        shape = shapely.Polygon(ring, [center + 0.3 * (ring - center)]).buffer(0)
    if not shape.is_valid or shape.is_empty:
        return
    expected = shape.intersection(shapely.box(-64, -64, 4160, 4160))
    found = drawn(encode_tile(labels_of([shape]), None, SQUARE, is_y_down=True))
    if kind == "line":
        length = sum(s.length for s in found)
        assert abs(length - expected.length) <= 4.0 + 0.1 * expected.length
        return
    # clipping joins what lies apart along the tile's (invisible) rim, so the oracle is: which points are inside?
    points = shapely.points(rng.uniform(-64, 4160, (500, 2)))
    points = points[shapely.distance(shape.boundary, points) > 1.0]
    rings = [r for s in found for p in shapely.get_parts(s) for r in (p.exterior, *p.interiors)]
    n_around = np.sum(
        [shapely.contains(shapely.make_valid(shapely.Polygon(r)), points) for r in rings], axis=0, initial=0
    )
    assert np.array_equal(n_around % 2 == 1, shapely.contains(shape, points))
    assert all(-64 <= number <= 4160 for r in rings for number in r.bounds)


def test_a_polygon_around_the_tile_fills_it() -> None:
    found = drawn(encode_tile(labels_of([shapely.box(-1e7, -1e7, 1e7, 1e7)]), None, SQUARE))[0]
    assert found.bounds == (-64, -64, 4160, 4160)
    assert found.area == 4224**2


def test_outside_is_left_out_and_empty_tiles_are_empty() -> None:
    labels = labels_of([shapely.box(9000, 9000, 9100, 9100), shapely.LineString([(-500, 100), (100, -500)])])
    assert encode_tile(labels, None, SQUARE) == b""
    assert encode_tile(labels_of([]), None, SQUARE) == b""


def test_what_collapses_becomes_a_point() -> None:
    """A sliver, a ring of two positions, a tiny line: counted in the tile of the anchor, dropped in the others."""
    two = b"\x01\x03\0\0\0\x01\0\0\0\x03\0\0\0" + np.array([(7.0, 7.0), (9.0, 9.0), (7.0, 7.0)]).tobytes()
    shapes = [
        shapely.Polygon([(10, 10), (100, 10.01), (50, 10.02)]),
        shapely.box(5.1, 5.1, 5.2, 5.2),
        shapely.LineString([(3.1, 3.1), (3.2, 3.2)]),
        shapely.Polygon([(5000, 10), (4000, 10.01), (4500, 10.02)]),
    ]
    wkbs = (*(shapely.to_wkb(s, byte_order=1) for s in shapes), two)
    labels = labels_of([], fids=np.arange(5), codes=np.arange(5, dtype=np.int32), states=np.zeros(5, dtype=np.int8),
                       geometries=wkbs, anchors=anchors_of(wkbs), is_anchor=np.ones(5, dtype=bool))  # fmt: skip
    layers = decoded(encode_tile(labels, None, SQUARE, is_y_down=True))
    assert set(layers) == {"cells"}
    assert sorted((f["properties"]["code"], f["properties"]["n"]) for f in layers["cells"]) == [
        (0, 1),
        (1, 1),
        (2, 1),
        (4, 1),
    ]
    assert layers["cells"][0]["geometry"] == {"type": "Point", "coordinates": [10, 10]}


def test_a_collapsed_exterior_takes_its_holes_along() -> None:
    sliver = [(0, 0), (4000, 0.1), (2000, 0.2)]
    hole = [(100, 100), (200, 100), (200, 200)]
    labels = labels_of([shapely.Polygon(sliver, [hole])])
    assert set(decoded(encode_tile(labels, None, SQUARE, is_y_down=True))) == {"cells"}


def test_cells_are_counted_where_their_centre_is() -> None:
    labels = labels_of(
        [],
        cells=np.array([(0.0, 0.0), (4096.0, 5.0), (5.0, 4096.0), (4095.9, 8.0), (-0.1, 8.0)]),
        cell_codes=np.array([1, 2, 3, 4, 5], dtype=np.int32),
        cell_counts=np.array([10, 20, 30, 1_000_000_000_000, 50]),
    )
    cells = decoded(encode_tile(labels, None, SQUARE))["cells"]
    assert [(f["properties"]["code"], f["properties"]["n"]) for f in cells] == [(1, 10), (4, 1_000_000_000_000)]
    assert [f["geometry"]["coordinates"] for f in cells] == [[0, 4096], [4096, 4088]]
    assert all("id" not in f or not f["id"] for f in cells)


@given(st.floats(0, 6.3), st.sampled_from([0.5, 7.0, 90.0]), st.floats(0.3, 3.0))
def test_a_turned_grid_counts_every_label_once(
    crowded: tuple[Store, int], turn: float, resolution: float, scale: float
) -> None:
    """The store cuts in the labels' frame, the encoder counts in the grid's: together each label is in one tile."""
    store, total = crowded
    rotation = scale * np.array([(np.cos(turn), np.sin(turn)), (-np.sin(turn), np.cos(turn))])
    middle = np.array([500.0, 500.0])

    def project(positions: Array) -> Array:
        return np.asarray((positions - middle) @ rotation)

    side = 256 * resolution * scale
    reach = 900 * scale
    edges = np.arange(-reach // side, reach // side + 2) * side
    found = 0
    for (x0, x1), (y0, y1) in itertools.product(pairwise(edges.tolist()), repeat=2):
        corners = np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)]) @ np.linalg.inv(rotation) + middle
        low, high = corners.min(axis=0) - 1e-6, corners.max(axis=0) + 1e-6
        labels = store.tile("s", "f", (low[0], low[1], high[0], high[1]), resolution)
        found += sum_of(encode_tile(labels, project, (x0, y0, x1, y1)))
    assert found == total


@pytest.fixture(scope="module")
def crowded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Store, int]]:
    """A store with 3000 labels, which is enough for cells, and their number."""
    store = open_store(tmp_path_factory.mktemp("workspace"), create=True)
    project = store.project()
    ontology = Ontology(version=1, classes=(LabelClass(slug="a", code=1, title="A"),))
    put = Put(document=project.model_copy(update={"ontology": ontology}), base=project.revision)
    store.apply(PROJECT, ChangeSet(client_id=new_id(), actor="a", changes=(put,)))
    scene = Put(document=Scene(id="s", title="S", frames=(MapFrame(id="f", crs="EPSG:32617"),)))
    store.apply("s", ChangeSet(client_id=new_id(), actor="a", changes=(scene,)))
    rng = np.random.default_rng(2)
    n = 3000
    low = rng.uniform(0, 1000, (n, 2))
    shapes = shapely.box(*low.T, *(low + 10 ** rng.uniform(-1, 2, (n, 2))).T)
    shapes[::3] = shapely.points(low[::3])
    columns = AnnotationColumns(
        frame="f", geometries=shapes, labels=["a"] * n, attributes=[{}] * n, provenance=Provenance()
    )
    store.load("s", [columns], None, client_id=new_id(), actor="a", message="")
    yield store, n
    store.close()


def test_positions_without_an_answer_are_left_out() -> None:
    def project(positions: Array) -> Array:
        moved = positions.copy()
        moved[positions[:, 0] > 50] = (np.nan, np.inf)
        return moved

    shapes = [shapely.Polygon([(0, 0), (40, 0), (60, 20), (40, 40), (0, 40)]), shapely.box(100, 100, 200, 200)]
    found = drawn(encode_tile(labels_of(shapes), project, SQUARE, is_y_down=True))
    assert len(found) == 1
    assert found[0].equals(shapely.box(0, 0, 40, 40))


def test_the_frame_may_be_turned_against_the_grid() -> None:
    def project(positions: Array) -> Array:
        return np.column_stack([-positions[:, 1], positions[:, 0]]) + 2000

    found = drawn(encode_tile(labels_of([shapely.box(0, 0, 100, 50)]), project, SQUARE, is_y_down=True))[0]
    assert found.equals(shapely.box(1950, 2000, 2000, 2100))
    features = decoded(encode_tile(labels_of([shapely.box(0, 0, 100, 50)]), project, SQUARE, is_y_down=True))["labels"]
    assert shapely.LinearRing(features[0]["geometry"]["coordinates"][0]).is_ccw


@given(st.integers(0, 2**32 - 1), st.integers(1, 5), st.booleans())
def test_counts_over_all_tiles_are_the_total(seed: int, n_tiles: int, is_y_down: bool) -> None:
    """Whatever is drawn, clipped, collapsed or counted: each annotation is counted in one tile."""
    rng = np.random.default_rng(seed)
    n = 30
    corners = rng.integers(-20, 1020, (n, 2)) * rng.choice([0.1, 1.0], (n, 1))
    sizes = rng.choice([0.0, 1e-6, 0.4, 3.0, 500.0], (n, 2))
    shapes = [
        shapely.Point(c) if not s.any() else shapely.box(*c, *(c + s)) if s.all() else shapely.LineString([c, c + s])
        for c, s in zip(corners, sizes, strict=True)
    ]
    cells = rng.uniform(-20, 1020, (40, 2))
    counts = rng.integers(1, 1000, 40)
    labels = labels_of(shapes, cells=cells, cell_codes=rng.integers(1, 9, 40).astype(np.int32), cell_counts=counts)
    edges = np.linspace(-128.0, 1664.0, n_tiles + 1)
    total = sum(
        sum_of(encode_tile(labels, None, (x0, y0, x1, y1), is_y_down=is_y_down))
        for x0, x1 in pairwise(edges)
        for y0, y1 in pairwise(edges)
    )
    assert total == n + counts.sum()
