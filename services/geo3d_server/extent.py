"""Where the labels of a scene lie: bounds by frame that are never too small.

Asking the store for exact bounds walks its whole index (a third of a second for a million labels); a tile has
milliseconds. So the bounds are asked for once, and grow with the commits since.
"""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import orjson

from geo3d.labels import Annotation
from geo3d.store import Bounds, Commit, Store

_MOST_COMMITS = 500


@dataclass(frozen=True)
class _Known:
    revision: int
    bounds: dict[str, Bounds]


class Extents:
    """Bounds of the labels of each scene. Thread-safe."""

    def __init__(self, store: Store) -> None:
        """Begin with nothing known."""
        self._store = store
        self._known: dict[str, _Known] = {}
        self._lock = threading.Lock()

    def of(self, scene: str) -> dict[str, Bounds]:
        """Return bounds that hold all labels of a scene, for each frame that has some; perhaps with room to spare."""
        known = self._known.get(scene)
        if known is not None and known.revision == self._store.revision(scene):
            return known.bounds
        with self._lock:  # one asks, the others wait for the answer
            known = self._known.get(scene)
            now = self._store.revision(scene)
            if known is None or known.revision != now:
                known = self._known[scene] = self._renewed(scene, known, now)
        return known.bounds

    def _renewed(self, scene: str, known: _Known | None, now: int) -> _Known:
        if known is not None and known.revision < now <= known.revision + _MOST_COMMITS:
            commits = self._store.commits(scene, known.revision, _MOST_COMMITS)
            if not any(commit.is_bulk for commit in commits):
                newest = max((commit.revision for commit in commits), default=known.revision)
                return _Known(newest, _grown(known.bounds, commits))
        return _Known(now, dict(self._store.bounds(scene)))


def _grown(bounds: dict[str, Bounds], commits: Sequence[Commit]) -> dict[str, Bounds]:
    """Return bounds that also hold what commits wrote."""
    grown = dict(bounds)
    for commit in commits:
        for json in commit.documents:
            document = orjson.loads(json)
            if document["kind"] != "annotation" or document["geometry"] is None:
                continue
            geometry = Annotation.model_validate(document).geometry
            if geometry is None:
                continue
            flat = np.asarray(geometry.bounds())
            half = len(flat) // 2
            low, high = flat[:2].tolist(), flat[half : half + 2].tolist()
            before = grown.get(geometry.frame, (*low, *high))
            grown[geometry.frame] = (
                min(before[0], low[0]), min(before[1], low[1]), max(before[2], high[0]), max(before[3], high[1]),
            )  # fmt: skip
    return grown
