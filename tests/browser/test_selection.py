"""Many objects at once: changed, moved, copied, locked, hidden, chosen by a line or by words; each one undo step."""

from __future__ import annotations

import json
import uuid
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk
from tests.live import LiveServer

Place = tuple[float, float]


def boxes(places: list[Place], *, frame: str, scene: str, side: float, label: str) -> list[dict[str, Any]]:
    """Return annotations, each a square around a position of a frame."""
    half = side / 2
    return [
        {
            "kind": "annotation",
            "id": str(uuid.uuid4()),
            "scene": scene,
            "label": label,
            "geometry": {
                "kind": "polygon",
                "frame": frame,
                "exterior": [[x - half, y - half], [x + half, y - half], [x + half, y + half], [x - half, y + half]],
            },
        }
        for x, y in places
    ]


def store(client: httpx.Client, scene: str, documents: list[dict[str, Any]]) -> None:
    """Store annotations by a program."""
    answer = client.post(
        f"/api/scenes/{scene}/changes",
        json={
            "client_id": str(uuid.uuid4()),
            "actor": client.get("/api/session").json()["id"],
            "message": "Fill",
            "changes": [{"op": "put", "document": document, "base": 0} for document in documents],
        },
    )
    assert answer.status_code == 200, answer.text


def map_frame(desk: Desk, scene: str) -> str:
    """Return the id of the map frame of a scene."""
    return str(next(f["id"] for f in desk.fetch(f"/api/scenes/{scene}")["frames"] if f["kind"] == "map"))


def grid(desk: Desk, n: int) -> tuple[list[Place], float]:
    """Return n x n positions of the view frame in the middle of the map, and a side that leaves room between them."""
    (x0, y0), (x1, y1) = desk.frame_at(300, 250), desk.frame_at(700, 600)
    dx, dy = (x1 - x0) / n, (y1 - y0) / n
    return [(x0 + (i + 0.5) * dx, y0 + (j + 0.5) * dy) for j in range(n) for i in range(n)], abs(dx) * 0.5


@pytest.fixture
def filled(ada: Desk, scenes: Scenes, server: LiveServer) -> Callable[[int], str]:
    """Open a scene with n x n squares of the class Building in the middle of the map: ``filled(3)`` returns its id."""

    def fill(n: int) -> str:
        scene = scenes["naip"]
        ada.open(scene)
        places, side = grid(ada, n)
        slug = next(c["slug"] for c in ada.fetch("/api/project")["ontology"]["classes"] if c["title"] == "Building")
        frame = map_frame(ada, scene)
        with server.person("Filler") as client:
            store(client, scene, boxes(places, frame=frame, scene=scene, side=side, label=slug))
        count = ada.page.locator(".class-row", has_text="Building").locator(".class-count")
        ada.until(lambda: "".join(filter(str.isdigit, count.inner_text())) == str(n * n), "the page was told")
        ada.idle()
        return scene

    return fill


def choose_all(desk: Desk, n: int) -> None:
    """Drag a rectangle around everything with Shift held, and wait until so many are chosen."""
    desk.tool("select")
    desk.page.keyboard.down("Shift")
    desk.drag((280, 230), (720, 620))
    desk.page.keyboard.up("Shift")
    desk.page.locator(".inspector").get_by_text(f"{n} objects", exact=True).wait_for()


def labels(desk: Desk, scene: str) -> set[str]:
    """Return the slugs of the classes of all stored annotations."""
    return {a["label"] for a in desk.annotations(scene)}


