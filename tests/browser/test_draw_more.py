"""Draw by hand, by few points and by numbers: what is stored is what was clicked, dragged or typed, exactly."""

from __future__ import annotations

import uuid
from pathlib import Path
from typing import Any

import numpy as np
import pyproj
import pytest
import rasterio
from rasterio.vrt import WarpedVRT

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk, Place
from tests.live import eventually


def take(desk: Desk, family: str, variant: str) -> None:
    """Take one of the tools that share a place in the rail, from its flyout."""
    desk.page.locator(f'.tool[data-family="{family}"]').click(button="right")
    desk.page.locator(f'[data-variant="{variant}"]').click()
    assert desk.page.locator(f'.tool[data-tool="{variant}"]').get_attribute("aria-pressed") == "true"


def last(desk: Desk, scene: str) -> dict[str, Any]:
    """Return the geometry that was stored last."""
    desk.idle()
    found: dict[str, Any] = desk.annotations(scene)[-1]["geometry"]
    return found


def assert_near(found: Any, wanted: list[Place], desk: Desk) -> None:
    """Compare positions to a thousandth of a screen pixel."""
    pixel = abs(desk.frame_at(101, 100)[0] - desk.frame_at(100, 100)[0])
    assert np.asarray(found).shape == np.asarray(wanted).shape
    assert np.abs(np.asarray(found) - np.asarray(wanted)).max() < pixel / 1000


def ring_distance(ring: Any, center: Place) -> Any:
    """Return how far each vertex of a ring is from a position."""
    return np.linalg.norm(np.asarray(ring) - np.asarray(center), axis=1)


def test_the_rail_holds_variants_and_fits_a_low_screen(ada: Desk, scenes: Scenes) -> None:
    page = ada.page
    page.set_viewport_size({"width": 1280, "height": 720})
    ada.open(scenes["landsat"])
    rail = page.locator(".tool-rail")
    assert rail.evaluate("e => e.scrollHeight <= e.clientHeight"), "every tool is in sight at 720 px"
    page.keyboard.press("o")
    assert page.locator('.tool[data-tool="rectangle"]').get_attribute("aria-pressed") == "true"
    page.keyboard.press("o")
    assert page.locator('.tool[data-tool="rectangle-turned"]').get_attribute("aria-pressed") == "true"
    page.keyboard.press("v")
    page.keyboard.press("o")
    front = page.locator('.tool[data-family="regular"]')
    assert front.get_attribute("data-tool") == "rectangle-turned", "the last used one stays in front"
    front.focus()
    page.keyboard.press("ArrowRight")
    page.locator('[role="menu"] button:focus').wait_for()
    page.keyboard.press("ArrowDown")
    page.keyboard.press("ArrowDown")
    page.keyboard.press("Enter")
    assert front.get_attribute("data-tool") == "circle"
    box = front.bounding_box()
    assert box is not None
    page.mouse.move(box["x"] + 8, box["y"] + 8)
    page.mouse.down()
    page.locator('[role="menu"]').wait_for()
    page.mouse.up()
    page.keyboard.press("Escape")
    assert page.locator('[role="menu"]').count() == 0


