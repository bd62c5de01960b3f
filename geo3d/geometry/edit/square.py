"""Right angles for buildings: edges that are nearly so become parallel or perpendicular, with the least movement."""

from __future__ import annotations

import itertools
import math

import numpy as np
import numpy.typing as npt
import shapely
from scipy.sparse import coo_array
from scipy.sparse.csgraph import connected_components

from geo3d.errors import GeometryError
from geo3d.geometry import Geometry
from geo3d.geometry.array import Array
from geo3d.geometry.edit.plane import Plane
from geo3d.geometry.edit.source import LINEAL, Source, area_of, lines_of
from geo3d.geometry.polyline import Polyline

TOLERANCE = math.radians(20)
"""How far an edge may be from the main direction, or across it, and still be meant so; iD has 21 degrees at most."""
_QUARTER = math.pi / 2
_ROUNDING = 1e-13
_OWN = Plane()


def orthogonalise(geometry: Geometry, tolerance: float = TOLERANCE, *, plane: Plane = _OWN) -> Geometry:
    """Return a shape whose nearly right angles are right, and whose nearly straight ones are straight.

    The main direction is that of most of the edges' length. Edges within the tolerance of it, or of its perpendicular,
    are put exactly along; all others stay as they are between their moved ends. Among all ways to do so this moves the
    vertices least (sum of squares). As in the editors of OpenStreetMap (JOSM's "orthogonalize shape").

    Args:
        geometry: An area or a line.
        tolerance: Radians, 0 to 45 degrees.
        plane: Where angles are meant; needed in frames of degrees, see `plane.metric_plane`.

    Raises:
        GeometryError: No two edges are so near to a right angle, or the result would cross itself.
    """
    if not 0 < tolerance < _QUARTER / 2:
        raise GeometryError("the tolerance of right angles must lie between 0 and 45 degrees")
    if isinstance(geometry, LINEAL):
        chains, is_closed = [path[:, :2] for path in lines_of(geometry)], False
        starts = [0]
    else:
        shapes = shapely.get_parts(area_of(geometry))
        starts = np.cumsum([0, *(1 + len(shape.interiors) for shape in shapes)]).tolist()
        rings = [ring for shape in shapes for ring in (shape.exterior, *shape.interiors)]
        chains, is_closed = [shapely.get_coordinates(ring)[:-1] for ring in rings], True
    squared = _squared(chains, tolerance, plane, is_closed=is_closed)
    source = Source([geometry])
    if not is_closed:
        width = geometry.width if isinstance(geometry, Polyline) else None
        return source.geometry(shapely.MultiLineString(squared), width)
    parts = [shapely.Polygon(squared[a], squared[a + 1 : b]) for a, b in itertools.pairwise(starts)]
    return source.geometry(shapely.MultiPolygon(parts))


def _squared(chains: list[Array], tolerance: float, plane: Plane, *, is_closed: bool) -> list[Array]:
    """Return rings or paths with their edges squared."""
    own = np.concatenate(chains)
    positions = plane.positions(own)
    edges = _edges([len(chain) for chain in chains], is_closed=is_closed)
    vectors = positions[edges[:, 1]] - positions[edges[:, 0]]
    lengths = np.hypot(vectors[:, 0], vectors[:, 1])
    angles = np.arctan2(vectors[:, 1], vectors[:, 0])
    main = _main_direction(angles, lengths, tolerance)
    off = (angles - main + _QUARTER / 2) % _QUARTER - _QUARTER / 2
    is_meant = (np.abs(off) <= tolerance) & (lengths > 0)
    is_across = np.round((angles - main) / _QUARTER).astype(int) % 2 == 1
    if not (is_meant & is_across).any() or not (is_meant & ~is_across).any():
        raise GeometryError("no corner here is nearly right; allow a larger angle")
    middle = positions.mean(axis=0)
    turn = np.array([(math.cos(main), -math.sin(main)), (math.sin(main), math.cos(main))])
    turned = (positions - middle) @ turn
    level = turned.copy()
    for axis, chosen in ((1, is_meant & ~is_across), (0, is_meant & is_across)):
        level[:, axis] = _levelled(turned[:, axis], edges[chosen])
    moves = np.hypot(*(level - turned).T) > _ROUNDING * max(1.0, float(np.abs(positions).max()))
    made = own.copy()
    made[moves] = plane.back(level[moves] @ turn.T + middle)
    cuts = np.cumsum([len(chain) for chain in chains])[:-1]
    return [np.asarray(chain) for chain in np.split(made, cuts)]


def _edges(sizes: list[int], *, is_closed: bool) -> npt.NDArray[np.intp]:
    """Return the ends of every edge, shape (n, 2), as numbers of vertices counted through all chains."""
    made, start = [], 0
    for n in sizes:
        begin = np.arange(start, start + n)
        made.append(np.stack([begin, np.roll(begin, -1)], axis=1)[: n if is_closed else n - 1])
        start += n
    return np.concatenate(made)


def _main_direction(angles: Array, lengths: Array, tolerance: float) -> float:
    """Return the direction of most length, modulo a right angle: that of the longest edge, refined by its kin."""
    main = float(angles[int(lengths.argmax())])
    for _ in range(5):
        off = (angles - main + _QUARTER / 2) % _QUARTER - _QUARTER / 2
        weights = np.where(np.abs(off) <= tolerance, lengths, 0.0)
        main += float((off * weights).sum() / weights.sum())
    return main


def _levelled(values: Array, edges: npt.NDArray[np.intp]) -> Array:
    """Return values that are equal at both ends of every edge, and as near to the given ones as can be."""
    n = len(values)
    joined = coo_array((np.ones(len(edges)), (edges[:, 0], edges[:, 1])), shape=(n, n))
    _, group = connected_components(joined, directed=False)
    means = np.bincount(group, values) / np.bincount(group)
    is_alone = np.bincount(group)[group] == 1
    return np.where(is_alone, values, means[group])
