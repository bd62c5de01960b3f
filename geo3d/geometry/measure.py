"""How long, how large, where the middle is.

In projected and pixel frames lengths and areas are planar; in local frames they are true in 3D; in geographic frames
they lie on the ellipsoid, with geodesics between the vertices (the shorter way round, so the antimeridian and the poles
are no border).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely
from pyproj import CRS, Geod

from geo3d.errors import GeometryError
from geo3d.geometry import Geometry, crs
from geo3d.geometry.area import rings_of
from geo3d.geometry.array import Array, array_of
from geo3d.geometry.box import Box
from geo3d.geometry.cuboid import Cuboid
from geo3d.geometry.frame import Frame, LocalFrame, MapFrame
from geo3d.geometry.keypoints import Keypoints
from geo3d.geometry.mask import Mask
from geo3d.geometry.point import Point
from geo3d.geometry.polygon import MultiPolygon, Polygon
from geo3d.geometry.polyline import MultiPolyline, Polyline
from geo3d.geometry.value import Position


@dataclass(frozen=True)
class Measure:
    """Sizes of one geometry; None where its kind has no such size or the frame cannot tell it."""

    unit: str
    """Unit of the frame: ``pixel``, ``metre``, ``degree``, ..."""
    centroid: Position | None = None
    """In the frame."""
    length: float | None = None
    """Of lines, in the frame's unit; None on an ellipsoid."""
    perimeter: float | None = None
    """Of areas, holes included, in the frame's unit; None on an ellipsoid."""
    area: float | None = None
    """Of areas, without holes, in the frame's unit squared; None on an ellipsoid."""
    length_m: float | None = None
    """Metres; None in pixel frames."""
    perimeter_m: float | None = None
    """Metres; None in pixel frames."""
    area_m2: float | None = None
    """Square metres; None in pixel frames."""
    volume_m3: float | None = None
    """Of cuboids, cubic metres."""


def measure(geometry: Geometry, frame: Frame, *, on_ellipsoid: bool = False) -> Measure:
    """Return the sizes of a geometry.

    Args:
        geometry: Of any kind; a segment's sizes are its layer's to tell and all None.
        frame: The frame it is in.
        on_ellipsoid: In projected map frames too, measure on the ellipsoid instead of the plane (Web Mercator doubles
            lengths at 60 degrees). Edges then are geodesics.

    Raises:
        GeometryError: `frame` is not the geometry's.
        CrsError: The frame's reference system is broken, or stands on no ellipsoid.
        OutsideDomain: A vertex has no longitude and latitude (`on_ellipsoid` only).
    """
    if geometry.frame != frame.id:
        raise GeometryError(f"the geometry is in frame {geometry.frame!r}, not in {frame.id!r}; move it first")
    system = crs.crs_of(frame.crs) if isinstance(frame, MapFrame) else None
    if isinstance(geometry, Cuboid):
        volume = float(np.prod(geometry.size)) if isinstance(frame, LocalFrame) or _is_metric(system) else None
        return Measure(unit=_unit(frame), centroid=geometry.center, volume_m3=volume)
    is_angle = system is not None and crs.is_geographic(system)
    turn = crs.turn_of(frame.crs) if isinstance(frame, MapFrame) else None
    middle = centroid(geometry, turn)
    lines, areas = _parts(geometry)
    if isinstance(frame, MapFrame) and system is not None and (is_angle or on_ellipsoid):
        geod, degrees = crs.geod_of(system), crs.geodetic_of(system)
        if not is_angle:
            lines = [crs.converted(crs.code_of(degrees), frame.crs, line[:, :2]) for line in lines]
            areas = [[crs.converted(crs.code_of(degrees), frame.crs, r[:, :2]) for r in rings] for rings in areas]
        scale = crs.degrees_per_unit(degrees)
        sizes = _on_ellipsoid([line * scale for line in lines], [[r * scale for r in rings] for rings in areas], geod)
        return Measure(_unit(frame), middle, length_m=sizes[0], perimeter_m=sizes[1], area_m2=sizes[2])
    if not isinstance(frame, LocalFrame):
        lines, areas = [line[:, :2] for line in lines], [[ring[:, :2] for ring in rings] for rings in areas]
    length, perimeter, area = _in_plane(lines, areas)
    m = 1.0 if isinstance(frame, LocalFrame) else crs.metres_per_unit(system) if system is not None else None
    return Measure(
        unit=_unit(frame),
        centroid=middle,
        length=length,
        perimeter=perimeter,
        area=area,
        length_m=_times(length, m),
        perimeter_m=_times(perimeter, m),
        area_m2=_times(area, m * m if m is not None else None),
    )


def centroid(geometry: Geometry, turn: float | None = None) -> Position | None:
    """Return the middle of a geometry: of its area, else its length, else its positions; None where it has none.

    Args:
        geometry: Of any kind. With heights the answer has the mean height of the vertices.
        turn: A full turn, where x is a longitude: shapes across the antimeridian then have one middle, and an area
            round a pole has the pole.
    """
    if isinstance(geometry, Point):
        return geometry.position
    if isinstance(geometry, Box | Cuboid):
        return geometry.center
    vertices = geometry.vertices()
    if not len(vertices):  # a segment, an empty mask, keypoints without a position
        return None
    if isinstance(geometry, Keypoints):
        middle: Array = _unwrapped(vertices[:, :2], turn).mean(axis=0)
    else:
        lines, areas = _parts(geometry)
        middle = _middle_of_areas(areas, turn) if areas else _middle_of_lines(lines, turn)
    if turn is not None:
        middle = middle - (turn * np.round(middle[0] / turn), 0.0)
    x, y = middle.tolist()
    return (x, y, float(vertices[:, 2].mean())) if vertices.shape[1] == 3 else (x, y)


