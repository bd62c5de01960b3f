"""COCO's run lengths: column by column over the whole image, zeros first; as numbers or as its compressed text.

All of it works on a crop: nothing of the size of the image is ever allocated, so that a file that claims 60,000 x
60,000 pixels costs nothing.

Source: ``maskApi.c`` of the COCO API (rleToString, rleFrString): 5 bits per character from '0', the sixth says that
more follow, each count from the fourth on is the difference to the one two before.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt

from geo3d.errors import FormatError
from geo3d.geometry import Mask

MOST_CROP = 1 << 27
"""Pixels of one object's crop above which it is refused."""

Bits = npt.NDArray[np.bool_]


def counts_of(bits: Bits, offset: tuple[int, int], size: tuple[int, int]) -> list[int]:
    """Return the run lengths of an image in which only a crop is set.

    Args:
        bits: The crop, shape (height, width).
        offset: (column, row) of its first pixel.
        size: (width, height) of the image; the crop lies inside.
    """
    height = size[1]
    columns = bits.T  # one row per image column
    padded = np.zeros((columns.shape[0], columns.shape[1] + 2), dtype=np.int8)
    padded[:, 1:-1] = columns
    edges = np.diff(padded, axis=1)
    where, starts = np.nonzero(edges == 1)
    _, ends = np.nonzero(edges == -1)
    base = (where + offset[0]).astype(np.int64) * height + offset[1]
    first, last = base + starts, base + ends
    # a run that reaches the foot of a column and goes on at the head of the next is one run
    joined = np.flatnonzero(first[1:] == last[:-1])
    first, last = np.delete(first, joined + 1), np.delete(last, joined)
    stops = np.empty(2 * len(first) + 1, dtype=np.int64)
    stops[0:-1:2], stops[1:-1:2], stops[-1] = first, last, size[0] * height
    counts: list[int] = np.diff(stops, prepend=0).tolist()
    return counts if counts[-1] or len(counts) == 1 else counts[:-1]


def mask_of(counts: Sequence[int], size: tuple[int, int], frame: str, place: str) -> Mask:
    """Return run lengths of an image as a mask with the crop that its pixels need.

    Args:
        counts: Run lengths, zeros first.
        size: (width, height) of the image.
        frame: Id of the image's frame.
        place: Where they stand in the file, for messages.

    Raises:
        FormatError: They do not sum to the image's pixels, or the object's crop has more than `MOST_CROP` pixels.
    """
    width, height = size
    runs = np.asarray(counts, dtype=np.int64)
    if (runs < 0).any() or int(runs.sum()) != width * height:
        raise FormatError(f"{place}: the runs sum to {int(runs.sum())}, the image has {width} x {height} pixels")
    stops = np.cumsum(runs)
    n = len(runs) // 2
    first, last = stops[0 : 2 * n : 2], stops[1 : 2 * n : 2]
    keep = last > first
    first, last = first[keep], last[keep]
    if not len(first):
        return Mask(frame=frame, offset=(0, 0), size=(1, 1), counts=(1,))
    head, foot = first // height, (last - 1) // height
    low, high = int(head[0]), int(foot[-1]) + 1
    spans = foot > head  # such a run touches the foot of its column and the head of the next
    top = 0 if spans.any() else int((first % height).min())
    bottom = height if spans.any() else int(((last - 1) % height).max()) + 1
    if (high - low) * (bottom - top) > MOST_CROP:
        raise FormatError(f"{place}: the object covers {high - low} x {bottom - top} pixels, too many for one mask")
    edges = np.zeros((high - low) * height + 1, dtype=np.int8) if spans.any() else None
    if edges is not None:
        edges[first - low * height] = 1
        edges[last - low * height] = -1
        bits = np.cumsum(edges[:-1], dtype=np.int8).reshape(high - low, height).astype(bool)
    else:
        steps = np.zeros((high - low, bottom - top + 1), dtype=np.int8)
        np.add.at(steps, (head - low, first % height - top), 1)
        np.add.at(steps, (head - low, (last - 1) % height + 1 - top), -1)
        bits = np.cumsum(steps[:, :-1], axis=1, dtype=np.int8).astype(bool)
    return Mask.encode(frame, np.ascontiguousarray(bits.T), (low, top))


def compressed(counts: Sequence[int]) -> str:
    """Return run lengths as COCO's compressed text."""
    out = bytearray()
    for i, count in enumerate(counts):
        value = count - counts[i - 2] if i > 2 else count
        while True:
            bits, value = value & 0x1F, value >> 5
            more = value != (-1 if bits & 0x10 else 0)
            out.append((bits | 0x20 if more else bits) + 48)
            if not more:
                break
    return out.decode("ascii")


def expanded(text: str, place: str) -> list[int]:
    """Return the run lengths of COCO's compressed text.

    Raises:
        FormatError: It is none.
    """
    counts: list[int] = []
    value, shift = 0, 0
    for character in text.encode("ascii", "replace"):
        bits = character - 48
        if not 0 <= bits < 64 or shift > 60:
            raise FormatError(f"{place}: counts is no compressed run lengths (at {chr(character)!r})")
        value |= (bits & 0x1F) << shift
        shift += 5
        if not bits & 0x20:
            if bits & 0x10:
                value -= 1 << shift
            counts.append(value + counts[-2] if len(counts) > 2 else value)
            value, shift = 0, 0
    if shift:
        raise FormatError(f"{place}: counts ends in the middle of a number")
    return counts


def read_rle(rle: dict[str, Any], size: tuple[int, int], frame: str, place: str) -> Mask:
    """Return the object of a ``{"size": [h, w], "counts": …}``.

    Raises:
        FormatError: It is damaged, or of another size than its image.
    """
    height_width, counts = rle.get("size"), rle.get("counts")
    if height_width != [size[1], size[0]]:
        raise FormatError(f"{place}.size is {height_width}, the image has [{size[1]}, {size[0]}] (height, width)")
    if isinstance(counts, str):
        return mask_of(expanded(counts, place), size, frame, place)
    if not isinstance(counts, list) or not all(isinstance(c, int) and not isinstance(c, bool) for c in counts):
        raise FormatError(f"{place}.counts is neither text nor a list of whole numbers")
    if any(not 0 <= c <= size[0] * size[1] for c in counts):
        raise FormatError(f"{place}.counts has a run that is longer than the image, or negative")
    return mask_of(counts, size, frame, place)
