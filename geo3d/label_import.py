"""Labels of a file into a scene, as one revision."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import suppress
from pathlib import Path

import numpy as np
import numpy.typing as npt
import orjson
from pydantic import Field

from geo3d.errors import Conflict, FormatError, Geo3dError
from geo3d.formats.base import Batch, Imported, Progress, ReadContext, Reader, no_progress
from geo3d.formats.fit import Fitter, picked
from geo3d.formats.merge import Merge
from geo3d.formats.report import Loss, LossLog
from geo3d.formats.settle import ClassPlan, plan_classes, plan_frames
from geo3d.formats.values import columns_of, values_of
from geo3d.geometry import Frame, Value
from geo3d.labels import (
    Annotation,
    AnnotationColumns,
    Change,
    ChangeSet,
    ChunkRuns,
    Layer,
    Patch,
    Provenance,
    Put,
    Relation,
    Run,
    Scene,
    SceneStatus,
    new_id,
)
from geo3d.store.contract import PROJECT, Query, Store


class ImportResult(Value):
    """What an import did. ``n + n_unchanged + n_lost`` are the labels of the file."""

    format: str
    revision: int
    """Revision of the scene that holds the labels; one undo takes them back."""
    n: int
    """Labels written, `n_updated` included."""
    n_updated: int = 0
    """Labels of a file of ours that were in the scene and differ."""
    n_unchanged: int = 0
    """Labels of a file of ours that are in the scene just so."""
    classes_created: tuple[str, ...] = ()
    """Titles."""
    attributes_added: dict[str, tuple[str, ...]] = Field(default_factory=dict)
    """Class slug -> attributes that it got."""
    frames_added: tuple[str, ...] = ()
    losses: tuple[Loss, ...] = ()
    n_lost: int = 0
    lost_by_reason: dict[str, int] = Field(default_factory=dict)
    reduced: tuple[Loss, ...] = ()
    warnings: tuple[str, ...] = ()

    def text(self) -> str:
        """Return the result as lines for a terminal."""
        lines = [f"{self.format}: {self.n} labels imported as revision {self.revision}"]
        if self.n_updated or self.n_unchanged:
            lines.append(f"  {self.n_updated} of them changed labels that were there, {self.n_unchanged} were the same")
        lines += [f"  new class: {title}" for title in self.classes_created]
        lines += [f"  {slug}: new attributes {', '.join(names)}" for slug, names in self.attributes_added.items()]
        for reason, n in self.lost_by_reason.items():
            first = next((loss.message for loss in self.losses if loss.reason == reason), "")
            lines.append(f"  lost: {n} x {reason}" + (f" ({first})" if first else ""))
        for reason in dict.fromkeys(loss.reason for loss in self.reduced):
            some = [loss for loss in self.reduced if loss.reason == reason]
            lines.append(f"  reduced: {len(some)} x {reason} ({some[0].message})")
        return "\n".join([*lines, *(f"  note: {warning}" for warning in self.warnings)])


def import_into(
    store: Store,
    scene: str,
    reader: Reader,
    source: Path,
    *,
    actor: str,
    class_map: Mapping[str, str | None] | None = None,
    crs: str | None = None,
    client_id: str | None = None,
    progress: Progress = no_progress,
) -> ImportResult:
    """Read the labels of a file into a scene as one revision.

    Labels keep the coordinates of their file: a map frame is added where the scene lacks it; pixel coordinates go to
    the pictures of the same name. Classes that are missing are made, on the project's stream, and told. Labels of a
    file of ours whose ids are in the scene are brought up to date.

    Args:
        store: Where to write.
        scene: Id of the scene.
        reader: The format, with its options.
        source: The file.
        actor: Who imports.
        class_map: Title in the file -> slug in the project; None or empty = leave labels of this class out.
        crs: CRS of the file, or id of a frame of the scene, overruling what the file says; None = as the file says.
        client_id: Key under which a second attempt at the same import is recognised: it writes nothing then.
        progress: Told the fraction done; may raise JobCancelled: nothing was written then.

    Raises:
        FormatError: The file is not what its format demands, or does not say where its labels lie.
        NotFound: There is no such scene.
    """
    steps = _Steps(progress)
    imported = reader.read(source, ReadContext(steps))
    target, log = store.scene(scene), LossLog()
    frames = plan_frames(imported, target, crs)
    if frames.is_unplaced:
        raise FormatError(f"{source.name}: {frames.problems[0]}")
    classes, undo = _write_classes(store, imported, class_map or {}, actor, source)
    try:
        ends = frozenset(end for relation in imported.relations for end in (relation.source, relation.target))
        merge = Merge(store, _with_frames(target, frames.added), _provenance(imported, actor, source), ends)
        fitter = Fitter(imported, target, frames, classes, _things(store, scene, imported), actor, log)
        n = _write(store, target, imported, fitter, merge, steps, source, client_id or new_id())
    except BaseException:
        with suppress(Geo3dError):
            undo()
        raise
    unread = imported.losses
    return ImportResult(
        format=imported.format,
        revision=store.revision(scene),
        n=n,
        n_updated=merge.n_updated,
        n_unchanged=merge.n_unchanged,
        classes_created=tuple(c.title for c in classes.created),
        attributes_added=classes.attributes_added,
        frames_added=tuple(frame.id for frame in frames.added),
        losses=(*unread.lost, *log.lost),
        n_lost=unread.n_lost + log.n_lost,
        lost_by_reason=_added(unread.lost_by_reason, log.lost_by_reason),
        reduced=(*unread.reduced, *log.reduced),
        warnings=(*unread.warnings, *log.warnings),
    )


# ---------------------------------------------------------------- inside


class _Steps:
    """Progress over several stages; never goes back."""

    def __init__(self, progress: Progress) -> None:
        self._progress, self._done = progress, 0.0
        self._range = (0.0, 1.0)

    def stage(self, start: float, end: float) -> None:
        """Map what follows into a part of the whole."""
        self._range = (start, end)

    def __call__(self, share: float) -> None:
        start, end = self._range
        self._done = max(self._done, start + (end - start) * min(1.0, share))
        self._progress(self._done)


def _things(store: Store, scene: str, imported: Imported) -> frozenset[str]:
    """Return the ids of the things that labels may observe."""
    there = {str(orjson.loads(json)["id"]) for json in store.read(scene, Query(kind="thing"))}
    return frozenset(there | {thing.id for thing in imported.things})


def _provenance(imported: Imported, actor: str, source: Path) -> Provenance:
    return Provenance(method="imported", actor=actor, tool=imported.format, sources=(source.name,))


def _write_classes(
    store: Store, imported: Imported, class_map: Mapping[str, str | None], actor: str, source: Path
) -> tuple[ClassPlan, Callable[[], None]]:
    """Make the classes that are missing; return them, and what takes that back."""
    for attempt in range(4):
        project = store.project()
        plan = plan_classes(imported, project.ontology, class_map)
        if not plan.is_change:
            return plan, lambda: None
        after = project.model_copy(update={"ontology": plan.ontology})
        change = ChangeSet(
            client_id=new_id(),
            actor=actor,
            message=f"Classes of {source.name}"[:500],
            changes=(Put(document=after, base=project.revision),),
        )
        try:
            store.apply(PROJECT, change)
        except Conflict:
            if attempt == 3:
                raise
            continue
        return plan, lambda: _undo(store, actor)
    raise AssertionError("unreachable")


def _undo(store: Store, actor: str) -> None:
    store.undo(PROJECT, actor, client_id=new_id())


def _write(
    store: Store,
    scene: Scene,
    imported: Imported,
    fitter: Fitter,
    merge: Merge,
    steps: _Steps,
    source: Path,
    client_id: str,
) -> int:
    """Write everything as one revision; return how many labels were written."""
    documents = list(_documents(store, scene, imported, fitter))
    puts: list[Put] = []
    n_columns, frames = imported.n, {frame.id for frame in fitter.frames.added}
    if imported.is_own or imported.has_values:
        steps.stage(0.0, 0.3)
        puts, n_columns, frames = _gather(imported, fitter, merge)
        if n_columns:
            fitter.log.clear()  # the second pass tells the same losses again
    used = frames | {c.document.frame for c in documents if isinstance(c, Put) and isinstance(c.document, Layer)}
    added = [frame for frame in fitter.frames.added if frame.id in used]
    changes = (*_scene_put(scene, added), *documents, *puts)
    facts = {"client_id": client_id, "actor": fitter.actor, "message": f"Import {source.name}"[:500]}
    before = ChangeSet.model_validate({**facts, "changes": changes}) if changes else None
    columns = _Columns(imported, fitter, merge)
    if n_columns:
        steps.stage(0.3 if puts else 0.0, 0.7)
        commit = store.load(scene.id, columns, before, progress=lambda share: _indexing(steps, share), **facts)
        if commit.is_replay:  # nothing was read then: count what the first attempt wrote
            for _ in columns:
                pass
    elif before is not None:
        store.apply(scene.id, before)
    steps.stage(0.0, 1.0)
    steps(1.0)
    return len(puts) + columns.n


def _indexing(steps: _Steps, share: float) -> None:
    """Pass the store's progress on: it tells 0.8 once all rows are written; until then the reader tells."""
    if share >= 0.8:
        steps.stage(0.7, 1.0)
        steps((share - 0.8) / 0.2)


