"""Fewer vertices: Douglas-Peucker by distance, Visvalingam by area."""

from __future__ import annotations

import heapq
from typing import Literal

import numpy as np
import numpy.typing as npt
import shapely

from geo3d.errors import GeometryError
from geo3d.geometry import Geometry
from geo3d.geometry.array import Array
from geo3d.geometry.edit.plane import Plane
from geo3d.geometry.edit.source import LINEAL, Source, area_of, lines_of
from geo3d.geometry.polyline import Polyline

Method = Literal["distance", "area"]
_OWN = Plane()


def simplify(geometry: Geometry, tolerance: float, method: Method = "distance", *, plane: Plane = _OWN) -> Geometry:
    """Return a shape with fewer vertices; those that stay are the very same, and so are the ends of lines.

    Args:
        geometry: An area or a line.
        tolerance: In units of the plane. ``distance``: how far the outline may move (Douglas-Peucker, topology kept).
            ``area``: the side of a square as large as the largest triangle that may go (Visvalingam-Whyatt).
        method: Which of both.
        plane: Where the tolerance is meant, see `plane.metric_plane`.

    Raises:
        GeometryError: The shape is not valid, or would not be any more.
    """
    if tolerance <= 0:
        raise GeometryError("a tolerance must be more than 0")
    source = Source([geometry])
    if isinstance(geometry, LINEAL):
        lines = [plane.into(shapely.LineString(path[:, :2])) for path in lines_of(geometry)]
        thin = [
            shapely.simplify(line, tolerance, preserve_topology=True)
            if method == "distance"
            else shapely.LineString(_kept_by_area(shapely.get_coordinates(line), tolerance * tolerance))
            for line in lines
        ]
        shape = shapely.MultiLineString(thin)
    else:
        area = plane.into(area_of(geometry))
        if method == "distance":
            shape = _kept_by_distance(area, tolerance)
        else:
            shape = shapely.coverage_simplify([area], tolerance)[0]
    return source.geometry(plane.out(shape), geometry.width if isinstance(geometry, Polyline) else None)


def _kept_by_distance(area: shapely.Geometry, tolerance: float) -> shapely.Geometry:
    """Return an area whose outline passes no farther than a tolerance from all vertices that it had.

    GEOS looks at the vertex where a ring starts last, against what it has moved already: two moves add up to no more
    than twice the tolerance.
    """
    thin = shapely.simplify(area, tolerance, preserve_topology=True)
    outline = thin.boundary
    shapely.prepare(outline)
    vertices = shapely.points(shapely.get_coordinates(area))
    if shapely.dwithin(outline, vertices, tolerance).all():
        return thin
    return shapely.simplify(area, tolerance / 2, preserve_topology=True)


def _kept_by_area(path: Array, area: float) -> Array:
    """Return an open path without the vertices whose triangles are smaller than an area; its ends stay.

    Source: M. Visvalingam, J. D. Whyatt, "Line generalisation by repeated elimination of points", 1993.
    """
    n = len(path)
    before, after = np.arange(-1, n - 1), np.arange(1, n + 1)
    is_kept: npt.NDArray[np.bool_] = np.ones(n, dtype=bool)
    sizes = [np.inf, *(_triangle(path, i - 1, i, i + 1) for i in range(1, n - 1)), np.inf]
    queue = [(size, i) for i, size in enumerate(sizes) if size < area]
    heapq.heapify(queue)
    while queue:
        size, i = heapq.heappop(queue)
        if not is_kept[i] or size != sizes[i]:
            continue
        is_kept[i] = False
        left, right = int(before[i]), int(after[i])
        after[left], before[right] = right, left
        for k in (left, right):
            if 0 < k < n - 1:
                # never smaller than what went before it, so that the order of going is one of sizes
                sizes[k] = max(size, _triangle(path, int(before[k]), k, int(after[k])))
                if sizes[k] < area:
                    heapq.heappush(queue, (sizes[k], k))
    return path[is_kept]


def _triangle(path: Array, i: int, j: int, k: int) -> float:
    (ax, ay), (bx, by) = (path[j] - path[i]).tolist(), (path[k] - path[i]).tolist()
    return float(abs(ax * by - ay * bx)) / 2
