"""Signing in: by the address, by password, by bearer; and what each may do."""

from __future__ import annotations

import re
import signal
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from geo3d.errors import OptionError, StoreError
from geo3d.labels import new_id
from geo3d.workspace import Workspace
from geo3d_server.app import create_app
from geo3d_server.main import listen, url_of
from geo3d_server.settings import Settings
from tests.live import PATIENCE_S, LiveServer, actor_of
from tests.server.conftest import change_set, polygon, put


def test_health_asks_for_nothing(server: LiveServer) -> None:
    answer = httpx.get(f"{server.base}/healthz")
    assert answer.json()["status"] == "ok"


def test_nothing_else_is_open(server: LiveServer) -> None:
    for path in ("/api/project", "/api/scenes", "/api/docs", "/api/openapi.json", "/api/tiles/x/info", "/api/jobs"):
        answer = httpx.get(f"{server.base}{path}")
        assert (path, answer.status_code) == (path, 401)
        assert answer.json()["type"] == "urn:geo3d:sign-in-required"


def test_the_address_opens_the_viewer_once(server: LiveServer) -> None:
    with httpx.Client(base_url=server.base) as browser:
        answer = browser.get(f"/?token={server.token}")
        assert (answer.status_code, answer.headers["location"]) == (303, "/")
        assert server.token not in answer.headers["set-cookie"]
        assert browser.get("/").status_code in (200, 503)
        assert browser.get("/api/project").status_code == 200


def test_a_name_is_asked_once(server: LiveServer, ada: httpx.Client) -> None:
    with server.person(None) as nobody:
        assert nobody.get("/api/session").json()["id"] is None
    with server.person("Carla") as carla:
        first = carla.get("/api/session").json()
        assert (first["name"], first["role"]) == ("Carla", "annotator")
    with server.person("  carla ") as again:
        assert again.get("/api/session").json()["id"] == first["id"]
    members = ada.get("/api/project").json()["members"]
    assert [member["name"] for member in members].count("Carla") == 1
    assert ada.get("/api/session").json()["role"] == "owner"


@pytest.mark.parametrize("name", ["", "   ", "x" * 81, None, 7])
def test_a_name_must_be_one(ada: httpx.Client, name: object) -> None:
    assert ada.post("/api/session", json={"name": name}).status_code == 422


def test_people_who_join_at_the_same_moment_all_join(server: LiveServer) -> None:
    from concurrent.futures import ThreadPoolExecutor

    def join(k: int) -> str:
        with server.person(f"Person {k}") as client:
            return actor_of(client)

    with ThreadPoolExecutor(4) as pool:
        actors = list(pool.map(join, range(8)))
    assert len(set(actors)) == 8


def test_requests_for_other_hosts_and_from_other_pages_are_refused(server: LiveServer, ada: httpx.Client) -> None:
    assert ada.get("/api/project", headers={"Host": "evil.example"}).status_code == 403
    answer = ada.post("/api/scenes", json={"title": "x"}, headers={"Origin": "http://evil.example"})
    assert answer.status_code == 403


def test_pages_carry_their_policies(ada: httpx.Client) -> None:
    for path in ("/", "/api/docs"):
        answer = ada.get(path)
        policy = answer.headers["content-security-policy"]
        assert "frame-ancestors 'none'" in policy
        assert "unsafe-inline" not in policy
        assert answer.headers["x-content-type-options"] == "nosniff"


def test_the_documentation_loads_nothing_from_elsewhere(ada: httpx.Client) -> None:
    html = ada.get("/api/docs").text
    assert not re.search(r"(src|href)=\"?(https?:)?//", html)
    assert "<script" not in html
    assert "/api/scenes/{scene}/annotations" in html


# ---------------------------------------------------------------- with a password

PASSWORD = "correct horse"


@pytest.fixture(scope="module")
def public(tmp_path_factory: pytest.TempPathFactory) -> Iterator[LiveServer]:
    """A server that others can reach."""
    folder = tmp_path_factory.mktemp("public")
    Workspace.create(folder).close()
    with LiveServer(folder, host="0.0.0.0", GEO3D_PASSWORD=PASSWORD) as running:
        yield running


def login(server: LiveServer, password: str, client: httpx.Client) -> httpx.Response:
    return client.post("/login", data={"password": password, "next": "/demo"})


def guest_of(server: LiveServer) -> httpx.Client:
    return httpx.Client(base_url=server.base, headers={"Origin": server.base}, timeout=PATIENCE_S)


def test_a_public_server_needs_a_password(tmp_path: Path) -> None:
    Workspace.create(tmp_path).close()
    with pytest.raises(OptionError, match="GEO3D_PASSWORD"):
        create_app(Settings(directory=tmp_path, host="0.0.0.0"))
    with pytest.raises(OptionError, match="8 characters"):
        create_app(Settings(directory=tmp_path, host="0.0.0.0", password="short"))
    create_app(Settings(directory=tmp_path, host="0.0.0.0", password=PASSWORD)).state.geo3d.close()
    # it is remembered
    create_app(Settings(directory=tmp_path, host="0.0.0.0")).state.geo3d.close()
    with Workspace.open(tmp_path) as workspace:
        stored = workspace.store.setting("password")
    assert stored is not None
    assert PASSWORD.encode() not in stored


