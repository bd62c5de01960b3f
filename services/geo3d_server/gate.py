"""The gate: every request passes it, before any router and before the tiles.

It asks four things, cheaply: is it us who is meant (Host: DNS rebinding), who asks (cookie, bearer, path token), may
this way in do that (a path token only reads), and does a browser's write come from our own page (Origin: cross-site
requests).
"""

from __future__ import annotations

import re
import socket
from dataclasses import dataclass
from functools import lru_cache
from ipaddress import ip_address
from typing import Any
from urllib.parse import parse_qsl, quote, urlencode

from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from geo3d.errors import Geo3dError, NotPermitted, SignInRequired
from geo3d_server import page
from geo3d_server.errors import answer_to
from geo3d_server.session import Keys, Session
from geo3d_server.settings import Settings, is_loopback

SESSION = "geo3d.session"
"""Key of the `Session` in a request's scope."""

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OPEN = ("/healthz", "/login")
_READ_BY_PATH = re.compile(r"api/(tiles|scenes/[^/]+/labels)/")
_HEADERS = (
    (b"x-content-type-options", b"nosniff"),
    (b"cross-origin-resource-policy", b"same-origin"),
    (b"referrer-policy", b"same-origin"),  # no-referrer would turn the Origin of our own forms into "null"
)


@dataclass(frozen=True)
class _Asked:
    """The headers the gate looks at."""

    host: str = ""
    origin: str | None = None
    cookie: str = ""
    authorization: str = ""
    site: str = ""

    @classmethod
    def of(cls, scope: Scope) -> _Asked:
        found: dict[str, str] = {}
        for name, value in scope["headers"]:
            field = _WANTED.get(name)
            if field is not None:
                text = value.decode("latin-1")
                found[field] = f"{found[field]}; {text}" if field == "cookie" and field in found else text
        return cls(**found)


_WANTED = {
    b"host": "host",
    b"origin": "origin",
    b"cookie": "cookie",
    b"authorization": "authorization",
    b"sec-fetch-site": "site",
}


class Hosts:
    """Which Host headers mean this server."""

    def __init__(self, settings: Settings) -> None:
        """Allow this machine's names, and those the settings add."""
        self._names = {name.lower() for name in settings.allowed_hosts} | {"localhost"}
        self._is_public = not settings.is_loopback
        if self._is_public:
            self._names |= {socket.gethostname().lower(), socket.getfqdn().lower(), settings.host.lower()}
        self.is_ours = lru_cache(maxsize=64)(self._is_ours)

    def _is_ours(self, host: str) -> bool:
        name = host.lower()
        name = name[1 : name.index("]")] if name.startswith("[") and "]" in name else name.rsplit(":", 1)[0]
        if name in self._names:
            return True
        try:
            address = ip_address(name)
        except ValueError:
            return False
        # Rebinding needs a name that changes its mind; an address is what it is.
        return self._is_public or address.is_loopback


