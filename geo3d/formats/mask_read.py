"""Read a label mask: outlines of its patches, or its pixels as a layer."""

from __future__ import annotations

import base64
import zlib
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import orjson
import shapely

from geo3d.errors import FormatError, RasterError
from geo3d.formats.base import Batch, Chunks, Imported, ReadContext
from geo3d.formats.report import LossLog
from geo3d.geometry import Affine, Frame, MapFrame, PixelFrame
from geo3d.labels import CHUNK_SIDE, AnnotationColumns, Asset, LabelClass, Layer, Ontology, Provenance, Scene, new_id
from geo3d.labels.ontology import PALETTE, slug_of
from geo3d.raster.geotiff import blocks_of, grid_entries, grid_info, tags_of
from geo3d.raster.rasterise import outlines
from geo3d.raster.source import Raster, open_raster
from geo3d.raster.trust import Trust

if TYPE_CHECKING:
    from geo3d.formats.mask import MaskReader

_LARGEST = 1 << 29
"""Bytes of a mask above which it is not turned into polygons: outlines need it whole."""
_BATCH = 4096
_IGNORED = {"uint8": 255, "uint16": 65535}


@dataclass(frozen=True)
class _Mask:
    """What is known of a mask before its entries are read."""

    raster: Raster
    size: tuple[int, int]
    dtype: str
    table: Mapping[str, Any]
    """What geo3d wrote beside it; empty where it did not."""
    ignored: tuple[int, ...]
    """Entries without label."""

    def blocks(self) -> Iterator[tuple[int, int, npt.NDArray[np.unsignedinteger]]]:
        """Iterate over (column, row, entries of shape (height, width)) of all blocks."""
        for col, row, width, height in blocks_of(self.size):
            yield col, row, grid_entries(self.raster, (col, row, width, height))


def read_mask(source: Path, options: MaskReader, context: ReadContext) -> Imported:
    """Survey a mask.

    Args:
        source: The raster file.
        options: The reader.
        context: Progress.

    Raises:
        FormatError: It is no raster of whole numbers, or too large to be outlined.
    """
    mask = _open(source, options.background)
    role = _role(mask, options.role)
    counts, bounds = _counted(mask)
    labels = _labels(mask, options, counts, source, role)
    ids = _ids(mask, role)
    frames, asset = _frames(mask, source)
    scene = Scene(id=new_id(), title=source.stem, frames=frames, assets=(asset,))
    log = LossLog()
    ontology = Ontology(classes=tuple({label.slug: label for label in labels.values()}.values()))
    by_class: Counter[str] = Counter()
    if options.into == "layer":
        if role == "instance":
            raise FormatError("instances are numbers of this file alone and make no layer; read them into=polygons")
        layer = _layer(mask, role, scene.id, frames[0].id, asset.id)
        return Imported(
            format="mask",
            scene=scene,
            ontology=ontology,
            n=0,
            counts={label.slug: 1 for label in labels.values()},
            batches=lambda: iter(()),
            losses=log,
            layers=(layer,),
            chunks=lambda _: _chunks(mask),
        )
    if mask.size[0] * mask.size[1] * np.dtype(mask.dtype).itemsize > _LARGEST:
        raise FormatError(f"{source.name} is too large to be turned into polygons; read it with into=layer")
    patches = _patches(mask, role, options.min_pixels, log, bounds)
    for value, _ in patches:
        by_class[labels[value].slug] += 1
    frame, link = _target(mask, frames)

    def batches() -> Iterator[Batch]:
        provenance = Provenance(method="imported", tool="mask", sources=(source.name,))
        for first in range(0, len(patches), _BATCH):
            part = patches[first : first + _BATCH]
            shapes = np.empty(len(part), dtype=object)
            shapes[:] = [shape for _, shape in part]
            if link is not None:
                shapes = shapely.transform(shapes, lambda xy: _ground(xy, link))
            known = [ids.get(value) for value, _ in part]
            yield AnnotationColumns(
                frame=frame.id,
                geometries=shapes,
                labels=[labels[value].slug for value, _ in part],
                attributes=[{} for _ in part],
                provenance=provenance,
                ids=[id or new_id() for id in known] if any(known) else None,
            )
            context.progress(min(1.0, (first + len(part)) / max(1, len(patches))))

    return Imported(
        format="mask",
        scene=scene,
        ontology=ontology,
        n=len(patches),
        counts=by_class,
        batches=batches,
        losses=log,
        is_own=bool(mask.table),
    )


