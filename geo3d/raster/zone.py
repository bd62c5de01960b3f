"""How the numbers of each band are spread inside an area: the spectrum of a field, the heights of a roof."""

from __future__ import annotations

import numpy as np
import shapely
from shapely.affinity import scale

from geo3d.errors import OptionError
from geo3d.geometry.value import Value
from geo3d.raster.info import Level
from geo3d.raster.pixels import Window
from geo3d.raster.rasterise import burn
from geo3d.raster.source import Raster
from geo3d.raster.statistics import BandStatistics, Tally

MOST_PIXELS = 16 << 20
"""Pixels of the area's box, times bands: above, a coarser level is looked at, and the answer says which."""
_PIECE_PIXELS = 1 << 20


class ZoneStatistics(Value):
    """Statistics of the bands of a raster inside an area, in stored numbers (before scale and offset)."""

    level: int
    """Which level was looked at; 0 = every native pixel."""
    factor: tuple[float, float]
    """Native pixels per pixel of that level, to the right and downwards."""
    bands: tuple[BandStatistics, ...]


def zone_statistics(raster: Raster, area: shapely.Geometry) -> ZoneStatistics:
    """Return statistics of the pixels whose centres lie inside an area.

    Args:
        raster: Open raster.
        area: Polygon or multipolygon in native pixels, corner convention. One that holds no pixel's centre counts the
            pixel that it lies in.

    Raises:
        OptionError: Nothing of the area lies on the raster.
        RasterError: A block is damaged.
    """
    info = raster.info
    whole = shapely.box(0, 0, info.width, info.height)
    inside = shapely.intersection(shapely.make_valid(area), whole)
    if shapely.is_empty(inside):
        raise OptionError("the area lies beside the raster")
    level = _level_for(info.levels, inside, len(info.bands))
    found = info.levels[level]
    fx, fy = found.factor
    shape = scale(inside, 1 / fx, 1 / fy, origin=(0, 0))
    window = _window(shape, found)
    tallies = [Tally.of(band) for band in info.bands]
    n_pixels = 0
    all_touched = not burn([(shape, 1)], window[2:], window[:2], dtype=np.uint8).any()
    for turn in range(2 if any(tally.needs_range for tally in tallies) else 1):
        for piece in _pieces(window):
            mask = burn([(shape, 1)], piece[2:], piece[:2], dtype=np.uint8, all_touched=all_touched).view(np.bool_)
            if not mask.any():
                continue
            n_pixels += int(mask.sum()) if turn == 0 else 0
            pixels = raster.read(level, piece)
            valid = mask if pixels.valid is None else mask & pixels.valid
            for plane, tally in zip(pixels.data, tallies, strict=True):
                tally.add(plane, valid, turn)
    results = [tally.result(band.index) for tally, band in zip(tallies, info.bands, strict=True)]
    bands = tuple(result.model_copy(update={"n_pixels": n_pixels}) for result in results)
    return ZoneStatistics(level=level, factor=(fx, fy), bands=bands)


def _level_for(levels: tuple[Level, ...], area: shapely.Geometry, n_bands: int) -> int:
    """Return the finest level whose pixels in the area's box are few enough."""
    left, top, right, bottom = shapely.bounds(area)
    real = [i for i, level in enumerate(levels) if level.origin != "sampled"]
    for i in real:
        fx, fy = levels[i].factor
        if (right - left) / fx * (bottom - top) / fy * n_bands <= MOST_PIXELS:
            return i
    return real[-1]


def _window(shape: shapely.Geometry, level: Level) -> Window:
    """Return the pixels of a level around an area on it."""
    left, top, right, bottom = shapely.bounds(shape)
    col, row = min(int(left), level.width - 1), min(int(top), level.height - 1)
    width = max(1, min(int(np.ceil(right)), level.width) - col)
    return Window(col, row, width, max(1, min(int(np.ceil(bottom)), level.height) - row))


def _pieces(window: Window) -> list[Window]:
    """Cut a window into stripes."""
    rows = max(1, _PIECE_PIXELS // window.width)
    end = window.row + window.height
    return [Window(window.col, row, window.width, min(rows, end - row)) for row in range(window.row, end, rows)]
