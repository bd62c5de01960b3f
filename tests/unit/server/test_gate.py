"""The gate in front of an application that answers everything with what it was let in as."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest
from starlette.responses import JSONResponse
from starlette.types import ASGIApp, Receive, Scope, Send

from geo3d_server.gate import SESSION, Gate, Hosts, is_at_the_machine
from geo3d_server.session import Keys, Session
from geo3d_server.settings import Settings, is_loopback

KEYS = Keys("t" * 43, "r" * 32, "geo3d-test", b"k" * 32, b"scrypt$...")
HOST = "127.0.0.1:8765"


async def echo(scope: Scope, receive: Receive, send: Send) -> None:
    session: Session | None = scope.get(SESSION)
    said = {"grant": session.grant if session else None, "actor": session.actor if session else None}
    await JSONResponse({**said, "root": scope.get("root_path", "")})(scope, receive, send)


def gate(**settings: Any) -> ASGIApp:
    return Gate(echo, KEYS, Hosts(Settings(directory=Path("nowhere"), **settings)))


def ask(
    path: str, method: str = "GET", headers: Mapping[str, Any] | None = None, app: ASGIApp | None = None
) -> httpx.Response:
    async def go() -> httpx.Response:
        transport = httpx.ASGITransport(app or gate())  # type: ignore[arg-type]
        async with httpx.AsyncClient(transport=transport, base_url=f"http://{HOST}") as client:
            return await client.request(method, path, headers=headers or {})

    return asyncio.run(go())


def cookie(grant: Any = "owner", actor: str | None = "ada") -> dict[str, str]:
    return {"Cookie": f"other=1; geo3d-test={KEYS.cookie_of(Session(grant, actor, True))}"}


BEARER = {"Authorization": "Bearer " + "t" * 43}


# ---------------------------------------------------------------- who


def test_nobody_is_let_into_the_interface() -> None:
    answer = ask("/api/project")
    assert answer.status_code == 401
    assert answer.headers["content-type"] == "application/problem+json"
    assert "www-authenticate" in answer.headers


def test_health_is_open() -> None:
    assert ask("/healthz").status_code == 200


def test_a_bearer_is_the_owner() -> None:
    assert ask("/api/project", headers=BEARER).json()["grant"] == "owner"


@pytest.mark.parametrize("value", ["Bearer wrong", "Bearer ", "Bearer " + "t" * 42, "bearer ünïcode".encode()])
def test_a_wrong_bearer_is_refused(value: Any) -> None:
    assert ask("/api/project", headers={"Authorization": value}).status_code == 401


def test_a_cookie_carries_its_actor() -> None:
    assert ask("/api/project", headers=cookie("guest")).json() == {"grant": "guest", "actor": "ada", "root": ""}


@pytest.mark.parametrize(
    "change",
    [
        lambda v: v[:-1] + "0" if v[-1] != "0" else v[:-1] + "1",
        lambda v: v.replace("guest", "owner"),
        lambda v: "",
        lambda v: "a~b~c~d",
    ],
)
def test_a_forged_cookie_is_nobody(change: Any) -> None:
    value = KEYS.cookie_of(Session("guest", "ada", True))
    assert ask("/api/project", headers={"Cookie": f"geo3d-test={change(value)}"}).status_code == 401


def test_a_cookie_ends_after_its_days() -> None:
    old = KEYS.cookie_of(Session("owner", "ada", True), now_s=0)
    assert KEYS.session_of(old, now_s=3600) == Session("owner", "ada", True)
    assert KEYS.session_of(old, now_s=100 * 86400) is None


def test_the_token_in_the_address_becomes_a_cookie() -> None:
    answer = ask("/?scene=a%20b&token=" + "t" * 43)
    assert (answer.status_code, answer.headers["location"]) == (303, "/?scene=a+b")
    given = answer.headers["set-cookie"]
    assert all(word in given for word in ("HttpOnly", "SameSite=Strict", "Path=/"))
    assert "t" * 43 not in given
    value = given.split(";")[0].partition("=")[2]
    assert KEYS.session_of(value) == Session("owner", None, True)


def test_the_exchange_keeps_the_name() -> None:
    answer = ask("/?token=" + "t" * 43, headers=cookie("guest", "ada"))
    value = answer.headers["set-cookie"].split(";")[0].partition("=")[2]
    assert KEYS.session_of(value) == Session("owner", "ada", True)


def test_a_wrong_token_in_the_address_says_so() -> None:
    answer = ask("/?token=wrong")
    assert answer.status_code == 401
    assert "set-cookie" not in answer.headers
    assert "not the workspace" in answer.text


@pytest.mark.parametrize("path", ["//evil.example/x?token=", "/%5C%5Cevil.example?token="])
def test_the_exchange_never_leads_elsewhere(path: str) -> None:
    location = ask(path + "t" * 43).headers["location"]
    assert location.startswith("/")
    assert location[1:2] not in ("/", "\\")


def test_a_stranger_sees_the_password_page() -> None:
    answer = ask("/")
    assert answer.status_code == 401
    assert 'type="password"' in answer.text
    assert "default-src 'none'" in answer.headers["content-security-policy"]


def test_a_journey_from_another_site_goes_on_once() -> None:
    assert 'http-equiv="refresh"' in ask("/demo", headers={"Sec-Fetch-Site": "cross-site"}).text
    assert 'http-equiv="refresh"' not in ask("/demo", headers={"Sec-Fetch-Site": "same-origin"}).text


# ---------------------------------------------------------------- the path token


@pytest.mark.parametrize("token", ["r" * 32, "t" * 43])
@pytest.mark.parametrize("path", ["api/tiles/a/native/0/0/0.png", "api/scenes/a/labels/WebMercatorQuad/0/0/0.mvt"])
def test_a_path_token_reads_tiles_and_labels(token: str, path: str) -> None:
    answer = ask(f"/t/{token}/{path}")
    assert answer.json() == {"grant": "read", "actor": None, "root": f"/t/{token}"}


@pytest.mark.parametrize(
    "path",
    [
        "api/project",
        "api/scenes/a/annotations",
        "api/scenes/labels/annotations",
        "api/scenes",
        "api/jobs",
        "",
        "healthz",
    ],
)
def test_a_path_token_reads_nothing_else(path: str) -> None:
    assert ask(f"/t/{'r' * 32}/{path}").status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
def test_a_path_token_never_writes(method: str) -> None:
    assert ask(f"/t/{'t' * 43}/api/tiles/a", method).status_code == 403


def test_a_wrong_path_token_is_refused() -> None:
    assert ask("/t/wrong/api/tiles/a").status_code == 401


def test_a_path_token_is_no_bearer() -> None:
    assert ask("/api/project", headers={"Authorization": "Bearer " + "r" * 32}).status_code == 401


# ---------------------------------------------------------------- host and origin


@pytest.mark.parametrize("host", ["127.0.0.1:8765", "localhost:8765", "LOCALHOST", "[::1]:8765", "127.0.0.1"])
def test_this_machines_names_are_ours(host: str) -> None:
    assert ask("/healthz", headers={"Host": host}).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "evil.example:8765", "192.168.1.5:8765", "", "127.0.0.1.evil.example", "[::2]"]
)
def test_other_names_are_refused_on_loopback(host: str) -> None:
    answer = ask("/healthz", headers={"Host": host})
    assert answer.status_code == 403


def test_a_name_can_be_allowed() -> None:
    app = gate(allowed_hosts=("labels.example.org",))
    assert ask("/healthz", headers={"Host": "labels.example.org"}, app=app).status_code == 200


def test_a_public_server_answers_to_addresses_but_not_to_foreign_names() -> None:
    app = gate(host="0.0.0.0")
    assert ask("/healthz", headers={"Host": "192.168.1.5:8765"}, app=app).status_code == 200
    assert ask("/healthz", headers={"Host": "evil.example:8765"}, app=app).status_code == 403


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH", "DELETE"])
@pytest.mark.parametrize(
    "origin", ["http://evil.example", "null", "http://127.0.0.1:9999", "http://localhost:8765", ""]
)
def test_writes_from_other_pages_are_refused(method: str, origin: str) -> None:
    assert ask("/api/project/changes", method, {**cookie(), "Origin": origin}).status_code == 403


def test_writes_from_our_page_pass() -> None:
    assert ask("/api/project/changes", "POST", {**cookie(), "Origin": f"http://{HOST}"}).status_code == 200


def test_a_cookie_without_origin_does_not_write() -> None:
    assert ask("/api/project/changes", "POST", cookie()).status_code == 403
    assert ask("/api/project/changes", "POST", {**cookie(), "Sec-Fetch-Site": "same-origin"}).status_code == 200


def test_a_program_needs_no_origin() -> None:
    assert ask("/api/project/changes", "POST", BEARER).status_code == 200


def test_a_login_from_another_page_is_refused() -> None:
    assert ask("/login", "POST", {"Origin": "http://evil.example"}).status_code == 403


def test_every_answer_is_guarded() -> None:
    for path in ("/healthz", "/api/project", "/"):
        headers = ask(path).headers
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["cross-origin-resource-policy"] == "same-origin"
        assert headers["referrer-policy"] == "same-origin"


# ---------------------------------------------------------------- at the machine


@pytest.mark.parametrize(
    ("client", "headers", "expected"),
    [
        (("127.0.0.1", 5), [], True),
        (("::1", 5), [], True),
        (("192.168.1.5", 5), [], False),
        (("127.0.0.1", 5), [(b"x-forwarded-for", b"127.0.0.1")], False),
        (("127.0.0.1", 5), [(b"forwarded", b"for=10.0.0.1")], False),
        (None, [], False),
    ],
)
def test_at_the_machine(client: Any, headers: Any, expected: bool) -> None:
    assert is_at_the_machine({"client": client, "headers": headers}) is expected


@pytest.mark.parametrize(
    ("host", "expected"),
    [
        ("127.0.0.1", True),
        ("127.8.8.8", True),
        ("::1", True),
        ("localhost", True),
        ("0.0.0.0", False),
        ("::", False),
        ("10.0.0.1", False),
        ("example.org", False),
    ],
)
def test_loopback(host: str, expected: bool) -> None:
    assert is_loopback(host) is expected
