"""The grids on which label tiles are cut, and how the frames of a scene lie on them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np

from geo3d.errors import FrameError, NotFound
from geo3d.geometry import Frame, MapFrame, PixelFrame
from geo3d.geometry.array import Array
from geo3d.geometry.tree import FrameTree, Transform
from geo3d.labels import Scene
from geo3d.raster.grid import Cell, Grid, matrix_grid
from geo3d.store import Bounds

FRAME = "frame"
"""Begins the names of frame grids: ``frame:ID``."""
TILE_PIXELS = 256
BUFFER = 64 / 4096
"""How far labels reach beyond their tile, in tiles; as `vectortile.BUFFER`."""
_SIDE = 17
"""Positions along a side of the lattice on which a frame is held against a tile."""
_SPARE = 1 / 32
"""Room given to bounds found on a lattice, of their size: between its positions, edges may bulge."""
_TURNS = {"EPSG:3857": 2 * np.pi * 6_378_137, "EPSG:4326": 360.0, "OGC:CRS84": 360.0}
"""Width of the world in grids whose left and right edge are one line, the antimeridian."""


class FrameGrid(Grid):
    """The plane of a frame, whatever lies on it: zoom 0 is one cell of 2**27 units, each zoom halves it.

    It holds every projected CRS (metres or feet), every raster's pixels, degrees too; all its edges are exact numbers.
    The viewer has the same numbers in ``views/map/plane.ts``.
    """

    crs = None
    min_zoom = 0
    max_zoom = 48
    _HALF = 2.0**26

    def __init__(self, frame: Frame) -> None:
        """Divide the plane of a frame."""
        self.name = f"{FRAME}:{frame.id}"
        self._up = -1.0 if isinstance(frame, PixelFrame) else 1.0

    def shape(self, z: int) -> tuple[int, int]:
        """Return (columns, rows) of cells at a zoom."""
        self._check_zoom(z, self.max_zoom)
        return 1 << z, 1 << z

    def cell(self, z: int, x: int, y: int) -> Cell:
        """Return where a cell lies; row 0 is at the top, where a pixel frame has its lowest y."""
        self._check(z, x, y)
        side = 2 * self._HALF / (1 << z)
        return Cell(x * side - self._HALF, self._up * (self._HALF - y * side), side, -self._up * side)


@dataclass(frozen=True)
class Ground:
    """A tile grid and the frame that its coordinates are in."""

    grid: Grid
    frame: Frame

    @property
    def is_y_down(self) -> bool:
        """Whether y grows downwards: pixels."""
        return isinstance(self.frame, PixelFrame)

    def bounds(self, z: int, x: int, y: int) -> Bounds:
        """Return the bounds of a tile; neighbours share the very same numbers.

        Raises:
            NotFound: The grid has no such tile.
        """
        columns, rows = self.grid.shape(z)
        here = self.grid.cell(z, x, y)
        right = self.grid.cell(z, x + 1, y).left if x + 1 < columns else here.left + here.width
        below = self.grid.cell(z, x, y + 1).top if y + 1 < rows else here.top + here.height
        return here.left, min(here.top, below), right, max(here.top, below)

    def resolution(self, z: int) -> float:
        """Return units of the grid's frame per pixel at a zoom, for tiles of 256 pixels."""
        return self.grid.cell(z, 0, 0).width / TILE_PIXELS


def ground_of(scene: Scene, name: str) -> Ground:
    """Return the ground that an address names: ``frame:ID``, or a tile matrix set.

    Raises:
        NotFound: There is no such frame or set.
    """
    if name.startswith(f"{FRAME}:"):
        id = name.removeprefix(f"{FRAME}:")
        frame = next((frame for frame in scene.frames if frame.id == id), None)
        if not isinstance(frame, MapFrame | PixelFrame):
            raise NotFound(f"this scene has no map or pixel frame {id!r}")
        return Ground(FrameGrid(frame), frame)
    grid = matrix_grid(name)
    if grid.crs is None:
        raise NotFound(f"say which frame is meant: {FRAME}:ID")
    return Ground(grid, MapFrame(id=grid.crs, crs=grid.crs))


@dataclass(frozen=True)
class Way:
    """How a frame's labels come onto a ground."""

    transform: Transform
    """ground_from_frame."""
    reach: Bounds | None
    """Where all labels of the frame lie on the ground; None = nowhere."""
    extent: Bounds
    """Where they lie in their frame."""
    scale: float
    """Units of the ground per unit of the frame, at one place of the frame that stays the same for all tiles."""
    turn: float = 0.0
    """Where the labels lie across the antimeridian, the width of the world; else 0."""
    middle: float = 0.0
    """Where they do, x of the middle of `reach`: half a turn around it holds them in one piece."""

    def copies(self) -> tuple[Way, ...]:
        """Return this way and, where it crosses the antimeridian, those of the same labels a turn to either side."""
        if not self.turn or self.reach is None:
            return (self,)
        left, low, right, high = self.reach
        shifts = (-self.turn, 0.0, self.turn)
        return tuple(replace(self, reach=(left + by, low, right + by, high), middle=self.middle + by) for by in shifts)

    def project(self, positions: Array) -> Array:
        """Return positions of the frame on the ground; NaN where there is no answer."""
        found = self.transform(positions, strict=False)
        return _turned(found, self.turn, self.middle) if self.turn else found

    def window(self, tile: Bounds) -> Bounds | None:
        """Return bounds in the frame that hold whatever of its labels meets a tile; None = nothing does."""
        met = _met(tile, self.reach) if self.reach is not None else None
        if met is None or self.reach is None:
            return None
        if met == self.reach:
            return self.extent
        lattice = _lattice(met)
        if self.turn:
            lattice = _turned(lattice, self.turn, 0.0)
        found = _bounds_of(self.transform.inverse(lattice, strict=False))
        if found is None:  # the way back has gaps here: look at everything
            return self.extent
        return _met(_wider(found), self.extent)


