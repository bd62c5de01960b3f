"""The house's own configuration: what ships is complete, and the tools look where the code is."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text())


def test_mypy_is_strict_over_all_that_ships() -> None:
    mypy = PROJECT["tool"]["mypy"]
    assert mypy["strict"] is True
    assert {"geo3d", "services/geo3d_server"} <= set(mypy["files"])


def test_ruff_skips_nothing_that_ships() -> None:
    ruff = PROJECT["tool"]["ruff"]
    assert ruff["line-length"] == 120
    assert "D" in ruff["lint"]["select"]
    assert not [folder for folder in ruff["extend-exclude"] if folder.startswith(("geo3d", "services", "tests"))]


def test_every_top_module_has_a_layer() -> None:
    """A new folder in geo3d/ must take its place among the arrows."""
    contract = next(c for c in PROJECT["tool"]["importlinter"]["contracts"] if c["type"] == "layers")
    layered = {name.strip(" ()") for layer in contract["layers"] for name in layer.split("|")}
    found = {
        f"geo3d.{path.stem}"
        for path in (ROOT / "geo3d").iterdir()
        if path.stem not in {"__init__", "__main__", "__pycache__", "py"}
        and (path.suffix == ".py" or (path.is_dir() and any(path.glob("*.py"))))
    }
    assert found <= layered


@pytest.mark.parametrize("variable", ["CI", "GEO3D_SKIP_VIEWER"])
def test_make_help_needs_nothing(variable: str) -> None:
    if shutil.which("make") is None:
        pytest.skip("no make on this machine")
    environment = {**os.environ, variable: "1"}
    result = subprocess.run(["make", "help"], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert result.returncode == 0, result.stderr
    for verb in ("setup", "demo", "test", "lint", "types", "bench", "docs", "screenshot", "clean"):
        assert f"make {verb}" in result.stdout


def test_build_hook_asks_for_node_only_where_it_must(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("hatchling")
    monkeypatch.syspath_prepend(str(ROOT))
    sys.modules.pop("hatch_build", None)
    import hatch_build

    (tmp_path / "viewer").mkdir()
    (tmp_path / "viewer" / "package.json").write_text("{}")
    hook = hatch_build.ViewerHook(str(tmp_path), {}, None, None, str(tmp_path), "wheel")
    monkeypatch.delenv(hatch_build.SKIP_VARIABLE, raising=False)
    monkeypatch.setattr(hatch_build, "has_system_node", lambda: False)
    assert hook.dependencies() == [hatch_build.NODE_FROM_PYPI]
    monkeypatch.setattr(hatch_build, "has_system_node", lambda: True)
    assert hook.dependencies() == []
    monkeypatch.setattr(hatch_build, "has_system_node", lambda: False)
    monkeypatch.setenv(hatch_build.SKIP_VARIABLE, "1")
    assert hook.dependencies() == []
    monkeypatch.delenv(hatch_build.SKIP_VARIABLE)
    built = tmp_path / hatch_build.BUILT
    built.mkdir(parents=True)
    (built / "index.html").write_text("<!doctype html>")
    assert hook.dependencies() == []
