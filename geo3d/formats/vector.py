"""Labels on their way into a vector file: shapely geometries in the CRS of the file, batch by batch."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass
from itertools import islice

import numpy as np
import numpy.typing as npt
import shapely

from geo3d.errors import FrameError, GeometryError
from geo3d.formats.base import Progress
from geo3d.formats.ogc import OGC_TYPES, box_of
from geo3d.formats.place import Places
from geo3d.formats.report import LossLog
from geo3d.geometry import MapFrame, Polyline
from geo3d.geometry.convert import shapely_of, shapely_of_one
from geo3d.geometry.shape import Mapping
from geo3d.labels import Annotation, Dataset

BATCH = 1024
"""Annotations that are in memory at once; more would keep Python's garbage collector busy with them."""
OWN_FRAME = "own frame"
"""Instead of a CRS: leave every geometry in the coordinates of its frame, pixels too."""


@dataclass(frozen=True)
class VectorBatch:
    """Annotations with their geometry in the file's coordinates; what could not get there is left out and logged."""

    annotations: list[Annotation]
    shapes: npt.NDArray[np.object_]
    """Shapely geometries, shape (n,); None = a tag."""
    homes: list[str | None]
    """CRS of each shape as text; None = no CRS (pixel space, or a tag)."""
    origins: list[str | None]
    """CRS of the map that each one's frame hangs on, before it was brought to the CRS of the file; None = none."""
    widths: list[float | None]
    """Full width of each line that has one, in units of the file."""


def kind_of(annotation: Annotation) -> str:
    """Return the kind of an annotation's geometry, or ``tag``."""
    return annotation.geometry.kind if annotation.geometry is not None else "tag"


def counted(dataset: Dataset, progress: Progress) -> Iterator[Annotation]:
    """Iterate over the annotations, telling progress."""
    total = max(1, len(dataset.annotations))
    for done, annotation in enumerate(dataset.annotations):
        if done % BATCH == 0:
            progress(min(1.0, done / total))
        yield annotation
    progress(1.0)


def chunked(dataset: Dataset, progress: Progress) -> Iterator[list[Annotation]]:
    """Iterate over the annotations in lists of at most `BATCH`, telling progress."""
    annotations = counted(dataset, progress)
    while batch := list(islice(annotations, BATCH)):
        yield batch


def homes_of(dataset: Dataset) -> list[str]:
    """Return the CRSs (as text) of the maps that annotations hang on, in order of first use."""
    places = {scene.id: Places(scene) for scene in dataset.scenes}
    found: dict[str, None] = {}
    seen: set[tuple[str, str]] = set()
    for annotation in dataset.annotations:
        if annotation.geometry is None or (key := (annotation.scene, annotation.geometry.frame)) in seen:
            continue
        seen.add(key)
        with suppress(FrameError):  # told when it is written
            if key[0] in places and (home := places[key[0]].home(key[1])) is not None:
                found[home] = None
    return list(found)


def n_besides(dataset: Dataset) -> int:
    """Count the documents that a writer is given besides annotations."""
    return sum(map(len, (dataset.things, dataset.relations, dataset.layers, dataset.statuses)))


def lose_documents(dataset: Dataset, log: LossLog) -> None:
    """Note that things, relations, layers and statuses stay behind."""
    for documents in (dataset.things, dataset.relations, dataset.layers, dataset.statuses):
        for document in documents:
            log.lose(document.id, document.kind, "kind-not-carried", f"the format has no word for a {document.kind}")


def vector_batches(dataset: Dataset, crs: str | None, log: LossLog, progress: Progress) -> Iterator[VectorBatch]:
    """Iterate over all annotations as vector shapes.

    Args:
        dataset: Scenes and annotations.
        crs: CRS to bring everything to; None = each in the CRS of its map (pixel frames go to the map they lie on), and
            in its own coordinates where there is none; `OWN_FRAME` = nothing is moved.
        log: Told of what has no vector shape or no way to the CRS.
        progress: Told the fraction done.
    """
    places = {scene.id: Places(scene) for scene in dataset.scenes}
    for batch in chunked(dataset, progress):
        yield _batch(batch, places, crs, log)


def _batch(annotations: list[Annotation], places: dict[str, Places], crs: str | None, log: LossLog) -> VectorBatch:
    shapes = np.empty(len(annotations), dtype=object)
    homes: list[str | None] = [None] * len(annotations)
    origins: list[str | None] = [None] * len(annotations)
    widths: list[float | None] = [None] * len(annotations)
    groups: dict[tuple[str, str], list[int]] = {}
    keep = np.zeros(len(annotations), dtype=bool)
    for i, (annotation, shape) in enumerate(zip(annotations, own_shapes(annotations, log), strict=True)):
        keep[i] = annotation.geometry is None
        if annotation.geometry is not None and shape is not None:
            shapes[i] = shape
            if annotation.geometry.kind == "mask":
                log.reduce(annotation.id, "mask", "mask-outlined", "the mask is written as the outline of its pixels")
            groups.setdefault((annotation.scene, annotation.geometry.frame), []).append(i)
    for (scene, frame), members in groups.items():
        moved, origin, home = _moved(shapes[members], places.get(scene), frame, crs)
        for i, shape in zip(members, moved, strict=True):
            if isinstance(shape, str):
                log.lose(annotations[i].id, kind_of(annotations[i]), "no-transform" if origin else "no-crs", shape)
                continue
            widths[i] = _width(annotations[i], shapes[i], shape)
            if kind_of(annotations[i]) == "box" and shape is not shapes[i] and box_of(shape) is None:
                log.reduce(annotations[i].id, "box", "box-skewed", "in the CRS of the file it is no rectangle any more")
            keep[i], shapes[i], origins[i], homes[i] = True, shape, origin, home
    kept = np.flatnonzero(keep).tolist()
    return VectorBatch(
        [annotations[i] for i in kept],
        shapes[kept],
        [homes[i] for i in kept],
        [origins[i] for i in kept],
        [widths[i] for i in kept],
    )


