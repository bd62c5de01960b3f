"""What every format promises, held against each of them."""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import shapely

from geo3d.errors import CrsError, FormatError, Geo3dError, JobCancelled, LimitExceeded
from geo3d.formats.base import Imported, ReadContext, WriteContext
from geo3d.formats.registry import describe, readers, writers
from geo3d.formats.values import values_of
from geo3d.geometry import Cuboid, Geometry, MapFrame, Mask, PixelFrame, Point, Polygon, Polyline, Segment
from geo3d.geometry.convert import shapely_of_one
from geo3d.labels import Annotation, Dataset, LabelClass, Layer, Ontology, Relation, Scene, SceneStatus, Thing
from tests.unit.formats import samples
from tests.unit.formats.hostile import HOSTILE

WRITERS, READERS = writers(), readers()
NAMES = WRITERS.names()
VECTOR = ("geojson", "geopackage", "geoparquet")
NATIVE: dict[str, dict[str, Any]] = {"geojson": {"coordinates": "native"}}
"""Options with which a format keeps coordinates as they were drawn."""


def write(name: str, dataset: Dataset, folder: Path, options: dict[str, Any] | None = None, stem: str = "out") -> Path:
    writer = WRITERS.make(name, NATIVE.get(name, {}) if options is None else options)
    target = folder / (stem if writer.is_folder else stem + writer.extensions[0])
    report = writer.write(dataset, target, WriteContext())
    assert report.written + report.n_lost == report.given
    assert report.text()
    return target


def report_of(name: str, dataset: Dataset, folder: Path, options: dict[str, Any] | None = None) -> Any:
    writer = WRITERS.make(name, NATIVE.get(name, {}) if options is None else options)
    target = folder / ("report" if writer.is_folder else "report" + writer.extensions[0])
    return writer.write(dataset, target, WriteContext())


def read(name: str, source: Path, options: dict[str, Any] | None = None) -> Imported:
    return READERS.make(name, options or {}).read(source, ReadContext())


def labels_in(imported: Imported) -> list[Annotation]:
    return [a for batch in imported.batches() for a in values_of(batch, imported.scene.id, source="x")]


def pixel_dataset(shapes: list[Geometry] | None = None, where: Scene | None = None) -> Dataset:
    found = samples.shapes_pixel() if shapes is None else shapes
    return samples.dataset([samples.annotation(i, s) for i, s in enumerate(found)], where)


def area_of(geometry: Geometry) -> shapely.Geometry:
    return shapely_of_one(geometry)


def test_every_format_reads_and_writes() -> None:
    assert NAMES == READERS.names() == ("coco", "geo3d", "geojson", "geopackage", "geoparquet", "mask")


def test_description_is_plain_json() -> None:
    for entry in describe(WRITERS, READERS):
        assert json.loads(json.dumps(entry)) == entry
        assert entry["reads"]
        assert entry["writes"]
        assert entry["loses"]
        for schema in (entry["write_schema"], entry["read_schema"]):
            described = [name for name, field in schema.get("properties", {}).items() if field.get("description")]
            assert sorted(described) == sorted(schema.get("properties", {}))


@pytest.mark.parametrize("name", NAMES)
def test_every_declared_kind_is_written(name: str, tmp_path: Path) -> None:
    dataset = pixel_dataset()
    given = {a.geometry.kind for a in dataset.annotations if a.geometry}
    report = report_of(name, dataset, tmp_path)
    declared = {*WRITERS.get(name).carries, *WRITERS.get(name).becomes}
    lost = {loss.kind for loss in report.lost if loss.reason != "no-width"}
    assert given - lost == given & declared


