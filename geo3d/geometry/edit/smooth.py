"""Round corners: Chaikin's cut corners, or a spline through the vertices."""

from __future__ import annotations

from typing import Literal

import numpy as np
import shapely

from geo3d.errors import GeometryError, LimitExceeded
from geo3d.geometry import Geometry
from geo3d.geometry.array import Array
from geo3d.geometry.edit.source import LINEAL, Source, area_of, lines_of
from geo3d.geometry.polyline import Polyline

Style = Literal["corners", "spline"]

MAX_VERTICES = 200_000
"""What one smoothed shape may have."""


def smooth(geometry: Geometry, style: Style = "corners", steps: int = 3) -> Geometry:
    """Return a shape without sharp corners; the ends of lines stay where they are.

    Args:
        geometry: An area or a line.
        style: ``corners`` cuts every corner at a quarter of its edges, again and again (Chaikin; stays inside the
            corners). ``spline`` goes through all vertices, which stay bit-identical (centripetal Catmull-Rom).
        steps: Rounds of cutting, or powers of two of positions per edge, 1 to 6: vertices become ``2**steps`` as many.

    Raises:
        GeometryError: The shape is not valid, or would not be any more.
        LimitExceeded: The result would have more than `MAX_VERTICES`.
    """
    if len(geometry.vertices()) << steps > MAX_VERTICES:
        raise LimitExceeded(f"smoothed, this shape would have over {MAX_VERTICES:,} vertices; simplify it first")
    source = Source([geometry])
    if isinstance(geometry, LINEAL):
        paths = [_smooth(path[:, :2], style, steps, is_closed=False) for path in lines_of(geometry)]
        width = geometry.width if isinstance(geometry, Polyline) else None
        return source.geometry(shapely.MultiLineString(paths), width)
    parts = []
    for part in shapely.get_parts(area_of(geometry)):
        rings = [shapely.get_coordinates(ring)[:-1] for ring in (part.exterior, *part.interiors)]
        smoothed = [_smooth(ring, style, steps, is_closed=True) for ring in rings]
        parts.append(shapely.Polygon(smoothed[0], smoothed[1:]))
    try:
        return source.geometry(shapely.MultiPolygon(parts))
    except GeometryError as error:
        raise GeometryError(f"{error.message}, or the style that cuts corners") from None


def _smooth(path: Array, style: Style, steps: int, *, is_closed: bool) -> Array:
    path = path[np.r_[True, (np.diff(path, axis=0) != 0).any(axis=1)]]
    if len(path) < 3:
        return path
    if style == "spline":
        return _spline(path, 1 << steps, is_closed=is_closed)
    for _ in range(steps):
        path = _cut(path, is_closed=is_closed)
    return path


def _cut(path: Array, *, is_closed: bool) -> Array:
    """Return a path with every corner cut at a quarter of its two edges.

    Source: G. Chaikin, "An algorithm for high speed curve generation", 1974.
    """
    start = path if is_closed else path[:-1]
    end = np.roll(path, -1, axis=0) if is_closed else path[1:]
    cut = np.stack([0.75 * start + 0.25 * end, 0.25 * start + 0.75 * end], axis=1).reshape(-1, 2)
    if is_closed:
        return cut
    return np.concatenate([path[:1], cut[1:-1], path[-1:]])


def _spline(path: Array, n: int, *, is_closed: bool) -> Array:
    """Return `n` positions per edge on a curve through all vertices.

    Source: E. Catmull, R. Rom, 1974, by the pyramid of P. Barry and R. Goldman, 1988; with centripetal knots it has
    neither cusps nor loops within an edge (C. Yuksel et al., 2011).
    """
    if is_closed:
        around = np.concatenate([path[-1:], path, path[:2]])
    else:
        around = np.concatenate([2 * path[:1] - path[1:2], path, 2 * path[-1:] - path[-2:-1]])
    p0, p1, p2, p3 = around[:-3], around[1:-2], around[2:-1], around[3:]
    knots = [np.sqrt(np.linalg.norm(b - a, axis=1))[:, None] for a, b in ((p0, p1), (p1, p2), (p2, p3))]
    t1 = knots[0]
    t2 = t1 + knots[1]
    t3 = t2 + knots[2]
    made = [p1]
    for k in range(1, n):
        t = t1 + (t2 - t1) * (k / n)
        a1 = p0 + (p1 - p0) * (t / t1)
        a2 = p1 + (p2 - p1) * ((t - t1) / (t2 - t1))
        a3 = p2 + (p3 - p2) * ((t - t2) / (t3 - t2))
        b1 = a1 + (a2 - a1) * (t / t2)
        b2 = a2 + (a3 - a2) * ((t - t1) / (t3 - t1))
        made.append(b1 + (b2 - b1) * ((t - t1) / (t2 - t1)))
    curve = np.stack(made, axis=1).reshape(-1, 2)
    return curve if is_closed else np.concatenate([curve, path[-1:]])
