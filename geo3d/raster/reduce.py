"""Half the resolution: averages that know about missing pixels, or nearest neighbours for classes."""

from __future__ import annotations

import cv2
import numpy as np
import numpy.typing as npt

Plane = npt.NDArray[np.generic]
Valid = npt.NDArray[np.bool_]

_FAST = frozenset({"uint8", "uint16", "int16", "float32", "float64"})
"""Data types whose 2 x 2 averages OpenCV computes, rounding halves as we do."""


def halved(plane: Plane, valid: Valid | None, fill: float | int | None) -> Plane:
    """Return the average of each 2 x 2 pixels.

    Args:
        plane: Shape (h, w); odd sides count their last row or column twice.
        valid: Pixels that count; None = all.
        fill: What a pixel becomes when none of its four counts; other pixels never come out equal to it. None = zero,
            and others may be zero too (validity is kept elsewhere).

    Returns:
        Shape ((h + 1) // 2, (w + 1) // 2), same dtype. Integers are rounded to nearest, halves up.
    """
    plane = _even(plane)
    if valid is None:
        return _mean(plane)
    counted = _even(valid) != 0
    counts = _quarters(counted.astype(np.uint8)).sum(axis=0, dtype=np.uint8)
    total = _quarters(np.where(counted, plane, np.zeros((), plane.dtype))).sum(axis=0, dtype=_wide(plane.dtype))
    with np.errstate(invalid="ignore", divide="ignore"):
        if plane.dtype.kind == "f":
            mean = (total / counts).astype(plane.dtype)
        else:
            divisor = np.maximum(counts, 1).astype(total.dtype)
            mean = ((total + divisor // 2) // divisor).astype(plane.dtype)
    return _filled(mean, counts == 0, fill)


def halved_nearest(plane: Plane) -> Plane:
    """Return every second pixel, ((h + 1) // 2, (w + 1) // 2): the one nearest to the centre, right and below of it."""
    return np.ascontiguousarray(_even(plane)[1::2, 1::2])


def halved_any(valid: Valid) -> Valid:
    """Return whether any of each 2 x 2 pixels is valid."""
    return np.asarray(_quarters(_even(valid)).any(axis=0))


def _mean(plane: Plane) -> Plane:
    height, width = plane.shape
    if str(plane.dtype) in _FAST:
        small: Plane = cv2.resize(np.ascontiguousarray(plane), (width // 2, height // 2), interpolation=cv2.INTER_AREA)
        return small.reshape(height // 2, width // 2)
    quarters = _quarters(plane)
    if plane.dtype.kind == "f":
        return np.asarray(quarters.mean(axis=0, dtype=np.float64).astype(plane.dtype))
    if plane.dtype.itemsize == 8:  # the sum of four may not fit: add quotients and remainders apart
        quotients, remainders = quarters // 4, quarters % 4
        return np.asarray(quotients.sum(axis=0) + (remainders.sum(axis=0) + 2) // 4, dtype=plane.dtype)
    return np.asarray((quarters.sum(axis=0, dtype=np.int64) + 2) // 4, dtype=plane.dtype)


def _wide(dtype: np.dtype[np.generic]) -> type[np.generic]:
    """Return a type in which four pixels can be added; of 64-bit integers an overview only keeps 53 bits or more."""
    if dtype.kind == "f":
        return np.float64
    return np.int64 if dtype.itemsize < 8 else np.longdouble


def _filled(mean: Plane, lost: Valid, fill: float | int | None) -> Plane:
    """Put `fill` where nothing counted, and move averages that happen to equal it one step away."""
    if fill is None:
        mean[lost] = 0
        return mean
    if mean.dtype.kind == "f":
        beside = np.nextafter(mean.dtype.type(fill), mean.dtype.type(np.inf))
    else:
        beside = mean.dtype.type(int(fill) - 1 if fill == np.iinfo(str(mean.dtype)).max else int(fill) + 1)
    mean[mean == mean.dtype.type(fill)] = beside
    mean[lost] = mean.dtype.type(fill)
    return mean


def _quarters(plane: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """Return the four pixels of each 2 x 2 as (4, h / 2, w / 2)."""
    return np.stack([plane[0::2, 0::2], plane[0::2, 1::2], plane[1::2, 0::2], plane[1::2, 1::2]])


def _even(plane: npt.NDArray[np.generic]) -> npt.NDArray[np.generic]:
    """Repeat the last row or column of odd sides."""
    height, width = plane.shape
    if height % 2 or width % 2:
        return np.pad(plane, ((0, height % 2), (0, width % 2)), mode="edge")
    return plane
