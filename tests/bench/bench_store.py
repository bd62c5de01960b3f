"""The label store with a million polygons: import from a GeoPackage, views, edits, label tiles, undo.

The import runs in a process of its own, so that its memory can be told. Data: 1,000,000 polygons of 9 vertices with 5
attributes and a class, at random places of 40 x 40 km (which is worse than any real file: neighbours are strewn).
"""

from __future__ import annotations

import json
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

import geopandas
import numpy as np
import shapely

from geo3d.exchange import import_into
from geo3d.formats.registry import readers
from geo3d.labels import Annotation, ChangeSet, Put, Scene, new_id
from geo3d.store import Bounds, Query, Store, open_store
from geo3d_server.vectortile import encode_tile, warm_up
from tests.bench.report import peak_bytes

N = 1_000_000
SIDE = 40_000.0
ORIGIN = np.array([400_000.0, 4_000_000.0])
SCENE = "bench"
REPEATS = 60


def run(part: str = "") -> dict[str, float]:
    """Return ``store.*``: seconds of the import, milliseconds of the median view, edit and label tile, ..."""
    with tempfile.TemporaryDirectory() as folder:
        source, workspace = Path(folder) / "buildings.gpkg", Path(folder) / "workspace"
        write_source(source)
        child = [sys.executable, "-m", "tests.bench.bench_store", str(workspace), str(source)]
        figures: dict[str, float] = json.loads(subprocess.run(child, check=True, capture_output=True, text=True).stdout)
        figures["store.file_mb"] = (workspace / "workspace.db").stat().st_size / 1e6
        store = open_store(workspace)
        try:
            figures |= measured(store)
        finally:
            store.close()
    return figures


def write_source(path: Path) -> None:
    """Write the GeoPackage."""
    rng = np.random.default_rng(0)
    angles = np.linspace(0, 2 * np.pi, 9, endpoint=False)
    centers = ORIGIN + rng.uniform(0, SIDE, (N, 1, 2))
    rings = centers + rng.uniform(3, 12, (N, 1, 1)) * np.column_stack([np.cos(angles), np.sin(angles)])
    table = {
        "class": np.array(["Roof", "Shed", "Hall", "Tower", "Ruin"])[rng.integers(5, size=N)],
        "height": rng.uniform(2, 60, N),
        "floors": rng.integers(1, 20, N),
        "material": np.array(["tile", "metal", "grass"])[rng.integers(3, size=N)],
        "name": [f"Building {i}" for i in range(N)],
        "checked": rng.random(N) < 0.5,
    }
    geopandas.GeoDataFrame(table, geometry=shapely.polygons(rings), crs="EPSG:32617").to_file(path, driver="GPKG")


def load(workspace: Path, source: Path) -> dict[str, float]:
    """Import the source into a new workspace; return seconds and the process's peak of memory."""
    store = open_store(workspace, create=True)
    scene = Scene(id=SCENE, title="Bench")
    store.apply(SCENE, ChangeSet(client_id=new_id(), actor="bench", changes=(Put(document=scene),)))
    start = time.perf_counter()
    result = import_into(store, SCENE, readers().make("geopackage", None), source, actor="bench")
    seconds = time.perf_counter() - start
    assert result.n == sum(store.count(SCENE, Query()).values()) == N
    store.close()
    return {"store.bulk_s": seconds, "store.bulk_rss_mb": peak_bytes() / 1e6}


def measured(store: Store) -> dict[str, float]:
    """Return the figures of a loaded store."""
    warm_up()
    (frame,) = store.bounds(SCENE)
    revision = store.revision(SCENE)
    figures = {
        "store.viewport_ms": median_ms(lambda: viewport(store, frame, 2000)),
        "store.label_tile_ms": median_ms(lambda: label_tile(store, frame, 3600)),
        "store.edit_ms": edit_ms(store),
    }
    start = time.perf_counter()
    while store.revision(SCENE) < revision + 2 * REPEATS:
        store.undo(SCENE, "editor", client_id=new_id())
    figures["store.undo_ms"] = (time.perf_counter() - start) / REPEATS * 1e3
    for verb, act in (("undo", store.undo), ("redo", store.redo)):
        start = time.perf_counter()
        act(SCENE, "bench", client_id=new_id())
        figures[f"store.bulk_{verb}_s"] = time.perf_counter() - start
    return figures


def median_ms(work: Callable[[], int]) -> float:
    """Return the median time of work at random places, after a few to warm up."""
    times = []
    for repeat in range(REPEATS + 5):
        start = time.perf_counter()
        work()
        if repeat >= 5:
            times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


_RNG = np.random.default_rng(1)


def window(n: int) -> Bounds:
    """Return random bounds that hold some n polygons."""
    side = float(np.sqrt(n / N)) * SIDE
    x, y = ORIGIN + _RNG.uniform(0, SIDE - side, 2)
    return float(x), float(y), float(x + side), float(y + side)


def viewport(store: Store, frame: str, n: int) -> int:
    """Read the documents of a view, as the server sends them."""
    return len(b",".join(store.read(SCENE, Query(frame=frame, bounds=window(n)))))


def label_tile(store: Store, frame: str, n: int) -> int:
    """Cut and encode a tile in which n polygons are drawn, none counted."""
    bounds = window(n)
    labels = store.tile(SCENE, frame, bounds, resolution=0.1, margin=0.0)
    return len(encode_tile(labels, None, bounds))


def edit_ms(store: Store) -> float:
    """Return the median time of an edit of one polygon, durable when it is acknowledged."""
    times = []
    for _ in range(REPEATS):
        fid = int(_RNG.integers(1, N))
        (json_,) = store.read(SCENE, Query(after_fid=fid, limit=1))
        seen = Annotation.model_validate_json(json_)
        put = Put(
            document=seen.model_copy(update={"attributes": {**seen.attributes, "height": 1.0}}), base=seen.revision
        )
        changes = ChangeSet(client_id=new_id(), actor="editor", changes=(put,))
        start = time.perf_counter()
        store.apply(SCENE, changes)
        times.append(time.perf_counter() - start)
    return statistics.median(times) * 1e3


if __name__ == "__main__":
    print(json.dumps(load(Path(sys.argv[1]), Path(sys.argv[2]))))
