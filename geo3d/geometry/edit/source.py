"""What results take over from the shapes they are made of: vertices to the bit, heights, directions of rings."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt
import shapely

from geo3d.errors import GeometryError
from geo3d.geometry import Geometry
from geo3d.geometry.array import Array, array_of
from geo3d.geometry.box import Box
from geo3d.geometry.convert import shapely_of_one
from geo3d.geometry.mask import Mask
from geo3d.geometry.polygon import MultiPolygon, Polygon, Rings
from geo3d.geometry.polyline import MultiPolyline, Polyline
from geo3d.geometry.value import Position

Flat = tuple[float, float]
"""A position in the plane."""
Areal = Box | Polygon | MultiPolygon | Mask
Lineal = Polyline | MultiPolyline

AREAL = (Box, Polygon, MultiPolygon, Mask)
LINEAL = (Polyline, MultiPolyline)

_RELATIVE = 1e-11
"""Share of the largest coordinate within which two positions are one: what a way between two frames and back loses."""


def tolerance_of(*shapes: shapely.Geometry) -> float:
    """Return the distance, in units of the frame, below which two positions are the same place."""
    bounds = np.concatenate([np.asarray(shape.bounds, dtype=np.float64) for shape in shapes])
    return float(np.abs(bounds[np.isfinite(bounds)]).max(initial=1e-300)) * _RELATIVE


def area_of(geometry: Geometry) -> shapely.Geometry:
    """Return an area in two dimensions for GEOS.

    Raises:
        GeometryError: It has no inside, or its outline is broken.
    """
    if not isinstance(geometry, AREAL):
        raise GeometryError(f"a {geometry.kind} has no area; choose polygons or boxes for this")
    _demand_valid(geometry)
    return shapely.force_2d(shapely_of_one(geometry))


def lines_of(geometry: Geometry) -> list[Array]:
    """Return the paths of a line, each (n, 2|3).

    Raises:
        GeometryError: It is no line, or has no length.
    """
    if not isinstance(geometry, LINEAL):
        raise GeometryError(f"a {geometry.kind} is no line; choose polylines for this")
    _demand_valid(geometry)
    paths = [geometry.path] if isinstance(geometry, Polyline) else geometry.paths
    if any(len({place[:2] for place in path}) < 2 for path in paths):
        raise GeometryError("the line stands upright: seen from above it has no length")
    return [array_of(path) for path in paths]


def _demand_valid(geometry: Geometry) -> None:
    problems = geometry.problems()
    if problems:
        where = f" near {tuple(problems[0].position)}" if problems[0].position else ""
        raise GeometryError(f"the {geometry.kind} is not valid ({problems[0].message}{where}); mend it first")


def demand_one_frame(geometries: Sequence[Geometry]) -> str:
    """Return the frame of geometries.

    Raises:
        GeometryError: There is none, or they are in different frames.
    """
    frames = sorted({geometry.frame for geometry in geometries})
    if len(frames) != 1:
        found = ", ".join(frames) if frames else "nothing was given"
        raise GeometryError(f"these shapes must be in one frame ({found}); move them into the first one's frame")
    return frames[0]


class Source:
    """The positions of some geometries, for those that results share with them."""

    def __init__(self, geometries: Iterable[Geometry]) -> None:
        """Take the vertices of geometries of one frame; the first decides whether results have heights."""
        members = [geometry for geometry in geometries if isinstance(geometry, (*AREAL, *LINEAL))]
        self.frame = demand_one_frame(members)
        paths = [path for geometry in members for path in _paths_of(geometry)]
        self._has_z = paths[0].shape[1] == 3
        self._own: dict[Flat, Position] = {}
        self._rings: dict[tuple[Flat, ...], tuple[Position, ...]] = {}
        for path in paths:
            if path.shape[1] != (3 if self._has_z else 2):
                path = path[:, :2]
            positions: list[Position] = [tuple(p) for p in path.tolist()]
            if len(positions[0]) == (3 if self._has_z else 2):
                for position in positions:
                    self._own.setdefault((position[0], position[1]), position)
                self._rings.setdefault(_canonical([(p[0], p[1]) for p in positions]), tuple(positions))
        self._high = [path for path in paths if path.shape[1] == 3] if self._has_z else []
        self._turn = _turn_of(next((_paths_of(g)[0] for g in members if isinstance(g, Polygon | MultiPolygon)), None))
        self._edges: tuple[shapely.STRtree, Array] | None = None

    def ring(self, ring: Array, *, is_hole: bool = False) -> tuple[Position, ...]:
        """Return an unclosed ring (n, 2) as positions; one that a source has unchanged comes back as it was there."""
        flat: list[Flat] = [(x, y) for x, y in ring.tolist()]
        known = self._rings.get(_canonical(flat))
        if known is not None:
            return known
        if not is_hole and self._turn is not None and _turn_of(ring) != self._turn:
            flat.reverse()
        return self.path(flat)

    def path(self, path: Sequence[Flat]) -> tuple[Position, ...]:
        """Return places of the plane as positions; new ones get the nearest edge's height, if there are heights."""
        if not self._has_z:
            return tuple(self._own.get(place, place) for place in path)
        return tuple(self._own.get(place) or (*place, self._height(place)) for place in path)

    def geometry(self, shape: shapely.Geometry, width: float | None = None) -> Geometry:
        """Return what GEOS made, as one of ours.

        Args:
            shape: Of two dimensions; members of another dimension than the largest are dropped.
            width: Of lines.

        Raises:
            GeometryError: Nothing is left, or it is not valid.
        """
        shapes = [part for part in _parts_of(shape) if not part.is_empty]
        if not shapes:
            raise GeometryError("nothing is left of the shape; use a smaller number, or delete it")
        areas = [part for part in shapes if part.geom_type == "Polygon"]
        made: Geometry
        if areas:
            rings = [self._rings_of(part) for part in areas]
            if len(rings) == 1:
                made = Polygon(frame=self.frame, exterior=rings[0].exterior, holes=rings[0].holes)
            else:
                made = MultiPolygon(frame=self.frame, parts=tuple(rings))
        else:
            paths = tuple(self.path([(x, y) for x, y in shapely.get_coordinates(line).tolist()]) for line in shapes)
            made = (
                Polyline(frame=self.frame, path=paths[0], width=width)
                if len(paths) == 1
                else MultiPolyline(frame=self.frame, paths=paths)
            )
        return checked(made)

    def _rings_of(self, shape: shapely.Polygon) -> Rings:
        return Rings(
            exterior=self.ring(shapely.get_coordinates(shape.exterior)[:-1]),
            holes=tuple(self.ring(shapely.get_coordinates(hole)[:-1], is_hole=True) for hole in shape.interiors),
        )

    def _height(self, place: Flat) -> float:
        if self._edges is None:
            ends = np.concatenate([np.stack([p, np.roll(p, -1, axis=0)], axis=1) for p in self._high])
            self._edges = shapely.STRtree(shapely.linestrings(ends[:, :, :2])), ends
        tree, ends = self._edges
        (x0, y0, z0), (x1, y1, z1) = ends[int(tree.nearest(shapely.Point(place)))].tolist()
        length = (x1 - x0) ** 2 + (y1 - y0) ** 2
        t = ((place[0] - x0) * (x1 - x0) + (place[1] - y0) * (y1 - y0)) / length if length else 0.0
        return float(z0 + min(max(t, 0.0), 1.0) * (z1 - z0))


