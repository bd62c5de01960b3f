"""Cameras: intrinsics and distortion of a pixel frame whose parent is the camera's local frame.

The camera frame is x right, y down, z forward (OpenCV, KITTI, nuScenes).
"""

from __future__ import annotations

from typing import Literal

from pydantic import Field, PositiveFloat

from geo3d.geometry.value import Number, Value


class Camera(Value):
    """Link a pixel frame to a local camera frame: pixel = projection of a point in front of the camera."""

    kind: Literal["camera"] = "camera"
    model: Literal["pinhole", "brown", "fisheye"] = "pinhole"
    """``pinhole`` has no distortion; ``brown`` is k1 k2 p1 p2 k3 k4 k5 k6 as OpenCV; ``fisheye`` is Kannala-Brandt
    k1..k4."""
    fx: PositiveFloat
    """Focal length in pixels, x."""
    fy: PositiveFloat
    """Focal length in pixels, y."""
    cx: Number
    """Principal point in pixels, corner convention."""
    cy: Number
    """Principal point in pixels, corner convention."""
    skew: Number = 0.0
    distortion: tuple[Number, ...] = Field(default=(), max_length=8)
