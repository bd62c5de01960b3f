"""The documents tell the truth: links lead somewhere, the commands they show exist, no machine's path is committed."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)")
FENCE = re.compile(r"^```(?:bash|sh|console|shell)?\n(.*?)^```", re.MULTILINE | re.DOTALL)


def documents() -> list[Path]:
    """Return every Markdown file of the repository."""
    return sorted([*ROOT.glob("*.md"), *(ROOT / "docs").rglob("*.md"), *(ROOT / "examples").rglob("*.md")])


def shown_commands(verb: str) -> set[str]:
    """Return the words that follow a verb at the start of a line of shown shell code, and in inline code."""
    found: set[str] = set()
    for path in documents():
        text = path.read_text(encoding="utf-8")
        lines = [line.strip().removeprefix("$ ") for block in FENCE.findall(text) for line in block.splitlines()]
        lines += re.findall(rf"`({verb} [^`]+)`", text)
        found |= {match[1] for line in lines if (match := re.match(rf"{verb} ([a-z][a-z0-9-]*)", line))}
    return found


def test_links_lead_somewhere() -> None:
    broken = []
    for path in documents():
        for target in LINK.findall(path.read_text(encoding="utf-8")):
            if "://" in target or target.startswith(("#", "mailto:")):
                continue
            if not (path.parent / target.split("#")[0]).exists():
                broken.append(f"{path.relative_to(ROOT)} -> {target}")
    assert not broken


def test_shown_make_verbs_exist() -> None:
    verbs = set(re.findall(r"^([a-z][a-z-]*):", (ROOT / "Makefile").read_text(), re.MULTILINE))
    assert shown_commands("make") <= verbs


def test_shown_geo3d_commands_exist() -> None:
    cli = pytest.importorskip("geo3d.cli", reason="geo3d.cli is not there yet")
    import typer.main

    commands = set(getattr(typer.main.get_command(cli.app), "commands", {}))
    assert shown_commands("geo3d") <= commands


def test_no_machine_path_or_index_address_is_committed() -> None:
    # built from parts, so that this file does not find itself
    machine = re.compile(r"(?<![.\w/])/(" + "work|root" + r")/|/home/" + r"\w+/|--(extra-)?" + "index-url")
    tracked = subprocess.run(["git", "ls-files"], cwd=ROOT, capture_output=True, text=True)
    if tracked.returncode != 0:
        pytest.skip("not a git checkout")
    found = []
    for name in tracked.stdout.splitlines():
        path = ROOT / name
        if path.suffix in {".png", ".jpg", ".ico", ".webp"} or not path.is_file():
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8", errors="replace").splitlines(), 1):
            if machine.search(line):
                found.append(f"{name}:{number} {line.strip()[:80]}")
    assert not found
