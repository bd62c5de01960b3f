"""Rendered tiles: a raster, a grid, a style, a picture."""

from __future__ import annotations

import threading
from collections import OrderedDict
from typing import Final

import numpy as np

from geo3d.raster.encode import Picture, PictureFormat, encode
from geo3d.raster.grid import Cell, Grid
from geo3d.raster.ground import ground_pixel
from geo3d.raster.paint import Painter
from geo3d.raster.patch import Patch, without
from geo3d.raster.pixels import Window
from geo3d.raster.recipe import make_painter
from geo3d.raster.resample import thinned
from geo3d.raster.style import Style
from geo3d.raster.tile import TileReader, Want

_MOST_PAINTERS: Final = 64
_MOST_SAMPLES: Final = 3
_SAMPLE_SIDE: Final = 512
_MOST_SAMPLE_PIXELS: Final = 4 * 2**20
_KEPT_PIXELS: Final = 512 * 512


class Renderer:
    """Draws tiles of one raster in any style. Thread-safe."""

    def __init__(self, reader: TileReader) -> None:
        """Draw what this reader reads."""
        self.reader = reader
        self._painters: OrderedDict[str, Painter] = OrderedDict()
        self._samples: OrderedDict[tuple[int, ...], Patch] = OrderedDict()
        self._lock = threading.Lock()

    def draw(
        self, grid: Grid, z: int, x: int, y: int, size: int, style: Style, painter: Painter | None = None
    ) -> Picture:
        """Draw a tile; fully transparent where the raster has nothing.

        Args:
            grid: The grid.
            z: Zoom.
            x: Column.
            y: Row.
            size: Pixels on a side.
            style: How to draw.
            painter: What draws in this style, if another raster's knowledge is to decide; None = our own.

        Raises:
            NotFound: The grid has no such cell.
            CrsError: The raster cannot be brought onto this grid.
            OptionError: The style does not fit the raster.
            ExpressionError: The expression does not parse, or names a band that is not there.
            RasterError: A block is damaged.
        """
        return self.draw_square(grid, grid.cell(z, x, y), size, style, painter)

    def draw_square(self, grid: Grid, cell: Cell, size: int, style: Style, painter: Painter | None = None) -> Picture:
        """Draw any piece of a grid's plane as a square. Other arguments, and errors, as of `draw`."""
        painter = painter or self.painter(style)
        want = Want(painter.bands, nearest=painter.nearest, margin=painter.margin, nodata=style.nodata)
        patch = self.reader.read_square(grid, cell, size, want)
        if patch is None:
            return Picture(np.zeros((size, size), np.uint8), np.zeros((1, 4), np.uint8), None)
        ground = ground_pixel(grid, cell, size, self.reader.info) if painter.margin else (1.0, 1.0)
        return painter.paint(patch, ground)

    def tile(
        self,
        grid: Grid,
        z: int,
        x: int,
        y: int,
        size: int,
        style: Style,
        kind: PictureFormat,
        painter: Painter | None = None,
    ) -> bytes:
        """Draw a tile and write it as a file. Arguments and errors as of `draw`."""
        picture = self.draw(grid, z, x, y, size, style, painter)
        return encode(picture, kind, quality=style.quality, background=style.background)

    def painter_at_hand(self, style: Style) -> Painter | None:
        """Return what draws in this style if it was made already."""
        return self._painters.get(style.digest)

    def painter(self, style: Style) -> Painter:
        """Return what draws in this style; made once.

        Raises:
            OptionError: The style does not fit the raster.
            ExpressionError: The expression does not parse, or names a band that is not there.
        """
        with self._lock:
            painter = self._painters.get(style.digest)
            if painter is not None:
                self._painters.move_to_end(style.digest)
                return painter
        painter = make_painter(style, self.reader.info, lambda bands: without(self.sampled(bands), style.nodata))
        with self._lock:
            self._painters[style.digest] = painter
            if len(self._painters) > _MOST_PAINTERS:
                self._painters.popitem(last=False)
        return painter

    def sampled(self, bands: tuple[int, ...]) -> Patch:
        """Return some hundred thousand pixels of some bands, spread over the raster."""
        with self._lock:
            patch = self._samples.get(bands)
        if patch is not None:
            return patch
        levels = self.reader.info.levels
        # not the coarsest: the one that the first picture on a screen needs anyway
        enough = [i for i, level in enumerate(levels) if i == 0 or max(level.width, level.height) >= _SAMPLE_SIDE]
        level = [i for i in enough if levels[i].origin != "sampled"][-1]
        if levels[level].width * levels[level].height > _MOST_SAMPLE_PIXELS:
            level = enough[-1]
        width, height = levels[level].width, levels[level].height
        step = max(1, round((width * height / _KEPT_PIXELS) ** 0.5))
        patch = thinned(self.reader.read_level(level, Window(0, 0, width, height), Want(bands)), step, step)
        with self._lock:
            self._samples[bands] = patch
            if len(self._samples) > _MOST_SAMPLES:
                self._samples.popitem(last=False)
        return patch
