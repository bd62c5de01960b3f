"""Overviews: averages compared with numpy, restarts, cancels, damage; and the picked levels that come before."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import signal
import threading
import time
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt
import pytest
import rasterio
from rasterio.enums import ColorInterp, Resampling

from geo3d.errors import JobCancelled, RasterError
from geo3d.raster.info import Level
from geo3d.raster.overview import build_overviews
from geo3d.raster.pixels import Window
from geo3d.raster.pyramid import VERSION, find_pyramid
from geo3d.raster.reduce import halved, halved_nearest
from geo3d.raster.sampling import MOST_BYTES, sample
from geo3d.raster.source import open_raster
from geo3d.raster.trust import Trust
from tests.unit.raster.making import n_descriptors, noise, write

OWNER = Trust()
WIDTH, HEIGHT = 2501, 2203  # odd, and larger than what needs no overviews


def striped(path: Path, bands: int = 2, dtype: str = "uint16", **options: Any) -> tuple[Path, npt.NDArray[Any]]:
    ramp = np.add.outer(np.arange(HEIGHT), np.arange(WIDTH))
    data = np.stack([(ramp + 7 * b) % 250 + 1 for b in range(bands)]).astype(dtype)
    return write(path, data, **options), data


def averaged(data: npt.NDArray[Any], valid: npt.NDArray[np.bool_] | None = None) -> npt.NDArray[Any]:
    """The average of each 2 x 2 valid pixels in plain numpy, NaN where there is none; edges repeated."""
    pad = ((0, 0), (0, data.shape[1] % 2), (0, data.shape[2] % 2))
    real = np.where(True if valid is None else valid, data.astype(np.float64), np.nan)
    even = np.pad(real, pad, mode="edge")
    parts = np.stack([even[:, i::2, j::2] for i in (0, 1) for j in (0, 1)])
    counts = np.isfinite(parts).sum(axis=0)
    return np.where(counts > 0, np.nansum(parts, axis=0) / np.maximum(counts, 1), np.nan)


@pytest.mark.parametrize(
    "dtype", ["uint8", "int8", "uint16", "int16", "uint32", "int64", "uint64", "float32", "float64"]
)
@pytest.mark.parametrize("size", [(8, 8), (7, 9), (1, 1), (1, 6)])
def test_halving_averages(dtype: str, size: tuple[int, int]) -> None:
    plane = noise(size, dtype)
    found = halved(plane, None, None)
    assert found.dtype == plane.dtype
    expected = averaged(plane[None])[0]
    tolerance = {"rtol": 1e-6} if dtype.startswith("float") else {"atol": 0.5001, "rtol": 1e-12}
    np.testing.assert_allclose(found.astype(np.float64), expected, **tolerance)


def test_64_bit_integers_are_averaged_exactly() -> None:
    big = np.full((2, 2), np.iinfo("uint64").max - 1, "uint64")
    assert halved(big, None, None)[0, 0] == np.iinfo("uint64").max - 1
    assert halved(-big.astype("int64"), None, None).dtype == "int64"


def test_halving_leaves_out_what_is_not_valid() -> None:
    plane = np.array([[10, 20, 0, 0], [30, 0, 0, 0]], "uint8")
    valid = plane != 0
    assert halved(plane, valid, 0).tolist() == [[20, 0]]
    assert halved(plane, valid, 255).tolist() == [[20, 255]]


def test_averages_never_become_nodata_by_chance() -> None:
    plane = np.array([[127, 129], [127, 129]], "uint8")
    valid = np.ones((2, 2), bool)
    valid[0, 0] = False
    assert halved(np.array([[0, 127], [128, 129]], "uint8"), valid, 128)[0, 0] == 129
    assert halved(np.array([[0, 255], [255, 255]], "uint8"), valid, 255)[0, 0] == 254
    assert halved(plane.astype("float32"), valid, 128.0)[0, 0] != 128.0


def test_classes_are_never_mixed() -> None:
    plane = np.array([[1, 9, 2], [9, 5, 9], [3, 9, 4]], "uint8")
    assert halved_nearest(plane).tolist() == [[5, 9], [9, 4]]


@pytest.mark.parametrize("interleave", ["pixel", "band"])
def test_built_levels_are_averages_of_the_file(tmp_path: Path, interleave: str) -> None:
    path, data = striped(tmp_path / "a.tif", interleave=interleave)
    with open_raster(path, trust=OWNER, cache_dir=tmp_path / "cache") as raster:
        assert [level.origin for level in raster.info.levels] == ["native", "sampled", "sampled", "sampled"]
        assert raster.unbuilt == (str(path),)
        seen: list[float] = []
        pyramid = build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache", progress=seen.append)
        assert pyramid is not None
        assert seen == sorted(seen)
        assert seen[-1] == 1.0
        info = raster.refresh()
        assert [level.origin for level in info.levels] == ["native", "cache", "cache", "cache"]
        assert not raster.unbuilt
        expected = data.astype(np.float64)
        for k, level in enumerate(info.levels[1:], 1):
            expected = np.floor(averaged(expected) + 0.5)
            assert level.factor == (2.0**k, 2.0**k)
            found = raster.read(k, (0, 0, level.width, level.height))
            assert found.valid is None
            np.testing.assert_array_equal(found.data, expected)
        np.testing.assert_array_equal(raster.read(0, (100, 100, 50, 50)).data, data[:, 100:150, 100:150])


@pytest.mark.parametrize("options", [{"tiled": True, "blockxsize": 256, "blockysize": 128}, {"blockysize": 7}])
def test_any_layout_gives_the_same_pyramid(
    tmp_path: Path, options: dict[str, Any], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also when memory allows only narrow pieces and one band at a time."""
    monkeypatch.setattr("geo3d.raster.overview._MOST_READ_BYTES", 1 << 20)
    monkeypatch.setattr("geo3d.raster.overview._MOST_BUFFER_BYTES", 1 << 20)
    path, data = striped(tmp_path / "a.tif", bands=3, **options)
    build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache")
    with open_raster(path, trust=OWNER, cache_dir=tmp_path / "cache") as raster:
        level = raster.info.levels[1]
        found = raster.read(1, (0, 0, level.width, level.height)).data
        np.testing.assert_array_equal(found, np.floor(averaged(data) + 0.5))


