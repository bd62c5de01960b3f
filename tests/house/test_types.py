"""One definition, three languages: the viewer's generated types are what the server says today."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


def test_generated_types_are_fresh() -> None:
    if importlib.util.find_spec("geo3d_server.openapi") is None:
        pytest.skip("geo3d_server.openapi is not there yet")
    if not (ROOT / "viewer" / "node_modules" / "openapi-typescript").exists():
        pytest.skip("viewer packages are not installed: make setup")
    result = subprocess.run(
        [sys.executable, "hatch_build.py", "npm", "run", "--silent", "types", "--", "--check"],
        cwd=ROOT,
        env={**os.environ, "PYTHON": sys.executable},
        capture_output=True,
        text=True,
    )
    assert result.returncode == 0, f"run `make types` and commit what changed\n{result.stdout}{result.stderr}"
