"""What holds for every kind of geometry."""

from __future__ import annotations

from typing import Any, get_args

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter, ValidationError

from geo3d.errors import GeometryError
from geo3d.geometry import Geometry, Shape
from geo3d.geometry.array import Array
from geo3d.geometry.rotation import matrix_of
from geo3d.geometry.transform import parent_from_pixel, pixel_from_parent
from tests.strategies import GEOMETRIES, PICTURE, UTM, Extent, affines, poses

KINDS = sorted(GEOMETRIES)
ANY: TypeAdapter[Any] = TypeAdapter(Geometry)
STUCK = {"mask", "segment"}  # tied to their pixels or their layer
IN_PLANE = {"box", "mask"}


def test_the_family_is_closed_and_whole() -> None:
    members = get_args(get_args(Geometry)[0])
    assert {m.model_fields["kind"].default for m in members} == set(KINDS)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("extent", [PICTURE, UTM], ids=["picture", "utm"])
def test_json_round_trip_is_exact(kind: str, extent: Extent) -> None:
    @given(GEOMETRIES[kind](extent=extent))
    def check(shape: Shape) -> None:
        assert ANY.validate_json(shape.model_dump_json()) == shape
        assert ANY.validate_python(shape.model_dump(mode="json")) == shape
        assert type(ANY.validate_json(ANY.dump_json(shape))) is type(shape)

    check()


@pytest.mark.parametrize("kind", KINDS)
def test_a_valid_one_has_no_problems(kind: str) -> None:
    @given(GEOMETRIES[kind]())
    def check(shape: Shape) -> None:
        assert shape.problems() == ()

    check()


@pytest.mark.parametrize("kind", KINDS)
def test_bounds_hold_all_vertices(kind: str) -> None:
    @given(GEOMETRIES[kind]())
    def check(shape: Shape) -> None:
        vertices = shape.vertices()
        assert vertices.dtype == np.float64
        if kind == "segment":
            assert vertices.shape == (0, 2)
            with pytest.raises(GeometryError, match="no bounds"):
                shape.bounds()
            return
        n = vertices.shape[1]
        bounds = np.array(shape.bounds())
        assert bounds.shape == (2 * n,)
        assert (bounds[:n] <= vertices).all()
        assert (vertices <= bounds[n:]).all()
        assert np.isin(bounds, vertices).all()

    check()


@pytest.mark.parametrize("kind", KINDS)
def test_values_are_frozen_strict_and_hashable(kind: str) -> None:
    @given(GEOMETRIES[kind]())
    def check(shape: Shape) -> None:
        with pytest.raises(ValidationError, match="frozen"):
            shape.frame = "other"
        with pytest.raises(ValidationError, match="Extra inputs"):
            ANY.validate_python({**shape.model_dump(), "colour": "red"})
        assert hash(shape) == hash(ANY.validate_python(shape.model_dump()))

    check()


@pytest.mark.parametrize("kind", KINDS)
def test_numbers_must_be_finite(kind: str) -> None:
    @given(GEOMETRIES[kind](), st.sampled_from(["NaN", "Infinity", "-Infinity"]))
    def check(shape: Shape, word: str) -> None:
        if kind in STUCK:
            return  # whole numbers only
        text = shape.model_dump_json()
        number = repr(float(shape.vertices()[0, 0])) if kind not in ("box", "cuboid") else repr(shape.center[0])  # type: ignore[attr-defined]
        damaged = text.replace(number, word, 1)
        if damaged != text:
            with pytest.raises(ValidationError):
                ANY.validate_json(damaged)

    check()