def test_nodata_is_left_out_and_kept(tmp_path: Path) -> None:
    path, data = striped(tmp_path / "a.tif", bands=1)
    data[0, 100:301, 100:501] = 0
    data[0, ::7, 1000:1500] = 0
    write(path, data, nodata=0)
    build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache")
    with open_raster(path, trust=OWNER, cache_dir=tmp_path / "cache") as raster:
        level = raster.info.levels[1]
        found = raster.read(1, (0, 0, level.width, level.height))
        expected = averaged(data, data != 0)
        assert found.valid is not None
        np.testing.assert_array_equal(found.valid, np.isfinite(expected[0]))
        np.testing.assert_array_equal(found.data[0][found.valid], np.floor(expected[0][found.valid] + 0.5))


def test_nan_is_left_out_and_kept(tmp_path: Path) -> None:
    path, data = striped(tmp_path / "a.tif", bands=1, dtype="float32")
    data[0, 50:61, 70:91] = np.nan
    write(path, data)
    build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache")
    with open_raster(path, trust=OWNER, cache_dir=tmp_path / "cache") as raster:
        found = raster.read(1, (0, 0, 100, 100))
        expected = averaged(data)[0, :100, :100]
        assert found.valid is not None
        np.testing.assert_array_equal(found.valid, np.isfinite(expected))
        np.testing.assert_allclose(found.data[0][found.valid], expected[found.valid], rtol=1e-6)


