"""How much a client may send: counted while it arrives, so that nobody's body fills the memory."""

from __future__ import annotations

import re

from starlette.exceptions import HTTPException
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo3d.errors import LimitExceeded
from geo3d_server.errors import answer_to

_UPLOAD = re.compile(r"^/api/scenes/[^/]+/(assets/upload|import/preview)$")


class BodyLimit:
    """ASGI middleware: a body above the limit ends in 413; uploads go to disk and have a limit of their own."""

    def __init__(self, app: ASGIApp, max_json_bytes: int, max_upload_bytes: int) -> None:
        """Set both limits, in bytes."""
        self._app = app
        self._max_json = max_json_bytes
        self._max_upload = max_upload_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse by the announced length at once, else count."""
        if scope["type"] != "http" or scope["method"] in ("GET", "HEAD"):
            await self._app(scope, receive, send)
            return
        limit = self._max_upload if _UPLOAD.match(scope["path"]) else self._max_json
        announced = next((value for name, value in scope["headers"] if name == b"content-length"), b"0")
        if announced.isdigit() and int(announced) > limit:
            response = answer_to(too_large(limit))
            response.headers["Connection"] = "close"  # the rest of the body is not worth reading
            await response(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > limit:
                # FastAPI lets only this kind through from the midst of a body; errors.py gives it our own words' shape
                raise HTTPException(413, too_large(limit).message, {"Connection": "close"})
            return message

        await self._app(scope, receive_counted, send)


def too_large(limit: int) -> LimitExceeded:
    """Return the error for a body above a limit in bytes."""
    size = f"{limit / (1 << 20):.0f} MiB" if limit >= 1 << 20 else f"{limit} bytes"
    return LimitExceeded(f"the request is larger than {size}; send less at a time, or upload it as a file", limit=limit)
