"""Debian's QGIS for the tests that look at our tiles and files with it (`make qgis`)."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from pathlib import Path

PYTHON = Path("/usr/bin/python3")
"""The system's Python: Debian's PyQGIS belongs to it."""
ABSENT = "no PyQGIS for /usr/bin/python3: run `make qgis` (Debian: apt-get install -y python3-qgis)"


def is_there() -> bool:
    """Say whether the system's Python can import QGIS."""
    if not PYTHON.exists():
        return False
    return subprocess.run([PYTHON, "-c", "import qgis.core"], capture_output=True).returncode == 0


def install() -> None:
    """Install it when root on Debian, else say that its tests will be skipped."""
    if is_there():
        return
    if hasattr(os, "geteuid") and os.geteuid() == 0 and shutil.which("apt-get"):
        environment = {**os.environ, "DEBIAN_FRONTEND": "noninteractive"}
        for command in (["update", "-qq"], ["install", "-y", "-qq", "--no-install-recommends", "python3-qgis"]):
            print(f"qgis: apt-get {' '.join(command)}", file=sys.stderr, flush=True)
            subprocess.run(["apt-get", *command], env=environment, capture_output=True)
    if not is_there():
        print(f"qgis: its tests will be skipped ({ABSENT})", file=sys.stderr)


if __name__ == "__main__":
    install()
