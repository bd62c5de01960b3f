"""Reshaping by a line: a part of it takes the place of a part of the outline."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import shapely

from geo3d.errors import GeometryError
from geo3d.geometry import Geometry
from geo3d.geometry.array import Array
from geo3d.geometry.edit.crossing import Crossing, arc, crossings, section
from geo3d.geometry.edit.source import LINEAL, Flat, Source, area_of, demand_one_frame, lines_of, tolerance_of
from geo3d.geometry.polyline import Polyline

_ACROSS = "the line must cross the outline twice at least: where the new part begins and where it ends"
_TANGLED = "the line crosses the part of the outline that stays; let it leave and return on one side"


def reshape(geometry: Geometry, line: Polyline) -> Geometry:
    """Return a shape of which a part runs along a line.

    What of the line lies between its first and its last crossing replaces that part of the ring; the larger piece is
    kept (as QGIS does). Where the exterior is not crossed twice, the holes that are get the new part. An open line is
    changed between its first and last crossing, or goes on where the line begins at its end.

    Args:
        geometry: Polygon, multipolygon, box, mask (the last two become polygons), polyline or multipolyline.
        line: In the same frame.

    Raises:
        GeometryError: The line does not cross it so, or one of both is not valid.
    """
    demand_one_frame([geometry, line])
    along = lines_of(line)[0][:, :2]
    if isinstance(geometry, LINEAL):
        return _reshape_lines(geometry, along)
    area = area_of(geometry)
    tolerance = tolerance_of(area, shapely.LineString(along))
    parts = list(shapely.get_parts(area))
    made = [_reshaped_part(part, along, tolerance) for part in parts]
    if all(part is None for part in made):
        raise GeometryError(_ACROSS)
    shapes = [old if new is None else new for old, new in zip(parts, made, strict=True)]
    whole = shapely.MultiPolygon(list(shapely.get_parts(shapes))) if len(shapes) > 1 else shapes[0]
    if not whole.is_valid:  # a part has grown over another one
        whole = shapely.union_all(shapes)
    return Source([geometry]).geometry(whole)


def _reshaped_part(part: shapely.Polygon, line: Array, tolerance: float) -> shapely.Geometry | None:
    """Return an area reshaped; None where the line does not cross one of its rings twice."""
    holes = [shapely.get_coordinates(ring)[:-1] for ring in part.interiors]
    exterior = _reshaped_ring(shapely.get_coordinates(part.exterior)[:-1], line, tolerance)
    if exterior is not None:
        inner = [shapely.Polygon(hole) for hole in holes]
        if all(shapely.contains_properly(exterior, hole) for hole in inner):
            return shapely.Polygon(exterior.exterior, holes)
        return shapely.difference(exterior, shapely.union_all(inner))
    found = [_reshaped_ring(hole, line, tolerance) for hole in holes]
    if all(hole is None for hole in found):
        return None
    inner = [shapely.Polygon(old) if new is None else new for old, new in zip(holes, found, strict=True)]
    return shapely.difference(shapely.Polygon(part.exterior), shapely.union_all(inner))


def _reshaped_ring(ring: Array, line: Array, tolerance: float) -> shapely.Polygon | None:
    closed = np.concatenate([ring, ring[:1]])
    met = [_at_start(c, len(ring)) for c in crossings(closed, line, tolerance)]
    if not met or met[0].place == met[-1].place:
        return None
    first, last = met[0], met[-1]
    new = [first.place, *section(line, first.along, last.along), last.place]
    ways = [new + arc(ring, last.at, first.at), new + arc(ring, first.at, last.at)[::-1]]
    areas = [shapely.Polygon(way) for way in ways if len(set(way)) > 2]
    best = max(areas, key=lambda area: shapely.make_valid(area).area, default=None)
    if best is None:
        return None
    if not best.is_valid or best.area == 0.0:
        raise GeometryError(_TANGLED)
    return best


def _at_start(crossing: Crossing, n: int) -> Crossing:
    """Return a crossing at the closing repetition of a ring as one at its first vertex."""
    return Crossing(0.0, crossing.along, crossing.place) if crossing.at == n else crossing


def _reshape_lines(geometry: Geometry, along: Array) -> Geometry:
    lines = [path[:, :2] for path in lines_of(geometry)]
    made = [_reshaped_line(path, along) for path in lines]
    if all(path is None for path in made):
        raise GeometryError(f"{_ACROSS}; or begin it at an end of this line to make that longer")
    paths = [[(x, y) for x, y in old.tolist()] if new is None else new for old, new in zip(lines, made, strict=True)]
    shape = shapely.MultiLineString(paths) if len(paths) > 1 else shapely.LineString(paths[0])
    return Source([geometry]).geometry(shape, geometry.width if isinstance(geometry, Polyline) else None)


def _reshaped_line(path: Array, along: Array) -> list[Flat] | None:
    tolerance = tolerance_of(shapely.LineString(path), shapely.LineString(along))
    met = crossings(path, along, tolerance)
    own: list[Flat] = [(x, y) for x, y in path.tolist()]
    new: list[Flat] = [(x, y) for x, y in along.tolist()]
    if len({c.at for c in met}) == 1:
        return _longer(own, new, met[0])
    if len(met) < 2:
        return None
    first, last = min(met, key=lambda c: c.at), max(met, key=lambda c: c.at)
    between = section(along, min(first.along, last.along), max(first.along, last.along))
    if last.along < first.along:
        between.reverse()
    path_made = [
        *(place for i, place in enumerate(own) if i < first.at),
        first.place,
        *between,
        last.place,
        *(place for i, place in enumerate(own) if i > last.at),
    ]
    return [path_made[0], *(b for a, b in pairwise(path_made) if a != b)]


def _longer(own: list[Flat], new: list[Flat], met: Crossing) -> list[Flat] | None:
    """Return a line that goes on along another, which begins or ends at an end of it; None where it does not."""
    if met.along not in (0.0, float(len(new) - 1)) or met.at not in (0.0, float(len(own) - 1)):
        return None
    onwards = new[1:] if met.along == 0.0 else new[-2::-1]
    return own + onwards if met.at else onwards[::-1] + own
