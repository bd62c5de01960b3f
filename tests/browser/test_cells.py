"""The work grid: cells with a state, taken by one person each, worked through by keys."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

import pytest

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk


def statuses(desk: Desk, scene: str) -> list[dict[str, Any]]:
    """Return the stored cells in reading order, each with its bounds."""
    found = desk.fetch(f"/api/scenes/{scene}/annotations?kind=status")["annotations"]
    for status in found:
        frame, *bounds = status["cell"].split(" ")
        status["frame"], status["bounds"] = frame, [float(number) for number in bounds]
    is_map = found and found[0]["frame"].startswith("map.")
    return sorted(found, key=lambda s: (-s["bounds"][3] if is_map else s["bounds"][1], s["bounds"][0]))


def make_grid(desk: Desk, size: int) -> int:
    """Make a grid of cells of so many pixels by its dialog; return how many there are."""
    page = desk.page
    page.locator(".map").focus()
    page.keyboard.press("Alt+G")
    dialog = page.get_by_role("dialog", name="Work grid")
    dialog.get_by_label("Cell size").fill(str(size))
    said = dialog.get_by_text(re.compile(r"× \d+ = [\d,]+ cells")).inner_text()
    page.keyboard.press("Enter")
    dialog.wait_for(state="detached")
    n = int(re.findall(r"= ([\d,]+) cells", said)[0].replace(",", ""))
    progress(desk, f"0 of {n} cells")
    return n


def progress(desk: Desk, text: str) -> None:
    """Wait until the status bar says how many cells are complete."""
    desk.page.locator(".cell-progress").get_by_text(text, exact=False).wait_for()


def fills_the_view(desk: Desk, bounds: list[float]) -> bool:
    """Say whether a cell is seen whole, with little around it."""
    (x0, y0), (x1, y1) = desk.page_at(bounds[0], bounds[3]), desk.page_at(bounds[2], bounds[1])
    view = desk.page.locator(".map").bounding_box()
    assert view is not None
    left, right, top, bottom = min(x0, x1), max(x0, x1), min(y0, y1), max(y0, y1)
    is_inside = left >= view["x"] and right <= view["x"] + view["width"]
    is_inside = is_inside and top >= view["y"] and bottom <= view["y"] + view["height"]
    return is_inside and max((right - left) / view["width"], (bottom - top) / view["height"]) > 0.85


def test_two_people_work_through_a_grid(desk_of: Callable[..., Desk], scenes: Scenes) -> None:
    ada = desk_of("Ada")
    scene = scenes["naip"]
    ada.open(scene)
    n = make_grid(ada, 300)
    assert n >= 4
    assert {s["status"] for s in statuses(ada, scene)} == {"untouched"}
    ada.page.keyboard.press("g")
    progress(ada, "you: 1")
    ada.idle()
    first = statuses(ada, scene)[0]
    ada.until(lambda: fills_the_view(ada, first["bounds"]), "the cell fills the view")
    # somebody else gets another cell, and each sees the other
    bob = desk_of("Bob")
    bob.open(scene)
    bob.page.locator(".map").focus()
    bob.page.keyboard.press("g")
    progress(bob, "you: 2")
    taken = [s["actor"] for s in statuses(bob, scene)[:2]]
    assert None not in taken
    assert taken[0] != taken[1]
    # what is drawn starts the cell, in one step with it
    ada.page.locator(".map").focus()
    ada.idle()
    ada.draw("polygon", [(400, 300), (520, 300), (460, 420)])
    ada.until(lambda: len(ada.annotations(scene)) == 1, "it is stored")
    assert statuses(ada, scene)[0]["status"] == "started"
    ada.idle()
    ada.page.keyboard.press("Control+Z")
    ada.until(lambda: statuses(ada, scene)[0]["status"] == "untouched", "one undo takes both back")
    assert ada.annotations(scene) == []
    ada.idle()
    ada.page.keyboard.press("d")
    progress(ada, f"1 of {n} cells · you: 3")
    progress(bob, f"1 of {n} cells · you: 2")
    ada.until(lambda: fills_the_view(ada, statuses(ada, scene)[2]["bounds"]), "the next cell fills the view")
    ada.reload()
    progress(ada, f"1 of {n} cells · you: 3")
    ada.page.locator(".map").focus()
    ada.page.keyboard.press("Control+Z")
    progress(ada, f"0 of {n} cells · you: 1")
    # looked at by menu, and taken away
    ada.page.locator(".cell-progress button").click()
    ada.page.get_by_role("menuitem", name="Another grid").click()
    ada.page.get_by_role("button", name="Remove the grid").click()
    ada.until(lambda: statuses(ada, scene) == [], "the grid is gone")
    bob.until(lambda: bob.page.locator(".cell-progress").count() == 0, "for others too")


@pytest.mark.parametrize("title", ["rotated"])
def test_a_grid_over_a_picture_without_a_place(ada: Desk, scenes: Scenes, title: str) -> None:
    scene = scenes[title]
    ada.open(scene)
    n = make_grid(ada, 5)
    cells = statuses(ada, scene)
    assert len(cells) == n
    assert cells[0]["bounds"] == [0, 0, 5, 5]
    for number in range(1, n + 1):
        ada.page.keyboard.press("g" if number == 1 else "d")
        progress(ada, f"{number - 1} of {n} cells · you: {number}")
    ada.page.keyboard.press("d")
    progress(ada, f"{n} of {n} cells")
    ada.page.get_by_text(f"All {n} cells are complete.").wait_for()


def test_a_grid_covers_what_has_data_or_is_chosen(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["frames"]
    ada.open(scene)
    page = ada.page
    n = make_grid(ada, 100)
    ada.draw("polygon", [(500, 380), (560, 380), (560, 420), (500, 420)])
    ada.idle()
    page.locator(".map").focus()

    def again(extent: str) -> int:
        page.keyboard.press("Alt+G")
        dialog = page.get_by_role("dialog", name="Work grid")
        dialog.get_by_label("Cell size").fill("100")
        dialog.get_by_label("Where").select_option(value=extent)
        page.keyboard.press("Enter")
        dialog.wait_for(state="detached")
        return len(statuses(ada, scene))

    n_valid, n_chosen = again("valid"), again("chosen")
    # the corners of this raster are empty
    assert 0 < n_valid < n
    assert 0 < n_chosen < n_valid
