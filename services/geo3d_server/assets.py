"""Assets: files that come by upload, or are registered where they lie by who owns the machine."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any, Literal

import orjson
from fastapi import APIRouter, Depends, Request
from pydantic import Field
from starlette.responses import Response

from geo3d.errors import FormatError, Geo3dError, OptionError
from geo3d.labels import Asset, Scene
from geo3d_server.deps import AssetId, Here, OwningMachine, SceneId, Sent, StrictRoute, Writing, json_answer
from geo3d_server.job import PRIVATE, Job
from geo3d_server.permission import check_href
from geo3d_server.reply import AddedReply
from geo3d_server.state import State
from geo3d_server.upload import Received, receive
from geo3d_server.work import WORKS

router = APIRouter(route_class=StrictRoute, prefix="/api/scenes/{scene}/assets", tags=["assets"])

Arrangement = Literal["layers", "stack", "mosaic", "series"]
_SIDECARS = (
    (".aux.xml", ".ovr", ".msk", ".prj", ".rpb", ".imd", ".til", ".hdr", ".xml", ".tab", ".clr")
    + (".tfw", ".tifw", ".tiffw", ".jgw", ".jpgw", ".jpegw", ".pgw", ".pngw", ".gfw", ".bpw", ".j2w", ".wld", ".blw")
    + ("_rpc.txt", "_mtl.txt", ".rpc.txt")
)
"""Endings of files that lie beside a raster and belong to it."""

_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file"],
                    "properties": {
                        "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        "arrangement": {"type": "string", "enum": ["layers", "stack", "mosaic", "series"]},
                    },
                }
            }
        },
    }
}


class Registration(Sent):
    """Files of the server's machine (or allowed URLs)."""

    hrefs: list[str] = Field(min_length=1, max_length=10_000)
    arrangement: Arrangement = "layers"


class Relink(Sent):
    """The new place of a file."""

    href: str
    """Absolute path of the file; of a stack or mosaic the folder that holds its files."""


class JobWish(Sent):
    """What is to be done for an asset."""

    kind: Literal["hash", "overviews", "optimise", "statistics"]


async def received(request: Request, here: Here, _actor: Writing, scene: SceneId) -> Received:
    """Receive the files of a request, once it is clear that its sender may send any."""
    return await receive(request, here.workspace.root / "files", here.settings.max_upload_bytes)


@router.post("/upload", response_model=AddedReply, status_code=201, openapi_extra=_FORM)
def upload(scene: SceneId, sent: Annotated[Received, Depends(received)], here: Here, actor: Writing) -> Response:
    """Upload rasters with their sidecar files (.tfw, .aux.xml, .ovr, .vrt with its sources); streamed to disk."""
    try:
        rasters = main_files(sent.files)
        arrangement = _arrangement(sent.fields.get("arrangement", "layers"))
        here.workspace.store.scene(scene)
        grown, added = here.workspace.add(
            rasters, scene=scene, arrangement=arrangement, trust="uploaded", actor=actor.id
        )
    except BaseException:
        shutil.rmtree(sent.folder, ignore_errors=True)
        raise
    return _added(here, grown, added, actor.id)


@router.post("", response_model=AddedReply, status_code=201)
def register(scene: SceneId, given: Registration, here: Here, actor: OwningMachine) -> Response:
    """Register files where they lie. Only for who owns this machine; URLs only of hosts that the settings allow."""
    here.workspace.store.scene(scene)
    for href in given.hrefs:
        check_href(href, here.workspace.hosts)
    grown, added = here.workspace.add(given.hrefs, scene=scene, arrangement=given.arrangement, actor=actor.id)
    return _added(here, grown, added, actor.id)


@router.post("/{asset}/relink", response_model=Job, response_model_exclude=PRIVATE, status_code=202)
def relink(scene: SceneId, asset: AssetId, given: Relink, here: Here, actor: OwningMachine) -> Job:
    """Point an asset to its file's new place; a job, since it first makes sure that the content is the same."""
    here.workspace.asset(scene, asset)
    check_href(given.href, here.workspace.hosts)
    arguments = {"scene": scene, "asset": asset, "href": given.href, "actor": actor.id}
    return here.runner.submit("relink", scene=scene, asset=asset, actor=actor.id, arguments=arguments)


@router.post("/{asset}/jobs", response_model=Job, response_model_exclude=PRIVATE, status_code=202)
def start_job(scene: SceneId, asset: AssetId, wish: JobWish, here: Here, actor: Writing) -> Job:
    """Have something done for an asset: a job."""
    return _queue(here, wish.kind, scene, here.workspace.asset(scene, asset), actor.id)


def main_files(files: Sequence[Path]) -> list[Path]:
    """Return the rasters among uploaded files: sidecars belong to them, and a .vrt stands for its sources.

    Raises:
        FormatError: There are only sidecars.
    """
    rasters = [path for path in files if not path.name.lower().endswith(_SIDECARS)]
    virtual = [path for path in rasters if path.suffix.lower() == ".vrt"]
    if virtual:
        named = "".join(path.read_text(encoding="utf-8", errors="replace") for path in virtual)
        rasters = [path for path in rasters if path in virtual or path.name not in named]
    if not rasters:
        raise FormatError(f"{files[0].name} belongs to a raster that is not in the upload; send both together")
    return rasters


def look_after(here: State, scene: str, asset: Asset, actor: str) -> list[str]:
    """Queue what a new asset needs: its content hash, and overviews where it has none. Return the jobs' ids."""
    kinds = [] if "://" in asset.href else ["hash"]
    with contextlib.suppress(Geo3dError):  # what is wrong with a file is told where its picture is asked for
        if here.workspace.raster_of(asset).unbuilt:
            kinds.insert(0, "overviews")
    return [_queue(here, kind, scene, asset, actor).id for kind in kinds]


def _queue(here: State, kind: str, scene: str, asset: Asset, actor: str) -> Job:
    title = f"{WORKS[kind].title} of {asset.title}"
    arguments = {"scene": scene, "asset": asset.id}
    return here.runner.submit(kind, scene=scene, asset=asset.id, actor=actor, arguments=arguments, title=title)


def _arrangement(given: str) -> Arrangement:
    match given:
        case "layers" | "stack" | "mosaic" | "series":
            return given
        case _:
            raise OptionError(f"files are arranged as layers, stack, mosaic or series, not {given[:40]!r}")


def _added(here: State, scene: Scene, assets: Sequence[Asset], actor: str) -> Response:
    here.feed.wake()
    jobs = [id for asset in assets for id in look_after(here, scene.id, asset, actor)]
    body = {
        "scene": orjson.Fragment(scene.model_dump_json()),
        "assets": [orjson.Fragment(asset.model_dump_json()) for asset in assets],
        "jobs": jobs,
    }
    return json_answer(orjson.dumps(body), status=201)
