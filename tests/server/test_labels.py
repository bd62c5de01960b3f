"""Labels over HTTP: what one writes, all read; nothing is lost, nothing doubled."""

from __future__ import annotations

import json
from typing import Any

import httpx
import orjson
import pytest

from geo3d.labels import new_id
from tests.live import LiveServer, actor_of
from tests.server.conftest import change_set, polygon, put


def send(client: httpx.Client, scene: str, *changes: dict[str, Any], client_id: str | None = None) -> httpx.Response:
    return client.post(f"/api/scenes/{scene}/changes", json=change_set(client, client_id or new_id(), *changes))


def annotations(client: httpx.Client, scene: str, **query: Any) -> list[dict[str, Any]]:
    answer = client.get(f"/api/scenes/{scene}/annotations", params=query)
    assert answer.status_code == 200, answer.text
    return list(answer.json()["annotations"])


def test_what_is_written_is_read_bit_for_bit(ada: httpx.Client, scene: str) -> None:
    x = 0.1 + 0.2
    document = polygon(
        "a", scene, x=x, y=1e-7, attributes={"note": "Größe ≈ 3 m²"}, extra={"geojson": {"k": [1, None]}}
    )
    answer = send(ada, scene, put(document))
    assert answer.status_code == 200, answer.text
    [found] = annotations(ada, scene)
    assert found["geometry"] == document["geometry"]
    assert found["attributes"] == document["attributes"]
    assert found["extra"] == document["extra"]
    assert found["revision"] == answer.json()["revision"] == 3
    assert answer.json()["documents"] == [found]


def test_a_retry_is_applied_once(ada: httpx.Client, scene: str) -> None:
    first = send(ada, scene, put(polygon("a", scene)), client_id="once")
    again = send(ada, scene, put(polygon("a", scene)), client_id="once")
    assert again.status_code == 200
    assert again.json() == {**first.json(), "is_replay": True}
    assert len(annotations(ada, scene)) == 1


def test_a_conflict_carries_the_newer_version(ada: httpx.Client, bob: httpx.Client, scene: str) -> None:
    send(ada, scene, put(polygon("a", scene)))
    send(bob, scene, put(polygon("a", scene, x=5), base=3))
    answer = send(ada, scene, put(polygon("a", scene, x=7), base=3))
    assert answer.status_code == 409
    problem = answer.json()
    assert problem["type"] == "urn:geo3d:conflict"
    assert problem["details"]["current"]["a"]["revision"] == 4
    assert problem["details"]["current"]["a"]["geometry"]["exterior"][0] == [5.0, 0.0]
    assert annotations(ada, scene)[0]["geometry"]["exterior"][0] == [5.0, 0.0]


def test_edits_of_different_documents_do_not_conflict(ada: httpx.Client, bob: httpx.Client, scene: str) -> None:
    send(ada, scene, put(polygon("a", scene)), put(polygon("b", scene)))
    assert send(ada, scene, put(polygon("a", scene, x=1), base=3)).status_code == 200
    assert send(bob, scene, put(polygon("b", scene, x=2), base=3)).status_code == 200


def test_the_ontology_is_asked(ada: httpx.Client, scene: str) -> None:
    answer = send(ada, scene, put(polygon("a", scene, label="unicorn")))
    assert answer.status_code == 422
    assert answer.json()["details"]["problems"][0]["reason"] == "unknown-class"
    assert annotations(ada, scene) == []


def test_undo_and_redo_are_mine_alone(ada: httpx.Client, bob: httpx.Client, scene: str) -> None:
    send(ada, scene, put(polygon("a", scene)))
    send(bob, scene, put(polygon("b", scene)))
    undone = ada.post(f"/api/scenes/{scene}/undo", json={"client_id": new_id()})
    assert undone.json()["deleted"] == [{"kind": "annotation", "id": "a"}]
    assert [found["id"] for found in annotations(ada, scene)] == ["b"]
    redone = ada.post(f"/api/scenes/{scene}/redo", json={"client_id": new_id()})
    assert redone.json()["redoes"] == undone.json()["revision"]
    assert [found["id"] for found in annotations(ada, scene)] == ["a", "b"]
    assert bob.post(f"/api/scenes/{scene}/undo", json={"client_id": new_id()}).status_code == 200
    answer = bob.post(f"/api/scenes/{scene}/undo", json={"client_id": new_id()})
    assert (answer.status_code, answer.json()["type"]) == (409, "urn:geo3d:nothing-to-undo")


