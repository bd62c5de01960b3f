"""Changes: the only way anything in a workspace is written."""

from __future__ import annotations

from typing import Annotated, Literal

from pydantic import Field, NonNegativeInt

from geo3d.geometry import Value
from geo3d.labels.annotation import Annotation
from geo3d.labels.identity import Id
from geo3d.labels.layer import ChunkRuns, Layer
from geo3d.labels.scene import Project, Scene, SceneStatus
from geo3d.labels.selection import Selection
from geo3d.labels.thing import Relation, Thing

Document = Annotated[Annotation | Thing | Relation | Layer | SceneStatus | Scene | Project, Field(discriminator="kind")]
"""Everything with an id and a revision."""


class Put(Value):
    """Write a document: create it (base 0) or replace the version the author saw."""

    op: Literal["put"] = "put"
    document: Document
    base: NonNegativeInt = 0
    """Revision of the version that this replaces; 0 = it must not exist (a deleted one may be put again)."""


class Delete(Value):
    """Delete a document."""

    op: Literal["delete"] = "delete"
    kind: Literal["annotation", "thing", "relation", "layer", "status", "scene"] = "annotation"
    id: Id
    base: NonNegativeInt
    """Revision of the version the author saw."""


class Patch(Value):
    """Paint a layer: runs with their old and new values, so that the inverse needs nothing else."""

    op: Literal["patch"] = "patch"
    layer: Id
    chunks: tuple[ChunkRuns, ...]
    """A run whose `old` differs from what is there is a conflict."""


class Paint(Value):
    """Paint the pixels that a person means, over whatever is there when it is written. The log keeps the runs."""

    op: Literal["paint"] = "paint"
    layer: Id
    selection: Selection
    """In the layer's pixel frame, at full resolution."""
    value: NonNegativeInt
    """Class code (of an instance layer: fid); 0 erases."""
    only: tuple[NonNegativeInt, ...] | None = None
    """Paint only over these entries (``[0]``: over what is unlabelled); None = over any."""
    locked: tuple[NonNegativeInt, ...] = ()
    """Entries that are never painted over."""


Change = Annotated[Put | Delete | Patch | Paint, Field(discriminator="op")]


class ChangeSet(Value):
    """One undo step. Sent twice (a retry), it is applied once."""

    client_id: Id
    """Made by the sender, unique per change set: the key under which a retry is recognised."""
    actor: Id
    message: str = ""
    """What a person did, for history and undo: ``Draw polygon``."""
    changes: tuple[Change, ...] = Field(min_length=1)
