"""Handles: one thread at a time, bounded, given back, closed."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import numpy as np
import pytest

from geo3d.errors import RasterError
from geo3d.raster.handle import HandlePool
from geo3d.raster.source import open_raster
from geo3d.raster.trust import Trust
from tests.unit.raster.making import n_descriptors, noise, write


def test_many_threads_read_one_raster(tmp_path: Path) -> None:
    data = noise((3, 500, 600), "uint16")
    path = write(tmp_path / "a.tif", data, tiled=True, blockxsize=64, blockysize=64, compress="deflate", overviews=[2])
    with open_raster(path, trust=Trust()) as raster:

        def piece(seed: int) -> bool:
            rng = np.random.default_rng(seed)
            col, row = int(rng.integers(0, 500)), int(rng.integers(0, 400))
            found = raster.read(0, (col, row, 100, 100), (2, 3)).data
            raster.read(1, (col // 2, row // 2, 20, 20))
            return bool((found == data[1:, row : row + 100, col : col + 100]).all())

        with ThreadPoolExecutor(8) as threads:
            assert all(threads.map(piece, range(300)))


def test_no_descriptor_is_left_open(tmp_path: Path) -> None:
    paths = [write(tmp_path / f"{i}.tif", noise((1, 20, 20), "uint8", i)) for i in range(30)]
    with open_raster(paths[0], trust=Trust()) as first:
        first.read(0, (0, 0, 5, 5))  # PROJ opens its database once and keeps it
    before = n_descriptors()
    pool = HandlePool(limit=5)
    rasters = [open_raster(path, trust=Trust(), pool=pool) for path in paths]
    for raster in rasters * 2:
        raster.read(0, (0, 0, 5, 5))
        assert n_descriptors() <= before + 5
    assert pool.n_idle == 5
    for raster in rasters:
        raster.close()
    assert pool.n_idle == 0
    assert n_descriptors() == before


def test_a_failed_read_leaves_nothing_open(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", noise((1, 64, 64), "uint8"), compress="deflate")
    path.write_bytes(path.read_bytes()[:-1500])
    before = n_descriptors()
    with open_raster(path, trust=Trust()) as raster:
        for _ in range(20):
            with pytest.raises(RasterError):
                raster.read(0, (0, 0, 64, 64))
    assert n_descriptors() == before


def test_a_closed_raster_opens_again(tmp_path: Path) -> None:
    raster = open_raster(write(tmp_path / "a.tif", noise((1, 9, 9), "uint8")), trust=Trust())
    raster.close()
    first = raster.read(0, (0, 0, 9, 9)).data
    raster.close()
    np.testing.assert_array_equal(raster.read(0, (0, 0, 9, 9)).data, first)
    raster.close()


def test_opening_is_lazy_and_happens_once(tmp_path: Path) -> None:
    path = write(tmp_path / "a.tif", noise((1, 9, 9), "uint8"))
    raster = open_raster(path, trust=Trust())
    path.rename(tmp_path / "b.tif")
    (tmp_path / "b.tif").rename(path)
    found: list[object] = []
    threads = [threading.Thread(target=lambda: found.append(raster.info)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(info is found[0] for info in found)
    raster.close()
