"""Labels between a store and files: export, conversion without a workspace, tables. Import: `geo3d.label_import`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from geo3d.formats.base import Progress, ReadContext, Reader, WriteContext, Writer, no_progress
from geo3d.formats.report import LossLog, Report
from geo3d.formats.values import dataset_of
from geo3d.formats.vector import kind_of, vector_batches
from geo3d.geometry import MapFrame
from geo3d.label_import import ImportResult, import_into
from geo3d.label_preview import ImportPreview, preview
from geo3d.labels import Annotation, Dataset, Layer, Relation, SceneStatus, Thing
from geo3d.store.contract import Query, Store

if TYPE_CHECKING:
    from geopandas import GeoDataFrame

    from geo3d.raster.source import Raster

__all__ = [
    "ImportPreview",
    "ImportResult",
    "StoredAnnotations",
    "convert",
    "dataframe_of",
    "export_scene",
    "import_into",
    "preview",
    "stored_dataset",
]


class StoredAnnotations(Collection[Annotation]):
    """The annotations of a scene at one revision, parsed while they are iterated over; as often as one likes."""

    def __init__(self, store: Store, scene: str) -> None:
        """Fix the revision; nothing is read yet."""
        self._store, self._scene = store, scene
        self.revision = store.revision(scene)
        self._n = sum(store.count(scene, Query()).values())

    def __len__(self) -> int:
        return self._n

    def __iter__(self) -> Iterator[Annotation]:
        is_current = self._store.revision(self._scene) == self.revision
        rows = self._store.read(self._scene, Query()) if is_current else self._store.at(self._scene, self.revision)
        return (Annotation.model_validate_json(json) for json in rows)

    def __contains__(self, annotation: object) -> bool:
        return any(found == annotation for found in self)


def stored_dataset(store: Store, scene: str) -> Dataset:
    """Return a scene with its labels as a data set; annotations are read when they are iterated over."""

    def of(kind: str, model: Any) -> list[Any]:
        return [model.model_validate_json(json) for json in store.read(scene, Query(kind=kind))]

    return Dataset(
        ontology=store.project().ontology,
        scenes=(store.scene(scene),),
        annotations=StoredAnnotations(store, scene),
        things=of("thing", Thing),
        relations=of("relation", Relation),
        layers=of("layer", Layer),
        statuses=of("status", SceneStatus),
    )


def export_scene(
    store: Store,
    scene: str,
    writer: Writer,
    target: Path,
    rasters: Callable[[str], Raster] | None = None,
    progress: Progress = no_progress,
) -> Report:
    """Write the labels of a scene to a file; it appears whole or not at all.

    Args:
        store: Where the labels are.
        scene: Id of the scene.
        writer: The format, with its options.
        target: File, or folder where the format is one.
        rasters: Opens the raster of an asset id; None = no pixels are there.
        progress: Told the fraction done; may raise JobCancelled.

    Raises:
        NotFound: There is no such scene.
        FormatError: The labels cannot be written in this format with these options.
    """
    return writer.write(stored_dataset(store, scene), target, WriteContext(rasters, store.chunks, progress))


def convert(source: Path, reader: Reader, target: Path, writer: Writer, progress: Progress = no_progress) -> Report:
    """Turn a file of one format into another, without a workspace; the report also tells what could not be read.

    Raises:
        FormatError: The source is not what its format demands, or the target's format cannot hold it.
    """
    imported = reader.read(source, ReadContext())
    dataset = dataset_of(imported, source.name)
    report = writer.write(dataset, target, WriteContext(None, imported.chunks, progress))
    unread = imported.losses
    return Report(
        **report.model_dump(exclude={"given", "lost", "n_lost", "lost_by_reason", "warnings"}),
        given=report.given + unread.n_lost,
        lost=(*unread.lost, *report.lost),
        n_lost=report.n_lost + unread.n_lost,
        lost_by_reason=dict(Counter(unread.lost_by_reason) + Counter(report.lost_by_reason)),
        warnings=(*unread.warnings, *report.warnings),
    )


def dataframe_of(store: Store, scene: str, crs: str | None = None) -> GeoDataFrame:
    """Return the annotations of a scene as a GeoDataFrame: id, label, title, state, kind, each attribute, geometry.

    Args:
        store: Where the labels are.
        scene: Id of the scene.
        crs: CRS wanted; None = that of the scene's first map frame, or each in its own pixels where there is none.

    Labels that cannot be brought there are left out; ``frame.attrs["lost"]`` says how many and why.
    """
    import geopandas

    dataset, log = stored_dataset(store, scene), LossLog()
    homes = [frame.crs for frame in dataset.scenes[0].frames if isinstance(frame, MapFrame)]
    wanted = crs or next(iter(homes), None)
    titles = {c.slug: c.title for c in dataset.ontology.classes}
    rows: list[dict[str, Any]] = []
    for batch in vector_batches(dataset, wanted, log, no_progress):
        for annotation, shape in zip(batch.annotations, batch.shapes, strict=True):
            facts = {"id": annotation.id, "label": annotation.label, "title": titles.get(annotation.label)}
            facts |= {"state": annotation.state, "kind": kind_of(annotation)}
            rows.append({**annotation.attributes, **facts, "geometry": shape})
    columns = None if rows else ["id", "label", "title", "state", "kind", "geometry"]
    found = geopandas.GeoDataFrame(rows, columns=columns, geometry="geometry", crs=wanted)
    found.attrs["lost"] = log.lost_by_reason
    return found
