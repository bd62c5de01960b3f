"""Positional reads from one file, safe from many threads at once.

A memory map would be faster by a few microseconds, but a file that is truncated while mapped kills the whole process
(SIGBUS). A short read is an error on one asset; so we read, and never map.
"""

from __future__ import annotations

import os
import threading
from pathlib import Path
from typing import Protocol

from geo3d.errors import AssetMissing, RasterError

_HAS_PREAD = hasattr(os, "pread")
_NOWAIT: int | None = getattr(os, "RWF_NOWAIT", None)


class ByteFile:
    """A file opened for reading at stated offsets."""

    def __init__(self, path: Path) -> None:
        """Open the file.

        Args:
            path: A regular file.

        Raises:
            AssetMissing: There is no such file, or it may not be read.
        """
        self.path = path
        try:
            self._descriptor = os.open(path, os.O_RDONLY | getattr(os, "O_BINARY", 0) | getattr(os, "O_CLOEXEC", 0))
        except OSError as error:
            raise AssetMissing(f"{path.name} cannot be opened ({error.strerror}); relink the asset") from error
        self.size = os.fstat(self._descriptor).st_size
        self._lock = threading.Lock()

    def read(self, offset: int, count: int) -> bytes:
        """Read exactly ``count`` bytes at ``offset``; may wait for the disk.

        Raises:
            RasterError: The file ends before that: it is truncated.
        """
        if count < 0 or offset < 0 or offset + count > self.size:
            end = offset + count
            raise RasterError(
                f"{self.path.name} is truncated: bytes {offset}..{end} are wanted, it has {self.size}; copy it again"
            )
        try:
            data = self._read(offset, count)
        except OSError as error:
            raise RasterError(f"{self.path.name} cannot be read at byte {offset}: {error.strerror}") from error
        if len(data) != count:
            raise RasterError(f"{self.path.name} became shorter while it was open; copy it again")
        return data

    def read_if_cached(self, offset: int, count: int) -> bytes | None:
        """Read exactly ``count`` bytes if the operating system has them in memory, else return None at once.

        Platforms and file systems that cannot tell answer None.
        """
        if _NOWAIT is None or offset + count > self.size:
            return None
        buffer = bytearray(count)
        try:
            got = os.preadv(self._descriptor, [buffer], offset, _NOWAIT)
        except OSError:
            return None
        return bytes(buffer) if got == count else None

    def close(self) -> None:
        """Close the file; later reads fail."""
        if self._descriptor >= 0:
            os.close(self._descriptor)
            self._descriptor = -1

    def __del__(self) -> None:
        """Close with the last reference: assets come and go while the server runs."""
        if getattr(self, "_descriptor", -1) >= 0:
            self.close()

    def _read(self, offset: int, count: int) -> bytes:
        if _HAS_PREAD:
            data = os.pread(self._descriptor, count, offset)
            if len(data) == count or not data:
                return data
            # Linux stops one read at 2 GiB; ask for the rest
            return data + self._read(offset + len(data), count - len(data))
        with self._lock:
            os.lseek(self._descriptor, offset, os.SEEK_SET)
            return os.read(self._descriptor, count)


class ReadsBytes(Protocol):
    """Whatever gives bytes at an offset; tests hand in plain memory."""

    @property
    def size(self) -> int:
        """Total number of bytes."""

    def read(self, offset: int, count: int) -> bytes:
        """Return exactly these bytes or raise `RasterError`."""
