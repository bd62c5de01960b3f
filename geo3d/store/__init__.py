"""Labels on disk. SQL lives only here; everybody else speaks the contract."""

from __future__ import annotations

from geo3d.store.contract import (
    PROJECT,
    Bounds,
    Commit,
    Progress,
    Query,
    Store,
    TileLabels,
    Version,
)
from geo3d.store.place import open_store

__all__ = [
    "PROJECT",
    "Bounds",
    "Commit",
    "Progress",
    "Query",
    "Store",
    "TileLabels",
    "Version",
    "open_store",
]
