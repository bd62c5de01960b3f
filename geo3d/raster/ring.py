"""Rings of longitude and latitude that a map can draw: cut at the antimeridian, closed around a pole."""

from __future__ import annotations

import numpy as np

from geo3d.geometry.array import Array
from geo3d.raster.info import Ring


def cut_at_antimeridian(lonlat: Array) -> tuple[Ring, ...]:
    """Return closed rings with longitudes within [-180, 180].

    Args:
        lonlat: Border positions in degrees, shape (n, 2), not closed, in order; neighbours less than 180 degrees apart.

    Returns:
        One ring, or several where the border crosses the antimeridian. A border around a pole includes the pole.
    """
    steps = np.diff(lonlat[:, 0], append=lonlat[0, 0])
    steps -= 360.0 * np.round(steps / 360.0) if np.abs(steps).max() > 180.0 else 0.0
    longitudes = lonlat[0, 0] + np.concatenate([[0.0], np.cumsum(steps)])
    open_ring = np.stack([longitudes[:-1], lonlat[:, 1]], axis=1)
    turn = longitudes[-1] - longitudes[0]
    if abs(turn) > 180.0:  # the border runs once around the Earth: a pole is inside
        pole = 90.0 if lonlat[:, 1].mean() > 0 else -90.0
        last = (longitudes[-1], lonlat[0, 1])
        open_ring = np.concatenate([open_ring, [last, (longitudes[-1], pole), (longitudes[0], pole)]])
    rings = []
    first = int(np.floor((open_ring[:, 0].min() + 180.0) / 360.0))
    final = int(np.ceil((open_ring[:, 0].max() - 180.0) / 360.0))
    for world in range(min(first, final), max(first, final) + 1):
        piece = _clipped(_clipped(open_ring, -180.0 + 360.0 * world, 1.0), 180.0 + 360.0 * world, -1.0)
        if len(piece) >= 3 and np.ptp(piece[:, 0]) > 0.0:
            piece = piece - (360.0 * world, 0.0)
            closed = [(float(x), float(y)) for x, y in piece]
            rings.append((*closed, closed[0]))
    return tuple(rings)


def _clipped(ring: Array, longitude: float, side: float) -> Array:
    """Return the part of an open ring where ``side * (x - longitude) >= 0`` (Sutherland and Hodgman 1974, one edge)."""
    kept: list[Array] = []
    for here, there in zip(ring, np.roll(ring, -1, axis=0), strict=True):
        a, b = side * (here[0] - longitude), side * (there[0] - longitude)
        if a >= 0.0:
            kept.append(here)
        if a * b < 0.0:
            t = a / (a - b)
            kept.append(np.array([longitude, here[1] + t * (there[1] - here[1])]))
    return np.array(kept) if kept else np.empty((0, 2))
