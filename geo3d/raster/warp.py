"""From the pixels of a tile to the pixels of a raster, and the pixels back.

The way of a tile pixel is: tile -> plane of the grid -> CRS of the raster -> pixel frame of the raster. It is computed
exactly for few points; between them a projective map stands in where it is nowhere more than `TOLERANCE` off, else a
mesh that is refined until it is.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from geo3d.raster.grid import Cell
from geo3d.raster.patch import Array, Mask, Patch, all_or

TOLERANCE: Final = 0.125
"""Largest error of the approximation, in pixels of the tile."""

_PROBES = 5
_FIRST_MESH = 8
_NO_SECOND_MAP = np.empty(0, np.float32)

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
    mesh: Positions | None
    """Native position of every tile pixel's centre, (height, width, 2); NaN = nowhere."""
    bounds: tuple[float, float, float, float]
    """(left, top, right, bottom) in native pixels that contain the tile."""
    scale: tuple[float, float]
    """Native (columns, rows) that one pixel of the tile spans."""

    def centres(self) -> Positions:
        """Return the native position of every tile pixel's centre, (height, width, 2)."""
        if self.mesh is not None:
            return self.mesh
        assert self.matrix is not None
        m = self.matrix
        x = np.arange(self.size[0]) + 0.5
        y = (np.arange(self.size[1]) + 0.5)[:, np.newaxis]
        w = m[2, 0] * x + m[2, 1] * y + m[2, 2]
        return np.stack([(m[0, 0] * x + m[0, 1] * y + m[0, 2]) / w, (m[1, 0] * x + m[1, 1] * y + m[1, 2]) / w], axis=-1)


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
                matrix = unit @ np.diag([1 / size[0], 1 / size[1], 1.0])
                low, high = probes.min(axis=(0, 1)) - 1, probes.max(axis=(0, 1)) + 1
                return Way(size, matrix, None, (*low.tolist(), *high.tolist()), scale)
    mesh = _refined(cell, size, pixel_from_plane)
    finite = np.isfinite(mesh).all(axis=2)
    if not finite.any():
        return None
    some = mesh[finite]
    low, high = some.min(axis=0) - 1, some.max(axis=0) + 1
    return Way(size, None, mesh, (*low.tolist(), *high.tolist()), _scale(mesh, (mesh.shape[1], mesh.shape[0]), span=1))


def sample(
    patch: Patch,
    way: Way,
    origin: tuple[float, float],
    factor: tuple[float, float],
    *,
    nearest: bool,
    clip: tuple[float, float],
) -> Patch:
    """Draw a tile from a patch of some level.

    Args:
        patch: Pixels of the level; margins of two pixels where the raster goes on.
        way: How the tile lies in native pixels.
        origin: (column, row) of the patch's first pixel in its level.
        factor: Native pixels per (column, row) of the level.
        nearest: Take the nearest pixel instead of mixing four.
        clip: Native (width, height); what lies outside is not valid.

    Returns:
        The tile in the layout of the patch. With `nearest` the values are the patch's, bit for bit; else integers of
        more than 16 bits become float64.
    """
    inside = _inside(way, clip)
    if way.matrix is not None:
        to_level = np.array([[1 / factor[0], 0, -origin[0] - 0.5], [0, 1 / factor[1], -origin[1] - 0.5], [0, 0, 1]])
        matrix = to_level @ way.matrix @ np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
        draw = _Drawing(matrix, None, way.size)
    else:
        assert way.mesh is not None
        maps = (way.mesh / np.array(factor) - np.array(origin) - 0.5).astype(np.float32)
        draw = _Drawing(None, np.nan_to_num(maps, nan=-1e6), way.size)
    return draw.nearest(patch, inside) if nearest else draw.linear(patch, inside)


