"""How the pixels of a tile lie in the pixels of a raster.

The way of a tile pixel is: tile -> plane of the grid -> CRS of the raster -> pixel frame of the raster. It is computed
exactly for few points; between them a projective map stands in where it is nowhere more than `TOLERANCE` off, else a
mesh that is refined until it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final

import numpy as np
import numpy.typing as npt

from geo3d.raster.grid import Cell

TOLERANCE: Final = 0.125
"""Largest error of the approximation, in pixels of the tile."""

_PROBES = 5
_FIRST_MESH = 8

Positions = npt.NDArray[np.float64]
PixelFromPlane = Callable[[Positions], Positions]
"""Native pixels (n, 2), corner convention, of positions (n, 2) on a grid's plane; NaN rows where there is no answer."""


@dataclass(frozen=True, eq=False, slots=True)
class Way:
    """How the pixels of one tile lie in the native pixels of a raster, both corner convention."""

    size: tuple[int, int]
    """(width, height) of the tile."""
    matrix: npt.NDArray[np.float64] | None
    """Projective 3 x 3: native ~ matrix @ (column, row, 1). None = see `mesh`."""
    mesh: tuple[Positions, Positions] | None
    """Native columns and rows of every tile pixel's centre, both (height, width); NaN = nowhere."""
    bounds: tuple[float, float, float, float]
    """(left, top, right, bottom) in native pixels that contain the tile."""
    scale: tuple[float, float]
    """Native (columns, rows) that one pixel of the tile spans."""

    def centres(self) -> tuple[Positions, Positions]:
        """Return native columns and rows of every tile pixel's centre, both (height, width)."""
        if self.mesh is not None:
            return self.mesh
        assert self.matrix is not None
        m = self.matrix
        x = np.arange(self.size[0]) + 0.5
        y = (np.arange(self.size[1]) + 0.5)[:, np.newaxis]
        w = m[2, 0] * x + m[2, 1] * y + m[2, 2]
        return (m[0, 0] * x + m[0, 1] * y + m[0, 2]) / w, (m[1, 0] * x + m[1, 1] * y + m[1, 2]) / w


def find_way(cell: Cell, size: tuple[int, int], pixel_from_plane: PixelFromPlane) -> Way | None:
    """Find how a tile lies in a raster's native pixels.

    Args:
        cell: The piece of the plane that the tile shows.
        size: (width, height) of the tile in pixels.
        pixel_from_plane: The exact transform.

    Returns:
        The way, or None where no pixel of the tile has an answer.
    """
    probes = _lattice(_PROBES, cell, pixel_from_plane)
    if np.isfinite(probes).all():
        unit = _projective(probes[[0, 0, -1, -1], [0, -1, -1, 0]])
        if unit is not None:
            scale = _scale(probes, size)
            miss = np.abs(_apply(unit, _unit_lattice(_PROBES)) - probes.reshape(-1, 2)) / scale
            if miss.max() <= TOLERANCE:
                return Way(size, unit @ np.diag([1 / size[0], 1 / size[1], 1.0]), None, _bounds(probes, scale), scale)
    return _meshed(cell, size, pixel_from_plane)


@lru_cache(maxsize=16)
def _unit_lattice(n: int) -> Positions:
    u = np.linspace(0.0, 1.0, n)
    return np.stack(np.meshgrid(u, u), axis=-1).reshape(-1, 2)


def _lattice(n: int, cell: Cell, pixel_from_plane: PixelFromPlane) -> Positions:
    """Return the native positions of n x n points spread over a cell, corners included: (n, n, 2)."""
    unit = _unit_lattice(n)
    plane = np.array([cell.left, cell.top]) + unit * np.array([cell.width, cell.height])
    return pixel_from_plane(plane).reshape(n, n, 2)


def _projective(corners: Positions) -> npt.NDArray[np.float64] | None:
    """Return the projective map from the unit square (0,0) (1,0) (1,1) (0,1) to four corners; None if there is none.

    Source: Heckbert, Fundamentals of Texture Mapping and Image Warping (1989), section 2.2.3.
    """
    (x0, y0), (x1, y1), (x2, y2), (x3, y3) = corners.tolist()
    sx, sy = x0 - x1 + x2 - x3, y0 - y1 + y2 - y3
    dx1, dy1, dx2, dy2 = x1 - x2, y1 - y2, x3 - x2, y3 - y2
    determinant = dx1 * dy2 - dx2 * dy1
    if determinant == 0.0:
        return None
    g, h = (sx * dy2 - dx2 * sy) / determinant, (dx1 * sy - sx * dy1) / determinant
    if abs(g) < 1e-12 and abs(h) < 1e-12:
        g = h = 0.0
    return np.array([[x1 - x0 + g * x1, x3 - x0 + h * x3, x0], [y1 - y0 + g * y1, y3 - y0 + h * y3, y0], [g, h, 1.0]])


