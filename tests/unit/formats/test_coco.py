"""COCO against pycocotools, its evaluation included, and rasterio for the pictures."""

from __future__ import annotations

import contextlib
import io
import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from pycocotools import mask as coco_mask
from pycocotools.coco import COCO
from pycocotools.cocoeval import COCOeval

from geo3d.errors import FormatError
from geo3d.formats.base import ReadContext, WriteContext
from geo3d.formats.coco import CocoReader, CocoWriter
from geo3d.formats.values import values_of
from geo3d.geometry import Box, Keypoints, Mask, Polygon, Polyline
from geo3d.geometry.convert import shapely_of_one
from geo3d.intake import asset_of, with_assets
from geo3d.labels import Annotation, Dataset, Scene
from geo3d.raster.source import open_raster
from geo3d.raster.trust import Trust
from tests.unit.formats import samples


def areas() -> Dataset:
    """Everything that has an area, in pixels."""
    shapes = [s for s in samples.shapes_pixel() if s.kind in ("polygon", "multipolygon", "box", "mask")]
    return samples.dataset([samples.annotation(i, s, "building") for i, s in enumerate(shapes)])


def written(dataset: Dataset, folder: Path, context: WriteContext | None = None, **options: Any) -> dict[str, Any]:
    report = CocoWriter(**options).write(dataset, folder, context or WriteContext())
    assert report.written + report.n_lost == report.given
    found: dict[str, Any] = json.loads((folder / "annotations.json").read_bytes())
    return found


def test_a_line_with_a_width_is_the_area_of_its_band(tmp_path: Path) -> None:
    road = Polyline(frame="ortho.pixel", path=((10.0, 20.0), (110.0, 20.0)), width=6.0)
    path = Polyline(frame="ortho.pixel", path=((10.0, 60.0), (110.0, 60.0)))
    dataset = samples.dataset([samples.annotation(1, road, "building"), samples.annotation(2, path, "building")])
    report = CocoWriter().write(dataset, tmp_path, WriteContext())
    assert (report.written, report.lost_by_reason) == (1, {"no-width": 1})
    assert [loss.reason for loss in report.reduced] == ["written-as-area"]
    coco = coco_of(tmp_path / "annotations.json")
    (entry,) = coco.dataset["annotations"]
    assert entry["area"] == 600.0
    assert entry["bbox"] == [10.0, 17.0, 100.0, 6.0]
    assert int(coco.annToMask(entry).sum()) == 600


def labels_in(source: Path) -> list[Annotation]:
    imported = CocoReader().read(source, ReadContext())
    return [a for batch in imported.batches() for a in values_of(batch, imported.scene.id)]


def coco_of(path: Path) -> COCO:
    with contextlib.redirect_stdout(io.StringIO()):
        return COCO(str(path))


def precision_of(truth: COCO, kind: str, sigmas: int = 0) -> tuple[float, float]:
    """Return (AP, AR) of the truth held against itself."""
    results = [{**a, "score": 0.9} for a in truth.dataset["annotations"]]
    with contextlib.redirect_stdout(io.StringIO()):
        run = COCOeval(truth, truth.loadRes(results), kind)
        if sigmas:
            run.params.kpt_oks_sigmas = np.full(sigmas, 0.1)
        run.evaluate()
        run.accumulate()
        run.summarize()
    return float(run.stats[0]), float(run.stats[8 if kind != "keypoints" else 5])


@pytest.mark.parametrize("kind", ["bbox", "segm"])
@pytest.mark.parametrize("options", [{}, {"chip": 200, "overlap": 40, "pictures": "none"}])
def test_a_perfect_answer_is_perfect(kind: str, options: dict[str, Any], tmp_path: Path) -> None:
    """Annotation ids from 0, RLE marked as crowd and a missing area each cost the mark."""
    file = written(areas(), tmp_path / "out", **options)
    assert min(a["id"] for a in file["annotations"]) == 1
    assert min(i["id"] for i in file["images"]) == 1
    assert {a["iscrowd"] for a in file["annotations"]} == {0}
    assert precision_of(coco_of(tmp_path / "out" / "annotations.json"), kind) == (1.0, 1.0)


def test_perfect_keypoints_are_perfect(tmp_path: Path) -> None:
    points = [s for s in samples.shapes_pixel() if s.kind in ("keypoints", "polygon")]
    file = written(samples.dataset([samples.annotation(i, s, "tower") for i, s in enumerate(points)]), tmp_path / "out")
    category = next(c for c in file["categories"] if c["name"] == "power tower")
    assert category["keypoints"] == ["top", "left arm", "right arm"]
    assert category["skeleton"] == [[1, 2], [1, 3]]
    found = [a for a in file["annotations"] if a["num_keypoints"]]
    assert [len(a["keypoints"]) for a in file["annotations"]] == [9] * 3
    assert found[0]["keypoints"][2::3] == [2, 0, 1]
    assert found[0]["keypoints"][3:5] == [0, 0]
    truth = coco_of(tmp_path / "out" / "annotations.json")
    truth.dataset["annotations"] = found
    truth.createIndex()
    assert precision_of(truth, "keypoints", 3) == pytest.approx((1.0, 1.0))


