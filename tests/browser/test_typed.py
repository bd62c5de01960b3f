"""Draw by numbers: lengths, angles and coordinates that are typed, and what is measured meanwhile."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk
from tests.browser.drawing import assert_near, crs_of, in_degrees, last

DISTANCE, ANGLE = "Distance from the vertex before", "Angle in degrees, anticlockwise"


def field(desk: Desk, title: str) -> Any:
    """Return an input of the panel for typed numbers."""
    return desk.page.locator(".typed-panel").get_by_label(title, exact=True)


def test_a_polygon_by_numbers_alone(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    page = ada.page
    page.keyboard.press("s")
    page.keyboard.press("Shift+N")
    page.keyboard.press("Control+4")
    x, y = (round(v, 3) for v in ada.frame_at(400, 400))
    field(ada, "x").fill(repr(x))
    page.keyboard.press("Tab")
    page.keyboard.type(repr(y))
    page.keyboard.press("Enter")
    field(ada, DISTANCE).fill("3000,5")
    field(ada, ANGLE).fill("90")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Δ x, y").click()
    field(ada, "x").fill("-1500.25")
    field(ada, "y").fill("0")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # nothing typed: it is finished
    made = last(ada, scene)
    assert made["exterior"] == [[x, y], [x, y + 3000.5], [x - 1500.25, y + 3000.5]]


def test_numbers_and_the_pointer(ada: Desk, scenes: Scenes) -> None:
    """Digits mean a distance while a sketch is begun and the panel is open, a class at all other times."""
    scene = scenes["landsat"]
    ada.open(scene)
    page = ada.page
    page.keyboard.press("s")
    ada.tool("polyline")
    first = ada.click(300, 300)
    page.mouse.move(420, 300)
    page.keyboard.press("2")
    assert page.locator(".class-row", has_text="Lake").get_attribute("data-chosen") == "true"
    page.keyboard.press("Control+4")
    page.locator(".typed-panel input:focus").wait_for()
    page.keyboard.press("Escape")
    page.mouse.move(430, 300)
    page.keyboard.type("2500")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.mouse.move(500, 420)
    page.keyboard.press("a")
    page.locator(".typed-panel input:focus").wait_for()
    page.keyboard.type("-90")
    page.keyboard.press("Escape")  # frees it again
    ada.click(500, 420)
    page.mouse.move(640, 440)
    page.keyboard.down("Shift")
    page.mouse.move(641, 440)
    page.mouse.click(641, 440)
    page.keyboard.up("Shift")
    page.keyboard.press("Enter")
    made = last(ada, scene)["path"]
    assert_near(made[:3], [first, (first[0] + 2500, first[1]), ada.frame_at(500, 420)], ada)
    assert made[3][1] == made[2][1], "Shift keeps to 45° steps"
    assert_near([made[3]], [(ada.frame_at(641, 440)[0], made[2][1])], ada)


def test_parallel_to_an_edge(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    page = ada.page
    page.keyboard.press("s")
    ada.draw("polyline", [(300, 300), (500, 400)])
    ada.click(300, 450)
    page.mouse.move(400, 351)
    page.keyboard.press("p")
    ada.click(400, 520)  # along
    page.mouse.move(400, 351)
    page.keyboard.press("p")
    page.keyboard.press("p")
    ada.click(300, 600)  # across
    page.keyboard.press("Enter")
    edge = np.diff(ada.annotations(scene)[0]["geometry"]["path"], axis=0)[0]
    along, across = np.diff(last(ada, scene)["path"], axis=0)
    sines = [np.cross(edge, along) / np.linalg.norm(edge) / np.linalg.norm(along)]
    sines.append(np.dot(edge, across) / np.linalg.norm(edge) / np.linalg.norm(across))
    assert np.abs(sines).max() < 1e-6


@pytest.mark.parametrize("title", ["naip", "landsat", "degrees"])
def test_live_measures_are_those_of_the_ellipsoid(
    title: str, ada: Desk, scenes: Scenes, raster_data: Path, tmp_path: Path
) -> None:
    scene = in_degrees(ada, raster_data, tmp_path) if title == "degrees" else scenes[title]
    ada.open(scene)
    page = ada.page
    page.keyboard.press("s")
    ada.tool("polygon")
    page.keyboard.press("Control+4")
    places = [(420.0, 250.0), (640.0, 230.0), (700.0, 420.0), (430.0, 470.0)]
    ring = [ada.click(*place) for place in places]
    terms = page.locator(".typed-measures dd")
    ada.until(lambda: terms.count() == 2 and " m" in str(terms.nth(0).text_content()), "the ground is known")
    page.mouse.move(431, 470)
    page.mouse.move(430, 470)
    found = [float(str(terms.nth(i).text_content()).split()[0].replace(",", "")) for i in (0, 1)]
    to_wgs84 = pyproj.Transformer.from_crs(crs_of(ada, scene), 4326, always_xy=True)
    lon, lat = to_wgs84.transform(*np.transpose(ring))
    area, perimeter = pyproj.Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)
    assert np.isclose(found[0], perimeter, rtol=1e-4)
    assert np.isclose(found[1], abs(area), rtol=1e-4)
