"""Decode the blocks of a TIFF file.

GDAL's wheel brings the old IJG libjpeg and decodes under a lock per file; libjpeg-turbo, libdeflate and zstd called
directly take a third of the time and run on all cores. What stands in no table here is left to GDAL.
"""

from __future__ import annotations

from typing import Any

import deflate
import imagecodecs
import numpy as np
import numpy.typing as npt
import simplejpeg

from geo3d.errors import RasterError
from geo3d.raster.tiff import Directory

NONE, LZW, JPEG, ADOBE_DEFLATE, DEFLATE, PACKBITS, ZSTD, WEBP = 1, 5, 7, 8, 32946, 32773, 50000, 50001
"""TIFF compression codes."""

_LOSSLESS = frozenset({NONE, LZW, ADOBE_DEFLATE, DEFLATE, PACKBITS, ZSTD})
_RGB, _YCBCR = 2, 6
_JPEG_LAYOUTS = {(_RGB, 3), (_YCBCR, 3), (0, 1), (1, 1)}

Block = npt.NDArray[Any]
"""Shape (rows, columns, samples), native byte order; may be read-only."""


def is_decodable(directory: Directory) -> bool:
    """Return whether `decode` understands an image; GDAL must read the others."""
    if directory.compression == JPEG:
        layout = (directory.photometric, directory.samples_per_block)
        return directory.bits == 8 and layout in _JPEG_LAYOUTS
    if directory.compression == WEBP:
        return directory.bits == 8 and directory.samples_per_block in (3, 4)
    if directory.compression not in _LOSSLESS or directory.photometric == _YCBCR:
        return False
    if directory.bits == 1:
        return directory.is_mask and directory.samples == 1 and directory.predictor == 1
    return directory.predictor in (1, 2) or (directory.predictor == 3 and directory.dtype.kind == "f")


def is_lossy(directory: Directory) -> bool:
    """Return whether two decoders may differ in the last bit: raw tiles then take GDAL's word."""
    return directory.compression == JPEG and directory.samples_per_block > 1


def decode(directory: Directory, data: bytes, rows: int, name: str) -> Block:
    """Decode one block.

    Args:
        directory: The image that the block belongs to; `is_decodable` holds.
        data: The block as stored.
        rows: Rows the block has: the last strip of an image is shorter than the others.
        name: What the block is called in messages.

    Raises:
        RasterError: The block is damaged.
    """
    shape = (rows, directory.block_width, directory.samples_per_block)
    try:
        if directory.compression == JPEG:
            block = _decode_jpeg(directory, data)
        elif directory.compression == WEBP:
            block = np.asarray(imagecodecs.webp_decode(data, hasalpha=shape[2] == 4))
        else:
            block = _decode_lossless(directory, data, shape)
    except (ValueError, RuntimeError, deflate.DeflateError) as error:
        raise RasterError(f"{name} is damaged ({error}); copy the file again or mend it with gdal_translate") from error
    if block.ndim == 2:
        block = block[:, :, np.newaxis]
    if block.shape[1:] != shape[1:] or block.shape[0] < rows:
        raise RasterError(f"{name} is damaged: it holds {block.shape} samples instead of {shape}; copy the file again")
    return block[:rows]


def complete_jpeg(directory: Directory, data: bytes) -> bytes:
    """Return a block as a JPEG file of its own: the tables that TIFF keeps apart are put in front of it.

    The entropy-coded bytes are untouched. A block that stores red, green and blue directly gets Adobe's marker that
    says so, since readers of a bare file would take the components for YCbCr.

    Source: TIFF Technical Note 2 (JPEGTables is "an abbreviated table specification" SOI .. EOI); JFIF/Adobe APP14.
    """
    head = b"\xff\xd8"
    if directory.photometric == _RGB and directory.samples_per_block == 3:
        head += b"\xff\xee\x00\x0eAdobe\x00\x64\x00\x00\x00\x00\x00"
    tables = directory.jpeg_tables
    if tables is not None and len(tables) > 4:
        head += tables[2:-2]
    return data if len(head) == 2 else head + data[2:]


def _decode_jpeg(directory: Directory, data: bytes) -> Block:
    space = "GRAY" if directory.samples_per_block == 1 else "RGB"
    return np.asarray(simplejpeg.decode_jpeg(complete_jpeg(directory, data), colorspace=space))


def _decode_lossless(directory: Directory, data: bytes, shape: tuple[int, int, int]) -> Block:
    if directory.bits == 1:
        row_bytes = -(-shape[1] // 8)
        packed = np.frombuffer(_decompress(directory.compression, data, shape[0] * row_bytes), np.uint8)
        return np.unpackbits(packed[: shape[0] * row_bytes].reshape(shape[0], row_bytes), axis=1, count=shape[1])
    n_bytes = shape[0] * shape[1] * shape[2] * directory.dtype.itemsize
    plain = _decompress(directory.compression, data, n_bytes)
    if len(plain) < n_bytes:
        raise ValueError(f"{len(plain)} bytes instead of {n_bytes}")
    block = np.frombuffer(plain, directory.dtype, count=n_bytes // directory.dtype.itemsize).reshape(shape)
    if directory.predictor == 3:
        floats = np.asarray(imagecodecs.floatpred_decode(block, axis=-2))
        return floats.astype(directory.dtype.newbyteorder("="), copy=False)
    if not block.dtype.isnative:
        block = block.astype(block.dtype.newbyteorder("="))
    if directory.predictor == 2:  # on the bits: libtiff differences floats as if they were integers
        bits = np.asarray(imagecodecs.delta_decode(block.view(f"u{block.dtype.itemsize}"), axis=1))
        return bits.view(block.dtype)
    return block


def _decompress(compression: int, data: bytes, n_bytes: int) -> bytes:
    if compression == LZW:
        return bytes(imagecodecs.lzw_decode(data, buffersize=n_bytes))
    if compression in (ADOBE_DEFLATE, DEFLATE):
        return bytes(deflate.zlib_decompress(data, n_bytes))
    if compression == PACKBITS:
        return bytes(imagecodecs.packbits_decode(data))
    if compression == ZSTD:
        return bytes(imagecodecs.zstd_decode(data, out=n_bytes))
    return data
