"""Tile grids: how a plane is cut into numbered cells.

Two families. The **native grid** is a raster's own pixels: cell ``z = max_zoom`` holds 256 x 256 native pixels, each
lower zoom twice as many on a side, until one cell covers the raster; cell (0, 0) starts at the raster's first pixel and
``y`` counts downwards. The others are OGC **tile matrix sets** by morecantile's identifiers (``WebMercatorQuad``, ...).

A cell is the same piece of the plane whatever its size in pixels: 512 pixels (``@2x``) show it twice as sharp. So in
the native grid 512-pixel tiles reach native resolution one zoom earlier.
"""

from __future__ import annotations

import math
import warnings
from abc import ABC, abstractmethod
from dataclasses import dataclass
from functools import cached_property, lru_cache
from typing import TYPE_CHECKING, Final

from geo3d.errors import NotFound

if TYPE_CHECKING:
    from morecantile import TileMatrixSet

NATIVE: Final = "native"
"""Name of every raster's own grid."""

WEB_MERCATOR: Final = "WebMercatorQuad"
"""Name of the grid that web maps share."""

CELL: Final = 256
"""Pixels on a side of a cell of the native grid at `max_zoom`."""

TILE_SIZES: Final = (256, 512)
"""Sizes in pixels in which a cell can be asked for."""

_DEEPEST = 30
_WEB_MERCATOR_HALF = math.pi * 6378137.0


@dataclass(frozen=True, slots=True)
class Cell:
    """A piece of the plane: position = (left + u * width, top + v * height); u to the right, v down, both 0 to 1."""

    left: float
    top: float
    width: float
    height: float
    """Negative where the plane's y points up (every map)."""


class Grid(ABC):
    """A numbered division of a plane."""

    name: str
    """As it stands in URLs."""
    crs: str | None
    """CRS of the plane, x-y order; None = the native pixels of the raster."""
    min_zoom: int
    max_zoom: int

    @abstractmethod
    def cell(self, z: int, x: int, y: int) -> Cell:
        """Return where a cell lies.

        Raises:
            NotFound: The grid has no such cell.
        """

    @abstractmethod
    def shape(self, z: int) -> tuple[int, int]:
        """Return (columns, rows) of cells at a zoom.

        Raises:
            NotFound: The grid has no such zoom.
        """

    def _check(self, z: int, x: int, y: int) -> None:
        columns, rows = self.shape(z)
        if not (0 <= x < columns and 0 <= y < rows):
            raise NotFound(f"grid {self.name} has {columns} x {rows} tiles at zoom {z}; there is no tile {x}, {y}")

    def _check_zoom(self, z: int, deepest: int) -> None:
        if not self.min_zoom <= z <= deepest:
            raise NotFound(f"grid {self.name} has zooms {self.min_zoom} to {deepest}; there is no zoom {z}")


