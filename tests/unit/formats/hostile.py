"""Files that must be refused, and the place that the refusal must name."""

from __future__ import annotations

import json
from typing import Any

IMAGE = {"id": 1, "file_name": "a", "width": 4, "height": 3}
CATEGORY = {"id": 1, "name": "c"}
SCENE = {"id": "a", "title": "t"}


def _collection(*features: str) -> bytes:
    return ('{"type":"FeatureCollection","features":[' + ",".join(features) + "]}").encode()


def _feature(geometry: str, properties: str = "{}") -> str:
    return '{"type":"Feature","properties":' + properties + ',"geometry":' + geometry + "}"


def _coco(image: dict[str, Any] | None = None, category: dict[str, Any] | None = None, **fields: Any) -> bytes:
    annotation = {"id": 1, "image_id": 1, "category_id": 1, **fields}
    return json.dumps(
        {
            "images": [{**IMAGE, **(image or {})}],
            "categories": [{**CATEGORY, **(category or {})}],
            "annotations": [annotation],
        }
    ).encode()


def _lines(*lines: dict[str, Any] | str) -> bytes:
    return "".join(line if isinstance(line, str) else json.dumps(line) + "\n" for line in lines).encode()


def _header(**fields: Any) -> dict[str, Any]:
    return {"format": "geo3d", "version": 1, "ontology": {}, "scenes": [SCENE], **fields}


HOSTILE: dict[str, list[tuple[str, bytes]]] = {
    "geojson": [
        ("features[1]", _collection(_feature("null"), "7")),
        ("coordinates[0][1]", _feature('{"type":"Polygon","coordinates":[[[0,0],"x",[1,1],[0,0]]]}').encode()),
        ("coordinates[0][2]", _feature('{"type":"Polygon","coordinates":[[[0,0],[1,1],[1],[0,0]]]}').encode()),
        ("features[0]", _collection(_feature('{"type":"Point","coordinates":[NaN,1]}'))),
        ("geometry.type", _feature('{"type":"Sphere","coordinates":[]}').encode()),
        ("geometry", _feature('"POINT (1 2)"').encode()),
        ("properties", _collection(_feature("null", "[1]"))),
        ("features[0]", _collection(_feature("null", "[" * 5000 + "]" * 5000))),
        ("type", b'{"type":"Topology"}'),
        ("type", b'{"type":"Feature2","features":[]}'),
        ("cut off", b'{"type":"FeatureCollection","features":[{"type":"Feature"'),
        ("bracket", b'{"type":"FeatureCollection","features":[]]}}'),
        ("object", b"[]"),
        ("crs", b'{"type":"FeatureCollection","crs":{"type":"link"},"features":[]}'),
        ("crs", b'{"type":"FeatureCollection","crs":{"type":"name","properties":{"name":"EPSG:0"}},"features":[]}'),
    ],
    "geo3d": [
        ("line 1", b"{}\n"),
        ("newer", _lines({"format": "geo3d", "version": 99})),
        ("line 2", _lines(_header(), '{"kind":"annotation","id":')),
        ("line 2", _lines(_header(), {"kind": "annotation", "id": "x", "scene": "a"}, {"kind": "end", "n": 1})),
        ("line 2", _lines(_header(), {"kind": "end", "n": 5})),
        ("line 2", _lines(_header(), "[1]\n")),
        ("after line 1", _lines(_header())),
        ("line 1", _lines(_header(ontology={"classes": [{"slug": "A b"}]}))),
        ("choose one", _lines(_header(scenes=[SCENE, {"id": "b", "title": "u"}]), {"kind": "end", "n": 0})),
        ("line 1", b"\x00\xff\x00\n"),
    ],
    "coco": [
        ("images[0]", _coco(image={"width": "x"})),
        ("images[0]", _coco(image={"width": 1e300})),
        ("images[0]", _coco(image={"height": -3})),
        ("images[0]", b'{"images":[{"file_name":"a"}],"annotations":[]}'),
        ("annotations[0]", _coco(segmentation={"size": [3, 4], "counts": [5, 5]})),
        ("counts", _coco(segmentation={"size": [3, 4], "counts": "~~~~"})),
        ("counts", _coco(segmentation={"size": [3, 4], "counts": [-5, 17]})),
        ("counts", _coco(segmentation={"size": [3, 4], "counts": ["12"]})),
        ("size", _coco(segmentation={"size": [99999999, 99999999], "counts": [9999999800000001]})),
        (
            "too many",
            _coco({"width": 90000, "height": 90000}, segmentation={"size": [90000, 90000], "counts": [0, 8100000000]}),
        ),
        ("bbox", _coco(bbox=[1, 2, "3", 4])),
        ("bbox", _coco(bbox=[1, 2, -3, 4])),
        ("bbox", _coco(bbox=7)),
        ("segmentation", _coco(segmentation=[[1, 2, 3, 4, 5, {}]])),
        ("segmentation", _coco(segmentation=[[1, 2, 3, 4, 5]])),
        ("segmentation", _coco(segmentation="abc")),
        ("annotations[0]", _coco(segmentation=[[1, 2, 3, 4, 5, float("nan")]])),
        ("keypoints", _coco(category={"keypoints": ["a"]}, keypoints=[1, 2])),
        ("keypoints", _coco(category={"keypoints": ["a"]}, keypoints=[1, 2, 2, 3, 4, 2])),
        ("neither images", b'{"info":{}}'),
        ("[1]", b'[{"image_id":1,"category_id":1,"bbox":[0,0,1,1]},3]'),
        ("images", b'{"images":{"a":1},"annotations":[]}'),
        ("categories", b'{"images":[],"categories":"x","annotations":[]}'),
    ],
    "geopackage": [("no GeoPackage", b"hello"), ("no GeoPackage", b"SQLite format 3\x00" + b"\x00" * 200)],
    "geoparquet": [("Parquet", b"PAR1 and nothing else PAR1")],
    "mask": [("mask", b"II*\x00\x08\x00\x00\x00"), ("mask", b"no raster at all")],
}
