"""Label a real file from the first click to the GIS file: coordinates are the clicked pixels', exactly."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pyogrio
import pyproj
import pytest
import rasterio
import shapely

from tests.browser.conftest import SCENES, Scenes
from tests.browser.desk import Desk, Place

Positions = npt.NDArray[np.float64]
OUTER: list[Place] = [(420, 250), (640, 230), (700, 420), (560, 520), (430, 470)]
HOLE: list[Place] = [(500, 320), (570, 310), (580, 380), (510, 390)]
LINE: list[Place] = [(330, 600), (480, 640), (620, 600), (720, 650)]


def pixels_of(path: Path, positions: list[Place] | Positions) -> Positions:
    """Return where map positions are in a raster's pixels, by rasterio's inverse transform."""
    with rasterio.open(path) as raster:
        inverse = ~raster.transform
    return np.array([inverse @ (float(x), float(y)) for x, y in positions])


@pytest.mark.parametrize("title", ["naip", "landsat"])
def test_draw_reload_undo_export(title: str, ada: Desk, scenes: Scenes, raster_data: Path, tmp_path: Path) -> None:
    ada.open(scenes[title])
    ada.page.keyboard.press("s")  # no snapping: every click counts where it is
    clicked: dict[str, list[Place]] = {}

    clicked["outer"] = ada.draw("polygon", OUTER)
    ada.tool("cut-hole")
    clicked["hole"] = [ada.click(*place) for place in HOLE]
    ada.page.keyboard.press("Enter")
    ada.idle()
    ada.page.locator(".class-row", has_text="Road").click()
    clicked["line"] = ada.draw("polyline", LINE)
    ada.tool("point")
    ada.click(300, 300)
    ada.idle()
    assert ada.sync_state() == "saved"
    assert len(ada.annotations(scenes[title])) == 3

    ada.reload()
    assert ada.page.locator(".object-row").count() == 3
    ada.page.keyboard.press("Control+Z")  # takes the point back, after a reload
    ada.until(lambda: len(ada.annotations(scenes[title])) == 2, "the point was undone")
    ada.idle()

    path = raster_data / SCENES[title][0]
    check_file(ada.export("GeoPackage", tmp_path), path, clicked)


def check_file(exported: Path, raster: Path, clicked: dict[str, list[Place]]) -> None:
    """Read the GeoPackage with GDAL and compare with the clicks, in pixels of the file."""
    shapes: dict[str, Any] = {}
    for layer, kind in pyogrio.list_layers(exported):
        if kind is None:  # a table without geometry: the styles for QGIS
            continue
        frame = pyogrio.read_dataframe(exported, layer=layer)
        with rasterio.open(raster) as source:
            assert pyproj.CRS(frame.crs).equals(pyproj.CRS(source.crs.to_wkt()), ignore_axis_order=True)
        for shape in frame.geometry:
            shapes[shape.geom_type.removeprefix("Multi")] = shape
    assert set(shapes) == {"Polygon", "LineString"}
    polygon = single(shapes["Polygon"])
    found = {
        "outer": np.asarray(polygon.exterior.coords)[:-1, :2],
        "hole": np.asarray(polygon.interiors[0].coords)[:-1, :2],
        "line": np.asarray(single(shapes["LineString"]).coords)[:, :2],
    }
    for name, positions in found.items():
        wanted, got = pixels_of(raster, clicked[name]), pixels_of(raster, positions)
        assert len(wanted) == len(got), name
        # a writer may begin a ring elsewhere or turn it round: each click must have its vertex
        distances = np.linalg.norm(wanted[:, None] - got[None], axis=2)
        assert distances.min(axis=1).max() < 1e-6, name
        assert len(set(distances.argmin(axis=1))) == len(wanted), name


def single(shape: Any) -> Any:
    """Return the only part of a shape."""
    parts = shapely.get_parts(shape)
    assert len(parts) == 1
    return parts[0]


def test_the_picture_lies_where_the_coordinates_say(ada: Desk, scenes: Scenes, raster_data: Path) -> None:
    """Zoomed in, the colour on the screen is that of the pixel that rasterio finds at the position."""
    ada.open(scenes["naip"])
    with rasterio.open(raster_data / SCENES["naip"][0]) as raster:
        rgb, place = raster.read((1, 2, 3)), raster.transform
    for _ in range(4):
        ada.page.keyboard.press("+")
    assert abs(ada.frame_at(601, 400)[0] - ada.frame_at(600, 400)[0]) < abs(place.a) / 12, "pixels are large"
    ada.page.wait_for_timeout(300)
    ada.idle()
    col, row = (int(v) for v in ~place @ ada.frame_at(600, 400))
    around = [(c, r) for c in range(col - 6, col + 7) for r in range(row - 6, row + 7)]
    places = [(c, r, ada.page_at(*(place @ (c + 0.5, r + 0.5)))) for c, r in around]
    picture = ada.picture()
    for c, r, (x, y) in places:
        shown, real = picture[int(y), int(x)].astype(int), rgb[:, r, c].astype(int)
        assert np.abs(shown - real).max() <= 2, (c, r, shown, real)


def test_shared_vertices_are_equal_to_the_bit(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    before = len(ada.annotations(scene))
    ada.draw("polygon", [(300, 120), (380, 120), (380, 200), (300, 200)])
    ada.draw("polygon", [(384, 123), (450, 110), (450, 210), (377, 204)])  # near two of its corners
    ada.idle()
    first, second = (a["geometry"]["exterior"] for a in ada.annotations(scene)[before:])
    assert first[1] == second[0]
    assert first[2] == second[3]


def test_edit_vertices_with_the_pointer_and_by_numbers(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    ada.page.keyboard.press("s")
    ada.draw("polygon", [(300, 560), (400, 560), (400, 660), (300, 660)])
    ada.idle()
    made = ada.annotations(scene)[-1]

    def exterior() -> list[list[float]]:
        ada.idle()
        return next(a for a in ada.annotations(scene) if a["id"] == made["id"])["geometry"]["exterior"]

    before = exterior()
    ada.tool("select")
    ada.drag((400, 660), (430, 690))
    moved = exterior()
    assert moved[:2] + moved[3:] == before[:2] + before[3:], "the others stay to the bit"
    assert np.allclose(moved[2], ada.frame_at(430, 690), rtol=0, atol=1e-6)
    ada.drag((350, 560), (350, 530))
    assert len(exterior()) == 5, "a drag on an edge adds a vertex"
    ada.page.mouse.move(350, 530)
    ada.page.keyboard.press("Delete")
    assert len(exterior()) == 4, "Del over a vertex drops it"
    field = ada.page.get_by_label("x of vertex 1")
    field.click()
    field.fill(repr(before[0][0] + 1.5))
    field.press("Enter")
    assert exterior()[0] == [before[0][0] + 1.5, before[0][1]]
    ada.page.locator(".map").click(position={"x": 350 - 44, "y": 600 - 40})
    ada.page.keyboard.press("Delete")
    ada.idle()
    assert made["id"] not in {a["id"] for a in ada.annotations(scene)}
