"""Windows of pixels straight from the blocks of a TIFF file, beside GDAL."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path

import cv2
import numpy as np

from geo3d.errors import RasterError
from geo3d.raster.band import is_nodata, number_of
from geo3d.raster.block import BlockCache, BlockFile
from geo3d.raster.codec import is_decodable
from geo3d.raster.info import Level, RasterInfo
from geo3d.raster.patch import Array, Mask, Patch, all_or
from geo3d.raster.pixels import Window
from geo3d.raster.source import Raster
from geo3d.raster.tiff import Directory


@dataclass(frozen=True, eq=False, slots=True)
class BlockLevel:
    """Where the blocks of one level are."""

    file: BlockFile
    directory: Directory
    mask: Directory | None = None
    """The directory of the validity mask, when the raster has one."""
    mask_plane: int | None = None
    """The plane (0-based) that is the validity, in overviews of the cache."""


class BlockReader:
    """Reads the levels of one raster block by block. Thread-safe."""

    def __init__(self, info: RasterInfo, levels: tuple[BlockLevel | None, ...]) -> None:
        """Hold what was found; see `of`."""
        self.info = info
        self.levels = levels
        """One entry per level of the raster; None = only GDAL reads it."""

    @classmethod
    def of(cls, raster: Raster, cache: BlockCache) -> BlockReader:
        """Find out which levels of a raster can be read directly; possibly none.

        Raises:
            RasterRefused: The file's blocks are too large or its header lies.
            AssetMissing: The file is gone.
        """
        info = raster.info
        files = raster.files
        if info.driver not in ("GTiff", "COG"):
            files = ()  # only what geo3d has put into the cache is known to be TIFF
        places = [place for file in files[:1] for place in (file, Path(f"{file}.ovr")) if place.is_file()]
        opened = [file for file in (_open(place, cache) for place in places) if file is not None]
        levels = (
            _find_cached(info, raster.level_file(i), cache) if level.origin == "cache" else _find(info, level, opened)
            for i, level in enumerate(info.levels)
        )
        return cls(info, tuple(levels))

    def read(self, level: int, window: Window, bands: tuple[int, ...]) -> Patch:
        """Read a window of a level that is in `levels`.

        Args:
            level: Index of the level.
            window: Inside the level.
            bands: 1-based, in the order wanted.

        Raises:
            RasterError: A block is damaged; the message names it.
        """
        place = self.levels[level]
        assert place is not None
        alpha = self.info.alpha if self.info.mask == "alpha" else None
        wanted = bands if alpha is None or alpha in bands else (*bands, alpha)
        if place.directory.is_planar:
            planes = np.stack([self._assembled(place, place.directory, window, band - 1)[:, :, 0] for band in wanted])
            patch = Patch(planes, False, None)
        else:
            patch = _picked(self._assembled(place, place.directory, window, 0), wanted)
        return _with_validity(patch, wanted, len(bands), self.info, self._mask(place, window))

    def _mask(self, place: BlockLevel, window: Window) -> Mask | None:
        if place.mask_plane is not None:
            return all_or(self._assembled(place, place.directory, window, place.mask_plane)[:, :, 0] != 0)
        if place.mask is None:
            return None
        return all_or(self._assembled(place, place.mask, window, 0)[:, :, 0] != 0)

    def _assembled(self, place: BlockLevel, directory: Directory, window: Window, plane: int) -> Array:
        """Return (height, width, samples) of a window: a view of one block, or a copy out of several."""
        bw, bh = directory.block_width, directory.block_height
        col0, col1 = window.col // bw, (window.col + window.width - 1) // bw
        row0, row1 = window.row // bh, (window.row + window.height - 1) // bh
        first = plane * directory.across * directory.down if directory.is_planar else 0
        if col0 == col1 and row0 == row1:
            block = place.file.block(directory, first + row0 * directory.across + col0)
            if block is not None:
                y, x = window.row - row0 * bh, window.col - col0 * bw
                return block[y : y + window.height, x : x + window.width]
        out = np.empty((window.height, window.width, directory.samples_per_block), directory.dtype.newbyteorder("="))
        for row in range(row0, row1 + 1):
            top, bottom = max(window.row, row * bh), min(window.row + window.height, (row + 1) * bh)
            for col in range(col0, col1 + 1):
                left, right = max(window.col, col * bw), min(window.col + window.width, (col + 1) * bw)
                block = place.file.block(directory, first + row * directory.across + col)
                target = out[top - window.row : bottom - window.row, left - window.col : right - window.col]
                if block is None:
                    target[...] = self._blank(directory, plane)
                else:
                    target[...] = block[top - row * bh : bottom - row * bh, left - col * bw : right - col * bw]
        return out

    def _blank(self, directory: Directory, plane: int) -> int | float:
        """Return what GDAL reads where no block was written: nodata, else zero."""
        nodata = self.info.bands[plane].nodata
        return 0 if directory.is_mask or nodata is None else number_of(nodata)


def _open(path: Path, cache: BlockCache) -> BlockFile | None:
    """Open a file for direct reading; None leaves it to GDAL. Refusals and missing files are for the caller."""
    try:
        return BlockFile(path, cache)
    except RasterError as error:
        if type(error) is RasterError:
            return None
        raise


def _find(info: RasterInfo, level: Level, files: list[BlockFile]) -> BlockLevel | None:
    """Find the directory of a level, and its mask's."""
    if level.origin not in ("native", "overview"):
        return None
    size = (level.width, level.height)
    for i, file in enumerate(files):
        images = [d for d in file.directories if (d.width, d.height) == size]
        picture = next(
            (d for d in images if not d.is_mask and (d.is_reduced or i > 0 or level.origin == "native")), None
        )
        if picture is None or (level.origin == "native" and i > 0):
            continue
        mask = next((d for d in images if d.is_mask and is_decodable(d)), None)
        dtypes = {band.dtype for band in info.bands}
        fits = picture.samples == len(info.bands) and dtypes == {picture.dtype.newbyteorder("=").name}
        if not fits or not is_decodable(picture) or (info.mask == "mask" and mask is None):
            return None
        return BlockLevel(file, picture, mask if info.mask == "mask" else None)
    return None


