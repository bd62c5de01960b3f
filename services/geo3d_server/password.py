"""Passwords: hashed by scrypt, guessed slowly."""

from __future__ import annotations

import hashlib
import hmac
import os
import threading
import time
from collections import deque

from geo3d.errors import OptionError, TooManyAttempts

MIN_LENGTH = 8
# RFC 7914's interactive setting: 16 MiB and some 50 ms for each guess
N, R, P = 1 << 14, 8, 1


def hashed(password: str) -> bytes:
    """Return ``scrypt$N$r$p$salt$hash`` for a password.

    Raises:
        OptionError: The password is too short to be one.
    """
    if len(password) < MIN_LENGTH:
        raise OptionError(f"a password needs at least {MIN_LENGTH} characters")
    salt = os.urandom(16)
    return f"scrypt${N}${R}${P}${salt.hex()}${_scrypt(password, salt, N, R, P).hex()}".encode()


def is_password(password: str, stored: bytes) -> bool:
    """Say whether a password is the one behind a stored hash, in constant time."""
    _, n, r, p, salt, expected = stored.decode().split("$")
    found = _scrypt(password, bytes.fromhex(salt), int(n), int(r), int(p))
    return hmac.compare_digest(found, bytes.fromhex(expected))


def _scrypt(password: str, salt: bytes, n: int, r: int, p: int) -> bytes:
    return hashlib.scrypt(password.encode(), salt=salt, n=n, r=r, p=p, dklen=32, maxmem=64 << 20)


class Throttle:
    """Counts wrong guesses, of one address and of all, over the last minute. Thread-safe."""

    def __init__(self, per_address: int = 5, altogether: int = 50, window_s: float = 60.0) -> None:
        """Allow so many guesses in so many seconds."""
        self._limits = (per_address, altogether)
        self._window_s = window_s
        self._guesses: dict[str, deque[float]] = {}
        self._lock = threading.Lock()

    def guess(self, address: str) -> None:
        """Count a guess before it is looked at, so that guesses in parallel count too.

        Raises:
            TooManyAttempts: There were too many lately; ``retry_after_s`` says when the next is heard.
        """
        now = time.monotonic()
        with self._lock:
            self._forget(now)
            for key, limit in zip((address, ""), self._limits, strict=True):
                times = self._guesses.get(key, deque())
                if len(times) >= limit:
                    wait = self._window_s - (now - times[0])
                    raise TooManyAttempts(f"too many wrong passwords; try again in {wait:.0f} s", retry_after_s=wait)
            for key in (address, ""):
                self._guesses.setdefault(key, deque()).append(now)

    def forgive(self, address: str) -> None:
        """Take back the newest guess of an address: it was right."""
        with self._lock:
            for key in (address, ""):
                if self._guesses.get(key):
                    self._guesses[key].pop()

    def _forget(self, now: float) -> None:
        for key, times in list(self._guesses.items()):
            while times and now - times[0] > self._window_s:
                times.popleft()
            if not times:
                del self._guesses[key]