def checked(geometry: Geometry) -> Geometry:
    """Return a result, or say why it cannot be.

    Raises:
        GeometryError: It is not valid.
    """
    problems = geometry.problems()
    if problems:
        where = f" near {tuple(problems[0].position)}" if problems[0].position else ""
        raise GeometryError(f"the result would not be valid: {problems[0].message}{where}; try smaller numbers")
    return geometry


def _paths_of(geometry: Areal | Lineal) -> list[Array]:
    """Return the rings or lines of a geometry, each (n, 2|3)."""
    match geometry:
        case Polygon():
            return [array_of(ring) for ring in (geometry.exterior, *geometry.holes)]
        case MultiPolygon():
            return [array_of(ring) for part in geometry.parts for ring in (part.exterior, *part.holes)]
        case Polyline():
            return [array_of(geometry.path)]
        case MultiPolyline():
            return [array_of(path) for path in geometry.paths]
        case Box():
            return [geometry.vertices()]
        case Mask():
            return [shapely.get_coordinates(ring)[:-1] for ring in _rings_of_mask(geometry)]


def _rings_of_mask(mask: Mask) -> list[shapely.Geometry]:
    return [ring for part in _parts_of(shapely_of_one(mask)) for ring in (part.exterior, *part.interiors)]


def _parts_of(shape: shapely.Geometry) -> list[shapely.Geometry]:
    """Return the simple members of a shape, those of the highest dimension only."""
    parts: npt.NDArray[np.object_] = shapely.get_parts(shapely.get_parts(shape))
    dimensions = shapely.get_dimensions(parts)
    return list(parts[dimensions == dimensions.max(initial=-1)])


def _turn_of(ring: Array | None) -> bool | None:
    """Tell whether a ring turns from +x to +y; None where there is no ring."""
    if ring is None:
        return None
    x, y = (ring[:, :2] - ring[0, :2]).T
    return bool((x * np.roll(y, -1) - np.roll(x, -1) * y).sum() > 0)


def _canonical(ring: list[Flat]) -> tuple[Flat, ...]:
    """Return a ring from its lowest position towards its lower neighbour: the same for every start and direction."""
    start = min(range(len(ring)), key=ring.__getitem__)
    turned = ring[start:] + ring[:start]
    back = [turned[0], *reversed(turned[1:])]
    return tuple(min(turned, back))
