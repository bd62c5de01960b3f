"""Layers: one entry per pixel or point, in sparse chunks. The same mechanism for rasters and clouds.

A pixel layer of a raster (width, height) is cut into square chunks of `CHUNK_SIDE` pixels; chunk ``(cx, cy)`` has the
key ``"cx/cy"`` and holds ``CHUNK_SIDE**2`` entries, row-major (entries beyond the raster's edge stay 0). A point layer
is cut into the nodes of its octree; the key is the node's name and entries are in node order. A chunk that was never
written is 0.
"""

from __future__ import annotations

from typing import Literal

from pydantic import NonNegativeInt, PositiveInt

from geo3d.geometry import Value
from geo3d.labels.identity import Id

CHUNK_SIDE = 256
"""Pixels along one side of a chunk of a pixel layer."""


class Layer(Value):
    """Dense labels of one asset."""

    kind: Literal["layer"] = "layer"
    id: Id
    scene: Id
    title: str = ""
    """What people call it; may change, all else stays as it was made."""
    asset: Id
    frame: str
    """Pixel frame (or cloud frame) whose elements it labels."""
    dtype: Literal["uint8", "uint16", "uint32"] = "uint16"
    role: Literal["class", "instance"] = "class"
    """``class``: entries are class codes; ``instance``: fids of things, painting one writes its class too."""
    size: tuple[PositiveInt, PositiveInt] | None = None
    """(width, height) of a pixel layer; None for points."""
    revision: NonNegativeInt = 0


class Run(Value):
    """A run of equal change inside one chunk: entries [start, start + length) go from `old` to `new`."""

    start: NonNegativeInt
    length: PositiveInt
    old: NonNegativeInt
    new: NonNegativeInt


class ChunkRuns(Value):
    """The changed runs of one chunk, in order, not overlapping."""

    chunk: str
    """Key of the chunk: ``"cx/cy"`` for pixels, the node's name for points."""
    runs: tuple[Run, ...]
