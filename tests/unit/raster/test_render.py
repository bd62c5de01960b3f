"""Pictures of rasters: bands, stretches, ramps, palettes, classes, shade; and the files they become."""

from __future__ import annotations

import math
from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import rasterio
from rasterio.enums import ColorInterp
from rasterio.io import MemoryFile

from geo3d.errors import ExpressionError, OptionError
from geo3d.raster import colormap
from geo3d.raster.block import BlockCache
from geo3d.raster.encode import Picture, PictureFormat, encode, encode_png
from geo3d.raster.grid import NativeGrid, WebMercatorGrid
from geo3d.raster.hillshade import hillshade
from geo3d.raster.render import Renderer
from geo3d.raster.source import open_raster
from geo3d.raster.stretch import Stretch
from geo3d.raster.style import Style
from geo3d.raster.tile import TileReader
from geo3d.raster.trust import Trust

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
Pixels = np.ndarray[Any, Any]


def renderer_of(path: Path) -> Renderer:
    return Renderer(TileReader(open_raster(path, trust=Trust()), BlockCache()))


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


def rgba(data: bytes) -> Pixels:
    """Read a picture with GDAL: red, green, blue, alpha."""
    with MemoryFile(data) as memory, memory.open() as dataset:
        bands = dataset.read()
        if dataset.colorinterp[0] == ColorInterp.palette:
            table = dataset.colormap(1)
            colors_of = np.array([table.get(i, (0, 0, 0, 0)) for i in range(256)], np.uint8)
            return np.asarray(colors_of[bands[0]])
    opaque = np.full(bands.shape[1:], 255, np.uint8)
    colors, alpha = {
        1: ([0, 0, 0], opaque),
        2: ([0, 0, 0], bands[-1]),
        3: ([0, 1, 2], opaque),
        4: ([0, 1, 2], bands[-1]),
    }[len(bands)]
    return np.dstack([*bands[colors], alpha])


def drawn(path: Path, query: str = "", kind: PictureFormat = "png") -> Pixels:
    renderer = renderer_of(path)
    grid = NativeGrid(renderer.reader.info.width, renderer.reader.info.height)
    return rgba(renderer.tile(grid, grid.max_zoom, 0, 0, 256, Style.from_query(query), kind))


# ---------------------------------------------------------------- files


RNG = np.random.default_rng(4)
GRAY = RNG.integers(0, 256, (40, 60), dtype=np.uint8)
RGB = RNG.integers(0, 256, (40, 60, 3), dtype=np.uint8)
VALID = RNG.random((40, 60)) > 0.3
PALETTE = RNG.integers(0, 256, (256, 4), dtype=np.uint8)
PICTURES = {
    "gray": Picture(GRAY, None, None),
    "gray with holes": Picture(GRAY, None, VALID),
    "colour": Picture(RGB, None, None),
    "colour with holes": Picture(RGB, None, VALID),
    "palette": Picture(GRAY, PALETTE, None),
    "few colours": Picture(GRAY % 3, PALETTE[:3], None),
}


def expected_of(picture: Picture) -> Pixels:
    if picture.palette is not None:
        return picture.palette[picture.pixels]
    colors = picture.pixels if picture.pixels.ndim == 3 else np.repeat(picture.pixels[:, :, None], 3, axis=2)
    alpha = np.full(colors.shape[:2], 255) if picture.valid is None else picture.valid * 255
    return np.dstack([colors, alpha]).astype(np.uint8)


@pytest.mark.parametrize("name", PICTURES)
def test_png_loses_nothing(name: str) -> None:
    picture = PICTURES[name]
    data, expected = encode_png(picture), expected_of(picture)
    seen = expected[..., 3] > 0
    assert np.array_equal(rgba(data)[..., 3], expected[..., 3])
    assert np.array_equal(rgba(data)[seen], expected[seen])


@pytest.mark.parametrize("kind", ["jpg", "webp"])
@pytest.mark.parametrize("name", PICTURES)
def test_lossy_files_look_like_the_picture(name: str, kind: PictureFormat) -> None:
    smooth = cv2.GaussianBlur(RGB, (0, 0), 6)
    picture = PICTURES[name]
    if picture.palette is None:
        pixels = smooth if picture.pixels.ndim == 3 else smooth[:, :, 0]
        hole = np.ones((40, 60), np.bool_)
        hole[16:32, 16:48] = False
        picture = Picture(np.asarray(pixels, np.uint8), None, None if picture.valid is None else hole)
    else:
        picture = Picture(np.zeros_like(GRAY), picture.palette, None)
    found = rgba(encode(picture, kind, quality=95, background=(10, 200, 30))).astype(int)
    expected = expected_of(picture).astype(int)
    if kind == "jpg":
        alpha = expected[..., 3:] / 255
        expected = np.dstack(
            [expected[..., :3] * alpha + np.array([10, 200, 30]) * (1 - alpha), np.full((40, 60), 255)]
        )
    seen = expected[..., 3] == 255
    if seen.any():
        assert np.abs(found - expected)[seen][:, :3].mean() < 8
    assert np.abs(found[..., 3] - expected[..., 3]).max() <= 1


