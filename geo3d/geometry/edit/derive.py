"""One shape made of another: without holes, in parts, as a line, as a box."""

from __future__ import annotations

import math

import numpy as np
import shapely

from geo3d.errors import GeometryError
from geo3d.geometry import Geometry
from geo3d.geometry.area import multipolygon_of, polygon_of
from geo3d.geometry.array import Array
from geo3d.geometry.box import Box
from geo3d.geometry.edit.source import AREAL, LINEAL, Source, area_of, checked, lines_of
from geo3d.geometry.mask import Mask
from geo3d.geometry.polygon import MultiPolygon, Polygon, Rings
from geo3d.geometry.polyline import MultiPolyline, Polyline


def without_holes(geometry: Geometry, up_to: float = math.inf) -> Geometry:
    """Return an area without its holes, or without those of at most an area (squared units of the frame).

    Raises:
        GeometryError: It has no such holes, or is no polygon.
    """
    if not isinstance(geometry, Polygon | MultiPolygon):
        raise GeometryError(f"a {geometry.kind} has no holes")
    parts = _parts_of(geometry)
    kept = [
        Rings(exterior=p.exterior, holes=tuple(h for h in p.holes if _area([q[:2] for q in h]) > up_to)) for p in parts
    ]
    if kept == parts:
        raise GeometryError("there is no hole to remove" + (f" of at most {up_to:g}" if math.isfinite(up_to) else ""))
    if len(kept) == 1 and isinstance(geometry, Polygon):
        return Polygon(frame=geometry.frame, exterior=kept[0].exterior, holes=kept[0].holes)
    made = MultiPolygon(frame=geometry.frame, parts=tuple(kept))
    if made.problems():  # a part stood in a hole of another one
        parts_left = [area_of(Polygon(frame=geometry.frame, exterior=p.exterior, holes=p.holes)) for p in kept]
        return Source([geometry]).geometry(shapely.union_all(parts_left))
    return made


def explode(geometry: Geometry) -> list[Geometry]:
    """Return the parts of a multi-geometry, largest first.

    Raises:
        GeometryError: It has but one part.
    """
    made: list[Geometry]
    if isinstance(geometry, Mask):
        geometry = multipolygon_of(geometry)
    if isinstance(geometry, MultiPolygon):
        made = [Polygon(frame=geometry.frame, exterior=p.exterior, holes=p.holes) for p in geometry.parts]
    elif isinstance(geometry, MultiPolyline):
        made = [Polyline(frame=geometry.frame, path=path) for path in geometry.paths]
    else:
        made = [geometry]
    if len(made) < 2:
        raise GeometryError("this shape has one part only: there is nothing to take apart")
    return sorted((checked(part) for part in made), key=_size, reverse=True)


def polyline_of(geometry: Geometry) -> Geometry:
    """Return the outline of an area as a closed line; with holes or parts, as several.

    Raises:
        GeometryError: It is no area.
    """
    area_of(geometry)
    rings = [ring for part in _parts_of(polygonal(geometry)) for ring in (part.exterior, *part.holes)]
    paths = tuple((*ring, ring[0]) for ring in rings)
    if len(paths) == 1:
        return Polyline(frame=geometry.frame, path=paths[0])
    return MultiPolyline(frame=geometry.frame, paths=paths)


def polygon_from(geometry: Geometry) -> Geometry:
    """Return the area that a line goes round (it is closed where it is not), or a box or mask as a polygon.

    Raises:
        GeometryError: The line crosses itself or has fewer than three vertices.
    """
    if isinstance(geometry, AREAL):
        return polygonal(geometry)
    if not isinstance(geometry, LINEAL):
        raise GeometryError(f"a {geometry.kind} goes round nothing; choose a line with three vertices at least")
    lines = [geometry.path] if isinstance(geometry, Polyline) else geometry.paths
    rings = [path[:-1] if path[0] == path[-1] and len(path) > 1 else path for path in lines]
    if len(rings) == 1:
        return checked(Polygon(frame=geometry.frame, exterior=rings[0]))
    return checked(MultiPolygon(frame=geometry.frame, parts=tuple(Rings(exterior=ring) for ring in rings)))


