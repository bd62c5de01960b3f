"""Settings of classes: attributes that a person defines are asked for at once, and what others do is kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Literal

import pytest
from playwright.sync_api import Locator

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk
from tests.browser.drawing import settings_of
from tests.browser.test_people import square


def class_of(desk: Desk, title: str) -> dict[str, Any]:
    """Return a class as it is stored."""
    classes = desk.fetch("/api/project")["ontology"]["classes"]
    found: dict[str, Any] = next(c for c in classes if c["title"] == title)
    return found


def add_attribute(dialog: Locator, name: str, kind: str) -> None:
    """Add an attribute; its name is typed where the cursor already is."""
    dialog.get_by_role("button", name="Add", exact=False).first.click()
    dialog.page.keyboard.type(name)
    dialog.get_by_label("Type").select_option(kind)


def test_attributes_are_defined_asked_for_and_stored(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["naip"]
    ada.open(scene)
    page = ada.page
    page.get_by_label("Name of a new class").fill("Shed")
    page.get_by_label("Name of a new class").press("Enter")
    page.locator(".class-row", has_text="Shed").wait_for()
    ada.draw("polygon", square(300, 300))
    ada.idle()
    page.get_by_role("button", name="Edit attributes").click()
    dialog = page.get_by_role("dialog", name="Settings of “Shed”")
    add_attribute(dialog, "material", "choice")
    page.keyboard.press("Control+Enter")
    dialog.get_by_text("Give at least one choice").wait_for()
    dialog.get_by_label("Choices").fill("brick\nwood\n\nsteel")
    add_attribute(dialog, "height", "number")
    dialog.get_by_label("Minimum").press_sequentially("0.05")
    dialog.get_by_label("Required").check()
    page.keyboard.press("Control+Enter")
    # the shed that is there already has no height
    dialog.get_by_text("without “height”, which would be required").wait_for()
    dialog.get_by_role("button", name="Save all the same").click()
    dialog.wait_for(state="detached")
    defined = [
        (a["name"], a["type"], a["choices"], a["minimum"], a["required"]) for a in class_of(ada, "Shed")["attributes"]
    ]
    assert defined == [
        ("material", "choice", ["brick", "wood", "steel"], None, False),
        ("height", "number", [], 0.05, True),
    ]

    page.get_by_label("material").select_option("wood")
    page.get_by_label("height *").fill("4.25")
    page.get_by_label("height *").press("Enter")
    ada.idle()
    ada.reload()
    (stored,) = [a for a in ada.annotations(scene) if a["label"] == class_of(ada, "Shed")["slug"]]
    assert stored["attributes"] == {"material": "wood", "height": 4.25}


def test_two_people_change_one_class(desk_of: Callable[..., Desk], scenes: Scenes) -> None:
    ada, bob = desk_of("Ada"), desk_of("Bob")
    for desk in (ada, bob):
        desk.open(scenes["naip"])
    mine = settings_of(ada, "Road")
    mine.get_by_label("Key", exact=True).fill("1")
    mine.get_by_label("Name").fill("Street")

    theirs = settings_of(bob, "Road")
    theirs.get_by_label("Guideline").fill("Between kerbs.")
    theirs.get_by_label("Polyline", exact=True).check()
    bob.page.keyboard.press("Control+Enter")
    theirs.wait_for(state="detached")
    ada.page.keyboard.press("Control+Enter")
    mine.wait_for(state="detached")
    stored = class_of(ada, "Street")
    said = (stored["key"], stored["guideline"], stored["geometries"])
    assert said == ("1", "Between kerbs.", ["polyline"]), "different things: both are kept"

    mine, theirs = settings_of(ada, "Street"), settings_of(bob, "Street")
    theirs.get_by_label("Name").fill("Lane")
    bob.page.keyboard.press("Control+Enter")
    theirs.wait_for(state="detached")
    mine.get_by_label("Name").fill("Alley")
    ada.page.keyboard.press("Control+Enter")
    mine.get_by_text("Somebody else changed the same things").wait_for()
    assert class_of(ada, "Lane")["code"] == stored["code"], "nothing is written before Ada has chosen"
    mine.get_by_role("button", name="Keep mine").click()
    mine.wait_for(state="detached")
    assert class_of(bob, "Alley")["guideline"] == "Between kerbs."


_STATES: tuple[Literal["visible", "hidden"], ...] = ("visible", "hidden", "visible")


@pytest.mark.parametrize("leave", ["Escape", "Close"])
def test_nothing_typed_is_dropped_unasked(leave: str, ada: Desk, scenes: Scenes) -> None:
    ada.open(scenes["naip"])
    dialog = settings_of(ada, "Lake")
    dialog.get_by_label("Guideline").fill("Still water.")
    asked = dialog.get_by_text("Your changes are not saved")
    for state in _STATES:  # the browser itself closes a dialog at the second Escape
        if leave == "Escape":
            ada.page.keyboard.press("Escape")
        else:
            dialog.get_by_role("button", name="Close").click()
        asked.wait_for(state=state)
        ada.until(dialog.is_visible, "the dialog stays")
    assert dialog.get_by_label("Guideline").input_value() == "Still water."
    dialog.get_by_role("button", name="Discard them").click()
    dialog.wait_for(state="detached")
    assert class_of(ada, "Lake")["guideline"] == ""


def test_a_class_is_retired_and_brought_back(ada: Desk, scenes: Scenes) -> None:
    ada.open(scenes["naip"])
    page = ada.page
    dialog = settings_of(ada, "Lake")
    dialog.get_by_label("Retired").check()
    page.keyboard.press("Control+Enter")
    page.locator(".class-row", has_text="Lake").wait_for(state="detached")
    ada.until(lambda: class_of(ada, "Lake")["retired"], "it is stored")
    page.get_by_text("1 retired").click()
    page.get_by_label("Bring back Lake").click()
    page.locator(".class-row", has_text="Lake").wait_for()
    ada.until(lambda: not class_of(ada, "Lake")["retired"], "it is stored")
