"""Raw tiles return bit for bit, read by an independent reader that follows the document."""

from __future__ import annotations

import gzip
import struct
import zlib
from typing import Any

import imagecodecs
import numpy as np
import pytest

from geo3d.errors import FormatError
from geo3d.raster.patch import Patch
from geo3d.raster.rawtile import compress, decode_raw, encode_raw, encoding_for

DTYPES = ("uint8", "int8", "uint16", "int16", "uint32", "int32", "float32", "float64", "uint64", "int64")


def by_the_document(payload: bytes) -> tuple[np.ndarray[Any, Any], np.ndarray[Any, Any] | None]:
    """docs/formats/raw-tile.md, word for word and slowly."""
    magic, code, flags, bands, width, height, zero = struct.unpack("<4sBBHHHI", payload[:16])
    assert (magic, zero) == (b"G3R1", 0)
    dtype = np.dtype(["", *DTYPES[:6], "float32", "float64", "uint64", "int64"][code])
    size, rows, at = dtype.itemsize, [], 16
    for _ in range(bands * height):
        row = payload[at : at + width * size]
        at += width * size
        if flags & 4:
            row = bytes(row[b * width + x] for x in range(width) for b in range(size))
        numbers = [int.from_bytes(row[i : i + size], "little") for i in range(0, len(row), size)]
        if flags & 2:
            for x in range(1, width):
                numbers[x] = (numbers[x] + numbers[x - 1]) % (1 << 8 * size)
        rows.append(b"".join(n.to_bytes(size, "little") for n in numbers))
    valid = None
    if flags & 1:
        valid = np.array([payload[at + i // 8] >> i % 8 & 1 for i in range(width * height)], bool).reshape(
            height, width
        )
    return np.frombuffer(b"".join(rows), dtype).reshape(bands, height, width), valid


@pytest.mark.parametrize("is_interleaved", [False, True])
@pytest.mark.parametrize("with_mask", [False, True])
@pytest.mark.parametrize("dtype", DTYPES)
def test_every_bit_returns(dtype: str, with_mask: bool, is_interleaved: bool) -> None:
    rng = np.random.default_rng(8)
    data = np.frombuffer(rng.bytes(3 * 13 * 13 * np.dtype(dtype).itemsize), dtype).reshape(3, 13, 13)
    valid = rng.random((13, 13)) > 0.3 if with_mask else None
    patch = Patch(np.ascontiguousarray(np.moveaxis(data, 0, -1)) if is_interleaved else data, is_interleaved, valid)
    payload = encode_raw(patch, dtype, 3, 13)
    for found, found_valid in (by_the_document(payload), (decode_raw(payload).data, decode_raw(payload).valid)):
        assert found.dtype == data.dtype
        assert found.tobytes() == data.tobytes()  # NaNs keep their payload
        assert (found_valid is None) == (valid is None)
        assert valid is None or (found_valid is not None and np.array_equal(found_valid, valid))


def test_an_empty_tile_is_a_header() -> None:
    payload = encode_raw(None, "uint16", 12, 256)
    assert len(payload) == 16
    tile = decode_raw(payload)
    assert tile.data.shape == (12, 256, 256)
    assert tile.valid is not None
    assert not tile.valid.any()


def test_each_encoding_is_what_its_name_says() -> None:
    payload = encode_raw(Patch(np.arange(64, dtype=np.uint16).reshape(1, 8, 8), False, None), "uint16", 1, 8)
    assert gzip.decompress(compress(payload, "gzip")) == payload
    assert zlib.decompress(compress(payload, "deflate")) == payload
    assert imagecodecs.zstd_decode(compress(payload, "zstd")) == payload
    assert compress(payload, "identity") == payload


@pytest.mark.parametrize(
    ("accept", "chosen"),
    [
        ("gzip, deflate, br", "gzip"),
        ("gzip, deflate, br, zstd", "zstd"),
        ("deflate", "deflate"),
        ("br", "identity"),
        ("zstd;q=0, gzip; q=0.5", "gzip"),
    ],
)
def test_the_client_decides(accept: str, chosen: str) -> None:
    assert encoding_for(accept) == chosen


@pytest.mark.parametrize("payload", [b"", b"G3R1", b"PNG" * 20, encode_raw(None, "uint8", 1, 8)[:4] + b"\xff" * 12])
def test_other_bytes_are_refused(payload: bytes) -> None:
    with pytest.raises(FormatError):
        decode_raw(payload)


def test_a_cut_tile_is_refused() -> None:
    payload = encode_raw(Patch(np.zeros((1, 8, 8), np.uint16), False, None), "uint16", 1, 8)
    with pytest.raises(FormatError, match="incomplete"):
        decode_raw(payload[:-1])
