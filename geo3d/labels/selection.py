"""Selections: which pixels a person means.

A selection is a shape in a pixel frame; it stays in the provenance of what it painted. A pixel is selected when its
centre is inside. Pixels are found chunk by chunk, in memory that does not grow with the selection's area.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Annotated, Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import Field, NonNegativeInt, PositiveFloat, PositiveInt, model_validator

from geo3d.geometry import Number, Value
from geo3d.labels.layer import CHUNK_SIDE

Mask = npt.NDArray[np.bool_]
Places = npt.NDArray[np.float64]

MOST_CELLS = 1 << 26
"""Cells of one region."""


@dataclass(frozen=True)
class ChunkMask:
    """The selected pixels of one chunk. Carrier."""

    column: int
    row: int
    pixels: Mask
    """Shape (CHUNK_SIDE, CHUNK_SIDE), row-major."""

    @property
    def key(self) -> str:
        """Return the chunk's key."""
        return f"{self.column}/{self.row}"


class Shape(Value):
    """What every selection offers."""

    @abstractmethod
    def masks(self, size: tuple[int, int]) -> Iterator[ChunkMask]:
        """Iterate over the chunks that hold selected pixels.

        Args:
            size: (width, height) of the raster; nothing beyond it is selected.
        """


class PolygonSelection(Shape):
    """The inside of rings, by the even-odd rule; with two rings, one inside the other, a hole.

    A centre exactly on an edge belongs to the area on its left (and below it on the screen), so that selections which
    share an edge share no pixel.
    """

    kind: Literal["polygon"] = "polygon"
    rings: tuple[Annotated[tuple[tuple[Number, Number], ...], Field(min_length=3)], ...] = Field(min_length=1)
    """Unclosed rings of (column, row) positions."""

    def masks(self, size: tuple[int, int]) -> Iterator[ChunkMask]:
        """See `Shape.masks`. Source: the scan conversion of GDAL's ``GDALdllImageFilledPolygon``."""
        lower, upper = _edges(self.rings)
        last_row = min(size[1], int(np.ceil(upper[:, 1].max())))
        for band in range(max(0, int(np.floor(lower[:, 1].min()))) // CHUNK_SIDE, -(-last_row // CHUNK_SIDE)):
            top = band * CHUNK_SIDE
            meets = (upper[:, 1] > top) & (lower[:, 1] < top + CHUNK_SIDE)
            rows, columns = _crossings(lower[meets], upper[meets], top, min(CHUNK_SIDE, size[1] - top))
            yield from _band_masks(band, rows - top, np.clip(columns, 0, size[0]))


class RectangleSelection(Shape):
    """An unturned rectangle."""

    kind: Literal["rectangle"] = "rectangle"
    bounds: tuple[Number, Number, Number, Number]
    """(minx, miny, maxx, maxy): columns and rows."""

    def masks(self, size: tuple[int, int]) -> Iterator[ChunkMask]:
        """See `Shape.masks`."""
        x0, y0, x1, y1 = self.bounds
        return PolygonSelection(rings=(((x0, y0), (x1, y0), (x1, y1), (x0, y1)),)).masks(size)


class BrushSelection(Shape):
    """Everything within a radius of a stroke."""

    kind: Literal["brush"] = "brush"
    path: tuple[tuple[Number, Number], ...] = Field(min_length=1)
    """(column, row) positions of the stroke; a single one is a dab."""
    radius: PositiveFloat
    """Pixels; a centre at this very distance is selected."""
    tip: Literal["round", "square"] = "round"
    """``square``: an unturned square of twice the radius is drawn along the stroke."""

    def masks(self, size: tuple[int, int]) -> Iterator[ChunkMask]:
        """See `Shape.masks`."""
        path = np.array(self.path, dtype=np.float64)
        starts, ends = path[: max(1, len(path) - 1)], path[min(1, len(path) - 1) :]
        boxes = np.hstack([np.minimum(starts, ends) - self.radius, np.maximum(starts, ends) + self.radius])
        first = np.maximum(np.ceil(boxes[:, :2] - 0.5), 0).astype(np.int64)
        last = np.minimum(np.floor(boxes[:, 2:] - 0.5), np.array(size) - 1).astype(np.int64)
        segments_of: dict[tuple[int, int], list[int]] = {}
        for segment in np.flatnonzero((first <= last).all(axis=1)).tolist():
            (x0, y0), (x1, y1) = first[segment] // CHUNK_SIDE, last[segment] // CHUNK_SIDE
            for row in range(y0, y1 + 1):
                for column in range(x0, x1 + 1):
                    segments_of.setdefault((row, column), []).append(segment)
        for (row, column), segments in sorted(segments_of.items()):
            pixels = np.zeros((CHUNK_SIDE, CHUNK_SIDE), dtype=bool)
            origin = np.array([column, row]) * CHUNK_SIDE
            width, height = np.minimum(np.array(size) - origin, CHUNK_SIDE).tolist()
            if self._holds(starts[segments], ends[segments], origin, (width, height)):
                pixels[:height, :width] = True
                yield ChunkMask(column, row, pixels)
                continue
            for segment in segments:
                low = np.maximum(first[segment] - origin, 0)
                high = np.minimum(last[segment] - origin, CHUNK_SIDE - 1) + 1
                x = origin[0] + 0.5 + np.arange(low[0], high[0])
                y = (origin[1] + 0.5 + np.arange(low[1], high[1]))[:, None]
                pixels[low[1] : high[1], low[0] : high[0]] |= self._is_near(x, y, starts[segment], ends[segment])
            if pixels.any():
                yield ChunkMask(column, row, pixels)

    def _holds(self, starts: Places, ends: Places, origin: npt.NDArray[np.int64], size: tuple[int, int]) -> bool:
        """Return whether one of the segments selects all of a window: what it selects is convex, so corners decide."""
        x = origin[0] + np.array([[0.5], [size[0] - 0.5], [0.5], [size[0] - 0.5]])
        y = origin[1] + np.array([[0.5], [0.5], [size[1] - 0.5], [size[1] - 0.5]])
        return bool(self._is_near(x, y, starts, ends).all(axis=0).any())

    def _is_near(self, x: Places, y: Places, start: Places, end: Places) -> Mask:
        """Return which places are within the radius of segments; all arguments broadcast."""
        dx, dy = end[..., 0] - start[..., 0], end[..., 1] - start[..., 1]
        x, y = x - start[..., 0], y - start[..., 1]
        if self.tip == "round":
            length = dx * dx + dy * dy
            along = np.clip((x * dx + y * dy) / np.where(length > 0, length, 1.0), 0.0, 1.0)
            near: Mask = (x - along * dx) ** 2 + (y - along * dy) ** 2 <= self.radius * self.radius
            return near
        first_x, last_x = _reached(x, dx, self.radius)
        first_y, last_y = _reached(y, dy, self.radius)
        first, last = np.maximum(np.maximum(first_x, first_y), 0.0), np.minimum(np.minimum(last_x, last_y), 1.0)
        meets: Mask = first <= last
        return meets


class RegionSelection(Shape):
    """Single pixels, or square cells of them: what a wand or a grouping of pixels has found."""

    kind: Literal["region"] = "region"
    offset: tuple[NonNegativeInt, NonNegativeInt]
    """(column, row) of the first cell's first pixel."""
    size: tuple[PositiveInt, PositiveInt]
    """(width, height) in cells."""
    scale: PositiveInt = 1
    """Pixels on a side of a cell."""
    counts: tuple[NonNegativeInt, ...]
    """Run lengths of cells, row-major, unselected first; they sum to width * height."""

    @model_validator(mode="after")
    def _is_full(self) -> Self:
        n_cells = self.size[0] * self.size[1]
        if n_cells > MOST_CELLS:
            raise ValueError(f"a region of {n_cells} cells is too large; select less at once")
        if sum(self.counts) != n_cells:
            raise ValueError(f"run lengths sum to {sum(self.counts)}, the region has {n_cells} cells")
        return self

    def masks(self, size: tuple[int, int]) -> Iterator[ChunkMask]:
        """See `Shape.masks`."""
        cells = np.repeat(np.arange(len(self.counts)) % 2 == 1, self.counts).reshape(self.size[1], self.size[0])
        left, top = self.offset
        right = min(size[0], left + self.size[0] * self.scale)
        bottom = min(size[1], top + self.size[1] * self.scale)
        for row in range(top // CHUNK_SIDE, -(-bottom // CHUNK_SIDE)):
            y = np.arange(max(top, row * CHUNK_SIDE), min(bottom, (row + 1) * CHUNK_SIDE))
            for column in range(left // CHUNK_SIDE, -(-right // CHUNK_SIDE)):
                x = np.arange(max(left, column * CHUNK_SIDE), min(right, (column + 1) * CHUNK_SIDE))
                found = cells[np.ix_((y - top) // self.scale, (x - left) // self.scale)]
                if not found.any():
                    continue
                pixels = np.zeros((CHUNK_SIDE, CHUNK_SIDE), dtype=bool)
                pixels[np.ix_(y - row * CHUNK_SIDE, x - column * CHUNK_SIDE)] = found
                yield ChunkMask(column, row, pixels)


Selection = Annotated[
    PolygonSelection | RectangleSelection | BrushSelection | RegionSelection, Field(discriminator="kind")
]
"""Which pixels a person means."""


def _edges(
    rings: tuple[tuple[tuple[float, float], ...], ...],
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Return the ends of every edge, shape (n, 2) each: those with the smaller y, those with the larger."""
    starts = np.concatenate([np.array(ring, dtype=np.float64) for ring in rings])
    ends = np.concatenate([np.roll(np.array(ring, dtype=np.float64), -1, axis=0) for ring in rings])
    is_down = (starts[:, 1] <= ends[:, 1])[:, None]
    return np.where(is_down, starts, ends), np.where(is_down, ends, starts)


def _crossings(
    lower: npt.NDArray[np.float64], upper: npt.NDArray[np.float64], top: int, height: int
) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
    """Return (row, first column to the right) of every place where an edge crosses a row's centre line."""
    first = np.clip(np.ceil(lower[:, 1] - 0.5), top, top + height).astype(np.int64)
    last = np.clip(np.ceil(upper[:, 1] - 0.5), top, top + height).astype(np.int64)
    counts = np.maximum(last - first, 0)
    edge = np.repeat(np.arange(len(lower)), counts)
    rows = np.arange(len(edge)) - np.repeat(np.cumsum(counts) - counts, counts) + first[edge]
    run, rise = (upper - lower)[edge].T
    at = (rows + 0.5 - lower[edge, 1]) * run / rise + lower[edge, 0]  # in GDAL's order, to round as GDAL does
    return rows, np.floor(at + 0.5).clip(-(2.0**53), 2.0**53).astype(np.int64)


def _band_masks(band: int, rows: npt.NDArray[np.int64], columns: npt.NDArray[np.int64]) -> Iterator[ChunkMask]:
    """Iterate over the chunks of one row of chunks, left to right, carrying which rows are inside at its left side."""
    order = np.argsort(columns, kind="stable")
    rows, columns = rows[order], columns[order]
    is_inside = np.zeros(CHUNK_SIDE, dtype=bool)
    done = 0
    for column in range(columns[0] // CHUNK_SIDE, columns[-1] // CHUNK_SIDE + 1) if len(columns) else ():
        end = int(np.searchsorted(columns, (column + 1) * CHUNK_SIDE))
        toggles = np.zeros((CHUNK_SIDE, CHUNK_SIDE), dtype=np.uint8)
        np.bitwise_xor.at(toggles, (rows[done:end], columns[done:end] - column * CHUNK_SIDE), 1)
        toggles[:, 0] ^= is_inside
        pixels = np.bitwise_xor.accumulate(toggles, axis=1).astype(bool) if end > done else None
        if pixels is None:
            pixels = np.repeat(is_inside[:, None], CHUNK_SIDE, axis=1)
        done, is_inside = end, pixels[:, -1].copy()
        if pixels.any():
            yield ChunkMask(int(column), band, pixels)


def _reached(place: Places, step: Places, radius: float) -> tuple[Places, Places]:
    """Return from where to where on a segment (0..1 and beyond) one coordinate is within a radius of a place."""
    with np.errstate(divide="ignore", invalid="ignore"):
        one, other = (place - radius) / step, (place + radius) / step
    stays = step == 0
    is_near = np.abs(place) <= radius
    first = np.where(stays, np.where(is_near, -np.inf, np.inf), np.minimum(one, other))
    last = np.where(stays, np.where(is_near, np.inf, -np.inf), np.maximum(one, other))
    return first, last
