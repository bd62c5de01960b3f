"""A web server with byte ranges, for remote rasters.

It runs in the process of the test: what stops all of Python while it waits for the network stops the test.
"""

from __future__ import annotations

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import ClassVar


class _Ranges(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    folder: ClassVar[Path]
    heard: ClassVar[list[str]]
    redirects: ClassVar[dict[str, str]]

    def do_GET(self) -> None:
        self._answer(with_body=True)

    def do_HEAD(self) -> None:
        self._answer(with_body=False)

    def _answer(self, with_body: bool) -> None:
        self.heard.append(self.path)
        path = self.folder / self.path.lstrip("/").split("?")[0]
        if self.path in self.redirects:
            self._head(302, 0, {"Location": self.redirects[self.path]})
        elif not path.is_file():
            self._head(404, 0, {})
        else:
            data, asked = path.read_bytes(), self.headers.get("Range", "")
            if asked.startswith("bytes="):
                first, _, last = asked.removeprefix("bytes=").partition("-")
                start, end = int(first), min(int(last or len(data) - 1), len(data) - 1)
                part = data[start : end + 1]
                self._head(206, len(part), {"Content-Range": f"bytes {start}-{end}/{len(data)}"})
            else:
                part = data
                self._head(200, len(data), {"Accept-Ranges": "bytes"})
            if with_body:
                self.wfile.write(part)

    def _head(self, status: int, length: int, headers: dict[str, str]) -> None:
        self.send_response(status)
        self.send_header("Content-Length", str(length))
        for name, value in headers.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_: object) -> None:
        pass


@contextmanager
def served(folder: Path, redirects: dict[str, str] | None = None) -> Iterator[tuple[str, list[str]]]:
    """Serve a folder on a free port of this machine; give its host:port and the paths that are asked for."""
    heard: list[str] = []
    handler = type("Handler", (_Ranges,), {"folder": folder, "heard": heard, "redirects": redirects or {}})
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), handler)
    server.daemon_threads = True
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield f"127.0.0.1:{server.server_port}", heard
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