# ---------------------------------------------------------------- stretches


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "int32", "float32", "float64"])
@pytest.mark.parametrize(("dark", "bright", "gamma"), [(10, 200, 1.0), (0, 255, 1.0), (200, 10, 1.0), (5, 100, 2.2)])
def test_the_fast_ways_and_the_formula_agree(dtype: str, dark: float, bright: float, gamma: float) -> None:
    values = np.arange(0, 256).astype(dtype).reshape(16, 16)
    share = np.clip((values.astype(float) - dark) / (bright - dark), 0, 1) ** (1 / gamma)
    found = Stretch(dark, bright, gamma).apply(values)
    assert found.dtype == np.uint8
    assert np.abs(found - (share * 255)).max() <= 0.51


def test_nan_is_dark_and_infinity_is_bright() -> None:
    assert Stretch(0, 1).apply(np.array([[np.nan, np.inf, -np.inf, 0.5]], np.float32)).tolist() == [[0, 255, 0, 128]]


def test_sixteen_bit_colours_are_stretched_between_percentiles(tmp_path: Path) -> None:
    data = np.random.default_rng(1).integers(1000, 3000, (3, 256, 256)).astype(np.uint16)
    picture = drawn(made(tmp_path / "x.tif", data, photometric="RGB"))
    low, high = np.percentile(data[0], [2, 98])
    expected = np.clip((data[0] - low) / (high - low), 0, 1) * 255
    assert np.abs(picture[..., 0] - expected).max() <= 2


def test_eight_bit_colours_are_left_alone(shared_data: Path) -> None:
    path = shared_data / "raster/rasterio/RGB.byte.tif"
    with rasterio.open(path) as dataset:
        expected, valid = dataset.read(), dataset.dataset_mask() > 0
    picture = drawn(path)
    inside = valid[:256, :256]
    assert np.array_equal(picture[..., :3][inside], np.moveaxis(expected[:, :256, :256], 0, -1)[inside])
    assert np.array_equal(picture[..., 3] > 0, inside)


@pytest.mark.parametrize("stretch", ["minmax", "sigma", "percentile", "none"])
def test_every_stretch_draws_something(tmp_path: Path, stretch: str) -> None:
    data = np.random.default_rng(1).normal(500, 50, (1, 256, 256)).astype(np.float32)
    gray = drawn(made(tmp_path / "x.tif", data), f"stretch={stretch}")[..., 0].astype(float)
    bright = {
        "minmax": data.max(),
        "sigma": data.mean() + 2 * data.std(),
        "percentile": np.percentile(data, 98),
        "none": 1.0,
    }
    dark = {
        "minmax": data.min(),
        "sigma": data.mean() - 2 * data.std(),
        "percentile": np.percentile(data, 2),
        "none": 0.0,
    }
    expected = np.clip((data[0] - dark[stretch]) / (bright[stretch] - dark[stretch]), 0, 1) * 255
    assert np.abs(gray - expected).max() <= 2


def test_a_raster_of_one_value_is_gray(tmp_path: Path) -> None:
    data = np.full((1, 256, 256), 7, np.uint16)
    assert drawn(made(tmp_path / "x.tif", data))[0, 0].tolist() == [128, 128, 128, 255]


# ---------------------------------------------------------------- colours


def test_an_index_is_coloured_and_has_holes_where_it_has_no_value(tmp_path: Path) -> None:
    data = np.zeros((2, 256, 256), np.uint16)
    data[0, :, 10:], data[1, :, 10:] = 100, 300
    picture = drawn(made(tmp_path / "x.tif", data), "expression=(b2-b1)/(b2%2Bb1)&range=-1,1&colormap=viridis")
    assert (picture[:, :10, 3] == 0).all()
    expected = colormap.colors("viridis")[round(1 + 0.75 * 254)]
    assert np.abs(picture[0, 20, :3].astype(int) - expected).max() <= 3


def test_scale_and_offset_count_when_asked_for(tmp_path: Path) -> None:
    path = made(tmp_path / "x.tif", np.arange(65536, dtype=np.uint16).reshape(1, 256, 256))
    with rasterio.open(path, "r+") as dataset:
        dataset.scales, dataset.offsets = (0.1,), (-100.0,)
    physical = drawn(path, "range=0,1000&physical=true")[..., 0]
    raw = drawn(path, "range=1000,11000")[..., 0]
    assert np.abs(physical.astype(int) - raw).max() <= 1


def test_the_files_own_palette_is_used(shared_data: Path) -> None:
    path = shared_data / "raster/rio-tiler/cog_cmap.tif"
    renderer = renderer_of(path)
    grid = NativeGrid(7168, 8704)
    with rasterio.open(path) as dataset:
        window = rasterio.windows.Window(12 * 256, 16 * 256, 256, 256)
        values, table = dataset.read(1, window=window), dataset.colormap(1)
    picture = rgba(renderer.tile(grid, grid.max_zoom, 12, 16, 256, Style(), "png"))
    assert (values > 0).any()
    for value in np.unique(values[values > 0]):
        assert (picture[values == value] == np.array(table[value])).all()
    assert (picture[values == 0][:, 3] == 0).all()


