"""Frames: where coordinates mean something. A frame never means a moment in time (that is a sample).

`PixelFrame` has its origin at the top-left CORNER of the top-left pixel, x to the right (columns), y down (rows); pixel
``i`` covers ``[i, i + 1)``. `MapFrame` is x-y (east-north, lon-lat) order always, whatever the authority says.
Every link is ``parent_from_this``.
"""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from geo3d.geometry.camera import Camera
from geo3d.geometry.pose import Pose, PosePath
from geo3d.geometry.value import Number, Value


class Affine(Value):
    """Link a pixel frame to its parent: ``x = a*col + b*row + c``, ``y = d*col + e*row + f`` (as GDAL)."""

    kind: Literal["affine"] = "affine"
    a: Number
    """Parent units per column, x."""
    b: Number
    """Parent units per row, x."""
    c: Number
    """x of the outer corner of the first pixel."""
    d: Number
    """Parent units per column, y."""
    e: Number
    """Parent units per row, y; negative for north-up rasters."""
    f: Number
    """y of the outer corner of the first pixel."""


class Gcp(Value):
    """A ground control point: a pixel position and where it lies in the parent."""

    col: Number
    """Column, corner convention."""
    row: Number
    """Row, corner convention."""
    x: Number
    """x in the parent frame."""
    y: Number
    """y in the parent frame."""
    z: Number = 0.0
    """Height, metres."""


class Gcps(Value):
    """Link a pixel frame by ground control points, with a thin-plate spline through all of them (affine when three)."""

    kind: Literal["gcps"] = "gcps"
    points: tuple[Gcp, ...] = Field(min_length=3)
    """At least three points that are not on one line."""


class Rpc(Value):
    """Link a pixel frame by rational polynomial coefficients (RPC00B): parent is longitude, latitude on WGS 84.

    The numbers are as the file has them: offsets count the CENTRE of the first pixel as 0. Our transform adds the half
    pixel that leads to the corner convention of pixel frames.
    """

    kind: Literal["rpc"] = "rpc"
    line_offset: Number
    sample_offset: Number
    latitude_offset: Number
    longitude_offset: Number
    height_offset: Number
    line_scale: Number
    sample_scale: Number
    latitude_scale: Number
    longitude_scale: Number
    height_scale: Number
    line_numerator: tuple[Number, ...] = Field(min_length=20, max_length=20)
    line_denominator: tuple[Number, ...] = Field(min_length=20, max_length=20)
    sample_numerator: tuple[Number, ...] = Field(min_length=20, max_length=20)
    sample_denominator: tuple[Number, ...] = Field(min_length=20, max_length=20)
    height: Number | None = None
    """Ellipsoidal height in metres at which pixels are put on the ground; None = `height_offset`."""


Link = Annotated[Affine | Gcps | Rpc | Camera, Field(discriminator="kind")]


class PixelFrame(Value):
    """The pixels of one raster or of one camera channel."""

    kind: Literal["pixel"] = "pixel"
    id: str
    """Unique within its scene."""
    size: tuple[PositiveInt, PositiveInt]
    """(width, height) in pixels."""
    parent: str | None = None
    """Id of the frame the link leads to: a map frame, or a local frame for a camera. None = pixel space only."""
    link: Link | None = None
    """parent_from_pixel; None when the raster says nothing (or nothing true) about where it lies."""


class MapFrame(Value):
    """A coordinate reference system, x-y order always."""

    kind: Literal["map"] = "map"
    id: str
    crs: str
    """Authority code (``EPSG:32633``, compound ``EPSG:25832+7837``) or WKT2."""


class LocalFrame(Value):
    """A Cartesian frame in metres that stands somewhere in its parent: a vehicle, a LiDAR, a site."""

    kind: Literal["local"] = "local"
    id: str
    parent: str | None = None
    pose: Pose | PosePath | None = None
    """parent_from_this: fixed, or over time (ego motion). None = unknown."""


Frame = Annotated[PixelFrame | MapFrame | LocalFrame, Field(discriminator="kind")]
