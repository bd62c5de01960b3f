"""Where a raster lies: its CRS in our words, its link to that CRS, its outline on Earth."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass

import numpy as np
import pyproj
from pyproj.exceptions import ProjError
from rasterio.errors import CRSError

from geo3d.errors import FrameError
from geo3d.geometry.array import Array
from geo3d.geometry.frame import Affine, Gcp, Gcps, Rpc
from geo3d.geometry.transform import parent_from_pixel
from geo3d.raster.handle import Dataset
from geo3d.raster.info import RasterLink, Ring
from geo3d.raster.problem import RasterProblem
from geo3d.raster.ring import cut_at_antimeridian

_EARTH_RADII_M = (6.33e6, 6.42e6)
"""Semi-major axes of ellipsoids that mean the Earth; PROJ would happily turn Europa's longitudes into ours."""

_CODE_NAME = re.compile(r"^(EPSG|ESRI|IAU_\d{4}|IGNF|OGC):[A-Za-z0-9]+$")
_MEANINGLESS_DATUM = re.compile(r"unretrievable|unknown|unnamed", re.IGNORECASE)
_EDGE_STEPS = 32
"""Points per edge of a footprint: a straight edge of pixels is curved in longitude and latitude."""


@dataclass(frozen=True, slots=True)
class Reference:
    """The place of a raster, and what is wrong with it."""

    crs: str | None
    link: RasterLink | None
    loose_link: Affine | None
    """The affine of a file without a usable CRS; it becomes the link when a person names the CRS."""
    problems: tuple[RasterProblem, ...]


def reference_of(dataset: Dataset, world_file: Affine | None = None) -> Reference:
    """Return where an open dataset lies. Never raises for what the file says about itself.

    Args:
        dataset: Open dataset.
        world_file: The affine of a world file beside it, when GDAL was not allowed to look.
    """
    link, gcp_wkt, problems = _link_of(dataset, world_file)
    if isinstance(link, Rpc):
        return Reference("EPSG:4326", link, None, tuple(problems))
    wkt = gcp_wkt if isinstance(link, Gcps) else _wkt_of(dataset.crs)
    crs, found = crs_text(wkt)
    problems += found
    if crs is None and link is not None:
        problems.append(
            RasterProblem(
                reason="no-crs",
                message=(
                    "The file says where its pixels lie but not in which CRS, so it is shown in pixel "
                    "space; name the CRS to place it."
                ),
            )
        )
        return Reference(None, None, link if isinstance(link, Affine) else None, tuple(problems))
    if crs is not None and link is None:
        problems.append(
            RasterProblem(
                reason="no-position",
                message=(
                    "The file names a CRS but not where its pixels lie, so it is shown in pixel space; a "
                    "world file beside it would place it."
                ),
            )
        )
        return Reference(None, None, None, tuple(problems))
    if crs is None:
        problems.append(
            RasterProblem(
                reason="no-georeference",
                message="The file has no georeference; it is shown in pixel space.",
                severity="note",
            )
        )
    return Reference(crs, link, None, tuple(problems))


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


def footprint_of(crs: str | None, link: RasterLink | None, width: int, height: int) -> tuple[Ring, ...] | None:
    """Return the outline in longitude and latitude, cut at the antimeridian; None = unknown or not on Earth."""
    if crs is None or link is None:
        return None
    try:
        to_earth = _lonlat_from(crs)
        if to_earth is None:
            return None
        ground = to_earth(_border(width, height), link)
        if np.isfinite(ground).all():
            return cut_at_antimeridian(ground)
        # corners beyond the edge of the projected world: the box around what is on it
        columns, rows = np.meshgrid(np.linspace(0, width, 65), np.linspace(0, height, 65))
        ground = to_earth(np.stack([columns.ravel(), rows.ravel()], axis=1), link)
        ground = ground[np.isfinite(ground).all(axis=1)]
        if not len(ground):
            return None
        (west, south), (east, north) = ground.min(axis=0).tolist(), ground.max(axis=0).tolist()
        return (((west, south), (east, south), (east, north), (west, north), (west, south)),)
    except (ProjError, FrameError):
        return None


