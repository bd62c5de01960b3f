"""Blocks of one TIFF file: stored, or decoded and remembered."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Hashable
from pathlib import Path

from geo3d.errors import RasterError
from geo3d.raster.bytefile import ByteFile
from geo3d.raster.codec import Block, decode
from geo3d.raster.tiff import Directory, read_directories


class BlockCache:
    """Decoded blocks, the least recently used forgotten first. Thread-safe; one for a whole process."""

    def __init__(self, max_bytes: int = 192 * 2**20) -> None:
        """Hold at most this many bytes of pixels."""
        self.max_bytes = max_bytes
        self._blocks: OrderedDict[Hashable, Block] = OrderedDict()
        self._bytes = 0
        self._lock = threading.Lock()

    def get(self, key: Hashable) -> Block | None:
        """Return a block, if it is remembered."""
        with self._lock:
            block = self._blocks.get(key)
            if block is not None:
                self._blocks.move_to_end(key)
            return block

    def put(self, key: Hashable, block: Block) -> None:
        """Remember a block, unless it alone would take a quarter of the room."""
        if block.nbytes * 4 > self.max_bytes:
            return
        with self._lock:
            old = self._blocks.pop(key, None)
            self._blocks[key] = block
            self._bytes += block.nbytes - (0 if old is None else old.nbytes)
            while self._bytes > self.max_bytes:
                self._bytes -= self._blocks.popitem(last=False)[1].nbytes

    @property
    def n_bytes(self) -> int:
        """Bytes of pixels held now."""
        return self._bytes


class BlockFile:
    """A TIFF file as directories and their blocks. Thread-safe."""

    def __init__(self, path: Path, cache: BlockCache) -> None:
        """Open the file and read its directories.

        Raises:
            AssetMissing: The file is gone.
            RasterRefused: Its blocks are too large, or its header lies.
            RasterError: It is no TIFF, or one that only GDAL reads.
        """
        self.file = ByteFile(path)
        self.directories: tuple[Directory, ...] = read_directories(self.file, path.name)
        self._cache = cache
        self._identity = object()

    def stored(self, directory: Directory, index: int) -> bytes | None:
        """Return the bytes of a block as they are in the file; None = the block was never written (sparse).

        Raises:
            RasterError: The file is truncated.
        """
        offset, count = int(directory.offsets[index]), int(directory.counts[index])
        return self.file.read(offset, count) if offset and count else None

    def stored_if_cached(self, directory: Directory, index: int) -> bytes | None:
        """Return the bytes of a block if that needs no waiting for the disk, else None."""
        offset, count = int(directory.offsets[index]), int(directory.counts[index])
        return self.file.read_if_cached(offset, count) if offset and count else None

    def block(self, directory: Directory, index: int) -> Block | None:
        """Return a decoded block (rows, columns, samples), read-only; None = never written (sparse).

        Raises:
            RasterError: The block is damaged or the file truncated; the message names the block.
        """
        key = (self._identity, id(directory), index)
        block = self._cache.get(key)
        if block is None:
            name = self.name_of(directory, index)
            try:
                data = self.stored(directory, index)
            except RasterError as error:
                raise RasterError(f"{name} cannot be read: {error.message}") from error
            if data is None:
                return None
            block = decode(directory, data, self._rows(directory, index), name)
            block.flags.writeable = False
            self._cache.put(key, block)
        return block

    def name_of(self, directory: Directory, index: int) -> str:
        """Return what people call a block: its column, row, band and image."""
        band, place = divmod(index, directory.across * directory.down)
        row, column = divmod(place, directory.across)
        plane = f" of band {band + 1}" if directory.is_planar else ""
        image = f"{directory.width} x {directory.height} image in {self.file.path.name}"
        return f"block ({column}, {row}){plane} of the {image}"

    @staticmethod
    def _rows(directory: Directory, index: int) -> int:
        if directory.is_tiled:
            return directory.block_height
        row = index % (directory.across * directory.down)  # strips: one block across
        return min(directory.block_height, directory.height - row * directory.block_height)
