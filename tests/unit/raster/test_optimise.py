"""Web-ready copies, judged by GDAL and by rio-cogeo."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
from rasterio.enums import Resampling
from rasterio.transform import from_origin
from rasterio.windows import Window

from geo3d.errors import JobCancelled, OptionError
from geo3d.raster.block import BlockCache
from geo3d.raster.copyplan import Optimisation
from geo3d.raster.grid import NativeGrid, WebMercatorGrid
from geo3d.raster.optimise import optimise
from geo3d.raster.passthrough import Passthrough
from geo3d.raster.render import Renderer
from geo3d.raster.source import Raster, open_raster
from geo3d.raster.style import Style
from geo3d.raster.tile import TileReader, Want
from geo3d.raster.trust import Trust

cogeo = pytest.importorskip("rio_cogeo.cogeo")

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
Pixels = np.ndarray[Any, Any]


def opened(path: Path) -> Raster:
    return open_raster(path, trust=Trust())


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


def scene(n_bands: int, height: int, width: int, dtype: str) -> Pixels:
    """A picture in which every place looks different, and neighbours alike."""
    rows, columns = np.mgrid[0:height, 0:width].astype(np.float32)
    bands = [110 + 60 * np.sin(rows / (31 + 7 * b)) + 50 * np.cos(columns / (23 + 5 * b)) for b in range(n_bands)]
    return np.stack(bands).clip(1, 250).astype(dtype)


def is_cog(path: Path) -> bool:
    is_valid, errors, _ = cogeo.cog_validate(str(path), quiet=True)
    assert not errors
    return bool(is_valid)


PLACE = {"crs": "EPSG:32633", "transform": from_origin(500_000, 5_300_000, 2, 2)}


def test_every_sample_becomes_a_valid_cog_without_loss(shared_data: Path, tmp_path: Path) -> None:
    target, seen = tmp_path / "copy.tif", 0
    for path in sorted([*shared_data.glob("raster/**/*.[tT][iI][fF]"), *shared_data.glob("raster/**/*.vrt")]):
        with rasterio.open(path) as source:
            if source.width * source.height > 20_000_000:
                continue
            optimise(opened(path), target)
            assert is_cog(target), path.name
            with rasterio.open(target) as copy:
                whole = Window(0, 0, source.width, source.height)
                assert copy.transform == source.transform, path.name
                assert (copy.scales, copy.offsets, copy.descriptions) == (
                    source.scales,
                    source.offsets,
                    source.descriptions,
                )
                assert len(copy.gcps[0]) == len(source.gcps[0])
                assert bool(copy.rpcs) == bool(source.rpcs)
                mask = copy.dataset_mask()
                assert np.array_equal(mask[: source.height, : source.width], source.dataset_mask()), path.name
                assert not mask[source.height :].any()
                assert not mask[:, source.width :].any()
                if source.compression is None or source.compression.name.lower() != "jpeg":
                    assert np.array_equal(copy.read(window=whole), source.read(), equal_nan=True), path.name
        seen += 1
    assert seen > 50


@pytest.mark.parametrize("compression", ["zstd", "deflate", "jpeg", "webp"])
@pytest.mark.parametrize("layout", ["native", "WebMercatorQuad"])
def test_levels_halve_exactly_and_show_the_same(tmp_path: Path, layout: Any, compression: Any) -> None:
    path = made(tmp_path / "x.tif", scene(3, 1700, 2100, "uint8"), photometric="RGB", **PLACE)
    target = tmp_path / "copy.tif"
    optimise(opened(path), target, Optimisation(layout=layout, compression=compression, quality=95), n_threads=3)
    assert is_cog(target)
    with rasterio.open(target) as copy:
        factors = copy.overviews(1)
        assert factors == [2**k for k in range(1, len(factors) + 1)]
        assert copy.width % factors[-1] == copy.height % factors[-1] == 0
        full, valid = copy.read(1).astype(float), copy.dataset_mask() > 0
    for i, factor in enumerate(factors):
        with rasterio.open(target, overview_level=i) as level:
            assert (level.width, level.height) == (copy.width // factor, copy.height // factor)
            small, small_valid = level.read(1), level.dataset_mask() > 0
        blocks = (copy.height // factor, factor, copy.width // factor, factor)
        count = valid.reshape(blocks).sum(axis=(1, 3))
        mean = np.where(valid, full, 0).reshape(blocks).sum(axis=(1, 3)) / np.maximum(count, 1)
        inner = count == factor * factor
        assert inner.any()
        assert small_valid[inner].all()
        assert not small_valid[count == 0].any()
        assert np.abs(small - mean)[inner].mean() < (0.6 if compression in ("zstd", "deflate") else 2.5)


def test_many_bands_are_planar_and_striped_sources_are_no_problem(tmp_path: Path) -> None:
    data = scene(12, 1300, 2600, "uint16") * 30
    path = made(tmp_path / "x.tif", data, nodata=0, blockysize=1, **PLACE)
    target, told = tmp_path / "copy.tif", list[float]()
    optimise(opened(path), target, progress=told.append)
    assert is_cog(target)
    with rasterio.open(target) as copy:
        assert copy.interleaving.name == "band"
        assert copy.compression.name == "zstd"
        assert np.array_equal(copy.read(window=Window(0, 0, 2600, 1300)), data)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_a_cancelled_copy_leaves_nothing(tmp_path: Path) -> None:
    path = made(tmp_path / "x.tif", scene(1, 3000, 3000, "uint8"), **PLACE)
    asked = iter([False, True])
    with pytest.raises(JobCancelled):
        optimise(opened(path), tmp_path / "copy.tif", cancelled=lambda: next(asked, True))
    assert [file.name for file in tmp_path.iterdir()] == ["x.tif"]


@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_lossy_copies_need_bytes(tmp_path: Path, dtype: str) -> None:
    path = made(tmp_path / "x.tif", scene(3, 100, 100, dtype), **PLACE)
    with pytest.raises(OptionError, match="use zstd"):
        optimise(opened(path), tmp_path / "copy.tif", Optimisation(compression="jpeg"))


def test_our_own_jpeg_blocks_go_out_byte_for_byte(tmp_path: Path) -> None:
    path = made(tmp_path / "x.tif", scene(3, 1700, 2100, "uint8"), photometric="RGB", **PLACE)
    web = WebMercatorGrid()
    for layout, size in (("native", 512), ("WebMercatorQuad", 256)):
        target = tmp_path / f"{layout}.tif"
        optimise(opened(path), target, Optimisation(layout=layout, compression="jpeg"))
        reader = TileReader(opened(target), BlockCache())
        grid = NativeGrid(reader.info.width, reader.info.height) if layout == "native" else web
        painter, finder = Renderer(reader).painter(Style()), Passthrough(reader)
        n_passed = 0
        with target.open("rb") as file:
            whole = file.read()
        for z, x, y in places_of(reader, grid, size):
            stored = finder.find(grid, z, x, y, size, "jpg", painter)
            patch = reader.read(grid, z, x, y, size, Want((1, 2, 3)))
            if stored is not None:
                data = stored.read()
                assert data is not None
                assert data in whole  # a slice of the file
                assert data[:2] == b"\xff\xd8"
                assert patch is not None
                assert patch.valid is None  # fully covered tiles only
                n_passed += 1
            assert finder.find(grid, z, x, y, size, "png", painter) is None
        assert n_passed > 5, layout


def places_of(reader: TileReader, grid: Any, size: int) -> list[tuple[int, int, int]]:
    bounds = reader.plane_bounds(grid)
    assert bounds is not None
    found = []
    for z in range(grid.min_zoom, min(grid.max_zoom, 20) + 1):
        cell = grid.cell(z, 0, 0)
        x0, x1 = (int((b - cell.left) // cell.width) for b in (bounds[0], bounds[2]))
        y0, y1 = sorted(int((b - cell.top) // cell.height) for b in (bounds[1], bounds[3]))
        columns, rows = grid.shape(z)
        if (x1 - x0) * (y1 - y0) < 300:
            found += [(z, x, y) for x in range(x0, min(x1, columns - 1) + 1) for y in range(y0, min(y1, rows - 1) + 1)]
    return found


def test_foreign_jpeg_blocks_get_their_tables_and_keep_their_coded_bytes(tmp_path: Path) -> None:
    data = scene(3, 1024, 1024, "uint8")
    layout = {"tiled": True, "blockxsize": 256, "blockysize": 256, "compress": "jpeg", "jpeg_quality": 90}
    for photometric in ("YCBCR", "RGB"):
        path = made(tmp_path / "x.tif", data, photometric=photometric, **layout, **PLACE)
        with rasterio.open(path, "r+") as dataset:
            dataset.build_overviews([2, 4], Resampling.average)
        reader, grid = TileReader(opened(path), BlockCache()), NativeGrid(1024, 1024)
        painter, finder = Renderer(reader).painter(Style()), Passthrough(reader)
        for z, x, y in [(2, 1, 3), (1, 1, 0), (0, 0, 0)]:
            stored = finder.find(grid, z, x, y, 256, "jpg", painter)
            assert stored is not None
            tile = stored.read()
            raw = stored.place.file.stored(stored.place.directory, stored.index)
            assert tile is not None
            assert raw is not None
            assert stored.place.directory.jpeg_tables is not None
            scan = raw[raw.index(b"\xff\xda") :]
            assert tile.endswith(scan)
            with rasterio.MemoryFile(tile) as memory, memory.open() as picture:
                found = picture.read().astype(int)
            step = 1 << (2 - z)
            with rasterio.open(path, **({} if z == 2 else {"overview_level": 1 - z})) as dataset:
                expected = dataset.read(window=Window(x * 256, y * 256, 256, 256)).astype(int)
            assert np.abs(found - expected).mean() < 1, (photometric, step)


def test_what_is_not_the_stored_picture_is_drawn(tmp_path: Path) -> None:
    data = scene(3, 600, 600, "uint8")
    layout = {"tiled": True, "blockxsize": 256, "blockysize": 256, "compress": "jpeg"}
    path = made(tmp_path / "x.tif", data, photometric="YCBCR", **layout, **PLACE)
    reader, grid = TileReader(opened(path), BlockCache()), NativeGrid(600, 600)
    renderer, finder = Renderer(reader), Passthrough(reader)
    plain = renderer.painter(Style())
    assert finder.find(grid, 2, 0, 0, 256, "jpg", plain) is not None
    assert finder.find(grid, 2, 2, 0, 256, "jpg", plain) is None  # reaches beyond the edge
    assert finder.find(grid, 2, 0, 0, 512, "jpg", plain) is None  # another size
    assert finder.find(grid, 2, 0, 0, 256, "webp", plain) is None  # another format
    assert finder.find(WebMercatorGrid(), 15, 17000, 11000, 256, "jpg", plain) is None  # another grid
    for query in ("bands=3,2,1", "gamma=2", "range=0,100", "bands=1", "stretch=minmax"):
        assert finder.find(grid, 2, 0, 0, 256, "jpg", renderer.painter(Style.from_query(query))) is None, query
