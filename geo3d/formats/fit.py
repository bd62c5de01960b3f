"""Make imported labels fit a scene: frames and classes renamed, values made to fit their attributes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

import numpy as np
import shapely

from geo3d.errors import FormatError
from geo3d.formats.base import Batch, Imported
from geo3d.formats.report import LossLog
from geo3d.formats.settle import ClassPlan, FramePlan
from geo3d.geometry import MapFrame
from geo3d.geometry.crs import crs_of, is_geographic
from geo3d.labels import Annotation, AnnotationColumns, Attribute, AttributeValue, LabelClass, Provenance, Scene
from geo3d.labels.check import problem_of_value

_KIND_OF_TYPE = {-1: "tag", 0: "point", 1: "polyline", 3: "polygon", 5: "multipolyline", 6: "multipolygon"}
_TRUE, _FALSE = ("true", "yes", "1", "t", "y"), ("false", "no", "0", "f", "n")


@dataclass
class Fitter:
    """Fits the batches of one import; what cannot be made to fit is logged."""

    imported: Imported
    scene: Scene
    frames: FramePlan
    classes: ClassPlan
    things: frozenset[str]
    """Ids of the things that labels may observe."""
    actor: str
    log: LossLog
    degrees: frozenset[str] = field(init=False)
    """Frames of the scene whose positions are longitudes and latitudes."""
    labels: Mapping[str, LabelClass] = field(init=False)
    checked: Mapping[str, tuple[Attribute, ...]] = field(init=False)
    """For each class of the project the attributes whose values need a look."""

    def __post_init__(self) -> None:
        """Look once at what every batch asks."""
        maps = [f for f in (*self.scene.frames, *self.frames.added) if isinstance(f, MapFrame)]
        self.degrees = frozenset(f.id for f in maps if is_geographic(crs_of(f.crs)))
        self.labels = {c.slug: c for c in self.classes.ontology.classes}
        declared = {
            (self.classes.of.get(c.slug), a.name): a.type for c in self.imported.ontology.classes for a in c.attributes
        }
        self.checked = {
            slug: tuple(a for a in label.attributes if _needs_look(a, declared.get((slug, a.name))))
            for slug, label in self.labels.items()
        }

    def fitted(self, batch: Batch) -> Iterator[Batch]:
        """Iterate over what is left of a batch, in the frames and classes of the scene.

        Raises:
            FormatError: Coordinates cannot be degrees although the file says so.
        """
        if isinstance(batch, AnnotationColumns):
            fitted = self._columns(batch)
            if fitted is not None:
                yield fitted
            return
        values = [value for annotation in batch if (value := self._value(annotation)) is not None]
        if values:
            yield values

    def _columns(self, batch: AnnotationColumns) -> AnnotationColumns | None:
        n = len(batch)
        types = shapely.get_type_id(batch.geometries)
        frame = self.frames.of.get(batch.frame, batch.frame)
        is_kept = np.ones(n, dtype=bool)
        labels = [self.classes.of.get(slug) or "" for slug in batch.labels]
        if frame is None:
            is_kept &= types < 0
            self._lose(batch, np.flatnonzero(~is_kept), "no-frame", "the scene has no such picture or frame")
            frame = self.scene.frames[0].id if self.scene.frames else batch.frame
        skipped = np.array([not label for label in labels], dtype=bool) & is_kept
        self._lose(batch, np.flatnonzero(skipped), "class-skipped", "its class was left out")
        is_kept &= ~skipped
        for slug in dict.fromkeys(label for label in labels if label):
            allowed = self.labels[slug].geometries
            if allowed:
                of_class = np.array([label == slug for label in labels], dtype=bool) & is_kept
                wrong = of_class & ~np.array([_KIND_OF_TYPE.get(int(t)) in allowed for t in types], dtype=bool)
                message = f"{self.labels[slug].title!r} may only be {', '.join(allowed)}"
                self._lose(batch, np.flatnonzero(wrong), "geometry-not-allowed", message)
                is_kept &= ~wrong
        if frame in self.degrees:
            self._check_degrees(shapely.bounds(batch.geometries), frame)
        rows = np.flatnonzero(is_kept).tolist()
        if not rows:
            return None
        kept = batch if len(rows) == n else picked(batch, rows)
        labels = labels if len(rows) == n else [labels[i] for i in rows]
        return self._with_values(replace(kept, frame=frame, labels=labels))

    def _with_values(self, batch: AnnotationColumns) -> AnnotationColumns:
        """Return the batch with fitting attribute values, known things and samples, and its actor."""
        attributes, extra = batch.attributes, batch.extra
        if any(self.checked.get(slug) for slug in set(batch.labels)):
            pairs = [
                self._values(batch.labels[i], batch.attributes[i], extra[i] if extra else {}, _id_of(batch, i))
                for i in range(len(batch))
            ]
            attributes, extra = [p[0] for p in pairs], [p[1] for p in pairs]
        samples, things = batch.samples, batch.things
        if samples is not None or things is not None:
            nothing = [None] * len(batch)
            ties = [
                self._ties(_id_of(batch, i), sample, thing)
                for i, (sample, thing) in enumerate(zip(samples or nothing, things or nothing, strict=True))
            ]
            samples, things = [sample for sample, _ in ties], [thing for _, thing in ties]
        return replace(
            batch,
            attributes=attributes,
            extra=extra if extra is not None and any(extra) else None,
            provenance=batch.provenance.model_copy(update={"actor": self.actor}),
            provenances=_provenances(batch),
            samples=samples,
            things=things,
        )

    def _ties(self, id: str, sample: int | None, thing: str | None) -> tuple[int | None, str | None]:
        """Return the sample and thing of a label, each None where the scene has no such one."""
        if sample is not None and sample >= len(self.scene.samples):
            self.log.reduce(
                id, "sample", "no-sample", f"the scene has no sample {sample}: it belongs to the whole scene now"
            )
            sample = None
        if thing is not None and thing not in self.things:
            self.log.reduce(
                id, "thing", "no-thing", f"the scene has no thing {thing}: nobody has said what it observes"
            )
            thing = None
        return sample, thing

    def _value(self, annotation: Annotation) -> Annotation | None:
        slug, geometry = self.classes.of.get(annotation.label), annotation.geometry
        kind = geometry.kind if geometry is not None else "tag"
        if not slug:
            self.log.lose(annotation.id, kind, "class-skipped", "its class was left out")
            return None
        frame = None if geometry is None else self.frames.of.get(geometry.frame, geometry.frame)
        if geometry is not None and frame is None:
            self.log.lose(annotation.id, kind, "no-frame", "the scene has no such picture or frame")
            return None
        allowed = self.labels[slug].geometries
        if allowed and kind not in allowed:
            message = f"{self.labels[slug].title!r} may only be {', '.join(allowed)}, not {kind}"
            self.log.lose(annotation.id, kind, "geometry-not-allowed", message)
            return None
        if geometry is not None and frame in self.degrees:
            self._check_degrees(np.array([shapely.MultiPoint(geometry.vertices()[:, :2]).bounds]), str(frame))
        attributes, extra = self._values(slug, annotation.attributes, annotation.extra, annotation.id)
        provenance = annotation.provenance
        if not self.imported.is_own:
            provenance = provenance.model_copy(update={"actor": self.actor})
        sample, thing = self._ties(annotation.id, annotation.sample, annotation.thing)
        return annotation.model_copy(
            update={
                "scene": self.scene.id,
                "label": slug,
                "geometry": None if geometry is None else geometry.model_copy(update={"frame": frame}),
                "attributes": attributes,
                "extra": extra,
                "provenance": reviewed(provenance, annotation.state),
                "sample": sample,
                "thing": thing,
            }
        )

    def _values(
        self, slug: str, values: dict[str, AttributeValue], extra: dict[str, Any], id: str
    ) -> tuple[dict[str, AttributeValue], dict[str, Any]]:
        """Return attribute values that fit, and `extra` with those that do not."""
        out, odd = values, {}
        for attribute in self.checked.get(slug, ()):
            value = values.get(attribute.name)
            if problem_of_value(attribute, value) is None:
                continue
            out = dict(out)
            made = _made_to_fit(attribute, value)
            if made is None:
                odd[attribute.name] = out.pop(attribute.name)
                message = f"{attribute.name} = {value!r} is no {attribute.type} as the class wants it; kept aside"
                self.log.reduce(id, "attribute", "attribute-value", message)
            else:
                out[attribute.name] = made
        if not odd:
            return out, extra
        name = self.imported.format
        own = extra.get(name, {})
        return out, {**extra, name: {**own, "attributes": {**own.get("attributes", {}), **odd}}}

    def _check_degrees(self, bounds: np.ndarray[Any, np.dtype[np.float64]], frame: str) -> None:
        far = (np.abs(bounds[:, [1, 3]]) > 90.0 + 1e-6).any(axis=1) | (np.abs(bounds[:, [0, 2]]) > 540.0).any(axis=1)
        if far.any():
            x, y = bounds[int(np.flatnonzero(far)[0]), :2].tolist()
            raise FormatError(
                f"the file says it holds degrees, but ({x:.10g}, {y:.10g}) are not; give the CRS they are in"
            )

    def _lose(self, batch: AnnotationColumns, rows: np.ndarray[Any, Any], reason: str, message: str) -> None:
        types = shapely.get_type_id(batch.geometries)
        for i in rows.tolist():
            self.log.lose(_id_of(batch, i), _KIND_OF_TYPE.get(int(types[i]), "unknown"), reason, message)


def reviewed(provenance: Provenance, state: str) -> Provenance:
    """Return a provenance under which a store takes a label that was reviewed elsewhere: an import, saying of what."""
    if state == "draft" or provenance.method == "imported":
        return provenance
    sources = (*provenance.sources, f"method:{provenance.method}")
    return provenance.model_copy(update={"method": "imported", "sources": sources})


def _provenances(batch: AnnotationColumns) -> list[Provenance] | None:
    if batch.provenances is None:
        return None
    states = batch.states or ["draft"] * len(batch)
    return [reviewed(provenance, state) for provenance, state in zip(batch.provenances, states, strict=True)]


def picked(batch: AnnotationColumns, rows: list[int]) -> AnnotationColumns:
    """Return some rows of a batch."""
    columns = {
        name: None if (column := getattr(batch, name)) is None else [column[i] for i in rows]
        for name in ("labels", "attributes", "ids", "extra", "states", "provenances", "samples", "things")
    }
    return replace(batch, geometries=batch.geometries[rows], **columns)  # type: ignore[arg-type]


def _id_of(batch: AnnotationColumns, i: int) -> str:
    return batch.ids[i] if batch.ids is not None else f"row {i}"


def _needs_look(attribute: Attribute, declared: str | None) -> bool:
    """Tell whether values that the file declares as such a type may not fit."""
    is_bounded = attribute.minimum is not None or attribute.maximum is not None
    return (
        declared is None or declared != attribute.type or is_bounded or attribute.type in ("choice", "choices", "date")
    )


def _made_to_fit(attribute: Attribute, value: AttributeValue) -> AttributeValue:
    """Return a value that says the same and fits, or None."""
    made: AttributeValue = None
    match attribute.type, value:
        case "text" | "choice" | "date", bool():
            made = "true" if value else "false"
        case "text" | "choice" | "date", int() | float():
            made = str(int(value)) if float(value).is_integer() else repr(value)
        case "number" | "integer", str():
            made = _number(value)
        case "boolean", int() | float() if value in (0, 1):
            made = bool(value)
        case "boolean", str() if value.casefold() in (*_TRUE, *_FALSE):
            made = value.casefold() in _TRUE
        case "choices", str():
            made = (value,)
        case _:
            pass
    if attribute.type == "integer" and isinstance(value if made is None else made, float):
        number = value if made is None else made
        made = int(number) if isinstance(number, float) and number.is_integer() else None
    return made if made is not None and problem_of_value(attribute, made) is None else None


def _number(text: str) -> int | float | None:
    for kind in (int, float):
        try:
            return kind(text)
        except ValueError:
            continue
    return None
