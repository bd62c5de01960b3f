"""GeoJSON against GDAL's own RFC 7946 writer, and files of the wild."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pyogrio
import pytest
import shapely
from hypothesis import given
from hypothesis import strategies as st

from geo3d.errors import FormatError
from geo3d.formats import antimeridian
from geo3d.formats.base import ReadContext, WriteContext
from geo3d.formats.geojson import GeoJsonReader, GeoJsonWriter
from geo3d.formats.values import values_of
from geo3d.geometry import MapFrame, Polygon, Polyline
from geo3d.labels import Annotation, Scene
from tests.unit.formats import samples


def written(dataset: Any, path: Path, **options: Any) -> dict[str, Any]:
    GeoJsonWriter(**options).write(dataset, path, WriteContext())
    found: dict[str, Any] = json.loads(path.read_bytes())
    return found


def labels_in(source: Path, **options: Any) -> list[Annotation]:
    imported = GeoJsonReader(**options).read(source, ReadContext())
    return [a for batch in imported.batches() for a in values_of(batch, imported.scene.id, source="x")]


def by_gdal(source: Path, target: Path) -> Any:
    """Let GDAL turn a file into RFC 7946, with all the digits it has."""
    frame = pyogrio.read_dataframe(source)
    pyogrio.write_dataframe(frame, target, driver="GeoJSON", RFC7946="YES", COORDINATE_PRECISION=15)
    return pyogrio.read_dataframe(target)


def crossing() -> Any:
    """Labels across the antimeridian: from a projection that has it in the middle, and drawn in degrees."""
    frames = (MapFrame(id="pdc", crs="EPSG:3832"), MapFrame(id="deg", crs="EPSG:4326"))
    where = Scene(id="scene-1", title="Fiji", frames=frames)
    x = 3339584.7  # 180 degrees in EPSG:3832, whose middle is 150 east
    ring = ((x - 2e5, -2e6), (x + 3e5, -2e6), (x + 3e5, -1.8e6), (x - 2e5, -1.7e6))
    hole = ((x - 5e4, -1.95e6), (x + 5e4, -1.95e6), (x + 5e4, -1.9e6))
    degrees = ((179.0, -20.0), (181.5, -20.0), (181.5, -18.0), (179.0, -17.0))
    line = ((x - 1e5, -2e6), (x + 1e5, -1.9e6), (x - 1e5, -1.8e6))
    return samples.dataset(
        [
            samples.annotation(0, Polygon(frame="pdc", exterior=ring, holes=(hole,))),
            samples.annotation(1, Polygon(frame="deg", exterior=degrees)),
            samples.annotation(2, Polyline(frame="pdc", path=line)),
        ],
        where,
    )


def test_rfc_7946_as_gdal_writes_it(tmp_path: Path) -> None:
    dataset = samples.dataset()
    ours = written(dataset, tmp_path / "rfc.geojson")
    written(dataset, tmp_path / "native.geojson", coordinates="native")
    theirs = by_gdal(tmp_path / "native.geojson", tmp_path / "gdal.geojson")
    assert "crs" not in ours
    for feature, expected in zip(ours["features"], theirs.geometry, strict=True):
        if feature["geometry"] is None:
            assert expected is None
            continue
        shape = shapely.geometry.shape(feature["geometry"])
        assert shape.geom_type == expected.geom_type
        a, b = shapely.get_coordinates(shape.normalize()), shapely.get_coordinates(expected.normalize())
        np.testing.assert_allclose(a, b, rtol=0, atol=2e-12)


def test_rings_turn_by_the_right_hand_rule(tmp_path: Path) -> None:
    for feature in written(samples.dataset(), tmp_path / "a.geojson")["features"]:
        if feature["geometry"] and "Polygon" in feature["geometry"]["type"]:
            for part in shapely.get_parts(shapely.geometry.shape(feature["geometry"])):
                assert part.exterior.is_ccw
                assert not any(ring.is_ccw for ring in part.interiors)


def test_the_antimeridian_is_cut_as_gdal_cuts_it(tmp_path: Path) -> None:
    dataset = crossing()
    report = GeoJsonWriter().write(dataset, tmp_path / "a.geojson", WriteContext())
    assert report.reduced_by_reason == {"cut": 3}
    features = json.loads((tmp_path / "a.geojson").read_bytes())["features"]
    for feature in features:
        shape = shapely.geometry.shape(feature["geometry"])
        assert shape.geom_type.startswith("Multi")
        assert shapely.is_valid(shape)
        assert shape.bounds[0] == -180.0 and shape.bounds[2] == 180.0  # noqa: PT018
    degrees = samples.dataset([dataset.annotations[1]], dataset.scenes[0])  # type: ignore[index]
    written(degrees, tmp_path / "deg.geojson", coordinates="native")
    (theirs,) = by_gdal(tmp_path / "deg.geojson", tmp_path / "gdal.geojson").geometry
    ours = shapely.geometry.shape(features[1]["geometry"])
    assert ours.symmetric_difference(theirs).area < 1e-12


@given(st.floats(100, 260), st.floats(-80, 60), st.floats(0.5, 60), st.floats(0.5, 20))
def test_cutting_keeps_the_area(west: float, south: float, width: float, height: float) -> None:
    box = shapely.box(west, south, west + width, south + height)
    cut = antimeridian.cut(box, literal=True)
    assert cut.bounds[0] >= -180
    assert cut.bounds[2] <= 180
    assert cut.area == pytest.approx(box.area, rel=1e-9)
    wrapped = shapely.transform(box, lambda xy: np.column_stack([(xy[:, 0] + 180) % 360 - 180, xy[:, 1]]))
    again = antimeridian.cut(wrapped, literal=False)
    assert again.symmetric_difference(cut).area < 1e-7


def test_a_ring_around_a_pole_is_closed_along_it() -> None:
    cap = shapely.Polygon([(lon, -75.0) for lon in (0, 60, 120, 180, -120, -60)])
    made = antimeridian.cut(cap, literal=False)
    assert made.area == pytest.approx(360 * 15)
    assert made.contains(shapely.Point(10, -80))
    assert made.bounds[1] == -90


def test_digits(tmp_path: Path) -> None:
    full = written(samples.dataset(), tmp_path / "a.geojson")["features"][0]["geometry"]["coordinates"]
    assert all(len(repr(c).split(".")[1]) > 12 for c in full)
    short = written(samples.dataset(), tmp_path / "a.geojson", decimals=7)["features"][0]["geometry"]["coordinates"]
    assert short == [round(c, 7) for c in full]


def test_native_coordinates_are_those_that_were_drawn(tmp_path: Path) -> None:
    dataset = samples.dataset()
    file = written(dataset, tmp_path / "a.geojson", coordinates="native")
    assert file["crs"]["properties"]["name"] == "urn:ogc:def:crs:EPSG::32617"
    frame = pyogrio.read_dataframe(tmp_path / "a.geojson")
    assert frame.crs.to_epsg() == 32617
    for label, shape in zip(dataset.annotations, frame.geometry, strict=True):
        if label.geometry is not None:
            bounds = shapely.bounds(shape)
            np.testing.assert_array_equal(bounds, label.geometry.bounds())


def test_two_systems_need_a_choice(tmp_path: Path) -> None:
    with pytest.raises(FormatError, match="choose one"):
        written(crossing(), tmp_path / "a.geojson", coordinates="native")
    assert written(crossing(), tmp_path / "a.geojson", coordinates="native", crs="EPSG:3832")["features"]


def test_pixels_are_not_passed_off_as_degrees(tmp_path: Path) -> None:
    dataset = samples.dataset(samples.labels_of(samples.shapes_pixel()), samples.scene(is_placed=False))
    with pytest.raises(FormatError, match="georeference"):
        written(dataset, tmp_path / "a.geojson")
    with pytest.raises(FormatError, match=r"\.pixels\.json"):
        written(dataset, tmp_path / "a.geojson", coordinates="pixel")
    assert not list(tmp_path.iterdir())
    assert written(dataset, tmp_path / "a.pixels.json", coordinates="pixel")["crs"] is None


def test_foreign_members_survive(tmp_path: Path) -> None:
    collection = {
        "type": "FeatureCollection",
        "name": "roads",
        "vendor": {"a": [1]},
        "features": [
            {
                "type": "Feature",
                "id": 17,
                "bbox": [1, 2, 3, 4],
                "geometry": {"type": "Point", "coordinates": [1.5, 2.5, 3.5, 99]},
                "properties": {"class": "road", "n": 3, "deep": {"x": [1, None]}, "tags": ["a", "b"], "none": None},
            }
        ],
    }
    source = tmp_path / "in.geojson"
    source.write_text(json.dumps(collection))
    imported = GeoJsonReader().read(source, ReadContext())
    (label,) = [a for b in imported.batches() for a in values_of(b, imported.scene.id)]
    assert [c.title for c in imported.ontology.classes] == ["road"]
    assert label.attributes == {"n": 3, "tags": ("a", "b")}
    assert label.extra == {
        "geojson": {"id": 17, "members": {"bbox": [1, 2, 3, 4]}, "properties": {"deep": {"x": [1, None]}}}
    }
    assert label.geometry is not None
    assert label.geometry.vertices().tolist() == [[1.5, 2.5, 3.5]]
    from geo3d.exchange import convert

    convert(source, GeoJsonReader(), tmp_path / "out.geojson", GeoJsonWriter())
    out = json.loads((tmp_path / "out.geojson").read_bytes())
    assert (out["name"], out["vendor"]) == ("roads", {"a": [1]})
    (feature,) = out["features"]
    assert (feature["id"], feature["bbox"], feature["properties"]["deep"]) == (17, [1, 2, 3, 4], {"x": [1, None]})


@pytest.mark.parametrize(
    ("geometry", "kinds", "reason"),
    [
        ({"type": "MultiPoint", "coordinates": [[1, 2], [3, 4]]}, ["point", "point"], "multipoint-split"),
        ({"type": "MultiPoint", "coordinates": [[1, 2]]}, ["point"], None),
        ({"type": "Polygon", "coordinates": []}, ["tag"], "empty-geometry"),
        ({"type": "GeometryCollection", "geometries": []}, [], "geometry-type"),
        ({"type": "LineString", "coordinates": [[1, 2]]}, [], "too-few-points"),
        ({"type": "Polygon", "coordinates": [[[0, 0], [1, 0], [1, 1]]]}, ["polygon"], None),
        ({"type": "LineString", "coordinates": [[0, 0], [1, 0, 5]]}, ["polyline"], None),
        (None, ["tag"], None),
    ],
)
def test_odd_geometries(geometry: Any, kinds: list[str], reason: str | None, tmp_path: Path) -> None:
    source = tmp_path / "odd.json"
    source.write_text(json.dumps({"type": "Feature", "properties": {}, "geometry": geometry}))
    imported = GeoJsonReader().read(source, ReadContext())
    labels = [a for b in imported.batches() for a in values_of(b, imported.scene.id)]
    assert [a.geometry.kind if a.geometry else "tag" for a in labels] == kinds
    told = {loss.reason for loss in (*imported.losses.lost, *imported.losses.reduced)}
    assert told == ({reason} if reason else set())


@pytest.mark.parametrize(
    ("file", "n", "crs"),
    [
        ("raster/spacenet/geotiff_labels.geojson", 43, "EPSG:32616"),
        ("annotations/spacenet/gt.geojson", 28, "EPSG:32616"),
        ("annotations/vector/svn_border.geojson", 1, "EPSG:32633"),
        ("raster/elevation/buildings.geojson", 84, "EPSG:4326"),
    ],
)
def test_real_files_as_gdal_reads_them(shared_data: Path, file: str, n: int, crs: str) -> None:
    source = shared_data / file
    imported = GeoJsonReader().read(source, ReadContext())
    labels = labels_in(source)
    expected = pyogrio.read_dataframe(source)
    assert (imported.crs, len(labels), imported.n) == (crs, n, n)
    for label, shape in zip(labels, expected.geometry, strict=True):
        assert label.geometry is not None
        parts = shapely.get_parts(shape)
        theirs = np.vstack([shapely.get_coordinates(ring, include_z=label.geometry.vertices().shape[1] == 3)[:-1]
                            for part in parts for ring in (part.exterior, *part.interiors)])  # fmt: skip
        np.testing.assert_array_equal(label.geometry.vertices(), theirs)


def test_the_class_property(tmp_path: Path) -> None:
    rows = [{"Label": "a", "kind": 3}, {"Label": "b", "kind": 4}, {"Label": None, "kind": 3.0}]
    features = [{"type": "Feature", "properties": row, "geometry": None} for row in rows]
    source = tmp_path / "houses.geojson"
    source.write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    by_guess = GeoJsonReader().read(source, ReadContext())
    assert {c.title: by_guess.counts[c.slug] for c in by_guess.ontology.classes} == {"a": 1, "b": 1, "houses": 1}
    chosen = GeoJsonReader(class_column="kind").read(source, ReadContext())
    assert {c.title: chosen.counts[c.slug] for c in chosen.ontology.classes} == {"3": 2, "4": 1}
    with pytest.raises(FormatError, match="there are: Label, kind"):
        GeoJsonReader(class_column="no").read(source, ReadContext())
