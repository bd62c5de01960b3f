"""What a web-ready copy will look like: grid, levels, blocks, coding, and how its pixels are read."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass
from typing import Annotated, Final, Literal

import numpy as np
from pydantic import Field

from geo3d.errors import OptionError
from geo3d.geometry.frame import Affine
from geo3d.geometry.value import Value
from geo3d.raster.band import number_of
from geo3d.raster.blockcoder import BlockCoder, Compression
from geo3d.raster.cogwriter import Image, Tag
from geo3d.raster.copytags import copy_tags
from geo3d.raster.grid import CELL, WEB_MERCATOR, Cell, matrix_grid
from geo3d.raster.info import RasterInfo, RasterLink
from geo3d.raster.patch import Patch
from geo3d.raster.pixels import Window
from geo3d.raster.resample import reduced, thinned
from geo3d.raster.tile import TileReader, Want

_JOB_PIXELS: Final = 2048
_JOB_BYTES: Final = 48 * 2**20
_BLOCK: Final = 512
_PLANAR_BLOCK: Final = 256
"""Smaller where each band has its own blocks: a tile of three bands decodes three blocks at least."""


class Optimisation(Value):
    """How a web-ready copy is made."""

    layout: Literal["native", "WebMercatorQuad"] = "native"
    """native = the raster's own pixels; WebMercatorQuad = warped onto the web's grid, so that blocks are its tiles."""
    compression: Compression = "zstd"
    """zstd and deflate lose nothing; jpeg and webp are small and need 8-bit gray or colour."""
    quality: Annotated[int, Field(ge=1, le=100)] = 85
    """Of jpeg and webp."""


@dataclass(frozen=True, slots=True)
class Job:
    """A rectangle of blocks of the finest level."""

    column: int
    row: int
    columns: int
    rows: int


@dataclass(frozen=True, eq=False)
class Plan:
    """Everything decided before the first pixel is read."""

    info: RasterInfo
    coder: BlockCoder
    block: int
    size: tuple[int, int]
    """(width, height) of the finest level; a multiple of ``2**(n_levels - 1)``, so that levels halve exactly."""
    n_levels: int
    is_native: bool
    has_mask: bool
    fill: float
    """Value of pixels without data."""
    images: tuple[Image, ...]
    """Directories in file order: each level, followed by its mask if there are masks."""
    jobs: tuple[Job, ...]
    read: Callable[[Job], Patch | None]
    """Gives the pixels of a job, a multiple of the block on each side; None = nothing there."""

    @property
    def images_per_level(self) -> int:
        """Directories for each level."""
        return 2 if self.has_mask else 1

    def blank(self) -> Patch:
        """Return a block without data, to be drawn on."""
        n, side = self.coder.n_bands, self.block
        shape = (n, side, side) if self.coder.is_planar else (side, side, n)
        data = np.full(shape, self.fill, self.coder.dtype)
        return Patch(data, not self.coder.is_planar, np.zeros((side, side), np.bool_))

    def area_from_below(self, level: int, column: int, row: int) -> int:
        """Return how many pixels of a block come from blocks of the finer level."""
        below = self.images[(level - 1) * self.images_per_level]
        half = self.block // 2
        width = min(self.block, below.across * half - column * self.block)
        height = min(self.block, below.down * half - row * self.block)
        return width * height

    def halved(self, patch: Patch) -> Patch:
        """Return a patch at half the resolution."""
        if self.info.is_categorical:
            return thinned(patch, 2, 2)
        small = reduced(patch, 2, 2)
        if small.data.dtype == patch.data.dtype:
            return small
        data = np.rint(small.data) if patch.data.dtype.kind in "ui" else small.data
        return Patch(data.astype(patch.data.dtype), small.is_interleaved, small.valid)

    def filled(self, patch: Patch, level: int) -> Patch:
        """Return a patch whose pixels without data have the value that says so.

        On the native grid the finest level stays as it is, what lies under the mask included.
        """
        if patch.valid is None or (self.is_native and level == 0):
            return patch
        known = patch.valid[:, :, np.newaxis] if patch.is_interleaved else patch.valid
        data = np.where(known, patch.data, np.array(self.fill, patch.data.dtype))
        return Patch(data, patch.is_interleaved, patch.valid)


def make_plan(reader: TileReader, options: Optimisation) -> Plan:
    """Decide how a copy is made.

    Raises:
        OptionError: The options do not fit the raster.
        CrsError: The raster cannot be brought onto the grid asked for.
    """
    info = reader.info
    bands, coder = _coding(info, options)
    keeps_alpha = info.mask == "alpha" and info.alpha in bands
    nodata = _nodata(info) if options.compression in ("zstd", "deflate") else None
    fill = 0.0 if nodata is None else nodata
    if options.layout == "native":
        layout = _native_layout(reader, bands, coder, fill)
    else:
        layout = _web_layout(reader, bands, coder)
    is_padded = options.layout != "native" or layout.size != (info.width, info.height)
    loses_nodata = info.mask in ("nodata", "nan") and nodata is None
    has_mask = not keeps_alpha and nodata is None and (is_padded or info.mask in ("mask", "alpha") or loses_nodata)
    common, first = copy_tags(info, bands, coder, layout.link, layout.crs, nodata)
    return Plan(
        info=info,
        coder=coder,
        block=layout.block,
        size=layout.size,
        n_levels=layout.n_levels,
        is_native=options.layout == "native",
        has_mask=has_mask,
        fill=fill,
        images=_images(layout, coder, has_mask, common, first),
        jobs=_jobs(layout),
        read=layout.read,
    )


@dataclass(frozen=True, eq=False)
class _Layout:
    """Where the pixels of the copy lie."""

    block: int
    size: tuple[int, int]
    n_levels: int
    link: RasterLink | None
    crs: str | None
    job: tuple[int, int]
    """(columns, rows) of blocks in a job."""
    read: Callable[[Job], Patch | None]


def _coding(info: RasterInfo, options: Optimisation) -> tuple[tuple[int, ...], BlockCoder]:
    """Return the bands of the copy and how they are coded."""
    every = tuple(band.index for band in info.bands)
    if options.compression in ("zstd", "deflate"):
        is_planar = len(every) > 4 or info.dtype != "uint8"
        return every, BlockCoder(options.compression, is_planar, len(every), info.dtype, options.quality)
    colors = tuple(band for band in every if band != info.alpha)
    keeps_alpha = options.compression == "webp" and len(colors) == 3 and info.alpha is not None
    bands = (*colors, info.alpha) if keeps_alpha and info.alpha is not None else colors
    allowed = (1, 3) if options.compression == "jpeg" else (3,)
    if info.dtype != "uint8" or len(colors) not in allowed or info.palette is not None:
        raise OptionError(
            f"{options.compression} needs 8-bit colours and this raster has {len(every)} bands of {info.dtype}; "
            "use zstd, which loses nothing",
            parameter="compression",
        )
    return bands, BlockCoder(options.compression, False, len(bands), "uint8", options.quality)


def _nodata(info: RasterInfo) -> float | None:
    """Return a value that can stand for "no data" in every band of a lossless copy."""
    words = {band.nodata for band in info.bands if band.index != info.alpha}
    if info.mask == "nan":
        return math.nan
    if info.mask == "nodata" and len(words) == 1 and None not in words:
        number = number_of(next(word for word in words if word is not None))
        return float(number)
    return None


def _native_layout(reader: TileReader, bands: tuple[int, ...], coder: BlockCoder, fill: float) -> _Layout:
    info, block = reader.info, _PLANAR_BLOCK if coder.is_planar else _BLOCK
    n_levels = 1 + max(0, math.ceil(math.log2(max(info.width, info.height) / block)))
    step = 1 << (n_levels - 1)
    size = (-(-info.width // step) * step, -(-info.height // step) * step)
    across = -(-size[0] // block)
    pixel_bytes = coder.n_bands * np.dtype(coder.dtype).itemsize
    is_striped = info.levels[0].block[0] >= info.width > _JOB_PIXELS
    if is_striped and across * block * block * pixel_bytes <= 4 * _JOB_BYTES:
        job = (across, 1)  # a strip is decoded once, not once for each column of blocks
    else:
        side = max(1, min(_JOB_PIXELS // block, math.isqrt(_JOB_BYTES // (block * block * pixel_bytes))))
        job = (1 << (side.bit_length() - 1),) * 2
    want = Want(bands)

    def read(job: Job) -> Patch | None:
        x, y = job.column * block, job.row * block
        width, height = min(job.columns * block, info.width - x), min(job.rows * block, info.height - y)
        if width <= 0 or height <= 0:
            return None
        patch = _laid_out(reader.read_level(0, Window(x, y, width, height), want), coder)
        return _enlarged(patch, (job.columns * block, job.rows * block), fill)

    return _Layout(block, size, n_levels, info.link or info.loose_link, info.crs, job, read)


def _web_layout(reader: TileReader, bands: tuple[int, ...], coder: BlockCoder) -> _Layout:
    """Return the tiles of WebMercatorQuad that the raster touches, aligned outwards so that levels halve exactly."""
    info, grid, block = reader.info, matrix_grid(WEB_MERCATOR), CELL
    bounds = reader.plane_bounds(grid)
    if bounds is None or bounds[2] - bounds[0] <= 0:
        raise OptionError(
            "this raster covers no finite part of the web's map; use the native layout", parameter="layout"
        )
    per_pixel = math.sqrt((bounds[2] - bounds[0]) * (bounds[3] - bounds[1]) / (info.width * info.height))
    whole = grid.cell(0, 0, 0)
    zoom = min(grid.max_zoom, max(0, round(math.log2(whole.width / CELL / per_pixel))))
    side = whole.width / (1 << zoom)
    x0, x1 = (math.floor((x - whole.left) / side) for x in (bounds[0], bounds[2]))
    y0, y1 = (math.floor((whole.top - y) / side) for y in (bounds[3], bounds[1]))
    rise = 0
    while max(x1 - x0, y1 - y0) >> rise > 1 and rise < zoom:
        rise += 1
    x0, y0 = max(0, x0 >> rise << rise), max(0, y0 >> rise << rise)
    across, down = ((x1 >> rise) + 1 << rise) - x0, ((y1 >> rise) + 1 << rise) - y0
    unit = side / CELL
    first = grid.cell(zoom, x0, y0)
    link = Affine(a=unit, b=0.0, c=first.left, d=0.0, e=-unit, f=first.top)
    want = Want(bands, nearest=info.is_categorical)

    def read(job: Job) -> Patch | None:
        corner = grid.cell(zoom, x0 + job.column, y0 + job.row)
        cell = Cell(corner.left, corner.top, side * job.columns, -side * job.rows)
        patch = reader.read_cell(grid, cell, (job.columns * block, job.rows * block), want)
        return None if patch is None else _laid_out(patch, coder)

    jobs = _JOB_PIXELS // block
    return _Layout(block, (across * block, down * block), rise + 1, link, grid.crs, (jobs, jobs), read)


def _laid_out(patch: Patch, coder: BlockCoder) -> Patch:
    """Return a patch in the layout and type in which the copy stores it."""
    data = patch.data
    if patch.is_interleaved == coder.is_planar:
        data = np.moveaxis(data, -1, 0) if coder.is_planar else np.moveaxis(data, 0, -1)
    if data.dtype != np.dtype(coder.dtype):
        data = (np.rint(data) if np.dtype(coder.dtype).kind in "ui" else data).astype(coder.dtype)
    return Patch(np.ascontiguousarray(data), not coder.is_planar, patch.valid)


def _enlarged(patch: Patch, size: tuple[int, int], fill: float) -> Patch:
    """Return a patch enlarged to (width, height) by pixels without data."""
    height, width = patch.shape
    if (width, height) == size:
        return patch
    shape = (size[1], size[0], patch.n_bands) if patch.is_interleaved else (patch.n_bands, size[1], size[0])
    data = np.full(shape, fill, patch.data.dtype)
    valid = np.zeros((size[1], size[0]), np.bool_)
    if patch.is_interleaved:
        data[:height, :width] = patch.data
    else:
        data[:, :height, :width] = patch.data
    valid[:height, :width] = True if patch.valid is None else patch.valid
    return Patch(data, patch.is_interleaved, valid)


def _images(
    layout: _Layout, coder: BlockCoder, has_mask: bool, common: tuple[Tag, ...], first: tuple[Tag, ...]
) -> tuple[Image, ...]:
    images: list[Image] = []
    planes = coder.n_bands if coder.is_planar else 1
    for level in range(layout.n_levels):
        width, height = layout.size[0] >> level, layout.size[1] >> level
        kind = Tag.of(254, 4, 1 if level else 0)
        own = (kind, *common, *(first if level == 0 else ()))
        images.append(Image(width, height, layout.block, planes, own))
        if has_mask:
            images.append(Image(width, height, layout.block, 1, _mask_tags(is_reduced=level > 0)))
    return tuple(images)


def _mask_tags(*, is_reduced: bool) -> tuple[Tag, ...]:
    """Return the entries of a mask: one bit per pixel, deflated, photometric interpretation 4."""
    values = ((258, 1), (259, 8), (262, 4), (277, 1), (284, 1))
    return (Tag.of(254, 4, 5 if is_reduced else 4), *(Tag.of(code, 3, value) for code, value in values))


def _jobs(layout: _Layout) -> tuple[Job, ...]:
    across, down = -(-layout.size[0] // layout.block), -(-layout.size[1] // layout.block)
    columns, rows = layout.job
    return tuple(
        Job(x, y, min(columns, across - x), min(rows, down - y))
        for y in range(0, down, rows)
        for x in range(0, across, columns)
    )
