"""Read GeoJSON feature by feature; a gigabyte of it needs a few megabytes."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path
from typing import Any

import numpy as np
import shapely

from geo3d.errors import CrsError, FormatError
from geo3d.formats.base import UNKNOWN, Batch, Imported, ReadContext
from geo3d.formats.card import Card
from geo3d.formats.jsonstream import ArrayStream
from geo3d.formats.read_rows import RowReader
from geo3d.formats.read_table import TablePlan, TableSurvey, rows_as_columns
from geo3d.formats.report import LossLog
from geo3d.geometry import Frame, MapFrame
from geo3d.geometry.array import Array
from geo3d.geometry.crs import code_of, crs_of
from geo3d.labels import Provenance, Scene, new_id

_BATCH = 8192
_KNOWN = ("type", "id", "geometry", "properties")
_DEPTHS = {"Point": 0, "MultiPoint": 1, "LineString": 1, "MultiLineString": 2, "Polygon": 2, "MultiPolygon": 3}
"""How many lists stand around one position."""


def read_geojson(source: Path, class_column: str, context: ReadContext) -> Imported:
    """Survey a GeoJSON file.

    Args:
        source: The file.
        class_column: Property that names the class; empty = guess.
        context: Progress.

    Raises:
        FormatError: It is no GeoJSON; the message names the feature.
    """
    if not source.is_file():
        raise FormatError(f"there is no file {source}")
    stream = ArrayStream(source, "features")
    survey = TableSurvey(class_column, source.name.split(".")[0])
    has_values = False
    for rows, _ in _batched(stream):
        columns = rows_as_columns([_properties(feature, place) for place, feature in rows])
        survey.add(columns)
        survey.n += len(rows) if not columns else 0
        has_values |= any(kind in ("box", "keypoints") for kind in columns.get("kind", ())) or "width" in columns
    top = _top(stream)
    survey.card = Card.read(top.get("geo3d"))
    log, frames = LossLog(), _frames(top, survey.card, source)
    plan, provenance = survey.plan(), Provenance(method="imported", tool="geojson", sources=(source.name,))
    scene = Scene(id=new_id(), title=survey.title, frames=frames)

    def batches() -> Iterator[Batch]:
        log.clear()
        named = frozenset(frame.id for frame in frames[1:])
        reader = RowReader(plan, "geojson", provenance, log, scene.id, named)
        yield from _batches(ArrayStream(source, "features"), reader, plan, frames[0].id, survey.n, context)

    members = {k: v for k, v in top.items() if k not in ("type", "features", "crs", "geo3d", "bbox")}
    return Imported(
        format="geojson",
        scene=scene,
        ontology=plan.ontology,
        n=survey.n,
        counts=plan.counts,
        batches=batches,
        losses=log,
        is_own=plan.is_own,
        has_values=has_values and plan.is_own,
        extra={"geojson": members} if members else {},
    )


def _batches(
    stream: ArrayStream, reader: RowReader, plan: TablePlan, frame: str, n: int, context: ReadContext
) -> Iterator[Batch]:
    done = 0
    for rows, _ in _batched(stream):
        places = [place for place, _ in rows]
        columns = rows_as_columns([_properties(feature, place) for place, feature in rows])
        shapes = np.empty(len(rows), dtype=object)
        shapes[:] = [shape_of(feature.get("geometry"), place) for place, feature in rows]
        extra = [_foreign(feature, is_own=plan.is_own) for _, feature in rows]
        yield from reader.batches(columns, shapes, frame, places, extra)
        done += len(rows)
        context.progress(min(1.0, done / max(1, n)))


def _batched(stream: ArrayStream) -> Iterator[tuple[list[tuple[str, dict[str, Any]]], None]]:
    """Iterate over lists of (place, feature); a file that is one feature or geometry is a list of one."""
    features = stream.elements()
    while batch := list(islice(features, _BATCH)):
        yield [(f"features[{i}]", _feature(element, f"features[{i}]")) for i, element in batch], None
    if not stream.has_array:
        kind = stream.rest.get("type")
        if kind == "Feature":
            yield [("feature", _feature(stream.rest, "feature"))], None
        elif kind in _DEPTHS or kind == "GeometryCollection":
            yield [("geometry", {"type": "Feature", "geometry": stream.rest, "properties": {}})], None
        elif kind != "FeatureCollection":
            raise FormatError(
                f"{stream.path.name} is no GeoJSON: its type is {kind!r}, not FeatureCollection or Feature"
            )
        else:
            raise FormatError(f"{stream.path.name} has no list of features")


def _top(stream: ArrayStream) -> dict[str, Any]:
    """Return the members of the collection itself."""
    if stream.has_array and stream.rest.get("type") != "FeatureCollection":
        raise FormatError(f"{stream.path.name}: its type is {stream.rest.get('type')!r}, not FeatureCollection")
    if not stream.has_array and stream.rest.get("type") != "Feature":
        return {"crs": stream.rest["crs"]} if "crs" in stream.rest else {}
    return {k: v for k, v in stream.rest.items() if stream.has_array or k in ("crs", "geo3d")}


def _feature(element: Any, place: str) -> dict[str, Any]:
    if not isinstance(element, dict) or element.get("type") != "Feature":
        kind = element.get("type") if isinstance(element, dict) else type(element).__name__
        raise FormatError(f"{place} is {kind!r}, not a Feature")
    return element


def _properties(feature: dict[str, Any], place: str) -> dict[str, Any]:
    properties = feature.get("properties")
    if properties is not None and not isinstance(properties, dict):
        raise FormatError(f"{place}.properties is {type(properties).__name__}, not an object")
    return properties or {}


def _foreign(feature: dict[str, Any], *, is_own: bool) -> dict[str, Any]:
    """Return the members of a feature that geo3d has no word for."""
    kept: dict[str, Any] = {}
    members = {k: v for k, v in feature.items() if k not in _KNOWN}
    if members:
        kept["members"] = members
    own_id = (feature.get("properties") or {}).get("geo3d_id") if is_own else None
    if "id" in feature and feature["id"] != own_id:
        kept["id"] = feature["id"]
    return kept


def _frames(top: dict[str, Any], card: Card | None, source: Path) -> tuple[Frame, ...]:
    """Return the file's frame first, then pixel frames that geo3d wrote down."""
    if "crs" not in top:
        return (MapFrame(id="map.EPSG-4326", crs="EPSG:4326"),)
    member = top["crs"]
    if member is None:
        return (UNKNOWN, *(card.frames if card is not None else ()))
    name = _crs_name(member)
    if name is None:
        raise FormatError(
            f"{source.name}: crs is {str(member)[:80]!r}, which names no system; import it with crs=EPSG:…"
        )
    if "CRS84" in name.upper():
        name = "EPSG:4326"
    try:
        return (MapFrame(id="map.file", crs=code_of(crs_of(name))),)
    except CrsError as error:
        raise CrsError(f"{source.name}: crs: {error.message}") from None


