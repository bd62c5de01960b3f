"""A CRS in our words: an authority code where PROJ is certain, else WKT2, else nothing and a problem."""

from __future__ import annotations

import re

import pyproj
from pyproj.exceptions import ProjError

from geo3d.raster.problem import RasterProblem

_CODE_NAME = re.compile(r"^(EPSG|ESRI|IAU_\d{4}|IGNF|OGC):[A-Za-z0-9]+$")
_MEANINGLESS_DATUM = re.compile(r"unretrievable|unknown|unnamed", re.IGNORECASE)


def crs_text(wkt: str | None) -> tuple[str | None, list[RasterProblem]]:
    """Return an authority code where PROJ is certain, else WKT2, and what was found on the way. Never raises.

    >>> crs_text(pyproj.CRS("EPSG:25832").to_wkt())
    ('EPSG:25832', [])
    """
    if not wkt:
        return None, []
    try:
        crs = pyproj.CRS.from_wkt(wkt)
        if crs.is_bound and crs.source_crs is not None:
            crs = crs.source_crs  # a bound CRS carries a datum shift (TOWGS84); PROJ knows better ones
        if crs.is_geocentric or (crs.is_vertical and not crs.is_compound):
            return None, [
                RasterProblem(
                    reason="crs-not-a-map",
                    message=f"{crs.name} is no CRS of a map; the raster is shown in pixel space.",
                )
            ]
        code = _certain_code(crs)
        if code is not None:
            return code, []
        named = _code_in_name(crs)
        if named is not None:
            return named, [
                RasterProblem(
                    reason="crs-from-name",
                    severity="note",
                    message=(
                        f"The CRS has no authority code and an unknown datum, but is called {named}; it is "
                        "taken for that."
                    ),
                )
            ]
        return crs.to_wkt(), []
    except ProjError as error:
        return None, [broken_crs(str(error))]


def broken_crs(reason: str) -> RasterProblem:
    """Return the problem of a CRS that cannot be understood."""
    return RasterProblem(
        reason="crs-broken",
        message=f"The CRS of the file cannot be understood ({reason[:200]}), so it is shown in pixel space; "
        "gdal_edit.py -a_srs EPSG:… mends it.",
    )


def _certain_code(crs: pyproj.CRS) -> str | None:
    """Return an authority code whose definition equals this CRS, or None."""
    if crs.is_compound and not crs.to_authority(min_confidence=100):
        parts = [_certain_code(part) for part in crs.sub_crs_list]
        authorities = {part.partition(":")[0] for part in parts if part}
        if all(parts) and len(authorities) == 1:
            return f"{authorities.pop()}:" + "+".join(part.partition(":")[2] for part in parts if part)
        return None
    found = crs.to_authority(min_confidence=100)
    if found is None:
        return None
    code = ":".join(found)
    return code if pyproj.CRS.from_user_input(code).equals(crs, ignore_axis_order=True) else None


def _code_in_name(crs: pyproj.CRS) -> str | None:
    """Return the code a CRS is named after, when its own datum says nothing (ign_overlay in the samples)."""
    name = crs.name.strip()
    datum = crs.ellipsoid.name if crs.ellipsoid else "unknown"
    if not _CODE_NAME.match(name) or not (_MEANINGLESS_DATUM.search(datum) or crs.is_engineering):
        return None
    try:
        named = pyproj.CRS.from_user_input(name)
    except ProjError:
        return None
    return name if crs.is_engineering or _same_projection(crs, named) else None


def _same_projection(crs: pyproj.CRS, named: pyproj.CRS) -> bool:
    """Tell whether two projected CRSs have one method and equal parameters, whatever their datums."""

    def facts(c: pyproj.CRS) -> tuple[str, tuple[float, ...]] | None:
        operation = c.coordinate_operation
        if operation is None:
            return None
        return operation.method_name, tuple(sorted(float(p.value) for p in operation.params))

    return facts(crs) == facts(named)
