"""Tiles over HTTP: a small ASGI application beside FastAPI, whose routing alone would cost more than a tile.

Mounted at ``/api/tiles``. GET and HEAD only; errors are problem+json.

- ``/{asset}/{version}/{grid}/{z}/{x}/{y}.{png|jpg|webp}``: a rendered tile; the query is a `geo3d.raster.style.Style`
- ``/{asset}/{version}/{grid}/{z}/{x}/{y}.raw?bands=``: exact values, docs/formats/raw-tile.md
- ``/{asset}/{version}/crop/{column}/{row}/{side}.{png|jpg|webp}?size=``: a square of native pixels, drawn; the rest of
  the query is the style
- ``/{asset}/info``: ``{version, info, grids}``
- ``/{asset}/value?col=&row=`` or ``?x=&y=&crs=``: the exact numbers under a position
- ``/{asset}/statistics?bands=``: range, mean, percentiles and histogram of each band
- ``/{asset}/tilejson.json?grid=&format=``: TileJSON 3.0; further parameters are the style
- ``/{asset}/wmts``: WMTS capabilities; the query is the style
- ``/colormaps``: the colours of every ramp

``size=512`` gives tiles twice as sharp. ``version`` stands for the content: with the current one tiles may be kept for
ever; with another word (``latest``) they are asked for again.
"""

from __future__ import annotations

import logging
from collections.abc import Callable
from concurrent.futures import Executor
from typing import Final

import cv2
from starlette.types import Receive, Scope, Send

from geo3d.errors import Geo3dError, NotFound
from geo3d.raster.block import BlockCache
from geo3d_server import tilefacts
from geo3d_server.croprequest import CROP, CropRequest
from geo3d_server.errors import answer_to
from geo3d_server.served import FindCopy, Resolve, Served, Shelf
from geo3d_server.tilequeue import Gone, TileQueue
from geo3d_server.tilerequest import TileRequest

log = logging.getLogger(__name__)

Headers = list[tuple[bytes, bytes]]

_FOR_EVER: Final = (b"cache-control", b"private, max-age=31536000, immutable")
_ASK_AGAIN: Final = (b"cache-control", b"private, no-cache")


class TileApp:
    """Serves the tiles of all rasters that `resolve` knows."""

    def __init__(
        self,
        resolve: Resolve,
        authorise: Callable[[Scope], None],
        pool: Executor,
        cache: BlockCache | None = None,
        find_copy: FindCopy = lambda _asset: None,
    ) -> None:
        """Make the application.

        Args:
            resolve: Gives the open raster of an asset id; called in a thread.
            authorise: Looks at every request first and raises where it may not pass; must be quick.
            pool: Threads that make tiles: as many as there are cores.
            cache: Decoded blocks; None = one of its own.
            find_copy: Gives the web-ready copy of an asset id that pictures are drawn from; called in a thread.
        """
        # the pool is the parallelism: OpenCV starting threads of its own for each small picture only costs
        cv2.setNumThreads(1)
        self._authorise = authorise
        self._shelf = Shelf(resolve, BlockCache() if cache is None else cache, find_copy)
        self._queue = TileQueue(pool)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        if scope["type"] == "lifespan":
            await _live(receive, send)
            return
        try:
            self._authorise(scope)
            await self._answer(scope, receive, send)
        except Gone:
            return
        except Geo3dError as error:
            await answer_to(error)(scope, receive, send)
        except Exception as error:
            log.exception("tile %s", scope.get("path"))
            await answer_to(error)(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] not in ("GET", "HEAD"):
            raise NotFound("tiles are only read: use GET")
        parts = _path(scope).split("/")
        if parts == ["colormaps"]:
            await _send(scope, send, 200, tilefacts.colormaps(), [(b"content-type", b"application/json"), _ASK_AGAIN])
            return
        asset = parts[0]
        served = self._shelf.at_hand(asset)
        if served is None:
            served = await self._queue.run(("asset", asset), lambda: self._shelf.get(asset), receive)
        if len(parts) == 6:
            await self._tile(served, parts, scope, receive, send)
        elif len(parts) == 2:
            await self._fact(served, parts[1], scope, receive, send)
        else:
            raise NotFound("a tile's address is /ASSET/VERSION/GRID/Z/X/Y.png (or jpg, webp, raw)")

    async def _tile(self, served: Served, parts: list[str], scope: Scope, receive: Receive, send: Send) -> None:
        """Send a tile: from the client's cache, from the file, or drawn."""
        query, accepts = scope["query_string"].decode("latin-1"), _header(scope, b"accept-encoding")
        asked: TileRequest | CropRequest
        if parts[2] == CROP:
            asked = CropRequest.of(served, parts[3:], query)
        else:
            asked = TileRequest.of(served, parts[2:], query, accepts.decode("latin-1"))
        kept = _FOR_EVER if parts[1] == served.version else _ASK_AGAIN
        if asked.tag in _header(scope, b"if-none-match"):
            await _send(scope, send, 304, b"", [(b"etag", asked.tag), kept])
            return
        stored = asked.stored()
        body = None if stored is None else stored.read_if_cached()
        if body is None:
            body = await self._queue.run(asked.key, asked.made, receive)
        await _send(scope, send, 200, body, [*asked.headers, (b"etag", asked.tag), kept])

    async def _fact(self, served: Served, what: str, scope: Scope, receive: Receive, send: Send) -> None:
        """Send what is known about a raster."""
        work = tilefacts.FACTS.get(what)
        if work is None:
            raise NotFound(f"there is no {what!r} of a raster; there are: {', '.join(tilefacts.FACTS)}")
        query, here = scope["query_string"].decode("latin-1"), _address(scope)
        key = (served.version, what, query, here)
        media_type, body = await self._queue.run(key, lambda: work(served, query, here), receive)
        await _send(scope, send, 200, body, [(b"content-type", media_type.encode()), _ASK_AGAIN])


def _path(scope: Scope) -> str:
    """Return the path below the mount, without slashes at its ends."""
    path: str = scope["path"]
    root: str = scope.get("root_path", "")
    return (path[len(root) :] if root and path.startswith(root) else path).strip("/")


def _address(scope: Scope) -> str:
    """Return the address of the raster that a request is about, as the client sees it."""
    host = _header(scope, b"host").decode("latin-1")
    asset = _path(scope).split("/")[0]
    return f"{scope.get('scheme', 'http')}://{host}{scope.get('root_path', '')}/{asset}"


def _header(scope: Scope, name: bytes) -> bytes:
    for key, value in scope["headers"]:
        if key == name:
            return bytes(value)
    return b""


async def _send(scope: Scope, send: Send, status: int, body: bytes, headers: Headers) -> None:
    length = [] if status == 304 else [(b"content-length", b"%d" % len(body))]
    await send({"type": "http.response.start", "status": status, "headers": headers + length})
    await send({"type": "http.response.body", "body": b"" if scope["method"] == "HEAD" else body})


async def _live(receive: Receive, send: Send) -> None:
    """Take part in the server's life when nobody is mounted around us."""
    while True:
        message = await receive()
        await send({"type": f"{message['type']}.complete"})
        if message["type"] == "lifespan.shutdown":
            return
