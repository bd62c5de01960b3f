"""Annotations: one observation of one object, placed by someone."""

from __future__ import annotations

from typing import Any, Literal

from pydantic import Field, NonNegativeInt

from geo3d.geometry import Geometry, Value
from geo3d.labels.identity import Id
from geo3d.labels.ontology import AttributeValue, Slug
from geo3d.labels.provenance import Provenance
from geo3d.labels.review import ReviewState


class Annotation(Value):
    """One observation. A keyframe when its thing is a track; without geometry a tag.

    At most one annotation exists per (thing, sample, frame).
    """

    kind: Literal["annotation"] = "annotation"
    id: Id
    scene: Id
    fid: NonNegativeInt = 0
    """Stable number for tiles and GIS files, given by the store; 0 = not stored yet."""
    sample: NonNegativeInt | None = None
    """Index of the sample it was seen in; None = the scene as a whole."""
    thing: Id | None = None
    """The object of the world it observes; None = nobody has said."""
    label: Slug
    """Slug of its class."""
    geometry: Geometry | None = None
    """None = a tag."""
    attributes: dict[str, AttributeValue] = Field(default_factory=dict)
    state: ReviewState = "draft"
    provenance: Provenance = Field(default_factory=Provenance)
    revision: NonNegativeInt = 0
    """Scene revision that wrote this version, given by the store; the `base` of the next change."""
    extra: dict[str, Any] = Field(default_factory=dict)
    """Fields of an import that geo3d has no word for, by format name; written out again by the same format."""
