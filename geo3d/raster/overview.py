"""Build overviews into the workspace's cache; the source is read once and never written."""

from __future__ import annotations

import contextlib
import os
import secrets
import shutil
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import rasterio
from rasterio.errors import RasterioError
from rasterio.windows import Window as GdalWindow

from geo3d.errors import AssetMissing, JobCancelled, RasterError
from geo3d.raster.band import Band, is_nodata, is_storable, number_of
from geo3d.raster.file import FileReader
from geo3d.raster.fingerprint import Cancelled, Progress, never, no_progress
from geo3d.raster.handle import HandlePool
from geo3d.raster.info import Level, RasterInfo
from geo3d.raster.level import further_sizes
from geo3d.raster.pixels import Window
from geo3d.raster.pyramid import MANIFEST, VERSION, Pyramid, PyramidLevel, find_pyramid, folder_of
from geo3d.raster.read import Data, Valid
from geo3d.raster.reduce import Plane, halved, halved_any, halved_nearest
from geo3d.raster.trust import Trust

BLOCK = 512
"""Side of the pyramid's tiles, pixels."""

_MOST_BUFFER_BYTES = 192 << 20
_MOST_READ_BYTES = 64 << 20
_STALE_SECONDS = 3600.0


def build_overviews(
    name: str | Path,
    *,
    trust: Trust,
    cache_dir: Path,
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
) -> Pyramid | None:
    """Build the missing levels of a raster into the cache.

    May be killed at any moment and started again, also twice at once: levels are built in a folder of their own, which
    gets its name last.

    Args:
        name: Path of the raster.
        trust: Who brought it.
        cache_dir: The workspace's cache.
        progress: Told the fraction done.
        cancelled: Asked every few megabytes.

    Returns:
        The pyramid; None when the raster needs none, or is remote.

    Raises:
        JobCancelled: `cancelled` said so; nothing is left behind.
        RasterError: The cache cannot be written. (Blocks of the source that cannot be decoded become holes.)
        AssetMissing: The source is gone or changed.
    """
    pool = HandlePool(limit=4)
    reader = FileReader(str(name), trust, cache_dir, pool)
    try:
        info, key = reader.info, reader.learnt.key
        if key is None:
            return None
        existing = find_pyramid(cache_dir, key)
        if existing is not None or not info.needs_overviews:
            return existing
        target = folder_of(cache_dir, key)
        _remove_stale(target)
        part = target.with_name(f"{target.name}.{os.getpid()}-{secrets.token_hex(4)}.part")
        try:
            part.mkdir(parents=True)
            pyramid = _built(reader, part, progress, cancelled)
            (part / MANIFEST).write_text(pyramid.model_dump_json(indent=1))
            return _published(part, target, cache_dir, key)
        except (RasterioError, OSError) as error:
            reason = f"overviews of {Path(name).name} cannot be written to {cache_dir}: {error}"
            raise RasterError(f"{reason}; is the disk full?") from error
        finally:
            shutil.rmtree(part, ignore_errors=True)
    finally:
        pool.close()


def _built(reader: FileReader, folder: Path, progress: Progress, cancelled: Cancelled) -> Pyramid:
    """Write every level into a folder and return the manifest."""
    info = reader.info
    position = max(i for i, level in enumerate(info.levels) if level.origin in ("native", "overview"))
    base = info.levels[position]
    sizes = dict(enumerate(further_sizes(base.width, base.height), 1))
    n_planes = len(info.bands) + (info.mask == "mask")
    groups = list(_groups(info, base))
    with contextlib.ExitStack() as stack:
        files = [
            stack.enter_context(_created(folder / f"level{k}.tif", size, n_planes, info.dtype))
            for k, size in sizes.items()
        ]
        for done, group in enumerate(groups):

            def so_far(part: float, before: int = done) -> None:
                progress((before + part) / len(groups))

            _feed(reader, position, _Stage.chain(files, group, info), so_far, cancelled)
    levels = tuple(
        PyramidLevel(
            file=f"level{k}.tif", width=size[0], height=size[1], factor=(base.factor[0] * 2**k, base.factor[1] * 2**k)
        )
        for k, size in sizes.items()
    )
    has_mask = info.mask == "mask"
    return Pyramid(version=VERSION, source=Path(reader.name).name, has_mask=has_mask, block=BLOCK, levels=levels)