def test_undoing_what_somebody_has_changed_asks(ada: httpx.Client, bob: httpx.Client, scene: str) -> None:
    send(ada, scene, put(polygon("a", scene)))
    send(bob, scene, put(polygon("a", scene, x=5), base=3))
    answer = ada.post(f"/api/scenes/{scene}/undo", json={"client_id": new_id()})
    assert answer.status_code == 409
    assert answer.json()["details"]["current"]["a"]["revision"] == 4
    forced = ada.post(f"/api/scenes/{scene}/undo", json={"client_id": new_id(), "force": True})
    assert forced.status_code == 200
    assert annotations(ada, scene) == []


def test_pages_are_complete_and_in_order(ada: httpx.Client, scene: str) -> None:
    send(ada, scene, *(put(polygon(f"a{k}", scene, x=k)) for k in range(25)))
    found, after, n_pages = [], 0, 0
    while after is not None:
        page = ada.get(f"/api/scenes/{scene}/annotations", params={"limit": 10, "after": after}).json()
        found += [item["id"] for item in page["annotations"]]
        after, n_pages = page["next"], n_pages + 1
    assert found == [f"a{k}" for k in range(25)]
    assert n_pages == 3


def test_queries(ada: httpx.Client, scene: str) -> None:
    line = {"kind": "polyline", "frame": "px", "path": [[500, 500], [600, 600]]}
    road = {"kind": "annotation", "id": "road", "scene": scene, "label": "road", "geometry": line}
    send(ada, scene, put(polygon("near", scene)), put(polygon("far", scene, x=900)), put(road))
    send(ada, scene, put(polygon("late", scene, x=20)))

    def ids(**query: Any) -> list[str]:
        return [found["id"] for found in annotations(ada, scene, **query)]

    assert ids(bbox="0,0,15,15", frame="px") == ["near"]
    assert ids(bbox="0,0,25,15", frame="px") == ["near", "late"]
    assert ids(frame="elsewhere") == []
    assert ids(label="road") == ["road"]
    assert ids(label="road,tree") == ["near", "far", "road", "late"]
    assert ids(label=["road", "tree"], limit=2) == ["near", "far"]
    assert ids(since=3) == ["late"]
    assert ids(ids="far,late") == ["far", "late"]
    assert ids(state="draft") == ["near", "far", "road", "late"]
    assert ids(state="accepted") == []
    fid = annotations(ada, scene, ids="far")[0]["fid"]
    assert ids(fids=str(fid)) == ["far"]


@pytest.mark.parametrize(
    "query",
    [
        {"bbox": "0,0,1,1"},
        {"bbox": "0,0,1", "frame": "px"},
        {"bbox": "1,1,0,0", "frame": "px"},
        {"bbox": "a,b,c,d", "frame": "px"},
        {"bbox": "nan,0,1,1", "frame": "px"},
        {"limit": 0},
        {"limit": 10**9},
        {"after": -1},
        {"fids": "x"},
        {"kind": "nonsense"},
        {"state": "nonsense"},
        {"since": "x"},
    ],
)
def test_bad_queries_are_refused(ada: httpx.Client, scene: str, query: dict[str, Any]) -> None:
    answer = ada.get(f"/api/scenes/{scene}/annotations", params=query)
    assert answer.status_code == 422, answer.text
    assert answer.headers["content-type"] == "application/problem+json"


def test_other_documents_are_read_too(ada: httpx.Client, scene: str) -> None:
    thing = {"kind": "thing", "id": "t", "scene": scene, "label": "tree"}
    relation = {"kind": "relation", "id": "r", "scene": scene, "relation": "same-as", "source": "a", "target": "t"}
    answer = send(ada, scene, put(polygon("a", scene, thing="t")), put(thing), put(relation))
    assert answer.status_code == 200, answer.text
    assert [found["id"] for found in annotations(ada, scene, kind="thing")] == ["t"]
    assert [found["id"] for found in annotations(ada, scene, kind="relation", limit=1)] == ["r"]