def _lonlat_from(crs: str) -> Callable[[Array, RasterLink], Array] | None:
    """Return a function from pixels (n, 2) to longitude and latitude (n, 2), or None when the CRS is not on Earth."""
    source = pyproj.CRS.from_user_input(crs)
    ellipsoid = source.ellipsoid
    if ellipsoid is None or not _EARTH_RADII_M[0] < ellipsoid.semi_major_metre < _EARTH_RADII_M[1]:
        return None
    transformer = pyproj.Transformer.from_crs(source.to_2d(), "EPSG:4326", always_xy=True)

    def lonlat(pixels: Array, link: RasterLink) -> Array:
        placed = parent_from_pixel(link, pixels, strict=False)
        lon, lat = transformer.transform(placed[:, 0], placed[:, 1])
        return np.stack([lon, lat], axis=1)

    return lonlat


def _border(width: int, height: int) -> Array:
    """Return pixel positions (n, 2) around the raster, clockwise from the first pixel's corner, not closed."""
    t = np.linspace(0.0, 1.0, _EDGE_STEPS, endpoint=False)
    zero, one = np.zeros_like(t), np.ones_like(t)
    unit = np.concatenate([np.stack(edge, axis=1) for edge in ((t, zero), (one, t), (1 - t, one), (zero, 1 - t))])
    return unit * (width, height)


def _wkt_of(crs: object) -> str | None:
    """Return WKT2 of a rasterio CRS; WKT1 where GDAL cannot say it in WKT2."""
    if not crs:
        return None
    for version in ("WKT2_2019", None):
        try:
            wkt: str = crs.to_wkt(version=version) if version else crs.to_wkt()  # type: ignore[attr-defined]
            return wkt
        except CRSError:
            continue
    return None


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


def _link_of(dataset: Dataset, world_file: Affine | None) -> tuple[RasterLink | None, str | None, list[RasterProblem]]:
    """Return the link, the WKT of the GCPs and problems. A geotransform wins over GCPs, these over RPCs."""
    t = dataset.transform
    numbers = (t.a, t.b, t.c, t.d, t.e, t.f)
    if not t.is_identity:
        if np.isfinite(numbers).all() and t.a * t.e - t.b * t.d != 0.0:
            return Affine(a=t.a, b=t.b, c=t.c, d=t.d, e=t.e, f=t.f), None, list(_turned(*numbers))
        return (
            None,
            None,
            [
                RasterProblem(
                    reason="geotransform-degenerate", message=f"The geotransform {numbers} maps pixels onto a line."
                )
            ],
        )
    points, gcp_crs = dataset.gcps
    if len(points) >= 3:
        gcps = Gcps(points=tuple(Gcp(col=p.col, row=p.row, x=p.x, y=p.y, z=p.z or 0.0) for p in points))
        return gcps, _wkt_of(gcp_crs), []
    rpcs = dataset.rpcs
    if rpcs is not None:
        return _rpc_of(rpcs), None, []
    return world_file, None, []


def _turned(a: float, b: float, _c: float, d: float, e: float, _f: float) -> Iterator[RasterProblem]:
    if b != 0.0 or d != 0.0:
        yield RasterProblem(
            reason="rotated", severity="note", message="The pixels are rotated or sheared against the map."
        )
    if a * e - b * d > 0.0:
        yield RasterProblem(
            reason="mirrored",
            severity="note",
            message="The first row is the southernmost (or the picture is mirrored).",
        )


def _rpc_of(rpcs: object) -> Rpc:
    names = {
        "line_off": "line_offset",
        "samp_off": "sample_offset",
        "lat_off": "latitude_offset",
        "long_off": "longitude_offset",
        "height_off": "height_offset",
        "line_scale": "line_scale",
        "samp_scale": "sample_scale",
        "lat_scale": "latitude_scale",
        "long_scale": "longitude_scale",
        "height_scale": "height_scale",
        "line_num_coeff": "line_numerator",
        "line_den_coeff": "line_denominator",
        "samp_num_coeff": "sample_numerator",
        "samp_den_coeff": "sample_denominator",
    }
    return Rpc.model_validate({ours: getattr(rpcs, theirs) for theirs, ours in names.items()})
