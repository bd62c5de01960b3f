"""Load: millions of annotations as one revision, in one transaction, batch by batch."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Iterable, Sequence

import numpy as np
import numpy.typing as npt

from geo3d.errors import NotFound, ValidationFailed
from geo3d.labels import AnnotationColumns, ChangeSet, Scene
from geo3d.store.admission import refuse
from geo3d.store.column_rows import PreparedRows, new_ids, place_ranks, prepared_rows
from geo3d.store.columns import problems_of_columns
from geo3d.store.contract import Commit, Progress
from geo3d.store.sqlite.integrity import check_links, check_slots
from geo3d.store.sqlite.log import Author, Entry, Head, commit_at, commit_of_client, known_stream, next_id
from geo3d.store.sqlite.projection import Projection
from geo3d.store.sqlite.reindex import Current, current_of, index_load, is_worth
from geo3d.store.sqlite.schema import ANNOTATION
from geo3d.store.sqlite.standing import DocumentCache, Standing, codes_of
from geo3d.store.sqlite.writing import conflict_of, write_changes

_WRITTEN = 0.8
"""Fraction done when all rows are written and the indices are still to be made."""


def load_batches(
    db: sqlite3.Connection,
    cache: DocumentCache,
    stream: str,
    batches: Iterable[AnnotationColumns],
    changes: ChangeSet | None,
    author: Author,
    progress: Progress | None,
) -> Commit:
    """Write annotations by the million; see `Store.load`. Runs inside a transaction of the writer."""
    row = known_stream(db, stream)
    replay = commit_of_client(db, row, author.client_id)
    if replay is not None:
        return replay
    entry, standing = Entry(db, row), Standing(db, row, cache)
    if changes is not None:
        write_changes(entry, standing, changes)
    scene = standing.scene()
    if scene is None:
        raise NotFound(f"there is no scene {stream!r}", id=stream)
    loading = _Loading(entry, standing, scene)
    report = progress or (lambda _: None)
    for batch in batches:
        loading.add(batch)
        report(0.0)
    report(_WRITTEN)
    loading.index()
    n_changes = loading.n_loaded + (len(changes.changes) if changes else 0)
    entry.finish(author, n_changes=n_changes)
    report(1.0)
    return commit_at(db, row, entry.revision)


class _Loading:
    """Writes batches into an entry that the caller finishes."""

    def __init__(self, entry: Entry, standing: Standing, scene: Scene) -> None:
        self.entry = entry
        self.scene = scene
        self.ontology = standing.project().ontology
        self.codes = codes_of(standing.project())
        self.projection = Projection(entry.db, entry.stream.id)
        self.n_loaded = 0
        self.first_content = entry.next_content
        self.loaded: list[Current] = []
        self.tally: Counter[tuple[int, int, int]] = Counter()
        self.has_links = False

    def add(self, columns: AnnotationColumns) -> None:
        """Check and write one batch."""
        refuse(problems_of_columns(columns, self.ontology, self.scene))
        n, entry = len(columns), self.entry
        ids = columns.ids if columns.ids is not None else new_ids(n, self.n_loaded)
        known = self._known(columns.ids)
        fids, heads = self._fids(ids, known)
        try:
            rows = prepared_rows(columns, self.scene.id, ids, fids, self.codes)
        except TypeError as error:
            raise ValidationFailed(f"a value cannot be stored: {error}", problems=[]) from error
        seqs = range(entry.next_version, entry.next_version + n)
        # neighbours on the map become neighbours in the file: a view reads few pages
        contents = (entry.next_content + place_ranks(rows.bounds)).tolist()
        self._insert_documents(ids, fids, contents)
        entry.db.executemany(
            f"INSERT INTO version (seq, change_set, fid, content, previous) VALUES (?, {entry.change_set}, ?, ?, ?)",
            zip(seqs, fids, contents, heads, strict=True),
        )
        self._insert_contents(columns.frame, contents, fids, rows)
        entry.next_version += n
        entry.next_content += n
        self.n_loaded += n

    def index(self) -> None:
        """Bring the indices up to date."""
        if is_worth(self.entry.db, self.n_loaded):
            index_load(self.entry.db, self.entry.stream.id, self.loaded, self.tally)
        else:
            contents = range(self.first_content, self.entry.next_content)
            self.projection.move([], contents, self.entry.revision)
        if self.has_links:
            check_links(self.entry)
            check_slots(self.entry)

    def _known(self, ids: Sequence[str] | None) -> dict[str, Head]:
        """Return where those ids stand that existed before (and were deleted). Raises Conflict for those that exist."""
        if ids is None:
            return {}
        rows = self.entry.db.execute(
            "SELECT id, fid, head, content, revision FROM document WHERE stream = ? AND kind = ?"
            " AND id IN (SELECT value FROM json_each(?))",
            (self.entry.stream.id, ANNOTATION, json.dumps(list(ids))),
        ).fetchall()
        known = {id: Head(fid, head, content, revision) for id, fid, head, content, revision in rows}
        there = {id: head for id, head in known.items() if head.content is not None}
        if there:
            raise conflict_of(self.entry.db, there)
        return known

    def _fids(self, ids: Sequence[str], known: dict[str, Head]) -> tuple[list[int], list[int | None]]:
        """Return the fid of each, and the version that was its head before."""
        entry = self.entry
        if not known:
            first = entry.next_fid
            entry.next_fid += len(ids)
            return list(range(first, entry.next_fid)), [None] * len(ids)
        fids: list[int] = []
        heads: list[int | None] = []
        for id in ids:
            head = known.get(id)
            heads.append(head.seq if head else None)
            fids.append(head.fid if head else entry.next_fid)
            entry.next_fid += head is None
        return fids, heads

    def _insert_documents(self, ids: Sequence[str], fids: Sequence[int], contents: Sequence[int]) -> None:
        entry = self.entry
        rows = zip(fids, ids, range(entry.next_version, entry.next_version + len(ids)), contents, strict=True)
        entry.db.executemany(
            "INSERT INTO document (fid, stream, kind, id, head, content, revision)"
            f" VALUES (?, {entry.stream.id}, {ANNOTATION}, ?, ?, ?, {entry.revision})"
            " ON CONFLICT (fid) DO UPDATE SET head = excluded.head, content = excluded.content,"
            " revision = excluded.revision",
            rows,
        )

    def _insert_contents(self, frame: str, contents: Sequence[int], fids: Sequence[int], rows: PreparedRows) -> None:
        db = self.entry.db
        tail = next_id(db, "tail")
        db.execute("INSERT INTO tail (id, json) VALUES (?, ?)", (tail, rows.tail))
        db.executemany(
            f"INSERT INTO content (id, body, tail) VALUES (?, ?, {tail})",
            sorted(zip(contents, rows.bodies, strict=True)),
        )
        is_tag = np.isnan(rows.bounds[:, 0])
        frame_row = self.projection.frame_row(frame)
        frames = [None if tag else frame_row for tag in is_tag.tolist()]
        self._keep(frame_row, contents, fids, rows, ~is_tag)
        bounds = rows.bounds.astype(object)
        bounds[is_tag] = None
        db.executemany(
            "INSERT INTO facet (content, fid, frame, code, state, sample, minx, miny, maxx, maxy, wkb)"
            " VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            sorted(
                zip(
                    contents, fids, frames, rows.codes, rows.states, rows.samples, *bounds.T.tolist(), rows.wkbs,
                    strict=True,
                )
            ),
        )  # fmt: skip
        links = [link for link in zip(rows.things, contents, fids, strict=True) if link[0] is not None]
        self.has_links = self.has_links or bool(links)
        db.executemany("INSERT INTO link (target, content, fid) VALUES (?, ?, ?)", links)

    def _keep(
        self,
        frame: int,
        contents: Sequence[int],
        fids: Sequence[int],
        rows: PreparedRows,
        has_place: npt.NDArray[np.bool_],
    ) -> None:
        """Remember what the indices need of a batch, 80 bytes for each annotation."""
        codes, wkbs = np.array(rows.codes, dtype=np.int64), [wkb for wkb in rows.wkbs if wkb is not None]
        self.tally.update(zip((has_place * frame).tolist(), rows.codes, rows.states, strict=True))
        kept = np.array(contents, dtype=np.int64)[has_place]
        documents = np.stack(
            [np.array(fids, dtype=np.int64)[has_place], np.full(len(kept), self.entry.revision)], axis=1
        )
        frames = np.full(len(kept), frame)
        self.loaded.append(current_of(kept, documents, frames, codes[has_place], rows.bounds[has_place], wkbs))