def test_log_history_and_time_travel(ada: httpx.Client, bob: httpx.Client, scene: str) -> None:
    send(ada, scene, put(polygon("a", scene)))
    send(bob, scene, put(polygon("a", scene, x=5), base=3))
    send(ada, scene, {"op": "delete", "kind": "annotation", "id": "a", "base": 4})
    log = ada.get(f"/api/scenes/{scene}/commits", params={"since": 2}).json()
    assert log["revision"] == 5
    assert [(c["revision"], c["actor"]) for c in log["commits"]] == [
        (3, actor_of(ada)), (4, actor_of(bob)), (5, actor_of(ada)),
    ]  # fmt: skip
    versions = ada.get(f"/api/scenes/{scene}/history/annotation/a").json()["versions"]
    assert [(v["revision"], v["document"] is None) for v in versions] == [(5, True), (4, False), (3, False)]
    for revision, x in ((3, 0.0), (4, 5.0)):
        [then] = ada.get(f"/api/scenes/{scene}/at/{revision}").json()["documents"]
        assert then["geometry"]["exterior"][0] == [x, 0.0]
    assert ada.get(f"/api/scenes/{scene}/at/5").json()["documents"] == []


def test_counts_and_bounds(ada: httpx.Client, scene: str) -> None:
    send(ada, scene, put(polygon("a", scene)), put(polygon("b", scene, x=90, y=50)))
    found = ada.get(f"/api/scenes/{scene}/counts").json()
    assert found.pop("states") == {"draft": 2, "submitted": 0, "accepted": 0, "rejected": 0}
    assert found == {"revision": 3, "n": 2, "counts": {"tree": 2}, "bounds": {"px": [0.0, 0.0, 100.0, 60.0]}}


def test_nobody_writes_in_anothers_name(ada: httpx.Client, bob: httpx.Client, scene: str) -> None:
    forged = change_set(ada, new_id(), put(polygon("a", scene)))
    answer = bob.post(f"/api/scenes/{scene}/changes", json=forged)
    assert (answer.status_code, answer.json()["type"]) == (403, "urn:geo3d:not-permitted")


def test_who_has_no_name_may_look_and_not_write(server: LiveServer, ada: httpx.Client, scene: str) -> None:
    with server.person(None) as nobody:
        assert nobody.get(f"/api/scenes/{scene}/annotations").status_code == 200
        answer = nobody.post(f"/api/scenes/{scene}/changes", json=change_set(ada, new_id(), put(polygon("a", scene))))
        assert answer.status_code == 403
        assert answer.json()["details"]["reason"] == "no-name"


def test_programs_write_for_anybody(server: LiveServer, ada: httpx.Client, scene: str) -> None:
    with server.program() as program:
        answer = program.post(f"/api/scenes/{scene}/changes", json=change_set(ada, new_id(), put(polygon("a", scene))))
        assert answer.json()["actor"] == actor_of(ada)
        own = {"client_id": new_id(), "actor": "detector-7", "changes": [put(polygon("b", scene))]}
        assert program.post(f"/api/scenes/{scene}/changes", json=own).json()["actor"] == "detector-7"
    with server.program(**{"Geo3d-Actor": actor_of(ada)}) as program:
        undone = program.post(f"/api/scenes/{scene}/undo", json={"client_id": new_id()}).json()
        assert undone["deleted"] == [{"kind": "annotation", "id": "a"}]


def test_a_change_set_cannot_bring_files(ada: httpx.Client, scene: str) -> None:
    document = ada.get(f"/api/scenes/{scene}").json()
    asset = {"id": "x", "href": "/etc/passwd", "frame": "px"}
    answer = send(ada, scene, put({**document, "assets": [asset]}, base=document["revision"]))
    assert (answer.status_code, answer.json()["details"]) == (403, {"asset": "x"})


