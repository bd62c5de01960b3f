"""What simple features cannot say of our geometries, and how it comes back from what travels beside them.

`geo3d.geometry.convert` turns geometries into shapely's: boxes into their corners, keypoints into multipoints, masks
into the outline of their pixels. The `kind` and the names that a file keeps beside them let boxes and keypoints come
home.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal

import numpy as np
import shapely

from geo3d.errors import GeometryError
from geo3d.geometry import Box, Geometry, Keypoint, Keypoints
from geo3d.geometry.array import positions_of
from geo3d.geometry.convert import geometry_of

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


def restored(
    shape: shapely.Geometry, frame: str, kind: str = "", names: Sequence[dict[str, object]] = ()
) -> Geometry | None:
    """Return a shapely geometry as the kind that it was; None where that cannot be told.

    Args:
        shape: Point, LineString, Polygon, their multi-parts.
        frame: Id of its frame.
        kind: What it was when geo3d wrote it; a ``box`` that is still a rectangle and ``keypoints`` that still have
            their number of positions come back as such.
        names: For keypoints: ``{"name", "visible", "labelled"}`` of each.
    """
    if kind == "keypoints" and shape.geom_type in ("Point", "MultiPoint"):
        return _keypoints(shape, frame, names)
    if kind in ("box", "polygon", "polyline") and shapely.get_num_geometries(shape) == 1:
        shape = shapely.get_geometry(shape, 0)
    if kind == "box" and (box := box_of(shape, frame)) is not None:
        return box
    try:
        return geometry_of(shape, frame)
    except GeometryError:
        return None


def box_of(shape: shapely.Geometry, frame: str = "") -> Box | None:
    """Return the rectangle that an area is; None where it is none."""
    if shape.geom_type != "Polygon" or shape.interiors:
        return None
    corners = shapely.get_coordinates(shape)[:-1]
    if len(corners) != 4:
        return None
    box, off = Box.fit(frame, corners)
    far = max(1.0, float(np.abs(corners).max())) * 1e-15 + _BOX_TOLERANCE * max(box.size)
    return box if off <= far else None


def _keypoints(shape: shapely.Geometry, frame: str, names: Sequence[dict[str, object]]) -> Keypoints | None:
    positions = iter(positions_of(shapely.get_coordinates(shape, include_z=shape.has_z)))
    if shapely.get_num_geometries(shape) != sum(bool(name.get("labelled", True)) for name in names):
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