@pytest.mark.parametrize("kind", ["alpha", "mask"])
@pytest.mark.parametrize("narrow", [False, True])
def test_colours_under_transparency_do_not_bleed(
    tmp_path: Path, kind: str, narrow: bool, monkeypatch: pytest.MonkeyPatch
) -> None:
    if narrow:
        monkeypatch.setattr("geo3d.raster.overview._MOST_BUFFER_BYTES", 1 << 20)
    solid = np.zeros((HEIGHT, WIDTH), bool)
    solid[301:1500, 203:2001] = True
    colors = np.where(solid, 200, 13).astype("uint8")
    alpha = np.where(solid, 255, 0).astype("uint8")
    if kind == "alpha":
        tags = (ColorInterp.red, ColorInterp.green, ColorInterp.blue, ColorInterp.alpha)
        path = write(tmp_path / "a.tif", np.stack([colors, colors, colors, alpha]), colors=tags)
    else:
        path = write(tmp_path / "a.tif", np.stack([colors] * 3), mask=alpha)
    build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache")
    with open_raster(path, trust=OWNER, cache_dir=tmp_path / "cache") as raster:
        for k, level in enumerate(raster.info.levels[1:], 1):
            found = raster.read(k, (0, 0, level.width, level.height), (1, 2, 3))
            expected = averaged(solid[None].astype(float))[0] > 0
            solid = expected
            assert found.valid is not None
            np.testing.assert_array_equal(found.valid, expected)
            assert np.unique(found.data[:, found.valid]).tolist() == [200]


def test_palettes_keep_their_numbers(tmp_path: Path) -> None:
    data = np.where(np.add.outer(np.arange(HEIGHT), np.arange(WIDTH)) % 2, 3, 9).astype("uint8")
    path = write(tmp_path / "a.tif", data[None], photometric="palette")
    with rasterio.open(path, "r+") as file:
        file.write_colormap(1, {3: (255, 0, 0, 255), 9: (0, 0, 255, 255)})
    build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache")
    with open_raster(path, trust=OWNER, cache_dir=tmp_path / "cache") as raster:
        assert raster.info.is_categorical
        assert set(np.unique(raster.read(1, (0, 0, 500, 500)).data)) <= {3, 9}


def test_levels_lie_where_the_file_lies(tmp_path: Path) -> None:
    """A bright pixel is found again at its place: GDAL's own average of the same area agrees."""
    data = np.zeros((1, HEIGHT, WIDTH), "float32")
    data[0, 1234, 2222] = 1.0
    path = write(tmp_path / "a.tif", data)
    build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache")
    with open_raster(path, trust=OWNER, cache_dir=tmp_path / "cache") as raster, rasterio.open(path) as oracle:
        for k, level in enumerate(raster.info.levels[1:], 1):
            found = raster.read(k, (0, 0, level.width, level.height)).data[0]
            row, col = np.argwhere(found)[0].tolist()
            assert (col, row) == (2222 >> k, 1234 >> k)
            side = 2**k
            window = rasterio.windows.Window(col * side, row * side, side, side)
            mean = oracle.read(1, window=window, out_shape=(1, 1), resampling=Resampling.average)[0, 0]
            assert found[row, col] == pytest.approx(mean)


def test_a_file_with_few_overviews_gets_the_missing_ones(tmp_path: Path) -> None:
    data = noise((1, 9000, 400), "uint8")
    path = write(tmp_path / "a.tif", data, tiled=True, blockxsize=128, blockysize=128, overviews=[2])
    build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache")
    with open_raster(path, trust=OWNER, cache_dir=tmp_path / "cache") as raster:
        origins = [level.origin for level in raster.info.levels]
        assert origins == ["native", "overview", "cache", "cache", "cache", "cache"]
        assert [level.factor[1] for level in raster.info.levels] == [1, 2, 4, 8, 16, 32]


