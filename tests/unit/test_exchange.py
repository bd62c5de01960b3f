"""Export, preview, import and conversion, with a real store."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyogrio
import pytest
import shapely

from geo3d.errors import FormatError, JobCancelled
from geo3d.exchange import convert, dataframe_of, export_scene, import_into, preview, stored_dataset
from geo3d.formats.registry import readers, writers
from geo3d.geometry import MapFrame, Polygon
from geo3d.labels import (
    Annotation,
    Attribute,
    ChangeSet,
    Layer,
    Ontology,
    Patch,
    Put,
    Relation,
    Scene,
    SceneStatus,
    Thing,
    new_id,
)
from geo3d.labels.layer import ChunkRuns, Run
from geo3d.store import PROJECT, Query, Store, open_store
from tests.unit.formats import samples

WRITERS, READERS = writers(), readers()


@pytest.fixture
def store(tmp_path: Path) -> Any:
    made = open_store(tmp_path / "workspace", create=True)
    put(made, samples.scene())
    yield made
    made.close()


def put(store: Store, *documents: Any, stream: str = "scene-1") -> None:
    changes = tuple(Put(document=d, base=d.revision) for d in documents)
    store.apply(stream, ChangeSet(client_id=new_id(), actor="ann", changes=changes))


def classes(store: Store, ontology: Ontology = samples.ONTOLOGY) -> None:
    project = store.project()
    put(store, project.model_copy(update={"ontology": ontology}), stream=PROJECT)


def labels_of(store: Store, scene: str = "scene-1") -> dict[str, Annotation]:
    return {a.id: a for a in (Annotation.model_validate_json(j) for j in store.read(scene, Query()))}


def fill(store: Store) -> list[Annotation]:
    """Put every kind of label into the scene, with a thing, a relation, a status and a painted layer."""
    classes(store)
    labels = [
        a.model_copy(update={"provenance": a.provenance.model_copy(update={"method": "imported"})})
        for a in samples.labels_of(samples.shapes_pixel())
    ]
    put(
        store,
        Thing(id="thing-1", scene="scene-1", label="tower"),
        *labels,
        Relation(id="r", scene="scene-1", relation="part-of", source="thing-1", target=labels[0].id),
        SceneStatus(id="s", scene="scene-1", status="complete"),
        Layer(id="l", scene="scene-1", asset="ortho", frame="ortho.pixel", size=(1000, 800)),
    )
    runs = ChunkRuns(
        chunk="1/2", runs=(Run(start=5, length=70, old=0, new=500), Run(start=900, length=2, old=0, new=3))
    )
    patch = Patch(layer="l", chunks=(runs,))
    store.apply("scene-1", ChangeSet(client_id=new_id(), actor="ann", changes=(patch,)))
    return labels


def run_import(store: Store, name: str, source: Path, scene: str = "scene-1", **options: Any) -> Any:
    given = options.pop("options", {})
    return import_into(store, scene, READERS.make(name, given), source, actor="bob", **options)


def test_everything_goes_out_and_into_another_workspace(store: Store, tmp_path: Path) -> None:
    labels = fill(store)
    report = export_scene(store, "scene-1", WRITERS.make("geo3d"), tmp_path / "a.jsonl")
    assert (report.n_lost, report.written) == (0, len(labels) + 4)
    other = open_store(tmp_path / "other", create=True)
    put(other, samples.scene().model_copy(update={"id": "scene-2"}), stream="scene-2")
    result = run_import(other, "geo3d", tmp_path / "a.jsonl", "scene-2")
    assert (result.n, result.n_lost, result.revision) == (len(labels), 0, 2)
    assert len(result.classes_created) == 4
    back = labels_of(other, "scene-2")
    for label in labels:
        found = back[label.id]
        same = found.model_copy(update={"scene": "scene-1", "fid": label.fid, "revision": 0})
        assert same == label
    (layer,) = stored_dataset(other, "scene-2").layers
    codes = {c.title: c.code for c in other.project().ontology.classes}
    ((key, entries),) = list(other.chunks(layer))
    assert key == "1/2"
    assert set(np.unique(entries).tolist()) == {0, codes["Other"], codes["送電線"]}
    assert [json.loads(j)["id"] for j in other.read("scene-2", Query(kind="thing"))] == ["thing-1"]
    other.close()


@pytest.mark.parametrize("name", ["geojson", "geopackage", "geoparquet", "geo3d", "coco"])
def test_coming_home_unchanged_changes_nothing(name: str, store: Store, tmp_path: Path) -> None:
    """RFC 7946 turns rings round and moves to degrees: every stored coordinate stays bit for bit."""
    classes(store)
    shapes = [s for s in samples.shapes_pixel() if s.kind in ("polygon", "multipolygon") or name != "coco"]
    put(store, *[samples.annotation(i, s, "other") for i, s in enumerate(shapes) if s.kind != "mask"])
    before, writer = labels_of(store), WRITERS.make(name)
    target = tmp_path / ("out" if writer.is_folder else "out" + writer.extensions[0])
    export_scene(store, "scene-1", writer, target)
    revision = store.revision("scene-1")
    result = run_import(store, name, target)
    assert (result.n, result.n_unchanged) == (0, len(before))
    assert store.revision("scene-1") == revision
    assert labels_of(store) == before


def test_what_was_edited_elsewhere_is_updated_alone(store: Store, tmp_path: Path) -> None:
    classes(store)
    a, b = (
        Polygon(frame="ortho.pixel", exterior=((x + 1.7, 5.3), (x + 33.1, 5.3), (x + 33.1, 41.9))) for x in (0, 200)
    )
    put(store, samples.annotation(0, a, "other"), samples.annotation(1, b, "other"))
    before = labels_of(store)
    export_scene(store, "scene-1", WRITERS.make("geojson"), tmp_path / "a.geojson")
    file = json.loads((tmp_path / "a.geojson").read_bytes())
    first = file["features"][0]
    first["geometry"]["coordinates"][0][1][0] += 1e-5
    first["properties"]["class"] = "a new one"
    (tmp_path / "a.geojson").write_text(json.dumps(file))
    result = run_import(store, "geojson", tmp_path / "a.geojson")
    assert (result.n, result.n_updated, result.n_unchanged, result.classes_created) == (1, 1, 1, ("a new one",))
    after = labels_of(store)
    changed = after[first["properties"]["geo3d_id"]]
    was = before[changed.id].geometry
    assert isinstance(was, Polygon)
    assert isinstance(changed.geometry, Polygon)
    assert changed.geometry.frame == "ortho.pixel"
    assert len(set(changed.geometry.exterior) & set(was.exterior)) == 2
    assert (changed.label, changed.provenance.actor) == ("a-new-one", "bob")
    other = next(id for id in before if id != changed.id)
    assert after[other] == before[other]


def test_map_coordinates_are_kept_and_their_frame_is_added(store: Store, tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame(
        {"class": ["house", "tree"], "h": [3.5, None]},
        geometry=[shapely.box(0.1, 0.2, 0.3, 0.4), shapely.Point(1 / 3, 2 / 3)],
        crs=25833,
    )
    frame.to_file(tmp_path / "a.gpkg", driver="GPKG")
    shown = preview(READERS.make("geopackage"), tmp_path / "a.gpkg", store.scene("scene-1"), store.project().ontology)
    assert (shown.crs, shown.n, shown.is_ready, shown.problems) == ("EPSG:25833", 2, True, ())
    assert [(c.title, c.n, c.label) for c in shown.classes] == [("house", 1, None), ("tree", 1, None)]
    assert {g.frame for g in shown.geometries} == {"map.EPSG-25833"}
    result = run_import(store, "geopackage", tmp_path / "a.gpkg")
    assert result.frames_added == ("map.EPSG-25833",)
    assert sorted(result.classes_created) == ["house", "tree"]
    point = next(a for a in labels_of(store).values() if a.geometry and a.geometry.kind == "point")
    assert point.geometry is not None
    assert point.geometry.vertices().tolist() == [[1 / 3, 2 / 3]]
    assert point.provenance.method == "imported"
    assert (point.provenance.actor, point.provenance.sources) == ("bob", ("a.gpkg",))
    store.undo("scene-1", "bob", client_id=new_id())
    assert labels_of(store) == {}
    store.redo("scene-1", "bob", client_id=new_id())
    again = run_import(store, "geopackage", tmp_path / "a.gpkg")
    assert (again.n, again.frames_added, again.classes_created) == (2, (), ())


@pytest.mark.parametrize("name", ["geopackage", "geo3d"])
def test_a_second_attempt_at_an_import_writes_nothing(name: str, store: Store, tmp_path: Path) -> None:
    fill(store)
    target = tmp_path / f"a{WRITERS.get(name).extensions[0]}"
    export_scene(store, "scene-1", WRITERS.make(name), target)
    other = open_store(tmp_path / "other", create=True)
    put(other, samples.scene())
    classes(other)
    first, key = run_import(other, name, target, client_id="job-1"), other.revision("scene-1")
    again = run_import(other, name, target, client_id="job-1")
    assert other.revision("scene-1") == key
    assert first.n == again.n + again.n_unchanged > 0
    assert len(labels_of(other)) == first.n
    other.close()


def test_classes_can_be_mapped_and_left_out(store: Store, tmp_path: Path) -> None:
    classes(store)
    features = [{"type": "Feature", "properties": {"class": c}, "geometry": None} for c in ("house", "junk", "Other")]
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    mapped: dict[str, str | None] = {"house": "building", "junk": None}
    result = run_import(store, "geojson", tmp_path / "a.geojson", class_map=mapped)
    assert (result.n, result.lost_by_reason, result.classes_created) == (2, {"class-skipped": 1}, ())
    assert sorted(a.label for a in labels_of(store).values()) == ["building", "other"]
    with pytest.raises(FormatError, match="no class 'castle'"):
        run_import(store, "geojson", tmp_path / "a.geojson", class_map={"house": "castle"})


def test_values_are_made_to_fit_or_kept_aside(store: Store, tmp_path: Path) -> None:
    ontology, _ = Ontology().with_class(
        "house",
        attributes=(
            Attribute(name="floors", type="integer"),
            Attribute(name="use", type="choice", choices=("home", "shop")),
            Attribute(name="old", type="boolean"),
        ),
    )
    classes(store, ontology)
    rows = [
        {"floors": "3", "use": "home", "old": 1},
        {"floors": 2.0, "use": "castle", "old": "no"},
        {"floors": "many", "new": 7},
    ]
    features = [{"type": "Feature", "properties": {"class": "house", **row}, "geometry": None} for row in rows]
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    result = run_import(store, "geojson", tmp_path / "a.geojson")
    found = [a.attributes for a in labels_of(store).values()]
    assert found == [{"floors": 3, "use": "home", "old": True}, {"floors": 2, "old": False}, {"new": 7}]
    assert [a.extra for a in labels_of(store).values()][1:] == [
        {"geojson": {"attributes": {"use": "castle"}}},
        {"geojson": {"attributes": {"floors": "many"}}},
    ]
    assert result.attributes_added == {"house": ("new",)}
    assert len(result.reduced) == 2


def test_a_file_without_a_place_needs_one(store: Store, tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"class": ["a"]}, geometry=[shapely.box(10, 20, 30, 40)], crs=None)
    with pytest.warns(UserWarning, match="crs"):
        frame.to_file(tmp_path / "a.gpkg", driver="GPKG")
    reader = READERS.make("geopackage")
    two = store.scene("scene-1")
    assert preview(reader, tmp_path / "a.gpkg", two).is_ready  # one raster: its pixels
    bare = Scene(id="scene-3", title="bare", frames=(MapFrame(id="m", crs="EPSG:32633"),))
    put(store, bare, stream="scene-3")
    shown = preview(reader, tmp_path / "a.gpkg", bare)
    assert not shown.is_ready
    assert "give a CRS" in shown.problems[0]
    with pytest.raises(FormatError, match="give a CRS"):
        run_import(store, "geopackage", tmp_path / "a.gpkg", "scene-3")
    run_import(store, "geopackage", tmp_path / "a.gpkg", "scene-3", crs="EPSG:32633")
    (label,) = labels_of(store, "scene-3").values()
    assert label.geometry is not None
    assert label.geometry.frame == "m"
    run_import(store, "geopackage", tmp_path / "a.gpkg", crs="ortho.pixel")
    (label,) = labels_of(store).values()
    assert label.geometry is not None
    assert label.geometry.frame == "ortho.pixel"


def test_metres_are_not_taken_for_degrees(store: Store, tmp_path: Path) -> None:
    feature = {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [500010, 3999990]}}
    (tmp_path / "a.geojson").write_text(json.dumps(feature))
    shown = preview(READERS.make("geojson"), tmp_path / "a.geojson", store.scene("scene-1"))
    assert "degrees" in shown.problems[0]
    assert not shown.is_ready
    with pytest.raises(FormatError, match="give the CRS"):
        run_import(store, "geojson", tmp_path / "a.geojson")
    assert store.project().ontology.classes == () or all(c.retired for c in store.project().ontology.classes)
    run_import(store, "geojson", tmp_path / "a.geojson", crs="EPSG:32617")
    (label,) = labels_of(store).values()
    assert label.geometry is not None
    assert label.geometry.frame == samples.UTM


def test_coco_pictures_find_their_rasters(store: Store, tmp_path: Path) -> None:
    file = {
        "images": [
            {"id": 1, "file_name": "train/ORTHO.png", "width": 1000, "height": 800},
            {"id": 2, "file_name": "else.png", "width": 10, "height": 8},
        ],
        "categories": [{"id": 4, "name": "car"}],
        "annotations": [
            {"id": 1, "image_id": 1, "category_id": 4, "segmentation": [[1, 2, 30, 2, 30, 40]]},
            {"id": 2, "image_id": 2, "category_id": 4, "bbox": [1, 2, 3, 4]},
        ],
    }
    (tmp_path / "a.json").write_text(json.dumps(file))
    shown = preview(READERS.make("coco"), tmp_path / "a.json", store.scene("scene-1"))
    assert shown.problems == ("the scene has no picture 'else.png'; add it first, or rename one",)
    result = run_import(store, "coco", tmp_path / "a.json")
    assert (result.n, result.lost_by_reason) == (1, {"no-frame": 1})
    (label,) = labels_of(store).values()
    assert label.geometry is not None
    assert label.geometry.frame == "ortho.pixel"


def test_masks_become_layers_with_the_projects_codes(store: Store, tmp_path: Path) -> None:
    fill(store)
    export_scene(store, "scene-1", WRITERS.make("mask"), tmp_path / "a.tif")
    other = open_store(tmp_path / "other", create=True)
    put(other, samples.scene())
    classes(other, Ontology().with_class("first")[0])
    result = run_import(other, "mask", tmp_path / "a.tif", options={"into": "layer"})
    assert (result.n, result.n_lost) == (0, 0)
    (layer,) = stored_dataset(other, "scene-1").layers
    ontology = other.project().ontology
    values = {int(v) for _, entries in other.chunks(layer) for v in np.unique(entries)}
    assert {ontology.get(c.slug).title for c in ontology.classes if c.code in values} == {  # type: ignore[union-attr]
        "Other", "送電線", 'Building "A" & co',
    }  # fmt: skip
    other.close()


def test_a_cancelled_import_leaves_nothing(store: Store, tmp_path: Path) -> None:
    frame = geopandas.GeoDataFrame({"class": ["a"]}, geometry=[shapely.box(10, 20, 30, 40)], crs=32617)
    frame.to_file(tmp_path / "a.gpkg", driver="GPKG")

    def cancel(_share: float) -> None:
        raise JobCancelled("stopped")

    with pytest.raises(JobCancelled):
        run_import(store, "geopackage", tmp_path / "a.gpkg", progress=cancel)
    assert store.revision("scene-1") == 1
    assert all(c.retired for c in store.project().ontology.classes)


def test_progress_goes_forward_to_the_end(store: Store, tmp_path: Path) -> None:
    fill(store)
    told: list[float] = []
    export_scene(store, "scene-1", WRITERS.make("geopackage"), tmp_path / "a.gpkg", progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0
    told.clear()
    run_import(store, "geopackage", tmp_path / "a.gpkg", progress=told.append)
    assert told == sorted(told)
    assert told[-1] == 1.0


def test_the_scene_as_a_dataframe(store: Store) -> None:
    labels = fill(store)
    frame = dataframe_of(store, "scene-1")
    assert frame.crs.to_epsg() == 32617
    assert set(frame["id"]) == {a.id for a in labels}
    assert frame.set_index("id").loc[labels[3].id, "Height"] == 12.5
    assert frame.attrs["lost"] == {}
    assert dataframe_of(store, "scene-1", "EPSG:4326").total_bounds[0] == pytest.approx(-81, abs=0.1)
    empty = Scene(id="scene-9", title="e")
    put(store, empty, stream="scene-9")
    assert len(dataframe_of(store, "scene-9")) == 0


def test_formats_convert_without_a_workspace(shared_data: Path, tmp_path: Path) -> None:
    source = shared_data / "annotations/vector/LULC.gpkg"
    reader = READERS.make("geopackage", {"class_column": "LULC_NAME"})
    native = WRITERS.make("geojson", {"coordinates": "native"})
    report = convert(source, reader, tmp_path / "a.geojson", native)
    assert (report.given, report.written) == (88, 88)
    report = convert(
        tmp_path / "a.geojson", READERS.make("geojson"), tmp_path / "a.parquet", WRITERS.make("geoparquet")
    )
    assert report.written == 88
    expected = pyogrio.read_dataframe(source)
    found = geopandas.read_parquet(tmp_path / "a.parquet")
    assert found.crs.to_epsg() == 32633
    assert found.RABA_ID.tolist() == expected.RABA_ID.tolist()
    for a, b in zip(found.geometry, expected.geometry, strict=True):
        assert a.equals_exact(b)
    again = convert(source, reader, tmp_path / "b.geojson", native)
    assert again.written == 88
    one, two = (json.loads((tmp_path / n).read_bytes())["features"] for n in ("a.geojson", "b.geojson"))
    assert [f["properties"]["geo3d_id"] for f in one] == [f["properties"]["geo3d_id"] for f in two]


def test_what_could_not_be_read_is_in_the_report_of_a_conversion(tmp_path: Path) -> None:
    features = [
        {"type": "Feature", "properties": {}, "geometry": {"type": "LineString", "coordinates": [[1, 2]]}},
        {"type": "Feature", "properties": {}, "geometry": {"type": "Point", "coordinates": [1, 2]}},
    ]
    (tmp_path / "a.geojson").write_text(json.dumps({"type": "FeatureCollection", "features": features}))
    report = convert(tmp_path / "a.geojson", READERS.make("geojson"), tmp_path / "a.gpkg", WRITERS.make("geopackage"))
    assert (report.given, report.written, report.lost_by_reason) == (2, 1, {"too-few-points": 1})
