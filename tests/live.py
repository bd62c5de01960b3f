"""A real server in a process of its own on a free port, for tests that speak HTTP to it."""

from __future__ import annotations

import contextlib
import os
import queue
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, urlsplit

import httpx

ROOT = Path(__file__).resolve().parent.parent
_PROGRAM = """
import sys
from pathlib import Path
from geo3d_server.main import serve
serve(Path(sys.argv[1]), host=sys.argv[2], port=int(sys.argv[3]), is_open=False)
"""
PATIENCE_S = 60.0
"""How long to wait for what must happen; generous, because machines that test are busy."""


class LiveServer:
    """Serves a workspace; can be stopped, killed and started again on the same port."""

    def __init__(self, folder: Path, *, host: str = "127.0.0.1", **variables: str) -> None:
        """Prepare a server.

        Args:
            folder: The workspace.
            host: Address to listen on.
            variables: Environment of the server: ``GEO3D_N_JOBS="1"``.
        """
        self.folder = folder
        self.host = host
        self.port = 0
        self.token = ""
        self.log_path = folder / "server.log"
        self._variables = variables
        self._process: subprocess.Popen[str] | None = None

    @property
    def base(self) -> str:
        """Address without a path."""
        return f"http://127.0.0.1:{self.port}"

    @property
    def url(self) -> str:
        """The address that a person opens."""
        return f"{self.base}/?token={self.token}"

    @property
    def pid(self) -> int:
        """Process id of the server."""
        assert self._process is not None
        return self._process.pid

    def start(self) -> LiveServer:
        """Start, and wait until it says where it is."""
        environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'services'}",
            "PYTHONUNBUFFERED": "1",
            **self._variables,
        }
        with self.log_path.open("a") as log:
            self._process = subprocess.Popen(
                [sys.executable, "-c", _PROGRAM, str(self.folder), self.host, str(self.port)],
                stdout=subprocess.PIPE,
                stderr=log,
                stdin=subprocess.DEVNULL,
                text=True,
                env=environment,
            )
        parts = urlsplit(self._first_line())
        assert parts.port is not None
        self.port, self.token = parts.port, parse_qs(parts.query)["token"][0]
        return self

    def _first_line(self) -> str:
        process = self._process
        assert process is not None
        assert process.stdout is not None
        said: queue.Queue[str] = queue.Queue()
        stream = process.stdout
        threading.Thread(target=lambda: said.put(stream.readline()), daemon=True).start()
        try:
            line = said.get(timeout=PATIENCE_S).strip()
        except queue.Empty:
            line = ""
        if not line:
            self.kill()
            raise AssertionError(f"the server did not start:\n{self.log()}")
        return line

    def kill(self) -> None:
        """End it as a power cut would (SIGKILL)."""
        if self._process is not None:
            self._process.kill()
            self._wait()

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to stop, by SIGTERM or as Ctrl-C does, and return its exit status."""
        assert self._process is not None
        self._process.send_signal(number)
        return self._wait()

    def _wait(self) -> int:
        assert self._process is not None
        try:
            status = self._process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self._process.kill()
            raise AssertionError(f"the server did not stop:\n{self.log()}") from None
        if self._process.stdout is not None:
            self._process.stdout.close()
        self._process = None
        return status

    def log(self) -> str:
        """Return what it wrote to its standard error."""
        return self.log_path.read_text(errors="replace") if self.log_path.exists() else ""

    def __enter__(self) -> LiveServer:
        """Start."""
        return self.start()

    def __exit__(self, *_: object) -> None:
        """Stop, if it runs."""
        if self._process is not None:
            self.stop()

    # ------------------------------------------------------------ clients

    @contextlib.contextmanager
    def program(self, **headers: str) -> Iterator[httpx.Client]:
        """Lend a client with the bearer token."""
        given = {"Authorization": f"Bearer {self.token}", **headers}
        with httpx.Client(base_url=self.base, headers=given, timeout=PATIENCE_S) as client:
            yield client

    @contextlib.contextmanager
    def person(self, name: str | None) -> Iterator[httpx.Client]:
        """Lend a client that behaves like a browser: cookie, Origin, and a name that was given once."""
        with httpx.Client(base_url=self.base, headers={"Origin": self.base}, timeout=PATIENCE_S) as client:
            answer = client.get(f"/?token={self.token}")
            assert answer.status_code == 303, answer.text
            if name is not None:
                answer = client.post("/api/session", json={"name": name})
                assert answer.status_code == 200, answer.text
                client.headers["X-Actor-For-Tests"] = answer.json()["id"]
            yield client


def actor_of(client: httpx.Client) -> str:
    """Return the actor id of a person's client."""
    return str(client.headers["X-Actor-For-Tests"])


@contextlib.contextmanager
def events(client: httpx.Client, scene: str, **query: Any) -> Iterator[Iterator[tuple[str, str, str]]]:
    """Follow a scene's feed: yields an iterator of (event, id, data)."""
    with client.stream("GET", f"/api/scenes/{scene}/feed", params=query) as response:
        assert response.status_code == 200, response.read()
        yield _events_of(response)


def _events_of(response: httpx.Response) -> Iterator[tuple[str, str, str]]:
    fields: dict[str, str] = {}
    for line in response.iter_lines():
        if line:
            name, _, value = line.partition(":")
            fields[name] = value.removeprefix(" ")
        elif "data" in fields:
            yield fields.get("event", "message"), fields.get("id", ""), fields["data"]
            fields = {}


def eventually(is_true: Any, what: str) -> Any:
    """Wait until a function returns something true, and return that."""
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until:
        found = is_true()
        if found:
            return found
        time.sleep(0.05)
    raise AssertionError(f"it never happened: {what}")
