"""Annotations as rows of a table: the columns that GeoJSON, GeoPackage and GeoParquet share.

Fixed columns say what geo3d knows of an annotation; each attribute is a column of its own, typed. The ontology and the
names of the columns travel beside the table (`Table.card`), so that the file reads back as it was.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any, Literal

import orjson

from geo3d.formats.base import Progress
from geo3d.formats.card import Card
from geo3d.formats.report import LossLog
from geo3d.formats.vector import counted, kind_of
from geo3d.geometry import Keypoints, MapFrame, PixelFrame, Polyline
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
    facts: list[tuple[str, Callable[[Annotation], Any]]] = field(default_factory=list)
    """The fixed columns that are there, and what gives their cells."""

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
        newest: datetime | None = None
        unmet = [name for name in FIXED if name not in used]
        for annotation in counted(dataset, progress):
            table.kinds[kind_of(annotation)] += 1
            at = annotation.provenance.at
            newest = at if newest is None or at > newest else newest
            if unmet:
                met = [name for name in unmet if _FACTS[name](annotation) is not None]
                used.update(met)
                unmet = [name for name in unmet if name not in met] if met else unmet
            for name, value in annotation.attributes.items():
                found = types.get(name)
                if found is None:
                    found = types[name] = set()
                if value is not None:
                    found.add(_date_or_text(value) if name in dates else _type_of(value))
        table.newest = newest.astimezone(UTC).isoformat() if newest is not None else ""
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
        table.facts = [(name, _FACTS[name]) for name in table.columns]
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
        row: dict[str, Any] = {name: fact(annotation) for name, fact in self.facts}
        if label is not None:
            row["class"], row["class_code"] = label.title, label.code
        if "width" in row:
            row["width"] = width
        values = annotation.attributes
        for name, column in self.of_attribute.items():
            value = values.get(name)
            row[column] = list(value) if isinstance(value, tuple) else value
        return row

    def card(self, dataset: Dataset, *, has_pixels: bool) -> dict[str, Any]:
        """Return what travels beside the table, as JSON.

        Args:
            dataset: What is written.
            has_pixels: Whether rows are in pixel frames, which have to travel too.
        """
        frames = [f for s in dataset.scenes for f in s.frames if isinstance(f, PixelFrame)] if has_pixels else []
        card = Card(
            ontology=dataset.ontology,
            attributes=self.of_attribute,
            types={column: self.columns[column] for column in self.of_attribute.values()},
            frames=tuple(frame.model_copy(update={"parent": None, "link": None}) for frame in frames),
            scenes=tuple({"id": scene.id, "title": scene.title} for scene in dataset.scenes),
        )
        return card.model_dump(mode="json")


def text_of(value: Any) -> str:
    """Return a list or JSON cell as text."""
    return orjson.dumps(value).decode()


_FACTS: Mapping[str, Callable[[Annotation], Any]] = {
    "geo3d_id": lambda a: a.id,
    "class": lambda a: a.label,
    "class_code": lambda a: None,
    "kind": kind_of,
    "state": lambda a: a.state,
    "scene": lambda a: a.scene,
    "frame": lambda a: a.geometry.frame if a.geometry is not None else None,
    "sample": lambda a: a.sample,
    "thing": lambda a: a.thing,
    "method": lambda a: a.provenance.method,
    "actor": lambda a: a.provenance.actor or None,
    "at": lambda a: a.provenance.at.isoformat(),
    "tool": lambda a: a.provenance.tool or None,
    "score": lambda a: a.provenance.score,
    "width": lambda a: a.geometry.width if isinstance(a.geometry, Polyline) else None,
    "keypoints": lambda a: _keypoint_names(a.geometry) if isinstance(a.geometry, Keypoints) else None,
    "sources": lambda a: list(a.provenance.sources) or None,
    "guideline": lambda a: a.provenance.guideline_version,
    "geo3d_extra": lambda a: a.extra or None,
}
"""Cell of an annotation in each fixed column."""


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