def _apply(matrix: npt.NDArray[np.float64], positions: Positions) -> Positions:
    found = positions @ matrix[:, :2].T + matrix[:, 2]
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(found[:, :2] / found[:, 2:])


def _scale(lattice: Positions, size: tuple[int, int]) -> tuple[float, float]:
    """Return how many native columns and rows one tile pixel spans, as the median over the lattice.

    A turned tile spans columns with both of its axes: the larger counts.
    """
    n = lattice.shape[0] - 1
    across = np.abs(lattice[:, 1:] - lattice[:, :-1]).reshape(-1, 2) * (n / size[0])
    down = np.abs(lattice[1:] - lattice[:-1]).reshape(-1, 2) * (n / size[1])
    columns, rows = (max(_median(across[:, i]), _median(down[:, i]), 1e-9) for i in (0, 1))
    return columns, rows


def _median(values: Positions) -> float:
    finite = np.sort(values[np.isfinite(values)])
    return float(finite[len(finite) // 2]) if len(finite) else 1.0


def _bounds(lattice: Positions, scale: tuple[float, float]) -> tuple[float, float, float, float]:
    """Return bounds of what lies between the positions of a lattice, with a margin for the approximation."""
    some = lattice.reshape(-1, 2)
    low, high = np.nanmin(some, axis=0), np.nanmax(some, axis=0)
    dx, dy = 1.0 + scale[0], 1.0 + scale[1]
    return float(low[0]) - dx, float(low[1]) - dy, float(high[0]) + dx, float(high[1]) + dy


def _meshed(cell: Cell, size: tuple[int, int], pixel_from_plane: PixelFromPlane) -> Way | None:
    """Find the way by the coarsest mesh that is good enough, else pixel by pixel."""
    n = _FIRST_MESH
    while n * 2 <= min(size):
        nodes = _lattice(n + 1, cell, pixel_from_plane)
        exact = _lattice(n * 2, _between(cell, n * 2), pixel_from_plane)
        if not (np.isfinite(exact).all() and np.isfinite(nodes).all()):
            break  # the edge of a projection runs through the tile: it is where it is to the pixel
        scale = _scale(nodes, size)
        between = np.stack(_spread(nodes, (n * 2, n * 2)), axis=-1)
        if (np.abs(between - exact) / scale).max() <= TOLERANCE:
            return Way(size, None, _spread(nodes, size), _bounds(nodes, scale), scale)
        n *= 2
    every = _centres_of(cell, size, pixel_from_plane)
    if not np.isfinite(every).any():
        return None
    step = every[:: max(1, size[1] // 32), :: max(1, size[0] // 32)]
    scale = _scale(step, (step.shape[0] - 1,) * 2)
    scale = (scale[0] / max(1, size[0] // 32), scale[1] / max(1, size[1] // 32))
    return Way(size, None, (every[..., 0].copy(), every[..., 1].copy()), _bounds(every, scale), scale)


def _centres_of(cell: Cell, size: tuple[int, int], pixel_from_plane: PixelFromPlane) -> Positions:
    """Return the exact native position of every pixel's centre, (height, width, 2)."""
    x = (np.arange(size[0]) + 0.5) / size[0] * cell.width + cell.left
    y = (np.arange(size[1]) + 0.5) / size[1] * cell.height + cell.top
    plane = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return pixel_from_plane(plane).reshape(size[1], size[0], 2)


def _between(cell: Cell, n: int) -> Cell:
    """Return the cell whose corners are the centres of the outermost of n x n parts."""
    dx, dy = cell.width / n, cell.height / n
    return Cell(cell.left + dx / 2, cell.top + dy / 2, cell.width - dx, cell.height - dy)


def _spread(nodes: Positions, size: tuple[int, int]) -> tuple[Positions, Positions]:
    """Interpolate nodes at the corners of a mesh to the centres of size[0] x size[1] pixels: columns and rows.

    Written out instead of as a matrix product: the threads that a BLAS starts for one cost more than it saves.
    """
    row, share_y = _between_nodes(nodes.shape[0], size[1])
    column, share_x = _between_nodes(nodes.shape[1], size[0])

    def spread(plane: Positions) -> Positions:
        down = plane[row] + (plane[row + 1] - plane[row]) * share_y[:, np.newaxis]
        found = np.take(down, column, axis=1)
        found += np.take(np.diff(down, axis=1), column, axis=1) * share_x
        return found

    return spread(nodes[..., 0]), spread(nodes[..., 1])


@lru_cache(maxsize=64)
def _between_nodes(n_nodes: int, n_pixels: int) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.float64]]:
    """Return, for each pixel's centre, the node before it and its share of the way to the next."""
    at = (np.arange(n_pixels) + 0.5) / n_pixels * (n_nodes - 1)
    before = np.minimum(at.astype(np.intp), n_nodes - 2)
    return before, at - before
