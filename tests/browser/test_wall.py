"""The wall of crops: objects side by side, looked through by mouse and by keyboard."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from typing import Any

import pytest
from playwright.sync_api import Locator

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk


def cards(desk: Desk) -> Locator:
    """Return the cards in sight."""
    return desk.page.locator(".wall-cards [role=option]")


def show_wall(desk: Desk, n: int) -> None:
    """Open the wall by its key, and wait until so many cards hang on it with their pictures."""
    desk.page.locator(".map").focus()
    desk.page.keyboard.press("w")
    desk.page.locator(".wall-cards").wait_for()
    desk.idle()
    desk.until(lambda: cards(desk).count() == n, "the cards hang")
    desk.until(
        lambda: desk.page.evaluate(
            "() => [...document.querySelectorAll('.wall-crop')].every(c => c.querySelector('img')?.naturalWidth > 0)"
        ),
        "the crops are drawn",
    )


def states(desk: Desk, scene: str) -> Counter[str]:
    """Return how many objects are in which state."""
    return Counter(a["state"] for a in desk.annotations(scene))


def field(desk: Desk, scene: str, name: str) -> list[Any]:
    """Return one field of all stored objects, by number."""
    return [a[name] for a in desk.annotations(scene)]


def test_objects_are_judged_reclassified_tagged_and_deleted_by_key(ada: Desk, filled: Callable[[int], str]) -> None:
    scene = filled(3)
    page = ada.page
    show_wall(ada, 9)
    keys = page.keyboard
    keys.press("ArrowRight")
    keys.press("a")
    keys.press("a")
    keys.press("r")
    ada.idle()
    assert field(ada, scene, "state")[:4] == ["accepted", "accepted", "rejected", "draft"]
    page.get_by_label("Progress of the review").get_by_text("3 of 9 reviewed").wait_for()
    keys.press("u")
    ada.until(lambda: states(ada, scene)["rejected"] == 0, "one undo takes one verdict back")
    ada.idle()
    # one step for all from the fourth to the last
    cards(ada).nth(3).click()
    cards(ada).nth(8).click(modifiers=["Shift"])
    keys.press("2")
    ada.until(lambda: Counter(field(ada, scene, "label")) == {"building": 3, "lake": 6}, "they are lakes")
    keys.press("t")
    page.get_by_label("Tag", exact=True).fill("blurry")
    keys.press("Enter")
    ada.until(lambda: sum("tags" in a for a in field(ada, scene, "attributes")) == 6, "they are tagged")
    assert field(ada, scene, "attributes")[5] == {"tags": ["blurry"]}
    page.get_by_text("blurry", exact=True).first.wait_for()
    ada.idle()
    # a rectangle around the first two, then without one of them
    first, second = cards(ada).nth(0).bounding_box(), cards(ada).nth(1).bounding_box()
    assert first is not None
    assert second is not None
    ada.drag((first["x"] + 10, first["y"] + 100), (second["x"] + 40, second["y"] + 20))
    page.locator(".wall-progress").get_by_text("2 chosen", exact=False).wait_for()
    cards(ada).nth(1).click(modifiers=["Control"])
    keys.press("Delete")
    ada.until(lambda: len(ada.annotations(scene)) == 8, "one is deleted")
    ada.until(lambda: cards(ada).count() == 8, "its card is taken down")
    keys.press("Control+Z")
    ada.until(lambda: cards(ada).count() == 9, "undo hangs it again")


def test_the_wall_is_filtered_put_in_order_and_leads_to_the_map(ada: Desk, filled: Callable[[int], str]) -> None:
    scene = filled(2)
    page = ada.page
    show_wall(ada, 4)
    assert page.evaluate("() => location.hash") == f"#/scene/{scene}/wall"
    numbers = [a["fid"] for a in ada.annotations(scene)]
    line = page.get_by_label("Filter the wall")
    line.fill(f"number > {numbers[1]} and class = Building")
    ada.until(lambda: cards(ada).count() == 2, "two fit")
    line.fill("number >")
    page.get_by_text("This cannot be asked").wait_for()
    line.fill("")
    ada.until(lambda: cards(ada).count() == 4, "all hang again")
    page.get_by_label("Smallest first").click()
    captions = page.locator(".wall-caption .mono")
    ada.until(
        lambda: captions.all_inner_texts() == [f"#{n}" for n in reversed(numbers)], "the largest number comes first"
    )
    cards(ada).nth(1).dblclick()
    page.locator(".wall").wait_for(state="detached")
    ada.idle()
    page.locator(".inspector-head").get_by_text(f"#{numbers[2]}").wait_for()
    page.go_back()
    page.locator(".wall-cards").wait_for()
    ada.reload()
    ada.until(lambda: cards(ada).count() == 4, "the address keeps the wall")
    page.keyboard.press("Escape")
    page.keyboard.press("w")
    page.locator(".wall").wait_for(state="detached")


def test_a_picture_without_a_place_has_a_wall_too(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["rotated"]
    ada.open(scene)
    ada.draw("polygon", [(400, 300), (500, 300), (450, 400)])
    ada.idle()
    show_wall(ada, 1)
    outline = ada.page.locator(".wall-crop path").last.get_attribute("d")
    ring = ada.annotations(scene)[0]["geometry"]["exterior"]
    drawn = [tuple(map(float, p.split())) for p in (outline or "").strip("Mz").split("L")]
    assert drawn == [pytest.approx(p, abs=0.01) for p in ring]
