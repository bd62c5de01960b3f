"""Labels of a scene: read, write, undo, look back."""

from __future__ import annotations

import math
from dataclasses import replace
from typing import Annotated, Literal, get_args

import orjson
from fastapi import APIRouter, Depends, Path, Query
from fastapi.exceptions import RequestValidationError
from starlette.responses import Response, StreamingResponse

from geo3d.labels import ChangeSet, ReviewState
from geo3d.store import Commit
from geo3d.store import Query as Which
from geo3d_server.deps import Body, Here, SceneId, StrictRoute, Undo, Writing, json_answer, parse, takes
from geo3d_server.feed import body_of_commit
from geo3d_server.permission import check_author, check_files
from geo3d_server.reply import (
    AnnotationPage,
    CommitReply,
    CommitsReply,
    CountsReply,
    HistoryReply,
    StateReply,
    blocks,
    commits_body,
    joined,
)

router = APIRouter(route_class=StrictRoute, prefix="/api/scenes/{scene}", tags=["labels"])

Kind = Literal["annotation", "thing", "relation", "layer", "status", "scene"]
MAX_PAGE = 20_000
MAX_LISTED = 2000
LARGEST = (1 << 53) - 1
"""Largest number that JSON carries exactly; no revision or fid comes near."""


def _numbers(text: str, name: str) -> tuple[float, ...]:
    try:
        found = tuple(float(part) for part in text.split(",") if part.strip())
    except ValueError:
        found = (math.nan,)
    if not all(map(math.isfinite, found)):
        raise _unfit(name, "must be numbers with commas between")
    return found


def _fids(text: str) -> tuple[int, ...]:
    found = tuple(map(int, _numbers(text, "fids")))
    if any(not 0 <= fid <= LARGEST for fid in found):
        raise _unfit("fids", "must be whole numbers")
    return found


def _words(values: list[str]) -> tuple[str, ...]:
    return tuple(word for value in values for word in value.split(",") if word)


def _unfit(name: str, message: str) -> RequestValidationError:
    return RequestValidationError([{"type": "value_error", "loc": ("query", name), "msg": message}])


def which(
    bbox: Annotated[str | None, Query(max_length=200, description="minx,miny,maxx,maxy in `frame`.")] = None,
    frame: Annotated[str | None, Query(max_length=128)] = None,
    sample: Annotated[int | None, Query(ge=0, le=LARGEST)] = None,
    label: Annotated[list[str], Query(description="Slugs; repeated or with commas.")] = [],  # noqa: B006
    state: Annotated[list[str], Query(description="draft, submitted, accepted, rejected.")] = [],  # noqa: B006
    since: Annotated[int, Query(ge=0, le=LARGEST, description="Only versions written after this revision.")] = 0,
    ids: Annotated[list[str], Query(description="Ids; repeated or with commas.")] = [],  # noqa: B006
    fids: Annotated[str | None, Query(max_length=40_000, description="fids with commas.")] = None,
    after: Annotated[int, Query(ge=0, le=LARGEST, description="Only fids above this: `next` of the page before.")] = 0,
    limit: Annotated[int, Query(ge=1, le=MAX_PAGE)] = 2000,
    kind: Annotated[Kind, Query()] = "annotation",
) -> Which:
    """Return the query that the address asks."""
    bounds = _numbers(bbox, "bbox") if bbox is not None else None
    if bounds is not None and (len(bounds) != 4 or bounds[0] > bounds[2] or bounds[1] > bounds[3]):
        raise _unfit("bbox", "must be minx,miny,maxx,maxy")
    if bounds is not None and frame is None:
        raise _unfit("frame", "is needed with bbox: positions mean nothing without their frame")
    listed_ids, listed_fids = _words(ids), _fids(fids or "")
    if max(len(listed_ids), len(listed_fids)) > MAX_LISTED:
        raise _unfit("ids", f"lists more than {MAX_LISTED}; ask several times")
    return Which(
        kind=kind,
        frame=frame,
        bounds=(bounds[0], bounds[1], bounds[2], bounds[3]) if bounds else None,
        sample=sample,
        labels=_words(label),
        states=_words(state),
        since=since,
        ids=listed_ids,
        fids=listed_fids,
        limit=limit,
        after_fid=after,
    )