@dataclass(frozen=True)
class NativeGrid(Grid):
    """A raster's own pixels. The plane is its pixel frame: origin at the top-left corner, y down, unit = native pixel.

    >>> grid = NativeGrid(10980, 10980)
    >>> grid.max_zoom, grid.shape(0), grid.cell(6, 1, 2)
    (6, (1, 1), Cell(left=256.0, top=512.0, width=256.0, height=256.0))
    """

    width: int
    """Native columns."""
    height: int
    """Native rows."""
    name = NATIVE
    crs = None
    min_zoom = 0

    @cached_property
    def max_zoom(self) -> int:  # type: ignore[override]
        """Zoom at which a 256-pixel tile shows native pixels."""
        longest = max(self.width, self.height)
        return max(0, math.ceil(math.log2(longest / CELL))) if longest > CELL else 0

    def shape(self, z: int) -> tuple[int, int]:
        """Return (columns, rows) of cells at a zoom."""
        self._check_zoom(z, self.max_zoom)
        side = CELL << (self.max_zoom - z)
        return -(-self.width // side), -(-self.height // side)

    def cell(self, z: int, x: int, y: int) -> Cell:
        """Return where a cell lies, in native pixels."""
        self._check(z, x, y)
        side = float(CELL << (self.max_zoom - z))
        return Cell(x * side, y * side, side, side)


class WebMercatorGrid(Grid):
    """The grid that web maps share, in closed form and deeper than its registered 24 zooms: drones see millimetres."""

    name = WEB_MERCATOR
    crs = "EPSG:3857"
    min_zoom = 0
    max_zoom = _DEEPEST

    def shape(self, z: int) -> tuple[int, int]:
        """Return (columns, rows) of cells at a zoom."""
        self._check_zoom(z, _DEEPEST)
        return 1 << z, 1 << z

    def cell(self, z: int, x: int, y: int) -> Cell:
        """Return where a cell lies, in EPSG:3857 metres."""
        self._check(z, x, y)
        side = 2.0 * _WEB_MERCATOR_HALF / (1 << z)
        return Cell(x * side - _WEB_MERCATOR_HALF, _WEB_MERCATOR_HALF - y * side, side, -side)


class MatrixGrid(Grid):
    """A tile matrix set of morecantile."""

    def __init__(self, tms: TileMatrixSet, crs: str) -> None:
        """Wrap a set whose rows all have the same number of cells."""
        self.tms = tms
        self.name = str(tms.id)
        self.crs = crs
        self.min_zoom, self.max_zoom = tms.minzoom, tms.maxzoom
        self._origins: dict[int, Cell] = {}

    def shape(self, z: int) -> tuple[int, int]:
        """Return (columns, rows) of cells at a zoom."""
        self._check_zoom(z, self.max_zoom)
        matrix = self.tms.matrix(z)
        return int(matrix.matrixWidth), int(matrix.matrixHeight)

    def cell(self, z: int, x: int, y: int) -> Cell:
        """Return where a cell lies, in the set's CRS."""
        self._check(z, x, y)
        first = self._origins.get(z)
        if first is None:
            from morecantile import Tile

            bounds = self.tms.xy_bounds(Tile(0, 0, z))
            first = Cell(bounds.left, bounds.top, bounds.right - bounds.left, bounds.bottom - bounds.top)
            self._origins[z] = first
        return Cell(first.left + x * first.width, first.top + y * first.height, first.width, first.height)


@lru_cache(maxsize=64)
def matrix_grid(name: str) -> Grid:
    """Return the tile matrix set of this name.

    Raises:
        NotFound: There is none, or its rows differ in their number of cells; the message lists what there is.
    """
    if name == WEB_MERCATOR:
        return WebMercatorGrid()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        import morecantile  # a third of a second: only for grids that the web seldom asks for
        import pyproj

        if name not in morecantile.tms.list():
            raise NotFound(f"no grid is called {name!r}; there are: {NATIVE}, {', '.join(morecantile.tms.list())}")
        tms = morecantile.tms.get(name)
        if any(matrix.variableMatrixWidths for matrix in tms.tileMatrices):
            raise NotFound(f"grid {name} has rows of different lengths, which geo3d does not draw; use WorldCRS84Quad")
        crs = pyproj.CRS.from_user_input(tms.crs.to_wkt())
    authority = crs.to_authority()
    return MatrixGrid(tms, ":".join(authority) if authority else crs.to_wkt())


def grid_of(name: str, width: int, height: int) -> Grid:
    """Return the grid of this name for a raster of this size.

    Args:
        name: ``native`` or a tile matrix set.
        width: Native columns of the raster.
        height: Native rows of the raster.

    Raises:
        NotFound: No grid has this name.
    """
    return NativeGrid(width, height) if name == NATIVE else matrix_grid(name)


def zoom_for(grid: Grid, units_per_pixel: float) -> int:
    """Return the lowest zoom at which a 256-pixel tile is at least as sharp as this many plane units per pixel.

    >>> zoom_for(WebMercatorGrid(), 0.2985821417)
    19
    """
    for z in range(grid.min_zoom, grid.max_zoom + 1):
        if abs(grid.cell(z, 0, 0).width) / CELL <= units_per_pixel * 1.0001:
            return z
    return grid.max_zoom
