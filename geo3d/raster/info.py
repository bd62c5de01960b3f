"""What is known about a raster before a pixel is shown."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, PositiveInt

from geo3d.geometry.frame import Affine, Gcps, Rpc
from geo3d.geometry.value import Number, Value
from geo3d.raster.band import Band
from geo3d.raster.problem import RasterProblem

RasterLink = Annotated[Affine | Gcps | Rpc, Field(discriminator="kind")]

LevelOrigin = Literal["native", "overview", "cache", "sampled"]
"""Where a level's pixels come from: the file itself, the file's overviews, overviews that geo3d built into the cache of
the workspace, or pixels picked from the file (a first picture until the cache is built; never used for values)."""

Interleave = Literal["band", "pixel", "line"]

MaskKind = Literal["none", "nodata", "alpha", "mask", "nan"]

Ring = tuple[tuple[Number, Number], ...]
"""Closed ring of (longitude, latitude) in degrees, WGS 84; first position repeated at the end."""


class Level(Value):
    """One resolution of a raster. Native pixel position = ``factor * level pixel position`` on each axis, exactly."""

    width: PositiveInt
    """Columns."""
    height: PositiveInt
    """Rows."""
    factor: tuple[Number, Number]
    """(native pixels per level column, per level row). Not always a whole number: GDAL rounds overview sizes up."""
    block: tuple[PositiveInt, PositiveInt]
    """(width, height) of the blocks in which reading is cheapest."""
    origin: LevelOrigin


class Preset(Value):
    """A picture worth offering: bands for red, green and blue, or one expression."""

    name: str
    """Slug: ``true-color``, ``false-color``, ``ndvi``."""
    title: str
    bands: tuple[PositiveInt, ...] = ()
    """Three 1-based bands, or one; empty when there is an expression."""
    expression: str | None = None
    """Band arithmetic: ``(b4-b1)/(b4+b1)``."""


class RasterInfo(Value):
    """Everything about a raster except its pixels."""

    driver: str
    """GDAL's short driver name; ``stack`` or ``mosaic`` for rasters made of several files."""
    width: PositiveInt
    height: PositiveInt
    bands: tuple[Band, ...]
    dtype: str
    """The dtype that holds every band (numpy promotion)."""
    crs: str | None
    """Authority code where PROJ is certain, else WKT2; None = pixel space. Axes are x-y always."""
    link: RasterLink | None
    """parent_from_pixel, corner convention; None = pixel space."""
    loose_link: Affine | None = None
    """The affine of a file without a usable CRS (then `link` is None); it becomes the link once a person names the
    CRS."""
    footprint: tuple[Ring, ...] | None
    """Outline of the pixels in longitude and latitude; rings are cut at the antimeridian. None = unknown or not on
    Earth."""
    levels: tuple[Level, ...]
    """From native (index 0) to coarsest."""
    alpha: PositiveInt | None
    """1-based index of the alpha band."""
    mask: MaskKind
    """How the file says where it has data."""
    palette: tuple[tuple[int, int, int, int], ...] | None = None
    """256 colours (red, green, blue, alpha) of a palette raster."""
    is_categorical: bool = False
    """Pixels are classes, not quantities: resample by nearest neighbour, never average."""
    interleave: Interleave | None = None
    compression: str | None = None
    """Lower case: ``deflate``, ``jpeg``, ``zstd``; None = none or unknown."""
    area_or_point: Literal["area", "point"] = "area"
    """What the file says a pixel is. The link is corner convention either way."""
    problems: tuple[RasterProblem, ...] = ()
    rgb: tuple[PositiveInt, ...]
    """Bands (1-based) of the first picture: three for a colour picture, one for gray or palette."""
    presets: tuple[Preset, ...] = ()
    size_bytes: int | None = None
    """Bytes on disk of all files together."""
    captured: str | None = None
    """Capture time as ISO 8601 where the file states it."""

    @property
    def needs_overviews(self) -> bool:
        """Whether levels are only sampled yet, and a job should build overviews into the cache."""
        return any(level.origin == "sampled" for level in self.levels)
