"""Working in metres where the numbers of a frame are degrees or pixels: a plane that touches the earth at the shape."""

from __future__ import annotations

import numpy as np
import shapely
from pyproj.crs import ProjectedCRS
from pyproj.crs.coordinate_operation import AzimuthalEquidistantConversion

from geo3d.errors import FrameError
from geo3d.geometry import Geometry, crs
from geo3d.geometry.array import Array
from geo3d.geometry.edit.source import Flat
from geo3d.geometry.frame import LocalFrame, MapFrame
from geo3d.geometry.tree import FrameTree, Transform

_PLANE = "metres around the shape"


class Plane:
    """A plane in which a shape is worked on; what is not touched there returns bit-identical."""

    def __init__(self, plane_from_frame: Transform | None = None) -> None:
        """Take the way into the plane; None = the plane is the frame's own."""
        self._way = plane_from_frame
        self._known: dict[Flat, Flat] = {}

    def into(self, shape: shapely.Geometry) -> shapely.Geometry:
        """Return a shape of the frame in the plane."""
        return shape if self._way is None else shapely.transform(shape, self.positions)

    def positions(self, positions: Array) -> Array:
        """Return positions (n, 2) of the frame in the plane."""
        if self._way is None:
            return positions
        found = self._way(positions)
        self._known.update(zip(map(tuple, found.tolist()), map(tuple, positions.tolist()), strict=True))
        return found

    def back(self, positions: Array) -> Array:
        """Return positions (n, 2) of the plane in the frame; those that came from there, as they were."""
        if self._way is None or not len(positions):
            return positions
        places: list[Flat] = [(x, y) for x, y in positions.tolist()]
        strange = [i for i, place in enumerate(places) if place not in self._known]
        found = np.array([self._known.get(place, place) for place in places])
        if strange:
            found[strange] = self._way.inverse(positions[strange])
        return found

    def out(self, shape: shapely.Geometry) -> shapely.Geometry:
        """Return a shape of the plane in the frame."""
        return shape if self._way is None else shapely.transform(shape, self.back)


def metric_plane(tree: FrameTree, geometry: Geometry) -> Plane:
    """Return the plane in metres around a geometry: azimuthal and equidistant from its middle.

    Lengths near a shape of a few kilometres are true to a millionth.

    Args:
        tree: The frames of its scene.
        geometry: Any geometry.

    Raises:
        FrameError: Its frame does not lie on the earth, so that nobody knows how long a metre is there.
    """
    frame, root = tree[geometry.frame], tree.root(geometry.frame)
    if isinstance(frame, LocalFrame):
        return Plane()
    if not isinstance(root, MapFrame):
        raise FrameError(f"the frame {frame.id!r} has no place on the earth; give the distance in its own units")
    geodetic = crs.geodetic_of(crs.crs_of(root.crs))
    degrees = MapFrame(id=f"{_PLANE}, degrees", crs=crs.code_of(geodetic))
    x0, y0, x1, y1 = _flat_bounds(geometry)
    middle = FrameTree([*tree, degrees]).transform(degrees.id, frame.id)(np.array([[(x0 + x1) / 2, (y0 + y1) / 2]]))[0]
    scale = crs.degrees_per_unit(geodetic)
    touching = AzimuthalEquidistantConversion(float(middle[1] * scale), float(middle[0] * scale))
    plane = MapFrame(id=_PLANE, crs=ProjectedCRS(touching, geodetic_crs=geodetic).to_wkt("WKT2_2019"))
    return Plane(FrameTree([*tree, plane]).transform(plane.id, frame.id))


def _flat_bounds(geometry: Geometry) -> tuple[float, float, float, float]:
    vertices = geometry.vertices()[:, :2]
    (x0, y0), (x1, y1) = vertices.min(axis=0).tolist(), vertices.max(axis=0).tolist()
    return x0, y0, x1, y1
