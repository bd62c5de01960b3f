"""Geometries as shapely's, as GeoJSON's, and as one another. Coordinates pass exactly, heights included.

What simple features cannot say is dropped here and must be carried beside (by the formats): the kind, a box's angle,
the names of keypoints, a line's width.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import shapely

from geo3d.errors import GeometryError
from geo3d.geometry import Geometry
from geo3d.geometry.area import multipolygon_of, polygon_of
from geo3d.geometry.array import Array, array_of, positions_of
from geo3d.geometry.box import Box
from geo3d.geometry.cuboid import Cuboid
from geo3d.geometry.keypoints import Keypoints
from geo3d.geometry.mask import Mask
from geo3d.geometry.point import Point
from geo3d.geometry.polygon import MultiPolygon, Polygon, Ring, Rings
from geo3d.geometry.polyline import MultiPolyline, Polyline
from geo3d.geometry.segment import Segment
from geo3d.geometry.value import Position

Shapes = npt.NDArray[np.object_]


def shapely_of(geometries: Sequence[Geometry]) -> Shapes:
    """Return geometries of their frames as shapely geometries, kind by kind at once (a million in seconds).

    Args:
        geometries: Any 2D kinds, mixed. Boxes become polygons, keypoints multipoints of the labelled positions, masks
            the outline of their pixels.

    Returns:
        As many shapely geometries, in order.

    Raises:
        GeometryError: A cuboid or segment, or a geometry with too few positions to be what it claims.
    """
    made = np.empty(len(geometries), dtype=object)
    by_kind: dict[tuple[str, bool], list[int]] = {}
    for index, geometry in enumerate(geometries):
        by_kind.setdefault((geometry.kind, _has_z(geometry)), []).append(index)
    for (kind, _), indices in by_kind.items():
        if kind not in _MAKERS:
            raise GeometryError(f"a {kind} is no simple feature; {_INSTEAD[kind]}")
        try:
            made[indices] = _MAKERS[kind]([geometries[i] for i in indices])
        except (shapely.errors.GEOSException, ValueError) as error:
            raise GeometryError(f"a {kind} has too few positions ({error}); see its problems()") from None
    return made


def shapely_of_one(geometry: Geometry) -> shapely.Geometry:
    """Return one geometry of its frame as a shapely geometry; see `shapely_of`."""
    made: shapely.Geometry = shapely_of([geometry])[0]
    return made


def geometry_of(shape: shapely.Geometry, frame: str) -> Geometry:
    """Return a shapely geometry as one of ours, in a frame.

    Raises:
        GeometryError: It is empty, a multipoint (whose names?) or a collection (take it apart first).
    """
    if shape.is_empty:
        raise GeometryError("an empty geometry has no place")
    match shape.geom_type:
        case "Point":
            return Point(frame=frame, position=_positions(shape)[0])
        case "LineString" | "LinearRing":
            return Polyline(frame=frame, path=_positions(shape))
        case "MultiLineString":
            return MultiPolyline(frame=frame, paths=tuple(_positions(part) for part in shape.geoms))
        case "Polygon":
            rings = _rings(shape)
            return Polygon(frame=frame, exterior=rings.exterior, holes=rings.holes)
        case "MultiPolygon":
            return MultiPolygon(frame=frame, parts=tuple(_rings(part) for part in shape.geoms))
        case other:
            raise GeometryError(f"a {other} is no geometry of geo3d; take it apart into its members")


def geojson_of(geometry: Geometry) -> dict[str, Any]:
    """Return a GeoJSON geometry object with the coordinates as they are (frame, direction of rings: as given).

    Raises:
        GeometryError: As `shapely_of`.
    """
    match geometry:
        case Point():
            return {"type": "Point", "coordinates": list(geometry.position)}
        case Polyline():
            return {"type": "LineString", "coordinates": [list(p) for p in geometry.path]}
        case MultiPolyline():
            return {"type": "MultiLineString", "coordinates": [[list(p) for p in path] for path in geometry.paths]}
        case Polygon():
            return {"type": "Polygon", "coordinates": _closed((geometry.exterior, *geometry.holes))}
        case MultiPolygon():
            parts = [_closed((part.exterior, *part.holes)) for part in geometry.parts]
            return {"type": "MultiPolygon", "coordinates": parts}
        case Box():
            return geojson_of(polygon_of(geometry))
        case Keypoints():
            labelled = [list(p.position) for p in geometry.points if p.position is not None]
            return {"type": "MultiPoint", "coordinates": labelled}
        case Mask():
            return geojson_of(multipolygon_of(geometry))
        case Cuboid() | Segment():
            raise GeometryError(f"a {geometry.kind} is no simple feature; {_INSTEAD[geometry.kind]}")


def geometry_of_geojson(geojson: dict[str, Any], frame: str) -> Geometry:
    """Return a GeoJSON geometry object as one of ours, in a frame.

    Raises:
        GeometryError: It is no geometry, empty, or of a type that geo3d has no kind for.
    """
    try:
        return geometry_of(shapely.geometry.shape(geojson), frame)
    except (KeyError, TypeError, ValueError, AttributeError, shapely.errors.ShapelyError) as error:
        raise GeometryError(f"this is no GeoJSON geometry: {error}") from None


def _rings(shape: shapely.Polygon) -> Rings:
    return Rings(
        exterior=_positions(shape.exterior)[:-1], holes=tuple(_positions(hole)[:-1] for hole in shape.interiors)
    )


def _positions(shape: shapely.Geometry) -> tuple[Position, ...]:
    return positions_of(shapely.get_coordinates(shape, include_z=shape.has_z))


def _closed(rings: Sequence[Ring]) -> list[list[list[float]]]:
    return [[list(p) for p in (*ring, ring[0])] for ring in rings]


# ---------------------------------------------------------------- many at once


def _has_z(geometry: Geometry) -> bool:
    match geometry:
        case Point():
            first = geometry.position
        case Polyline():
            first = geometry.path[0]
        case MultiPolyline():
            first = geometry.paths[0][0]
        case Polygon():
            first = geometry.exterior[0]
        case MultiPolygon():
            first = geometry.parts[0].exterior[0]
        case _:
            return False
    return len(first) == 3


def _flat(lists: Sequence[Sequence[Position]]) -> tuple[Array, npt.NDArray[np.intp]]:
    """Return all positions one after the other, shape (n, 2|3), and the number of the list each comes from."""
    counts = [len(positions) for positions in lists]
    return array_of([p for positions in lists for p in positions]), np.repeat(np.arange(len(lists)), counts)


def _lines(paths: Sequence[Sequence[Position]]) -> Shapes:
    coordinates, indices = _flat(paths)
    return np.asarray(shapely.linestrings(coordinates, indices=indices))


def _surfaces(parts: Sequence[Sequence[Ring]]) -> Shapes:
    coordinates, indices = _flat([ring for rings in parts for ring in rings])
    rings = shapely.linearrings(coordinates, indices=indices)
    return np.asarray(shapely.polygons(rings, indices=np.repeat(np.arange(len(parts)), [len(p) for p in parts])))


def _points(many: Sequence[Point]) -> Shapes:
    return np.asarray(shapely.points(array_of([g.position for g in many])))


def _polylines(many: Sequence[Polyline]) -> Shapes:
    return _lines([g.path for g in many])


def _multipolylines(many: Sequence[MultiPolyline]) -> Shapes:
    members = _lines([path for g in many for path in g.paths])
    return np.asarray(shapely.multilinestrings(members, indices=_owners([len(g.paths) for g in many])))


def _polygons(many: Sequence[Polygon]) -> Shapes:
    return _surfaces([(g.exterior, *g.holes) for g in many])


def _multipolygons(many: Sequence[MultiPolygon]) -> Shapes:
    members = _surfaces([(part.exterior, *part.holes) for g in many for part in g.parts])
    return np.asarray(shapely.multipolygons(members, indices=_owners([len(g.parts) for g in many])))


def _boxes(many: Sequence[Box]) -> Shapes:
    return np.asarray(shapely.polygons(np.stack([g.vertices() for g in many])))


def _multipoints(many: Sequence[Keypoints]) -> Shapes:
    return _listed([shapely.MultiPoint(g.vertices()) for g in many])


def _outlines(many: Sequence[Mask]) -> Shapes:
    return _multipolygons([multipolygon_of(g) for g in many])


def _listed(shapes: Sequence[shapely.Geometry]) -> Shapes:
    listed = np.empty(len(shapes), dtype=object)
    listed[:] = shapes
    return listed


def _owners(counts: Sequence[int]) -> npt.NDArray[np.intp]:
    return np.repeat(np.arange(len(counts)), counts)


_MAKERS: dict[str, Callable[[Sequence[Any]], Shapes]] = {
    "point": _points,
    "polyline": _polylines,
    "multipolyline": _multipolylines,
    "polygon": _polygons,
    "multipolygon": _multipolygons,
    "box": _boxes,
    "keypoints": _multipoints,
    "mask": _outlines,
}

_INSTEAD = {
    "cuboid": "take its footprint (its corners seen from above) or keep it in a 3D format",
    "segment": "ask its layer for the pixels or points",
}
