"""How a raster is stored: refusals, slowness, missing ends."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np

from geo3d.errors import RasterRefused
from geo3d.raster.handle import Dataset
from geo3d.raster.problem import RasterProblem

LARGEST_BLOCK_BYTES = 256 << 20
"""Decoded bytes of one block above which a file is refused: a single pixel of it would cost that much memory."""

MOST_BYTES_PER_BYTE = 200_000
"""Decoded bytes per byte on disk above which a header is not believed. zstd reaches some 10,000 on a constant picture.
Decoded bytes per byte on disk above which a header is not believed. zstd reaches some 10,000 on a constant picture."""

READABLE = frozenset(
    ["uint8", "int8", "uint16", "int16", "uint32", "int32", "uint64", "int64", "float16", "float32", "float64"]
)
"""Data types of pixels, numpy names."""

ONE_PASS_DRIVERS = frozenset({"PNG", "JPEG", "WEBP", "GIF"})
_MANY_PIXELS = 16 << 20


def check_readable(dataset: Dataset, title: str, size_bytes: int | None) -> None:
    """Refuse what cannot be read at an acceptable price.

    Args:
        dataset: Open dataset.
        title: What the file is called in messages.
        size_bytes: Bytes on disk of everything it consists of; None = unknown (remote).

    Raises:
        RasterRefused: No bands, complex numbers, blocks above 256 MB, or a header that claims
            far more than the file holds.
    """
    if not dataset.count:
        inner = ", ".join(name.partition(":")[2] or name for name in dataset.subdatasets[:8])
        advice = (
            f"it holds several: {inner}; convert the wanted one with gdal_translate" if inner else "it holds no bands"
        )
        raise RasterRefused(f"{title} is not one raster: {advice}", subdatasets=list(dataset.subdatasets))
    for dtype in sorted({str(dtype) for dtype in dataset.dtypes} - READABLE):
        raise RasterRefused(
            f"{title} holds {dtype} numbers, which have no picture; write their magnitude first: "
            f'gdal_calc.py -A {title} --calc="abs(A)" --type=Float32 --outfile=magnitude.tif'
        )
    block_width, block_height = dataset.block_shapes[0][::-1]
    together = dataset.count if dataset.interleaving and dataset.interleaving.name == "pixel" else 1
    block_bytes = block_width * block_height * together * np.dtype(dataset.dtypes[0]).itemsize
    if block_bytes > LARGEST_BLOCK_BYTES:
        raise RasterRefused(
            f"{title} is stored in blocks of {block_width} x {block_height} pixels, {block_bytes >> 20} MB "
            "each; a block above "
            f"{LARGEST_BLOCK_BYTES >> 20} MB is not read. Mend it: gdal_translate -co TILED=YES -co "
            "COMPRESS=ZSTD -co BIGTIFF=IF_SAFER "
            f"{title} tiled.tif, or geo3d add --optimise",
            block=[block_width, block_height],
        )
    claimed = dataset.width * dataset.height * sum(np.dtype(dtype).itemsize for dtype in dataset.dtypes)
    if size_bytes is not None and claimed > MOST_BYTES_PER_BYTE * max(size_bytes, 1):
        raise RasterRefused(
            f"{title} claims {dataset.width} x {dataset.height} pixels but has {size_bytes} bytes; it is "
            "damaged or made up. "
            "Get a complete copy of it."
        )


def storage_problems(dataset: Dataset, has_levels: bool) -> Iterator[RasterProblem]:
    """Yield what makes reading slow."""
    width, height, n_pixels = dataset.width, dataset.height, dataset.width * dataset.height
    if dataset.driver in ONE_PASS_DRIVERS and n_pixels > _MANY_PIXELS:
        yield RasterProblem(
            reason="one-pass",
            message=f"{dataset.driver} files can only be decoded from the top, so every look at the bottom "
            "costs the whole file; "
            "geo3d add --optimise makes it fast.",
        )
    elif dataset.block_shapes[0][1] == width and n_pixels > _MANY_PIXELS and dataset.block_shapes[0][0] < height:
        yield RasterProblem(
            reason="striped",
            severity="note",
            message=(
                "The file is stored in rows, not tiles: each tile at native zoom reads whole rows. geo3d "
                "add --optimise helps."
            ),
        )
    if not has_levels:
        yield RasterProblem(
            reason="no-overviews",
            severity="note",
            message=(
                "The file has no overviews; they are built into the workspace's cache, the file itself is not touched."
            ),
        )


def truncation_problem(path: Path, driver: str) -> RasterProblem | None:
    """Return a problem when a JPEG or PNG ends before its end marker: decoders fill the rest with gray, silently."""
    ends = {"JPEG": (b"\xff\xd9", 64), "PNG": (b"IEND", 64)}
    if driver not in ends:
        return None
    marker, reach = ends[driver]
    with path.open("rb") as file:
        size = file.seek(0, 2)
        file.seek(max(0, size - reach))
        if marker in file.read():
            return None
    return RasterProblem(
        reason="truncated", severity="error", message="The file ends before its picture does; copy it again."
    )
