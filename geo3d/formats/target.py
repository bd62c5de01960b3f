"""Files and folders that appear whole or not at all."""

from __future__ import annotations

import os
import shutil
import uuid
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from geo3d.errors import FormatError


@contextmanager
def whole_file(target: Path) -> Iterator[Path]:
    """Yield a path next to the target; on success it replaces the target, on failure it is gone.

    The temporary name keeps the target's ending: GDAL chooses by it.

    Raises:
        FormatError: The folder is not there, or the target is a folder.
    """
    if target.is_dir():
        raise FormatError(f"{target} is a folder; name a file")
    temporary = _beside(target)
    try:
        yield temporary
        _sync(temporary)
        os.replace(temporary, target)
        _sync(target.parent)
    finally:
        for rest in temporary.parent.glob(temporary.name + "*"):  # side files of GDAL and SQLite
            rest.unlink(missing_ok=True)


@contextmanager
def whole_folder(target: Path) -> Iterator[Path]:
    """Yield an empty folder next to the target; on success it takes the target's place, on failure it is gone.

    Only an absent or empty folder, or one that an export made before (it holds ``geo3d.json``), is replaced: nobody's
    files are deleted.

    Raises:
        FormatError: The target holds something else.
    """
    if target.exists() and not (target.is_dir() and (not any(target.iterdir()) or (target / MARK).is_file())):
        raise FormatError(f"{target} exists and is no earlier export; choose another folder or empty it")
    temporary = _beside(target)
    temporary.mkdir()
    try:
        yield temporary
        for path in sorted(temporary.rglob("*")):
            _sync(path)
        old = _beside(target)
        if target.exists():
            os.replace(target, old)
        os.replace(temporary, target)
        _sync(target.parent)
        shutil.rmtree(old, ignore_errors=True)
    finally:
        shutil.rmtree(temporary, ignore_errors=True)


MARK = "geo3d.json"
"""Manifest that every exported folder holds."""


def _beside(target: Path) -> Path:
    if not target.parent.is_dir():
        raise FormatError(f"the folder {target.parent} is not there; make it first")
    return target.parent / f".{uuid.uuid4().hex[:12]}-{target.name}"


def _sync(path: Path) -> None:
    """Bring a file (or, where the system allows, a folder's entries) to the disk."""
    if path.is_dir() and os.name == "nt":
        return
    descriptor = os.open(path, os.O_RDONLY if os.name != "nt" else os.O_RDWR)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