def _groups(info: RasterInfo, base: Level) -> Iterator[tuple[int, ...]]:
    """Yield the planes that are built in one pass within the memory allowed."""
    n_planes = len(info.bands) + (info.mask == "mask")
    plane_bytes = BLOCK * base.width * np.dtype(info.dtype).itemsize
    together = max(1, min(n_planes, _MOST_BUFFER_BYTES // plane_bytes))
    for first in range(0, n_planes, together):
        yield tuple(range(first + 1, min(first + together, n_planes) + 1))


def _feed(reader: FileReader, level: int, stage: _Stage, progress: Progress, cancelled: Cancelled) -> None:
    """Push all rows of a level of the source through the stages."""
    info, planes = reader.info, stage.planes
    base = info.levels[level]
    bands = tuple(plane for plane in planes if plane <= len(info.bands)) or (1,)
    rows, columns = _piece(base, len(bands) * np.dtype(info.dtype).itemsize)
    for top in range(0, base.height, rows):
        height = min(rows, base.height - top)
        strip = np.empty((len(planes), (height + 1) // 2, (base.width + 1) // 2), dtype=info.dtype)
        for left in range(0, base.width, columns):
            if cancelled():
                raise JobCancelled(f"building overviews of {Path(reader.name).name} was cancelled")
            width = min(columns, base.width - left)
            data, valid = _tolerant(reader, level, Window(left, top, width, height), bands)
            if planes[-1] > len(info.bands):
                data = np.concatenate([data[: len(planes) - 1], valid[None].astype(info.dtype)])
            strip[:, :, left // 2 : left // 2 + (width + 1) // 2] = reduced(data, planes, info)
        stage.push(strip)
        progress((top + height) / base.height)
    stage.finish()


def _tolerant(reader: FileReader, level: int, window: Window, bands: tuple[int, ...]) -> tuple[Data, Valid]:
    """Read a window; blocks that cannot be decoded become nodata (else 0), so one broken tile costs one tile."""
    info, (block_width, block_height) = reader.info, reader.info.levels[level].block
    try:
        pixels = reader.read(level, window, bands)
        everywhere = np.ones((window.height, window.width), np.bool_)
        return pixels.data.astype(info.dtype, copy=False), everywhere if pixels.valid is None else pixels.valid
    except AssetMissing:
        raise
    except RasterError:
        fills = [info.bands[band - 1].nodata for band in bands]
        data = np.zeros((len(bands), window.height, window.width), dtype=info.dtype)
        for plane, fill in zip(data, fills, strict=True):
            plane[:] = number_of(fill) if fill is not None and is_storable(fill, info.dtype) else 0
        valid = np.zeros((window.height, window.width), np.bool_)
    for row in range(window.row, window.row + window.height, block_height):
        for col in range(window.col, window.col + window.width, block_width):
            width = min(block_width, window.col + window.width - col)
            height = min(block_height, window.row + window.height - row)
            with contextlib.suppress(RasterError):
                pixels = reader.read(level, Window(col, row, width, height), bands)
                down = slice(row - window.row, row - window.row + height)
                across = slice(col - window.col, col - window.col + width)
                data[:, down, across] = pixels.data
                valid[down, across] = True if pixels.valid is None else pixels.valid
    return data, valid


def _piece(base: Level, bytes_per_pixel: int) -> tuple[int, int]:
    """Return (rows, columns) of one read: whole blocks, even, full width where memory allows, so blocks decode once."""
    block_width, block_height = base.block
    step = block_height if block_height % 2 == 0 else 2 * block_height
    rows = step * max(1, min(BLOCK // step, _MOST_READ_BYTES // (base.width * bytes_per_pixel * step)))
    if block_width >= base.width:
        return rows, base.width
    across = block_width if block_width % 2 == 0 else 2 * block_width
    return rows, across * max(1, _MOST_READ_BYTES // (rows * bytes_per_pixel * across))


def reduced(data: Data, planes: tuple[int, ...], info: RasterInfo) -> Data:
    """Return planes at half the resolution, each averaged over its own valid pixels.

    Args:
        data: Shape (planes, h, w).
        planes: 1-based bands; the number after the last band is the mask, 0 or 1.
        info: What the bands are. Where it has an alpha band or a mask, that is among the planes.
    """
    mask_plane = len(info.bands) + 1
    judge = info.alpha if info.mask == "alpha" else mask_plane if info.mask == "mask" else None
    shared = data[planes.index(judge)] != 0 if judge is not None else None
    if shared is not None and shared.all():
        shared = None
    small = []
    for plane, index in zip(data, planes, strict=True):
        if index == mask_plane:
            small.append(halved_any(plane != 0).astype(data.dtype))
        elif info.is_categorical:
            small.append(halved_nearest(plane))
        elif index == judge:
            small.append(halved(plane, None, None))
        elif judge is not None:
            small.append(halved(plane, shared, None))
        else:
            small.append(_by_nodata(plane, info.bands[index - 1]))
    return np.stack(small)


def _by_nodata(plane: Plane, band: Band) -> Plane:
    """Return a plane halved over what is neither nodata nor NaN; nodata (else NaN) where nothing is left."""
    lost = is_nodata(plane, band.nodata)
    if not lost.any():
        return halved(plane, None, None)
    return halved(plane, ~lost, np.nan if band.nodata is None else number_of(band.nodata))


class _Stage:
    """One level being written, from top to bottom, and what feeds the next."""

    def __init__(self, file: Any, written: tuple[int, ...], info: RasterInfo, following: _Stage | None) -> None:
        self._file, self._written, self._info, self._following = file, written, info, following
        judge = {"alpha": info.alpha, "mask": len(info.bands) + 1}.get(info.mask)
        self.planes = tuple(sorted({*written, judge} - {None})) if judge else written
        """What is pushed: the planes written here and the one that judges validity."""
        self._pending: list[Data] = []
        self._n_pending = self._row = 0

    @classmethod
    def chain(cls, files: list[Any], written: tuple[int, ...], info: RasterInfo) -> _Stage:
        """Return the first of the stages that write a group of planes into each level."""
        stage = cls(files[-1], written, info, None)
        for file in reversed(files[:-1]):
            stage = cls(file, written, info, stage)
        return stage

    def push(self, rows: Data) -> None:
        """Take rows (planes, n, w) that follow the last ones."""
        self._pending.append(rows)
        self._n_pending += rows.shape[1]
        while self._n_pending >= BLOCK:
            together = np.concatenate(self._pending, axis=1) if len(self._pending) > 1 else self._pending[0]
            self._write(together[:, :BLOCK])
            rest = together[:, BLOCK:]
            self._pending, self._n_pending = [rest] if rest.shape[1] else [], rest.shape[1]

    def finish(self) -> None:
        """Write what is left, here and in all following stages."""
        if self._n_pending:
            self._write(np.concatenate(self._pending, axis=1))
        if self._following is not None:
            self._following.finish()

    def _write(self, rows: Data) -> None:
        _, height, width = rows.shape
        own = [position for position, plane in enumerate(self.planes) if plane in self._written]
        self._file.write(rows[own], list(self._written), window=GdalWindow(0, self._row, width, height))
        self._row += height
        if self._following is not None:
            self._following.push(reduced(rows, self.planes, self._info))


def _created(path: Path, size: tuple[int, int], n_planes: int, dtype: str) -> Any:
    """Create an empty level: tiled, one band after the other, zstd (fast to read, a third of the bytes)."""
    options = {"predictor": 2} if "int" in dtype else {}
    with rasterio.Env(GDAL_CACHEMAX=_MOST_READ_BYTES):
        return rasterio.open(
            path, "w", driver="GTiff", width=size[0], height=size[1], count=n_planes, dtype=dtype, tiled=True,
            blockxsize=BLOCK, blockysize=BLOCK, compress="zstd", zstd_level=1, interleave="band", bigtiff="if_safer",
            num_threads=2, transform=rasterio.Affine.scale(2), **options,
        )  # fmt: skip


def _published(part: Path, target: Path, cache_dir: Path, key: str) -> Pyramid | None:
    """Give the finished folder its name; when another process was faster, its pyramid is as good."""
    if find_pyramid(cache_dir, key) is None:
        shutil.rmtree(target, ignore_errors=True)  # of an older version, or damaged
        with contextlib.suppress(OSError):
            part.rename(target)
    return find_pyramid(cache_dir, key)


def _remove_stale(target: Path) -> None:
    """Remove what killed builds of this raster left behind, unless somebody still writes to it."""
    for part in target.parent.glob(f"{target.name}.*.part"):
        newest = max((path.stat().st_mtime for path in (part, *part.iterdir())), default=0.0)
        if time.time() - newest > _STALE_SECONDS:
            shutil.rmtree(part, ignore_errors=True)
