"""The pixels of one tile of any grid, from any raster."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from typing import Final

import numpy as np

from geo3d.errors import CrsError, FrameError
from geo3d.geometry.crs import crs_of, degrees_per_unit, is_geographic, transformer
from geo3d.geometry.transform import Solved, parent_from_pixel, pixel_from_parent, solved
from geo3d.raster.block import BlockCache
from geo3d.raster.blockreader import BlockReader
from geo3d.raster.grid import NATIVE, Cell, Grid
from geo3d.raster.info import Level, RasterInfo
from geo3d.raster.patch import Patch, without
from geo3d.raster.pixels import Window
from geo3d.raster.resample import reduced, sample, thinned
from geo3d.raster.source import Raster
from geo3d.raster.warp import TOLERANCE, PixelFromPlane, Positions, Way, find_way

_SHARPER: Final = 1.2
"""A level may be this much coarser than the tile: a slight blur costs a quarter of the blocks of the next finer one."""

_MOST_PIXELS: Final = 6 * 2**20
"""Pixels that a tile may decode of a raster that lacks overviews; above, single pixels are picked until it has some."""

_STRIPE_PIXELS: Final = 4 * 2**20
"""Pixels read at once where a raster without overviews must be averaged over a large window."""

Bounds = tuple[float, float, float, float]
Shrink = Callable[[Patch], Patch]


class TileReader:
    """Reads tiles of one raster. Thread-safe; keep it as long as the raster is open."""

    def __init__(self, raster: Raster, cache: BlockCache) -> None:
        """Look at the raster's levels.

        Args:
            raster: What to read.
            cache: Decoded blocks, shared by all rasters of a process.

        Raises:
            RasterRefused: The file's blocks are too large or its header lies.
            AssetMissing: The file is gone.
        """
        self.raster = raster
        self.blocks = BlockReader.of(raster, cache)
        self.info: RasterInfo = self.blocks.info
        self._solved: Solved | None = None if self.info.link is None else solved(self.info.link)
        self._ways: dict[str, tuple[PixelFromPlane, Bounds | None]] = {}
        self._lock = threading.Lock()

    def read(
        self,
        grid: Grid,
        z: int,
        x: int,
        y: int,
        size: int,
        bands: tuple[int, ...],
        *,
        nearest: bool = False,
        margin: int = 0,
        nodata: float | None = None,
    ) -> Patch | None:
        """Read the pixels of a tile.

        Args:
            grid: The raster's native grid or a tile matrix set.
            z: Zoom.
            x: Column of the cell.
            y: Row of the cell.
            size: Pixels on a side.
            bands: 1-based, in the order wanted.
            nearest: Take source pixels as they are instead of mixing them.
            margin: Pixels to add on every side.
            nodata: One more value that means no data.

        Returns:
            (size + 2 * margin) pixels on a side; None when the raster has nothing there.

        Raises:
            NotFound: The grid has no such cell.
            CrsError: The raster cannot be brought onto this grid.
            RasterError: A block is damaged.
        """
        cell = grid.cell(z, x, y)
        if margin:
            dx, dy = margin * cell.width / size, margin * cell.height / size
            cell = Cell(cell.left - dx, cell.top - dy, cell.width + 2 * dx, cell.height + 2 * dy)
            size += 2 * margin
        way = self.way(grid, cell, size)
        if way is None:
            return None
        left, top, right, bottom = way.bounds
        if right <= 0 or bottom <= 0 or left >= self.info.width or top >= self.info.height:
            return None
        level = self._level_for(way, nearest)
        if grid.crs is None:
            straight = self._cut_out(cell, size, level, bands, nodata)
            if straight is not None:
                return straight
        return self._drawn(way, level, bands, nearest, nodata)

    def way(self, grid: Grid, cell: Cell, size: int) -> Way | None:
        """Find how a tile lies in native pixels; None when the raster is not there."""
        pixel_from_plane, bounds = self._route(grid)
        if bounds is not None:
            x0, x1 = cell.left, cell.left + cell.width
            y0, y1 = sorted((cell.top, cell.top + cell.height))
            if x1 < bounds[0] or x0 > bounds[2] or y1 < bounds[1] or y0 > bounds[3]:
                return None
        return find_way(cell, (size, size), pixel_from_plane)

    def plane_bounds(self, grid: Grid) -> Bounds | None:
        """Return (left, bottom, right, top) of the raster on a grid's plane; None = not known, perhaps everywhere."""
        return self._route(grid)[1]

    def read_level(self, level: int, window: Window, bands: tuple[int, ...]) -> Patch:
        """Read a window of a level, from its blocks where we understand them, else through GDAL.

        Raises:
            RasterError: A block is damaged.
        """
        if self.blocks.levels[level] is not None:
            return self.blocks.read(level, window, bands)
        pixels = self.raster.read(level, window, bands)
        return Patch(pixels.data, False, pixels.valid)

    def _route(self, grid: Grid) -> tuple[PixelFromPlane, Bounds | None]:
        """Return the exact way from a grid's plane to native pixels, and where on the plane the raster lies."""
        route = self._ways.get(grid.name)
        if route is None:
            with self._lock:
                route = _native_route(self.info) if grid.name == NATIVE else _map_route(self.info, self._solved, grid)
                self._ways[grid.name] = route
        return route

    def _level_for(self, way: Way, nearest: bool) -> int:
        """Return the coarsest level that is sharp enough for a tile."""
        spare = 1.05 if nearest else _SHARPER
        limit = min(way.scale) * spare
        fine = [i for i, level in enumerate(self.info.levels) if i == 0 or max(level.factor) <= limit]
        real = [i for i in fine if self.info.levels[i].origin != "sampled"]
        best = real[-1]
        return best if self._cost(way, self.info.levels[best]) <= _MOST_PIXELS else fine[-1]

    def _cost(self, way: Way, level: Level) -> float:
        """Return how many pixels of a level must be decoded for a tile."""
        left, top, right, bottom = way.bounds
        columns = (min(right, self.info.width) - max(left, 0)) / level.factor[0] + level.block[0]
        rows = (min(bottom, self.info.height) - max(top, 0)) / level.factor[1] + level.block[1]
        return min(columns, level.width) * min(rows, level.height)

    def _cut_out(self, cell: Cell, size: int, level: int, bands: tuple[int, ...], nodata: float | None) -> Patch | None:
        """Return the pixels of a level as they are, if they are the tile's own; None when they must be resampled."""
        place = self.info.levels[level]
        step = cell.width / size
        col, row = round(cell.left / step), round(cell.top / step)
        ends = (
            (col + size) * step / place.factor[0] - (col + size),
            (row + size) * step / place.factor[1] - (row + size),
        )
        if max(abs(end) for end in ends) > TOLERANCE or cell.left / step != col or cell.top / step != row:
            return None
        width, height = min(size, place.width - col), min(size, place.height - row)
        if width <= 0 or height <= 0 or col < 0 or row < 0:
            return None
        patch = without(self.read_level(level, Window(col, row, width, height), bands), nodata)
        return patch if (width, height) == (size, size) else _padded(patch, size)

    def _drawn(self, way: Way, level: int, bands: tuple[int, ...], nearest: bool, nodata: float | None) -> Patch | None:
        """Draw a tile from the pixels of a level."""
        place = self.info.levels[level]
        ratios = [scale / factor for scale, factor in zip(way.scale, place.factor, strict=True)]
        kx, ky = (1 if ratio < 1.9 else math.floor(ratio + 0.1) for ratio in ratios)
        col0, width = _span(way.bounds[0], way.bounds[2], place.factor[0] * kx, place.width, kx)
        row0, height = _span(way.bounds[1], way.bounds[3], place.factor[1] * ky, place.height, ky)
        if width <= 0 or height <= 0:
            return None

        def shrink(stripe: Patch) -> Patch:
            return (thinned if nearest else reduced)(without(stripe, nodata), kx, ky)

        patch = self._shrunk(level, Window(col0, row0, width, height), bands, ky, shrink)
        factor = (place.factor[0] * kx, place.factor[1] * ky)
        clip = (float(self.info.width), float(self.info.height))
        drawn = sample(patch, way, (col0 / kx, row0 / ky), factor, nearest=nearest, clip=clip)
        return None if drawn.valid is not None and not drawn.valid.any() else drawn

    def _shrunk(self, level: int, window: Window, bands: tuple[int, ...], ky: int, shrink: Shrink) -> Patch:
        """Read a window and shrink it, in stripes of whole ky rows so that memory stays bounded."""
        rows = max(ky, _STRIPE_PIXELS // window.width // ky * ky)
        stripes: list[Patch] = []
        for row in range(window.row, window.row + window.height, rows):
            height = min(rows, window.row + window.height - row)
            stripes.append(shrink(self.read_level(level, Window(window.col, row, window.width, height), bands)))
        return stripes[0] if len(stripes) == 1 else _stacked(stripes)


def _span(low: float, high: float, factor: float, n: int, k: int) -> tuple[int, int]:
    """Return (first, count) of level pixels that cover an interval of native ones, two (reduced) pixels of margin.

    The first is a multiple of ``k``, so that neighbouring tiles average the same blocks.
    """
    first = max(0, math.floor(low / factor) - 2) * k
    last = min(n, (math.ceil(high / factor) + 2) * k)
    return first, last - first


def _padded(patch: Patch, size: int) -> Patch:
    """Return a patch enlarged to the right and below with pixels that are not valid."""
    height, width = patch.shape
    shape = (size, size, patch.n_bands) if patch.is_interleaved else (patch.n_bands, size, size)
    data = np.zeros(shape, patch.data.dtype)
    if patch.is_interleaved:
        data[:height, :width] = patch.data
    else:
        data[:, :height, :width] = patch.data
    valid = np.zeros((size, size), np.bool_)
    valid[:height, :width] = True if patch.valid is None else patch.valid
    return Patch(data, patch.is_interleaved, valid)


def _stacked(stripes: list[Patch]) -> Patch:
    """Return stripes one below the other."""
    first = stripes[0]
    valid = None
    if any(stripe.valid is not None for stripe in stripes):
        valid = np.concatenate([np.ones(s.shape, np.bool_) if s.valid is None else s.valid for s in stripes])
    data = np.concatenate([stripe.data for stripe in stripes], axis=0 if first.is_interleaved else 1)
    return Patch(data, first.is_interleaved, valid)


def _native_route(info: RasterInfo) -> tuple[PixelFromPlane, Bounds]:
    return (lambda positions: positions), (0.0, 0.0, float(info.width), float(info.height))


def _map_route(info: RasterInfo, link: Solved | None, grid: Grid) -> tuple[PixelFromPlane, Bounds | None]:
    """Return the way from a map grid into the raster, and the raster's bounds on the grid's plane."""
    if info.crs is None or link is None or grid.crs is None:
        raise CrsError(
            f"this raster does not say where it lies, so it has no place in {grid.name}; use its native grid"
        )
    crs, plane = info.crs, grid.crs
    transformer(crs, plane, flat=True)  # says so at once when there is no way, e.g. to another planet
    outline = _lattice_of(info)
    centre = parent_from_pixel(link, outline.mean(axis=0, keepdims=True), strict=False)
    shift = _turner(crs, float(centre[0, 0]))

    def pixel_from_plane(positions: Positions) -> Positions:
        x, y = transformer(crs, plane, flat=True).transform(positions[:, 0], positions[:, 1])
        return pixel_from_parent(link, np.stack([shift(np.asarray(x)), y], axis=1), strict=False)

    return pixel_from_plane, _bounds_on(plane, crs, parent_from_pixel(link, outline, strict=False))


def _turner(crs: str, centre: float) -> Callable[[Positions], Positions]:
    """Return what brings longitudes within half a turn of the raster: files run from 0 to 360, or past 180."""
    if not is_geographic(crs_of(crs)) or not math.isfinite(centre):
        return lambda longitudes: longitudes
    turn = 360.0 / degrees_per_unit(crs_of(crs))
    return lambda longitudes: longitudes - turn * np.round((longitudes - centre) / turn)


def _lattice_of(info: RasterInfo) -> Positions:
    """Return native positions spread over the raster, its outline included: (441, 2)."""
    u = np.linspace(0.0, 1.0, 21)
    return np.stack(np.meshgrid(u * info.width, u * info.height), axis=-1).reshape(-1, 2)


def _bounds_on(plane: str, crs: str, parent: Positions) -> Bounds | None:
    """Return the bounds on a plane with a generous margin; None where some position has no answer there."""
    try:
        x, y = transformer(plane, crs, flat=True).transform(parent[:, 0], parent[:, 1])
    except FrameError:
        return None
    found = np.stack([x, y], axis=1)
    if not np.isfinite(found).all():
        return None
    low, high = found.min(axis=0), found.max(axis=0)
    margin = (high - low) * 0.05
    (left, bottom), (right, top) = (low - margin).tolist(), (high + margin).tolist()
    return left, bottom, right, top
