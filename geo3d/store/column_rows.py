"""Annotations as columns, turned into what a store keeps: JSON, facets and geometries of a batch at once.

Per annotation this costs some microseconds, where the value classes would cost a hundred; the tests hold the result
against them.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
import numpy.typing as npt
import orjson
import shapely

from geo3d.labels import AnnotationColumns
from geo3d.store.columns import KINDS


@dataclass(frozen=True)
class PreparedRows:
    """A batch, ready to be stored. Carrier, n rows."""

    bodies: list[bytes]
    """JSON of each up to where the common tail begins, without a closing brace."""
    tail: bytes
    """What the JSON of all goes on with."""
    codes: list[int]
    bounds: npt.NDArray[np.float64]
    """(minx, miny, maxx, maxy) of each, NaN for tags; shape (n, 4)."""
    wkbs: list[bytes | None]


def new_ids(n: int, first: int = 0) -> list[str]:
    """Return new UUIDv7s in ascending order, as fast as an index can take them.

    Args:
        n: How many.
        first: Count of the first; go on from it for the next batch of the same load.

    Source: RFC 9562, 6.2, method 1 (a counter of 26 bits after the milliseconds, then 48 random bits).
    """
    ms, random = time.time_ns() // 1_000_000, os.urandom(6 * n).hex()
    prefix = f"{ms >> 16:08x}-{ms & 0xFFFF:04x}-7"
    return [
        f"{prefix}{count >> 14 & 0xFFF:03x}-{0x8000 | count & 0x3FFF:04x}-{random[12 * i : 12 * i + 12]}"
        for i, count in enumerate(range(first, first + n))
    ]


def place_ranks(bounds: npt.NDArray[np.float64]) -> npt.NDArray[np.int64]:
    """Return the rank of each row along a curve that keeps neighbours together (Z-order of the bounds' centres).

    Args:
        bounds: (minx, miny, maxx, maxy), NaN for tags (they come last); shape (n, 4).
    """
    centers = (bounds[:, :2] + bounds[:, 2:]) / 2
    has_place = np.isfinite(centers).all(axis=1)
    curve = np.full(len(bounds), np.iinfo(np.uint64).max, dtype=np.uint64)
    if has_place.any():
        low = centers[has_place].min(axis=0)
        extent = float((centers[has_place] - low).max()) or 1.0
        cells = ((centers[has_place] - low) * (65535 / extent)).astype(np.uint64)
        curve[has_place] = _spread(cells[:, 0]) | _spread(cells[:, 1]) << np.uint64(1)
    ranks = np.empty(len(bounds), dtype=np.int64)
    ranks[np.argsort(curve, kind="stable")] = np.arange(len(bounds))
    return ranks


def _spread(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """Return 16-bit numbers with a zero between each two bits."""
    for shift, mask in ((8, 0x00FF00FF), (4, 0x0F0F0F0F), (2, 0x33333333), (1, 0x55555555)):
        numbers = (numbers | numbers << np.uint64(shift)) & np.uint64(mask)
    return numbers


def prepared_rows(
    columns: AnnotationColumns, scene: str, ids: Sequence[str], fids: Sequence[int], codes: Mapping[str, int]
) -> PreparedRows:
    """Turn a checked batch into what is stored.

    Args:
        columns: The batch.
        scene: Id of the scene.
        ids: Id of each.
        fids: Fid of each.
        codes: Class code by slug.

    Raises:
        TypeError: A value of `extra` or an integer beyond 64 bits cannot be JSON.
    """
    shapes = columns.geometries
    extras = [b""] * len(columns)
    has_extra = columns.extra is not None and any(columns.extra)
    if has_extra and columns.extra is not None:
        extras = [b',"extra":%b' % orjson.dumps(extra) for extra in columns.extra]
    bodies = [  # ids, slugs and numbers need no escaping
        b'{"id":"%b","fid":%d,"label":"%b","geometry":%b,"attributes":%b%b'
        % (id.encode(), fid, label.encode(), geometry, orjson.dumps(attributes), extra)
        for id, fid, label, geometry, attributes, extra in zip(
            ids, fids, columns.labels, _geometries_json(columns), columns.attributes, extras, strict=True
        )
    ]
    return PreparedRows(
        bodies=bodies,
        tail=_tail(columns, scene, has_extra),
        codes=[codes[label] for label in columns.labels],
        bounds=shapely.bounds(shapes),
        wkbs=shapely.to_wkb(shapes, output_dimension=2, byte_order=1).tolist(),
    )


def _tail(columns: AnnotationColumns, scene: str, has_extra: bool) -> bytes:
    shared = {
        "kind": "annotation",
        "scene": scene,
        "sample": None,
        "thing": None,
        "state": "draft",
        "provenance": columns.provenance.model_dump(mode="json"),
    }
    if not has_extra:
        shared["extra"] = {}
    return b"," + orjson.dumps(shared)[1:-1]


def _geometries_json(columns: AnnotationColumns) -> list[bytes]:
    """Return each geometry as the model's JSON, ``null`` for tags; type by type, since arrays are of one type.

    All positions of a type are written by one call of orjson and cut apart as text, which is three times faster than
    writing them geometry by geometry.
    """
    shapes = columns.geometries
    found = [b"null"] * len(shapes)
    types, has_z = shapely.get_type_id(shapes), shapely.has_z(shapes)
    for type_id, kind in KINDS.items():
        start = b'{"kind":"%b","frame":%b,' % (kind.encode(), orjson.dumps(columns.frame))
        for is_3d in (False, True):
            rows = np.flatnonzero((types == type_id) & (has_z == is_3d))
            if not len(rows):
                continue
            _, positions, offsets = shapely.to_ragged_array(shapes[rows], include_z=is_3d)
            numbers = orjson.dumps(np.ascontiguousarray(positions), option=orjson.OPT_SERIALIZE_NUMPY)[2:-2].split(
                b"],["
            )
            fields = _FIELDS[kind](numbers, [level.tolist() for level in offsets])
            for row, text in zip(rows.tolist(), fields, strict=True):
                found[row] = b"%b%b}" % (start, text)
    return found


Numbers = Sequence[bytes]
"""Each position's numbers as JSON without brackets: ``1.0,2.0``."""
Offsets = Sequence[Sequence[int]]
"""Where parts begin and end, for each level of nesting as shapely's ragged arrays have them: the innermost first."""


def _points(numbers: Numbers, offsets: Offsets) -> Iterator[bytes]:
    return (b'"position":[%b]' % position for position in numbers)


def _polylines(numbers: Numbers, offsets: Offsets) -> Iterator[bytes]:
    return (b'"path":%b' % path for path in _paths(numbers, offsets[0]))


def _multipolylines(numbers: Numbers, offsets: Offsets) -> Iterator[bytes]:
    paths = _paths(numbers, offsets[0])
    return (b'"paths":[%b]' % b",".join(paths[a:b]) for a, b in pairwise(offsets[1]))


def _rings(numbers: Numbers, offsets: Offsets) -> Iterator[bytes]:
    rings = _paths(numbers, offsets[0], n_dropped=1)
    return (b'"exterior":%b,"holes":[%b]' % (rings[a], b",".join(rings[a + 1 : b])) for a, b in pairwise(offsets[1]))


def _multipolygons(numbers: Numbers, offsets: Offsets) -> Iterator[bytes]:
    parts = [b"{%b}" % part for part in _rings(numbers, offsets)]
    return (b'"parts":[%b]' % b",".join(parts[a:b]) for a, b in pairwise(offsets[2]))


_FIELDS: Mapping[str, Callable[[Numbers, Offsets], Iterator[bytes]]] = {
    "point": _points,
    "polyline": _polylines,
    "multipolyline": _multipolylines,
    "polygon": _rings,
    "multipolygon": _multipolygons,
}


def _paths(numbers: Numbers, offsets: Sequence[int], n_dropped: int = 0) -> list[bytes]:
    """Return JSON arrays of positions, leaving out the last ones of each (a ring's closing position)."""
    return [b"[[%b]]" % b"],[".join(numbers[a : b - n_dropped]) for a, b in pairwise(offsets)]
