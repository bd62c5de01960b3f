"""Several files that act as one raster: bands in a stack, neighbours in a mosaic."""

from __future__ import annotations

import threading
from abc import ABC, abstractmethod
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from geo3d.raster.band import Band, is_storable, number_of
from geo3d.raster.compose import plan_mosaic, plan_stack
from geo3d.raster.info import RasterInfo
from geo3d.raster.pixels import Pixels, PixelValue, Window, value_of
from geo3d.raster.placement import Indices, Placement
from geo3d.raster.read import Data, Valid
from geo3d.raster.reader import Reader


class CompositeReader(ABC):
    """What stacks and mosaics share: members, placed on one grid."""

    def __init__(self, members: Sequence[Reader], titles: Sequence[str]) -> None:
        """Hold the members; nothing is opened yet.

        Args:
            members: Readers in the order of bands, or from bottom to top.
            titles: Their names in messages and as band names.
        """
        self.members, self.titles = tuple(members), tuple(titles)
        self._lock = threading.RLock()
        self._planned: tuple[RasterInfo, tuple[Placement, ...]] | None = None

    @abstractmethod
    def plan(self) -> tuple[RasterInfo, tuple[Placement, ...]]:
        """Return the info of the whole and where each member lies on its grid.

        Raises:
            RasterRefused: The members do not fit together; the message says how to mend it.
        """

    @abstractmethod
    def read(self, level: int, window: Window, bands: tuple[int, ...]) -> Pixels:
        """Read a window that lies within the level."""

    @abstractmethod
    def value(self, col: int, row: int) -> PixelValue:
        """Read one native pixel from the source."""

    @property
    def planned(self) -> tuple[RasterInfo, tuple[Placement, ...]]:
        """The plan, made on first use."""
        with self._lock:
            if self._planned is None:
                self._planned = self.plan()
            return self._planned

    @property
    def info(self) -> RasterInfo:
        """Everything but the pixels."""
        return self.planned[0]

    @property
    def files(self) -> tuple[Path, ...]:
        """The local files of all members, in member order."""
        return tuple(path for member in self.members for path in member.files)

    @property
    def unbuilt(self) -> tuple[str, ...]:
        """Names of the members whose levels are only sampled yet."""
        return tuple(name for member in self.members for name in member.unbuilt)

    def level_file(self, _level: int) -> Path | None:
        """None: no file holds a level of several files."""
        return None

    def refresh(self) -> None:
        """Look again for overviews of every member."""
        for member in self.members:
            member.refresh()
        with self._lock:
            self._planned = None

    def close(self) -> None:
        """Close every handle."""
        for member in self.members:
            member.close()

    def picked(self, index: int, level: int, window: Window, bands: tuple[int, ...]) -> tuple[Data, Valid] | None:
        """Return a member's pixels under a window of the whole, by nearest neighbour; None = the member is not there.

        Args:
            index: Which member.
            level: Level of the whole.
            window: In pixels of that level.
            bands: 1-based bands of the member.

        Returns:
            Data (bands, h, w), zero outside the member, and validity (h, w), False outside.
        """
        info, placements = self.planned
        member, placement, factor = self.members[index], placements[index], info.levels[level].factor
        own_level = placement.level_for(member.info, factor)
        own = member.info.levels[own_level]
        columns = placement.columns(window.col, window.width, factor[0], own)
        rows = placement.rows(window.row, window.height, factor[1], own)
        inside_x, inside_y = (columns >= 0) & (columns < own.width), (rows >= 0) & (rows < own.height)
        if not inside_x.any() or not inside_y.any():
            return None
        xs, ys = columns[inside_x], rows[inside_y]
        left, top = int(xs[0]), int(ys[0])
        place = Window(left, top, int(xs[-1]) - left + 1, int(ys[-1]) - top + 1)
        pixels = member.read(own_level, place, bands)
        if _is_run(columns) and _is_run(rows) and inside_x.all() and inside_y.all():
            everywhere = np.ones((window.height, window.width), np.bool_)
            return pixels.data, everywhere if pixels.valid is None else pixels.valid
        data = np.zeros((len(bands), window.height, window.width), dtype=pixels.data.dtype)
        valid = np.zeros((window.height, window.width), np.bool_)
        target, source = np.ix_(inside_y, inside_x), np.ix_(ys - top, xs - left)
        for plane, piece in zip(data, pixels.data, strict=True):
            plane[target] = piece[source]
        valid[target] = True if pixels.valid is None else pixels.valid[source]
        return data, valid

    def picked_value(self, index: int, col: int, row: int) -> PixelValue | None:
        """Return a member's exact numbers under a native pixel of the whole; None = the member is not there."""
        member, placement = self.members[index], self.planned[1][index]
        native = member.info.levels[0]
        at_col = int(placement.columns(col, 1, 1.0, native)[0])
        at_row = int(placement.rows(row, 1, 1.0, native)[0])
        if not (0 <= at_col < native.width and 0 <= at_row < native.height):
            return None
        return member.value(at_col, at_row)


