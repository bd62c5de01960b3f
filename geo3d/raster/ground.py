"""How large pixels are on the ground."""

from __future__ import annotations

import numpy as np

from geo3d.errors import CrsError
from geo3d.geometry.crs import code_of, crs_of, geod_of, geodetic_of, transformer
from geo3d.geometry.transform import parent_from_pixel
from geo3d.raster.grid import Cell, Grid
from geo3d.raster.info import RasterInfo


def ground_pixel(grid: Grid, cell: Cell, size: int, info: RasterInfo) -> tuple[float, float]:
    """Return the size in metres of a tile's middle pixel, to the right and downwards.

    Where nothing ties the raster to a globe, its own units stand for metres.
    """
    step_x, step_y = cell.width / size, cell.height / size
    x, y = cell.left + cell.width / 2, cell.top + cell.height / 2
    points = np.array([[x, y], [x + step_x, y], [x, y + step_y]])
    crs = grid.crs
    if crs is None and info.link is not None:
        points = parent_from_pixel(info.link, points, strict=False)
        crs = info.crs
    lengths = np.hypot(*(points[1:] - points[0]).T)
    if crs is not None:
        try:
            base = crs_of(crs)
            lon, lat = transformer(code_of(geodetic_of(base)), crs, flat=True).transform(points[:, 0], points[:, 1])
            _, _, lengths = geod_of(base).inv([lon[0]] * 2, [lat[0]] * 2, lon[1:], lat[1:])
        except CrsError:
            pass  # an engineering system: its units are metres as far as anybody knows
    found = [float(length) if np.isfinite(length) and length > 0 else 1.0 for length in lengths]
    return found[0], found[1]
