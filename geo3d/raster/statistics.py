"""How the numbers of each band are spread: for the first stretch, for the histogram panel, for ``geo3d info``."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt

from geo3d.errors import JobCancelled
from geo3d.geometry.value import Number, Value
from geo3d.raster.band import Band, is_nodata
from geo3d.raster.fingerprint import Cancelled, Progress, never, no_progress
from geo3d.raster.info import Level
from geo3d.raster.pixels import Window
from geo3d.raster.source import Raster

PERCENTS = (0.5, 1.0, 2.0, 5.0, 25.0, 50.0, 75.0, 95.0, 98.0, 99.0, 99.5)
BINS = 256

_PICTURE_PIXELS = 1 << 20
"""An approximation looks at the coarsest level with at least this many pixels, or at the native one."""

_MOST_APPROXIMATE_PIXELS = 5 << 20
_PIECE_BYTES = 32 << 20
_FINE_BINS = 1 << 16
_WIDEST = 8e307  # the width of a histogram must be a finite number, too

Array = npt.NDArray[np.float64]


class Percentile(Value):
    """A value below which a share of the pixels lies."""

    percent: Number
    value: Number


class Histogram(Value):
    """Pixel counts in bins of equal width."""

    low: Number
    """Left edge of the first bin."""
    high: Number
    """Right edge of the last bin. For uint8 the edges are -0.5 and 255.5: bin i counts the value i."""
    counts: tuple[int, ...]
    """256 counts; a value on the last edge belongs to the last bin."""


class BandStatistics(Value):
    """What the valid, finite pixels of one band look like. Everything but the counts is None when there is none."""

    band: int
    """1-based."""
    n_valid: int
    n_pixels: int
    """Pixels looked at, valid or not."""
    minimum: Number | None = None
    maximum: Number | None = None
    mean: Number | None = None
    std: Number | None = None
    """Population standard deviation; None when it is no finite number."""
    percentiles: tuple[Percentile, ...] = ()
    histogram: Histogram | None = None

    def percentile(self, percent: float) -> float | None:
        """Return the value below which `percent` % of the pixels lie, as stated, else from the histogram."""
        for stated in self.percentiles:
            if stated.percent == percent:
                return stated.value
        if self.histogram is None or self.minimum is None or self.maximum is None:
            return None
        edges = np.linspace(self.histogram.low, self.histogram.high, len(self.histogram.counts) + 1)
        below = np.concatenate([[0], np.cumsum(self.histogram.counts)]) / max(1, sum(self.histogram.counts))
        value = float(np.interp(percent / 100.0, below, edges))
        return min(max(value, self.minimum), self.maximum)


class RasterStatistics(Value):
    """Statistics of the bands of a raster, in stored numbers (before scale and offset)."""

    is_approximate: bool
    """True = from an overview or from picked pixels; then extremes are likely missed a little."""
    level: int
    """Which level was looked at."""
    bands: tuple[BandStatistics, ...]


def statistics_of(raster: Raster, bands: Sequence[int] = ()) -> RasterStatistics:
    """Return statistics at once, from a coarse level; exact for small rasters.

    Args:
        raster: Open raster.
        bands: 1-based; empty = all.
    """
    levels = raster.info.levels
    level = max((i for i, at in enumerate(levels) if at.width * at.height >= _PICTURE_PIXELS), default=0)
    if level + 1 < len(levels) and levels[level].width * levels[level].height > _MOST_APPROXIMATE_PIXELS:
        level += 1
    return _statistics(raster, bands, level, no_progress, never)


def exact_statistics(
    raster: Raster, bands: Sequence[int] = (), progress: Progress = no_progress, cancelled: Cancelled = never
) -> RasterStatistics:
    """Return statistics of every native pixel; for a job, since all of the file is read (twice, unless 8 or 16 bit).

    Percentiles are exact for 8 and 16 bit integers, else within 1/65536 of the range.

    Raises:
        JobCancelled: `cancelled` said so.
    """
    return _statistics(raster, bands, 0, progress, cancelled)


def _statistics(
    raster: Raster, bands: Sequence[int], level: int, progress: Progress, cancelled: Cancelled
) -> RasterStatistics:
    info = raster.info
    chosen = tuple(bands) or tuple(band.index for band in info.bands)
    tallies = [Tally.of(info.bands[index - 1]) for index in chosen]
    passes = 2 if any(tally.needs_range for tally in tallies) else 1
    for turn in range(passes):
        pieces = _pieces(info.levels[level], sum(np.dtype(info.bands[i - 1].dtype).itemsize for i in chosen))
        for done, window in enumerate(pieces):
            if cancelled():
                raise JobCancelled("computing statistics was cancelled")
            pixels = raster.read(level, window, chosen)
            for plane, tally in zip(pixels.data, tallies, strict=True):
                tally.add(plane, pixels.valid, turn)
            progress((turn + (done + 1) / len(pieces)) / passes)
    found = tuple(tally.result(index) for index, tally in zip(chosen, tallies, strict=True))
    return RasterStatistics(is_approximate=level != 0, level=level, bands=found)


def _pieces(level: Level, bytes_per_pixel: int) -> list[Window]:
    """Cut a level into windows of whole blocks that fit into memory."""
    block_width, block_height = level.block
    across = max(1, min(level.width, _PIECE_BYTES // (block_height * bytes_per_pixel)) // block_width) * block_width
    down = max(1, _PIECE_BYTES // (across * bytes_per_pixel) // block_height) * block_height
    return [
        Window(col, row, min(across, level.width - col), min(down, level.height - row))
        for row in range(0, level.height, down)
        for col in range(0, level.width, across)
    ]


@dataclass
class Tally:
    """Counts of one band while pieces go by."""

    band: Band
    needs_range: bool
    """The dtype has too many values to count each: the range is found first, then counted in fine bins."""
    n_valid: int = 0
    n_pixels: int = 0
    minimum: float = math.inf
    maximum: float = -math.inf
    mean: float = 0.0
    squares: float = 0.0
    """Sum of squared distances from the mean."""
    counts: npt.NDArray[np.int64] = field(default_factory=lambda: np.zeros(_FINE_BINS, np.int64))

    @classmethod
    def of(cls, band: Band) -> Tally:
        """Begin to count a band."""
        dtype = np.dtype(band.dtype)
        return cls(band, needs_range=dtype.kind == "f" or dtype.itemsize > 2)

    def add(self, plane: npt.NDArray[np.generic], valid: npt.NDArray[np.bool_] | None, turn: int) -> None:
        """Count the valid pixels of a piece: the raster's mask holds, and this band's own nodata."""
        plane = plane.astype(self.band.dtype, copy=False)  # a stack holds all bands in their common dtype
        kept = ~is_nodata(plane, self.band.nodata)
        if plane.dtype.kind == "f":
            kept &= np.isfinite(plane)
        if valid is not None:
            kept &= valid
        values = plane[kept]
        if turn == 0:
            self.n_pixels += plane.size
            self._moments(values)
        if len(values) and not self.needs_range:
            first = np.iinfo(str(plane.dtype)).min
            self.counts += np.bincount(values.astype(np.int64) - first, minlength=_FINE_BINS)
        elif len(values) and turn == 1:
            low, high = self._fine_range()
            self.counts += np.histogram(np.clip(values.astype(np.float64), low, high), _FINE_BINS, (low, high))[0]

    def result(self, index: int) -> BandStatistics:
        """Return what was found."""
        if not self.n_valid:
            return BandStatistics(band=index, n_valid=0, n_pixels=self.n_pixels)
        return BandStatistics(
            band=index,
            n_valid=self.n_valid,
            n_pixels=self.n_pixels,
            minimum=self.minimum,
            maximum=self.maximum,
            mean=self.mean if math.isfinite(self.mean) else None,
            std=math.sqrt(self.squares / self.n_valid) if math.isfinite(self.squares) else None,
            percentiles=self._percentiles(),
            histogram=self._histogram(),
        )

    def _moments(self, values: npt.NDArray[np.generic]) -> None:
        """Merge mean and squares of a piece.

        Source: T. F. Chan, G. H. Golub, R. J. LeVeque, "Updating formulae", Stanford STAN-CS-79-773.
        """
        n = len(values)
        if not n:
            return
        exact = values.astype(np.float64)
        with np.errstate(over="ignore", invalid="ignore"):  # 1e300 is a number, its square is not
            mean = float(exact.mean())
            delta, total = mean - self.mean, self.n_valid + n
            self.squares += float(np.square(exact - mean).sum() + np.square(delta) * self.n_valid * n / total)
        self.mean += delta * n / total
        self.n_valid = total
        self.minimum, self.maximum = min(self.minimum, float(exact.min())), max(self.maximum, float(exact.max()))

    def _fine_range(self) -> tuple[float, float]:
        """Return the edges of bins that hold all values; wide enough to be cut into 65536 even when all are equal."""
        low, high = max(self.minimum, -_WIDEST), min(self.maximum, _WIDEST)
        return low, max(high, low + 1e-9 * (abs(low) or 1.0))

    def _levels(self) -> Array:
        """Return the value each fine bin stands for."""
        if self.needs_range:
            low, high = self._fine_range()
            return low + (np.arange(_FINE_BINS, dtype=np.float64) + 0.5) * ((high - low) / _FINE_BINS)
        return np.arange(_FINE_BINS, dtype=np.float64) + float(np.iinfo(self.band.dtype).min)

    def _percentiles(self) -> tuple[Percentile, ...]:
        """Return the values at the ranks, nearest rank; exact where each value has its own bin."""
        ranks = np.ceil(np.array(PERCENTS) / 100.0 * self.n_valid).clip(1, self.n_valid)
        at = np.searchsorted(np.cumsum(self.counts), ranks)
        values = np.clip(self._levels()[np.minimum(at, _FINE_BINS - 1)], self.minimum, self.maximum)
        return tuple(Percentile(percent=p, value=float(v)) for p, v in zip(PERCENTS, values, strict=True))

    def _histogram(self) -> Histogram:
        if self.band.dtype == "uint8":
            return Histogram(low=-0.5, high=255.5, counts=tuple(self.counts[:BINS].tolist()))
        low, high = self._fine_range()
        if self.needs_range:
            coarse = self.counts.reshape(BINS, -1).sum(axis=1)
        else:
            coarse = np.histogram(self._levels(), BINS, (low, high), weights=self.counts)[0]
        return Histogram(low=low, high=high, counts=tuple(int(count) for count in coarse))