def test_freehand_streams_and_clicks_mix(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    ada.page.keyboard.press("s")
    take(ada, "polyline", "polyline-freehand")
    before = ada.frame_at(300, 300)
    ada.drag((300, 300), (500, 300))  # straight: the run keeps its ends only
    clicked = [ada.click(560, 360), ada.click(600, 300)]
    ada.page.keyboard.press("Enter")
    assert ada.frame_at(300, 300) == before, "the map did not move"
    assert_near(last(ada, scene)["path"], [before, ada.frame_at(500, 300), *clicked], ada)

    take(ada, "polygon", "polygon-freehand")
    corners = [(320.0, 420.0), (520.0, 430.0), (510.0, 560.0), (330.0, 540.0)]
    ada.page.mouse.move(*corners[0])
    ada.page.mouse.down()
    for corner in [*corners[1:], corners[0]]:
        ada.page.mouse.move(*corner, steps=12)
    ada.page.mouse.up()
    made = last(ada, scene)
    assert_near(made["exterior"], [ada.frame_at(*corner) for corner in corners], ada)

    ada.tool("polygon-freehand")
    ada.page.keyboard.press("Shift+N")  # from the freehand one on to the plain one
    ada.click(600, 420)
    ada.click(700, 420)
    ada.page.keyboard.down("Control")
    ada.drag((700, 520), (600, 520))
    ada.page.keyboard.up("Control")
    ada.page.keyboard.press("Enter")
    wanted = [ada.frame_at(*p) for p in ((600, 420), (700, 420), (700, 520), (600, 520))]
    assert_near(last(ada, scene)["exterior"], wanted, ada)


def test_shapes_by_few_points(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    ada.page.keyboard.press("s")
    take(ada, "regular", "rectangle")
    ada.drag((300, 200), (420, 260))
    wanted = [ada.frame_at(*p) for p in ((300, 200), (420, 200), (420, 260), (300, 260))]
    assert_near(last(ada, scene)["exterior"], wanted, ada)

    take(ada, "regular", "rectangle-turned")
    for place in ((500, 200), (580, 260), (550, 300)):
        ada.click(*place)
    made = last(ada, scene)
    assert made["kind"] == "polygon"
    assert_near(made["exterior"], [ada.frame_at(*p) for p in ((500, 200), (580, 260), (550, 300), (470, 240))], ada)

    take(ada, "regular", "circle")
    ada.drag((400, 420), (400, 480))
    made = last(ada, scene)
    assert len(made["exterior"]) == 72
    radius = ring_distance([ada.frame_at(400, 480)], ada.frame_at(400, 420))[0]
    assert np.allclose(ring_distance(made["exterior"], ada.frame_at(400, 420)), radius, rtol=1e-9)
    assert_near(made["exterior"][0], ada.frame_at(400, 480), ada)  # type: ignore[arg-type]

    take(ada, "regular", "circle-three")
    rim = [ada.click(*place) for place in ((560, 420), (620, 480), (560, 540))]
    made = last(ada, scene)
    center = ada.frame_at(560, 480)
    assert np.allclose(ring_distance(made["exterior"], center), ring_distance(rim, center)[0], rtol=1e-6)

    take(ada, "box", "box-turned")
    ada.drag((680, 420), (740, 500))
    ada.click(700, 530)
    made = last(ada, scene)
    assert made["kind"] == "box"
    pixel = abs(ada.frame_at(101, 100)[0] - ada.frame_at(100, 100)[0])
    assert np.allclose(made["size"], [100 * pixel, 50 * pixel], rtol=1e-6)
    assert np.isclose(made["angle"], np.arctan2(-80, 60), rtol=1e-6), "y is upwards on the map"


def test_a_circle_in_a_plain_picture(ada: Desk, scenes: Scenes) -> None:
    """Pixel frames take polygons too."""
    scene = scenes["float64"]
    ada.open(scene)
    ada.page.keyboard.press("s")
    take(ada, "regular", "circle")
    ada.drag((500, 400), (560, 400))
    made = last(ada, scene)
    assert made["kind"] == "polygon"
    assert np.allclose(
        ring_distance(made["exterior"], ada.frame_at(500, 400)),
        abs(ada.frame_at(560, 400)[0] - ada.frame_at(500, 400)[0]),
        rtol=1e-6,
    )


def test_parts_and_fillings(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    ada.page.keyboard.press("s")
    ada.draw("polygon", [(300, 200), (500, 200), (500, 400), (300, 400)])
    ada.idle()
    before = ada.annotations(scene)[0]
    take(ada, "hole", "add-part")
    part = [ada.click(*place) for place in ((540, 220), (640, 220), (600, 320))]
    ada.page.keyboard.press("Enter")
    ada.idle()
    made = ada.annotations(scene)[0]["geometry"]
    assert made["kind"] == "multipolygon"
    assert made["parts"][0]["exterior"] == before["geometry"]["exterior"], "what was there stays to the bit"
    assert_near(made["parts"][1]["exterior"], part, ada)

    ada.page.locator(".class-row", has_text="Lake").click()
    ada.page.keyboard.press("Escape")
    take(ada, "hole", "fill-ring")
    ring = [ada.click(*place) for place in ((340, 240), (440, 240), (440, 340))]
    ada.page.keyboard.press("Enter")
    ada.idle()
    pierced, filling = ada.annotations(scene)
    assert filling["label"] == "lake"
    assert pierced["geometry"]["parts"][0]["holes"] == [filling["geometry"]["exterior"]], "one ring, to the bit"
    assert_near(filling["geometry"]["exterior"], ring, ada)
    ada.page.keyboard.press("Control+Z")
    ada.until(lambda: len(ada.annotations(scene)) == 1, "both went in one step")
    assert ada.annotations(scene)[0]["geometry"]["parts"][0]["holes"] == []


def test_keypoints_follow_the_skeleton(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    names = ["head", "left", "right", "tail"]
    skeleton = {"names": names, "edges": [[0, 1], [0, 2], [0, 3]], "flips": []}
    with ada.server.program() as client:
        answer = client.post("/api/ontology/classes", json={"title": "Whale"})
        assert answer.status_code == 201, answer.text
        project = client.get("/api/project").json()
        for label in project["ontology"]["classes"]:
            if label["title"] == "Whale":
                label.update(skeleton=skeleton, geometries=["keypoints"])
        put = {"op": "put", "document": project, "base": project["revision"]}
        change = {
            "client_id": str(uuid.uuid4()),
            "actor": ada.fetch("/api/session")["id"],
            "message": "Give it a skeleton",
            "changes": [put],
        }
        answer = client.post("/api/project/changes", json=change)
        assert answer.status_code == 200, answer.text
    ada.open(scene)
    ada.page.keyboard.press("s")
    ada.page.locator(".class-row", has_text="Whale").click()
    ada.page.keyboard.press("k")
    clicked = [ada.click(400, 300)]
    clicked.append(ada.click(340, 380))
    ada.page.keyboard.press("v")  # hidden; it would take the select tool if nothing were begun
    ada.page.keyboard.press("q")
    clicked.append(ada.click(400, 500))
    ada.idle()
    points = ada.annotations(scene)[-1]["geometry"]["points"]
    assert [p["name"] for p in points] == names
    assert [p["visible"] for p in points] == [True, False, True, True]
    assert points[2]["position"] is None
    assert_near([p["position"] for p in points if p["position"]], clicked, ada)
    ada.page.keyboard.press("v")
    assert ada.page.locator('.tool[data-tool="select"]').get_attribute("aria-pressed") == "true"


def field(desk: Desk, title: str) -> Any:
    """Return an input of the panel for typed numbers."""
    return desk.page.locator(".typed-panel").get_by_label(title, exact=True)


DISTANCE, ANGLE = "Distance from the vertex before", "Angle in degrees, anticlockwise"


def test_a_polygon_by_numbers_alone(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    page = ada.page
    page.keyboard.press("s")
    page.keyboard.press("Shift+N")
    page.keyboard.press("Control+4")
    x, y = (round(v, 3) for v in ada.frame_at(400, 400))
    field(ada, "x").fill(repr(x))
    page.keyboard.press("Tab")
    page.keyboard.type(repr(y))
    page.keyboard.press("Enter")
    field(ada, DISTANCE).fill("3000,5")
    field(ada, ANGLE).fill("90")
    page.keyboard.press("Enter")
    page.get_by_role("button", name="Δ x, y").click()
    field(ada, "x").fill("-1500.25")
    field(ada, "y").fill("0")
    page.keyboard.press("Enter")
    page.keyboard.press("Enter")  # nothing typed: it is finished
    made = last(ada, scene)
    assert made["exterior"] == [[x, y], [x, y + 3000.5], [x - 1500.25, y + 3000.5]]


def test_numbers_and_the_pointer(ada: Desk, scenes: Scenes) -> None:
    """Digits mean a distance while a sketch is begun and the panel is open, a class at all other times."""
    scene = scenes["landsat"]
    ada.open(scene)
    page = ada.page
    page.keyboard.press("s")
    ada.tool("polyline")
    first = ada.click(300, 300)
    page.mouse.move(420, 300)
    page.keyboard.press("2")
    assert page.locator(".class-row", has_text="Lake").get_attribute("data-chosen") == "true"
    page.keyboard.press("Control+4")
    page.locator(".typed-panel input:focus").wait_for()
    page.keyboard.press("Escape")
    page.mouse.move(430, 300)
    page.keyboard.type("2500")
    page.keyboard.press("Enter")
    page.keyboard.press("Escape")
    page.mouse.move(500, 420)
    page.keyboard.press("a")
    page.locator(".typed-panel input:focus").wait_for()
    page.keyboard.type("-90")
    page.keyboard.press("Escape")  # frees it again
    ada.click(500, 420)
    page.mouse.move(640, 440)
    page.keyboard.down("Shift")
    page.mouse.move(641, 440)
    page.mouse.click(641, 440)
    page.keyboard.up("Shift")
    page.keyboard.press("Enter")
    made = last(ada, scene)["path"]
    assert_near(made[:3], [first, (first[0] + 2500, first[1]), ada.frame_at(500, 420)], ada)
    assert made[3][1] == made[2][1], "Shift keeps to 45° steps"
    assert_near([made[3]], [(ada.frame_at(641, 440)[0], made[2][1])], ada)


def test_parallel_to_an_edge(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    page = ada.page
    page.keyboard.press("s")
    ada.draw("polyline", [(300, 300), (500, 400)])
    ada.click(300, 450)
    page.mouse.move(400, 351)
    page.keyboard.press("p")
    ada.click(400, 520)  # along
    page.mouse.move(400, 351)
    page.keyboard.press("p")
    page.keyboard.press("p")
    ada.click(300, 600)  # across
    page.keyboard.press("Enter")
    edge = np.diff(ada.annotations(scene)[0]["geometry"]["path"], axis=0)[0]
    along, across = np.diff(last(ada, scene)["path"], axis=0)
    sines = [np.cross(edge, along) / np.linalg.norm(edge) / np.linalg.norm(along)]
    sines.append(np.dot(edge, across) / np.linalg.norm(edge) / np.linalg.norm(across))
    assert np.abs(sines).max() < 1e-6


@pytest.mark.parametrize("title", ["naip", "landsat", "degrees"])
def test_live_measures_are_those_of_the_ellipsoid(
    title: str, ada: Desk, scenes: Scenes, raster_data: Path, tmp_path: Path
) -> None:
    scene = in_degrees(ada, raster_data, tmp_path) if title == "degrees" else scenes[title]
    ada.open(scene)
    page = ada.page
    page.keyboard.press("s")
    ada.tool("polygon")
    page.keyboard.press("Control+4")
    places = [(420.0, 250.0), (640.0, 230.0), (700.0, 420.0), (430.0, 470.0)]
    ring = [ada.click(*place) for place in places]
    terms = page.locator(".typed-measures dd")
    ada.until(lambda: terms.count() == 2 and " m" in str(terms.nth(0).text_content()), "the ground is known")
    page.mouse.move(431, 470)
    page.mouse.move(430, 470)
    found = [float(str(terms.nth(i).text_content()).split()[0].replace(",", "")) for i in (0, 1)]
    to_wgs84 = pyproj.Transformer.from_crs(crs_of(ada, scene), 4326, always_xy=True)
    lon, lat = to_wgs84.transform(*np.transpose(ring))
    area, perimeter = pyproj.Geod(ellps="WGS84").polygon_area_perimeter(lon, lat)
    assert np.isclose(found[0], perimeter, rtol=1e-4)
    assert np.isclose(found[1], abs(area), rtol=1e-4)


def crs_of(desk: Desk, scene: str) -> str:
    """Return the reference system of a scene's map frame."""
    frames = desk.fetch(f"/api/scenes/{scene}")["frames"]
    return str(next(f["crs"] for f in frames if f["kind"] == "map"))


def in_degrees(desk: Desk, raster_data: Path, folder: Path) -> str:
    """Make a scene of a raster warped to longitude and latitude."""
    path = folder / "degrees.tif"
    with (
        rasterio.open(raster_data / "landsat7_6band/L7_ETMs.tif") as source,
        WarpedVRT(source, crs="EPSG:4326") as warped,
    ):
        profile = {**warped.profile, "driver": "GTiff"}
        with rasterio.open(path, "w", **profile) as copy:
            copy.write(warped.read())
    with desk.server.program() as client:
        scene = str(client.post("/api/scenes", json={"title": "degrees"}).json()["id"])
        answer = client.post(f"/api/scenes/{scene}/assets", json={"hrefs": [str(path)]})
        assert answer.status_code == 201, answer.text

        def is_at_rest() -> bool:
            jobs = client.get("/api/jobs", params={"scene": scene}).json()
            return all(job["state"] not in ("queued", "running") for job in jobs)

        eventually(is_at_rest, "the file was looked at")
    return scene