def test_no_workspace_no_server(tmp_path: Path) -> None:
    with pytest.raises(StoreError, match="geo3d init"):
        create_app(Settings(directory=tmp_path))


def test_the_password_opens(public: LiveServer) -> None:
    with guest_of(public) as guest:
        assert 'type="password"' in guest.get("/").text
        assert login(public, "wrong horse", guest).status_code == 403
        assert guest.get("/api/project").status_code == 401
        answer = login(public, PASSWORD, guest)
        assert (answer.status_code, answer.headers["location"]) == (303, "/demo")
        assert guest.get("/api/project").status_code == 200
        assert guest.get("/api/session").json()["is_owner"] is False


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/x", "\\\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_elsewhere(public: LiveServer, target: str) -> None:
    with guest_of(public) as guest:
        location = guest.post("/login", data={"password": PASSWORD, "next": target}).headers["location"]
        assert location.startswith("/")
        assert location[1:2] not in ("/", "\\")


def test_guests_do_not_register_files_or_take_the_owners_name(public: LiveServer) -> None:
    with public.person("Owner") as owner, guest_of(public) as guest:
        scene = owner.post("/api/scenes", json={"title": "S"}).json()["id"]
        assert owner.get("/api/session").json()["role"] == "owner"
        login(public, PASSWORD, guest)
        assert guest.post("/api/session", json={"name": "owner"}).status_code == 403
        assert guest.post("/api/session", json={"name": "Guest"}).status_code == 200
        answer = guest.post(f"/api/scenes/{scene}/assets", json={"hrefs": ["/etc/passwd"]})
        assert answer.status_code == 403
        assert guest.delete(f"/api/scenes/{scene}").status_code == 403
        project = guest.get("/api/project").json()
        promoted = [{**member, "role": "owner"} for member in project["members"]]
        change = {"op": "put", "document": {**project, "members": promoted}, "base": project["revision"]}
        me = guest.get("/api/session").json()["id"]
        body = {"client_id": new_id(), "actor": me, "changes": [change]}
        assert guest.post("/api/project/changes", json=body).status_code == 403


def test_guesses_are_slowed_down(tmp_path: Path) -> None:
    Workspace.create(tmp_path).close()
    with LiveServer(tmp_path, host="0.0.0.0", GEO3D_PASSWORD=PASSWORD) as server, guest_of(server) as guest:
        statuses = [login(server, f"guess number {k}", guest).status_code for k in range(7)]
        assert statuses == [403] * 5 + [429] * 2
        answer = login(server, PASSWORD, guest)
        assert answer.status_code == 429
        assert int(answer.headers["retry-after"]) > 0


def test_a_new_password_ends_all_sessions(tmp_path: Path) -> None:
    Workspace.create(tmp_path).close()
    with LiveServer(tmp_path, host="0.0.0.0", GEO3D_PASSWORD=PASSWORD) as server:
        with guest_of(server) as guest:
            login(server, PASSWORD, guest)
            cookies = dict(guest.cookies)
        server.stop()
        server._variables["GEO3D_PASSWORD"] = "another horse"
        server.start()
        with guest_of(server) as guest:
            guest.cookies.update(cookies)
            assert guest.get("/api/project").status_code == 401


def test_viewers_may_look_only(server: LiveServer, ada: httpx.Client, scene: str) -> None:
    with server.person("Vera") as vera:
        project = ada.get("/api/project").json()
        members = [{**m, "role": "viewer"} if m["name"] == "Vera" else m for m in project["members"]]
        change = put({**project, "members": members}, base=project["revision"])
        assert ada.post("/api/project/changes", json=change_set(ada, new_id(), change)).status_code == 200
        assert vera.get(f"/api/scenes/{scene}/annotations").status_code == 200
        body = change_set(vera, new_id(), put(polygon("a", scene)))
        assert vera.post(f"/api/scenes/{scene}/changes", json=body).status_code == 403


# ---------------------------------------------------------------- where it listens


def test_the_next_free_port_is_taken() -> None:
    first = listen("127.0.0.1", 0)
    port = first.getsockname()[1]
    second = listen("127.0.0.1", port)
    assert port < second.getsockname()[1] < port + 20
    first.close()
    second.close()


def test_an_address_of_another_machine_is_refused() -> None:
    with pytest.raises(OptionError, match="--port"):
        listen("192.0.2.1", 8765)


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:1/?token=t"),
        ("0.0.0.0", "http://127.0.0.1:1/?token=t"),
        ("::1", "http://[::1]:1/?token=t"),
        ("localhost", "http://localhost:1/?token=t"),
    ],
)
def test_the_address_is_one_a_browser_can_open(host: str, url: str) -> None:
    assert url_of(host, 1, "t") == url


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_stopping_is_quick_with_open_streams(tmp_path: Path, number: signal.Signals) -> None:
    with Workspace.create(tmp_path) as workspace:
        workspace.add_class("Tree")
    server = LiveServer(tmp_path).start()
    with server.person("Ada") as ada:
        scene = ada.post("/api/scenes", json={"title": "S"}).json()["id"]
        with ada.stream("GET", f"/api/scenes/{scene}/feed") as response:
            lines = response.iter_lines()
            next(lines)
            assert server.stop(number) == 0
            assert any(line == "event: ready" for line in lines)
    assert server.log() == ""
    assert not (tmp_path / "workspace.db-wal").exists() or (tmp_path / "workspace.db-wal").stat().st_size == 0
