"""What a store offers. SQL stays behind this contract; one suite in tests/contracts runs over every backend.

A *stream* is what has gapless revisions of its own: each scene (stream = scene id) and the project (``"project"``). The
project document with its ontology is on the project's stream. Everything of a scene, its scene document included, is on
the scene's own stream: ``apply(scene.id, Put(scene))`` makes the scene (and with it the stream) or writes it anew, and
``Delete(kind="scene")`` removes it; undo never takes back the making of a scene or new files. Every write is one
`ChangeSet` on one stream in one transaction: it adds exactly one revision, is recorded in an append-only log, and the
current state is a projection of that log which can be rebuilt.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

import numpy as np
import numpy.typing as npt

from geo3d.labels import AnnotationColumns, ChangeSet, Layer, Project, Scene

Bounds = tuple[float, float, float, float]
"""(minx, miny, maxx, maxy) in the frame that goes with it."""
Progress = Callable[[float], None]
"""Told the fraction done, 0..1; may raise JobCancelled to stop the work."""

PROJECT = "project"
"""Name of the project's stream."""


@dataclass(frozen=True)
class Query:
    """Which documents of a scene; every condition must hold."""

    kind: str = "annotation"
    frame: str | None = None
    """Only annotations whose geometry is in this frame."""
    bounds: Bounds | None = None
    """Only annotations whose bounds meet these, in `frame` (needed then)."""
    sample: int | None = None
    labels: tuple[str, ...] = ()
    """Slugs; empty = all."""
    states: tuple[str, ...] = ()
    since: int = 0
    """Only documents written after this revision."""
    ids: tuple[str, ...] = ()
    fids: tuple[int, ...] = ()
    limit: int | None = None
    after_fid: int = 0
    """For pages: only fids above this; answers come in order of fid."""


@dataclass(frozen=True)
class Commit:
    """One applied change set, as the log tells it."""

    stream: str
    revision: int
    client_id: str
    actor: str
    message: str
    at: datetime
    n_changes: int
    undoes: int | None = None
    """Revision that this one undid; None = it is no undo."""
    redoes: int | None = None
    """Revision of the undo that this one took back."""
    documents: tuple[bytes, ...] = ()
    """JSON of the written versions (of small commits; empty when `is_bulk`)."""
    deleted: tuple[tuple[str, str], ...] = ()
    """(kind, id) of what was deleted."""
    chunks: tuple[tuple[str, str], ...] = ()
    """(layer id, chunk key) of what was painted."""
    is_bulk: bool = False
    """True where the commit is too large to be listed: readers should fetch the scene anew."""
    is_replay: bool = False
    """True where this client_id had been applied before and nothing was done."""


@dataclass(frozen=True)
class Version:
    """One version of one document in its history."""

    revision: int
    actor: str
    message: str
    at: datetime
    json: bytes | None
    """None = it was deleted here."""


@dataclass(frozen=True)
class TileLabels:
    """The labels of one tile, ready for the encoder. Carrier; coordinates in `frame`."""

    frame: str
    fids: npt.NDArray[np.int64]
    """Of each drawn annotation, shape (n,)."""
    codes: npt.NDArray[np.int32]
    """Class code of each drawn annotation, shape (n,)."""
    states: npt.NDArray[np.int8]
    """Index into ("draft", "submitted", "accepted", "rejected"), shape (n,)."""
    geometries: Sequence[bytes]
    """Geometry of each as little-endian WKB (2D)."""
    anchors: npt.NDArray[np.float64]
    """Anchor of each: its geometry's first position (always a place where it is drawn), shape (n, 2)."""
    is_anchor: npt.NDArray[np.bool_]
    """True where the anchor lies in the asked bounds (half-open): each annotation has one anchor tile."""
    cells: npt.NDArray[np.float64]
    """What is too small to draw: shape (m, 2), centres of the cells that count it."""
    cell_codes: npt.NDArray[np.int32]
    """Class code of each cell count, shape (m,)."""
    cell_counts: npt.NDArray[np.int64]
    """Annotations counted by each, shape (m,). anchors + counts over all tiles of a zoom = annotations of the frame."""


