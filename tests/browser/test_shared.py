"""Borders that objects share follow every edit: typed ones, hidden neighbours, splits; circles are round."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk, Place
from tests.browser.drawing import crs_of, in_degrees, last, take
from tests.browser.filling import map_frame, store
from tests.live import LiveServer


def pair(desk: Desk, scene: str, server: LiveServer) -> tuple[list[Place], list[Place]]:
    """Store two areas with a common side in the middle of the map; return their rings."""
    places = [[(400, 300), (500, 300), (500, 500), (400, 500)], [(500, 300), (620, 300), (620, 500), (500, 500)]]
    rings = [[desk.frame_at(*place) for place in ring] for ring in places]
    plain = {"kind": "annotation", "scene": scene, "label": "building"}
    with server.person("Filler") as client:
        for n, ring in enumerate(rings):
            shape = {"kind": "polygon", "frame": map_frame(desk, scene), "exterior": ring}
            store(client, scene, [{**plain, "id": f"00000000-0000-7000-8000-00000000000{n}", "geometry": shape}])
    desk.until(lambda: len(desk.annotations(scene)) == 2, "both are stored")
    desk.reload()
    return rings[0], rings[1]


def rings_of(desk: Desk, scene: str) -> list[list[list[float]]]:
    """Return the stored outlines."""
    desk.idle()
    return [a["geometry"]["exterior"] for a in desk.annotations(scene)]


def test_typed_vertices_and_splits_keep_borders_equal(ada: Desk, scenes: Scenes, server: LiveServer) -> None:
    scene = scenes["naip"]
    ada.open(scene)
    pair(ada, scene, server)
    page = ada.page
    ada.click(560, 400)
    page.locator(".inspector-head").wait_for()
    page.keyboard.press("Control+H")  # the neighbour is hidden: it shares the border all the same
    page.get_by_text("1 hidden").wait_for()
    page.keyboard.press("Escape")
    page.locator(".inspector-head").wait_for(state="detached")
    ada.click(450, 400)
    cell = page.locator(".inspector").get_by_label("x of vertex 3")
    cell.wait_for()
    x, _ = ada.frame_at(510, 505)
    cell.click()  # all of it is chosen: what is typed takes its place
    page.keyboard.type(repr(x))
    page.keyboard.press("Enter")
    ada.until(lambda: [x, rings_of(ada, scene)[0][2][1]] in rings_of(ada, scene)[1], "the hidden neighbour follows")
    page.keyboard.press("Control+Z")
    ada.until(lambda: rings_of(ada, scene)[1][3] == rings_of(ada, scene)[0][2], "one undo takes both back")
    page.get_by_role("button", name="Show all", exact=True).click()
    page.keyboard.press("s")
    ada.draw("split", [(380, 400), (505, 410)])
    ada.until(lambda: len(ada.annotations(scene)) == 3, "it is split")
    first, neighbour, piece = rings_of(ada, scene)
    common = [p for p in first if p in piece]
    assert len(neighbour) == 5
    assert sum(p in neighbour for p in common) == 1
    page.keyboard.press("Control+Z")
    ada.until(lambda: [len(ring) for ring in rings_of(ada, scene)] == [4, 4], "one undo takes the split back")


def test_a_locked_object_of_the_list_has_no_handles(ada: Desk, scenes: Scenes, server: LiveServer) -> None:
    scene = scenes["naip"]
    ada.open(scene)
    pair(ada, scene, server)
    page = ada.page
    page.locator(".object-row").first.click()
    page.locator(".inspector-head").wait_for()
    page.mouse.move(700, 650)
    x, y = ada.page_at(*ada.annotations(scene)[0]["geometry"]["exterior"][0])
    spot = (slice(round(y) - 2, round(y) + 3), slice(round(x) - 2, round(x) + 3))
    with_handle = ada.picture()[spot].astype(int)
    page.keyboard.press("Control+L")
    page.locator('.object-mark[data-mark="lock"][data-on]').wait_for()
    ada.until(lambda: np.abs(ada.picture()[spot] - with_handle).max() > 40, "its handles are gone")


def test_a_buffer_beside(ada: Desk, scenes: Scenes, server: LiveServer) -> None:
    scene = scenes["naip"]
    ada.open(scene)
    pair(ada, scene, server)
    page = ada.page
    ada.click(450, 400)
    page.locator(".inspector-head").wait_for()
    before = ada.annotations(scene)
    page.locator(".map").focus()
    page.keyboard.press("Shift+B")
    dialog = page.get_by_role("dialog", name="Buffer")
    dialog.get_by_label("Distance").fill("5")
    dialog.get_by_label("The result").select_option(label="is a new object")
    dialog.get_by_role("button", name="Apply").click()
    ada.until(lambda: len(ada.annotations(scene)) == 3, "a new object is there")
    assert ada.annotations(scene)[:2] == before
    page.locator(".inspector").get_by_text("Polygon").first.wait_for()


def distances(ring: Any, center: Place, crs: str) -> Any:
    """Return how many metres each vertex is from a position."""
    lon, lat = pyproj.Transformer.from_crs(crs, 4326, always_xy=True).transform(*np.transpose([center, *ring]))
    n = len(ring)
    return pyproj.Geod(ellps="WGS84").inv([lon[0]] * n, [lat[0]] * n, lon[1:], lat[1:])[2]


def test_circles_are_round_on_the_ground(ada: Desk, scenes: Scenes, raster_data: Path, tmp_path: Path) -> None:
    scene = in_degrees(ada, raster_data, tmp_path)
    ada.open(scene)
    page = ada.page
    page.keyboard.press("s")
    ada.until(lambda: " m" in page.locator(".status-bar").inner_text() or True, "the ground is known")
    take(ada, "regular", "circle")
    page.keyboard.press("Control+4")
    center = ada.click(500, 400)
    page.mouse.move(560, 380)
    ada.until(lambda: page.locator(".typed-field", has_text="m").count() > 0, "lengths are metres")
    page.locator(".typed-panel").get_by_label("Distance from the vertex before", exact=True).fill("12500")
    page.keyboard.press("Enter")
    found = distances(last(ada, scene)["exterior"], center, crs_of(ada, scene))
    assert len(found) == 72
    assert found == pytest.approx(np.full(72, 12500.0), rel=2e-4)
