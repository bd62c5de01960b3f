"""Stretch, shade, blend and comparison: on the GPU, as the server would draw it, shared with a team."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlencode

import cv2
import numpy as np
import numpy.typing as npt

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk
from tests.live import LiveServer

OLD = "m_4709963_se_14_1_20090818.tif"
NEW = "m_4709963_se_14_1_20200831.tif"


def opened(desk: Desk, raster: str) -> None:
    """Open the style of a raster in the layers."""
    desk.page.get_by_role("button", name=raster, exact=True).click()


def asked_since(desk: Desk, n_requests: int) -> list[str]:
    """Return what was asked for since, beside what is asked now and then in any case."""
    return [url for url in desk.requests[n_requests:] if url != "/api/jobs"]


def slide(desk: Desk, label: str, value: float) -> None:
    """Set a slider."""
    desk.page.locator(".kit-slider", has_text=label).locator("input").first.fill(str(value))


def settled(desk: Desk) -> npt.NDArray[np.uint8]:
    """Return the picture when two in a row are alike."""
    desk.idle()
    before = desk.picture()
    for _ in range(40):
        desk.page.wait_for_timeout(60)
        now = desk.picture()
        if np.array_equal(before, now):
            break
        before = now
    return before


def asset_of(desk: Desk, scene: str, n: int = 0) -> dict[str, Any]:
    """Return an asset of a scene."""
    found: dict[str, Any] = desk.fetch(f"/api/scenes/{scene}")["assets"][n]
    return found


def rendered(server: LiveServer, asset: str, style: dict[str, Any]) -> npt.NDArray[np.uint8]:
    """Return the server's own drawing of the middle tile of full size, RGBA, and where it begins in native pixels."""
    with server.program() as client:
        info = client.get(f"/api/tiles/{asset}/info").json()
        zoom = info["grids"]["native"]["max_zoom"]
        x = info["info"]["width"] // 2 // 256
        y = info["info"]["height"] // 2 // 256
        query = urlencode(style)
        answer = client.get(f"/api/tiles/{asset}/{info['version']}/native/{zoom}/{x}/{y}.png?{query}")
        assert answer.status_code == 200, answer.text
    tile = cv2.imdecode(np.frombuffer(answer.content, np.uint8), cv2.IMREAD_UNCHANGED)
    assert tile is not None
    if tile.ndim == 2:
        tile = cv2.cvtColor(tile, cv2.COLOR_GRAY2BGRA)
    elif tile.shape[2] == 3:
        tile = cv2.cvtColor(tile, cv2.COLOR_BGR2BGRA)
    return np.asarray(tile[:, :, [2, 1, 0, 3]], np.uint8)


def check_as_server(desk: Desk, server: LiveServer, scene: str, style: dict[str, Any], most: float = 3.0) -> None:
    """Compare the middle of the map, zoomed to its pixels, with the server's drawing in the same style."""
    page = desk.page
    page.locator(".map").first.focus()
    page.keyboard.press("f")
    page.keyboard.press("0")
    for _ in range(2):
        page.keyboard.press("+")
    picture = settled(desk)
    asset = asset_of(desk, scene)
    tile = rendered(server, asset["id"], style)
    with server.program() as client:
        info = client.get(f"/api/tiles/{asset['id']}/info").json()["info"]
    link = info["link"]
    col0, row0 = info["width"] // 2 // 256 * 256, info["height"] // 2 // 256 * 256
    box = page.locator(".map").first.bounding_box()
    assert box is not None
    differences = []
    for row in range(4, 252, 3):
        for col in range(4, 252, 3):
            x = link["c"] + link["a"] * (col0 + col + 0.5)
            y = link["f"] + link["e"] * (row0 + row + 0.5)
            left, top = desk.page_at(x, y) if (row, col) == (4, 4) else (0.0, 0.0)
            if (row, col) == (4, 4):
                origin = (left, top)
                continue
            at_x = origin[0] + (col - 4) * 4
            at_y = origin[1] + (row - 4) * 4
            inside = box["x"] + 260 < at_x < box["x"] + box["width"] - 120
            if not inside or not box["y"] + 60 < at_y < box["y"] + box["height"] - 120:
                continue
            if tile[row, col, 3] < 255:
                continue
            seen = picture[int(at_y), int(at_x)].astype(int)
            differences.append(np.abs(seen - tile[row, col, :3]).max())
    assert len(differences) > 400
    assert float(np.percentile(differences, 99)) <= most, np.percentile(differences, [50, 90, 99, 100])


def limits(desk: Desk) -> list[list[float]]:
    """Return the numbers beside the histograms."""
    fields = desk.page.locator(".kit-range-numbers").all()
    return [[float(one.input_value()) for one in field.locator("input").all()] for field in fields]


def spelled(pairs: list[list[float]]) -> str:
    """Return ranges as a style's query has them."""
    return ";".join(f"{low},{high}" for low, high in pairs)


