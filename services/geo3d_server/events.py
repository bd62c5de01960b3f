"""The event streams: one long answer per open scene."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import AsyncGenerator
from typing import Annotated

from anyio import create_task_group, to_thread
from fastapi import APIRouter, Header, Query
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from geo3d_server.deps import Here, SceneId, StrictRoute

router = APIRouter(route_class=StrictRoute, prefix="/api/scenes/{scene}", tags=["feed"])


class EventStream(Response):
    """Server-sent events that end when the client leaves, or does not read for too long."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncGenerator[bytes, None], send_timeout_s: float) -> None:
        """Stream the events."""
        self._events = events
        self._send_timeout_s = send_timeout_s
        super().__init__(None, 200, {"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        del self.headers["content-length"]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Send until either side has enough."""
        await send({"type": "http.response.start", "status": 200, "headers": self.raw_headers})
        async with contextlib.aclosing(self._events), create_task_group() as tasks:

            async def watch() -> None:
                while (await receive())["type"] != "http.disconnect":
                    pass
                tasks.cancel_scope.cancel()

            tasks.start_soon(watch)
            async for sent in self._events:
                try:
                    async with asyncio.timeout(self._send_timeout_s):
                        await send({"type": "http.response.body", "body": sent, "more_body": True})
                except TimeoutError:  # the client has stopped reading; it may come back and resume
                    tasks.cancel_scope.cancel()
                    return
            await send({"type": "http.response.body", "body": b"", "more_body": False})
            tasks.cancel_scope.cancel()


@router.get("/feed", response_class=Response, responses={200: {"content": {"text/event-stream": {}}}})
async def feed(
    scene: SceneId,
    here: Here,
    since: Annotated[
        int | None, Query(ge=0, lt=1 << 53, description="Revision you know; none = only what comes.")
    ] = None,
    last_event_id: Annotated[str | None, Header()] = None,
) -> EventStream:
    """Follow a scene by server-sent events.

    ``ready`` {revision, project_revision} comes first; then ``commit`` (as CommitReply; the event's id is the revision)
    for each change set, ``reload`` {revision} where you are too far behind and should read the scene anew, ``job`` (as
    Job), ``asset`` {asset, what} and ``project`` {revision}. Reconnecting with Last-Event-ID goes on where you were.
    """
    await to_thread.run_sync(here.workspace.store.scene, scene)  # 404 before the stream begins
    known = int(last_event_id) if last_event_id and last_event_id.isdigit() else since
    return EventStream(here.feed.listen(scene, known), here.settings.send_timeout_s)
