"""Where a workspace is, and which backend opens it."""

from __future__ import annotations

import os
from pathlib import Path

from geo3d.errors import StoreError
from geo3d.store.contract import Store
from geo3d.store.sqlite.store import SqliteStore

FILE_NAME = "workspace.db"
"""Name of the database inside a workspace folder."""


def open_store(place: str | os.PathLike[str], create: bool = False) -> Store:
    """Open the labels of a workspace.

    Args:
        place: The workspace's folder (or its ``workspace.db``).
        create: Make a workspace with an untitled project where there is none.

    Raises:
        StoreError: There is no workspace (and `create` is False), it is damaged, or a newer geo3d wrote it.
    """
    text = os.fspath(place)
    if "://" in text:
        raise StoreError(f"labels are kept in a folder; {text.partition('://')[0]} is not spoken here")
    path = Path(text)
    file = path if path.suffix == ".db" else path / FILE_NAME
    if file.is_file():
        return SqliteStore(file)
    if not create:
        raise StoreError(f"there is no workspace at {path}; make one with `geo3d init {path}`", path=str(path))
    return SqliteStore.make(file)
