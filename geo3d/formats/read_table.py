"""Rows of a vector file as annotations: which column is the class, what the others are, what geo3d wrote itself."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import orjson

from geo3d.errors import FormatError
from geo3d.formats.card import Card
from geo3d.formats.table import FIXED, Type
from geo3d.labels import Attribute, Ontology

CLASS_COLUMNS = (
    "class",
    "label",
    "category",
    "class_name",
    "classname",
    "label_name",
    "category_name",
    "klass",
    "type",
)
"""Names under which foreign files keep the class, by preference; any case."""
MOST_CLASSES = 256
"""A column with more different values than this is no class column, unless it is asked for."""

Columns = Mapping[str, Sequence[Any]]
"""Cells of some rows by column name; all of one length."""

_ATTRIBUTE_TYPES: Mapping[Type, str] = {"integer": "integer", "number": "number", "boolean": "boolean", "date": "date"}


@dataclass
class TableSurvey:
    """What one pass over the cells of a file finds."""

    class_column: str
    """The column that the person chose; empty = guess."""
    title: str
    """Class title of rows without a class: the layer's or file's name."""
    card: Card | None = None
    """What geo3d wrote beside the table, where it did."""
    n: int = 0
    types: dict[str, set[Type]] = field(default_factory=dict)
    """Types seen in each column, nulls apart."""
    values: dict[str, Counter[Any]] = field(default_factory=dict)
    """How often each value of a column that may be the class was seen."""

    def add(self, columns: Columns) -> None:
        """Look at some rows."""
        self.n += len(next(iter(columns.values()), ()))
        for name, cells in columns.items():
            found = self.types.setdefault(name, set())
            found |= {_type_of(cell) for cell in _samples(cells)}
            if self._may_be_class(name):
                counter = self.values.setdefault(name, Counter())
                if len(counter) <= MOST_CLASSES or name in (self.class_column, "class_code"):
                    counter.update(cell if isinstance(cell, str | int | float) else None for cell in cells)

    def add_typed(self, n: int, types: Mapping[str, Type], values: Mapping[str, Counter[Any]]) -> None:
        """Take the facts from a file that tells them: row count, type of each column, values of possible classes."""
        self.n += n
        for name, kind in types.items():
            self.types.setdefault(name, set()).add(kind)
        for name, counter in values.items():
            self.values.setdefault(name, Counter()).update(counter)

    def candidates(self, names: Iterable[str]) -> list[str]:
        """Return the columns whose values must be counted before `plan`."""
        return [name for name in names if self._may_be_class(name)]

    def _may_be_class(self, name: str) -> bool:
        return name == self.class_column or (not self.class_column and name.casefold() in CLASS_COLUMNS)

    @property
    def is_own(self) -> bool:
        """True where geo3d wrote the rows."""
        return "geo3d_id" in self.types and "class" in self.types

    def chosen(self) -> str | None:
        """Return the class column; None = there is none.

        Raises:
            FormatError: The chosen column is not in the file.
        """
        if self.class_column:
            if self.class_column not in self.types and self.n:
                there = ", ".join(self.types) or "none"
                raise FormatError(
                    f"there is no column {self.class_column!r} to take the class from; there are: {there}"
                )
            return self.class_column
        if self.is_own:
            return "class"
        fitting = [
            name
            for name, counter in self.values.items()
            if len(counter) <= MOST_CLASSES and any(_title(value) for value in counter)
        ]
        return min(fitting, key=lambda name: CLASS_COLUMNS.index(name.casefold()), default=None)

    def plan(self, before: Ontology | None = None) -> TablePlan:
        """Decide how rows become annotations.

        Args:
            before: Classes that other tables of the file brought; None = none.
        """
        column = self.chosen()
        counter = self.values.get(column, Counter()) if column else Counter({None: self.n})
        card = (self.card if self.is_own else None) or Card()
        ontology = before or card.ontology
        columns = {column: name for name, column in card.attributes.items()}
        consumed = set(FIXED) if self.is_own else set()
        attributes = {
            name: columns.get(name, name)[:120]
            for name in self.types
            if name and name != column and name not in consumed and "json" not in self.types[name]
        }
        nested = [n for n in self.types if n not in attributes and n != column and n not in consumed]
        types = {name: self.types[name] for name in (*attributes, *nested)}
        slugs: dict[Any, str] = {}
        counts: Counter[str] = Counter()
        known = tuple(
            Attribute.model_validate(_attribute(attributes[n], types[n])) for n in attributes if _is_plain(types[n])
        )
        for value, count in counter.items():
            title = _title(value) or self.title
            label = next((c for c in ontology.classes if c.title == title), None)
            if label is None:
                ontology, label = ontology.with_class(title[:200], attributes=() if self.is_own else known)
            slugs[value] = label.slug
            counts[label.slug] += count
        if not self.n:
            counts.clear()
        return TablePlan(column, slugs, ontology, counts, attributes, tuple(nested), self.is_own, card.types)


@dataclass(frozen=True)
class TablePlan:
    """How rows become annotations."""

    class_column: str | None
    slug_of_value: Mapping[Any, str]
    """Slug of each value of the class column."""
    ontology: Ontology
    counts: Mapping[str, int]
    attributes: Mapping[str, str]
    """Column -> attribute name."""
    nested: tuple[str, ...]
    """Columns with objects or mixed lists, which go to `Annotation.extra` as they are."""
    is_own: bool
    types: Mapping[str, str]
    """Column -> type, where geo3d wrote it down."""

    def slugs(self, columns: Columns, n: int) -> list[str]:
        """Return the class slug of each row."""
        if self.class_column is None:
            return [next(iter(self.slug_of_value.values()))] * n
        cells = columns.get(self.class_column, [None] * n)
        found = [self.slug_of_value.get(cell if isinstance(cell, str | int | float) else None) for cell in cells]
        if self.is_own and "class_code" in columns:  # two classes may have one title; the code tells them apart
            by_code = {c.code: c for c in self.ontology.classes}
            for i, (code, title) in enumerate(zip(columns["class_code"], cells, strict=True)):
                label = by_code.get(int(code)) if isinstance(code, int | float) and code == code // 1 else None
                if label is not None and label.title == title:
                    found[i] = label.slug
        fallback = next(iter(self.slug_of_value.values()))
        return [slug or fallback for slug in found]

    def values(self, columns: Columns, n: int) -> list[dict[str, Any]]:
        """Return the attributes of each row; empty cells are left out."""
        names = [name for name in self.attributes if name in columns]
        cells = [self._cells(columns[name], self.types.get(name)) for name in names]
        titles = [self.attributes[name] for name in names]
        if not cells:
            return [{} for _ in range(n)]
        return [{k: v for k, v in zip(titles, row, strict=True) if v is not None} for row in zip(*cells, strict=True)]

    def objects(self, columns: Columns, n: int) -> list[dict[str, Any]]:
        """Return what has no place among the attributes of each row."""
        rows: list[dict[str, Any]] = [{} for _ in range(n)]
        for name in self.nested:
            for row, cell in zip(rows, columns.get(name, ()), strict=False):
                if cell is not None:
                    row[name] = cell
        return rows

    def _cells(self, cells: Sequence[Any], written: str | None) -> Sequence[Any]:
        """Return cells as attribute values: lists as tuples, NaN as nothing, JSON text read."""
        kinds = {type(cell) for cell in cells}
        if written in ("list", "json") and str in kinds:
            cells = [_loaded(cell) for cell in cells]
            kinds = {type(cell) for cell in cells}
        if float in kinds:
            cells = [None if isinstance(cell, float) and not math.isfinite(cell) else cell for cell in cells]
        if list in kinds:
            cells = [tuple(cell) if isinstance(cell, list) else cell for cell in cells]
        return cells


def rows_as_columns(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """Return dictionaries as columns; what a row does not have is None."""
    names: dict[str, None] = {}
    for row in rows:
        names.update(dict.fromkeys(row))
    return {name: [row.get(name) for row in rows] for name in names}


def _samples(cells: Sequence[Any]) -> Iterator[Any]:
    """Iterate over one cell of each Python type, and over every list."""
    seen: set[type] = set()
    for cell in cells:
        kind = type(cell)
        if cell is not None and (kind is list or kind not in seen):
            seen.add(kind)
            yield cell


def _type_of(cell: Any) -> Type:
    match cell:
        case bool():
            return "boolean"
        case int():
            return "integer"
        case float():
            return "number"
        case str():
            return "text"
        case list() if all(isinstance(item, str) for item in cell):
            return "list"
        case _:
            return "json"


def _title(value: Any) -> str:
    """Return a class title for a cell; empty where it holds none."""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return "" if value is None or isinstance(value, bool) else str(value).strip()


def _is_plain(types: set[Type]) -> bool:
    """Tell whether values of these types fit one attribute; others stay undeclared, and are kept all the same."""
    return types == {"integer", "number"} or (len(types) == 1 and "list" not in types)


def _attribute(name: str, types: set[Type]) -> dict[str, Any]:
    """Return an attribute that takes values of these types."""
    return {"name": name, "type": "number" if len(types) > 1 else _ATTRIBUTE_TYPES.get(next(iter(types)), "text")}


def _loaded(cell: Any) -> Any:
    if not isinstance(cell, str):
        return cell
    try:
        return orjson.loads(cell)
    except orjson.JSONDecodeError:
        return cell
