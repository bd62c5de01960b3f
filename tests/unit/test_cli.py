"""The command line as a person types it: verbs, JSON, exit codes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import rasterio
from rasterio.transform import from_origin

from geo3d import __version__

GEOJSON = {
    "type": "FeatureCollection",
    "crs": {"type": "name", "properties": {"name": "urn:ogc:def:crs:EPSG::32633"}},
    "features": [
        {
            "type": "Feature",
            "properties": {"class": "Quay wall", "depth": 4.5},
            "geometry": {"type": "LineString", "coordinates": [[500001.125, 4999990.5], [500009.75, 4999981.25]]},
        }
    ],
}


def geo3d(*arguments: str | Path, cwd: Path) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "geo3d.cli", *map(str, arguments)]
    return subprocess.run(command, cwd=cwd, capture_output=True, text=True, timeout=120)


def done(*arguments: str | Path, cwd: Path) -> Any:
    result = geo3d(*arguments, cwd=cwd)
    assert result.returncode == 0, result.stdout + result.stderr
    return json.loads(result.stdout) if "--json" in arguments else result.stdout


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with one raster, one GeoJSON and an empty workspace."""
    profile = {"driver": "GTiff", "width": 40, "height": 30, "count": 2, "dtype": "uint16", "crs": "EPSG:32633"}
    with rasterio.open(tmp_path / "a.tif", "w", transform=from_origin(500000, 5000000, 0.5, 0.5), **profile) as made:
        made.write(np.arange(2400, dtype="uint16").reshape(2, 30, 40))
    (tmp_path / "walls.geojson").write_text(json.dumps(GEOJSON))
    done("init", "ws", cwd=tmp_path)
    return tmp_path


def test_init_add_import_export_check(folder: Path) -> None:
    added = done("add", "ws", "a.tif", "--scene", "Harbour", "--json", cwd=folder)
    assert [asset["title"] for asset in added["assets"]] == ["a.tif"]
    result = done("import", "ws", "walls.geojson", "--scene", "Harbour", "-f", "geojson", "--json", cwd=folder)
    assert result["n"] == 1
    assert [c["title"] for c in done("ontology", "ws", "--json", cwd=folder)["classes"]] == ["Quay wall"]
    report = done("export", "ws", "out.gpkg", "--scene", "Harbour", "-f", "geopackage", "--json", cwd=folder)
    assert (report["given"], report["written"]) == (1, 1)
    layer = pyogrio.list_layers(folder / "out.gpkg")[0][0]
    frame = pyogrio.read_dataframe(folder / "out.gpkg", layer=layer)
    assert frame.crs.to_epsg() == 32633
    assert list(frame.geometry.iloc[0].geoms[0].coords) == [(500001.125, 4999990.5), (500009.75, 4999981.25)]
    assert "sound" in done("check", "ws", cwd=folder)


def test_each_file_gets_a_scene_and_one_that_is_broken_stops_nobody(folder: Path) -> None:
    (folder / "broken.tif").write_bytes(b"II*\0 no more")
    (folder / "b.tif").write_bytes((folder / "a.tif").read_bytes())
    result = geo3d("add", "ws", "a.tif", "broken.tif", "b.tif", "--each", "--json", cwd=folder)
    assert result.returncode == 3
    assert [[asset["title"] for asset in made["assets"]] for made in json.loads(result.stdout)] == [
        ["a.tif"],
        ["b.tif"],
    ]
    assert len({made["scene"] for made in json.loads(result.stdout)}) == 2
    assert result.stderr.startswith("left out broken.tif: ")
    assert geo3d("add", "ws", "a.tif", "--each", "--scene", "One", cwd=folder).returncode == 1


def test_ontology_is_added_exported_and_imported(folder: Path) -> None:
    assert "power-line" in done(
        "ontology", "ws", "add", "Power line", "--geometry", "polyline", "--key", "1", cwd=folder
    )
    done("ontology", "ws", "export", "classes.json", cwd=folder)
    done("init", "other", cwd=folder)
    assert "Power line" in done("ontology", "other", "import", "classes.json", cwd=folder)
    found = done("ontology", "other", "show", "--json", cwd=folder)
    assert found["classes"][0]["slug"] == "power-line"


def test_info_says_what_a_file_is(folder: Path) -> None:
    found = done("info", "a.tif", "--json", cwd=folder)
    assert (found["info"]["width"], found["info"]["crs"]) == (40, "EPSG:32633")
    assert "EPSG:32633" in done("info", "a.tif", "--statistics", cwd=folder)


def test_formats_are_listed(folder: Path) -> None:
    names = {f["name"] for f in done("formats", "--json", cwd=folder)}
    assert {"geo3d", "geojson", "geopackage", "geoparquet", "coco", "mask"} <= names


def test_convert_needs_no_workspace(folder: Path) -> None:
    done("convert", "walls.geojson", "walls.gpkg", "--from", "geojson", "--to", "geopackage", cwd=folder)
    layer = pyogrio.list_layers(folder / "walls.gpkg")[0][0]
    assert pyogrio.read_info(folder / "walls.gpkg", layer=layer)["features"] == 1


def test_the_demo_is_made_once(folder: Path) -> None:
    done("demo", "d", "--no-serve", "--side", "200", cwd=folder)
    again = done("check", "d", cwd=folder)
    assert "sound" in again
    done("demo", "d", "--no-serve", "--side", "200", cwd=folder)


@pytest.mark.parametrize(
    ("arguments", "code", "says"),
    [
        (("add", "nowhere", "a.tif"), 1, "geo3d init"),
        (("export", "ws", "o", "--scene", "Moon", "-f", "geojson"), 1, "Moon"),
        (("import", "ws", "walls.geojson", "--scene", "x", "-f", "shapefil"), 1, "shapefil"),
        (("info", "missing.tif"), 1, "missing.tif"),
        (("export", "ws"), 2, "Missing"),
    ],
)
def test_errors_are_one_sentence_and_an_exit_code(
    folder: Path, arguments: tuple[str, ...], code: int, says: str
) -> None:
    result = geo3d(*arguments, cwd=folder)
    assert result.returncode == code
    assert says in result.stderr
    assert "Traceback" not in result.stderr


def test_the_version_needs_no_command(tmp_path: Path) -> None:
    assert done("--version", cwd=tmp_path).strip() == __version__
