"""What the indices know of one content of a document: a pure function of it and of the (unchanging) class codes."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import get_args

from geo3d.errors import GeometryError
from geo3d.geometry import Segment
from geo3d.geometry.array import Array
from geo3d.labels import Annotation, Document, Relation, ReviewState, Thing
from geo3d.store.contract import Bounds
from geo3d.store.wkb import wkb_of

STATES: tuple[ReviewState, ...] = get_args(ReviewState)
"""Review states; facets hold the index."""
STATE_INDEX = {state: index for index, state in enumerate(STATES)}

POINT_LEVEL = -1100
"""Size level of what has no extent: below that of the smallest float."""


@dataclass(frozen=True)
class Facet:
    """What is indexed of an annotation or thing."""

    code: int
    state: int = 0
    """Index into `STATES`."""
    sample: int | None = None
    frame: str | None = None
    bounds: Bounds | None = None
    """In the frame; None where it has no position."""
    wkb: bytes | None = None


def facet_of(document: Document, codes: Mapping[str, int]) -> Facet | None:
    """Return what is indexed of a document, or None for kinds that are not.

    Args:
        document: The document.
        codes: Class code by slug.

    Raises:
        GeometryError: A position is not finite, or positions have different dimensions.
    """
    if isinstance(document, Thing):
        return Facet(code=codes[document.label])
    if not isinstance(document, Annotation):
        return None
    tag = Facet(code=codes[document.label], state=STATE_INDEX[document.state], sample=document.sample)
    geometry = document.geometry
    if geometry is None:
        return tag
    positions = geometry.vertices()
    if not len(positions):
        return replace(tag, frame=geometry.frame)
    return replace(tag, frame=geometry.frame, bounds=bounds_of(positions), wkb=wkb_of(geometry))


def bounds_of(positions: Array) -> Bounds:
    """Return the 2D bounds of positions of shape (n, 2|3), n > 0.

    Raises:
        GeometryError: A position is not finite.
    """
    minx, miny = positions[:, :2].min(axis=0).tolist()
    maxx, maxy = positions[:, :2].max(axis=0).tolist()
    if not all(map(math.isfinite, (minx, miny, maxx, maxy))):
        raise GeometryError("a position is not a finite number")
    return minx, miny, maxx, maxy


def level_of(size: float) -> int:
    """Return floor(log2(size)), exactly; `POINT_LEVEL` for 0."""
    return math.frexp(size)[1] - 1 if size > 0 else POINT_LEVEL


def links_of(document: Document) -> tuple[str, ...]:
    """Return the ids of the documents that a document names and that must exist beside it."""
    if isinstance(document, Annotation):
        layer = document.geometry.layer if isinstance(document.geometry, Segment) else None
        return tuple(target for target in (document.thing, layer) if target is not None)
    if isinstance(document, Thing):
        return (document.parent,) if document.parent is not None else ()
    if isinstance(document, Relation):
        return (document.source, document.target)
    return ()
