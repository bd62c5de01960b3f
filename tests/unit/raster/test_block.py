"""Directories that lie, blocks that are remembered, grids that agree with morecantile."""

from __future__ import annotations

import struct
import threading
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import tifffile
from hypothesis import given
from hypothesis import strategies as st

from geo3d.errors import NotFound, RasterError, RasterRefused
from geo3d.raster.block import BlockCache, BlockFile
from geo3d.raster.bytefile import ByteFile
from geo3d.raster.grid import NativeGrid, WebMercatorGrid, grid_of, matrix_grid, zoom_for
from geo3d.raster.tiff import read_directories

pytestmark = pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")


@dataclass
class Memory:
    """Bytes instead of a file."""

    data: bytes

    @property
    def size(self) -> int:
        return len(self.data)

    def read(self, offset: int, count: int) -> bytes:
        if offset < 0 or offset + count > len(self.data):
            raise RasterError("truncated")
        return self.data[offset : offset + count]


def tiff(*entries: tuple[int, int, int, int], order: str = "<") -> bytes:
    """A directory of (tag, type, count, value) entries and nothing else."""
    head = (
        (b"II" if order == "<" else b"MM") + struct.pack(f"{order}HI", 42, 8) + struct.pack(f"{order}H", len(entries))
    )
    return head + b"".join(struct.pack(f"{order}HHII", *entry) for entry in entries) + bytes(4) + bytes(100)


def claims(width: int, height: int, *more: tuple[int, int, int, int]) -> bytes:
    return tiff((256, 4, 1, width), (257, 4, 1, height), (258, 3, 1, 8), (277, 3, 1, 1), *more)


def test_300_bytes_that_claim_66000_pixels_are_refused() -> None:
    one_strip = claims(66_000, 66_000, (273, 4, 1, 150), (279, 4, 1, 10))
    assert len(one_strip) < 300
    with pytest.raises(RasterRefused, match="gdal_translate"):
        read_directories(Memory(one_strip), "bomb.tif")
    rows = claims(66_000, 66_000, (273, 4, 1, 150), (278, 4, 1, 1), (279, 4, 1, 10))
    with pytest.raises(RasterRefused, match="lists 1"):
        read_directories(Memory(rows), "bomb.tif")
    tiles = claims(66_000, 66_000, (322, 4, 1, 512), (323, 4, 1, 512), (324, 4, 1, 150), (325, 4, 1, 10))
    with pytest.raises(RasterRefused, match="lists 1"):
        read_directories(Memory(tiles), "bomb.tif")
    block = claims(66_000, 66_000, (322, 4, 1, 65_536), (323, 4, 1, 65_536), (324, 4, 4, 150), (325, 4, 4, 150))
    with pytest.raises(RasterRefused, match="4096 MB"):
        read_directories(Memory(block), "bomb.tif")


def test_arrays_larger_than_the_file_are_not_made() -> None:
    with pytest.raises(RasterError):
        read_directories(Memory(claims(64, 64, (273, 4, 2**31, 50), (279, 4, 1, 10))), "x.tif")


def test_directories_in_a_circle_end() -> None:
    data = bytearray(claims(8, 8, (273, 4, 1, 150), (279, 4, 1, 10)))
    at = 8 + 2 + 12 * 6
    data[at : at + 4] = struct.pack("<I", 8)
    with pytest.raises(RasterError, match="circles"):
        read_directories(Memory(bytes(data)), "x.tif")


@given(st.binary(max_size=400))
def test_any_bytes_are_a_tiff_or_an_error(data: bytes) -> None:
    for head in (b"", b"II*\0\x08\0\0\0", b"MM\0*\0\0\0\x08", b"II+\0\x08\0\0\0\x10\0\0\0\0\0\0\0"):
        try:
            read_directories(Memory(head + data), "x.tif")
        except RasterError as error:
            assert error.message  # noqa: PT017 - either outcome is right


def test_directories_are_what_tifffile_reads(shared_data: Path) -> None:
    for path in sorted(shared_data.glob("raster/**/*.[tT][iI][fF]")):
        ours = read_directories(ByteFile(path), path.name)
        with tifffile.TiffFile(path) as theirs:
            assert len(ours) == len(theirs.pages), path.name
            for one, page in zip(ours, theirs.pages, strict=True):
                assert isinstance(page, tifffile.TiffPage)
                assert (one.width, one.height, one.samples) == (page.imagewidth, page.imagelength, page.samplesperpixel)
                assert one.compression == int(page.compression)
                assert one.is_tiled == page.is_tiled
                assert one.offsets.tolist()[: len(page.dataoffsets)] == list(page.dataoffsets)
                assert one.counts.tolist()[: len(page.databytecounts)] == list(page.databytecounts)


# ---------------------------------------------------------------- the cache


