"""Apply: one change set, one revision, one transaction."""

from __future__ import annotations

import sqlite3
from collections.abc import Mapping
from typing import Any

import orjson

from geo3d.errors import Conflict, GeometryError, NotFound, ValidationFailed
from geo3d.labels import (
    DISPLAY,
    Annotation,
    Asset,
    ChangeSet,
    Delete,
    Document,
    Paint,
    Patch,
    Project,
    Put,
    Scene,
    Thing,
    new_id,
)
from geo3d.labels.check import LabelProblem
from geo3d.store.admission import Admission, refuse
from geo3d.store.contract import PROJECT, Commit
from geo3d.store.facet import facet_of, links_of
from geo3d.store.sqlite.integrity import check_links, check_scene, check_slots
from geo3d.store.sqlite.layers import apply_paint, apply_patch
from geo3d.store.sqlite.log import Author, Entry, Head, Stream, commit_at, commit_of_client, json_of, next_id, stream_of
from geo3d.store.sqlite.projection import Projection
from geo3d.store.sqlite.schema import ANNOTATION, KINDS
from geo3d.store.sqlite.standing import DocumentCache, Standing, codes_of

CONFLICTS_TOLD = 1000
"""So many newer versions go with a conflict."""
KIND_INDEX = {kind: index for index, kind in enumerate(KINDS)}


def apply_changes(db: sqlite3.Connection, cache: DocumentCache, stream: str, changes: ChangeSet) -> Commit:
    """Write a change set; see `Store.apply`. Runs inside a transaction of the writer."""
    row = _stream_for(db, stream, changes)
    replay = commit_of_client(db, row, changes.client_id)
    if replay is not None:
        return replay
    entry = Entry(db, row)
    standing = Standing(db, row, cache)
    is_undoable = not _brings_files(standing, changes)
    write_changes(entry, standing, changes)
    is_undoable = is_undoable and entry.has_written  # a stroke beside everything is no step that one takes back
    author = Author(changes.client_id, changes.actor, changes.message)
    entry.finish(author, n_changes=len(changes.changes), is_undoable=is_undoable)
    return commit_at(db, row, entry.revision)


def _brings_files(standing: Standing, changes: ChangeSet) -> bool:
    """Return whether a change set makes the scene or gives it files: no undo step of somebody who labels."""
    for change in changes.changes:
        if isinstance(change, Put) and isinstance(change.document, Scene):
            scene = standing.scene()
            if scene is None:
                return True
            known = [_without_display(asset) for asset in scene.assets]
            return any(_without_display(asset) not in known for asset in change.document.assets)
    return False


def _without_display(asset: Asset) -> Asset:
    """Return an asset without how it is looked at: that is somebody's step, which they may take back."""
    kept = {name: value for name, value in asset.properties.items() if name != DISPLAY}
    return asset.model_copy(update={"properties": kept})


def write_changes(entry: Entry, standing: Standing, changes: ChangeSet) -> None:
    """Check and write the changes of a set into an entry that the caller finishes."""
    heads = _heads(standing, changes)
    admission = Admission(standing.stream.name, changes.actor, changes.changes, standing)
    if admission.scene is None and standing.stream.name != PROJECT:
        raise NotFound(f"the scene {standing.stream.name!r} was deleted", id=standing.stream.name)
    admitted: list[tuple[Delete | Patch | Paint, None] | tuple[Put, Document]] = []
    for change in changes.changes:
        if isinstance(change, Put):
            admitted.append((change, admission.admit(change)))
        else:
            if isinstance(change, Delete):
                admission.admit_deletion(change)
            admitted.append((change, None))
    admission.settle()
    writing = _Writing(entry, codes_of(admission.project))
    for change, document in admitted:
        if isinstance(change, Patch):
            writing.flush()
            apply_patch(entry, standing, change)
        elif isinstance(change, Paint):
            writing.flush()
            apply_paint(entry, standing, change)
        elif isinstance(change, Put):
            assert document is not None
            writing.put(document, heads[document.kind, document.id])
        else:
            writing.delete(change.kind, heads[change.kind, change.id])
    writing.flush()
    check_links(entry)
    check_slots(entry)
    if any(kind == "scene" for kind, _ in heads):
        check_scene(entry, standing)


