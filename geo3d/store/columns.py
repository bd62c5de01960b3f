"""Annotations as columns, on their way into a store: a batch is checked and turned into JSON and facets at once.

Per annotation this costs some microseconds, where the value classes would cost a hundred; the tests hold the result
against them.
"""

from __future__ import annotations

import math
import os
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import shapely

from geo3d.labels import AnnotationColumns, Attribute, AttributeValue, LabelClass, Ontology
from geo3d.labels.check import LabelProblem, problem_of_value

PROBLEMS_TOLD = 100
"""So many problems of a batch are told; the first one is enough to stop a load."""

_KINDS = {0: "point", 1: "polyline", 3: "polygon", 5: "multipolyline", 6: "multipolygon"}
"""Our kind of a shapely type id; other types have none."""
_TAG = -1
"""Type id that shapely gives to None."""
_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._:\-]{0,127}")
_VALUE_TYPES = frozenset({str, bool, int, float, type(None), tuple})
_FAST_TYPES: Mapping[str, frozenset[type]] = {
    "text": frozenset({str, type(None)}),
    "number": frozenset({int, float, type(None)}),
    "integer": frozenset({int, type(None)}),
    "boolean": frozenset({bool, type(None)}),
    "choice": frozenset({str, type(None)}),
}
"""Exact types that need no look at the single values (dates and several choices do)."""


@dataclass(frozen=True)
class PreparedRows:
    """A batch, ready to be stored. Carrier, n rows."""

    bodies: list[bytes]
    """JSON of each up to where the common tail begins, without a closing brace."""
    tail: bytes
    """What the JSON of all goes on with."""
    codes: list[int]
    bounds: npt.NDArray[np.float64]
    """(minx, miny, maxx, maxy) of each, NaN for tags; shape (n, 4)."""
    wkbs: list[bytes | None]


def new_ids(n: int, first: int = 0) -> list[str]:
    """Return new UUIDv7s in ascending order, as fast as an index can take them.

    Args:
        n: How many.
        first: Count of the first; go on from it for the next batch of the same load.

    Source: RFC 9562, 6.2, method 1 (a counter of 26 bits after the milliseconds, then 48 random bits).
    """
    ms, random = time.time_ns() // 1_000_000, os.urandom(6 * n).hex()
    prefix = f"{ms >> 16:08x}-{ms & 0xFFFF:04x}-7"
    return [
        f"{prefix}{count >> 14 & 0xFFF:03x}-{0x8000 | count & 0x3FFF:04x}-{random[12 * i : 12 * i + 12]}"
        for i, count in enumerate(range(first, first + n))
    ]


def problems_of_columns(columns: AnnotationColumns, ontology: Ontology, frames: Sequence[str]) -> list[LabelProblem]:
    """Return what the model, the ontology or the scene refuses, at most `PROBLEMS_TOLD` of it.

    Args:
        columns: The batch.
        ontology: Classes that it may use.
        frames: Ids of the scene's frames.
    """
    found: list[LabelProblem] = []
    for problem in _problems(columns, ontology, frames):
        found.append(problem)
        if len(found) == PROBLEMS_TOLD:
            break
    return found


def prepared_rows(
    columns: AnnotationColumns, scene: str, ids: Sequence[str], fids: Sequence[int], codes: Mapping[str, int]
) -> PreparedRows:
    """Turn a checked batch into what is stored.

    Args:
        columns: The batch.
        scene: Id of the scene.
        ids: Id of each.
        fids: Fid of each.
        codes: Class code by slug.

    Raises:
        TypeError: A value of `extra` or an integer beyond 64 bits cannot be JSON.
    """
    shapes = columns.geometries
    has_extra = columns.extra is not None and any(columns.extra)
    bodies = []
    for row, geometry in enumerate(_json_geometries(columns)):
        document: dict[str, Any] = {
            "id": ids[row],
            "fid": fids[row],
            "label": columns.labels[row],
            "geometry": geometry,
            "attributes": columns.attributes[row],
        }
        if has_extra and columns.extra is not None:
            document["extra"] = columns.extra[row]
        bodies.append(orjson.dumps(document)[:-1])
    return PreparedRows(
        bodies=bodies,
        tail=_tail(columns, scene, has_extra),
        codes=[codes[label] for label in columns.labels],
        bounds=shapely.bounds(shapes),
        wkbs=shapely.to_wkb(shapes, output_dimension=2, byte_order=1).tolist(),
    )


