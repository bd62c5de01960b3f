"""Nonsense at every endpoint: always an answer, never a stack trace, never a 500."""

from __future__ import annotations

import itertools
import socket
from typing import Any

import httpx
import pytest

from tests.live import LiveServer
from tests.server.conftest import polygon, put

SNEAKY = ("%00", "..", "%2e%2e%2f%2e%2e%2fetc%2fpasswd", "' OR 1=1 --")
ODD = (*SNEAKY, "", "0", "-1", "nan", "1e300", "a" * 3000, "💥", "9223372036854775808", "99999999999999999999")
BODIES: tuple[Any, ...] = (None, [], {}, {"x": 1}, "text", 7, [[[[]]]], {"client_id": None}, {"title": {"a": 1}})


@pytest.fixture(scope="module")
def paths(ada: httpx.Client) -> dict[str, list[str]]:
    """Every path of the interface with its verbs."""
    document = ada.get("/api/openapi.json").json()
    return {path: list(operations) for path, operations in document["paths"].items() if "feed" not in path}


def filled(path: str, scene: str, odd: str) -> str:
    """Put something odd in every place of a path; a real scene where there is one, to get further."""
    parts = [scene if part == "{scene}" else odd if "{" in part else part for part in path.split("/")]
    return "/".join(parts)


def check(answer: httpx.Response, what: str) -> None:
    assert answer.status_code < 500, f"{what}: {answer.status_code} {answer.text[:300]}"
    assert "Traceback" not in answer.text
    if answer.status_code >= 400:
        assert answer.headers["content-type"] == "application/problem+json", what


def test_odd_paths(ada: httpx.Client, scene: str, paths: dict[str, list[str]]) -> None:
    for (path, verbs), odd in itertools.product(paths.items(), ODD):
        if "{" not in path.replace("{scene}", ""):
            continue
        for verb in verbs:
            address = filled(path, scene, odd)
            check(ada.request(verb, address, json={} if verb in ("post", "patch") else None), f"{verb} {address[:200]}")


def test_odd_queries(ada: httpx.Client, scene: str) -> None:
    names = ("bbox", "frame", "sample", "label", "state", "since", "ids", "fids", "after", "limit", "kind")
    for name, odd in itertools.product(names, ODD):
        check(ada.get(f"/api/scenes/{scene}/annotations?{name}={odd}&frame=px"), f"{name}={odd[:50]}")
    for path in ("commits", "labels/WebMercatorQuad/0/0/0.mvt", "counts"):
        for odd in ODD:
            check(ada.get(f"/api/scenes/{scene}/{path}?since={odd}&limit={odd}"), path)


def test_odd_bodies(ada: httpx.Client, scene: str, paths: dict[str, list[str]]) -> None:
    for path, verbs in paths.items():
        for verb, body in itertools.product(set(verbs) & {"post", "patch"}, BODIES):
            address = filled(path, scene, "x")
            check(ada.request(verb, address, json=body), f"{verb} {address} {body!r}")
            check(ada.request(verb, address, content=b"\xff\xfe", headers={"Content-Type": "text/plain"}), address)


def test_odd_tiles(ada: httpx.Client) -> None:
    for odd in ODD:
        for path in ("{}", "{}/info", "x/{}", "{}/v/native/0/0/0.png", "x/v/{}/0/0/0.png", "x/v/native/{}/0/0.raw"):
            address = f"/api/tiles/{path.format(odd)}"
            check(ada.get(address), address[:200])


@pytest.mark.parametrize(
    "geometry",
    [
        {"kind": "polygon", "frame": "px", "exterior": [], "holes": []},
        {"kind": "polygon", "frame": "px", "exterior": [[0, 0]], "holes": [[]]},
        {"kind": "polygon", "frame": "px", "exterior": [[1e308, 1e308], [-1e308, 0], [0, 1e308]], "holes": []},
        {"kind": "polyline", "frame": "px", "path": []},
        {"kind": "point", "frame": "px", "position": [1e300, -1e300]},
        {"kind": "box", "frame": "px", "center": [0, 0], "size": [1e-320, 1e308], "angle": 1e300},
        {"kind": "mask", "frame": "px", "size": [10**9, 10**9], "counts": [10**18]},
        {"kind": "mask", "frame": "px", "origin": [0, 0], "size": [3, 3], "runs": [1, 10**15]},
        {"kind": "segment", "frame": "px", "layer": "nothing", "value": 1},
        {"kind": "segment", "frame": "px", "layer": "nothing", "value": 2**64 - 1},
    ],
)
def test_odd_geometries(ada: httpx.Client, scene: str, geometry: dict[str, Any]) -> None:
    document = {**polygon("odd", scene), "geometry": geometry}
    body = {"client_id": "odd", "actor": ada.get("/api/session").json()["id"], "changes": [put(document)]}
    check(ada.post(f"/api/scenes/{scene}/changes", json=body), str(geometry))
    changes = [put({**document, "sample": 2**64 - 1})]
    check(ada.post(f"/api/scenes/{scene}/changes", json={**body, "client_id": "late", "changes": changes}), "sample")
    for path in ("annotations", "counts", "labels/WebMercatorQuad/0/0/0.mvt", "at/3"):
        check(ada.get(f"/api/scenes/{scene}/{path}"), path)


def raw(server: LiveServer, request: bytes) -> bytes:
    with socket.create_connection(("127.0.0.1", server.port), timeout=20) as connection:
        connection.sendall(request)
        connection.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := connection.recv(65536):
            answer += piece
    return answer


@pytest.mark.parametrize(
    "request_",
    [
        b"GET / HTTP/1.1\r\n\r\n",
        b"GET /api/project HTTP/1.1\r\nHost: 127.0.0.1\r\nHost: evil.example\r\n\r\n",
        b"GET http://evil.example/ HTTP/1.1\r\nHost: evil.example\r\n\r\n",
        b"POST /api/scenes HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: -5\r\n\r\n",
        b"POST /api/scenes HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 99999999999999999999\r\n\r\n",
        b"POST /api/scenes HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"GET /" + b"a" * 100_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nX: " + b"a" * 200_000 + b"\r\n\r\n",
        b"GET /\x00 HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03",
        b"",
    ],
    ids=lambda request: str(request[:40]),
)
def test_odd_wire(server: LiveServer, request_: bytes) -> None:
    answer = raw(server, request_)
    status = answer[9:12]
    assert status in (b"", b"400", b"401", b"403", b"404", b"411", b"413", b"414", b"431"), answer[:300]
    assert httpx.get(f"{server.base}/healthz").status_code == 200