class _Writing:
    """Writes documents and keeps the projection in step."""

    def __init__(self, entry: Entry, codes: Mapping[str, int]) -> None:
        self.entry = entry
        self.codes = codes
        self.projection = Projection(entry.db, entry.stream.id)
        self.removed: list[int] = []
        self.added: list[int] = []

    def put(self, document: Document, head: Head | None) -> None:
        """Write a document's new version."""
        kind = KIND_INDEX[document.kind]
        head = head or self.entry.add_document(kind, document.id)
        if isinstance(document, Annotation | Thing):
            document = document.model_copy(update={"fid": head.fid})
        content = self.entry.add_content(body_of(document))
        try:
            facet = facet_of(document, self.codes)
        except GeometryError as error:
            raise ValidationFailed(
                error.message, problems=[{"id": document.id, "reason": "geometry", "message": error.message}]
            ) from None
        self.projection.store_facet(content, head.fid, facet, links_of(document))
        self.entry.add_version(head, content)
        self._replace(kind, head.content, content)

    def delete(self, kind: str, head: Head | None) -> None:
        """Write a document's deletion."""
        assert head is not None
        self.entry.add_version(head, None)
        self._replace(KIND_INDEX[kind], head.content, None)

    def flush(self) -> None:
        """Bring the indices up to date."""
        self.projection.move(self.removed, self.added, self.entry.revision)
        self.removed, self.added = [], []

    def _replace(self, kind: int, old: int | None, new: int | None) -> None:
        if kind != ANNOTATION:
            return
        if old is not None:
            self.removed.append(old)
        if new is not None:
            self.added.append(new)


def body_of(document: Document) -> bytes:
    """Return what is stored of a document's JSON: all but its revision and the closing brace.

    Raises:
        ValidationFailed: It holds a NaN or an infinity, which JSON cannot say.
    """
    json = document.model_dump_json(exclude={"revision"}).encode()
    if b"NaN" in json or b"Infinity" in json:
        try:
            orjson.loads(json)
        except orjson.JSONDecodeError:
            message = f"the {document.kind} {document.id!r} holds a NaN or an infinity; leave the value out"
            raise ValidationFailed(
                message, problems=[{"id": document.id, "reason": "not-finite", "message": message}]
            ) from None
    return json[:-1]


def write_first_project(db: sqlite3.Connection) -> None:
    """Give a new workspace its project, as revision 1 of the project's stream."""
    db.execute("INSERT INTO stream (id, name, revision) VALUES (1, ?, 0)", (PROJECT,))
    entry = Entry(db, Stream(1, PROJECT, 0))
    project = Project(id=new_id())
    head = entry.add_document(KIND_INDEX["project"], project.id)
    entry.add_version(head, entry.add_content(body_of(project)))
    entry.finish(Author(new_id(), "geo3d", "Make the workspace"), n_changes=1, is_undoable=False)


def _stream_for(db: sqlite3.Connection, name: str, changes: ChangeSet) -> Stream:
    """Return the stream, made where the change set makes its scene."""
    found = stream_of(db, name)
    if found is not None:
        return found
    if name == PROJECT or any(
        isinstance(c, Put) and c.document.kind == "scene" and c.document.id == name for c in changes.changes
    ):
        id = next_id(db, "stream")
        db.execute("INSERT INTO stream (id, name, revision) VALUES (?, ?, 0)", (id, name))
        return Stream(id, name, 0)
    raise NotFound(f"there is no scene {name!r}; make it first", id=name)


def _heads(standing: Standing, changes: ChangeSet) -> dict[tuple[str, str], Head | None]:
    """Return where each document stands that is put or deleted.

    Raises:
        Conflict: A base is not the current revision.
        NotFound: A deleted document never existed.
        ValidationFailed: A document comes twice.
    """
    heads: dict[tuple[str, str], Head | None] = {}
    stale: dict[str, Head | None] = {}
    for change in changes.changes:
        if isinstance(change, Patch | Paint):
            continue
        kind, id = (change.document.kind, change.document.id) if isinstance(change, Put) else (change.kind, change.id)
        if (kind, id) in heads:
            refuse([LabelProblem(id, "twice", f"the {kind} {id!r} comes twice in one change set")])
        head = heads[kind, id] = standing.head(kind, id)
        if head is None and isinstance(change, Delete):
            raise NotFound(f"there is no {kind} {id!r}", kind=kind, id=id)
        if head is None or head.content is None:
            if change.base != 0 or isinstance(change, Delete):
                stale[id] = None
        elif head.revision != change.base:
            stale[id] = head
    if stale:
        raise conflict_of(standing.db, stale)
    return heads


def conflict_of(db: sqlite3.Connection, stale: Mapping[str, Head | None]) -> Conflict:
    """Return the error that carries the newer versions of documents (None: deleted), by id."""
    n = len(stale)
    said = "this was" if n == 1 else f"{n} of these were"
    current: dict[str, Any] = {}
    for id, head in list(stale.items())[:CONFLICTS_TOLD]:
        if head is None or head.content is None:
            current[id] = None
        else:
            current[id] = orjson.loads(json_of(db, head.content, head.revision))
    return Conflict(f"{said} changed by somebody else since; look at the newer version, then decide", current=current)
