"""STAC items: JSON that lists the files of one scene."""

from __future__ import annotations

import json
import urllib.error
import urllib.request
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, cast, get_args
from urllib.parse import urljoin

from geo3d.errors import AssetMissing, RasterError
from geo3d.geometry.value import Number, Value
from geo3d.raster.band import ColorRole
from geo3d.raster.collection import Group
from geo3d.raster.trust import Trust

_MEDIA = ("image/tiff", "image/vnd.stac.geotiff", "image/jp2", "image/png", "image/jpeg", "image/webp")
_SIDE_ROLES = frozenset({"thumbnail", "metadata", "overview"})
_LARGEST_ITEM = 10 << 20
_SECONDS = 30
_COMMON_NAMES: dict[str, ColorRole] = {
    "nir08": "nir", "nir09": "watervapour", "swir12": "swir", "swir16": "swir", "swir22": "swir", "lwir11": "tir",
    "lwir12": "tir", "lwir": "tir", "rededge071": "rededge", "rededge075": "rededge", "rededge078": "rededge",
    "green05": "green",
}  # fmt: skip
"""Common names of the extension EO that are not called like our roles."""


class StacBand(Value):
    """What an item says about one band of a file."""

    name: str
    color: ColorRole = "undefined"
    wavelength_nm: Number | None = None


class StacMember(Value):
    """One raster file of an item."""

    key: str
    """Name of the asset in the item: ``red``, ``B04``, ``visual``."""
    title: str
    href: str
    """Absolute address or path."""
    roles: tuple[str, ...] = ()
    bands: tuple[StacBand, ...] = ()
    gsd_m: Number | None = None
    """Ground sample distance, metres."""


class StacItem(Value):
    """The rasters of one item."""

    id: str
    captured: str | None
    """ISO 8601, as the item writes it."""
    members: tuple[StacMember, ...]
    skipped: tuple[str, ...]
    """Keys of assets that are no rasters, or only thumbnails."""


def resolve_stac(item: Mapping[str, Any], base: str = "") -> StacItem:
    """Return the rasters that a STAC item lists. Nothing is fetched.

    Args:
        item: The parsed JSON.
        base: Address or path of the item, for relative references; the item's own ``self`` link is used when empty.

    Raises:
        RasterError: It is no STAC item, or lists no raster.

    Source: https://github.com/radiantearth/stac-spec (1.0 and 1.1), extensions EO, raster and projection.
    """
    if item.get("type") != "Feature" or not isinstance(item.get("assets"), Mapping):
        raise RasterError("this JSON is no STAC item: it must be a Feature with assets")
    links = item.get("links") if isinstance(item.get("links"), list) else []
    own = next(
        (str(link.get("href")) for link in links or [] if isinstance(link, Mapping) and link.get("rel") == "self"), ""
    )
    members, skipped = [], []
    for key, asset in item["assets"].items():
        if _is_raster(asset):
            members.append(_member(str(key), asset, base or own))
        else:
            skipped.append(str(key))
    if not members:
        raise RasterError(f"the STAC item {item.get('id')} lists no raster; its assets: {', '.join(skipped) or 'none'}")
    properties = item.get("properties") or {}
    captured = properties.get("datetime") or properties.get("start_datetime")
    return StacItem(
        id=str(item.get("id", "")),
        captured=captured if isinstance(captured, str) else None,
        members=tuple(members),
        skipped=tuple(skipped),
    )


def read_stac(name: str, trust: Trust) -> StacItem:
    """Read a STAC item from a path or an allowed address.

    Raises:
        RasterRefused: The address, or one it redirects to, is not allowed.
        AssetMissing: It cannot be fetched or read.
        RasterError: It is no STAC item.
    """
    try:
        text = _fetched(name, trust) if "://" in name else trust.check_path(Path(name)).read_bytes()
    except OSError as error:
        raise AssetMissing(f"the STAC item {name} cannot be read: {error}", path=name) from error
    if len(text) > _LARGEST_ITEM:
        raise RasterError(f"{name} is larger than {_LARGEST_ITEM >> 20} MB, which no STAC item is")
    try:
        parsed = json.loads(text)
    except ValueError as error:
        raise RasterError(f"{name} is no JSON: {error}") from error
    if not isinstance(parsed, Mapping):
        raise RasterError(f"{name} is no STAC item: it must be a JSON object")
    return resolve_stac(parsed, name if "://" in name else str(Path(name).resolve()))


