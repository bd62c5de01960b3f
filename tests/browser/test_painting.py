"""Paint pixels by mouse and by keyboard; what is exported is what was painted, read by rasterio."""

from __future__ import annotations

import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import rasterio
import rasterio.features
import shapely
from rasterio.errors import NotGeoreferencedWarning

from tests.browser.conftest import SCENES, Scenes
from tests.browser.desk import Desk, Place
from tests.live import LiveServer, eventually

Pixels = npt.NDArray[np.integer[Any]]


def layers(desk: Desk, scene: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = desk.fetch(f"/api/scenes/{scene}/annotations?kind=layer")["annotations"]
    return found


def counts(desk: Desk, scene: str) -> dict[str, int]:
    """Return the pixels of each class of the only layer."""
    [layer] = layers(desk, scene)
    found: dict[str, int] = desk.fetch(f"/api/scenes/{scene}/layers/{layer['id']}/counts")["pixels"]
    return found


def pixel_of(path: Path, place: Place) -> tuple[float, float]:
    """Return where a position of the view frame is in a raster's pixels."""
    with rasterio.open(path) as raster:
        if raster.crs is None:
            return place
        column, row = ~raster.transform @ place
    return float(column), float(row)


def size_of(path: Path) -> tuple[int, int]:
    with rasterio.open(path) as raster:
        return raster.width, raster.height


def exported(desk: Desk, folder: Path) -> Pixels:
    with rasterio.open(desk.export("Mask GeoTIFF", folder)) as mask:
        return np.asarray(mask.read(1))


def near(size: tuple[int, int], path: list[tuple[float, float]], radius: float) -> npt.NDArray[np.bool_]:
    """Return the pixels within a radius of a stroke, shape (height, width)."""
    x, y = np.meshgrid(np.arange(size[0]) + 0.5, np.arange(size[1]) + 0.5)
    found = np.zeros(x.shape, dtype=bool)
    for (x0, y0), (x1, y1) in zip(path, path[1:] or path, strict=False):
        dx, dy = x1 - x0, y1 - y0
        along = np.clip(((x - x0) * dx + (y - y0) * dy) / max(dx * dx + dy * dy, 1e-9), 0, 1)
        found |= np.hypot(x - x0 - along * dx, y - y0 - along * dy) <= radius
    return found


@pytest.fixture
def photo(server: LiveServer, raster_data: Path, tmp_path: Path) -> tuple[str, Path]:
    """A scene with a plain photo, and the photo."""
    path = tmp_path / "photo.png"
    with rasterio.open(raster_data / SCENES["naip"][0]) as source:
        pixels = source.read((1, 2, 3), window=((0, 600), (0, 900)))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", NotGeoreferencedWarning)
        with rasterio.open(path, "w", driver="PNG", width=900, height=600, count=3, dtype="uint8") as target:
            target.write(pixels)
    with server.program() as client:
        scene = str(client.post("/api/scenes", json={"title": "photo"}).json()["id"])
        answer = client.post(f"/api/scenes/{scene}/assets", json={"hrefs": [str(path)]})
        assert answer.status_code == 201, answer.text
        eventually(lambda: client.get(f"/api/scenes/{scene}").json()["frames"], "the photo was looked at")
    return scene, path


@pytest.mark.parametrize("kind", ["map", "photo"])
def test_brush_eraser_undo_export(
    kind: str, ada: Desk, scenes: Scenes, photo: tuple[str, Path], raster_data: Path, tmp_path: Path
) -> None:
    """A stroke is seen at once, stored to the pixel whatever the zoom, taken back by one Ctrl+Z."""
    scene, path = photo if kind == "photo" else (scenes["naip"], raster_data / SCENES["naip"][0])
    size = size_of(path)
    ada.open(scene)
    page = ada.page
    page.keyboard.press("m")
    panel = page.get_by_role("region", name="Brush options")
    panel.wait_for()
    before = ada.picture()
    start, end = (500.0, 300.0), (640.0, 380.0)
    page.mouse.move(*start)
    page.mouse.down()
    page.mouse.move(*end)
    shown = ada.picture()
    assert (shown[335:345, 565:575] != before[335:345, 565:575]).any(), "it is seen before the button goes up"
    page.mouse.up()
    ada.idle()
    label = int(counts(ada, scene)["1"])
    ends = [pixel_of(path, ada.frame_at(*place)) for place in (start, end)]
    expected = near(size, [(round(x), round(y)) for x, y in ends], 12)
    assert label == int(expected.sum())

    page.keyboard.press("e")
    page.keyboard.press("[")
    ada.drag((520, 300), (520, 400))
    ada.idle()
    assert counts(ada, scene)["1"] < label
    page.keyboard.press("Control+Z")
    ada.until(lambda: counts(ada, scene)["1"] == label, "the eraser was taken back")
    ada.idle()
    found = exported(ada, tmp_path)
    assert np.array_equal(found == 1, expected)


def test_two_people_see_the_same_paint(desk_of: Callable[..., Desk], scenes: Scenes) -> None:
    ada, bob = desk_of("Ada"), desk_of("Bob")
    ada.open(scenes["naip"])
    bob.open(scenes["naip"])
    bob.page.mouse.move(900, 650)
    before = bob.picture()
    ada.page.keyboard.press("m")
    ada.drag((500, 300), (640, 300))
    ada.idle()
    bob.until(lambda: (bob.picture()[298:302, 560:580] != before[298:302, 560:580]).any(), "Bob sees the stroke")
    bob.idle()
    assert bob.page.get_by_role("button", name="Painted classes").first.is_visible()
    ada.page.keyboard.press("Control+Z")
    bob.until(lambda: (bob.picture()[298:302, 560:580] == before[298:302, 560:580]).all(), "and that it is gone")


def test_layers_are_looked_at_made_and_deleted(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["naip"]
    ada.open(scene)
    page = ada.page
    page.keyboard.press("m")
    page.keyboard.press("2")  # the class is chosen by its key
    page.mouse.move(560, 330)
    ada.drag((500, 300), (620, 340))
    ada.drag((500, 300), (500, 300))
    ada.idle()
    assert set(counts(ada, scene)) == {"2"}
    page.mouse.move(900, 650)
    painted = ada.picture()
    page.get_by_role("button", name="Hide Painted classes").click()
    ada.until(lambda: (ada.picture()[318:322, 555:565] != painted[318:322, 555:565]).any(), "it is hidden")
    page.get_by_role("button", name="Show Painted classes").click()
    page.get_by_role("button", name="Painted classes", exact=True).click()
    rows = page.get_by_label("Pixels of each class")
    rows.wait_for()
    assert "Lake" in rows.inner_text()
    name = page.get_by_label("Name", exact=True)
    name.fill("Water")
    name.press("Enter")
    ada.until(lambda: layers(ada, scene)[0]["title"] == "Water", "it has another name")
    page.get_by_role("button", name="Delete Water").click()
    ada.until(lambda: layers(ada, scene) == [], "it is deleted")
    ada.idle()
    page.keyboard.press("Control+Z")
    ada.until(lambda: len(layers(ada, scene)) == 1, "and back")
    assert set(counts(ada, scene)) == {"2"}


@pytest.mark.parametrize("kind", ["map", "photo"])
def test_fill_wand_and_superpixels(
    kind: str, ada: Desk, scenes: Scenes, photo: tuple[str, Path], raster_data: Path
) -> None:
    """Each paints what it shows; locked classes stay, and with the box ticked only what is free is painted."""
    scene, path = photo if kind == "photo" else (scenes["naip"], raster_data / SCENES["naip"][0])
    ada.open(scene)
    page = ada.page
    page.keyboard.press("y")
    corners = [(480.0, 200.0), (620.0, 210.0), (560.0, 330.0)]
    for corner in corners:
        ada.click(*corner)
    page.keyboard.press("Enter")
    ada.idle()
    ring = [pixel_of(path, ada.frame_at(*corner)) for corner in corners]
    filled = int(rasterio.features.rasterize([shapely.Polygon(ring)], out_shape=size_of(path)[::-1]).sum())
    assert counts(ada, scene) == {"1": filled}

    page.keyboard.press("Shift+W")
    page.keyboard.press("2")
    page.get_by_label("Only unlabelled pixels").check()
    ada.drag((700, 430), (820, 430))
    ada.until(lambda: "2" in counts(ada, scene), "the wand has painted")
    ada.idle()
    found = counts(ada, scene)
    assert found["1"] == filled, "what has a class keeps it"
    assert page.get_by_role("slider", name="Tolerance").input_value() != "8", "a drag changes the tolerance"
    page.keyboard.press("Control+Z")
    ada.until(lambda: counts(ada, scene) == {"1": filled}, "one step")
    ada.idle()

    page.get_by_label("Only unlabelled pixels").uncheck()
    page.locator(".class-row", has_text="Building").hover()
    page.get_by_role("button", name="Lock Building: no tool changes its objects").click()
    page.keyboard.press("j")
    page.mouse.move(540, 240)
    ada.idle()
    ada.drag((540, 240), (660, 300))
    ada.until(lambda: "2" in counts(ada, scene), "patches are painted whole")
    assert counts(ada, scene)["1"] == filled, "a locked class stays"


def test_polygons_are_painted_and_paint_becomes_polygons(ada: Desk, scenes: Scenes, raster_data: Path) -> None:
    """There and back the pixels are the same; each way is one step of undo."""
    scene, path = scenes["naip"], raster_data / SCENES["naip"][0]
    ada.open(scene)
    page = ada.page
    page.keyboard.press("s")
    corners = [(480.0, 200.0), (700.0, 210.0), (640.0, 430.0), (500.0, 400.0)]
    ring = [pixel_of(path, place) for place in ada.draw("polygon", corners)]
    ada.idle()
    command(ada, "Paint the pixels of the chosen")
    ada.idle()
    filled = int(rasterio.features.rasterize([shapely.Polygon(ring)], out_shape=size_of(path)[::-1]).sum())
    assert counts(ada, scene) == {"1": filled}
    page.get_by_role("button", name="Painted classes", exact=True).click()
    page.get_by_role("button", name="Make polygons").click()
    ada.until(lambda: len(ada.annotations(scene)) == 2, "the outline is there")
    ada.idle()
    made = ada.annotations(scene)[1]["geometry"]
    outline = shapely.Polygon([pixel_of(path, (x, y)) for x, y in made["exterior"]])
    assert outline.area == pytest.approx(filled, abs=1e-3)
    page.get_by_label("Map of the scene").focus()
    page.keyboard.press("Control+Z")
    ada.until(lambda: len(ada.annotations(scene)) == 1, "one step takes it back")


def command(desk: Desk, words: str) -> None:
    """Run a command by the palette."""
    desk.page.keyboard.press("Control+K")
    desk.page.keyboard.type(words)
    desk.page.keyboard.press("Enter")
