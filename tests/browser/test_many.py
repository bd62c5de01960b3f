"""Thousands of objects, stored by a program while the page was open: chosen by words, changed and moved as one step."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.desk import Desk
from tests.browser.filling import square_at

N = 55 * 55
"""More than a commit tells one by one, and more than is loaded in one view."""


def last_step(desk: Desk, scene: str) -> tuple[str, int]:
    """Return what the newest change set says of itself, and how many changes it has."""
    commit = desk.fetch(f"/api/scenes/{scene}/commits?limit=1000")["commits"][-1]
    return commit["message"], commit["n_changes"]


def counts(desk: Desk, scene: str) -> dict[str, int]:
    """Return the numbers of annotations by class."""
    found: dict[str, int] = desk.fetch(f"/api/scenes/{scene}/counts")["counts"]
    return {slug: n for slug, n in found.items() if n}


def test_thousands_are_chosen_changed_and_moved_as_one_step(ada: Desk, filled: Callable[[int], str]) -> None:
    scene = filled(55)
    page = ada.page
    page.locator(".map").focus()
    page.keyboard.press("Control+F")
    line = page.get_by_role("dialog", name="Select by expression").get_by_label("Expression")
    line.fill("class = Building")
    line.press("Enter")
    page.locator(".inspector").get_by_text(f"{N:,} objects", exact=True).wait_for()
    page.locator(".inspector").get_by_label("Class").select_option(label="Lake")
    ada.idle()
    assert counts(ada, scene) == {"lake": N}
    assert last_step(ada, scene) == ("Make them lake", N)
    page.keyboard.press("Control+Z")
    ada.until(lambda: counts(ada, scene) == {"building": N}, "one undo takes it back")
    ada.idle()
    page.locator(".map").focus()
    for _ in range(3):
        page.keyboard.press("+")
    ada.idle()
    before = ada.annotations(scene)
    at = next(place for place in (square_at(ada, a) for a in before) if 400 < place[0] < 600 and 350 < place[1] < 450)
    (x0, y0), (x1, y1) = ada.frame_at(*at), ada.frame_at(at[0] + 90, at[1] + 40)
    ada.drag(at, (at[0] + 90, at[1] + 40))
    ada.idle()
    assert last_step(ada, scene) == (f"Move {N} objects", N)
    for was, now in zip(before, ada.annotations(scene), strict=True):
        x, y = was["geometry"]["exterior"][0]
        assert now["geometry"]["exterior"][0] == pytest.approx([x + x1 - x0, y + y1 - y0], abs=0.001)
    page.keyboard.press("Control+Z")
    shapes = [a["geometry"] for a in before]
    ada.until(lambda: [a["geometry"] for a in ada.annotations(scene)] == shapes, "one undo moves all back to the bit")
