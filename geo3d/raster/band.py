"""One band of a raster: what its numbers mean."""

from __future__ import annotations

import math
from typing import Literal

import numpy as np
import numpy.typing as npt

from geo3d.geometry.value import Number, Value

ColorRole = Literal[
    "undefined",
    "gray",
    "palette",
    "red",
    "green",
    "blue",
    "alpha",
    "pan",
    "coastal",
    "yellow",
    "rededge",
    "nir",
    "swir",
    "mwir",
    "lwir",
    "tir",
    "cirrus",
    "watervapour",
    "sar",
    "elevation",
    "hue",
    "saturation",
    "lightness",
    "cyan",
    "magenta",
    "black",
    "luma",
    "chroma",
]
"""What a band shows. Taken from the file's colour interpretation, else from band names, wavelengths or the file's
name."""

NonFinite = Literal["nan", "inf", "-inf"]
"""JSON has no NaN: non-finite numbers of pixels and nodata are these words."""

PixelNumber = int | Number | NonFinite
"""A pixel's number, exact: int for integer dtypes, float for float dtypes, a word when not finite."""


def spelled(value: int | float) -> PixelNumber:
    """Return a number as it travels in JSON.

    >>> spelled(float("nan"))
    'nan'
    >>> spelled(7)
    7
    """
    if isinstance(value, int) or math.isfinite(value):
        return value
    return "nan" if math.isnan(value) else "inf" if value > 0 else "-inf"


def number_of(value: PixelNumber) -> int | float:
    """Return the number again; the inverse of `spelled`."""
    return float(value) if isinstance(value, str) else value


class Band(Value):
    """A band: data type, nodata, physical meaning and colour."""

    index: int
    """1-based, as GDAL and the expressions ``b1`` count."""
    name: str
    """Short name, unique in the raster: ``B04``, ``red``, else ``b1``."""
    dtype: str
    """numpy name: ``uint8`` .. ``float64``."""
    nodata: PixelNumber | None = None
    """The number that means "no data"; "nan", "inf", "-inf" are words. None = not declared (NaN is never data anyway).
    The number that means "no data"; "nan", "inf", "-inf" are words. None = not declared (NaN is never data anyway)."""
    scale: Number = 1.0
    """physical = value * scale + offset."""
    offset: Number = 0.0
    """In physical units."""
    unit: str | None = None
    """Physical unit as the file writes it."""
    color: ColorRole = "undefined"
    """What the band shows."""
    wavelength_nm: Number | None = None
    """Central wavelength in nanometres, where the file or the sensor's table states it."""
    description: str | None = None
    """The file's own words."""


def is_nodata(data: npt.NDArray[np.generic], nodata: PixelNumber | None) -> npt.NDArray[np.bool_]:
    """Return where data equals nodata or is NaN, same shape as data.

    A nodata that the dtype cannot hold matches nothing. float32 is compared after the nodata was rounded to float32, as
    GDAL does: the tag is text and seldom has all digits.
    """
    floating = data.dtype.kind == "f"
    empty: npt.NDArray[np.bool_] = np.isnan(data) if floating else np.zeros(data.shape, dtype=np.bool_)
    if nodata is None:
        return empty
    number = number_of(nodata)
    if math.isnan(number):
        return empty
    if not floating:
        if not is_storable(nodata, str(data.dtype)):
            return empty
        return np.asarray(data == data.dtype.type(int(number)), dtype=np.bool_)
    with np.errstate(over="ignore"):
        return np.asarray((data == data.dtype.type(number)) | empty, dtype=np.bool_)


def is_storable(nodata: PixelNumber, dtype: str) -> bool:
    """Tell whether pixels of a dtype can hold a nodata value.

    >>> is_storable(-9999, "uint8"), is_storable("nan", "float32")
    (False, True)
    """
    if dtype.startswith("float"):
        return True
    number = number_of(nodata)
    limits = np.iinfo(np.dtype(dtype))
    return math.isfinite(number) and number == int(number) and int(limits.min) <= int(number) <= int(limits.max)