HOSTILE = {
    "nan": b'{"client_id":"h","actor":"%s","changes":[{"op":"put","document":{"kind":"annotation","id":"h","scene":"s",'
    b'"label":"tree","attributes":{"n":NaN}}}]}',
    "infinity in extra": b'{"client_id":"h","actor":"%s","changes":[{"op":"put","document":{"kind":"annotation",'
    b'"id":"h","scene":"s","label":"tree","extra":{"n":1e999}}}]}',
    "deep": b'{"client_id":"h","actor":"%s","changes":' + b"[" * 100_000 + b"]" * 100_000 + b"}",
    "deep extra": b'{"client_id":"h","actor":"%s","changes":[{"op":"put","document":{"kind":"annotation","id":"h",'
    b'"scene":"s","label":"tree","extra":' + b'{"a":' * 900 + b"1" + b"}" * 900 + b"}}]}",
    "no changes": b'{"client_id":"h","actor":"%s","changes":[]}',
    "bad id": b'{"client_id":"../x","actor":"%s","changes":[]}',
    "unknown field": b'{"client_id":"h","actor":"%s","changes":[],"admin":true}',
    "huge integer": b'{"client_id":"h","actor":"%s","changes":[{"op":"delete","id":"a","base":' + b"9" * 5000 + b"}]}",
    "not utf-8": b'{"client_id":"\xff\xfe"}',
    "not json": b"<xml/>",
    "empty": b"",
    "a list": b"[1,2,3]",
}


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_bodies_are_refused(ada: httpx.Client, scene: str, name: str) -> None:
    body = HOSTILE[name].replace(b"%s", actor_of(ada).encode()).replace(b'"scene":"s"', f'"scene":"{scene}"'.encode())
    answer = ada.post(f"/api/scenes/{scene}/changes", content=body, headers={"Content-Type": "application/json"})
    assert answer.status_code == 422, answer.text[:500]
    problem = answer.json()
    assert problem["status"] == 422
    assert len(answer.content) < 20_000
    assert annotations(ada, scene) == []


@pytest.mark.parametrize("size", [33 << 20, 100 << 20])
def test_giant_bodies_are_refused(ada: httpx.Client, scene: str, size: int) -> None:
    def pieces() -> Any:
        for _ in range(size >> 20):
            yield b" " * (1 << 20)

    try:
        answer = ada.post(
            f"/api/scenes/{scene}/changes", content=pieces(), headers={"Content-Type": "application/json"}
        )
    except (httpx.WriteError, httpx.RemoteProtocolError):
        pass  # the server hung up on us in the midst of the body, as it may
    else:
        assert answer.status_code == 413
    assert ada.get("/healthz").status_code == 200


@pytest.mark.parametrize("scene_id", ["nothing", "..", "%2e%2e%2f", "a" * 500, "ü", "'; DROP TABLE document;--"])
def test_unknown_scenes_are_not_found(ada: httpx.Client, scene_id: str) -> None:
    for path in ("", "/annotations", "/counts", "/feed", "/commits", "/at/1", "/history/annotation/a"):
        answer = ada.get(f"/api/scenes/{scene_id}{path}")
        assert answer.status_code in (404, 422), (path, answer.status_code, answer.text[:200])


def test_answers_are_compressed_where_that_helps(server: LiveServer, ada: httpx.Client, scene: str) -> None:
    send(ada, scene, *(put(polygon(f"a{k}", scene, x=k)) for k in range(50)))
    assert "content-encoding" not in ada.get(f"/api/scenes/{scene}/annotations").headers
    answer = ada.get(f"/api/scenes/{scene}/annotations", headers={"X-Forwarded-For": "10.0.0.1"})
    assert answer.headers["content-encoding"] == "gzip"
    assert len(orjson.loads(answer.content)["annotations"]) == 50


def test_stored_json_is_sent_as_it_is(ada: httpx.Client, scene: str) -> None:
    send(ada, scene, put(polygon("a", scene)))
    raw = ada.get(f"/api/scenes/{scene}/annotations").content
    assert json.loads(raw)["annotations"][0]["id"] == "a"
    assert b'"exterior":[[0.0,0.0],[10.0,0.0],[10.0,10.0],[0.0,10.0]]' in raw
