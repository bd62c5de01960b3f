"""Texts of a dataset. Files older than UTF-8 hold them in other encodings, where rasterio raises."""

from __future__ import annotations

from typing import Literal, get_args

from rasterio._err import CPLE_BaseError

from geo3d.raster.handle import Dataset
from geo3d.raster.info import Interleave


def tags_of(dataset: Dataset, band: int = 0, domain: str | None = None) -> dict[str, str]:
    """Return metadata items; none where any of them is not UTF-8.

    Args:
        dataset: Open dataset.
        band: 1-based; 0 = those of the dataset.
        domain: GDAL's metadata domain; None = the default one.
    """
    try:
        found: dict[str, str] = dataset.tags(band, ns=domain)
    except UnicodeDecodeError:
        return {}
    return found


def texts_of(dataset: Dataset, what: Literal["descriptions", "units"]) -> tuple[str | None, ...]:
    """Return a text per band, None where there is none, or for all where one is not UTF-8."""
    try:
        return tuple(text or None for text in getattr(dataset, what))
    except UnicodeDecodeError:
        return (None,) * int(dataset.count)


def overview_reference(dataset: Dataset) -> str | None:
    """Return the file that the metadata name as overviews, None when there is none.

    What cannot be decoded counts as a reference: GDAL would follow it all the same.
    """
    try:
        found: str | None = dataset.tags(ns="OVERVIEWS").get("OVERVIEW_FILE")
    except UnicodeDecodeError:
        return "(not UTF-8)"
    return found


def color_names(dataset: Dataset) -> tuple[str, ...]:
    """Return the colour interpretation per band, in rasterio's names.

    A complaint of GDAL about metadata read before (a broken EXIF directory) surfaces here, in the next call whose
    result rasterio checks; asked again, it answers.
    """
    try:
        return tuple(color.name for color in dataset.colorinterp)
    except CPLE_BaseError:
        return tuple(color.name for color in dataset.colorinterp)


def structure_of(dataset: Dataset) -> tuple[Interleave | None, str | None]:
    """Return how bands are interleaved and compressed (lower case), as far as the file says.

    JPEG 2000 is not asked: for that GDAL 3.10 walks through the codestream, and on a damaged one it walks for ever,
    while all of Python waits (found by flipping bytes).
    """
    if dataset.driver.startswith("JP2"):
        return None, "jpeg2000"
    interleaving, compression = dataset.interleaving, dataset.compression
    known = interleaving.name if interleaving and interleaving.name in get_args(Interleave) else None
    return known, compression.name.lower() if compression else None
