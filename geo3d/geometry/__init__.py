"""Shapes, frames and the transforms between them. Knows nothing of labels."""

from __future__ import annotations

from typing import Annotated

from pydantic import Field

from geo3d.geometry.box import Box
from geo3d.geometry.camera import Camera
from geo3d.geometry.cuboid import Cuboid
from geo3d.geometry.frame import Affine, Frame, Gcp, Gcps, Link, LocalFrame, MapFrame, PixelFrame, Rpc
from geo3d.geometry.keypoints import Keypoint, Keypoints
from geo3d.geometry.mask import Mask
from geo3d.geometry.point import Point
from geo3d.geometry.polygon import MultiPolygon, Polygon, Rings
from geo3d.geometry.polyline import MultiPolyline, Polyline
from geo3d.geometry.pose import Pose, PosePath, Quaternion
from geo3d.geometry.segment import Segment
from geo3d.geometry.shape import Mapping, Problem, Shape
from geo3d.geometry.value import Number, Position, Value

Geometry = Annotated[
    Point | Polyline | MultiPolyline | Polygon | MultiPolygon | Box | Keypoints | Mask | Cuboid | Segment,
    Field(discriminator="kind"),
]
"""Any geometry: a closed family, so that type checkers list every place that must decide."""

__all__ = [
    "Affine",
    "Box",
    "Camera",
    "Cuboid",
    "Frame",
    "Gcp",
    "Gcps",
    "Geometry",
    "Keypoint",
    "Keypoints",
    "Link",
    "LocalFrame",
    "MapFrame",
    "Mapping",
    "Mask",
    "MultiPolygon",
    "MultiPolyline",
    "Number",
    "PixelFrame",
    "Point",
    "Polygon",
    "Polyline",
    "Pose",
    "PosePath",
    "Position",
    "Problem",
    "Quaternion",
    "Rings",
    "Rpc",
    "Segment",
    "Shape",
    "Value",
]
