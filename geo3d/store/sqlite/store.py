"""The embedded backend: one SQLite file. The verbs of the contract; each one's work is in a module of its own."""

from __future__ import annotations

import sqlite3
import threading
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np
import numpy.typing as npt

from geo3d.errors import NotFound, StoreError
from geo3d.labels import AnnotationColumns, ChangeSet, Layer, Project, Scene
from geo3d.store.contract import PROJECT, Bounds, Commit, Progress, Query, TileLabels, Version
from geo3d.store.sqlite import checkup, log, reading
from geo3d.store.sqlite.connection import ReaderPool, Writer, connect, store_error
from geo3d.store.sqlite.layers import chunk_keys, read_chunks
from geo3d.store.sqlite.loading import load_batches
from geo3d.store.sqlite.log import Author, Stream
from geo3d.store.sqlite.schema import LAYER, SCENE, create, migrate, version_of
from geo3d.store.sqlite.selecting import check_query, frame_row, kind_index
from geo3d.store.sqlite.standing import DocumentCache, codes_of, project_of, scene_of
from geo3d.store.sqlite.tiling import labels_of_tile
from geo3d.store.sqlite.undo import take_back
from geo3d.store.sqlite.writing import apply_changes, write_first_project

T = TypeVar("T")


class SqliteStore:
    """Labels in ``workspace.db``. See `geo3d.store.contract.Store` for what each verb promises."""

    def __init__(self, path: Path) -> None:
        """Open an existing file, migrating it where it is older.

        Raises:
            StoreError: It is damaged, no workspace, or a newer geo3d wrote it.
        """
        self.path = path
        self._cache = DocumentCache()
        self._readers = ReaderPool(path)
        with self._readers.lease() as db:  # before anything is written to what may be somebody else's file
            version_of(db)
        self._watch = connect(path, is_reader=True)
        self._watch_lock = threading.Lock()
        self._writer = Writer(path)
        try:
            self._writer.run(migrate)
        except BaseException:
            self.close()
            raise

    @classmethod
    def make(cls, path: Path) -> SqliteStore:
        """Make a new file with an untitled project, and open it.

        Raises:
            StoreError: There is a file already, or it cannot be written.
        """
        try:
            path.parent.mkdir(parents=True, exist_ok=True)
            path.touch(exist_ok=False)
        except OSError as error:
            raise StoreError(f"a workspace cannot be made at {path}: {error.strerror}") from error
        db = connect(path, is_reader=False)
        try:
            db.execute("BEGIN IMMEDIATE")
            create(db)
            write_first_project(db)
            db.execute("COMMIT")
        except sqlite3.Error as error:
            raise store_error(error, path) from error
        finally:
            db.close()
        return cls(path)

    def project(self) -> Project:
        """See the contract."""
        with self._readers.snapshot() as db:
            return project_of(db, self._cache)

    def scenes(self) -> tuple[Scene, ...]:
        """See the contract."""
        with self._readers.snapshot() as db:
            # stream by stream: the index begins with the stream, and a scan of a million documents takes half a second
            rows = db.execute(
                "SELECT d.content, d.revision FROM stream s CROSS JOIN document d ON d.stream = s.id AND d.kind = ?"
                " WHERE d.content IS NOT NULL",
                (SCENE,),
            ).fetchall()
            documents = [self._cache.get(db, content, revision) for content, revision in rows]
        return tuple(sorted((d for d in documents if isinstance(d, Scene)), key=lambda scene: (scene.title, scene.id)))

    def scene(self, scene: str) -> Scene:
        """See the contract."""
        with self._readers.snapshot() as db:
            return scene_of(db, scene, self._cache)

    def revision(self, stream: str) -> int:
        """See the contract."""
        with self._readers.lease() as db:
            found = log.stream_of(db, stream)
        return found.revision if found else 0

    def apply(self, stream: str, changes: ChangeSet) -> Commit:
        """See the contract."""
        return self._writer.run(lambda db: apply_changes(db, self._cache, stream, changes))

    def load(
        self,
        stream: str,
        batches: Iterable[AnnotationColumns],
        changes: ChangeSet | None,
        *,
        client_id: str,
        actor: str,
        message: str,
        progress: Progress | None = None,
    ) -> Commit:
        """See the contract."""
        author = Author(client_id, actor, message)
        return self._writer.run(lambda db: load_batches(db, self._cache, stream, batches, changes, author, progress))

    def read(self, stream: str, query: Query) -> Iterator[bytes]:
        """See the contract."""
        with self._readers.snapshot() as db:
            row, codes = self._live(db, stream), codes_of(project_of(db, self._cache))
        check_query(query)
        return self._streamed(lambda db: reading.matching(db, row, query, codes))

    def count(self, stream: str, query: Query) -> Mapping[str, int]:
        """See the contract."""
        check_query(query)
        with self._readers.snapshot() as db:
            row, codes = self._live(db, stream), codes_of(project_of(db, self._cache))
            return reading.counts(db, row, query, codes)

    def bounds(self, stream: str) -> Mapping[str, Bounds]:
        """See the contract."""
        with self._readers.snapshot() as db:
            return reading.bounds_by_frame(db, self._live(db, stream))

    def tile(
        self, stream: str, frame: str, bounds: Bounds, resolution: float, *, margin: float | None = None
    ) -> TileLabels:
        """See the contract."""
        with self._readers.snapshot() as db:
            row = frame_row(db, self._live(db, stream), frame)
            return labels_of_tile(db, row, frame, bounds, resolution, margin)

    def commits(self, stream: str, since: int, limit: int = 1000) -> Sequence[Commit]:
        """See the contract."""
        with self._readers.snapshot() as db:
            return log.commits_after(db, log.known_stream(db, stream), since, limit)

    def history(self, stream: str, kind: str, id: str) -> Sequence[Version]:
        """See the contract."""
        with self._readers.snapshot() as db:
            head = log.head_of(db, log.known_stream(db, stream).id, kind_index(kind), id)
            if head is None:
                raise NotFound(f"there was never a {kind} {id!r} here", kind=kind, id=id)
            return log.history_of(db, head)

    def at(self, stream: str, revision: int, kind: str = "annotation") -> Iterator[bytes]:
        """See the contract."""
        with self._readers.snapshot() as db:
            row = log.known_stream(db, stream)
        kind_index(kind)
        return self._streamed(lambda db: reading.documents_at(db, row, revision, kind))

    def undo(self, stream: str, actor: str, *, client_id: str, is_forced: bool = False) -> Commit:
        """See the contract."""
        author = Author(client_id, actor, "")
        return self._writer.run(
            lambda db: take_back(db, self._cache, stream, author, is_redo=False, is_forced=is_forced)
        )

    def redo(self, stream: str, actor: str, *, client_id: str, is_forced: bool = False) -> Commit:
        """See the contract."""
        author = Author(client_id, actor, "")
        return self._writer.run(
            lambda db: take_back(db, self._cache, stream, author, is_redo=True, is_forced=is_forced)
        )

    def chunks(
        self, layer: Layer, keys: Sequence[str] | None = None
    ) -> Iterator[tuple[str, npt.NDArray[np.unsignedinteger]]]:
        """See the contract."""
        with self._readers.snapshot() as db:
            fid = self._layer(db, layer)
        return self._streamed(lambda db: read_chunks(db, layer, fid, keys))

    def chunk_keys(self, layer: Layer) -> Sequence[str]:
        """See the contract."""
        with self._readers.snapshot() as db:
            return chunk_keys(db, self._layer(db, layer))

    def put_job(self, id: str, json: bytes) -> None:
        """See the contract."""
        self._writer.run(lambda db: db.execute("INSERT OR REPLACE INTO job (id, json) VALUES (?, ?)", (id, json)))

    def jobs(self) -> Mapping[str, bytes]:
        """See the contract."""
        with self._readers.lease() as db:
            return dict(db.execute("SELECT id, json FROM job ORDER BY rowid").fetchall())

    def setting(self, name: str, value: bytes | None = None) -> bytes | None:
        """See the contract."""
        if value is not None:
            row = name, value
            self._writer.run(lambda db: db.execute("INSERT OR REPLACE INTO setting (name, value) VALUES (?, ?)", row))
            return value
        with self._readers.lease() as db:
            found = db.execute("SELECT value FROM setting WHERE name = ?", (name,)).fetchone()
        return bytes(found[0]) if found else None

    def change_counter(self) -> int:
        """See the contract."""
        with self._watch_lock:
            try:
                (version,) = self._watch.execute("PRAGMA data_version").fetchone()
            except sqlite3.Error as error:
                raise store_error(error, self.path) from error
        return int(version)

    def check(self) -> tuple[str, ...]:
        """See the contract."""
        with self._readers.snapshot() as db:
            return checkup.problems_of(db, self._cache)

    def rebuild(self, progress: Progress | None = None) -> None:
        """See the contract."""
        self._writer.run(lambda db: checkup.rebuild(db, self._cache, progress))

    def close(self) -> None:
        """See the contract."""
        self._writer.close()
        self._readers.close()
        with self._watch_lock:
            self._watch.close()

    def _layer(self, db: sqlite3.Connection, layer: Layer) -> int:
        """Return the fid of a layer that is there. Raises NotFound."""
        head = log.head_of(db, self._live(db, layer.scene).id, LAYER, layer.id)
        if head is None or head.content is None:
            raise NotFound(f"there is no layer {layer.id!r}", id=layer.id)
        return head.fid

    def _live(self, db: sqlite3.Connection, stream: str) -> Stream:
        """Return a stream whose scene is there. Raises NotFound."""
        if stream != PROJECT:
            scene_of(db, stream, self._cache)
        return log.known_stream(db, stream)

    def _streamed(self, rows: Callable[[sqlite3.Connection], Iterator[T]]) -> Iterator[T]:
        """Iterate over what a connection reads, lending it only while somebody iterates."""
        with self._readers.snapshot() as db:
            yield from rows(db)