def _find_cached(info: RasterInfo, path: Path | None, cache: BlockCache) -> BlockLevel | None:
    """Return an overview of the cache: a file of its own, every band a plane, the mask the last."""
    file = None if path is None or not path.is_file() else _open(path, cache)
    if file is None:
        return None
    picture, n_bands = file.directories[0], len(info.bands)
    has_mask = info.mask == "mask"
    dtypes = {band.dtype for band in info.bands}
    fits = picture.samples == n_bands + has_mask and dtypes == {picture.dtype.newbyteorder("=").name}
    if not fits or (not picture.is_planar and n_bands + has_mask > 1) or not is_decodable(picture):
        return None
    return BlockLevel(file, picture, mask_plane=n_bands if has_mask else None)


def _picked(chunk: Array, bands: tuple[int, ...]) -> Patch:
    """Return some bands of (height, width, samples)."""
    if bands == tuple(range(1, chunk.shape[2] + 1)):
        return Patch(chunk, True, None)
    return Patch(np.stack([chunk[:, :, band - 1] for band in bands]), False, None)


def _with_validity(patch: Patch, bands: tuple[int, ...], n_wanted: int, info: RasterInfo, mask: Mask | None) -> Patch:
    """Add what is valid, and take the alpha band away again where nobody asked for it."""
    match info.mask:
        case "none":
            return patch
        case "mask":
            return Patch(patch.data, patch.is_interleaved, mask)
        case "alpha":
            assert info.alpha is not None
            valid = all_or(patch.plane(bands.index(info.alpha)) != 0)
            if n_wanted == len(bands):
                return Patch(patch.data, patch.is_interleaved, valid)
            kept = patch.data[:, :, :n_wanted] if patch.is_interleaved else patch.data[:n_wanted]
            return Patch(np.ascontiguousarray(kept), patch.is_interleaved, valid)
        case "nodata" | "nan":
            return Patch(patch.data, patch.is_interleaved, has_data(patch, bands, info))


def has_data(patch: Patch, bands: tuple[int, ...], info: RasterInfo) -> Mask | None:
    """Return where at least one band has data, by nodata and NaN; None = everywhere.

    Args:
        patch: Pixels; its own mask does not count.
        bands: Which bands they are, 1-based.
        info: What the bands' nodata is.
    """
    words = {info.bands[band - 1].nodata for band in bands}
    data = patch.data
    if len(words) == 1 and data.dtype in (np.uint8, np.uint16) and patch.is_interleaved and data.shape[2] <= 4:
        word = next(iter(words))
        number = None if word is None else number_of(word)
        limit = np.iinfo(data.dtype).max
        if number is None or number != number or not 0 <= number <= limit or number != int(number):
            return None
        same = [int(number)] * data.shape[2]
        lost = cv2.inRange(np.ascontiguousarray(data), np.array(same), np.array(same))
        return None if not lost.any() else np.asarray(lost == 0)
    lost_everywhere = np.ones(patch.shape, np.bool_)
    for i, band in enumerate(bands):
        lost_everywhere &= is_nodata(patch.plane(i), info.bands[band - 1].nodata)
        if not lost_everywhere.any():
            return None
    return np.asarray(~lost_everywhere)
