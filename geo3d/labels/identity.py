"""Identities: UUIDv7, ordered by time of making, unique without asking anybody."""

from __future__ import annotations

import os
import time
from typing import Annotated
from uuid import UUID

from pydantic import StringConstraints

Id = Annotated[str, StringConstraints(min_length=1, max_length=128, pattern=r"^[A-Za-z0-9][A-Za-z0-9._:\-]*$")]
"""An identifier: a UUIDv7 where geo3d makes it; any plain word where a person or a file names it."""


def new_id(now_ns: int | None = None) -> str:
    """Return a new UUIDv7 (RFC 9562, 5.7) as text.

    Args:
        now_ns: Unix time in nanoseconds; the clock's when None.
    """
    ms = (time.time_ns() if now_ns is None else now_ns) // 1_000_000
    random = int.from_bytes(os.urandom(10), "big")
    value = (ms & (1 << 48) - 1) << 80 | 0x7 << 76 | (random >> 68 & 0xFFF) << 64 | 0b10 << 62 | random & (1 << 62) - 1
    return str(UUID(int=value))
