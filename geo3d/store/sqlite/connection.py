"""Connections to ``workspace.db``: one writer thread with a queue, and a pool of readers."""

from __future__ import annotations

import contextlib
import queue
import sqlite3
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import Future
from pathlib import Path
from typing import Any, TypeVar

from geo3d.errors import StoreError

T = TypeVar("T")

Work = Callable[[sqlite3.Connection], Any]
"""What the writer does in one transaction."""

OLDEST_SQLITE = (3, 35, 0)
"""The first with everything that our SQL uses (``ON CONFLICT DO UPDATE`` without naming the columns)."""
BUSY_S = 30.0
"""How long to wait for another process that writes."""
LARGE_LOG_BYTES = 64 << 20
"""Size of the write-ahead log from which on a checkpoint does not wait for a quiet moment."""
MOST_IDLE = 16
"""So many connections wait for the next reader; what a rush needed beyond is closed."""
QUIET_S = 2.0
"""Without a write for so long, the log is moved into the database."""
_CLOSED = "the workspace is closed; open it again"


def connect(path: Path, *, is_reader: bool) -> sqlite3.Connection:
    """Open a connection with our pragmas.

    Raises:
        StoreError: The file cannot be opened or is no database.
    """
    if sqlite3.sqlite_version_info < OLDEST_SQLITE:
        wanted = ".".join(map(str, OLDEST_SQLITE))
        raise StoreError(f"Python's SQLite is {sqlite3.sqlite_version}, geo3d needs {wanted}; use a newer Python")
    try:
        db = sqlite3.connect(
            path.absolute().as_uri() + "?mode=rw",
            uri=True,
            timeout=BUSY_S,
            isolation_level=None,
            check_same_thread=False,
            cached_statements=256,
        )
        if is_reader:
            db.execute("PRAGMA query_only = ON")
            db.execute("PRAGMA cache_size = -8192")
        else:
            db.execute("PRAGMA cache_size = -65536")
            db.execute("PRAGMA journal_mode = WAL")
            db.execute("PRAGMA synchronous = FULL")
            db.execute("PRAGMA wal_autocheckpoint = 0")
            db.execute(f"PRAGMA journal_size_limit = {LARGE_LOG_BYTES}")
    except sqlite3.Error as error:
        raise store_error(error, path) from error
    return db


def store_error(error: sqlite3.Error, path: Path) -> StoreError:
    """Return our error for SQLite's, with what to do about it."""
    text = str(error)
    if "locked" in text or "busy" in text:
        return StoreError(
            f"another program is writing to {path} for more than {BUSY_S:.0f} s; wait for it, then try again"
        )
    if "full" in text:
        return StoreError(f"the disk of {path} is full; make room, then try again (nothing was lost)")
    if "malformed" in text or "not a database" in text:
        return StoreError(f"{path} is damaged ({text}); run `geo3d check` and restore a copy")
    return StoreError(f"{path}: {text}")


class ReaderPool:
    """Read-only connections, lent one user at a time, so that an iterator may end on another thread than it began."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._idle: queue.LifoQueue[sqlite3.Connection] = queue.LifoQueue()
        self._is_closed = False

    @contextlib.contextmanager
    def lease(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection; SQLite's errors become `StoreError`."""
        self._refuse_if_closed()
        try:
            db = self._idle.get_nowait()
        except queue.Empty:
            db = connect(self._path, is_reader=True)
        try:
            yield db
        except sqlite3.Error as error:
            raise store_error(error, self._path) from error
        finally:
            if db.in_transaction:
                db.rollback()
            if self._is_closed or self._idle.qsize() >= MOST_IDLE:
                db.close()
            else:
                self._idle.put(db)

    def _refuse_if_closed(self) -> None:
        if self._is_closed:
            raise StoreError(_CLOSED)

    @contextlib.contextmanager
    def snapshot(self) -> Iterator[sqlite3.Connection]:
        """Lend a connection inside a read transaction: several statements see one state."""
        with self.lease() as db:
            db.execute("BEGIN")
            yield db

    def close(self) -> None:
        """Close what is idle now and what comes back later."""
        self._is_closed = True
        while True:
            try:
                self._idle.get_nowait().close()
            except queue.Empty:
                return


class Writer:
    """The only thread that writes. Each piece of work is one transaction; all or nothing."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._db = connect(path, is_reader=False)
        self._queue: queue.SimpleQueue[tuple[Callable[[sqlite3.Connection], Any], Future[Any]] | None] = (
            queue.SimpleQueue()
        )
        self._is_dirty = False
        self._thread = threading.Thread(target=self._serve, name="geo3d-writer", daemon=True)
        self._thread.start()

    def run(self, work: Callable[[sqlite3.Connection], T]) -> T:
        """Do the work in one transaction and return its result once it is durable.

        Raises:
            StoreError: SQLite failed; nothing was written.
        """
        if not self._thread.is_alive():
            raise StoreError(_CLOSED)
        if threading.current_thread() is self._thread:
            raise StoreError("a write cannot start another write; hand the documents over in one change set")
        future: Future[T] = Future()
        self._queue.put((work, future))
        return future.result()

    def close(self) -> None:
        """Finish what is queued, move the log into the database, stop."""
        if self._thread.is_alive():
            self._queue.put(None)
            self._thread.join()

    def _serve(self) -> None:
        while True:
            try:
                item = self._queue.get(timeout=QUIET_S if self._is_dirty else None)
            except queue.Empty:
                self._checkpoint("PASSIVE")
                self._is_dirty = False
                continue
            if item is None:
                break
            work, future = item
            try:
                future.set_result(self._transact(work))
            except sqlite3.Error as error:
                future.set_exception(store_error(error, self._path))
            except BaseException as error:  # noqa: BLE001 - whatever it is belongs to the caller who waits
                future.set_exception(error)
            if self._is_log_large():
                self._checkpoint("PASSIVE")
        self._checkpoint("TRUNCATE")
        self._db.close()
        self._refuse_rest()

    def _transact(self, work: Callable[[sqlite3.Connection], T]) -> T:
        db = self._db
        db.execute("BEGIN IMMEDIATE")
        try:
            result = work(db)
            db.execute("COMMIT")
        except BaseException:
            if db.in_transaction:
                db.execute("ROLLBACK")
            raise
        self._is_dirty = True
        return result

    def _is_log_large(self) -> bool:
        log = self._path.with_name(self._path.name + "-wal")
        return log.exists() and log.stat().st_size > LARGE_LOG_BYTES

    def _checkpoint(self, mode: str) -> None:
        with contextlib.suppress(sqlite3.Error):  # another process reads or writes: the next quiet moment will do
            self._db.execute(f"PRAGMA wal_checkpoint({mode})").fetchone()

    def _refuse_rest(self) -> None:
        while True:
            try:
                item = self._queue.get_nowait()
            except queue.Empty:
                return
            if item is not None:
                item[1].set_exception(StoreError(_CLOSED))
