"""GeoParquet 1.1: WKB, the CRS as PROJJSON, attributes typed, lists as lists.

Source: https://geoparquet.org/releases/v1.1.0/. A missing ``crs`` means OGC:CRS84, ``null`` means unknown; positions
are x-y always; ``geometry_types`` is exact, heights included.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import orjson
import shapely
from pydantic import Field

from geo3d.errors import FormatError
from geo3d.formats.base import Imported, ReadContext, Reader, WriteContext, Writer
from geo3d.formats.ogc import CARRIED
from geo3d.formats.report import LossLog, Report
from geo3d.formats.table import Table
from geo3d.formats.target import whole_file
from geo3d.formats.vector import (
    OWN_FRAME,
    VectorBatch,
    homes_of,
    kind_of,
    lose_documents,
    n_besides,
    vector_batches,
)
from geo3d.geometry.crs import code_of, crs_of
from geo3d.labels import Dataset
from geo3d.labels.ontology import GeometryKind

GEOMETRY = "geometry"
BBOX = "bbox"
CARD = b"geo3d"
"""Key of the file metadata under which the classes travel."""


class GeoParquetWriter(Writer):
    """Write one GeoParquet file."""

    name: ClassVar[str] = "geoparquet"
    title: ClassVar[str] = "GeoParquet"
    extensions: ClassVar[tuple[str, ...]] = (".parquet", ".geoparquet")
    carries: ClassVar[tuple[GeometryKind, ...]] = CARRIED
    becomes: ClassVar[Mapping[GeometryKind, str]] = {"mask": "multipolygon"}
    loses: ClassVar[str] = (
        "Cuboids, segments, layers, things and relations; masks become outlines. One file has one CRS."
    )
    media_type: ClassVar[str] = "application/vnd.apache.parquet"

    crs: str = Field("", title="CRS")
    """Code to transform to; empty = the one CRS that all labels hang on, to the last bit. Labels that hang on no map at
    all are written in pixels, with an unknown CRS."""
    bbox: bool = Field(True, title="Bounding boxes")
    """Whether each row has its bounds as a column, by which readers skip what is elsewhere."""
    compression: Literal["zstd", "snappy", "none"] = Field("zstd", title="Compression")
    """``zstd`` is small, ``snappy`` is what the oldest readers know."""

    def write(self, dataset: Dataset, target: Path, context: WriteContext) -> Report:
        """Write the file. See `Writer.write`."""
        import pyarrow.parquet as pq

        from geo3d.formats.arrow import record_batch, schema_of, wkb_of

        log = LossLog()
        crs = self._crs(dataset)
        reserved = (GEOMETRY, BBOX)
        table = Table.survey(dataset, log, lambda share: context.progress(share * 0.4), reserved=reserved)
        lose_documents(dataset, log)
        schema = schema_of(table, GEOMETRY, has_lists=True)
        if self.bbox:
            schema = schema.append(_bbox_field())
        facts = _Facts()
        with (
            whole_file(target) as temporary,
            pq.ParquetWriter(str(temporary), schema, compression=self.compression) as file,
        ):
            for batch in vector_batches(
                dataset, crs or OWN_FRAME, log, lambda share: context.progress(0.4 + 0.6 * share)
            ):
                rows = _rows_of(batch, crs, log)
                shapes = batch.shapes[rows]
                facts.add(shapes)
                cells = [table.row(batch.annotations[i], batch.widths[i]) for i in rows]
                boxes = shapely.bounds(shapes) if self.bbox else None
                file.write_batch(record_batch(table, cells, wkb_of(shapes), GEOMETRY, schema, boxes=boxes))
            card = table.card(dataset, has_pixels=crs is None)
            metadata = {"geo": orjson.dumps(self._geo(crs, facts)), CARD.decode(): orjson.dumps(card)}
            file.add_key_value_metadata({key: value.decode() for key, value in metadata.items()})
        return log.report(self.name, table.n + n_besides(dataset), (target.name,))

    def _crs(self, dataset: Dataset) -> str | None:
        """Return the CRS of the file; None = pixels."""
        if self.crs:
            return code_of(crs_of(self.crs))
        found = homes_of(dataset)
        if len(found) > 1:
            named = ", ".join(crs_of(crs).name for crs in found)
            raise FormatError(f"the labels are drawn in {named}: choose one as crs, or export as GeoPackage")
        if not found and not any(a.geometry is not None for a in dataset.annotations):
            maps = [frame.crs for scene in dataset.scenes for frame in scene.frames if frame.kind == "map"]
            return next(iter(maps), None)
        return found[0] if found else None

    def _geo(self, crs: str | None, facts: _Facts) -> dict[str, Any]:
        column: dict[str, Any] = {
            "encoding": "WKB",
            "geometry_types": sorted(facts.types),
            "crs": None if crs is None else orjson.loads(crs_of(crs).to_json()),
            "edges": "planar",
        }
        if facts.bounds is not None:
            column["bbox"] = facts.bounds
        if self.bbox:
            column["covering"] = {"bbox": {name: [BBOX, name] for name in ("xmin", "ymin", "xmax", "ymax")}}
        return {"version": "1.1.0", "primary_column": GEOMETRY, "columns": {GEOMETRY: column}}


class GeoParquetReader(Reader):
    """Read GeoParquet 1.0 and 1.1 with WKB geometries."""

    name: ClassVar[str] = "geoparquet"
    title: ClassVar[str] = "GeoParquet"
    extensions: ClassVar[tuple[str, ...]] = (".parquet", ".geoparquet")

    class_column: str = Field("", title="Class column")
    """Column that names the class; empty = one called class, label, category, ... where there is one, else all rows get
    one class named like the file."""

    def read(self, source: Path, context: ReadContext) -> Imported:
        """Survey the file. See `Reader.read`."""
        from geo3d.formats.geoparquet_read import read_geoparquet

        return read_geoparquet(source, self.class_column, context)


class _Facts:
    """What the header says of the geometries; gathered while they are written."""

    def __init__(self) -> None:
        self.types: set[str] = set()
        self.bounds: list[float] | None = None

    def add(self, shapes: np.ndarray[Any, np.dtype[np.object_]]) -> None:
        """Look at some shapes."""
        there = shapes[shapely.get_type_id(shapes) >= 0]
        if not len(there):
            return
        self.types |= {shape.geom_type + (" Z" if shape.has_z else "") for shape in there}
        minx, miny, maxx, maxy = shapely.total_bounds(there).tolist()
        before = self.bounds or [minx, miny, maxx, maxy]
        self.bounds = [
            min(before[0], minx), min(before[1], miny), max(before[2], maxx), max(before[3], maxy)
        ]  # fmt: skip


def _rows_of(batch: VectorBatch, crs: str | None, log: LossLog) -> list[int]:
    """Return the rows that the file takes; where it holds pixels, what lies on a map is lost."""
    rows: Iterable[int] = range(len(batch.annotations))
    kept = []
    for i in rows:
        if crs is None and batch.homes[i] is not None:
            annotation = batch.annotations[i]
            log.lose(annotation.id, kind_of(annotation), "not-pixel", "it lies on a map, and the file holds pixels")
        else:
            kept.append(i)
    return kept


def _bbox_field() -> Any:
    import pyarrow as pa

    corners = [pa.field(name, pa.float64()) for name in ("xmin", "ymin", "xmax", "ymax")]
    return pa.field(BBOX, pa.struct(corners))