def test_the_shader_draws_what_the_server_draws(ada: Desk, scenes: Scenes, server: LiveServer) -> None:
    scene = scenes["naip"]
    ada.open(scene)
    opened(ada, OLD)
    n_requests = len(ada.requests)
    slide(ada, "Gamma", 1.4)
    slide(ada, "Contrast", 1.3)
    slide(ada, "Brightness", 0.1)
    for name in ("Red", "Green", "Blue"):
        field = ada.page.get_by_label(f"{name}: low value")
        field.fill("30")
        field.press("Tab")
    assert asked_since(ada, n_requests) == []
    tone = {"gamma": 1.4, "contrast": 1.3, "brightness": 0.1}
    check_as_server(ada, server, scene, {"bands": "1,2,3", "range": spelled(limits(ada)), **tone})


def test_hillshade_is_the_servers(ada: Desk, scenes: Scenes, server: LiveServer) -> None:
    scene = scenes["dem"]
    ada.open(scene)
    opened(ada, "dem.tif")
    n_requests = len(ada.requests)
    ada.page.get_by_label("Hillshade").check()
    slide(ada, "Light from", 60)
    slide(ada, "Height of the light", 30)
    light = {"hillshade": "true", "azimuth": 60, "altitude": 30, "bands": 1}
    assert asked_since(ada, n_requests) == []
    check_as_server(ada, server, scene, light)
    n_requests = len(ada.requests)
    ada.page.get_by_label("Colours").select_option("terrain")
    settled(ada)
    assert asked_since(ada, n_requests) == []
    assert ada.page.locator(".legend").inner_text().startswith("elevation")
    check_as_server(ada, server, scene, {**light, "colormap": "terrain", "range": spelled(limits(ada))}, most=6)


def test_limits_are_dragged_on_the_histogram(ada: Desk, scenes: Scenes) -> None:
    ada.open(scenes["naip"])
    opened(ada, OLD)
    ada.page.get_by_role("button", name="2–98 %").click()
    before = limits(ada)
    n_requests = len(ada.requests)
    chart = ada.page.locator(".kit-range svg").first
    chart.scroll_into_view_if_needed()
    box = chart.bounding_box()
    assert box is not None
    picture = settled(ada)
    # near the right end: the high limit follows
    ada.drag((box["x"] + box["width"] * 0.9, box["y"] + 20), (box["x"] + box["width"] * 0.6, box["y"] + 20))
    after = limits(ada)
    assert after[0][0] == before[0][0]
    assert after[0][1] < before[0][1]
    assert after[1:] == before[1:]
    assert np.abs(settled(ada).astype(int) - picture).max() > 10, "it is seen"
    # between both: both follow
    middle = sum(after[0]) / 2
    low = ada.page.get_by_label("Red: low end")
    reach = [float(low.get_attribute(name) or 0) for name in ("min", "max")]
    at = box["x"] + box["width"] * (middle - reach[0]) / (reach[1] - reach[0])
    ada.drag((at, box["y"] + 20), (at + 25, box["y"] + 20))
    moved = limits(ada)
    assert moved[0][1] - moved[0][0] == after[0][1] - after[0][0]
    assert moved[0][0] > after[0][0]
    low.focus()
    ada.page.keyboard.press("ArrowRight")
    assert limits(ada)[0][0] == moved[0][0] + 1
    assert asked_since(ada, n_requests) == []


def test_a_stretch_by_what_is_in_sight_follows_the_view(ada: Desk, scenes: Scenes) -> None:
    ada.open(scenes["naip"])
    opened(ada, OLD)
    ada.page.get_by_role("button", name="In sight").click()
    ada.until(lambda: limits(ada)[0] != [0, 255], "the view was looked at")
    ada.idle()
    whole = limits(ada)
    ada.page.locator(".map").first.focus()
    for _ in range(4):
        ada.page.keyboard.press("+")
    ada.idle()
    ada.until(lambda: limits(ada) != whole, "the limits follow")
    n_requests = len(ada.requests)
    ada.page.get_by_role("button", name="±2 σ").click()
    ada.page.get_by_role("button", name="Whole file").click()
    assert asked_since(ada, n_requests) == []


def test_swipe_between_two_dates(ada: Desk, scenes: Scenes) -> None:
    ada.open(scenes["dates"])
    handle = ada.page.get_by_role("slider", name="Border between what is compared")
    ada.page.locator(".map").first.focus()
    ada.page.get_by_role("button", name="Compare: swipe between two looks").click()
    ada.idle()
    half = settled(ada)
    n_requests = len(ada.requests)
    box = handle.bounding_box()
    assert box is not None
    x, y = box["x"] + box["width"] / 2, box["y"] + box["height"] / 2
    ada.drag((x, y), (x - 200, y))
    left = settled(ada)
    changed = np.abs(left.astype(int) - half).max(axis=2) > 20
    assert changed[200:600, int(x) - 180 : int(x) - 20].mean() > 0.2, "what lay between shows the other date"
    assert changed[200:600, int(x) + 20 : int(x) + 180].mean() < 0.01
    handle.focus()
    ada.page.keyboard.press("End")
    assert handle.get_attribute("aria-valuenow") == "100"
    ada.page.keyboard.press("Shift+ArrowLeft")
    assert handle.get_attribute("aria-valuenow") == "90"
    assert asked_since(ada, n_requests) == []
    ada.page.get_by_role("button", name="Compare: swipe between two looks").click()
    handle.wait_for(state="detached")


