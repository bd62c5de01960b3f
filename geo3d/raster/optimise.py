"""Web-ready copies: the same pixels, tiled, compressed for speed, with overviews.

By default nothing is lost: native grid, zstd, every band. Lossy JPEG or WebP, and tiles that lie on the web's own grid,
are options; such blocks are finished tiles and go out as they are. The source is never touched.
"""

from __future__ import annotations

import os
import threading
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from contextlib import ExitStack
from pathlib import Path
from typing import Final

from geo3d.errors import JobCancelled
from geo3d.raster.block import BlockCache
from geo3d.raster.blockcoder import encode_mask
from geo3d.raster.cogwriter import Spool, write_cog
from geo3d.raster.copyplan import Job, Optimisation, Plan, make_plan
from geo3d.raster.fingerprint import Cancelled, Progress, never, no_progress
from geo3d.raster.patch import Patch
from geo3d.raster.source import Raster
from geo3d.raster.tile import TileReader

_CACHE_BYTES: Final = 96 * 2**20


def optimise(
    raster: Raster,
    path: Path,
    options: Optimisation | None = None,
    progress: Progress = no_progress,
    cancelled: Cancelled = never,
    n_threads: int | None = None,
) -> None:
    """Write a web-ready copy of a raster; it appears whole or not at all.

    Memory does not grow with the raster: some 200 MB and 100 MB per thread, twice that where it is kept in strips.

    Args:
        raster: What to copy.
        path: The file to make; its folder holds some temporary files meanwhile.
        options: How; None = lossless, on the native grid.
        progress: Told the fraction done.
        cancelled: Asked now and then.
        n_threads: Threads; None = one for each core.

    Raises:
        OptionError: The options do not fit the raster.
        CrsError: The raster cannot be brought onto the grid asked for.
        JobCancelled: `cancelled` said so.
        RasterError: A block of the source is damaged.
    """
    plan = make_plan(TileReader(raster, BlockCache(_CACHE_BYTES)), options or Optimisation())
    with ExitStack() as stack:
        spools: list[Spool] = []
        for i, image in enumerate(plan.images):
            spool = Spool(image, path.with_name(f"{path.name}.{os.getpid()}.{i}.part"))
            stack.callback(spool.discard)
            spools.append(spool)
        _Pyramid(plan, spools).fill(progress, cancelled, n_threads or os.cpu_count() or 1)
        for spool in spools:
            spool.close()

        def go_on() -> None:
            if cancelled():
                raise JobCancelled("making the web-ready copy was cancelled")

        write_cog(path, spools, go_on)
    progress(1.0)


class _Canvas:
    """A block of an overview that waits for its pixels to come from below."""

    def __init__(self, patch: Patch, area: int) -> None:
        self.patch = patch
        self.missing = area