class Gate:
    """ASGI middleware that lets a request through with its session, or answers it."""

    def __init__(self, app: ASGIApp, keys: Keys, hosts: Hosts) -> None:
        """Guard an application with a workspace's keys."""
        self._app = app
        self._keys = keys
        self._hosts = hosts
        self._session_of = lru_cache(maxsize=1024)(keys.session_of)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Check, then pass on."""
        if scope["type"] == "lifespan":
            await self._app(scope, receive, send)
            return
        if scope["type"] != "http":  # geo3d speaks no websocket
            await send({"type": "websocket.close", "code": 1000})
            return

        async def send_guarded(message: Message) -> None:
            if message["type"] == "http.response.start":
                message["headers"] = [*message.get("headers", ()), *_HEADERS]
            await send(message)

        try:
            refusal = self._admit(scope)
        except Geo3dError as error:
            refusal = answer_to(error)
        await (refusal or self._app)(scope, receive, send_guarded)

    def _admit(self, scope: Scope) -> Response | None:
        """Put the session into the scope; return an answer where the request ends here."""
        asked = _Asked.of(scope)
        if not self._hosts.is_ours(asked.host):
            raise NotPermitted(
                f"this server is not called {asked.host!r}; allow the name with GEO3D_ALLOWED_HOSTS", host=asked.host
            )
        path: str = scope["path"]
        if path.startswith("/t/"):
            scope[SESSION] = self._session_by_path(scope, path)
            return None
        scope[SESSION] = session = self._session(asked)
        if scope["method"] not in _SAFE and (session is None or session.is_cookie):
            _check_origin(asked)
        if path in _OPEN:
            return None
        if path.startswith("/api/") or path == "/api":
            if session is None:
                raise SignInRequired("sign in first: open the address that geo3d printed, or send its token as bearer")
            return None
        return self._page(scope, asked, session)

    def _session(self, asked: _Asked) -> Session | None:
        scheme, _, given = asked.authorization.partition(" ")
        if scheme.lower() == "bearer":
            if not self._keys.is_token(given.strip()):
                raise SignInRequired("this bearer token is not the workspace's; `geo3d serve` prints the right one")
            return Session("owner")
        for pair in asked.cookie.split(";"):
            name, _, value = pair.strip().partition("=")
            if name == self._keys.cookie_name:
                return self._session_of(value)
        return None

    def _session_by_path(self, scope: Scope, path: str) -> Session:
        """Accept ``/t/TOKEN/api/...``; the application below sees the prefix as its root path."""
        token, _, rest = path[3:].partition("/")
        if not self._keys.is_read_token(token):
            raise SignInRequired("the token in this address is not the workspace's; copy the address anew")
        if scope["method"] not in ("GET", "HEAD") or not _READ_BY_PATH.match(rest):
            raise NotPermitted("a path token reads tiles and label tiles, nothing else; use a bearer token")
        scope["root_path"] = f"/t/{token}"
        return Session("read")

    def _page(self, scope: Scope, asked: _Asked, session: Session | None) -> Response | None:
        """Let a page of the viewer through, exchanging a token in its address for a cookie."""
        path = "/" + scope["path"].lstrip("/\\")
        if b"token=" in scope["query_string"]:
            query = parse_qsl(scope["query_string"].decode("latin-1"), keep_blank_values=True)
            given = dict(query).get("token", "")
            if not self._keys.is_token(given):
                said = "the token in this address is not the workspace's (any more)"
                return page.sign_in(path, has_password=self._keys.password_hash is not None, said=said)
            rest = urlencode([(name, value) for name, value in query if name != "token"])
            actor = session.actor if session else None
            cookie = self._keys.set_cookie(Session("owner", actor), is_https=scope["scheme"] == "https")
            clean = quote(path) + (f"?{rest}" if rest else "")
            return RedirectResponse(clean, 303, {"Set-Cookie": cookie, "Cache-Control": "no-store"})
        if session is None and not path.startswith("/assets/"):
            is_cross_site = asked.site == "cross-site"
            has_password = self._keys.password_hash is not None
            return page.sign_in(quote(path), has_password=has_password, is_cross_site=is_cross_site)
        return None


def session_of(scope: Scope) -> Session:
    """Return who asks; the gate has put it there.

    Raises:
        SignInRequired: Nobody the gate knows.
    """
    session: Session | None = scope.get(SESSION)
    if session is None:
        raise SignInRequired("sign in first: open the address that geo3d printed, or send its token as bearer")
    return session


def is_at_the_machine(scope: Scope) -> bool:
    """Say whether a request was sent on this very machine, and not passed on by a proxy that runs here."""
    client: Any = scope.get("client")
    is_passed_on = any(name in (b"forwarded", b"x-forwarded-for", b"x-real-ip", b"via") for name, _ in scope["headers"])
    return client is not None and is_loopback(client[0]) and not is_passed_on


def _check_origin(asked: _Asked) -> None:
    """Refuse a browser's write that does not come from our own page."""
    if asked.origin is None and asked.site in ("same-origin", "none"):
        return
    if asked.origin is None:
        raise NotPermitted("a write with a cookie must say its Origin; programs send a bearer token instead")
    if asked.origin.partition("://")[2].lower() != asked.host.lower():
        raise NotPermitted(f"a page of {asked.origin!r} may not write here", origin=asked.origin)
