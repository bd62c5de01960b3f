"""Scenes: what is labelled together."""

from __future__ import annotations

from typing import Any, Final, Literal, Self

from pydantic import Field, NonNegativeInt, model_validator

from geo3d.geometry import Frame, Value
from geo3d.labels.identity import Id
from geo3d.labels.ontology import Ontology

DISPLAY: Final = "display"
"""Key of `Asset.properties`: how the team looks at a raster, as the viewer wrote it; to everybody else it is data."""


class Sample(Value):
    """One moment of a scene."""

    index: NonNegativeInt
    timestamp_ns: int | None = None
    """Unix time, nanoseconds; None = unknown."""
    title: str = ""


class Asset(Value):
    """One file (or one set of files read as one): STAC-like."""

    id: Id
    href: str
    """Where the bytes are: absolute path, path relative to the workspace, or URL."""
    members: tuple[str, ...] = ()
    """Hrefs of the files of a stack or mosaic; empty = `href` alone."""
    arrangement: Literal["single", "stack", "mosaic"] = "single"
    title: str = ""
    media_type: str = ""
    role: Literal["raster", "photo", "cloud", "document"] = "raster"
    frame: str | None = None
    """Id of its frame in the scene."""
    sample: NonNegativeInt | None = None
    timestamp_ns: int | None = None
    sha256: str | None = None
    """Content hash, hex; None until the job has computed it."""
    size_bytes: NonNegativeInt = 0
    trust: Literal["owner", "uploaded"] = "owner"
    """``uploaded`` files may not point anywhere else."""
    properties: dict[str, Any] = Field(default_factory=dict)
    """Capture time, sensor, licence, consent, display style, ..."""


class Scene(Value):
    """What is labelled together: frames, samples and assets."""

    kind: Literal["scene"] = "scene"
    id: Id
    title: str
    frames: tuple[Frame, ...] = ()
    samples: tuple[Sample, ...] = ()
    assets: tuple[Asset, ...] = ()
    revision: NonNegativeInt = 0

    @model_validator(mode="after")
    def _is_consistent(self) -> Self:
        frames = [f.id for f in self.frames]
        if len(set(frames)) < len(frames):
            raise ValueError("two frames have one id")
        if len({a.id for a in self.assets}) < len(self.assets):
            raise ValueError("two assets have one id")
        if [s.index for s in self.samples] != list(range(len(self.samples))):
            raise ValueError("samples must be numbered 0, 1, 2, ...")
        for asset in self.assets:
            if asset.frame is not None and asset.frame not in frames:
                raise ValueError(f"asset {asset.id!r} names an unknown frame {asset.frame!r}")
        return self


class Member(Value):
    """A person (or program) who works in the project."""

    id: Id
    name: str
    role: Literal["owner", "annotator", "reviewer", "viewer"] = "annotator"


class Project(Value):
    """What a workspace holds beside its scenes."""

    kind: Literal["project"] = "project"
    id: Id
    title: str = "Untitled"
    ontology: Ontology = Field(default_factory=Ontology)
    workflow: Literal["single", "review"] = "single"
    """``review``: annotations are submitted and somebody else accepts them."""
    members: tuple[Member, ...] = ()
    revision: NonNegativeInt = 0


class SceneStatus(Value):
    """How far a sample is; "looked at and empty" is ``complete`` without annotations, not ``untouched``."""

    kind: Literal["status"] = "status"
    id: Id
    scene: Id
    sample: NonNegativeInt | None = None
    cell: str | None = None
    """Cell of the scene's grid: its frame and its bounds (minx, miny, maxx, maxy) there, with spaces between; the
    grid is the cells that have a status. None = the whole sample."""
    status: Literal["untouched", "started", "complete"]
    actor: Id | None = None
    """Who works on it, or has completed it; None = nobody yet."""
    revision: NonNegativeInt = 0
