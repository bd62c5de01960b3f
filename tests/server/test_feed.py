"""Two people in one scene see each other's changes, in order, without gaps."""

from __future__ import annotations

import json
import threading
from typing import Any

import httpx

from geo3d.labels import Annotation, ChangeSet, Put, new_id
from geo3d.workspace import Workspace
from tests.live import LiveServer, actor_of, events
from tests.server.conftest import change_set, polygon, put


def draw(client: httpx.Client, scene: str, id: str, x: float = 0.0, base: int = 0) -> int:
    body = change_set(client, new_id(), put(polygon(id, scene, x=x), base=base))
    answer = client.post(f"/api/scenes/{scene}/changes", json=body)
    assert answer.status_code == 200, answer.text
    return int(answer.json()["revision"])


class Listener(threading.Thread):
    """Somebody who follows a scene until a number of commits was heard."""

    def __init__(self, server: LiveServer, scene: str, name: str, until: int, since: int) -> None:
        super().__init__(daemon=True)
        self.heard: list[dict[str, Any]] = []
        self.is_ready = threading.Event()
        self._asked = (server, scene, name, until, since)
        self.start()
        assert self.is_ready.wait(60)

    def run(self) -> None:
        server, scene, name, until, since = self._asked
        with server.person(name) as client, events(client, scene, since=since) as stream:
            for event, id, data in stream:
                if event == "ready":
                    self.is_ready.set()
                if event == "commit":
                    self.heard.append(json.loads(data))
                    assert str(self.heard[-1]["revision"]) == id
                    if self.heard[-1]["revision"] >= until:
                        return

    def all(self) -> list[dict[str, Any]]:
        self.join(60)
        assert not self.is_alive(), f"only {len(self.heard)} commits were heard"
        return self.heard


def test_two_people_see_each_other(server: LiveServer, ada: httpx.Client, bob: httpx.Client, scene: str) -> None:
    n = 30
    listeners = [Listener(server, scene, name, until=2 + 2 * n, since=2) for name in ("Ada", "Bob")]

    def work(client: httpx.Client, prefix: str) -> None:
        for k in range(n):
            draw(client, scene, f"{prefix}{k}", x=k)

    workers = [threading.Thread(target=work, args=(client, prefix)) for client, prefix in ((ada, "a"), (bob, "b"))]
    for worker in workers:
        worker.start()
    for worker in workers:
        worker.join()
    first, second = (listener.all() for listener in listeners)
    assert first == second
    assert [commit["revision"] for commit in first] == list(range(3, 3 + 2 * n))
    drawn = [document["id"] for commit in first for document in commit["documents"]]
    assert sorted(drawn) == sorted(f"{prefix}{k}" for prefix in "ab" for k in range(n))
    assert [id for id in drawn if id[0] == "a"] == [f"a{k}" for k in range(n)]
    assert {commit["actor"] for commit in first} == {actor_of(ada), actor_of(bob)}


def test_who_reconnects_goes_on_where_they_were(ada: httpx.Client, scene: str) -> None:
    for k in range(5):
        draw(ada, scene, f"p{k}")
    with events(ada, scene, since=2) as stream:
        seen = [id for event, id, _ in (next(stream) for _ in range(4)) if event == "commit"]
    assert seen == ["3", "4", "5"]
    with ada.stream("GET", f"/api/scenes/{scene}/feed?since=0", headers={"Last-Event-ID": "5"}) as response:
        ids = []
        for line in response.iter_lines():
            if line.startswith("id: "):
                ids.append(line[4:])
            if len(ids) == 2:
                break
    assert ids == ["6", "7"]


def test_undo_is_told_with_what_it_undoes(ada: httpx.Client, scene: str) -> None:
    revision = draw(ada, scene, "a")
    with events(ada, scene) as stream:
        assert next(stream)[0] == "ready"
        ada.post(f"/api/scenes/{scene}/undo", json={"client_id": new_id()})
        commit = json.loads(next(stream)[2])
    assert (commit["undoes"], commit["deleted"]) == (revision, [{"kind": "annotation", "id": "a"}])


def test_writes_beside_the_server_are_heard(server: LiveServer, ada: httpx.Client, scene: str) -> None:
    with events(ada, scene) as stream:
        next(stream)
        with Workspace.open(server.folder) as workspace:
            document = Annotation.model_validate(polygon("cli", scene))
            change = ChangeSet(client_id=new_id(), actor="owner", changes=(Put(document=document),))
            workspace.store.apply(scene, change)
        event, _, data = next(stream)
    assert event == "commit"
    assert json.loads(data)["documents"][0]["id"] == "cli"


def test_a_change_of_the_classes_is_heard_everywhere(ada: httpx.Client, bob: httpx.Client, scene: str) -> None:
    with events(bob, scene) as stream:
        before = json.loads(next(stream)[2])["project_revision"]
        made = ada.post("/api/ontology/classes", json={"title": "Pond"})
        assert made.status_code == 201
        event, _, data = next(stream)
    assert (event, json.loads(data)) == ("project", {"revision": before + 1})


def test_a_feed_of_nothing_is_not_found(ada: httpx.Client) -> None:
    answer = ada.get("/api/scenes/nothing/feed")
    assert (answer.status_code, answer.headers["content-type"]) == (404, "application/problem+json")


def test_many_who_leave_do_no_harm(server: LiveServer, ada: httpx.Client, scene: str) -> None:
    for _ in range(20):
        with events(ada, scene) as stream:
            next(stream)
    with events(ada, scene) as stream:
        next(stream)
        draw(ada, scene, "still-here")
        assert next(stream)[0] == "commit"
