"""The tables of ``workspace.db``, and how an older file becomes today's.

The log, append-only: `change_set`, `version` (which content a document got, and what it had before), `content` (the
JSON), `patch` (what was painted), with the identities they name: `stream`, `document`, `frame`.

The projection, made from the log: `document.head`, ``.content`` and ``.revision``, `facet` (what indices know of a
content), `link`, `place` (R*Tree), `tally`, `cell`, `chunk`.

A document's JSON is ``content.body`` + its ``tail.json`` (what all annotations of a load share, stored once) +
``,"revision":N}``: the revision is no part of the content, so that undo points at an old content and copies nothing.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Sequence

from geo3d.errors import StoreError

APPLICATION_ID = 0x67336462
"""``g3db``: tells our files from any other SQLite file."""

KINDS = ("annotation", "thing", "relation", "layer", "status", "scene", "project")
"""Kinds of documents; a row holds the index. Append only."""
ANNOTATION, THING, RELATION, LAYER, STATUS, SCENE, PROJECT_KIND = range(len(KINDS))

DO, UNDO, REDO = range(3)
"""`change_set.verb`."""

VERSION_1 = """
CREATE TABLE stream (
  id INTEGER PRIMARY KEY,
  name TEXT NOT NULL UNIQUE,
  revision INTEGER NOT NULL
);
CREATE TABLE change_set (
  id INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL REFERENCES stream,
  revision INTEGER NOT NULL,
  client_id TEXT NOT NULL,
  actor TEXT NOT NULL,
  message TEXT NOT NULL,
  at INTEGER NOT NULL,                -- Unix time, microseconds
  verb INTEGER NOT NULL,              -- 0 do, 1 undo, 2 redo
  takes_back INTEGER,                 -- revision that this undo or redo took back
  is_undoable INTEGER NOT NULL,
  n_changes INTEGER NOT NULL,
  first_version INTEGER NOT NULL,     -- its versions are [first_version, first_version + n_versions)
  n_versions INTEGER NOT NULL,
  UNIQUE (stream, revision),
  UNIQUE (stream, client_id)
);
CREATE INDEX change_set_actor ON change_set (stream, actor, revision);
CREATE UNIQUE INDEX change_set_taken ON change_set (stream, takes_back) WHERE takes_back IS NOT NULL;

CREATE TABLE document (
  fid INTEGER PRIMARY KEY,            -- rows are never removed, so a fid is never used twice
  stream INTEGER NOT NULL REFERENCES stream,
  kind INTEGER NOT NULL,
  id TEXT NOT NULL,
  head INTEGER NOT NULL,              -- newest version
  content INTEGER,                    -- of the newest version; NULL = deleted
  revision INTEGER NOT NULL,          -- of the newest version
  UNIQUE (stream, kind, id)
);
CREATE INDEX document_live ON document (stream, kind) WHERE content IS NOT NULL;

CREATE TABLE version (
  seq INTEGER PRIMARY KEY,
  change_set INTEGER NOT NULL REFERENCES change_set,
  fid INTEGER NOT NULL REFERENCES document,
  content INTEGER REFERENCES content, -- NULL = deleted here
  previous INTEGER REFERENCES version -- the document's version before; NULL = it was new
);
CREATE TABLE content (
  id INTEGER PRIMARY KEY,
  body BLOB NOT NULL,
  tail INTEGER REFERENCES tail
);
CREATE TABLE tail (id INTEGER PRIMARY KEY, json BLOB NOT NULL);

CREATE TABLE frame (
  id INTEGER PRIMARY KEY,
  stream INTEGER NOT NULL REFERENCES stream,
  name TEXT NOT NULL,
  cell_floor INTEGER,                 -- smallest cell level; NULL = no cells, everything is drawn
  cell_top INTEGER,                   -- largest cell level
  cell_n INTEGER NOT NULL DEFAULT 0,  -- annotations in the frame when the levels were chosen
  UNIQUE (stream, name)
);
CREATE TABLE facet (
  content INTEGER PRIMARY KEY,
  fid INTEGER NOT NULL,
  frame INTEGER,
  code INTEGER NOT NULL,
  state INTEGER NOT NULL,
  sample INTEGER,
  minx REAL, miny REAL, maxx REAL, maxy REAL,
  wkb BLOB
);
CREATE INDEX facet_sample ON facet (sample) WHERE sample IS NOT NULL;
CREATE TABLE link (
  target TEXT NOT NULL,               -- id of a document of the same stream
  content INTEGER NOT NULL,           -- whose content names it
  fid INTEGER NOT NULL                -- whose document that is
);
CREATE INDEX link_target ON link (target);
CREATE INDEX link_content ON link (content);

