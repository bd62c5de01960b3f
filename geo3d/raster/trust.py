"""Who brought a raster, and therefore what it may make GDAL touch."""

from __future__ import annotations

from pathlib import Path
from typing import Literal
from urllib.parse import urlsplit

from geo3d.errors import RasterRefused
from geo3d.geometry.value import Value


class Trust(Value):
    """What a raster may read besides its own bytes."""

    level: Literal["owner", "uploaded"] = "owner"
    """owner = added on the command line by the person whose machine this is; uploaded = came over HTTP."""
    roots: tuple[str, ...] = ()
    """Folders that files may be read from. Empty = anywhere for the owner; for an upload, its own file and nothing
    else."""
    hosts: tuple[str, ...] = ()
    """Where remote rasters may come from, owner only: ``data.example.org``, ``*.example.org`` (any depth),
    ``localhost:8080``, ``s3://bucket``."""
    is_s3_anonymous: bool = True
    """Ask s3 without credentials (public buckets); False = with those GDAL finds in the process's AWS settings."""

    def check_address(self, address: str) -> None:
        """Let a remote address pass, or refuse it.

        Raises:
            RasterRefused: An upload, a scheme other than http, https and s3, or a host that is not on the list.
        """
        if self.level == "uploaded":
            raise RasterRefused("an uploaded raster must not point to the network; upload its parts as files")
        parts = urlsplit(address)
        if parts.scheme not in ("http", "https", "s3"):
            raise RasterRefused(f"{parts.scheme or address[:40]}:// is not read; http, https and s3 are")
        if parts.username is not None or parts.password is not None:
            raise RasterRefused("an address must not carry a user name or password; they would be stored and shown")
        named = (f"s3://{parts.netloc}",) if parts.scheme == "s3" else (parts.hostname or "", parts.netloc.lower())
        entry = named[0]
        if entry in ("", "s3://") or not any(_matches(allowed.lower(), named) for allowed in self.hosts):
            raise RasterRefused(
                f"{entry or address[:80]} is not on the list of allowed hosts; add it with --allow-host {entry}"
            )

    def check_path(self, path: Path, beside: Path | None = None) -> Path:
        """Let a local path pass, or refuse it.

        Args:
            path: Where a file is said to be; links are followed before it is judged.
            beside: The raster that refers to it, when it is not asked for by itself.

        Returns:
            The path without links.

        Raises:
            RasterRefused: It lies outside the allowed folders.
        """
        real = path.resolve()
        if self.roots:
            allowed = any(real.is_relative_to(Path(root).resolve()) for root in self.roots)
        else:
            allowed = self.level == "owner" or beside is None or real == beside.resolve()
        if not allowed:
            named = path.name if beside is None else f"{path.name}, which {beside.name} refers to,"
            raise RasterRefused(f"{named} lies outside the folders that may be read")
        return real


def _matches(allowed: str, named: tuple[str, ...]) -> bool:
    """Tell whether a list entry covers a host; never by mere text ending (``evilexample.org``)."""
    if allowed.startswith("*."):
        return named[0].endswith(allowed[1:]) and not named[0].startswith("s3://")
    return allowed in named
