"""The writer's thread and the readers' pool."""

from __future__ import annotations

import sqlite3
import threading
from pathlib import Path

import pytest

from geo3d.errors import StoreError
from geo3d.store import open_store
from geo3d.store.sqlite import connection
from geo3d.store.sqlite.connection import ReaderPool, Writer


@pytest.fixture
def path(tmp_path: Path) -> Path:
    open_store(tmp_path, create=True).close()
    return tmp_path / "workspace.db"


def test_work_that_fails_writes_nothing_and_the_writer_lives(path: Path) -> None:
    writer = Writer(path)

    def fail(db: sqlite3.Connection) -> None:
        db.execute("INSERT INTO job (id, json) VALUES ('a', '')")
        raise KeyError("no")

    with pytest.raises(KeyError):
        writer.run(fail)
    with pytest.raises(StoreError, match="no such table"):
        writer.run(lambda db: db.execute("SELECT * FROM missing_table"))
    assert writer.run(lambda db: db.execute("SELECT count(*) FROM job").fetchone()) == (0,)
    writer.close()
    with pytest.raises(StoreError, match="closed"):
        writer.run(lambda db: None)
    writer.close()


def test_readers_cannot_write(path: Path) -> None:
    pool = ReaderPool(path)
    with pytest.raises(StoreError), pool.lease() as db:
        db.execute("INSERT INTO job (id, json) VALUES ('a', '')")
    pool.close()
    with pytest.raises(StoreError, match="closed"), pool.lease():
        pass


def test_a_connection_that_comes_back_holds_no_transaction(path: Path) -> None:
    pool = ReaderPool(path)
    with pool.snapshot() as db:
        db.execute("SELECT * FROM stream").fetchall()
        assert db.in_transaction
    with pool.lease() as again:
        assert again is db
        assert not again.in_transaction
    pool.close()


def test_another_process_that_writes_too_long_is_told(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "BUSY_S", 0.2)
    other = sqlite3.connect(path, isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    writer = Writer(path)
    with pytest.raises(StoreError, match="another program"):
        writer.run(lambda db: db.execute("INSERT INTO job (id, json) VALUES ('a', '')"))
    other.execute("COMMIT")
    writer.run(lambda db: db.execute("INSERT INTO job (id, json) VALUES ('a', '')"))
    writer.close()
    other.close()


def test_the_log_is_moved_into_the_file_in_a_quiet_moment(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(connection, "QUIET_S", 0.05)
    writer = Writer(path)
    before = path.read_bytes()
    writer.run(lambda db: db.execute("INSERT INTO job (id, json) VALUES ('a', 'x')"))
    for _ in range(200):
        if path.read_bytes() != before:
            break
        threading.Event().wait(0.02)
    assert path.read_bytes() != before
    writer.close()


def test_opening_and_closing_leaves_no_thread(tmp_path: Path) -> None:
    n_threads = threading.active_count()
    for _ in range(20):
        store = open_store(tmp_path, create=True)
        store.revision("project")
        store.close()
        store.close()
    assert threading.active_count() == n_threads
    with pytest.raises(StoreError, match="closed"):
        store.revision("project")
    with pytest.raises(StoreError):
        store.change_counter()
