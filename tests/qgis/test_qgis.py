"""QGIS opens what geo3d serves and writes."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import httpx
import pyproj
import pytest

from geo3d.demo import SCENE, create_demo
from geo3d.store import Query
from geo3d.synth.demo import ORIGIN
from geo3d.workspace import Workspace
from tests.live import LiveServer
from tests.qgis.install import ABSENT, PYTHON, is_there

pytestmark = pytest.mark.skipif(not is_there(), reason=ABSENT)

SIDE = 200.0


def qgis(*arguments: str | Path) -> Any:
    """Run the reader under QGIS; return what it printed."""
    command = [str(PYTHON), str(Path(__file__).with_name("reader.py")), *map(str, arguments)]
    result = subprocess.run(command, capture_output=True, text=True, timeout=180)
    assert result.returncode == 0, result.stderr
    return json.loads(result.stdout.splitlines()[-1])


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    folder = tmp_path_factory.mktemp("qgis") / "demo"
    create_demo(folder, lambda fraction: None, side=SIDE, gsd=0.5).close()
    live = LiveServer(folder).start()
    yield live
    live.stop()


@pytest.fixture(scope="module")
def asset(server: LiveServer) -> str:
    scenes = httpx.get(f"{server.base}/api/scenes", headers={"Authorization": f"Bearer {server.token}"}).json()
    return next(str(a["id"]) for a in scenes[0]["assets"] if a["title"] == "orthophoto.tif")


def mercator_bounds() -> tuple[float, ...]:
    to_mercator = pyproj.Transformer.from_crs("EPSG:32632", "EPSG:3857", always_xy=True)
    x, y = ORIGIN
    return to_mercator.transform_bounds(x + 40, y + 40, x + SIDE - 40, y + SIDE - 40)


def assert_is_a_photo(path: Path) -> None:
    picture = cv2.imread(str(path))
    assert picture is not None
    assert picture.std() > 15, "the picture is empty"


def test_wmts_is_valid_and_drawn(server: LiveServer, asset: str, tmp_path: Path) -> None:
    url = f"{server.base}/t/{server.token}/api/tiles/{asset}/wmts?SERVICE=WMTS&REQUEST=GetCapabilities"
    picture = tmp_path / "wmts.png"
    capabilities = httpx.get(url).text
    layer = capabilities.split("<ows:Identifier>")[1].split("</ows:Identifier>")[0]
    seen = qgis("wmts", url, layer, "WebMercatorQuad", "EPSG:3857", *map(str, mercator_bounds()), picture)
    assert seen["valid"], seen
    assert seen["errors"] == []
    assert_is_a_photo(picture)


def test_xyz_is_drawn(server: LiveServer, asset: str, tmp_path: Path) -> None:
    url = f"{server.base}/t/{server.token}/api/tiles/{asset}/latest/WebMercatorQuad/{{z}}/{{x}}/{{y}}.png"
    seen = qgis("xyz", url, *map(str, mercator_bounds()), tmp_path / "xyz.png")
    assert seen["valid"], seen
    assert_is_a_photo(tmp_path / "xyz.png")


def test_geopackage_comes_with_class_colours(server: LiveServer, tmp_path: Path) -> None:
    with Workspace.open(server.folder) as workspace:
        report = workspace.export(SCENE, "geopackage", tmp_path / "out.gpkg")
        colors = {c.color for c in workspace.ontology.classes}
        counts = workspace.store.count(SCENE, Query())
    seen = qgis("gpkg", tmp_path / "out.gpkg")
    assert sum(layer["n"] for layer in seen.values()) == report.written == sum(counts.values())
    for layer in seen.values():
        assert layer["valid"]
        assert layer["crs"] == "EPSG:32632"
        assert layer["renderer"] == "categorizedSymbol"
        assert set(layer["colors"].values()) & colors
