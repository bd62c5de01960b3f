"""Where two paths meet, to the bit: what splitting and reshaping stand on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely

from geo3d.geometry.array import Array
from geo3d.geometry.edit.source import Flat


@dataclass(frozen=True)
class Crossing:
    """A place where two paths meet."""

    at: float
    """Where on the first path: number of the segment, plus the share of it; a whole number is a vertex."""
    along: float
    """Where on the second, likewise."""
    place: Flat


def crossings(path: Array, other: Array, tolerance: float) -> list[Crossing]:
    """Return where a path meets another one, in the order of the other.

    The ends of the other path also count where they lie within a tolerance of the first: somebody who starts on an
    edge means the edge, though no float64 lies on it.

    Args:
        path: Shape (n, 2).
        other: Shape (m, 2).
        tolerance: Units of the frame.
    """
    found: dict[tuple[float, float], Crossing] = {}
    ours, theirs = _segments(path), _segments(other)
    pairs = shapely.STRtree(theirs[1]).query(ours[1], predicate="intersects")
    met = shapely.intersection(ours[1][pairs[0]], theirs[1][pairs[1]])
    for i, j, shape in zip(ours[0][pairs[0]].tolist(), theirs[0][pairs[1]].tolist(), met, strict=True):
        for x, y in shapely.get_coordinates(shape).tolist():
            at, along = i + _share(path, i, (x, y)), j + _share(other, j, (x, y))
            found[at, along] = Crossing(at, along, (x, y))
    met_there = list(found.values())
    for along, end in ((0.0, other[0]), (float(len(other) - 1), other[-1])):
        caught = _caught(path, end, along, tolerance)
        if caught is not None:
            met_there = [c for c in met_there if not (_is_near(c.place, end, tolerance) and abs(c.along - along) < 1)]
            met_there.append(caught)
    return sorted(met_there, key=lambda c: (c.along, c.at))


def section(path: Array, start: float, end: float) -> list[Flat]:
    """Return the vertices strictly between two places of an open path, in its direction."""
    first, last = int(np.floor(start)) + 1, int(np.ceil(end))
    return [(x, y) for x, y in path[first:last].tolist()]


def arc(ring: Array, start: float, end: float) -> list[Flat]:
    """Return the vertices strictly between two places of an unclosed ring, forwards, over its beginning if need be."""
    n = len(ring)
    if end <= start:
        end += n
    twice = np.concatenate([ring, ring])
    return section(twice, start, end)


def with_vertices(path: Array, new: Sequence[Crossing]) -> Array:
    """Return a path with a vertex at every crossing that lies between two of its own."""
    between = sorted((c for c in new if c.at != int(c.at)), key=lambda c: c.at)
    if not between:
        return path
    return np.insert(path, [int(c.at) + 1 for c in between], [c.place for c in between], axis=0)


def _segments(path: Array) -> tuple[npt.NDArray[np.intp], npt.NDArray[np.object_]]:
    """Return (numbers, linestrings) of the segments that have a length, one whose square float64 can tell from zero."""
    ends = np.stack([path[:-1], path[1:]], axis=1)
    numbers = np.flatnonzero(np.square(ends[:, 1] - ends[:, 0]).sum(axis=1) > 0)
    return numbers, shapely.linestrings(ends[numbers])


def _share(path: Array, i: int, place: Flat) -> float:
    """Return how far along a segment a place lies, 0 to 1; exactly 0 or 1 only at its ends."""
    (x0, y0), (x1, y1) = path[i].tolist(), path[i + 1].tolist()
    if place == (x0, y0):
        return 0.0
    if place == (x1, y1):
        return 1.0
    t = ((place[0] - x0) * (x1 - x0) + (place[1] - y0) * (y1 - y0)) / ((x1 - x0) ** 2 + (y1 - y0) ** 2)
    return float(min(max(t, 1e-9), 1 - 1e-9))


def _caught(path: Array, end: Array, along: float, tolerance: float) -> Crossing | None:
    """Return the crossing of an end that lies on a path, or as near as rounding puts it."""
    gaps = np.hypot(*(path - end).T)
    nearest = int(gaps.argmin())
    if gaps[nearest] <= tolerance:
        x, y = path[nearest].tolist()
        return Crossing(float(nearest), along, (x, y))
    numbers, segments = _segments(path)
    if not len(numbers):
        return None
    distances = shapely.distance(segments, shapely.Point(end))
    i = int(distances.argmin())
    if distances[i] > tolerance:
        return None
    x, y = end.tolist()
    number = int(numbers[i])
    return Crossing(number + _share(path, number, (x, y)), along, (x, y))


def _is_near(place: Flat, end: Array, tolerance: float) -> bool:
    return bool(np.hypot(place[0] - end[0], place[1] - end[1]) <= tolerance)
