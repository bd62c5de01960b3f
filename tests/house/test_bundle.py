"""What a browser loads before anything can be seen stays small, and the map's library waits for a map."""

from __future__ import annotations

import gzip
import json
import re

import pytest

from tests.live import ROOT

BUILT = ROOT / "services" / "geo3d_server" / "_viewer"
MOST_SHELL_BYTES = 30_000
"""Of the page, its scripts and styles, gzipped: what is loaded before a page of the viewer is chosen."""


def test_the_shell_is_small() -> None:
    """What `index.html` names, gzipped, fits the budget and holds nothing of the map library."""
    page = BUILT / "index.html"
    if not page.exists():
        pytest.skip("the viewer is not built: make viewer")
    named = re.findall(r'(?:src|href)="\./(assets/[^"]+)"', page.read_text())
    assert any(name.endswith(".js") for name in named)
    sizes = {name: len(gzip.compress((BUILT / name).read_bytes(), 9)) for name in ["index.html", *named]}
    assert sum(sizes.values()) <= MOST_SHELL_BYTES, sizes
    scripts = "".join((BUILT / name).read_text() for name in named if name.endswith(".js"))
    assert "ol-viewport" not in scripts


def test_every_library_is_used() -> None:
    """Each dependency of the viewer is imported by its source."""
    package = json.loads((ROOT / "viewer" / "package.json").read_text())
    sources = "".join(path.read_text() for path in (ROOT / "viewer" / "src").rglob("*.ts*"))
    unused = [name for name in package["dependencies"] if not re.search(rf"from '{re.escape(name)}[/']", sources)]
    assert unused == []
