"""The demo's files: an orthophoto and a terrain model of the simulated country."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path

import numpy as np
import numpy.typing as npt

from geo3d.geometry import Affine
from geo3d.raster.create import Block, create_geotiff
from geo3d.synth.render import elevation, render
from geo3d.synth.world import World, make_world

CRS = "EPSG:32632"
ORIGIN = (431_000.0, 5_412_000.0)
"""Map coordinates of the world's south-west corner, metres."""
GSD = 0.1
"""Metres per pixel of the orthophoto."""
_BLOCK = 1024

Progress = Callable[[float], None]


def orthophoto(path: Path, world: World, progress: Progress, gsd: float = GSD, n_processes: int = 2) -> None:
    """Write the four-band uint16 orthophoto of the country.

    Args:
        path: GeoTIFF to make.
        world: What to draw.
        progress: Told the fraction done.
        gsd: Metres per pixel; the picture has ``world.side / gsd`` pixels each way.
        n_processes: Processes that draw; 1 = this one.
    """
    n = round(world.side / gsd)
    link = Affine(a=gsd, b=0.0, c=ORIGIN[0], d=0.0, e=-gsd, f=ORIGIN[1] + world.side)
    bands = ("red", "green", "blue", "nir")
    windows = [(c, r, min(_BLOCK, n - c), min(_BLOCK, n - r)) for r in range(0, n, _BLOCK) for c in range(0, n, _BLOCK)]
    blocks = _drawn(world, gsd, windows, n_processes, progress)
    create_geotiff(path, blocks, size=(n, n), dtype="uint16", bands=bands, crs=CRS, link=link)
    progress(1.0)


def terrain(path: Path, world: World) -> None:
    """Write the terrain model: float32 metres, 1 m pixels."""
    n = round(world.side)
    centres = np.arange(n, dtype=np.float64) + 0.5
    z = elevation(centres, world.side - centres, world.side, world.seed)
    link = Affine(a=1.0, b=0.0, c=ORIGIN[0], d=0.0, e=-1.0, f=ORIGIN[1] + world.side)
    create_geotiff(
        path, [(0, 0, z[None])], size=(n, n), dtype="float32", bands=("gray",), crs=CRS, link=link, nodata=-9999.0
    )


def _drawn(
    world: World, gsd: float, windows: list[tuple[int, int, int, int]], n_processes: int, progress: Progress
) -> Iterator[Block]:
    """Draw the windows, in order; at most a few blocks are in memory."""
    if n_processes <= 1:
        for k, window in enumerate(windows):
            yield window[0], window[1], render(world, gsd, *window)
            progress(0.95 * (k + 1) / len(windows))
        return
    with ProcessPoolExecutor(n_processes, get_context("spawn")) as pool:
        ahead = 2 * n_processes
        waiting = [pool.submit(_draw, world.side, world.seed, gsd, w) for w in windows[:ahead]]
        for k, window in enumerate(windows):
            pixels = waiting.pop(0).result()
            if k + ahead < len(windows):
                waiting.append(pool.submit(_draw, world.side, world.seed, gsd, windows[k + ahead]))
            yield window[0], window[1], pixels
            progress(0.95 * (k + 1) / len(windows))


def _draw(side: float, seed: int, gsd: float, window: tuple[int, int, int, int]) -> npt.NDArray[np.uint16]:
    return render(make_world(side, seed), gsd, *window)
