"""Raw tiles: a tile's exact values, for clients that draw them themselves.

The layout is stated in docs/formats/raw-tile.md.
"""

from __future__ import annotations

import struct
from dataclasses import dataclass
from typing import Any, Final, Literal

import deflate
import imagecodecs
import numpy as np
import numpy.typing as npt

from geo3d.errors import FormatError
from geo3d.raster.patch import Patch

MAGIC: Final = b"G3R1"
MEDIA_TYPE: Final = "application/vnd.geo3d.raw-tile"

Encoding = Literal["identity", "gzip", "deflate", "zstd"]

_HEADER: Final = struct.Struct("<4sBBHHHI")
_DTYPES: Final = ("", "uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64", "uint64", "int64")
_VALIDITY, _DIFFERENCED, _SPLIT, _EMPTY = 1, 2, 4, 8


@dataclass(frozen=True, eq=False, slots=True)
class RawTile:
    """The values of a tile."""

    data: npt.NDArray[Any]
    """Shape (bands, height, width)."""
    valid: npt.NDArray[np.bool_] | None
    """Shape (height, width), True = data; None = all of it."""


def encode_raw(patch: Patch | None, dtype: str, n_bands: int, size: int) -> bytes:
    """Write a raw tile, not yet compressed.

    Args:
        patch: The values; None = the raster has nothing here.
        dtype: numpy name of the values' type.
        n_bands: Number of bands.
        size: Pixels on a side.
    """
    code = _DTYPES.index(dtype)
    if patch is None:
        return _HEADER.pack(MAGIC, code, _EMPTY, n_bands, size, size, 0)
    data = patch.planes().astype(np.dtype(dtype).newbyteorder("<"), copy=False)
    width = data.dtype.itemsize
    flags, bits = 0, data.view(f"<u{width}")
    if width <= 4:  # 64-bit arithmetic is slow in browsers
        flags |= _DIFFERENCED
        bits = np.diff(bits, axis=2, prepend=bits.dtype.type(0))
    body = bits.tobytes()
    if width in (2, 4):
        flags |= _SPLIT
        body = np.moveaxis(bits.view(np.uint8).reshape(*bits.shape, width), -1, 2).tobytes()
    validity = b""
    if patch.valid is not None:
        flags |= _VALIDITY
        validity = np.packbits(patch.valid.ravel(), bitorder="little").tobytes()
    return _HEADER.pack(MAGIC, code, flags, len(data), data.shape[2], data.shape[1], 0) + body + validity


def decode_raw(payload: bytes) -> RawTile:
    """Read a raw tile that is not compressed (any more).

    Raises:
        FormatError: It is no raw tile, or is incomplete.
    """
    if len(payload) < _HEADER.size or payload[:4] != MAGIC:
        raise FormatError("this is no raw tile: it does not begin with G3R1")
    _, code, flags, bands, width, height, _ = _HEADER.unpack_from(payload)
    if not 1 <= code < len(_DTYPES):
        raise FormatError(f"a raw tile of type {code} was written by a newer geo3d; update this one")
    dtype = np.dtype(_DTYPES[code])
    if flags & _EMPTY:
        return RawTile(np.zeros((bands, height, width), dtype), np.zeros((height, width), np.bool_))
    n, size = bands * height * width, dtype.itemsize
    n_validity = -(-height * width // 8) if flags & _VALIDITY else 0
    if len(payload) != _HEADER.size + n * size + n_validity:
        raise FormatError(f"a raw tile of {len(payload)} bytes is incomplete or damaged; ask for it again")
    body = np.frombuffer(payload, np.uint8, n * size, _HEADER.size)
    if flags & _SPLIT:
        body = np.ascontiguousarray(np.moveaxis(body.reshape(bands, height, size, width), 2, -1))
    bits = body.reshape(-1).view(f"<u{size}").reshape(bands, height, width)
    if flags & _DIFFERENCED:
        bits = np.cumsum(bits, axis=2, dtype=bits.dtype)
    valid = None
    if n_validity:
        packed = np.frombuffer(payload, np.uint8, n_validity, _HEADER.size + n * size)
        valid = np.unpackbits(packed, count=height * width, bitorder="little").view(np.bool_).reshape(height, width)
    return RawTile(np.ascontiguousarray(bits).view(dtype), valid)


def encoding_for(accept: str) -> Encoding:
    """Choose a compression that a client understands: the fastest of those its Accept-Encoding names.

    >>> encoding_for("gzip, deflate, br, zstd"), encoding_for("gzip;q=1.0, zstd;q=0"), encoding_for("")
    ('zstd', 'gzip', 'identity')
    """
    named = [part.strip().split(";") for part in accept.lower().split(",")]
    refused = {"q=0", "q=0.0", "q=0.00", "q=0.000"}
    understood = {name[0].strip() for name in named if not {p.replace(" ", "") for p in name[1:]} & refused}
    if "zstd" in understood:
        return "zstd"
    if "gzip" in understood:
        return "gzip"
    return "deflate" if "deflate" in understood else "identity"


def compress(payload: bytes, encoding: Encoding) -> bytes:
    """Compress a raw tile for its way to the client."""
    match encoding:
        case "zstd":
            return bytes(imagecodecs.zstd_encode(payload, 1))
        case "gzip":
            return bytes(deflate.gzip_compress(payload, 1))
        case "deflate":
            return bytes(deflate.zlib_compress(payload, 1))
        case "identity":
            return payload
