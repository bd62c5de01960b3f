"""The ontology: which classes there are and what may be said of each."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from typing import Annotated, Literal, Self

from pydantic import Field, NonNegativeInt, PositiveInt, StringConstraints, model_validator

from geo3d.geometry import Value
from geo3d.geometry.value import Number

Slug = Annotated[str, StringConstraints(pattern=r"^[a-z0-9][a-z0-9_-]{0,62}$")]
"""The unchanging machine name of a class or attribute. Never reused; `title` is what people see and rename."""

GeometryKind = Literal[
    "point",
    "polyline",
    "multipolyline",
    "polygon",
    "multipolygon",
    "box",
    "keypoints",
    "mask",
    "cuboid",
    "segment",
    "tag",
]
"""What a class may be drawn as; ``tag`` is an annotation without geometry."""

Scalar = str | bool | int | float | None
AttributeValue = Scalar | tuple[str, ...]
"""Value of an attribute: text, yes/no, number, one choice, or several choices."""


class Attribute(Value):
    """A property that annotations or things of a class carry."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=120)]
    type: Literal["text", "number", "integer", "boolean", "choice", "choices", "date"] = "text"
    choices: tuple[str, ...] = ()
    """Allowed values of ``choice`` and ``choices``."""
    required: bool = False
    default: AttributeValue = None
    minimum: float | None = None
    """Smallest number allowed."""
    maximum: float | None = None
    """Largest number allowed."""
    scope: Literal["thing", "observation"] = "observation"
    """``thing``: one value for the object; ``observation``: may differ from sample to sample."""
    role: Literal["occluded", "truncated", "difficult", "crowd", "transcription"] | None = None
    """What it means to training formats; ``transcription``: the text in the picture, asked for when it is drawn."""

    @model_validator(mode="after")
    def _has_choices(self) -> Self:
        if self.type in ("choice", "choices") and not self.choices:
            raise ValueError(f"attribute {self.name!r} needs choices")
        return self


class Skeleton(Value):
    """Names and connections of a class's keypoints."""

    names: tuple[str, ...] = Field(min_length=1)
    edges: tuple[tuple[NonNegativeInt, NonNegativeInt], ...] = ()
    """Pairs of 0-based indices into `names`."""
    flips: tuple[NonNegativeInt, ...] = ()
    """For each name the index of its mirror image; empty = none."""
    places: tuple[tuple[Number, Number], ...] = ()
    """For each name its place on the figure that people are shown, (x, y) from 0 to 1, y down; empty = none."""


class LabelClass(Value):
    """A class of objects."""

    slug: Slug
    """Machine name; never changes, never reused."""
    code: PositiveInt
    """Number in layers, masks and tiles (1..65535); never changes, never reused. 0 means unlabelled."""
    title: Annotated[str, StringConstraints(min_length=1, max_length=200)]
    """What people read; renaming changes only this."""
    color: Annotated[str, StringConstraints(pattern=r"^#[0-9a-f]{6}$")] = "#4da3ff"
    key: Annotated[str, StringConstraints(pattern=r"^[0-9a-z]$")] | None = None
    """Key that chooses the class in the viewer."""
    parent: Slug | None = None
    geometries: tuple[GeometryKind, ...] = ()
    """What it may be drawn as; empty = anything."""
    skeleton: Skeleton | None = None
    attributes: tuple[Attribute, ...] = ()
    guideline: str = ""
    """Instruction for annotators, Markdown."""
    retired: bool = False
    """True once deleted: existing labels keep it, nothing new may use it, slug and code stay taken."""


class Ontology(Value):
    """All classes of a project, with a version that counts its changes."""

    version: NonNegativeInt = 0
    classes: tuple[LabelClass, ...] = ()

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        for what in ("slug", "code"):
            values = [getattr(c, what) for c in self.classes]
            twice = {v for v in values if values.count(v) > 1} if len(set(values)) < len(values) else set()
            if twice:
                raise ValueError(f"two classes have the {what} {sorted(twice)[0]!r}")
        parents = {c.slug: c.parent for c in self.classes}
        for c in self.classes:
            seen, at = {c.slug}, c.parent
            while at is not None:
                if at not in parents:
                    raise ValueError(f"class {c.slug!r} has an unknown parent {at!r}")
                if at in seen:
                    raise ValueError(f"class {c.slug!r} is its own ancestor")
                seen.add(at)
                at = parents[at]
        return self

    def get(self, slug: str) -> LabelClass | None:
        """Return the class of this slug, or None."""
        return next((c for c in self.classes if c.slug == slug), None)

    def with_class(self, title: str, **fields: object) -> tuple[Ontology, LabelClass]:
        """Return the ontology with one more class (next code and colour, slug made from the title), and the class."""
        taken = {c.slug for c in self.classes}
        slug = slug_of(title, taken)
        code = max((c.code for c in self.classes), default=0) + 1
        made = LabelClass.model_validate(
            {"slug": slug, "code": code, "title": title, "color": PALETTE[(code - 1) % len(PALETTE)], **fields}
        )
        return Ontology(version=self.version + 1, classes=(*self.classes, made)), made

    def merged(self, other: Ontology) -> Ontology:
        """Return these classes with another's: one of a known slug keeps its code and takes the rest, others are added.

        A new class keeps its code where it is free, else it gets the next one.
        """
        mine = {c.slug: c for c in self.classes}
        taken = {c.code for c in self.classes}
        for theirs in other.classes:
            if theirs.slug in mine:
                mine[theirs.slug] = theirs.model_copy(update={"code": mine[theirs.slug].code})
                continue
            code = theirs.code if theirs.code not in taken else max(taken, default=0) + 1
            taken.add(code)
            mine[theirs.slug] = theirs.model_copy(update={"code": code})
        return Ontology(version=self.version + 1, classes=tuple(mine.values()))


PALETTE = (
    "#e5484d", "#46a758", "#c98a3a", "#4d7fe5", "#d64fd0", "#12a594", "#f5d90a", "#8e6cef",
    "#f76b15", "#7ce2fe", "#bdee63", "#ff8dcc", "#978365", "#3e63dd", "#30a46c", "#e93d82",
)  # fmt: skip
"""Colours given to new classes, in turn: far apart on a dark ground."""


def slug_of(title: str, taken: Iterable[str] = ()) -> str:
    """Return a slug for a title that is not taken: ``Power line`` -> ``power-line``, ``建物`` -> ``class``."""
    plain = unicodedata.normalize("NFKD", title).encode("ascii", "ignore").decode().lower()
    base = re.sub(r"[^a-z0-9_]+", "-", plain).strip("-_")[:56] or "class"
    used, slug, n = set(taken), base, 1
    while slug in used:
        n += 1
        slug = f"{base}-{n}"
    return slug
