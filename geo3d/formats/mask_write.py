"""Write a label mask, block by block."""

from __future__ import annotations

import base64
import zlib
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal

import numpy as np
import numpy.typing as npt
import orjson
import shapely

from geo3d.errors import FormatError, FrameError
from geo3d.formats.base import WriteContext
from geo3d.formats.place import Places
from geo3d.formats.report import LossLog
from geo3d.formats.target import whole_file
from geo3d.formats.vector import chunked, kind_of, lose_documents, move, own_shapes, width_in
from geo3d.geometry import Mask, PixelFrame, Polyline
from geo3d.geometry.array import Array
from geo3d.labels import CHUNK_SIDE, Annotation, Asset, Dataset, Layer, Scene
from geo3d.raster.geotiff import BLOCK, blocks_of, label_grid
from geo3d.raster.rasterise import burn

if TYPE_CHECKING:
    from geo3d.formats.mask import MaskWriter

TAG = "GEO3D"
_KINDS = ("polygon", "multipolygon", "box", "mask", "polyline", "multipolyline")
_MOST_IDS = 200_000
"""Labels of an instance mask whose ids fit into the tags."""

Block = npt.NDArray[np.unsignedinteger]


@dataclass
class _Ink:
    """What is drawn: shapes in pixels of the raster, the entry of each, in order."""

    shapes: list[shapely.Geometry]
    values: list[int]
    ids: list[tuple[str, str]]
    """(id, class slug) of each label."""
    masks: dict[int, Mask]
    """Masks that are drawn pixel by pixel, by index."""


def write_mask(dataset: Dataset, target: Path, options: MaskWriter, context: WriteContext, log: LossLog) -> int:
    """Write the mask; return how many documents were given.

    Raises:
        FormatError: The scene has no raster or several, or class codes that do not fit.
    """
    scene, asset, frame = _raster(dataset, options.asset)
    layers = [layer for layer in dataset.layers if layer.asset == asset.id and layer.role == options.role]
    if context.chunks is None:
        layers = []
    _lose_others(dataset, layers, log)
    ink, n = _ink(dataset, scene, frame, asset, options, log, context)
    dtype = _dtype(dataset, options.role)
    nodata = None if dtype == "uint32" else int(np.iinfo(dtype).max)
    crs = next((f.crs for f in scene.frames if f.kind == "map" and f.id == frame.parent), None)
    link = frame.link if frame.link is not None and frame.link.kind != "camera" else None
    palette = {c.code: _rgb(c.color) for c in dataset.ontology.classes} if options.role == "class" else None
    draw = _Drawing(ink, np.dtype(dtype), options.order, layers, context)
    raster = context.raster(asset.id) if options.ignore_nodata and context.raster is not None else None
    if options.ignore_nodata and raster is None:
        raise FormatError("ignore_nodata needs the raster's pixels, and they are not here")
    with (
        whole_file(target) as temporary,
        label_grid(
            temporary,
            size=frame.size,
            dtype=dtype,
            crs=crs,
            link=link,
            nodata=nodata,
            colors=palette,
            tags={TAG: _table(dataset, options.role, ink, frame, asset, log)},
        ) as grid,
    ):
        blocks = list(blocks_of(frame.size))
        for done, (col, row, width, height) in enumerate(blocks):
            block = draw.block(col, row, width, height)
            if raster is not None and nodata is not None:
                valid = raster.read(0, (col, row, width, height), (1,)).valid
                if valid is not None and not valid.all():
                    block = np.zeros((height, width), dtype) if block is None else block
                    block[~valid] = nodata
            if block is None and nodata is not None:  # a block that is not written would read as nodata, not as 0
                block = np.zeros((height, width), dtype)
            if block is not None:
                grid.write((col, row), block)
            context.progress(0.4 + 0.6 * (done + 1) / len(blocks))
    return n + len(dataset.things) + len(dataset.relations) + len(dataset.layers) + len(dataset.statuses)


