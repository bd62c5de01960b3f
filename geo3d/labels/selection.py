"""Selections: which pixels a person means, and the runs that paint them on a layer.

A selection is a shape in a pixel frame; it stays in the provenance of what it painted. A pixel is selected when its
centre is inside. Pixels are found chunk by chunk, in memory that does not grow with the selection's area.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Annotated, Literal

import numpy as np
import numpy.typing as npt
from pydantic import Field, PositiveFloat

from geo3d.errors import ValidationFailed
from geo3d.geometry import Number, Value
from geo3d.labels.layer import CHUNK_SIDE, ChunkRuns, Layer, Run

Mask = npt.NDArray[np.bool_]
Entries = npt.NDArray[np.unsignedinteger]
ReadChunks = Callable[[list[str]], Iterable[tuple[str, Entries]]]
"""Gives (key, entries) of those of the wanted chunks that were ever written: ``lambda keys: store.chunks(layer,
keys)``."""

_BATCH = 64
"""Chunks that are read at once."""


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
            for segment in segments:
                low = np.maximum(first[segment] - origin, 0)
                high = np.minimum(last[segment] - origin, CHUNK_SIDE - 1) + 1
                window = pixels[low[1] : high[1], low[0] : high[0]]
                window |= _is_near(starts[segment], ends[segment], self.radius, origin + low, window.shape)
            if pixels.any():
                yield ChunkMask(column, row, pixels)


Selection = Annotated[PolygonSelection | RectangleSelection | BrushSelection, Field(discriminator="kind")]
"""Which pixels a person means."""


def runs_of(
    selection: PolygonSelection | RectangleSelection | BrushSelection,
    layer: Layer,
    read_chunks: ReadChunks,
    value: int,
    *,
    only: Collection[int] | None = None,
    locked: Collection[int] = (),
) -> Iterator[ChunkRuns]:
    """Iterate over the runs that paint a selection, chunk by chunk; together they make a `Patch`.

    Args:
        selection: In the layer's pixel frame.
        layer: A pixel layer.
        read_chunks: Gives the chunks' current entries.
        value: What to paint; 0 erases.
        only: Paint only over these entries (``{0}``: over what is unlabelled); None = over any.
        locked: Entries that are never painted over.

    Raises:
        ValidationFailed: It is a layer of points, or the value does not fit its dtype.
    """
    if layer.size is None:
        raise ValidationFailed(
            "a selection of pixels needs a layer of pixels; choose the layer of a raster", problems=[]
        )
    if not 0 <= value <= np.iinfo(layer.dtype).max:
        raise ValidationFailed(f"{value} does not fit a layer of {layer.dtype}", problems=[])
    batch: list[ChunkMask] = []
    for mask in selection.masks(layer.size):
        batch.append(mask)
        if len(batch) == _BATCH:
            yield from _painted(batch, layer, read_chunks, value, only, locked)
            batch = []
    yield from _painted(batch, layer, read_chunks, value, only, locked)


def runs_between(before: Entries, after: Entries) -> npt.NDArray[np.int64]:
    """Return the runs that lead from one state of a chunk to another.

    Args:
        before: Entries, shape (n,).
        after: Entries, shape (n,).

    Returns:
        (start, length, old, new) of each run in order, shape (k, 4).
    """
    is_start = np.ones(len(before), dtype=bool)
    is_start[1:] = (before[1:] != before[:-1]) | (after[1:] != after[:-1])
    starts = np.flatnonzero(is_start)
    runs = np.stack([starts, np.diff(np.append(starts, len(before))), before[starts], after[starts]], axis=1)
    changed: npt.NDArray[np.int64] = runs[runs[:, 2] != runs[:, 3]].astype(np.int64)
    return changed


def _painted(
    batch: list[ChunkMask],
    layer: Layer,
    read_chunks: ReadChunks,
    value: int,
    only: Collection[int] | None,
    locked: Collection[int],
) -> Iterator[ChunkRuns]:
    written = dict(read_chunks([mask.key for mask in batch]))
    for mask in batch:
        before = written.get(mask.key)
        if before is None:
            before = np.zeros(CHUNK_SIDE**2, dtype=layer.dtype)
        chosen = mask.pixels.ravel()
        if only is not None:
            chosen = chosen & np.isin(before, list(only))
        if locked:
            chosen = chosen & ~np.isin(before, list(locked))
        runs = runs_between(before, np.where(chosen, before.dtype.type(value), before))
        if len(runs):
            made = tuple(Run(start=s, length=n, old=old, new=new) for s, n, old, new in runs.tolist())
            yield ChunkRuns(chunk=mask.key, runs=made)


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


def _is_near(
    start: npt.NDArray[np.float64],
    end: npt.NDArray[np.float64],
    radius: float,
    origin: npt.NDArray[np.int64],
    shape: tuple[int, ...],
) -> Mask:
    """Return which pixel centres of a window are within a radius of a segment, shape (height, width)."""
    x = origin[0] + 0.5 + np.arange(shape[1]) - start[0]
    y = (origin[1] + 0.5 + np.arange(shape[0]) - start[1])[:, None]
    dx, dy = end - start
    length = dx * dx + dy * dy
    along = np.clip((x * dx + y * dy) / length, 0.0, 1.0) if length > 0 else 0.0
    near: Mask = (x - along * dx) ** 2 + (y - along * dy) ** 2 <= radius * radius
    return near
