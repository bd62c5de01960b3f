"""geo3d JSON Lines: every document as the model has it, nothing lost. The reference that the other formats are held to.

Line 1 is the header: ``{"format": "geo3d", "version": 1, "ontology": …, "scenes": […]}``. Each further line is one
document (``annotation``, ``thing``, ``relation``, ``layer``, ``status``, as `Document` writes it) or the entries of one
chunk of a layer: ``{"kind": "chunk", "layer": …, "key": …, "dtype": …, "data": …}``, the data little-endian, packed by
zlib, in base64. The last line is ``{"kind": "end", "n": …}``: a file without it was cut off.
"""

from __future__ import annotations

import base64
import zlib
from collections import Counter
from collections.abc import Iterator
from itertools import chain
from pathlib import Path
from typing import IO, Any, ClassVar

import numpy as np
import numpy.typing as npt
import orjson
from pydantic import Field, TypeAdapter, ValidationError

from geo3d.errors import FormatError
from geo3d.formats.base import Batch, Chunks, Imported, ReadContext, Reader, WriteContext, Writer
from geo3d.formats.report import LossLog, Report
from geo3d.formats.target import whole_file
from geo3d.formats.vector import counted
from geo3d.labels import CHUNK_SIDE, Annotation, Dataset, Document, Layer, Ontology, Relation, Scene, SceneStatus, Thing
from geo3d.labels.ontology import GeometryKind

VERSION = 1
"""Version of the file layout that this program writes; it reads this and every older one."""
LARGEST_LINE = 64 << 20
"""Bytes of one line above which a file is refused."""
_BATCH = 2048
_DOCUMENT: TypeAdapter[Any] = TypeAdapter(Document)


class Geo3dWriter(Writer):
    """Write everything, losslessly."""

    name: ClassVar[str] = "geo3d"
    title: ClassVar[str] = "geo3d JSON Lines"
    extensions: ClassVar[tuple[str, ...]] = (".geo3d.jsonl", ".jsonl")
    carries: ClassVar[tuple[GeometryKind, ...]] = (
        "point", "polyline", "multipolyline", "polygon", "multipolygon", "box", "keypoints", "mask", "cuboid",
        "segment", "tag",
    )  # fmt: skip
    loses: ClassVar[str] = "Nothing of the current state; the history of edits stays in the workspace."
    media_type: ClassVar[str] = "application/x-ndjson"

    def write(self, dataset: Dataset, target: Path, context: WriteContext) -> Report:
        """Write the file. See `Writer.write`."""
        log, n = LossLog(), 0
        header = {
            "format": "geo3d",
            "version": VERSION,
            "ontology": dataset.ontology.model_dump(mode="json"),
            "scenes": [scene.model_dump(mode="json") for scene in dataset.scenes],
        }
        if dataset.extra:
            header["extra"] = dataset.extra
        with whole_file(target) as temporary, temporary.open("wb") as file:
            file.write(orjson.dumps(header) + b"\n")
            before: Iterator[Thing | Layer] = chain(dataset.things, dataset.layers)
            for document in before:
                file.write(document.model_dump_json().encode() + b"\n")
                n += 1
            for layer in dataset.layers:
                for line in _chunk_lines(layer, context):
                    file.write(line)
            for annotation in counted(dataset, context.progress):
                file.write(annotation.model_dump_json().encode() + b"\n")
                n += 1
            after: Iterator[Relation | SceneStatus] = chain(dataset.relations, dataset.statuses)
            for last in after:
                file.write(last.model_dump_json().encode() + b"\n")
                n += 1
            file.write(orjson.dumps({"kind": "end", "n": n}) + b"\n")
        if dataset.layers and context.chunks is None:
            log.warn("the layers are written without their entries: nobody gave them")
        return log.report(self.name, n, (target.name,))


class Geo3dReader(Reader):
    """Read geo3d JSON Lines."""

    name: ClassVar[str] = "geo3d"
    title: ClassVar[str] = "geo3d JSON Lines"
    extensions: ClassVar[tuple[str, ...]] = (".geo3d.jsonl", ".jsonl")

    scene: str = Field("", title="Scene")
    """Title or id of the scene to read, where the file holds several; empty = the only one."""

    def read(self, source: Path, context: ReadContext) -> Imported:
        """Survey the file. See `Reader.read`."""
        file = _File(source)
        scene = self._chosen(file)
        counts: Counter[str] = Counter()
        others: dict[str, list[Any]] = {kind: [] for kind in ("thing", "relation", "layer", "status")}
        for line, fields, raw in file.lines():
            if fields.get("scene") != scene.id:
                continue
            if fields["kind"] == "annotation":
                counts[str(fields.get("label"))] += 1
            elif fields["kind"] in others:
                others[fields["kind"]].append(file.document(line, raw))
        n, log = counts.total(), LossLog()

        def batches() -> Iterator[Batch]:
            log.clear()
            batch: list[Annotation] = []
            done = 0
            for line, fields, raw in file.lines():
                if fields["kind"] == "annotation" and fields.get("scene") == scene.id:
                    batch.append(file.document(line, raw))
                if len(batch) == _BATCH:
                    yield batch
                    done += len(batch)
                    context.progress(min(1.0, done / max(1, n)))
                    batch = []
            if batch:
                yield batch
            context.progress(1.0)

        return Imported(
            format="geo3d",
            scene=scene,
            ontology=file.ontology,
            n=n,
            counts=counts,
            batches=batches,
            losses=log,
            is_own=True,
            has_values=True,
            things=_typed(others["thing"], Thing),
            relations=_typed(others["relation"], Relation),
            layers=_typed(others["layer"], Layer),
            statuses=_typed(others["status"], SceneStatus),
            chunks=file.chunks,
            extra=file.extra,
        )

    def _chosen(self, file: _File) -> Scene:
        found = [s for s in file.scenes if self.scene in ("", s.id, s.title)]
        if len(found) == 1:
            return found[0]
        titles = ", ".join(repr(s.title) for s in file.scenes) or "none"
        raise FormatError(f"{file.path.name} holds the scenes {titles}; choose one (option scene)")


