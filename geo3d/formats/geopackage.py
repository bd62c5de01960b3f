"""GeoPackage: one layer per geometry type and coordinate system, with the class colours as QGIS styles.

GDAL writes it (by pyogrio) from Arrow streams. GDAL never opens a workspace: two SQLite libraries in one process break
each other's locks.
"""

from __future__ import annotations

import tempfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, ClassVar

import numpy as np
import orjson
from pydantic import Field

from geo3d.formats.base import Imported, ReadContext, Reader, WriteContext, Writer
from geo3d.formats.gdal import fixed_clock, moment
from geo3d.formats.ogc import CARRIED, OGC_TYPES
from geo3d.formats.qml import qml_of
from geo3d.formats.report import LossLog, Report
from geo3d.formats.table import Table
from geo3d.formats.target import whole_file
from geo3d.formats.vector import VectorBatch, kind_of, lose_documents, n_besides, vector_batches
from geo3d.geometry.crs import code_of, crs_of
from geo3d.labels import Dataset
from geo3d.labels.ontology import GeometryKind

GEOMETRY = "geom"
RESERVED = ("fid", "id", GEOMETRY, "ogc_fid", "rowid")
"""Column names, in any case, that SQLite, GDAL or QGIS keep for themselves."""
_TITLES = {
    "Point": "points", "MultiLineString": "lines", "MultiPolygon": "polygons", "MultiPoint": "keypoints", "": "tags",
}  # fmt: skip
_SYMBOLS = {"Point": "marker", "MultiPoint": "marker", "MultiLineString": "line", "MultiPolygon": "fill"}
_PIXELS = 'LOCAL_CS["Undefined Cartesian SRS",UNIT["Meter",1]]'
"""Coordinate system of layers in pixels: the one to which GeoPackage gives the number -1."""


@dataclass(frozen=True)
class _LayerKey:
    """What the geometries of one layer have in common."""

    type: str
    """``MultiPolygon``; empty = no geometry."""
    crs: str | None = None
    has_z: bool = False


@dataclass
class _Spool:
    """Arrow batches of one layer, on disk until GDAL takes them."""

    path: Path
    schema: Any
    writer: Any = field(default=None)

    def add(self, batch: Any) -> None:
        import pyarrow as pa

        if self.writer is None:
            self.writer = pa.ipc.new_stream(str(self.path), self.schema)
        self.writer.write_batch(batch)

    def close(self) -> None:
        if self.writer is not None:
            self.writer.close()


class GeoPackageWriter(Writer):
    """Write a GeoPackage."""

    name: ClassVar[str] = "geopackage"
    title: ClassVar[str] = "GeoPackage"
    extensions: ClassVar[tuple[str, ...]] = (".gpkg",)
    carries: ClassVar[tuple[GeometryKind, ...]] = CARRIED
    becomes: ClassVar[Mapping[GeometryKind, str]] = {"mask": "multipolygon"}
    loses: ClassVar[str] = (
        "Cuboids, segments, layers, things and relations; masks become outlines; lists become JSON text."
    )
    media_type: ClassVar[str] = "application/geopackage+sqlite3"

    crs: str = Field("", title="CRS")
    """Code to transform everything to; empty = as drawn: each label in the CRS of its map, to the last bit. What lies
    on no map goes to layers of pixel coordinates without a CRS (y points down there)."""
    styles: bool = Field(True, title="QGIS styles")
    """Whether QGIS shows the class colours by itself."""

    def write(self, dataset: Dataset, target: Path, context: WriteContext) -> Report:
        """Write the layers. See `Writer.write`."""
        log = LossLog()
        crs = code_of(crs_of(self.crs)) if self.crs else None
        table = Table.survey(dataset, log, lambda share: context.progress(share * 0.3), reserved=RESERVED)
        lose_documents(dataset, log)
        with whole_file(target) as temporary, tempfile.TemporaryDirectory(dir=target.parent) as folder:
            spools: dict[_LayerKey, _Spool] = {}
            for batch in vector_batches(dataset, crs, log, lambda share: context.progress(0.3 + share * 0.4)):
                _spool(batch, table, spools, Path(folder))
            for spool in spools.values():
                spool.close()
            self._write_layers(temporary, spools, table, dataset)
            context.progress(1.0)
        return log.report(self.name, table.n + n_besides(dataset), (target.name,))

    def _write_layers(self, path: Path, spools: dict[_LayerKey, _Spool], table: Table, dataset: Dataset) -> None:
        import pyarrow as pa

        names = _names(list(spools))
        card = table.card(dataset, has_pixels=any(key.crs is None and key.type for key in spools))
        if not spools:  # an empty scene is a file with an empty layer, not no file
            key = _LayerKey("MultiPolygon", next(iter(_crs_of_scenes(dataset)), None))
            spools, names = {key: _empty_spool(table)}, {key: "polygons"}
        with fixed_clock(table.newest):
            for key, spool in spools.items():
                with pa.ipc.open_stream(str(spool.path)) if spool.writer else _no_rows(spool.schema) as stream:
                    _write_layer(path, names[key], key, stream, {"GEO3D": orjson.dumps(card).decode()})
            if self.styles:
                styled = {names[key]: _SYMBOLS[key.type] for key in spools if key.type}
                _write_styles(path, styled, dataset, table.newest)


