"""The pixels of one tile of any grid, from any raster."""

from __future__ import annotations

import math
import threading
from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import numpy as np

from geo3d.geometry.transform import Solved, solved
from geo3d.raster.block import BlockCache
from geo3d.raster.blockreader import BlockReader
from geo3d.raster.codec import is_lossy
from geo3d.raster.grid import NATIVE, Cell, Grid
from geo3d.raster.info import Level, RasterInfo
from geo3d.raster.patch import Patch, stacked, without
from geo3d.raster.picked import PickedLevels
from geo3d.raster.pixels import Window
from geo3d.raster.resample import reduced, sample, thinned
from geo3d.raster.route import Bounds, map_route, native_route
from geo3d.raster.source import Raster
from geo3d.raster.warp import TOLERANCE, PixelFromPlane, Way, find_way

_SHARPER: Final = 1.2
"""A level may be this much coarser than the tile: a slight blur costs a quarter of the blocks of the next finer one."""

_MOST_PIXELS: Final = 6 * 2**20
"""Pixels that a tile may decode of a raster that lacks overviews; above, single pixels are picked until it has some."""

_STRIPE_PIXELS: Final = 4 * 2**20
"""Pixels read at once where a raster without overviews must be averaged over a large window."""


@dataclass(frozen=True, slots=True)
class Want:
    """What of the pixels is wanted, and how."""

    bands: tuple[int, ...]
    """1-based, in the order wanted."""
    nearest: bool = False
    """Take source pixels as they are instead of mixing them."""
    margin: int = 0
    """Pixels to add on every side."""
    nodata: float | None = None
    """One more value that means no data."""
    exact: bool = False
    """The values must be what GDAL reads, also of lossy blocks that two decoders read differently."""


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
        self._routes: dict[str, tuple[PixelFromPlane, Bounds | None]] = {}
        self._picked = PickedLevels(raster, self.blocks, cache)
        self._lock = threading.Lock()

    def read(self, grid: Grid, z: int, x: int, y: int, size: int, want: Want) -> Patch | None:
        """Read the pixels of a tile.

        Args:
            grid: The raster's native grid or a tile matrix set.
            z: Zoom.
            x: Column of the cell.
            y: Row of the cell.
            size: Pixels on a side.
            want: Which bands, and how.

        Returns:
            (size + 2 * margin) pixels on a side; None when the raster has nothing there.

        Raises:
            NotFound: The grid has no such cell.
            CrsError: The raster cannot be brought onto this grid.
            RasterError: A block is damaged.
        """
        return self.read_square(grid, grid.cell(z, x, y), size, want)

    def read_square(self, grid: Grid, cell: Cell, size: int, want: Want) -> Patch | None:
        """Read the pixels of any piece of a grid's plane that is drawn as a square; as `read`."""
        if want.margin:
            dx, dy = want.margin * cell.width / size, want.margin * cell.height / size
            cell = Cell(cell.left - dx, cell.top - dy, cell.width + 2 * dx, cell.height + 2 * dy)
            size += 2 * want.margin
        return self.read_cell(grid, cell, (size, size), want)

    def read_cell(self, grid: Grid, cell: Cell, size: tuple[int, int], want: Want) -> Patch | None:
        """Read the pixels of any rectangle of a grid's plane; as `read`, without margin."""
        way = self.way(grid, cell, size)
        if way is None:
            return None
        left, top, right, bottom = way.bounds
        if right <= 0 or bottom <= 0 or left >= self.info.width or top >= self.info.height:
            return None
        level = self._level_for(way, want.nearest)
        if grid.crs is None and size[0] == size[1]:
            straight = self._cut_out(cell, size[0], level, want)
            if straight is not None:
                return straight
        return self._drawn(way, level, want)

    def way(self, grid: Grid, cell: Cell, size: tuple[int, int]) -> Way | None:
        """Find how a tile lies in native pixels; None when the raster is not there.

        Raises:
            CrsError: The raster cannot be brought onto this grid.
        """
        pixel_from_plane, bounds = self._route(grid)
        if bounds is not None:
            # bounds of a lattice of points: the outline may bulge a little beyond
            dx, dy = 0.05 * (bounds[2] - bounds[0]), 0.05 * (bounds[3] - bounds[1])
            y0, y1 = sorted((cell.top, cell.top + cell.height))
            is_beside = cell.left + cell.width < bounds[0] - dx or cell.left > bounds[2] + dx
            if is_beside or y1 < bounds[1] - dy or y0 > bounds[3] + dy:
                return None
        return find_way(cell, size, pixel_from_plane)

    def plane_bounds(self, grid: Grid) -> Bounds | None:
        """Return (left, bottom, right, top) of the raster on a grid's plane; None = not known, perhaps everywhere.

        Raises:
            CrsError: The raster cannot be brought onto this grid.
        """
        return self._route(grid)[1]

    def read_level(self, level: int, window: Window, want: Want) -> Patch:
        """Read a window of a level, from its blocks where we understand them, else through GDAL.

        Args:
            level: Index of the level.
            window: Inside the level.
            want: Bands, nodata and exactness count.

        Raises:
            RasterError: A block is damaged.
        """
        place = self.blocks.levels[level]
        if place is not None and not (want.exact and is_lossy(place.directory)):
            return without(self.blocks.read(level, window, want.bands), want.nodata)
        if self.info.levels[level].origin == "sampled":
            patch = self._picked.read(level, window, want.bands)
            if patch is not None:
                return without(patch, want.nodata)
        pixels = self.raster.read(level, window, want.bands)
        return without(Patch(pixels.data, False, pixels.valid), want.nodata)

    def _route(self, grid: Grid) -> tuple[PixelFromPlane, Bounds | None]:
        """Return the exact way from a grid's plane to native pixels, and where on the plane the raster lies."""
        route = self._routes.get(grid.name)
        if route is None:
            with self._lock:
                route = native_route(self.info) if grid.name == NATIVE else map_route(self.info, self._solved, grid)
                self._routes[grid.name] = route
        return route

    def _level_for(self, way: Way, nearest: bool) -> int:
        """Return the coarsest level that is sharp enough for a tile."""
        limit = min(way.scale) * (1.05 if nearest else _SHARPER)
        fine = [i for i, level in enumerate(self.info.levels) if i == 0 or max(level.factor) <= limit]
        best = [i for i in fine if self.info.levels[i].origin != "sampled"][-1]
        return best if self._cost(way, self.info.levels[best]) <= _MOST_PIXELS else fine[-1]

    def _cost(self, way: Way, level: Level) -> float:
        """Return how many pixels of a level must be decoded for a tile."""
        left, top, right, bottom = way.bounds
        columns = (min(right, self.info.width) - max(left, 0)) / level.factor[0] + level.block[0]
        rows = (min(bottom, self.info.height) - max(top, 0)) / level.factor[1] + level.block[1]
        return min(columns, level.width) * min(rows, level.height)

    def _cut_out(self, cell: Cell, size: int, level: int, want: Want) -> Patch | None:
        """Return the pixels of a level as they are, if they are the tile's own; None when they must be resampled."""
        place = self.info.levels[level]
        step = cell.width / size
        col, row = round(cell.left / step), round(cell.top / step)
        if cell.left / step != col or cell.top / step != row or col < 0 or row < 0:
            return None
        width, height = min(size, place.width - col), min(size, place.height - row)
        drift = max(abs((n + size) * (step / f - 1)) for n, f in zip((col, row), place.factor, strict=True))
        if drift > TOLERANCE or width <= 0 or height <= 0:
            return None
        patch = self.read_level(level, Window(col, row, width, height), want)
        return patch if (width, height) == (size, size) else _padded(patch, size)

    def _drawn(self, way: Way, level: int, want: Want) -> Patch | None:
        """Draw a tile from the pixels of a level."""
        place = self.info.levels[level]
        ratios = [scale / factor for scale, factor in zip(way.scale, place.factor, strict=True)]
        kx, ky = (1 if ratio < 1.9 else math.floor(ratio + 0.1) for ratio in ratios)
        factor = (place.factor[0] * kx, place.factor[1] * ky)
        col0, width = _span(way.bounds[0], way.bounds[2], factor[0], place.width, kx)
        row0, height = _span(way.bounds[1], way.bounds[3], factor[1], place.height, ky)
        if width <= 0 or height <= 0:
            return None

        def shrunk(window: Window) -> Patch:
            return (thinned if want.nearest else reduced)(self.read_level(level, window, want), kx, ky)

        patch = _in_stripes(Window(col0, row0, width, height), ky, shrunk)
        clip = (float(self.info.width), float(self.info.height))
        drawn = sample(patch, way, (col0 / kx, row0 / ky), factor, nearest=want.nearest, clip=clip)
        return None if drawn.valid is not None and not drawn.valid.any() else drawn


def _in_stripes(window: Window, ky: int, shrunk: Callable[[Window], Patch]) -> Patch:
    """Shrink a window in stripes of whole ky rows, so that memory stays bounded."""
    rows = max(ky, _STRIPE_PIXELS // window.width // ky * ky)
    stripes = [
        shrunk(Window(window.col, row, window.width, min(rows, window.row + window.height - row)))
        for row in range(window.row, window.row + window.height, rows)
    ]
    return stacked(stripes)


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
