"""Validity of areas, by GEOS, with the place of each fault."""

from __future__ import annotations

import re
from collections.abc import Sequence

import shapely

from geo3d.geometry.shape import Problem
from geo3d.geometry.value import Position

_REASONS = {
    "Self-intersection": "self-intersection",
    "Ring Self-intersection": "self-intersection",
    "Hole lies outside shell": "hole-outside",
    "Holes are nested": "nested-holes",
    "Nested shells": "overlapping-parts",
    "Duplicate Rings": "duplicate-rings",
    "Interior is disconnected": "disconnected-interior",
    "Too few points in geometry component": "too-few-points",
    "Invalid Coordinate": "invalid-coordinate",
}


def problems_of_rings(parts: Sequence[Sequence[Sequence[Position]]]) -> tuple[Problem, ...]:
    """Return what is wrong with an area.

    Args:
        parts: For each part its rings, unclosed: the exterior first, then the holes.

    Returns:
        One problem for each ring that is no ring, else the first fault that GEOS finds.
    """
    short = [ring for part in parts for ring in part if len({p[:2] for p in ring}) < 3]
    if short:
        return tuple(
            Problem("too-few-points", "a ring needs three different positions", tuple(ring[0]) if ring else None)
            for ring in short
        )
    flat = [[[p[:2] for p in ring] for ring in part] for part in parts]
    area = shapely.MultiPolygon([(part[0], part[1:]) for part in flat])
    if shapely.is_valid(area):
        return ()
    # GEOS calls a ring whose positions are all on one line self-intersecting; people need the plainer word
    lines = [part[0] for part in flat if shapely.convex_hull(shapely.multipoints(part[0])).area == 0.0]
    if lines:
        return tuple(Problem("zero-area", "all positions of a ring are on one line", tuple(ring[0])) for ring in lines)
    text = str(shapely.is_valid_reason(area))
    match = re.fullmatch(r"(.*?)\s*\[(\S+) (\S+)(?: \S+)?\]", text)
    said = match.group(1) if match else text
    where = (float(match.group(2)), float(match.group(3))) if match else None
    return (Problem(_REASONS.get(said, "invalid"), said, where),)
