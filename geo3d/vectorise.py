"""Turn what is painted into polygons: one revision, one undo step, in memory that does not grow with the raster."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo3d.errors import LimitExceeded, NotFound
from geo3d.formats.place import Places
from geo3d.labels import CHUNK_SIDE, AnnotationColumns, Layer, Provenance, Scene
from geo3d.labels.runs import Entries
from geo3d.raster.rasterise import outlines
from geo3d.store import Progress, Store

MOST_PIXELS = 1 << 28
"""Of a patch's bounds: its outline needs them in memory."""

Key = tuple[int, int]


@dataclass(frozen=True)
class Outlining:
    """How painted pixels become polygons."""

    frame: str
    """Id of the frame that the polygons are in."""
    codes: Collection[int] | None = None
    """Classes that are outlined; None = all that are painted."""
    tolerance: float = 0.0
    """How far borders may be moved, pixels; neighbours keep theirs in common. 0 = along pixel edges, exactly."""
    min_pixels: int = 1
    """Patches of fewer pixels are left out."""


@dataclass(frozen=True)
class Outlined:
    """What became of a layer."""

    n: int
    """Polygons that were made."""
    n_small: int
    """Patches that were left out because they are small."""
    n_strange: int
    """Patches of classes that the ontology does not know."""


def vectorise(
    store: Store, layer: Layer, how: Outlining, *, client_id: str, actor: str, progress: Progress = lambda _: None
) -> Outlined:
    """Write the outlines of what is painted on a layer as polygons.

    Args:
        store: The store that holds the layer.
        layer: A layer of pixels that holds classes.
        how: What is outlined, and how.
        client_id: Makes a second attempt find the first one.
        actor: Whose undo step it is.
        progress: Told the fraction done.

    Raises:
        NotFound: Nothing of it is painted.
        LimitExceeded: One patch is too large.
        FrameError: No way leads to the frame.
    """
    scene = store.scene(layer.scene)
    slugs = {c.code: c.slug for c in store.project().ontology.classes}
    made: list[tuple[int, shapely.Polygon]] = []
    n_small = n_strange = 0
    groups = list(_groups(_keys(store, layer)))
    for done, keys in enumerate(groups):
        found = _patches(store, layer, keys, how)
        known = [(code, shape) for code, shape in found if code in slugs]
        n_strange += len(found) - len(known)
        kept = [(code, shape) for code, shape in known if shape.area >= how.min_pixels]
        n_small += len(known) - len(kept)
        made += _thinned(kept, how.tolerance)
        progress(0.5 * (done + 1) / len(groups))
    if not made:
        raise NotFound("nothing that could be outlined is painted on this layer", id=layer.id)
    columns = AnnotationColumns(
        frame=how.frame,
        geometries=_moved([shape for _, shape in made], scene, layer, how.frame),
        labels=[slugs[code] for code, _ in made],
        attributes=[{} for _ in made],
        provenance=Provenance(method="manual", actor=actor, tool="vectorise", sources=(layer.id,)),
    )
    store.load(
        scene.id,
        [columns],
        None,
        client_id=client_id,
        actor=actor,
        message="Turn painted pixels into polygons",
        progress=lambda fraction: progress(0.5 + 0.5 * fraction),
    )
    return Outlined(len(made), n_small, n_strange)


def _keys(store: Store, layer: Layer) -> set[Key]:
    """Return the chunks that hold something."""
    return {_key(text) for text, entries in store.chunks(layer) if entries.any()}


def _key(text: str) -> Key:
    column, _, row = text.partition("/")
    return int(column), int(row)


def _groups(keys: set[Key]) -> Iterator[list[Key]]:
    """Iterate over chunks that touch each other: no patch lies in two groups."""
    left = set(keys)
    while left:
        group = [left.pop()]
        for x, y in group:
            near = {(x + dx, y + dy) for dx in (-1, 0, 1) for dy in (-1, 0, 1)} & left
            left -= near
            group.extend(near)
        yield group


def _patches(store: Store, layer: Layer, keys: list[Key], how: Outlining) -> list[tuple[int, shapely.Polygon]]:
    """Return (code, outline in pixels) of each patch in a group of chunks."""
    (left, top), (right, bottom) = np.min(keys, axis=0).tolist(), (np.max(keys, axis=0) + 1).tolist()
    width, height = (right - left) * CHUNK_SIDE, (bottom - top) * CHUNK_SIDE
    if width * height > MOST_PIXELS:
        raise LimitExceeded("what is painted hangs together over too large an area; export the layer as a mask instead")
    canvas: Entries = np.zeros((height, width), layer.dtype)
    for text, entries in store.chunks(layer, [f"{x}/{y}" for x, y in keys]):
        x, y = _key(text)
        x, y = (x - left) * CHUNK_SIDE, (y - top) * CHUNK_SIDE
        canvas[y : y + CHUNK_SIDE, x : x + CHUNK_SIDE] = entries.reshape(CHUNK_SIDE, CHUNK_SIDE)
    if how.codes is not None:
        canvas[~np.isin(canvas, list(how.codes))] = 0
    offset = left * CHUNK_SIDE, top * CHUNK_SIDE
    return [(code, shape) for shape, code in outlines(canvas, offset)]


def _thinned(patches: list[tuple[int, shapely.Polygon]], tolerance: float) -> list[tuple[int, shapely.Polygon]]:
    """Return patches with fewer vertices; borders that two share stay one."""
    if tolerance <= 0 or not patches:
        return patches
    thin = shapely.coverage_simplify([shape for _, shape in patches], tolerance)
    return [(code, shape) for (code, _), shape in zip(patches, thin, strict=True)]


def _moved(shapes: list[shapely.Polygon], scene: Scene, layer: Layer, frame: str) -> npt.NDArray[np.object_]:
    """Return shapes in another frame."""
    out = np.empty(len(shapes), dtype=object)
    out[:] = shapes
    way = Places(scene).between(frame, layer.frame)
    return out if way is None else shapely.transform(out, way)
