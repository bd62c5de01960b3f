"""Draw by hand and by few points: what is stored is what was clicked or dragged, exactly."""

from __future__ import annotations

from typing import Any

import numpy as np

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk, Place
from tests.browser.drawing import assert_near, last, take


def ring_distance(ring: Any, center: Place) -> Any:
    """Return how far each vertex of a ring is from a position."""
    return np.linalg.norm(np.asarray(ring) - np.asarray(center), axis=1)


def test_the_rail_holds_variants_and_fits_a_low_screen(ada: Desk, scenes: Scenes) -> None:
    page = ada.page
    page.set_viewport_size({"width": 1280, "height": 720})
    ada.open(scenes["landsat"])
    rail = page.locator(".tool-rail")
    assert rail.evaluate("e => e.scrollHeight <= e.clientHeight"), "every tool is in sight at 720 px"
    page.keyboard.press("o")
    assert page.locator('.tool[data-tool="rectangle"]').get_attribute("aria-pressed") == "true"
    page.keyboard.press("o")
    assert page.locator('.tool[data-tool="rectangle-turned"]').get_attribute("aria-pressed") == "true"
    page.keyboard.press("v")
    page.keyboard.press("o")
    front = page.locator('.tool[data-family="regular"]')
    assert front.get_attribute("data-tool") == "rectangle-turned", "the last used one stays in front"
    front.focus()
    page.keyboard.press("ArrowRight")
    page.locator('[role="menu"] button:focus').wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert front.get_attribute("data-tool") == "circle"
    box = front.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    page.mouse.down()
    page.locator('[role="menu"]').wait_for()
    page.mouse.up()
    page.keyboard.press("Escape")
    assert page.locator('[role="menu"]').count() == 0


def test_freehand_streams_and_clicks_mix(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    ada.page.keyboard.press("s")
    take(ada, "polyline", "polyline-freehand")
    before = ada.frame_at(300, 300)
    ada.drag((300, 300), (500, 300))  # straight: the run keeps its ends only
    clicked = [ada.click(560, 360), ada.click(600, 300)]
    ada.page.keyboard.press("Enter")
    assert ada.frame_at(300, 300) == before, "the map did not move"
    assert_near(last(ada, scene)["path"], [before, ada.frame_at(500, 300), *clicked], ada)

    take(ada, "polygon", "polygon-freehand")
    corners = [(320.0, 420.0), (520.0, 430.0), (510.0, 560.0), (330.0, 540.0)]
    ada.page.mouse.move(*corners[0])
    ada.page.mouse.down()
    for corner in [*corners[1:], corners[0]]:
        ada.page.mouse.move(*corner, steps=12)
    ada.page.mouse.up()
    made = last(ada, scene)
    assert_near(made["exterior"], [ada.frame_at(*corner) for corner in corners], ada)

    ada.tool("polygon-freehand")
    ada.page.keyboard.press("Shift+N")  # from the freehand one on to the plain one
    ada.click(600, 420)
    ada.click(700, 420)
    ada.page.keyboard.down("Control")
    ada.drag((700, 520), (600, 520))
    ada.page.keyboard.up("Control")
    ada.page.keyboard.press("Enter")
    wanted = [ada.frame_at(*p) for p in ((600, 420), (700, 420), (700, 520), (600, 520))]
    assert_near(last(ada, scene)["exterior"], wanted, ada)


def test_shapes_by_few_points(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    ada.page.keyboard.press("s")
    take(ada, "regular", "rectangle")
    ada.drag((300, 200), (420, 260))
    wanted = [ada.frame_at(*p) for p in ((300, 200), (420, 200), (420, 260), (300, 260))]
    assert_near(last(ada, scene)["exterior"], wanted, ada)

    take(ada, "regular", "rectangle-turned")
    for place in ((500, 200), (580, 260), (550, 300)):
        ada.click(*place)
    made = last(ada, scene)
    assert made["kind"] == "polygon"
    assert_near(made["exterior"], [ada.frame_at(*p) for p in ((500, 200), (580, 260), (550, 300), (470, 240))], ada)

    take(ada, "regular", "circle")
    ada.drag((400, 420), (400, 480))
    made = last(ada, scene)
    assert len(made["exterior"]) == 72
    radius = ring_distance([ada.frame_at(400, 480)], ada.frame_at(400, 420))[0]
    assert np.allclose(ring_distance(made["exterior"], ada.frame_at(400, 420)), radius, rtol=1e-9)
    assert_near(made["exterior"][0], ada.frame_at(400, 480), ada)  # type: ignore[arg-type]

    take(ada, "regular", "circle-three")
    rim = [ada.click(*place) for place in ((560, 420), (620, 480), (560, 540))]
    made = last(ada, scene)
    center = ada.frame_at(560, 480)
    assert np.allclose(ring_distance(made["exterior"], center), ring_distance(rim, center)[0], rtol=1e-6)

    take(ada, "box", "box-turned")
    ada.drag((680, 420), (740, 500))
    ada.click(700, 530)
    made = last(ada, scene)
    assert made["kind"] == "box"
    pixel = abs(ada.frame_at(101, 100)[0] - ada.frame_at(100, 100)[0])
    assert np.allclose(made["size"], [100 * pixel, 50 * pixel], rtol=1e-6)
    assert np.isclose(made["angle"], np.arctan2(-80, 60), rtol=1e-6), "y is upwards on the map"


def test_a_circle_in_a_plain_picture(ada: Desk, scenes: Scenes) -> None:
    """Pixel frames take polygons too."""
    scene = scenes["float64"]
    ada.open(scene)
    ada.page.keyboard.press("s")
    take(ada, "regular", "circle")
    ada.drag((500, 400), (560, 400))
    made = last(ada, scene)
    assert made["kind"] == "polygon"
    assert np.allclose(
        ring_distance(made["exterior"], ada.frame_at(500, 400)),
        abs(ada.frame_at(560, 400)[0] - ada.frame_at(500, 400)[0]),
        rtol=1e-6,
    )


def test_parts_and_fillings(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    ada.page.keyboard.press("s")
    ada.draw("polygon", [(300, 200), (500, 200), (500, 400), (300, 400)])
    ada.idle()
    before = ada.annotations(scene)[0]
    take(ada, "hole", "add-part")
    part = [ada.click(*place) for place in ((540, 220), (640, 220), (600, 320))]
    ada.page.keyboard.press("Enter")
    ada.idle()
    made = ada.annotations(scene)[0]["geometry"]
    assert made["kind"] == "multipolygon"
    assert made["parts"][0]["exterior"] == before["geometry"]["exterior"], "what was there stays to the bit"
    assert_near(made["parts"][1]["exterior"], part, ada)

    ada.page.locator(".class-row", has_text="Lake").click()
    ada.page.keyboard.press("Escape")
    take(ada, "hole", "fill-ring")
    ring = [ada.click(*place) for place in ((340, 240), (440, 240), (440, 340))]
    ada.page.keyboard.press("Enter")
    ada.idle()
    pierced, filling = ada.annotations(scene)
    assert filling["label"] == "lake"
    assert pierced["geometry"]["parts"][0]["holes"] == [filling["geometry"]["exterior"]], "one ring, to the bit"
    assert_near(filling["geometry"]["exterior"], ring, ada)
    ada.page.keyboard.press("Control+Z")
    ada.until(lambda: len(ada.annotations(scene)) == 1, "both went in one step")
    assert ada.annotations(scene)[0]["geometry"]["parts"][0]["holes"] == []
