"""What stands now, for the rules: parsed documents, cached by content (contents never change)."""

from __future__ import annotations

import sqlite3
import threading
from collections import OrderedDict
from collections.abc import Mapping

from pydantic import TypeAdapter

from geo3d.errors import NotFound
from geo3d.labels import Document, Project, Scene
from geo3d.store.contract import PROJECT
from geo3d.store.sqlite.log import Head, Stream, head_of, json_of, next_id
from geo3d.store.sqlite.schema import KINDS, PROJECT_KIND, SCENE

ADAPTER: TypeAdapter[Document] = TypeAdapter(Document)
_CACHE_SIZE = 256


class DocumentCache:
    """Parsed documents by (content, revision); shared by all threads of a store."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._parsed: OrderedDict[tuple[int, int], Document] = OrderedDict()

    def get(self, db: sqlite3.Connection, content: int, revision: int) -> Document:
        """Return a committed document, parsed at most once while it stays in the cache."""
        key = content, revision
        with self._lock:
            found = self._parsed.get(key)
            if found is not None:
                self._parsed.move_to_end(key)
                return found
        document = parsed(db, content, revision)
        with self._lock:
            self._parsed[key] = document
            while len(self._parsed) > _CACHE_SIZE:
                self._parsed.popitem(last=False)
        return document


def parsed(db: sqlite3.Connection, content: int, revision: int) -> Document:
    """Return a document as the given revision wrote it."""
    return ADAPTER.validate_json(json_of(db, content, revision))


class Standing:
    """The current state of one stream, as `geo3d.store.admission` asks for it, while a transaction writes to it."""

    def __init__(self, db: sqlite3.Connection, stream: Stream, cache: DocumentCache) -> None:
        """Begin before anything is written: contents of this transaction, which may yet fail, are not cached."""
        self.db = db
        self.stream = stream
        self.cache = cache
        self._first_new = next_id(db, "content")

    def project(self) -> Project:
        """Return the project."""
        return project_of(self.db, self.cache)

    def scene(self) -> Scene | None:
        """Return the stream's scene, or None where it is not there."""
        document = self.document("scene", self.stream.name)
        return document if isinstance(document, Scene) else None

    def head(self, kind: str, id: str) -> Head | None:
        """Return where a document of the stream stands."""
        return head_of(self.db, self.stream.id, KINDS.index(kind), id)

    def document(self, kind: str, id: str) -> Document | None:
        """Return a document of the stream, or None where it is not there."""
        head = self.head(kind, id)
        if head is None or head.content is None:
            return None
        if head.content >= self._first_new:
            return parsed(self.db, head.content, head.revision)
        return self.cache.get(self.db, head.content, head.revision)

    def is_code_used(self, code: int) -> bool:
        """Return whether any annotation or thing of the workspace has this class."""
        tallied = self.db.execute("SELECT 1 FROM tally WHERE code = ? LIMIT 1", (code,)).fetchone()
        if tallied:
            return True
        thing = self.db.execute(
            "SELECT 1 FROM document d JOIN facet f ON f.content = d.content WHERE d.kind = ? AND f.code = ? LIMIT 1",
            (KINDS.index("thing"), code),
        ).fetchone()
        return thing is not None

    def frames_used(self) -> frozenset[str]:
        """Return the names of the frames that annotations of the stream are in."""
        rows = self.db.execute(
            "SELECT DISTINCT f.name FROM tally t JOIN frame f ON f.id = t.frame WHERE t.stream = ?", (self.stream.id,)
        )
        return frozenset(name for (name,) in rows)


def project_of(db: sqlite3.Connection, cache: DocumentCache) -> Project:
    """Return the project of the workspace. Raises NotFound."""
    row = db.execute(
        "SELECT d.content, d.revision FROM document d JOIN stream s ON s.id = d.stream"
        " WHERE s.name = ? AND d.kind = ? AND d.content IS NOT NULL",
        (PROJECT, PROJECT_KIND),
    ).fetchone()
    document = cache.get(db, *row) if row else None
    if not isinstance(document, Project):
        raise NotFound("the workspace has no project; run `geo3d init`")
    return document


def scene_of(db: sqlite3.Connection, name: str, cache: DocumentCache) -> Scene:
    """Return a scene by its id. Raises NotFound."""
    row = db.execute(
        "SELECT d.content, d.revision FROM stream s JOIN document d ON d.stream = s.id"
        " WHERE s.name = ? AND d.kind = ? AND d.id = s.name AND d.content IS NOT NULL",
        (name, SCENE),
    ).fetchone()
    document = cache.get(db, *row) if row else None
    if not isinstance(document, Scene):
        raise NotFound(f"there is no scene {name!r}", id=name)
    return document


def codes_of(project: Project) -> Mapping[str, int]:
    """Return class codes by slug."""
    return {label.slug: label.code for label in project.ontology.classes}
