"""kill -9 in the midst of a stream of edits: what was acknowledged is there, nothing is there twice.

``GEO3D_KILLS=100 pytest tests/server/test_kill.py`` for the long run.
"""

from __future__ import annotations

import os
import random
import threading
import time
from collections import Counter
from pathlib import Path

import httpx
import psutil
import pytest

from geo3d.geometry import PixelFrame
from geo3d.labels import Scene, new_id
from geo3d.workspace import Workspace
from tests.live import LiveServer, eventually
from tests.server.conftest import polygon, put
from tests.server.pictures import write_ortho

N_KILLS = int(os.environ.get("GEO3D_KILLS", "10"))


class Editor(threading.Thread):
    """Somebody who draws one polygon after the other, and tries again with the same client_id until it is answered."""

    def __init__(self, server: LiveServer, scene: str, name: str) -> None:
        super().__init__(daemon=True)
        self.server, self.scene, self.name = server, scene, name
        self.acknowledged: dict[str, int] = {}
        self.n_retries = 0
        self.n_replays = 0
        self.is_done = threading.Event()

    def run(self) -> None:
        k = 0
        while not self.is_done.is_set():
            id = f"{self.name}-{k}"
            body = {"client_id": f"draw-{id}", "actor": self.name, "changes": [put(polygon(id, self.scene, x=k))]}
            self.acknowledged[id] = self._sent(body)
            k += 1

    def _sent(self, body: dict[str, object]) -> int:
        while True:
            try:
                with self.server.program() as client:
                    answer = client.post(f"/api/scenes/{self.scene}/changes", json=body, timeout=10)
            except httpx.TransportError:
                self.n_retries += 1
                time.sleep(0.02)
                continue
            assert answer.status_code == 200, answer.text
            self.n_replays += answer.json()["is_replay"]
            return int(answer.json()["revision"])


@pytest.mark.slow
def test_no_edit_is_lost_and_none_doubled(tmp_path: Path) -> None:
    with Workspace.create(tmp_path) as workspace:
        workspace.add_class("Tree")
        scene, frame = new_id(), PixelFrame(id="px", size=(1000, 800))
        workspace.write_scene(Scene(id=scene, title="S", frames=(frame,)), "owner", "Make scene")
    server = LiveServer(tmp_path).start()
    editors = [Editor(server, scene, f"editor{k}") for k in range(2)]
    for editor in editors:
        editor.start()
    chance = random.Random(7)
    for _ in range(N_KILLS):
        known = sum(len(editor.acknowledged) for editor in editors)
        wanted = known + chance.randint(3, 40)
        eventually(lambda n=wanted: sum(len(e.acknowledged) for e in editors) >= n, "the editors go on")
        time.sleep(chance.uniform(0.0, 0.05))
        server.kill()
        server.start()
    for editor in editors:
        editor.is_done.set()
        editor.join(60)
        assert not editor.is_alive()

    acknowledged = {id: revision for editor in editors for id, revision in editor.acknowledged.items()}
    server.stop()
    with Workspace.open(tmp_path) as workspace:
        commits = [c for since in range(0, 10**6, 1000) for c in workspace.store.commits(scene, since, 1000)]
        assert workspace.problems() == ()
        stored = {annotation.id: annotation.revision for annotation in workspace.annotations(scene)}
    assert [commit.revision for commit in commits] == list(range(1, len(commits) + 1))
    times = Counter(commit.client_id for commit in commits)
    assert max(times.values()) == 1
    assert stored == acknowledged
    assert len(commits) == len(acknowledged) + 1
    retries, replays = (sum(getattr(e, n) for e in editors) for n in ("n_retries", "n_replays"))
    print(f"\n{N_KILLS} kills, {len(acknowledged)} edits, {retries} retries, {replays} of them had been written")


def test_jobs_survive_and_workers_do_not(tmp_path: Path) -> None:
    with Workspace.create(tmp_path) as workspace:
        scene, (asset,) = workspace.add([write_ortho(tmp_path / "ortho.tif", (6000, 5000))])
    server = LiveServer(tmp_path, GEO3D_N_JOBS="1").start()
    path = f"/api/scenes/{scene.id}/assets/{asset.id}/jobs"
    with server.program() as client:
        jobs = [client.post(path, json={"kind": kind}).json()["id"] for kind in ("statistics", "hash")]
        eventually(lambda: client.get(f"/api/jobs/{jobs[0]}").json()["state"] != "queued", "a worker runs")
    workers = psutil.Process(server.pid).children(recursive=True)
    server.kill()
    eventually(lambda: not any(worker.is_running() and worker.status() != "zombie" for worker in workers), "they die")
    server.start()
    with server.program() as client:
        for job in jobs:
            found = eventually(lambda id=job: (j := client.get(f"/api/jobs/{id}").json())["ended"] and j, "it ends")
            assert found["state"] == "done", found
        assert client.get(f"/api/scenes/{scene.id}").json()["assets"][0]["sha256"] is not None
    server.stop()
