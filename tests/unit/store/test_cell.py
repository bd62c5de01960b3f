"""Cells: levels, and counts that add up."""

from __future__ import annotations

import math

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo3d.store.cell import (
    Levels,
    cell_of,
    cells_of,
    centers_of,
    choose_levels,
    counted_cells,
    level_of_resolution,
    size_levels,
)
from geo3d.store.facet import POINT_LEVEL, level_of

SIZES = st.floats(0, 1e12, allow_nan=False)


@given(SIZES)
def test_the_size_level_is_the_exact_logarithm(size: float) -> None:
    level = level_of(size)
    assert size_levels(np.array([size]), POINT_LEVEL)[0] == level
    if size > 0:
        assert math.ldexp(1.0, level) <= size < math.ldexp(1.0, level + 1)
    else:
        assert level == POINT_LEVEL


@given(st.floats(1e-9, 1e9))
def test_the_level_of_a_resolution_makes_cells_of_16_to_32_pixels(resolution: float) -> None:
    side = math.ldexp(1.0, level_of_resolution(resolution))
    assert 32 * resolution <= side < 64 * resolution


@given(SIZES, st.integers(-20, 40))
def test_small_means_under_a_quarter_of_a_cell(size: float, level: int) -> None:
    levels = Levels(floor=-20, top=40)
    assert (level in levels.counted(level_of(size))) == (size < math.ldexp(1.0, level - 3))


@given(st.floats(-1e9, 1e9), st.floats(-1e9, 1e9), st.integers(-10, 30))
def test_a_cell_holds_its_positions_half_open(x: float, y: float, level: int) -> None:
    cx, cy = cell_of(x, y, level)
    side = math.ldexp(1.0, level)
    assert cx * side <= x < (cx + 1) * side
    assert cells_of(np.array([(x, y)]), level).tolist() == [[cx, cy]]
    assert centers_of(np.array([[cx, cy]]), level).tolist() == [[(cx + 0.5) * side, (cy + 0.5) * side]]


@given(st.integers(0, 2**32 - 1), st.integers(-4, 4), st.integers(0, 12))
def test_counts_made_at_once_are_those_made_one_by_one(seed: int, floor: int, height: int) -> None:
    rng = np.random.default_rng(seed)
    n = 60
    anchors = rng.normal(0, 50, (n, 2))
    sizes = size_levels(rng.choice([0.0, 0.1, 1.0, 30.0], n), POINT_LEVEL)
    codes = rng.integers(1, 4, n)
    levels = Levels(floor, floor + height)
    expected: dict[tuple[int, int, int, int], int] = {}
    for anchor, size, code in zip(anchors.tolist(), sizes.tolist(), codes.tolist(), strict=True):
        for level in levels.counted(size):
            key = (level, *cell_of(*anchor, level), code)
            expected[key] = expected.get(key, 0) + 1
    found = {
        (level, cx, cy, code): count
        for level, rows in counted_cells(anchors, sizes, codes, levels)
        for cx, cy, code, count in rows.tolist()
    }
    assert found == expected


def test_few_annotations_need_no_cells() -> None:
    assert choose_levels(np.zeros((1999, 2))) is None
    assert choose_levels(np.zeros((2000, 2))) is not None


@pytest.mark.parametrize("origin", [0.0, 5e6, -1e15])
@pytest.mark.parametrize("extent", [1e-6, 1.0, 4e7])
def test_levels_fit_the_crowd(origin: float, extent: float) -> None:
    """At the floor the average annotation shares its cell with a few others; at the top there is a handful of cells."""
    anchors = origin + np.random.default_rng(0).uniform(0, extent, (20_000, 2))
    levels = choose_levels(anchors)
    assert levels is not None
    assert levels.floor <= levels.top
    at_top = cells_of(anchors, levels.top)
    assert len(np.unique(at_top, axis=0)) <= 9
    if extent > 1.0:
        _, counts = np.unique(cells_of(anchors, levels.floor), axis=0, return_counts=True)
        assert 2 <= (counts**2).sum() / len(anchors) <= 16


def test_the_shown_level_is_clamped_to_the_top_and_none_below_the_floor() -> None:
    levels = Levels(floor=2, top=6)
    assert [levels.shown(2.0**k) for k in (-4, -3, -1, 1, 2, 8)] == [None, 2, 4, 6, 6, 6]
