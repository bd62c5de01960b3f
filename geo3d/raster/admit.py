"""The gate: what a name becomes before GDAL sees it."""

from __future__ import annotations

import os
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

import rasterio

from geo3d.errors import AssetMissing, RasterRefused
from geo3d.raster import vrt
from geo3d.raster.handle import Target
from geo3d.raster.trust import Trust

_SIGNATURES = (
    (re.compile(rb"II[*+]\0|MM\0[*+]"), "GTiff"),
    (re.compile(rb"\x89PNG\r\n\x1a\n"), "PNG"),
    (re.compile(rb"\xff\xd8\xff"), "JPEG"),
    (re.compile(rb"\0\0\0\x0cjP  \r\n\x87\n|\xff\x4f\xff\x51"), "JP2OpenJPEG"),
    (re.compile(rb"RIFF....WEBP", re.DOTALL), "WEBP"),
)
"""Formats an upload may have: their files stand alone. Many others name further files inside (HFA, HDF5, ENVI, ...)."""

_REMOTE_DRIVERS = ("GTiff", "PNG", "JPEG", "JP2OpenJPEG", "WEBP")

_NETWORK_DRIVERS = frozenset(
    [
        "HTTP",
        "WMS",
        "WMTS",
        "WCS",
        "EEDA",
        "EEDAI",
        "PLMOSAIC",
        "DAAS",
        "STACIT",
        "STACTA",
        "OGCAPI",
        "WFS",
        "OAPIF",
        "CSW",
        "NGW",
        "AMIGOCLOUD",
        "CARTO",
        "ELASTIC",
    ]
)
"""Drivers whose files are addresses."""

_OFFLINE = (("CPL_VSIL_CURL_ALLOWED_FILENAME", "/none"), ("GDAL_HTTP_PROXY", "127.0.0.1:1"))
"""Local files have no business on the network: /vsicurl/ may open nothing, other fetches meet a closed port."""

_ALONE = (("GDAL_DISABLE_READDIR_ON_OPEN", "EMPTY_DIR"), ("GDAL_PAM_ENABLED", "NO"), ("GDAL_VRT_ENABLE_PYTHON", "NO"))
"""No side files: an uploaded .ovr, .msk or .aux.xml may be a VRT that points anywhere (seen with GDAL 3.10)."""

_REMOTE = (
    ("GDAL_DISABLE_READDIR_ON_OPEN", "EMPTY_DIR"),
    ("GDAL_HTTP_MAX_RETRY", "2"),
    ("GDAL_HTTP_RETRY_DELAY", "0.5"),
    ("GDAL_HTTP_CONNECTTIMEOUT", "10"),
    ("GDAL_HTTP_TIMEOUT", "60"),
    ("GDAL_INGESTED_BYTES_AT_OPEN", "32768"),
)


@dataclass(frozen=True, slots=True)
class Admitted:
    """A raster that may be opened, and how."""

    target: Target
    trust: Trust
    files: tuple[Path, ...]
    """The local files it consists of, as far as its own text says; the raster itself first. Empty when remote."""
    is_online: bool = False
    """Reading it may ask the network."""

    @property
    def path(self) -> Path | None:
        """The raster's own local file."""
        return self.files[0] if self.files else None


def admit(name: str, trust: Trust) -> Admitted:
    """Decide how a raster is opened.

    Args:
        name: A local path, or for the owner an address (http, https, s3).
        trust: Who brought it.

    Raises:
        AssetMissing: There is no such file.
        RasterRefused: It is not allowed; the message says what to do instead.
    """
    if "://" in name and not os.path.exists(name):
        return _admit_remote(name, trust)
    if name.startswith("/vsi"):
        raise RasterRefused("GDAL's /vsi names are not read; give the address or path itself, and unpack archives")
    path = Path(name)
    if not path.is_file():
        what = (
            "is a folder, not a raster file" if path.is_dir() else "is gone; relink the asset to where the file is now"
        )
        raise AssetMissing(f"{path.name} {what}", path=str(path))
    real = trust.check_path(path)
    if trust.level == "uploaded":
        return _admit_upload(real, trust)
    is_vrt = vrt.is_vrt(_head(real))
    is_online = is_vrt and vrt.check_network(real, trust)
    options = _remote_options(trust) if is_online else _OFFLINE
    drivers = ("VRT",) if is_vrt else _owner_drivers()
    return Admitted(Target(str(real), real.name, drivers, options), trust, (real,), is_online)


def _admit_remote(address: str, trust: Trust) -> Admitted:
    trust.check_address(address)
    scheme, _, rest = address.partition("://")
    name = f"/vsis3/{rest}" if scheme == "s3" else f"/vsicurl/{address}"
    options = (*_remote_options(trust), ("CPL_VSIL_CURL_ALLOWED_FILENAME", name))
    title = rest.split("?")[0].rsplit("/", 1)[-1]
    return Admitted(Target(name, title, _REMOTE_DRIVERS, options), trust, (), is_online=True)


def _admit_upload(path: Path, trust: Trust) -> Admitted:
    options = (*_OFFLINE, *_ALONE)
    head = _head(path)
    if vrt.is_vrt(head):
        text, sources = vrt.vetted(path, trust)
        for source in sources:
            if _format_of(source) is None:
                raise RasterRefused(
                    f"{path.name} refers to {source.name}, which is no GeoTIFF, PNG, JPEG, JPEG 2000 or WebP file"
                )
        return Admitted(Target(text, path.name, ("VRT",), options), trust, (path, *sources))
    driver = _format_of(path)
    if driver is None:
        raise RasterRefused(
            f"{path.name} is no GeoTIFF, PNG, JPEG, JPEG 2000, WebP or VRT file; convert it (gdal_translate "
            f"{path.name} out.tif) "
            "or let the owner of the workspace add it with geo3d add"
        )
    return Admitted(Target(str(path), path.name, (driver,), options), trust, (path,))


def source_targets(admitted: Admitted) -> tuple[Target, ...]:
    """Return how each source of an uploaded VRT is opened by itself; empty for anything else."""
    options = admitted.target.options
    if admitted.trust.level == "owner":
        return ()
    return tuple(
        Target(str(path), path.name, (driver,), options) for path in admitted.files[1:] if (driver := _format_of(path))
    )


def _remote_options(trust: Trust) -> tuple[tuple[str, str], ...]:
    return (*_REMOTE, ("AWS_NO_SIGN_REQUEST", "YES" if trust.is_s3_anonymous else "NO"))


def _head(path: Path) -> bytes:
    try:
        with path.open("rb") as file:
            return file.read(1024)
    except OSError as error:
        raise AssetMissing(
            f"{path.name} cannot be read ({error.strerror}); relink the asset", path=str(path)
        ) from error


def _format_of(path: Path) -> str | None:
    """Return the driver of a stand-alone format, by signature and never by file name."""
    head = _head(path)
    return next((driver for signature, driver in _SIGNATURES if signature.match(head)), None)


@cache
def _owner_drivers() -> tuple[str, ...]:
    """Return every driver that reads local files; VRTs are recognised here, not by GDAL, which also looks at names."""
    with rasterio.Env() as environment:
        return tuple(sorted(set(environment.drivers()) - _NETWORK_DRIVERS - {"VRT"}))
