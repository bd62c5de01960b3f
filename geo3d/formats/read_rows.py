"""Rows and shapes become annotation batches: columns for plain shapes, values for what only geo3d writes."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

import numpy as np
import numpy.typing as npt
import orjson
import shapely
from pydantic import TypeAdapter, ValidationError

from geo3d.formats.base import Batch
from geo3d.formats.ogc import restored
from geo3d.formats.read_table import Columns, TablePlan
from geo3d.formats.report import LossLog
from geo3d.geometry import Polyline
from geo3d.labels import Annotation, AnnotationColumns, Id, Provenance, ReviewState, new_id
from geo3d.labels.provenance import Method

_POINT, _LINE, _POLYGON, _MULTIPOINT, _MULTILINE, _MULTIPOLYGON = 0, 1, 3, 4, 5, 6
_SINGLE = (_POINT, _LINE, _POLYGON)
_MULTI = (_MULTIPOINT, _MULTILINE, _MULTIPOLYGON)
_VALUES = ("box", "keypoints")
"""Kinds that are no plain shapes: they come as `Annotation` values."""
_ID: TypeAdapter[str] = TypeAdapter(Id)
_STATES = get_args(ReviewState)
_METHODS = get_args(Method)


@dataclass
class RowReader:
    """Turns one file's rows into batches; remembers the ids it has met."""

    plan: TablePlan
    format: str
    provenance: Provenance
    """Of rows that bring none of their own."""
    log: LossLog
    scene: str
    """Id of the scene that the values are said to be in."""
    frames: frozenset[str] = frozenset()
    """Ids of frames that a `frame` column may name."""
    seen: set[str] = field(default_factory=set)

    def batches(
        self,
        columns: Columns,
        shapes: npt.NDArray[np.object_],
        frame: str,
        places: Sequence[str],
        extra: Sequence[dict[str, Any]] | None = None,
    ) -> Iterator[Batch]:
        """Iterate over the batches of some rows.

        Args:
            columns: Cells by column, each of length n.
            shapes: Shapely geometries, shape (n,); None = a tag.
            frame: Id of their frame.
            places: Where each row stands in the file, for messages: ``features[3]``.
            extra: What else each row brought; goes to ``Annotation.extra[format]``.
        """
        shapes, is_kept = self._sound(shapes, places)
        kinds = columns.get("kind") if self.plan.is_own else None
        shapes, rows = self._single(shapes, is_kept, kinds, places)
        table = self._table(columns, rows, len(places), places, extra)
        frames = self._frames(columns, rows, frame)
        is_value = np.zeros(len(rows), dtype=bool)
        if kinds is not None:
            special = [kinds[i] in _VALUES and shape is not None for i, shape in zip(rows, shapes, strict=True)]
            is_value = np.array(special, dtype=bool)
        if table.widths is not None:
            is_value |= np.array([width is not None for width in table.widths], dtype=bool)
        for name in dict.fromkeys(frames):
            here = np.array([f == name for f in frames])
            plain = np.flatnonzero(here & ~is_value)
            if len(plain):
                yield table.columns(plain.tolist(), shapes[plain], name)
            if kinds is None:
                continue
            values = list(self._values(np.flatnonzero(here & is_value).tolist(), table, shapes, name, columns, rows))
            if values:
                yield values

    def _values(
        self,
        members: list[int],
        table: _Rows,
        shapes: npt.NDArray[np.object_],
        frame: str,
        columns: Columns,
        rows: list[int],
    ) -> Iterator[Annotation]:
        names, kinds = columns.get("keypoints"), columns["kind"]
        for i in members:
            named = _names(names[rows[i]]) if names is not None else ()
            value = table.value(i, shapes[i], frame, kinds[rows[i]], named, self.scene)
            if value.geometry is None and shapes[i] is not None:
                self.log.lose(
                    value.id, "keypoints", "keypoints-changed", "its points are no longer as many as its names"
                )
            else:
                yield value

    def _sound(
        self, shapes: npt.NDArray[np.object_], places: Sequence[str]
    ) -> tuple[npt.NDArray[np.object_], npt.NDArray[np.bool_]]:
        """Return the shapes with empty ones as tags, and which of them can be read."""
        types = shapely.get_type_id(shapes)
        is_kept: npt.NDArray[np.bool_] = types <= _MULTIPOLYGON
        for i in np.flatnonzero(~is_kept).tolist():
            if shapes[i].is_empty:
                self.log.lose(
                    places[i], "unknown", "too-few-points", "it has too few positions for what it claims to be"
                )
            else:
                self.log.lose(places[i], "unknown", "geometry-type", f"a {shapes[i].geom_type} is no label geometry")
        empty = np.flatnonzero((types >= 0) & is_kept & shapely.is_empty(shapes)).tolist()
        if empty:
            shapes = shapes.copy()
        for i in empty:
            self.log.reduce(places[i], "tag", "empty-geometry", "its geometry is empty: it is kept as a tag")
            shapes[i] = None
        finite = np.isfinite(shapely.bounds(shapes)).all(axis=1) | (shapely.get_type_id(shapes) < 0)
        for i in np.flatnonzero(is_kept & ~finite).tolist():
            self.log.lose(places[i], "unknown", "not-finite", "it has coordinates that are no numbers")
        return shapes, is_kept & finite

    def _single(
        self,
        shapes: npt.NDArray[np.object_],
        is_kept: npt.NDArray[np.bool_],
        kinds: Sequence[Any] | None,
        places: Sequence[str],
    ) -> tuple[npt.NDArray[np.object_], list[int]]:
        """Return shapes without needless multi-parts and without lost ones, and the row that each comes from."""
        types, parts = shapely.get_type_id(shapes), shapely.get_num_geometries(shapes)
        lone = np.isin(types, _MULTI) & (parts == 1)
        if kinds is not None:
            lone &= np.array([kind not in ("multipolygon", "multipolyline", "keypoints") for kind in kinds], dtype=bool)
        shapes = shapes.copy()
        shapes[lone] = shapely.get_geometry(shapes[lone], 0)
        clouds = np.flatnonzero((types == _MULTIPOINT) & (parts > 1) & is_kept).tolist()
        clouds = [i for i in clouds if kinds is None or kinds[i] != "keypoints"]
        if not clouds:
            rows = np.flatnonzero(is_kept).tolist()
            return shapes[rows], rows
        out: list[Any] = []
        rows = []
        for i in np.flatnonzero(is_kept).tolist():
            pieces = list(shapes[i].geoms) if i in set(clouds) else [shapes[i]]
            out += pieces
            rows += [i] * len(pieces)
            if len(pieces) > 1:
                self.log.reduce(places[i], "point", "multipoint-split", f"its {len(pieces)} points are a label each")
        made = np.empty(len(out), dtype=object)
        made[:] = out
        return made, rows

    def _frames(self, columns: Columns, rows: Sequence[int], frame: str) -> list[str]:
        named = columns.get("frame") if self.plan.is_own else None
        if named is None or not self.frames:
            return [frame] * len(rows)
        return [named[i] if isinstance(named[i], str) and named[i] in self.frames else frame for i in rows]

    def _table(
        self, columns: Columns, rows: list[int], n: int, places: Sequence[str], extra: Sequence[dict[str, Any]] | None
    ) -> _Rows:
        labels, attributes = self.plan.slugs(columns, n), self.plan.values(columns, n)
        extras = [dict(e) for e in extra] if extra is not None else [{} for _ in range(n)]
        if self.plan.nested:
            for into, objects in zip(extras, self.plan.objects(columns, n), strict=True):
                if objects:
                    into["properties"] = objects
        wrapped: list[dict[str, Any]] = [{self.format: e} if e else {} for e in extras]
        table = _Rows(
            [labels[i] for i in rows], [attributes[i] for i in rows], [wrapped[i] for i in rows], self.provenance
        )
        if self.plan.is_own:
            self._add_own(table, columns, rows, places)
        return table

    def _add_own(self, table: _Rows, columns: Columns, rows: list[int], places: Sequence[str]) -> None:
        """Add what geo3d wrote of each annotation itself."""

        def cells(name: str) -> list[Any]:
            column = columns.get(name)
            return [None] * len(rows) if column is None else [column[i] for i in rows]

        table.ids = [self._id(cell, places[i]) for cell, i in zip(cells("geo3d_id"), rows, strict=True)]
        table.states = [cell if cell in _STATES else "draft" for cell in cells("state")]
        table.samples = [cell if isinstance(cell, int) and cell >= 0 else None for cell in cells("sample")]
        table.things = [cell if _is_id(cell) else None for cell in cells("thing")]
        table.widths = [cell if _is_width(cell) else None for cell in cells("width")]
        facts = zip(*(cells(name) for name in _PROVENANCE), strict=True)
        table.provenances = [self._provenance(dict(zip(_PROVENANCE, fact, strict=True))) for fact in facts]
        for into, cell in zip(table.extra, cells("geo3d_extra"), strict=True):
            other = _parsed(cell)
            if isinstance(other, dict):
                into |= {k: v for k, v in other.items() if k not in into}

    def _id(self, cell: Any, place: str) -> str:
        if not _is_id(cell):
            return new_id()
        if cell in self.seen:
            self.log.reduce(place, "unknown", "id-twice", f"the id {cell} is there already: this one gets a new id")
            return new_id()
        self.seen.add(cell)
        return str(cell)

    def _provenance(self, facts: dict[str, Any]) -> Provenance:
        """Return who made a label; what the file does not say is as for an import."""
        sources = _parsed(facts["sources"])
        try:
            return Provenance(
                method=facts["method"] if facts["method"] in _METHODS else "imported",
                actor=facts["actor"] or "",
                at=facts["at"] or self.provenance.at,
                tool=facts["tool"] or "",
                sources=tuple(map(str, sources)) if isinstance(sources, list) else (),
                score=facts["score"],
                guideline_version=facts["guideline"],
            )
        except ValidationError:
            return self.provenance


