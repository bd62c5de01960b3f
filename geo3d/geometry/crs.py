"""Coordinate reference systems by PROJ, x-y (east-north, longitude-latitude) order always.

A reference system is named by text, as `MapFrame.crs` holds it: an authority code (``EPSG:32633``, ``ESRI:102001``,
``IAU_2015:49900``), a compound of codes (``EPSG:25832+7837``), or WKT of any dialect.
"""

from __future__ import annotations

import math
import threading
import warnings
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
from pyproj import CRS, Geod, Transformer
from pyproj.exceptions import CRSError as ProjCrsError
from pyproj.exceptions import ProjError
from pyproj.transformer import TransformerGroup

from geo3d.errors import CrsError, OutsideDomain
from geo3d.geometry.array import Array


@dataclass(frozen=True)
class Accuracy:
    """What PROJ says about the way from one reference system to another."""

    operation: str
    """Name of the operation."""
    accuracy_m: float | None
    """Metres; None = unknown."""
    is_ballpark: bool
    """True = the datums are taken for equal, because nothing relates them: metres to some hundred metres off."""
    missing_grids: tuple[str, ...]
    """Files that would give a better answer and are not installed (``projsync --file NAME`` fetches one)."""


@lru_cache(maxsize=512)
def crs_of(text: str) -> CRS:
    """Return the reference system that a code or WKT names.

    Raises:
        CrsError: PROJ does not know it, or it says nothing about where on a plane or globe things lie.
    """
    try:
        crs = CRS.from_user_input(text)
    except ProjCrsError as error:
        said = str(error).rsplit("Internal Proj Error: ", 1)[-1].rstrip(")")
        shown = text if len(text) <= 60 else text[:57] + "..."
        raise CrsError(f"PROJ does not understand {shown!r} ({said}); use a code such as EPSG:32633, or WKT") from None
    if crs.is_vertical and not crs.is_compound:
        raise CrsError(f"{crs.name!r} only says heights; a map needs a horizontal system, e.g. EPSG:25832+7837")
    return crs


def code_of(crs: CRS) -> str:
    """Return the shortest text that means exactly this system: an authority code where that is certain, else WKT2.

    A code is certain when the system it stands for equals this one in every number; a mere likeness of names is not.
    """
    if crs.is_compound:
        codes = [_certain_code(part) for part in crs.sub_crs_list]
        authorities = {code.split(":")[0] for code in codes if code}
        if all(codes) and len(authorities) == 1:
            return "+".join([str(codes[0]), *(str(code).split(":")[1] for code in codes[1:])])
        return crs.to_wkt("WKT2_2019")
    return _certain_code(crs) or crs.to_wkt("WKT2_2019")


def _certain_code(crs: CRS) -> str | None:
    found = crs.to_authority(min_confidence=70)
    if found is None:
        return None
    code = ":".join(found)
    return code if crs.equals(CRS.from_user_input(code), ignore_axis_order=True) else None


def name_of(crs: CRS) -> str:
    """Return the name for people, with its code where it has one: ``WGS 84 / UTM zone 33N (EPSG:32633)``."""
    code = code_of(crs)
    return f"{crs.name} ({code})" if len(code) < 40 else crs.name


def is_geographic(crs: CRS) -> bool:
    """Tell whether positions are angles on an ellipsoid (longitude, latitude)."""
    return bool(_horizontal(crs).is_geographic)


def unit_of(crs: CRS) -> str:
    """Return the name of the horizontal unit: ``metre``, ``US survey foot``, ``degree``."""
    axes = _horizontal(crs).axis_info
    return str(axes[0].unit_name) if axes else "unknown"


def metres_per_unit(crs: CRS) -> float | None:
    """Return the length of the horizontal unit in metres; None where the unit is an angle or unknown."""
    horizontal = _horizontal(crs)
    if horizontal.is_geographic or not horizontal.axis_info:
        return None
    return float(horizontal.axis_info[0].unit_conversion_factor)


