"""Scenes with squares in the middle of the map, stored by a program."""

from __future__ import annotations

import uuid
from typing import Any

import httpx

from tests.browser.desk import Desk, Place


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


def choose_all(desk: Desk, n: int) -> None:
    """Drag a rectangle around everything with Shift held, and wait until so many are chosen."""
    desk.tool("select")
    desk.page.keyboard.down("Shift")
    desk.drag((280, 230), (720, 620))
    desk.page.keyboard.up("Shift")
    desk.page.locator(".inspector").get_by_text(f"{n} objects", exact=True).wait_for()


def square_at(desk: Desk, annotation: dict[str, Any]) -> Place:
    """Return where the middle of a square is on the page."""
    ring = annotation["geometry"]["exterior"]
    return desk.page_at((ring[0][0] + ring[2][0]) / 2, (ring[0][1] + ring[2][1]) / 2)


def chosen_name(desk: Desk) -> str:
    """Return what the inspector says is chosen."""
    return str(desk.page.locator(".inspector-head strong").inner_text())
