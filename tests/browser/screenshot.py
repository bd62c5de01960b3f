"""Take the README's picture: the demo, a house being outlined (`make screenshot`).

usage: python -m tests.browser.screenshot TARGET.jpg [FOLDER of the demo workspace]
"""

from __future__ import annotations

import sys
from pathlib import Path

import shapely
from playwright.sync_api import sync_playwright

from geo3d.demo import SCENE, create_demo
from geo3d.synth.demo import ORIGIN
from geo3d.synth.world import make_world
from tests.browser.desk import Desk
from tests.chromium import ABSENT, ARGUMENTS, find
from tests.live import LiveServer

SIZE = {"width": 1440, "height": 900}
VILLAGE = (ORIGIN[0] + 490.0, ORIGIN[1] + 500.0)
"""Middle of the picture, map coordinates: where the labelled half ends."""


def house() -> list[tuple[float, float]]:
    """Return the corners of the house nearest to the village's middle that nobody has labelled, map coordinates."""
    here = shapely.Point(VILLAGE[0] - ORIGIN[0], VILLAGE[1] - ORIGIN[1])
    free = [b.footprint for b in make_world().buildings if b.footprint.centroid.x > 505 and b.roof == "gable"]
    nearest = min(free, key=lambda footprint: footprint.distance(here))
    return [(x + ORIGIN[0], y + ORIGIN[1]) for x, y in nearest.exterior.coords[:-1]]


def take(target: Path, folder: Path) -> None:
    """Serve the demo, look at the village, select a house, begin another one."""
    create_demo(folder, lambda fraction: None).close()
    chromium = find()
    if chromium is None:
        raise SystemExit(ABSENT)
    with LiveServer(folder) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=ARGUMENTS)
        desk = Desk(browser, server, "Ada", viewport=SIZE)
        desk.page.evaluate("localStorage.setItem('geo3d.tour', 'seen')")
        desk.open(SCENE)
        for _ in range(4):
            desk.page.mouse.move(*desk.page_at(*VILLAGE))
            desk.page.mouse.wheel(0, -220)
            desk.page.wait_for_timeout(300)
            desk.idle()
        desk.tool("polygon")
        *corners, last = house()
        for corner in corners:
            desk.click(*desk.page_at(*corner))
        desk.page.mouse.move(*desk.page_at(*last))
        desk.page.wait_for_timeout(1000)
        desk.page.screenshot(path=str(target), type="jpeg", quality=82)
        browser.close()
        if desk.errors:
            raise SystemExit(f"errors on the page: {desk.errors}")


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else Path("build/screenshot-demo"))
