"""Topological edits of the viewer, judged by shapely: a coverage without gap, overlap or invalid ring stays one."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest
import shapely

ROOT = Path(__file__).resolve().parents[2]
VITEST = ROOT / "viewer" / "node_modules" / "vitest" / "vitest.mjs"


@pytest.mark.skipif(not VITEST.exists(), reason="the viewer's packages are not installed")
def test_ten_thousand_random_edits_leave_a_valid_coverage(tmp_path: Path) -> None:
    """Run the viewer's own edits (`viewer/test/coverage.test.ts`) and look at the coverage after every tenth."""
    out = tmp_path / "coverages.jsonl"
    run = subprocess.run(
        [sys.executable, "hatch_build.py", "npm", "test", "--", "test/coverage.test.ts"],
        cwd=ROOT,
        env={**os.environ, "GEO3D_COVERAGES": str(out)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert run.returncode == 0, run.stdout[-4000:] + run.stderr[-2000:]
    count = json.loads(Path(f"{out}.count").read_text())
    assert count["tried"] == 10_000
    coverages = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(coverages) == 1000
    for rings in coverages:
        polygons = np.array([shapely.Polygon(exterior, holes) for exterior, *holes in rings])
        assert shapely.is_valid(polygons).all(), shapely.is_valid_reason(polygons)
        assert shapely.coverage_is_valid(polygons), "a gap or an overlap"
        whole = shapely.coverage_union_all(polygons)
        assert whole.geom_type == "Polygon", "it fell apart"
        assert len(whole.interiors) == 0, "a hole is left between them"
        assert whole.equals(shapely.box(*polygons[-1].bounds)), "the frame around it has not moved"
