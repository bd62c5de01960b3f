"""Annotations as rows of a table: the columns that GeoJSON, GeoPackage and GeoParquet share.

Fixed columns say what geo3d knows of an annotation; each attribute is a column of its own, typed. The ontology and the
names of the columns travel beside the table (`Table.card`), so that the file reads back as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date
from typing import Any, Literal

import orjson

from geo3d.formats.base import Progress
from geo3d.formats.report import LossLog
from geo3d.formats.vector import counted, kind_of
from geo3d.geometry import Frame, Keypoints, MapFrame, Polyline
from geo3d.labels import Annotation, AttributeValue, Dataset, LabelClass

Type = Literal["text", "integer", "number", "boolean", "date", "list", "json"]
"""Type of a column. ``json`` holds values of several types, each cell as JSON."""

FIXED: Mapping[str, Type] = {
    "geo3d_id": "text",
    "class": "text",
    "class_code": "integer",
    "kind": "text",
    "state": "text",
    "scene": "text",
    "frame": "text",
    "sample": "integer",
    "thing": "text",
    "method": "text",
    "actor": "text",
    "at": "text",
    "tool": "text",
    "score": "number",
    "width": "number",
    "keypoints": "json",
    "sources": "list",
    "guideline": "integer",
    "geo3d_extra": "json",
}
"""Columns of every table. All but the first seven are left out where no annotation has a value for them."""

_ALWAYS = ("geo3d_id", "class", "class_code", "kind", "state")
_OF_TYPE: Mapping[str, Type] = {
    "text": "text", "number": "number", "integer": "integer", "boolean": "boolean", "choice": "text",
    "choices": "list", "date": "date",
}  # fmt: skip


@dataclass
class Table:
    """Which columns a table has; found by one pass over the annotations."""

    columns: dict[str, Type] = field(default_factory=dict)
    """Column name -> type, in order: fixed ones first, then attributes by name."""
    of_attribute: dict[str, str] = field(default_factory=dict)
    """Attribute name -> column name."""
    kinds: Counter[str] = field(default_factory=Counter)
    """Annotations of each geometry kind, ``tag`` included."""
    newest: str = ""
    """When the newest annotation was made, ISO 8601, UTC: the only time that is written, so that equal labels give
    equal files."""
    classes: dict[str, LabelClass] = field(default_factory=dict)

    @classmethod
    def survey(cls, dataset: Dataset, log: LossLog, progress: Progress, *, reserved: Iterable[str] = ()) -> Table:
        """Find the columns.

        Args:
            dataset: What will be written.
            log: Told of columns that had to be renamed.
            progress: Told the fraction done.
            reserved: Names (any case) that the format keeps for itself: ``fid``, ``geom``.
        """
        table = cls(classes={c.slug: c for c in dataset.ontology.classes})
        types: dict[str, set[Type]] = {}
        dates = {a.name for c in dataset.ontology.classes for a in c.attributes if a.type == "date"}
        used: set[str] = set(_ALWAYS)
        for annotation in counted(dataset, progress):
            table.kinds[kind_of(annotation)] += 1
            table.newest = max(table.newest, annotation.provenance.at.astimezone(UTC).isoformat())
            used.update(name for name, value in _facts(annotation).items() if value is not None)
            for name, value in annotation.attributes.items():
                found = types.setdefault(name, set())
                if value is not None:
                    found.add(_date_or_text(value) if name in dates else _type_of(value))
        for label in dataset.ontology.classes:
            for attribute in label.attributes:
                found = types.setdefault(attribute.name, set())
                if not found or (found == {"integer"} and attribute.type == "number"):
                    found.add(_OF_TYPE[attribute.type])
        if len(dataset.scenes) < 2:
            used.discard("scene")
        if all(isinstance(frame, MapFrame) for scene in dataset.scenes for frame in scene.frames):
            used.discard("frame")
        table.columns = {name: kind for name, kind in FIXED.items() if name in used}
        table._add_attributes(types, {name.casefold() for name in (*FIXED, *reserved)}, log)
        return table

    def _add_attributes(self, types: Mapping[str, set[Type]], taken: set[str], log: LossLog) -> None:
        for name in sorted(types):
            column, n = name, 1
            while column.casefold() in taken:
                n += 1
                column = f"{name}_{n}"
            taken.add(column.casefold())
            if column != name:
                log.warn(f"the attribute {name!r} is in column {column!r}: its own name is taken")
            self.of_attribute[name] = column
            self.columns[column] = _one_type(types[name])

    @property
    def n(self) -> int:
        """Annotations that the pass met."""
        return self.kinds.total()

    def row(self, annotation: Annotation, width: float | None = None) -> dict[str, Any]:
        """Return the cells of an annotation by column; JSON cells are Python values still.

        Args:
            annotation: Whose cells.
            width: Width of a line in units of the file; None = it has none.
        """
        label = self.classes.get(annotation.label)
        facts = _facts(annotation)
        facts["class"] = label.title if label else annotation.label
        facts["class_code"] = label.code if label else None
        facts["width"] = width
        row = {name: facts[name] for name in self.columns if name in FIXED}
        values = annotation.attributes
        for name, column in self.of_attribute.items():
            value = values.get(name)
            row[column] = list(value) if isinstance(value, tuple) else value
        return row

    def card(self, dataset: Dataset, frames: Iterable[Frame] = ()) -> dict[str, Any]:
        """Return what travels beside the table: classes, column names, frames without a CRS."""
        return {
            "version": 1,
            "ontology": dataset.ontology.model_dump(mode="json"),
            "attributes": self.of_attribute,
            "types": {column: self.columns[column] for column in self.of_attribute.values()},
            "frames": [frame.model_dump(mode="json") for frame in frames],
            "scenes": [{"id": scene.id, "title": scene.title} for scene in dataset.scenes],
        }


def text_of(value: Any) -> str:
    """Return a list or JSON cell as text."""
    return orjson.dumps(value).decode()


def _facts(annotation: Annotation) -> dict[str, Any]:
    """Return the fixed cells of an annotation."""
    p, geometry = annotation.provenance, annotation.geometry
    return {
        "geo3d_id": annotation.id,
        "class": annotation.label,
        "class_code": None,
        "kind": kind_of(annotation),
        "state": annotation.state,
        "scene": annotation.scene,
        "frame": geometry.frame if geometry is not None else None,
        "sample": annotation.sample,
        "thing": annotation.thing,
        "method": p.method,
        "actor": p.actor or None,
        "at": p.at.isoformat(),
        "tool": p.tool or None,
        "score": p.score,
        "width": geometry.width if isinstance(geometry, Polyline) else None,
        "keypoints": _keypoint_names(geometry) if isinstance(geometry, Keypoints) else None,
        "sources": list(p.sources) or None,
        "guideline": p.guideline_version,
        "geo3d_extra": annotation.extra or None,
    }


def _keypoint_names(geometry: Keypoints) -> list[dict[str, object]]:
    return [{"name": p.name, "visible": p.visible, "labelled": p.position is not None} for p in geometry.points]


def _type_of(value: AttributeValue) -> Type:
    match value:
        case bool():
            return "boolean"
        case int():
            return "integer" if -(2**63) <= value < 2**63 else "json"
        case float():
            return "number"
        case tuple():
            return "list"
        case _:
            return "text"


def _date_or_text(value: AttributeValue) -> Type:
    """Return ``date`` for a plain calendar day; a moment with a time stays text, so that its zone is kept."""
    try:
        return "date" if isinstance(value, str) and date.fromisoformat(value).isoformat() == value else _type_of(value)
    except ValueError:
        return "text"


def _one_type(found: set[Type]) -> Type:
    """Return the type that holds all of these."""
    if len(found) == 1:
        return next(iter(found))
    if found == {"integer", "number"}:
        return "number"
    return "json" if found - {"date", "text"} else "text"
