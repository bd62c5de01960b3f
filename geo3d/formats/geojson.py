"""GeoJSON: RFC 7946 by default, the CRS of the drawing or plain pixels where that is asked for."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from pathlib import Path
from typing import Any, ClassVar, Literal

import numpy as np
import orjson
import shapely
from pydantic import Field

from geo3d.errors import FormatError
from geo3d.formats import antimeridian
from geo3d.formats.base import Imported, ReadContext, Reader, WriteContext, Writer
from geo3d.formats.geojson_read import read_geojson
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

WGS84 = "EPSG:4326"
PIXEL_ENDING = ".pixels.json"


class GeoJsonWriter(Writer):
    """Write GeoJSON: one feature per annotation, in the order of the data set."""

    name: ClassVar[str] = "geojson"
    title: ClassVar[str] = "GeoJSON"
    extensions: ClassVar[tuple[str, ...]] = (".geojson", ".json")
    carries: ClassVar[tuple[GeometryKind, ...]] = CARRIED
    becomes: ClassVar[Mapping[GeometryKind, str]] = {"mask": "multipolygon"}
    loses: ClassVar[str] = (
        "Cuboids, segments, layers, things and relations; masks become outlines. RFC 7946 knows only WGS 84, so other "
        "coordinates are transformed and what crosses the antimeridian is cut."
    )
    media_type: ClassVar[str] = "application/geo+json"

    coordinates: Literal["rfc7946", "native", "pixel"] = Field("rfc7946", title="Coordinates")
    """``rfc7946``: longitude and latitude on WGS 84. ``native``: exactly as drawn, with the old `crs` member.
    ``pixel``: columns and rows of rasters that lie on no map; the file must be called ``….pixels.json``, since any GIS
    would take its numbers for degrees."""
    crs: str = Field("", title="CRS (native only)")
    """Code to transform to, for ``native``; empty = the one CRS that all labels hang on."""
    decimals: int | None = Field(None, ge=0, le=17, title="Decimals")
    """Digits after the point; empty = all that float64 has. Seven are 1 cm in degrees."""

    def write(self, dataset: Dataset, target: Path, context: WriteContext) -> Report:
        """Write a FeatureCollection. See `Writer.write`."""
        log = LossLog()
        crs = self._crs(dataset, target)
        table = Table.survey(dataset, log, lambda share: context.progress(share * 0.4))
        lose_documents(dataset, log)
        with whole_file(target) as temporary, temporary.open("wb") as file:
            file.write(self._head(table, dataset, crs))
            separator, n_placed = b"\n", 0
            for batch in vector_batches(dataset, crs or OWN_FRAME, log, lambda s: context.progress(0.4 + s * 0.6)):
                n_placed += sum(shape is not None for shape in batch.shapes)
                for feature in self._features(batch, table, crs, log):
                    file.write(separator + feature)
                    separator = b",\n"
            file.write(b"\n]}\n")
            n_placeless = log.lost_by_reason.get("no-crs", 0)
            if n_placeless and not n_placed:
                raise FormatError(
                    f"these {n_placeless} labels lie on no map, and GeoJSON readers would take their pixels for "
                    f"degrees; georeference the raster, or export with coordinates=pixel to a file that ends in "
                    f"{PIXEL_ENDING}"
                )
        return log.report(self.name, table.n + n_besides(dataset), (target.name,))

    def _crs(self, dataset: Dataset, target: Path) -> str | None:
        """Return the CRS of the file; None = pixels."""
        if self.coordinates == "rfc7946":
            return WGS84
        if self.coordinates == "pixel":
            if not target.name.endswith(PIXEL_ENDING):
                raise FormatError(
                    f"a file of pixel coordinates must end in {PIXEL_ENDING}: GIS would misread {target.name}"
                )
            return None
        if self.crs:
            return code_of(crs_of(self.crs))
        found = homes_of(dataset)
        if len(found) > 1:
            named = ", ".join(crs_of(crs).name for crs in found)
            raise FormatError(
                f"the labels are drawn in {named}: choose one as crs, or export as RFC 7946 or GeoPackage"
            )
        return found[0] if found else WGS84

    def _head(self, table: Table, dataset: Dataset, crs: str | None) -> bytes:
        head: dict[str, Any] = {"type": "FeatureCollection"}
        if self.coordinates == "native" and crs is not None:
            head["crs"] = {"type": "name", "properties": {"name": urn_of(crs)}}
        elif crs is None:
            head["crs"] = None
        head["geo3d"] = table.card(dataset, has_pixels=crs is None)
        head |= {
            k: v for k, v in dataset.extra.get(self.name, {}).items() if k not in (*head, "features", "bbox", "crs")
        }
        return orjson.dumps(head)[:-1] + b',"features":['

    def _features(self, batch: VectorBatch, table: Table, crs: str | None, log: LossLog) -> Iterator[bytes]:
        shapes = batch.shapes
        if self.coordinates == "rfc7946":
            shapes = self._as_rfc(batch, log)
        for annotation, shape, home, width in zip(batch.annotations, shapes, batch.homes, batch.widths, strict=True):
            if crs is None and home is not None:
                log.lose(annotation.id, kind_of(annotation), "not-pixel", "it lies on a map, and the file holds pixels")
                continue
            own = annotation.extra.get(self.name, {})
            row = {name: value for name, value in table.row(annotation, width).items() if value is not None}
            others = {k: v for k, v in annotation.extra.items() if k != self.name}
            row.pop("geo3d_extra", None)
            if others:
                row["geo3d_extra"] = others
            yield orjson.dumps(
                {
                    "type": "Feature",
                    "id": own.get("id", annotation.id),
                    **own.get("members", {}),
                    "geometry": None if shape is None else geometry_json(shape, self.decimals),
                    "properties": {**own.get("properties", {}), **row},
                },
                option=orjson.OPT_NON_STR_KEYS,
            )

    def _as_rfc(self, batch: VectorBatch, log: LossLog) -> np.ndarray[Any, np.dtype[np.object_]]:
        """Return the shapes cut at the antimeridian and turned by the right-hand rule."""
        shapes = batch.shapes.copy()
        for i, shape in enumerate(shapes):
            literal = batch.origins[i] == WGS84
            if shape is None or batch.homes[i] is None or not antimeridian.needs_cut(shape, literal=literal):
                continue
            annotation = batch.annotations[i]
            try:
                shapes[i] = antimeridian.cut(shape, literal=literal)
            except shapely.errors.GEOSException as error:
                log.reduce(annotation.id, kind_of(annotation), "not-cut", f"it crosses the antimeridian uncut: {error}")
                continue
            if shapely.get_num_geometries(shapes[i]) != shapely.get_num_geometries(shape):
                log.reduce(annotation.id, kind_of(annotation), "cut", "it is cut in two at the antimeridian")
        turned = shapely.orient_polygons(shapes)
        return np.asarray(turned, dtype=object)


class GeoJsonReader(Reader):
    """Read GeoJSON: RFC 7946, the older kind with a `crs` member, single features and bare geometries."""

    name: ClassVar[str] = "geojson"
    title: ClassVar[str] = "GeoJSON"
    extensions: ClassVar[tuple[str, ...]] = (".geojson", ".json")

    class_column: str = Field("", title="Class property")
    """Property that names the class; empty = one called class, label, category, ... where there is one, else all
    features get one class named like the file."""

    def read(self, source: Path, context: ReadContext) -> Imported:
        """Survey the file. See `Reader.read`."""
        return read_geojson(source, self.class_column, context)


def urn_of(crs: str) -> str:
    """Return the OGC name of a CRS: ``urn:ogc:def:crs:EPSG::32617``; WKT stays WKT."""
    if "[" in crs:
        return crs
    authority, _, codes = crs.partition(":")
    names = [f"crs:{authority}::{code}" for code in codes.split("+")]
    return f"urn:ogc:def:{names[0]}" if len(names) == 1 else "urn:ogc:def:crs," + ",".join(names)


def geometry_json(shape: shapely.Geometry, decimals: int | None) -> dict[str, Any]:
    """Return a geometry as a GeoJSON object; every digit unless `decimals` says otherwise."""

    def path(line: shapely.Geometry) -> list[list[float]]:
        positions = shapely.get_coordinates(line, include_z=line.has_z)
        plain: list[list[float]] = (positions if decimals is None else positions.round(decimals)).tolist()
        return plain

    def rings(area: shapely.Polygon) -> list[list[list[float]]]:
        return [path(area.exterior), *(path(ring) for ring in area.interiors)]

    single: dict[str, Callable[[Any], Any]] = {"Point": lambda p: path(p)[0], "LineString": path, "Polygon": rings}
    kind = shape.geom_type
    if kind in single:
        return {"type": kind, "coordinates": single[kind](shape)}
    return {"type": kind, "coordinates": [single[kind.removeprefix("Multi")](part) for part in shape.geoms]}
