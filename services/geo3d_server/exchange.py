"""Labels in and out: formats, exports that wait for download, imports with a preview."""

from __future__ import annotations

import asyncio
import shutil
from functools import lru_cache
from pathlib import Path
from typing import Annotated, Any

import orjson
from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, Field, StringConstraints
from starlette.responses import FileResponse, Response

from geo3d.errors import FormatError, NotFound
from geo3d.exchange import ImportPreview
from geo3d.formats.registry import describe, readers, writers
from geo3d.labels import Id, new_id
from geo3d_server.deps import Here, SceneId, Sent, StrictRoute, Writing, json_answer, owner_at_the_machine, parse
from geo3d_server.errors import answer
from geo3d_server.job import PRIVATE, Job
from geo3d_server.permission import check_href
from geo3d_server.reply import download_name
from geo3d_server.upload import receive

router = APIRouter(route_class=StrictRoute, prefix="/api", tags=["exchange"])

_PREVIEW_FORM: dict[str, Any] = {
    "requestBody": {
        "required": True,
        "content": {
            "multipart/form-data": {
                "schema": {
                    "type": "object",
                    "required": ["file", "format"],
                    "properties": {
                        "file": {"type": "array", "items": {"type": "string", "format": "binary"}},
                        "format": {"type": "string"},
                        "options": {"type": "string", "description": "JSON object."},
                        "crs": {"type": "string"},
                    },
                }
            },
            "application/json": {"schema": {"$ref": "#/components/schemas/ImportSource"}},
        },
    }
}
UPLOADS = "imports"
"""Folder in the cache where files wait for their import."""
FormatName = Annotated[str, StringConstraints(pattern=r"^[a-z0-9_-]{1,64}$")]


class Format(BaseModel):
    """One format, as `geo3d formats --json` tells it."""

    name: str
    title: str
    extensions: list[str]
    media_type: str | None
    is_folder: bool
    reads: bool
    writes: bool
    carries: list[str]
    """Geometry kinds that come back as they were."""
    becomes: dict[str, str]
    """Kinds that are written as something simpler."""
    loses: str
    """What it cannot hold, for people."""
    write_schema: dict[str, Any] | None
    """JSON schema of the options of writing."""
    read_schema: dict[str, Any] | None
    """JSON schema of the options of reading."""


class ExportWish(Sent):
    """What to write and how."""

    format: FormatName
    options: dict[str, Any] = Field(default_factory=dict)


class ImportSource(Sent):
    """A file of the server's machine that is to be looked at."""

    href: str
    format: FormatName
    options: dict[str, Any] = Field(default_factory=dict)
    crs: str | None = None


class Options(Sent):
    """Options as they stand in a form."""

    options: dict[str, Any]


class PreviewReply(ImportPreview):
    """What an import would do, and the name under which to ask for it."""

    upload: Id


class ImportWish(Sent):
    """What to read, after a preview."""

    upload: Id
    """As the preview answered it."""
    format: FormatName
    options: dict[str, Any] = Field(default_factory=dict)
    crs: str | None = None
    """CRS of the file, where it states none."""
    class_map: dict[str, str | None] = Field(default_factory=dict)
    """Title of a class in the file -> slug of ours; None leaves its labels out. Classes that are not named are made."""


@router.get("/formats", response_model=list[Format])
def get_formats() -> Response:
    """Return every format with what it carries and loses, and the schemas of its options."""
    return json_answer(_formats())


@lru_cache(maxsize=1)
def _formats() -> bytes:
    return orjson.dumps(describe())


@router.post("/scenes/{scene}/export", response_model=Job, response_model_exclude=PRIVATE, status_code=202)
def export(scene: SceneId, wish: ExportWish, here: Here, actor: Writing) -> Job:
    """Write the labels of a scene in a format: a job, whose result has ``url``, ``name`` and ``report``."""
    title = here.workspace.store.scene(scene).title
    writer = writers().make(wish.format, wish.options)  # an option that does not fit is told now, not by the job
    arguments = {"scene": scene, "format": wish.format, "options": wish.options, "folder": new_id()}
    return here.runner.submit(
        "export", scene=scene, actor=actor.id, title=f"{title} as {writer.title}", arguments=arguments
    )


