"""Many objects at once: changed, moved, chosen by a line or by words; each one undo step."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.desk import Desk, Place
from tests.browser.filling import choose_all, square_at


def labels(desk: Desk, scene: str) -> set[str]:
    """Return the slugs of the classes of all stored annotations."""
    return {a["label"] for a in desk.annotations(scene)}


def test_several_objects_are_changed_moved_and_deleted_each_in_one_step(
    ada: Desk, filled: Callable[[int], str]
) -> None:
    scene = filled(3)
    page = ada.page
    before = ada.annotations(scene)
    choose_all(ada, 9)
    page.locator(".inspector").get_by_label("Class").select_option(label="Lake")
    ada.idle()
    assert labels(ada, scene) == {"lake"}
    page.keyboard.press("Control+Z")
    ada.until(lambda: labels(ada, scene) == {"building"}, "one undo takes it back")
    ada.idle()
    x, y = ada.page_at(*before[4]["geometry"]["exterior"][0])
    ada.drag((x + 8, y - 8), (x + 38, y - 48))
    ada.idle()
    (x0, y0), (x1, y1) = ada.frame_at(0, 0), ada.frame_at(30, -40)
    for was, now in zip(before, ada.annotations(scene), strict=True):
        for a, b in zip(was["geometry"]["exterior"], now["geometry"]["exterior"], strict=True):
            assert b == pytest.approx([a[0] + x1 - x0, a[1] + y1 - y0], abs=0.6 * abs(x1 - x0) / 30)
    page.keyboard.press("Delete")
    ada.idle()
    assert ada.annotations(scene) == []
    page.keyboard.press("Control+Z")
    page.keyboard.press("Control+Z")
    shapes = [a["geometry"] for a in before]
    ada.until(lambda: [a["geometry"] for a in ada.annotations(scene)] == shapes, "two undos bring all back to the bit")


def test_a_lasso_chooses_adds_and_takes_away(ada: Desk, filled: Callable[[int], str]) -> None:
    scene = filled(3)
    page = ada.page
    before = [square_at(ada, a) for a in ada.annotations(scene)]
    page.locator(".map").focus()
    page.keyboard.press("Shift+L")
    (x0, y0), (x1, y1) = before[0], before[8]
    left, right = min(x0, x1) - 40, max(x0, x1) + 40
    top, bottom = min(y0, y1) - 40, max(y0, y1) + 40

    def draw(line: list[Place]) -> None:
        page.mouse.move(*line[0])
        page.mouse.down()
        for place in [*line[1:], line[0]]:
            page.mouse.move(*place, steps=5)
        page.mouse.up()

    def chosen(text: str) -> None:
        page.locator(".inspector").get_by_text(text, exact=True).wait_for()

    # a triangle over the diagonal: six of nine
    draw([(left, top), (right, top), (left, bottom)])
    chosen("6 objects")
    page.keyboard.down("Shift")
    draw([(right, top), (right, bottom), (left, bottom)])
    page.keyboard.up("Shift")
    chosen("9 objects")
    page.keyboard.down("Alt")
    draw([(left, top), (right, top), (right, top + 70), (left, top + 70)])
    page.keyboard.up("Alt")
    chosen("6 objects")


def test_objects_are_selected_by_an_expression(ada: Desk, filled: Callable[[int], str]) -> None:
    scene = filled(3)
    page = ada.page
    page.locator(".map").focus()
    page.keyboard.press("Control+F")
    dialog = page.get_by_role("dialog", name="Select by expression")
    line = dialog.get_by_label("Expression")
    line.fill("class = Road and")
    line.press("Enter")
    dialog.get_by_text("the line ends here. (character 17)").wait_for()
    line.fill("class = Building and area > 100m2 and method = manual and state = draft")
    line.press("Enter")
    dialog.wait_for(state="detached")
    page.locator(".inspector").get_by_text("9 objects", exact=True).wait_for()
    page.keyboard.press("Control+F")
    line.fill("area < 100m2 or class = Lake")
    line.press("Enter")
    dialog.wait_for(state="detached")
    page.get_by_text("No object fits.").first.wait_for()
    assert page.locator(".inspector-head").count() == 0
    # the same language filters the list; words go on to work
    rows = page.locator(".object-row")
    number = ada.annotations(scene)[4]["fid"]
    page.get_by_label("Filter objects").fill(f"number <= {number} and length > 1m")
    ada.until(lambda: rows.count() == 5, "five of nine fit")
    page.get_by_label("Filter objects").fill(f"building #{number}")
    ada.until(lambda: rows.count() == 1, "one has the words")
