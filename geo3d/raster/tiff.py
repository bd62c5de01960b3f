"""Read the directories of a TIFF or BigTIFF: where each block lies and how it is coded.

Only what a block reader needs; geotags, colours and statistics come from GDAL. Every number in the file is doubted: a
header costs an attacker nothing, so nothing is allocated because a header says so.

Source: TIFF 6.0 and its technical notes 1-3; BigTIFF (https://www.awaresystems.be/imaging/tiff/bigtiff.html).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from geo3d.errors import RasterError, RasterRefused
from geo3d.raster.bytefile import ReadsBytes

LARGEST_BLOCK = 256 * 2**20
"""Decoded bytes of one block above which a raster is refused: one tile would need them all."""

_MOST_DIRECTORIES = 512
_TYPE_CODES = {1: "u1", 2: "u1", 3: "u2", 4: "u4", 6: "i1", 7: "u1", 8: "i2", 9: "i4", 11: "f4", 12: "f8", 13: "u4"}
_BIG_TYPE_CODES = {16: "u8", 17: "i8", 18: "u8"}
_SAMPLE_KINDS = {1: "u", 2: "i", 3: "f"}

WIDTH, HEIGHT, BITS, COMPRESSION, PHOTOMETRIC = 256, 257, 258, 259, 262
FILL_ORDER, STRIP_OFFSETS, SAMPLES, ROWS_PER_STRIP, STRIP_COUNTS, PLANAR = 266, 273, 277, 278, 279, 284
PREDICTOR, TILE_WIDTH, TILE_HEIGHT, TILE_OFFSETS, TILE_COUNTS = 317, 322, 323, 324, 325
SUBFILE, EXTRA_SAMPLES, SAMPLE_FORMAT, JPEG_TABLES = 254, 338, 339, 347

Tags = dict[int, np.ndarray[Any, Any]]


@dataclass(frozen=True, eq=False)
class Directory:
    """One image of a TIFF file: the full picture, an overview or a mask."""

    width: int
    height: int
    block_width: int
    """Width of a strip is the width of the image."""
    block_height: int
    is_tiled: bool
    samples: int
    is_planar: bool
    """Each band has its own blocks (PlanarConfiguration 2)."""
    bits: int
    dtype: np.dtype[Any]
    """As stored, byte order included; one byte per sample for 1-bit masks."""
    compression: int
    predictor: int
    photometric: int
    is_reduced: bool
    is_mask: bool
    jpeg_tables: bytes | None
    offsets: np.ndarray[Any, Any]
    """First byte of every block; planar files list band after band. 0 = the block is not there."""
    counts: np.ndarray[Any, Any]
    """Bytes of every block. 0 = the block is not there (sparse)."""

    @property
    def across(self) -> int:
        """Number of blocks in a row."""
        return -(-self.width // self.block_width)

    @property
    def down(self) -> int:
        """Number of blocks in a column."""
        return -(-self.height // self.block_height)

    @property
    def samples_per_block(self) -> int:
        """Bands that one block holds."""
        return 1 if self.is_planar else self.samples

    @property
    def block_bytes(self) -> int:
        """Bytes of one decoded block."""
        return self.block_width * self.block_height * self.samples_per_block * self.dtype.itemsize


def read_directories(file: ReadsBytes, name: str) -> tuple[Directory, ...]:
    """Read all images of a TIFF file, in file order.

    Args:
        file: The bytes.
        name: What the file is called in messages.

    Raises:
        RasterRefused: A block would need more than `LARGEST_BLOCK`, or the header claims pixels the file does not list.
        RasterError: This is no TIFF, is damaged, or holds samples that only GDAL understands.
    """
    reader = _TagReader(file, name)
    directories: list[Directory] = []
    seen: set[int] = set()
    offset = reader.first
    while offset:
        if offset in seen or len(directories) >= _MOST_DIRECTORIES:
            raise RasterError(f"{name} is damaged: its directories go in circles; copy it again")
        seen.add(offset)
        tags, offset = reader.tags(offset)
        directories.append(_directory(tags, reader, name))
    if not directories:
        raise RasterError(f"{name} is damaged: it holds no image; copy it again")
    return tuple(directories)


class _TagReader:
    """The part of the parser that knows about classic and big, little and big endian."""

    def __init__(self, file: ReadsBytes, name: str) -> None:
        self.file = file
        self.name = name
        head = file.read(0, 16) if file.size >= 16 else b""
        if head[:2] not in (b"II", b"MM"):
            raise RasterError(f"{name} is not a TIFF file")
        self.order = "<" if head[:2] == b"II" else ">"
        magic = self.number(head[2:4], "u2")
        if magic not in (42, 43):
            raise RasterError(f"{name} is not a TIFF file")
        self.is_big = magic == 43
        self.types = _TYPE_CODES | _BIG_TYPE_CODES if self.is_big else _TYPE_CODES
        self.first = self.number(head[8:16], "u8") if self.is_big else self.number(head[4:8], "u4")

    def number(self, data: bytes, code: str) -> int:
        return int(np.frombuffer(data, self.order + code)[0])

    def tags(self, offset: int) -> tuple[Tags, int]:
        """Return the entries of the directory at an offset, and the offset of the next one."""
        count_size, entry_size, inline = (8, 20, 8) if self.is_big else (2, 12, 4)
        n = self.number(self.file.read(offset, count_size), f"u{count_size}")
        if n > 4096:
            raise RasterError(f"{self.name} is damaged: a directory claims {n} entries; copy it again")
        entries = self.file.read(offset + count_size, n * entry_size + inline)
        tags: Tags = {}
        for i in range(n):
            entry = entries[i * entry_size : (i + 1) * entry_size]
            tag, kind = self.number(entry[:2], "u2"), self.number(entry[2:4], "u2")
            code = self.types.get(kind)
            if code is None:
                continue  # rationals and unknown types: nothing that a block reader asks for
            count = self.number(entry[4:-inline], f"u{inline}")
            size = count * int(code[1])
            value = entry[-inline:]
            if size > inline:
                value = self.file.read(self.number(value, f"u{inline}"), size)
            tags[tag] = np.frombuffer(value[:size], self.order + code)
        return tags, self.number(entries[-inline:], f"u{inline}")


def _directory(tags: Tags, reader: _TagReader, name: str) -> Directory:
    """Make sense of the entries of one image."""
    width, height = _one(tags, WIDTH, 0), _one(tags, HEIGHT, 0)
    if width <= 0 or height <= 0:
        raise RasterError(f"{name} is damaged: an image has no size; copy it again")
    is_tiled = TILE_OFFSETS in tags
    block_width = _one(tags, TILE_WIDTH, 0) if is_tiled else width
    block_height = _one(tags, TILE_HEIGHT, 0) if is_tiled else min(_one(tags, ROWS_PER_STRIP, height), height)
    if block_width <= 0 or block_height <= 0:
        raise RasterError(f"{name} is damaged: its blocks have no size; copy it again")
    bits, dtype = _sample_type(tags, reader.order, name)
    subfile = _one(tags, SUBFILE, 0)
    tables = tags.get(JPEG_TABLES)
    directory = Directory(
        width=width,
        height=height,
        block_width=block_width,
        block_height=block_height,
        is_tiled=is_tiled,
        samples=_one(tags, SAMPLES, 1),
        is_planar=_one(tags, PLANAR, 1) == 2,
        bits=bits,
        dtype=dtype,
        compression=_one(tags, COMPRESSION, 1),
        predictor=_one(tags, PREDICTOR, 1),
        photometric=_one(tags, PHOTOMETRIC, 1),
        is_reduced=bool(subfile & 1),
        is_mask=bool(subfile & 4),
        jpeg_tables=None if tables is None else tables.tobytes(),
        offsets=tags.get(TILE_OFFSETS if is_tiled else STRIP_OFFSETS, np.zeros(0, np.uint64)),
        counts=tags.get(TILE_COUNTS if is_tiled else STRIP_COUNTS, np.zeros(0, np.uint64)),
    )
    if _one(tags, FILL_ORDER, 1) != 1:
        raise RasterError(f"{name} has its bits reversed (FillOrder 2), which only GDAL reads")
    _check_blocks(directory, name)
    return directory


def _check_blocks(directory: Directory, name: str) -> None:
    """Refuse blocks that no tile server can hold and pixels that nobody wrote."""
    if directory.block_bytes > LARGEST_BLOCK:
        raise RasterRefused(
            f"{name} keeps {directory.block_width} x {directory.block_height} pixels in one block of "
            f"{directory.block_bytes // 2**20} MB; mend it with: gdal_translate -of COG {name} mended.tif",
            block=[directory.block_width, directory.block_height],
            bytes=directory.block_bytes,
        )
    planes = directory.samples if directory.is_planar else 1
    wanted = directory.across * directory.down * planes
    if len(directory.offsets) < wanted or len(directory.counts) < wanted:
        raise RasterRefused(
            f"{name} claims {directory.width} x {directory.height} pixels in {wanted} blocks but lists "
            f"{min(len(directory.offsets), len(directory.counts))}; it is damaged or forged, ask for it again"
        )


def _sample_type(tags: Tags, order: str, name: str) -> tuple[int, np.dtype[Any]]:
    """Return the bits of a sample and its numpy type."""
    all_bits, formats = tags.get(BITS), tags.get(SAMPLE_FORMAT)
    bits = {1} if all_bits is None else {int(b) for b in all_bits}
    kinds = {1} if formats is None else {int(f) for f in formats}
    if len(bits) != 1 or len(kinds) != 1:
        raise RasterError(f"{name} mixes sample types, which only GDAL reads")
    bit, kind = bits.pop(), kinds.pop()
    if bit == 1:
        return 1, np.dtype(np.uint8)
    letter = _SAMPLE_KINDS.get(1 if kind == 4 else kind)  # 4 = "undefined", which everybody reads as unsigned
    if letter is None or bit not in (8, 16, 32, 64) or (letter == "f" and bit < 32):
        raise RasterError(f"{name} has {bit}-bit samples of format {kind}, which only GDAL reads")
    return bit, np.dtype(f"{order}{letter}{bit // 8}")


def _one(tags: Tags, tag: int, default: int) -> int:
    values = tags.get(tag)
    return default if values is None or not len(values) else int(values[0])
