"""Write a Cloud Optimized GeoTIFF from finished blocks: BigTIFF, directories first, coarse levels before fine ones.

GDAL's driver compresses on its own terms and in its own time; this writer only puts blocks, which come from many
threads in any order, where they belong. What a directory says about place, bands and colours is taken from a tiny file
that GDAL itself writes, so that every reader understands it.

Source: BigTIFF; the COG layout of https://cogeo.org; GDAL's per-dataset masks (NewSubfileType 4).
"""

from __future__ import annotations

import os
import struct
import threading
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO, Final

import numpy as np

_SHORT, _LONG, _LONG8 = 3, 4, 16
_SIZES: Final = {1: 1, 2: 1, 3: 2, 4: 4, 5: 8, 6: 1, 7: 1, 8: 2, 9: 4, 10: 8, 11: 4, 12: 8, 13: 4, 16: 8, 17: 8, 18: 8}
_FORMATS: Final = {_SHORT: "H", _LONG: "I", _LONG8: "Q"}
_KEPT_TAGS: Final = (320, 338, 33550, 33922, 34264, 34735, 34736, 34737, 42112, 42113, 50844)
"""What the template decides: palette, extra samples, georeference, GDAL's metadata and nodata, RPC."""


@dataclass(frozen=True, slots=True)
class Tag:
    """One entry of a directory, value as it stands in the file."""

    code: int
    kind: int
    """TIFF type number."""
    count: int
    data: bytes

    @classmethod
    def of(cls, code: int, kind: int, *values: int) -> Tag:
        """Return an entry of integers."""
        return cls(code, kind, len(values), struct.pack(f"<{len(values)}{_FORMATS[kind]}", *values))


def template_tags(tiff: bytes) -> dict[int, Tag]:
    """Return the entries of a little-endian classic TIFF that describe its content rather than its layout."""
    (offset,) = struct.unpack_from("<I", tiff, 4)
    (n,) = struct.unpack_from("<H", tiff, offset)
    found: dict[int, Tag] = {}
    for i in range(n):
        code, kind, count = struct.unpack_from("<HHI", tiff, offset + 2 + 12 * i)
        size = count * _SIZES.get(kind, 1)
        at = offset + 2 + 12 * i + 8
        if size > 4:
            (at,) = struct.unpack_from("<I", tiff, at)
        if code in _KEPT_TAGS or code in (258, 262, 339):
            found[code] = Tag(code, kind, count, tiff[at : at + size])
    return found


