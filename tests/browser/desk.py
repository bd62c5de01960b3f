"""A person at a browser: opens scenes of a real server, draws, and waits for what the viewer says of itself."""

from __future__ import annotations

import json
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
from playwright.sync_api import Browser, ConsoleMessage, Page, Request, Response

from tests.live import PATIENCE_S, LiveServer

Place = tuple[float, float]


class Desk:
    """One page of one person."""

    def __init__(self, browser: Browser, server: LiveServer, name: str, **context: Any) -> None:
        """Open a page and give a name.

        Args:
            browser: Where the page is opened, in a context (cookies, storage) of its own.
            server: The running server.
            name: What the person is called.
            context: More for `Browser.new_context`.
        """
        self.server = server
        self.context = browser.new_context(**context)
        self.page: Page = self.context.new_page()
        self.errors: list[str] = []
        self.requests: list[str] = []
        self.page.on("console", self._hear)
        self.page.on("pageerror", lambda error: self.errors.append(str(error)))
        self.page.on("response", self._watch)
        self._asked: set[Request] = set()  # what may change something and has no answer yet
        self.page.on("request", self._ask)
        self.page.on("requestfinished", self._hear_out)
        self.page.on("requestfailed", self._hear_out)
        self.page.goto(server.url)
        dialog = self.page.get_by_role("dialog")
        dialog.get_by_role("textbox").fill(name)
        dialog.get_by_role("textbox").press("Enter")
        dialog.wait_for(state="detached")

    def _ask(self, request: Request) -> None:
        self.requests.append(request.url.removeprefix(self.server.base))
        if request.method != "GET":
            self._asked.add(request)

    def _hear_out(self, request: Request) -> None:
        self._asked.discard(request)

    def _hear(self, message: ConsoleMessage) -> None:
        # the browser itself writes a line for each answer above 399: those are looked at by `_watch`
        if message.type in ("error", "warning") and "Failed to load resource" not in message.text:
            self.errors.append(f"{message.type}: {message.text}")

    def _watch(self, response: Response) -> None:
        if response.status >= 400 and response.status != 409:  # a conflict is something that is shown, no error
            self.errors.append(f"{response.status} {response.url}")

    # ------------------------------------------------------------ going and waiting

    def open(self, scene: str) -> None:
        """Open a scene and wait until it is drawn."""
        self.page.evaluate("hash => { location.hash = hash }", f"#/scene/{scene}")
        self.idle()

    def reload(self) -> None:
        """Load the page anew."""
        self.page.reload()
        self.idle()

    def idle(self) -> None:
        """Wait until everything is stored, loaded and drawn."""
        # no `wait_for_function`: the page's policy forbids the eval that it needs
        n_idle = 0

        def is_idle() -> bool:
            nonlocal n_idle
            is_so = not self._asked and self.page.evaluate("() => Boolean(window.geo3d?.idle)")
            n_idle = n_idle + 1 if is_so else 0
            return n_idle == 2  # an answer that has come is read by the page a moment later

        self.until(is_idle, "the viewer is idle")

    def until(self, is_true: Any, what: str, patience_s: float = PATIENCE_S) -> Any:
        """Wait for something; the page goes on meanwhile."""
        end = time.monotonic() + patience_s
        while time.monotonic() < end:
            found = is_true()
            if found:
                return found
            self.page.wait_for_timeout(30)
        raise AssertionError(f"it never happened: {what}; errors: {self.errors}")

    def sync_state(self) -> str:
        """Return what the badge says of the work: saved, saving, offline, conflict."""
        return str(self.page.locator(".sync").get_attribute("data-state"))

    # ------------------------------------------------------------ the map

    def frame_at(self, x: float, y: float) -> Place:
        """Return the position of the view frame under a place of the page."""
        at = self.page.evaluate("([x, y]) => window.geo3d.toFrame(x, y)", [x, y])
        return float(at[0]), float(at[1])

    def page_at(self, x: float, y: float) -> Place:
        """Return where a position of the view frame is on the page."""
        at = self.page.evaluate("([x, y]) => window.geo3d.toPage(x, y)", [x, y])
        return float(at[0]), float(at[1])

    def click(self, x: float, y: float, **options: Any) -> Place:
        """Move to a place of the page, click, and return the position of the view frame there."""
        self.page.mouse.move(x, y)
        self.page.mouse.click(x, y, **options)
        return self.frame_at(x, y)

    def drag(self, start: Place, end: Place) -> None:
        """Press, move in steps, release."""
        self.page.mouse.move(*start)
        self.page.mouse.down()
        self.page.mouse.move(*end, steps=4)
        self.page.mouse.up()

    def tool(self, name: str) -> None:
        """Take a tool of the rail."""
        self.page.locator(f'.tool[data-tool="{name}"]').click()

    def draw(self, tool: str, places: list[Place]) -> list[Place]:
        """Draw by clicks at places of the page, finish with Enter; return the positions that were clicked."""
        self.tool(tool)
        positions = [self.click(*place) for place in places]
        self.page.keyboard.press("Enter")
        return positions

    def picture(self) -> npt.NDArray[np.uint8]:
        """Return the page as an array (height, width, rgb)."""
        import cv2

        drawn = cv2.imdecode(np.frombuffer(self.page.screenshot(), np.uint8), cv2.IMREAD_COLOR)
        assert drawn is not None
        return np.asarray(drawn[:, :, ::-1], dtype=np.uint8)

    # ------------------------------------------------------------ what is stored

    def fetch(self, path: str) -> Any:
        """Return the JSON behind an address, as this person."""
        return json.loads(self.page.evaluate("async path => (await fetch(path)).text()", path))

    def annotations(self, scene: str) -> list[dict[str, Any]]:
        """Return all stored annotations of a scene, by number."""
        found: list[dict[str, Any]] = self.fetch(f"/api/scenes/{scene}/annotations?limit=2000")["annotations"]
        return found

    def export(self, scene_format: str, to: Path) -> Path:
        """Export the open scene by its dialog, download the file and return where it is."""
        page = self.page
        page.keyboard.press("Control+E")
        dialog = page.get_by_role("dialog")
        dialog.get_by_text(scene_format, exact=True).first.click()
        dialog.get_by_role("button", name="Export", exact=True).click()
        link = dialog.get_by_role("link", name="Download")
        link.wait_for(timeout=PATIENCE_S * 1000)
        with page.expect_download() as download:
            link.click()
        target = to / download.value.suggested_filename
        download.value.save_as(target)
        page.keyboard.press("Escape")
        return target
