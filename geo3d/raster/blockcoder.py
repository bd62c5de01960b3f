"""Encode the blocks of a web-ready copy."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final, Literal

import deflate
import imagecodecs
import numpy as np
import numpy.typing as npt
import simplejpeg

from geo3d.raster.patch import Array, Mask, Patch

Compression = Literal["zstd", "deflate", "jpeg", "webp"]

_CODES: Final = {"zstd": 50000, "deflate": 8, "jpeg": 7, "webp": 50001}
_ZSTD_LEVEL: Final = 1
_DEFLATE_LEVEL: Final = 4


@dataclass(frozen=True, slots=True)
class BlockCoder:
    """How pixels become stored blocks. Thread-safe."""

    compression: Compression
    is_planar: bool
    """Each band has blocks of its own."""
    n_bands: int
    dtype: str
    quality: int

    @property
    def code(self) -> int:
        """TIFF's number of the compression."""
        return _CODES[self.compression]

    @property
    def predictor(self) -> int:
        """TIFF's number of the prediction that goes before it."""
        if self.compression in ("jpeg", "webp"):
            return 1
        return 3 if self.dtype.startswith("float") else 2

    def encode(self, patch: Patch) -> list[bytes]:
        """Return the block of each plane of one place.

        Args:
            patch: A full block, invalid pixels already filled.
        """
        if self.is_planar:
            return [self._lossless(patch.plane(i)[:, :, np.newaxis]) for i in range(self.n_bands)]
        pixels = patch.data if patch.is_interleaved else np.moveaxis(patch.data, 0, -1)
        pixels = np.ascontiguousarray(pixels)
        match self.compression:
            case "jpeg":
                space, sampling = ("GRAY", "GRAY") if self.n_bands == 1 else ("RGB", "420")
                block = simplejpeg.encode_jpeg(
                    pixels, quality=self.quality, colorspace=space, colorsubsampling=sampling
                )
                return [bytes(block)]
            case "webp":
                return [bytes(imagecodecs.webp_encode(pixels, level=self.quality, method=0, lossless=False))]
            case "zstd" | "deflate":
                return [self._lossless(pixels)]

    def _lossless(self, pixels: Array) -> bytes:
        """Return a compressed block of (rows, columns, samples), each sample predicted from the one to its left."""
        pixels = np.ascontiguousarray(pixels)
        if self.predictor == 3:
            bits: Array = np.asarray(imagecodecs.floatpred_encode(pixels, axis=-2))
        else:
            bits = np.asarray(imagecodecs.delta_encode(pixels.view(f"u{pixels.dtype.itemsize}"), axis=1))
        data = bits.tobytes()
        if self.compression == "zstd":
            return bytes(imagecodecs.zstd_encode(data, _ZSTD_LEVEL))
        return bytes(deflate.zlib_compress(data, _DEFLATE_LEVEL))


def encode_mask(valid: Mask | None, block: int) -> bytes:
    """Return the stored block of a mask: one bit per pixel, deflated."""
    bits: npt.NDArray[Any] = np.ones((block, block), np.bool_) if valid is None else valid
    return bytes(deflate.zlib_compress(np.packbits(bits, axis=1).tobytes(), _DEFLATE_LEVEL))