def degrees_per_unit(crs: CRS) -> float:
    """Return the size of a geographic system's angular unit in degrees (1 for nearly all of them)."""
    return math.degrees(float(_horizontal(crs).axis_info[0].unit_conversion_factor))


def geodetic_of(crs: CRS) -> CRS:
    """Return the longitude-latitude system on the same datum and body: the one that always has an answer.

    Raises:
        CrsError: The system stands on no ellipsoid (an engineering or local system).
    """
    geodetic = _horizontal(crs).geodetic_crs
    if geodetic is None:
        raise CrsError(f"{crs.name!r} is not tied to the earth; give the file a reference system to get longitudes")
    return geodetic


def geod_of(crs: CRS) -> Geod:
    """Return the ellipsoid on which this system's geodesics run.

    Raises:
        CrsError: The system stands on no ellipsoid.
    """
    geod = geodetic_of(crs).get_geod()
    if geod is None:
        raise CrsError(f"{crs.name!r} names no ellipsoid; lengths on the globe cannot be told")
    return geod


def accuracy(dst: str, src: str) -> Accuracy:
    """Return how good the way between two systems is, and what would make it better.

    Raises:
        CrsError: There is no way.
    """
    group = _group(dst, src, allow_ballpark=False)
    ballpark = not group.transformers
    if ballpark:
        group = _group(dst, src, allow_ballpark=True)
        if not group.transformers:
            raise _no_way(dst, src)
    best = group.transformers[0]
    known = best.accuracy is not None and best.accuracy >= 0 and not ballpark
    missing = {grid.short_name for o in group.unavailable_operations for grid in o.grids if not grid.available}
    return Accuracy(best.description, float(best.accuracy) if known else None, ballpark, tuple(sorted(missing)))


def transformer(dst: str, src: str, *, flat: bool = False) -> Transformer:
    """Return PROJ's transformation from one system to another, cached for this thread.

    A ballpark (datums taken for equal) is used only where PROJ knows nothing better at all; `accuracy` reports it.

    Args:
        dst: System to go to.
        src: System to come from.
        flat: Leave heights out of it: the vertical parts of compound systems are dropped.

    Raises:
        CrsError: There is no way, or the only true way needs a grid that is not installed.
    """
    return _transformer(dst, src, flat, threading.get_ident())


def converted(dst: str, src: str, positions: Array, *, strict: bool = True) -> Array:
    """Return positions of one system in another, so that there and back is exact to rounding.

    PROJ's two directions are not exact inverses (a datum shift without heights is off by a millimetre). So one
    direction of each pair is PROJ's own, and the other is corrected until it returns; see `_is_own`.

    Args:
        dst: System to go to.
        src: System to come from.
        positions: Shape (n, 2), or (n, 3) with heights; heights are changed only between systems that have heights.
        strict: Raise where there is no answer; False gives NaN rows instead.

    Raises:
        OutsideDomain: Some position lies outside the area where the transformation has an answer (strict only).
        CrsError: There is no way between the systems.
    """
    flat = positions.shape[1] == 2
    if dst == src or not len(positions):
        found = positions.copy()
    elif _is_own(dst, src):
        found = _run(transformer(dst, src, flat=flat), positions)
    else:
        found = _inverted(transformer(dst, src, flat=flat), transformer(src, dst, flat=flat), positions, turn_of(src))
    lost = ~np.isfinite(found).all(axis=1)
    found[lost] = np.nan
    if strict and lost.any():
        first = positions[int(np.flatnonzero(lost)[0])].tolist()
        here, there = crs_of(src).name, crs_of(dst).name
        message = f"{int(lost.sum())} of {len(positions)} positions in {here!r} have none in {there!r}; first: {first}"
        raise OutsideDomain(message, position=first, count=int(lost.sum()))
    return found


