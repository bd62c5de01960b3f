"""Things and how they relate."""

from __future__ import annotations

from typing import Literal

from pydantic import Field, NonNegativeInt

from geo3d.geometry import Number, Value
from geo3d.labels.identity import Id
from geo3d.labels.ontology import AttributeValue, Slug


class Thing(Value):
    """One object of the world. A track is a thing over samples; photos, map mark and cuboid are its observations."""

    kind: Literal["thing"] = "thing"
    id: Id
    scene: Id
    fid: NonNegativeInt = 0
    """Stable number (track id) given by the store; 0 = not stored yet."""
    label: Slug
    attributes: dict[str, AttributeValue] = Field(default_factory=dict)
    parent: Id | None = None
    """Thing that this one is a part of."""
    size_fixed: tuple[Number, Number, Number] | None = None
    """(length, width, height) that every cuboid of a rigid object shares; None = each its own."""
    spans: tuple[tuple[NonNegativeInt, NonNegativeInt], ...] = ()
    """Inclusive ranges of samples in which the track exists; empty = wherever it is observed."""
    revision: NonNegativeInt = 0


class Relation(Value):
    """A directed link between two documents of one scene."""

    kind: Literal["relation"] = "relation"
    id: Id
    scene: Id
    relation: Literal["part-of", "attached-to", "same-as"]
    source: Id
    """Id of an annotation or thing."""
    target: Id
    """Id of an annotation or thing."""
    revision: NonNegativeInt = 0