@pytest.mark.parametrize("kind", sorted(set(KINDS) - {"segment"}))
def test_moving_nowhere_changes_nothing_but_the_frame(kind: str) -> None:
    @given(GEOMETRIES[kind]())
    def check(shape: Shape) -> None:
        if kind in STUCK:
            assert shape.moved(lambda positions: positions, shape.frame) == (shape, 0.0)
            return
        moved, loss = shape.moved(lambda positions: positions, "other")
        assert type(moved) is type(shape)
        assert moved.frame == "other"
        scale = 1 + np.abs(shape.vertices()).max()
        assert loss < 1e-9 * scale
        np.testing.assert_allclose(moved.vertices(), shape.vertices(), rtol=0, atol=1e-9 * scale)
        if kind not in ("box", "cuboid", "polyline"):  # shapes of free vertices pass bit by bit
            assert moved == shape.model_copy(update={"frame": "other"})

    check()


@pytest.mark.parametrize("kind", sorted(set(KINDS) - STUCK - {"box", "cuboid"}))
def test_free_vertices_move_to_a_map_and_back(kind: str) -> None:
    @given(GEOMETRIES[kind](), affines())
    def check(shape: Shape, link: Any) -> None:
        on_map, loss = shape.moved(lambda p: parent_from_pixel(link, p), "map")
        back, loss_back = on_map.moved(lambda p: pixel_from_parent(link, p), shape.frame)
        assert loss == loss_back == 0.0
        np.testing.assert_array_equal(on_map.vertices(), parent_from_pixel(link, shape.vertices()))
        np.testing.assert_allclose(back.vertices(), shape.vertices(), rtol=0, atol=1e-5)

    check()


@pytest.mark.parametrize("flip", [-1.0, 1.0], ids=["north-up", "south-up"])
def test_a_box_stays_a_box_under_similarity(flip: float) -> None:
    @given(GEOMETRIES["box"](), st.floats(-3, 3))
    def check(box: Any, angle: float) -> None:
        turn = 0.25 * np.array([(np.cos(angle), -np.sin(angle)), (np.sin(angle), np.cos(angle))]) @ np.diag([1, flip])

        def to_map(positions: Array) -> Array:
            return positions @ turn.T + (5e5, 5e6)

        def to_pixel(positions: Array) -> Array:
            return (positions - (5e5, 5e6)) @ np.linalg.inv(turn).T

        on_map, loss = box.moved(to_map, "map")
        back, _ = on_map.moved(to_pixel, "f")
        assert loss < 1e-6
        sides = [
            np.linalg.norm(np.diff(np.vstack([b.vertices(), b.vertices()[:1]]), axis=0), axis=1) for b in (box, back)
        ]
        np.testing.assert_allclose(sides[0], sides[1], atol=1e-5)
        apart = np.linalg.norm(back.vertices()[:, None] - box.vertices()[None], axis=2)
        assert apart.min(axis=0).max() < 1e-5  # the same corners, in either order
        np.testing.assert_allclose(np.array(on_map.size) * 4, box.size, atol=1e-6)

    check()


@given(GEOMETRIES["cuboid"](), poses(reach=1e3))
def test_a_cuboid_moves_rigidly_and_back(cuboid: Any, pose: Any) -> None:
    rotation, shift = matrix_of(pose.rotation), np.array(pose.translation)
    moved, loss = cuboid.moved(lambda p: p @ rotation.T + shift, "map")
    back, _ = moved.moved(lambda p: (p - shift) @ rotation, "f")
    assert loss < 1e-7
    np.testing.assert_allclose(moved.vertices(), cuboid.vertices() @ rotation.T + shift, atol=1e-7)
    np.testing.assert_allclose(back.vertices(), cuboid.vertices(), atol=1e-7)
    np.testing.assert_allclose(back.size, cuboid.size, atol=1e-7)


