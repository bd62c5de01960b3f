"""One worker process and how to speak with it: order, listen, stop, bury."""

from __future__ import annotations

import contextlib
import multiprocessing
import time
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection
from multiprocessing.context import SpawnProcess
from pathlib import Path
from typing import Any

from geo3d_server import worker
from geo3d_server.errors import Problem
from geo3d_server.worker import Run

GRACE_S = 5.0
"""Seconds a cancelled job has to stop by itself."""
TELL_S = 0.2
"""Smallest time between two reports of progress."""


class Crew:
    """One worker process, made when there is work, replaced when it dies."""

    def __init__(self) -> None:
        """Begin without a process."""
        self._context = multiprocessing.get_context("spawn")
        self._process: SpawnProcess | None = None
        self._connection: Connection | None = None
        self._cancel = self._context.Event()

    def do(
        self,
        run: Run,
        directory: Path,
        arguments: Mapping[str, Any],
        *,
        should_stop: Callable[[], bool],
        tell: Callable[[float, str], None],
    ) -> tuple[Any, ...]:
        """Have work done and return how it ended: ("done", result), ("cancelled",) or ("failed", problem)."""
        connection = self._ready()
        self._cancel.clear()
        connection.send((run, directory, arguments))
        asked_at, told_at = None, 0.0
        while True:
            now = time.monotonic()
            if asked_at is None and should_stop():
                asked_at = now
                self._cancel.set()
            if asked_at is not None and now - asked_at > GRACE_S:
                self._end()
                return ("cancelled",)
            try:
                if not connection.poll(0.1):
                    continue
                said = connection.recv()
            except (EOFError, OSError):
                return "failed", self._obituary()
            if said[0] != "progress":
                return tuple(said)
            if now - told_at >= TELL_S:
                told_at = now
                tell(said[1], said[2])

    def dismiss(self) -> None:
        """Let the process go, if there is one."""
        if self._connection is not None and self._process is not None:
            with contextlib.suppress(OSError):
                self._connection.send(None)
            self._process.join(2.0)
        self._end()

    def _ready(self) -> Connection:
        if self._process is None or not self._process.is_alive() or self._connection is None:
            self._end()
            self._connection, theirs = self._context.Pipe()
            self._process = self._context.Process(target=worker.serve, args=(theirs, self._cancel), daemon=True)
            self._process.start()
            theirs.close()
        return self._connection

    def _end(self) -> None:
        """End the process, whatever it does."""
        if self._process is not None:
            if self._process.is_alive():
                self._process.terminate()
                self._process.join(1.0)
            if self._process.is_alive():
                self._process.kill()
                self._process.join()
            self._process.close()
        if self._connection is not None:
            self._connection.close()
        # a process killed while it held the event's lock would leave it locked for ever
        self._process, self._connection, self._cancel = None, None, self._context.Event()

    def _obituary(self) -> Problem:
        """Return why the process died."""
        code = None
        if self._process is not None:
            self._process.join(2.0)
            code = self._process.exitcode
        self._end()
        detail = f"the process that did this job died (exit code {code})"
        if code == -9:
            detail += "; most likely the machine ran out of memory"
        return Problem(type="urn:geo3d:worker-died", title="Internal Server Error", status=500, detail=detail)
