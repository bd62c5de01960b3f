"""Snap to neighbours and edit borders that objects share: what coincides goes on coinciding, to the bit."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import shapely

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk, Place

LEFT: list[Place] = [(300, 300), (450, 300), (450, 450), (300, 450)]
RIGHT: list[Place] = [(450, 300), (600, 300), (600, 450), (450, 450)]


def exteriors(desk: Desk, scene: str) -> list[list[list[float]]]:
    """Return the outlines of all polygons of a scene, by number."""
    desk.idle()
    return [a["geometry"]["exterior"] for a in desk.annotations(scene) if a["geometry"]["kind"] == "polygon"]


def shared(one: list[list[float]], other: list[list[float]]) -> list[list[float]]:
    """Return the vertices that two outlines have in common, to the bit."""
    return [p for p in one if p in other]


def open_table(desk: Desk, scene: str) -> None:
    """Draw two polygons side by side that share two corners."""
    desk.open(scene)
    desk.draw("polygon", LEFT)
    desk.draw("polygon", RIGHT)
    left, right = exteriors(desk, scene)
    assert len(shared(left, right)) == 2


def choose(desk: Desk, x: float, y: float) -> None:
    """Choose the object at a place of the page."""
    desk.tool("select")
    desk.click(x, y)
    row = desk.page.locator("[aria-selected=true]", has=desk.page.locator(".object-row"))
    desk.until(lambda: row.count() == 1, "it is chosen")


def test_shared_borders_stay_shared(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["naip"]
    open_table(ada, scene)
    choose(ada, 350, 380)

    ada.drag((450, 450), (470, 470))  # a vertex of both
    left, right = exteriors(ada, scene)
    assert len(shared(left, right)) == 2
    assert left[2] == right[3]
    ada.page.keyboard.press("Control+Z")
    undone = exteriors(ada, scene)
    assert len(shared(*undone)) == 2, "one step back for both"
    assert undone[0][2] != left[2]

    ada.page.keyboard.press("s")
    ada.page.mouse.move(450, 375)
    ada.drag((450, 375), (480, 380))  # a new vertex on the shared edge
    left, right = exteriors(ada, scene)
    assert [len(left), len(right)] == [5, 5]
    assert len(shared(left, right)) == 3

    ada.page.keyboard.down("Alt")
    ada.drag((465, 338), (485, 338))  # the edge between the upper corner and the new vertex
    ada.page.keyboard.up("Alt")
    moved = exteriors(ada, scene)
    assert len(shared(*moved)) == 3
    assert moved[0] != left
    assert moved[1] != right

    ada.page.mouse.move(500, 380)
    ada.page.keyboard.press("Delete")  # the vertex under the pointer, from both
    left, right = exteriors(ada, scene)
    assert [len(left), len(right)] == [4, 4]
    assert len(shared(left, right)) == 2


def test_topology_can_be_switched_off(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    open_table(ada, scene)
    button = ada.page.get_by_role("button", name="topology")
    assert button.get_attribute("aria-pressed") == "true"
    ada.page.keyboard.press("Shift+S")
    assert button.get_attribute("aria-pressed") == "false"
    choose(ada, 350, 380)
    ada.drag((450, 450), (470, 480))
    left, right = exteriors(ada, scene)
    assert len(shared(left, right)) == 1
    ada.reload()
    assert button.get_attribute("aria-pressed") == "false", "the browser keeps it"
    button.click()
    assert button.get_attribute("aria-pressed") == "true"


def test_a_move_that_crosses_is_marked_and_refused(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    ada.draw("polygon", LEFT)
    before = exteriors(ada, scene)
    choose(ada, 350, 380)
    page = ada.page
    page.mouse.move(450, 450)
    page.mouse.down()
    page.mouse.move(250, 340, steps=4)
    hint = page.locator(".status-hint")
    assert "crosses itself" in str(hint.text_content())
    red = reds(ada, (300, 300), 60)
    page.mouse.up()
    ada.until(lambda: page.get_by_text("Nothing was changed").count(), "it says so")
    assert exteriors(ada, scene) == before
    assert red > 20, "the place is marked"
    assert reds(ada, (300, 300), 60) < red / 4


def reds(desk: Desk, around: Place, within: int) -> int:
    """Count the pixels in the colour of a problem."""
    x, y = int(around[0]), int(around[1])
    cut: Any = desk.picture()[y - within : y + within, x - within : x + within].astype(int)
    return int(((abs(cut - (229, 72, 77))).max(axis=2) < 12).sum())


def test_what_catches_can_be_chosen(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    ada.draw("polyline", [(300, 300), (500, 300)])
    ada.draw("polyline", [(350, 200), (350, 400)])
    ada.idle()
    page = ada.page
    page.get_by_role("button", name="What the pointer catches").click()
    page.get_by_label("Middles of edges").check()
    page.get_by_label("Crossings of edges").check()
    page.get_by_label("Edges", exact=True).uncheck()
    page.get_by_role("slider", name="Reach").fill("14")
    page.keyboard.press("Escape")
    assert "midpoint" in str(page.locator(".aid-switch").first.text_content())
    ada.draw("polyline", [(408, 306), (600, 500)])
    ada.draw("polyline", [(362, 307), (620, 500)])
    ada.draw("polyline", [(460, 310), (640, 500)])
    ada.idle()
    paths = [a["geometry"]["path"] for a in ada.annotations(scene)]
    across, down = paths[0], paths[1]
    middle = [(across[0][0] + across[1][0]) / 2, (across[0][1] + across[1][1]) / 2]
    assert paths[2][0] == middle
    assert abs(paths[3][0][0] - down[0][0]) < 1e-6
    assert abs(paths[3][0][1] - across[0][1]) < 1e-6
    assert abs(paths[4][0][1] - across[0][1]) > 1e-3, "edges do not catch"
    page.reload()
    ada.idle()
    page.get_by_role("button", name="What the pointer catches").click()
    assert page.get_by_label("Middles of edges").is_checked()


def test_trace_along_neighbours(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    open_table(ada, scene)
    page = ada.page
    ada.tool("polygon")
    ada.click(450, 520)
    ada.click(300, 450)
    page.keyboard.down("t")
    ada.click(600, 450)  # along the lower borders of both
    page.keyboard.up("t")
    page.keyboard.press("Enter")
    left, right, traced = exteriors(ada, scene)
    assert len(traced) == 4
    assert traced[1:] == [left[3], left[2], right[2]]


def test_an_outline_that_crosses_itself_is_not_finished(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    ada.draw("polygon", [(300, 300), (450, 300), (450, 450), (380, 250)])
    hint = ada.page.locator(".status-hint")
    assert "crosses itself" in str(hint.text_content())
    assert reds(ada, (402, 300), 40) > 20
    assert exteriors(ada, scene) == []
    ada.page.keyboard.press("Backspace")
    ada.page.keyboard.press("Enter")
    assert len(exteriors(ada, scene)[0]) == 3


def test_check_labels_and_mend(ada: Desk, scenes: Scenes, tmp_path: Path) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    ada.page.keyboard.press("s")
    ada.draw("polygon", LEFT)
    ada.draw("polygon", [(430, 320), (600, 300), (600, 450), (430, 420)])  # reaches into the first
    ada.idle()
    page = ada.page
    page.locator(".map").focus()
    page.keyboard.press("Shift+C")
    rows = page.locator(".checks li")
    assert rows.count() == 1
    assert rows.first.get_attribute("data-kind") == "overlap"
    page.screenshot(path=tmp_path / "checks.png")
    rows.first.locator(".checks-go").click()
    assert page.locator("[aria-selected=true]", has=page.locator(".object-row")).count() == 2
    ada.idle()
    rows.first.get_by_role("button", name="Cut the newer one back").click()
    ada.until(lambda: page.get_by_text("Nothing wrong in view").count(), "it is mended")
    first, second = (shapely.Polygon(ring) for ring in exteriors(ada, scene))
    assert first.intersection(second).area < 1e-6 * first.area
    assert first.distance(second) < 1e-6


def test_a_new_polygon_is_cut_back_by_its_neighbour(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    ada.page.keyboard.press("s")
    ada.draw("polygon", LEFT)
    ada.page.keyboard.press("Shift+A")
    assert "no overlap" in str(ada.page.get_by_role("button", name="topology").text_content())
    ada.draw("polygon", [(400, 330), (600, 310), (600, 440), (400, 420)])
    ada.until(lambda: len(ada.annotations(scene)) == 2, "it is drawn")
    left, right = exteriors(ada, scene)
    assert len(left) == 6, "where the new one meets it, the neighbour has vertices now"
    assert len(shared(left, right)) == 2
    polygons = [shapely.Polygon(left), shapely.Polygon(right)]
    assert shapely.coverage_is_valid(polygons)
    assert shapely.coverage_union_all(polygons).geom_type == "Polygon"
    ada.page.keyboard.press("Control+Z")
    ada.until(lambda: len(ada.annotations(scene)) == 1, "one step back takes the new one away")
    assert len(exteriors(ada, scene)[0]) == 4, "and its corners"
