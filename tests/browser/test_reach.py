"""What is locked stays, what is hidden is out of reach; the menu of an object and its history."""

from __future__ import annotations

from collections.abc import Callable

from tests.browser.desk import Desk
from tests.browser.filling import square_at


def test_what_is_locked_stays_and_what_is_hidden_is_out_of_reach(ada: Desk, filled: Callable[[int], str]) -> None:
    scene = filled(2)
    page = ada.page
    before = ada.annotations(scene)
    first, second = square_at(ada, before[0]), square_at(ada, before[1])
    ada.tool("select")
    ada.click(*first)
    page.locator(".inspector-head").wait_for()
    page.keyboard.press("Control+L")
    # locked: neither dragged nor deleted nor changed, and not picked any more
    ada.drag(first, (first[0] + 60, first[1] + 60))
    page.keyboard.press("Delete")
    page.get_by_text("One object is locked and stays as it is").first.wait_for()
    page.locator(".inspector").get_by_label("Class").select_option(label="Lake")
    ada.idle()
    assert ada.annotations(scene) == before
    page.keyboard.press("Escape")
    page.keyboard.down("Shift")
    ada.drag((280, 230), (720, 620))
    page.keyboard.up("Shift")
    page.locator(".inspector").get_by_text("3 objects", exact=True).wait_for()
    # the lock outlives a reload, and is nobody else's business
    ada.reload()
    assert ada.annotations(scene) == before
    page.locator('.object-mark[data-mark="lock"][data-on]').wait_for()
    # the class as a whole
    page.locator(".class-row", has_text="Building").hover()
    page.get_by_label("Lock Building", exact=False).click()
    ada.tool("select")
    ada.click(*second)
    page.wait_for_timeout(200)
    assert page.locator(".inspector-head").count() == 0
    page.get_by_label("Unlock Building").click()
    # hide, isolate, show all
    ada.click(*second)
    page.locator(".inspector-head").wait_for()
    page.keyboard.press("Control+H")
    page.get_by_text("1 hidden").wait_for()
    ada.click(*second)
    page.wait_for_timeout(200)
    assert page.locator(".inspector-head").count() == 0
    page.get_by_role("button", name="Show all", exact=True).click()
    ada.click(*second)
    page.locator(".inspector-head").wait_for()
    page.keyboard.press("i")
    page.get_by_text("Only 1 shown").wait_for()
    ada.click(*square_at(ada, before[2]))
    page.wait_for_timeout(200)
    assert page.locator(".inspector-head").count() == 0
    page.keyboard.press("i")
    page.get_by_text("Only 1 shown").wait_for(state="detached")
    assert ada.annotations(scene) == before


def test_the_menu_of_an_object_and_its_history(ada: Desk, filled: Callable[[int], str]) -> None:
    scene = filled(2)
    page = ada.page
    before = ada.annotations(scene)
    ada.tool("select")
    at = square_at(ada, before[3])
    page.mouse.move(*at)
    page.mouse.click(*at, button="right")
    menu = page.get_by_role("menu", name="One object")
    menu.get_by_role("menuitem", name="Change class").click()
    page.get_by_role("menuitemcheckbox", name="Lake").click()
    ada.until(lambda: ada.annotations(scene)[3]["label"] == "lake", "its class is changed")
    ada.idle()
    # by keyboard: the menu opens beside what is chosen, arrow keys walk
    page.locator(".map").focus()
    page.keyboard.press("Shift+F10")
    menu.wait_for()
    ada.until(
        lambda: page.evaluate("() => document.activeElement.closest('.kit-menu') !== null"), "the menu has the keys"
    )
    for _ in range(menu.get_by_role("menuitem").count()):
        page.keyboard.press("ArrowUp")
        if "History" in page.evaluate("() => document.activeElement.textContent"):
            break
    page.keyboard.press("Enter")
    dialog = page.get_by_role("dialog", name="History of")
    dialog.get_by_text("class Building → Lake").wait_for()
    dialog.get_by_role("button", name="Restore this version").click()
    ada.until(lambda: ada.annotations(scene)[3]["label"] == "building", "the earlier version is restored")
    ada.idle()
    page.keyboard.press("Control+Z")
    ada.until(lambda: ada.annotations(scene)[3]["label"] == "lake", "restoring is one undo step")
    page.mouse.click(*at, button="right")
    menu.get_by_role("menuitem", name="Delete what is chosen").click()
    ada.until(lambda: len(ada.annotations(scene)) == 3, "deleted")
