"""Label tiles over HTTP, held against an independent decoder and an independent projection."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import httpx
import mapbox_vector_tile
import numpy as np
import pyproj
import pytest
from affine import Affine

from geo3d.labels import new_id
from tests.live import LiveServer
from tests.server.conftest import change_set, polygon, put
from tests.server.pictures import TRANSFORM, UTM, write_ortho

HALF = math.pi * 6378137.0


@pytest.fixture
def ortho(ada: httpx.Client, tmp_path: Path) -> tuple[str, str, str, str]:
    """(scene, asset, pixel frame, map frame) of an uploaded orthophoto."""
    scene = ada.post("/api/scenes", json={"title": "Ortho"}).json()["id"]
    path = write_ortho(tmp_path / "ortho.tif")
    with path.open("rb") as opened:
        answer = ada.post(f"/api/scenes/{scene}/assets/upload", files={"file": ("ortho.tif", opened)})
    assert answer.status_code == 201, answer.text
    [asset] = answer.json()["assets"]
    [world] = [frame["id"] for frame in answer.json()["scene"]["frames"] if frame["kind"] == "map"]
    return scene, asset["id"], asset["frame"], world


def draw(client: httpx.Client, scene: str, *documents: dict[str, Any]) -> None:
    answer = client.post(
        f"/api/scenes/{scene}/changes", json=change_set(client, new_id(), *(put(document) for document in documents))
    )
    assert answer.status_code == 200, answer.text


def in_frame(document: dict[str, Any], frame: str) -> dict[str, Any]:
    return {**document, "geometry": {**document["geometry"], "frame": frame}}


def decoded(body: bytes) -> dict[str, Any]:
    return dict(mapbox_vector_tile.decode(body, default_options={"y_coord_down": True})) if body else {}


def tile(client: httpx.Client, scene: str, grid: str, z: int, x: int, y: int) -> dict[str, Any]:
    answer = client.get(f"/api/scenes/{scene}/labels/{grid}/{z}/{x}/{y}.mvt")
    assert answer.status_code == 200, answer.text
    assert answer.headers["content-type"] == "application/vnd.mapbox-vector-tile"
    return decoded(answer.content)


def total(layers: dict[str, Any]) -> int:
    return sum(feature["properties"]["n"] for layer in layers.values() for feature in layer["features"])


def test_native_tiles_show_pixels_where_they_are(ada: httpx.Client, ortho: tuple[str, str, str, str]) -> None:
    scene, _, pixels, _ = ortho
    draw(ada, scene, in_frame(polygon("a", scene, x=300, y=520), pixels))
    # zoom 19 is native (256 pixels of 2**27); the tile at (1, 2) from the middle begins at pixel (256, 512)
    middle = 2**18
    layers = tile(ada, scene, f"frame:{pixels}", 19, middle + 1, middle + 2)
    [feature] = layers["labels"]["features"]
    assert feature["properties"] == {"code": 1, "state": "draft", "n": 1}
    [found] = ada.get(f"/api/scenes/{scene}/annotations").json()["annotations"]
    assert feature["id"] == found["fid"]
    corners = np.array(feature["geometry"]["coordinates"][0]) / 16 + (256, 512)
    assert corners.min(axis=0).tolist() == [300, 520]
    assert corners.max(axis=0).tolist() == [310, 530]
    assert tile(ada, scene, f"frame:{pixels}", 19, middle, middle) == {}
    [whole] = tile(ada, scene, f"frame:{pixels}", 17, middle // 4, middle // 4)["labels"]["features"]
    assert np.allclose(np.array(whole["geometry"]["coordinates"][0]).min(axis=0) / 16 * 4, (300, 520), atol=0.25)


def test_mercator_tiles_show_them_where_proj_says(ada: httpx.Client, ortho: tuple[str, str, str, str]) -> None:
    scene, _, pixels, _ = ortho
    draw(ada, scene, in_frame(polygon("a", scene, x=300, y=520), pixels))
    to_mercator = pyproj.Transformer.from_crs(UTM, 3857, always_xy=True)
    expected = np.array([to_mercator.transform(*(TRANSFORM * (300 + dx, 520 + dy))) for dx, dy in [(0, 0), (10, 10)]])
    z = 18
    side = 2 * HALF / 2**z
    x, y = int((expected[0, 0] + HALF) // side), int((HALF - expected[0, 1]) // side)
    [feature] = tile(ada, scene, "WebMercatorQuad", z, x, y)["labels"]["features"]
    corner = np.array(feature["geometry"]["coordinates"][0][0]) / 4096 * side
    place = np.array([x * side - HALF + corner[0], HALF - y * side - corner[1]])
    assert np.abs(place - expected[0]).max() < side / 4096


@pytest.mark.parametrize("grid", ["WebMercatorQuad", "WorldCRS84Quad"])
def test_labels_across_the_antimeridian_are_on_both_its_sides(ada: httpx.Client, tmp_path: Path, grid: str) -> None:
    scene = ada.post("/api/scenes", json={"title": "Fiji"}).json()["id"]
    to_utm = pyproj.Transformer.from_crs(4326, 32760, always_xy=True)
    east, north = to_utm.transform(180.0, -17.0)
    path = write_ortho(tmp_path / "fiji.tif", crs="EPSG:32760", transform=Affine(1, 0, east - 500, 0, -1, north + 400))
    with path.open("rb") as opened:
        answer = ada.post(f"/api/scenes/{scene}/assets/upload", files={"file": ("fiji.tif", opened)}).json()
    [pixels] = [frame["id"] for frame in answer["scene"]["frames"] if frame["kind"] == "pixel"]
    draw(ada, scene, in_frame(polygon("a", scene, x=495, y=400), pixels))
    for z in (0, 3, 12, 18):
        columns = 2 ** (z + 1 if grid == "WorldCRS84Quad" else z)
        row = int((17 + 90) / 180 * 2**z)
        if grid == "WebMercatorQuad":
            row = int((1 - math.asinh(math.tan(math.radians(-17))) / math.pi) / 2 * 2**z)
        ends = [tile(ada, scene, grid, z, x, y) for x in sorted({0, columns - 1}) for y in (row - 1, row, row + 1)
                if 0 <= y < 2**z]  # fmt: skip
        assert sum(map(total, ends)) == 1, f"zoom {z}"
        for layers in ends:
            for feature in layers.get("labels", {"features": []})["features"]:
                corners = np.array(feature["geometry"]["coordinates"][0])
                assert np.ptp(corners[:, 0]) < 2048, "it is not drawn across the whole world"
        if z == 18:
            assert sum("labels" in layers for layers in ends) >= 2, "each side shows its half"
    assert tile(ada, scene, grid, 3, 2, 4) == {}


@pytest.mark.parametrize("grid", ["pixels", "map", "WebMercatorQuad", "WorldCRS84Quad"])
def test_every_zoom_has_all_labels_once(ada: httpx.Client, ortho: tuple[str, str, str, str], grid: str) -> None:
    scene, _, pixels, world = ortho
    rng = np.random.default_rng(3)
    n = 2500  # enough for cells
    inside = rng.uniform(0, (985, 785), (n, 2))
    documents = [in_frame(polygon(f"p{k}", scene, x=x, y=y), pixels) for k, (x, y) in enumerate(inside[:2200])]
    for k, (x, y) in enumerate(inside[2200:]):
        east, north = TRANSFORM * (x, y)
        documents.append(in_frame(polygon(f"m{k}", scene, x=east, y=north - 10), world))
    draw(ada, scene, *documents)
    name = {"pixels": f"frame:{pixels}", "map": f"frame:{world}"}.get(grid, grid)
    counts = ada.get(f"/api/scenes/{scene}/counts").json()
    assert counts["n"] == n
    zooms = (0, 12, 17, 18, 20) if name.startswith("frame:") else (0, 3, 12, 15, 17, 18)
    for z in zooms:
        seen: dict[int, int] = {}
        sum_of_n = 0
        for x, y in tiles_of(ada, scene, name, z):
            layers = tile(ada, scene, name, z, x, y)
            sum_of_n += total(layers)
            for feature in layers.get("labels", {"features": []})["features"]:
                seen[feature["id"]] = seen.get(feature["id"], 0) + feature["properties"]["n"]
        assert sum_of_n == n, f"zoom {z}"
        assert max(seen.values(), default=1) == 1, f"zoom {z}: one annotation is counted twice"


def tiles_of(client: httpx.Client, scene: str, grid: str, z: int) -> list[tuple[int, int]]:
    """Return the tiles that can hold labels, found by walking down from the top."""
    if grid.startswith("frame:"):
        is_map = "pixel" not in grid
        left, top = TRANSFORM * (0, 0) if is_map else (0.0, 0.0)
        width, height, up = (500.0, 400.0, 1) if is_map else (1000.0, 800.0, -1)
        side = 2.0 ** (27 - z)
        columns = [int((x + 2.0**26) // side) for x in (left, left + width)]
        rows = [int((2.0**26 - up * y) // side) for y in (top, top - up * height)]
        return [(x, y) for x in range(columns[0], columns[1] + 1) for y in range(rows[0], rows[1] + 1)]
    import morecantile

    tms = morecantile.tms.get(grid)
    bounds = client.get(f"/api/scenes/{scene}/labels/{grid}/tilejson.json").json()["bounds"]
    return [(found.x, found.y) for found in tms.tiles(*bounds, zooms=[z])]


def test_an_edit_changes_the_tag_of_its_tile_alone(ada: httpx.Client, ortho: tuple[str, str, str, str]) -> None:
    scene, _, pixels, _ = ortho
    draw(ada, scene, in_frame(polygon("a", scene, x=10, y=10), pixels))
    path = f"/api/scenes/{scene}/labels/frame:{pixels}/19"
    here, there = (f"{path}/{2**18 + x}/{2**18 + y}.mvt" for x, y in ((0, 0), (3, 3)))
    tags = [ada.get(path).headers["etag"] for path in (here, there)]
    assert ada.get(here, headers={"If-None-Match": tags[0]}).status_code == 304
    draw(ada, scene, in_frame(polygon("b", scene, x=100, y=100), pixels))
    changed = ada.get(here, headers={"If-None-Match": tags[0]})
    assert changed.status_code == 200
    assert changed.headers["etag"] != tags[0]
    assert ada.get(there, headers={"If-None-Match": tags[1]}).status_code == 304


def test_the_way_of_qgis(server: LiveServer, ada: httpx.Client, ortho: tuple[str, str, str, str]) -> None:
    scene, _, pixels, _ = ortho
    draw(ada, scene, in_frame(polygon("a", scene), pixels))
    prefix = ada.get("/api/session").json()["read_path"]
    with httpx.Client(base_url=server.base) as stranger:
        document = stranger.get(f"{prefix}/api/scenes/{scene}/labels/WebMercatorQuad/tilejson.json").json()
        [template] = document["tiles"]
        assert template.startswith(f"{server.base}{prefix}/api/scenes/")
        assert total(decoded(stranger.get(template.format(z=0, x=0, y=0)).content)) == 1
        west, south, east, north = document["bounds"]
        assert -81.001 < west < east < -80.99
        assert 36.13 < south < north < 36.15
        assert stranger.get(f"{prefix}/api/scenes/{scene}/annotations").status_code == 403


@pytest.mark.parametrize(
    "path",
    [
        "nothing/0/0/0",
        "frame:nothing/0/0/0",
        "frame/0/0/0",
        "WebMercatorQuad/0/1/0",
        "WebMercatorQuad/99/0/0",
        "..%2f/0/0/0",
    ],
)
def test_what_is_not_there(ada: httpx.Client, scene: str, path: str) -> None:
    answer = ada.get(f"/api/scenes/{scene}/labels/{path}.mvt")
    assert answer.status_code == 404, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_labels_that_hang_on_no_map_are_not_on_one(ada: httpx.Client, scene: str) -> None:
    draw(ada, scene, polygon("a", scene))
    assert tile(ada, scene, "WebMercatorQuad", 0, 0, 0) == {}
