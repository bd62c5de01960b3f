"""Tiles against rasterio: native ones bit for bit, warped ones without any shift."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pyproj
import pytest
import rasterio
from rasterio.enums import Resampling
from rasterio.transform import from_bounds, from_origin
from rasterio.vrt import WarpedVRT

from geo3d.errors import CrsError, NotFound, RasterError
from geo3d.geometry.frame import Affine
from geo3d.raster.block import BlockCache
from geo3d.raster.grid import NativeGrid, WebMercatorGrid, matrix_grid, zoom_for
from geo3d.raster.overview import build_overviews
from geo3d.raster.patch import Patch
from geo3d.raster.pixels import Window
from geo3d.raster.rawtile import decode_raw, encode_raw
from geo3d.raster.source import Raster, open_raster
from geo3d.raster.tile import TileReader, Want
from geo3d.raster.trust import Trust

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")

WEB = WebMercatorGrid()
Pixels = np.ndarray[Any, Any]


def opened(path: Path) -> Raster:
    return open_raster(path, trust=Trust())


def reader_of(path: Path) -> TileReader:
    return TileReader(opened(path), BlockCache())


def made(path: Path, data: Pixels, **options: Any) -> Path:
    profile = {
        "driver": "GTiff",
        "count": len(data),
        "height": data.shape[1],
        "width": data.shape[2],
        "dtype": data.dtype,
    }
    with rasterio.open(path, "w", **{**profile, **options}) as dataset:
        dataset.write(data)
    return path


def smooth(height: int, width: int, step: int = 6) -> Pixels:
    """A picture whose neighbouring pixels are alike, so that a shift is seen and a rounding is not."""
    noise = np.random.default_rng(1).standard_normal((height // step + 2, width // step + 2)).astype(np.float32)
    return cv2.resize(noise, (width, height), interpolation=cv2.INTER_CUBIC)


# ---------------------------------------------------------------- native: exact


def test_raw_native_tiles_are_the_files_bytes(shared_data: Path) -> None:
    seen = 0
    for path in sorted([*shared_data.glob("raster/**/*.[tT][iI][fF]"), *shared_data.glob("raster/**/*.vrt")]):
        with rasterio.open(path) as dataset:
            if dataset.width * dataset.height > 10_000_000:
                continue
            expected = dataset.read()
        reader = reader_of(path)
        grid = NativeGrid(reader.info.width, reader.info.height)
        bands = tuple(range(1, len(reader.info.bands) + 1))
        for size, z in ((256, grid.max_zoom), (512, grid.max_zoom - 1)):
            if z < 0:
                continue
            found = np.zeros_like(expected)
            columns, rows = grid.shape(z)
            for y in range(rows):
                for x in range(columns):
                    patch = reader.read(grid, z, x, y, size, Want(bands, nearest=True, exact=True))
                    tile = decode_raw(encode_raw(patch, reader.info.dtype, len(bands), size)).data
                    piece = found[:, y * size : (y + 1) * size, x * size : (x + 1) * size]
                    piece[...] = tile[:, : piece.shape[1], : piece.shape[2]]
            assert found.tobytes() == expected.tobytes(), (path.name, size)
        seen += 1
    assert seen > 50


def test_native_tiles_below_the_top_are_where_they_should_be(tmp_path: Path) -> None:
    # 1000 is no power of two: overviews have 500, 250 and 125 pixels, tiles 256 and 512
    data = (smooth(1000, 1400)[None] * 2000 + 20000).astype(np.uint16)
    path = made(tmp_path / "x.tif", data, tiled=True, blockxsize=256, blockysize=256)
    with rasterio.open(path, "r+") as dataset:
        dataset.build_overviews([2, 4, 8], Resampling.average)
    reader, grid = reader_of(path), NativeGrid(1400, 1000)
    for z in range(grid.max_zoom):
        side = 256 << (grid.max_zoom - z)
        step = side // 256
        patch = reader.read(grid, z, 0, 0, 256, Want((1,)))
        assert patch is not None
        height, width = min(256, 1000 // step), min(256, 1400 // step)
        block = data[0, : height * step, : width * step].astype(float)
        expected = block.reshape(height, step, width, step).mean(axis=(1, 3))
        assert np.abs(patch.plane(0)[2 : height - 2, 2 : width - 2] - expected[2:-2, 2:-2]).max() < 300  # of 8000


# ---------------------------------------------------------------- warped: exact positions


@pytest.mark.parametrize(
    ("crs", "west", "north", "step"),
    [
        ("EPSG:32633", 400_000, 5_200_000, 10.0),
        ("EPSG:4326", 12.0, 47.0, 0.0001),
        ("EPSG:3035", 4_400_000, 2_700_000, 25.0),
        ("EPSG:3413", -300_000, -1_200_000, 500.0),
        ("EPSG:32660", 700_000, 7_200_000, 100.0),
        ("EPSG:2193", 1_500_000, 5_200_000, 30.0),
    ],
)
@pytest.mark.parametrize("is_nearest", [False, True])
def test_values_come_from_where_proj_says(
    tmp_path: Path, crs: str, west: float, north: float, step: float, is_nearest: bool
) -> None:
    height, width = 700, 900
    rows, columns = np.mgrid[0:height, 0:width]
    # values tell their own position: any error of position is an error of value
    data = np.stack([columns, rows]).astype(np.float32)
    path = made(tmp_path / "x.tif", data, crs=crs, transform=from_origin(west, north, step, step), tiled=True)
    reader = reader_of(path)
    way_back = pyproj.Transformer.from_crs("EPSG:3857", crs, always_xy=True)
    bounds = reader.plane_bounds(WEB)
    assert bounds is not None
    top = zoom_for(WEB, (bounds[2] - bounds[0]) / width)
    n_seen = 0
    for z in (top, top + 1):
        whole = WEB.cell(z, 0, 0)
        x, y = (
            int(abs((at - first) / whole.width))
            for at, first in (((bounds[0] + bounds[2]) / 2, whole.left), ((bounds[1] + bounds[3]) / 2, whole.top))
        )
        cell = WEB.cell(z, x, y)
        patch = reader.read(WEB, z, x, y, 256, Want((1, 2), nearest=is_nearest))
        assert patch is not None
        at = (np.arange(256) + 0.5) / 256
        px, py = np.meshgrid(cell.left + at * cell.width, cell.top + at * cell.height)
        sx, sy = way_back.transform(px, py)
        column, row = (sx - west) / step, (north - sy) / step
        inside = (column > 1) & (column < width - 1) & (row > 1) & (row < height - 1)
        valid = np.ones((256, 256), bool) if patch.valid is None else patch.valid
        assert valid[inside].all()
        scale = max(1.0, np.abs(np.gradient(column)[1]).max(), np.abs(np.gradient(row)[0]).max())
        slack = 0.125 * scale + (0.51 if is_nearest else 0.02)
        for plane, true in zip(patch.planes(), (column, row), strict=True):
            assert np.abs(plane + 0.5 - true)[inside].max() <= slack
        n_seen += int(inside.sum())
    assert n_seen > 20_000


def shift_of(found: Pixels, expected: Pixels, both: Pixels) -> tuple[int, int]:
    """Return the whole-pixel shift at which two pictures agree best."""
    inner = both[2:-2, 2:-2]
    differences = {
        (dx, dy): np.abs(np.roll(found, (dy, dx), (0, 1)) - expected)[2:-2, 2:-2][inner].mean()
        for dx in (-1, 0, 1)
        for dy in (-1, 0, 1)
    }
    return min(differences, key=lambda shift: differences[shift])


@pytest.mark.parametrize(
    "name",
    [
        "naip/m_4709963_se_14_1_20200831.tif",
        "rasterio/RGB.byte.tif",
        "rasterio/cogeo.tif",
        "rio-tiler/cog.tif",
        "rio-tiler/pix4d_alpha_nodata.tif",
        "rio-tiler/cog_scale.tif",
        "titiler/TCI.tif",
        "titiler/dem.tif",
        "webodm/orthophoto.tif",
        "ign_overlay/test_data_rgb.tif",
    ],
)
def test_nothing_is_shifted_against_gdals_own_warp(shared_data: Path, name: str) -> None:
    path = shared_data / "raster" / name
    reader = reader_of(path)
    bounds = reader.plane_bounds(WEB)
    assert bounds is not None
    z = zoom_for(WEB, (bounds[2] - bounds[0]) / reader.info.width)
    whole = WEB.cell(z, 0, 0)
    x = int(((bounds[0] + bounds[2]) / 2 - whole.left) / whole.width)
    y = int((whole.top - (bounds[1] + bounds[3]) / 2) / whole.width)
    cell, bands = WEB.cell(z, x, y), reader.info.rgb
    patch = reader.read(WEB, z, x, y, 256, Want(bands))
    assert patch is not None
    place = from_bounds(cell.left, cell.top + cell.height, cell.left + cell.width, cell.top, 256, 256)
    with (
        rasterio.open(path) as source,
        WarpedVRT(
            source,
            crs="EPSG:3857",
            transform=place,
            width=256,
            height=256,
            resampling=Resampling.bilinear,
            tolerance=0.01,
        ) as warped,
    ):
        expected, valid = warped.read(bands).astype(float), warped.read_masks(bands[0]) > 0
    both = valid if patch.valid is None else valid & patch.valid
    # decoders differ in chroma, so colours are compared by their luma
    weights = np.array([0.299, 0.587, 0.114] if len(bands) == 3 else [1.0])
    found, wanted = (np.tensordot(weights, planes.astype(float), 1) for planes in (patch.planes(), expected))
    assert both.sum() > 10_000
    assert shift_of(found, wanted, both) == (0, 0)
    one, other = (np.where(both, p, p[both].mean()) for p in (found, wanted))
    (dx, dy), _ = cv2.phaseCorrelate(one, other, cv2.createHanningWindow((256, 256), cv2.CV_64F))
    assert math.hypot(dx, dy) < 0.1
    assert np.abs(found - wanted)[both].mean() < 0.02 * wanted[both].std() + 0.5


# ---------------------------------------------------------------- hard places


def test_a_raster_across_the_date_line_is_on_both_sides(shared_data: Path) -> None:
    reader = reader_of(shared_data / "raster/rio-tiler/cog_dateline.tif")
    link = reader.info.link
    assert isinstance(link, Affine)
    lonlat = pyproj.Transformer.from_crs("EPSG:32660", "EPSG:4326", always_xy=True)
    lon, lat = lonlat.transform([link.c, link.c + 232_500], [link.f - 117_000] * 2)
    assert lon[0] > 170
    assert lon[1] < -170
    for side in lon:
        mx, my = pyproj.Transformer.from_crs("EPSG:4326", "EPSG:3857", always_xy=True).transform(side, lat[0])
        cell = WEB.cell(7, 0, 0)
        patch = reader.read(
            WEB, 7, int((mx - cell.left) / cell.width), int((cell.top - my) / cell.width), 256, Want((1,))
        )
        assert patch is not None


def test_longitudes_from_0_to_360_are_found(tmp_path: Path) -> None:
    data = np.tile(np.arange(720, dtype=np.float32), (360, 1))[None]
    path = made(tmp_path / "x.tif", data, crs="EPSG:4326", transform=from_origin(0, 90, 0.5, 0.5))
    patch = reader_of(path).read(WEB, 0, 0, 0, 256, Want((1,)))
    assert patch is not None
    longitudes = (np.arange(256) + 0.5) / 256 * 360 - 180
    expected = longitudes % 360 / 0.5 - 0.5
    middle = patch.plane(0)[128]
    assert np.abs(middle - expected)[2:126].max() < 2
    assert np.abs(middle - expected)[130:254].max() < 2


def test_the_pole_lies_in_the_middle_of_the_arctic(shared_data: Path) -> None:
    reader = reader_of(shared_data / "raster/rasterio/world.rgb.tif")
    grid = matrix_grid("UPSArcticWGS84Quad")
    patch = reader.read(grid, 4, 7, 7, 256, Want((1, 2, 3)))
    assert patch is not None
    assert patch.valid is None or patch.valid.mean() > 0.95


def test_another_planet_has_no_place_on_the_web(shared_data: Path) -> None:
    reader = reader_of(shared_data / "raster/rio-tiler/cog_nonearth.tif")
    with pytest.raises(CrsError):
        reader.read(WEB, 0, 0, 0, 256, Want((1,)))
    assert reader.read(NativeGrid(reader.info.width, reader.info.height), 0, 0, 0, 256, Want((1,))) is not None


def test_tiles_beside_the_raster_are_empty_and_beside_the_grid_unknown(shared_data: Path) -> None:
    reader = reader_of(shared_data / "raster/titiler/TCI.tif")
    assert reader.read(WEB, 10, 0, 0, 256, Want((1,))) is None
    with pytest.raises(NotFound):
        reader.read(WEB, 3, 8, 0, 256, Want((1,)))
    with pytest.raises(NotFound):
        reader.read(NativeGrid(1098, 1098), 3, 5, 0, 256, Want((1,)))


def test_no_data_never_bleeds_into_colours(tmp_path: Path) -> None:
    data = np.full((3, 600, 600), 200, np.uint8)
    data[:, :, 300:] = 0
    data[:, 250:350, 100:200] = 0
    place = from_origin(500_000, 5_400_000, 10, 10)
    for dtype, interleave in (("uint8", "band"), ("uint8", "pixel"), ("float32", "band")):
        options = {"crs": "EPSG:32632", "transform": place, "interleave": interleave, "nodata": 0}
        path = made(tmp_path / "x.tif", data.astype(dtype), **options)
        reader = reader_of(path)
        bounds = reader.plane_bounds(WEB)
        assert bounds is not None
        for z in (10, 12, 14):
            whole, n = WEB.cell(z, 0, 0), 0
            for x in range(*(int((b - whole.left) / whole.width) + i for i, b in enumerate((bounds[0], bounds[2])))):
                for y in range(*(int((whole.top - b) / whole.width) + i for i, b in enumerate((bounds[3], bounds[1])))):
                    patch = reader.read(WEB, z, x, y, 256, Want((1, 2, 3)))
                    if patch is not None:
                        valid = np.ones((256, 256), bool) if patch.valid is None else patch.valid
                        assert np.abs(patch.planes()[:, valid] - 200.0).max(initial=0) < 1e-3
                        n += int(valid.sum())
            assert n > 0


def test_masks_and_alpha_of_any_kind_hide_the_same_pixels(tmp_path: Path) -> None:
    rng = np.random.default_rng(2)
    data = rng.integers(1, 255, (3, 300, 300), dtype=np.uint8)
    hidden = np.zeros((300, 300), bool)
    hidden[100:200, 50:250] = True
    layout = {"tiled": True, "blockxsize": 128, "blockysize": 128, "compress": "deflate", "interleave": "pixel"}
    paths = []
    paths.append(made(tmp_path / "nodata.tif", np.where(hidden, 0, data).astype(np.uint8), nodata=0, **layout))
    alpha = np.concatenate([data, np.where(hidden, 0, 255)[None].astype(np.uint8)])
    paths.append(made(tmp_path / "alpha.tif", alpha, photometric="RGB", alpha="YES", **layout))
    with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True):
        path = tmp_path / "mask.tif"
        with rasterio.open(
            path, "w", driver="GTiff", width=300, height=300, count=3, dtype="uint8", **layout
        ) as dataset:
            dataset.write(data)
            dataset.write_mask(~hidden)
        paths.append(path)
    for path in paths:
        reader = reader_of(path)
        assert reader.blocks.levels[0] is not None, path.name  # read without GDAL
        patch = reader.read(NativeGrid(300, 300), 1, 0, 0, 256, Want((1, 2, 3)))
        assert patch is not None
        assert patch.valid is not None
        assert np.array_equal(patch.valid, ~hidden[:256, :256]), path.name


def test_without_overviews_pixels_are_averaged_and_neighbours_agree(tmp_path: Path) -> None:
    data = (smooth(900, 900)[None] * 40 + 120).clip(0, 255).astype(np.uint8)
    reader = reader_of(made(tmp_path / "x.tif", data, crs="EPSG:3857", transform=from_origin(0, 0, 1, 1)))
    grid = NativeGrid(900, 900)
    patch = reader.read(grid, 0, 0, 0, 256, Want((1,)))
    assert patch is not None
    expected = data[0].reshape(225, 4, 225, 4).mean(axis=(1, 3))
    assert np.abs(patch.plane(0)[:225, :225] - expected).max() <= 1
    assert patch.valid is not None
    assert patch.valid[:225, :225].all()
    assert not patch.valid[225:].any()


# ---------------------------------------------------------------- damage


def test_a_damaged_block_is_named_and_others_are_read(tmp_path: Path) -> None:
    data = np.random.default_rng(1).integers(0, 255, (1, 1024, 1024), dtype=np.uint8)
    path = made(tmp_path / "x.tif", data, tiled=True, blockxsize=256, blockysize=256, compress="deflate")
    place = reader_of(path).blocks.levels[0]
    assert place is not None
    with path.open("r+b") as file:
        file.seek(int(place.directory.offsets[5]) + 10)
        file.write(bytes(200))
    reader, grid = reader_of(path), NativeGrid(1024, 1024)
    with pytest.raises(RasterError, match=r"block \(1, 1\) of the 1024 x 1024 image in x.tif"):
        reader.read(grid, 2, 1, 1, 256, Want((1,)))
    patch = reader.read(grid, 2, 2, 1, 256, Want((1,)))
    assert patch is not None
    assert np.array_equal(patch.plane(0), data[0, 256:512, 512:768])


def test_a_truncated_file_is_an_error_not_a_crash(tmp_path: Path) -> None:
    data = np.random.default_rng(1).integers(0, 255, (1, 1024, 1024), dtype=np.uint8)
    path = made(tmp_path / "x.tif", data, tiled=True, blockxsize=256, blockysize=256, compress="deflate")
    reader, grid = reader_of(path), NativeGrid(1024, 1024)
    assert isinstance(reader.read(grid, 2, 0, 0, 256, Want((1,))), Patch)
    with path.open("r+b") as file:
        file.truncate(path.stat().st_size // 2)
    with pytest.raises(RasterError, match="block"):
        reader.read(grid, 2, 3, 3, 256, Want((1,)))


def test_overviews_of_the_cache_are_read_block_by_block(tmp_path: Path) -> None:
    data = (smooth(2500, 2300)[None] * 40 + 120).clip(1, 255).astype(np.uint8)
    hidden = np.zeros((2500, 2300), bool)
    hidden[:, 900:] = True
    path = tmp_path / "x.tif"
    with (
        rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True),
        rasterio.open(path, "w", driver="GTiff", width=2300, height=2500, count=1, dtype="uint8") as dataset,
    ):
        dataset.write(data)
        dataset.write_mask(~hidden)
    build_overviews(path, trust=Trust(), cache_dir=tmp_path / "cache")
    raster = open_raster(path, trust=Trust(), cache_dir=tmp_path / "cache")
    reader = TileReader(raster, BlockCache())
    cached = [i for i, level in enumerate(raster.info.levels) if level.origin == "cache"]
    assert cached
    for i in cached:
        assert reader.blocks.levels[i] is not None
        size = raster.info.levels[i]
        ours = reader.read_level(i, Window(0, 0, size.width, size.height), Want((1,)))
        theirs = raster.read(i, (0, 0, size.width, size.height), (1,))
        assert np.array_equal(ours.planes(), theirs.data)
        assert ours.valid is not None
        assert theirs.valid is not None
        assert np.array_equal(ours.valid, theirs.valid)


def test_the_first_picture_of_a_striped_file_is_the_picture(tmp_path: Path) -> None:
    data = (smooth(3000, 3000, 60)[None] * 8000 + 30000).clip(1, 65535).astype(np.uint16)
    path = made(tmp_path / "x.tif", np.repeat(data, 4, axis=0), blockysize=1, interleave="pixel")
    reader = reader_of(path)
    sampled = [i for i, level in enumerate(reader.info.levels) if level.origin == "sampled"]
    assert sampled
    for i in sampled:
        level = reader.info.levels[i]
        patch = reader.read_level(i, Window(0, 0, level.width, level.height), Want((3, 1)))
        step = 3000 / level.width
        rows, columns = (np.minimum((np.arange(n) + 0.5) * step, 2999).astype(int) for n in (level.height, level.width))
        expected = data[0][np.ix_(rows, columns)].astype(int)
        assert patch.n_bands == 2
        assert np.abs(patch.plane(1) - expected).mean() < 0.1 * data.std()