def test_a_second_look_beside_the_first(ada: Desk, scenes: Scenes) -> None:
    ada.open(scenes["naip"])
    ada.page.locator(".map").first.focus()
    ada.page.get_by_role("button", name="Compare: two looks side by side").click()
    ada.idle()
    assert "nir red green" in ada.page.locator(".map-chip-right").inner_text()
    assert [url for url in ada.requests if ".raw" in url and ada.requests.count(url) > 1] == [], "tiles come once"
    panes = [pane.bounding_box() for pane in ada.page.locator(".map").all()]
    assert len(panes) == 2
    assert panes[0]
    assert panes[1]
    picture = settled(ada)
    at = [(int(p["x"] + p["width"] / 2), int(p["y"] + p["height"] / 2)) for p in panes if p]
    first, second = (picture[y - 100 : y + 100, x - 80 : x + 80].reshape(-1, 3).mean(axis=0) for x, y in at)
    assert np.abs(first - second).max() > 10
    # moved by the right one, the left one follows
    ada.drag(at[1], (at[1][0] - 90, at[1][1] - 40))
    moved = settled(ada)
    left, right = (slice(at[i][0] - 60, at[i][0] + 60) for i in (0, 1))
    assert np.abs(moved[200:500, left].astype(int) - picture[200:500, left]).mean() > 3
    shifted = np.abs(moved[300:400, right].astype(int) - picture[340:440, right.start + 90 : right.stop + 90]).mean()
    assert shifted < 3, "the view went with the pointer"


def test_order_and_blend_of_layers(ada: Desk, scenes: Scenes) -> None:
    ada.open(scenes["dates"])
    titles = ada.page.locator(".layer-title")
    names = lambda: [one.inner_text() for one in titles.all()][1:]  # noqa: E731
    assert names() == [OLD, NEW]
    old = settled(ada)
    n_requests = len(ada.requests)
    titles.nth(1).focus()
    ada.page.keyboard.press("Alt+ArrowDown")
    ada.until(lambda: names() == [NEW, OLD], "the order changed by keys")
    new = settled(ada)
    assert np.abs(new.astype(int) - old)[200:600, 300:800].mean() > 5
    ada.page.locator(".layer-row").nth(2).drag_to(ada.page.locator(".layer-row").nth(1))
    ada.until(lambda: names() == [OLD, NEW], "the order changed by a drag")
    opened(ada, OLD)
    ada.page.get_by_label("Over the layers under it").select_option("difference")
    difference = settled(ada)[300:500, 400:700].astype(int)
    expected = np.abs(old[300:500, 400:700].astype(int) - new[300:500, 400:700])
    assert np.abs(difference - expected).mean() < 2
    assert asked_since(ada, n_requests) == []
    ada.reload()
    assert np.abs(settled(ada)[300:500, 400:700].astype(int) - difference).mean() < 2, "kept by the browser"


def test_a_look_is_shared_with_the_team(desk_of: Callable[..., Desk], scenes: Scenes) -> None:
    ada, bob = desk_of("Ada"), desk_of("Bob")
    scene = scenes["naip"]
    ada.open(scene)
    bob.open(scene)
    opened(ada, OLD)
    ada.page.get_by_label("Show", exact=True).select_option("preset false-color")
    assert bob.page.locator(".layer-note").nth(1).inner_text() == "red green blue"
    ada.page.get_by_role("button", name="Layers: more").click()
    ada.page.get_by_role("menuitem", name="Show it to everybody like this").click()
    note = bob.page.locator(".layer-note").nth(1)
    bob.until(lambda: note.inner_text() == "nir red green", "the team follows")
    # who has chosen keeps what they chose, and can go back
    opened(bob, OLD)
    bob.page.get_by_label("Show", exact=True).select_option("preset ndvi")
    bob.until(lambda: "NDVI" in note.inner_text(), "it is drawn")
    bob.reload()
    bob.until(lambda: "NDVI" in note.inner_text(), "their own is kept")
    bob.page.get_by_role("button", name="Layers: more").click()
    bob.page.get_by_role("menuitem", name="Back to how the team sees it").click()
    bob.until(lambda: note.inner_text() == "nir red green", "back to the team's")
    ada.page.keyboard.press("Control+Z")
    bob.until(lambda: note.inner_text() == "red green blue", "sharing is one step that is undone")
