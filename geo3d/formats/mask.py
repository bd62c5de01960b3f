"""Label masks: a GeoTIFF on exactly the grid of a raster, one entry per pixel.

Class masks hold class codes (uint8 up to code 254, else uint16), instance masks hold a number per label (uint32). 0
means unlabelled; 255 (65535) means "do not look here" and is the file's nodata. The class table travels in the tag
``GEO3D``.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import ClassVar, Literal

from pydantic import Field

from geo3d.formats.base import Imported, ReadContext, Reader, WriteContext, Writer
from geo3d.formats.report import LossLog, Report
from geo3d.labels import Dataset
from geo3d.labels.ontology import GeometryKind


class MaskWriter(Writer):
    """Write a label mask."""

    name: ClassVar[str] = "mask"
    title: ClassVar[str] = "Mask GeoTIFF"
    extensions: ClassVar[tuple[str, ...]] = (".tif", ".tiff")
    carries: ClassVar[tuple[GeometryKind, ...]] = ("polygon", "multipolygon", "box", "mask")
    becomes: ClassVar[Mapping[GeometryKind, str]] = {
        "polygon": "pixels",
        "multipolygon": "pixels",
        "box": "pixels",
        "polyline": "pixels of its width",
        "multipolyline": "pixels of its width",
    }
    loses: ClassVar[str] = (
        "Points, keypoints, tags, attributes, whatever lies outside of the raster or under later labels; edges are "
        "those of pixels, a pixel belongs to a label when its centre does."
    )
    media_type: ClassVar[str] = "image/tiff; application=geotiff"

    role: Literal["class", "instance"] = Field("class", title="Entries")
    """``class``: the code of the class; ``instance``: a number for each label, which the tags lead back to its id."""
    asset: str = Field("", title="Raster")
    """Id or title of the raster whose grid is used; empty = the only one."""
    line_width: float = Field(0.0, ge=0.0, title="Line width (pixels)")
    """Width of lines that have none of their own; 0 = such lines are left out."""
    order: Literal["drawn", "small_last"] = Field("drawn", title="What is on top")
    """``drawn``: later labels cover earlier ones; ``small_last``: small ones cover large ones."""
    ignore_nodata: bool = Field(False, title="Ignore where the raster has no data")
    """Whether pixels without data in the raster are written as "do not look here"."""

    def write(self, dataset: Dataset, target: Path, context: WriteContext) -> Report:
        """Write the mask. See `Writer.write`."""
        from geo3d.formats.mask_write import write_mask

        log = LossLog()
        n = write_mask(dataset, target, self, context, log)
        return log.report(self.name, n, (target.name,))


class MaskReader(Reader):
    """Read a label mask: GeoTIFF, PNG or any other raster of whole numbers."""

    name: ClassVar[str] = "mask"
    title: ClassVar[str] = "Mask GeoTIFF"
    extensions: ClassVar[tuple[str, ...]] = (".tif", ".tiff", ".png")

    role: Literal["auto", "class", "instance"] = Field("auto", title="Entries")
    """``auto``: as the file says, else classes up to 16 bits and instances above."""
    into: Literal["polygons", "layer"] = Field("polygons", title="Read as")
    """``polygons``: the outline of each patch (class) or of each number (instance); ``layer``: pixels stay pixels, for
    class masks of any size."""
    classes: str = Field("", title="Class table")
    """``1=building, 2=road``: names of entries, where the file has no table of its own."""
    background: int = Field(0, ge=0, title="Background")
    """Entry that means unlabelled."""
    min_pixels: int = Field(1, ge=1, title="Smallest patch (pixels)")
    """Patches of fewer pixels are left out (and counted)."""

    def read(self, source: Path, context: ReadContext) -> Imported:
        """Survey the file. See `Reader.read`."""
        from geo3d.formats.mask_read import read_mask

        return read_mask(source, self, context)
