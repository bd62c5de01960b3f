"""The stream as an ASGI application: what clients do to it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from typing import Any

from starlette.types import Message, Receive, Send

from geo3d_server.events import EventStream


class Source:
    """Endless events, and whether they were put away."""

    def __init__(self) -> None:
        self.n = 0
        self.is_closed = False

    async def events(self) -> AsyncGenerator[bytes, None]:
        try:
            while True:
                self.n += 1
                yield b"data: %d\n\n" % self.n
                await asyncio.sleep(0)
        finally:
            self.is_closed = True


def run(source: Source, send: Send, receive: Receive, send_timeout_s: float = 30.0) -> None:
    async def go() -> None:
        async with asyncio.timeout(20):
            await EventStream(source.events(), send_timeout_s)({"type": "http"}, receive, send)

    asyncio.run(go())


async def never() -> Message:
    await asyncio.sleep(3600)
    raise AssertionError


def test_who_does_not_read_is_dropped() -> None:
    source, sent = Source(), []

    async def send(message: Any) -> None:
        sent.append(message)
        if len(sent) == 4:
            await asyncio.sleep(3600)

    run(source, send, never, send_timeout_s=0.05)
    assert len(sent) == 4
    assert source.is_closed


def test_who_leaves_ends_the_stream() -> None:
    source, sent = Source(), []

    async def send(message: Any) -> None:
        sent.append(message)

    async def receive() -> Message:
        while len(sent) < 10:
            await asyncio.sleep(0)
        return {"type": "http.disconnect"}

    run(source, send, receive)
    assert 10 <= len(sent) < 50
    assert source.is_closed


def test_a_stream_that_ends_is_ended_properly() -> None:
    sent: list[Any] = []

    async def two() -> AsyncGenerator[bytes, None]:
        yield b"data: 1\n\n"
        yield b"data: 2\n\n"

    async def send(message: Any) -> None:
        sent.append(message)

    async def go() -> None:
        await EventStream(two(), 1.0)({"type": "http"}, never, send)

    asyncio.run(go())
    assert sent[0]["status"] == 200
    assert (b"content-type", b"text/event-stream; charset=utf-8") in sent[0]["headers"]
    assert b"".join(message.get("body", b"") for message in sent[1:]) == b"data: 1\n\ndata: 2\n\n"
    assert sent[-1]["more_body"] is False
