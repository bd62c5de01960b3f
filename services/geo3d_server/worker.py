"""The other side of the job runner: a process that does one job after the other until it is told to stop.

A process of its own, because work on rasters and labels is CPU work of seconds, because a damaged file may take a
library down with it, and because a process can be ended when it does not listen.
"""

from __future__ import annotations

import logging
import multiprocessing
import os
import signal
import threading
from collections.abc import Callable, Mapping
from multiprocessing.connection import Connection, wait
from multiprocessing.synchronize import Event
from pathlib import Path
from typing import Any, Protocol

import orjson

from geo3d.errors import Geo3dError, JobCancelled
from geo3d_server.errors import Problem, kind_of, problem_of

log = logging.getLogger(__name__)


class Tell(Protocol):
    """How work says how far it is."""

    def __call__(self, fraction: float, message: str = "") -> None:
        """Report the fraction done (0..1). Raises JobCancelled where somebody asked to stop."""
        ...


Run = Callable[[Path, Mapping[str, Any], Tell], dict[str, Any]]
"""Do a job in a workspace: (directory, arguments, tell) -> result. A function of a module, found by its name."""


def serve(connection: Connection, cancel: Event) -> None:
    """Do what comes through the connection: (run, directory, arguments), until None.

    Answers are ("progress", fraction, message), then one of ("done", result), ("cancelled",), ("failed", problem).
    """
    signal.signal(signal.SIGINT, signal.SIG_IGN)  # Ctrl-C goes to the whole group; the server decides for us
    threading.Thread(target=_die_with_parent, daemon=True).start()

    def tell(fraction: float, message: str = "") -> None:
        if cancel.is_set():
            raise JobCancelled("the job was cancelled")
        connection.send(("progress", min(1.0, max(0.0, fraction)), message))

    while True:
        try:
            order = connection.recv()
        except EOFError:
            return
        if order is None:
            return
        connection.send(_done(order, tell))


def _done(order: tuple[Run, Path, Mapping[str, Any]], tell: Tell) -> tuple[Any, ...]:
    run, directory, arguments = order
    try:
        return "done", orjson.loads(orjson.dumps(run(directory, arguments, tell)))
    except JobCancelled:
        return ("cancelled",)
    except Geo3dError as error:
        return "failed", problem_of(error)
    except MemoryError:
        problem = Problem(
            type=kind_of(MemoryError), title="Out of memory", status=500, detail="this machine has not enough memory"
        )
        return "failed", problem
    except Exception as error:  # whatever a plug-in raises must end its job, not the worker
        log.exception("a job failed unexpectedly")
        return "failed", problem_of(error)


def _die_with_parent() -> None:
    """End this process when the server is gone (kill -9 tells nobody)."""
    parent = multiprocessing.parent_process()
    if parent is not None:
        wait([parent.sentinel])
        os._exit(1)
