"""A server that goes away and comes back, and one that refuses: nothing is lost, and there is a way on."""

from __future__ import annotations

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk, Place
from tests.live import LiveServer


def triangle(x: float, y: float) -> list[Place]:
    """Return three places of the page."""
    return [(x, y), (x + 70, y + 5), (x + 30, y + 60)]


def test_work_goes_on_while_the_server_is_away(ada: Desk, scenes: Scenes, server: LiveServer) -> None:
    """It is stopped; two polygons, an undo and a class are done without it; it starts again: all of it is stored."""
    scene = scenes["naip"]
    ada.open(scene)
    ada.draw("polygon", triangle(300, 200))
    ada.idle()
    server.stop()
    ada.until(lambda: ada.sync_state() == "offline", "the badge says so")
    for x in (400, 500, 600):
        ada.draw("polygon", triangle(x, 300))
    ada.page.keyboard.press("Control+z")
    ada.until(lambda: "2 waiting" in ada.page.locator(".sync").inner_text(), "two polygons wait")
    assert ada.page.locator(".object-row").count() == 3
    server.start()
    ada.page.locator(".sync").click()
    ada.idle()
    assert ada.sync_state() == "saved"
    assert len(ada.annotations(scene)) == 3
    forget_lost_connections(ada)


def test_what_is_refused_is_kept_until_it_can_be_stored(ada: Desk, scenes: Scenes) -> None:
    """The server refuses a polygon: it says why, keeps it over a reload, and stores it when it is tried again."""
    scene = scenes["naip"]
    ada.open(scene)
    refusal = {
        "type": "urn:geo3d:validation-failed",
        "title": "Validation failed",
        "status": 422,
        "detail": "“height” is required",
    }
    ada.page.route("**/changes", lambda route: route.fulfill(status=422, json=refusal))
    ada.draw("polygon", triangle(300, 200))
    ada.page.get_by_text("was refused: “height” is required").wait_for()
    assert ada.page.locator(".object-row").count() == 0
    ada.page.get_by_role("button", name="What can be done").click()
    dialog = ada.page.get_by_role("dialog", name="What the server refused")
    dialog.get_by_text("“height” is required").wait_for()
    ada.page.keyboard.press("Escape")
    ada.page.unroute("**/changes")
    ada.reload()
    ada.page.get_by_role("button", name="1 refused").click()
    dialog.get_by_role("button", name="Try again").click()
    ada.page.get_by_role("dialog").get_by_role("button", name="Done").click()
    ada.idle()
    assert len(ada.annotations(scene)) == 1
    assert ada.page.get_by_role("button", name="1 refused").count() == 0
    ada.errors = [error for error in ada.errors if not error.startswith("422 ")]


def forget_lost_connections(desk: Desk) -> None:
    """Drop what the browser itself says about connections that were lost."""
    desk.errors = [error for error in desk.errors if "net::ERR" not in error]