@pytest.mark.parametrize("name", NAMES)
def test_written_and_lost_make_all_that_was_given(name: str, tmp_path: Path) -> None:
    labels = [
        *samples.labels_of(samples.shapes_pixel()),
        samples.annotation(70, Cuboid(frame=samples.UTM, center=(5e5, 4e6, 3), size=(1, 2, 3))),
        samples.annotation(71, Segment(frame="ortho.pixel", layer="l", value=3)),
        samples.annotation(72, Polyline(frame="ortho.pixel", path=((1, 2),))),
        samples.annotation(73, Polygon(frame="ortho.pixel", exterior=((1, 2), (2, 3)))),
        samples.annotation(74, Polygon(frame="ortho.pixel", exterior=((1, 1), (9, 9), (9, 1), (1, 9)))),
        samples.annotation(75, Polygon(frame="nowhere", exterior=((1, 1), (9, 1), (9, 9)))),
    ]
    dataset = Dataset(
        ontology=samples.ONTOLOGY,
        scenes=(samples.scene(),),
        annotations=labels,
        things=[Thing(id="thing-1", scene="scene-1", label="tower")],
        relations=[Relation(id="r", scene="scene-1", relation="part-of", source="thing-1", target=labels[0].id)],
        layers=[Layer(id="l", scene="scene-1", asset="ortho", frame="ortho.pixel", size=(1000, 800))],
        statuses=[SceneStatus(id="s", scene="scene-1", status="complete")],
    )
    report = report_of(name, dataset, tmp_path)
    assert report.given == len(labels) + 4
    assert report.written + report.n_lost == report.given == report.written + len(report.lost)
    assert sum(report.lost_by_reason.values()) == report.n_lost
    assert json.loads(report.model_dump_json())["given"] == report.given
    assert (report.n_lost == 0) == (name == "geo3d")


@pytest.mark.parametrize("name", ["geo3d", *VECTOR])
def test_labels_read_back_as_they_were(name: str, tmp_path: Path) -> None:
    dataset = samples.dataset()
    imported = read(name, write(name, dataset, tmp_path))
    frames = {f.id: f.crs for f in imported.scene.frames if isinstance(f, MapFrame)}
    assert imported.is_own
    assert imported.n == len(dataset.annotations)
    titles = {c.slug: c.title for c in imported.ontology.classes}
    colors = {c.title: c.color for c in imported.ontology.classes}
    back = {a.id: a for a in labels_in(imported)}
    for label in dataset.annotations:
        found = back[label.id]
        wanted = dataset.ontology.get(label.label)
        assert wanted is not None
        assert titles[found.label] == wanted.title
        assert colors[wanted.title] == wanted.color
        assert found.attributes == label.attributes
        assert found.provenance == label.provenance
        assert (found.state, found.thing, found.sample) == (label.state, label.thing, label.sample)
        assert found.extra == label.extra
        if label.geometry is not None:
            assert found.geometry is not None
            assert frames[found.geometry.frame] == "EPSG:32617"
            same = found.geometry.model_copy(update={"frame": label.geometry.frame})
            if label.geometry.kind == "box":
                np.testing.assert_allclose(same.vertices(), label.geometry.vertices(), rtol=0, atol=1e-9)
            else:
                assert same == label.geometry
    assert imported.losses.n_lost == 0


@pytest.mark.parametrize("name", NAMES)
def test_pixel_labels_read_back(name: str, tmp_path: Path) -> None:
    """COCO exactly, masks within a pixel, the others in pixels where the raster lies on no map."""
    where = samples.scene(is_placed=False)
    shapes = [s for s in samples.shapes_pixel() if s.kind in WRITERS.get(name).carries or s.kind == "mask"]
    options = {"coordinates": "pixel"} if name == "geojson" else {"role": "instance"} if name == "mask" else None
    dataset = pixel_dataset(shapes, where)
    if name == "geojson":
        target = tmp_path / "out.pixels.json"
        WRITERS.make(name, options).write(dataset, target, WriteContext())
    else:
        target = write(name, dataset, tmp_path, options)
    imported = read(name, target)
    assert any(f.id == "ortho.pixel" and isinstance(f, PixelFrame) for f in imported.scene.frames)
    back = {a.id: a.geometry for a in labels_in(imported)}
    for label in dataset.annotations:
        found = back.get(label.id)
        assert label.geometry is not None
        if name == "mask" and found is None:
            continue  # covered by a later label
        assert found is not None
        assert found.frame == "ortho.pixel"
        if name == "mask" or label.geometry.kind == "mask":
            continue
        if label.geometry.kind == "box":
            np.testing.assert_allclose(found.vertices(), label.geometry.vertices(), atol=1e-9)
        else:
            assert found == label.geometry
    mask = next(s for s in shapes if isinstance(s, Mask))
    found = back[dataset.annotations[shapes.index(mask)].id]
    assert found is not None
    assert area_of(found).equals(area_of(mask))


