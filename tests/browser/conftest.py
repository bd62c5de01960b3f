"""A real server with real files, and people who look at it with a real Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
import rasterio
from affine import Affine
from playwright.sync_api import Browser

from geo3d.workspace import Workspace
from tests.browser.desk import Desk
from tests.live import LiveServer

VIEWER = Path(__file__).resolve().parents[2] / "services" / "geo3d_server" / "_viewer" / "index.html"
SCENES = {
    "naip": ["naip/m_4709963_se_14_1_20090818.tif"],
    "landsat": ["landsat7_6band/L7_ETMs.tif"],
    "frames": ["rasterio/RGB.byte.tif"],
    "rotated": ["rasterio/rotated.tif"],
    "float64": ["rioxarray/2d_test.tif"],
}
"""Scenes by title, each with files of the sample data's raster folder."""


@pytest.fixture(scope="module")
def raster_data(shared_data: Path) -> Path:
    """The folder of real rasters."""
    return shared_data / "raster"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, raster_data: Path) -> Iterator[LiveServer]:
    """One server per module, with a scene for each kind of file and three classes."""
    if not VIEWER.exists():
        pytest.skip("the viewer is not built: make viewer")
    folder = tmp_path_factory.mktemp("workspace")
    with Workspace.create(folder, "Survey") as workspace:
        for title in ("Building", "Lake", "Road"):
            workspace.add_class(title)
        for title, files in SCENES.items():
            workspace.add([raster_data / name for name in files], scene=title)
        turned = turned_copy(raster_data / SCENES["frames"][0], folder / "turned.tif")
        workspace.add([turned], scene="frames")
    with LiveServer(folder) as running:
        yield running
    assert "Traceback" not in running.log(), running.log()


def turned_copy(source: Path, target: Path) -> Path:
    """Write a raster's pixels as if they had been taken with the camera turned by 20 degrees."""
    with rasterio.open(source) as raster:
        center = raster.transform @ (raster.width / 2, raster.height / 2)
        turned = Affine.rotation(20, pivot=center) @ raster.transform
        profile = {**raster.profile, "driver": "GTiff", "transform": turned}
        with rasterio.open(target, "w", **profile) as copy:
            copy.write(raster.read())
    return target


@pytest.fixture
def scenes(server: LiveServer) -> dict[str, str]:
    """Ids of the scenes by title."""
    with server.program() as client:
        return {scene["title"]: scene["id"] for scene in client.get("/api/scenes").json()}


@pytest.fixture
def desk_of(
    browser: Browser, server: LiveServer, browser_context_args: dict[str, Any]
) -> Iterator[Callable[..., Desk]]:
    """Seat a person: ``desk_of("Ada")``. At the end nobody's console may hold an error."""
    desks: list[Desk] = []

    def seat(name: str, **context: Any) -> Desk:
        desk = Desk(browser, server, name, **{**browser_context_args, **context})
        desks.append(desk)
        return desk

    yield seat
    for desk in desks:
        assert desk.errors == [], f"errors on the page: {desk.errors}"
        desk.context.close()


@pytest.fixture
def ada(desk_of: Callable[..., Desk]) -> Desk:
    """A person at a page."""
    return desk_of("Ada")
