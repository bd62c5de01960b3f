"""Where a raster lies: its CRS in our words, its link to that CRS, its outline on Earth."""

from __future__ import annotations

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
from geo3d.raster.crs import crs_text
from geo3d.raster.handle import Dataset
from geo3d.raster.info import RasterLink, Ring
from geo3d.raster.problem import RasterProblem
from geo3d.raster.ring import cut_at_antimeridian

_EARTH_RADII_M = (6.33e6, 6.42e6)
"""Semi-major axes of ellipsoids that mean the Earth; PROJ would happily turn Europa's longitudes into ours."""

_BEYOND = (540.0, 90.001)
"""Degrees of longitude and latitude that are no place on Earth, however generously they are counted."""

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
        with np.errstate(all="ignore"):  # links of damaged files lead anywhere
            placed = parent_from_pixel(link, pixels, strict=False)
        lon, lat = transformer.transform(placed[:, 0], placed[:, 1])
        ground = np.stack([lon, lat], axis=1)
        ground[(np.abs(ground) > _BEYOND).any(axis=1)] = np.nan
        return ground

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
        message = (
            f"The file is placed by {len(points)} ground control points, with a smooth surface (spline) through them."
        )
        return gcps, _wkt_of(gcp_crs), [RasterProblem(reason="placed-by-gcps", message=message, severity="note")]
    rpcs = dataset.rpcs
    if rpcs is not None:
        rpc = _rpc_of(rpcs)
        message = (
            f"The file is placed by its camera model (RPC), as if the ground were flat at {rpc.height_offset:g} m "
            "above the ellipsoid; hills lie beside their place."
        )
        return rpc, None, [RasterProblem(reason="placed-by-rpc", message=message, severity="note")]
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
