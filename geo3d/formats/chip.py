"""Chips: the windows into which a raster is cut for training."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from geo3d.errors import FormatError


@dataclass(frozen=True)
class ChipGrid:
    """The windows of one raster, row by row. The last ones are pushed back inside, so that all have one size."""

    size: tuple[int, int]
    """(width, height) of the raster."""
    side: int = 0
    """Pixels along one side; 0 = the raster whole."""
    overlap: int = 0
    """Pixels that neighbours share."""

    def __post_init__(self) -> None:
        """Refuse an overlap that leaves no step."""
        if self.side and not 0 <= self.overlap < self.side:
            raise FormatError(f"chips of {self.side} pixels cannot overlap by {self.overlap}; choose less")

    @property
    def columns(self) -> tuple[int, ...]:
        """First column of each column of chips."""
        return _starts(self.size[0], self.side, self.overlap)

    @property
    def rows(self) -> tuple[int, ...]:
        """First row of each row of chips."""
        return _starts(self.size[1], self.side, self.overlap)

    @property
    def shape(self) -> tuple[int, int]:
        """(width, height) of every chip."""
        return (min(self.side or self.size[0], self.size[0]), min(self.side or self.size[1], self.size[1]))

    def __len__(self) -> int:
        """Count the chips."""
        return len(self.columns) * len(self.rows)

    def offset(self, index: int) -> tuple[int, int]:
        """Return the first pixel (column, row) of a chip."""
        row, column = divmod(index, len(self.columns))
        return self.columns[column], self.rows[row]

    def touching(self, bounds: npt.NDArray[np.float64]) -> Iterator[int]:
        """Iterate over the chips that bounds (minx, miny, maxx, maxy) in pixels meet."""
        width, height = self.shape
        if (width, height) == self.size:
            if bounds[0] <= width and bounds[1] <= height and bounds[2] >= 0 and bounds[3] >= 0:
                yield 0
            return
        columns = _range(np.asarray(self.columns), width, bounds[0], bounds[2])
        for row in _range(np.asarray(self.rows), height, bounds[1], bounds[3]):
            for column in columns:
                yield row * len(self.columns) + column


def _starts(length: int, side: int, overlap: int) -> tuple[int, ...]:
    if not side or length <= side:
        return (0,)
    step = side - overlap
    starts = list(range(0, length - side, step))
    return (*starts, length - side)


def _range(starts: npt.NDArray[np.int64], length: int, low: float, high: float) -> range:
    """Return which windows [start, start + length] meet [low, high]; windows are in order."""
    first = int(np.searchsorted(starts + length, low, side="left"))
    last = int(np.searchsorted(starts, high, side="right"))
    return range(first, last)
