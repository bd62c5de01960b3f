"""Selections, held against GDAL's rasterisation and against distances computed pixel by pixel."""

from __future__ import annotations

import itertools
from typing import Any

import numpy as np
import pytest
import rasterio.features
import shapely
from hypothesis import given
from hypothesis import strategies as st
from pydantic import TypeAdapter

from geo3d.errors import ValidationFailed
from geo3d.geometry import Mask
from geo3d.labels import CHUNK_SIDE, Layer
from geo3d.labels.runs import runs_between, runs_of
from geo3d.labels.selection import (
    BrushSelection,
    ChunkMask,
    PolygonSelection,
    RectangleSelection,
    RegionSelection,
    Selection,
)

SIZE = (700, 600)
LAYER = Layer(id="l", scene="s", asset="a", frame="f", size=SIZE)


def whole(masks: Any, size: tuple[int, int] = SIZE) -> np.ndarray[Any, Any]:
    """Put chunk masks together to one raster, checking that each chunk comes once and holds something."""
    columns, rows = (-(-side // CHUNK_SIDE) for side in size)
    canvas = np.zeros((rows * CHUNK_SIDE, columns * CHUNK_SIDE), dtype=bool)
    seen = set()
    for mask in masks:
        assert isinstance(mask, ChunkMask)
        assert mask.pixels.any()
        assert mask.key not in seen
        seen.add(mask.key)
        x, y = mask.column * CHUNK_SIDE, mask.row * CHUNK_SIDE
        canvas[y : y + CHUNK_SIDE, x : x + CHUNK_SIDE] = mask.pixels
    assert not canvas[size[1] :].any(), "nothing is selected below the raster"
    assert not canvas[:, size[0] :].any(), "nothing is selected beside the raster"
    return canvas[: size[1], : size[0]]


def burnt(shape: shapely.Geometry, size: tuple[int, int] = SIZE) -> np.ndarray[Any, Any]:
    """Return GDAL's answer."""
    return rasterio.features.rasterize([shape], out_shape=(size[1], size[0])).astype(bool)


@given(st.integers(0, 2**32 - 1), st.booleans())
def test_polygons_are_gdals(seed: int, has_hole: bool) -> None:
    rng = np.random.default_rng(seed)
    n = int(rng.integers(3, 40))
    angles = np.sort(rng.uniform(0, 2 * np.pi, n))
    center = rng.uniform(-100, 800, 2)
    ring = center + rng.uniform(1, 500, (n, 1)) * np.column_stack([np.cos(angles), np.sin(angles)])
    rings = [ring, center + 0.4 * (ring - center)] if has_hole else [ring]
    selection = PolygonSelection(rings=tuple(tuple(map(tuple, r.tolist())) for r in rings))
    assert np.array_equal(whole(selection.masks(SIZE)), burnt(shapely.Polygon(rings[0], rings[1:])))


@given(st.lists(st.tuples(st.integers(-50, 750), st.integers(-50, 650)), min_size=3, max_size=9, unique=True))
def test_whole_numbers_and_crossing_edges(corners: list[tuple[int, int]]) -> None:
    """Vertices on pixel corners, bow ties included: GDAL fills by the even-odd rule too."""
    assert np.array_equal(whole(PolygonSelection(rings=(tuple(corners),)).masks(SIZE)), burnt(shapely.Polygon(corners)))


@given(st.floats(-50, 650), st.floats(-50, 550), st.floats(0, 300), st.floats(0, 300))
def test_rectangles_that_touch_share_no_pixel(x: float, y: float, width: float, height: float) -> None:
    xs, ys = (x, x + width / 3, x + width), (y, y + height / 7, y + height)
    parts = [
        whole(RectangleSelection(bounds=(x0, y0, x1, y1)).masks(SIZE)).astype(int)
        for (x0, x1), (y0, y1) in itertools.product(itertools.pairwise(xs), itertools.pairwise(ys))
    ]
    outer = whole(RectangleSelection(bounds=(xs[0], ys[0], xs[-1], ys[-1])).masks(SIZE))
    assert np.array_equal(sum(parts), outer.astype(int))


@given(st.integers(0, 2**32 - 1), st.integers(1, 6), st.sampled_from([0.3, 2.0, 17.5, 200.0]))
def test_brushes_are_distances(seed: int, n: int, radius: float) -> None:
    path = np.random.default_rng(seed).uniform(-100, 800, (n, 2))
    stroke = shapely.Point(path[0]) if n == 1 else shapely.LineString(path)
    selected = whole(BrushSelection(path=tuple(map(tuple, path.tolist())), radius=radius).masks(SIZE))
    rng = np.random.default_rng(seed + 1)
    near = path[rng.integers(n, size=1000)] + rng.normal(0, 2 * radius, (1000, 2))
    columns, rows = np.vstack([near, rng.uniform(0, SIZE, (1000, 2))]).clip(0, np.array(SIZE) - 1).astype(int).T
    distances = shapely.distance(stroke, shapely.points(columns + 0.5, rows + 0.5))
    found = selected[rows, columns]
    clear = np.abs(distances - radius) > 1e-9
    assert np.array_equal(found[clear], (distances <= radius)[clear])


def test_a_brush_that_stands_still_is_a_dab() -> None:
    dab = BrushSelection(path=((5.5, 5.5),), radius=1.0)
    still = BrushSelection(path=((5.5, 5.5), (5.5, 5.5)), radius=1.0)
    assert whole(dab.masks(SIZE)).sum() == 5, "a centre at this very distance is selected"
    assert np.array_equal(whole(dab.masks(SIZE)), whole(still.masks(SIZE)))


@given(st.integers(0, 2**32 - 1), st.integers(1, 4), st.integers(1, 400))
def test_square_tips_sweep_a_square(seed: int, n: int, diameter: int) -> None:
    """Against GEOS: the sum of a segment and a square is the hull of the square at both ends."""
    rng = np.random.default_rng(seed)
    snap = 0.5 if diameter % 2 else 0.0
    path = rng.integers(-60, 760, (n, 2)) + snap
    r = diameter / 2
    selected = whole(BrushSelection(path=tuple(map(tuple, path.tolist())), radius=r, tip="square").masks(SIZE))
    x, y = np.meshgrid(np.arange(SIZE[0]) + 0.5, np.arange(SIZE[1]) + 0.5)
    inside = np.zeros(selected.shape, dtype=bool)
    near = np.zeros(selected.shape, dtype=bool)
    for (x0, y0), (x1, y1) in itertools.pairwise(path) if n > 1 else [(path[0], path[0])]:
        hull = (
            shapely.box(x0 - r, y0 - r, x0 + r, y0 + r).union(shapely.box(x1 - r, y1 - r, x1 + r, y1 + r)).convex_hull
        )
        inside |= shapely.contains_xy(hull.buffer(-1e-6), x, y)
        near |= shapely.contains_xy(hull.buffer(1e-6), x, y)
    assert not (inside & ~selected).any()
    assert not (selected & ~near).any()


@given(st.integers(0, 2**32 - 1), st.integers(1, 9))
def test_regions_are_their_cells(seed: int, scale: int) -> None:
    rng = np.random.default_rng(seed)
    width, height = rng.integers(1, 90, 2).tolist()
    left, top = rng.integers(0, 600, 2).tolist()
    cells = rng.random((height, width)) < rng.uniform(0, 1)
    mask = Mask.encode("f", cells)
    region = RegionSelection(offset=(left, top), size=(width, height), scale=scale, counts=mask.counts)
    expected = np.zeros((SIZE[1] + 1000, SIZE[0] + 1000), dtype=bool)
    block = np.kron(cells, np.ones((scale, scale), dtype=bool))
    expected[top : top + block.shape[0], left : left + block.shape[1]] = block
    assert np.array_equal(whole(region.masks(SIZE)), expected[: SIZE[1], : SIZE[0]])


@pytest.mark.parametrize("selection", [
    PolygonSelection(rings=(((-9, -9), (-5, -9), (-5, -5)),)),
    PolygonSelection(rings=(((9000, 10), (9100, 10), (9100, 20)),)),
    PolygonSelection(rings=(((10, 9000), (20, 9000), (20, 9100)),)),
    PolygonSelection(rings=(((5, 5), (5, 5), (5, 5)),)),
    RectangleSelection(bounds=(3, 3, 3, 9)),
    BrushSelection(path=((-50, -50), (-40, -40)), radius=5),
    BrushSelection(path=((1e7, 1e7),), radius=5),
    BrushSelection(path=((5.0, 5.0),), radius=0.1),
])  # fmt: skip
def test_what_selects_nothing_has_no_mask(selection: PolygonSelection) -> None:
    assert list(selection.masks(SIZE)) == []


def test_huge_numbers_do_no_harm() -> None:
    around = PolygonSelection(rings=(((-1e12, -1e12), (1e12, -1e12), (1e12, 1e12), (-1e12, 1e12)),))
    assert whole(around.masks(SIZE)).all()


def test_a_huge_polygon_is_resolved_chunk_by_chunk() -> None:
    """10,000 x 10,000 pixels: the sum of what is selected is the area, to half a pixel along the edges."""
    size = (10_000, 10_000)
    ring = ((17.3, 4.2), (9990.8, 310.5), (8123.4, 9876.5), (3000.2, 6000.9), (50.5, 9000.1))
    count, largest = 0, 0
    for mask in PolygonSelection(rings=(ring,)).masks(size):
        count += int(mask.pixels.sum())
        largest = max(largest, mask.pixels.nbytes)
    polygon = shapely.Polygon(ring)
    assert abs(count - polygon.area) < 0.01 * polygon.length
    assert largest == CHUNK_SIDE**2


def entries(fill: int = 0, **runs: tuple[int, int, int]) -> np.ndarray[Any, Any]:
    made = np.full(CHUNK_SIDE**2, fill, dtype=np.uint16)
    for start, end, value in runs.values():
        made[start:end] = value
    return made


def test_runs_paint_what_is_selected_and_allowed() -> None:
    before = {"0/0": entries(a=(0, 100, 1), b=(100, 200, 2)), "1/0": entries(fill=3)}
    top = RectangleSelection(bounds=(0, 0, 700, 1))

    def runs(value: int, **options: Any) -> dict[str, list[tuple[int, int, int, int]]]:
        made = runs_of(top, LAYER, lambda keys: [(k, before[k]) for k in keys if k in before], value, **options)
        return {c.chunk: [(r.start, r.length, r.old, r.new) for r in c.runs] for c in made}

    assert runs(7) == {
        "0/0": [(0, 100, 1, 7), (100, 100, 2, 7), (200, 56, 0, 7)],
        "1/0": [(0, 256, 3, 7)],
        "2/0": [(0, 188, 0, 7)],
    }
    assert runs(7, only={0}) == {"0/0": [(200, 56, 0, 7)], "2/0": [(0, 188, 0, 7)]}
    assert runs(7, only=(1, 3)) == {"0/0": [(0, 100, 1, 7)], "1/0": [(0, 256, 3, 7)]}
    assert runs(7, locked=(3, 2)) == {"0/0": [(0, 100, 1, 7), (200, 56, 0, 7)], "2/0": [(0, 188, 0, 7)]}
    assert runs(3, only=(2, 3), locked=(3,)) == {"0/0": [(100, 100, 2, 3)]}
    assert runs(0) == {"0/0": [(0, 100, 1, 0), (100, 100, 2, 0)], "1/0": [(0, 256, 3, 0)]}


@given(st.integers(0, 2**32 - 1))
def test_runs_lead_to_what_a_mask_paints(seed: int) -> None:
    rng = np.random.default_rng(seed)
    before = rng.integers(0, 3, 200).repeat(rng.integers(1, 4, 200)).astype(np.uint16)
    after = np.where(rng.random(len(before)) < 0.3, before.dtype.type(2), before)
    canvas = before.copy()
    end = 0
    for start, length, old, new in runs_between(before, after).tolist():
        assert start >= end
        assert (canvas[start : start + length] == old).all()
        canvas[start : start + length] = new
        end = start + length
    assert np.array_equal(canvas, after)


def test_what_cannot_be_painted_is_refused() -> None:
    points = Layer(id="l", scene="s", asset="a", frame="f")
    for layer, value in ((points, 1), (LAYER, 65536), (LAYER, -1)):
        with pytest.raises(ValidationFailed):
            list(runs_of(RectangleSelection(bounds=(0, 0, 9, 9)), layer, lambda keys: [], value))


def test_a_selection_is_a_value() -> None:
    adapter: TypeAdapter[Any] = TypeAdapter(Selection)
    for selection in (
        BrushSelection(path=((1, 2), (3, 4)), radius=2.5),
        BrushSelection(path=((1, 2),), radius=2, tip="square"),
        RegionSelection(offset=(3, 4), size=(2, 2), scale=8, counts=(1, 2, 1)),
        RectangleSelection(bounds=(0, 0, 9, 9)),
        PolygonSelection(rings=(((0, 0), (1, 0), (1, 1)),)),
    ):
        assert adapter.validate_json(adapter.dump_json(selection)) == selection
