"""An acknowledged edit survives kill -9, and a retried one is done once.

``GEO3D_KILLS=100`` kills more often.
"""

from __future__ import annotations

import os
import random
import subprocess
import sys
import time
from pathlib import Path

import pytest

from geo3d.labels import Annotation
from geo3d.store import Query, open_store
from tests.unit.store import deeds

N_KILLS = int(os.environ.get("GEO3D_KILLS", "8"))
ROOT = Path(__file__).resolve().parents[3]


def started(*arguments: str) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, str(Path(deeds.__file__)), *arguments],
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        stdout=subprocess.PIPE,
        text=True,
    )


def killed_after(process: subprocess.Popen[str], seconds: float) -> list[str]:
    """Kill a process some time after its first line; return all its whole lines."""
    assert process.stdout is not None
    first = process.stdout.readline()
    time.sleep(seconds)
    process.kill()
    rest, _ = process.communicate()
    return [line for line in (first + rest).split("\n")[:-1] if line]


@pytest.mark.timeout(30 + 15 * N_KILLS)
def test_no_acknowledged_edit_is_lost_and_none_is_doubled(tmp_path: Path) -> None:
    folder = str(tmp_path / "workspace")
    deeds.prepare(folder)
    rng = random.Random(7)
    acknowledged = 0
    n_replayed = 0
    for _ in range(N_KILLS):
        lines = killed_after(started("edits", folder, str(acknowledged + 1)), rng.uniform(0.0, 0.25))
        numbers = [int(line.split()[0]) for line in lines]
        assert numbers == list(range(acknowledged + 1, acknowledged + 1 + len(numbers)))
        n_replayed += sum(line.endswith("again") for line in lines)
        acknowledged = numbers[-1]
    store = open_store(folder)
    found = [Annotation.model_validate_json(d) for d in store.read(deeds.SCENE, Query())]
    drawn = [int(d.id[1:]) for d in found if d.id != deeds.COUNTER]
    assert drawn[:acknowledged] == list(range(1, acknowledged + 1)), "none lost"
    assert len(drawn) <= acknowledged + 1, "at most the one that was never acknowledged is there beside"
    counted = [v.json and Annotation.model_validate_json(v.json).attributes["n"]
               for v in store.history(deeds.SCENE, "annotation", deeds.COUNTER)]  # fmt: skip
    assert counted == list(range(len(drawn), -1, -1)), "none doubled"
    assert store.revision(deeds.SCENE) == len(drawn) + 2
    assert store.check() == ()
    store.close()
    assert n_replayed <= N_KILLS


def test_a_load_that_is_killed_leaves_nothing(tmp_path: Path) -> None:
    folder = str(tmp_path / "workspace")
    deeds.prepare(folder)
    assert killed_after(started("load", folder), 0.2)[0] == "batch"
    store = open_store(folder)
    assert len(list(store.read(deeds.SCENE, Query()))) == 1
    assert store.revision(deeds.SCENE) == 2
    assert store.check() == ()
    store.close()
