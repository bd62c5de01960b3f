"""The append-only log: streams, change sets, versions, contents."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

from geo3d.errors import NotFound
from geo3d.store.contract import Commit, Version
from geo3d.store.sqlite.schema import DO, KINDS, REDO, UNDO

INLINE_LIMIT = 1000
"""Up to so many versions a commit carries its documents; beyond it is bulk."""
PAGE_LIMIT = 10_000
"""A page of commits ends once it carries more documents than this, so that no page fills the memory."""
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

JSON_PARTS = "c.body, t.json"
"""Columns for `assemble`, beside the revision; needs `JSON_FROM`."""
JSON_FROM = "content c LEFT JOIN tail t ON t.id = c.tail"


@dataclass(frozen=True)
class Stream:
    """A stream as its row tells it."""

    id: int
    name: str
    revision: int


@dataclass(frozen=True)
class Head:
    """Where a document stands now."""

    fid: int
    seq: int
    """Its newest version."""
    content: int | None
    """None = it is deleted."""
    revision: int


@dataclass(frozen=True)
class Author:
    """Who writes, and under which key a retry is recognised."""

    client_id: str
    actor: str
    message: str


def assemble(body: bytes, tail: bytes | None, revision: int) -> bytes:
    """Return a document's JSON from its stored parts (see `schema`)."""
    return b'%b%b,"revision":%d}' % (body, tail or b"", revision)


def stream_of(db: sqlite3.Connection, name: str) -> Stream | None:
    """Return a stream, or None where nothing was ever written to it."""
    row = db.execute("SELECT id, name, revision FROM stream WHERE name = ?", (name,)).fetchone()
    return Stream(*row) if row else None


def known_stream(db: sqlite3.Connection, name: str) -> Stream:
    """Return a stream. Raises NotFound."""
    found = stream_of(db, name)
    if found is None:
        raise NotFound(f"there is no scene {name!r}", id=name)
    return found


def head_of(db: sqlite3.Connection, stream: int, kind: int, id: str) -> Head | None:
    """Return where a document stands, or None where it never existed."""
    row = db.execute(
        "SELECT fid, head, content, revision FROM document WHERE stream = ? AND kind = ? AND id = ?", (stream, kind, id)
    ).fetchone()
    return Head(*row) if row else None


def json_of(db: sqlite3.Connection, content: int, revision: int) -> bytes:
    """Return the JSON of a content as the given revision wrote it."""
    body, tail = db.execute(f"SELECT {JSON_PARTS} FROM {JSON_FROM} WHERE c.id = ?", (content,)).fetchone()
    return assemble(body, tail, revision)


def next_id(db: sqlite3.Connection, table: str, column: str = "id") -> int:
    """Return the first unused key of an append-only table."""
    (last,) = db.execute(f"SELECT max({column}) FROM {table}").fetchone()
    return (last or 0) + 1


class Entry:
    """One commit while it is written; `finish` makes its row. Lives inside one transaction of the writer."""

    def __init__(self, db: sqlite3.Connection, stream: Stream) -> None:
        self.db = db
        self.stream = stream
        self.revision = stream.revision + 1
        self.change_set = next_id(db, "change_set")
        self.first_version = self.next_version = next_id(db, "version", "seq")
        self.next_content = next_id(db, "content")
        self.next_fid = next_id(db, "document", "fid")

    @property
    def has_written(self) -> bool:
        """Whether any document or chunk is in it."""
        if self.next_version > self.first_version:
            return True
        return self.db.execute("SELECT 1 FROM patch WHERE change_set = ?", (self.change_set,)).fetchone() is not None

    def add_content(self, body: bytes, tail: int | None = None) -> int:
        """Append a content and return its id."""
        id = self.next_content
        self.next_content += 1
        self.db.execute("INSERT INTO content (id, body, tail) VALUES (?, ?, ?)", (id, body, tail))
        return id

    def add_document(self, kind: int, id: str) -> Head:
        """Give a document its fid. It has no version until `add_version`."""
        fid = self.next_fid
        self.next_fid += 1
        self.db.execute(
            "INSERT INTO document (fid, stream, kind, id, head, content, revision) VALUES (?, ?, ?, ?, 0, NULL, 0)",
            (fid, self.stream.id, kind, id),
        )
        return Head(fid, 0, None, 0)

    def add_version(self, head: Head, content: int | None) -> None:
        """Append a version and make it the document's head."""
        seq = self.next_version
        self.next_version += 1
        self.db.execute(
            "INSERT INTO version (seq, change_set, fid, content, previous) VALUES (?, ?, ?, ?, ?)",
            (seq, self.change_set, head.fid, content, head.seq or None),
        )
        self.db.execute(
            "UPDATE document SET head = ?, content = ?, revision = ? WHERE fid = ?",
            (seq, content, self.revision, head.fid),
        )

    def finish(
        self, author: Author, *, n_changes: int, verb: int = DO, takes_back: int | None = None, is_undoable: bool = True
    ) -> None:
        """Write the commit's row and the stream's new revision."""
        at = (datetime.now(UTC) - _EPOCH) // timedelta(microseconds=1)
        self.db.execute(
            "INSERT INTO change_set (id, stream, revision, client_id, actor, message, at, verb, takes_back,"
            " is_undoable, n_changes, first_version, n_versions) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.change_set, self.stream.id, self.revision, author.client_id, author.actor, author.message, at,
                verb, takes_back, is_undoable, n_changes, self.first_version, self.next_version - self.first_version,
            ),
        )  # fmt: skip
        self.db.execute("UPDATE stream SET revision = ? WHERE id = ?", (self.revision, self.stream.id))


