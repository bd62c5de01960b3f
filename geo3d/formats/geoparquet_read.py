"""Read GeoParquet in Arrow batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import orjson
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import shapely

from geo3d.errors import CrsError, FormatError
from geo3d.formats.arrow import python_cells, type_of
from geo3d.formats.base import UNKNOWN, Batch, Imported, ReadContext
from geo3d.formats.card import Card
from geo3d.formats.geoparquet import CARD
from geo3d.formats.read_rows import RowReader
from geo3d.formats.read_table import TableSurvey
from geo3d.formats.report import LossLog
from geo3d.geometry import Frame, MapFrame, PixelFrame
from geo3d.geometry.crs import code_of, crs_of
from geo3d.labels import Provenance, Scene, new_id

_BATCH = 16384


def read_geoparquet(source: Path, class_column: str, context: ReadContext) -> Imported:
    """Survey a GeoParquet file.

    Args:
        source: The file.
        class_column: Column that names the class; empty = guess.
        context: Progress.

    Raises:
        FormatError: It is no GeoParquet, or its geometries are not WKB.
    """
    file = _open(source)
    geometry, facts = _geometry_of(file, source)
    card = Card.read((file.metadata.metadata or {}).get(CARD))
    skipped = {geometry, *_covering(facts)}
    fields = [f for f in file.schema_arrow if f.name not in skipped and not _is_bytes(f.type)]
    survey = TableSurvey(class_column, source.stem, card)
    types = {f.name: type_of(f.type) for f in fields}
    wanted = [name for name in (*survey.candidates(types), "kind", "width") if name in types]
    values = _counted(file, wanted)
    kinds, widths = values.pop("kind", Counter()), values.pop("width", Counter())
    survey.add_typed(file.metadata.num_rows, types, values)
    plan, log = survey.plan(), LossLog()
    frames = (_frame(facts, source), *_pixel_frames(facts, card))
    scene = Scene(id=new_id(), title=source.stem, frames=frames)
    provenance = Provenance(method="imported", tool="geoparquet", sources=(source.name,))
    names = [f.name for f in fields]

    def batches() -> Iterator[Batch]:
        log.clear()
        named = frozenset(frame.id for frame in frames[1:])
        reader = RowReader(plan, "geoparquet", provenance, log, scene.id, named)
        done = 0
        for batch in _open(source).iter_batches(_BATCH, columns=[geometry, *names]):
            columns = {name: python_cells(batch.column(name)) for name in names}
            shapes = _shapes(batch.column(geometry), source)
            places = [f"row {done + i}" for i in range(len(shapes))]
            yield from reader.batches(columns, shapes, frames[0].id, places)
            done += len(shapes)
            context.progress(min(1.0, done / max(1, survey.n)))

    return Imported(
        format="geoparquet",
        scene=scene,
        ontology=plan.ontology,
        n=survey.n,
        counts=plan.counts,
        batches=batches,
        losses=log,
        is_own=plan.is_own,
        has_values=plan.is_own and (bool({"box", "keypoints"} & set(kinds)) or bool(set(widths) - {None})),
    )


def _open(source: Path) -> Any:
    try:
        return pq.ParquetFile(str(source))
    except (pa.ArrowInvalid, OSError) as error:
        raise FormatError(f"{source.name} is no Parquet file: {error}") from None


def _json(metadata: dict[bytes, bytes], key: bytes) -> dict[str, Any] | None:
    try:
        found = orjson.loads(metadata[key]) if key in metadata else None
    except orjson.JSONDecodeError:
        return None
    return found if isinstance(found, dict) else None


def _geometry_of(file: Any, source: Path) -> tuple[str, dict[str, Any]]:
    """Return the name of the geometry column and what the header says of it."""
    geo = _json(file.metadata.metadata or {}, b"geo")
    if geo is None:
        raise FormatError(f"{source.name} is Parquet without geometries (no 'geo' in its metadata)")
    name, columns = geo.get("primary_column"), geo.get("columns")
    facts = columns.get(name) if isinstance(columns, dict) and isinstance(name, str) else None
    if not isinstance(facts, dict) or name not in file.schema_arrow.names:
        raise FormatError(
            f"{source.name}: geo.primary_column {name!r} is not described in geo.columns, or is not there"
        )
    if facts.get("encoding") != "WKB" or not _is_bytes(file.schema_arrow.field(name).type):
        raise FormatError(f"{source.name}: geo.columns.{name}.encoding is {facts.get('encoding')!r}; only WKB is read")
    return str(name), facts


def _covering(facts: dict[str, Any]) -> set[str]:
    """Return the columns that only repeat the bounds."""
    bbox = (facts.get("covering") or {}).get("bbox") or {}
    return (
        {str(path[0]) for path in bbox.values() if isinstance(path, list) and path} if isinstance(bbox, dict) else set()
    )


def _frame(facts: dict[str, Any], source: Path) -> Frame:
    if "crs" not in facts:  # the specification: longitude and latitude on WGS 84
        return MapFrame(id="map.EPSG-4326", crs="EPSG:4326")
    if facts["crs"] is None:
        return UNKNOWN
    try:
        crs = crs_of(orjson.dumps(facts["crs"]).decode())
    except CrsError as error:
        raise CrsError(f"{source.name}: geo crs: {error.message}") from None
    code = code_of(crs)
    return MapFrame(id="map.file", crs="EPSG:4326" if code == "OGC:CRS84" else code)


def _pixel_frames(facts: dict[str, Any], card: Card | None) -> tuple[PixelFrame, ...]:
    return card.frames if card is not None and "crs" in facts and facts["crs"] is None else ()


def _counted(file: Any, names: list[str]) -> dict[str, Counter[Any]]:
    """Return how often each value of some columns occurs."""
    values: dict[str, Counter[Any]] = {name: Counter() for name in names}
    for batch in file.iter_batches(_BATCH, columns=names) if names else ():
        for name in names:
            for entry in pc.value_counts(batch.column(name)).to_pylist():
                values[name][entry["values"]] += entry["counts"]
    return values


def _shapes(column: Any, source: Path) -> np.ndarray[Any, np.dtype[np.object_]]:
    try:
        return np.asarray(shapely.from_wkb(column.to_numpy(zero_copy_only=False)), dtype=object)
    except shapely.errors.ShapelyError as error:
        raise FormatError(f"{source.name}: a geometry is no WKB: {error}") from None


def _is_bytes(kind: Any) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))