@pytest.mark.parametrize("name", NAMES)
def test_equal_labels_give_equal_bytes(name: str, tmp_path: Path) -> None:
    dataset = pixel_dataset() if name in ("coco", "mask") else samples.dataset()
    (tmp_path / "a").mkdir()
    (tmp_path / "b").mkdir()
    first, second = (write(name, dataset, tmp_path / folder, stem="same") for folder in ("a", "b"))
    for one, two in zip(_files(first), _files(second), strict=True):
        assert one.read_bytes() == two.read_bytes(), one.name


def _files(path: Path) -> Iterator[Path]:
    yield from sorted(p for p in path.rglob("*") if p.is_file()) if path.is_dir() else (path,)


@pytest.mark.parametrize("name", NAMES)
def test_an_empty_scene_is_a_file(name: str, tmp_path: Path) -> None:
    imported = read(name, write(name, samples.dataset([]), tmp_path))
    assert imported.n == 0
    assert labels_in(imported) == []


@pytest.mark.parametrize("name", NAMES)
def test_nothing_is_left_behind_when_it_is_cancelled(name: str, tmp_path: Path) -> None:
    def cancel(_share: float) -> None:
        raise JobCancelled("stopped")

    writer = WRITERS.make(name)
    target = tmp_path / ("out" if writer.is_folder else "out" + writer.extensions[0])
    with pytest.raises(JobCancelled):
        writer.write(pixel_dataset(), target, WriteContext(progress=cancel))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize("name", NAMES)
def test_an_export_replaces_the_one_before(name: str, tmp_path: Path) -> None:
    first = write(name, pixel_dataset(), tmp_path)
    second = write(name, pixel_dataset(samples.shapes_pixel()[3:4]), tmp_path)
    assert first == second
    assert read(name, second).n == 1
    assert [p.name for p in tmp_path.iterdir()] == [first.name]


@pytest.mark.parametrize("name", NAMES)
def test_class_names_survive(name: str, tmp_path: Path) -> None:
    titles = [
        "two words",
        "日本語の名前",
        "it's",
        'say "no"',
        "a,b;c|d",
        "<xml>&amp;",
        "tab\tinside",
        "ünï cödé",
        "null",
        "7",
    ]
    classes = tuple(
        LabelClass(slug=f"c-{i}", code=1 + 3 * i, title=title, color=f"#0000{i:02x}") for i, title in enumerate(titles)
    )
    frame = "ortho.pixel"
    labels = [
        samples.annotation(
            i,
            Polygon(frame=frame, exterior=((9 + 20 * i, 9), (21 + 20 * i, 9), (21 + 20 * i, 30), (9 + 20 * i, 30))),
            f"c-{i}",
        )
        for i in range(len(titles))
    ]
    dataset = Dataset(ontology=Ontology(classes=classes), scenes=(samples.scene(),), annotations=labels)
    imported = read(name, write(name, dataset, tmp_path))
    by_slug = {c.slug: c for c in imported.ontology.classes}
    found = {by_slug[a.label].title for a in labels_in(imported)}
    assert found == set(titles)
    assert {c.code: c.title for c in by_slug.values()} == {c.code: c.title for c in classes}


@pytest.mark.parametrize("name", ["geo3d", *VECTOR])
def test_utm_with_heights_and_a_vertical_crs(name: str, tmp_path: Path) -> None:
    crs = "EPSG:25832+7837"
    ring = ((689123.456789, 5334567.891234, 512.25), (689133.5, 5334567.9, 513.0), (689133.25, 5334577.125, 515.125))
    where = Scene(id="scene-1", title="s", frames=(MapFrame(id="m", crs=crs),))
    labels = [
        samples.annotation(0, Polygon(frame="m", exterior=ring)),
        samples.annotation(1, Point(frame="m", position=(689123.1, 5334567.2))),
    ]
    imported = read(name, write(name, samples.dataset(labels, where), tmp_path))
    assert imported.crs == crs
    back = {a.id: a.geometry for a in labels_in(imported)}
    for label in labels:
        found = back[label.id]
        assert found is not None
        assert label.geometry is not None
        assert np.array_equal(found.vertices(), label.geometry.vertices())


