"""Growing, shrinking and running beside."""

from __future__ import annotations

from typing import Literal

import numpy as np
import shapely

from geo3d.errors import GeometryError, LimitExceeded
from geo3d.geometry import Geometry
from geo3d.geometry.array import Array
from geo3d.geometry.edit.plane import Plane
from geo3d.geometry.edit.source import LINEAL, Source, area_of, lines_of
from geo3d.geometry.point import Point
from geo3d.geometry.polygon import Polygon

Join = Literal["round", "mitre", "bevel"]
Cap = Literal["round", "flat", "square"]

_MITRE_LIMIT = 5.0
"""A mitred corner reaches at most so many distances out; sharper ones are cut off (the default of GEOS)."""
_OWN = Plane()
_SAMPLE = 200
_MOST_MET = 50
"""Segments that one of a line meets on average, at most: with every crossing GEOS takes longer, up to minutes."""


def buffer(
    geometry: Geometry,
    distance: float,
    *,
    join: Join = "round",
    cap: Cap = "round",
    segments: int = 8,
    plane: Plane = _OWN,
) -> Geometry:
    """Return everything within a distance of a shape; a negative distance shrinks an area.

    Args:
        geometry: An area, a line or a point.
        distance: In units of the plane: of the frame, where none is given.
        join: Corners of the outline.
        cap: Ends of lines.
        segments: Edges per quarter circle, 1 to 64.
        plane: Where distances are meant, see `plane.metric_plane`.

    Raises:
        GeometryError: Nothing is left, or the shape has no buffer.
        LimitExceeded: A line crosses itself too often.
    """
    if isinstance(geometry, Point):
        flat = shapely.Point(geometry.position[:2])
        # a point has no edges whose heights a result could have
        source = Source([Polygon(frame=geometry.frame, exterior=(geometry.position[:2],) * 3)])
    else:
        flat, source = _flat(geometry), Source([geometry])
    if not distance:
        raise GeometryError("a distance of nothing changes nothing; give a larger or smaller one")
    grown = shapely.buffer(
        plane.into(flat), distance, quad_segs=segments, join_style=join, cap_style=cap, mitre_limit=_MITRE_LIMIT
    )
    if grown.is_empty:
        raise GeometryError("nothing is left of the shape; shrink it by less")
    return source.geometry(plane.out(grown))


def offset(
    geometry: Geometry, distance: float, *, join: Join = "round", segments: int = 8, plane: Plane = _OWN
) -> Geometry:
    """Return the line that runs beside a line, at its left for positive distances (seen with y up).

    Args:
        geometry: Polyline or multipolyline.
        distance: As for `buffer`.
        join: Corners.
        segments: Edges per quarter circle.
        plane: As for `buffer`.

    Raises:
        GeometryError: It is no line, or none lies at that distance.
        LimitExceeded: It crosses itself too often.
    """
    paths = [shapely.LineString(path) for path in _plain_lines(geometry)]
    beside = [
        shapely.offset_curve(plane.into(path), distance, quad_segs=segments, join_style=join, mitre_limit=_MITRE_LIMIT)
        for path in paths
    ]
    parts = [part for part in shapely.get_parts(beside) if not part.is_empty]
    if not parts or not distance:
        raise GeometryError("no line runs at this distance; give a smaller one, or one that is not 0")
    return Source([geometry]).geometry(plane.out(shapely.MultiLineString(parts)))


def _flat(geometry: Geometry) -> shapely.Geometry:
    if isinstance(geometry, LINEAL):
        return shapely.MultiLineString(_plain_lines(geometry))
    return area_of(geometry)


def _plain_lines(geometry: Geometry) -> list[Array]:
    """Return the paths of a line, each (n, 2).

    Raises:
        LimitExceeded: It crosses itself too often, judged by some of its segments.
    """
    paths = [path[:, :2] for path in lines_of(geometry)]
    segments = shapely.linestrings(np.concatenate([np.stack([p[:-1], p[1:]], axis=1) for p in paths]))
    sample = segments[:: max(1, len(segments) // _SAMPLE)]
    n_met = shapely.STRtree(segments).query(sample, predicate="intersects").shape[1]
    if n_met > _MOST_MET * len(sample):
        raise LimitExceeded("the line crosses itself too often for this; split or simplify it first")
    return paths
