"""Overviews that geo3d built: where they lie in the cache and what they are. The source is never touched.

A pyramid is a folder ``overviews/<key>/`` with one tiled TIFF per level and ``pyramid.json``. The key is made of
the fingerprints of the files the raster consists of, so a changed source never meets old overviews. Levels halve
exactly: level pixel ``i`` covers source pixels ``[2**k * i, 2**k * (i + 1))``; the last one may reach beyond the edge.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from pathlib import Path

from pydantic import PositiveInt, ValidationError

from geo3d.geometry.value import Number, Value
from geo3d.raster.fingerprint import fingerprint

MANIFEST = "pyramid.json"
VERSION = 1
"""Raised when the pixels of a pyramid would come out differently; older ones are then built anew."""


class PyramidLevel(Value):
    """One TIFF of a pyramid."""

    file: str
    """Name within the folder."""
    width: PositiveInt
    height: PositiveInt
    factor: tuple[Number, Number]
    """Native pixels per pixel on each axis."""


class Pyramid(Value):
    """The manifest, written last: where it is, the pyramid is complete."""

    version: int
    source: str
    """Name of the source, for people who look into the cache."""
    has_mask: bool
    """The last band of each TIFF is validity (0 or 1), after the source's bands."""
    block: PositiveInt
    """Side of the square tiles, pixels."""
    levels: tuple[PyramidLevel, ...]
    """From fine to coarse."""


def key_of(files: Sequence[Path]) -> str:
    """Return the cache key of a raster that consists of these files.

    Raises:
        AssetMissing: One of them cannot be read.
    """
    return hashlib.sha256("\n".join(fingerprint(path).key() for path in files).encode()).hexdigest()[:32]


def folder_of(cache_dir: Path, key: str) -> Path:
    """Return where the pyramid of a raster lies, or will."""
    return cache_dir / "overviews" / key


def find_pyramid(cache_dir: Path, key: str) -> Pyramid | None:
    """Return a complete pyramid of this version, or None."""
    manifest = folder_of(cache_dir, key) / MANIFEST
    try:
        pyramid = Pyramid.model_validate_json(manifest.read_bytes())
    except (OSError, ValidationError):
        return None
    return pyramid if pyramid.version == VERSION else None
