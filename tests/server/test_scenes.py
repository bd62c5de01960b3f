"""Scenes and the project over HTTP."""

from __future__ import annotations

import threading
from typing import Any

import httpx
import pytest

from geo3d.labels import new_id
from tests.live import LiveServer, actor_of
from tests.server.conftest import change_set, polygon, put


def test_a_scene_is_made_once(ada: httpx.Client) -> None:
    made = [ada.post("/api/scenes", json={"title": "Once", "client_id": "make-once"}) for _ in range(2)]
    assert [answer.status_code for answer in made] == [201, 201]
    assert made[0].json() == made[1].json()
    titles = [scene["title"] for scene in ada.get("/api/scenes").json()]
    assert titles.count("Once") == 1


def test_the_list_says_what_is_in_a_scene(ada: httpx.Client, scene: str) -> None:
    ada.post(f"/api/scenes/{scene}/changes", json=change_set(ada, new_id(), put(polygon("a", scene))))
    [summary] = [found for found in ada.get("/api/scenes").json() if found["id"] == scene]
    assert summary == {
        "id": scene, "title": "A scene", "revision": 3, "n_annotations": 1, "counts": {"tree": 1}, "assets": [],
    }  # fmt: skip


def test_a_scene_is_renamed(ada: httpx.Client, bob: httpx.Client, scene: str) -> None:
    answer = bob.patch(f"/api/scenes/{scene}", json={"title": "  New name "})
    assert (answer.status_code, answer.json()["title"]) == (200, "New name")
    assert ada.patch(f"/api/scenes/{scene}", json={"title": "Late", "base": 2}).status_code == 409
    assert ada.patch(f"/api/scenes/{scene}", json={"title": ""}).status_code == 422
    assert ada.patch(f"/api/scenes/{scene}", json={"title": "x", "assets": []}).status_code == 422


def test_only_the_owner_deletes_a_scene_and_can_undo_it(ada: httpx.Client, bob: httpx.Client, scene: str) -> None:
    assert bob.delete(f"/api/scenes/{scene}").status_code == 403
    answer = ada.delete(f"/api/scenes/{scene}")
    assert answer.status_code == 200, answer.text
    assert ada.get(f"/api/scenes/{scene}").status_code == 404
    assert ada.get(f"/api/scenes/{scene}/annotations").status_code == 404
    assert scene not in [found["id"] for found in ada.get("/api/scenes").json()]
    undone = ada.post(f"/api/scenes/{scene}/undo", json={"client_id": new_id()})
    assert undone.status_code == 200, undone.text
    assert ada.get(f"/api/scenes/{scene}").json()["title"] == "A scene"


def test_a_class_is_added(ada: httpx.Client) -> None:
    wish = {"title": "Pylon", "key": "p", "geometries": ["point"], "client_id": "pylon"}
    first, again = (ada.post("/api/ontology/classes", json=wish) for _ in range(2))
    assert first.status_code == 201, first.text
    made = first.json()
    assert (made["slug"], made["key"], made["geometries"]) == ("pylon", "p", ["point"])
    assert again.json() == made
    classes = ada.get("/api/ontology").json()["classes"]
    assert [found["slug"] for found in classes].count("pylon") == 1
    assert ada.get("/api/project").json()["ontology"]["classes"] == classes


