"""How frames of a scene are called, so that equal ones are shared."""

from __future__ import annotations

import hashlib


def map_frame_id(crs: str) -> str:
    """Return the id of the map frame of a CRS: ``map.EPSG-32617``, or ``map.<hash>`` for WKT; equal for equal text."""
    if ":" in crs and len(crs) < 40 and "[" not in crs:
        return "map." + crs.replace(":", "-").replace("+", "_")
    return "map." + hashlib.sha256(crs.encode()).hexdigest()[:12]