def _tail(columns: AnnotationColumns, scene: str, has_extra: bool) -> bytes:
    shared = {
        "kind": "annotation",
        "scene": scene,
        "sample": None,
        "thing": None,
        "state": "draft",
        "provenance": columns.provenance.model_dump(mode="json"),
    }
    if not has_extra:
        shared["extra"] = {}
    return b"," + orjson.dumps(shared)[1:-1]


def _problems(columns: AnnotationColumns, ontology: Ontology, frames: Sequence[str]) -> Iterator[LabelProblem]:
    n = len(columns)
    lengths = {len(columns.labels), len(columns.attributes), len(columns.ids or columns.labels)}
    if lengths | {len(columns.extra if columns.extra is not None else columns.labels)} != {n}:
        yield LabelProblem("", "columns", "the columns of a batch differ in length")
        return
    if columns.frame not in frames:
        yield LabelProblem("", "unknown-frame", f"the scene has no frame {columns.frame!r}")
    if columns.ids is not None:
        yield from _problems_of_ids(columns.ids)
    yield from _problems_of_shapes(columns)
    yield from _problems_of_values(columns)
    rows_of: dict[str, list[int]] = {}
    for row, label in enumerate(columns.labels):
        rows_of.setdefault(label, []).append(row)
    for slug, rows in rows_of.items():
        known = ontology.get(slug)
        if known is None:
            message = f"there is no class {slug!r} ({len(rows)} annotations have it)"
            yield LabelProblem(_name(columns, rows[0]), "unknown-class", message)
        elif known.retired:
            message = f"the class {known.title!r} was retired ({len(rows)} annotations have it)"
            yield LabelProblem(_name(columns, rows[0]), "retired-class", message)
        else:
            yield from _problems_of_class(columns, known, rows)


def _problems_of_ids(ids: Sequence[str]) -> Iterator[LabelProblem]:
    yield from (LabelProblem(id, "id", f"{id!r} cannot be an id") for id in ids if not _ID.fullmatch(id))
    if len(set(ids)) < len(ids):
        seen: set[str] = set()
        for id in ids:
            if id in seen:
                yield LabelProblem(id, "twice", f"the id {id!r} comes twice")
            seen.add(id)


def _problems_of_shapes(columns: AnnotationColumns) -> Iterator[LabelProblem]:
    shapes = columns.geometries
    types = shapely.get_type_id(shapes)
    for row in np.flatnonzero(~np.isin(types, [_TAG, *_KINDS])).tolist():
        name = shapes[row].geom_type
        yield LabelProblem(_name(columns, row), "geometry", f"a {name} is no kind of label; split it into its parts")
    for row in np.flatnonzero(shapely.is_empty(shapes) & (types != _TAG)).tolist():
        yield LabelProblem(_name(columns, row), "geometry", "the geometry is empty")
    for is_3d in (False, True):
        positions, rows = shapely.get_coordinates(shapes, include_z=is_3d, return_index=True)
        bad = ~np.isfinite(positions).all(axis=1)
        if is_3d:
            bad &= shapely.has_z(shapes)[rows]
        for row in np.unique(rows[bad]).tolist():
            yield LabelProblem(_name(columns, row), "geometry", "a position is not a finite number")


def _problems_of_values(columns: AnnotationColumns) -> Iterator[LabelProblem]:
    """Find attribute values that no attribute may have: other types, NaN."""
    types: set[type] = set()
    for attributes in columns.attributes:
        types.update(map(type, attributes.values()))
    is_odd: Callable[[Any], bool]
    if not types <= _VALUE_TYPES:
        is_odd = lambda value: type(value) not in _VALUE_TYPES  # noqa: E731
    elif float in types:
        is_odd = lambda value: type(value) is float and not math.isfinite(value)  # noqa: E731
    else:
        return
    for row, attributes in enumerate(columns.attributes):
        for name, value in attributes.items():
            if is_odd(value):
                message = f"{name!r} cannot be {value!r} ({type(value).__name__})"
                yield LabelProblem(_name(columns, row), "attribute-value", message)