def way_of(ground: Ground, scene: Scene, frame: str, extent: Bounds, centre: tuple[float, float]) -> Way | None:
    """Return how the labels of a frame come onto a ground; None where no way leads there.

    Args:
        ground: The ground.
        scene: Whose frames they are.
        frame: Id of the labels' frame.
        extent: Bounds of its labels.
        centre: Position of the frame at which one scale is taken for all tiles.
    """
    try:
        transform = _transform(scene.frames, ground.frame, frame)
    except FrameError:
        return None
    extent = _wider(extent)
    lattice = transform(_lattice(extent), strict=False)
    reach = _bounds_of(lattice)
    turn, middle = _TURNS.get(ground.frame.crs if isinstance(ground.frame, MapFrame) else "", 0.0), 0.0
    if turn and reach is not None and reach[2] - reach[0] > turn / 2:
        # x jumps from edge to edge? Then all lies within less than half a turn around the antimeridian.
        across = _bounds_of(_turned(lattice, turn, turn / 2))
        if across is not None and across[2] - across[0] < turn / 2:
            reach, middle = across, turn / 2
    if not middle:
        turn = 0.0
    step = max(extent[2] - extent[0], extent[3] - extent[1], 1e-9) * 1e-3
    around = np.array([centre, (centre[0] + step, centre[1]), (centre[0], centre[1] + step)])
    found = transform(around, strict=False)
    here, right, up = _turned(found, turn, middle) if turn else found
    scale = float(np.sqrt(abs(np.linalg.det(np.stack([right - here, up - here], axis=1))))) / step
    if not np.isfinite(scale) or scale == 0.0:
        if reach is None:
            return None
        scale = max(reach[2] - reach[0], 1e-9) / max(extent[2] - extent[0], 1e-9)
    return Way(transform, None if reach is None else _wider(reach), extent, scale, turn, middle)


@lru_cache(maxsize=512)
def _transform(frames: Sequence[Frame], ground: Frame, frame: str) -> Transform:
    known = {one.id for one in frames}
    return FrameTree([*frames, *([] if ground.id in known else [ground])]).transform(ground.id, frame)


def centre_of(scene: Scene, frame: str, extent: Bounds) -> tuple[float, float]:
    """Return a place of a frame that does not move with every edit: the middle of a raster, else of the labels."""
    for one in scene.frames:
        if isinstance(one, PixelFrame) and one.id == frame:
            return one.size[0] / 2, one.size[1] / 2
    for one in scene.frames:
        if isinstance(one, PixelFrame) and one.parent == frame:
            middle = np.array([[one.size[0] / 2, one.size[1] / 2]])
            found = FrameTree(scene.frames).transform(frame, one.id)(middle, strict=False)[0]
            if np.isfinite(found).all():
                return float(found[0]), float(found[1])
    return (extent[0] + extent[2]) / 2, (extent[1] + extent[3]) / 2


def _lattice(bounds: Bounds) -> Array:
    """Return positions all over a rectangle, its edges included, shape (n, 2)."""
    x, y = np.linspace(bounds[0], bounds[2], _SIDE), np.linspace(bounds[1], bounds[3], _SIDE)
    return np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)


def _bounds_of(positions: Array) -> Bounds | None:
    """Return the bounds of positions; None where none, or where some, are nowhere."""
    known = positions[np.isfinite(positions).all(axis=1)]
    if not len(known):
        return None
    low, high = known.min(axis=0), known.max(axis=0)
    return float(low[0]), float(low[1]), float(high[0]), float(high[1])


def _turned(positions: Array, turn: float, middle: float) -> Array:
    """Return positions with whole turns taken from x, so that it lies within half a turn of the middle."""
    x = positions[:, 0]
    return np.column_stack([x - turn * np.round((x - middle) / turn), positions[:, 1:]])


def _wider(bounds: Bounds) -> Bounds:
    """Return bounds with some room on every side."""
    x, y = (bounds[2] - bounds[0]) * _SPARE + 1e-9, (bounds[3] - bounds[1]) * _SPARE + 1e-9
    return bounds[0] - x, bounds[1] - y, bounds[2] + x, bounds[3] + y


def _met(one: Bounds, other: Bounds) -> Bounds | None:
    """Return what two rectangles share; None = nothing."""
    met = max(one[0], other[0]), max(one[1], other[1]), min(one[2], other[2]), min(one[3], other[3])
    return met if met[0] <= met[2] and met[1] <= met[3] else None
