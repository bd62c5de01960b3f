"""A real server with real files, and people who look at it with a real Chromium."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import rasterio
from affine import Affine
from playwright.sync_api import Browser

from geo3d.workspace import Workspace
from tests.browser.desk import Desk
from tests.browser.filling import boxes, grid, map_frame, store
from tests.live import LiveServer, eventually

VIEWER = Path(__file__).resolve().parents[2] / "services" / "geo3d_server" / "_viewer" / "index.html"
SCENES = {
    "naip": ["naip/m_4709963_se_14_1_20090818.tif"],
    "dates": ["naip/m_4709963_se_14_1_20090818.tif", "naip/m_4709963_se_14_1_20200831.tif"],
    "dem": ["titiler/dem.tif"],
    "landsat": ["landsat7_6band/L7_ETMs.tif"],
    "frames": ["rasterio/RGB.byte.tif"],
    "rotated": ["rasterio/rotated.tif"],
    "float64": ["rioxarray/2d_test.tif"],
}
"""Scenes by title, each with files of the sample data's raster folder."""
TURNED = "turned.tif"
"""One more file of the scene "frames", made by `turned_copy`."""


@pytest.fixture(scope="module")
def raster_data(shared_data: Path) -> Path:
    """The folder of real rasters."""
    return shared_data / "raster"


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory, raster_data: Path) -> Iterator[LiveServer]:
    """One server per module, with three classes and no scene."""
    if not VIEWER.exists():
        pytest.skip("the viewer is not built: make viewer")
    folder = tmp_path_factory.mktemp("workspace")
    with Workspace.create(folder, "Survey") as workspace:
        for title in ("Building", "Lake", "Road"):
            workspace.add_class(title)
    turned_copy(raster_data / SCENES["frames"][0], folder / TURNED)
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


class Scenes:
    """Scenes that nobody has worked in yet, made when they are first asked for."""

    def __init__(self, server: LiveServer, raster_data: Path) -> None:
        """Make them on a server."""
        self._server = server
        self._raster_data = raster_data
        self._ids: dict[str, str] = {}

    def __getitem__(self, title: str) -> str:
        """Return the id of the scene of a title of `SCENES`."""
        if title not in self._ids:
            hrefs = [str(self._raster_data / name) for name in SCENES[title]]
            if title == "frames":
                hrefs.append(str(self._server.folder / TURNED))
            with self._server.program() as client:
                answer = client.post("/api/scenes", json={"title": title})
                assert answer.status_code == 201, answer.text
                self._ids[title] = answer.json()["id"]
                answer = client.post(f"/api/scenes/{self._ids[title]}/assets", json={"hrefs": hrefs})
                assert answer.status_code == 201, answer.text
                eventually(lambda: self._is_at_rest(client, self._ids[title]), "the files were looked at")
        return self._ids[title]

    @staticmethod
    def _is_at_rest(client: httpx.Client, scene: str) -> bool:
        jobs = client.get("/api/jobs", params={"scene": scene}).json()
        return all(job["state"] not in ("queued", "running") for job in jobs)


@pytest.fixture
def scenes(server: LiveServer, raster_data: Path) -> Scenes:
    """Scenes by title, new for every test."""
    return Scenes(server, raster_data)


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


@pytest.fixture
def filled(ada: Desk, scenes: Scenes, server: LiveServer) -> Callable[[int], str]:
    """Open a scene with n x n squares of the class Building in the middle of the map: ``filled(3)`` returns its id."""

    def fill(n: int) -> str:
        scene = scenes["naip"]
        ada.open(scene)
        places, side = grid(ada, n)
        slug = next(c["slug"] for c in ada.fetch("/api/project")["ontology"]["classes"] if c["title"] == "Building")
        frame = map_frame(ada, scene)
        with server.person("Filler") as client:
            store(client, scene, boxes(places, frame=frame, scene=scene, side=side, label=slug))
        count = ada.page.locator(".class-row", has_text="Building").locator(".class-count")
        ada.until(lambda: "".join(filter(str.isdigit, count.inner_text())) == str(n * n), "the page was told")
        ada.idle()
        return scene

    return fill
