"""Stored blocks that already are the tile somebody asks for: they go out as they are."""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from geo3d.geometry.crs import crs_of
from geo3d.geometry.frame import Affine
from geo3d.raster.blockreader import BlockLevel
from geo3d.raster.codec import JPEG, WEBP, complete_jpeg
from geo3d.raster.encode import PictureFormat
from geo3d.raster.grid import Cell, Grid
from geo3d.raster.info import Level
from geo3d.raster.paint import ColorPainter, Painter, RampPainter
from geo3d.raster.tile import TileReader
from geo3d.raster.warp import TOLERANCE


@dataclass(frozen=True, eq=False, slots=True)
class StoredTile:
    """A block of a file that is a finished tile."""

    place: BlockLevel
    index: int

    def read(self) -> bytes | None:
        """Return the tile as a file of its own; None = never written.

        Raises:
            RasterError: The file is truncated.
        """
        return self._whole(self.place.file.stored(self.place.directory, self.index))

    def read_if_cached(self) -> bytes | None:
        """Return the tile if that needs no waiting for the disk."""
        return self._whole(self.place.file.stored_if_cached(self.place.directory, self.index))

    def _whole(self, data: bytes | None) -> bytes | None:
        if data is None or self.place.directory.compression != JPEG:
            return data
        return complete_jpeg(self.place.directory, data)


class Passthrough:
    """Finds finished tiles of one raster."""

    def __init__(self, reader: TileReader) -> None:
        """Look at the levels of this reader."""
        self.reader = reader
        self._planes: dict[str, Affine | None] = {}
        self._whole: dict[tuple[int, int], bool] = {}

    def find(
        self, grid: Grid, z: int, x: int, y: int, size: int, kind: PictureFormat, painter: Painter
    ) -> StoredTile | None:
        """Return the stored block that is exactly this tile; None when it must be drawn.

        Args:
            grid: The grid.
            z: Zoom.
            x: Column.
            y: Row.
            size: Pixels on a side.
            kind: File format wanted.
            painter: What would draw the tile otherwise.

        Raises:
            NotFound: The grid has no such cell.
        """
        code = {"jpg": JPEG, "webp": WEBP}.get(kind)
        candidates = [
            (level, place)
            for level, place in zip(self.reader.info.levels, self.reader.blocks.levels, strict=True)
            if place is not None and place.directory.compression == code
        ]
        if not candidates or not self._is_plain(painter):
            return None
        plane = self._plane(grid)
        if plane is None:
            return None
        cell = grid.cell(z, x, y)
        for level, place in candidates:
            if (place.directory.block_width, place.directory.block_height) == (size, size):
                index = _block_at(cell, plane, level, place, size)
                if index is not None and self._is_whole(place, index):
                    return StoredTile(place, index)
        return None

    def _is_plain(self, painter: Painter) -> bool:
        """Return whether a painter draws the stored bytes as they are."""
        info = self.reader.info
        n = len(info.bands)
        if info.mask in ("nodata", "nan") or (info.mask == "alpha" and (n, info.alpha) != (4, 4)):
            return False
        if isinstance(painter, ColorPainter):
            is_identity = all(s.is_identity for s in painter.stretches) and painter.bands == (1, 2, 3)
            in_order = tuple(channel.band for channel in painter.channels) == (1, 2, 3)
            return is_identity and in_order and (n == 3 or info.mask == "alpha")
        return isinstance(painter, RampPainter) and n == 1 and painter.colors is None and painter.stretch.is_identity

    def _plane(self, grid: Grid) -> Affine | None:
        """Return where native pixels lie on the grid's plane, if that is without turn and in the grid's own CRS."""
        if grid.name not in self._planes:
            self._planes[grid.name] = self._plane_of(grid)
        return self._planes[grid.name]

    def _plane_of(self, grid: Grid) -> Affine | None:
        if grid.crs is None:
            return Affine(a=1, b=0, c=0, d=0, e=1, f=0)
        info = self.reader.info
        if not isinstance(info.link, Affine) or info.link.b or info.link.d or info.crs is None:
            return None
        is_same = info.crs == grid.crs or crs_of(info.crs).equals(crs_of(grid.crs), ignore_axis_order=True)
        return info.link if is_same else None

    def _is_whole(self, place: BlockLevel, index: int) -> bool:
        """Return whether no pixel of a block is masked."""
        mask = place.mask
        if mask is None:
            return True
        if (mask.block_width, mask.block_height) != (place.directory.block_width, place.directory.block_height):
            return False
        # our own copies store one full block of a mask for all that are full: then one look is enough for all
        key = (id(mask), int(mask.offsets[index]))
        is_whole = self._whole.get(key)
        if is_whole is None:
            block = place.file.block(mask, index)
            is_whole = self._whole[key] = block is not None and bool(np.all(block))
        return is_whole


def _block_at(cell: Cell, plane: Affine, level: Level, place: BlockLevel, size: int) -> int | None:
    """Return the index of the block that a cell is, pixel for pixel; None if there is none or it is not full."""
    left, width = (cell.left - plane.c) / plane.a / level.factor[0], cell.width / plane.a / level.factor[0]
    top, height = (cell.top - plane.f) / plane.e / level.factor[1], cell.height / plane.e / level.factor[1]
    if max(abs(width - size), abs(height - size)) > TOLERANCE:
        return None
    column, row = math.floor(left / size + 0.5), math.floor(top / size + 0.5)
    off = max(abs(left - column * size), abs(top - row * size))
    off = max(off, abs(left + width - (column + 1) * size), abs(top + height - (row + 1) * size))
    is_full = column >= 0 and row >= 0 and (column + 1) * size <= level.width and (row + 1) * size <= level.height
    if off > TOLERANCE or not is_full:
        return None
    index = row * place.directory.across + column
    return index if int(place.directory.counts[index]) else None
