"""Annotations as columns, on their way into a store: what the model, the ontology or the scene refuses of a batch."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import numpy as np
import shapely

from geo3d.labels import AnnotationColumns, Attribute, AttributeValue, LabelClass, Ontology, Scene
from geo3d.labels.check import LabelProblem, problem_of_value
from geo3d.store.facet import STATE_INDEX

PROBLEMS_TOLD = 100
"""So many problems of a batch are told; the first one is enough to stop a load."""

KINDS = {0: "point", 1: "polyline", 3: "polygon", 5: "multipolyline", 6: "multipolygon"}
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


def problems_of_columns(columns: AnnotationColumns, ontology: Ontology, scene: Scene) -> list[LabelProblem]:
    """Return what the model, the ontology or the scene refuses, at most `PROBLEMS_TOLD` of it.

    Args:
        columns: The batch.
        ontology: Classes that it may use.
        scene: Where they go, with its frames and samples.
    """
    found: list[LabelProblem] = []
    for problem in _problems(columns, ontology, scene):
        found.append(problem)
        if len(found) == PROBLEMS_TOLD:
            break
    return found


def _problems(columns: AnnotationColumns, ontology: Ontology, scene: Scene) -> Iterator[LabelProblem]:
    given = (columns.ids, columns.extra, columns.states, columns.provenances, columns.samples, columns.things)
    lengths = {len(column) for column in (columns.labels, columns.attributes, *given) if column is not None}
    if lengths != {len(columns)}:
        yield LabelProblem("", "columns", "the columns of a batch differ in length")
        return
    if columns.frame not in {frame.id for frame in scene.frames}:
        yield LabelProblem("", "unknown-frame", f"the scene has no frame {columns.frame!r}")
    n_samples = len(scene.samples)
    for row, sample in enumerate(columns.samples or ()):
        if sample is not None and not (type(sample) is int and 0 <= sample < n_samples):
            yield LabelProblem(_name(columns, row), "unknown-sample", f"the scene has no sample {sample}")
    for row, state in enumerate(columns.states or ()):
        if state not in STATE_INDEX:
            yield LabelProblem(_name(columns, row), "state", f"there is no state {state!r}")
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
    for row in np.flatnonzero(~np.isin(types, [_TAG, *KINDS])).tolist():
        name = shapes[row].geom_type
        yield LabelProblem(_name(columns, row), "geometry", f"a {name} is no kind of label; split it into its parts")
    for row in np.flatnonzero(shapely.is_empty(shapes) & (types != _TAG)).tolist():
        yield LabelProblem(_name(columns, row), "geometry", "the geometry is empty")
    has_z = shapely.has_z(shapes)
    for is_3d in (False, True):
        group = np.flatnonzero(has_z == is_3d)
        positions, rows = shapely.get_coordinates(shapes[group], include_z=is_3d, return_index=True)
        for row in np.unique(group[rows[~np.isfinite(positions).all(axis=1)]]).tolist():
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
            kind = "tag" if kind_id == _TAG else KINDS.get(int(kind_id), "")
            if kind not in label.geometries:
                row = rows[int(np.argmax(types == kind_id))]
                message = f"{label.title!r} may be {', '.join(label.geometries)}, not {kind}"
                yield LabelProblem(_name(columns, row), "geometry-not-allowed", message)
    for attribute in label.attributes:
        values = [columns.attributes[row].get(attribute.name) for row in rows]
        if attribute.required and columns.states is not None:
            for row, value in zip(rows, values, strict=True):
                if value is None and columns.states[row] != "draft":
                    message = f"{attribute.name!r} is required once it is {columns.states[row]}"
                    yield LabelProblem(_name(columns, row), "attribute-missing", message)
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
