"""Work for the tests of the job runner; a module, so that worker processes can import it."""

from __future__ import annotations

import os
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from geo3d.errors import FormatError
from geo3d_server.worker import Tell


def count(directory: Path, arguments: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Count, leaving a mark in the directory for each time."""
    with (directory / "marks").open("a") as marks:
        marks.write("x")
    for k in range(arguments["n"]):
        tell(k / arguments["n"], f"at {k}")
    return {"n": arguments["n"], "pid": os.getpid()}


def sleep(directory: Path, arguments: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Work for ever, telling of it."""
    (directory / "pid").write_text(str(os.getpid()))
    while True:
        tell(0.5, "asleep")
        time.sleep(0.02)


def be_deaf(directory: Path, arguments: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Work for ever without listening."""
    tell(0.1, "deaf from here on")
    time.sleep(3600)
    return {}


def fail(directory: Path, arguments: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Fail as a format does."""
    raise FormatError("line 3 is no JSON", line=3)


def surprise(directory: Path, arguments: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Fail as nobody meant."""
    raise ZeroDivisionError("a secret detail")


def die(directory: Path, arguments: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Take the process down, as a damaged file may."""
    os._exit(7)


def babble(directory: Path, arguments: Mapping[str, Any], tell: Tell) -> dict[str, Any]:
    """Return what JSON cannot hold."""
    return {"what": object()}
