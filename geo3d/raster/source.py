"""Open a raster: the one door through which the rest of geo3d gets pixels."""

from __future__ import annotations

import re
from collections.abc import Sequence
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from geo3d.errors import OptionError, RasterError
from geo3d.raster.composite import MosaicReader, StackReader
from geo3d.raster.file import FileReader
from geo3d.raster.handle import HandlePool
from geo3d.raster.info import RasterInfo
from geo3d.raster.pixels import Pixels, PixelValue, Window
from geo3d.raster.reader import Reader
from geo3d.raster.trust import Trust


class Raster:
    """An open raster. Thread-safe; holds no file handle until pixels are asked for, and few after."""

    def __init__(self, reader: Reader) -> None:
        """Wrap a reader; use `open_raster`."""
        self._reader = reader

    @property
    def info(self) -> RasterInfo:
        """Size, bands, levels, place and problems; read on first use.

        Raises:
            AssetMissing: The file is gone or is another file now.
            RasterRefused: geo3d declines to read it (complex numbers, huge blocks, forbidden references).
            RasterError: GDAL cannot open it.
        """
        return self._reader.info

    @property
    def files(self) -> tuple[Path, ...]:
        """The local files behind this raster, in member order; empty when it is remote."""
        return self._reader.files

    @property
    def unbuilt(self) -> tuple[str, ...]:
        """Names of the files that `overview.build_overviews` is still to be called for; empty = all levels are real."""
        return self._reader.unbuilt

    def level_file(self, level: int) -> Path | None:
        """Return the local TIFF that holds a level and nothing else: an overview in the cache; None for all others.

        Its planes are the raster's bands, followed by the validity (0 or 1) where `RasterInfo.mask` is ``mask``.
        """
        return self._reader.level_file(level)

    def read(self, level: int, window: tuple[int, int, int, int], bands: tuple[int, ...] = ()) -> Pixels:
        """Read a window of one level, without resampling.

        Args:
            level: Index into ``info.levels``; 0 = native.
            window: (col, row, width, height) in that level's pixels, wholly inside the level.
            bands: 1-based, in the order wanted; empty = all.

        Raises:
            RasterError: Outside the raster, or a block that cannot be decoded (the message names it).
            AssetMissing: The file is gone or is another file now.
        """
        info = self.info
        if not 0 <= level < len(info.levels):
            raise RasterError(f"level {level} does not exist; this raster has levels 0 to {len(info.levels) - 1}")
        asked, size = Window(*window), info.levels[level]
        inside = 0 <= asked.col and 0 <= asked.row and asked.width > 0 and asked.height > 0
        if not inside or asked.col + asked.width > size.width or asked.row + asked.height > size.height:
            raise RasterError(
                f"window {tuple(asked)} is not inside level {level} of {size.width} x {size.height} pixels"
            )
        wrong = [band for band in bands if not 1 <= band <= len(info.bands)]
        if wrong:
            raise RasterError(f"band {wrong[0]} does not exist; this raster has bands 1 to {len(info.bands)}")
        return self._reader.read(level, asked, tuple(bands) or tuple(band.index for band in info.bands))

    def value(self, col: float, row: float) -> PixelValue:
        """Return the exact numbers under a native position (corner convention), always from the source.

        Raises:
            RasterError: Outside the raster, or the block there cannot be decoded.
            AssetMissing: The file is gone or is another file now.
        """
        info = self.info
        if not (0 <= col < info.width and 0 <= row < info.height):
            raise RasterError(f"position ({col}, {row}) is outside this raster of {info.width} x {info.height} pixels")
        return self._reader.value(int(col), int(row))

    def refresh(self) -> RasterInfo:
        """Pick up overviews that were built into the cache since; return the new info."""
        self._reader.refresh()
        return self.info

    def close(self) -> None:
        """Close every handle. Reading again opens them again."""
        self._reader.close()

    def __enter__(self) -> Self:
        """Return the raster; it closes at the end of the block."""
        return self

    def __exit__(
        self, _type: type[BaseException] | None, _value: BaseException | None, _trace: TracebackType | None
    ) -> None:
        """Close."""
        self.close()


def open_raster(
    path_or_members: str | Path | Sequence[str | Path],
    *,
    trust: Trust,
    cache_dir: Path | None = None,
    pool: HandlePool | None = None,
) -> Raster:
    """Open a raster lazily: nothing is read until `Raster.info`.

    Args:
        path_or_members: A path, an address allowed by `trust`, or several of them, which become the bands of a stack
            (`collection.open_collection` also makes mosaics).
        trust: Who brought it.
        cache_dir: Folder of built overviews; None = none.
        pool: Handles shared with other rasters; None = a small pool of its own.
    """
    if isinstance(path_or_members, (str, Path)):
        handles = HandlePool(limit=8) if pool is None else pool
        return Raster(FileReader(str(path_or_members), trust, cache_dir, handles))
    return open_collection(path_or_members, "stack", trust=trust, cache_dir=cache_dir, pool=pool)


def open_collection(
    names: Sequence[str | Path],
    kind: Literal["single", "stack", "mosaic"],
    *,
    trust: Trust,
    cache_dir: Path | None = None,
    pool: HandlePool | None = None,
) -> Raster:
    """Open several files as one raster, lazily.

    Args:
        names: Paths or addresses, in band order, or from bottom to top.
        kind: stack = bands side by side on the finest grid; mosaic = neighbours.
        trust: Who brought them.
        cache_dir: Folder of built overviews.
        pool: Handles shared with other rasters; None = a pool of its own.

    Raises:
        OptionError: No names, or several for a single raster.
    """
    if not names or (kind == "single" and len(names) > 1):
        raise OptionError(f"{len(names)} files cannot be one {kind} raster; say --as layers, stack, mosaic or series")
    handles = HandlePool(limit=max(8, 2 * len(names))) if pool is None else pool
    members = [FileReader(str(name), trust, cache_dir, handles) for name in names]
    if len(members) == 1:
        return Raster(members[0])
    titles = [leaf(str(name)) for name in names]
    return Raster(StackReader(members, titles) if kind == "stack" else MosaicReader(members, titles))


def leaf(name: str) -> str:
    """Return the last part of a path or address."""
    return re.split(r"[/\\]", name.split("?")[0] if "://" in name else name)[-1]
