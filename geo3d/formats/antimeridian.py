"""Cut longitude-latitude geometries at the antimeridian, as RFC 7946 3.1.9 asks.

A ring that comes out of a projection jumps from 179 to -179 where it crosses; one that was drawn in degrees runs on to
181. Both are unrolled, cut along the multiples of 180 degrees that lie between odd turns, and brought back into
[-180, 180]. A ring that goes once around a pole is closed along that pole.
"""

from __future__ import annotations

import math
from itertools import pairwise

import numpy as np
import shapely

from geo3d.geometry.array import Array


def needs_cut(shape: shapely.Geometry, *, literal: bool) -> bool:
    """Tell whether a geometry in degrees reaches or jumps over the antimeridian.

    Args:
        shape: Longitudes and latitudes.
        literal: True = longitudes are meant as they stand (drawn in degrees): a long edge is long, not a jump.
    """
    minx, _, maxx, _ = shape.bounds
    return bool(minx < -180.0 or maxx > 180.0 or (not literal and maxx - minx > 180.0))


def cut(shape: shapely.Geometry, *, literal: bool) -> shapely.Geometry:
    """Return the geometry within [-180, 180], as a multi-part where the antimeridian parts it.

    Args:
        shape: Longitudes and latitudes; any simple feature but a collection.
        literal: See `needs_cut`.

    Raises:
        shapely.errors.GEOSException: An area is so invalid that it cannot be cut.
    """
    has_z = shape.has_z
    match shape.geom_type:
        case "Point" | "MultiPoint":
            positions = shapely.get_coordinates(shape, include_z=has_z)
            positions[:, 0] -= 360.0 * np.round(positions[:, 0] / 360.0)
            return shapely.set_coordinates(shape, positions)
        case "LineString" | "MultiLineString":
            lines = [piece for line in shapely.get_parts(shape) for piece in _cut_line(_unrolled(line, literal))]
            return lines[0] if len(lines) == 1 else shapely.MultiLineString(lines)
        case _:
            areas = [piece for area in shapely.get_parts(shape) for piece in _cut_area(area, literal)]
            return areas[0] if len(areas) == 1 else shapely.MultiPolygon(areas)


def _unrolled(line: shapely.Geometry, literal: bool) -> Array:
    """Return the positions of a line or ring without jumps."""
    positions: Array = shapely.get_coordinates(line, include_z=line.has_z)
    if not literal:
        jumps = np.round(np.diff(positions[:, 0]) / 360.0)
        positions[1:, 0] -= 360.0 * np.cumsum(jumps)
    return positions


def _turn(longitude: float) -> int:
    """Return in which world a longitude lies: 0 for [-180, 180)."""
    return math.floor((longitude + 180.0) / 360.0)


def _cut_line(positions: Array) -> list[shapely.LineString]:
    """Return the pieces of an unrolled line, each within [-180, 180]."""
    pieces: list[list[Array]] = [[positions[0]]]
    worlds = [_turn((positions[0, 0] + positions[1, 0]) / 2)]
    for a, b in pairwise(positions):
        low, high = sorted((float(a[0]), float(b[0])))
        edges = [360.0 * k + 180.0 for k in range(_turn(low), _turn(high) + 1) if low < 360.0 * k + 180.0 < high]
        stops = [a + (b - a) * ((edge - a[0]) / (b[0] - a[0])) for edge in (edges if a[0] < b[0] else edges[::-1])]
        for start, stop in pairwise([a, *stops, b]):
            world = _turn((start[0] + stop[0]) / 2)
            if world != worlds[-1]:
                pieces.append([start])
                worlds.append(world)
            pieces[-1].append(stop)
    lines = []
    for piece, world in zip(pieces, worlds, strict=True):
        array = np.array(piece)
        array[:, 0] = np.clip(array[:, 0] - 360.0 * world, -180.0, 180.0)
        if len(array) > 1:
            lines.append(shapely.LineString(array))
    return lines


def _cut_area(area: shapely.Polygon, literal: bool) -> list[shapely.Polygon]:
    """Return the pieces of a polygon, each within [-180, 180]."""
    shell = _unrolled(area.exterior, literal)
    round_pole = abs(shell[-1, 0] - shell[0, 0]) > 180.0
    if round_pole:
        shell = _closed_along_pole(shell)
    low, high = float(shell[:, 0].min()), float(shell[:, 0].max())
    holes = []
    for interior in area.interiors:
        hole = _unrolled(interior, literal)
        middle = float(hole[:, 0].min() + hole[:, 0].max()) / 2
        hole[:, 0] += 360.0 * round(((low + high) / 2 - middle) / 360.0)
        holes.append(hole)
    whole = shapely.Polygon(shell, holes)
    pieces: list[shapely.Polygon] = []
    for world in range(_turn(low), _turn(high) + 1):
        strip = shapely.box(360.0 * world - 180.0, -90.0, 360.0 * world + 180.0, 90.0)
        for part in shapely.get_parts(shapely.intersection(whole, strip)):
            if part.geom_type == "Polygon" and not part.is_empty:
                positions = shapely.get_coordinates(part, include_z=part.has_z)
                positions[:, 0] -= 360.0 * world
                pieces.append(shapely.set_coordinates(part, positions))
    return pieces


def _closed_along_pole(ring: Array) -> Array:
    """Return a ring that goes once around the globe, closed along the pole that it goes around."""
    pole = 90.0 if ring[:, 1].mean() > 0 else -90.0
    first, last = ring[0].copy(), ring[-1].copy()
    # start at the antimeridian, so that the pole's edge runs from one side of the world to the other
    up, down = last.copy(), first.copy()
    up[1] = down[1] = pole
    return np.vstack([ring, up, down, first])