def _open(source: Path, background: int) -> _Mask:
    """Open the raster; files may not point anywhere else."""
    if not source.is_file():
        raise FormatError(f"there is no file {source}")
    raster = open_raster(source, trust=Trust(level="uploaded", roots=(str(source.parent),)))
    try:
        info = grid_info(raster)
    except RasterError as error:
        raise FormatError(f"{source.name} cannot be read as a mask: {error.message}") from None
    dtype = info.bands[0].dtype
    if not dtype.startswith("uint") and dtype not in ("int8", "int16", "int32"):
        raise FormatError(f"{source.name} holds {dtype}, not whole numbers; it is no mask")
    text = tags_of(source).get("GEO3D", "")
    try:
        table = orjson.loads(text) if text else {}
    except orjson.JSONDecodeError:
        table = {}
    nodata = info.bands[0].nodata
    ignored = {background, *([int(nodata)] if isinstance(nodata, int | float) else [])}
    if table:
        ignored.add(_IGNORED.get(dtype, background))
    return _Mask(raster, (info.width, info.height), dtype, table if isinstance(table, dict) else {}, tuple(ignored))


def _role(mask: _Mask, wanted: str) -> Literal["class", "instance"]:
    if wanted != "auto":
        return "instance" if wanted == "instance" else "class"
    said = mask.table.get("role")
    is_wide = np.dtype(mask.dtype).itemsize > 2
    return "instance" if said == "instance" or (said is None and is_wide) else "class"


def _counted(mask: _Mask) -> tuple[Counter[int], tuple[int, int, int, int] | None]:
    """Return how many pixels each entry has, and the window (left, top, right, bottom) that holds them all."""
    counts: Counter[int] = Counter()
    window: list[int] | None = None
    for col, row, entries in mask.blocks():
        values, n = np.unique(entries, return_counts=True)
        found = {int(v): int(k) for v, k in zip(values, n, strict=True) if int(v) not in mask.ignored}
        if not found:
            continue
        counts.update(found)
        right, bottom = col + entries.shape[1], row + entries.shape[0]
        window = [col, row, right, bottom] if window is None else window
        window = [min(window[0], col), min(window[1], row), max(window[2], right), max(window[3], bottom)]
    if any(value < 0 for value in counts):
        raise FormatError("the mask has negative entries; it is no mask of classes or instances")
    return counts, None if window is None else (window[0], window[1], window[2], window[3])


def _labels(mask: _Mask, options: MaskReader, counts: Counter[int], source: Path, role: str) -> dict[int, LabelClass]:
    """Return the class of each entry that occurs."""
    rows = {int(c["value"]): c for c in mask.table.get("classes", ()) if isinstance(c, dict) and "value" in c}
    if role == "instance":
        return _instance_labels(mask, counts, rows, source)
    names = _named(options.classes)
    palette = mask.raster.info.palette or ()
    made: dict[int, LabelClass] = {}
    taken: set[str] = set()
    for value in sorted(counts):
        row = rows.get(value, {})
        title = names.get(value) or str(row.get("title") or f"class {value}")
        slug = str(row["slug"]) if row.get("slug") and row["slug"] not in taken else slug_of(title, taken)
        taken.add(slug)
        color = row.get("color")
        if color is None and value < len(palette):
            color = "#" + "".join(f"{c:02x}" for c in palette[value][:3])
        code = value if 0 < value <= 65535 else 65536 - len(made) - 1
        made[value] = LabelClass(slug=slug, code=code, title=title, color=color or PALETTE[value % len(PALETTE)])
    return made


def _instance_labels(
    mask: _Mask, counts: Counter[int], rows: Mapping[int, Mapping[str, Any]], source: Path
) -> dict[int, LabelClass]:
    by_slug = {
        str(row["slug"]): LabelClass(
            slug=row["slug"], code=value, title=str(row.get("title") or row["slug"]), color=row.get("color", "#999999")
        )
        for value, row in rows.items()
    }
    other = Ontology().with_class(source.stem)[1]
    slugs = [slug for _, slug in _instances(mask)]
    return {value: by_slug.get(slugs[value - 1], other) if value <= len(slugs) else other for value in counts}


def _instances(mask: _Mask) -> list[tuple[str, str]]:
    """Return (id, class slug) of the entries 1, 2, 3, ..."""
    packed = mask.table.get("instances")
    if not isinstance(packed, str):
        return []
    try:
        data = zlib.decompressobj().decompress(base64.b64decode(packed), 64 << 20)
        return [(str(id), str(slug)) for id, slug in orjson.loads(data)]
    except (ValueError, zlib.error) as error:
        raise FormatError(f"the tag GEO3D of the mask is damaged: {error}") from None