class StackReader(CompositeReader):
    """Bands of several files side by side, on the grid of the finest."""

    def plan(self) -> tuple[RasterInfo, tuple[Placement, ...]]:
        """Return the info of the stack and where each member lies."""
        return plan_stack([member.info for member in self.members], list(self.titles))

    def read(self, level: int, window: Window, bands: tuple[int, ...]) -> Pixels:
        """Read a window; a pixel is valid where any wanted band is."""
        info = self.info
        data = np.zeros((len(bands), window.height, window.width), dtype=info.dtype)
        valid = np.zeros((window.height, window.width), np.bool_)
        for index, wanted in self._by_member(bands):
            found = self.picked(index, level, window, tuple(own for _, own in wanted))
            for number, (position, _) in enumerate(wanted):
                fill = _fill(info.bands[bands[position] - 1], info.dtype)
                if found is None:
                    data[position] = fill
                elif fill:
                    data[position] = np.where(found[1], found[0][number], found[0][number].dtype.type(fill))
                else:
                    data[position] = found[0][number]
            if found is not None:
                valid |= found[1]
        return Pixels(data, None if valid.all() else valid, window, info.levels[level])

    def value(self, col: int, row: int) -> PixelValue:
        """Return the exact numbers of every band; where a member is not there, its nodata or 0."""
        info = self.info
        stored: list[int | float] = []
        is_valid = False
        for index, member in enumerate(self.members):
            found = self.picked_value(index, col, row)
            own = info.bands[len(stored) : len(stored) + len(member.info.bands)]
            stored += [_fill(b, b.dtype) for b in own] if found is None else [number_of(v) for v in found.values]
            is_valid = is_valid or (found is not None and found.valid)
        return value_of(col, row, stored, info.bands, is_valid)

    def _by_member(self, bands: tuple[int, ...]) -> list[tuple[int, list[tuple[int, int]]]]:
        """Return (member, [(position in bands, own band)]) for each member that is needed."""
        needed: dict[int, list[tuple[int, int]]] = {}
        for position, band in enumerate(bands):
            own = band
            for index, member in enumerate(self.members):
                if own <= len(member.info.bands):
                    needed.setdefault(index, []).append((position, own))
                    break
                own -= len(member.info.bands)
        return sorted(needed.items())


class MosaicReader(CompositeReader):
    """Neighbouring files as one raster; later members lie on top."""

    def plan(self) -> tuple[RasterInfo, tuple[Placement, ...]]:
        """Return the info of the mosaic and where each member lies."""
        return plan_mosaic([member.info for member in self.members], list(self.titles))

    def read(self, level: int, window: Window, bands: tuple[int, ...]) -> Pixels:
        """Read a window; members below are only read where those above leave gaps."""
        info = self.info
        chosen = [info.bands[band - 1] for band in bands]
        data = np.empty((len(bands), window.height, window.width), dtype=info.dtype)
        for plane, band in zip(data, chosen, strict=True):
            plane[:] = _fill(band, info.dtype)
        valid = np.zeros((window.height, window.width), np.bool_)
        for index in reversed(range(len(self.members))):
            found = self.picked(index, level, window, bands)
            if found is None:
                continue
            fresh = found[1] & ~valid
            np.copyto(data, found[0].astype(info.dtype, copy=False), where=fresh)
            valid |= fresh
            if valid.all():
                return Pixels(data, None, window, info.levels[level])
        return Pixels(data, valid, window, info.levels[level])

    def value(self, col: int, row: int) -> PixelValue:
        """Return the exact numbers of the topmost member that has data there."""
        info = self.info
        for index in reversed(range(len(self.members))):
            found = self.picked_value(index, col, row)
            if found is not None and found.valid:
                return value_of(col, row, [number_of(v) for v in found.values], info.bands, True)
        return value_of(col, row, [_fill(band, band.dtype) for band in info.bands], info.bands, False)


def _fill(band: Band, dtype: str) -> int | float:
    """Return what stands where a band has no pixels: its nodata if it has one, else 0."""
    if band.nodata is None or not is_storable(band.nodata, dtype):
        return 0
    return number_of(band.nodata)


def _is_run(indices: Indices) -> bool:
    """Tell whether indices follow each other one by one, so that pixels need no picking."""
    return bool(np.array_equal(indices, np.arange(indices[0], indices[0] + len(indices))))
