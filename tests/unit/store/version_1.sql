-- What geo3d's schema of version 1 looked like, with a few rows; made once and never changed: migrations start here.
PRAGMA application_id = 1731421282;
PRAGMA user_version = 1;
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
INSERT INTO stream VALUES (1, 'project', 2);
INSERT INTO stream VALUES (2, 'scene-1', 5);
INSERT INTO change_set VALUES (1, 1, 1, '01a1f984-871d-7e15-8905-d8285ccdda41', 'geo3d', 'Make the workspace', 1795187574557371, 0, NULL, 0, 1, 1, 1);
INSERT INTO change_set VALUES (2, 1, 2, 'c1', 'owner', '', 1795187574597466, 0, NULL, 1, 1, 2, 1);
INSERT INTO change_set VALUES (3, 2, 1, 'make', 'ann', 'make', 1795187574615746, 0, NULL, 0, 1, 3, 1);
INSERT INTO change_set VALUES (4, 2, 2, 'draw', 'ann', 'draw', 1795187574636753, 0, NULL, 1, 1, 4, 1);
INSERT INTO change_set VALUES (5, 2, 3, 'edit', 'ann', 'edit', 1795187574640175, 0, NULL, 1, 1, 5, 1);
INSERT INTO change_set VALUES (6, 2, 4, 'paint', 'ann', 'paint', 1795187574649200, 0, NULL, 1, 2, 6, 1);
INSERT INTO change_set VALUES (7, 2, 5, 'draw2', 'ann', 'draw2', 1795187574660216, 0, NULL, 1, 1, 7, 1);
INSERT INTO document VALUES (1, 1, 6, '01a1f984-871d-79b9-af7c-90f02e6ae062', 2, 2, 2);
INSERT INTO document VALUES (2, 2, 5, 'scene-1', 3, 3, 1);
INSERT INTO document VALUES (3, 2, 0, 'ann-1', 5, 5, 3);
INSERT INTO document VALUES (4, 2, 3, 'layer-1', 6, 6, 4);
INSERT INTO document VALUES (5, 2, 0, 'ann-2', 7, 7, 5);
INSERT INTO version VALUES (1, 1, 1, 1, NULL);
INSERT INTO version VALUES (2, 2, 1, 2, 1);
INSERT INTO version VALUES (3, 3, 2, 3, NULL);
INSERT INTO version VALUES (4, 4, 3, 4, NULL);
INSERT INTO version VALUES (5, 5, 3, 5, 4);
INSERT INTO version VALUES (6, 6, 4, 6, NULL);
INSERT INTO version VALUES (7, 7, 5, 7, NULL);
INSERT INTO content VALUES (1, CAST('{"kind":"project","id":"01a1f984-871d-79b9-af7c-90f02e6ae062","title":"Untitled","ontology":{"version":0,"classes":[]},"workflow":"single","members":[]' AS BLOB), NULL);
INSERT INTO content VALUES (2, CAST('{"kind":"project","id":"01a1f984-871d-79b9-af7c-90f02e6ae062","title":"Untitled","ontology":{"version":2,"classes":[{"slug":"roof","code":1,"title":"Roof","color":"#e5484d","key":null,"parent":null,"geometries":[],"skeleton":null,"attributes":[],"guideline":"","retired":false},{"slug":"road","code":2,"title":"Road","color":"#46a758","key":null,"parent":null,"geometries":[],"skeleton":null,"attributes":[],"guideline":"","retired":false}]},"workflow":"single","members":[]' AS BLOB), NULL);
INSERT INTO content VALUES (3, CAST('{"kind":"scene","id":"scene-1","title":"One","frames":[{"kind":"pixel","id":"f","size":[600,400],"parent":null,"link":null}],"samples":[],"assets":[{"id":"a","href":"a.tif","members":[],"arrangement":"single","title":"","media_type":"","role":"raster","frame":"f","sample":null,"timestamp_ns":null,"sha256":null,"size_bytes":0,"trust":"owner","properties":{}}]' AS BLOB), NULL);
INSERT INTO content VALUES (4, CAST('{"kind":"annotation","id":"ann-1","scene":"scene-1","fid":3,"sample":null,"thing":null,"label":"roof","geometry":{"frame":"f","kind":"polygon","exterior":[[0.5,0.0],[10.5,0.0],[10.5,10.0]],"holes":[]},"attributes":{},"state":"draft","provenance":{"method":"manual","actor":"","at":"2026-11-20T15:12:54.635657Z","tool":"","sources":[],"score":null,"guideline_version":null},"extra":{}' AS BLOB), NULL);
INSERT INTO content VALUES (5, CAST('{"kind":"annotation","id":"ann-1","scene":"scene-1","fid":3,"sample":null,"thing":null,"label":"road","geometry":{"frame":"f","kind":"polygon","exterior":[[0.5,0.0],[10.5,0.0],[10.5,10.0]],"holes":[]},"attributes":{},"state":"draft","provenance":{"method":"manual","actor":"","at":"2026-11-20T15:12:54.635657Z","tool":"","sources":[],"score":null,"guideline_version":null},"extra":{}' AS BLOB), NULL);
INSERT INTO content VALUES (6, CAST('{"kind":"layer","id":"layer-1","scene":"scene-1","asset":"a","frame":"f","dtype":"uint16","role":"class","size":[600,400]' AS BLOB), NULL);
INSERT INTO content VALUES (7, CAST('{"kind":"annotation","id":"ann-2","scene":"scene-1","fid":5,"sample":null,"thing":null,"label":"roof","geometry":{"frame":"f","kind":"polygon","exterior":[[100.25,0.0],[110.25,0.0],[110.25,10.0]],"holes":[]},"attributes":{},"state":"draft","provenance":{"method":"manual","actor":"","at":"2026-11-20T15:12:54.659531Z","tool":"","sources":[],"score":null,"guideline_version":null},"extra":{}' AS BLOB), NULL);
INSERT INTO frame VALUES (1, 2, 'f', NULL, NULL, 0);
INSERT INTO facet VALUES (4, 3, 1, 1, 0, NULL, 0.5, 0.0, 10.5, 10.0, x'01030000000100000004000000000000000000e03f00000000000000000000000000002540000000000000000000000000000025400000000000002440000000000000e03f0000000000000000');
INSERT INTO facet VALUES (5, 3, 1, 2, 0, NULL, 0.5, 0.0, 10.5, 10.0, x'01030000000100000004000000000000000000e03f00000000000000000000000000002540000000000000000000000000000025400000000000002440000000000000e03f0000000000000000');
INSERT INTO facet VALUES (7, 5, 1, 1, 0, NULL, 100.25, 0.0, 110.25, 10.0, x'01030000000100000004000000000000000010594000000000000000000000000000905b4000000000000000000000000000905b40000000000000244000000000001059400000000000000000');
DELETE FROM place_rowid;
INSERT INTO place_rowid VALUES (5, 1, 3, 3);
INSERT INTO place_rowid VALUES (7, 1, 5, 5);
DELETE FROM place_node;
INSERT INTO place_node VALUES (1, CAST(x'0000000200000000000000053f00000041280000000000004120000040400000404000003f8000003f800000000000000000000742c8800042dc8000000000004120000040400000404000003f8000003f8000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000000' || zeroblob(1844) AS BLOB));
DELETE FROM place_parent;
INSERT INTO tally VALUES (2, 1, 1, 0, 1);
INSERT INTO tally VALUES (2, 1, 2, 0, 1);
INSERT INTO patch VALUES (1, 6, 4, '0/0', x'780163666060e00462106004620000b0000e');
INSERT INTO chunk VALUES (4, '0/0', x'017801edd0b10d0000080230fcff69a3ab27584818189b4cea746f4380000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080000102040810204080c02b810600ae000a');