@pytest.mark.parametrize("name", ["geo3d", *VECTOR])
def test_a_crs_without_authority(name: str, tmp_path: Path) -> None:
    from pyproj import CRS

    wkt = CRS.from_proj4(
        "+proj=tmerc +lat_0=47.2 +lon_0=9.3 +k=0.99995 +x_0=1234 +y_0=777 +ellps=bessel +units=m"
    ).to_wkt()
    where = Scene(id="scene-1", title="s", frames=(MapFrame(id="m", crs=wkt),))
    label = samples.annotation(0, Point(frame="m", position=(1234.5678901234567, 777.25)))
    options = {"coordinates": "native"} if name == "geojson" else None
    imported = read(name, write(name, samples.dataset([label], where), tmp_path, options))
    assert imported.crs is not None
    assert CRS.from_user_input(imported.crs).equals(CRS.from_wkt(wkt), ignore_axis_order=True)
    (back,) = labels_in(imported)
    assert back.geometry is not None
    assert np.array_equal(back.geometry.vertices(), label.geometry.vertices())


@pytest.mark.parametrize(("name", "size"), [("coco", (70000, 66000)), ("mask", (70000, 600))])
def test_a_raster_of_more_than_65535_pixels(name: str, size: tuple[int, int], tmp_path: Path) -> None:
    """COCO's run lengths wrap at 2**32 pixels: holes must survive there too."""
    x, y = size[0] - 200, size[1] - 200
    far = ((x + 190.25, y + 190), (x + 199.5, y + 190), (x + 199.5, y + 199.75), (x + 190.25, y + 199.75))
    square = ((x, y), (x + 100, y), (x + 100, y + 100), (x, y + 100))
    hole = ((x + 20, y + 20), (x + 30, y + 20), (x + 30, y + 30))
    shapes = [Polygon(frame="ortho.pixel", exterior=far), Polygon(frame="ortho.pixel", exterior=square, holes=(hole,))]
    dataset = pixel_dataset(shapes, samples.scene(size=size, is_placed=False))
    target = write(name, dataset, tmp_path, {"role": "instance"} if name == "mask" else None)
    back = {a.id: a.geometry for a in labels_in(read(name, target))}
    for label in dataset.annotations:
        found = back[label.id]
        assert found is not None
        assert label.geometry is not None
        one, two = area_of(found), area_of(label.geometry)
        off = shapely.union_all(shapely.get_parts(one)).symmetric_difference(two).area
        assert off < (1e-6 if name == "coco" else two.length)


@pytest.mark.parametrize(("name", "place", "data"), [(n, p, d) for n, cases in HOSTILE.items() for p, d in cases])
def test_hostile_files_are_refused_with_their_place(name: str, place: str, data: bytes, tmp_path: Path) -> None:
    source = tmp_path / ("bad" + READERS.get(name).extensions[0])
    source.write_bytes(data)
    with pytest.raises((FormatError, LimitExceeded, CrsError)) as refused:
        labels_in(read(name, source))
    assert place in refused.value.message


@pytest.mark.parametrize("name", NAMES)
def test_a_file_that_is_not_there(name: str, tmp_path: Path) -> None:
    with pytest.raises(Geo3dError):
        read(name, tmp_path / "absent")


@pytest.mark.parametrize("name", NAMES)
def test_truncated_files_are_refused(name: str, tmp_path: Path) -> None:
    """Cut anywhere, a file is an error that a person can read, never another number of labels or a crash."""
    dataset = pixel_dataset() if name in ("coco", "mask") else samples.dataset()
    whole = write(name, dataset, tmp_path)
    main = whole / "annotations.json" if whole.is_dir() else whole
    data = main.read_bytes()
    cut = tmp_path / ("cut" + READERS.get(name).extensions[0])
    for share in (0.1, 0.5, 0.9):
        cut.write_bytes(data[: int(len(data) * share)])
        try:
            found = labels_in(read(name, cut))
        except Geo3dError:
            continue
        # a TIFF whose last overview is cut off, an SQLite file that lost unused pages: what is read must be whole
        assert name in ("mask", "geopackage")
        assert len(found) == len(labels_in(read(name, main)))
    shutil.rmtree(tmp_path)
