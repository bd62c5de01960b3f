"""The project: its classes and its people."""

from __future__ import annotations

from typing import Annotated

from fastapi import APIRouter, Query
from pydantic import StringConstraints
from starlette.responses import Response

from geo3d.errors import Conflict, NotPermitted
from geo3d.labels import Attribute, ChangeSet, Id, LabelClass, Ontology, Project, Put, Skeleton, new_id
from geo3d.labels.ontology import GeometryKind, Slug
from geo3d.store import PROJECT
from geo3d_server.deps import Actor, Body, Here, Sent, StrictRoute, Undo, Writing, json_answer, parse, takes
from geo3d_server.feed import body_of_commit
from geo3d_server.permission import check_author
from geo3d_server.reply import CommitReply, CommitsReply, commits_body, download_name

router = APIRouter(route_class=StrictRoute, prefix="/api", tags=["project"])

_RETRIES = 5


class NewClass(Sent):
    """A class to be added; slug, code and (where not given) colour are chosen by the server."""

    title: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]
    color: Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")] | None = None
    key: Annotated[str, StringConstraints(pattern=r"^[0-9a-z]$")] | None = None
    parent: Slug | None = None
    geometries: tuple[GeometryKind, ...] = ()
    skeleton: Skeleton | None = None
    attributes: tuple[Attribute, ...] = ()
    guideline: str = ""
    client_id: Id | None = None
    """Sent again with the same one, the class is not added twice."""


@router.get("/project", response_model=Project)
def get_project(here: Here) -> Response:
    """Return the project with its ontology and people."""
    return json_answer(here.workspace.store.project().model_dump_json().encode())


@router.post("/project/changes", response_model=CommitReply, openapi_extra=takes(ChangeSet))
def post_changes(here: Here, actor: Writing, raw: Body) -> Response:
    """Write a change set on the project: classes; its owner also people and workflow."""
    changes = parse(ChangeSet, raw)
    check_author(changes, actor)
    _check_governance(changes, actor, here.workspace.store.project())
    commit = here.workspace.store.apply(PROJECT, changes)
    here.feed.wake()
    return json_answer(body_of_commit(commit))


@router.post("/project/undo", response_model=CommitReply)
def undo(asked: Undo, here: Here, actor: Writing) -> Response:
    """Take back your newest change of the project."""
    commit = here.workspace.store.undo(PROJECT, actor.id, client_id=asked.client_id, is_forced=asked.force)
    here.feed.wake()
    return json_answer(body_of_commit(commit))


@router.post("/project/redo", response_model=CommitReply)
def redo(asked: Undo, here: Here, actor: Writing) -> Response:
    """Take back your newest undo."""
    commit = here.workspace.store.redo(PROJECT, actor.id, client_id=asked.client_id, is_forced=asked.force)
    here.feed.wake()
    return json_answer(body_of_commit(commit))


@router.get("/project/commits", response_model=CommitsReply)
def commits(
    here: Here, since: Annotated[int, Query(ge=0, lt=1 << 53)] = 0, limit: Annotated[int, Query(ge=1, le=1000)] = 200
) -> Response:
    """Return the project's log after a revision, oldest first."""
    store = here.workspace.store
    return json_answer(commits_body(store.revision(PROJECT), store.commits(PROJECT, since, limit)))


@router.get("/ontology", response_model=Ontology)
def get_ontology(here: Here) -> Response:
    """Return the classes as a file."""
    project = here.workspace.store.project()
    headers = {"Content-Disposition": download_name(f"{project.title} classes.json")}
    return json_answer(project.ontology.model_dump_json(indent=2).encode(), headers=headers)


@router.post("/ontology/classes", response_model=LabelClass, status_code=201)
def add_class(given: NewClass, here: Here, actor: Writing) -> Response:
    """Add one class and return it."""
    fields = {k: v for k, v in given.model_dump().items() if k not in ("title", "client_id") and v}
    client_id = given.client_id or new_id()
    for attempt in range(_RETRIES):
        project = here.workspace.store.project()
        ontology, made = project.ontology.with_class(given.title, **fields)
        grown = project.model_copy(update={"ontology": ontology})
        change = Put(document=grown, base=project.revision)
        changes = ChangeSet(client_id=client_id, actor=actor.id, message=f"Add class {made.title}", changes=(change,))
        try:
            commit = here.workspace.store.apply(PROJECT, changes)
        except Conflict:  # somebody else added one meanwhile: take the next code
            if attempt == _RETRIES - 1:
                raise
            continue
        if commit.is_replay:
            made = next(c for c in reversed(here.workspace.store.project().ontology.classes) if c.title == given.title)
        here.feed.wake()
        return json_answer(made.model_dump_json().encode(), status=201)
    raise AssertionError("the last attempt returns or raises")


def _check_governance(changes: ChangeSet, actor: Actor, before: Project) -> None:
    """Let only owners decide who belongs to the project and how it is reviewed."""
    for change in changes.changes:
        if isinstance(change, Put) and isinstance(change.document, Project) and actor.role != "owner":
            after = change.document
            if (after.members, after.workflow) != (before.members, before.workflow):
                raise NotPermitted("only an owner changes the people and the workflow of a project")
