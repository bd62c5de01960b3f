"""A rectangle of pixels on its way to a tile, kept in the layout in which it came."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

Array = npt.NDArray[Any]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True, eq=False, slots=True)
class Patch:
    """Pixels of some bands. Turning pixel-interleaved colours into planes and back would cost more than a warp."""

    data: Array
    """Shape (height, width, bands) when interleaved, else (bands, height, width); may be read-only."""
    is_interleaved: bool
    valid: Mask | None
    """Shape (height, width), True = data. None = all of it."""

    @property
    def n_bands(self) -> int:
        """Number of bands."""
        return int(self.data.shape[2 if self.is_interleaved else 0])

    @property
    def shape(self) -> tuple[int, int]:
        """(height, width)."""
        shape = self.data.shape
        return (shape[0], shape[1]) if self.is_interleaved else (shape[1], shape[2])

    def plane(self, i: int) -> Array:
        """Return band ``i`` (0-based, in the order of this patch), shape (height, width)."""
        return self.data[:, :, i] if self.is_interleaved else self.data[i]

    def planes(self) -> Array:
        """Return all bands as (bands, height, width), contiguous."""
        return np.ascontiguousarray(np.moveaxis(self.data, -1, 0) if self.is_interleaved else self.data)

    def pieces(self) -> list[Array]:
        """Return the arrays that one OpenCV call can work on: (height, width) each, or (height, width, 1..4)."""
        if self.is_interleaved and self.n_bands <= 4:
            return [self.data]
        return [self.plane(i) for i in range(self.n_bands)]

    def rebuilt(self, pieces: list[Array], valid: Mask | None) -> Patch:
        """Return a patch of processed `pieces` in the same layout."""
        if self.is_interleaved and self.n_bands <= 4:
            piece = pieces[0]
            return Patch(piece if piece.ndim == 3 else piece[:, :, np.newaxis], True, valid)
        return Patch(np.stack(pieces), False, valid)


def all_or(valid: Mask) -> Mask | None:
    """Return the mask, or None when everything is valid: most tiles skip all mask work."""
    return None if valid.all() else valid


def without(patch: Patch, nodata: float | None) -> Patch:
    """Return a patch in which pixels that are `nodata` in every band are not valid."""
    if nodata is None:
        return patch
    lost = np.ones(patch.shape, np.bool_)
    for i in range(patch.n_bands):
        lost &= patch.plane(i) == nodata
    if not lost.any():
        return patch
    return Patch(patch.data, patch.is_interleaved, ~lost if patch.valid is None else patch.valid & ~lost)


def stacked(stripes: list[Patch]) -> Patch:
    """Return patches of one width put below each other."""
    if len(stripes) == 1:
        return stripes[0]
    first = stripes[0]
    valid = None
    if any(stripe.valid is not None for stripe in stripes):
        valid = np.concatenate([np.ones(s.shape, np.bool_) if s.valid is None else s.valid for s in stripes])
    data = np.concatenate([stripe.data for stripe in stripes], axis=0 if first.is_interleaved else 1)
    return Patch(data, first.is_interleaved, valid)
