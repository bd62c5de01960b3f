"""Who asks: the session of a request, and the keys that prove it.

One secret per workspace, the token. Everything else is derived from it, so nothing has to be remembered between two
starts: the cookie is signed, and the path token for GIS programs (which ends up in project files that people pass on)
is another word that can only read.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import time
from dataclasses import dataclass
from typing import Literal

from geo3d.store.contract import Store

Grant = Literal["owner", "guest", "read"]
"""``owner``: knows the token; ``guest``: knows the password; ``read``: a GIS program with the path token."""

COOKIE_DAYS = 90
_SEPARATOR = "~"  # allowed in cookies, and no part of an id


@dataclass(frozen=True)
class Session:
    """What a request has proved."""

    grant: Grant
    actor: str | None = None
    """Id of the person; None until a name was given."""
    is_cookie: bool = False
    """True where a browser sends it by itself, so that the origin of a write must be looked at."""


@dataclass(frozen=True)
class Keys:
    """A workspace's secrets."""

    token: str
    read_token: str
    """For paths: reads tiles and labels, nothing else."""
    cookie_name: str
    """Cookies ignore ports: two workspaces on one machine need two names."""
    cookie_key: bytes
    password_hash: bytes | None = None

    @classmethod
    def of(cls, store: Store, password_hash: bytes | None = None) -> Keys:
        """Return a workspace's keys; the token is made the first time.

        Args:
            store: Where the token and the password's hash are kept.
            password_hash: Replaces the stored one.
        """
        stored = store.setting("token") or store.setting("token", secrets.token_urlsafe(32).encode())
        token = (stored or b"").decode()
        kept = store.setting("password", password_hash) if password_hash else store.setting("password")
        fingerprint = hashlib.sha256(token.encode()).hexdigest()[:8]
        return cls(
            token=token,
            read_token=base64.urlsafe_b64encode(_mac(token.encode(), b"read")[:24]).decode(),
            cookie_name=f"geo3d-{fingerprint}",
            cookie_key=_mac(token.encode(), b"cookie" + (kept or b"")),  # a new password ends all sessions
            password_hash=kept,
        )

    def is_token(self, given: str) -> bool:
        """Compare with the token in constant time."""
        return hmac.compare_digest(given.encode(), self.token.encode())

    def is_read_token(self, given: str) -> bool:
        """Compare with the path token in constant time; the token itself opens paths too."""
        return hmac.compare_digest(given.encode(), self.read_token.encode()) or self.is_token(given)

    def cookie_of(self, session: Session, now_s: float | None = None) -> str:
        """Return the signed value of a session's cookie."""
        issued = int(time.time() if now_s is None else now_s)
        text = _SEPARATOR.join((session.grant, session.actor or "", str(issued)))
        return text + _SEPARATOR + _mac(self.cookie_key, text.encode()).hex()[:40]

    def session_of(self, cookie: str, now_s: float | None = None) -> Session | None:
        """Return the session a cookie proves; None when it is forged, expired or nonsense."""
        text, _, signature = cookie.rpartition(_SEPARATOR)
        if not hmac.compare_digest(_mac(self.cookie_key, text.encode()).hex()[:40].encode(), signature.encode()):
            return None
        grant, actor, issued = text.split(_SEPARATOR)
        if (time.time() if now_s is None else now_s) - int(issued) > COOKIE_DAYS * 86400:
            return None
        return Session("owner" if grant == "owner" else "guest", actor or None, is_cookie=True)

    def set_cookie(self, session: Session, *, is_https: bool) -> str:
        """Return the value of the Set-Cookie header that gives a browser this session."""
        secure = "; Secure" if is_https else ""
        value = self.cookie_of(session)
        return f"{self.cookie_name}={value}; Path=/; Max-Age={COOKIE_DAYS * 86400}; HttpOnly; SameSite=Strict{secure}"


def _mac(key: bytes, text: bytes) -> bytes:
    return hmac.new(key, text, hashlib.sha256).digest()
