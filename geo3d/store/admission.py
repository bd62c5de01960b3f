"""The rules a change has to pass before it is written, whatever the backend.

Order of refusal: a base that is not current (`Conflict`, by the backend), then the model and the ontology
(`ValidationFailed`, every problem at once), then the review workflow (`ReviewRefused`).
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Protocol

from geo3d.errors import ReviewRefused, ValidationFailed
from geo3d.labels import (
    Annotation,
    Change,
    Delete,
    Document,
    LabelClass,
    Layer,
    Ontology,
    Project,
    Put,
    Relation,
    Scene,
    SceneStatus,
    Thing,
    check_annotation,
    check_transition,
)
from geo3d.labels.check import LabelProblem, problem_of_value
from geo3d.store.contract import PROJECT


class Current(Protocol):
    """The current state of the stream that is written to."""

    def project(self) -> Project:
        """Return the project."""
        ...

    def scene(self) -> Scene | None:
        """Return the stream's scene; None where there is none (yet, or any more)."""
        ...

    def document(self, kind: str, id: str) -> Document | None:
        """Return a document of the stream; None where it is not there."""
        ...

    def is_code_used(self, code: int) -> bool:
        """Return whether any annotation or thing of the workspace has this class."""
        ...


class Admission:
    """Admits the changes of one change set, in order; collects the problems of all of them."""

    def __init__(self, stream: str, actor: str, changes: Sequence[Change], current: Current) -> None:
        self.stream = stream
        self.actor = actor
        self.current = current
        self.problems: list[LabelProblem] = []
        self.refusal: ReviewRefused | None = None
        self.project = current.project()
        self.ontology = self.project.ontology
        put_scenes = [c.document for c in changes if isinstance(c, Put) and isinstance(c.document, Scene)]
        self.scene = put_scenes[-1] if put_scenes else current.scene()

    def admit(self, put: Put) -> Document:
        """Return the document as it is to be stored; problems are collected for `settle`."""
        document = put.document
        if isinstance(document, Project):
            return self._admit_project(document)
        if self.stream == PROJECT:
            self._refuse(document, "wrong-stream", f"a {document.kind} is written to its scene, not to the project")
            return document
        home = document.id if isinstance(document, Scene) else document.scene
        if home != self.stream:
            self._refuse(document, "wrong-scene", f"it belongs to the scene {home!r}, not to {self.stream!r}")
            return document
        match document:
            case Annotation():
                return self._admit_annotation(document)
            case Thing():
                self._check_thing(document)
            case Layer():
                self._check_layer(document)
            case SceneStatus():
                self._check_sample(document, document.sample)
            case Scene():
                pass  # whether its frames and samples suffice is seen once the whole change set is written
            case Relation():
                if document.source == document.target:
                    self._refuse(document, "self-relation", "it relates a document to itself")
        return document

    def admit_deletion(self, deletion: Delete) -> None:
        """Check a deletion."""
        if deletion.kind == "scene" and deletion.id != self.stream:
            self.problems.append(LabelProblem(deletion.id, "wrong-scene", "a scene is deleted on its own stream"))

    def settle(self) -> None:
        """Raise ValidationFailed where there were problems, then ReviewRefused where the workflow forbids something."""
        refuse(self.problems)
        if self.refusal is not None:
            raise self.refusal

    def _refuse(self, document: Document, reason: str, message: str) -> None:
        self.problems.append(LabelProblem(document.id, reason, message))

    def _admit_annotation(self, new: Annotation) -> Annotation:
        old = self.current.document("annotation", new.id)
        before = old if isinstance(old, Annotation) else None
        if before is not None and before.state == new.state == "accepted" and _says_otherwise(before, new):
            new = new.model_copy(update={"state": "draft"})
        is_same_class = before is not None and before.label == new.label  # which may have been retired since
        self.problems.extend(check_annotation(new.model_copy(update={"revision": int(is_same_class)}), self.ontology))
        if new.geometry is not None:
            self._check_frame(new, new.geometry.frame)
        self._check_sample(new, new.sample)
        if before is not None or new.provenance.method != "imported":
            self._check_review(before, new)
        return new

    def _check_review(self, before: Annotation | None, new: Annotation) -> None:
        state = None if before is None else before.state
        author = (before or new).provenance.actor
        try:
            check_transition(state, new.state, author, self.actor, len(self.project.members))
        except ReviewRefused as refusal:
            self.refusal = self.refusal or refusal

    def _check_thing(self, thing: Thing) -> None:
        label = self.ontology.get(thing.label)
        if label is None:
            self._refuse(thing, "unknown-class", f"there is no class {thing.label!r}")
            return
        for attribute in label.attributes:
            reason = problem_of_value(attribute, thing.attributes.get(attribute.name))
            if reason is not None:
                self._refuse(thing, "attribute-value", reason)

    def _check_layer(self, layer: Layer) -> None:
        self._check_frame(layer, layer.frame)
        if self.scene is not None and layer.asset not in {asset.id for asset in self.scene.assets}:
            self._refuse(layer, "unknown-asset", f"the scene has no asset {layer.asset!r}")
        old = self.current.document("layer", layer.id)
        if (
            isinstance(old, Layer)
            and old.model_copy(update={"revision": layer.revision, "title": layer.title}) != layer
        ):
            self._refuse(layer, "layer-shape", "a layer stays as it was made; make another one")

    def _check_frame(self, document: Document, frame: str) -> None:
        if self.scene is not None and frame not in {known.id for known in self.scene.frames}:
            self._refuse(document, "unknown-frame", f"the scene has no frame {frame!r}")

    def _check_sample(self, document: Document, sample: int | None) -> None:
        if sample is not None and self.scene is not None and sample >= len(self.scene.samples):
            self._refuse(document, "unknown-sample", f"the scene has no sample {sample}")

    def _admit_project(self, project: Project) -> Project:
        if self.stream != PROJECT:
            self._refuse(project, "wrong-stream", 'the project is written to the stream "project"')
        if project.id != self.project.id:
            self._refuse(project, "wrong-project", f"this workspace holds the project {self.project.id!r}")
        return self.settled_project(project)

    def settled_project(self, project: Project) -> Project:
        """Return the project with every class that was ever there: those it drops stay as retired ones.

        A class in use cannot be dropped, and slug and code of a class never change.
        """
        kept = {label.slug: label for label in project.ontology.classes}
        dropped: list[LabelClass] = []
        for old in self.ontology.classes:
            new = kept.get(old.slug)
            if new is not None:
                if new.code != old.code:
                    self._refuse(project, "code-changed", f"the class {old.title!r} has the code {old.code} for ever")
            elif not old.retired and self.current.is_code_used(old.code):
                self._refuse(
                    project, "class-in-use", f"labels have the class {old.title!r}; retire it, or change them first"
                )
            else:
                dropped.append(old.model_copy(update={"retired": True}))
        if not dropped or self.problems:
            return project
        taken = {label.code for label in kept.values()}
        for label in dropped:
            if label.code in taken:
                self._refuse(
                    project, "code-taken", f"the code {label.code} belongs to the former class {label.title!r}"
                )
                return project
        ontology = Ontology(version=project.ontology.version, classes=(*project.ontology.classes, *dropped))
        return project.model_copy(update={"ontology": ontology})


def refuse(problems: Sequence[LabelProblem]) -> None:
    """Raise ValidationFailed where there are problems; the first one is the sentence."""
    if not problems:
        return
    more = f" (and {len(problems) - 1} more)" if len(problems) > 1 else ""
    raise ValidationFailed(
        f"{problems[0].message}{more}",
        problems=[{"id": p.id, "reason": p.reason, "message": p.message} for p in problems[:1000]],
    )


def _says_otherwise(before: Annotation, after: Annotation) -> bool:
    """Return whether an edit changes what an annotation says (not only who looked at it)."""
    return any(
        getattr(before, name) != getattr(after, name) for name in ("label", "geometry", "attributes", "sample", "thing")
    )
