"""Painted pixels to polygons and back."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import pytest
import shapely
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from geo3d.errors import NotFound
from geo3d.geometry import Affine, MapFrame, PixelFrame
from geo3d.labels import Asset, ChangeSet, Layer, Paint, Put, Scene, new_id
from geo3d.labels.selection import PolygonSelection, RegionSelection
from geo3d.store import Query
from geo3d.vectorise import Outlining, vectorise
from geo3d.workspace import Workspace

SIZE = (600, 400)
PLACE = Affine(a=0.3, b=0.0, c=500_000.1, d=0.0, e=-0.3, f=5_300_000.7)


@pytest.fixture(scope="module")
def workspace(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Workspace]:
    with Workspace.create(tmp_path_factory.mktemp("w"), "Survey") as made:
        for title in ("Tree", "Road"):
            made.add_class(title)
        yield made


def opened(workspace: Workspace, size: tuple[int, int] = SIZE) -> Layer:
    """Make a scene with an empty layer."""
    id = new_id()
    frames = (MapFrame(id="map", crs="EPSG:25832"), PixelFrame(id="px", size=size, parent="map", link=PLACE))
    scene = Scene(id=id, title="s", frames=frames, assets=(Asset(id="a", href="a.tif", frame="px"),))
    layer = Layer(id=new_id(), scene=id, asset="a", frame="px", size=size)
    apply(workspace, id, Put(document=scene))
    apply(workspace, id, Put(document=layer))
    return layer


def apply(workspace: Workspace, scene: str, *changes: Any) -> None:
    workspace.store.apply(scene, ChangeSet(client_id=new_id(), actor="ann", changes=changes))


def paint(workspace: Workspace, layer: Layer, entries: npt.NDArray[np.uint16], x: int = 0, y: int = 0) -> None:
    changes = []
    for code in set(np.unique(entries).tolist()) - {0}:
        flat = np.concatenate([[0], (entries == code).ravel().astype(np.int8), [0]])
        counts = np.diff(np.concatenate([[0], np.flatnonzero(np.diff(flat)), [entries.size]]))
        region = RegionSelection(offset=(x, y), size=entries.shape[::-1], counts=tuple(counts.tolist()))
        changes.append(Paint(layer=layer.id, selection=region, value=code))
    apply(workspace, layer.scene, *changes)


def whole(workspace: Workspace, layer: Layer) -> npt.NDArray[np.uint16]:
    out = np.zeros((512, 768), np.uint16)
    for key, entries in workspace.store.chunks(layer):
        x, y = (256 * int(part) for part in key.split("/"))
        out[y : y + 256, x : x + 256] = entries.reshape(256, 256)
    return out[: SIZE[1], : SIZE[0]]


def polygons(workspace: Workspace, scene: str) -> list[dict[str, Any]]:
    return [orjson.loads(found) for found in workspace.store.read(scene, Query())]


def outlined(workspace: Workspace, layer: Layer, **how: Any) -> int:
    wish = Outlining(**{"frame": "px", **how})
    return vectorise(workspace.store, layer, wish, client_id=new_id(), actor="ann").n


@settings(max_examples=15, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.integers(0, 2**32 - 1), st.sampled_from(["px", "map"]))
def test_to_polygons_and_back_is_the_same(workspace: Workspace, seed: int, frame: str) -> None:
    """Holes, corners that touch and chunk borders included."""
    rng = np.random.default_rng(seed)
    layer, again = opened(workspace), None
    coarse = rng.integers(0, 3, (12, 15)).astype(np.uint16)
    painted = np.kron(coarse, np.ones((1, 1), np.uint16)) if seed % 2 else np.kron(coarse, np.ones((9, 7), np.uint16))
    paint(workspace, layer, painted, 200, 200)
    before = whole(workspace, layer)
    n = outlined(workspace, layer, frame=frame)
    shapes = polygons(workspace, layer.scene)
    assert len(shapes) == n
    again = Layer(id=new_id(), scene=layer.scene, asset="a", frame="px", size=SIZE)
    codes = {"tree": 1, "road": 2}
    strokes = []
    for shape in shapes:
        geometry = shape["geometry"]
        rings = [np.array(ring) for ring in (geometry["exterior"], *geometry["holes"])]
        assert shapely.Polygon(rings[0], rings[1:]).is_valid
        if frame == "map":
            rings = [(ring - (PLACE.c, PLACE.f)) / (PLACE.a, PLACE.e) for ring in rings]
        selection = PolygonSelection(rings=tuple(tuple(map(tuple, ring.tolist())) for ring in rings))
        strokes.append(Paint(layer=again.id, selection=selection, value=codes[shape["label"]]))
    apply(workspace, layer.scene, Put(document=again), *strokes)
    assert np.array_equal(whole(workspace, again), before)
    workspace.store.undo(layer.scene, "ann", client_id=new_id())
    workspace.store.undo(layer.scene, "ann", client_id=new_id())
    assert polygons(workspace, layer.scene) == [], "one step takes all polygons back"


def test_borders_stay_shared_and_small_patches_go(workspace: Workspace) -> None:
    layer = opened(workspace)
    y, x = np.mgrid[0:120, 0:200]
    painted = np.where(x < 100 + 8 * np.sin(y / 7), 1, 2).astype(np.uint16)
    paint(workspace, layer, painted, 30, 30)
    paint(workspace, layer, np.full((2, 2), 1, np.uint16), 400, 300)
    assert outlined(workspace, layer, tolerance=2.0, min_pixels=10) == 2
    shapes = [
        shapely.Polygon(shape["geometry"]["exterior"], shape["geometry"]["holes"])
        for shape in polygons(workspace, layer.scene)
    ]
    assert shapely.coverage_is_valid(shapes)
    assert sum(len(shape.exterior.coords) for shape in shapes) < 120


def test_far_patches_of_a_huge_raster_need_no_canvas(workspace: Workspace) -> None:
    layer = opened(workspace, (100_000, 100_000))
    for x, y in ((10, 10), (99_990, 99_990)):
        paint(workspace, layer, np.full((5, 5), 2, np.uint16), x, y)
    assert outlined(workspace, layer) == 2
    assert outlined(workspace, layer, codes=[2]) == 2
    with pytest.raises(NotFound):
        outlined(workspace, layer, codes=[1])
