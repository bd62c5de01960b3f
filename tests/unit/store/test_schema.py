"""Files of older versions open, those of newer ones and of others are refused untouched."""

from __future__ import annotations

import shutil
import sqlite3
from pathlib import Path

import orjson
import pytest

from geo3d.errors import StoreError
from geo3d.labels import Annotation, ChangeSet, Put, new_id
from geo3d.store import Query, open_store
from geo3d.store.sqlite import schema

VERSION_1 = Path(__file__).with_name("version_1.sql")


def file_of_version_1(folder: Path) -> Path:
    """Make the database that geo3d wrote when its schema had the number 1, from the text of a dump."""
    path = folder / "workspace.db"
    db = sqlite3.connect(path)
    db.executescript(VERSION_1.read_text(encoding="utf-8"))
    db.close()
    return path


def test_version_1_opens_and_is_sound(tmp_path: Path) -> None:
    file_of_version_1(tmp_path)
    store = open_store(tmp_path)
    assert store.check() == ()
    assert [label.slug for label in store.project().ontology.classes] == ["roof", "road"]
    documents = [orjson.loads(d) for d in store.read("scene-1", Query())]
    assert [(d["fid"], d["label"], d["revision"]) for d in documents] == [(3, "road", 3), (5, "roof", 5)]
    assert len(store.history("scene-1", "annotation", documents[0]["id"])) == 2
    assert store.undo("scene-1", "ann", client_id=new_id()).revision == 6
    edited = Annotation.model_validate(documents[0]).model_copy(update={"label": "roof"})
    store.apply("scene-1", ChangeSet(client_id=new_id(), actor="ann", changes=(Put(document=edited, base=3),)))
    assert store.check() == ()
    store.close()


def test_tables_of_today_are_those_that_migration_gives(tmp_path: Path) -> None:
    file_of_version_1(tmp_path)
    open_store(tmp_path).close()
    open_store(tmp_path / "new", create=True).close()

    def tables(path: Path) -> dict[str, str]:
        db = sqlite3.connect(path / "workspace.db")
        found = {
            name: " ".join(sql.split())
            for name, sql in db.execute("SELECT name, sql FROM sqlite_schema WHERE sql <> ''")
        }
        db.close()
        return found

    assert tables(tmp_path) == tables(tmp_path / "new")


def test_migrations_run_once_in_order_and_all_or_none(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file_of_version_1(tmp_path)

    def second(db: sqlite3.Connection) -> None:
        db.execute("ALTER TABLE job ADD COLUMN note TEXT")

    def third(db: sqlite3.Connection) -> None:
        db.execute("UPDATE job SET note = 'moved'")
        if is_broken:
            raise sqlite3.OperationalError("no such thing")

    first_new = len(schema.MIGRATIONS)
    monkeypatch.setattr(schema, "MIGRATIONS", (*schema.MIGRATIONS, second, third))
    monkeypatch.setattr(schema, "SCHEMA_VERSION", schema.SCHEMA_VERSION + 2)
    is_broken = True
    with pytest.raises(StoreError, match="no such thing"):
        open_store(tmp_path)
    assert version(tmp_path) == 1, "a migration that fails leaves the file as it was"
    is_broken = False
    store = open_store(tmp_path)
    store.put_job("j", b"{}")
    store.close()
    assert version(tmp_path) == first_new + 3
    open_store(tmp_path).close()


def version(folder: Path) -> int:
    db = sqlite3.connect(folder / "workspace.db")
    (found,) = db.execute("PRAGMA user_version").fetchone()
    db.close()
    return int(found)


def test_a_newer_file_is_refused(tmp_path: Path) -> None:
    path = file_of_version_1(tmp_path)
    db = sqlite3.connect(path)
    db.execute(f"PRAGMA user_version = {schema.SCHEMA_VERSION + 1}")
    db.close()
    before = path.read_bytes()
    with pytest.raises(StoreError, match="newer geo3d"):
        open_store(tmp_path)
    assert path.read_bytes() == before


def test_files_of_others_are_refused_untouched(tmp_path: Path) -> None:
    other = tmp_path / "workspace.db"
    db = sqlite3.connect(other)
    db.execute("CREATE TABLE features (id)")
    db.commit()
    db.close()
    before = other.read_bytes()
    with pytest.raises(StoreError, match="no geo3d workspace"):
        open_store(tmp_path)
    assert other.read_bytes() == before
    other.write_bytes(b"this is no database at all, but it is long enough to look at" * 20)
    with pytest.raises(StoreError):
        open_store(tmp_path)
    assert other.read_bytes().startswith(b"this is")


def test_damage_is_told(tmp_path: Path) -> None:
    path = file_of_version_1(tmp_path)
    data = bytearray(path.read_bytes())
    for page in range(4, len(data) // 4096):
        data[page * 4096 : page * 4096 + 60] = b"\xff" * 60
    path.write_bytes(data)
    try:
        store = open_store(tmp_path)
    except StoreError:
        return
    assert any("damaged" in problem for problem in store.check())
    store.close()


def test_there_has_to_be_a_workspace(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="geo3d init"):
        open_store(tmp_path)
    with pytest.raises(StoreError, match="postgresql"):
        open_store("postgresql://host/labels")
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError):
        open_store(tmp_path / "file" / "inside", create=True)


def test_a_workspace_is_a_folder_that_can_be_copied(tmp_path: Path) -> None:
    store = open_store(tmp_path / "a", create=True)
    made = store.project().id
    store.close()
    assert [p.name for p in (tmp_path / "a").iterdir()] == ["workspace.db"], "closing leaves no log beside it"
    shutil.copytree(tmp_path / "a", tmp_path / "b ö?#%")
    again = open_store(tmp_path / "b ö?#%")
    assert again.project().id == made
    again.close()