class _Pyramid:
    """Cuts the picture into blocks and builds all overviews in one pass, while pixels are in the processor's cache."""

    def __init__(self, plan: Plan, spools: list[Spool]) -> None:
        self.plan, self.spools = plan, spools
        self._canvases: dict[tuple[int, int, int], _Canvas] = {}
        self._lock = threading.Lock()

    def fill(self, progress: Progress, cancelled: Cancelled, n_threads: int) -> None:
        """Work through all jobs, a few at a time."""
        jobs = self.plan.jobs
        with ThreadPoolExecutor(n_threads) as pool:
            running: set[Future[None]] = set()
            try:
                for done, job in enumerate(jobs):
                    while len(running) > n_threads:
                        running = _collected(running)
                    if cancelled():
                        raise JobCancelled("making the web-ready copy was cancelled")
                    running.add(pool.submit(self._do, job))
                    progress(0.95 * done / len(jobs))
                while running:
                    running = _collected(running)
            finally:
                for future in running:
                    future.cancel()

    def _do(self, job: Job) -> None:
        patch = self.plan.read(job)
        if patch is not None:
            self._place(patch, 0, job.column, job.row)
        else:
            self._skip(0, job.column, job.row, job.columns, job.rows)

    def _place(self, patch: Patch, level: int, column: int, row: int) -> None:
        """Store whole blocks of a level, then half of them one level up, and so on."""
        block = self.plan.block
        while True:
            height, width = patch.shape
            columns, rows = width // block, height // block
            for j in range(rows):
                for i in range(columns):
                    self._store(_part(patch, i * block, j * block, block), level, column + i, row + j)
            if level + 1 == self.plan.n_levels:
                return
            patch, level = self.plan.halved(patch), level + 1
            if any(n % 2 for n in (column, row, columns, rows)):
                self._paste(patch, level, column * block // 2, row * block // 2)
                return
            column, row = column // 2, row // 2

    def _store(self, patch: Patch, level: int, column: int, row: int) -> None:
        if patch.valid is not None and not patch.valid.any():
            return  # stays sparse
        spool = self.spools[level * self.plan.images_per_level]
        for plane, data in enumerate(self.plan.coder.encode(self.plan.filled(patch, level))):
            spool.put(column, row, data, plane)
        if self.plan.has_mask:
            mask = self.spools[level * self.plan.images_per_level + 1]
            mask.put(column, row, encode_mask(patch.valid, self.plan.block), may_repeat=True)

    def _skip(self, level: int, column: int, row: int, columns: int, rows: int) -> None:
        """Account for blocks without any data: overviews must not wait for them."""
        if level + 1 < self.plan.n_levels:
            block = self.plan.block // 2
            self._fill(level + 1, column * block, row * block, columns * block, rows * block, None)

    def _paste(self, patch: Patch, level: int, x: int, y: int) -> None:
        height, width = patch.shape
        self._fill(level, x, y, width, height, patch)

    def _fill(self, level: int, x: int, y: int, width: int, height: int, patch: Patch | None) -> None:
        """Put pixels into the waiting blocks of a level; blocks that are complete go their way."""
        block = self.plan.block
        for row in range(y // block, -(-(y + height) // block)):
            for column in range(x // block, -(-(x + width) // block)):
                left, right = max(x, column * block), min(x + width, (column + 1) * block)
                top, bottom = max(y, row * block), min(y + height, (row + 1) * block)
                key = (level, column, row)
                with self._lock:
                    canvas = self._canvases.get(key)
                    if canvas is None:
                        canvas = _Canvas(self.plan.blank(), self.plan.area_from_below(level, column, row))
                        self._canvases[key] = canvas
                if patch is not None:
                    piece = _part(patch, left - x, top - y, right - left, bottom - top)
                    _draw(canvas.patch, piece, left - column * block, top - row * block)
                with self._lock:
                    canvas.missing -= (right - left) * (bottom - top)
                    is_complete = canvas.missing == 0
                    if is_complete:
                        del self._canvases[key]
                if is_complete:
                    self._place(canvas.patch, level, column, row)


def _collected(running: set[Future[None]]) -> set[Future[None]]:
    """Wait for the first to finish; raise its error."""
    done, left = wait(running, return_when=FIRST_COMPLETED)
    for future in done:
        future.result()
    return left


def _part(patch: Patch, x: int, y: int, width: int, height: int | None = None) -> Patch:
    rows, columns = slice(y, y + (height or width)), slice(x, x + width)
    data = patch.data[rows, columns] if patch.is_interleaved else patch.data[:, rows, columns]
    valid = None if patch.valid is None else patch.valid[rows, columns]
    return Patch(data, patch.is_interleaved, None if valid is None or valid.all() else valid)


def _draw(canvas: Patch, piece: Patch, x: int, y: int) -> None:
    """Copy pixels into a canvas, whose own are all invalid at first."""
    height, width = piece.shape
    rows, columns = slice(y, y + height), slice(x, x + width)
    if canvas.is_interleaved:
        canvas.data[rows, columns] = piece.data
    else:
        canvas.data[:, rows, columns] = piece.data
    assert canvas.valid is not None
    canvas.valid[rows, columns] = True if piece.valid is None else piece.valid
