"""What an ontology says of an annotation."""

from __future__ import annotations

import datetime as dt
from dataclasses import dataclass

from geo3d.labels.annotation import Annotation
from geo3d.labels.ontology import Attribute, AttributeValue, Ontology


@dataclass(frozen=True)
class LabelProblem:
    """What is wrong with a document, by its id."""

    id: str
    reason: str
    """``unknown-class``, ``retired-class``, ``geometry-not-allowed``, ``attribute-missing``, ``attribute-value``."""
    message: str


def problem_of_value(attribute: Attribute, value: AttributeValue) -> str | None:
    """Return why a value does not fit its attribute, or None. None (not given) always fits here."""
    if value is None:
        return None
    kind = attribute.type
    fits = {
        "text": isinstance(value, str),
        "number": isinstance(value, (int, float)) and not isinstance(value, bool),
        "integer": isinstance(value, int) and not isinstance(value, bool),
        "boolean": isinstance(value, bool),
        "choice": isinstance(value, str),
        "choices": isinstance(value, tuple),
        "date": isinstance(value, str) and _is_date(value),
    }[kind]
    if not fits:
        return f"{attribute.name!r} wants {kind}, not {value!r}"
    if kind == "choice" and value not in attribute.choices:
        return f"{attribute.name!r} must be one of {', '.join(attribute.choices)}, not {value!r}"
    if kind == "choices" and isinstance(value, tuple) and not set(value) <= set(attribute.choices):
        others = ", ".join(sorted(set(value) - set(attribute.choices)))
        return f"{attribute.name!r} allows {', '.join(attribute.choices)}, not {others}"
    if kind in ("number", "integer") and isinstance(value, (int, float)):
        if attribute.minimum is not None and value < attribute.minimum:
            return f"{attribute.name!r} must be at least {attribute.minimum}"
        if attribute.maximum is not None and value > attribute.maximum:
            return f"{attribute.name!r} must be at most {attribute.maximum}"
    return None


def check_annotation(annotation: Annotation, ontology: Ontology) -> tuple[LabelProblem, ...]:
    """Return what the ontology refuses: an unknown or retired class, a kind it may not have, values that do not fit.

    A missing required attribute is refused only once the annotation leaves ``draft``; attributes the class does not
    know are allowed (imports bring them) and kept.
    """
    label = ontology.get(annotation.label)
    if label is None:
        return (LabelProblem(annotation.id, "unknown-class", f"there is no class {annotation.label!r}"),)
    problems = []
    if label.retired and annotation.revision == 0:
        problems.append(("retired-class", f"the class {label.title!r} was retired; choose another"))
    kind = annotation.geometry.kind if annotation.geometry is not None else "tag"
    if label.geometries and kind not in label.geometries:
        problems.append(("geometry-not-allowed", f"{label.title!r} may be {', '.join(label.geometries)}, not {kind}"))
    for attribute in label.attributes:
        value = annotation.attributes.get(attribute.name)
        if value is None and attribute.required and annotation.state != "draft":
            problems.append(("attribute-missing", f"{attribute.name!r} is required before submitting"))
        reason = problem_of_value(attribute, value)
        if reason is not None:
            problems.append(("attribute-value", reason))
    return tuple(LabelProblem(annotation.id, reason, message) for reason, message in problems)


def _is_date(text: str) -> bool:
    try:
        dt.datetime.fromisoformat(text)
    except ValueError:
        return False
    return True