class _Drawing:
    """Draws blocks of a mask."""

    def __init__(self, ink: _Ink, dtype: np.dtype[Any], order: str, layers: list[Layer], context: WriteContext) -> None:
        self._ink, self._dtype = ink, dtype
        self._tree = shapely.STRtree(ink.shapes)
        ranks = np.arange(len(ink.shapes))
        if order == "small_last":
            ranks = np.argsort(np.argsort(-shapely.area(np.array(ink.shapes, dtype=object)), kind="stable"))
        self._ranks = ranks
        self._painted = _painted(layers, context.chunks) if context.chunks is not None else {}

    def block(self, col: int, row: int, width: int, height: int) -> Block | None:
        """Return the entries of a block, shape (height, width); None where it has none."""
        found = self._tree.query(shapely.box(col, row, col + width, row + height))
        layer = self._layer(col, row, width, height)
        if not len(found):
            return layer
        out = np.zeros((height, width), self._dtype) if layer is None else layer
        pending: list[tuple[shapely.Geometry, int]] = []
        for i in sorted(found.tolist(), key=lambda i: int(self._ranks[i])):
            mask = self._ink.masks.get(i)
            if mask is None:
                pending.append((self._ink.shapes[i], self._ink.values[i]))
                continue
            burn(pending, (width, height), (col, row), out=out)
            pending = []
            _stamp(out, mask, (col, row), self._ink.values[i])
        burn(pending, (width, height), (col, row), out=out)
        return out if out.any() else None

    def _layer(self, col: int, row: int, width: int, height: int) -> Block | None:
        """Return what is painted in a block; blocks are whole chunks."""
        side = BLOCK // CHUNK_SIDE
        out: Block | None = None
        for down in range(side):
            for across in range(side):
                chunk = self._painted.get(f"{col // CHUNK_SIDE + across}/{row // CHUNK_SIDE + down}")
                y, x = down * CHUNK_SIDE, across * CHUNK_SIDE
                if chunk is None or y >= height or x >= width:
                    continue
                out = np.zeros((height, width), self._dtype) if out is None else out
                part = chunk.reshape(CHUNK_SIDE, CHUNK_SIDE)[: height - y, : width - x]
                out[y : y + CHUNK_SIDE, x : x + CHUNK_SIDE] = part
        return out


def _painted(layers: list[Layer], chunks: Callable[[Layer], Any]) -> dict[str, npt.NDArray[np.unsignedinteger]]:
    """Return the chunks of all layers; later layers cover earlier ones where they hold something."""
    found: dict[str, npt.NDArray[np.unsignedinteger]] = {}
    for layer in layers:
        for key, entries in chunks(layer):
            below = found.get(key)
            found[key] = entries if below is None else np.where(entries, entries, below)
    return found


def _stamp(out: Block, mask: Mask, corner: tuple[int, int], value: int) -> None:
    """Write a value into the pixels of a mask that lie in a block."""
    bits = mask.decode()
    x, y = mask.offset[0] - corner[0], mask.offset[1] - corner[1]
    left, top = max(0, x), max(0, y)
    right, bottom = min(out.shape[1], x + bits.shape[1]), min(out.shape[0], y + bits.shape[0])
    if left < right and top < bottom:
        out[top:bottom, left:right][bits[top - y : bottom - y, left - x : right - x]] = value


def _raster(dataset: Dataset, wanted: str) -> tuple[Scene, Asset, PixelFrame]:
    """Return the raster whose grid the mask takes."""
    found = []
    for scene in dataset.scenes:
        frames = {f.id: f for f in scene.frames if isinstance(f, PixelFrame)}
        found += [(scene, a, frames[a.frame]) for a in scene.assets if a.frame in frames]
    if wanted:
        found = [entry for entry in found if wanted in (entry[1].id, entry[1].title)]
    if len(found) == 1:
        return found[0]
    if not found:
        raise FormatError(f"no raster is called {wanted!r}" if wanted else "a mask needs a raster, and there is none")
    raise FormatError(
        f"there are {len(found)} rasters ({', '.join(repr(a.title) for _, a, _ in found)}): choose one as asset"
    )


def _dtype(dataset: Dataset, role: str) -> Literal["uint8", "uint16", "uint32"]:
    if role == "instance":
        return "uint32"
    most = max((c.code for c in dataset.ontology.classes), default=0)
    if most >= 65535:
        raise FormatError(f"the class code {most} does not fit beside the 65535 that means: do not look here")
    return "uint8" if most < 255 else "uint16"


