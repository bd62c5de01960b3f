"""Change shapes that exist: what the server has afterwards is judged by shapely, and one step takes it back."""

from __future__ import annotations

from typing import Any

import pytest
import shapely

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk, Place

SQUARE: list[Place] = [(300, 300), (500, 300), (500, 450), (300, 450)]


def shape(annotation: dict[str, Any]) -> Any:
    """Return the shapely geometry of an annotation."""
    geometry = annotation["geometry"]
    match geometry["kind"]:
        case "polygon":
            return shapely.Polygon(geometry["exterior"], geometry["holes"])
        case "multipolygon":
            return shapely.MultiPolygon([(part["exterior"], part["holes"]) for part in geometry["parts"]])
        case _:
            return shapely.LineString(geometry["path"])


def stored(desk: Desk, scene: str) -> list[dict[str, Any]]:
    """Return what is stored, once everything is."""
    desk.idle()
    found = desk.annotations(scene)
    assert all(shape(a).is_valid for a in found)
    return found


def exterior(annotation: dict[str, Any]) -> set[tuple[float, ...]]:
    """Return the corners of a polygon."""
    return {tuple(p) for p in annotation["geometry"]["exterior"]}


def choose(desk: Desk, *places: Place) -> None:
    """Choose the objects at some places of the page, in this order."""
    desk.tool("select")
    for i, place in enumerate(places):
        if i:
            desk.page.keyboard.down("Control")
        desk.click(*place)
        desk.until(lambda n=i + 1: is_chosen(desk, n), "it is chosen")
        if i:
            desk.page.keyboard.up("Control")


def is_chosen(desk: Desk, n: int) -> bool:
    """Tell whether so many objects of the list are chosen."""
    return desk.page.locator("[aria-selected=true]", has=desk.page.locator(".object-row")).count() == n


def undo(desk: Desk, scene: str, n: int) -> list[dict[str, Any]]:
    """Take one step back; so many objects are left."""
    desk.page.keyboard.press("Control+Z")
    found: list[dict[str, Any]] = desk.until(lambda: len(stored(desk, scene)) == n and stored(desk, scene), "undone")
    return found


