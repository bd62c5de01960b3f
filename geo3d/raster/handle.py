"""GDAL handles: few, pooled, one thread at a time.

rasterio datasets are not thread-safe and cost half a millisecond to open, so they are lent to one thread at a time
and kept for the next. File descriptors stay bounded: idle handles beyond the limit are closed, the least recently used
first.
"""

from __future__ import annotations

import threading
import warnings
from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import Any

import rasterio
from rasterio._err import CPLE_BaseError
from rasterio._path import _UnparsedPath  # rasterio parses names as addresses; a VRT's text must reach GDAL untouched
from rasterio.errors import CRSError, NotGeoreferencedWarning, RasterioError, RasterioIOError
from rasterio.io import DatasetReader

from geo3d.errors import RasterError

Dataset = Any
"""An open rasterio dataset; rasterio has no type hints."""

CACHE_BYTES = 64 << 20
"""GDAL's own block cache, for the whole process. Small: tiles have their own caches, and a server must stay below 1
GB."""


@dataclass(frozen=True, slots=True)
class Target:
    """What GDAL opens, with which drivers and options. Equal targets share handles."""

    name: str
    """Path, ``/vsi`` address, or the text of a VRT."""
    title: str
    """What the file is called in messages."""
    drivers: tuple[str, ...]
    """Short names of the drivers that may try."""
    options: tuple[tuple[str, str], ...] = ()
    """GDAL configuration for opening and reading."""
    overview: int | None = None
    """Open this overview (0 = the first) instead of the native pixels."""
    is_unplaced: bool = False
    """Open without georeference: the file's CRS makes rasterio raise."""

    def environment(self) -> Any:
        """Return the GDAL environment of this target, to be entered in the thread that opens or reads."""
        return rasterio.Env(GDAL_CACHEMAX=CACHE_BYTES, **dict(self.options))


class BrokenCrs(RasterError):
    """The file's CRS makes rasterio raise; the pixels may still be read, unplaced."""


class HandlePool:
    """Lends open datasets to threads. Thread-safe; share one in a process."""

    def __init__(self, limit: int = 64) -> None:
        """Keep at most `limit` idle handles open."""
        self._limit = limit
        self._idle: OrderedDict[int, tuple[Target, Dataset]] = OrderedDict()
        self._lock = threading.Lock()
        # rasterio warns of every raster without georeference; ours say so in their problems. Set here and for good:
        # `warnings.catch_warnings` around each opening would not be thread-safe
        warnings.filterwarnings("ignore", category=NotGeoreferencedWarning)

    @contextmanager
    def borrow(self, target: Target) -> Iterator[Dataset]:
        """Lend a dataset to this thread, within the GDAL environment of its target.

        Raises:
            BrokenCrs: It opens only with `Target.is_unplaced`.
            RasterError: GDAL cannot open it.
            RasterioError: Raised by the caller's own reads, also where rasterio lets errors of GDAL through.
        """
        with target.environment():
            dataset = self._take(target) or _open(target)
            try:
                yield dataset
            except BaseException as error:
                dataset.close()  # after an error a handle may hold half-read state
                if isinstance(error, CPLE_BaseError):  # what rasterio lets through of GDAL has no public class
                    raise RasterioIOError(str(error)) from error
                raise
            self._give(target, dataset)

    def forget(self, name: str) -> None:
        """Close the idle handles of a file, e.g. before it is deleted (Windows) or because it changed."""
        with self._lock:
            mine = [key for key, (target, _) in self._idle.items() if target.name == name]
            gone = [self._idle.pop(key)[1] for key in mine]
        for dataset in gone:
            dataset.close()

    def close(self) -> None:
        """Close all idle handles."""
        with self._lock:
            gone = [dataset for _, dataset in self._idle.values()]
            self._idle.clear()
        for dataset in gone:
            dataset.close()

    @property
    def n_idle(self) -> int:
        """How many handles are open and not lent."""
        return len(self._idle)

    def _take(self, target: Target) -> Dataset | None:
        with self._lock:
            for key in reversed(self._idle):
                if self._idle[key][0] == target:
                    return self._idle.pop(key)[1]
        return None

    def _give(self, target: Target, dataset: Dataset) -> None:
        with self._lock:
            self._idle[id(dataset)] = (target, dataset)
            excess = len(self._idle) - self._limit
            gone = [self._idle.popitem(last=False)[1][1] for _ in range(excess)]
        for extra in gone:
            extra.close()


def _open(target: Target) -> Dataset:
    options: dict[str, Any] = {}
    if target.overview is not None:
        options["OVERVIEW_LEVEL"] = target.overview
    if target.is_unplaced:
        options["GEOREF_SOURCES"] = "NONE"
    try:
        return DatasetReader(_UnparsedPath(target.name), driver=list(target.drivers), sharing=False, **options)
    except CRSError as error:
        raise BrokenCrs(f"the CRS of {target.title} cannot be understood: {error}") from error
    except (RasterioError, CPLE_BaseError, UnicodeDecodeError) as error:
        reason = str(error).replace(target.name, target.title).removeprefix(f"{target.title}: ")
        raise RasterError(f"{target.title} cannot be opened: {reason[:500]}") from error
