"""Run benches: `python -m tests.bench [part...]`.

A part is `tests/bench/bench_PART.py` with `run() -> dict[str, float]`. It may have smaller parts of its own, named with
a dot: `tiles.passthrough` runs `bench_tiles.run("passthrough")`.
"""

from __future__ import annotations

import argparse
import importlib
from pathlib import Path

from tests.bench import report


def parts() -> list[str]:
    """Return the names of all parts."""
    return sorted(path.stem.removeprefix("bench_") for path in Path(__file__).parent.glob("bench_*.py"))


def main() -> None:
    """Run what was asked for, one after another: benches share the machine badly."""
    known = parts()
    parser = argparse.ArgumentParser(prog="python -m tests.bench", description=__doc__)
    parser.add_argument("part", nargs="*", help=f"of: {', '.join(known)}; without any, all")
    parser.add_argument("--only", action="append", default=[], help="the same, as make says it")
    asked = parser.parse_args()
    chosen = [*asked.part, *asked.only] or known
    unknown = [part for part in chosen if part.split(".")[0] not in known]
    if unknown:
        parser.error(f"no bench is called {unknown[0]!r}; there are: {', '.join(known)}")
    for part in chosen:
        name, _, inner = part.partition(".")
        run = importlib.import_module(f"tests.bench.bench_{name}").run
        figures = run(inner) if inner else run()
        report.merge(figures)
        report.table(figures)


if __name__ == "__main__":
    main()
