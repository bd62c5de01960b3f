"""Objects that are copied: carried by the pointer, pasted in place, in another scene, from other programs."""

from __future__ import annotations

import json
from collections.abc import Callable

import pytest

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk
from tests.browser.filling import choose_all, map_frame


def test_copies_are_carried_by_the_pointer_and_pasted_in_place(
    ada: Desk, filled: Callable[[int], str], scenes: Scenes
) -> None:
    scene = filled(2)
    page = ada.page
    choose_all(ada, 4)
    page.keyboard.press("Control+C")
    page.get_by_text("4 objects copied").wait_for()
    before = ada.annotations(scene)
    # a ghost until a click; Escape drops it
    page.mouse.move(400, 300)
    page.keyboard.press("Control+V")
    page.mouse.move(430, 330)
    page.keyboard.press("Escape")
    assert ada.annotations(scene) == before
    page.keyboard.press("Control+V")
    page.mouse.move(520, 400, steps=3)
    x, y = ada.click(560, 440)
    ada.until(lambda: len(ada.annotations(scene)) == 8, "four copies are stored")
    ada.idle()
    copies = ada.annotations(scene)[4:]
    assert {a["id"] for a in before}.isdisjoint(a["id"] for a in copies)
    assert [a["provenance"]["sources"] for a in copies] == [[a["id"]] for a in before]
    corners = [p for a in copies for p in a["geometry"]["exterior"]]
    middle = [(min(values) + max(values)) / 2 for values in zip(*corners, strict=True)]
    assert middle == pytest.approx([x, y], abs=2.0)
    page.keyboard.press("Control+Z")
    ada.until(lambda: len(ada.annotations(scene)) == 4, "one undo takes all copies away")
    # the same places in another scene of the same reference system
    page.keyboard.press("Escape")
    choose_all(ada, 4)
    page.keyboard.press("Control+X")
    ada.until(lambda: ada.annotations(scene) == [], "what was cut is gone")
    target = Scenes(scenes._server, scenes._raster_data)["naip"]
    ada.open(target)
    page.locator(".map").focus()
    page.keyboard.press("Control+Shift+V")
    ada.until(lambda: len(ada.annotations(target)) == 4, "pasted in place")
    assert [a["geometry"] for a in ada.annotations(target)] == [a["geometry"] for a in before]
    page.keyboard.press("Control+D")
    ada.until(lambda: len(ada.annotations(target)) == 8, "duplicated")


def test_text_of_other_programs_is_pasted(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["naip"]
    ada.open(scene)
    page = ada.page
    ring = [(300, 300), (400, 300), (400, 400)]
    frame = map_frame(ada, scene)
    code = frame.removeprefix("map.").replace("-", ":")
    corners = [ada.frame_at(*place) for place in ring]
    asked = {"src": code, "dst": "EPSG:4326", "positions": corners}
    degrees = ada.page.evaluate(
        "async ([path, body]) => (await fetch(path, {method: 'POST', headers: {'Content-Type': 'application/json'},"
        " body: JSON.stringify(body)})).json()",
        [f"/api/scenes/{scene}/transform", asked],
    )["positions"]
    feature = {
        "type": "Feature",
        "geometry": {"type": "Polygon", "coordinates": [[*degrees, degrees[0]]]},
        "properties": {"class": "Road"},
    }
    wkt = "POLYGON ((" + ", ".join(f"{x} {y}" for x, y in [*corners, corners[0]]) + "))"
    for n, text in enumerate((json.dumps(feature), wkt), start=1):
        ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
        page.evaluate("text => navigator.clipboard.writeText(text)", text)
        page.locator(".map").focus()
        page.keyboard.press("Control+Shift+V")
        ada.until(lambda n=n: len(ada.annotations(scene)) == n, "the text is pasted")
    road, chosen = ada.annotations(scene)
    assert (road["label"], chosen["label"]) == ("road", "building")
    for stored in (road, chosen):
        for found, drawn in zip(stored["geometry"]["exterior"], corners, strict=True):
            assert found == pytest.approx(drawn, abs=0.001)


def test_copies_go_from_one_tab_to_another(ada: Desk, filled: Callable[[int], str], scenes: Scenes) -> None:
    scene = filled(2)
    page = ada.page
    ada.context.grant_permissions(["clipboard-read", "clipboard-write"])
    target = Scenes(scenes._server, scenes._raster_data)["naip"]
    other = ada.context.new_page()
    errors: list[str] = []
    other.on("pageerror", lambda error: errors.append(str(error)))
    other.goto(f"{ada.server.base}/#/scene/{target}")
    ada.until(lambda: other.evaluate("() => Boolean(window.geo3d?.idle)"), "the other tab is idle")
    page.bring_to_front()
    choose_all(ada, 4)
    page.keyboard.press("Control+C")
    page.get_by_text("4 objects copied").wait_for()
    other.bring_to_front()
    other.locator(".map").focus()
    other.keyboard.press("Control+Shift+V")
    ada.until(lambda: len(ada.annotations(target)) == 4, "pasted in the other tab, in place")
    assert [a["geometry"] for a in ada.annotations(target)] == [a["geometry"] for a in ada.annotations(scene)]
    # and by the pointer, which carries them
    other.mouse.move(480, 380)
    other.keyboard.press("Control+V")
    other.mouse.move(500, 400, steps=3)
    other.mouse.click(520, 420)
    ada.until(lambda: len(ada.annotations(target)) == 8, "dropped where the pointer was")
    assert errors == []