def test_single_values_get_colours_and_all_others_none(tmp_path: Path) -> None:
    for dtype in ("uint8", "int16", "float32"):
        data = np.repeat(np.arange(4), 16384).reshape(1, 256, 256).astype(dtype)
        picture = drawn(made(tmp_path / "x.tif", data), "classes=1:ff0000,3:00ff0080")
        assert picture[data[0] == 1].tolist()[0] == [255, 0, 0, 255]
        assert picture[data[0] == 3].tolist()[0] == [0, 255, 0, 128]
        assert (picture[(data[0] == 0) | (data[0] == 2)][:, 3] == 0).all()


def test_further_nodata_is_transparent(tmp_path: Path) -> None:
    data = np.full((1, 256, 256), 50, np.uint8)
    data[0, :100] = 9
    picture = drawn(made(tmp_path / "x.tif", data), "nodata=9&stretch=none")
    assert (picture[:100, :, 3] == 0).all()
    assert (picture[100:] == [50, 50, 50, 255]).all()


@pytest.mark.parametrize("name", colormap.names())
def test_ramps_have_256_colours_and_run_backwards(name: str) -> None:
    ramp = colormap.colors(name)
    assert ramp.shape == (256, 3)
    assert np.array_equal(colormap.colors(f"{name}_r"), ramp[::-1])
    assert len(np.unique(ramp, axis=0)) > 90


def test_viridis_is_viridis() -> None:
    assert bytes(colormap.colors("viridis")[0]).hex() == "440154"
    assert bytes(colormap.colors("viridis")[255]).hex() == "fde725"
    with pytest.raises(OptionError, match="viridis"):
        colormap.colors("nothing")


# ---------------------------------------------------------------- shade


def test_shade_is_gdaldems(tmp_path: Path) -> None:
    rows, columns = np.mgrid[0:120, 0:150].astype(np.float32)
    heights = (20 * np.sin(rows / 9) + 15 * np.cos(columns / 7) + columns / 3).astype(np.float32)
    found = hillshade(heights, (5.0, 5.0), z_factor=2.0)
    # gdaldem's formula, written out with numpy from its documentation
    z = heights * 2.0
    a, b, c = z[:-2, :-2], z[:-2, 1:-1], z[:-2, 2:]
    d, f = z[1:-1, :-2], z[1:-1, 2:]
    g, h, i = z[2:, :-2], z[2:, 1:-1], z[2:, 2:]
    dx = ((c + 2 * f + i) - (a + 2 * d + g)) / (8 * 5.0)
    dy = ((g + 2 * h + i) - (a + 2 * b + c)) / (8 * 5.0)
    slope, aspect = np.arctan(np.hypot(dx, dy)), np.arctan2(dy, -dx)
    zenith, azimuth = math.radians(45), math.radians((360 - 315 + 90) % 360)
    expected = np.cos(zenith) * np.cos(slope) + np.sin(zenith) * np.sin(slope) * np.cos(azimuth - aspect)
    assert np.abs(found - np.clip(expected, 0, 1)).max() < 1e-4


def test_shade_has_no_seams_between_tiles(shared_data: Path) -> None:
    renderer, web = renderer_of(shared_data / "raster/titiler/dem.tif"), WebMercatorGrid()
    bounds = renderer.reader.plane_bounds(web)
    assert bounds is not None
    z = 16
    cell = web.cell(z, 0, 0)
    x = int(((bounds[0] + bounds[2]) / 2 - cell.left) / cell.width)
    y = int((cell.top - (bounds[1] + bounds[3]) / 2) / cell.width)
    left, right = (renderer.draw(web, z, x + i, y, 256, Style(hillshade=True)).pixels.astype(int) for i in (0, 1))
    across = np.abs(right[:, 0] - left[:, -1]).mean()
    within = np.abs(np.diff(left, axis=1)).mean()
    assert across < 3 * within + 1


# ---------------------------------------------------------------- what does not fit


@pytest.mark.parametrize(
    ("query", "error"),
    [
        ("bands=4,3,9", OptionError),
        ("bands=1,2,3&colormap=viridis", OptionError),
        ("expression=b9", ExpressionError),
        ("expression=b1;b2", OptionError),
        ("colormap=nothing", OptionError),
    ],
)
def test_styles_that_do_not_fit_are_refused(tmp_path: Path, query: str, error: type[Exception]) -> None:
    path = made(tmp_path / "x.tif", np.zeros((3, 20, 20), np.uint8), photometric="RGB")
    with pytest.raises(error):
        drawn(path, query)


def test_contrast_drives_from_the_middle_and_brightness_is_added() -> None:
    values = np.array([[0.0, 0.25, 0.5, 0.75, 1.0]], np.float32)
    assert Stretch(0, 1, contrast=2).apply(values).tolist() == [[0, 0, 128, 255, 255]]
    assert Stretch(0, 1, contrast=0.5).apply(values).tolist() == [[64, 96, 128, 159, 191]]
    assert Stretch(0, 1, brightness=0.25).apply(values).tolist() == [[64, 128, 191, 255, 255]]
    assert not Stretch(0, 255, contrast=2).is_identity