@dataclass(frozen=True, eq=False, slots=True)
class _Drawing:
    """One geometric sampling, centre convention, applied to every band alike."""

    matrix: npt.NDArray[np.float64] | None
    maps: npt.NDArray[np.float32] | None
    size: tuple[int, int]

    def draw(self, image: Array, interpolation: int) -> Array:
        """Sample one image; beyond its edge the edge pixel goes on."""
        border = cv2.BORDER_REPLICATE
        if self.maps is not None:
            return np.asarray(cv2.remap(image, self.maps, _NO_SECOND_MAP, interpolation, borderMode=border))
        assert self.matrix is not None
        flags = interpolation | cv2.WARP_INVERSE_MAP
        if self.matrix[2, 0] == 0.0 and self.matrix[2, 1] == 0.0:
            return np.asarray(cv2.warpAffine(image, self.matrix[:2], self.size, flags=flags, borderMode=border))
        return np.asarray(cv2.warpPerspective(image, self.matrix, self.size, flags=flags, borderMode=border))

    def nearest(self, patch: Patch, inside: Mask | None) -> Patch:
        """Take the nearest pixel, whatever its type: only its width in bytes matters."""
        same_width = {1: np.uint8, 2: np.uint16, 4: np.float32, 8: np.float64}
        stand_in = same_width[patch.data.dtype.itemsize]
        pieces = [
            self.draw(np.ascontiguousarray(piece).view(stand_in), cv2.INTER_NEAREST).view(patch.data.dtype)
            for piece in patch.pieces()
        ]
        valid = inside
        if patch.valid is not None:
            drawn = self.draw(patch.valid.view(np.uint8), cv2.INTER_NEAREST).view(np.bool_)
            valid = drawn if inside is None else drawn & inside
        return patch.rebuilt(pieces, None if valid is None else all_or(valid))

    def linear(self, patch: Patch, inside: Mask | None) -> Patch:
        """Mix the four nearest pixels; pixels without data have no part in the mixture."""
        pieces = [_mixable(piece) for piece in patch.pieces()]
        if patch.valid is None:
            return patch.rebuilt([self.draw(piece, cv2.INTER_LINEAR) for piece in pieces], inside)
        weights = self.draw(patch.valid.astype(np.float32), cv2.INTER_LINEAR)
        valid = weights >= 0.5
        if inside is not None:
            valid &= inside
        safe = np.maximum(weights, 1e-6)
        mixed = [self._weighted(piece, patch.valid, safe) for piece in pieces]
        return patch.rebuilt(mixed, all_or(valid))

    def _weighted(self, piece: Array, valid: Mask, weights: Array) -> Array:
        float_type = np.float64 if piece.dtype == np.float64 else np.float32
        known = valid if piece.ndim == 2 else valid[:, :, np.newaxis]
        zeroed = np.where(known, piece, 0).astype(float_type, copy=False)
        drawn = self.draw(zeroed, cv2.INTER_LINEAR)
        drawn = drawn / (weights if drawn.ndim == 2 else weights[:, :, np.newaxis])
        if piece.dtype.kind == "f":
            return drawn.astype(piece.dtype, copy=False)
        limits = np.iinfo(piece.dtype)
        return np.clip(np.rint(drawn), limits.min, limits.max).astype(piece.dtype)


