"""Describe a raster's tiles to GIS programs: the capabilities document of a Web Map Tile Service.

Source: OGC 07-057r7, Web Map Tile Service 1.0.0 (RESTful resources); scale denominators count 0.28 mm per pixel.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from xml.etree import ElementTree as Xml

from geo3d.errors import CrsError
from geo3d.geometry.crs import crs_of, degrees_per_unit, is_geographic, metres_per_unit
from geo3d.geometry.frame import Affine
from geo3d.raster.grid import CELL, NATIVE, WEB_MERCATOR, Grid, NativeGrid, matrix_grid
from geo3d.raster.info import RasterInfo
from geo3d.raster.tile import TileReader
from geo3d.raster.tilejson import bounds_lonlat, zooms

_PIXEL_M = 0.00028
_DEGREE_M = math.pi * 6378137.0 / 180.0
_NAMESPACES = {
    "": "http://www.opengis.net/wmts/1.0",
    "ows": "http://www.opengis.net/ows/1.1",
    "xlink": "http://www.w3.org/1999/xlink",
}
_FORMATS = {"png": "image/png", "jpg": "image/jpeg", "webp": "image/webp"}


@dataclass(frozen=True)
class Matrix:
    """One zoom of a grid as WMTS states it."""

    zoom: int
    scale_denominator: float
    left: float
    """x of the first tile's outer corner, in the CRS's x-y order."""
    top: float
    columns: int
    rows: int
    used: tuple[int, int, int, int]
    """(first row, last row, first column, last column) in which the raster lies."""


def capabilities(reader: TileReader, base: str, title: str, query: str) -> str:
    """Return the WMTS capabilities document of one raster.

    Args:
        reader: The raster; its native grid is offered where it is north-up with square pixels and an EPSG code.
        base: Address of the raster's tiles, without a slash at the end: ``https://host/api/tiles/ASSET/VERSION``.
        title: Name for people.
        query: Style of the tiles, without ``?``.
    """
    for prefix, uri in _NAMESPACES.items():
        Xml.register_namespace(prefix, uri)
    root = Xml.Element(_q("Capabilities"), {"version": "1.0.0"})
    service = Xml.SubElement(root, _q("ows:ServiceIdentification"))
    for tag, text in (("Title", title), ("ServiceType", "OGC WMTS"), ("ServiceTypeVersion", "1.0.0")):
        Xml.SubElement(service, _q(f"ows:{tag}")).text = text
    contents = Xml.SubElement(root, _q("Contents"))
    grids = [grid for grid in (native_map_grid(reader.info), matrix_grid(WEB_MERCATOR)) if grid is not None]
    matrices = {grid.name: found for grid in grids if (found := _matrices(reader, grid))}
    _add_layer(contents, reader.info, matrices, base, title, query)
    for grid in grids:
        if grid.name in matrices:
            _add_set(contents, grid, matrices[grid.name], reader.info)
    Xml.indent(root)
    return '<?xml version="1.0" encoding="UTF-8"?>\n' + Xml.tostring(root, encoding="unicode") + "\n"


def native_map_grid(info: RasterInfo) -> Grid | None:
    """Return the native grid if WMTS can state it: north-up, square pixels, a CRS with an EPSG code."""
    link = info.link
    if (
        not isinstance(link, Affine)
        or link.b
        or link.d
        or link.a <= 0
        or not math.isclose(link.a, -link.e, rel_tol=1e-9)
    ):
        return None
    if info.crs is None or not info.crs.startswith("EPSG:") or "+" in info.crs:
        return None
    return NativeGrid(info.width, info.height)


def _matrices(reader: TileReader, grid: Grid) -> list[Matrix]:
    """Return the zooms of a grid in which the raster is worth looking at."""
    try:
        low, high = zooms(reader, grid, CELL)
    except CrsError:
        return []
    crs = crs_of(str(reader.info.crs if grid.crs is None else grid.crs))
    unit_m = degrees_per_unit(crs) * _DEGREE_M if is_geographic(crs) else metres_per_unit(crs) or 1.0
    link = reader.info.link if grid.crs is None else Affine(a=1, b=0, c=0, d=0, e=1, f=0)
    assert isinstance(link, Affine)
    bounds = reader.plane_bounds(grid)
    found: list[Matrix] = []
    for z in range(min(low, grid.min_zoom) if grid.crs is None else grid.min_zoom, high + 1):
        first, (columns, rows) = grid.cell(z, 0, 0), grid.shape(z)
        used = (0, rows - 1, 0, columns - 1)
        if grid.crs is not None and bounds is not None:
            used = _used(first.left, first.top, first.width, bounds, columns, rows)
        scale = first.width / CELL * link.a * unit_m / _PIXEL_M
        left, top = link.a * first.left + link.c, link.e * first.top + link.f
        found.append(Matrix(z, scale, left, top, columns, rows, used))
    return found


def _used(
    left: float, top: float, side: float, bounds: tuple[float, float, float, float], columns: int, rows: int
) -> tuple[int, int, int, int]:
    def clamp(value: float, n: int) -> int:
        return min(max(math.floor(value), 0), n - 1)

    return (
        clamp((top - bounds[3]) / side, rows),
        clamp((top - bounds[1]) / side, rows),
        clamp((bounds[0] - left) / side, columns),
        clamp((bounds[2] - left) / side, columns),
    )


def _add_layer(
    contents: Xml.Element, info: RasterInfo, matrices: dict[str, list[Matrix]], base: str, title: str, query: str
) -> None:
    layer = Xml.SubElement(contents, _q("Layer"))
    Xml.SubElement(layer, _q("ows:Title")).text = title
    bounds = bounds_lonlat(info)
    if bounds is not None:
        box = Xml.SubElement(layer, _q("ows:WGS84BoundingBox"))
        Xml.SubElement(box, _q("ows:LowerCorner")).text = f"{bounds[0]!r} {bounds[1]!r}"
        Xml.SubElement(box, _q("ows:UpperCorner")).text = f"{bounds[2]!r} {bounds[3]!r}"
    Xml.SubElement(layer, _q("ows:Identifier")).text = "raster"
    style = Xml.SubElement(layer, _q("Style"), {"isDefault": "true"})
    Xml.SubElement(style, _q("ows:Identifier")).text = "default"
    for media_type in _FORMATS.values():
        Xml.SubElement(layer, _q("Format")).text = media_type
    for name, zoom_levels in matrices.items():
        link = Xml.SubElement(layer, _q("TileMatrixSetLink"))
        Xml.SubElement(link, _q("TileMatrixSet")).text = name
        limits = Xml.SubElement(link, _q("TileMatrixSetLimits"))
        for matrix in zoom_levels:
            one = Xml.SubElement(limits, _q("TileMatrixLimits"))
            Xml.SubElement(one, _q("TileMatrix")).text = str(matrix.zoom)
            for tag, value in zip(("MinTileRow", "MaxTileRow", "MinTileCol", "MaxTileCol"), matrix.used, strict=True):
                Xml.SubElement(one, _q(tag)).text = str(value)
    for suffix, media_type in _FORMATS.items():
        path = "{TileMatrixSet}/{TileMatrix}/{TileCol}/{TileRow}." + suffix
        template = f"{base}/{path}" + (f"?{query}" if query else "")
        Xml.SubElement(layer, _q("ResourceURL"), {"format": media_type, "resourceType": "tile", "template": template})


def _add_set(contents: Xml.Element, grid: Grid, matrices: list[Matrix], info: RasterInfo) -> None:
    crs = str(info.crs if grid.name == NATIVE else grid.crs)
    authority, _, code = crs.partition(":")
    tms = Xml.SubElement(contents, _q("TileMatrixSet"))
    Xml.SubElement(tms, _q("ows:Identifier")).text = grid.name
    Xml.SubElement(tms, _q("ows:SupportedCRS")).text = f"urn:ogc:def:crs:{authority}::{code}"
    directions = [axis.direction.lower() for axis in crs_of(crs).axis_info]
    is_turned = directions[:1] in (["north"], ["south"]) and directions[1:2] in (["east"], ["west"])
    for matrix in matrices:
        one = Xml.SubElement(tms, _q("TileMatrix"))
        Xml.SubElement(one, _q("ows:Identifier")).text = str(matrix.zoom)
        Xml.SubElement(one, _q("ScaleDenominator")).text = repr(matrix.scale_denominator)
        corner = (matrix.top, matrix.left) if is_turned else (matrix.left, matrix.top)
        Xml.SubElement(one, _q("TopLeftCorner")).text = f"{corner[0]!r} {corner[1]!r}"
        for tag, value in (
            ("TileWidth", CELL),
            ("TileHeight", CELL),
            ("MatrixWidth", matrix.columns),
            ("MatrixHeight", matrix.rows),
        ):
            Xml.SubElement(one, _q(tag)).text = str(value)


def _q(name: str) -> str:
    """Return a name with its namespace: ``ows:Title``."""
    prefix, _, local = name.rpartition(":")
    return f"{{{_NAMESPACES[prefix]}}}{local}"