def test_the_cache_stays_within_its_bytes_and_forgets_the_oldest() -> None:
    cache = BlockCache(10_000)
    for i in range(50):
        cache.put(i, np.zeros(1000, np.uint8))
        cache.get(0)  # used again and again: never the oldest
        assert cache.n_bytes <= 10_000
    assert cache.get(0) is not None
    assert cache.get(49) is not None
    assert cache.get(20) is None
    cache.put("large", np.zeros(9000, np.uint8))
    assert cache.get("large") is None


def test_the_cache_counts_right_under_many_threads() -> None:
    cache = BlockCache(50_000)

    def work(seed: int) -> None:
        rng = np.random.default_rng(seed)
        for _ in range(500):
            key = int(rng.integers(40))
            cache.put(key, np.zeros(int(rng.integers(1, 5000)), np.uint8))
            cache.get(int(rng.integers(40)))

    threads = [threading.Thread(target=work, args=(i,)) for i in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    left = [cache.get(key) for key in range(40)]
    assert sum(block.nbytes for block in left if block is not None) == cache.n_bytes <= 50_000


def test_two_files_never_share_blocks(tmp_path: Path) -> None:
    cache = BlockCache()
    files: list[BlockFile] = []
    for value in (1, 2):
        path = tmp_path / f"{value}.tif"
        with rasterio.open(
            path,
            "w",
            driver="GTiff",
            width=64,
            height=64,
            count=1,
            dtype="uint8",
            tiled=True,
            blockxsize=64,
            blockysize=64,
        ) as made:
            made.write(np.full((1, 64, 64), value, np.uint8))
        files.append(BlockFile(path, cache))
    for _ in range(2):
        found = [file.block(file.directories[0], 0) for file in files]
        assert [int(block.max()) for block in found if block is not None] == [1, 2]
    assert cache.n_bytes == 2 * 4096


# ---------------------------------------------------------------- grids


def test_grids_are_morecantiles() -> None:
    morecantile = pytest.importorskip("morecantile")
    web = morecantile.tms.get("WebMercatorQuad")
    for z, x, y in [(0, 0, 0), (5, 3, 17), (18, 137_000, 91_000)]:
        bounds = web.xy_bounds(morecantile.Tile(x, y, z))
        cell = WebMercatorGrid().cell(z, x, y)
        assert np.allclose(
            [cell.left, cell.top, cell.width, -cell.height],
            [bounds.left, bounds.top, bounds.right - bounds.left, bounds.top - bounds.bottom],
            atol=1e-6,
        )
    for name in ("WorldCRS84Quad", "UPSAntarcticWGS84Quad", "NZTM2000Quad", "EuropeanETRS89_LAEAQuad"):
        grid, tms = matrix_grid(name), morecantile.tms.get(name)
        z = grid.min_zoom + 2
        bounds, cell = tms.xy_bounds(morecantile.Tile(1, 1, z)), grid.cell(z, 1, 1)
        assert np.allclose(
            [cell.left, cell.top, cell.left + cell.width, cell.top + cell.height],
            [bounds.left, bounds.top, bounds.right, bounds.bottom],
        )


@given(st.integers(1, 200_000), st.integers(1, 200_000))
def test_the_native_grid_covers_the_raster_once(width: int, height: int) -> None:
    grid = NativeGrid(width, height)
    assert grid.shape(0) == (1, 1)
    for z in range(grid.max_zoom + 1):
        columns, rows = grid.shape(z)
        last = grid.cell(z, columns - 1, rows - 1)
        assert last.left < width <= last.left + last.width
        assert last.top < height <= last.top + last.height
    assert grid.cell(grid.max_zoom, 0, 0).width == 256


def test_what_is_no_grid_or_no_cell_is_not_found() -> None:
    for ask in (
        lambda: grid_of("Nowhere", 1, 1),
        lambda: matrix_grid("GNOSISGlobalGrid"),
        lambda: WebMercatorGrid().cell(31, 0, 0),
    ):
        with pytest.raises(NotFound):
            ask()
    assert zoom_for(WebMercatorGrid(), 0.5) == 19


def test_files_that_are_not_open_say_so(tmp_path: Path) -> None:
    with pytest.raises(RasterError, match="relink"):
        ByteFile(tmp_path / "nothing.tif")
    path = tmp_path / "short.bin"
    path.write_bytes(b"0123456789")
    file = ByteFile(path)
    assert file.read(3, 4) == b"3456"
    assert file.read_if_cached(3, 4) in (b"3456", None)
    with pytest.raises(RasterError, match="truncated"):
        file.read(5, 6)
    path.write_bytes(b"01")
    with pytest.raises(RasterError, match="shorter"):
        file.read(3, 4)
    found: Any = file.read_if_cached(3, 4)
    assert found is None
