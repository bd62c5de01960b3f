"""Pixels out of an open dataset: data and where they are valid, and errors that say which block is broken."""

from __future__ import annotations

import re
from collections.abc import Sequence

import numpy as np
import numpy.typing as npt
from rasterio.errors import RasterioError
from rasterio.windows import Window as GdalWindow

from geo3d.errors import RasterError
from geo3d.raster.band import Band, is_nodata
from geo3d.raster.handle import Dataset
from geo3d.raster.info import MaskKind
from geo3d.raster.pixels import Window

Data = npt.NDArray[np.generic]
Valid = npt.NDArray[np.bool_]

_BLOCK = re.compile(r"IReadBlock failed at X offset (\d+), Y offset (\d+)")


def read_window(
    dataset: Dataset, window: Window, wanted: Sequence[int], bands: Sequence[Band], mask: MaskKind, alpha: int | None
) -> tuple[Data, Valid | None]:
    """Read bands and validity of a window.

    Args:
        dataset: Open dataset, of the native pixels or of an overview.
        window: Pixels of that dataset, inside it.
        wanted: 1-based bands, in the order wanted.
        bands: All bands of the raster.
        mask: Where validity comes from.
        alpha: The alpha band, when `mask` is alpha.

    Returns:
        Data (bands, h, w) and validity (h, w); None = all valid.
        With nodata, a pixel is valid where any wanted band is.

    Raises:
        RasterError: GDAL cannot decode a block.
    """
    indices = [*wanted]
    if mask == "alpha" and alpha is not None and alpha not in indices:
        indices.append(alpha)
    data = _read(dataset, window, indices)
    valid: Valid | None = None
    if mask == "alpha" and alpha is not None:
        valid = np.asarray(data[indices.index(alpha)] != 0)
    elif mask == "mask":
        valid = np.asarray(dataset.read_masks(1, window=GdalWindow(*window)) != 0)
    elif mask in ("nodata", "nan"):
        valid = valid_by_nodata(data, [bands[index - 1] for index in indices])
    if valid is not None and valid.all():
        valid = None
    return data[: len(wanted)], valid


def valid_by_nodata(data: Data, bands: Sequence[Band]) -> Valid | None:
    """Return where any band holds something else than nodata and NaN; None = everywhere, cheaply.

    Args:
        data: Shape (bands, h, w).
        bands: What each plane is; an alpha band among them does not count.
    """
    lost: Valid | None = None
    for plane, band in zip(data, bands, strict=True):
        if band.color == "alpha" and len(bands) > 1:
            continue
        missing = is_nodata(plane, band.nodata)
        lost = missing if lost is None else lost & missing
        if not lost.any():
            return None
    return None if lost is None else ~lost


def decode_error(error: RasterioError, title: str, level: int) -> RasterError:
    """Return our error for a block that GDAL could not decode: which block, and GDAL's innermost reason."""
    place, reason, link = None, str(error), error.__cause__ or error.__context__
    while link is not None:
        place = place or _BLOCK.search(str(link))
        reason, link = str(link) or reason, link.__cause__ or link.__context__
    where = f"block (column {place[1]}, row {place[2]}) of level {level}" if place else f"a block of level {level}"
    details = {"level": level, "column": int(place[1]), "row": int(place[2])} if place else {"level": level}
    return RasterError(
        f"{title}: {where} cannot be decoded ({reason.strip()[:200]}); get a complete copy of the file", **details
    )


def _read(dataset: Dataset, window: Window, indices: list[int]) -> Data:
    place = GdalWindow(*window)
    dtypes = {dataset.dtypes[index - 1] for index in indices}
    if len(dtypes) == 1:
        data: Data = dataset.read(indices, window=place)
        return data
    common = np.result_type(*map(np.dtype, dtypes))  # VRTs and netCDF may mix; rasterio refuses to
    return np.stack([dataset.read(index, window=place).astype(common) for index in indices])
