"""Rows of a `Table` with their shapes as Arrow record batches: what GeoPackage and GeoParquet are written from."""

from __future__ import annotations

import datetime as dt
from collections.abc import Mapping, Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import shapely

from geo3d.formats.table import Table, Type, text_of

_TYPES: Mapping[Type, Any] = {
    "text": pa.string(), "integer": pa.int64(), "number": pa.float64(), "boolean": pa.bool_(), "date": pa.date32(),
    "json": pa.string(), "list": pa.list_(pa.string()),
}  # fmt: skip

_PROMOTED = {
    "Point": None,
    "LineString": 5,
    "Polygon": 6,
    "MultiLineString": None,
    "MultiPolygon": None,
    "MultiPoint": None,
}
"""WKB code of the multi-part type that a single part is promoted to."""


def schema_of(table: Table, geometry: str | None, *, has_lists: bool) -> Any:
    """Return the Arrow schema of a table.

    Args:
        table: The columns.
        geometry: Name of the WKB column; None = no geometry.
        has_lists: Lists as lists (Parquet); False = as JSON text (GeoPackage has no lists).
    """
    fields = [] if geometry is None else [pa.field(geometry, pa.binary())]
    for name, kind in table.columns.items():
        fields.append(pa.field(name, pa.string() if kind == "list" and not has_lists else _TYPES[kind]))
    return pa.schema(fields)


def record_batch(
    table: Table,
    rows: Sequence[Mapping[str, Any]],
    wkb: Sequence[bytes | None] | None,
    geometry: str | None,
    schema: Any,
    *,
    boxes: npt.NDArray[np.float64] | None = None,
) -> Any:
    """Return rows as a record batch.

    Args:
        table: The columns.
        rows: Cells as `Table.row` gives them.
        wkb: Geometry of each row; None where `geometry` is None.
        geometry: Name of the WKB column.
        schema: See `schema_of`; a struct field takes `boxes`.
        boxes: (minx, miny, maxx, maxy) of each row, NaN where it has none; shape (n, 4).
    """
    arrays = []
    for field in schema:
        if field.name == geometry:
            arrays.append(pa.array(wkb, pa.binary()))
            continue
        if boxes is not None and pa.types.is_struct(field.type):
            corners = [pa.array(column, from_pandas=True) for column in boxes.T]
            missing = pa.array(np.isnan(boxes[:, 0]))
            arrays.append(pa.StructArray.from_arrays(corners, fields=list(field.type), mask=missing))
            continue
        kind = table.columns[field.name]
        cells = [row[field.name] for row in rows]
        if kind == "json" or (kind == "list" and field.type == pa.string()):
            cells = [None if cell is None else text_of(cell) for cell in cells]
        elif kind == "date":
            cells = [None if cell is None else dt.date.fromisoformat(cell) for cell in cells]
        elif kind == "number":
            cells = [None if cell is None else float(cell) for cell in cells]
        arrays.append(pa.array(cells, field.type))
    return pa.record_batch(arrays, schema=schema)


def wkb_of(shapes: npt.NDArray[np.object_], *, promote: bool = False) -> list[bytes | None]:
    """Return little-endian ISO WKB of shapes; None stays None.

    Args:
        shapes: Shapely geometries, shape (n,).
        promote: Wrap lines and polygons as multi-parts of one, as a layer of one type wants them.
    """
    encoded = shapely.to_wkb(shapes, byte_order=1, flavor="iso").tolist()
    if not promote:
        return list(encoded)
    out = []
    for shape, wkb in zip(shapes, encoded, strict=True):
        code = _PROMOTED.get(shape.geom_type) if shape is not None else None
        if code is not None:
            head = (code + (1000 if shape.has_z else 0)).to_bytes(4, "little") + (1).to_bytes(4, "little")
            wkb = b"\x01" + head + wkb
        out.append(wkb)
    return out


def python_cells(column: Any) -> list[Any]:
    """Return an Arrow column as Python cells: dates and times as ISO text, bytes left out (None)."""
    kind = column.type
    if pa.types.is_binary(kind) or pa.types.is_large_binary(kind):
        return [None] * len(column)
    cells = column.to_pylist()
    if pa.types.is_temporal(kind):
        return [
            None if cell is None else cell.isoformat() if hasattr(cell, "isoformat") else str(cell) for cell in cells
        ]
    if pa.types.is_decimal(kind):
        return [None if cell is None else float(cell) for cell in cells]
    return list(cells)


def type_of(kind: Any) -> Type:
    """Return our word for an Arrow type."""
    if pa.types.is_boolean(kind):
        return "boolean"
    if pa.types.is_integer(kind):
        return "integer"
    if pa.types.is_floating(kind) or pa.types.is_decimal(kind):
        return "number"
    if pa.types.is_date(kind) or pa.types.is_timestamp(kind):
        return "date"
    if pa.types.is_list(kind) or pa.types.is_large_list(kind):
        return "list" if pa.types.is_string(kind.value_type) or pa.types.is_large_string(kind.value_type) else "json"
    return "json" if pa.types.is_nested(kind) else "text"