def test_split_and_merge(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["naip"]
    ada.open(scene)
    ada.draw("polygon", SQUARE)
    [whole] = stored(ada, scene)
    ada.page.keyboard.press("Escape")
    ada.page.keyboard.press("Escape")

    ada.page.keyboard.press("Shift+X")
    ada.click(280, 350)
    ada.click(520, 360)
    ada.page.keyboard.press("Enter")
    ada.until(lambda: len(ada.annotations(scene)) == 2, "it is split")
    large, small = stored(ada, scene)
    assert large["id"] == whole["id"], "the largest piece is the object"
    assert (small["label"], small["attributes"]) == (whole["label"], whole["attributes"])
    assert shape(large).area > shape(small).area
    assert shape(large).area + shape(small).area == pytest.approx(shape(whole).area)
    assert exterior(whole) <= exterior(large) | exterior(small), "corners stay to the bit"
    assert shape(large).intersection(shape(small)).area == pytest.approx(0, abs=1e-6)
    assert len(exterior(large) & exterior(small)) == 2

    choose(ada, (400, 320), (400, 420))
    ada.page.keyboard.press("Shift+M")
    ada.until(lambda: len(ada.annotations(scene)) == 1, "they are merged")
    [merged] = stored(ada, scene)
    assert merged["id"] == small["id"], "the first chosen stays"
    assert shape(merged).equals_exact(shapely.union(shape(large), shape(small)), 1e-9, normalize=True)
    undo(ada, scene, 2)
    [again] = undo(ada, scene, 1)
    assert again["geometry"] == whole["geometry"]
    assert ada.errors == []


def test_reshape_and_square(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    ada.draw("polygon", [(300, 300), (500, 312), (495, 450), (305, 445)])
    [whole] = stored(ada, scene)
    ada.page.keyboard.press("q")
    [squared] = ada.until(
        lambda: [a for a in stored(ada, scene) if a["geometry"] != whole["geometry"]], "corners are right"
    )
    ring = squared["geometry"]["exterior"]
    for a, b, c in zip(ring, ring[1:] + ring[:1], ring[2:] + ring[:2], strict=True):
        one, two = (b[0] - a[0], b[1] - a[1]), (c[0] - b[0], c[1] - b[1])
        assert abs(one[0] * two[0] + one[1] * two[1]) < 1e-6 * shape(squared).length ** 2

    ada.tool("reshape")
    drawn = [ada.click(*place) for place in [(480, 340), (560, 340), (560, 400), (480, 400)]]
    ada.page.keyboard.press("Enter")
    [bulged] = ada.until(lambda: [a for a in stored(ada, scene) if shape(a).area > shape(squared).area], "reshaped")
    assert {drawn[1], drawn[2]} <= exterior(bulged)
    assert exterior(squared) <= exterior(bulged)
    [back] = undo(ada, scene, 1)
    assert back["geometry"] == squared["geometry"]
    assert ada.errors == []


def test_numbers_are_asked_with_a_preview(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["naip"]
    ada.open(scene)
    ada.draw("polygon", SQUARE)
    before = stored(ada, scene)[-1]
    ada.page.keyboard.press("Shift+B")
    dialog = ada.page.get_by_role("dialog", name="Buffer")
    dialog.get_by_label("Distance").fill("-2")
    dialog.get_by_label("Corners").select_option("mitre")
    dialog.get_by_text("→").wait_for()
    assert stored(ada, scene)[-1]["geometry"] == before["geometry"], "nothing is written yet"
    dialog.get_by_label("Distance").press("Enter")
    dialog.wait_for(state="detached")
    ada.until(lambda: stored(ada, scene)[-1]["geometry"] != before["geometry"], "it is smaller")
    after = stored(ada, scene)[-1]
    # metres on the ground; the frame of the scene is UTM, whose scale here is near 1
    assert (
        shape(after).symmetric_difference(shape(before).buffer(-2, join_style="mitre")).area < 1e-2 * shape(before).area
    )

    ada.page.get_by_role("button", name="Change the shape").click()
    ada.page.get_by_role("menuitem", name="Smooth…").click()
    dialog = ada.page.get_by_role("dialog", name="Smooth")
    dialog.get_by_text("4 → 32 vertices").wait_for()
    dialog.get_by_role("button", name="Apply").click()
    dialog.wait_for(state="detached")
    ada.until(lambda: len(stored(ada, scene)[-1]["geometry"]["exterior"]) == 32, "it is smooth")
    undo(ada, scene, len(ada.annotations(scene)))
    ada.until(lambda: stored(ada, scene)[-1]["geometry"] == after["geometry"], "one step back")
    assert ada.errors == []


def test_turn_scale_and_nudge(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["float64"]
    ada.open(scene)
    ada.draw("polygon", SQUARE)
    [before] = stored(ada, scene)
    ada.page.keyboard.press("Shift+T")
    ada.page.mouse.move(400, 272)
    ada.drag((400, 272), (503, 375))  # the knob, a quarter turn clockwise
    [turned] = ada.until(lambda: [a for a in stored(ada, scene) if a["geometry"] != before["geometry"]], "turned")
    assert shape(turned).area == pytest.approx(shape(before).area)
    (x0, y0, x1, y1), (u0, v0, u1, v1) = shape(before).bounds, shape(turned).bounds
    assert (u1 - u0, v1 - v0) == pytest.approx((y1 - y0, x1 - x0))
    assert shape(turned).centroid.distance(shape(before).centroid) < 1e-6 * shape(before).length

    ada.page.keyboard.press("ArrowRight")
    pixel = ada.frame_at(401, 300)[0] - ada.frame_at(400, 300)[0]
    [moved] = ada.until(lambda: [a for a in stored(ada, scene) if a["geometry"] != turned["geometry"]], "moved")
    assert shape(moved).bounds[0] - u0 == pytest.approx(pixel)

    ada.page.keyboard.press("Control+Shift+ArrowUp")
    [larger] = ada.until(lambda: [a for a in stored(ada, scene) if shape(a).area > shape(moved).area * 1.1], "scaled")
    assert shape(larger).area == pytest.approx(shape(moved).area * 1.21)
    assert ada.errors == []


def test_shapes_of_another_frame_keep_it(ada: Desk, scenes: Scenes) -> None:
    """Drawn on the UTM raster, split over one that is turned: only the drawn line is transformed."""
    scene = scenes["frames"]
    ada.open(scene)
    ada.page.get_by_label("Work on RGB.byte.tif").check()
    ada.page.wait_for_timeout(300)
    ada.idle()
    ada.draw("polygon", [(450, 300), (650, 300), (650, 500), (450, 500)])
    whole = stored(ada, scene)[-1]
    ada.page.get_by_label("Work on turned.tif").check()
    ada.page.wait_for_timeout(300)
    ada.idle()
    frame = next(a["frame"] for a in ada.fetch(f"/api/scenes/{scene}")["assets"] if a["title"] == "turned.tif")
    middle = shape(whole).centroid
    with ada.server.program() as client:
        asked = {"src": whole["geometry"]["frame"], "dst": frame, "positions": [[middle.x, middle.y]]}
        col, row = client.post(f"/api/scenes/{scene}/transform", json=asked).json()["positions"][0]
    x, y = ada.page_at(col, row)
    ada.tool("split")
    ada.click(x - 200, y + 5)
    ada.click(x + 200, y - 5)
    ada.page.keyboard.press("Enter")
    ada.until(lambda: len(ada.annotations(scene)) == 2, "it is split")
    pieces = stored(ada, scene)
    assert {piece["geometry"]["frame"] for piece in pieces} == {whole["geometry"]["frame"]}
    assert exterior(whole) <= exterior(pieces[0]) | exterior(pieces[1]), "corners stay to the bit, across frames"
    assert sum(shape(piece).area for piece in pieces) == pytest.approx(shape(whole).area)
    assert min(shape(piece).area for piece in pieces) > 0.3 * shape(whole).area, "the line is where it was drawn"
    assert ada.errors == []