def _gather(imported: Imported, fitter: Fitter, merge: Merge) -> tuple[list[Put], int, set[str]]:
    """Return what has to be written as values, how many labels remain as columns, and the frames of all of them."""
    puts: list[Put] = []
    n, frames = 0, set[str]()
    for batch in imported.batches():
        for fitted in fitter.fitted(batch):
            values, columns = _sorted(fitted, merge)
            puts += merge.puts(values)
            n += sum(map(len, columns))
            frames |= {c.frame for c in columns}
    documents = (put.document for put in puts)
    frames |= {d.geometry.frame for d in documents if isinstance(d, Annotation) and d.geometry is not None}
    return puts, n, frames


def _sorted(batch: Batch, merge: Merge) -> tuple[list[Annotation], list[AnnotationColumns]]:
    """Return what of a batch has to be written as values (it is there already, or no plain shape), and the rest."""
    if isinstance(batch, AnnotationColumns):
        there = merge.existing(batch.ids) if batch.ids is not None else {}
        if not there or batch.ids is None:
            return [], [batch]
        old = [i for i, id in enumerate(batch.ids) if id in there]
        new = [i for i, id in enumerate(batch.ids) if id not in there]
        return list(values_of(picked(batch, old), merge.scene.id)), [picked(batch, new)] if new else []
    apart = {*merge.existing(annotation.id for annotation in batch), *merge.apart}
    columns, rest = columns_of([annotation for annotation in batch if annotation.id not in apart])
    return [*(annotation for annotation in batch if annotation.id in apart), *rest], columns