INVALID = [
    ({"kind": "polyline", "path": [(1, 1), (1, 1)]}, "too-few-points"),
    ({"kind": "multipolyline", "paths": [[(0, 0), (1, 1)], [(2, 2)]]}, "too-few-points"),
    ({"kind": "polygon", "exterior": [(0, 0), (4, 0)]}, "too-few-points"),
    ({"kind": "polygon", "exterior": [(0, 0), (4, 0), (2, 0)]}, "zero-area"),
    ({"kind": "polygon", "exterior": [(0, 0), (4, 4), (4, 0), (0, 4)]}, "self-intersection"),
    ({"kind": "polygon", "exterior": [(0, 0), (4, 0), (4, 4)], "holes": [[(9, 9), (9, 8), (8, 8)]]}, "hole-outside"),
    (
        {
            "kind": "polygon",
            "exterior": [(0, 0), (9, 0), (9, 9), (0, 9)],
            "holes": [[(1, 1), (8, 1), (8, 8), (1, 8)], [(2, 2), (3, 2), (3, 3)]],
        },
        "nested-holes",
    ),
    (
        {
            "kind": "multipolygon",
            "parts": [{"exterior": [(0, 0), (4, 0), (4, 4), (0, 4)]}, {"exterior": [(2, 2), (6, 2), (6, 6), (2, 6)]}],
        },
        "self-intersection",
    ),
    (
        {
            "kind": "multipolygon",
            "parts": [{"exterior": [(0, 0), (9, 0), (9, 9), (0, 9)]}, {"exterior": [(2, 2), (6, 2), (6, 6), (2, 6)]}],
        },
        "overlapping-parts",
    ),
    ({"kind": "box", "center": (0, 0), "size": (0, 1)}, "zero-area"),
    ({"kind": "keypoints", "points": [{"name": "nose"}]}, "too-few-points"),
    ({"kind": "keypoints", "points": [{"name": "n", "position": (0, 0)}, {"name": "n"}]}, "duplicate-name"),
    ({"kind": "mask", "offset": (0, 0), "size": (2, 2), "counts": [4]}, "zero-area"),
    ({"kind": "cuboid", "center": (0, 0, 0), "size": (1, 0, 1)}, "zero-volume"),
    ({"kind": "segment", "layer": "l", "value": 0}, "invalid-value"),
]


@pytest.mark.parametrize(("document", "reason"), INVALID, ids=[f"{d['kind']}-{r}" for d, r in INVALID])
def test_what_is_invalid_says_so(document: dict[str, Any], reason: str) -> None:
    problems = ANY.validate_python({"frame": "f", **document}).problems()
    assert [p.reason for p in problems] == [reason]
    assert problems[0].message


def test_impossible_documents_are_refused() -> None:
    for document in (
        {"kind": "circle"},
        {"kind": "point", "position": (1,)},
        {"kind": "polygon", "exterior": []},
        {"kind": "polygon", "exterior": [(0, 0), (1, 0), (1, 1)], "holes": [[]]},
        {"kind": "box", "center": (0, 0), "size": (-1, 1)},
        {"kind": "mask", "offset": (0, 0), "size": (2, 2), "counts": [3]},
        {"kind": "mask", "offset": (0, 0), "size": (0, 2), "counts": []},
        {"kind": "cuboid", "center": (0, 0, 0), "size": (1, 1, 1), "rotation": (1, 1, 0, 0)},
        {"kind": "segment", "layer": "l", "value": -1},
    ):
        with pytest.raises(ValidationError):
            ANY.validate_python({"frame": "f", **document})


def test_mixed_positions_have_no_array() -> None:
    mixed = ANY.validate_python({"kind": "polyline", "frame": "f", "path": [(0, 0), (1, 1, 1)]})
    with pytest.raises(GeometryError, match="two numbers, or all three"):
        mixed.vertices()


def test_pixels_and_segments_stay_where_they_are() -> None:
    for kind in sorted(STUCK):
        shape = ANY.validate_python(
            {"kind": "mask", "frame": "f", "offset": (0, 0), "size": (1, 1), "counts": [0, 1]}
            if kind == "mask"
            else {"kind": "segment", "frame": "f", "layer": "l", "value": 3}
        )
        with pytest.raises(GeometryError, match="tied to"):
            shape.moved(lambda p: p, "other")
