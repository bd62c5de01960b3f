"""Take pictures of every panel and dialog in both themes, to look at and for the documents (`make screenshot`).

usage: python -m tests.browser.gallery FOLDER [FOLDER of the demo workspace]
"""

from __future__ import annotations

import sys
from pathlib import Path

from playwright.sync_api import sync_playwright

from geo3d.demo import SCENE, create_demo
from tests.browser.desk import Desk
from tests.browser.screenshot import SIZE, VILLAGE, house
from tests.chromium import ABSENT, ARGUMENTS, find
from tests.live import LiveServer

DIALOGS = {
    "keys": "Keyboard shortcuts",
    "export": "Export labels",
    "import": "Import labels",
    "class": "Class settings: Building",
    "expression": "Select by expression",
    "submit": "Submit your work",
}
"""Names of the pictures, and the commands that open what they show."""
FADE_MS = 400
"""Until a dialog that fades in stands still."""


def take(target: Path, folder: Path) -> None:
    """Serve the demo and write ``THEME-NAME.png`` for each place into a folder."""
    create_demo(folder, lambda fraction: None).close()
    target.mkdir(parents=True, exist_ok=True)
    chromium = find()
    if chromium is None:
        raise SystemExit(ABSENT)
    with LiveServer(folder) as server, sync_playwright() as playwright:
        browser = playwright.chromium.launch(executable_path=str(chromium), args=ARGUMENTS)
        for theme in ("dark", "light"):
            desk = Desk(browser, server, "Ada", viewport=SIZE)
            desk.page.evaluate(
                "theme => { localStorage.setItem('geo3d.theme', theme); localStorage.setItem('geo3d.tour', 'seen') }",
                theme,
            )
            desk.page.reload()
            desk.page.get_by_role("heading", name="Scenes").wait_for()
            walk(desk, target, theme)
            if desk.errors:
                raise SystemExit(f"errors on the page: {desk.errors}")
            desk.context.close()
        browser.close()


def walk(desk: Desk, target: Path, theme: str) -> None:
    """Go to every place and take its picture."""

    def shoot(name: str) -> None:
        desk.page.wait_for_timeout(FADE_MS)
        desk.page.screenshot(path=str(target / f"{theme}-{name}.png"))

    shoot("start")
    desk.open(SCENE)
    shoot("scene")
    look_at_village(desk)
    desk.tool("select")
    corners = [desk.page_at(*corner) for corner in house()]
    desk.draw("polygon", corners)
    desk.idle()
    shoot("object")
    desk.page.keyboard.press("Escape")
    desk.tool("measure")
    for corner in corners[:3]:
        desk.click(*corner)
    desk.page.keyboard.down("Alt")
    shoot("measure")
    desk.page.keyboard.up("Alt")
    desk.page.keyboard.press("Escape")
    for name, title in DIALOGS.items():
        run(desk, title)
        shoot(name)
        desk.page.keyboard.press("Escape")
        desk.page.locator("dialog[open]").wait_for(state="detached")
    desk.page.keyboard.press("Control+k")
    shoot("palette")
    desk.page.keyboard.press("Escape")
    desk.page.keyboard.press("Control+z")
    desk.idle()


def look_at_village(desk: Desk) -> None:
    """Zoom in to where the labelled half ends."""
    for _ in range(4):
        desk.page.mouse.move(*desk.page_at(*VILLAGE))
        desk.page.mouse.wheel(0, -220)
        desk.page.wait_for_timeout(FADE_MS)
        desk.idle()


def run(desk: Desk, title: str) -> None:
    """Run a command by its name."""
    desk.page.keyboard.press("Control+k")
    field = desk.page.get_by_role("combobox", name="Search or run a command")
    field.fill(title)
    field.press("Enter")


if __name__ == "__main__":
    take(Path(sys.argv[1]), Path(sys.argv[2]) if len(sys.argv) > 2 else Path("build/screenshot-demo"))