def _parts(geometry: Geometry) -> tuple[list[Array], list[list[Array]]]:
    """Return the lines and the areas (as rings) of a geometry."""
    match geometry:
        case Polyline():
            return [array_of(geometry.path)], []
        case MultiPolyline():
            return [array_of(path) for path in geometry.paths], []
        case Box() | Polygon() | MultiPolygon() | Mask():
            return [], rings_of(geometry)
        case _:
            return [], []


def _unit(frame: Frame) -> str:
    if isinstance(frame, MapFrame):
        return crs.unit_of(crs.crs_of(frame.crs))
    return "metre" if isinstance(frame, LocalFrame) else "pixel"


def _is_metric(system: CRS | None) -> bool:
    return system is not None and crs.metres_per_unit(system) == 1.0


def _times(value: float | None, factor: float | None) -> float | None:
    return None if value is None or factor is None else value * factor


# ---------------------------------------------------------------- in the plane and in space


def _in_plane(
    lines: Sequence[Array], areas: Sequence[Sequence[Array]]
) -> tuple[float | None, float | None, float | None]:
    """Return (length, perimeter, area) with straight edges, of two or three dimensions."""
    length = sum(_length(line) for line in lines) if lines else None
    if not areas:
        return length, None, None
    perimeter = sum(_length(np.vstack([ring, ring[:1]])) for rings in areas for ring in rings)
    area = sum(_area(rings[0]) - sum(_area(hole) for hole in rings[1:]) for rings in areas)
    return length, perimeter, area


def _length(line: Array) -> float:
    return float(np.linalg.norm(np.diff(line, axis=0), axis=1).sum())


def _area(ring: Array) -> float:
    """Return the area inside a ring (n, 2|3): half the sum of cross products, from the first vertex for precision."""
    away = ring - ring[0]
    before, after = away, np.roll(away, -1, axis=0)
    if ring.shape[1] == 2:
        return abs(float((before[:, 0] * after[:, 1] - before[:, 1] * after[:, 0]).sum())) / 2
    return float(np.linalg.norm(np.cross(before, after).sum(axis=0))) / 2


# ---------------------------------------------------------------- on the ellipsoid


def _on_ellipsoid(
    lines: Sequence[Array], areas: Sequence[Sequence[Array]], geod: Geod
) -> tuple[float | None, float | None, float | None]:
    """Return (length, perimeter, area) in metres of longitudes and latitudes in degrees.

    Source: C. F. F. Karney, "Algorithms for geodesics", J. Geodesy 87, 2013, as PROJ implements it.
    """
    length = sum(float(geod.line_length(line[:, 0], line[:, 1])) for line in lines) if lines else None
    if not areas:
        return length, None, None
    perimeter = area = 0.0
    for rings in areas:
        for index, ring in enumerate(rings):
            inside, around = geod.polygon_area_perimeter(ring[:, 0], ring[:, 1])
            perimeter += float(around)
            area += abs(float(inside)) * (-1 if index else 1)
    return length, perimeter, area


# ---------------------------------------------------------------- middles


def _unwrapped(line: Array, turn: float | None, near: float | None = None) -> Array:
    """Return positions whose longitudes run on across the antimeridian; the first stands near `near` where given."""
    if turn is None or not len(line):
        return line
    x = np.unwrap(line[:, 0], period=turn)
    return np.column_stack([x if near is None else x - turn * np.round((x[0] - near) / turn), line[:, 1]])


def _middle_of_lines(lines: Sequence[Array], turn: float | None) -> Array:
    first = float(lines[0][0, 0])
    flat = [_unwrapped(line[:, :2], turn, first) for line in lines]
    starts = np.vstack([line[:-1] for line in flat] or [flat[0]])
    ends = np.vstack([line[1:] for line in flat])
    weights = np.linalg.norm(ends - starts, axis=1)
    if not weights.sum():
        return np.asarray(np.vstack(flat).mean(axis=0))
    return np.asarray(np.average((starts + ends) / 2, axis=0, weights=weights))


def _middle_of_areas(areas: Sequence[Sequence[Array]], turn: float | None) -> Array:
    origin = areas[0][0][0, :2]
    flat = [[_unwrapped(ring[:, :2], turn, float(origin[0])) - origin for ring in rings] for rings in areas]
    exterior = areas[0][0]
    around = _unwrapped(np.vstack([exterior, exterior[:1]]), turn)
    if turn is not None and abs(around[-1, 0] - around[0, 0]) > turn / 2:
        # the ring runs round the globe: it holds a pole
        return np.array([0.0, np.copysign(turn / 4, exterior[:, 1].mean())])
    shapes = [
        shapely.Polygon(rings[0], rings[1:]) if len(rings[0]) > 2 else shapely.Point(rings[0][0]) for rings in flat
    ]
    middle = shapely.centroid(shapely.GeometryCollection(shapes))
    return np.array([middle.x, middle.y]) + origin
