"""Who brought a raster, and therefore what it may make GDAL touch."""

from __future__ import annotations

from typing import Literal

from geo3d.geometry.value import Value


class Trust(Value):
    """What a raster may read besides its own bytes."""

    level: Literal["owner", "uploaded"] = "owner"
    """owner = added on the command line by the person whose machine this is; uploaded = came over HTTP."""
    roots: tuple[str, ...] = ()
    """Folders that files may be read from; empty = anywhere for the owner, nothing but the file itself for an upload."""
    hosts: tuple[str, ...] = ()
    """Hosts (and s3 buckets) that remote rasters may come from; owner only."""
