"""Several files: what belongs together, and opening what does."""

from __future__ import annotations

import os
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Literal

from geo3d.errors import OptionError
from geo3d.geometry.value import Value
from geo3d.raster.capture import captured_in_name
from geo3d.raster.handle import HandlePool
from geo3d.raster.source import Raster, leaf, open_collection
from geo3d.raster.trust import Trust

__all__ = ["Arrangement", "Group", "Grouping", "group_files", "open_collection", "open_group", "suggest_arrangement"]

Arrangement = Literal["layers", "stack", "mosaic", "series"]
"""How several files belong together: each a layer, bands of one raster, neighbours of one raster, or moments of a
series."""

_BESIDE = re.compile(
    r"\.(?:json|txt|csv|html?|pdf|[a-z]{1,3}fw|[a-z]+w|wld|prj|ovr|msk|cpg|dbf|shp|shx|aux\.xml)$|_MTL\.xml$",
    re.IGNORECASE,
)
"""Files that come with rasters and are none (Landsat's MTL, world files, overviews)."""

_BAND = re.compile(
    r"^(?P<scene>|.*?[_\-. ])(?:SR_|ST_|TOA_)?B(?P<number>\d{1,2})(?P<letter>A?)(?P<rest>_\d\dm)?$", re.IGNORECASE
)


class Group(Value):
    """Files that make one raster."""

    kind: Literal["single", "stack", "mosaic"]
    title: str
    members: tuple[str, ...]
    """Paths or addresses: in band order of a stack, from bottom to top of a mosaic."""
    captured: str | None = None
    """Date or time that the names state, ISO 8601; groups of a series are sorted by it."""


class Grouping(Value):
    """What a list of files becomes."""

    groups: tuple[Group, ...]
    skipped: tuple[str, ...] = ()
    """Files that are no rasters themselves."""


def group_files(names: Sequence[str], arrangement: Arrangement) -> Grouping:
    """Decide which files make one raster, by their names alone.

    A series whose files carry band numbers (``..._20200101_B4.tif``) becomes one stack per moment.

    Args:
        names: Paths or addresses.
        arrangement: What the person asked for.

    Raises:
        OptionError: No raster is among them.
    """
    skipped = [name for name in names if _BESIDE.search(leaf(name))]
    rasters = [name for name in names if name not in skipped]
    if not rasters:
        raise OptionError("none of the given files is a raster; name at least one")
    if arrangement == "stack":
        groups = [_group("stack", _in_band_order(rasters))]
    elif arrangement == "mosaic":
        groups = [_group("mosaic", rasters)]
    elif arrangement == "series":
        moments: dict[str, list[str]] = {}
        for name in rasters:
            moments.setdefault(_scene_of(name), []).append(name)
        groups = [_group("stack", _in_band_order(members)) for members in moments.values()]
        groups.sort(key=lambda group: (group.captured is None, group.captured or "", group.title))
    else:
        groups = [_group("single", [name]) for name in rasters]
    return Grouping(groups=tuple(groups), skipped=tuple(skipped))


def suggest_arrangement(names: Sequence[str]) -> Arrangement:
    """Return what file names look like: bands of one scene are a stack, one name with many dates a series, else layers.

    >>> suggest_arrangement(["LC08_046028_20160625_B3.TIF", "LC08_046028_20160625_B4.TIF"])
    'stack'
    >>> suggest_arrangement(["1985.tif", "2020.tif"])
    'series'
    """
    rasters = [name for name in names if not _BESIDE.search(leaf(name))]
    if len(rasters) < 2:
        return "layers"
    scenes, bands = {_scene_of(name) for name in rasters}, [_BAND.match(_stem(name)) for name in rasters]
    if all(bands):
        return "stack" if len(scenes) == 1 else "series"
    dates = [captured_in_name(_stem(name)) for name in rasters]
    undated = {re.sub(r"\d+", "", _stem(name)) for name in rasters}
    return "series" if all(dates) and len(set(dates)) == len(dates) and len(undated) == 1 else "layers"


def open_group(group: Group, *, trust: Trust, cache_dir: Path | None = None, pool: HandlePool | None = None) -> Raster:
    """Open the raster that a group of files makes."""
    return open_collection(group.members, group.kind, trust=trust, cache_dir=cache_dir, pool=pool)


def _group(kind: Literal["single", "stack", "mosaic"], members: Sequence[str]) -> Group:
    """Return a group; one file is always a single raster."""
    if len(members) == 1:
        date = captured_in_name(_stem(members[0]))
        return Group(kind="single", title=leaf(members[0]), members=tuple(members), captured=date)
    stems = [_stem(name) for name in members]
    shared = os.path.commonprefix(stems)  # noqa: RUF071 - of names, not of paths
    words = shared[: max((i for i, c in enumerate(shared) if c in "_-. "), default=0)].rstrip("_-. ")
    few = ", ".join(stems[:3]) + (f" and {len(stems) - 3} more" if len(stems) > 3 else "")
    return Group(kind=kind, title=words or few, members=tuple(members), captured=captured_in_name(stems[0]))


def _in_band_order(names: Sequence[str]) -> list[str]:
    """Return files by band number when all have one (B2 before B10, B8A after B8), else as given."""
    found = [_BAND.match(_stem(name)) for name in names]
    if not all(found):
        return list(names)
    keys = [(int(m["number"]), m["letter"].upper()) for m in found if m]
    return [name for _, name in sorted(zip(keys, names, strict=True))]


def _scene_of(name: str) -> str:
    """Return the name of a file without its band, with its folder: what files of one moment share."""
    found = _BAND.match(_stem(name))
    return f"{name[: -len(leaf(name))]}{found['scene'] if found else _stem(name)}"


def _stem(name: str) -> str:
    return os.path.splitext(leaf(name))[0]
