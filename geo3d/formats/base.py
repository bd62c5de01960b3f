"""What a format is: a writer, a reader, and an honest report of what it could not carry.

Both classes of a format share their `name` and live in one module of this folder. A writer gets a `Dataset` (its
annotations may be a view that parses from the store while it is iterated over) and a `WriteContext`; a reader answers
an `Imported`, whose labels come in batches, so that a million of them need not be in memory at once.
"""

from __future__ import annotations

from abc import abstractmethod
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, ClassVar

import numpy as np
import numpy.typing as npt
from pydantic import ConfigDict

from geo3d.formats.report import LossLog, Report
from geo3d.geometry import Frame, LocalFrame, MapFrame
from geo3d.labels import Annotation, AnnotationColumns, Dataset, Layer, Ontology, Relation, Scene, SceneStatus, Thing
from geo3d.labels.ontology import GeometryKind
from geo3d.plugin import Plugin

if TYPE_CHECKING:
    from geo3d.raster.source import Raster

Progress = Callable[[float], None]
"""Told the fraction done, 0..1; may raise JobCancelled to stop the work."""
Chunks = Iterator[tuple[str, npt.NDArray[np.unsignedinteger]]]
"""(chunk key, entries of shape (n,)) of the written chunks of one layer."""
Batch = AnnotationColumns | Sequence[Annotation]
"""Labels as columns where they are plain vector shapes, as values where they are not. Their `label` is a slug of
`Imported.ontology`, their frame one of `Imported.scene`."""

UNKNOWN = LocalFrame(id="unknown")
"""Frame of labels whose file does not say where they lie; whoever imports them has to."""


def no_progress(_fraction: float) -> None:
    """Ignore progress."""


@dataclass(frozen=True)
class WriteContext:
    """What a writer may ask for besides the dataset."""

    raster: Callable[[str], Raster] | None = None
    """Opens the raster of an asset id, for chip images and mask grids; None = there are no pixels here."""
    chunks: Callable[[Layer], Chunks] | None = None
    """The written chunks of a layer; None = layers come without their entries."""
    progress: Progress = no_progress


@dataclass(frozen=True)
class ReadContext:
    """What a reader may ask for besides the file."""

    progress: Progress = no_progress


@dataclass(frozen=True)
class Imported:
    """What a file holds, before anything is written to a workspace."""

    format: str
    scene: Scene
    """Frames and assets that the file tells of. Frames are a `MapFrame` where it has a CRS, one `PixelFrame` per image
    (with an asset that is titled like the image), and `UNKNOWN` where it says nothing."""
    ontology: Ontology
    """The classes found: titles as in the file, kinds, colours and codes where it has them, attributes with inferred
    types."""
    n: int
    """Labels that the batches will bring, at most."""
    counts: Mapping[str, int]
    """Labels of each class slug."""
    batches: Callable[[], Iterator[Batch]]
    """Starts reading the labels; every call starts anew."""
    losses: LossLog = field(default_factory=LossLog)
    """What could not be read; complete once a batch iterator has ended."""
    is_own: bool = False
    """True where geo3d wrote the file: slugs and ids in it are ours."""
    has_values: bool = False
    """True where some batches are `Annotation` values, not columns."""
    things: Sequence[Thing] = ()
    relations: Sequence[Relation] = ()
    layers: Sequence[Layer] = ()
    statuses: Sequence[SceneStatus] = ()
    chunks: Callable[[Layer], Chunks] | None = None
    """Entries of the layers."""
    extra: Mapping[str, Any] = field(default_factory=dict)
    """What the file says besides labels, by format name; the same format writes it again."""

    @property
    def crs(self) -> str | None:
        """The CRS of the file where it has exactly one, else None."""
        found = {frame.crs for frame in self.scene.frames if isinstance(frame, MapFrame)}
        return next(iter(found)) if len(found) == 1 else None

    def frame(self, id: str) -> Frame | None:
        """Return one of the file's frames, or None."""
        return next((frame for frame in self.scene.frames if frame.id == id), None)


class Writer(Plugin):
    """A format going out; the verb is `write`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    extensions: ClassVar[tuple[str, ...]]
    """File endings with the dot, the usual one first."""
    carries: ClassVar[tuple[GeometryKind, ...]]
    """Kinds that come back as they were, within the precision that the page of the format states."""
    becomes: ClassVar[Mapping[GeometryKind, str]] = {}
    """Kinds that are written as something simpler (``mask`` -> ``multipolygon``); reported, not lost."""
    loses: ClassVar[str]
    """What the format cannot hold, one sentence for people."""
    media_type: ClassVar[str]
    is_folder: ClassVar[bool] = False
    """True where the target is a folder of several files."""

    @abstractmethod
    def write(self, dataset: Dataset, target: Path, context: WriteContext) -> Report:
        """Write the dataset; the target appears whole or not at all.

        Args:
            dataset: What to write.
            target: File, or folder where `is_folder`; an existing one is replaced.
            context: Pixels, layer entries, progress.

        Raises:
            FormatError: The dataset cannot be written in this format with these options.
            JobCancelled: The progress callback stopped the work; nothing is left behind.
        """


class Reader(Plugin):
    """A format coming in; the verb is `read`."""

    model_config = ConfigDict(frozen=True, extra="forbid", use_attribute_docstrings=True)

    extensions: ClassVar[tuple[str, ...]]
    is_folder: ClassVar[bool] = False
    """True where the source may be a folder."""

    @abstractmethod
    def read(self, source: Path, context: ReadContext) -> Imported:
        """Survey a file: frames, classes, attributes, counts; its labels are read when the batches are.

        Raises:
            FormatError: The file is not what the format demands; the message names the place.
        """