class _File:
    """A file of JSON Lines whose header was read."""

    def __init__(self, path: Path) -> None:
        """Read and check the header.

        Raises:
            FormatError: It is no such file, damaged, or of a newer version.
        """
        self.path = path
        try:
            with path.open("rb") as file:
                header = self._parse(1, _line(file, 1, path.name))
        except OSError as error:
            raise FormatError(f"{path} cannot be opened: {error.strerror}") from None
        if header.get("format") != "geo3d":
            raise FormatError(f"{path.name} is no geo3d file: line 1 is no header")
        version = header.get("version")
        if not isinstance(version, int) or version > VERSION:
            raise FormatError(f"{path.name} was written by a newer geo3d (version {version}); this one reads {VERSION}")
        try:
            self.ontology = Ontology.model_validate(header.get("ontology"))
            self.scenes = tuple(Scene.model_validate(scene) for scene in header.get("scenes", ()))
        except ValidationError as error:
            raise FormatError(f"{path.name}: line 1: {_first(error)}") from None
        self.extra: dict[str, Any] = header.get("extra", {}) if isinstance(header.get("extra", {}), dict) else {}

    def lines(self) -> Iterator[tuple[int, dict[str, Any], bytes]]:
        """Iterate over (line number, fields, line) of everything after the header, the end line excepted.

        Raises:
            FormatError: A line is damaged, or the file is cut off; the message names the line.
        """
        n, number = 0, 1
        with self.path.open("rb") as file:
            _line(file, 1, self.path.name)
            while line := _line(file, number + 1, self.path.name):
                number += 1
                fields = self._parse(number, line)
                if fields["kind"] == "end":
                    if fields.get("n") != n:
                        raise FormatError(
                            f"{self.path.name}: {n} documents before line {number}, which says {fields.get('n')}"
                        )
                    return
                n += fields["kind"] != "chunk"
                yield number, fields, line
        raise FormatError(f"{self.path.name} is cut off after line {number}: its end line is missing; get it again")

    def document(self, number: int, line: bytes) -> Any:
        """Return a line as a document."""
        try:
            return _DOCUMENT.validate_json(line)
        except ValidationError as error:
            raise FormatError(f"{self.path.name}: line {number}: {_first(error)}") from None

    def chunks(self, layer: Layer) -> Chunks:
        """Iterate over (key, entries) of a layer."""
        for number, fields, _ in self.lines():
            if fields["kind"] == "chunk" and fields.get("layer") == layer.id:
                yield str(fields.get("key")), self._entries(number, fields, layer)

    def _entries(self, number: int, fields: dict[str, Any], layer: Layer) -> npt.NDArray[np.unsignedinteger]:
        size = np.dtype(layer.dtype).itemsize
        most = CHUNK_SIDE**2 * size if layer.size is not None else LARGEST_LINE
        try:
            packed = base64.b64decode(fields["data"], validate=True)
            data = zlib.decompressobj().decompress(packed, most + 1)
        except (KeyError, TypeError, ValueError, zlib.error) as error:
            raise FormatError(f"{self.path.name}: line {number}: data is damaged: {error}") from None
        if len(data) > most or len(data) % size or (layer.size is not None and len(data) != most):
            raise FormatError(f"{self.path.name}: line {number}: the chunk has {len(data)} bytes, not {most}")
        return np.frombuffer(data, np.dtype(layer.dtype).newbyteorder("<")).astype(layer.dtype)

    def _parse(self, number: int, line: bytes) -> dict[str, Any]:
        try:
            fields = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            raise FormatError(f"{self.path.name}: line {number} is damaged: {error}") from None
        if not isinstance(fields, dict) or not isinstance(fields.get("kind", "" if number == 1 else None), str):
            raise FormatError(f"{self.path.name}: line {number} is no document: it has no kind")
        return fields


def _line(file: IO[bytes], number: int, name: str) -> bytes:
    line = file.readline(LARGEST_LINE + 1)
    if len(line) > LARGEST_LINE:
        raise FormatError(f"{name}: line {number} is longer than {LARGEST_LINE >> 20} MB; this is no geo3d file")
    return line


def _chunk_lines(layer: Layer, context: WriteContext) -> Iterator[bytes]:
    for key, entries in context.chunks(layer) if context.chunks is not None else ():
        packed = zlib.compress(entries.astype(np.dtype(layer.dtype).newbyteorder("<")).tobytes(), 6)
        data = base64.b64encode(packed).decode()
        yield orjson.dumps({"kind": "chunk", "layer": layer.id, "key": key, "dtype": layer.dtype, "data": data}) + b"\n"


def _typed(documents: list[Any], kind: type[Any]) -> list[Any]:
    return [document for document in documents if isinstance(document, kind)]


def _first(error: ValidationError) -> str:
    """Return the first complaint with its place."""
    found = error.errors()[0]
    place = ".".join(str(part) for part in found["loc"] if part not in ("annotation",))
    return f"{place or 'document'}: {found['msg']}"
