"""Rasters in pixel space, and labels that are looked at in another frame than their own."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
import rasterio.warp

from tests.browser.conftest import SCENES, Scenes
from tests.browser.desk import Desk


def test_a_rotated_raster_is_labelled_in_pixels(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["rotated"]
    ada.open(scene)
    assert ada.page.locator(".status-frame").inner_text() == "pixel space"
    clicked = ada.draw("polygon", [(450, 300), (600, 300), (600, 500)])
    ada.idle()
    made = ada.annotations(scene)[-1]["geometry"]
    assert made["frame"].endswith(".pixel")
    assert np.allclose(made["exterior"], clicked, rtol=0, atol=1e-9)
    assert clicked[2][1] > clicked[1][1], "y is shown downwards"
    width, height = ada.fetch(f"/api/scenes/{scene}")["frames"][0]["size"]
    assert all(0 <= x <= width and 0 <= y <= height for x, y in clicked)


def test_a_label_is_edited_in_another_frame(ada: Desk, scenes: Scenes, raster_data: Path) -> None:
    """Drawn on the UTM raster, moved over one that is turned: only the moved vertex changes."""
    scene = scenes["frames"]
    ada.open(scene)
    ada.page.get_by_label("Work on RGB.byte.tif").check()
    ada.page.wait_for_timeout(300)
    ada.idle()
    ada.page.keyboard.press("s")
    ada.draw("polygon", [(450, 300), (650, 300), (650, 500), (450, 500)])
    ada.idle()
    before = ada.annotations(scene)[-1]
    assert before["geometry"]["frame"].startswith("map.")

    ada.page.get_by_label("Work on turned.tif").check()
    ada.page.wait_for_timeout(300)
    ada.idle()
    assert ada.page.locator(".status-frame").inner_text() == "pixel space"
    corner = before["geometry"]["exterior"][2]
    frame = next(a["frame"] for a in ada.fetch(f"/api/scenes/{scene}")["assets"] if a["title"] == "turned.tif")
    with ada.server.program() as client:
        asked = {"src": before["geometry"]["frame"], "dst": frame, "positions": [corner]}
        col, row = client.post(f"/api/scenes/{scene}/transform", json=asked).json()["positions"][0]
    x, y = ada.page_at(col, row)
    ada.tool("select")
    ada.click(x - 40, y - 40)
    ada.until(lambda: ada.page.get_by_role("heading", name="Inspector").count(), "it is chosen")
    ada.page.wait_for_timeout(300)
    ada.drag((x, y), (x + 30, y + 20))
    ada.until(lambda: ada.annotations(scene)[-1]["revision"] > before["revision"], "the new form is stored")
    ada.idle()
    after = ada.annotations(scene)[-1]["geometry"]
    assert after["frame"] == before["geometry"]["frame"]
    kept = [i for i in range(4) if after["exterior"][i] == before["geometry"]["exterior"][i]]
    assert kept == [0, 1, 3], "the others are bit-identical"
    with rasterio.open(raster_data / SCENES["frames"][0]) as raster:
        pixel = raster.res[0]
    moved = np.subtract(after["exterior"][2], corner) / pixel
    assert 5 < np.linalg.norm(moved) < 80


def test_numbers_under_the_pointer(ada: Desk, scenes: Scenes, raster_data: Path) -> None:
    ada.open(scenes["landsat"])
    path = raster_data / SCENES["landsat"][0]
    ada.page.mouse.move(500, 400)
    values = ada.page.get_by_label("Values of the bands")
    values.wait_for()
    x, y = ada.frame_at(500, 400)
    with rasterio.open(path) as raster:
        wanted = next(raster.sample([(x, y)])).tolist()
        lon, lat = rasterio.warp.transform(raster.crs, "EPSG:4326", [x], [y])
    words = values.inner_text().split()
    assert [int(word) for word in words if word.isdigit()][: len(wanted)] == wanted
    shown = ada.page.get_by_label("Latitude and longitude, WGS 84")
    shown.wait_for()
    assert f"{abs(lat[0]):.6f}" in shown.inner_text()
    assert f"{abs(lon[0]):.6f}" in shown.inner_text()
