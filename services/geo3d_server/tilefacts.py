"""What the tile application says about a raster beside its pixels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import cache
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

import numpy as np
import orjson

from geo3d.errors import CrsError, OptionError
from geo3d.geometry.crs import converted
from geo3d.geometry.transform import parent_from_pixel, pixel_from_parent
from geo3d.raster import colormap
from geo3d.raster.encode import MEDIA_TYPES
from geo3d.raster.grid import CELL, NATIVE, WEB_MERCATOR
from geo3d.raster.statistics import statistics_of
from geo3d.raster.style import Style
from geo3d.raster.tilejson import tilejson, zooms
from geo3d.raster.wmts import capabilities
from geo3d_server.served import Served

Fact = Callable[[Served, str, str], tuple[str, bytes]]
"""(raster, query, address of the raster) -> (media type, body)."""

_JSON: Final = "application/json"


@cache
def colormaps() -> bytes:
    """Return all ramps as JSON: name -> 256 colours ``rrggbb``."""
    return orjson.dumps({name: [bytes(color).hex() for color in colormap.colors(name)] for name in colormap.names()})


def _info(served: Served, _query: str, _here: str) -> tuple[str, bytes]:
    grids: dict[str, Any] = {}
    for name in (NATIVE, WEB_MERCATOR):
        try:
            low, high = zooms(served.reader, served.grid(name), CELL)
        except CrsError:
            continue
        grids[name] = {"min_zoom": low, "max_zoom": high}
    document = {
        "version": served.version,
        "info": orjson.Fragment(served.info.model_dump_json()),
        "grids": grids,
    }
    return _JSON, orjson.dumps(document)


def _value(served: Served, query: str, _here: str) -> tuple[str, bytes]:
    given = dict(parse_qsl(query))
    unknown = set(given) - {"col", "row", "x", "y", "crs"}
    if unknown:
        raise OptionError(f"a value has the parameters col, row or x, y, crs, not {unknown.pop()!r}")
    col, row = _pixel(served, given)
    found = served.raster.value(col, row)
    document = orjson.loads(found.model_dump_json())
    document["position"] = [col, row]
    if served.info.link is not None:
        document["xy"] = _finite(parent_from_pixel(served.info.link, np.array([[col, row]]), strict=False)[0].tolist())
    return _JSON, orjson.dumps(document)


def _pixel(served: Served, given: Mapping[str, str]) -> tuple[float, float]:
    """Return the native position that a query names."""
    try:
        if "col" in given:
            return float(given["col"]), float(given["row"])
        position = np.array([[float(given["x"]), float(given["y"])]])
    except (KeyError, ValueError):
        raise OptionError(
            "give col and row, or x and y (with crs, unless it is the raster's own), as numbers"
        ) from None
    info = served.info
    if info.link is None or info.crs is None:
        raise CrsError("this raster does not say where it lies; ask with col and row")
    here = converted(info.crs, given.get("crs", info.crs), position)
    col, row = pixel_from_parent(info.link, here)[0].tolist()
    return col, row


def _finite(numbers: list[float]) -> list[float] | None:
    return numbers if np.isfinite(numbers).all() else None


def _statistics(served: Served, query: str, _here: str) -> tuple[str, bytes]:
    given = dict(parse_qsl(query))
    try:
        bands = tuple(int(part) for part in given.get("bands", "").split(",") if part)
    except ValueError:
        bands = (0,)
    if set(given) - {"bands"} or any(not 1 <= band <= len(served.info.bands) for band in bands):
        raise OptionError(f"bands: give numbers from 1 to {len(served.info.bands)}, separated by commas")
    return _JSON, statistics_of(served.raster, bands).model_dump_json().encode()


def _tilejson(served: Served, query: str, here: str) -> tuple[str, bytes]:
    given = parse_qsl(query, keep_blank_values=True)
    named = dict(given)
    grid, kind, size = named.get("grid", WEB_MERCATOR), named.get("format", "png"), named.get("size", "256")
    if kind not in MEDIA_TYPES or size not in ("256", "512"):
        raise OptionError("format is png, jpg or webp; size is 256 or 512")
    style = Style.from_query(urlencode([pair for pair in given if pair[0] not in ("grid", "format", "size")])).query
    rest = "&".join(part for part in (style, f"size={size}" if size != "256" else "") if part)
    template = f"{here}/{served.version}/{grid}/{{z}}/{{x}}/{{y}}.{kind}" + (f"?{rest}" if rest else "")
    document = tilejson(served.reader, served.grid(grid), template, _title(served), int(size))
    return _JSON, orjson.dumps(document)


_OGC_KEYS: Final = {"service", "request", "version", "acceptversions"}
"""What QGIS adds to the address of a capabilities document (``SERVICE=WMTS&REQUEST=GetCapabilities``)."""


def _wmts(served: Served, query: str, here: str) -> tuple[str, bytes]:
    given = parse_qsl(query, keep_blank_values=True)
    style = Style.from_query(urlencode([pair for pair in given if pair[0].lower() not in _OGC_KEYS])).query
    document = capabilities(served.reader, f"{here}/{served.version}", _title(served), style)
    return "application/xml", document.encode()


def _title(served: Served) -> str:
    return "raster" if served.path is None else served.path.name


FACTS: Final[Mapping[str, Fact]] = {
    "info": _info,
    "value": _value,
    "statistics": _statistics,
    "tilejson.json": _tilejson,
    "wmts": _wmts,
}
