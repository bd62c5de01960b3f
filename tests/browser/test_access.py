"""Nothing on any page, panel or dialog is out of reach for whoever sees little, hears the page, or has no mouse."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.browser.axe import findings
from tests.browser.conftest import Scenes
from tests.browser.desk import Desk

DIALOGS = [
    "Keyboard shortcuts",
    "Export labels",
    "Import labels",
    "Class settings: Building",
    "Select by expression",
]


@pytest.mark.parametrize("theme", ["dark", "light"])
def test_axe_has_nothing_grave_to_say(desk_of: Callable[..., Desk], scenes: Scenes, theme: str) -> None:
    """The start page, a scene with a chosen object, and every dialog over it, in both themes."""
    ada = desk_of("Ada")
    ada.page.evaluate("theme => localStorage.setItem('geo3d.theme', theme)", theme)
    scene = scenes["naip"]
    ada.page.reload()
    ada.page.get_by_role("heading", name="naip").first.wait_for()
    found = {"start page": findings(ada.page)}
    ada.open(scene)
    found["scene"] = findings(ada.page)
    ada.draw("box", [(300, 300), (420, 380)])
    ada.idle()
    ada.page.get_by_role("button", name="Layers", exact=True).click()
    ada.page.get_by_role("button", name="Layers", exact=True).click()
    found["chosen object"] = findings(ada.page)
    for title in DIALOGS:
        run(ada, title)
        ada.page.wait_for_timeout(300)  # axe reads colours: a dialog that still fades in has others
        found[title] = findings(ada.page)
        ada.page.keyboard.press("Escape")
        ada.page.locator("dialog[open]").wait_for(state="detached")
    ada.page.keyboard.press("Control+k")
    ada.page.locator("dialog[open]").wait_for()
    found["palette"] = findings(ada.page)
    assert {place: grave for place, grave in found.items() if grave} == {}


def run(desk: Desk, title: str) -> None:
    """Run a command by its name."""
    desk.page.keyboard.press("Control+k")
    field = desk.page.get_by_role("combobox", name="Search or run a command")
    field.fill(title)
    field.press("Enter")
    desk.page.locator("dialog[open]").wait_for()