_PROVENANCE = ("method", "actor", "at", "tool", "score", "sources", "guideline")


@dataclass
class _Rows:
    """What is known of rows besides their shapes."""

    labels: list[str]
    attributes: list[dict[str, Any]]
    extra: list[dict[str, Any]]
    provenance: Provenance
    ids: list[str] | None = None
    states: list[ReviewState] | None = None
    samples: list[int | None] | None = None
    things: list[str | None] | None = None
    provenances: list[Provenance] | None = None
    widths: list[float | None] | None = None

    def columns(self, rows: list[int], shapes: npt.NDArray[np.object_], frame: str) -> AnnotationColumns:
        """Return some rows as columns."""

        def of(column: list[Any] | None) -> list[Any] | None:
            return None if column is None else [column[i] for i in rows]

        extra = [self.extra[i] for i in rows]
        return AnnotationColumns(
            frame=frame,
            geometries=shapes,
            labels=[self.labels[i] for i in rows],
            attributes=[self.attributes[i] for i in rows],
            provenance=self.provenance,
            ids=of(self.ids),
            extra=extra if any(extra) else None,
            states=of(self.states),
            provenances=of(self.provenances),
            samples=of(self.samples) if self.samples and any(s is not None for s in self.samples) else None,
            things=of(self.things) if self.things and any(self.things) else None,
        )

    def value(
        self, i: int, shape: shapely.Geometry, frame: str, kind: str, names: Sequence[dict[str, object]], scene: str
    ) -> Annotation:
        """Return one row as a value; a box that is none any more is a polygon."""
        geometry = restored(shape, frame, kind, names) if shape is not None else None
        if isinstance(geometry, Polyline) and self.widths is not None:
            geometry = geometry.model_copy(update={"width": self.widths[i]})
        return Annotation(
            id=self.ids[i] if self.ids else new_id(),
            scene=scene,
            label=self.labels[i],
            geometry=geometry,
            attributes=self.attributes[i],
            extra=self.extra[i],
            state=self.states[i] if self.states else "draft",
            provenance=self.provenances[i] if self.provenances else self.provenance,
            sample=self.samples[i] if self.samples else None,
            thing=self.things[i] if self.things else None,
        )


def _is_id(cell: Any) -> bool:
    try:
        _ID.validate_python(cell)
    except ValidationError:
        return False
    return True


def _is_width(cell: Any) -> bool:
    return isinstance(cell, int | float) and not isinstance(cell, bool) and math.isfinite(cell) and cell >= 0


def _parsed(cell: Any) -> Any:
    """Return a cell that may be JSON text as a value; None where it is damaged."""
    try:
        return orjson.loads(cell) if isinstance(cell, str) else cell
    except orjson.JSONDecodeError:
        return None


def _names(cell: Any) -> Sequence[dict[str, object]]:
    """Return the keypoint names of a cell, JSON or parsed; nothing where somebody damaged them."""
    found = _parsed(cell)
    if not isinstance(found, list) or not all(isinstance(n, Mapping) and "name" in n for n in found):
        return ()
    return found