class GeoPackageReader(Reader):
    """Read the layers of a GeoPackage."""

    name: ClassVar[str] = "geopackage"
    title: ClassVar[str] = "GeoPackage"
    extensions: ClassVar[tuple[str, ...]] = (".gpkg",)

    layer: str = Field("", title="Layer")
    """Name of the layer to read; empty = all."""
    class_column: str = Field("", title="Class column")
    """Column that names the class; empty = one called class, label, category, ... where there is one, else every
    feature of a layer gets one class named like the layer."""

    def read(self, source: Path, context: ReadContext) -> Imported:
        """Survey the file. See `Reader.read`."""
        from geo3d.formats.geopackage_read import read_geopackage

        return read_geopackage(source, self.layer, self.class_column, context)


def _spool(batch: VectorBatch, table: Table, spools: dict[_LayerKey, _Spool], folder: Path) -> None:
    """Add a batch to the layers that its shapes belong to."""
    from geo3d.formats.arrow import record_batch, schema_of, wkb_of

    members: dict[_LayerKey, list[int]] = {}
    for i, (annotation, shape, home) in enumerate(zip(batch.annotations, batch.shapes, batch.homes, strict=True)):
        key = _LayerKey("") if shape is None else _LayerKey(OGC_TYPES[kind_of(annotation)], home, bool(shape.has_z))
        members.setdefault(key, []).append(i)
    for key, rows in members.items():
        geometry = GEOMETRY if key.type else None
        if key not in spools:
            spools[key] = _Spool(folder / f"{len(spools)}.arrow", schema_of(table, geometry, has_lists=False))
        cells = [table.row(batch.annotations[i], batch.widths[i]) for i in rows]
        wkb = wkb_of(batch.shapes[np.array(rows)], promote=True) if geometry else None
        spools[key].add(record_batch(table, cells, wkb, geometry, spools[key].schema))


def _names(keys: list[_LayerKey]) -> dict[_LayerKey, str]:
    """Return a layer name for each key: ``polygons``, and ``polygons_EPSG_4326`` where one system is not enough."""
    n_crs = len({key.crs for key in keys if key.type and key.crs is not None})
    names: dict[_LayerKey, str] = {}
    for key in keys:
        name = _TITLES[key.type] + ("_z" if key.has_z else "")
        if key.type and key.crs is None:
            name += "_pixels"
        elif key.type and key.crs is not None and n_crs > 1:
            name += "_" + (key.crs.replace(":", "_").replace("+", "_") if len(key.crs) < 40 else crs_of(key.crs).name)
        while name in names.values():
            name += "_2"
        names[key] = name
    return names


def _write_layer(path: Path, name: str, key: _LayerKey, stream: Any, metadata: dict[str, str]) -> None:
    import pyogrio

    is_pixel = key.crs is None and bool(key.type)
    pyogrio.write_arrow(
        stream,
        str(path),
        layer=name,
        driver="GPKG",
        geometry_name=GEOMETRY if key.type else None,
        geometry_type=key.type + (" Z" if key.has_z else "") if key.type else None,
        crs=_PIXELS if is_pixel else key.crs,
        dataset_metadata=metadata,
        dataset_options={"VERSION": "1.2"},  # what the GDAL of every QGIS in use knows
        layer_options={"FID": "fid"} | ({"SRID": "-1"} if is_pixel else {}),
    )


def _write_styles(path: Path, layers: dict[str, str], dataset: Dataset, newest: str) -> None:
    """Write the table in which QGIS looks for styles."""
    import pyarrow as pa
    import pyogrio

    classes = [c for c in dataset.ontology.classes if not c.retired]
    n, names = len(layers), list(layers)
    table = pa.table(
        {
            "f_table_catalog": [""] * n,
            "f_table_schema": [""] * n,
            "f_table_name": names,
            "f_geometry_column": [GEOMETRY] * n,
            "styleName": names,
            "styleQML": [qml_of(classes, layers[name]) for name in names],
            "styleSLD": [""] * n,
            "useAsDefault": [True] * n,
            "description": ["class colours of geo3d"] * n,
            "owner": ["geo3d"] * n,
            "ui": pa.nulls(n, pa.string()),
            "update_time": pa.array([moment(newest)] * n, pa.timestamp("ms", "UTC")),
        }
    )
    if n:
        pyogrio.write_arrow(table, str(path), layer="layer_styles", driver="GPKG", layer_options={"FID": "id"})


def _empty_spool(table: Table) -> _Spool:
    from geo3d.formats.arrow import schema_of

    return _Spool(Path(), schema_of(table, GEOMETRY, has_lists=False))


def _no_rows(schema: Any) -> Any:
    import pyarrow as pa

    return pa.RecordBatchReader.from_batches(schema, [])


def _crs_of_scenes(dataset: Dataset) -> list[str]:
    return [frame.crs for scene in dataset.scenes for frame in scene.frames if frame.kind == "map"]