def _crs_name(member: Any) -> str | None:
    """Return what a `crs` member of GeoJSON 2008 says: ``{"type": "name"}`` or the older ``{"type": "EPSG"}``."""
    properties = member.get("properties") if isinstance(member, dict) else None
    if not isinstance(properties, dict):
        return None
    if str(member.get("type")).upper() == "EPSG" and str(properties.get("code")).isdigit():
        return f"EPSG:{properties['code']}"
    name = properties.get("name")
    return name if isinstance(name, str) else None


def shape_of(geometry: Any, place: str) -> shapely.Geometry | None:
    """Return a GeoJSON geometry as a shapely geometry; None for null, an empty collection where positions are too few.

    Raises:
        FormatError: It is no geometry; the message names the place.
    """
    if geometry is None:
        return None
    if not isinstance(geometry, dict):
        raise FormatError(f"{place}.geometry is {type(geometry).__name__}, not an object")
    kind = geometry.get("type")
    if kind == "GeometryCollection":
        return shapely.GeometryCollection([shapely.Point(0, 0)])
    depth = _DEPTHS.get(kind) if isinstance(kind, str) else None
    if depth is None:
        raise FormatError(f"{place}.geometry.type is {kind!r}, which GeoJSON does not know")
    where = f"{place}.geometry.coordinates"
    nested = geometry.get("coordinates")
    if not isinstance(nested, list):
        raise FormatError(f"{where} is {type(nested).__name__}, not a list")
    if not nested:
        return shapely.from_wkt(f"{str(kind).upper()} EMPTY")
    try:
        return _build(str(kind), nested, where)
    except (shapely.errors.GEOSException, ValueError):
        return shapely.GeometryCollection()


def _path(nested: Any, where: str) -> Array:
    """Return positions as an array (n, 2) or (n, 3); further numbers are left out."""
    if not isinstance(nested, list) or not nested:
        raise FormatError(f"{where} is no list of positions")
    try:
        array = np.array(nested, dtype=np.float64)
    except (ValueError, TypeError):
        array = np.empty(0)
    if array.ndim != 2 or array.shape[1] < 2 or not np.isfinite(array).all():  # numpy takes null for NaN
        array = _uneven(nested, where)
    return array[:, :3]


def _uneven(nested: list[Any], where: str) -> Array:
    """Return positions of which some have heights and some have not (those get 0); find what is no position."""
    for i, position in enumerate(nested):
        numbers = position if isinstance(position, list) else ()
        if len(numbers) < 2 or not all(isinstance(n, int | float) and not isinstance(n, bool) for n in numbers):
            raise FormatError(f"{where}[{i}] is {str(position)[:40]!r}, not a position of two or three numbers")
    return np.array([(position + [0.0])[:3] for position in nested], dtype=np.float64)


def _ring(nested: Any, where: str) -> Array:
    path = _path(nested, where)
    return path if np.array_equal(path[0], path[-1]) and len(path) > 3 else _closed(path, where)


def _closed(path: Array, where: str) -> Array:
    """Return a ring that its writer forgot to close."""
    if len(path) < 3:
        raise ValueError("a ring needs three positions")
    return np.vstack([path, path[:1]])


def _area(nested: Any, where: str) -> shapely.Polygon:
    if not isinstance(nested, list) or not nested:
        raise FormatError(f"{where} is no list of rings")
    rings = [_ring(ring, f"{where}[{i}]") for i, ring in enumerate(nested)]
    return shapely.Polygon(rings[0], rings[1:] or None)


def _build(kind: str, nested: list[Any], where: str) -> shapely.Geometry:
    match kind:
        case "Point":
            return shapely.Point(_path([nested], where)[0])
        case "MultiPoint":
            return shapely.MultiPoint(_path(nested, where))
        case "LineString":
            return shapely.LineString(_path(nested, where))
        case "MultiLineString":
            return shapely.MultiLineString(
                [shapely.LineString(_path(p, f"{where}[{i}]")) for i, p in enumerate(nested)]
            )
        case "Polygon":
            return _area(nested, where)
        case _:
            return shapely.MultiPolygon([_area(part, f"{where}[{i}]") for i, part in enumerate(nested)])
