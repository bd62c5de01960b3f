"""The shapes of answers, for OpenAPI and the viewer's types; the bytes themselves are mostly stored JSON, unparsed."""

from __future__ import annotations

import unicodedata
from collections.abc import Iterable, Iterator, Sequence
from typing import Any
from urllib.parse import quote

import orjson
from pydantic import AwareDatetime, BaseModel

from geo3d.labels import Annotation, Asset, Document, ReviewState, Scene
from geo3d.store import Commit
from geo3d_server.feed import body_of_commit

_BLOCK = 256 << 10


class Deleted(BaseModel):
    """What was deleted."""

    kind: str
    id: str


class Chunk(BaseModel):
    """What was painted."""

    layer: str
    chunk: str


class CommitReply(BaseModel):
    """One applied change set; also the data of the feed's ``commit`` events."""

    revision: int
    client_id: str
    actor: str
    message: str
    at: AwareDatetime
    n_changes: int
    undoes: int | None = None
    """Revision that this one took back."""
    redoes: int | None = None
    """Revision of the undo that this one took back."""
    documents: list[Document]
    """The written versions; empty where `is_bulk`."""
    deleted: list[Deleted]
    chunks: list[Chunk]
    is_bulk: bool
    """True where it is too large to be listed: read the scene anew."""
    is_replay: bool
    """True where this client_id had been applied before and nothing was done."""


class CommitsReply(BaseModel):
    """A part of a log."""

    revision: int
    """Newest revision of the stream."""
    commits: list[CommitReply]


class AnnotationPage(BaseModel):
    """Annotations in order of fid."""

    revision: int
    """The scene's revision before reading: follow the feed from here and nothing is missed."""
    annotations: list[Annotation]
    next: int | None
    """`after` of the next page; None = that was all."""


class VersionReply(BaseModel):
    """One version of a document."""

    revision: int
    actor: str
    message: str
    at: AwareDatetime
    document: Document | None
    """None = it was deleted here."""


class HistoryReply(BaseModel):
    """Every version of a document, newest first."""

    versions: list[VersionReply]


class StateReply(BaseModel):
    """The documents of one kind as they were right after a revision."""

    revision: int
    documents: list[Document]


class CountsReply(BaseModel):
    """How many annotations a scene has, and where."""

    revision: int
    n: int
    counts: dict[str, int]
    """By class slug."""
    states: dict[ReviewState, int]
    """By state of review."""
    bounds: dict[str, tuple[float, float, float, float]]
    """(minx, miny, maxx, maxy) that hold the annotations of each frame; with room to spare where some were deleted."""


class SceneSummary(BaseModel):
    """A scene in a list."""

    id: str
    title: str
    revision: int
    n_annotations: int
    counts: dict[str, int]
    """Annotations by class slug."""
    assets: list[Asset]


class AddedReply(BaseModel):
    """New assets and the scene they are in now."""

    scene: Scene
    assets: list[Asset]
    jobs: list[str]
    """Ids of the jobs that look after them: content hash, overviews."""


def joined(name: bytes, documents: Iterable[bytes], head: dict[str, Any], tail: dict[str, Any] | None = None) -> bytes:
    """Return ``{...head, name: [documents], ...tail}``; the documents are JSON already."""
    body = orjson.dumps(head)[:-1] + b',"' + name + b'":[' + b",".join(documents) + b"]"
    return body + (b"," + orjson.dumps(tail)[1:] if tail else b"}")


def blocks(name: bytes, documents: Iterable[bytes], head: dict[str, Any]) -> Iterator[bytes]:
    """Iterate over the same in blocks of some 256 KiB, for answers of any size."""
    block, separator = bytearray(orjson.dumps(head)[:-1] + b',"' + name + b'":['), b""
    for document in documents:
        block += separator + document
        separator = b","
        if len(block) > _BLOCK:
            yield bytes(block)
            block.clear()
    yield bytes(block) + b"]}"


def commits_body(revision: int, commits: Sequence[Commit]) -> bytes:
    """Return a `CommitsReply`."""
    return joined(b"commits", (body_of_commit(commit) for commit in commits), {"revision": revision})


def download_name(name: str) -> str:
    """Return a Content-Disposition that saves under this name, whatever characters it has (RFC 6266)."""
    plain = unicodedata.normalize("NFKD", name).encode("ascii", "ignore").decode()
    plain = "".join(c if c.isalnum() or c in " ._-()" else "_" for c in plain).strip() or "download"
    return f"attachment; filename=\"{plain}\"; filename*=UTF-8''{quote(name, safe='')}"
