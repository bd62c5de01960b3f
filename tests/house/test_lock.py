"""Lock files: pinned, hashed, true to pyproject.toml, and free of addresses."""

from __future__ import annotations

import json
import re
import tomllib
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

ROOT = Path(__file__).resolve().parents[2]
LOCKS = ["requirements.lock", "requirements-dev.lock", "requirements-node.lock"]
PIN = re.compile(r"^([A-Za-z0-9._-]+)==([^ ;\\]+)")


def pins(name: str) -> dict[str, set[str]]:
    """Return package -> its pinned versions (several where the versions of Python differ)."""
    found: dict[str, set[str]] = {}
    for line in (ROOT / name).read_text().splitlines():
        if match := PIN.match(line):
            found.setdefault(canonicalize_name(match[1]), set()).add(match[2])
    return found


@pytest.mark.parametrize("name", LOCKS)
def test_carries_no_address(name: str) -> None:
    text = (ROOT / name).read_text()
    assert "://" not in text
    assert not [line for line in text.splitlines() if line.startswith("-") or "/" in line]


@pytest.mark.parametrize("name", LOCKS)
def test_every_line_is_a_hashed_pin(name: str) -> None:
    blocks = (ROOT / name).read_text().replace("\\\n", " ").splitlines()
    assert blocks
    for block in blocks:
        assert PIN.match(block), block
        assert "--hash=sha256:" in block, block


def test_runtime_lock_answers_pyproject() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]
    locked = pins("requirements.lock")
    for requirement in map(Requirement, project["dependencies"]):
        versions = locked.get(canonicalize_name(requirement.name))
        assert versions, f"{requirement.name} is not locked: run `make lock`"
        assert any(requirement.specifier.contains(version) for version in versions), requirement


def test_dev_lock_answers_its_groups() -> None:
    groups = tomllib.loads((ROOT / "pyproject.toml").read_text())["dependency-groups"]
    locked = pins("requirements-dev.lock")
    for group in ("test", "lint", "bench", "build"):
        for requirement in map(Requirement, groups[group]):
            assert canonicalize_name(requirement.name) in locked, f"{requirement.name} is not locked: run `make lock`"


def test_dev_lock_holds_the_runtime_lock() -> None:
    runtime, dev = pins("requirements.lock"), pins("requirements-dev.lock")
    assert {name: dev.get(name) for name in runtime} == runtime


def test_no_optional_giant_slipped_in() -> None:
    assert not {"torch", "torchvision", "tensorflow", "open3d"} & set(pins("requirements-dev.lock"))


NPM_LOCK = ROOT / "viewer" / "package-lock.json"
needs_npm_lock = pytest.mark.skipif(not NPM_LOCK.exists(), reason="no viewer/package-lock.json in this checkout")


@needs_npm_lock
def test_npm_lock_carries_no_address() -> None:
    text = NPM_LOCK.read_text()
    assert '"resolved"' not in text
    assert '"integrity"' in text


@needs_npm_lock
def test_npm_lock_is_complete_for_every_platform() -> None:
    """`npm ci` refuses a lock that lacks other platforms' packages; npm leaves out what a registry lacks."""
    packages = json.loads(NPM_LOCK.read_text())["packages"]
    locked = {path.rpartition("node_modules/")[2] for path in packages}
    missing = {
        f"{path} -> {name}"
        for path, package in packages.items()
        for name in package.get("optionalDependencies", {})
        if name not in locked
    }
    assert not missing, "take a version that has them all, then: npm install --package-lock-only, without node_modules"
