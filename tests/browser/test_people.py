"""Two people, lost connections, conflicts: nobody's work is lost and everybody sees it."""

from __future__ import annotations

import time
from collections.abc import Callable

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk, Place


def square(x: float, y: float, side: float = 60) -> list[Place]:
    """Return the corners of a square on the page."""
    return [(x, y), (x + side, y), (x + side, y + side), (x, y + side)]


def test_two_people_see_each_other(desk_of: Callable[..., Desk], scenes: Scenes) -> None:
    ada, bob = desk_of("Ada"), desk_of("Bob")
    for desk in (ada, bob):
        desk.open(scenes["naip"])
    n = bob.page.locator(".object-row").count()
    before = bob.picture()[300:360, 300:360].astype(int)
    ada.draw("polygon", square(300, 300))
    start = time.monotonic()
    bob.until(lambda: bob.page.locator(".object-row").count() == n + 1, "Bob lists what Ada drew")
    print(f"seen after {time.monotonic() - start:.2f} s")
    bob.page.wait_for_timeout(100)
    assert abs(bob.picture()[300:360, 300:360].astype(int) - before).mean() > 3, "and sees it on the map"

    bob.page.get_by_label("Name of a new class").fill("Pond")
    bob.page.get_by_label("Name of a new class").press("Enter")
    ada.page.locator(".class-row", has_text="Pond").wait_for()
    ada.tool("select")
    ada.click(330, 330)
    ada.page.get_by_label("Class", exact=True).select_option("Pond")
    bob.until(lambda: bob.page.locator(".object-row", has_text="Pond").count() == 1, "Bob sees the new class")
    bob.click(330, 330)
    bob.page.keyboard.press("Delete")
    ada.until(lambda: ada.page.locator(".object-row", has_text="Pond").count() == 0, "Ada sees it go")
    for desk in (ada, bob):
        desk.idle()


def test_offline_work_is_kept_over_a_reload(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["naip"]
    ada.open(scene)
    n = len(ada.annotations(scene))
    ada.page.route("**/changes", lambda route: route.abort())
    ada.draw("polygon", square(500, 300))
    ada.until(lambda: ada.sync_state() == "offline", "the badge says so")
    assert ada.page.locator(".sync").inner_text().strip() == "offline · 1 waiting"
    ada.page.reload()
    ada.until(lambda: ada.page.locator(".object-row").count() == n + 1, "the waiting polygon is there again")
    assert len(ada.annotations(scene)) == n
    ada.page.unroute("**/changes")
    ada.page.locator(".sync").click()
    ada.until(lambda: len(ada.annotations(scene)) == n + 1, "it was sent")
    ada.idle()
    assert ada.sync_state() == "saved"
    ada.errors = [error for error in ada.errors if "net::ERR_FAILED" not in error]


def test_a_conflict_asks_which_version_stays(desk_of: Callable[..., Desk], scenes: Scenes) -> None:
    ada, bob = desk_of("Ada"), desk_of("Bob")
    scene = scenes["landsat"]
    for desk in (ada, bob):
        desk.open(scene)
        desk.page.keyboard.press("s")
    ada.draw("polygon", square(300, 300))
    ada.idle()
    bob.until(lambda: bob.page.locator(".object-row").count() > 0, "Bob has it")
    made = ada.annotations(scene)[-1]["id"]

    ada.page.route("**/changes", lambda route: route.abort())
    ada.tool("select")
    ada.drag((360, 360), (400, 400))
    ada.until(lambda: ada.sync_state() == "offline", "Ada's change waits")
    bob.tool("select")
    bob.click(330, 330)
    bob.until(lambda: bob.page.get_by_role("heading", name="Inspector").count(), "Bob has chosen it")
    bob.drag((300, 300), (260, 260))
    bob.idle()
    ada.page.unroute("**/changes")
    ada.page.locator(".sync").click()
    dialog = ada.page.get_by_role("dialog")
    dialog.get_by_text("Somebody changed this object too").wait_for()
    assert ada.sync_state() == "conflict"
    dialog.get_by_role("button", name="Keep mine").click()
    ada.idle()
    stored = next(a for a in ada.annotations(scene) if a["id"] == made)
    corner = ada.frame_at(400, 400)
    assert abs(stored["geometry"]["exterior"][2][0] - corner[0]) < 1e-6
    assert abs(stored["geometry"]["exterior"][0][0] - ada.frame_at(300, 300)[0]) < 1e-6, "Ada's version is whole"
    history = ada.fetch(f"/api/scenes/{scene}/history/annotation/{made}")["versions"]
    assert [version["actor"] for version in history] == [history[2]["actor"], history[1]["actor"], history[2]["actor"]]
    ada.errors = [error for error in ada.errors if "net::ERR_FAILED" not in error]
