"""Which file is this? Cheap fingerprints, certain hashes, and finding a file that was moved."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

from geo3d.errors import AssetMissing, JobCancelled
from geo3d.geometry.value import Value

Progress = Callable[[float], None]
"""Called with the fraction done, 0 to 1, never decreasing."""

Cancelled = Callable[[], bool]
"""Asked now and then; True = stop with `JobCancelled`."""

_EDGE = 64 << 10
_CHUNK = 4 << 20


def no_progress(_fraction: float) -> None:
    """Report to nobody."""


def never() -> bool:
    """Do not cancel."""
    return False


class Fingerprint(Value):
    """What a file looks like from outside; equal for equal content that was not touched, cheap for any size."""

    size_bytes: int
    modified_ns: int
    """Time of last modification, nanoseconds since 1970."""
    edges: str
    """SHA-256 of the first and last 64 KiB, hexadecimal."""

    def key(self) -> str:
        """Return a name for caches, 32 characters."""
        return hashlib.sha256(f"{self.size_bytes} {self.modified_ns} {self.edges}".encode()).hexdigest()[:32]


def fingerprint(path: Path) -> Fingerprint:
    """Return the fingerprint of a file.

    Raises:
        AssetMissing: It cannot be read.
    """
    try:
        with path.open("rb") as file:
            status = os.fstat(file.fileno())
            edges = hashlib.sha256(file.read(_EDGE))
            file.seek(max(0, status.st_size - _EDGE))
            edges.update(file.read(_EDGE))
    except OSError as error:
        raise _missing(path, error) from error
    return Fingerprint(size_bytes=status.st_size, modified_ns=status.st_mtime_ns, edges=edges.hexdigest())


def sha256(path: Path, progress: Progress = no_progress, cancelled: Cancelled = never) -> str:
    """Return the SHA-256 of a whole file, hexadecimal, reading it in chunks.

    Raises:
        AssetMissing: It cannot be read.
        JobCancelled: `cancelled` said so.
    """
    digest, done = hashlib.sha256(), 0
    try:
        with path.open("rb") as file:
            size = max(os.fstat(file.fileno()).st_size, 1)
            while chunk := file.read(_CHUNK):
                if cancelled():
                    raise JobCancelled(f"hashing {path.name} was cancelled")
                digest.update(chunk)
                done += len(chunk)
                progress(min(1.0, done / size))
    except OSError as error:
        raise _missing(path, error) from error
    return digest.hexdigest()


def find_by_content(
    folders: Iterable[Path],
    size_bytes: int,
    digest: str,
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
) -> Path | None:
    """Find a file that was moved or renamed, by what is in it.

    Args:
        folders: Where to look, with all folders below.
        size_bytes: Its size; only files of exactly this size are hashed.
        digest: Its SHA-256.
        progress: Fraction of the candidates hashed.
        cancelled: Asked between files and chunks.

    Raises:
        JobCancelled: `cancelled` said so.
    """
    candidates = [path for folder in folders for path in _files_of_size(folder, size_bytes)]
    for position, path in enumerate(candidates):

        def so_far(part: float, done: int = position) -> None:
            progress((done + part) / len(candidates))

        try:
            if sha256(path, so_far, cancelled) == digest:
                return path
        except AssetMissing:
            continue  # another file of the same size that may not be read; the one looked for may still come
    progress(1.0)
    return None


def _files_of_size(folder: Path, size_bytes: int) -> Iterator[Path]:
    for root, folders, names in os.walk(folder):
        folders.sort()
        for name in sorted(names):
            path = Path(root, name)
            try:
                if path.stat().st_size == size_bytes:
                    yield path
            except OSError:
                continue  # vanished or a dangling link: not the file looked for


def _missing(path: Path, error: OSError) -> AssetMissing:
    return AssetMissing(
        f"{path.name} cannot be read ({error.strerror}); relink the asset to where the file is now", path=str(path)
    )
