"""A laptop, a window magnified twice, a pen and fingers: everything is in reach, nothing is cut off."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk

CUT_OFF = """() => {
    const out = []
    if (document.scrollingElement.scrollWidth > innerWidth) out.push('the page is wider than the window')
    const controls = '.top-bar :is(a, button), .status-bar button, .kit-button, .start-bar *'
    for (const e of document.querySelectorAll(controls)) {
        const box = e.getBoundingClientRect()
        if (!box.width) continue
        if (box.left < 0 || box.right > innerWidth + 0.5) out.push(`${e.className} ${e.textContent}: out of sight`)
        if (e.matches('.kit-button') && e.scrollWidth > e.clientWidth + 1) out.push(`${e.textContent}: cut`)
    }
    return out
}"""


@pytest.mark.parametrize("size", [(1280, 720), (640, 360)], ids=["laptop", "200 percent"])
def test_nothing_is_cut_off(desk_of: Callable[..., Desk], scenes: Scenes, size: tuple[int, int]) -> None:
    """The start page, a scene with a chosen object, and the dialog of submission."""
    ada = desk_of("Ada", viewport={"width": size[0], "height": size[1]})
    scene = scenes["naip"]
    ada.page.reload()
    ada.page.get_by_role("heading", name="Scenes").wait_for()
    assert ada.page.evaluate(CUT_OFF) == []
    ada.open(scene)
    ada.draw("point", [(150, 200)])
    ada.idle()
    assert ada.page.evaluate(CUT_OFF) == []
    ada.page.keyboard.press("Control+Enter")
    button = ada.page.get_by_role("dialog").get_by_role("button", name="Submit one object")
    button.wait_for()
    button.click()
    ada.idle()
    assert ada.annotations(scene)[0]["state"] == "submitted"


def test_a_pen_draws_and_a_finger_moves_the_map(ada: Desk, scenes: Scenes) -> None:
    """A box by a drag of the pen; the same drag of a finger pans; a palm beside the pen places nothing."""
    scene = scenes["naip"]
    ada.open(scene)
    devtools = ada.context.new_cdp_session(ada.page)

    def pen(kind: str, x: float, y: float, **more: Any) -> None:
        given = {"type": kind, "x": x, "y": y, "pointerType": "pen", "force": 0.4, **more}
        devtools.send("Input.dispatchMouseEvent", given)

    def finger(kind: str, *places: tuple[float, float]) -> None:
        touches = [{"x": x, "y": y} for x, y in places]
        devtools.send("Input.dispatchTouchEvent", {"type": kind, "touchPoints": touches})

    ada.tool("box")
    pen("mouseMoved", 300, 200)
    pen("mousePressed", 300, 200, button="left", buttons=1, clickCount=1)
    for x in (330, 360, 400):
        pen("mouseMoved", x, 280, button="left", buttons=1)
    pen("mouseReleased", 400, 280, button="left", clickCount=1)
    ada.idle()
    assert len(ada.annotations(scene)) == 1

    ada.tool("box")
    before = ada.frame_at(500, 300)
    finger("touchStart", (500, 300))
    for x in (520, 540, 570):
        finger("touchMove", (x, 330))
    finger("touchEnd")
    ada.idle()
    assert ada.frame_at(500, 300) != before
    finger("touchStart", (400, 400))
    finger("touchEnd")
    ada.tool("point")
    finger("touchStart", (450, 420))
    finger("touchEnd")
    ada.idle()
    assert len(ada.annotations(scene)) == 1