def test_masks_as_pycocotools_sees_them(tmp_path: Path) -> None:
    dataset = areas()
    truth = coco_of((written(dataset, tmp_path / "out"), tmp_path / "out" / "annotations.json")[1])
    for label, entry in zip(dataset.annotations, truth.dataset["annotations"], strict=True):
        assert label.geometry is not None
        shape = shapely_of_one(label.geometry)
        pixels = int(truth.annToMask(entry).sum())
        assert abs(pixels - shape.area) < shape.length
        if isinstance(entry["segmentation"], dict):
            assert entry["area"] == pixels
            assert entry["bbox"] == coco_mask.toBbox(truth.annToRLE(entry)).tolist()
        else:
            assert entry["area"] == pytest.approx(shape.area)
            minx, miny, maxx, maxy = shape.bounds
            assert entry["bbox"] == pytest.approx([minx, miny, maxx - minx, maxy - miny])
            assert all(len(ring) >= 6 for ring in entry["segmentation"])


def test_holes_are_holes(tmp_path: Path) -> None:
    square = Polygon(
        frame="ortho.pixel", exterior=((0, 0), (10, 0), (10, 10), (0, 10)), holes=(((3, 3), (6, 3), (6, 6), (3, 6)),)
    )
    (entry,) = written(samples.dataset([samples.annotation(0, square)]), tmp_path / "out")["annotations"]
    assert entry["area"] == 91
    assert labels_in(tmp_path / "out")[0].geometry == square


def test_an_outline_that_was_edited_elsewhere_is_not_ours_any_more(tmp_path: Path) -> None:
    square = Polygon(
        frame="ortho.pixel", exterior=((0, 0), (10, 0), (10, 10), (0, 10)), holes=(((3, 3), (6, 3), (6, 6), (3, 6)),)
    )
    file = written(samples.dataset([samples.annotation(0, square)]), tmp_path / "out")
    full = np.zeros((800, 1000), np.uint8, order="F")
    full[:7, :9] = 1
    counts = coco_mask.encode(full)["counts"].decode()
    file["annotations"][0]["segmentation"]["counts"] = counts
    (tmp_path / "edited.json").write_text(json.dumps(file))
    (label,) = labels_in(tmp_path / "edited.json")
    assert isinstance(label.geometry, Mask)
    assert (label.geometry.size, label.geometry.offset) == ((9, 7), (0, 0))


def test_turned_boxes_keep_their_angle(tmp_path: Path) -> None:
    box = Box(frame="ortho.pixel", center=(300.5, 200.25), size=(80, 20.5), angle=-2.5)
    (entry,) = written(samples.dataset([samples.annotation(0, box)]), tmp_path / "out")["annotations"]
    assert len(entry["segmentation"][0]) == 8
    assert entry["rbox"] == pytest.approx([300.5, 200.25, 80, 20.5, -2.5])
    (label,) = labels_in(tmp_path / "out")
    assert isinstance(label.geometry, Box)
    np.testing.assert_allclose(label.geometry.vertices(), box.vertices(), atol=1e-9)


def test_what_lies_outside_is_cut_off_and_told(tmp_path: Path) -> None:
    half = Polygon(frame="ortho.pixel", exterior=((-50, 10), (50, 10), (50, 60), (-50, 60)))
    away = Polygon(frame="ortho.pixel", exterior=((-50, 10), (-5, 10), (-5, 60)))
    dataset = samples.dataset([samples.annotation(0, half), samples.annotation(1, away)])
    report = CocoWriter().write(dataset, tmp_path / "out", WriteContext())
    assert (report.lost_by_reason, report.reduced_by_reason) == ({"outside-image": 1}, {"clipped": 1})
    (entry,) = json.loads((tmp_path / "out/annotations.json").read_bytes())["annotations"]
    assert (entry["bbox"], entry["area"], entry["truncated"]) == ([0, 10, 50, 50], 2500, 0.5)
    report = CocoWriter(min_visible=0.6).write(dataset, tmp_path / "out", WriteContext())
    assert report.lost_by_reason == {"outside-image": 1, "below-share": 1}


