"""Levels that consist of single pixels picked from a large file: read once as a whole, then cut into tiles.

A strip holds a whole row: every tile beside another would read the same strips again.
"""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from itertools import pairwise
from typing import Final

import numpy as np

from geo3d.raster.block import BlockCache
from geo3d.raster.blockreader import BlockReader, has_data
from geo3d.raster.patch import Array, Mask, Patch, all_or, stacked
from geo3d.raster.pixels import Window
from geo3d.raster.resample import thinned
from geo3d.raster.sampling import sample
from geo3d.raster.source import Raster

_MOST_BYTES: Final = 24 * 2**20
_N_READERS: Final = 4


class PickedLevels:
    """The small ones among the sampled levels of one raster, kept with the decoded blocks. Thread-safe."""

    def __init__(self, raster: Raster, blocks: BlockReader, cache: BlockCache) -> None:
        """Read nothing yet."""
        self._raster = raster
        self._blocks = blocks
        self._cache = cache
        self._identity = object()
        self._lock = threading.Lock()

    def read(self, level: int, window: Window, bands: tuple[int, ...]) -> Patch | None:
        """Return a window of a sampled level; None when the level is too large to be kept.

        Raises:
            RasterError: A block is damaged.
        """
        info = self._raster.info
        place = info.levels[level]
        if place.width * place.height * len(info.bands) * np.dtype(info.dtype).itemsize > _MOST_BYTES:
            return None
        whole = self._kept(level)
        if whole is None:
            with self._lock:  # those who come second wait for the first instead of reading too
                whole = self._kept(level)
                if whole is None:
                    whole = self._thinned(level) or self._gathered(level)
                    self._keep(level, whole)
        rows = slice(window.row, window.row + window.height)
        columns = slice(window.col, window.col + window.width)
        data = whole.data[[band - 1 for band in bands], rows, columns]
        if info.mask in ("nodata", "nan"):
            return Patch(data, False, has_data(Patch(data, False, None), bands, info))
        return Patch(data, False, None if whole.valid is None else all_or(whole.valid[rows, columns]))

    def _kept(self, level: int) -> Patch | None:
        data = self._cache.get((self._identity, level, "data"))
        valid = self._cache.get((self._identity, level, "valid"))
        return None if data is None or valid is None else Patch(data, False, valid if valid.size else None)

    def _keep(self, level: int, patch: Patch) -> None:
        valid = np.zeros(0, np.bool_) if patch.valid is None else patch.valid
        self._cache.put((self._identity, level, "data"), patch.data)
        self._cache.put((self._identity, level, "valid"), valid)

    def _gathered(self, level: int) -> Patch:
        """Read a level, in a few bands of rows at once: the disk is what one waits for."""
        place = self._raster.info.levels[level]
        edges = [place.height * i // _N_READERS for i in range(_N_READERS + 1)]
        windows = [Window(0, top, place.width, end - top) for top, end in pairwise(edges) if end > top]
        with ThreadPoolExecutor(_N_READERS) as readers:
            return stacked(list(readers.map(lambda window: self._picked(level, window), windows)))

    def _picked(self, level: int, window: Window) -> Patch:
        """Read a window of a sampled level, past GDAL where the blocks are understood."""
        info = self._raster.info
        base = max(i for i, other in enumerate(info.levels) if other.origin in ("native", "overview"))
        if self._blocks.levels[base] is None:
            pixels = self._raster.read(level, window)
            return Patch(pixels.data, False, pixels.valid)
        bands = tuple(band.index for band in info.bands)

        def read(place: Window) -> tuple[Array, Mask | None]:
            patch = self._blocks.read(base, place, bands)
            return patch.planes(), patch.valid

        cost = len(bands) * np.dtype(info.dtype).itemsize
        data, valid = sample(read, info.levels[level], info.levels[base], window, cost)
        return Patch(data, False, valid)

    def _thinned(self, level: int) -> Patch | None:
        """Return a level picked from the next finer one, if that is here and twice as large."""
        finer, place = self._kept(level - 1), self._raster.info.levels[level]
        if finer is None:
            return None
        small = thinned(finer, 2, 2)
        return small if small.shape == (place.height, place.width) else None
