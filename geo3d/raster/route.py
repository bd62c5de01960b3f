"""The way from a grid's plane into the native pixels of a raster."""

from __future__ import annotations

import math
from collections.abc import Callable

import numpy as np

from geo3d.errors import CrsError, FrameError
from geo3d.geometry.crs import crs_of, degrees_per_unit, is_geographic, transformer
from geo3d.geometry.transform import Solved, parent_from_pixel, pixel_from_parent
from geo3d.raster.grid import Grid
from geo3d.raster.info import RasterInfo
from geo3d.raster.warp import PixelFromPlane, Positions

Bounds = tuple[float, float, float, float]
"""(left, bottom, right, top) on a grid's plane."""


def native_route(info: RasterInfo) -> tuple[PixelFromPlane, Bounds]:
    """Return the way from native pixels to native pixels, and the raster's bounds there."""
    return (lambda positions: positions), (0.0, 0.0, float(info.width), float(info.height))


def map_route(info: RasterInfo, link: Solved | None, grid: Grid) -> tuple[PixelFromPlane, Bounds | None]:
    """Return the way from a map grid into the raster, and the raster's bounds on the grid's plane.

    Raises:
        CrsError: The raster does not say where it lies, or nothing leads from there to the grid.
    """
    if info.crs is None or link is None or grid.crs is None:
        raise CrsError(
            f"this raster does not say where it lies, so it has no place in {grid.name}; use its native grid"
        )
    crs, plane = info.crs, grid.crs
    transformer(crs, plane, flat=True)  # says so at once when there is no way, e.g. to another planet
    outline = _lattice_of(info)
    centre = parent_from_pixel(link, outline.mean(axis=0, keepdims=True), strict=False)
    shift = _turner(crs, float(centre[0, 0]))

    def pixel_from_plane(positions: Positions) -> Positions:
        x, y = transformer(crs, plane, flat=True).transform(positions[:, 0], positions[:, 1])
        return pixel_from_parent(link, np.stack([shift(np.asarray(x)), y], axis=1), strict=False)

    return pixel_from_plane, _bounds_on(plane, crs, parent_from_pixel(link, outline, strict=False))


def _turner(crs: str, centre: float) -> Callable[[Positions], Positions]:
    """Return what brings longitudes within half a turn of the raster: files run from 0 to 360, or past 180."""
    if not is_geographic(crs_of(crs)) or not math.isfinite(centre):
        return lambda longitudes: longitudes
    turn = 360.0 / degrees_per_unit(crs_of(crs))
    return lambda longitudes: longitudes - turn * np.round((longitudes - centre) / turn)


def _lattice_of(info: RasterInfo) -> Positions:
    """Return native positions spread over the raster, its outline included: (441, 2)."""
    u = np.linspace(0.0, 1.0, 21)
    return np.stack(np.meshgrid(u * info.width, u * info.height), axis=-1).reshape(-1, 2)


def _bounds_on(plane: str, crs: str, parent: Positions) -> Bounds | None:
    """Return the bounds on a plane; None where some position has no answer there."""
    try:
        x, y = transformer(plane, crs, flat=True).transform(parent[:, 0], parent[:, 1])
    except FrameError:
        return None
    found = np.stack([x, y], axis=1)
    if not np.isfinite(found).all():
        return None
    (left, bottom), (right, top) = found.min(axis=0).tolist(), found.max(axis=0).tolist()
    return left, bottom, right, top
