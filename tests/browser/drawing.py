"""What tests of drawing share."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from playwright.sync_api import Locator
from rasterio.vrt import WarpedVRT

from tests.browser.desk import Desk, Place
from tests.live import eventually


def take(desk: Desk, family: str, variant: str) -> None:
    """Take one of the tools that share a place in the rail, from its flyout."""
    desk.page.locator(f'.tool[data-family="{family}"]').click(button="right")
    desk.page.locator(f'[data-variant="{variant}"]').click()
    assert desk.page.locator(f'.tool[data-tool="{variant}"]').get_attribute("aria-pressed") == "true"


def last(desk: Desk, scene: str) -> dict[str, Any]:
    """Return the geometry that was stored last."""
    desk.idle()
    found: dict[str, Any] = desk.annotations(scene)[-1]["geometry"]
    return found


def assert_near(found: Any, wanted: list[Place], desk: Desk) -> None:
    """Compare positions to a thousandth of a screen pixel."""
    pixel = abs(desk.frame_at(101, 100)[0] - desk.frame_at(100, 100)[0])
    assert np.asarray(found).shape == np.asarray(wanted).shape
    assert np.abs(np.asarray(found) - np.asarray(wanted)).max() < pixel / 1000


def crs_of(desk: Desk, scene: str) -> str:
    """Return the reference system of a scene's map frame."""
    frames = desk.fetch(f"/api/scenes/{scene}")["frames"]
    return str(next(f["crs"] for f in frames if f["kind"] == "map"))


def in_degrees(desk: Desk, raster_data: Path, folder: Path) -> str:
    """Make a scene of a raster warped to longitude and latitude."""
    path = folder / "degrees.tif"
    with (
        rasterio.open(raster_data / "landsat7_6band/L7_ETMs.tif") as source,
        WarpedVRT(source, crs="EPSG:4326") as warped,
    ):
        profile = {**warped.profile, "driver": "GTiff"}
        with rasterio.open(path, "w", **profile) as copy:
            copy.write(warped.read())
    with desk.server.program() as client:
        scene = str(client.post("/api/scenes", json={"title": "degrees"}).json()["id"])
        answer = client.post(f"/api/scenes/{scene}/assets", json={"hrefs": [str(path)]})
        assert answer.status_code == 201, answer.text

        def is_at_rest() -> bool:
            jobs = client.get("/api/jobs", params={"scene": scene}).json()
            return all(job["state"] not in ("queued", "running") for job in jobs)

        eventually(is_at_rest, "the file was looked at")
    return scene


def settings_of(desk: Desk, title: str) -> Locator:
    """Open the settings of a class by its menu and return the dialog."""
    row = desk.page.locator(".class-row", has_text=title)
    row.hover()
    row.get_by_label(f"More about {title}").click()
    desk.page.get_by_role("menuitem", name="Settings").click()
    dialog = desk.page.get_by_role("dialog", name=f"Settings of “{title}”")
    dialog.wait_for()
    return dialog
