"""Small rasters for tests, written by rasterio."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import rasterio
from rasterio.transform import Affine

UTM = "EPSG:32617"
TRANSFORM = Affine(0.5, 0, 500_000.0, 0, -0.5, 4_000_000.0)


def write_ortho(
    path: Path,
    size: tuple[int, int] = (1000, 800),
    crs: str | None = UTM,
    transform: Affine = TRANSFORM,
    seed: int = 0,
) -> Path:
    """Write a tiled RGB GeoTIFF of (width, height) pixels of half a metre, and return its path."""
    width, height = size
    rng = np.random.default_rng(seed)
    noise = rng.integers(0, 255, (3, height // 50 + 1, width // 50 + 1), dtype=np.uint8)
    pixels = np.kron(noise, np.ones((1, 50, 50), dtype=np.uint8))[:, :height, :width]
    profile = {"driver": "GTiff", "width": width, "height": height, "count": 3, "dtype": "uint8"}
    placed = {"crs": crs, "transform": transform} if crs else {}
    with rasterio.open(path, "w", **profile, **placed, tiled=True, blockxsize=256, blockysize=256) as out:
        out.write(pixels)
    return path
