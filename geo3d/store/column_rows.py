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
from typing import Any

import numpy as np
import numpy.typing as npt
import orjson
import shapely

from geo3d.labels import AnnotationColumns
from geo3d.store.columns import KINDS
from geo3d.store.facet import STATE_INDEX


@dataclass(frozen=True)
class PreparedRows:
    """A batch, ready to be stored. Carrier, n rows."""

    bodies: list[bytes]
    """JSON of each up to where the common tail begins, without a closing brace."""
    tail: bytes
    """What the JSON of all goes on with."""
    codes: list[int]
    states: list[int]
    """Index into `geo3d.store.facet.STATES`."""
    samples: list[int | None]
    things: list[str | None]
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
        with np.errstate(all="ignore"):
            from_corner = centers[has_place] - centers[has_place].min(axis=0)
            shares = np.nan_to_num(from_corner / from_corner.max(), posinf=1.0)
        cells = (shares * 65535).astype(np.uint64)
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
    shapes, n = columns.geometries, len(columns)
    own, shared = _own_fields(columns)
    bodies = [  # ids, slugs and numbers need no escaping
        b'{"id":"%b","fid":%d,"label":"%b","geometry":%b,"attributes":%b%b'
        % (id.encode(), fid, label.encode(), geometry, orjson.dumps(attributes), fields)
        for id, fid, label, geometry, attributes, fields in zip(
            ids, fids, columns.labels, _geometries_json(columns), columns.attributes, own, strict=True
        )
    ]
    return PreparedRows(
        bodies=bodies,
        tail=b"," + orjson.dumps({"kind": "annotation", "scene": scene, **shared})[1:-1],
        codes=[codes[label] for label in columns.labels],
        states=[0] * n if columns.states is None else [STATE_INDEX[state] for state in columns.states],
        samples=[None] * n if columns.samples is None else list(columns.samples),
        things=[None] * n if columns.things is None else list(columns.things),
        bounds=shapely.bounds(shapes),
        wkbs=shapely.to_wkb(shapes, output_dimension=2, byte_order=1).tolist(),
    )


def _own_fields(columns: AnnotationColumns) -> tuple[list[bytes], dict[str, Any]]:
    """Return what the JSON of each says beyond the fields that all have, and the fields that all share."""
    given: dict[str, Sequence[Any] | None] = {
        "state": columns.states,
        "sample": columns.samples,
        "thing": columns.things,
        "provenance": columns.provenances,
        "extra": columns.extra,
    }
    shared: dict[str, Any] = {"state": "draft", "sample": None, "thing": None, "extra": {}}
    shared["provenance"] = columns.provenance.model_dump(mode="json")
    own = [b""] * len(columns)
    for name, values in given.items():
        if values is None:
            continue
        del shared[name]
        if name == "provenance":
            own = [
                b'%b,"provenance":%b' % (o, value.model_dump_json().encode())
                for o, value in zip(own, values, strict=True)
            ]
        else:
            own = [
                b'%b,"%b":%b' % (o, name.encode(), orjson.dumps(value)) for o, value in zip(own, values, strict=True)
            ]
    return own, shared


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
