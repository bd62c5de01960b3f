"""Draw the pixels of a tile from the pixels of a raster's level."""

from __future__ import annotations

from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt

from geo3d.raster.patch import Array, Mask, Patch, all_or
from geo3d.raster.warp import Way


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
        The tile in the layout of the patch. With `nearest` the values are the patch's, bit for bit; else signed and
        wide integers become floating.
    """
    inside = _inside(way, clip)
    if way.matrix is not None:
        to_level = np.array([[1 / factor[0], 0, -origin[0] - 0.5], [0, 1 / factor[1], -origin[1] - 0.5], [0, 0, 1]])
        matrix = to_level @ way.matrix @ np.array([[1, 0, 0.5], [0, 1, 0.5], [0, 0, 1.0]])
        draw = _Drawing(matrix, None, way.size)
    else:
        assert way.mesh is not None
        columns, rows = (
            np.nan_to_num(native / f - first - 0.5, nan=-1e6).astype(np.float32)
            for native, f, first in zip(way.mesh, factor, origin, strict=True)
        )
        draw = _Drawing(None, (columns, rows), way.size)
    return draw.nearest(patch, inside) if nearest else draw.linear(patch, inside)


@dataclass(frozen=True, eq=False, slots=True)
class _Drawing:
    """One geometric sampling, centre convention, applied to every band alike."""

    matrix: npt.NDArray[np.float64] | None
    maps: tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]] | None
    """Columns and rows. Two maps: OpenCV 5.0 misreads a single one of two channels."""
    size: tuple[int, int]

    def draw(self, image: Array, interpolation: int) -> Array:
        """Sample one image; beyond its edge the edge pixel goes on."""
        border = cv2.BORDER_REPLICATE
        if self.maps is not None:
            return np.asarray(cv2.remap(image, *self.maps, interpolation, borderMode=border))
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
    if kx == ky == 1:
        return patch
    height, width = patch.shape
    # a block larger than the picture is the picture: at zoom 0 a block has 300 000 pixels on a side
    kx, ky = min(kx, width), min(ky, height)
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
    if kx == ky == 1:
        return patch
    height, width = patch.shape
    rows = np.minimum(np.arange(0, height, ky) + ky // 2, height - 1)
    columns = np.minimum(np.arange(0, width, kx) + kx // 2, width - 1)
    at = np.ix_(rows, columns)
    data = patch.data[at] if patch.is_interleaved else patch.data[:, rows[:, np.newaxis], columns]
    return Patch(data, patch.is_interleaved, None if patch.valid is None else all_or(patch.valid[at]))


def _mixable(piece: Array) -> Array:
    """Return an array whose type OpenCV interpolates well, with the same numbers (above 2**53 nearly).

    OpenCV rounds positions to 1/32 pixel for the types converted here, and for float64, which needs its digits.
    """
    if piece.dtype in (np.uint8, np.uint16, np.float32, np.float64):
        return np.ascontiguousarray(piece) if piece.strides[-1] != piece.itemsize else piece
    return np.ascontiguousarray(piece, dtype=np.float32 if piece.dtype.itemsize <= 2 else np.float64)


def _inside(way: Way, clip: tuple[float, float]) -> Mask | None:
    """Return which tile pixels have their centre in the raster; None = all."""
    left, top, right, bottom = way.bounds
    if way.mesh is None and left >= 0 and top >= 0 and right <= clip[0] and bottom <= clip[1]:
        return None
    columns, rows = way.centres()
    with np.errstate(invalid="ignore"):
        return all_or((columns >= 0) & (rows >= 0) & (columns < clip[0]) & (rows < clip[1]))
