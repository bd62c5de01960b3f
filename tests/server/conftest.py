"""Fixtures for tests that speak HTTP to a real server."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import httpx
import pytest

from geo3d.workspace import Workspace
from tests.live import LiveServer, actor_of

SQUARE = [[0.0, 0.0], [10.0, 0.0], [10.0, 10.0], [0.0, 10.0]]


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """One server for the tests of a module, each of which works in a scene of its own."""
    folder = tmp_path_factory.mktemp("workspace")
    with Workspace.create(folder, "Survey") as workspace:
        workspace.add_class("Tree")
        workspace.add_class("Road", geometries=("polyline",))
    with LiveServer(folder) as running:
        yield running
    assert "Traceback" not in running.log(), running.log()


@pytest.fixture(scope="module")
def ada(server: LiveServer) -> Iterator[httpx.Client]:
    """The owner, in a browser."""
    with server.person("Ada") as client:
        yield client


@pytest.fixture(scope="module")
def bob(server: LiveServer, ada: httpx.Client) -> Iterator[httpx.Client]:
    """Somebody else, in a browser."""
    with server.person("Bob") as client:
        yield client


@pytest.fixture
def scene(ada: httpx.Client) -> str:
    """A new empty scene with a pixel frame called ``px``."""
    made = ada.post("/api/scenes", json={"title": "A scene"}).json()
    frame = {"kind": "pixel", "id": "px", "size": [1000, 800]}
    document = {**made, "frames": [frame]}
    answer = ada.post(
        f"/api/scenes/{made['id']}/changes",
        json={
            "client_id": f"frame-{made['id']}",
            "actor": actor_of(ada),
            "changes": [{"op": "put", "document": document, "base": 1}],
        },
    )
    assert answer.status_code == 200, answer.text
    return str(made["id"])


def polygon(id: str, scene: str, x: float = 0.0, y: float = 0.0, **fields: Any) -> dict[str, Any]:
    """Return a square annotation of 10 x 10 pixels, as JSON."""
    ring = [[px + x, py + y] for px, py in SQUARE]
    geometry = {"kind": "polygon", "frame": "px", "exterior": ring, "holes": []}
    return {"kind": "annotation", "id": id, "scene": scene, "label": "tree", "geometry": geometry, **fields}


def put(document: dict[str, Any], base: int = 0) -> dict[str, Any]:
    """Return a change that writes a document."""
    return {"op": "put", "document": document, "base": base}


def change_set(client: httpx.Client, client_id: str, *changes: dict[str, Any], message: str = "") -> dict[str, Any]:
    """Return a change set in the name of a person."""
    return {"client_id": client_id, "actor": actor_of(client), "message": message, "changes": list(changes)}
