"""Assembly: everything of one server is made and joined here, and nowhere else."""

from __future__ import annotations

import asyncio
import contextlib
import os
import threading
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from functools import lru_cache
from importlib.metadata import version
from typing import Any

from anyio import to_thread
from fastapi import FastAPI
from fastapi.openapi.utils import get_openapi
from pydantic import BaseModel
from pydantic.json_schema import models_json_schema
from starlette.middleware.gzip import GZipMiddleware
from starlette.responses import Response
from starlette.types import ASGIApp, Receive, Scope, Send

from geo3d.errors import OptionError
from geo3d.exchange import ImportResult
from geo3d.formats.report import Report
from geo3d.labels import ChangeSet
from geo3d.raster.info import RasterInfo
from geo3d.raster.statistics import RasterStatistics
from geo3d.workspace import Workspace
from geo3d_server import (
    assets,
    errors,
    events,
    exchange,
    geometry,
    jobs,
    labels,
    labeltiles,
    layers,
    page,
    places,
    project,
    scenes,
    signin,
    zones,
)
from geo3d_server.apidocs import page_of
from geo3d_server.editing import GeometryQuestion
from geo3d_server.errors import Problem
from geo3d_server.exchange import ImportSource
from geo3d_server.feed import Feed
from geo3d_server.gate import Gate, Hosts, is_at_the_machine, session_of
from geo3d_server.layertiles import LayerTiles
from geo3d_server.limit import BodyLimit
from geo3d_server.news import News
from geo3d_server.password import hashed
from geo3d_server.places import MeasureQuestion, TransformQuestion
from geo3d_server.runner import Runner
from geo3d_server.session import Keys
from geo3d_server.settings import Settings
from geo3d_server.state import State
from geo3d_server.tilelabels import LabelTiles, warm_up
from geo3d_server.tiles import TileApp
from geo3d_server.upload import INCOMING, remove_old
from geo3d_server.viewer import Viewer
from geo3d_server.work import WORKS
from geo3d_server.zones import ZoneQuestion

DESCRIPTION = "geo3d: label georeferenced imagery, photos and point clouds, exact to the coordinate."
_PARSED_BY_HAND = (ZoneQuestion, ChangeSet, TransformQuestion, MeasureQuestion, ImportSource, GeometryQuestion)
_UNMENTIONED = (*_PARSED_BY_HAND, Problem, ImportResult, Report, RasterInfo, RasterStatistics)
"""Shapes on the wire that no endpoint's signature shows: bodies, results of jobs, what the tile application says."""


def create_app(settings: Settings) -> FastAPI:
    """Return the application of one workspace.

    Raises:
        StoreError: The directory is no workspace, or cannot be opened.
        OptionError: The server would be reachable by others and has no password.
    """
    workspace = Workspace.open(settings.directory, hosts=settings.remote_hosts)
    try:
        state = _state(settings, workspace)
    except BaseException:
        workspace.close()
        raise
    app = FastAPI(
        title="geo3d",
        version=version("geo3d"),
        description=DESCRIPTION,
        openapi_url=None,
        docs_url=None,
        redoc_url=None,
        lifespan=_lifespan,
        separate_input_output_schemas=False,
        generate_unique_id_function=lambda route: "_".join([*map(str, route.tags), route.name]),
    )
    app.state.geo3d = state
    errors.install(app)
    for family in (
        signin,
        project,
        scenes,
        labels,
        labeltiles,
        layers,
        places,
        geometry,
        events,
        assets,
        zones,
        exchange,
        jobs,
    ):
        app.include_router(family.router)
    _add_pages(app)
    app.mount("/", Viewer(settings.viewer), name="viewer")
    # the last one added is met first
    app.add_middleware(Compressed)
    tiles = TileApp(state.workspace.raster, _know, state.pool, find_copy=state.workspace.copy_of)
    app.add_middleware(Mounted, prefix="/api/tiles", mounted=tiles)
    app.add_middleware(BodyLimit, max_json_bytes=settings.max_json_bytes, max_upload_bytes=settings.max_upload_bytes)
    app.add_middleware(Gate, keys=state.keys, hosts=Hosts(settings))
    return app


