"""Export of many polygons to each format, and reading them again without a store.

Data: 200,000 polygons of 9 vertices with 5 attributes. Figures are per 100,000 labels: wall seconds, CPU seconds (which
compare when others use the machine), and the largest memory of the process that exports.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
import time
from pathlib import Path

from geo3d.exchange import export_scene
from geo3d.formats.base import ReadContext
from geo3d.formats.registry import readers, writers
from geo3d.labels import ChangeSet, Put, new_id
from geo3d.store import PROJECT, open_store
from tests.bench.report import peak_bytes
from tests.unit.formats import samples

N = 200_000
BATCH = 20_000
FORMATS = ("geo3d", "geojson", "geopackage", "geoparquet", "coco")


def run(part: str = "") -> dict[str, float]:
    """Return ``export.FORMAT_s``, ``export.FORMAT_cpu_s``, ``export.FORMAT_mb`` and ``read.FORMAT_cpu_s``."""
    figures: dict[str, float] = {}
    with tempfile.TemporaryDirectory() as folder:
        make_workspace(Path(folder) / "workspace")
        for name in FORMATS if not part else (part,):
            child = [sys.executable, "-m", "tests.bench.bench_export", folder, name]
            answer = subprocess.run(child, check=True, capture_output=True, text=True).stdout
            figures |= json.loads(answer)
    return figures


def make_workspace(folder: Path) -> None:
    """Make a workspace with the polygons in one scene."""
    store = open_store(folder, create=True)
    project = store.project()
    classes = project.model_copy(update={"ontology": samples.ONTOLOGY})
    put = Put(document=classes, base=project.revision)
    store.apply(PROJECT, ChangeSet(client_id=new_id(), actor="bench", changes=(put,)))
    scene = samples.scene(size=(60000, 60000))
    store.apply(scene.id, ChangeSet(client_id=new_id(), actor="bench", changes=(Put(document=scene),)))
    batches = (samples.columns(BATCH, seed) for seed in range(N // BATCH))
    store.load(scene.id, batches, None, client_id=new_id(), actor="bench", message="Fill")
    store.close()


def measure(folder: Path, name: str) -> dict[str, float]:
    """Export and read one format, in this process."""
    store = open_store(folder / "workspace")
    writer = writers().make(name)
    target = folder / (name if writer.is_folder else name + writer.extensions[0])
    wall, cpu = time.perf_counter(), time.process_time()
    report = export_scene(store, "scene-1", writer, target)
    figures = {
        f"export.{name}_s": (time.perf_counter() - wall) * 1e5 / N,
        f"export.{name}_cpu_s": (time.process_time() - cpu) * 1e5 / N,
        f"export.{name}_mb": peak_bytes() / 1e6,
    }
    store.close()
    if report.written != N:
        raise SystemExit(report.text())
    cpu = time.process_time()
    imported = readers().make(name).read(target, ReadContext())
    n = sum(len(batch) for batch in imported.batches())
    figures[f"read.{name}_cpu_s"] = (time.process_time() - cpu) * 1e5 / N
    if n != N:
        raise SystemExit(f"{name}: {n} of {N} read")
    return figures


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), sys.argv[2])))