def _problems_of_class(columns: AnnotationColumns, label: LabelClass, rows: Sequence[int]) -> Iterator[LabelProblem]:
    if label.geometries:
        types = shapely.get_type_id(columns.geometries[list(rows)])
        for kind_id in np.unique(types):
            kind = "tag" if kind_id == _TAG else _KINDS.get(int(kind_id), "")
            if kind not in label.geometries:
                row = rows[int(np.argmax(types == kind_id))]
                message = f"{label.title!r} may be {', '.join(label.geometries)}, not {kind}"
                yield LabelProblem(_name(columns, row), "geometry-not-allowed", message)
    for attribute in label.attributes:
        values = [columns.attributes[row].get(attribute.name) for row in rows]
        if not _is_fine(attribute, values):
            for row, value in zip(rows, values, strict=True):
                reason = problem_of_value(attribute, value)
                if reason is not None:
                    yield LabelProblem(_name(columns, row), "attribute-value", reason)


def _is_fine(attribute: Attribute, values: Sequence[AttributeValue]) -> bool:
    """Return True where a look at all values at once already says that every one fits."""
    fast = _FAST_TYPES.get(attribute.type)
    if fast is None or not set(map(type, values)) <= fast or (attribute.minimum, attribute.maximum) != (None, None):
        return all(value is None for value in values)
    return attribute.type != "choice" or set(values) <= {None, *attribute.choices}


def _name(columns: AnnotationColumns, row: int) -> str:
    return columns.ids[row] if columns.ids is not None else f"row {row}"


def _json_geometries(columns: AnnotationColumns) -> list[dict[str, Any] | None]:
    """Return each geometry as the model's JSON object, None for tags; type by type, since arrays are of one type."""
    shapes = columns.geometries
    found: list[dict[str, Any] | None] = [None] * len(shapes)
    types, has_z = shapely.get_type_id(shapes), shapely.has_z(shapes)
    for type_id, kind in _KINDS.items():
        for is_3d in (False, True):
            rows = np.flatnonzero((types == type_id) & (has_z == is_3d))
            if not len(rows):
                continue
            _, positions, offsets = shapely.to_ragged_array(shapes[rows], include_z=is_3d)
            fields = _FIELDS[kind](positions.tolist(), [level.tolist() for level in offsets])
            for row, values in zip(rows.tolist(), fields, strict=True):
                found[row] = {"kind": kind, "frame": columns.frame, **values}
    return found


Offsets = Sequence[Sequence[int]]
"""Where parts begin and end, for each level of nesting as shapely's ragged arrays have them: the innermost first."""


def _points(positions: list[Any], offsets: Offsets) -> Iterator[dict[str, Any]]:
    return ({"position": position} for position in positions)


def _polylines(positions: list[Any], offsets: Offsets) -> Iterator[dict[str, Any]]:
    return ({"path": path} for path in _split(positions, offsets[0]))


def _multipolylines(positions: list[Any], offsets: Offsets) -> Iterator[dict[str, Any]]:
    return ({"paths": paths} for paths in _split(_split(positions, offsets[0]), offsets[1]))


def _polygons(positions: list[Any], offsets: Offsets) -> Iterator[dict[str, Any]]:
    rings = _split(positions, offsets[0], 1)
    return ({"exterior": part[0], "holes": part[1:]} for part in _split(rings, offsets[1]))


def _multipolygons(positions: list[Any], offsets: Offsets) -> Iterator[dict[str, Any]]:
    parts = list(_polygons(positions, offsets))
    return ({"parts": several} for several in _split(parts, offsets[2]))


_FIELDS: Mapping[str, Callable[[list[Any], Offsets], Iterator[dict[str, Any]]]] = {
    "point": _points,
    "polyline": _polylines,
    "multipolyline": _multipolylines,
    "polygon": _polygons,
    "multipolygon": _multipolygons,
}


def _split(items: list[Any], offsets: Sequence[int], n_dropped: int = 0) -> list[list[Any]]:
    """Cut items at offsets, leaving out the last ones of each part (a ring's closing position)."""
    return [items[start : end - n_dropped] for start, end in pairwise(offsets)]
