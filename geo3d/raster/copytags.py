"""What the directories of a web-ready copy say about its content, in GDAL's own words."""

from __future__ import annotations

from typing import Any

import numpy as np
import rasterio
from rasterio.control import GroundControlPoint
from rasterio.crs import CRS
from rasterio.enums import ColorInterp
from rasterio.io import MemoryFile
from rasterio.rpc import RPC
from rasterio.transform import Affine as Transform

from geo3d.geometry.frame import Affine, Gcps, Rpc
from geo3d.raster.blockcoder import BlockCoder
from geo3d.raster.cogwriter import Tag, template_tags
from geo3d.raster.info import RasterInfo, RasterLink

_COLORS = {
    "red": ColorInterp.red,
    "green": ColorInterp.green,
    "blue": ColorInterp.blue,
    "alpha": ColorInterp.alpha,
    "gray": ColorInterp.gray,
    "palette": ColorInterp.palette,
}
_LEVEL_TAGS = (258, 262, 320, 338, 339, 42113)
"""Entries that every level has."""


def copy_tags(
    info: RasterInfo,
    bands: tuple[int, ...],
    coder: BlockCoder,
    link: RasterLink | None,
    crs: str | None,
    nodata: float | None,
) -> tuple[tuple[Tag, ...], tuple[Tag, ...]]:
    """Return (entries of every level, further entries of the finest one).

    Args:
        info: The source.
        bands: Its bands that the copy has, 1-based.
        coder: How they are coded.
        link: parent_from_pixel of the copy.
        crs: CRS of the copy.
        nodata: Value for "no data" in the copy.
    """
    found = template_tags(_template(info, bands, link, crs, nodata))
    if coder.compression == "jpeg" and coder.n_bands == 3:
        found[262] = Tag.of(262, 3, 6)
        found[530] = Tag.of(530, 3, 2, 2)
    found.setdefault(339, Tag.of(339, 3, *([1] * coder.n_bands)))
    layout = (
        Tag.of(259, 3, coder.code),
        Tag.of(277, 3, coder.n_bands),
        Tag.of(284, 3, 2 if coder.is_planar else 1),
        *((Tag.of(317, 3, coder.predictor),) if coder.predictor > 1 else ()),
    )
    every = tuple(tag for code, tag in found.items() if code in _LEVEL_TAGS or code == 530)
    first = tuple(tag for code, tag in found.items() if code not in _LEVEL_TAGS and code != 530)
    return (*layout, *every), first


def _template(
    info: RasterInfo, bands: tuple[int, ...], link: RasterLink | None, crs: str | None, nodata: float | None
) -> bytes:
    """Return a tiny GeoTIFF with the content's description, written by GDAL."""
    chosen = [info.bands[band - 1] for band in bands]
    profile: dict[str, Any] = {"width": 16, "height": 16, "count": len(bands), "dtype": info.dtype}
    colors = [_COLORS.get(band.color, ColorInterp.undefined) for band in chosen]
    if colors[:3] == [ColorInterp.red, ColorInterp.green, ColorInterp.blue] and info.dtype in ("uint8", "uint16"):
        profile["photometric"] = "RGB"
    place = None if crs is None else CRS.from_user_input(crs)
    with rasterio.Env(GTIFF_WRITE_TOWGS84="NO"), MemoryFile() as memory:
        with memory.open(driver="GTiff", nodata=nodata, **profile, **_placed(link, place)) as made:
            made.colorinterp = colors
            made.descriptions = tuple(band.description for band in chosen)
            made.scales = tuple(band.scale for band in chosen)
            made.offsets = tuple(band.offset for band in chosen)
            made.units = tuple(band.unit or "" for band in chosen)
            if info.palette is not None and len(bands) == 1 and info.dtype == "uint8":
                made.write_colormap(1, dict(enumerate(info.palette)))
            if info.area_or_point == "point":
                made.update_tags(AREA_OR_POINT="Point")
            made.write(np.zeros((len(bands), 16, 16), info.dtype))
        return bytes(memory.read())


def _placed(link: RasterLink | None, crs: CRS | None) -> dict[str, Any]:
    """Return rasterio's arguments for where the copy lies."""
    match link:
        case Affine():
            return {"transform": Transform(link.a, link.b, link.c, link.d, link.e, link.f), "crs": crs}
        case Gcps():
            points = [GroundControlPoint(row=p.row, col=p.col, x=p.x, y=p.y, z=p.z) for p in link.points]
            return {"gcps": points, "crs": crs}
        case Rpc():
            return {"rpcs": _rpcs(link)}
        case None:
            return {} if crs is None else {"crs": crs}


def _rpcs(link: Rpc) -> RPC:
    return RPC(
        height_off=link.height_offset,
        height_scale=link.height_scale,
        lat_off=link.latitude_offset,
        lat_scale=link.latitude_scale,
        line_den_coeff=list(link.line_denominator),
        line_num_coeff=list(link.line_numerator),
        line_off=link.line_offset,
        line_scale=link.line_scale,
        long_off=link.longitude_offset,
        long_scale=link.longitude_scale,
        samp_den_coeff=list(link.sample_denominator),
        samp_num_coeff=list(link.sample_numerator),
        samp_off=link.sample_offset,
        samp_scale=link.sample_scale,
    )