_COMMIT = (
    "SELECT s.name, k.revision, k.client_id, k.actor, k.message, k.at, k.n_changes, k.verb, k.takes_back,"
    " k.first_version, k.n_versions, k.id FROM change_set k JOIN stream s ON s.id = k.stream WHERE k.stream = ?"
)


def commits_after(db: sqlite3.Connection, stream: Stream, since: int, limit: int) -> list[Commit]:
    """Return the commits after a revision, oldest first."""
    rows = db.execute(f"{_COMMIT} AND k.revision > ? ORDER BY k.revision LIMIT ?", (stream.id, since, limit)).fetchall()
    found: list[Commit] = []
    n_documents = 0
    for row in rows:
        if n_documents > PAGE_LIMIT:
            break
        found.append(_commit_of(db, row))
        n_documents += len(found[-1].documents)
    return found


def commit_at(db: sqlite3.Connection, stream: Stream, revision: int) -> Commit:
    """Return the commit of one revision."""
    return _commit_of(db, db.execute(f"{_COMMIT} AND k.revision = ?", (stream.id, revision)).fetchone())


def commit_of_client(db: sqlite3.Connection, stream: Stream, client_id: str) -> Commit | None:
    """Return the commit that a client id made, if it has been applied."""
    row = db.execute(f"{_COMMIT} AND k.client_id = ?", (stream.id, client_id)).fetchone()
    return _commit_of(db, row, is_replay=True) if row else None


def history_of(db: sqlite3.Connection, head: Head) -> list[Version]:
    """Return a document's versions, newest first."""
    rows = db.execute(
        "WITH RECURSIVE chain (seq, change_set, content, previous) AS ("
        " SELECT seq, change_set, content, previous FROM version WHERE seq = ?"
        " UNION ALL SELECT v.seq, v.change_set, v.content, v.previous"
        " FROM chain JOIN version v ON v.seq = chain.previous)"
        f" SELECT k.revision, k.actor, k.message, k.at, {JSON_PARTS} FROM chain"
        " JOIN change_set k ON k.id = chain.change_set"
        " LEFT JOIN content c ON c.id = chain.content LEFT JOIN tail t ON t.id = c.tail ORDER BY chain.seq DESC",
        (head.seq,),
    )
    return [
        Version(revision, actor, message, _time_of(at), None if body is None else assemble(body, tail, revision))
        for revision, actor, message, at, body, tail in rows
    ]


def _commit_of(db: sqlite3.Connection, row: Any, is_replay: bool = False) -> Commit:
    name, revision, client_id, actor, message, at, n_changes, verb, takes_back, first, n_versions, change_set = row
    (n_chunks,) = db.execute("SELECT count(*) FROM patch WHERE change_set = ?", (change_set,)).fetchone()
    is_bulk = max(n_versions, n_chunks) > INLINE_LIMIT
    documents, deleted, chunks = [], [], []
    if not is_bulk:
        for body, tail, kind, id in db.execute(
            f"SELECT {JSON_PARTS}, d.kind, d.id FROM version v JOIN document d ON d.fid = v.fid"
            " LEFT JOIN content c ON c.id = v.content LEFT JOIN tail t ON t.id = c.tail"
            " WHERE v.seq >= ? AND v.seq < ? ORDER BY v.seq",
            (first, first + n_versions),
        ):
            if body is None:
                deleted.append((KINDS[kind], id))
            else:
                documents.append(assemble(body, tail, revision))
        chunks = db.execute(
            "SELECT d.id, p.key FROM patch p JOIN document d ON d.fid = p.layer WHERE p.change_set = ? ORDER BY p.id",
            (change_set,),
        ).fetchall()
    return Commit(
        stream=name,
        revision=revision,
        client_id=client_id,
        actor=actor,
        message=message,
        at=_time_of(at),
        n_changes=n_changes,
        undoes=takes_back if verb == UNDO else None,
        redoes=takes_back if verb == REDO else None,
        documents=tuple(documents),
        deleted=tuple(deleted),
        chunks=tuple(chunks),
        is_bulk=is_bulk,
        is_replay=is_replay,
    )


def _time_of(at: int) -> datetime:
    return _EPOCH + timedelta(microseconds=at)