def test_chips_cover_everything_once_seen_whole(tmp_path: Path) -> None:
    dataset = areas()
    file = written(dataset, tmp_path / "out", chip=256, overlap=128, pictures="none")
    assert {(i["width"], i["height"]) for i in file["images"]} == {(256, 256)}
    offsets = {tuple(i["geo3d"]["offset"]) for i in file["images"]}
    assert max(offsets) == (1000 - 256, 800 - 256)
    covered = shapely.union_all([shapely.box(x, y, x + 256, y + 256) for x, y in offsets])
    assert covered.equals(shapely.box(0, 0, 1000, 800))
    by_id = {a.id: a.geometry for a in labels_in(tmp_path / "out")}
    whole = [a for a in dataset.annotations if a.id in by_id]
    assert whole
    for label in whole:
        assert label.geometry is not None
        back, given = shapely_of_one(by_id[label.id]), shapely_of_one(label.geometry)  # type: ignore[arg-type]
        assert back.symmetric_difference(given).area < 1e-6
    few = written(dataset, tmp_path / "few", chip=256, pictures="none", empty=False)
    assert (
        {i["id"] for i in few["images"]}
        == {a["image_id"] for a in few["annotations"]}
        < {i["id"] for i in file["images"]}
    )


@pytest.fixture
def orthophoto(shared_data: Path) -> tuple[Scene, Any]:
    """SpaceNet's Atlanta chip as a scene, and what opens its raster."""
    path = shared_data / "raster/spacenet/sample_geotiff.tif"
    raster = open_raster(path, trust=Trust())
    asset, frames = asset_of(raster.info, str(path))
    return with_assets(Scene(id="scene-1", title="Atlanta"), [(asset, frames)]), lambda _: raster


@pytest.mark.parametrize("pictures", ["geotiff", "png", "jpeg"])
def test_chip_pictures_lie_where_the_raster_lies(pictures: str, orthophoto: Any, tmp_path: Path) -> None:
    where, rasters = orthophoto
    source = where.assets[0].href
    file = written(
        samples.dataset([], where), tmp_path / "out", WriteContext(rasters), chip=400, overlap=100, pictures=pictures
    )
    assert len(file["images"]) == 9
    with rasterio.open(source) as whole:
        for image in file["images"]:
            x, y = image["geo3d"]["offset"]
            with rasterio.open(tmp_path / "out" / image["file_name"]) as chip:
                assert chip.crs == whole.crs
                assert chip.transform.almost_equals(whole.transform @ rasterio.Affine.translation(x, y), 1e-9)
                assert (chip.width, chip.height) == (image["width"], image["height"])
                if pictures == "geotiff":
                    window = rasterio.windows.Window(x, y, 400, 400)
                    np.testing.assert_array_equal(chip.read(), whole.read(window=window))
                else:
                    assert chip.dtypes[0] == "uint8"


def test_labels_of_the_map_fall_on_the_houses(orthophoto: Any, shared_data: Path, tmp_path: Path) -> None:
    """SpaceNet's own GeoJSON, brought to pixels, against rasterio's transform."""
    from geo3d.formats.geojson import GeoJsonReader

    where, _ = orthophoto
    imported = GeoJsonReader().read(shared_data / "raster/spacenet/geotiff_labels.geojson", ReadContext())
    labels = [a for b in imported.batches() for a in values_of(b, "scene-1")]
    home = next(f.id for f in where.frames if f.kind == "map")
    moved = [a.model_copy(update={"geometry": a.geometry.model_copy(update={"frame": home})}) for a in labels]  # type: ignore[union-attr]
    dataset = Dataset(ontology=imported.ontology, scenes=(where,), annotations=moved)
    file = written(dataset, tmp_path / "out")
    with rasterio.open(where.assets[0].href) as raster:
        inverse = ~raster.transform
    by_id = {a["geo3d"]["id"]: a for a in file["annotations"]}
    for label in moved:
        assert isinstance(label.geometry, Polygon)
        entry = by_id[label.id]
        if "truncated" in entry or label.geometry.holes:
            continue
        expected = shapely.Polygon([inverse * position[:2] for position in label.geometry.exterior])
        ours = shapely.Polygon(np.reshape(entry["segmentation"][0], (-1, 2)))
        assert ours.symmetric_difference(expected).area < 1e-6