CREATE VIRTUAL TABLE place USING rtree (
  content, minx, maxx, miny, maxy, minlevel, maxlevel, minframe, maxframe,
  +fid, +revision                     -- of the document that has this content now
);
CREATE TABLE tally (
  stream INTEGER NOT NULL,
  frame INTEGER NOT NULL,             -- 0 = annotations without a frame
  code INTEGER NOT NULL,
  state INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (stream, frame, code, state)
) WITHOUT ROWID;
CREATE TABLE cell (
  frame INTEGER NOT NULL,
  level INTEGER NOT NULL,             -- side 2^level units of the frame
  cx INTEGER NOT NULL,
  cy INTEGER NOT NULL,
  code INTEGER NOT NULL,
  n INTEGER NOT NULL,
  PRIMARY KEY (frame, level, cx, cy, code)
) WITHOUT ROWID;

CREATE TABLE patch (
  id INTEGER PRIMARY KEY,
  change_set INTEGER NOT NULL REFERENCES change_set,
  layer INTEGER NOT NULL REFERENCES document,
  key TEXT NOT NULL,
  runs BLOB NOT NULL
);
CREATE INDEX patch_change_set ON patch (change_set);
CREATE INDEX patch_chunk ON patch (layer, key);
CREATE TABLE chunk (
  layer INTEGER NOT NULL REFERENCES document,
  key TEXT NOT NULL,
  entries BLOB NOT NULL,
  PRIMARY KEY (layer, key)
);

CREATE TABLE job (id TEXT PRIMARY KEY, json BLOB NOT NULL);
CREATE TABLE setting (name TEXT PRIMARY KEY, value BLOB NOT NULL);
"""

Migration = Callable[[sqlite3.Connection], None]


def count_wider_cells(db: sqlite3.Connection) -> None:
    """Version 2: cells are twice as wide. The tables stay; what they hold is made anew."""
    from geo3d.store.sqlite.reindex import reindex  # which needs the constants of this module

    reindex(db, [stream for (stream,) in db.execute("SELECT id FROM stream").fetchall()])


MIGRATIONS: Sequence[Migration] = (count_wider_cells,)
"""``MIGRATIONS[i]`` makes version i + 2 of version i + 1, inside a transaction that the caller owns. Append only."""

SCHEMA_VERSION = 1 + len(MIGRATIONS)
"""The schema that this geo3d writes."""


def statements_of(script: str) -> list[str]:
    """Return the single statements of a script (``executescript`` would commit the transaction that we are in)."""
    found, start = [], 0
    for end in (i + 1 for i, char in enumerate(script) if char == ";"):
        if sqlite3.complete_statement(script[start:end]):
            found.append(script[start:end])
            start = end
    return found


def create(db: sqlite3.Connection) -> None:
    """Make the tables of the newest version in an empty database, inside the caller's transaction."""
    for statement in statements_of(VERSION_1):
        db.execute(statement)
    db.execute(f"PRAGMA application_id = {APPLICATION_ID}")
    db.execute("PRAGMA user_version = 1")
    migrate(db)


def version_of(db: sqlite3.Connection) -> int:
    """Return the schema version of a database.

    Raises:
        StoreError: It is no workspace, or a newer geo3d wrote it.
    """
    (application,) = db.execute("PRAGMA application_id").fetchone()
    (version,) = db.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID or version < 1:
        raise StoreError("this SQLite file is no geo3d workspace; choose the folder that `geo3d init` made")
    if version > SCHEMA_VERSION:
        raise StoreError(
            f"a newer geo3d wrote this workspace (schema {version}, this one knows {SCHEMA_VERSION}); update geo3d",
            found=version,
            known=SCHEMA_VERSION,
        )
    return int(version)


def migrate(db: sqlite3.Connection) -> None:
    """Bring an older database to `SCHEMA_VERSION`, inside the caller's transaction. Raises as `version_of`."""
    version = version_of(db)
    for number, migration in enumerate(MIGRATIONS[version - 1 :], start=version + 1):
        migration(db)
        db.execute(f"PRAGMA user_version = {number}")