def _ink(
    dataset: Dataset,
    scene: Scene,
    frame: PixelFrame,
    asset: Asset,
    options: MaskWriter,
    log: LossLog,
    context: WriteContext,
) -> tuple[_Ink, int]:
    """Bring all labels to pixels of the raster; return them and how many labels there were."""
    places, ink, n = Places(scene), _Ink([], [], [], {}), 0
    codes = {c.slug: c.code for c in dataset.ontology.classes}
    extent = shapely.box(0, 0, *frame.size)
    shapely.prepare(extent)
    for batch in chunked(dataset, lambda share: context.progress(0.4 * share)):
        n += len(batch)
        for annotation, shape in zip(batch, own_shapes(batch, log, _KINDS), strict=True):
            if annotation.geometry is None:
                log.lose(annotation.id, "tag", "kind-not-carried", "a mask has no labels of a whole image")
            if shape is None:
                continue
            if annotation.scene != scene.id or annotation.sample not in (None, asset.sample):
                log.lose(annotation.id, kind_of(annotation), "other-image", "it belongs to another scene or sample")
                continue
            pixels = _in_pixels(annotation, shape, places, frame, options, log)
            if pixels is None:
                continue
            if not extent.intersects(pixels):
                log.lose(annotation.id, kind_of(annotation), "outside-image", "it lies outside of the raster")
                continue
            if isinstance(annotation.geometry, Mask) and annotation.geometry.frame == frame.id:
                ink.masks[len(ink.shapes)] = annotation.geometry
            ink.shapes.append(pixels)
            ink.values.append(codes.get(annotation.label, 0) if options.role == "class" else len(ink.shapes))
            ink.ids.append((annotation.id, annotation.label))
    return ink, n


def _in_pixels(
    annotation: Annotation,
    shape: shapely.Geometry,
    places: Places,
    frame: PixelFrame,
    options: MaskWriter,
    log: LossLog,
) -> shapely.Geometry | None:
    """Return a label as an area in pixels of the raster; None where it is lost (logged)."""
    assert annotation.geometry is not None
    kind = kind_of(annotation)
    try:
        way = places.between(frame.id, annotation.geometry.frame)
    except FrameError as error:
        log.lose(annotation.id, kind, "no-transform", error.message)
        return None
    moved: shapely.Geometry | None = shape
    if way is not None:
        one = np.empty(1, dtype=object)
        one[0] = shape
        moved = move(one, lambda positions: _flat(way(positions)), has_z=bool(shape.has_z))[0]
    if moved is None:
        log.lose(annotation.id, kind, "no-transform", "some of its positions have no place in the raster")
        return None
    if kind not in ("polyline", "multipolyline"):
        return moved
    width = options.line_width
    if isinstance(annotation.geometry, Polyline):
        width = width_in(annotation.geometry, shape, moved) or width
    if not width:
        log.lose(annotation.id, kind, "no-width", "a line without width has no pixels; give line_width")
        return None
    return moved.buffer(width / 2, cap_style="flat")


def _flat(positions: Array) -> Array:
    return positions[:, :2]


def _lose_others(dataset: Dataset, layers: list[Layer], log: LossLog) -> None:
    """Note documents that a mask does not carry."""
    kept = {layer.id for layer in layers}
    rest = [layer for layer in dataset.layers if layer.id not in kept]
    lose_documents(Dataset(dataset.ontology, (), (), dataset.things, dataset.relations, rest, dataset.statuses), log)


def _table(dataset: Dataset, role: str, ink: _Ink, frame: PixelFrame, asset: Asset, log: LossLog) -> str:
    """Return the tag that tells what the entries mean."""
    classes: list[dict[str, Any]] = [
        {"value": c.code, "slug": c.slug, "title": c.title, "color": c.color} for c in dataset.ontology.classes
    ]
    table: dict[str, Any] = {"version": 1, "role": role, "classes": classes, "frame": frame.id, "asset": asset.id}
    table["title"] = asset.title
    if role == "instance":
        if len(ink.ids) > _MOST_IDS:
            log.warn(f"the ids of {len(ink.ids)} labels are too many for a tag: read again, labels get new ids")
        else:
            packed = zlib.compress(orjson.dumps(ink.ids), 9)
            table["instances"] = base64.b64encode(packed).decode()
    return orjson.dumps(table).decode()


def _rgb(color: str) -> tuple[int, int, int]:
    return int(color[1:3], 16), int(color[3:5], 16), int(color[5:7], 16)
