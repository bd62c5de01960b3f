"""Splitting areas and lines by a line."""

from __future__ import annotations

from collections import Counter
from itertools import chain, pairwise

import numpy as np
import shapely

from geo3d.errors import GeometryError
from geo3d.geometry import Geometry
from geo3d.geometry.array import Array
from geo3d.geometry.edit.crossing import crossings, section, with_vertices
from geo3d.geometry.edit.source import LINEAL, Flat, Source, area_of, demand_one_frame, lines_of, tolerance_of
from geo3d.geometry.polyline import Polyline


def split(geometry: Geometry, line: Polyline) -> list[Geometry]:
    """Return the pieces into which a line splits a shape, largest first.

    Parts of a multi-geometry that the line does not split stay with the largest piece. A part of the line that ends
    inside the shape does nothing.

    Args:
        geometry: Polygon, multipolygon, box, mask (the last two become polygons), polyline or multipolyline.
        line: In the same frame.

    Raises:
        GeometryError: The line does not split it, or one of both is not valid.
    """
    demand_one_frame([geometry, line])
    cutter = lines_of(line)[0][:, :2]
    if isinstance(geometry, LINEAL):
        return _split_lines(geometry, cutter)
    area = area_of(geometry)
    tolerance = tolerance_of(area, shapely.LineString(cutter))
    pieces: list[shapely.Geometry] = []
    whole: list[shapely.Geometry] = []
    for part in shapely.get_parts(area):
        found = _pieces_of(part, cutter, tolerance)
        (pieces if len(found) > 1 else whole).extend(found)
    if not pieces:
        raise GeometryError("the line does not split this shape: draw it from outside right across to the other side")
    pieces.sort(key=shapely.area, reverse=True)
    source = Source([geometry])
    if whole:
        pieces[0] = shapely.MultiPolygon([pieces[0], *whole])
        pieces.sort(key=shapely.area, reverse=True)
    return [source.geometry(piece) for piece in pieces]


def _pieces_of(part: shapely.Polygon, cutter: Array, tolerance: float) -> list[shapely.Polygon]:
    rings = [shapely.get_coordinates(ring) for ring in (part.exterior, *part.interiors)]
    ends = (0.0, float(len(cutter) - 1))
    lines = []
    moved = cutter.copy()
    for ring in rings:
        met = [c for c in crossings(ring, cutter, tolerance) if c.along in ends]
        for crossing in met:
            moved[int(crossing.along)] = crossing.place
        lines.append(shapely.LineString(with_vertices(ring, met)))
    noded = shapely.union_all([*lines, shapely.LineString(moved)])
    cells = shapely.get_parts(shapely.polygonize(shapely.get_parts(noded)))
    inside = [cell for cell in cells if part.contains(cell.representative_point())]
    if len(inside) < 2:
        return [part]
    own = set(map(tuple, np.concatenate(rings).tolist()))
    # where a loose end of the line met the outline, nothing is to be seen afterwards
    places = Counter(chain.from_iterable(_places(cell) for cell in inside))
    loose = {place for place, n in places.items() if n == 1 and place not in own}
    return [_without(cell, loose) for cell in inside] if loose else inside


def _places(area: shapely.Polygon) -> list[Flat]:
    rings = (area.exterior, *area.interiors)
    return [(x, y) for ring in rings for x, y in shapely.get_coordinates(ring)[:-1].tolist()]


def _without(area: shapely.Polygon, dropped: set[Flat]) -> shapely.Polygon:
    rings = [
        [place for place in map(tuple, shapely.get_coordinates(ring)[:-1].tolist()) if place not in dropped]
        for ring in (area.exterior, *area.interiors)
    ]
    return shapely.Polygon(rings[0], rings[1:])


def _split_lines(geometry: Geometry, cutter: Array) -> list[Geometry]:
    pieces: list[list[Flat]] = []
    whole: list[list[Flat]] = []
    for line in lines_of(geometry):
        found = _pieces_of_line(line[:, :2], cutter)
        (pieces if len(found) > 1 else whole).extend(found)
    if not pieces:
        raise GeometryError("the line does not split this one: draw it across")
    shapes = sorted(map(shapely.LineString, pieces), key=shapely.length, reverse=True)
    if whole:
        shapes[0] = shapely.MultiLineString([shapes[0], *map(shapely.LineString, whole)])
        shapes.sort(key=shapely.length, reverse=True)
    source = Source([geometry])
    width = geometry.width if isinstance(geometry, Polyline) else None
    return [source.geometry(shape, width) for shape in shapes]


def _pieces_of_line(line: Array, cutter: Array) -> list[list[Flat]]:
    tolerance = tolerance_of(shapely.LineString(line), shapely.LineString(cutter))
    last = float(len(line) - 1)
    cuts = {c.at: c.place for c in crossings(line, cutter, tolerance) if 0.0 < c.at < last}
    first_place, last_place = ((x, y) for x, y in line[[0, -1]].tolist())
    stops = [(0.0, first_place), *sorted(cuts.items()), (last, last_place)]
    return [
        [place, *section(line, at, until), end]
        for (at, place), (until, end) in pairwise(stops)
        if place != end or len(section(line, at, until)) > 0
    ]
