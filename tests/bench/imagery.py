"""Images for the bench, made once and kept in build/bench: large, textured, deterministic."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt
import rasterio
from rasterio.shutil import copy as gdal_copy
from rasterio.transform import from_origin
from rasterio.windows import Window

from geo3d.raster.copyplan import Optimisation
from geo3d.raster.optimise import optimise
from geo3d.raster.source import open_raster
from geo3d.raster.trust import Trust

FOLDER = Path("build/bench")
ORTHO_SIDE = 20_000
SENTINEL_SIDE = 10_980
SENTINEL_BANDS = 12
DEFAULT_COG_SIDE = 4096
"""GDAL's default layout of the Sentinel file is only written for a part: the whole takes ten minutes of processor."""

Floats = npt.NDArray[np.float32]


class Relief:
    """Smooth random fields of several wavelengths, evaluated anywhere: no array of the whole image is ever held."""

    def __init__(self, side: int, wavelengths: tuple[int, ...], amplitudes: tuple[float, ...], seed: int) -> None:
        rng = np.random.default_rng(seed)
        self.parts = [
            (wave, amplitude, rng.standard_normal((side // wave + 6,) * 2, dtype=np.float32))
            for wave, amplitude in zip(wavelengths, amplitudes, strict=True)
        ]

    def rows(self, top: int, height: int, width: int) -> Floats:
        out = np.zeros((height, width), np.float32)
        for wave, amplitude, nodes in self.parts:
            matrix = np.array([[1 / wave, 0, 2], [0, 1 / wave, 2 + top / wave]])
            flags = cv2.INTER_LINEAR | cv2.WARP_INVERSE_MAP
            out += amplitude * cv2.warpAffine(
                nodes, matrix, (width, height), flags=flags, borderMode=cv2.BORDER_REFLECT
            )
        return out


def ortho_rows(rows: int = 1000) -> Iterator[tuple[int, npt.NDArray[np.uint8]]]:
    """Yield (first row, pixels of shape (rows, width, 3)) of a drone orthophoto: ground, crops, roofs, noise."""
    side = ORTHO_SIDE
    ground = Relief(side, (2048, 512, 128, 32, 8, 3), (0.5, 0.4, 0.3, 0.25, 0.2, 0.18), 1)
    green = Relief(side, (1500, 400, 100, 20), (0.6, 0.5, 0.4, 0.3), 2)
    rng = np.random.default_rng(3)
    roofs = rng.integers(0, side, (9000, 2)), rng.uniform(30, 150, (9000, 2)), rng.uniform(0, np.pi, 9000)
    colors = rng.integers(60, 230, (9000, 3))
    for top in range(0, side, rows):
        light = 110 + 45 * ground.rows(top, rows, side)
        crop = 1 / (1 + np.exp(-3 * green.rows(top, rows, side)))
        pixels = np.stack(
            [light * (1.15 - 0.45 * crop), light * (1 - 0.05 * crop), light * (0.8 - 0.3 * crop)], axis=-1
        )
        for centre, half, turn, color in zip(*roofs, colors, strict=True):
            if top - 220 < centre[1] < top + rows + 220:
                spin = np.array([[np.cos(turn), -np.sin(turn)], [np.sin(turn), np.cos(turn)]])
                corners = np.array([[-1, -1], [1, -1], [1, 1], [-1, 1]]) * half @ spin.T + centre - [0, top]
                cv2.fillPoly(pixels, [(corners + [18, 22]).astype(np.int32)], (35.0, 38.0, 42.0))
                cv2.fillPoly(pixels, [corners.astype(np.int32)], tuple(map(float, color)))
        noise = np.random.default_rng((4, top)).standard_normal((rows, side, 1), dtype=np.float32)
        yield top, np.clip(pixels + 4 * noise, 1, 255).astype(np.uint8)


def ortho() -> Path:
    """Return a 20,000 x 20,000 RGB GeoTIFF in UTM at 5 cm, zstd in 512-pixel tiles, no overviews."""
    return _made("ortho.tif", _write_ortho)


def ortho_jpeg() -> Path:
    """Return the orthophoto as GDAL's COG driver writes it: JPEG, 512-pixel blocks, UTM."""
    return _made("ortho_jpeg.tif", lambda path: gdal_cog(ortho(), path, compress="JPEG", quality=85, blocksize=512))


def ortho_web() -> Path:
    """Return the orthophoto as geo3d optimises it for the web: JPEG tiles of WebMercatorQuad."""
    options = Optimisation(layout="WebMercatorQuad", compression="jpeg")
    return _made("ortho_web.tif", lambda path: optimise(open_raster(ortho(), trust=Trust()), path, options))


def sentinel() -> Path:
    """Return 12 bands of 10,980 x 10,980 uint16: planar, zstd, 512-pixel blocks, as geo3d optimises it."""
    return _made("sentinel.tif", lambda path: optimise(open_raster(_sentinel_base(), trust=Trust()), path))


def sentinel_default() -> Path:
    """Return the north-west part of the Sentinel file as GDAL's COG driver writes it by default."""

    def write(path: Path) -> None:
        part = FOLDER / "sentinel_part.tif"
        with rasterio.open(sentinel()) as source:
            profile = source.profile | {"width": DEFAULT_COG_SIDE, "height": DEFAULT_COG_SIDE, "driver": "GTiff"}
            with rasterio.open(part, "w", **profile) as target:
                window = Window(0, 0, DEFAULT_COG_SIDE, DEFAULT_COG_SIDE)
                for band in range(1, SENTINEL_BANDS + 1):
                    target.write(source.read(band, window=window), band)
        gdal_cog(part, path)
        part.unlink()

    return _made("sentinel_default.tif", write)


def striped() -> Path:
    """Return 4 bands of uint16 in strips, uncompressed, 4 GB, without overviews."""

    def write(path: Path) -> None:
        side = 23_000
        relief = Relief(side, (4000, 800, 150, 30, 6), (0.5, 0.4, 0.3, 0.2, 0.15), 31)
        profile = {
            "driver": "GTiff", "width": side, "height": side, "count": 4, "dtype": "uint16", "BIGTIFF": "YES",
            "crs": "EPSG:32632", "transform": from_origin(500_000, 5_400_000, 0.1, 0.1), "interleave": "pixel",
        }  # fmt: skip
        with rasterio.open(path, "w", **profile) as target:
            for top in range(0, side, 500):
                base = relief.rows(top, 500, side)
                pixels = np.stack([2000 + 200 * band + 900 * base for band in range(4)]).clip(1, 65535)
                target.write(pixels.astype(np.uint16), window=Window(0, top, side, 500))

    return _made("striped.tif", write)


def gdal_cog(source: Path, target: Path, **options: Any) -> None:
    """Write a COG with GDAL's own driver."""
    with rasterio.Env(GDAL_NUM_THREADS="ALL_CPUS", GDAL_CACHEMAX=512):
        gdal_copy(str(source), str(target), driver="COG", bigtiff="IF_SAFER", num_threads="ALL_CPUS", **options)


def _write_ortho(path: Path) -> None:
    profile = {
        "driver": "GTiff", "width": ORTHO_SIDE, "height": ORTHO_SIDE, "count": 3, "dtype": "uint8", "tiled": True,
        "blockxsize": 512, "blockysize": 512, "compress": "zstd", "zstd_level": 1, "photometric": "RGB",
        "interleave": "pixel", "bigtiff": "YES", "num_threads": 2, "crs": "EPSG:32632",
        "transform": from_origin(500_000, 5_400_000, 0.05, 0.05),
    }  # fmt: skip
    with rasterio.open(path, "w", **profile) as target:
        for top, pixels in ortho_rows():
            target.write(np.moveaxis(pixels, -1, 0), window=Window(0, top, ORTHO_SIDE, len(pixels)))


def _sentinel_base() -> Path:
    return _made("sentinel_base.tif", _write_sentinel)


def _write_sentinel(path: Path) -> None:
    side, rows = SENTINEL_SIDE, 1098
    shared = Relief(side, (700, 300, 120, 50, 20, 9, 4, 2), (0.5, 0.45, 0.4, 0.35, 0.3, 0.2, 0.15, 0.12), 11)
    profile = {
        "driver": "GTiff", "width": side, "height": side, "count": SENTINEL_BANDS, "dtype": "uint16", "tiled": True,
        "blockxsize": 512, "blockysize": 512, "compress": "zstd", "zstd_level": 1, "predictor": 2, "nodata": 0,
        "interleave": "band", "bigtiff": "YES", "num_threads": 2, "crs": "EPSG:32632",
        "transform": from_origin(600_000, 5_400_000, 10, 10),
    }  # fmt: skip
    own = [Relief(side, (900, 250, 60, 15, 4), (0.25, 0.2, 0.15, 0.1, 0.08), 20 + b) for b in range(SENTINEL_BANDS)]
    with rasterio.open(path, "w", **profile) as target:
        for top in range(0, side, rows):
            base = shared.rows(top, rows, side)
            for band in range(SENTINEL_BANDS):
                noise = np.random.default_rng((5, top, band)).standard_normal((rows, side), dtype=np.float32)
                values = 1200 + 200 * band + (400 + 60 * band) * (base + own[band].rows(top, rows, side)) + 25 * noise
                pixels = values.clip(1, 10_000).astype(np.uint16)
                target.write(pixels, band + 1, window=Window(0, top, side, rows))


def _made(name: str, write: Any) -> Path:
    """Return a file of the bench, written first where it is missing."""
    path = FOLDER / name
    if not path.exists():
        FOLDER.mkdir(parents=True, exist_ok=True)
        part = path.with_name(f"making_{name}")
        part.unlink(missing_ok=True)
        print(f"making {path} ...", flush=True)
        write(part)
        part.rename(path)
    return path
