"""Batches as values: for previews, conversions without a workspace, and what columns cannot say."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from uuid import NAMESPACE_URL, uuid5

from geo3d.errors import GeometryError
from geo3d.formats.base import Batch, Imported
from geo3d.geometry import Geometry, MultiPolygon, MultiPolyline, Point, Polygon, Polyline
from geo3d.geometry.convert import Shapes, geometry_of, shapely_of
from geo3d.labels import Annotation, AnnotationColumns, Dataset, new_id


def values_of(batch: Batch, scene: str, *, first: int = 0, source: str = "") -> Iterator[Annotation]:
    """Iterate over a batch as annotations.

    Args:
        batch: Columns or values.
        scene: Id of the scene that they are said to be in.
        first: Number of the batch's first row in its file.
        source: Name of the file: rows without an id get one that is made of it and their number, the same every time;
            empty = they get new ones.
    """
    if not isinstance(batch, AnnotationColumns):
        yield from (a if a.scene == scene else a.model_copy(update={"scene": scene}) for a in batch)
        return
    for i in range(len(batch)):
        shape = batch.geometries[i]
        made = str(uuid5(NAMESPACE_URL, f"{source}#{first + i}")) if source else ""
        yield Annotation(
            id=batch.ids[i] if batch.ids is not None else made or new_id(),
            scene=scene,
            sample=batch.samples[i] if batch.samples is not None else None,
            thing=batch.things[i] if batch.things is not None else None,
            label=batch.labels[i],
            geometry=None if shape is None else geometry_of(shape, batch.frame),
            attributes=batch.attributes[i],
            state=batch.states[i] if batch.states is not None else "draft",
            provenance=batch.provenances[i] if batch.provenances is not None else batch.provenance,
            extra=batch.extra[i] if batch.extra is not None else {},
        )


def columns_of(annotations: Sequence[Annotation]) -> tuple[list[AnnotationColumns], list[Annotation]]:
    """Return plain shapes as columns, one batch for each frame, and the annotations that are no plain shapes.

    Args:
        annotations: Of one scene.
    """
    plain: dict[str, list[Annotation]] = {}
    rest: list[Annotation] = []
    for annotation in annotations:
        if _is_plain(annotation.geometry):
            frame = annotation.geometry.frame if annotation.geometry is not None else ""
            plain.setdefault(frame, []).append(annotation)
        else:
            rest.append(annotation)
    rest += plain.pop("", [])
    made = []
    for frame, members in plain.items():
        try:
            shapes = shapely_of([a.geometry for a in members if a.geometry is not None])
        except GeometryError:  # one of them is half drawn: values can say that, columns cannot
            rest += members
            continue
        made.append(_columns(frame, members, shapes))
    return made, rest


def _is_plain(geometry: Geometry | None) -> bool:
    """Tell whether columns can hold a geometry."""
    match geometry:
        case Polyline():
            return geometry.width is None
        case None | Point() | MultiPolyline() | Polygon() | MultiPolygon():
            return True
        case _:
            return False


def _columns(frame: str, members: list[Annotation], shapes: Shapes) -> AnnotationColumns:
    return AnnotationColumns(
        frame=frame,
        geometries=shapes,
        labels=[a.label for a in members],
        attributes=[a.attributes for a in members],
        provenance=members[0].provenance,
        ids=[a.id for a in members],
        extra=[a.extra for a in members] if any(a.extra for a in members) else None,
        states=[a.state for a in members],
        provenances=[a.provenance for a in members],
        samples=[a.sample for a in members],
        things=[a.thing for a in members],
    )


class ImportedAnnotations(Collection[Annotation]):
    """The annotations of an import as a collection that reads the file anew each time it is iterated over."""

    def __init__(self, imported: Imported, source: str) -> None:
        """Hold the import.

        Args:
            imported: What a reader answered.
            source: Name of the file, for ids.
        """
        self._imported = imported
        self._source = source

    def __len__(self) -> int:
        """Return how many there are, at most: some may turn out to be unreadable."""
        return self._imported.n

    def __iter__(self) -> Iterator[Annotation]:
        n = 0
        for batch in self._imported.batches():
            yield from values_of(batch, self._imported.scene.id, first=n, source=self._source)
            n += len(batch)

    def __contains__(self, annotation: object) -> bool:
        return any(found == annotation for found in self)


def dataset_of(imported: Imported, source: str) -> Dataset:
    """Return an import as a data set that a writer can take."""
    return Dataset(
        ontology=imported.ontology,
        scenes=(imported.scene,),
        annotations=ImportedAnnotations(imported, source),
        things=imported.things,
        relations=imported.relations,
        layers=imported.layers,
        statuses=imported.statuses,
        extra=dict(imported.extra),
    )
