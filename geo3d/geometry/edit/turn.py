"""Moving, turning and scaling whole shapes about an anchor."""

from __future__ import annotations

import math

import numpy as np

from geo3d.errors import GeometryError
from geo3d.geometry import Geometry
from geo3d.geometry.area import polygon_of
from geo3d.geometry.array import Array
from geo3d.geometry.box import Box
from geo3d.geometry.cuboid import Cuboid
from geo3d.geometry.edit.plane import Plane
from geo3d.geometry.mask import Mask
from geo3d.geometry.polyline import Polyline
from geo3d.geometry.segment import Segment

_OWN = Plane()


def translate(geometry: Geometry, by: tuple[float, float], *, plane: Plane = _OWN) -> Geometry:
    """Return a shape moved by a shift, in units of the plane (of the frame, where none is given)."""
    if isinstance(geometry, Box) and plane is _OWN:  # size and angle to the bit
        x, y = geometry.center
        return geometry.model_copy(update={"center": (x + by[0], y + by[1])})
    return _mapped(geometry, np.eye(2), np.array(by), np.zeros(2), plane)


def rotate(geometry: Geometry, angle: float, anchor: tuple[float, float], *, plane: Plane = _OWN) -> Geometry:
    """Return a shape turned about an anchor.

    Args:
        geometry: Anything but masks, segments and cuboids.
        angle: Radians from +x towards +y (clockwise on screen in a pixel frame).
        anchor: What stays, in the frame.
        plane: Where angles are meant; needed in frames of degrees, see `plane.metric_plane`.
    """
    cos, sin = math.cos(angle), math.sin(angle)
    return _mapped(geometry, np.array([(cos, -sin), (sin, cos)]), np.zeros(2), np.array(anchor), plane)


def scale(geometry: Geometry, factors: tuple[float, float], anchor: tuple[float, float]) -> Geometry:
    """Return a shape scaled along x and y about an anchor of the frame; a turned box may become a polygon.

    Raises:
        GeometryError: A factor is 0.
    """
    if not factors[0] or not factors[1]:
        raise GeometryError("a factor of 0 leaves nothing of the shape")
    return _mapped(geometry, np.diag(factors), np.zeros(2), np.array(anchor), _OWN)


def _mapped(geometry: Geometry, matrix: Array, shift: Array, anchor: Array, plane: Plane) -> Geometry:
    if isinstance(geometry, Mask | Segment | Cuboid):
        raise GeometryError(f"a {geometry.kind} cannot be moved like this; make a polygon of it first")
    centre = plane.positions(anchor[None])[0]

    def move(positions: Array) -> Array:
        flat = (plane.positions(positions[:, :2]) - centre) @ matrix.T + centre + shift
        return np.column_stack([plane.back(flat), positions[:, 2:]])

    made, loss = geometry.moved(move, geometry.frame)
    if isinstance(geometry, Box) and loss > 1e-9 * max(geometry.size):
        return polygon_of(geometry).moved(move, geometry.frame)[0]
    if isinstance(geometry, Polyline) and isinstance(made, Polyline):
        return made.model_copy(update={"width": geometry.width})  # the band does not grow: its width is a fact
    return made