def _is_own(dst: str, src: str) -> bool:
    """Tell whether this direction is PROJ's own: towards angles, else towards the text that sorts first."""
    angles_dst, angles_src = turn_of(dst) is not None, turn_of(src) is not None
    return angles_dst if angles_dst != angles_src else dst < src


def _inverted(guess: Transformer, forward: Transformer, wanted: Array, turn: float | None) -> Array:
    """Return what `forward` leads to the wanted positions: a nearly right inverse, aimed a little beside the target."""
    found = _run(guess, wanted)
    aim, worst = wanted, np.full(len(wanted), np.inf)
    for _ in range(5):
        with np.errstate(invalid="ignore"):
            miss = wanted - _run(forward, found)
            if turn is not None:  # 180 and -180 are one meridian
                miss[:, 0] -= turn * np.round(miss[:, 0] / turn)
        size = np.abs(miss[:, :2]).max(axis=1)
        better = size < worst / 4
        if not (better & (size > 0)).any():
            break
        worst = np.where(better, size, worst)
        aim = np.where(better[:, None], aim + miss, aim)
        found = np.where(better[:, None], _run(guess, aim), found)
    return found


def _run(operation: Transformer, positions: Array) -> Array:
    """Return transformed positions; infinity where there is none."""
    x, y = positions[:, 0], positions[:, 1]
    flat = positions.shape[1] == 2
    columns = list(operation.transform(x, y) if flat else operation.transform(x, y, positions[:, 2]))
    return np.stack([np.asarray(column, dtype=np.float64) for column in columns], axis=1)


@lru_cache(maxsize=256)
def _transformer(dst: str, src: str, flat: bool, _thread: int) -> Transformer:
    """Build one transformation; the thread is part of the key, because a PROJ object serves one thread at a time."""
    to, come = (_flat(dst), _flat(src)) if flat else (crs_of(dst), crs_of(src))
    try:
        return Transformer.from_crs(come, to, always_xy=True, allow_ballpark=False)
    except ProjError:
        pass
    group = _group(dst, src, allow_ballpark=True, flat=flat)
    grids = {grid.short_name for o in group.unavailable_operations for grid in o.grids if not grid.available}
    if grids and not flat:
        named = ", ".join(sorted(grids))
        raise CrsError(
            f"from {come.name!r} to {to.name!r} PROJ needs a grid that is not installed: {named}. Install it with "
            f"`projsync --file {sorted(grids)[0]}`, or leave the heights out",
            grids=sorted(grids),
        )
    if not group.transformers:
        raise _no_way(dst, src)
    return Transformer.from_crs(come, to, always_xy=True)


def _group(dst: str, src: str, *, allow_ballpark: bool, flat: bool = False) -> TransformerGroup:
    to, come = (_flat(dst), _flat(src)) if flat else (crs_of(dst), crs_of(src))
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", UserWarning)  # pyproj warns of missing grids; `accuracy` lists them
        return TransformerGroup(come, to, always_xy=True, allow_ballpark=allow_ballpark)


def _no_way(dst: str, src: str) -> CrsError:
    """Say why there is no way; only the attempt itself makes PROJ tell."""
    here, there = crs_of(src), crs_of(dst)
    why = "PROJ knows no operation; check the file's reference system"
    try:
        Transformer.from_crs(here, there)
    except ProjError as error:
        if "celestial body" in str(error):
            why = "they lie on different celestial bodies; stay in the file's own system"
    return CrsError(f"there is no way from {here.name!r} to {there.name!r}: {why}")


@lru_cache(maxsize=512)
def _flat(text: str) -> CRS:
    return _horizontal(crs_of(text))


@lru_cache(maxsize=512)
def turn_of(text: str) -> float | None:
    """Return a full turn in the system's angular units; None where positions are no angles."""
    return 360.0 / degrees_per_unit(crs_of(text)) if is_geographic(crs_of(text)) else None


def _horizontal(crs: CRS) -> CRS:
    """Return the horizontal part of a compound or 3D system."""
    return crs if crs.is_bound else crs.to_2d()
