"""Read the layers of a GeoPackage in Arrow batches."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pyogrio
import shapely

from geo3d.errors import FormatError
from geo3d.formats.arrow import python_cells, type_of
from geo3d.formats.base import UNKNOWN, Batch, Imported, ReadContext
from geo3d.formats.card import Card
from geo3d.formats.gdal import forbid_side_files
from geo3d.formats.read_rows import RowReader
from geo3d.formats.read_table import TablePlan, TableSurvey
from geo3d.formats.report import LossLog
from geo3d.geometry import Frame, MapFrame, PixelFrame
from geo3d.geometry.crs import code_of, crs_of
from geo3d.labels import Ontology, Provenance, Scene, new_id

_BATCH = 16384
_FID = "ogc_fid"


@dataclass(frozen=True)
class _Layer:
    """What is known of one layer before its rows are read."""

    name: str
    n: int
    frame: Frame
    plan: TablePlan
    has_values: bool


def read_geopackage(source: Path, layer: str, class_column: str, context: ReadContext) -> Imported:
    """Survey a GeoPackage.

    Args:
        source: The file.
        layer: Layer to read; empty = all but the style table.
        class_column: Column that names the class; empty = guess.
        context: Progress.

    Raises:
        FormatError: It is no GeoPackage, or has no such layer or column.
    """
    _check_is_geopackage(source)
    forbid_side_files()
    log = LossLog()
    try:
        names = [str(name) for name, _ in pyogrio.list_layers(str(source)) if str(name) != "layer_styles"]
        if layer and layer not in names:
            raise FormatError(f"{source.name} has no layer {layer!r}; there are: {', '.join(names) or 'none'}")
        layers: list[_Layer] = []
        for name in [layer] if layer else names:
            before = layers[-1].plan.ontology if layers else None
            layers.append(_survey(source, name, class_column, before, layers))
        card = _card(pyogrio.read_info(str(source), layer=names[0])) if names else None
    except pyogrio.errors.DataSourceError as error:
        raise FormatError(f"{source.name} cannot be read as GeoPackage: {error}") from None
    frames = _frames(layers, card)
    scene = Scene(id=new_id(), title=source.stem, frames=frames)
    counts: Counter[str] = Counter()
    for found in layers:
        counts.update(found.plan.counts)
    provenance = Provenance(method="imported", tool="geopackage", sources=(source.name,))
    pixel = frozenset(frame.id for frame in frames if isinstance(frame, PixelFrame))

    def batches() -> Iterator[Batch]:
        log.clear()
        done, total, seen = 0, max(1, sum(found.n for found in layers)), set[str]()
        for found in layers:
            named = pixel if found.frame is UNKNOWN else frozenset[str]()
            reader = RowReader(found.plan, "geopackage", provenance, log, scene.id, named, seen)
            for batch, n in _rows(source, found, reader, len(layers) > 1):
                yield batch
                done += n
                context.progress(min(1.0, done / total))

    return Imported(
        format="geopackage",
        scene=scene,
        ontology=layers[-1].plan.ontology if layers else Ontology(),
        n=sum(found.n for found in layers),
        counts=counts,
        batches=batches,
        losses=log,
        is_own=bool(layers) and all(found.plan.is_own for found in layers),
        has_values=any(found.has_values for found in layers),
    )


def _check_is_geopackage(source: Path) -> None:
    """Refuse what is no GeoPackage before any library opens it: a workspace is SQLite too, and not for GDAL."""
    try:
        with source.open("rb") as file:
            head = file.read(100)
    except OSError as error:
        raise FormatError(f"{source} cannot be opened: {error.strerror}") from None
    if not head.startswith(b"SQLite format 3\0"):
        raise FormatError(f"{source.name} is no GeoPackage (nor any SQLite file); check the format")
    if head[68:72] not in (b"GPKG", b"GP10", b"GP11"):
        raise FormatError(f"{source.name} is an SQLite database but no GeoPackage; it will not be opened")


def _survey(source: Path, name: str, class_column: str, before: Ontology | None, others: list[_Layer]) -> _Layer:
    info = pyogrio.read_info(str(source), layer=name, force_feature_count=True)
    survey = TableSurvey(class_column, name, _card(info))
    with pyogrio.open_arrow(
        str(source), layer=name, use_pyarrow=True, read_geometry=False, columns=info["fields"].tolist()
    ) as (_, reader):
        schema = reader.schema
    types = {f.name: type_of(f.type) for f in schema if not _is_bytes(f.type)}
    wanted = [f for f in (*survey.candidates(types), "kind", "width") if f in types]
    values: dict[str, Counter[Any]] = {name: Counter() for name in wanted}
    if wanted:
        with pyogrio.open_arrow(
            str(source), layer=name, use_pyarrow=True, read_geometry=False, columns=wanted, batch_size=_BATCH
        ) as (_, reader):
            for batch in reader:
                for column in wanted:
                    for entry in pc.value_counts(batch.column(column)).to_pylist():
                        values[column][entry["values"]] += entry["counts"]
    for column, declared in survey.card.types.items() if survey.card is not None else ():
        if column in types and declared in ("list", "json"):
            types[column] = "text"  # as written; the plan reads the JSON by the card
    kinds, widths = values.pop("kind", Counter()), values.pop("width", Counter())
    survey.add_typed(int(info["features"]), types, values)
    plan = survey.plan(before)
    has_values = plan.is_own and (bool({"box", "keypoints"} & set(kinds)) or bool(set(widths) - {None}))
    frame = _frame(info["crs"], bool(info["geometry_type"]), [layer.frame for layer in others])
    return _Layer(name, survey.n, frame, plan, has_values)


def _rows(source: Path, layer: _Layer, reader: RowReader, is_many: bool) -> Iterator[tuple[Batch, int]]:
    """Iterate over the batches of one layer, with the rows that each accounts for."""
    with pyogrio.open_arrow(str(source), layer=layer.name, use_pyarrow=True, return_fids=True, batch_size=_BATCH) as (
        meta,
        stream,
    ):
        geometry = meta["geometry_name"] or "wkb_geometry"
        fid = meta.get("fid_column") or _FID
        for batch in stream:
            names = [f.name for f in batch.schema if f.name not in (geometry, fid, _FID) and not _is_bytes(f.type)]
            columns = {name: python_cells(batch.column(name)) for name in names}
            shapes = np.full(batch.num_rows, None, dtype=object)
            if geometry in batch.schema.names:
                wkb = batch.column(geometry).to_numpy(zero_copy_only=False)
                shapes = np.asarray(shapely.from_wkb(wkb, on_invalid="fix"), dtype=object)
            fids = _fids(batch, fid)
            places = [f"{layer.name}[fid {i}]" for i in fids] if fids else [layer.name] * len(shapes)
            extra = None
            if not layer.plan.is_own and fids:
                extra = [{"fid": i, "layer": layer.name} if is_many else {"fid": i} for i in fids]
            n = batch.num_rows
            for made in reader.batches(columns, shapes, layer.frame.id, places, extra):
                yield made, n
                n = 0


def _fids(batch: Any, name: str) -> list[int]:
    found = next((n for n in (name, _FID, "fid") if n in batch.schema.names), None)
    return batch.column(found).to_pylist() if found else []


def _is_bytes(kind: Any) -> bool:
    return bool(pa.types.is_binary(kind) or pa.types.is_large_binary(kind))


def _card(info: dict[str, Any]) -> Card | None:
    return Card.read((info.get("dataset_metadata") or {}).get("GEO3D"))


def _frame(crs: str | None, has_geometry: bool, others: list[Frame]) -> Frame:
    """Return the frame of a layer; `UNKNOWN` for the two undefined systems of GeoPackage."""
    if not has_geometry and others:
        return others[0]
    if not crs or "Undefined" in crs[:40]:
        return UNKNOWN
    code = code_of(crs_of(crs))
    same = next((frame for frame in others if isinstance(frame, MapFrame) and frame.crs == code), None)
    return same or MapFrame(id=f"map.{len(set(others)) + 1}", crs=code)


def _frames(layers: list[_Layer], card: Card | None) -> tuple[Frame, ...]:
    """Return every frame once: those of the layers, then the pixel frames that geo3d wrote down."""
    found = {layer.frame.id: layer.frame for layer in layers}
    if UNKNOWN.id in found and card is not None:
        found |= {frame.id: frame for frame in card.frames}
    return tuple(found.values())
