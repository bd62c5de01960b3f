"""Bands, regular polygons, tags and texts: drawn, typed, shown and exported."""

from __future__ import annotations

import sqlite3
import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk
from tests.browser.drawing import assert_near, last, take


def change_class(desk: Desk, title: str, **fields: Any) -> None:
    """Give a class other settings, by a program."""
    with desk.server.program() as client:
        project = client.get("/api/project").json()
        for label in project["ontology"]["classes"]:
            if label["title"] == title:
                label.update(fields)
        change = {
            "client_id": str(uuid.uuid4()),
            "actor": desk.fetch("/api/session")["id"],
            "message": f"Change {title}",
            "changes": [{"op": "put", "document": project, "base": project["revision"]}],
        }
        answer = client.post("/api/project/changes", json=change)
        assert answer.status_code == 200, answer.text


def test_a_band_is_as_wide_as_the_pointer_or_a_number_says(ada: Desk, scenes: Scenes, tmp_path: Path) -> None:
    scene = scenes["naip"]
    ada.open(scene)
    page = ada.page
    page.keyboard.press("s")
    take(ada, "polyline", "polyline-band")
    path = [ada.click(300, 300), ada.click(600, 300)]
    page.keyboard.press("Enter")
    page.mouse.move(450, 320)
    page.mouse.move(450, 330)
    ada.click(450, 330)
    band = last(ada, scene)
    assert_near(band["path"], path, ada)
    pixel = abs(ada.frame_at(101, 100)[0] - ada.frame_at(100, 100)[0])
    assert band["width"] == pytest.approx(60 * pixel, abs=pixel)
    # typed: the next one is taken at once, and the inspector changes it
    page.get_by_label("Width, m", exact=True).fill("25")
    page.locator(".map").focus()
    ada.click(300, 500)
    ada.click(600, 560)
    page.keyboard.press("Enter")
    assert last(ada, scene)["width"] == 25.0
    page.keyboard.press("Escape")
    page.keyboard.press("v")
    page.keyboard.press("Escape")
    ada.click(450, 315)  # inside of the band, far from its middle
    cell = page.locator(".inspector").get_by_label("Width of the line")
    cell.wait_for()
    cell.click()
    page.keyboard.type("30")
    page.keyboard.press("Enter")
    ada.until(lambda: ada.annotations(scene)[0]["geometry"]["width"] == 30.0, "the width is another")
    ada.idle()
    with sqlite3.connect(ada.export("GeoPackage", tmp_path)) as file:
        layers = [name for (name,) in file.execute("SELECT table_name FROM gpkg_geometry_columns")]
        widths = [row for name in layers for row in file.execute(f'SELECT width FROM "{name}"')]
        assert sorted(widths) == [(25.0,), (30.0,)]


def test_a_regular_polygon_in_a_plain_picture(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["rotated"]
    ada.open(scene)
    page = ada.page
    page.keyboard.press("s")
    take(ada, "regular", "polygon-regular")
    page.get_by_label("Corners", exact=True).fill("5")
    page.locator(".map").focus()
    center = ada.click(500, 400)
    page.mouse.move(560, 400)
    page.keyboard.press("+")
    page.keyboard.press("+")
    on = ada.click(580, 400)
    ring = np.asarray(last(ada, scene)["exterior"])
    assert len(ring) == 7
    assert_near([ring[0]], [on], ada)
    radii = np.linalg.norm(ring - center, axis=1)
    assert radii == pytest.approx(np.full(7, radii[0]), rel=1e-9)


def test_tags_are_set_by_click_and_key(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    page = ada.page
    assert page.locator(".tags").count() == 0
    change_class(ada, "Lake", geometries=["tag"])
    chip = page.locator(".tags-chip", has_text="Lake")
    chip.wait_for()
    chip.click()
    ada.until(lambda: [a["geometry"] for a in ada.annotations(scene)] == [None], "the scene is tagged")
    ada.reload()
    ada.until(lambda: chip.get_attribute("aria-pressed") == "true", "the tag is read again")
    page.locator(".map").focus()
    page.keyboard.press("Control+Alt+1")
    ada.until(lambda: ada.annotations(scene) == [], "the key takes it away")
    ada.idle()
    page.keyboard.press("Control+Z")
    ada.until(lambda: len(ada.annotations(scene)) == 1, "undo brings it back")
    ada.until(lambda: chip.get_attribute("aria-pressed") == "true", "and shows it")
    change_class(ada, "Lake", geometries=[])


def test_a_text_is_asked_for_and_shown(ada: Desk, scenes: Scenes) -> None:
    attribute = {"name": "text", "type": "text", "role": "transcription"}
    change_class(ada, "Road", attributes=[attribute])
    scene = scenes["landsat"]
    ada.open(scene)
    page = ada.page
    page.locator(".class-row", has_text="Road").click()
    page.locator(".map").focus()
    page.keyboard.press("s")
    page.keyboard.press("b")
    ada.drag((400, 300), (560, 340))
    page.locator(".transcriber").wait_for()
    focused = "() => document.activeElement.className.includes('transcriber')"
    ada.until(lambda: page.evaluate(focused), "it has the keys")
    page.keyboard.type("Bahnhofstrasse 12")
    page.keyboard.press("Enter")
    said = {"text": "Bahnhofstrasse 12"}
    ada.until(lambda: [a["attributes"] for a in ada.annotations(scene)] == [said], "it is stored")
    ada.idle()
    # the next one is left open by Esc, and the map has the keys again
    ada.drag((400, 420), (560, 460))
    page.locator(".transcriber").wait_for()
    ada.until(lambda: page.evaluate(focused), "it has the keys again")
    page.keyboard.press("Escape")
    page.locator(".transcriber").wait_for(state="detached")
    ada.idle()
    assert ada.annotations(scene)[-1]["attributes"] == {}
    change_class(ada, "Road", attributes=[])
