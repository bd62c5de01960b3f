"""One file as a raster."""

from __future__ import annotations

import threading
from pathlib import Path

import numpy as np
import numpy.typing as npt
from rasterio.errors import RasterioError
from rasterio.windows import Window as GdalWindow

from geo3d.errors import RasterError
from geo3d.raster.band import is_nodata, number_of, spelled
from geo3d.raster.describe import describe
from geo3d.raster.handle import Dataset, HandlePool, Target
from geo3d.raster.info import RasterInfo
from geo3d.raster.pixels import Pixels, PixelValue, Window
from geo3d.raster.trust import Trust


class FileReader:
    """Reads one file through pooled handles."""

    def __init__(self, name: str, trust: Trust, cache_dir: Path | None, pool: HandlePool) -> None:
        """Remember what to open; opens nothing yet."""
        self._name, self._trust, self._cache_dir, self._pool = name, trust, cache_dir, pool
        self._lock = threading.Lock()
        self._info: RasterInfo | None = None

    @property
    def info(self) -> RasterInfo:
        """Everything but the pixels."""
        with self._lock:
            if self._info is None:
                with self._pool.borrow(Target(self._name)) as dataset:
                    self._info = describe(dataset)
            return self._info

    @property
    def files(self) -> tuple[Path, ...]:
        """The file, when it is local."""
        return (Path(self._name),)

    def read(self, level: int, window: Window, bands: tuple[int, ...]) -> Pixels:
        """Read a window of the native pixels or of an overview."""
        info = self.info
        with self._pool.borrow(Target(self._name, overview=level - 1 if level else None)) as dataset:
            try:
                data, valid = _read(dataset, info, window, bands)
            except RasterioError as error:
                raise RasterError(f"{self._name}: {error}") from error
        return Pixels(data, valid, window, info.levels[level])

    def value(self, col: int, row: int) -> PixelValue:
        """Read one native pixel."""
        info = self.info
        pixels = self.read(0, Window(col, row, 1, 1), tuple(band.index for band in info.bands))
        numbers = [v.item() for v in pixels.data[:, 0, 0]]
        physical = [n * b.scale + b.offset for n, b in zip(numbers, info.bands, strict=True)]
        valid = pixels.valid is None or bool(pixels.valid[0, 0])
        return PixelValue(col=col, row=row, values=tuple(map(spelled, numbers)), physical=tuple(map(spelled, physical)), valid=valid)

    def refresh(self) -> None:
        """Nothing is cached yet."""

    def close(self) -> None:
        """Close idle handles."""
        self._pool.forget(self._name)


def _read(dataset: Dataset, info: RasterInfo, window: Window, bands: tuple[int, ...]) -> tuple[npt.NDArray[np.generic], npt.NDArray[np.bool_] | None]:
    """Return data (bands, h, w) and validity."""
    place = GdalWindow(*window)
    wanted = list(bands) + ([info.alpha] if info.mask == "alpha" and info.alpha not in bands else [])
    data = dataset.read(wanted, window=place)
    valid: npt.NDArray[np.bool_] | None = None
    if info.mask == "alpha":
        valid = data[wanted.index(info.alpha)] != 0
    elif info.mask == "mask":
        valid = dataset.read_masks(1, window=place) != 0
    elif info.mask in ("nodata", "nan"):
        lost = np.ones(data.shape[1:], dtype=np.bool_)
        for plane, index in zip(data, wanted, strict=True):
            lost &= is_nodata(plane, info.bands[index - 1].nodata)
        valid = ~lost
    return data[: len(bands)], None if valid is None or valid.all() else valid