def _ids(mask: _Mask, role: str) -> dict[int, str]:
    return {i + 1: id for i, (id, _) in enumerate(_instances(mask))} if role == "instance" else {}


def _named(text: str) -> dict[int, str]:
    """Read ``1=building, 2=road``."""
    names: dict[int, str] = {}
    for pair in filter(None, (p.strip() for p in text.split(","))):
        value, equals, title = pair.partition("=")
        if not equals or not value.strip().isdigit() or not title.strip():
            raise FormatError(f"the class table has {pair!r}; write 1=building, 2=road")
        names[int(value)] = title.strip()
    return names


def _frames(mask: _Mask, source: Path) -> tuple[tuple[Frame, ...], Asset]:
    """Return the pixel frame, the map frame where there is one, and the asset that the mask lies on."""
    info = mask.raster.info
    pixel_id, asset_id = str(mask.table.get("frame") or "mask.pixel"), str(mask.table.get("asset") or "mask")
    title = str(mask.table.get("title") or source.name)
    asset = Asset(id=asset_id, href=title, title=title, frame=pixel_id)
    pixel = PixelFrame(id=pixel_id, size=mask.size)
    if info.crs is None or not isinstance(info.link, Affine):
        return (pixel,), asset
    return (pixel, MapFrame(id="map.file", crs=info.crs)), asset


def _target(mask: _Mask, frames: tuple[Frame, ...]) -> tuple[Frame, Affine | None]:
    """Return the frame in which outlines are given: the map where the mask lies on one, else its pixels."""
    link = mask.raster.info.link
    return (frames[1], link) if len(frames) > 1 and isinstance(link, Affine) else (frames[0], None)


def _ground(xy: npt.NDArray[np.float64], link: Affine) -> npt.NDArray[np.float64]:
    x, y = xy[:, 0], xy[:, 1]
    return np.stack([link.a * x + link.b * y + link.c, link.d * x + link.e * y + link.f], axis=1)


def _patches(
    mask: _Mask, role: str, min_pixels: int, log: LossLog, bounds: tuple[int, int, int, int] | None
) -> list[tuple[int, shapely.Geometry]]:
    """Return (entry, outline in pixels) of each patch, or of each instance as a whole."""
    if bounds is None:
        return []
    left, top, right, bottom = bounds
    whole = np.zeros((bottom - top, right - left), mask.dtype)
    for col, row, entries in mask.blocks():
        if left <= col < right and top <= row < bottom:
            whole[row - top : row - top + entries.shape[0], col - left : col - left + entries.shape[1]] = entries
    found = [(value, shape) for shape, value in outlines(whole, (left, top), mask.ignored)]
    if role == "instance":
        parts: dict[int, list[shapely.Polygon]] = {}
        for value, shape in found:
            parts.setdefault(value, []).append(shape)
        found = [(v, p[0] if len(p) == 1 else shapely.MultiPolygon(p)) for v, p in sorted(parts.items())]
    kept = [(value, shape) for value, shape in found if shape.area >= min_pixels]
    if len(kept) < len(found):
        n = len(found) - len(kept)
        log.lose("mask", "polygon", "too-small", f"patches of fewer than {min_pixels} pixels were left out", n)
    return kept


def _layer(mask: _Mask, role: Literal["class", "instance"], scene: str, frame: str, asset: str) -> Layer:
    dtype: Literal["uint8", "uint16", "uint32"] = "uint16"
    if role == "class" and np.dtype(mask.dtype).itemsize == 1:
        dtype = "uint8"
    elif np.dtype(mask.dtype).itemsize > 2:
        dtype = "uint32"
    return Layer(id=new_id(), scene=scene, asset=asset, frame=frame, dtype=dtype, role=role, size=mask.size)


def _chunks(mask: _Mask) -> Chunks:
    """Iterate over the chunks that hold something; what is ignored is 0."""
    for col, row, entries in mask.blocks():
        kept = np.where(np.isin(entries, mask.ignored), 0, entries)
        for y in range(0, kept.shape[0], CHUNK_SIDE):
            for x in range(0, kept.shape[1], CHUNK_SIDE):
                part = kept[y : y + CHUNK_SIDE, x : x + CHUNK_SIDE]
                if part.any():
                    chunk = np.zeros((CHUNK_SIDE, CHUNK_SIDE), kept.dtype)
                    chunk[: part.shape[0], : part.shape[1]] = part
                    yield f"{(col + x) // CHUNK_SIDE}/{(row + y) // CHUNK_SIDE}", chunk.ravel()