def reduced(patch: Patch, kx: int, ky: int) -> Patch:
    """Average blocks of kx x ky pixels; pixels without data have no part. The last block may be incomplete.

    A block is valid when at least half of its pixels are.
    """
    height, width = patch.shape
    right, bottom = -width % kx, -height % ky
    size = ((width + right) // kx, (height + bottom) // ky)

    def area(image: Array) -> Array:
        if right or bottom:
            image = cv2.copyMakeBorder(image, 0, bottom, 0, right, cv2.BORDER_REPLICATE)
        return np.asarray(cv2.resize(image, size, interpolation=cv2.INTER_AREA))

    pieces = [_mixable(piece) for piece in patch.pieces()]
    if patch.valid is None:
        return patch.rebuilt([area(piece) for piece in pieces], None)
    weights = area(patch.valid.astype(np.float32))
    out: list[Array] = []
    for piece in pieces:
        float_type = np.float64 if piece.dtype == np.float64 else np.float32
        known = patch.valid if piece.ndim == 2 else patch.valid[:, :, np.newaxis]
        mean = area(np.where(known, piece, 0).astype(float_type, copy=False))
        mean = mean / np.maximum(weights if mean.ndim == 2 else weights[:, :, np.newaxis], 1e-6)
        out.append((mean if piece.dtype.kind == "f" else np.rint(mean)).astype(piece.dtype))
    return patch.rebuilt(out, all_or(weights >= 0.5))


def thinned(patch: Patch, kx: int, ky: int) -> Patch:
    """Keep the middle pixel of every block of kx x ky. The last block may be incomplete."""
    height, width = patch.shape
    rows = np.minimum(np.arange(0, height, ky) + ky // 2, height - 1)
    columns = np.minimum(np.arange(0, width, kx) + kx // 2, width - 1)
    at = np.ix_(rows, columns)
    data = patch.data[at] if patch.is_interleaved else patch.data[:, rows[:, np.newaxis], columns]
    return Patch(data, patch.is_interleaved, None if patch.valid is None else all_or(patch.valid[at]))


def _mixable(piece: Array) -> Array:
    """Return an array whose type OpenCV can interpolate, exactly the same numbers (float64 above 2**53 excepted)."""
    if piece.dtype in (np.uint8, np.uint16, np.int16, np.float32, np.float64):
        return np.ascontiguousarray(piece) if piece.strides[-1] != piece.itemsize else piece
    return np.ascontiguousarray(piece, dtype=np.int16 if piece.dtype in (np.int8, np.bool_) else np.float64)


def _inside(way: Way, clip: tuple[float, float]) -> Mask | None:
    """Return which tile pixels have their centre in the raster; None = all."""
    left, top, right, bottom = way.bounds
    if way.mesh is None and left >= 0 and top >= 0 and right <= clip[0] and bottom <= clip[1]:
        return None
    at = way.centres()
    with np.errstate(invalid="ignore"):
        inside = (at[..., 0] >= 0) & (at[..., 1] >= 0) & (at[..., 0] < clip[0]) & (at[..., 1] < clip[1])
    return all_or(inside)


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


def _scale(lattice: Positions, size: tuple[int, int], span: int = 0) -> tuple[float, float]:
    """Return how many native columns and rows one tile pixel spans, as the median over the lattice."""
    rows, columns = lattice.shape[:2]
    across, down = np.diff(lattice, axis=1), np.diff(lattice, axis=0)
    steps_x, steps_y = (1.0, 1.0) if span else (size[0] / (columns - 1), size[1] / (rows - 1))
    # a turned tile spans columns with both of its axes
    with np.errstate(all="ignore"):
        a = np.nanmedian(np.abs(across), axis=(0, 1)) / steps_x
        b = np.nanmedian(np.abs(down), axis=(0, 1)) / steps_y
    found = np.nan_to_num(np.maximum(a, b), nan=1.0)
    return max(float(found[0]), 1e-9), max(float(found[1]), 1e-9)


def _refined(cell: Cell, size: tuple[int, int], pixel_from_plane: PixelFromPlane) -> Positions:
    """Return the native position of every pixel's centre, from the coarsest mesh that is good enough."""
    n = _FIRST_MESH
    while n * 2 <= min(size):
        coarse = _lattice(n + 1, cell, pixel_from_plane)
        fine = _spread(coarse, (n * 2, n * 2))
        half = Cell(
            cell.left + cell.width / n / 4,
            cell.top + cell.height / n / 4,
            cell.width - cell.width / n / 2,
            cell.height - cell.height / n / 2,
        )
        exact = _lattice(n * 2, half, pixel_from_plane)
        if np.isfinite(exact).all() and np.isfinite(coarse).all():
            scale = _scale(coarse, size)
            if (np.abs(fine - exact) / scale).max() <= TOLERANCE:
                return _spread(coarse, size)
        n *= 2
    x = (np.arange(size[0]) + 0.5) / size[0] * cell.width + cell.left
    y = (np.arange(size[1]) + 0.5) / size[1] * cell.height + cell.top
    plane = np.stack(np.meshgrid(x, y), axis=-1).reshape(-1, 2)
    return pixel_from_plane(plane).reshape(size[1], size[0], 2)


def _between(cell: Cell, n: int) -> Cell:
    """Return the cell whose corners are the centres of the outermost of n x n parts."""
    dx, dy = cell.width / n, cell.height / n
    return Cell(cell.left + dx / 2, cell.top + dy / 2, cell.width - dx, cell.height - dy)


def _spread(nodes: Positions, size: tuple[int, int]) -> Positions:
    """Interpolate nodes at the corners of a mesh to the centres of size[0] x size[1] pixels: (height, width, 2)."""
    rows, columns = _hats(nodes.shape[0], size[1]), _hats(nodes.shape[1], size[0])
    return np.asarray(np.einsum("ia,abk,jb->ijk", rows, nodes, columns, optimize=True))


def _hats(n_nodes: int, n_pixels: int) -> npt.NDArray[np.float64]:
    """Return the weights (n_pixels, n_nodes) of linear interpolation at pixel centres."""
    at = (np.arange(n_pixels) + 0.5) / n_pixels * (n_nodes - 1)
    return np.asarray(np.clip(1.0 - np.abs(at[:, np.newaxis] - np.arange(n_nodes)), 0.0, 1.0))
