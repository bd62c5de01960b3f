"""Undo and redo: the inverse of a change set, as a new one. Set-based: a load of a million is taken back in seconds."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass

from geo3d.errors import NothingToUndo
from geo3d.labels import Project
from geo3d.store.admission import Admission
from geo3d.store.contract import PROJECT, Commit
from geo3d.store.sqlite.integrity import check_links, check_scene, check_slots
from geo3d.store.sqlite.layers import take_back_patches
from geo3d.store.sqlite.log import Author, Entry, Head, Stream, commit_at, commit_of_client, json_of, known_stream
from geo3d.store.sqlite.projection import Projection
from geo3d.store.sqlite.reindex import is_worth, reindex
from geo3d.store.sqlite.schema import ANNOTATION, DO, PROJECT_KIND, REDO, UNDO
from geo3d.store.sqlite.standing import ADAPTER, DocumentCache, Standing
from geo3d.store.sqlite.writing import CONFLICTS_TOLD, body_of, conflict_of

_NOT_TAKEN_BACK = "NOT EXISTS (SELECT 1 FROM change_set t WHERE t.stream = k.stream AND t.takes_back = k.revision)"


@dataclass(frozen=True)
class Target:
    """The change set that is taken back."""

    change_set: int
    revision: int
    first_version: int
    n_versions: int
    message: str


def take_back(
    db: sqlite3.Connection, cache: DocumentCache, stream: str, author: Author, *, is_redo: bool, is_forced: bool
) -> Commit:
    """Undo or redo; see `Store.undo` and `Store.redo`. Runs inside a transaction of the writer."""
    row = known_stream(db, stream)
    replay = commit_of_client(db, row, author.client_id)
    if replay is not None:
        return replay
    target = _newest_undo(db, row, author.actor) if is_redo else _newest_change(db, row, author.actor)
    if target is None:
        raise NothingToUndo(f"you have nothing left to {'redo' if is_redo else 'undo'} here")
    entry, standing = Entry(db, row), Standing(db, row, cache)
    if stream == PROJECT:
        _restore_project(entry, standing, target, author, is_forced)
    else:
        if not is_forced:
            _check_untouched(db, target)
        _restore(entry, target)
        check_links(entry)
        check_slots(entry)
        check_scene(entry, standing)
    n_painted = take_back_patches(entry, target.change_set, is_forced)
    said = target.message.removeprefix("Undo: ").removeprefix("Redo: ")
    entry.finish(
        Author(author.client_id, author.actor, f"{'Redo' if is_redo else 'Undo'}: {said}"),
        n_changes=target.n_versions + n_painted,
        verb=REDO if is_redo else UNDO,
        takes_back=target.revision,
    )
    return commit_at(db, row, entry.revision)


def _newest_change(db: sqlite3.Connection, stream: Stream, actor: str) -> Target | None:
    row = db.execute(
        "SELECT id, revision, first_version, n_versions, message FROM change_set k WHERE stream = ? AND actor = ?"
        f" AND verb IN ({DO}, {REDO}) AND is_undoable AND {_NOT_TAKEN_BACK} ORDER BY revision DESC LIMIT 1",
        (stream.id, actor),
    ).fetchone()
    return Target(*row) if row else None


def _newest_undo(db: sqlite3.Connection, stream: Stream, actor: str) -> Target | None:
    row = db.execute(
        "SELECT id, revision, first_version, n_versions, message FROM change_set k WHERE stream = ? AND actor = ?"
        f" AND verb = {UNDO} AND {_NOT_TAKEN_BACK} AND revision > (SELECT coalesce(max(revision), 0) FROM change_set o"
        f" WHERE o.stream = k.stream AND o.actor = k.actor AND o.verb = {DO}) ORDER BY revision DESC LIMIT 1",
        (stream.id, actor),
    ).fetchone()
    return Target(*row) if row else None


def _check_untouched(db: sqlite3.Connection, target: Target) -> None:
    """Refuse where a document no longer has the content that the target gave it."""
    touched = db.execute(
        "SELECT d.id, d.content, d.revision FROM version v JOIN document d ON d.fid = v.fid"
        " WHERE v.seq >= ? AND v.seq < ? AND d.content IS NOT v.content LIMIT ?",
        (target.first_version, target.first_version + target.n_versions, CONFLICTS_TOLD),
    ).fetchall()
    if touched:
        raise conflict_of(db, {id: Head(0, 0, content, revision) for id, content, revision in touched})


def _restore(entry: Entry, target: Target) -> None:
    """Give every document of the target the content it had before."""
    db, first, n = entry.db, target.first_version, target.n_versions
    new = entry.next_version
    db.execute(
        "INSERT INTO version (seq, change_set, fid, content, previous)"
        " SELECT ? + v.seq, ?, v.fid, p.content, d.head FROM version v JOIN document d ON d.fid = v.fid"
        " LEFT JOIN version p ON p.seq = v.previous WHERE v.seq >= ? AND v.seq < ?",
        (new - first, entry.change_set, first, first + n),
    )
    entry.next_version += n
    is_large = is_worth(db, 2 * n)
    moves: list[tuple[int | None, int | None]] = []
    if not is_large:
        moves = db.execute(
            "SELECT d.content, n.content FROM version n JOIN document d ON d.fid = n.fid"
            " WHERE n.seq >= ? AND n.seq < ? AND d.kind = ?",
            (new, new + n, ANNOTATION),
        ).fetchall()
    db.execute(
        "UPDATE document SET head = n.seq, content = n.content, revision = ? FROM version n"
        " WHERE n.fid = document.fid AND n.seq >= ? AND n.seq < ?",
        (entry.revision, new, new + n),
    )
    if is_large:
        reindex(db, [entry.stream.id])
    else:
        removed = [old for old, _ in moves if old is not None]
        added = [new for _, new in moves if new is not None]
        Projection(db, entry.stream.id).move(removed, added, entry.revision)


def _restore_project(entry: Entry, standing: Standing, target: Target, author: Author, is_forced: bool) -> None:
    """Write the project as it was before the target; classes made since stay as retired ones."""
    db = entry.db
    fid, head, content, revision = db.execute(
        "SELECT fid, head, content, revision FROM document WHERE stream = ? AND kind = ?",
        (entry.stream.id, PROJECT_KIND),
    ).fetchone()
    others = db.execute(
        f"SELECT 1 FROM change_set k WHERE stream = ? AND revision > ? AND actor <> ? AND {_NOT_TAKEN_BACK}"
        f" AND verb <> {UNDO} LIMIT 1",
        (entry.stream.id, target.revision, author.actor),
    ).fetchone()
    if others and not is_forced:
        raise conflict_of(db, {standing.project().id: Head(fid, head, content, revision)})
    (before,) = db.execute(
        "SELECT p.content FROM version v JOIN version p ON p.seq = v.previous WHERE v.seq = ?", (target.first_version,)
    ).fetchone()
    project = ADAPTER.validate_json(json_of(db, before, entry.revision))
    assert isinstance(project, Project)
    admission = Admission(PROJECT, author.actor, (), standing)
    settled = admission.settled_project(project)
    admission.settle()
    entry.add_version(Head(fid, head, content, revision), entry.add_content(body_of(settled)))