def test_small_files_need_none(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", noise((1, 500, 500), "uint8"))
    assert build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache") is None
    assert not (tmp_path / "cache").exists()


def test_cancel_leaves_nothing(tmp_path: Path) -> None:
    path, _ = striped(tmp_path / "a.tif")
    calls = iter(range(10**6))
    with pytest.raises(JobCancelled):
        build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache", cancelled=lambda: next(calls) > 2)
    assert list((tmp_path / "cache" / "overviews").iterdir()) == []


def _build(path: str, cache: str) -> None:
    build_overviews(path, trust=OWNER, cache_dir=Path(cache))


def test_a_killed_build_is_started_again(tmp_path: Path) -> None:
    data = noise((3, 6000, 6000), "uint16")
    path = write(tmp_path / "a.tif", data)
    process = multiprocessing.get_context("spawn").Process(target=_build, args=(str(path), str(tmp_path / "cache")))
    process.start()
    folder = tmp_path / "cache" / "overviews"
    deadline = time.monotonic() + 60
    while not list(folder.glob("*.part/level1.tif")) and time.monotonic() < deadline:
        time.sleep(0.01)
    os.kill(process.pid or 0, signal.SIGKILL)
    process.join()
    (part,) = folder.glob("*.part")
    with open_raster(path, trust=OWNER, cache_dir=tmp_path / "cache") as raster:
        assert raster.info.needs_overviews
    for file in (part, *part.iterdir()):
        os.utime(file, (0, 0))  # as old as the next start of the server would find it
    assert build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache") is not None
    assert not list(folder.glob("*.part"))


def test_two_builds_at_once_agree(tmp_path: Path) -> None:
    path, _ = striped(tmp_path / "a.tif")
    found: list[object] = []
    threads = [
        threading.Thread(target=lambda: found.append(build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache")))
        for _ in range(3)
    ]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 3
    assert all(pyramid == found[0] for pyramid in found)
    assert len(list((tmp_path / "cache" / "overviews").iterdir())) == 1


def test_a_changed_file_does_not_meet_old_overviews(tmp_path: Path) -> None:
    path, data = striped(tmp_path / "a.tif")
    build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache")
    write(path, data + 1)
    with open_raster(path, trust=OWNER, cache_dir=tmp_path / "cache") as raster:
        assert raster.info.needs_overviews


def test_a_damaged_cache_is_given_up(tmp_path: Path) -> None:
    path, data = striped(tmp_path / "a.tif")
    cache = tmp_path / "cache"
    build_overviews(path, trust=OWNER, cache_dir=cache)
    with open_raster(path, trust=OWNER, cache_dir=cache) as raster:
        (folder,) = (cache / "overviews").iterdir()
        (folder / "level1.tif").write_bytes(b"II*\0")
        with pytest.raises(RasterError, match="built again"):
            raster.read(1, (0, 0, 10, 10))
        assert raster.info.needs_overviews
        np.testing.assert_array_equal(raster.read(0, (0, 0, 10, 10)).data, data[:, :10, :10])
        assert build_overviews(path, trust=OWNER, cache_dir=cache) is not None
        assert not raster.refresh().needs_overviews
        raster.read(1, (0, 0, 10, 10))


def test_another_version_is_built_anew(tmp_path: Path) -> None:
    path, _ = striped(tmp_path / "a.tif")
    build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache")
    (folder,) = (tmp_path / "cache" / "overviews").iterdir()
    manifest = folder / "pyramid.json"
    manifest.write_text(manifest.read_text().replace(f'"version": {VERSION}', '"version": 0'))
    assert find_pyramid(tmp_path / "cache", folder.name) is None
    assert build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache") is not None


def test_one_broken_tile_costs_one_tile(tmp_path: Path) -> None:
    path, data = striped(tmp_path / "a.tif", bands=1, tiled=True, blockxsize=256, blockysize=256, compress="deflate")
    with rasterio.open(path) as file:
        offset = int(file.get_tag_item("BLOCK_OFFSET_2_3", "TIFF", bidx=1))
    raw = bytearray(path.read_bytes())
    raw[offset : offset + 50] = os.urandom(50)
    path.write_bytes(raw)
    hole = np.zeros((HEIGHT, WIDTH), bool)
    hole[768:1024, 512:768] = True
    with open_raster(path, trust=OWNER, cache_dir=tmp_path / "cache") as raster:
        coarse = raster.info.levels[-1]
        picked = raster.read(len(raster.info.levels) - 1, (0, 0, coarse.width, coarse.height))
        assert picked.valid is not None, "the first picture has a hole, not an error"
        assert 0.9 < picked.valid.mean() < 1.0
        build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache")
        level = raster.refresh().levels[1]
        found = raster.read(1, (0, 0, level.width, level.height)).data
        expected = np.floor(averaged(np.where(hole, 0, data)) + 0.5)
        np.testing.assert_array_equal(found, expected)


def test_a_full_disk_is_said(tmp_path: Path) -> None:
    path, _ = striped(tmp_path / "a.tif")
    cache = tmp_path / "cache"
    cache.write_text("a file where the folder should be")
    with pytest.raises(RasterError, match="disk"):
        build_overviews(path, trust=OWNER, cache_dir=cache)


def test_building_leaves_no_descriptor_and_no_file_beside_the_source(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir()
    path, _ = striped(folder / "a.tif")
    before_bytes, before_time = path.read_bytes(), path.stat().st_mtime_ns
    build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache")
    shutil.rmtree(tmp_path / "cache")
    before = n_descriptors()
    build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache")
    assert n_descriptors() == before
    assert [entry.name for entry in folder.iterdir()] == ["a.tif"]
    assert (path.read_bytes(), path.stat().st_mtime_ns) == (before_bytes, before_time)


# ---------------------------------------------------------------- picked levels


def test_picked_levels_show_pixels_of_the_file(tmp_path: Path) -> None:
    path, data = striped(tmp_path / "a.tif")
    with open_raster(path, trust=OWNER) as raster:
        for k, level in enumerate(raster.info.levels[1:], 1):
            rows = np.floor((np.arange(level.height) + 0.5) * level.factor[1]).astype(int)
            columns = np.floor((np.arange(level.width) + 0.5) * level.factor[0]).astype(int)
            found = raster.read(k, (0, 0, level.width, level.height)).data
            np.testing.assert_array_equal(found, data[:, rows][:, :, columns])
            part = raster.read(k, (10, 20, 30, 40), (2,)).data
            np.testing.assert_array_equal(part, found[1:2, 20:60, 10:40])


@pytest.mark.parametrize("is_categorical", [False, True])
@pytest.mark.parametrize("block", [(4000, 16), (256, 256), (4000, 30_000)])
def test_a_first_picture_reads_a_few_blocks_only(block: tuple[int, int], is_categorical: bool) -> None:
    """Of a raster of 4000 x 30000 pixels that cost 100 bytes each, every pixel telling its own position."""
    base = Level(width=4000, height=30_000, factor=(1, 1), block=block, origin="native")
    level = Level(width=68, height=512, factor=(4000 / 68, 30_000 / 512), block=(68, 512), origin="sampled")
    touched: set[tuple[int, int]] = set()

    def read(window: Window) -> tuple[npt.NDArray[Any], npt.NDArray[np.bool_]]:
        blocks = {(window.col // block[0], window.row // block[1])}
        blocks.add(((window.col + window.width - 1) // block[0], (window.row + window.height - 1) // block[1]))
        assert len(blocks) == 1, "one block at a time"
        touched.update(blocks)
        rows = np.arange(window.row, window.row + window.height)
        columns = np.arange(window.col, window.col + window.width)
        data = np.stack(np.broadcast_arrays(columns[None, :], rows[:, None])).astype("uint16")
        return data, data[1] < 20_000

    data, valid = sample(read, level, base, Window(0, 0, 68, 512), 100, is_categorical=is_categorical)
    block_bytes = block[0] * block[1] * 100
    assert len(touched) * block_bytes <= max(MOST_BYTES, block_bytes)
    assert data.dtype == "uint16"
    assert valid is not None
    centers = (np.arange(512) + 0.5) * 30_000 / 512
    far = max(block[1], 30_000 / len({row for _, row in touched}))  # the way to the next row of blocks that was read
    solid = valid.all(axis=1)
    assert np.abs(data[1, solid, 0] - centers[solid]).max() <= far
    assert solid[centers < 20_000 - 2 * far].all()
    assert not valid[centers > 20_000 + 2 * far].any()
    assert (np.diff(data[1, solid, 0].astype(int)) >= 0).all()


def test_pictures_that_decode_from_the_top_have_one_picked_level(tmp_path: Path) -> None:
    data = np.cumsum(noise((3, 2100, 2600), "uint8") % 2, axis=2).astype("uint8")
    path = write(tmp_path / "a.png", data, driver="PNG", zlevel=1)
    with open_raster(path, trust=OWNER, cache_dir=tmp_path / "cache") as raster:
        native, coarse = raster.info.levels
        assert coarse.block == (coarse.width, coarse.height)
        whole = raster.read(1, (0, 0, coarse.width, coarse.height)).data
        part = raster.read(1, (5, 6, 20, 30), (3, 1)).data
        np.testing.assert_array_equal(part, whole[[2, 0], 6:36, 5:25])
        assert native.origin == "native"
        build_overviews(path, trust=OWNER, cache_dir=tmp_path / "cache")
        assert {level.origin for level in raster.refresh().levels[1:]} == {"cache"}
