"""Serve a workspace: the command behind ``geo3d serve``."""

from __future__ import annotations

import contextlib
import logging
import os
import signal
import socket
import sys
import threading
import webbrowser
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING

from geo3d.errors import OptionError

if TYPE_CHECKING:
    from types import FrameType

    from fastapi import FastAPI

    from geo3d_server.settings import Settings

_TRIED_PORTS = 20


def serve(folder: Path, *, host: str = "127.0.0.1", port: int = 8765, is_open: bool = True) -> None:
    """Serve a workspace until Ctrl-C; print the one address that opens it.

    Everything else (password, more host names, limits) comes from variables that begin with ``GEO3D_``; see
    docs/how-to/serve.md.

    Args:
        folder: The workspace.
        host: Address to listen on; anything but loopback needs a password.
        port: Where to listen; when it is busy, one of the next.
        is_open: Open the browser, where there is one.

    Raises:
        StoreError: The folder is no workspace.
        OptionError: No password for a public address, or no free port.
    """
    from geo3d_server.app import create_app
    from geo3d_server.settings import Settings

    settings = Settings(directory=folder, host=host, port=port)
    listener = listen(settings.host, settings.port)
    try:
        app = create_app(settings)
    except BaseException:
        listener.close()
        raise
    _run(app, settings, listener, is_open)


def listen(host: str, port: int) -> socket.socket:
    """Return a socket that listens on a port, or one of the next when it is busy.

    Raises:
        OptionError: None of them is free, or the address is not this machine's.
    """
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    reason: OSError | None = None
    for candidate in [port] if port == 0 else range(port, min(port + _TRIED_PORTS, 65536)):
        made = socket.socket(family, socket.SOCK_STREAM)
        if os.name != "nt":  # Windows would let two servers share the port
            made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            made.bind((host.strip("[]"), candidate))
            made.listen(128)
        except OSError as error:
            made.close()
            reason = error
            continue
        made.set_inheritable(False)
        return made
    raise OptionError(f"cannot listen on {host}, port {port}: {reason}; choose another with --port")


def url_of(host: str, port: int, token: str) -> str:
    """Return the address that opens the workspace on this machine."""
    shown = {"0.0.0.0": "127.0.0.1", "::": "[::1]", "::1": "[::1]"}.get(host, host)
    return f"http://{shown}:{port}/?token={token}"


def _run(app: FastAPI, settings: Settings, listener: socket.socket, is_open: bool) -> None:
    import uvicorn
    from uvicorn.server import HANDLED_SIGNALS

    state = app.state.geo3d
    url = url_of(settings.host, listener.getsockname()[1], state.keys.token)

    class Server(uvicorn.Server):
        """Uvicorn that says where it is, and ends the event streams when it has to stop."""

        async def startup(self, sockets: list[socket.socket] | None = None) -> None:
            await super().startup(sockets)
            if self.started:
                sys.stdout.write(f"{url}\n")
                sys.stdout.flush()
                if is_open:
                    open_browser(url)

        @contextlib.contextmanager
        def capture_signals(self) -> Iterator[None]:
            # uvicorn's own raises the signal again when all is done, which ends in a traceback
            before = {number: signal.signal(number, self.handle_exit) for number in HANDLED_SIGNALS}
            try:
                yield
            finally:
                for number, handler in before.items():
                    signal.signal(number, handler)

        def handle_exit(self, sig: int, frame: FrameType | None) -> None:
            state.feed.close()  # they would hold the shutdown up for ever
            super().handle_exit(sig, frame)

    config = uvicorn.Config(
        app,
        log_level="warning",
        access_log=False,
        server_header=False,
        lifespan="on",
        ws="none",
        timeout_graceful_shutdown=10,
        backlog=128,
    )
    logging.getLogger("python_multipart").setLevel(logging.CRITICAL)  # it warns of what we answer with a problem
    with contextlib.suppress(KeyboardInterrupt):
        Server(config).run(sockets=[listener])
    _leave_threads_behind()


def _leave_threads_behind() -> None:
    """End the process although a tile is still being drawn: everything is written, and Python would wait for it."""
    here = threading.current_thread()
    if any(not thread.daemon and thread is not here for thread in threading.enumerate()):
        sys.stderr.flush()
        os._exit(0)


def open_browser(url: str) -> None:
    """Open an address in the person's browser, if this machine has a screen."""
    is_desktop = sys.platform in ("darwin", "win32") or os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if is_desktop:
        with contextlib.suppress(webbrowser.Error, OSError):
            webbrowser.open(url)
