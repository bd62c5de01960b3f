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
Weights = npt.NDArray[np.float32]
ReadBlock = Callable[[Window], tuple[Data, Valid | None]]

MOST_BYTES = 192 << 20
"""Decoded bytes that one sampled window may cost, about a second of decoding; beyond it, blocks are left out."""


def sample(
    read: ReadBlock, level: Level, base: Level, window: Window, bytes_per_pixel: int, *, is_categorical: bool = False
) -> tuple[Data, Valid | None]:
    """Return a window of a sampled level.

    Where all blocks together cost too much, some are left out evenly, and the picture is blended from the averages of
    the others (for classes: repeated from the nearest).

    Args:
        read: Reads a window of the base level: data (bands, h, w) and validity (h, w) or None.
        level: The sampled level.
        base: The level that is really there.
        window: Pixels of the sampled level.
        bytes_per_pixel: Decoded bytes of one pixel of the base that a block read costs.
        is_categorical: Numbers are classes and must not be blended.

    Raises:
        RasterioError: No block at all can be decoded.
    """
    columns = _centers(window.col, window.width, base.width / level.width, base.width)
    rows = _centers(window.row, window.height, base.height / level.height, base.height)
    block_bytes = base.block[0] * base.block[1] * bytes_per_pixel
    most = max(1, MOST_BYTES // max(block_bytes, 1))
    across, down = len(np.unique(columns // base.block[0])), len(np.unique(rows // base.block[1]))
    if across * down <= most:
        return _gathered(read, columns, rows, base)
    share = math.sqrt(most / (across * down))
    keep_across = max(1, min(across, round(across * share)))
    keep_down = max(1, min(down, most // keep_across))
    some_columns, some_rows = _thinned(columns, base.block[0], keep_across), _thinned(rows, base.block[1], keep_down)
    data, valid = _gathered(read, some_columns, some_rows, base)
    if is_categorical:
        ys, xs = _nearest(rows, some_rows), _nearest(columns, some_columns)
        return data[:, ys][:, :, xs], None if valid is None else valid[np.ix_(ys, xs)]
    return _blended(
        data, valid, _weights(rows, some_rows, base.block[1]), _weights(columns, some_columns, base.block[0])
    )


def _centers(first: int, count: int, factor: float, size: int) -> Indices:
    """Return the base index under the centre of each pixel."""
    centers = np.floor((np.arange(first, first + count) + 0.5) * factor).astype(np.int64)
    found: Indices = np.minimum(centers, size - 1)
    return found


def _thinned(indices: Indices, block: int, most: int) -> Indices:
    """Return the indices that lie in `most` blocks spread evenly."""
    blocks = np.unique(indices // block)
    if most >= len(blocks):
        return indices
    kept = blocks[((np.arange(most) + 0.5) * len(blocks) / most).astype(int)]
    return indices[np.isin(indices // block, kept)]


def _nearest(wanted: Indices, kept: Indices) -> Indices:
    """Return the position in `kept` (ascending) of the index nearest to each wanted one."""
    after = np.searchsorted(kept, wanted).clip(0, len(kept) - 1)
    before = np.maximum(after - 1, 0)
    nearer = np.where(np.abs(kept[before] - wanted) <= np.abs(kept[after] - wanted), before, after)
    found: Indices = nearer.astype(np.int64)
    return found


def _weights(wanted: Indices, kept: Indices, block: int) -> Weights | None:
    """Return weights (wanted, kept) that blend linearly between the averages of kept blocks; None = all are kept."""
    if len(wanted) == len(kept):
        return None
    blocks, member = np.unique(kept // block, return_inverse=True)
    averages = (member[None, :] == np.arange(len(blocks))[:, None]).astype(np.float32)
    averages /= averages.sum(axis=1, keepdims=True)
    centers = averages @ kept
    towards = np.array([np.interp(wanted, centers, unit) for unit in np.eye(len(blocks), dtype=np.float32)]).T
    found: Weights = (towards @ averages).astype(np.float32)
    return found


def _blended(
    data: Data, valid: Valid | None, down: Weights | None, across: Weights | None
) -> tuple[Data, Valid | None]:
    """Return pixels between the kept ones, blended from those that are valid."""

    def spread(planes: Weights) -> Weights:
        planes = planes if down is None else down @ planes
        return planes if across is None else planes @ across.T

    counted = np.ones(data.shape[1:], np.float32) if valid is None else valid.astype(np.float32)
    share = spread(counted)
    planes = spread(np.where(counted > 0, data, np.zeros((), data.dtype)).astype(np.float32))
    with np.errstate(invalid="ignore", divide="ignore"):
        planes = np.where(share > 0, planes / share, 0)
    if data.dtype.kind != "f":
        limits = np.iinfo(str(data.dtype))
        planes = np.clip(np.rint(planes.astype(np.float64)), limits.min, limits.max)
    blended = planes.astype(data.dtype)
    return blended, None if valid is None else np.asarray(share > 0.5)


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