def stac_groups(item: StacItem, keys: Sequence[str] = ()) -> tuple[Group, ...]:
    """Return the rasters worth opening: each file of several bands alone, the single-band files together as one stack.

    Args:
        item: The item.
        keys: Assets wanted, in this order; empty = all.

    Raises:
        RasterError: A key is not among the item's rasters.
    """
    by_key = {member.key: member for member in item.members}
    for key in keys:
        if key not in by_key:
            raise RasterError(f"the STAC item {item.id} has no raster {key!r}; it has: {', '.join(by_key)}")
    chosen = [by_key[key] for key in keys] or list(item.members)
    bands = [member for member in chosen if len(member.bands) == 1 and "visual" not in member.roles]
    alone = [member for member in chosen if member not in bands or len(bands) == 1]
    groups = [
        Group(kind="single", title=f"{item.id} {member.title}", members=(member.href,), captured=item.captured)
        for member in alone
    ]
    if len(bands) > 1:
        stack = tuple(member.href for member in bands)
        groups.append(Group(kind="stack", title=item.id, members=stack, captured=item.captured))
    return tuple(groups)


def _is_raster(asset: object) -> bool:
    if not isinstance(asset, Mapping) or not isinstance(asset.get("href"), str):
        return False
    if _SIDE_ROLES & set(asset.get("roles") or ()):
        return False
    media = str(asset.get("type") or "").split(";")[0].strip().lower()
    path = str(asset["href"]).split("?")[0].lower()
    return media in _MEDIA if media else path.endswith((".tif", ".tiff", ".jp2"))


def _member(key: str, asset: Mapping[str, Any], base: str) -> StacMember:
    href = str(asset["href"])
    if "://" not in href and not href.startswith("/"):
        href = urljoin(base, href) if "://" in base else str(Path(base).parent / href)
    listed = asset.get("bands") or asset.get("eo:bands") or asset.get("raster:bands") or ()
    bands = tuple(_band(band, f"b{i}") for i, band in enumerate(listed, 1) if isinstance(band, Mapping))
    gsd = asset.get("gsd") or asset.get("raster:spatial_resolution")
    return StacMember(
        key=key,
        title=str(asset.get("title") or key),
        href=href,
        roles=tuple(map(str, asset.get("roles") or ())),
        bands=bands,
        gsd_m=float(gsd) if isinstance(gsd, (int, float)) and gsd > 0 else None,
    )


def _band(band: Mapping[str, Any], otherwise: str) -> StacBand:
    common = str(band.get("eo:common_name") or band.get("common_name") or "")
    color = _COMMON_NAMES.get(common, cast(ColorRole, common if common in get_args(ColorRole) else "undefined"))
    center = band.get("eo:center_wavelength") or band.get("center_wavelength")
    wavelength = float(center) * 1000.0 if isinstance(center, (int, float)) else None
    return StacBand(name=str(band.get("name") or common or otherwise), color=color, wavelength_nm=wavelength)


class _CheckedRedirects(urllib.request.HTTPRedirectHandler):
    """Follows redirects only to hosts that are allowed, too."""

    def __init__(self, trust: Trust) -> None:
        self._trust = trust

    def redirect_request(self, req: Any, fp: Any, code: int, msg: str, headers: Any, newurl: str) -> Any:
        self._trust.check_address(newurl)
        return super().redirect_request(req, fp, code, msg, headers, newurl)


def _fetched(address: str, trust: Trust) -> bytes:
    """Return the bytes behind an allowed address, one more than the largest item at most."""
    trust.check_address(address)
    if not address.startswith(("http://", "https://")):
        raise RasterError(f"STAC items are read over http and https, not from {address}; save it and give the file")
    opener = urllib.request.build_opener(_CheckedRedirects(trust))
    try:
        with opener.open(address, timeout=_SECONDS) as answer:
            data: bytes = answer.read(_LARGEST_ITEM + 1)
            return data
    except urllib.error.URLError as error:
        raise AssetMissing(f"the STAC item {address} cannot be fetched: {error.reason}", path=address) from error
