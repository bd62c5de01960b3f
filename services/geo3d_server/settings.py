"""What one server is told from outside: by the command line, or by variables that begin with ``GEO3D_``."""

from __future__ import annotations

import os
from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import Field, PositiveFloat, PositiveInt, SecretStr, field_validator
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

MIB = 1 << 20
GIB = 1 << 30
Names = Annotated[tuple[str, ...], NoDecode]
"""Several names: a tuple in Python, a comma-separated list in the environment."""


class Settings(BaseSettings):
    """Everything that may differ between two servers. Read once, by whoever calls `create_app`."""

    model_config = SettingsConfigDict(env_prefix="GEO3D_", frozen=True, extra="forbid")

    directory: Path
    """The workspace."""
    host: str = "127.0.0.1"
    """Address to listen on; anything but this machine's loopback needs a password."""
    port: int = Field(default=8765, ge=0, le=65535)
    """0 lets the system choose."""
    password: SecretStr | None = None
    """Set (or replace) the workspace's password; None keeps the one that is set."""
    allowed_hosts: Names = ()
    """Names under which a browser may reach this server, besides this machine's own: ``labels.example.org``."""
    remote_hosts: Names = ()
    """Hosts from which the owner may register files by URL."""
    viewer: Path = Path(__file__).parent / "_viewer"
    """The built viewer."""
    max_json_bytes: PositiveInt = 32 * MIB
    """Largest request body that is not an upload."""
    max_upload_bytes: PositiveInt = 64 * GIB
    """Largest upload, all its files together."""
    n_jobs: PositiveInt = Field(default_factory=lambda: max(1, min(4, (os.cpu_count() or 2) // 2)))
    """Jobs that run at the same time, each in a process of its own."""
    poll_s: PositiveFloat = 0.4
    """Seconds between looks for commits of other processes (only while somebody listens)."""
    heartbeat_s: PositiveFloat = 15.0
    """Seconds of silence after which an event stream sends a comment, so that proxies keep it open."""
    send_timeout_s: PositiveFloat = 30.0
    """Seconds after which a client that does not read its event stream is dropped; it resumes where it was."""

    @field_validator("allowed_hosts", "remote_hosts", mode="before")
    @classmethod
    def _split(cls, value: object) -> object:
        return tuple(name.strip() for name in value.split(",") if name.strip()) if isinstance(value, str) else value

    @property
    def is_loopback(self) -> bool:
        """Whether only this machine can reach the server."""
        return is_loopback(self.host)


def is_loopback(host: str) -> bool:
    """Say whether a host name or address means this machine alone."""
    if host == "localhost":
        return True
    try:
        return ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
