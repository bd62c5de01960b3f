"""GeoPackage against pyogrio/GDAL and plain SQLite."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path
from xml.etree import ElementTree as Xml

import numpy as np
import pyogrio
import pytest
import shapely

from geo3d.errors import FormatError
from geo3d.formats.base import ReadContext, WriteContext
from geo3d.formats.geopackage import GeoPackageReader, GeoPackageWriter
from geo3d.formats.values import values_of
from geo3d.geometry import MapFrame, Point, Polygon
from geo3d.labels import AnnotationColumns, Scene
from tests.unit.formats import samples


@pytest.fixture
def file(tmp_path: Path) -> Path:
    GeoPackageWriter().write(samples.dataset(), tmp_path / "a.gpkg", WriteContext())
    return tmp_path / "a.gpkg"


def test_layers_as_gdal_sees_them(file: Path) -> None:
    layers = dict(pyogrio.list_layers(file).tolist())
    assert layers == {
        "points": "Point",
        "lines": "MultiLineString",
        "polygons": "MultiPolygon",
        "keypoints": "MultiPoint",
        "tags": None,
        "layer_styles": None,
    }
    assert sorted(p.name for p in file.parent.iterdir()) == ["a.gpkg"]


def test_values_and_types_as_gdal_reads_them(file: Path) -> None:
    frame = pyogrio.read_dataframe(file, layer="polygons")
    assert frame.crs.to_epsg() == 32617
    info = pyogrio.read_info(file, layer="polygons")
    types = dict(zip(info["fields"].tolist(), info["ogr_types"], strict=True))
    subtypes = dict(zip(info["fields"].tolist(), info["ogr_subtypes"], strict=True))
    assert (types["Height"], types["floors"], types["built"]) == ("OFTReal", "OFTInteger64", "OFTDate")
    assert subtypes["is_roof_flat"] == "OFSTBoolean"
    labels = {a.id: a for a in samples.dataset().annotations}
    for row in frame.itertuples():
        label = labels[row.geo3d_id]
        assert row._2 == samples.ONTOLOGY.get(label.label).title  # type: ignore[union-attr] # the column "class"
        assert label.geometry is not None
        np.testing.assert_array_equal(row.geometry.bounds, label.geometry.bounds())
        if label.attributes:
            assert (row.Height, row.floors, row.is_roof_flat) == (12.5, 3, True)
            assert json.loads(row.use) == ["home", "shop, small"]


def test_qgis_finds_the_colours(file: Path) -> None:
    with sqlite3.connect(file) as db:
        rows = db.execute("SELECT f_table_name, f_geometry_column, styleQML, useAsDefault FROM layer_styles").fetchall()
    assert {row[0] for row in rows} == {"points", "lines", "polygons", "keypoints"}
    for name, column, qml, is_default in rows:
        assert (column, is_default) == ("geom", 1)
        root = Xml.fromstring(qml.split("\n", 1)[1])
        renderer = root.find("renderer-v2")
        assert renderer is not None
        assert renderer.get("attr") == "class"
        values = {c.get("value"): c.get("symbol") for c in renderer.iter("category")}
        symbol = renderer.find(f"symbols/symbol[@name='{values['送電線']}']")
        assert symbol is not None
        assert symbol.get("type") == {"polygons": "fill", "lines": "line"}.get(name, "marker")
        texts = [prop.get("v", "") for prop in symbol.iter("prop")]
        assert any(text.startswith("77,127,229") for text in texts)


def test_no_journal_stays_and_the_file_is_sound(file: Path) -> None:
    with sqlite3.connect(file) as db:
        assert db.execute("PRAGMA journal_mode").fetchone() == ("delete",)
        assert db.execute("PRAGMA integrity_check").fetchone() == ("ok",)
        assert db.execute("PRAGMA foreign_key_check").fetchall() == []
        assert (
            db.execute("SELECT count(*) FROM gpkg_extensions WHERE extension_name = 'gpkg_rtree_index'").fetchone()[0]
            == 4
        )
        moments = {row[0] for row in db.execute("SELECT last_change FROM gpkg_contents")}
    assert moments == {"2026-03-01T12:30:15.000Z"}


def test_pixels_have_no_crs(tmp_path: Path) -> None:
    dataset = samples.dataset(samples.labels_of(samples.shapes_pixel()), samples.scene(is_placed=False))
    GeoPackageWriter().write(dataset, tmp_path / "a.gpkg", WriteContext())
    with sqlite3.connect(tmp_path / "a.gpkg") as db:
        rows = db.execute("SELECT table_name, srs_id FROM gpkg_geometry_columns").fetchall()
    assert {name for name, _ in rows} == {"points_pixels", "lines_pixels", "polygons_pixels", "keypoints_pixels"}
    assert {srs for _, srs in rows} == {-1}
    imported = GeoPackageReader().read(tmp_path / "a.gpkg", ReadContext())
    assert imported.crs is None


def test_labels_of_placed_pixels_go_to_the_map(tmp_path: Path) -> None:
    """Equal to what the affine says, to the last bit."""
    dataset = samples.dataset(samples.labels_of(samples.shapes_pixel()))
    GeoPackageWriter().write(dataset, tmp_path / "a.gpkg", WriteContext())
    frame = pyogrio.read_dataframe(tmp_path / "a.gpkg", layer="points")
    label = dataset.annotations[0]  # type: ignore[index]
    col, row = label.geometry.position
    assert frame.crs.to_epsg() == 32617
    assert (frame.geometry[0].x, frame.geometry[0].y) == (500000.0 + 0.5 * col, 4000000.0 - 0.5 * row)


def test_two_systems_and_heights_are_layers_of_their_own(tmp_path: Path) -> None:
    frames = (MapFrame(id="a", crs="EPSG:25832+7837"), MapFrame(id="b", crs="EPSG:4326"))
    labels = [
        samples.annotation(0, Point(frame="a", position=(689123.1, 5334567.2, 512.5))),
        samples.annotation(1, Point(frame="b", position=(11.5, 48.1))),
        samples.annotation(2, Polygon(frame="b", exterior=((11.5, 48.1), (11.6, 48.1), (11.6, 48.2)))),
    ]
    dataset = samples.dataset(labels, Scene(id="scene-1", title="t", frames=frames))
    GeoPackageWriter().write(dataset, tmp_path / "a.gpkg", WriteContext())
    layers = {name: kind for name, kind in pyogrio.list_layers(tmp_path / "a.gpkg").tolist() if kind}
    assert layers == {
        "points_z_EPSG_25832_7837": "Point Z",
        "points_EPSG_4326": "Point",
        "polygons_EPSG_4326": "MultiPolygon",
    }
    high = pyogrio.read_dataframe(tmp_path / "a.gpkg", layer="points_z_EPSG_25832_7837")
    assert high.geometry[0].z == 512.5
    assert [part.to_epsg() for part in high.crs.sub_crs_list] == [25832, 7837]
    GeoPackageWriter(crs="EPSG:25832").write(dataset, tmp_path / "b.gpkg", WriteContext())
    assert {n for n, k in pyogrio.list_layers(tmp_path / "b.gpkg").tolist() if k} == {"points_z", "points", "polygons"}


def test_a_real_file_as_gdal_reads_it(shared_data: Path) -> None:
    source = shared_data / "annotations/vector/LULC.gpkg"
    imported = GeoPackageReader(class_column="LULC_NAME").read(source, ReadContext())
    expected = pyogrio.read_dataframe(source, fid_as_index=True)
    titles = {c.slug: c.title for c in imported.ontology.classes}
    labels = [a for b in imported.batches() for a in values_of(b, "s")]
    assert (imported.crs, imported.n, len(labels)) == ("EPSG:32633", 88, 88)
    assert {titles[slug]: n for slug, n in imported.counts.items()} == {
        name or "LULC": n for name, n in expected.LULC_NAME.value_counts(dropna=False).items()
    }
    for label, (fid, row) in zip(labels, expected.iterrows(), strict=True):
        assert titles[label.label] == (row.LULC_NAME or "LULC")
        assert label.attributes["RABA_ID"] == row.RABA_ID
        assert label.attributes["AREA"] == row.AREA
        assert label.extra["geopackage"]["fid"] == fid
        assert label.geometry is not None
        np.testing.assert_array_equal(label.geometry.bounds(), row.geometry.bounds)


def test_foreign_files_of_several_layers(tmp_path: Path) -> None:
    import geopandas

    path = tmp_path / "many.gpkg"
    roads = geopandas.GeoDataFrame(
        {"label": ["a", "b"]}, geometry=[shapely.LineString([(0, 0), (1, 1)])] * 2, crs=25832
    )
    trees = geopandas.GeoDataFrame(
        {"h": [1.5, float("nan"), None]}, geometry=[shapely.Point(0, 0), None, shapely.Point(3, 4)], crs=4326
    )
    roads.to_file(path, layer="roads", driver="GPKG")
    trees.to_file(path, layer="trees", driver="GPKG")
    imported = GeoPackageReader().read(path, ReadContext())
    assert {c.title: imported.counts[c.slug] for c in imported.ontology.classes} == {"a": 1, "b": 1, "trees": 3}
    batches = list(imported.batches())
    assert all(isinstance(b, AnnotationColumns) for b in batches)
    labels = [a for b in batches for a in values_of(b, "s")]
    assert [a.geometry.kind if a.geometry else "tag" for a in labels] == [
        "polyline",
        "polyline",
        "point",
        "tag",
        "point",
    ]
    assert [a.attributes for a in labels[2:]] == [{"h": 1.5}, {}, {}]
    assert {f.crs for f in imported.scene.frames if isinstance(f, MapFrame)} == {"EPSG:25832", "EPSG:4326"}
    only = GeoPackageReader(layer="trees").read(path, ReadContext())
    assert (only.n, only.crs) == (3, "EPSG:4326")
    with pytest.raises(FormatError, match="roads, trees"):
        GeoPackageReader(layer="no").read(path, ReadContext())
    assert sorted(p.name for p in tmp_path.iterdir()) == ["many.gpkg"]


def test_a_workspace_is_never_opened(tmp_path: Path) -> None:
    path = tmp_path / "workspace.gpkg"
    with sqlite3.connect(path) as db:
        db.execute("CREATE TABLE document (id TEXT)")
    with pytest.raises(FormatError, match="will not be opened"):
        GeoPackageReader().read(path, ReadContext())