@dataclass(frozen=True, slots=True)
class Image:
    """One directory to be: a level of the picture, or of its mask."""

    width: int
    height: int
    block: int
    """Blocks are square."""
    planes: int
    """Blocks per place: the number of bands where each band has its own blocks, else 1."""
    tags: tuple[Tag, ...]
    """Everything but size, blocks and offsets."""

    @property
    def across(self) -> int:
        """Blocks in a row."""
        return -(-self.width // self.block)

    @property
    def down(self) -> int:
        """Blocks in a column."""
        return -(-self.height // self.block)


class Spool:
    """Blocks of one image as they come, in a temporary file. Thread-safe."""

    def __init__(self, image: Image, path: Path) -> None:
        """Begin with no block: what never comes stays sparse."""
        self.image, self.path = image, path
        n = image.across * image.down * image.planes
        self.offsets, self.counts = np.zeros(n, np.uint64), np.zeros(n, np.uint64)
        self.size = 0
        self._file = path.open("wb")
        self._lock = threading.Lock()
        self._shared: dict[bytes, int] = {}

    def put(self, column: int, row: int, data: bytes, plane: int = 0, *, may_repeat: bool = False) -> None:
        """Store a block; with `may_repeat` equal blocks are stored once."""
        index = (plane * self.image.down + row) * self.image.across + column
        with self._lock:
            known = self._shared.get(data) if may_repeat else None
            if known is None:
                known = self.size
                self._file.write(data)
                self.size += len(data)
                if may_repeat and len(self._shared) < 64:
                    self._shared[data] = known
            self.offsets[index], self.counts[index] = known, len(data)

    def close(self) -> None:
        """Finish writing."""
        self._file.close()

    def discard(self) -> None:
        """Delete the temporary file."""
        self._file.close()
        self.path.unlink(missing_ok=True)


def write_cog(path: Path, spools: Sequence[Spool], cancelled: Callable[[], None]) -> None:
    """Write the file.

    Args:
        path: Where to; written whole, and given its name at the end.
        spools: Images in the order of their directories: picture, its mask, first overview, its mask, ...
        cancelled: Called between large copies; raises to stop.
    """
    directories = [_entries(spool, 0) for spool in spools]
    starts: list[int] = []
    position = 16
    for entries in directories:
        starts.append(position)
        position += _directory_size(entries)
    data_starts: dict[int, int] = {}
    for i in reversed(range(len(spools))):
        data_starts[i] = position
        position += spools[i].size
    partial = path.with_name(f"{path.name}.{os.getpid()}.part")
    try:
        with partial.open("wb") as out:
            out.write(struct.pack("<2sHHHQ", b"II", 43, 8, 0, starts[0]))
            for i, spool in enumerate(spools):
                following = starts[i + 1] if i + 1 < len(spools) else 0
                out.write(_directory(_entries(spool, data_starts[i]), starts[i], following))
            for spool in reversed(spools):
                _append(out, spool, cancelled)
        partial.replace(path)
    finally:
        partial.unlink(missing_ok=True)


def _entries(spool: Spool, start: int) -> list[Tag]:
    image = spool.image
    shifted = np.where(spool.counts > 0, spool.offsets + np.uint64(start), np.uint64(0))
    own = [
        Tag.of(256, _LONG, image.width),
        Tag.of(257, _LONG, image.height),
        Tag.of(322, _LONG, image.block),
        Tag.of(323, _LONG, image.block),
        Tag(324, _LONG8, len(shifted), shifted.astype("<u8").tobytes()),
        Tag(325, _LONG, len(shifted), spool.counts.astype("<u4").tobytes()),
    ]
    return sorted([*own, *image.tags], key=lambda tag: tag.code)


def _padded(data: bytes) -> bytes:
    return data.ljust(-(-len(data) // 8) * 8, b"\0")


def _directory_size(entries: list[Tag]) -> int:
    return 16 + 20 * len(entries) + sum(len(_padded(tag.data)) for tag in entries if len(tag.data) > 8)


def _directory(entries: list[Tag], start: int, following: int) -> bytes:
    """Return the bytes of a directory and of the values that do not fit into it."""
    head = [struct.pack("<Q", len(entries))]
    tail: list[bytes] = []
    at = start + 16 + 20 * len(entries)
    for tag in entries:
        value = tag.data.ljust(8, b"\0")
        if len(tag.data) > 8:
            value = struct.pack("<Q", at)
            tail.append(_padded(tag.data))
            at += len(tail[-1])
        head.append(struct.pack("<HHQ", tag.code, tag.kind, tag.count) + value)
    return b"".join([*head, struct.pack("<Q", following), *tail])


def _append(out: BinaryIO, spool: Spool, cancelled: Callable[[], None]) -> None:
    """Copy a spool to the end of a file, in the kernel where it can."""
    left = spool.size
    with spool.path.open("rb") as source:
        out.flush()
        while left:
            cancelled()
            n = min(left, 64 * 2**20)
            copied = _copied_in_kernel(source, out, n)
            if not copied:
                chunk = source.read(n)
                out.write(chunk)
                out.flush()
                copied = len(chunk)
            left -= copied
    out.seek(0, os.SEEK_END)


def _copied_in_kernel(source: BinaryIO, out: BinaryIO, n: int) -> int:
    if not hasattr(os, "copy_file_range"):
        return 0
    try:
        return os.copy_file_range(source.fileno(), out.fileno(), n)
    except OSError:
        return 0
