"""Labels in and out over HTTP, read by other people's software."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import httpx
import pytest
import shapely

from geo3d.labels import new_id
from tests.live import LiveServer, eventually
from tests.server.conftest import change_set, polygon, put
from tests.server.pictures import TRANSFORM, write_ortho


@pytest.fixture
def labelled(ada: httpx.Client, tmp_path: Path) -> str:
    """A scene with an orthophoto and three labels in its pixels."""
    scene = ada.post("/api/scenes", json={"title": "Harbour / süd"}).json()["id"]
    path = write_ortho(tmp_path / "ortho.tif")
    answer = ada.post(f"/api/scenes/{scene}/assets", json={"hrefs": [str(path)]})
    assert answer.status_code == 201, answer.text
    frame = answer.json()["assets"][0]["frame"]
    documents = [polygon(f"p{k}", scene, x=100.25 * k, y=10.5) for k in range(3)]
    for document in documents:
        document["geometry"]["frame"] = frame
    body = change_set(ada, new_id(), *(put(document) for document in documents))
    assert ada.post(f"/api/scenes/{scene}/changes", json=body).status_code == 200
    return str(scene)


def ended(client: httpx.Client, job: dict[str, Any]) -> dict[str, Any]:
    return eventually(lambda: (j := client.get(f"/api/jobs/{job['id']}").json())["ended"] and j, "the job ends")


def export(client: httpx.Client, scene: str, format: str, **options: Any) -> tuple[dict[str, Any], httpx.Response]:
    answer = client.post(f"/api/scenes/{scene}/export", json={"format": format, "options": options})
    assert answer.status_code == 202, answer.text
    job = ended(client, answer.json())
    assert job["state"] == "done", job
    return job["result"], client.get(f"/api/exports/{job['id']}")


def test_formats_are_described(ada: httpx.Client) -> None:
    formats = {found["name"]: found for found in ada.get("/api/formats").json()}
    assert {"geojson", "geopackage"} <= set(formats)
    assert formats["geojson"]["write_schema"]["type"] == "object"


def test_a_geopackage_taken_home_has_the_clicked_pixels(ada: httpx.Client, labelled: str, tmp_path: Path) -> None:
    result, download = export(ada, labelled, "geopackage")
    assert download.status_code == 200
    assert result["report"]["written"] == result["report"]["given"] == 3
    assert 'filename="' in download.headers["content-disposition"]
    assert "/" not in download.headers["content-disposition"].split("filename=")[1].split(";")[0]
    assert int(download.headers["content-length"]) == result["size_bytes"]
    path = tmp_path / "labels.gpkg"
    path.write_bytes(download.content)
    layers = geopandas.list_layers(path)
    frame = geopandas.read_file(path, layer=layers["name"].iloc[0])
    assert frame.crs.to_epsg() == 32617
    corners = sorted(geometry.bounds[0] for geometry in frame.geometry)
    expected = sorted((TRANSFORM * (100.25 * k, 10.5))[0] for k in range(3))
    assert all(abs(a - b) < 1e-6 for a, b in zip(corners, expected, strict=True))


def test_what_a_format_cannot_do_is_told_at_once(ada: httpx.Client, labelled: str) -> None:
    path = f"/api/scenes/{labelled}/export"
    assert ada.post(path, json={"format": "nonsense"}).status_code == 422
    assert ada.post(path, json={"format": "../x"}).status_code == 422
    answer = ada.post(path, json={"format": "geojson", "options": {"nonsense": 1}})
    assert (answer.status_code, answer.json()["type"]) == (422, "urn:geo3d:option-error")


def test_unfinished_exports_are_not_there(ada: httpx.Client) -> None:
    assert ada.get("/api/exports/nothing").status_code == 404
    assert ada.get("/api/exports/..%2f..%2fworkspace.db").status_code == 404


@pytest.fixture
def geojson(tmp_path: Path) -> bytes:
    """Two houses and a pond, in longitude and latitude."""
    squares = [shapely.box(-80.999 + k * 1e-4, 36.141, -80.99895 + k * 1e-4, 36.14105) for k in range(3)]
    frame = geopandas.GeoDataFrame(
        {"class": ["House", "House", "Pond"], "floors": [1, 2, 0]}, geometry=squares, crs=4326
    )
    return frame.to_json().encode()


def preview(client: httpx.Client, scene: str, name: str, content: bytes, **fields: Any) -> httpx.Response:
    data = {key: value if isinstance(value, str) else json.dumps(value) for key, value in fields.items()}
    return client.post(f"/api/scenes/{scene}/import/preview", files={"file": (name, content)}, data=data)


def test_labels_come_in_after_a_look(ada: httpx.Client, labelled: str, geojson: bytes) -> None:
    looked = preview(ada, labelled, "houses.geojson", geojson, format="geojson", options={"class_column": "class"})
    if looked.status_code == 422 and "class_column" in looked.text:
        looked = preview(ada, labelled, "houses.geojson", geojson, format="geojson")
    assert looked.status_code == 200, looked.text
    found = looked.json()
    assert found["n"] == 3
    assert {item["title"]: item["n"] for item in found["classes"]} == {"House": 2, "Pond": 1}
    assert found["is_ready"] is True
    assert ada.get(f"/api/scenes/{labelled}/counts").json()["n"] == 3, "a look changes nothing"

    wish = {"upload": found["upload"], "format": "geojson", "class_map": {"House": "tree"}}
    answer = ada.post(f"/api/scenes/{labelled}/import", json=wish)
    assert answer.status_code == 202, answer.text
    job = ended(ada, answer.json())
    assert job["state"] == "done", job
    assert job["result"]["n"] == 3
    counts = ada.get(f"/api/scenes/{labelled}/counts").json()["counts"]
    assert counts["tree"] == 5
    assert sum(counts.values()) == 6
    undone = ada.post(f"/api/scenes/{labelled}/undo", json={"client_id": new_id()})
    assert undone.status_code == 200, undone.text
    assert ada.get(f"/api/scenes/{labelled}/counts").json()["n"] == 3


def test_an_import_needs_its_look(ada: httpx.Client, bob: httpx.Client, labelled: str, geojson: bytes) -> None:
    path = f"/api/scenes/{labelled}/import"
    assert ada.post(path, json={"upload": "nothing", "format": "geojson"}).status_code == 404
    upload = preview(ada, labelled, "houses.geojson", geojson, format="geojson").json()["upload"]
    assert bob.post(path, json={"upload": upload, "format": "geojson"}).status_code == 404


@pytest.mark.parametrize(
    "content", [b"", b"not json", b"{", b'{"type":"FeatureCollection"}', b"[" * 10_000, b"\x00\xff"]
)
def test_broken_files_are_told(ada: httpx.Client, labelled: str, content: bytes) -> None:
    answer = preview(ada, labelled, "broken.geojson", content, format="geojson")
    assert answer.status_code == 422, answer.text
    assert answer.json()["type"] in ("urn:geo3d:format-error", "urn:geo3d:request-invalid")


@pytest.mark.parametrize(
    "fields",
    [
        {},
        {"format": "nonsense"},
        {"format": "geojson", "options": "not json"},
        {"format": "geojson", "options": [1]},
        {"format": "geojson", "options": {"nonsense": True}},
        {"format": "geojson", "options": '{}, "href": "/etc/passwd"'},
    ],
)
def test_bad_wishes_are_refused(ada: httpx.Client, labelled: str, geojson: bytes, fields: dict[str, Any]) -> None:
    answer = preview(ada, labelled, "houses.geojson", geojson, **fields)
    assert answer.status_code == 422, answer.text


def test_files_of_the_machine_are_the_owners(
    server: LiveServer, ada: httpx.Client, labelled: str, tmp_path: Path, geojson: bytes
) -> None:
    path = tmp_path / "here.geojson"
    path.write_bytes(geojson)
    body = {"href": str(path), "format": "geojson"}
    assert ada.post(f"/api/scenes/{labelled}/import/preview", json=body).json()["n"] == 3
    answer = ada.post(f"/api/scenes/{labelled}/import/preview", json=body, headers={"X-Forwarded-For": "10.0.0.1"})
    assert answer.status_code == 403
    for href in ("https://evil.example/x.geojson", "/vsizip/x", "relative.geojson"):
        assert ada.post(f"/api/scenes/{labelled}/import/preview", json={**body, "href": href}).status_code == 403


def test_what_is_exported_can_be_imported_again(ada: httpx.Client, labelled: str) -> None:
    _, download = export(ada, labelled, "geojson")
    target = ada.post("/api/scenes", json={"title": "Again"}).json()["id"]
    looked = preview(ada, target, "again.geojson", download.content, format="geojson")
    assert looked.status_code == 200, looked.text
    wish = {"upload": looked.json()["upload"], "format": "geojson"}
    job = ended(ada, ada.post(f"/api/scenes/{target}/import", json=wish).json())
    assert job["state"] == "done", job
    assert ada.get(f"/api/scenes/{target}/counts").json()["counts"] == {"tree": 3}
