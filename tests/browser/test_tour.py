"""The tour of the demo: offered once, walked by keyboard, left at any time, taken again by name."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser

from geo3d.demo import SCENE, create_demo
from tests.browser.axe import findings
from tests.browser.conftest import VIEWER
from tests.browser.desk import Desk
from tests.live import LiveServer


@pytest.fixture(scope="module")
def demo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A small demo."""
    if not VIEWER.exists():
        pytest.skip("the viewer is not built: make viewer")
    folder: Path = tmp_path_factory.mktemp("demo") / "demo"
    create_demo(folder, lambda fraction: None, side=200.0, gsd=0.5).close()
    with LiveServer(folder) as server:
        yield server


def test_the_tour_is_walked_by_keys_and_seen_once(
    browser: Browser, demo: LiveServer, browser_context_args: dict[str, Any]
) -> None:
    """Enter leads on, the arrow back, Begin ends it; it does not come again, but the palette brings it."""
    ada = Desk(browser, demo, "Ada", **browser_context_args)
    ada.open(SCENE)
    tour = ada.page.get_by_role("dialog", name="Tour")
    tour.get_by_text("1 of 7").wait_for()
    ada.page.keyboard.press("Enter")
    tour.get_by_text("2 of 7").wait_for()
    ada.page.keyboard.press("ArrowLeft")
    tour.get_by_text("1 of 7").wait_for()
    for at in range(2, 8):
        ada.page.keyboard.press("Enter")
        tour.get_by_text(f"{at} of 7").wait_for()
        card = tour.bounding_box()
        assert card is not None
        assert card["x"] >= 0
        assert card["y"] + card["height"] <= ada.page.evaluate("() => innerHeight")
    tour.get_by_role("button", name="Begin").click()
    tour.wait_for(state="detached")
    ada.reload()
    assert tour.count() == 0
    ada.page.keyboard.press("Control+k")
    ada.page.get_by_role("combobox").fill("take the tour")
    ada.page.keyboard.press("Enter")
    tour.wait_for()
    ada.page.keyboard.press("Escape")
    tour.wait_for(state="detached")
    assert ada.errors == []
    ada.context.close()


def test_axe_likes_the_tour(browser: Browser, demo: LiveServer, browser_context_args: dict[str, Any]) -> None:
    ada = Desk(browser, demo, "Bob", **browser_context_args)
    ada.open(SCENE)
    ada.page.get_by_role("dialog", name="Tour").wait_for()
    assert findings(ada.page) == []
    ada.context.close()
