"""What a format reads and writes: scenes with their labels, as values, or as columns where there are millions."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
import numpy.typing as npt

from geo3d.labels.annotation import Annotation
from geo3d.labels.layer import Layer
from geo3d.labels.ontology import AttributeValue, Ontology
from geo3d.labels.provenance import Provenance
from geo3d.labels.review import ReviewState
from geo3d.labels.scene import Scene, SceneStatus
from geo3d.labels.thing import Relation, Thing


@dataclass(frozen=True)
class AnnotationColumns:
    """Many annotations of one frame as columns: the carrier of bulk imports; never JSON itself.

    All columns have length n. Geometries are points, polylines, polygons or their multi-parts.
    """

    frame: str
    """Id of the frame of every geometry."""
    geometries: npt.NDArray[np.object_]
    """Shapely geometries, shape (n,); None = a tag."""
    labels: Sequence[str]
    """Slug of each one's class."""
    attributes: Sequence[dict[str, AttributeValue]]
    """Attributes of each."""
    provenance: Provenance
    """Shared by all, unless `provenances` says otherwise."""
    ids: Sequence[str] | None = None
    """Ids where the source brings them; None = made by the store."""
    extra: Sequence[dict[str, Any]] | None = None
    states: Sequence[ReviewState] | None = None
    """Review state of each where the source brings them; None = all are drafts."""
    provenances: Sequence[Provenance] | None = None
    """Of each, where a file of geo3d comes home with who drew what; None = `provenance` for all."""
    samples: Sequence[int | None] | None = None
    """Sample of each; None = all belong to the scene as a whole."""
    things: Sequence[str | None] | None = None
    """Id of the thing that each observes; None = nobody has said, for all."""

    def __len__(self) -> int:
        """Count the annotations."""
        return len(self.geometries)


@dataclass(frozen=True)
class Dataset:
    """Scenes and labels in memory, in the order they are to be written."""

    ontology: Ontology
    scenes: tuple[Scene, ...] = ()
    annotations: Collection[Annotation] = ()
    """May be a view that parses from the store while it is iterated over, as often as one likes: a million need not be
    in memory."""
    things: Sequence[Thing] = ()
    relations: Sequence[Relation] = ()
    layers: Sequence[Layer] = ()
    statuses: Sequence[SceneStatus] = ()
    extra: dict[str, Any] = field(default_factory=dict)

    def of_scene(self, scene: str) -> Iterator[Annotation]:
        """Iterate over the annotations of one scene."""
        return (a for a in self.annotations if a.scene == scene)