def _width(annotation: Annotation, before: shapely.Geometry, after: shapely.Geometry) -> float | None:
    """Return the width of a line in the new units: scaled by the mean stretch along it, as `Polyline.moved` does."""
    width = annotation.geometry.width if isinstance(annotation.geometry, Polyline) else None
    if width is None or after is before or not before.length:
        return width
    return width * float(after.length / before.length)


def width_in(line: Polyline, own: shapely.Geometry, moved: shapely.Geometry) -> float | None:
    """Return the width of a line in units of the frame that it was moved to; None where it has none.

    Args:
        line: Whose width.
        own: The line in its own frame.
        moved: The line in the other frame; the width is stretched as its length is.
    """
    if line.width is None or not own.length:
        return None
    return line.width * float(moved.length / own.length)


def own_shapes(
    annotations: Sequence[Annotation], log: LossLog, kinds: Collection[str] = tuple(OGC_TYPES)
) -> list[shapely.Geometry | None]:
    """Return the geometries of annotations as shapely's, each in its own frame; None for tags and what was lost.

    Args:
        annotations: Whose geometries.
        log: Told of other kinds, and of geometries that are half drawn.
        kinds: Kinds that are wanted.
    """
    shapes: list[shapely.Geometry | None] = [None] * len(annotations)
    fit = [i for i, a in enumerate(annotations) if kind_of(a) in kinds]
    for i in sorted(set(range(len(annotations))) - set(fit)):
        if annotations[i].geometry is not None:
            kind = kind_of(annotations[i])
            log.lose(annotations[i].id, kind, "kind-not-carried", f"the format has no word for a {kind}")
    try:
        made = list(shapely_of([geometry for i in fit if (geometry := annotations[i].geometry) is not None]))
    except GeometryError:  # one of them is half drawn: find out which
        made = [_one_shape(annotations[i], log) for i in fit]
    for i, shape in zip(fit, made, strict=True):
        kind = kind_of(annotations[i])
        if shape is not None and shape.is_empty:
            log.lose(annotations[i].id, kind, "empty", f"the {kind} holds nothing")
            continue
        shapes[i] = shape
    return shapes


def _one_shape(annotation: Annotation, log: LossLog) -> shapely.Geometry | None:
    try:
        return None if annotation.geometry is None else shapely_of_one(annotation.geometry)
    except GeometryError as error:
        log.lose(annotation.id, kind_of(annotation), "too-few-points", error.message)
        return None


def _moved(
    shapes: npt.NDArray[np.object_], places: Places | None, frame: str, crs: str | None
) -> tuple[list[shapely.Geometry | str], str | None, str | None]:
    """Return the shapes in the wanted CRS (or a sentence), the CRS they hang on and the one they are in now."""
    if places is None:
        return [f"its scene is not in the data set, so frame {frame!r} is unknown"] * len(shapes), None, None
    try:
        origin = places.home(frame)
        if crs == OWN_FRAME:
            return list(shapes), origin, origin if isinstance(places.frame(frame), MapFrame) else None
        home = crs if crs is not None else origin
        mapping = places.mapping(frame, home)
    except FrameError as error:
        return [error.message] * len(shapes), None, None
    if mapping is None:
        return list(shapes), origin, home
    out: list[shapely.Geometry | str] = [""] * len(shapes)
    flags = shapely.has_z(shapes)
    for has_z in (False, True):
        members = np.flatnonzero(flags == has_z)
        if not len(members):
            continue
        try:
            moved = move(shapes[members], mapping, has_z=has_z)
        except FrameError as error:
            moved = [error.message] * len(members)
        for i, shape in zip(members, moved, strict=True):
            out[i] = shape or "some of its positions have no place in the coordinate system of the file"
    return out, origin, home


def move(
    shapes: npt.NDArray[np.object_], dst_from_src: Mapping, *, has_z: bool = False
) -> list[shapely.Geometry | None]:
    """Return shapes with every position mapped; None where one of its positions has no answer (NaN).

    Args:
        shapes: Not empty, shape (n,); all with z or all without.
        dst_from_src: Gives NaN rows where it has no answer.
        has_z: Whether positions have three numbers.
    """
    new = dst_from_src(shapely.get_coordinates(shapes, include_z=has_z))
    finite = np.asarray(np.isfinite(new).all(axis=1), dtype=np.bool_)
    moved = shapely.set_coordinates(shapes.copy(), np.where(finite[:, None], new, 0.0))
    starts = np.concatenate(([0], np.cumsum(shapely.get_num_coordinates(shapes))[:-1]))
    whole = np.logical_and.reduceat(finite, starts).tolist()
    return [shape if fine else None for shape, fine in zip(moved, whole, strict=True)]