@pytest.mark.parametrize(
    ("file", "n", "kinds"),
    [
        ("spacenet/coco_sample_1.json", 3, {"polygon"}),
        ("deepforest/coco_sample_file.json", 6, {"polygon"}),
        ("datumaro/coco_dataset/coco_instances/annotations/instances_val.json", 2, {"polygon", "mask"}),
        ("coco_rle/instances_val2014_fakebbox100_results.json", 734, {"box"}),
        ("coco_rle/instances_val2014_fakesegm100_results.json", 734, {"mask"}),
    ],
)
def test_real_files(file: str, n: int, kinds: set[str], shared_data: Path) -> None:
    source = shared_data / "annotations" / file
    labels = labels_in(source)
    assert len(labels) == n
    assert {a.geometry.kind for a in labels if a.geometry} == kinds
    entries = json.loads(source.read_bytes())
    entries = entries if isinstance(entries, list) else entries["annotations"]
    for label, entry in list(zip(labels, entries, strict=True))[:50]:
        assert label.geometry is not None
        rle = entry.get("segmentation")
        if isinstance(rle, dict) and isinstance(rle["counts"], str):
            area = float(coco_mask.area({"size": rle["size"], "counts": rle["counts"].encode()}))
            assert sum(label.geometry.counts[1::2]) == area  # type: ignore[union-attr]
        elif "area" in entry and label.geometry.kind == "polygon":
            assert shapely_of_one(label.geometry).area == pytest.approx(entry["area"], rel=0.02)


def test_foreign_fields_are_kept_and_written_again(tmp_path: Path) -> None:
    image = {"id": 5, "file_name": "sub/ortho.tif", "width": 1000, "height": 800, "license": 3}
    entry = {
        "id": 0, "image_id": 5, "category_id": 7, "bbox": [1.5, 2, 30, 40], "area": 1200, "iscrowd": 1,
        "depth": {"m": 3}, "attributes": {"occluded": True, "n": 2, "odd": [1]}, "score": 0.25,
    }  # fmt: skip
    file = {"info": {"year": 2026}, "licenses": [{"id": 3}], "images": [image], "annotations": [entry],
            "categories": [{"id": 7, "name": "car", "supercategory": "vehicle", "color": [255, 0, 16]}]}  # fmt: skip
    (tmp_path / "in.json").write_text(json.dumps(file))
    imported = CocoReader().read(tmp_path / "in.json", ReadContext())
    (label,) = labels_in(tmp_path / "in.json")
    (car,) = imported.ontology.classes
    assert (car.code, car.title, car.color) == (7, "car", "#ff0010")
    assert label.attributes == {"occluded": True, "n": 2, "iscrowd": True}
    assert label.extra == {"coco": {"id": 0, "depth": {"m": 3}, "attributes": {"odd": [1]}}}
    assert label.provenance.score == 0.25
    assert label.geometry is not None
    assert label.geometry.bounds() == (1.5, 2, 31.5, 42)
    assert imported.scene.assets[0].title == "ortho.tif"
    from geo3d.exchange import convert

    convert(tmp_path / "in.json", CocoReader(), tmp_path / "out", CocoWriter())
    out = json.loads((tmp_path / "out/annotations.json").read_bytes())
    assert (out["info"], out["licenses"]) == ({"year": 2026}, [{"id": 3}])
    assert (out["annotations"][0]["depth"], out["annotations"][0]["iscrowd"]) == ({"m": 3}, 1)


def test_keypoints_of_people_bring_their_outline_along(tmp_path: Path) -> None:
    entry = {
        "id": 1, "image_id": 1, "category_id": 1, "keypoints": [5, 6, 2, 0, 0, 0], "num_keypoints": 1, "iscrowd": 0,
        "segmentation": [[1, 1, 9, 1, 9, 9]], "bbox": [1, 1, 8, 8], "area": 32,
    }  # fmt: skip
    file = {
        "images": [{"id": 1, "file_name": "a.jpg", "width": 20, "height": 20}],
        "annotations": [entry],
        "categories": [{"id": 1, "name": "person", "keypoints": ["nose", "eye"], "skeleton": [[1, 2], [9, 9]]}],
    }
    (tmp_path / "in.json").write_text(json.dumps(file))
    imported = CocoReader().read(tmp_path / "in.json", ReadContext())
    (label,) = labels_in(tmp_path / "in.json")
    assert isinstance(label.geometry, Keypoints)
    assert [(p.name, p.position) for p in label.geometry.points] == [("nose", (5, 6)), ("eye", None)]
    assert label.extra["coco"]["segmentation"] == [[1, 1, 9, 1, 9, 9]]
    skeleton = imported.ontology.classes[0].skeleton
    assert skeleton is not None
    assert skeleton.edges == ((0, 1),)


def test_a_folder_with_several_files_needs_a_choice(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text("{}")
    (tmp_path / "b.json").write_text("{}")
    with pytest.raises(FormatError, match=r"a\.json, b\.json"):
        CocoReader().read(tmp_path, ReadContext())


def test_somebody_elses_folder_is_not_overwritten(tmp_path: Path) -> None:
    (tmp_path / "thesis.txt").write_text("mine")
    with pytest.raises(FormatError, match="no earlier export"):
        CocoWriter().write(areas(), tmp_path, WriteContext())
    assert (tmp_path / "thesis.txt").read_text() == "mine"
