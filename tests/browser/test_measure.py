"""Distances and areas that are measured in the viewer are those of PROJ's geod."""

from __future__ import annotations

import math
import re

import cv2
import numpy as np
import pytest
from pyproj import Geod, Transformer

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk
from tests.live import LiveServer

PLACES = [(320.0, 200.0), (620.0, 240.0), (560.0, 460.0)]


def shown(desk: Desk, name: str) -> float:
    """Return a number of the panel once PROJ has answered."""
    panel = desk.page.get_by_role("region", name="Measured")
    desk.until(lambda: panel.get_attribute("data-exact") is not None, "the exact measures came")
    row = panel.locator("dl > div").filter(has_text=name)
    return float(re.sub(r"[^0-9.]", "", str(row.locator("dd").text_content()).split(" ")[0]))


@pytest.mark.parametrize(("scene", "crs"), [("naip", "EPSG:26914"), ("frames", "EPSG:32618")])
def test_measures_are_those_of_geod(ada: Desk, scenes: Scenes, scene: str, crs: str) -> None:
    """A way of two legs, then an area, on two maps; they stay until Escape and nothing is drawn."""
    ada.open(scenes[scene])
    ada.page.keyboard.press("Shift+D")
    clicked = [ada.click(*place) for place in PLACES]
    ada.page.keyboard.press("Enter")
    to_earth = Transformer.from_crs(crs, "EPSG:4326", always_xy=True)
    lon, lat = zip(*[to_earth.transform(*place) for place in clicked], strict=True)
    geod = Geod(ellps="WGS84")
    assert shown(ada, "Length") == pytest.approx(geod.line_length(lon, lat), abs=1e-3)
    assert shown(ada, "Last segment") == pytest.approx(geod.line_length(lon[1:], lat[1:]), abs=1e-3)
    ada.page.mouse.move(700, 500)
    assert shown(ada, "Length") == pytest.approx(geod.line_length(lon, lat), abs=1e-3)
    ada.page.keyboard.press("Escape")
    ada.page.get_by_role("region", name="Measured").wait_for(state="detached")

    ada.page.keyboard.press("Shift+D")
    for place in PLACES:
        ada.click(*place)
    ada.page.keyboard.press("Enter")
    area, perimeter = geod.polygon_area_perimeter(lon, lat)
    assert shown(ada, "Area") == pytest.approx(abs(area), abs=2e-3)
    assert shown(ada, "Perimeter") == pytest.approx(perimeter, abs=1e-3)
    assert ada.annotations(scenes[scene]) == []


def test_pixels_are_measured_in_pixels(ada: Desk, server: LiveServer) -> None:
    """A photo that has no place on Earth."""
    photo = server.folder / "photo.png"
    cv2.imwrite(str(photo), np.full((300, 400, 3), 127, np.uint8))
    with server.program() as client:
        scene = client.post("/api/scenes", json={"title": "photo"}).json()["id"]
        answer = client.post(f"/api/scenes/{scene}/assets", json={"hrefs": [str(photo)]})
        assert answer.status_code == 201, answer.text
    ada.open(scene)
    ada.tool("measure")
    a, b = ada.click(320, 200), ada.click(620, 240)
    ada.page.keyboard.press("Enter")
    panel = ada.page.get_by_role("region", name="Measured")
    length = float(re.sub(r"[^0-9.]", "", str(panel.locator("dd").first.text_content())))
    assert length == pytest.approx(math.dist(a, b), rel=1e-6)
    assert "in pixels" in str(panel.text_content())
