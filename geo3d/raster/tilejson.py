"""Describe a raster's tiles to map libraries: TileJSON."""

from __future__ import annotations

from typing import Any

import numpy as np

from geo3d.raster.grid import CELL, Grid, NativeGrid, zoom_for
from geo3d.raster.info import RasterInfo
from geo3d.raster.tile import TileReader


def tilejson(reader: TileReader, grid: Grid, template: str, name: str, size: int) -> dict[str, Any]:
    """Return the TileJSON 3.0 document of a raster on a grid.

    Args:
        reader: The raster.
        grid: The grid of the tiles.
        template: Address of a tile with ``{z}``, ``{x}`` and ``{y}``.
        name: Title for people.
        size: Pixels on a side of a tile.

    Raises:
        CrsError: The raster cannot be brought onto this grid.
    """
    low, high = zooms(reader, grid, size)
    document: dict[str, Any] = {
        "tilejson": "3.0.0",
        "name": name,
        "scheme": "xyz",
        "tiles": [template],
        "minzoom": low,
        "maxzoom": high,
        "tileSize": size,
        "grid": grid.name,
        "crs": grid.crs,
    }
    bounds = bounds_lonlat(reader.info)
    if bounds is not None:
        west, south, east, north = bounds
        document["bounds"] = [west, south, east, north]
        document["center"] = [(west + east) / 2, (south + north) / 2, low]
    return document


def zooms(reader: TileReader, grid: Grid, size: int) -> tuple[int, int]:
    """Return the (lowest, highest) zoom worth asking for: the raster in about one tile, and its native resolution.

    Raises:
        CrsError: The raster cannot be brought onto this grid.
    """
    finer = {256: 0, 512: 1}.get(size, 0)
    if isinstance(grid, NativeGrid):
        return 0, max(0, grid.max_zoom - finer)
    bounds = reader.plane_bounds(grid)
    if bounds is None:
        return grid.min_zoom, max(grid.min_zoom, min(grid.max_zoom, 24) - finer)
    across, down = bounds[2] - bounds[0], bounds[3] - bounds[1]
    per_pixel = min(across / reader.info.width, down / reader.info.height)
    highest = max(grid.min_zoom, zoom_for(grid, per_pixel) - finer)
    lowest = max(grid.min_zoom, zoom_for(grid, max(across, down) / CELL) - 1)
    return min(lowest, highest), highest


def bounds_lonlat(info: RasterInfo) -> tuple[float, float, float, float] | None:
    """Return (west, south, east, north) in degrees; None when the raster does not say, or is not on Earth."""
    if not info.footprint:
        return None
    points = np.array([position for ring in info.footprint for position in ring])
    west, south = points.min(axis=0).tolist()
    east, north = points.max(axis=0).tolist()
    return max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0)