def _with_frames(scene: Scene, added: Sequence[Frame]) -> Scene:
    return scene.model_copy(update={"frames": (*scene.frames, *added)})


def _scene_put(scene: Scene, added: Sequence[Frame]) -> list[Change]:
    """Return the change that gives a scene more frames; none where it needs none."""
    return [Put(document=_with_frames(scene, added), base=scene.revision)] if added else []


class _Columns:
    """The plain columns of an import, without what `_write` has written as values; counts them."""

    def __init__(self, imported: Imported, fitter: Fitter, merge: Merge) -> None:
        self._imported, self._fitter, self._merge = imported, fitter, merge
        self.n = 0

    def __iter__(self) -> Iterator[AnnotationColumns]:
        for batch in self._imported.batches():
            for fitted in self._fitter.fitted(batch):
                for columns in _sorted(fitted, self._merge)[1]:
                    self.n += len(columns)
                    yield columns


def _documents(store: Store, scene: Scene, imported: Imported, fitter: Fitter) -> Iterator[Change]:
    """Iterate over the changes for things, layers, relations and statuses that the scene does not hold yet."""
    kinds = ("thing", "layer", "relation", "status")
    there = {str(orjson.loads(json)["id"]) for kind in kinds for json in store.read(scene.id, Query(kind=kind))}
    assets = {asset.frame: asset.id for asset in scene.assets}
    codes = _codes(imported, fitter)
    for thing in imported.things:
        label = fitter.classes.of.get(thing.label)
        if thing.id not in there and label:
            yield Put(document=thing.model_copy(update={"scene": scene.id, "label": label, "fid": 0, "revision": 0}))
    for layer in imported.layers:
        frame = fitter.frames.of.get(layer.frame)
        if frame is None or frame not in assets:
            message = f"the scene has no asset {layer.asset!r} that it could lie on"
            fitter.log.lose(layer.id, "layer", "no-frame", message)
        elif layer.role == "instance":
            message = "its entries are numbers of things in the workspace it came from; they mean nothing here"
            fitter.log.lose(layer.id, "layer", "instance-layer", message)
        elif layer.id not in there:
            dtype = "uint16" if int(codes.max()) > 255 else layer.dtype
            home = {"scene": scene.id, "frame": frame, "asset": assets[frame], "dtype": dtype, "revision": 0}
            yield Put(document=layer.model_copy(update=home))
            if imported.chunks is not None:
                yield from _patches(layer, imported, codes)
    documents: tuple[Relation | SceneStatus, ...] = (*imported.relations, *imported.statuses)
    for document in documents:
        if document.id not in there:
            yield Put(document=document.model_copy(update={"scene": scene.id, "revision": 0}))


def _codes(imported: Imported, fitter: Fitter) -> npt.NDArray[np.uint16]:
    """Return the code in the project of each code in the file; 0 where its class was left out."""
    codes = np.zeros(65536, dtype=np.uint16)
    for label in imported.ontology.classes:
        slug = fitter.classes.of.get(label.slug)
        if slug:
            codes[label.code] = fitter.labels[slug].code
    return codes


def _patches(layer: Layer, imported: Imported, codes: npt.NDArray[np.uint16]) -> Iterator[Patch]:
    """Iterate over the changes that paint an empty layer like the file's."""
    assert imported.chunks is not None
    for key, foreign in imported.chunks(layer):
        entries = codes[np.minimum(foreign, 65535)]
        edges = np.flatnonzero(np.diff(entries)) + 1
        starts = np.concatenate(([0], edges)).tolist()
        ends = np.concatenate((edges, [len(entries)])).tolist()
        runs = tuple(
            Run(start=start, length=end - start, old=0, new=int(entries[start]))
            for start, end in zip(starts, ends, strict=True)
            if entries[start]
        )
        if runs:
            yield Patch(layer=layer.id, chunks=(ChunkRuns(chunk=key, runs=runs),))


def _added(a: Mapping[str, int], b: Mapping[str, int]) -> dict[str, int]:
    return dict(Counter(a) + Counter(b))