def test_classes_added_at_the_same_moment_all_come(server: LiveServer, ada: httpx.Client) -> None:
    answers = []

    def add(k: int) -> None:
        with server.program() as program:
            answers.append(program.post("/api/ontology/classes", json={"title": f"Class {k}"}))

    threads = [threading.Thread(target=add, args=(k,)) for k in range(5)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [answer.status_code for answer in answers] == [201] * 5
    codes = [found["code"] for found in ada.get("/api/ontology").json()["classes"]]
    assert len(set(codes)) == len(codes)


@pytest.mark.parametrize(
    "wish",
    [{}, {"title": ""}, {"title": "x", "color": "red"}, {"title": "x", "key": "xx"}, {"title": "x", "shape": "y"}],
)
def test_bad_classes_are_refused(ada: httpx.Client, wish: dict[str, Any]) -> None:
    assert ada.post("/api/ontology/classes", json=wish).status_code == 422


def test_the_ontology_is_a_file(ada: httpx.Client) -> None:
    answer = ada.get("/api/ontology")
    assert "attachment" in answer.headers["content-disposition"]


def test_the_project_has_a_log_and_an_undo(ada: httpx.Client) -> None:
    project = ada.get("/api/project").json()
    document = put({**project, "title": "Renamed"}, base=project["revision"])
    assert ada.post("/api/project/changes", json=change_set(ada, new_id(), document)).status_code == 200
    log = ada.get("/api/project/commits", params={"since": project["revision"]}).json()
    assert [commit["actor"] for commit in log["commits"]] == [actor_of(ada)]
    undone = ada.post("/api/project/undo", json={"client_id": new_id()})
    assert undone.status_code == 200, undone.text
    assert ada.get("/api/project").json()["title"] == project["title"]
    assert ada.post("/api/project/redo", json={"client_id": new_id()}).status_code == 200
    assert ada.get("/api/project").json()["title"] == "Renamed"


# ---------------------------------------------------------------- places


@pytest.fixture
def placed(ada: httpx.Client, scene: str) -> str:
    """A scene whose pixel frame lies in UTM zone 17, half a metre per pixel."""
    link = {"kind": "affine", "a": 0.5, "b": 0, "c": 500000, "d": 0, "e": -0.5, "f": 4000000}
    frames = [
        {"kind": "map", "id": "map.EPSG-32617", "crs": "EPSG:32617"},
        {"kind": "pixel", "id": "px", "size": [1000, 800], "parent": "map.EPSG-32617", "link": link},
        {"kind": "pixel", "id": "loose", "size": [10, 10]},
    ]
    document = ada.get(f"/api/scenes/{scene}").json()
    body = change_set(ada, new_id(), put({**document, "frames": frames}, base=document["revision"]))
    assert ada.post(f"/api/scenes/{scene}/changes", json=body).status_code == 200
    return scene


def transform(client: httpx.Client, scene: str, src: str, dst: str, positions: Any) -> httpx.Response:
    return client.post(f"/api/scenes/{scene}/transform", json={"src": src, "dst": dst, "positions": positions})


def test_positions_go_there_and_back_exactly(ada: httpx.Client, placed: str) -> None:
    pixels = [[0.25, 0.75], [999.9, 799.1], [0.1 + 0.2, 1e-9]]
    for dst in ("map.EPSG-32617", "EPSG:4326", "EPSG:3857"):
        there = transform(ada, placed, "px", dst, pixels).json()["positions"]
        back = transform(ada, placed, dst, "px", there).json()["positions"]
        assert max(abs(a - b) for p, q in zip(pixels, back, strict=True) for a, b in zip(p, q, strict=True)) < 1e-6
    assert transform(ada, placed, "px", "map.EPSG-32617", [[2, 4]]).json() == {"positions": [[500001.0, 3999998.0]]}
    assert transform(ada, placed, "px", "px", pixels).json()["positions"] == pixels


def test_positions_without_an_answer_are_null(ada: httpx.Client, placed: str) -> None:
    found = transform(ada, placed, "EPSG:4326", "EPSG:3857", [[10, 50], [10, 95]]).json()["positions"]
    assert found[0] is not None
    assert found[1] is None


def test_heights_are_carried(ada: httpx.Client, placed: str) -> None:
    [found] = transform(ada, placed, "px", "map.EPSG-32617", [[2, 4, 123.5]]).json()["positions"]
    assert found == [500001.0, 3999998.0, 123.5]
    assert transform(ada, placed, "px", "EPSG:4326", []).json() == {"positions": []}


@pytest.mark.parametrize(
    ("src", "dst", "positions"),
    [
        ("px", "nothing", [[0, 0]]),
        ("px", "EPSG:999999", [[0, 0]]),
        ("px", "loose", [[0, 0]]),
        ("px", "EPSG:4326", [[0]]),
        ("px", "EPSG:4326", [[0, 0], [0, 0, 0]]),
        ("px", "EPSG:4326", [[0, 0, 0, 0]]),
        ("px", "EPSG:4326", [["x", 0]]),
        ("px", "EPSG:4326", "all"),
        ("px", "x" * 500, [[0, 0]]),
    ],
)
def test_impossible_ways_are_told(ada: httpx.Client, placed: str, src: str, dst: str, positions: Any) -> None:
    answer = transform(ada, placed, src, dst, positions)
    assert answer.status_code == 422, answer.text


# ---------------------------------------------------------------- the rest


@pytest.mark.parametrize(
    "path", ["/api", "/api/", "/api/nothing", "/api/scenes/a/b/c", "/nothing.js", "/assets/../../app.py"]
)
def test_what_is_not_there(ada: httpx.Client, path: str) -> None:
    answer = ada.get(path)
    assert answer.status_code == 404
    assert answer.headers["content-type"] == "application/problem+json"


def test_other_verbs_are_refused(ada: httpx.Client) -> None:
    answer = ada.put("/api/project")
    assert (answer.status_code, answer.json()["type"]) == (405, "urn:geo3d:method-not-allowed")


def test_the_document_describes_every_endpoint(ada: httpx.Client) -> None:
    document = ada.get("/api/openapi.json").json()
    operations = [o for path in document["paths"].values() for o in path.values()]
    assert len({o["operationId"] for o in operations}) == len(operations)
    assert all(o.get("description") for o in operations)
    schemas = document["components"]["schemas"]
    assert {"ChangeSet", "Annotation", "CommitReply", "Problem", "Scene", "Job"} <= set(schemas)
    text = str(document)
    used = {name.split("'")[0] for name in text.split("#/components/schemas/")[1:]}
    assert used <= set(schemas)


def test_jobs_are_listed_and_unknown_ones_are_not(ada: httpx.Client, scene: str) -> None:
    assert ada.get("/api/jobs", params={"scene": scene}).json() == []
    assert ada.get("/api/jobs/nothing").status_code == 404
    assert ada.delete("/api/jobs/nothing").status_code == 404