class Store(Protocol):
    """Labels on disk. Thread-safe; writes are serialised; reads never wait for writes."""

    def project(self) -> Project:
        """Return the project."""
        ...

    def scenes(self) -> tuple[Scene, ...]:
        """Return all scenes, by title."""
        ...

    def scene(self, scene: str) -> Scene:
        """Return one scene. Raises NotFound."""
        ...

    def revision(self, stream: str) -> int:
        """Return the newest revision of a stream; 0 = nothing was ever written."""
        ...

    def apply(self, stream: str, changes: ChangeSet) -> Commit:
        """Write a change set in one transaction, durable when it returns.

        Raises:
            Conflict: A base is not the current revision (``details["current"]``: id -> the newer version as a JSON
                object, or None where it was deleted).
            ValidationFailed: The ontology refuses something (``details["problems"]``).
            ReviewRefused: The workflow forbids a change of state.
            NotFound: A deleted or patched document never existed, or the stream is unknown.
        """
        ...

    def load(
        self,
        stream: str,
        batches: Iterable[AnnotationColumns],
        changes: ChangeSet | None,
        *,
        client_id: str,
        actor: str,
        message: str,
        progress: Progress | None = None,
    ) -> Commit:
        """Write millions of annotations as ONE revision: through the log, with history and one undo.

        `changes` (frames of the scene document, things, relations; classes are on the project's stream) go first,
        in the same transaction. Review states are taken as the source has them; batches of some 50,000 are best.
        `progress` is told 0.0 after each batch (it may raise JobCancelled: nothing is
        written then), 0.8 when all rows are written, 1.0 at the end; who knows the number of batches makes a
        fraction of them.

        Raises:
            ValidationFailed: As `apply`; the problems name ids, or ``row N`` of the batch where it brings none.
            Conflict: An id exists.
            NotFound: The scene is unknown.
        """
        ...

    def read(self, stream: str, query: Query) -> Iterator[bytes]:
        """Iterate over the stored JSON of documents, unparsed."""
        ...

    def count(self, stream: str, query: Query) -> Mapping[str, int]:
        """Return how many annotations of each class slug match."""
        ...

    def bounds(self, stream: str) -> Mapping[str, Bounds]:
        """Return the bounds of the annotations of each frame."""
        ...

    def tile(
        self, stream: str, frame: str, bounds: Bounds, resolution: float, *, margin: float | None = None
    ) -> TileLabels:
        """Return the labels that meet the bounds, drawn or counted.

        Args:
            stream: The scene.
            frame: Frame of bounds and result.
            bounds: Of the tile, half-open for anchors and cells: [minx, maxx) x [miny, maxy).
            resolution: Units of the frame per pixel; annotations smaller than some 4 to 8 pixels are counted in cells.
                It decides who is drawn and who is counted, so it must be the SAME number for all tiles of one zoom
                (for a grid in another CRS: take it once per zoom, at the centre of the scene, not per tile).
            margin: How far beyond the bounds labels are still given (drawn, never anchored), units of the frame;
                None = 8 pixels, which covers the buffer of a vector tile.
        """
        ...

    def commits(self, stream: str, since: int, limit: int = 1000) -> Sequence[Commit]:
        """Return the log after a revision, oldest first; fewer than `limit` where the commits carry many documents."""
        ...

    def history(self, stream: str, kind: str, id: str) -> Sequence[Version]:
        """Return every version of a document, newest first. Raises NotFound."""
        ...

    def at(self, stream: str, revision: int, kind: str = "annotation") -> Iterator[bytes]:
        """Iterate over the JSON of the documents as they were right after a revision."""
        ...

    def undo(self, stream: str, actor: str, *, client_id: str, is_forced: bool = False) -> Commit:
        """Take back the actor's newest change set that is not undone yet, as a new revision.

        Raises:
            NothingToUndo: There is none.
            Conflict: Somebody changed one of its documents since; `is_forced` takes it back all the same.
        """
        ...

    def redo(self, stream: str, actor: str, *, client_id: str, is_forced: bool = False) -> Commit:
        """Take back the actor's newest undo, unless the actor has written something since. Raises as `undo`."""
        ...

    def chunks(
        self, layer: Layer, keys: Sequence[str] | None = None
    ) -> Iterator[tuple[str, npt.NDArray[np.unsignedinteger]]]:
        """Iterate over (key, entries of shape (n,)) of a layer's written chunks; None = all of them."""
        ...

    def chunk_keys(self, layer: Layer) -> Sequence[str]:
        """Return the keys of a layer's written chunks."""
        ...

    def put_job(self, id: str, json: bytes) -> None:
        """Remember a job's state (its JSON); jobs are not part of the log."""
        ...

    def jobs(self) -> Mapping[str, bytes]:
        """Return every job's JSON, by id."""
        ...

    def setting(self, name: str, value: bytes | None = None) -> bytes | None:
        """Return a named private value of the workspace (token, grid cache key); set it first when `value` is given."""
        ...

    def change_counter(self) -> int:
        """Return a number that differs after any write, of another process too; asking costs some microseconds."""
        ...

    def check(self) -> tuple[str, ...]:
        """Return what is wrong: damage, projection unlike the log, orphans; empty = sound."""
        ...

    def rebuild(self, progress: Progress | None = None) -> None:
        """Make the projection anew from the log."""
        ...

    def close(self) -> None:
        """Checkpoint and close. Calling it twice is fine."""
        ...
