"""axe-core in the page: what a screen reader, a keyboard or weak eyes would stumble over."""

from __future__ import annotations

import pytest
from playwright.sync_api import Page

from tests.live import ROOT

AXE = ROOT / "viewer" / "node_modules" / "axe-core" / "axe.min.js"
GRAVE = ("serious", "critical")


def findings(page: Page) -> list[str]:
    """Return the serious and critical findings on what the page shows now: rule, place, and why."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: it is a dev dependency of viewer/package.json (make setup-dev)")
    if not page.evaluate("() => 'axe' in window"):
        page.evaluate(AXE.read_text())
    found = page.evaluate("() => axe.run(document, { resultTypes: ['violations'] })")
    return [
        f"{violation['id']} at {node['target'][0]}: {node['failureSummary']}"
        for violation in found["violations"]
        if violation["impact"] in GRAVE
        for node in violation["nodes"]
    ]
