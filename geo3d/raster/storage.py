"""How a raster is stored: refusals, slowness, missing ends."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from geo3d.errors import RasterError, RasterRefused
from geo3d.raster.bytefile import ByteFile
from geo3d.raster.handle import Dataset
from geo3d.raster.info import Interleave
from geo3d.raster.problem import RasterProblem
from geo3d.raster.tiff import read_directories

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
MOST_BANDS = 4096
"""Bands above which a file is refused; hyperspectral cameras have some 500."""

_MANY_PIXELS = 16 << 20
_END_MARKERS = {"JPEG": b"\xff\xd9", "PNG": b"IEND"}
_END_REACH = 64


@dataclass(frozen=True, slots=True)
class TiffBlocks:
    """How the blocks of all images in a TIFF lie in the file."""

    n_lost: int
    """Blocks that end beyond the end of the file."""
    n_total: int


def check_readable(dataset: Dataset, title: str, size_bytes: int | None, interleave: Interleave | None) -> None:
    """Refuse what cannot be read at an acceptable price.

    Args:
        dataset: Open dataset.
        title: What the file is called in messages.
        size_bytes: Bytes on disk of everything it consists of; None = unknown (remote).
        interleave: How its bands are stored.

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
    if dataset.count > MOST_BANDS:
        raise RasterRefused(
            f"{title} has {dataset.count} bands, more than {MOST_BANDS}; choose some: gdal_translate -b …"
        )
    for dtype in sorted({str(dtype) for dtype in dataset.dtypes} - READABLE):
        raise RasterRefused(
            f"{title} holds {dtype} numbers, which have no picture; write their magnitude first: "
            f'gdal_calc.py -A {title} --calc="abs(A)" --type=Float32 --outfile=magnitude.tif'
        )
    block_width, block_height = dataset.block_shapes[0][::-1]
    together = dataset.count if interleave == "pixel" else 1
    block_bytes = block_width * block_height * together * np.dtype(dataset.dtypes[0]).itemsize
    if block_bytes > LARGEST_BLOCK_BYTES:
        raise oversized(title, block_width, block_height, block_bytes)
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


def truncation_problem(path: Path, driver: str, blocks: TiffBlocks | None) -> RasterProblem | None:
    """Return a problem when a file ends before its picture does: some decoders fill the rest with gray, silently."""
    if blocks is not None and blocks.n_lost:
        missing = f"{blocks.n_lost} of its {blocks.n_total} blocks lie"
    elif driver in _END_MARKERS:
        with path.open("rb") as file:
            file.seek(max(0, path.stat().st_size - _END_REACH))
            if _END_MARKERS[driver] in file.read():
                return None
        missing = "its last rows lie"
    else:
        return None
    message = f"The file is truncated: {missing} beyond its end; copy it again."
    return RasterProblem(reason="truncated", severity="error", message=message)


def tiff_blocks(path: Path, is_compressed: bool) -> TiffBlocks | None:
    """Return how a TIFF's blocks lie in the file; None when only GDAL understands it.

    Raises:
        RasterRefused: It is compressed in blocks above 256 MB. GDAL hides that: it shows a huge strip as rows, and
            decodes the strip from its start for each of them.
    """
    try:
        file = ByteFile(path)
    except RasterError:
        return None
    try:
        directories = read_directories(file, path.name)
    except RasterRefused as error:
        if is_compressed and "block" in error.details:
            width, height = error.details["block"]
            raise oversized(path.name, width, height, error.details["bytes"]) from error
        return None
    except RasterError:
        return None
    finally:
        file.close()
    lost = total = 0
    for directory in directories:
        n = min(len(directory.offsets), len(directory.counts))  # a damaged file may list more of one than of the other
        counts = directory.counts[:n].astype(np.float64)  # forged numbers may not fit into 63 bits together
        lost += int(np.count_nonzero((directory.offsets[:n] + counts > file.size) & (counts > 0)))
        total += n
    return TiffBlocks(lost, total)


def oversized(title: str, width: int, height: int, n_bytes: int) -> RasterRefused:
    """Return the refusal of a raster whose blocks are too large, with the command that mends it."""
    return RasterRefused(
        f"{title} is stored in blocks of {width} x {height} pixels, {n_bytes >> 20} MB each; a block above "
        f"{LARGEST_BLOCK_BYTES >> 20} MB is not read. Mend it: gdal_translate -co TILED=YES -co COMPRESS=ZSTD "
        f"-co BIGTIFF=IF_SAFER {title} tiled.tif, or geo3d add --optimise",
        block=[width, height],
    )
