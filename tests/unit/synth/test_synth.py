"""The simulated country: the same each time, seamless, and labelled where it was drawn."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
import rasterio
import rasterio.features
import shapely
from shapely.affinity import translate

from geo3d.labels import check_annotation
from geo3d.synth.demo import CRS, ORIGIN, orthophoto, terrain
from geo3d.synth.render import render
from geo3d.synth.truth import ONTOLOGY, truth
from geo3d.synth.world import World, make_world


@pytest.fixture(scope="module")
def world() -> World:
    return make_world(side=300.0, seed=3)


def test_same_seed_same_world_and_same_pixels(world: World) -> None:
    again = make_world(side=300.0, seed=3)
    assert [b.footprint.wkb for b in again.buildings] == [b.footprint.wkb for b in world.buildings]
    assert np.array_equal(render(again, 0.5, 0, 0, 64, 64), render(world, 0.5, 0, 0, 64, 64))


def test_blocks_fit_together(world: World) -> None:
    """Two blocks differ from one only by the sensor's grain: no seam."""
    whole = render(world, 0.5, 128, 128, 256, 128).astype(float)
    halves = np.concatenate([render(world, 0.5, c, 128, 128, 128) for c in (128, 256)], axis=2).astype(float)
    near_seam = np.abs(whole - halves)[:, :, 124:132].mean()
    elsewhere = np.abs(whole - halves).mean()
    assert near_seam < 2 * elsewhere + 1


def test_labels_are_valid_and_fit_the_ontology(world: World) -> None:
    labels = list(truth(world, "scene", "map", ORIGIN, west_of=world.side))
    assert {a.label for a in labels} >= {"building", "road", "tree", "power-line"}
    assert not [p for a in labels if a.geometry for p in a.geometry.problems()]
    assert not [p for a in labels for p in check_annotation(a, ONTOLOGY)]
    assert len({a.id for a in labels}) == len(labels)


def test_half_is_left_for_the_visitor(world: World) -> None:
    for a in truth(world, "scene", "map", ORIGIN, west_of=150.0):
        assert a.geometry is not None
        west, east = a.geometry.bounds()[0], a.geometry.bounds()[2]
        assert (west + east) / 2 - ORIGIN[0] <= 150.5


def test_roofs_lie_under_their_labels(world: World) -> None:
    """The picture's edges are strongest on the labelled outlines, not a metre beside them."""
    gsd = 0.25
    n = round(world.side / gsd)
    red = render(world, gsd, 0, 0, n, n)[0].astype(float)
    edges = np.hypot(*np.gradient(red))
    to_pixel = rasterio.Affine(gsd, 0, 0, 0, -gsd, world.side)

    def strength(dx: float, dy: float) -> float:
        rings = [translate(b.footprint.exterior, dx, dy) for b in world.buildings]
        on = rasterio.features.rasterize(rings, (n, n), transform=to_pixel).astype(bool)
        return float(edges[on].mean())

    here = strength(0, 0)
    assert all(here > 1.3 * strength(dx, dy) for dx, dy in ((1.5, 0), (-1.5, 0), (0, 1.5), (0, -1.5)))


def test_files_are_georeferenced(world: World, tmp_path: Path) -> None:
    seen: list[float] = []
    orthophoto(tmp_path / "o.tif", world, seen.append, gsd=0.5, n_processes=1)
    terrain(tmp_path / "t.tif", world)
    with rasterio.open(tmp_path / "o.tif") as o, rasterio.open(tmp_path / "t.tif") as t:
        assert o.count == 4
        assert o.dtypes == ("uint16",) * 4
        assert o.crs.to_string() == t.crs.to_string() == CRS
        assert o.bounds == t.bounds
        assert o.bounds.left == ORIGIN[0]
        assert o.overviews(1)
        assert 300 < t.read(1).mean() < 500
    assert seen == sorted(seen)
    assert seen[-1] == 1.0
    assert not list(tmp_path.glob("*.part"))


def test_roads_do_not_cross_houses(world: World) -> None:
    paved = shapely.union_all([shapely.LineString(r.line).buffer(r.width / 2) for r in world.roads])
    assert not [b for b in world.buildings if b.footprint.intersects(paved)]
