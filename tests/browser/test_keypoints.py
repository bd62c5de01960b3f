"""Keypoints and their skeletons."""

from __future__ import annotations

import uuid

import numpy as np
import pytest

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk
from tests.browser.drawing import assert_near, settings_of


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


def test_a_skeleton_is_made_in_the_settings_of_a_class(ada: Desk, scenes: Scenes) -> None:
    scene = scenes["landsat"]
    ada.open(scene)
    page = ada.page
    dialog = settings_of(ada, "Lake")
    dialog.get_by_role("tab", name="Keypoints").click()
    dialog.get_by_label("Start from").select_option(label="Person, 17 points (COCO)")
    dialog.get_by_label("Name of keypoint 17").wait_for()
    figure = page.locator(".joints-figure")
    box = figure.bounding_box()
    assert box is not None
    page.mouse.click(box["x"] + 20, box["y"] + 20)
    name = dialog.get_by_label("Name of keypoint 18")
    name.fill("nose")
    dialog.get_by_text("Two keypoints are called nose").wait_for()
    name.fill("hat")
    page.mouse.click(box["x"] + 20, box["y"] + 20)  # it was chosen: now it is not
    page.mouse.click(box["x"] + 20, box["y"] + 20)
    figure.locator('[data-point="0"]').click()  # a bone from the hat to the nose
    figure.locator('[data-point="17"]').focus()
    page.keyboard.press("Shift+ArrowRight")
    dialog.get_by_role("button", name="Save").click()
    dialog.wait_for(state="detached")
    classes = ada.fetch("/api/project")["ontology"]["classes"]
    skeleton = next(c["skeleton"] for c in classes if c["title"] == "Lake")
    assert skeleton["names"][16:] == ["right_ankle", "hat"]
    assert [17, 0] in skeleton["edges"]
    assert len(skeleton["edges"]) == 20
    assert skeleton["places"][17][0] == pytest.approx(20 / box["width"] + 0.1, abs=0.005)
    # the new skeleton is what the tool asks for; what is stored can be hidden, taken away and brought back
    page.locator(".class-row", has_text="Lake").click()
    page.keyboard.press("s")
    page.keyboard.press("k")
    clicked = [ada.click(400, 300), ada.click(440, 260), ada.click(360, 260)]
    page.keyboard.press("Enter")
    ada.idle()
    points = lambda: ada.annotations(scene)[-1]["geometry"]["points"]  # noqa: E731
    assert_near([p["position"] for p in points()[:3]], clicked, ada)
    middle = (slice(276, 285), slice(416, 425))
    assert np.ptp(ada.picture()[middle].astype(int), axis=(0, 1)).max() > 60, "the bone from nose to eye is drawn"
    page.keyboard.press("v")
    page.mouse.move(440, 260)
    page.keyboard.press("v")
    ada.until(lambda: not points()[1]["visible"], "V over it: it is hidden by something")
    ada.idle()
    rows = page.locator(".inspector").get_by_label("Keypoints")
    rows.get_by_label("State of right_eye").select_option(label="absent")
    ada.until(lambda: points()[2]["position"] is None, "it is taken away")
    rows.get_by_label("State of right_eye").select_option(label="visible")
    ada.until(lambda: points()[2]["position"] is not None, "it is back between its bones")
    assert_near([points()[2]["position"]], [tuple(np.mean(clicked[:2], axis=0))], ada)