def polygonal(geometry: Geometry) -> Polygon | MultiPolygon:
    """Return an area as a polygon or multipolygon.

    Raises:
        GeometryError: It has no area.
    """
    match geometry:
        case Polygon() | MultiPolygon():
            return geometry
        case Box():
            return polygon_of(geometry)
        case Mask():
            outline = multipolygon_of(geometry)
            first = outline.parts[0]
            if len(outline.parts) > 1:
                return outline
            return Polygon(frame=geometry.frame, exterior=first.exterior, holes=first.holes)
        case _:
            raise GeometryError(f"a {geometry.kind} has no area; choose polygons, boxes or masks")


def hull(geometry: Geometry) -> Geometry:
    """Return the smallest convex polygon around a shape; its corners are vertices of the shape.

    Raises:
        GeometryError: The shape has no extent in two directions.
    """
    flat = shapely.convex_hull(shapely.multipoints(geometry.vertices()[:, :2]))
    if flat.geom_type != "Polygon":
        raise GeometryError("all positions lie on one line: nothing is inside of it")
    return Source([geometry]).geometry(flat)


def turned_box(geometry: Geometry) -> Box:
    """Return the rectangle of least area around a shape, turned as it has to be.

    One of its sides lies along an edge of the convex hull.

    Raises:
        GeometryError: The shape has no extent in two directions.

    Source:
        H. Freeman, R. Shapira, "Determining the minimum-area encasing rectangle for an arbitrary closed curve", 1975.
    """
    flat = shapely.convex_hull(shapely.multipoints(geometry.vertices()[:, :2]))
    if flat.geom_type != "Polygon":
        raise GeometryError("all positions lie on one line: a box round it would have no width")
    corners = shapely.get_coordinates(flat)[:-1]
    away = corners - corners[0]
    edges = np.roll(corners, -1, axis=0) - corners
    angles = np.arctan2(edges[:, 1], edges[:, 0])
    best = min((_around(away, float(angle)) for angle in angles), key=lambda found: found[0])
    _, angle, low, high = best
    cos, sin = math.cos(angle), math.sin(angle)
    (x, y), (length, width) = ((low + high) / 2).tolist(), (high - low).tolist()
    cx, cy = (corners[0] + (x * cos - y * sin, x * sin + y * cos)).tolist()
    if angle % (math.pi / 2) == 0.0:
        (x0, y0), (x1, y1) = corners.min(axis=0).tolist(), corners.max(axis=0).tolist()
        return Box.of_bounds(geometry.frame, x0, y0, x1, y1)
    return Box(frame=geometry.frame, center=(cx, cy), size=(length, width), angle=angle)


def _around(corners: Array, angle: float) -> tuple[float, float, Array, Array]:
    """Return (area, angle, lowest, highest) of positions in axes turned by an angle."""
    cos, sin = math.cos(angle), math.sin(angle)
    turned = corners @ np.array([(cos, -sin), (sin, cos)])
    low, high = turned.min(axis=0), turned.max(axis=0)
    return float(np.prod(high - low)), angle, low, high


def _parts_of(geometry: Polygon | MultiPolygon) -> list[Rings]:
    if isinstance(geometry, Polygon):
        return [Rings(exterior=geometry.exterior, holes=geometry.holes)]
    return list(geometry.parts)


def _area(ring: list[tuple[float, ...]]) -> float:
    return float(shapely.Polygon(ring).area)


def _size(geometry: Geometry) -> float:
    if isinstance(geometry, Polygon):
        return float(shapely.area(area_of(geometry)))
    return float(sum(np.hypot(*np.diff(path[:, :2], axis=0).T).sum() for path in lines_of(geometry)))
