"""How much two geometries of one frame share.

Areas overlap in the plane of their frame (so in longitude-latitude frames intersection over union is that of the
chart); a polyline with a width counts as the band it stands for. With a mask on one side both are counted in pixels, by
the pixel-centre rule. Cuboids overlap in space, exactly. No other pair of kinds has an overlap.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import combinations_with_replacement

import shapely

from geo3d.errors import GeometryError
from geo3d.geometry import Geometry
from geo3d.geometry.area import n_pixels_of, pixels_of
from geo3d.geometry.box import Box
from geo3d.geometry.convert import geometry_of, shapely_of_one
from geo3d.geometry.cuboid import Cuboid
from geo3d.geometry.intersection import volume_shared
from geo3d.geometry.keypoints import Keypoints
from geo3d.geometry.mask import Mask
from geo3d.geometry.point import Point
from geo3d.geometry.polygon import MultiPolygon, Polygon
from geo3d.geometry.polyline import MultiPolyline, Polyline
from geo3d.geometry.segment import Segment

FLAT_KINDS = ("box", "mask", "multipolygon", "polygon", "polyline")
"""Kinds that cover an area; a polyline does when it has a width."""

PAIRS = frozenset(frozenset(pair) for pair in combinations_with_replacement(FLAT_KINDS, 2)) | {frozenset(["cuboid"])}
"""Pairs of kinds that have an overlap, as sets of one or two names."""


@dataclass(frozen=True)
class Overlap:
    """What two geometries share, in squared units of the frame, pixels where a mask takes part, or cubic metres."""

    shared: float
    size_a: float
    size_b: float

    @property
    def iou(self) -> float:
        """Intersection over union, 0 to 1; 0 where neither has a size."""
        union = self.size_a + self.size_b - self.shared
        return min(1.0, self.shared / union) if union > 0 else 0.0

    @property
    def share_of_a(self) -> float:
        """How much of the first lies in the second, 0 to 1."""
        return min(1.0, self.shared / self.size_a) if self.size_a > 0 else 0.0

    @property
    def share_of_b(self) -> float:
        """How much of the second lies in the first, 0 to 1."""
        return min(1.0, self.shared / self.size_b) if self.size_b > 0 else 0.0


def iou(a: Geometry, b: Geometry) -> float | None:
    """Return intersection over union, 0 to 1; None where the pair has no overlap. See `overlap`."""
    found = overlap(a, b)
    return None if found is None else found.iou


def overlap(a: Geometry, b: Geometry) -> Overlap | None:
    """Return what two geometries share; None where their kinds have no overlap (`PAIRS`), or a line has no width.

    Raises:
        GeometryError: They are in different frames, or have too few positions to be what they claim.
    """
    if a.frame != b.frame:
        raise GeometryError(f"frames {a.frame!r} and {b.frame!r} differ; move one geometry into the other's frame")
    if isinstance(a, Cuboid) and isinstance(b, Cuboid):
        return Overlap(volume_shared(a, b), _volume(a), _volume(b))
    if isinstance(a, Box) and isinstance(b, Box) and a.angle == b.angle == 0.0:
        return _of_upright(a, b)
    first, second = _covered(a), _covered(b)
    if first is None or second is None:
        return None
    if isinstance(first, Mask) or isinstance(second, Mask):
        return _of_pixels(first, second)
    return Overlap(float(first.intersection(second).area), float(first.area), float(second.area))


def _covered(geometry: Geometry) -> Mask | shapely.Geometry | None:
    """Return the area a geometry covers: pixels, or a valid shapely area."""
    match geometry:
        case Mask():
            return geometry
        case Box() | Polygon() | MultiPolygon():
            return _valid(shapely_of_one(geometry))
        case Polyline():
            if geometry.width is None:
                return None
            line = shapely.force_2d(shapely_of_one(geometry))
            return line.buffer(geometry.width / 2, quad_segs=16, cap_style="flat", join_style="round")
        case Point() | MultiPolyline() | Keypoints() | Cuboid() | Segment():
            return None


def _valid(area: shapely.Geometry) -> shapely.Geometry:
    """Return an area in two dimensions that GEOS can intersect: a ring that crosses itself is read even-odd."""
    flat = shapely.force_2d(area)
    return flat if flat.is_valid else shapely.make_valid(flat)


def _of_upright(a: Box, b: Box) -> Overlap:
    """Overlap two boxes without an angle: most pairs of a detector, a hundred times faster than the general way."""
    sides = [
        min(a.center[i] + a.size[i] / 2, b.center[i] + b.size[i] / 2)
        - max(a.center[i] - a.size[i] / 2, b.center[i] - b.size[i] / 2)
        for i in range(2)
    ]
    shared = max(0.0, sides[0]) * max(0.0, sides[1])
    return Overlap(shared, a.size[0] * a.size[1], b.size[0] * b.size[1])


def _of_pixels(a: Mask | shapely.Geometry, b: Mask | shapely.Geometry) -> Overlap:
    """Overlap two areas of which at least one is a mask, in pixels."""
    if not isinstance(a, Mask):
        turned = _of_pixels(b, a)
        return Overlap(turned.shared, turned.size_b, turned.size_a)
    n_a = sum(a.counts[1::2])
    if isinstance(b, Mask):
        shared = a.decode() & pixels_of(b, a.offset, a.size)
        return Overlap(float(shared.sum()), float(n_a), float(sum(b.counts[1::2])))
    total = within = 0
    for part in shapely.get_parts(b):
        if isinstance(part, shapely.Polygon) and not part.is_empty:  # make_valid may leave lines behind
            area = geometry_of(part, a.frame)
            assert isinstance(area, Polygon)
            within += int((a.decode() & pixels_of(area, a.offset, a.size)).sum())
            total += n_pixels_of(area)
    return Overlap(float(within), float(n_a), float(total))


def _volume(cuboid: Cuboid) -> float:
    length, width, height = cuboid.size
    return length * width * height
