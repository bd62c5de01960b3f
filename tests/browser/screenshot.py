"""Take the picture of the README: ``python -m tests.browser.screenshot docs/screenshot.png``.

The demo workspace (``demo/`` where there is one, else a small one is made for the occasion) is served and looked at
with the tests' Chromium, as a person would: zoomed in on a building that is chosen.
"""

from __future__ import annotations

import sys
import tempfile
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import rasterio
from playwright.sync_api import sync_playwright
from rasterio.errors import NotGeoreferencedWarning

from geo3d.demo import create_demo
from tests import chromium
from tests.browser.desk import Desk
from tests.live import LiveServer

ROOT = Path(__file__).resolve().parents[2]
SIZE = {"width": 1360, "height": 820}
MOST_BYTES = 300_000
SIGHT_M = 60.0
"""Width on the ground of what the map shows."""


def take(workspace: Path, target: Path) -> None:
    """Write the picture of a demo workspace.

    Args:
        workspace: A demo workspace.
        target: PNG file.
    """
    with LiveServer(workspace) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium.find()), args=chromium.ARGUMENTS)
        desk = Desk(browser, server, "Ada", viewport=SIZE, locale="en-GB", timezone_id="UTC", reduced_motion="reduce")
        scene = desk.fetch("/api/scenes")[0]["id"]
        desk.open(scene)
        arrange(desk, scene)
        picture = desk.picture()
        assert desk.errors == [], desk.errors
        browser.close()
    write(picture, target)


def arrange(desk: Desk, scene: str) -> None:
    """Zoom in on the building with the most company, choose it, and begin to draw beside it."""
    found = desk.annotations(scene)
    centers = {a["id"]: np.mean(vertices(a["geometry"]), axis=0)[:2] for a in found}
    everything = np.array(list(centers.values()))
    buildings = [a for a in found if a["label"] == "building"]

    def company(annotation: dict[str, Any]) -> int:
        return int((np.abs(everything - centers[annotation["id"]]).max(axis=1) < SIGHT_M / 2).sum())

    chosen = max(buildings, key=company)
    row = f"#{chosen['fid']}"
    desk.page.get_by_label("Filter objects").fill(row)
    desk.page.get_by_role("tab", name="All").click()
    desk.page.get_by_role("option").first.dblclick()
    desk.page.get_by_role("tab", name="In view").click()
    desk.page.get_by_label("Filter objects").fill("")
    desk.page.keyboard.press("Escape")
    desk.page.mouse.move(300, 500)
    while desk.frame_at(SIZE["width"], 0)[0] - desk.frame_at(0, 0)[0] < SIGHT_M:
        desk.page.locator(".map").focus()
        desk.page.keyboard.press("-")
    desk.idle()
    x, y = desk.page_at(*centers[chosen["id"]])
    desk.click(x, y)
    desk.page.wait_for_timeout(500)
    desk.page.mouse.move(x + 150, y + 120)
    desk.page.wait_for_timeout(700)
    desk.idle()


def vertices(geometry: dict[str, Any]) -> npt.NDArray[np.float64]:
    """Return the outer vertices of a stored geometry."""
    for name in ("exterior", "path"):
        if name in geometry:
            return np.array(geometry[name])
    if "parts" in geometry:
        return np.array([p for part in geometry["parts"] for p in part["exterior"]])
    if "paths" in geometry:
        return np.array([p for path in geometry["paths"] for p in path])
    return np.array([geometry.get("position") or geometry["center"]])


def write(picture: npt.NDArray[np.uint8], target: Path) -> None:
    """Write a PNG with as many colours as its size allows."""
    for n_colors in (256, 128, 64, 48, 32, 16):
        indices, palette = quantised(picture, n_colors)
        height, width = indices.shape
        profile = {"driver": "PNG", "width": width, "height": height, "count": 1, "dtype": "uint8", "ZLEVEL": 9}
        with rasterio.open(target, "w", **profile) as png:
            png.write(indices, 1)
            png.write_colormap(1, {i: (*map(int, color), 255) for i, color in enumerate(palette)})
        Path(f"{target}.aux.xml").unlink(missing_ok=True)
        if target.stat().st_size <= MOST_BYTES:
            break
    print(f"{target}: {width} x {height}, {n_colors} colours, {target.stat().st_size:,} bytes")


def quantised(picture: npt.NDArray[np.uint8], n_colors: int) -> tuple[npt.NDArray[np.uint8], npt.NDArray[np.uint8]]:
    """Return palette indices (height, width) and the palette (n, rgb) of a picture, by k-means on a sample."""
    pixels = picture.reshape(-1, 3).astype(np.float32)
    sample = pixels[np.random.default_rng(0).choice(len(pixels), 60_000, replace=False)]
    cv2.setRNGSeed(0)
    criteria = (cv2.TERM_CRITERIA_MAX_ITER, 12, 1.0)
    _, _, centers = cv2.kmeans(sample, n_colors, np.empty(0), criteria, 1, cv2.KMEANS_PP_CENTERS)  # type: ignore[call-overload]
    palette = np.asarray(centers).round().clip(0, 255).astype(np.uint8)
    nearest = np.empty(len(pixels), np.uint8)
    for start in range(0, len(pixels), 100_000):
        part = pixels[start : start + 100_000]
        distances = ((part[:, None] - palette[None].astype(np.float32)) ** 2).sum(axis=2)
        nearest[start : start + len(part)] = distances.argmin(axis=1)
    return nearest.reshape(picture.shape[:2]), palette


def main(arguments: list[str]) -> None:
    """Find or make a demo workspace and take its picture."""
    import warnings

    warnings.filterwarnings("ignore", category=NotGeoreferencedWarning)
    target = Path(arguments[0] if arguments else ROOT / "docs" / "screenshot.png")
    given = Path(arguments[1]) if len(arguments) > 1 else ROOT / "demo"
    if (given / "workspace.db").exists():
        take(given, target)
        return
    with tempfile.TemporaryDirectory(prefix="geo3d-screenshot-") as folder:
        create_demo(folder, lambda _fraction: None, side=400.0).close()
        take(Path(folder), target)


if __name__ == "__main__":
    main(sys.argv[1:])
