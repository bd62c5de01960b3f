"""Where the figures of a bench go: a table for people, flat keys in build/bench.json for everything else."""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping
from pathlib import Path

import psutil
from rich.console import Console
from rich.table import Table

RESULTS = Path("build/bench.json")

FLOORS = {
    "tiles.utm_jpeg.ratio": 8.0,
    "tiles.utm_png.ratio": 8.0,
    "tiles.s2_rgb.ratio": 15.0,
    "tiles.s2_ndvi.ratio": 15.0,
    "tiles.passthrough.ratio": 80.0,
    "tiles.optimise.ratio": 4.0,
}
"""What a figure must at least be."""

CEILINGS = {
    "tiles.first_view_s": 2.0,
    "tiles.rss_mb": 1000.0,
    "store.bulk_s": 60.0,
    "store.bulk_rss_mb": 2000.0,
    "store.viewport_ms": 10.0,
    "store.edit_ms": 5.0,
    "store.label_tile_ms": 10.0,
    "viewer.first_s": 2.0,
    "viewer.pan_p95_ms": 16.0,
    "viewer.hit_ms": 5.0,
    "viewer.commit_ms": 50.0,
    "viewer.undo_ms": 50.0,
    "viewer.heap_mb": 1000.0,
}
"""What a figure must at most be."""


def merge(figures: Mapping[str, float], path: Path = RESULTS) -> None:
    """Put figures into the file of results; others stay."""
    known = json.loads(path.read_text()) if path.exists() else {}
    known.update({key: round(value, 4) for key, value in figures.items()})
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(dict(sorted(known.items())), indent=1) + "\n")


def table(figures: Mapping[str, float]) -> None:
    """Print figures beside what they should be."""
    shown = Table("figure", "value", "wanted", "", box=None, header_style="bold")
    for key, value in sorted(figures.items()):
        floor, ceiling = FLOORS.get(key), CEILINGS.get(key)
        wanted = f">= {floor:g}" if floor is not None else f"<= {ceiling:g}" if ceiling is not None else ""
        is_met = (floor is None or value >= floor) and (ceiling is None or value <= ceiling)
        shown.add_row(key, f"{value:.4g}", wanted, "" if not wanted else "ok" if is_met else "[red]missed[/]")
    Console().print(shown)


def peak_bytes() -> float:
    """Return the most memory that this process has held."""
    status = Path("/proc/self/status")
    if status.exists():  # not `ru_maxrss` there: it begins with what the parent held when it forked
        return 1024 * float(status.read_text().partition("VmHWM:")[2].split()[0])
    if sys.platform == "win32":
        return float(psutil.Process().memory_info().peak_wset)
    import resource

    return float(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss)
