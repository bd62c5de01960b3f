"""The magnifier shows the pixels of the file, the arrow points to true north, the crosshair follows the pointer."""

from __future__ import annotations

import cv2
import numpy as np
import pytest
from pyproj import Proj, Transformer

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk


def test_magnifier_north_arrow_and_crosshair(ada: Desk, scenes: Scenes) -> None:
    """On a map: Alt held and let go, Z, Shift+K; the arrow agrees with PROJ's meridian convergence."""
    ada.open(scenes["naip"])
    ada.click(500, 300)
    loupe = ada.page.get_by_role("img", name="Magnified pixels under the pointer")
    ada.page.keyboard.down("Alt")
    loupe.wait_for()

    def has_pixels() -> bool:
        drawn = cv2.imdecode(np.frombuffer(loupe.screenshot(), np.uint8), cv2.IMREAD_COLOR)
        assert drawn is not None
        blocks = drawn[60:116, 20:76].reshape(-1, 3)
        return bool(blocks.std(axis=0).max() > 3)

    ada.until(has_pixels, "the glass shows the file")
    ada.page.keyboard.up("Alt")
    loupe.wait_for(state="detached")
    ada.page.keyboard.press("z")
    loupe.wait_for()
    ada.page.keyboard.press("z")
    loupe.wait_for(state="detached")

    ada.page.keyboard.press("Shift+K")
    line = ada.page.locator(".crosshair > i").last
    left = line.evaluate("e => e.getBoundingClientRect().left")
    assert left == pytest.approx(500, abs=1.5)
    ada.page.keyboard.press("Shift+K")

    bounds = ada.page.locator(".map").bounding_box()
    assert bounds is not None
    middle = ada.frame_at(bounds["x"] + bounds["width"] / 2, bounds["y"] + bounds["height"] / 2)
    lon, lat = Transformer.from_crs("EPSG:26914", "EPSG:4326", always_xy=True).transform(*middle)
    convergence = Proj("EPSG:26914").get_factors(lon, lat).meridian_convergence
    arrow = ada.page.locator(".north-arrow")
    # the convergence is how far grid north lies east of true north, so the arrow turns the other way
    assert float(str(arrow.get_attribute("data-turn"))) == pytest.approx(-convergence, abs=0.01)
