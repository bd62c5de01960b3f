"""geo3d's geometries as OGC simple features, and back.

Boxes become their four corners, keypoints a multipoint of the labelled positions; the `kind` that travels beside them
lets them come back. A mask becomes the outline of its pixels.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import shapely

from geo3d.geometry import (
    Box,
    Cuboid,
    Geometry,
    Keypoint,
    Keypoints,
    Mask,
    MultiPolygon,
    MultiPolyline,
    Point,
    Polygon,
    Polyline,
    Rings,
    Segment,
)
from geo3d.geometry.array import positions_of
from geo3d.geometry.polygon import Ring

Kind = Literal["point", "polyline", "multipolyline", "polygon", "multipolygon", "box", "keypoints", "tag"]
CARRIED: tuple[Kind, ...] = ("point", "polyline", "multipolyline", "polygon", "multipolygon", "box", "keypoints", "tag")
"""Kinds that every vector format of this folder carries and gives back."""

OGC_TYPES = {
    "point": "Point",
    "polyline": "MultiLineString",
    "multipolyline": "MultiLineString",
    "polygon": "MultiPolygon",
    "multipolygon": "MultiPolygon",
    "box": "MultiPolygon",
    "keypoints": "MultiPoint",
    "mask": "MultiPolygon",
}
"""Type of the layer that takes a kind."""

_BOX_TOLERANCE = 1e-9
"""Corners that are off a rectangle by less than this share of its size are a rectangle."""


def shape_of(geometry: Geometry) -> shapely.Geometry | None:
    """Return a geometry in its own frame as a shapely geometry; None where simple features have no word for it.

    Raises:
        ValueError: It has too few positions to be what it claims (a line of one, a ring of two).
    """
    match geometry:
        case Point():
            return shapely.Point(geometry.position)
        case Polyline():
            return shapely.LineString(geometry.path)
        case MultiPolyline():
            return shapely.MultiLineString([shapely.LineString(path) for path in geometry.paths])
        case Polygon():
            return _area(geometry.exterior, geometry.holes)
        case MultiPolygon():
            return shapely.MultiPolygon([_area(part.exterior, part.holes) for part in geometry.parts])
        case Box():
            return shapely.Polygon(geometry.vertices())
        case Keypoints():
            return shapely.MultiPoint([p.position for p in geometry.points if p.position is not None])
        case Mask():
            from geo3d.raster.rasterise import outline  # rasterio is slow to load and few labels are masks

            return outline(geometry.decode(), geometry.offset)
        case Cuboid() | Segment():
            return None


def _area(exterior: Ring, holes: Sequence[Ring]) -> shapely.Polygon:
    if len(exterior) < 3 or any(len(hole) < 3 for hole in holes):
        raise ValueError("a ring needs three positions")
    return shapely.Polygon(exterior, holes or None)


def geometry_of(
    shape: shapely.Geometry, frame: str, kind: str = "", names: Sequence[dict[str, object]] = ()
) -> Geometry | None:
    """Return a shapely geometry as ours; None where it is empty, a collection or a curve.

    Args:
        shape: Point, LineString, Polygon, their multi-parts.
        frame: Id of its frame.
        kind: What it was when geo3d wrote it; a ``box`` that is still a rectangle and ``keypoints`` that still have
            their number of positions come back as such.
        names: For keypoints: ``{"name", "visible", "labelled"}`` of each.
    """
    if shape.is_empty:
        return None
    match shape.geom_type:
        case "Point":
            return Point(frame=frame, position=_path(shape)[0])
        case "LineString" | "LinearRing":
            return Polyline(frame=frame, path=_path(shape))
        case "MultiLineString":
            if kind == "polyline" and len(shape.geoms) == 1:
                return Polyline(frame=frame, path=_path(shape.geoms[0]))
            return MultiPolyline(frame=frame, paths=tuple(_path(part) for part in shape.geoms))
        case "Polygon":
            return (_box(shape, frame) if kind == "box" else None) or Polygon(frame=frame, **_rings(shape))
        case "MultiPolygon":
            if kind != "multipolygon" and len(shape.geoms) == 1:
                return geometry_of(shape.geoms[0], frame, kind)
            return MultiPolygon(frame=frame, parts=tuple(Rings(**_rings(part)) for part in shape.geoms))
        case "MultiPoint":
            return _keypoints(shape, frame, names)
        case _:
            return None


def _path(shape: shapely.Geometry) -> Ring:
    return positions_of(shapely.get_coordinates(shape, include_z=shape.has_z))


def _rings(polygon: shapely.Polygon) -> dict[str, tuple[Ring, ...] | Ring]:
    """Return exterior and holes without the closing repetition."""
    return {"exterior": _path(polygon.exterior)[:-1], "holes": tuple(_path(ring)[:-1] for ring in polygon.interiors)}


def _box(polygon: shapely.Polygon, frame: str) -> Box | None:
    """Return the rectangle that four corners are, in our corner order; None where they are not."""
    corners = shapely.get_coordinates(polygon)[:-1]
    if len(corners) != 4 or polygon.interiors:
        return None
    box, off = Box.fit(frame, corners)
    far = max(1.0, float(np.abs(corners).max())) * 1e-15 + _BOX_TOLERANCE * max(box.size)
    return box if off <= far else None


def is_rectangle(shape: shapely.Geometry) -> bool:
    """Tell whether an area would come back as a box."""
    return shape.geom_type == "Polygon" and _box(shape, "") is not None


def _keypoints(shape: shapely.MultiPoint, frame: str, names: Sequence[dict[str, object]]) -> Keypoints | None:
    positions = iter(_path(shape))
    if len(shape.geoms) != sum(bool(name.get("labelled", True)) for name in names):
        return None
    points = tuple(
        Keypoint(
            name=str(name["name"]),
            position=next(positions) if name.get("labelled", True) else None,
            visible=bool(name.get("visible", True)),
        )
        for name in names
    )
    return Keypoints(frame=frame, points=points)
