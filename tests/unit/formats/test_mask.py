"""Masks against rasterio's own rasterize and shapes."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
import rasterio
import shapely
from rasterio import features
from rasterio.transform import Affine

from geo3d.errors import FormatError
from geo3d.formats.base import ReadContext, WriteContext
from geo3d.formats.mask import MaskReader, MaskWriter
from geo3d.formats.values import values_of
from geo3d.geometry import Gcp, Gcps, MapFrame, Mask, PixelFrame, Polygon, Polyline
from geo3d.geometry.convert import shapely_of_one
from geo3d.labels import Annotation, Asset, Dataset, LabelClass, Layer, Ontology, Scene
from tests.unit.formats import samples


def polygons(n: int, size: tuple[int, int], seed: int = 3) -> Dataset:
    """Random stars, many of them over block borders and over each other."""
    rng = np.random.default_rng(seed)
    labels = []
    for i in range(n):
        turns = np.sort(rng.uniform(0, 2 * np.pi, 7))
        ring = rng.uniform(0, size, 2) + (rng.uniform(5, 90, (7, 1)) * np.stack([np.cos(turns), np.sin(turns)], axis=1))
        shape = Polygon(frame="ortho.pixel", exterior=tuple(map(tuple, ring.tolist())))
        labels.append(samples.annotation(i, shape, ("building", "power-line", "other")[i % 3]))
    return samples.dataset(labels, samples.scene(size=size))


def written(dataset: Dataset, path: Path, context: WriteContext | None = None, **options: Any) -> Any:
    report = MaskWriter(**options).write(dataset, path, context or WriteContext())
    assert report.written + report.n_lost == report.given
    with rasterio.open(path) as file:
        return file.read(1)


def labels_in(source: Path, **options: Any) -> list[Annotation]:
    imported = MaskReader(**options).read(source, ReadContext())
    return [a for batch in imported.batches() for a in values_of(batch, "s")]


def test_blocks_together_are_what_rasterio_draws_at_once(tmp_path: Path) -> None:
    dataset = polygons(80, (1300, 1100))
    ours = written(dataset, tmp_path / "a.tif")
    codes = {c.slug: c.code for c in dataset.ontology.classes}
    shapes = [(shapely_of_one(a.geometry), codes[a.label]) for a in dataset.annotations if a.geometry]
    expected = features.rasterize(shapes, (1100, 1300), dtype="uint16")
    np.testing.assert_array_equal(ours, expected)


def test_the_grid_is_the_rasters_own(tmp_path: Path) -> None:
    written(polygons(10, (1300, 1100)), tmp_path / "a.tif")
    with rasterio.open(tmp_path / "a.tif") as file:
        assert file.crs.to_epsg() == 32617
        assert file.transform == Affine(0.5, 0, 500000, 0, -0.5, 4000000)
        assert (file.width, file.height, file.dtypes[0], file.nodata) == (1300, 1100, "uint16", 65535)
        assert file.colormap(1)[3] == (0x4D, 0x7F, 0xE5, 255)
        assert "送電線" in file.tags()["GEO3D"]
        whole = file.read(1)
        for factor in file.overviews(1):
            small = file.read(1, out_shape=(-(-1100 // factor), -(-1300 // factor)))
            assert set(np.unique(small)) <= set(np.unique(whole))


def test_few_classes_take_one_byte(tmp_path: Path) -> None:
    dataset = polygons(5, (600, 600))
    small = Ontology(classes=tuple(c for c in dataset.ontology.classes if c.code < 255))
    kept = [a for a in dataset.annotations if a.label != "other"]
    mask = written(Dataset(small, dataset.scenes, kept), tmp_path / "a.tif")
    assert mask.dtype == np.uint8
    with rasterio.open(tmp_path / "a.tif") as file:
        assert file.nodata == 255
    full = Ontology(classes=(LabelClass(slug="x", code=65535, title="x"),))
    with pytest.raises(FormatError, match="65535"):
        written(Dataset(full, dataset.scenes, ()), tmp_path / "b.tif")


def test_masks_are_stamped_pixel_by_pixel_between_polygons(tmp_path: Path) -> None:
    bits = np.random.default_rng(1).random((700, 30)) < 0.5
    below = Polygon(frame="ortho.pixel", exterior=((0, 0), (1000, 0), (1000, 800), (0, 800)))
    above = Polygon(frame="ortho.pixel", exterior=((500, 600), (520, 600), (520, 800), (500, 800)))
    labels = [
        samples.annotation(0, below, "building"),
        samples.annotation(1, Mask.encode("ortho.pixel", bits, (495, 50)), "power-line"),
        samples.annotation(2, above, "tower"),
    ]
    expected = np.full((800, 1000), 1)
    expected[50:750, 495:525][bits] = 3
    expected[600:800, 500:520] = 9
    np.testing.assert_array_equal(written(samples.dataset(labels), tmp_path / "a.tif"), expected)
    small_last = written(samples.dataset(labels[::-1]), tmp_path / "b.tif", order="small_last")
    assert (small_last == 9).any()
    assert (written(samples.dataset(labels[::-1]), tmp_path / "c.tif") == 1).all()


def test_lines_need_a_width(tmp_path: Path) -> None:
    wide = Polyline(frame=samples.UTM, path=((500050, 3999950), (500250, 3999950)), width=5.0)
    thin = Polyline(frame=samples.UTM, path=((500050, 3999900), (500250, 3999900)))
    dataset = samples.dataset([samples.annotation(0, wide, "power-line"), samples.annotation(1, thin, "tower")])
    report = MaskWriter().write(dataset, tmp_path / "a.tif", WriteContext())
    assert report.lost_by_reason == {"no-width": 1}
    mask = written(dataset, tmp_path / "a.tif", line_width=3)
    assert (mask[:, 300] == 3).sum() == 10  # 5 m are 10 pixels
    assert (mask[:, 300] == 9).sum() == 3


def test_instances_come_back_with_their_ids(tmp_path: Path) -> None:
    dataset = polygons(12, (900, 900))
    written(dataset, tmp_path / "a.tif", role="instance")
    imported = MaskReader().read(tmp_path / "a.tif", ReadContext())
    titles = {c.slug: c.title for c in imported.ontology.classes}
    wanted = {a.id: a.label for a in dataset.annotations}
    back = labels_in(tmp_path / "a.tif")
    assert len(back) == imported.n
    for label in back:
        assert titles[label.label] == dataset.ontology.get(wanted[label.id]).title  # type: ignore[union-attr]


def test_outlines_are_those_of_rasterio(tmp_path: Path) -> None:
    mask = written(polygons(30, (700, 500)), tmp_path / "a.tif")
    place = Affine(0.5, 0, 500000, 0, -0.5, 4000000)
    expected: dict[int, float] = {}
    for shape, value in features.shapes(mask.astype(np.int32), mask=mask > 0, transform=place):
        expected[int(value)] = expected.get(int(value), 0) + shapely.geometry.shape(shape).area
    imported = MaskReader().read(tmp_path / "a.tif", ReadContext())
    assert imported.crs == "EPSG:32617"
    codes = {c.slug: c.code for c in imported.ontology.classes}
    ours: dict[int, float] = {}
    for label in labels_in(tmp_path / "a.tif"):
        assert label.geometry is not None
        shape = shapely_of_one(label.geometry)
        assert shapely.is_valid(shape)
        ours[codes[label.label]] = ours.get(codes[label.label], 0) + shape.area
    assert ours == expected
    few = MaskReader(min_pixels=50).read(tmp_path / "a.tif", ReadContext())
    assert few.n + few.losses.n_lost == imported.n


def test_what_is_read_draws_the_same_mask(tmp_path: Path) -> None:
    dataset = polygons(30, (700, 500))
    first = written(dataset, tmp_path / "a.tif")
    imported = MaskReader().read(tmp_path / "a.tif", ReadContext())
    labels = [a for b in imported.batches() for a in values_of(b, "scene-1")]
    home = {"map.file": samples.UTM}
    moved = [
        a.model_copy(update={"geometry": a.geometry.model_copy(update={"frame": home[a.geometry.frame]})})  # type: ignore[union-attr]
        for a in labels
    ]
    again = written(Dataset(imported.ontology, dataset.scenes, moved), tmp_path / "b.tif")
    np.testing.assert_array_equal(first, again)


def test_layers_are_under_the_labels(tmp_path: Path) -> None:
    layer = Layer(id="l", scene="scene-1", asset="ortho", frame="ortho.pixel", size=(1000, 800))
    chunk = np.arange(256 * 256, dtype=np.uint16).reshape(256, 256) % 7
    context = WriteContext(chunks=lambda _: iter([("3/3", chunk.ravel()), ("0/1", chunk.ravel())]))
    square = Polygon(frame="ortho.pixel", exterior=((760, 760), (780, 760), (780, 780), (760, 780)))
    dataset = Dataset(samples.ONTOLOGY, (samples.scene(),), [samples.annotation(0, square, "tower")], layers=[layer])
    expected = np.zeros((800, 1000))
    expected[768:, 768:] = chunk[:32, :232]
    expected[256:512, :256] = chunk
    expected[760:780, 760:780] = 9
    np.testing.assert_array_equal(written(dataset, tmp_path / "a.tif", context), expected)
    imported = MaskReader(into="layer").read(tmp_path / "a.tif", ReadContext())
    assert imported.chunks is not None
    back = np.zeros((1024, 1024))
    for key, entries in imported.chunks(imported.layers[0]):
        x, y = (int(n) * 256 for n in key.split("/"))
        back[y : y + 256, x : x + 256] = entries.reshape(256, 256)
    np.testing.assert_array_equal(back[:800, :1000], expected)


def test_control_points_travel(tmp_path: Path) -> None:
    points = tuple(Gcp(col=c, row=r, x=11 + c / 1e4 + r / 1e6, y=48 - r / 1e4) for c in (0, 500) for r in (0, 400))
    frames = (
        PixelFrame(id="p", size=(500, 400), parent="m", link=Gcps(points=points)),
        MapFrame(id="m", crs="EPSG:4326"),
    )
    where = Scene(id="scene-1", title="t", frames=frames, assets=(Asset(id="a", href="a.tif", frame="p"),))
    written(samples.dataset([], where), tmp_path / "a.tif")
    with rasterio.open(tmp_path / "a.tif") as file:
        gcps, crs = file.gcps
    assert crs.to_epsg() == 4326
    assert [(g.col, g.row, g.x, g.y) for g in gcps] == [(p.col, p.row, p.x, p.y) for p in points]


def test_foreign_masks(tmp_path: Path) -> None:
    grid = np.zeros((40, 60), np.uint8)
    grid[5:20, 5:20] = 1
    grid[10:12, 10:12] = 0
    grid[5:20, 30:50] = 2
    grid[30:, :] = 255
    with rasterio.open(tmp_path / "m.png", "w", driver="PNG", width=60, height=40, count=1, dtype="uint8") as file:
        file.write(grid, 1)
    imported = MaskReader(classes="1=house, 2=road,255=void").read(tmp_path / "m.png", ReadContext())
    assert {c.title: imported.counts[c.slug] for c in imported.ontology.classes} == {"house": 1, "road": 1, "void": 1}
    (house, *_) = labels_in(tmp_path / "m.png")
    assert isinstance(house.geometry, Polygon)
    assert shapely_of_one(house.geometry).area == 15 * 15 - 4
    assert len(house.geometry.holes) == 1
    with pytest.raises(FormatError, match="1=building"):
        MaskReader(classes="house").read(tmp_path / "m.png", ReadContext())
    with rasterio.open(tmp_path / "f.tif", "w", driver="GTiff", width=4, height=4, count=1, dtype="float32"):
        pass
    with pytest.raises(FormatError, match="float32"):
        MaskReader().read(tmp_path / "f.tif", ReadContext())


def test_several_rasters_need_a_choice(tmp_path: Path) -> None:
    where = samples.scene()
    two = where.model_copy(
        update={"assets": (*where.assets, Asset(id="b", href="b.tif", title="b", frame="ortho.pixel"))}
    )
    with pytest.raises(FormatError, match="choose one as asset"):
        written(samples.dataset([], two), tmp_path / "a.tif")
    written(samples.dataset([], two), tmp_path / "a.tif", asset="b")
