from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator

import httpx
from fastapi import FastAPI, Request

from geo3d_server import errors
from geo3d_server.limit import BodyLimit


def app() -> FastAPI:
    made = FastAPI()
    errors.install(made)
    made.add_middleware(BodyLimit, max_json_bytes=1000, max_upload_bytes=5000)

    @made.post("/api/json")
    async def read_json(values: list[int]) -> int:
        return len(values)

    @made.post("/api/scenes/a/assets/upload")
    async def upload(request: Request) -> int:
        return sum([len(part) async for part in request.stream()])

    return made


def post(path: str, content: bytes | AsyncIterator[bytes]) -> httpx.Response:
    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(app())
        async with httpx.AsyncClient(transport=transport, base_url="http://localhost") as client:
            return await client.post(path, content=content, headers={"Content-Type": "application/json"})

    return asyncio.run(go())


async def pieces(n: int, size: int) -> AsyncIterator[bytes]:
    """A body without announced length."""
    for _ in range(n):
        yield b"1" * size


def test_small_bodies_pass() -> None:
    assert post("/api/json", b"[1,2,3]").json() == 3


def test_announced_large_bodies_are_refused_unread() -> None:
    answer = post("/api/json", b"[" + b"1," * 600 + b"1]")
    assert answer.status_code == 413
    assert answer.json()["type"] == "urn:geo3d:limit-exceeded"
    assert answer.headers["connection"] == "close"


def test_unannounced_large_bodies_are_refused_while_they_come() -> None:
    answer = post("/api/json", pieces(100, 100))
    assert answer.status_code == 413
    assert json.loads(answer.content)["type"] == "urn:geo3d:limit-exceeded"


def test_uploads_have_a_limit_of_their_own() -> None:
    assert post("/api/scenes/a/assets/upload", pieces(40, 100)).json() == 4000
    assert post("/api/scenes/a/assets/upload", pieces(60, 100)).status_code == 413
