"""Painting over HTTP: what a person means is painted to the pixel, taken back as one step, and seen by the others."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import httpx
import numpy as np
import numpy.typing as npt
import orjson
import pytest
import rasterio
from affine import Affine

from geo3d.labels import new_id
from tests.live import LiveServer, events, eventually
from tests.server.conftest import change_set

SIZE = (1000, 800)
SIDE = 256


def send(client: httpx.Client, scene: str, *changes: dict[str, Any]) -> dict[str, Any]:
    answer = client.post(f"/api/scenes/{scene}/changes", json=change_set(client, new_id(), *changes, message="Paint"))
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def paint(value: int, selection: dict[str, Any], **fields: Any) -> dict[str, Any]:
    return {"op": "paint", "layer": "cover", "selection": selection, "value": value, **fields}


def rectangle(*bounds: float) -> dict[str, Any]:
    return {"kind": "rectangle", "bounds": list(bounds)}


def brush(radius: float, *path: tuple[float, float]) -> dict[str, Any]:
    return {"kind": "brush", "path": [list(p) for p in path], "radius": radius}


def tile(client: httpx.Client, scene: str, z: int, x: int, y: int) -> npt.NDArray[np.uint16]:
    answer = client.get(f"/api/scenes/{scene}/layers/cover/{z}/{x}/{y}.bin")
    assert answer.status_code in (200, 204), answer.text
    if answer.status_code == 204:
        return np.zeros((SIDE, SIDE), np.uint16)
    return np.frombuffer(answer.content, "<u2").reshape(SIDE, SIDE)


def whole(client: httpx.Client, scene: str) -> npt.NDArray[np.uint16]:
    """Return all of the layer, at full resolution."""
    rows = [np.hstack([tile(client, scene, 2, x, y) for x in range(4)]) for y in range(4)]
    return np.vstack(rows)[: SIZE[1], : SIZE[0]]


@pytest.fixture(params=["map", "photo"])
def painted(request: pytest.FixtureRequest, server: LiveServer, ada: httpx.Client, tmp_path: Path) -> str:
    """A scene with a georeferenced raster or a plain photo, and an empty layer called ``cover`` on it."""
    is_map = request.param == "map"
    path = tmp_path / ("map.tif" if is_map else "photo.png")
    place = {"crs": "EPSG:25832", "transform": Affine(0.2, 0, 500_000.1, 0, -0.2, 5_300_000.7)} if is_map else {}
    driver = "GTiff" if is_map else "PNG"
    with rasterio.open(
        path, "w", driver=driver, width=SIZE[0], height=SIZE[1], count=1, dtype="uint8", **place
    ) as raster:
        raster.write(np.zeros((1, SIZE[1], SIZE[0]), np.uint8))
    with server.program() as program:
        scene = str(program.post("/api/scenes", json={"title": "Cover"}).json()["id"])
        answer = program.post(f"/api/scenes/{scene}/assets", json={"hrefs": [str(path)]})
        assert answer.status_code == 201, answer.text
        eventually(lambda: program.get(f"/api/scenes/{scene}").json()["frames"], "the file was looked at")
    [asset] = ada.get(f"/api/scenes/{scene}").json()["assets"]
    layer = {"kind": "layer", "id": "cover", "scene": scene, "asset": asset["id"], "frame": asset["frame"]}
    send(ada, scene, {"op": "put", "document": {**layer, "size": list(SIZE)}})
    return scene


def test_what_is_painted_is_what_is_exported(ada: httpx.Client, painted: str, request: pytest.FixtureRequest) -> None:
    region = {"kind": "region", "offset": [700, 300], "size": [3, 2], "scale": 40, "counts": [1, 2, 1, 2]}
    polygon = {"kind": "polygon", "rings": [[[10.2, 500.7], [300.5, 480.1], [250.9, 790.3]]]}
    send(ada, painted, paint(1, brush(20.5, (200.5, 200.5), (600.5, 260.5))), paint(2, polygon), paint(1, region))
    send(ada, painted, paint(0, brush(6.5, (400.5, 100.5), (400.5, 400.5)), locked=[2]))
    found = whole(ada, painted)
    assert {1, 2} == set(np.unique(found)) - {0}
    job = ada.post(f"/api/scenes/{painted}/export", json={"format": "mask", "options": {}}).json()
    done = eventually(lambda: ended(ada, job["id"]), "the export ended")
    assert done["state"] == "done", done
    with rasterio.open(io.BytesIO(ada.get(f"/api/exports/{job['id']}").content)) as mask:
        assert np.array_equal(mask.read(1), found)
        if "map" in request.node.callspec.params.values():
            assert mask.crs.to_epsg() == 25832
            assert mask.transform == Affine(0.2, 0, 500_000.1, 0, -0.2, 5_300_000.7)
    pixels = ada.get(f"/api/scenes/{painted}/layers/cover/counts").json()["pixels"]
    assert pixels == {"1": int((found == 1).sum()), "2": int((found == 2).sum())}


def ended(client: httpx.Client, job: str) -> dict[str, Any] | None:
    found = client.get(f"/api/jobs/{job}").json()
    return dict(found) if found["state"] not in ("queued", "running") else None


def test_undo_is_one_step_and_the_others_see_it(ada: httpx.Client, bob: httpx.Client, painted: str) -> None:
    scene = painted
    first = send(ada, scene, paint(1, rectangle(250, 250, 262, 262)))
    assert sorted(chunk["chunk"] for chunk in first["chunks"]) == ["0/0", "0/1", "1/0", "1/1"]
    before = whole(bob, scene)
    with events(bob, scene, since=first["revision"]) as told:
        send(ada, scene, paint(2, brush(30, (255, 255), (500, 300))), paint(1, rectangle(0, 0, 9, 9), only=[0]))
        commits = (orjson.loads(data) for name, _, data in told if name == "commit")
        commit = next(commit for commit in commits if commit["chunks"])  # jobs write too: the hash of the file
    touched = {chunk["chunk"] for chunk in commit["chunks"]}
    after = whole(bob, scene)
    changed = np.argwhere(before != after)
    assert {f"{x // SIDE}/{y // SIDE}" for y, x in changed} == touched, "the feed names the chunks that changed"
    answer = ada.post(f"/api/scenes/{scene}/undo", json={"client_id": new_id()})
    assert answer.status_code == 200, answer.text
    assert {chunk["chunk"] for chunk in answer.json()["chunks"]} == touched
    assert np.array_equal(whole(bob, scene), before)
    ada.post(f"/api/scenes/{scene}/redo", json={"client_id": new_id()})
    assert np.array_equal(whole(bob, scene), after)


def test_tiles_show_all_at_every_zoom_and_are_sent_once(ada: httpx.Client, painted: str) -> None:
    dot = paint(2, {"kind": "region", "offset": [701, 503], "size": [1, 1], "counts": [0, 1]})
    send(ada, painted, paint(1, rectangle(0, 0, 500, 400)), dot)
    for z, factor in ((0, 4), (1, 2)):
        found = tile(ada, painted, z, (701 // factor) // SIDE, (503 // factor) // SIDE)
        assert found[(503 // factor) % SIDE, (701 // factor) % SIDE] == 2, "a single pixel is seen from far"
    overview = tile(ada, painted, 0, 0, 0)
    assert (overview[:100, :125] == 1).all()
    assert (overview == 1).sum() == 100 * 125
    path = f"/api/scenes/{painted}/layers/cover/2/0/0.bin"
    answer = ada.get(path)
    assert answer.headers["Geo3d-Revision"] == str(ada.get(f"/api/scenes/{painted}/counts").json()["revision"])
    assert int(answer.headers["Content-Length"]) < 2000
    send(ada, painted, paint(2, rectangle(900, 700, 910, 710)))
    again = ada.get(path, headers={"If-None-Match": answer.headers["ETag"]})
    assert again.status_code == 304, "what is painted elsewhere changes nothing here"
    assert int(again.headers["Geo3d-Revision"]) > int(answer.headers["Geo3d-Revision"])


def test_what_is_not_there_is_told(ada: httpx.Client, painted: str) -> None:
    assert ada.get(f"/api/scenes/{painted}/layers/other/counts").status_code == 404
    assert ada.get(f"/api/scenes/{painted}/layers/cover/3/0/0.bin").status_code == 404
    assert ada.get(f"/api/scenes/{painted}/layers/cover/2/9/9.bin").status_code == 204
    for wrong in (
        paint(70_000, rectangle(0, 0, 5, 5)),
        paint(1, {"kind": "region", "offset": [0, 0], "size": [2, 2], "counts": [3]}),
        paint(1, brush(0, (1, 1))),
    ):
        answer = ada.post(f"/api/scenes/{painted}/changes", json=change_set(ada, new_id(), wrong))
        assert answer.status_code == 422, answer.text
    missing = {**paint(1, rectangle(0, 0, 5, 5)), "layer": "other"}
    assert ada.post(f"/api/scenes/{painted}/changes", json=change_set(ada, new_id(), missing)).status_code == 404


def test_paint_becomes_polygons_by_a_job(ada: httpx.Client, painted: str) -> None:
    scene = painted
    frame = next(iter(ada.get(f"/api/scenes/{scene}").json()["frames"]))["id"]
    path = f"/api/scenes/{scene}/layers/cover/vectorise"
    empty = ada.post(path, json={"frame": frame}).json()
    assert eventually(lambda: ended(ada, empty["id"]), "it ended")["problem"]["status"] == 404, "nothing is painted"
    send(
        ada, scene, paint(1, rectangle(10, 10, 60, 60)), paint(2, rectangle(20, 20, 30, 30)), paint(1, brush(1, (5, 5)))
    )
    job = ada.post(path, json={"frame": frame, "min_pixels": 9, "codes": [1]}).json()
    done = eventually(lambda: ended(ada, job["id"]), "it ended")
    assert done["result"] == {"n": 1, "n_small": 1, "n_strange": 0}, done["problem"]
    found = ada.get(f"/api/scenes/{scene}/annotations").json()["annotations"]
    assert [len(one["geometry"]["holes"]) for one in found] == [1], "what another class has is a hole"
    assert ada.post(f"/api/scenes/{scene}/undo", json={"client_id": new_id()}).status_code == 200
    assert ada.get(f"/api/scenes/{scene}/annotations").json()["annotations"] == []
    assert ada.post(path, json={"frame": frame, "tolerance": -1}).status_code == 422
    assert ada.post(f"/api/scenes/{scene}/layers/other/vectorise", json={"frame": frame}).status_code == 404
