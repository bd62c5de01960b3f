"""Labels that come home: a file of ours that was edited elsewhere meets the labels it was made from.

What did not change stays bit for bit as it is, although the file may hold it in another CRS with its rings turned
round; of what changed, only the vertices that moved are new.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import islice

import numpy as np
import shapely

from geo3d.errors import FrameError, GeometryError
from geo3d.formats.place import Places
from geo3d.geometry import Geometry, MapFrame, MultiPolygon, MultiPolyline, Point, Polygon, Polyline
from geo3d.geometry.array import Array
from geo3d.geometry.convert import shapely_of_one
from geo3d.geometry.crs import crs_of, is_geographic
from geo3d.labels import Annotation, Provenance, Put, Scene
from geo3d.store.contract import Query, Store

_CHUNK = 500
_CLOSE = 1e-6
"""Units of the frame (metres, pixels) within which a position that was to another CRS and back is the same."""
_CLOSE_DEGREES = 1e-11


@dataclass
class Merge:
    """Compares labels of a file with those that a scene holds under the same ids."""

    store: Store
    scene: Scene
    provenance: Provenance
    """Of what the file changes."""
    apart: frozenset[str] = frozenset()
    """Ids of labels that have to be written before the others: relations name them."""
    n_updated: int = 0
    n_unchanged: int = 0
    _places: Places = field(init=False)
    _is_empty: bool = field(init=False)

    def __post_init__(self) -> None:
        """Look once at the frames, and whether the scene holds anything."""
        self._places = Places(self.scene)
        self._is_empty = not any(self.store.count(self.scene.id, Query()).values())

    def existing(self, ids: Iterable[str]) -> dict[str, Annotation]:
        """Return the labels that the scene holds under these ids."""
        if self._is_empty:
            return {}
        found: dict[str, Annotation] = {}
        rest = iter(ids)
        while chunk := tuple(islice(rest, _CHUNK)):
            for json in self.store.read(self.scene.id, Query(ids=chunk)):
                annotation = Annotation.model_validate_json(json)
                found[annotation.id] = annotation
        return found

    def puts(self, annotations: Sequence[Annotation]) -> Iterator[Put]:
        """Iterate over the changes that bring labels of the file into the scene; none for what is there already."""
        old = self.existing(a.id for a in annotations)
        for new in annotations:
            before = old.get(new.id)
            if before is None:
                yield Put(document=new)
                continue
            after = self._merged(before, new)
            if after is None:
                self.n_unchanged += 1
            else:
                self.n_updated += 1
                yield Put(document=after, base=before.revision)

    def _merged(self, old: Annotation, new: Annotation) -> Annotation | None:
        """Return the stored label with what the file changed; None where it changed nothing."""
        geometry = self._home(new.geometry, old.geometry)
        after = old.model_copy(
            update={
                "label": new.label,
                "geometry": geometry,
                "attributes": {**{k: None for k in old.attributes if old.attributes[k] is None}, **new.attributes},
                "thing": new.thing,
                "sample": new.sample,
                "provenance": self.provenance,
            }
        )
        is_same = all(
            getattr(after, n) == getattr(old, n) for n in ("label", "geometry", "attributes", "thing", "sample")
        )
        return None if is_same else after

    def _home(self, new: Geometry | None, old: Geometry | None) -> Geometry | None:
        """Return the file's geometry in the frame of the stored one, with positions that are the same exactly so."""
        if new is None or old is None:
            return new
        if new.frame != old.frame:
            try:
                way = self._places.between(old.frame, new.frame)
                moved = new.moved(way, old.frame)[0] if way is not None else new
            except (FrameError, GeometryError):
                return new
            if not np.isfinite(moved.vertices()).all():
                return new
            new = moved
        frame = self._places.frame(old.frame)
        in_degrees = isinstance(frame, MapFrame) and is_geographic(crs_of(frame.crs))
        return settled(new, old, _CLOSE_DEGREES if in_degrees else _CLOSE)


def settled(new: Geometry, old: Geometry, close: float) -> Geometry:
    """Return a geometry with each position that lies within `close` of one of the old geometry put exactly there.

    Args:
        new: The geometry as it came back.
        old: As it was, in the same frame.
        close: Distance in units of the frame.
    """
    known = old.vertices()

    def onto_old(positions: Array) -> Array:
        if positions.shape[1] != known.shape[1] or not len(known):
            return positions
        out = positions.copy()
        for i, position in enumerate(positions):
            near = np.abs(known - position).max(axis=1)
            if near.min() <= close:
                out[i] = known[int(near.argmin())]
        return out

    try:
        there = shapely_of_one(old)
        back = shapely_of_one(new)
    except GeometryError:
        return new
    if there.has_z == back.has_z:
        back = shapely.transform(back, onto_old, include_z=bool(back.has_z))
        if shapely.equals_exact(shapely.normalize(back), shapely.normalize(there)):
            return old
    if not isinstance(new, Point | Polyline | MultiPolyline | Polygon | MultiPolygon):
        return new
    return new.moved(onto_old, new.frame)[0]