@router.get("/exports/{job}", response_class=Response)
def download(job: str, here: Here) -> Response:
    """Download a finished export."""
    found = here.runner.job(job)
    if found.kind != "export" or found.state != "done" or found.result is None:
        raise NotFound("this export is not finished; wait for its job")
    exports = here.workspace.root / "exports"
    path = (exports / found.result["path"]).resolve()
    if not path.is_relative_to(exports.resolve()) or not path.is_file():
        raise NotFound("this export was removed; make it again")
    headers = {"Content-Disposition": download_name(found.result["name"]), "Cache-Control": "no-store"}
    return FileResponse(path, headers=headers, media_type="application/octet-stream")


async def source_of(request: Request, here: Here, actor: Writing, scene: SceneId) -> ImportSource:
    """Receive the file of a preview, or the path of one that lies on this machine. Its `href` is absolute."""
    if request.headers.get("content-type", "").startswith("application/json"):
        source = parse(ImportSource, await request.body())
        owner_at_the_machine(request, actor)
        check_href(source.href, ())
        return source
    sent = await receive(request, here.workspace.root / "cache" / UPLOADS, here.settings.max_upload_bytes)
    try:
        options = parse(Options, b'{"options":' + (sent.fields.get("options") or "{}").encode() + b"}").options
        wish = {"href": str(sent.files[0]), "options": options, "format": sent.fields.get("format", "")}
        return parse(ImportSource, orjson.dumps({**wish, "crs": sent.fields.get("crs") or None}))
    except BaseException:
        await asyncio.to_thread(shutil.rmtree, sent.folder, ignore_errors=True)
        raise


@router.post("/scenes/{scene}/import/preview", response_model=PreviewReply, openapi_extra=_PREVIEW_FORM)
def import_preview(
    scene: SceneId, source: Annotated[ImportSource, Depends(source_of)], here: Here, actor: Writing
) -> Response:
    """Look at a file before it is imported: multipart (``file``, sidecars, ``format``, ``options``, ``crs``) or JSON.

    The look is taken by a worker process, so that neither a large nor a malicious file can harm the server.
    """
    readers().make(source.format, source.options)
    here.workspace.store.scene(scene)
    wish = source.model_dump()
    arguments = {"scene": scene, "upload": new_id(), **wish}
    job = here.runner.wait(here.runner.submit("preview", scene=scene, actor=actor.id, arguments=arguments).id)
    if job.problem is not None:
        problem = job.problem
        return answer(problem.type, problem.status, problem.detail, problem.details)
    if job.result is None:
        raise FormatError("the look at this file was stopped; try again")
    return json_answer(orjson.dumps({**job.result, "upload": job.id}))


@router.post("/scenes/{scene}/import", response_model=Job, response_model_exclude=PRIVATE, status_code=202)
def import_labels(scene: SceneId, wish: ImportWish, here: Here, actor: Writing) -> Job:
    """Read the labels of a previewed file into a scene as one revision: a job."""
    previewed = here.runner.job(wish.upload)
    if previewed.kind != "preview" or previewed.scene != scene or previewed.actor != actor.id:
        raise NotFound("look at the file first: POST .../import/preview; its answer says `upload`")
    readers().make(wish.format, wish.options)
    name = Path(previewed.arguments["href"]).name
    arguments = {
        "scene": scene,
        "href": previewed.arguments["href"],
        "format": wish.format,
        "options": wish.options,
        "crs": wish.crs,
        "class_map": wish.class_map,
        "actor": actor.id,
    }
    return here.runner.submit("import", scene=scene, actor=actor.id, title=f"Import {name}", arguments=arguments)
