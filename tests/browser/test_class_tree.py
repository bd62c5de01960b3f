"""Classes stand below one another: moved by mouse and by keys, folded, counted in sum; a rest shows the guideline."""

from __future__ import annotations

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk


def parents(desk: Desk) -> dict[str, str | None]:
    """Return the stored parent of each class."""
    return {c["slug"]: c["parent"] for c in desk.fetch("/api/project")["ontology"]["classes"]}


def test_classes_are_moved_folded_and_counted(ada: Desk, scenes: Scenes) -> None:
    """Lake is dragged below Building and brought back; Road goes in and out by Alt and the arrows."""
    scene = scenes["naip"]
    ada.open(scene)
    page = ada.page
    rows = page.locator(".class-row")
    ada.draw("point", [(300, 200)])
    page.keyboard.press("2")
    page.keyboard.press("Escape")
    ada.draw("point", [(400, 250)])
    ada.idle()
    building, lake, road = (rows.filter(has_text=title) for title in ("Building", "Lake", "Road"))
    ada.until(lambda: "1" in str(building.locator(".class-count").text_content()), "one is counted")
    lake.drag_to(building)
    ada.until(lambda: parents(ada)["lake"] == "building", "Lake is below Building")
    ada.until(lambda: building.locator(".class-count").inner_text() == "2", "the sum is shown")
    page.get_by_role("button", name="Classes below Building").click()
    assert lake.count() == 0
    building.locator(".class-title").focus()
    page.keyboard.press("ArrowRight")
    lake.wait_for()
    page.get_by_role("button", name="Undo").last.click()
    ada.until(lambda: parents(ada)["lake"] is None, "Lake is at the top again")

    road.locator(".class-title").focus()
    page.keyboard.press("Alt+ArrowRight")
    ada.until(lambda: parents(ada)["road"] == "lake", "Road is below the one above it")
    page.keyboard.press("Alt+ArrowLeft")
    ada.until(lambda: parents(ada)["road"] is None, "and out again")


def test_a_rest_shows_the_guideline(ada: Desk, scenes: Scenes) -> None:
    """The guideline of a class is written as Markdown; the pointer, or the focus, brings it."""
    ada.open(scenes["naip"])
    page = ada.page
    page.locator(".class-row").first.locator(".class-title").focus()
    page.keyboard.press("Alt+Enter")
    dialog = page.get_by_role("dialog")
    dialog.get_by_label("Guideline").fill("Draw the **roof**, not the walls.\n\n- sheds too\n- no tents")
    dialog.get_by_role("button", name="Save").click()
    dialog.wait_for(state="detached")
    page.mouse.move(500, 400)
    page.locator(".class-row").first.hover()
    card = page.get_by_role("tooltip")
    card.get_by_text("roof").wait_for()
    assert card.locator("strong").inner_text() == "roof"
    assert card.locator("li").count() == 2
    page.mouse.move(500, 400)
    card.wait_for(state="detached")