@router.get("/annotations", response_model=AnnotationPage)
def get_annotations(scene: SceneId, query: Annotated[Which, Depends(which)], here: Here) -> Response:
    """Return annotations (or, with `kind`, other documents), in order of fid, a page at a time."""
    store = here.workspace.store
    store.scene(scene)
    revision = store.revision(scene)  # before reading: what comes meanwhile is then told by the feed once more
    if query.kind not in ("annotation", "thing"):  # no fids in these, so no pages; there are few of them
        query = replace(query, limit=None)
    documents = list(store.read(scene, query))
    last = orjson.loads(documents[-1])["fid"] if documents and len(documents) == query.limit else None
    return json_answer(joined(b"annotations", documents, {"revision": revision}, {"next": last}))


@router.post("/changes", response_model=CommitReply, openapi_extra=takes(ChangeSet))
def post_changes(scene: SceneId, here: Here, actor: Writing, raw: Body) -> Response:
    """Write a change set: one undo step, one revision, durable when this answers. Sent again, it is applied once."""
    changes = parse(ChangeSet, raw)
    check_author(changes, actor)
    check_files(changes, here.workspace.store)
    return _written(here.workspace.store.apply(scene, changes), here)


@router.post("/undo", response_model=CommitReply)
def undo(scene: SceneId, asked: Undo, here: Here, actor: Writing) -> Response:
    """Take back your newest change set, as a new revision."""
    store = here.workspace.store
    return _written(store.undo(scene, actor.id, client_id=asked.client_id, is_forced=asked.force), here)


@router.post("/redo", response_model=CommitReply)
def redo(scene: SceneId, asked: Undo, here: Here, actor: Writing) -> Response:
    """Take back your newest undo."""
    store = here.workspace.store
    return _written(store.redo(scene, actor.id, client_id=asked.client_id, is_forced=asked.force), here)


@router.get("/commits", response_model=CommitsReply)
def commits(
    scene: SceneId,
    here: Here,
    since: Annotated[int, Query(ge=0, le=LARGEST)] = 0,
    limit: Annotated[int, Query(ge=1, le=1000)] = 200,
) -> Response:
    """Return the log after a revision, oldest first."""
    store = here.workspace.store
    return json_answer(commits_body(store.revision(scene), store.commits(scene, since, limit)))


@router.get("/history/{kind}/{id}", response_model=HistoryReply)
def history(scene: SceneId, kind: Kind, id: str, here: Here) -> Response:
    """Return every version of a document, newest first."""
    versions = [
        orjson.dumps(
            {
                "revision": version.revision,
                "actor": version.actor,
                "message": version.message,
                "at": version.at,
                "document": None if version.json is None else orjson.Fragment(version.json),
            }
        )
        for version in here.workspace.store.history(scene, kind, id)
    ]
    return json_answer(b'{"versions":[' + b",".join(versions) + b"]}")


@router.get("/at/{revision}", response_model=StateReply)
def at(
    scene: SceneId, revision: Annotated[int, Path(ge=0, le=LARGEST)], here: Here, kind: Kind = "annotation"
) -> Response:
    """Return the documents as they were right after a revision."""
    documents = here.workspace.store.at(scene, revision, kind)
    return StreamingResponse(blocks(b"documents", documents, {"revision": revision}), media_type="application/json")


@router.get("/counts", response_model=CountsReply)
def counts(scene: SceneId, here: Here) -> Response:
    """Return how many annotations there are of each class and state, and bounds that hold them in each frame."""
    store = here.workspace.store
    revision, found = store.revision(scene), dict(store.count(scene, Which()))
    states = {state: sum(store.count(scene, Which(states=(state,))).values()) for state in get_args(ReviewState)}
    said = {
        "revision": revision,
        "n": sum(found.values()),
        "counts": found,
        "states": states,
        "bounds": here.tiles.extents(scene),
    }
    return json_answer(orjson.dumps(said))


def _written(commit: Commit, here: Here) -> Response:
    here.feed.wake()
    return json_answer(body_of_commit(commit))