def test_several_objects_are_changed_moved_and_deleted_each_in_one_step(
    ada: Desk, filled: Callable[[int], str]
) -> None:
    scene = filled(3)
    page = ada.page
    before = ada.annotations(scene)
    choose_all(ada, 9)
    page.locator(".inspector").get_by_label("Class").select_option(label="Lake")
    ada.idle()
    assert labels(ada, scene) == {"lake"}
    page.keyboard.press("Control+Z")
    ada.until(lambda: labels(ada, scene) == {"building"}, "one undo takes it back")
    ada.idle()
    x, y = ada.page_at(*before[4]["geometry"]["exterior"][0])
    ada.drag((x + 8, y - 8), (x + 38, y - 48))
    ada.idle()
    (x0, y0), (x1, y1) = ada.frame_at(0, 0), ada.frame_at(30, -40)
    for was, now in zip(before, ada.annotations(scene), strict=True):
        for a, b in zip(was["geometry"]["exterior"], now["geometry"]["exterior"], strict=True):
            assert b == pytest.approx([a[0] + x1 - x0, a[1] + y1 - y0], abs=0.6 * abs(x1 - x0) / 30)
    page.keyboard.press("Delete")
    ada.idle()
    assert ada.annotations(scene) == []
    page.keyboard.press("Control+Z")
    page.keyboard.press("Control+Z")
    shapes = [a["geometry"] for a in before]
    ada.until(lambda: [a["geometry"] for a in ada.annotations(scene)] == shapes, "two undos bring all back to the bit")


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


def square_at(desk: Desk, annotation: dict[str, Any]) -> Place:
    """Return where the middle of a square is on the page."""
    ring = annotation["geometry"]["exterior"]
    return desk.page_at((ring[0][0] + ring[2][0]) / 2, (ring[0][1] + ring[2][1]) / 2)


def chosen_name(desk: Desk) -> str:
    """Return what the inspector says is chosen."""
    return str(desk.page.locator(".inspector-head strong").inner_text())


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
    page.keyboard.press("ArrowUp")
    page.keyboard.press("ArrowUp")
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


def test_a_lasso_chooses_adds_and_takes_away(ada: Desk, filled: Callable[[int], str]) -> None:
    scene = filled(3)
    page = ada.page
    before = [square_at(ada, a) for a in ada.annotations(scene)]
    page.locator(".map").focus()
    page.keyboard.press("Shift+L")
    (x0, y0), (x1, y1) = before[0], before[8]
    left, right = min(x0, x1) - 40, max(x0, x1) + 40
    top, bottom = min(y0, y1) - 40, max(y0, y1) + 40

    def draw(line: list[Place]) -> None:
        page.mouse.move(*line[0])
        page.mouse.down()
        for place in [*line[1:], line[0]]:
            page.mouse.move(*place, steps=5)
        page.mouse.up()

    def chosen(text: str) -> None:
        page.locator(".inspector").get_by_text(text, exact=True).wait_for()

    # a triangle over the diagonal: six of nine
    draw([(left, top), (right, top), (left, bottom)])
    chosen("6 objects")
    page.keyboard.down("Shift")
    draw([(right, top), (right, bottom), (left, bottom)])
    page.keyboard.up("Shift")
    chosen("9 objects")
    page.keyboard.down("Alt")
    draw([(left, top), (right, top), (right, top + 70), (left, top + 70)])
    page.keyboard.up("Alt")
    chosen("6 objects")


def test_objects_are_selected_by_an_expression(ada: Desk, filled: Callable[[int], str]) -> None:
    scene = filled(3)
    page = ada.page
    page.locator(".map").focus()
    page.keyboard.press("Control+F")
    dialog = page.get_by_role("dialog", name="Select by expression")
    line = dialog.get_by_label("Expression")
    line.fill("class = Road and")
    line.press("Enter")
    dialog.get_by_text("the line ends here. (character 17)").wait_for()
    line.fill("class = Building and area > 100m2 and method = manual and state = draft")
    line.press("Enter")
    dialog.wait_for(state="detached")
    page.locator(".inspector").get_by_text("9 objects", exact=True).wait_for()
    page.keyboard.press("Control+F")
    line.fill("area < 100m2 or class = Lake")
    line.press("Enter")
    dialog.wait_for(state="detached")
    page.get_by_text("No object fits.").first.wait_for()
    assert page.locator(".inspector-head").count() == 0
    # the same language filters the list; words go on to work
    rows = page.locator(".object-row")
    number = ada.annotations(scene)[4]["fid"]
    page.get_by_label("Filter objects").fill(f"number <= {number} and length > 1m")
    ada.until(lambda: rows.count() == 5, "five of nine fit")
    page.get_by_label("Filter objects").fill(f"building #{number}")
    ada.until(lambda: rows.count() == 1, "one has the words")
