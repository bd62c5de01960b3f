"""Joining shapes, and cutting one out of another."""

from __future__ import annotations

from collections.abc import Sequence

import shapely

from geo3d.errors import GeometryError
from geo3d.geometry import Geometry
from geo3d.geometry.edit.source import LINEAL, Source, area_of, demand_one_frame, lines_of
from geo3d.geometry.polyline import Polyline


def merge(geometries: Sequence[Geometry]) -> Geometry:
    """Return one shape made of several: the union of areas, or lines joined where their ends meet.

    Args:
        geometries: Areas only, or lines only, of one frame. What does not touch becomes a multi-geometry.

    Raises:
        GeometryError: Fewer than two, different frames, areas mixed with lines, or one is not valid.
    """
    if len(geometries) < 2:
        raise GeometryError("merging needs two shapes at least; choose more")
    demand_one_frame(geometries)
    are_lines = [isinstance(geometry, LINEAL) for geometry in geometries]
    if any(are_lines) and not all(are_lines):
        raise GeometryError("areas and lines cannot be merged; choose only areas, or only lines")
    source = Source(geometries)
    if not any(are_lines):
        return source.geometry(shapely.union_all([area_of(geometry) for geometry in geometries]))
    paths = [shapely.LineString(path[:, :2]) for geometry in geometries for path in lines_of(geometry)]
    widths = {geometry.width if isinstance(geometry, Polyline) else None for geometry in geometries}
    joined = shapely.line_merge(shapely.MultiLineString(paths))
    return source.geometry(joined, widths.pop() if len(widths) == 1 else None)


def cut_out(geometry: Geometry, cutters: Sequence[Geometry]) -> Geometry:
    """Return a shape without the area of others; a line is shortened to what lies outside of them.

    Raises:
        GeometryError: Nothing is left, different frames, or one is not valid.
    """
    demand_one_frame([geometry, *cutters])
    cutter = shapely.union_all([area_of(other) for other in cutters])
    if isinstance(geometry, LINEAL):
        lines = shapely.MultiLineString([path[:, :2] for path in lines_of(geometry)])
        left = shapely.line_merge(shapely.difference(lines, cutter))
        width = geometry.width if isinstance(geometry, Polyline) else None
        return Source([geometry]).geometry(left, width)
    left = shapely.difference(area_of(geometry), cutter)
    if left.is_empty:
        raise GeometryError("nothing is left: the shape lies inside the others; delete it instead")
    return Source([geometry, *cutters]).geometry(left)
