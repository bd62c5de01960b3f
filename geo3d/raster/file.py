"""One file (or one remote object) as a raster."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
from rasterio.errors import RasterioError

from geo3d.errors import AssetMissing, RasterError
from geo3d.raster.handle import HandlePool
from geo3d.raster.info import RasterInfo
from geo3d.raster.learn import Learnt, identity_of, learn
from geo3d.raster.level import LevelSource
from geo3d.raster.pixels import Pixels, PixelValue, Window, value_of
from geo3d.raster.pyramid import MANIFEST
from geo3d.raster.read import Data, Valid, decode_error, read_window
from geo3d.raster.sampling import sample
from geo3d.raster.storage import ONE_PASS_DRIVERS
from geo3d.raster.trust import Trust

_LARGEST_MEMO_PIXELS = 1 << 21


class FileReader:
    """Reads one file through pooled handles."""

    def __init__(self, name: str, trust: Trust, cache_dir: Path | None, pool: HandlePool) -> None:
        """Remember what to open; opens nothing yet."""
        self.name, self.trust, self.cache_dir = name, trust, cache_dir
        self._pool = pool
        self._lock = threading.RLock()
        self._learnt: Learnt | None = None
        self._memo: dict[int, tuple[Data, Valid | None]] = {}

    @property
    def learnt(self) -> Learnt:
        """What was found out when the file was first opened."""
        learnt = self._learnt
        if learnt is None:
            with self._lock:
                learnt = self._learnt = self._learnt or learn(self.name, self.trust, self.cache_dir, self._pool)
        return learnt

    @property
    def info(self) -> RasterInfo:
        """Everything but the pixels; loaded on first use."""
        return self.learnt.info

    @property
    def files(self) -> tuple[Path, ...]:
        """The local files this reads: the raster first, then what it refers to."""
        return self.learnt.files

    @property
    def unbuilt(self) -> tuple[str, ...]:
        """The file's name, as long as its levels are only sampled and the cache could hold real ones."""
        return (self.name,) if self.info.needs_overviews and self.learnt.key else ()

    def level_file(self, level: int) -> Path | None:
        """The local TIFF that holds this level and nothing else: an overview in the cache; None for all others."""
        source = self.learnt.sources[level]
        return Path(source.target.name) if source.level.origin == "cache" else None

    def read(self, level: int, window: Window, bands: tuple[int, ...]) -> Pixels:
        """Read a window that lies within the level."""
        learnt = self.learnt
        if learnt.identity is not None and identity_of(learnt.files[0]) != learnt.identity:
            path = learnt.files[0]
            raise AssetMissing(
                f"{path.name} has changed since it was opened; relink it, or add the new file", path=str(path)
            )
        source = learnt.sources[level]
        try:
            if source.level.origin == "cache":
                data, valid = self._cached(learnt.info, source, window, bands)
            elif source.base is not None:
                data, valid = self._sampled(learnt, level, window, bands)
            else:
                info = learnt.info
                with self._pool.borrow(source.target) as dataset:
                    data, valid = read_window(dataset, window, bands, info.bands, info.mask, info.alpha)
        except RasterioError as error:
            raise decode_error(error, source.target.title, level) from error
        return Pixels(data, valid, window, source.level)

    def value(self, col: int, row: int) -> PixelValue:
        """Read one native pixel from the source."""
        info = self.info
        pixels = self.read(0, Window(col, row, 1, 1), tuple(band.index for band in info.bands))
        stored = [number.item() for number in pixels.data[:, 0, 0]]
        return value_of(col, row, stored, info.bands, pixels.valid is None or bool(pixels.valid[0, 0]))

    def refresh(self) -> None:
        """Look at the file and the cache again."""
        self.close()
        with self._lock:
            self._learnt = None
            self._memo.clear()

    def close(self) -> None:
        """Close the idle handles of this file."""
        learnt = self._learnt
        for name in {source.target.name for source in learnt.sources} if learnt else ():
            self._pool.forget(name)

    def _sampled(self, learnt: Learnt, level: int, window: Window, bands: tuple[int, ...]) -> tuple[Data, Valid | None]:
        """Return a window of a level that is picked from the file."""
        source, info = learnt.sources[level], learnt.info
        if info.driver not in ONE_PASS_DRIVERS or source.level.width * source.level.height > _LARGEST_MEMO_PIXELS:
            return self._pick(source, info, window, bands)
        with self._lock:  # decoding from the top is so slow that it is done once, for everybody
            if level not in self._memo:
                whole = Window(0, 0, source.level.width, source.level.height)
                self._memo[level] = self._pick(source, info, whole, tuple(band.index for band in info.bands))
            data, valid = self._memo[level]
        place = (slice(window.row, window.row + window.height), slice(window.col, window.col + window.width))
        return data[([band - 1 for band in bands], *place)], None if valid is None else valid[place]

    def _pick(
        self, source: LevelSource, info: RasterInfo, window: Window, bands: tuple[int, ...]
    ) -> tuple[Data, Valid | None]:
        base = source.base or source.level
        sizes = [np.dtype(band.dtype).itemsize for band in info.bands]
        cost = sum(sizes) if info.interleave != "band" else sum(sizes[band - 1] for band in bands)
        with self._pool.borrow(source.target) as dataset:
            return sample(
                lambda place: read_window(dataset, place, bands, info.bands, info.mask, info.alpha),
                source.level,
                base,
                window,
                cost,
                is_categorical=info.is_categorical,
            )

    def _cached(
        self, info: RasterInfo, source: LevelSource, window: Window, bands: tuple[int, ...]
    ) -> tuple[Data, Valid | None]:
        """Read a level of the cache; a damaged cache is given up, the source stays readable."""
        try:
            with self._pool.borrow(source.target) as dataset:
                if info.mask != "mask":
                    return read_window(dataset, window, bands, info.bands, info.mask, info.alpha)
                with_mask = (*bands, len(info.bands) + 1)
                data, _ = read_window(dataset, window, with_mask, info.bands, "none", None)
                return data[:-1], np.asarray(data[-1] != 0)
        except (RasterError, RasterioError) as error:
            Path(source.target.name).with_name(MANIFEST).unlink(missing_ok=True)
            self.refresh()
            raise RasterError(
                f"the cached overviews of {Path(self.name).name} are damaged; they are built again"
            ) from error
