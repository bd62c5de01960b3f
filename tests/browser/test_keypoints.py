"""Keypoints and their skeletons."""

from __future__ import annotations

import uuid

from tests.browser.conftest import Scenes
from tests.browser.desk import Desk
from tests.browser.drawing import assert_near


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
