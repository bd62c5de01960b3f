"""GeoParquet against geopandas and the specification."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import geopandas
import numpy as np
import pyarrow.parquet as pq
import pytest
import shapely

from geo3d.errors import FormatError
from geo3d.formats.base import ReadContext, WriteContext
from geo3d.formats.geoparquet import GeoParquetReader, GeoParquetWriter
from geo3d.formats.values import values_of
from geo3d.geometry import LocalFrame, MapFrame, Point, Polygon
from geo3d.labels import Scene
from tests.unit.formats import samples


def header(path: Path) -> dict[str, Any]:
    found: dict[str, Any] = json.loads(pq.ParquetFile(path).metadata.metadata[b"geo"])
    return found


def test_geopandas_reads_it(tmp_path: Path) -> None:
    dataset = samples.dataset()
    GeoParquetWriter().write(dataset, tmp_path / "a.parquet", WriteContext())
    frame = geopandas.read_parquet(tmp_path / "a.parquet")
    assert frame.crs.to_epsg() == 32617
    for label, row in zip(dataset.annotations, frame.itertuples(), strict=True):
        assert row.geo3d_id == label.id
        if label.geometry is not None:
            np.testing.assert_array_equal(row.geometry.bounds, label.geometry.bounds())
        if "use" in label.attributes:
            assert list(row.use) == list(label.attributes["use"])  # type: ignore[arg-type]
    near = geopandas.read_parquet(tmp_path / "a.parquet", bbox=(500109, 3999900, 500111, 3999901))
    assert 0 < len(near) < len(frame)


def test_the_header_is_exact(tmp_path: Path) -> None:
    where = Scene(id="scene-1", title="t", frames=(MapFrame(id="m", crs="EPSG:25832+7837"),))
    labels = [
        samples.annotation(0, Point(frame="m", position=(1.0, 2.0, 3.0))),
        samples.annotation(1, Polygon(frame="m", exterior=((0, 0), (9, 0), (9, 9)))),
        samples.annotation(2, None),
    ]
    GeoParquetWriter().write(samples.dataset(labels, where), tmp_path / "a.parquet", WriteContext())
    geo = header(tmp_path / "a.parquet")
    column = geo["columns"]["geometry"]
    assert (geo["version"], geo["primary_column"], column["encoding"]) == ("1.1.0", "geometry", "WKB")
    assert column["geometry_types"] == ["Point Z", "Polygon"]
    assert column["bbox"] == [0, 0, 9, 9]
    assert column["crs"]["type"] == "CompoundCRS"
    assert column["covering"]["bbox"]["xmin"] == ["bbox", "xmin"]
    assert "orientation" not in column  # rings are as they were drawn
    GeoParquetWriter(bbox=False).write(samples.dataset(labels, where), tmp_path / "b.parquet", WriteContext())
    assert "covering" not in header(tmp_path / "b.parquet")["columns"]["geometry"]


def test_unknown_and_missing_crs_are_two_things(tmp_path: Path) -> None:
    dataset = samples.dataset(samples.labels_of(samples.shapes_pixel()), samples.scene(is_placed=False))
    GeoParquetWriter().write(dataset, tmp_path / "pixel.parquet", WriteContext())
    assert header(tmp_path / "pixel.parquet")["columns"]["geometry"]["crs"] is None
    unknown = GeoParquetReader().read(tmp_path / "pixel.parquet", ReadContext())
    assert isinstance(unknown.scene.frames[0], LocalFrame)
    frame = geopandas.GeoDataFrame({"class": ["a"]}, geometry=[shapely.Point(11, 48)], crs=None)
    frame.to_parquet(tmp_path / "none.parquet")
    assert GeoParquetReader().read(tmp_path / "none.parquet", ReadContext()).crs is None
    table = pq.read_table(tmp_path / "none.parquet")
    geo = json.loads(table.schema.metadata[b"geo"])
    del geo["columns"]["geometry"]["crs"]
    pq.write_table(table.replace_schema_metadata({"geo": json.dumps(geo)}), tmp_path / "missing.parquet")
    assert GeoParquetReader().read(tmp_path / "missing.parquet", ReadContext()).crs == "EPSG:4326"


def test_foreign_files(tmp_path: Path) -> None:
    rows = {"Category": ["x", "y", None], "n": [1, None, 3], "list": [["a"], None, []], "deep": [{"k": 1}, None, None]}
    shapes = [shapely.box(0, 0, 1, 1), shapely.MultiPolygon([shapely.box(2, 2, 3, 3)]), None]
    geopandas.GeoDataFrame(rows, geometry=shapes, crs=3857).to_parquet(tmp_path / "a.parquet")
    imported = GeoParquetReader().read(tmp_path / "a.parquet", ReadContext())
    assert imported.crs == "EPSG:3857"
    labels = [a for b in imported.batches() for a in values_of(b, "s")]
    titles = {c.slug: c.title for c in imported.ontology.classes}
    assert [titles[a.label] for a in labels] == ["x", "y", "a"]
    assert [a.geometry.kind if a.geometry else "tag" for a in labels] == ["polygon", "polygon", "tag"]
    assert labels[0].attributes == {"n": 1, "list": ("a",)}
    assert labels[0].extra == {"geoparquet": {"properties": {"deep": {"k": 1}}}}


def test_parquet_without_geometries(tmp_path: Path) -> None:
    import pyarrow as pa

    pq.write_table(pa.table({"a": [1]}), tmp_path / "a.parquet")
    with pytest.raises(FormatError, match="without geometries"):
        GeoParquetReader().read(tmp_path / "a.parquet", ReadContext())
