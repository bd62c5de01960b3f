"""What an import would do: shown before anything is written."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import islice
from pathlib import Path

from geo3d.errors import FormatError
from geo3d.formats.base import Batch, Imported, ReadContext, Reader
from geo3d.formats.fit import Fitter, picked
from geo3d.formats.report import LossLog
from geo3d.formats.settle import match_class, plan_classes, plan_frames
from geo3d.formats.values import values_of
from geo3d.geometry import Geometry, Value
from geo3d.labels import AnnotationColumns, Attribute, Ontology, Scene

_SHOWN = 200
"""Geometries that a preview shows."""


class PreviewClass(Value):
    """A class that a file brings."""

    title: str
    """As in the file; the key of `class_map`."""
    slug: str
    n: int
    """Labels that have it."""
    color: str
    label: str | None
    """Slug of the project's class that it will be; None = it will be made."""


class ImportPreview(Value):
    """What an import would do."""

    format: str
    crs: str | None
    """CRS of the file; None = pixels, several, or unknown."""
    n: int
    classes: tuple[PreviewClass, ...]
    attributes: tuple[Attribute, ...]
    geometries: tuple[Geometry, ...]
    """The first few, in frames of the scene as far as it has them."""
    problems: tuple[str, ...]
    is_ready: bool
    """False where a CRS or frame has to be given first."""


def preview(
    reader: Reader, source: Path, scene: Scene, ontology: Ontology | None = None, crs: str | None = None
) -> ImportPreview:
    """Look at a file before it is imported.

    Args:
        reader: The format, with its options.
        source: The file.
        scene: Where the labels would go.
        ontology: The project's, to tell which classes are missing; None = all are.
        crs: What a person says of the CRS or frame; None = as the file says.
    """
    imported = reader.read(source, ReadContext())
    frames = plan_frames(imported, scene, crs)
    known, problems = ontology or Ontology(), list(frames.problems)
    classes, attributes = [], dict[str, Attribute]()
    for label in imported.ontology.classes:
        n = imported.counts.get(label.slug, 0)
        attributes |= {a.name: a for a in label.attributes if a.name not in attributes}
        if n:
            same = match_class(label, imported, known)
            facts = {"title": label.title, "slug": label.slug, "color": label.color}
            classes.append(PreviewClass(**facts, n=n, label=same.slug if same else None))
    samples: list[Geometry] = []
    try:
        fitter = Fitter(imported, scene, frames, plan_classes(imported, known, {}), frozenset(), "", LossLog())
        for batch in _first(imported, _SHOWN):
            for fitted in fitter.fitted(batch):
                found = values_of(fitted, scene.id, source=source.name)
                samples += [a.geometry for a in found if a.geometry is not None]
            if len(samples) >= _SHOWN:
                break
    except FormatError as error:
        problems.append(error.message)
    problems += [f"{n} labels: {reason}" for reason, n in imported.losses.lost_by_reason.items()]
    return ImportPreview(
        format=imported.format,
        crs=imported.crs,
        n=imported.n,
        classes=tuple(classes),
        attributes=tuple(attributes.values()),
        geometries=tuple(samples[:_SHOWN]),
        problems=tuple(problems),
        is_ready=not frames.is_unplaced and bool(samples or not imported.n),
    )


def _first(imported: Imported, n: int) -> Iterator[Batch]:
    """Iterate over the batches, none longer than n."""
    for batch in imported.batches():
        if isinstance(batch, AnnotationColumns):
            yield batch if len(batch) <= n else picked(batch, list(range(n)))
        else:
            yield list(islice(batch, n))
