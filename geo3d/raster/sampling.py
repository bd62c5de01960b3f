"""A first picture of a large file without overviews: single pixels from blocks spread over it."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np
import numpy.typing as npt
from rasterio.errors import RasterioError

from geo3d.raster.info import Level
from geo3d.raster.pixels import Window
from geo3d.raster.read import Data, Valid

Indices = npt.NDArray[np.int64]
ReadBlock = Callable[[Window], tuple[Data, Valid | None]]

MOST_BYTES = 128 << 20
"""Decoded bytes that one sampled window may cost; beyond it, blocks are skipped and their pixels taken from
neighbours."""


def sample(
    read: ReadBlock, level: Level, base: Level, window: Window, bytes_per_pixel: int
) -> tuple[Data, Valid | None]:
    """Return a window of a sampled level.

    Args:
        read: Reads a window of the base level: data (bands, h, w) and validity (h, w) or None.
        level: The sampled level.
        base: The level that is really there.
        window: Pixels of the sampled level.
        bytes_per_pixel: Decoded bytes of one pixel of the base that a block read costs.

    Raises:
        RasterioError: No block at all can be decoded.
    """
    columns = _centers(window.col, window.width, base.width / level.width, base.width)
    rows = _centers(window.row, window.height, base.height / level.height, base.height)
    block_bytes = base.block[0] * base.block[1] * bytes_per_pixel
    most = max(1, MOST_BYTES // max(block_bytes, 1))
    across, down = len(np.unique(columns // base.block[0])), len(np.unique(rows // base.block[1]))
    if across * down > most:
        share = math.sqrt(most / (across * down))
        keep_across = max(1, min(across, round(across * share)))
        keep_down = max(1, min(down, most // keep_across))
        columns, rows = _thinned(columns, base.block[0], keep_across), _thinned(rows, base.block[1], keep_down)
    return _gathered(read, columns, rows, base)


def _centers(first: int, count: int, factor: float, size: int) -> Indices:
    """Return the base index under the centre of each pixel."""
    centers = np.floor((np.arange(first, first + count) + 0.5) * factor).astype(np.int64)
    found: Indices = np.minimum(centers, size - 1)
    return found


def _thinned(indices: Indices, block: int, most: int) -> Indices:
    """Move indices into at most `most` blocks spread evenly: each to the nearest index of the nearest kept block."""
    blocks = np.unique(indices // block)
    kept = blocks[np.linspace(0, len(blocks) - 1, most + 2)[1:-1].round().astype(int)] if most < len(blocks) else blocks
    kept = np.unique(kept)
    at = np.searchsorted(kept, indices // block)
    before, after = kept[np.maximum(at - 1, 0)], kept[np.minimum(at, len(kept) - 1)]
    first = np.clip(indices, before * block, before * block + block - 1)
    second = np.clip(indices, after * block, after * block + block - 1)
    return np.where(np.abs(first - indices) < np.abs(second - indices), first, second)


def _gathered(read: ReadBlock, columns: Indices, rows: Indices, base: Level) -> tuple[Data, Valid | None]:
    """Read every block that holds a pick once, and place its pixels.

    A block that cannot be decoded is a hole: one broken tile must not hide the whole picture. Native reads name it.
    """
    data: Data | None = None
    valid = np.ones((len(rows), len(columns)), dtype=np.bool_)
    failure: RasterioError | None = None
    for row_picks in _by_block(rows, base.block[1]):
        for column_picks in _by_block(columns, base.block[0]):
            ys, xs = rows[row_picks], columns[column_picks]
            top, left = int(ys.min()), int(xs.min())
            window = Window(left, top, int(xs.max()) - left + 1, int(ys.max()) - top + 1)
            down, across = slice(row_picks[0], row_picks[-1] + 1), slice(column_picks[0], column_picks[-1] + 1)
            try:
                piece, piece_valid = read(window)
            except RasterioError as error:
                failure = error
                valid[down, across] = False
                continue
            if data is None:
                data = np.zeros((len(piece), len(rows), len(columns)), dtype=piece.dtype)
            place = np.ix_(ys - top, xs - left)
            data[:, down, across] = piece[:, place[0], place[1]]
            if piece_valid is not None:
                valid[down, across] = piece_valid[place]
    if data is None:
        raise failure or ValueError("a window has at least one pixel")
    return data, None if valid.all() else valid


def _by_block(indices: Indices, block: int) -> list[Indices]:
    """Return the positions of ascending indices, grouped by the block they fall into."""
    return [
        np.asarray(part) for part in np.split(np.arange(len(indices)), np.flatnonzero(np.diff(indices // block)) + 1)
    ]