def _state(settings: Settings, workspace: Workspace) -> State:
    store = workspace.store
    password = settings.password.get_secret_value() if settings.password else None
    keys = Keys.of(store, hashed(password) if password else None)
    if keys.password_hash is None and not settings.is_loopback:
        raise OptionError(
            f"listening on {settings.host} lets others in, and this workspace has no password; "
            "set one in the variable GEO3D_PASSWORD (it is kept as a hash), or listen on 127.0.0.1"
        )
    feed = Feed(store, settings.poll_s, settings.heartbeat_s)
    runner = Runner(settings.directory, store, WORKS, settings.n_jobs, News(workspace, feed))
    pool = ThreadPoolExecutor(os.cpu_count() or 2, "tiles")
    return State(settings, workspace, keys, feed, runner, LabelTiles(store), LayerTiles(store), pool)


@contextlib.asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    state: State = app.state.geo3d
    following = asyncio.create_task(state.feed.run())
    await to_thread.run_sync(_tidy, state)
    threading.Thread(target=warm_up, name="warm-up", daemon=True).start()
    await to_thread.run_sync(state.runner.start)
    try:
        yield
    finally:
        following.cancel()
        with contextlib.suppress(asyncio.CancelledError):
            await following
        await to_thread.run_sync(state.close)


def _tidy(state: State) -> None:
    """Remove what earlier servers left: half received uploads, and previewed files that nobody imported."""
    root = state.workspace.root
    remove_old(root / "files", f"{INCOMING}*", 1)
    remove_old(root / "cache" / exchange.UPLOADS, "*", 7)


class Health(BaseModel):
    """That the server lives."""

    status: str = "ok"
    version: str


def _add_pages(app: FastAPI) -> None:
    """Add what belongs to no family: health and documentation."""

    @lru_cache(maxsize=1)
    def described() -> dict[str, Any]:
        return openapi_of(app)

    app.openapi = described  # type: ignore[method-assign]

    @app.get("/healthz", tags=["health"])
    def healthz() -> Health:
        """Say that the server lives; asks for no token."""
        return Health(version=app.version)

    @app.get("/api/openapi.json", include_in_schema=False)
    def openapi() -> dict[str, Any]:
        return described()

    @app.get("/api/docs", include_in_schema=False)
    def docs() -> Response:
        return page.page(f"geo3d {app.version}: HTTP interface", page_of(described()))


def openapi_of(app: FastAPI) -> dict[str, Any]:
    """Return the OpenAPI document, with the bodies that endpoints parse themselves and our one shape of errors."""
    document = get_openapi(
        title=app.title,
        version=app.version,
        description=app.description,
        routes=app.routes,
        separate_input_output_schemas=False,
    )
    _, extra = models_json_schema(
        [(model, "validation") for model in _UNMENTIONED],
        ref_template="#/components/schemas/{model}",
    )
    schemas = document["components"]["schemas"]
    for name, schema in extra["$defs"].items():
        schemas.setdefault(name, schema)
    for name in ("HTTPValidationError", "ValidationError"):
        schemas.pop(name, None)
    problem = {"application/problem+json": {"schema": {"$ref": "#/components/schemas/Problem"}}}
    for operations in document["paths"].values():
        for operation in operations.values():
            operation["responses"].pop("422", None)
            operation["responses"]["default"] = {"description": "A problem (RFC 9457).", "content": problem}
    document["components"]["schemas"] = dict(sorted(schemas.items()))
    return document


def _know(scope: Scope) -> None:
    """Let through whom the gate knows. Raises SignInRequired."""
    session_of(scope)


class Mounted:
    """ASGI middleware that hands one prefix to another application, before FastAPI looks at the request."""

    def __init__(self, app: ASGIApp, prefix: str, mounted: ASGIApp) -> None:
        """Mount an application."""
        self._app = app
        self._prefix = f"{prefix}/"
        self._mounted = mounted

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Choose by the path."""
        root = scope.get("root_path", "")
        if scope["type"] == "http" and scope["path"].startswith(root + self._prefix):
            below = {**scope, "root_path": root + self._prefix.rstrip("/")}
            await self._mounted(below, receive, send)
            return
        await self._app(scope, receive, send)


class Compressed:
    """Gzip for JSON and pages on their way to other machines.

    Tiles, label tiles and downloads are dense already or want their length known; and for a browser beside the server,
    packing two thousand polygons takes longer than sending them.
    """

    def __init__(self, app: ASGIApp) -> None:
        """Wrap an application."""
        self._plain = app
        self._gzip = GZipMiddleware(app, minimum_size=2048, compresslevel=4)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Choose."""
        path = scope.get("path", "")
        is_plain = scope["type"] != "http" or path.endswith((".mvt", ".bin")) or path.startswith("/api/exports/")
        await (self._plain if is_plain or is_at_the_machine(scope) else self._gzip)(scope, receive, send)
