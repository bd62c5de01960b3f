"""Tiles against TiTiler, web-ready copies against GDAL's COG driver, and the first picture of a hopeless file.

Both servers get the same requests for the same files in turn, over HTTP, with the same resampling and stretch. What
counts is processor time of the server process for each tile: it does not depend on who else uses the machine.
"""

from __future__ import annotations

import http.client
import os
import socket
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import cv2
import numpy as np
import psutil

from geo3d.raster.block import BlockCache
from geo3d.raster.copyplan import Optimisation
from geo3d.raster.grid import WEB_MERCATOR, WebMercatorGrid
from geo3d.raster.optimise import optimise
from geo3d.raster.source import open_raster
from geo3d.raster.tile import TileReader, Want
from geo3d.raster.trust import Trust
from geo3d.workspace import Workspace
from tests.bench import imagery
from tests.live import LiveServer

Place = tuple[int, int, int]
N_ROUNDS = 3
N_CLIENTS = 8
GDAL_AS_TITILER_ADVISES = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_CACHEMAX": "200",
    "GDAL_INGESTED_BYTES_AT_OPEN": "32768",
    "GDAL_HTTP_MERGE_CONSECUTIVE_RANGES": "YES",
    "VSI_CACHE": "TRUE",
    "VSI_CACHE_SIZE": "5000000",
    "PROJ_NETWORK": "OFF",
}
"""https://developmentseed.org/titiler, advanced: performance tuning."""


@dataclass
class Server:
    """A running server."""

    port: int
    process: psutil.Process
    headers: Mapping[str, str] = field(default_factory=dict)
    assets: Mapping[str, str] = field(default_factory=dict)
    """Where the tiles of a file are: name of the file -> path."""

    def cpu_s(self) -> float:
        """Return the processor time it has used: to the nanosecond where the kernel counts so."""
        try:
            tasks = Path(f"/proc/{self.process.pid}/task").iterdir()
            return sum(int((task / "schedstat").read_text().split()[0]) for task in tasks) / 1e9
        except OSError:
            times = self.process.cpu_times()
            return float(times.user + times.system)

    def get(self, paths: Sequence[str]) -> list[bytes]:
        """Ask for all paths, a few at a time over kept connections, and return the bodies in order."""
        found: list[bytes] = [b""] * len(paths)

        def work(first: int) -> None:
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=120)
            for i in range(first, len(paths), N_CLIENTS):
                connection.request("GET", paths[i], headers=dict(self.headers))
                answer = connection.getresponse()
                found[i] = answer.read()
                if answer.status != 200:
                    raise RuntimeError(f"{paths[i]}: {answer.status} {found[i][:300]!r}")
            connection.close()

        with ThreadPoolExecutor(N_CLIENTS) as clients:
            list(clients.map(work, range(min(N_CLIENTS, len(paths)))))
        return found


@contextmanager
def geo3d_server(files: Sequence[Path]) -> Iterator[Server]:
    """Run the whole program over a workspace of files, as ``geo3d serve`` does, and yield it once it is at rest."""
    with tempfile.TemporaryDirectory(dir=imagery.FOLDER) as folder:
        with Workspace.create(Path(folder), "Bench") as workspace:
            added = [workspace.add([path], scene=path.stem) for path in files]
        assets = {path.name: f"/api/tiles/{asset.id}" for path, (_, (asset,)) in zip(files, added, strict=True)}
        with LiveServer(Path(folder)) as running:
            headers = {"Authorization": f"Bearer {running.token}"}
            server = Server(running.port, psutil.Process(running.pid), headers, assets)
            wait_for_rest(server)
            yield server


def wait_for_rest(server: Server) -> None:
    """Wait until a server does nothing more (at first it makes itself ready for label tiles)."""
    before = -1.0
    while server.cpu_s() - before > 0.05:
        before = server.cpu_s()
        time.sleep(1.0)


@contextmanager
def titiler_server() -> Iterator[Server]:
    """Run TiTiler as its guide sets it up, and yield it once it answers."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "uvicorn", "--factory", "tests.bench.peer:titiler", "--port", str(port)]
    environment = {**os.environ, "PYTHONPATH": f".{os.pathsep}services", **GDAL_AS_TITILER_ADVISES}
    process = subprocess.Popen([*command, "--log-level", "error", "--no-access-log"], env=environment)
    try:
        for _ in range(600):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield Server(port, psutil.Process(process.pid))
    finally:
        process.terminate()
        process.wait()


@dataclass(frozen=True)
class Case:
    """One comparison."""

    key: str
    make: Callable[[], Path]
    zooms: tuple[int, ...]
    """Zooms of WebMercatorQuad; tiles are spread evenly over them."""
    n_tiles: int
    """In each round."""
    ours: str
    """Suffix and query of a tile of geo3d."""
    theirs: str
    """Suffix and query of a tile of TiTiler, without the file."""


BILINEAR = "&resampling=bilinear&reproject=bilinear"
NDVI = "(b8-b4)/(b8%2Bb4)"
CASES = (
    Case("utm_jpeg", imagery.ortho_jpeg, (17, 19, 21), 150, "jpg", f"jpg?{BILINEAR}"),
    Case("utm_png", imagery.ortho_jpeg, (17, 19, 21), 150, "png", f"png?{BILINEAR}"),
    Case("s2_rgb", imagery.sentinel, (10, 12, 14), 120, "jpg?bands=4,3,2&range=0,4000",
         f"jpg?bidx=4&bidx=3&bidx=2&rescale=0,4000{BILINEAR}"),
    Case("s2_ndvi", imagery.sentinel, (10, 12, 14), 120, f"png?expression={NDVI}&range=-1,1&colormap=viridis",
         f"png?expression={NDVI}&rescale=-1,1&colormap_name=viridis{BILINEAR}"),
    Case("s2_rgb_default", imagery.sentinel_default, (12, 13, 14), 60, "jpg?bands=4,3,2&range=0,4000",
         f"jpg?bidx=4&bidx=3&bidx=2&rescale=0,4000{BILINEAR}"),
    Case("passthrough", imagery.ortho_web, (19, 20, 21), 500, "jpg", f"jpg?{BILINEAR}"),
)  # fmt: skip


def run(only: str = "") -> dict[str, float]:
    """Run all comparisons, or one of them."""
    figures: dict[str, float] = {}
    cases = [case for case in CASES if only in ("", case.key)]
    if cases:
        files = list(dict.fromkeys(case.make() for case in cases))
        with geo3d_server(files) as ours, titiler_server() as theirs:
            for case in cases:
                figures |= compared(case, ours, theirs)
            figures["tiles.rss_mb"] = ours.process.memory_info().rss / 2**20
            figures["tiles.titiler_rss_mb"] = theirs.process.memory_info().rss / 2**20
    if only in ("", "optimise"):
        figures |= optimising()
    if only in ("", "first_view"):
        figures |= first_view()
    return figures


def compared(case: Case, ours: Server, theirs: Server) -> dict[str, float]:
    """Return milliseconds of processor time for a tile on both sides, and their ratio."""
    path = case.make()
    rng = np.random.default_rng(17)
    places = [covered_places(path, case, rng) for _ in range(N_ROUNDS + 1)]

    def our_paths(round_: int) -> list[str]:
        tiles = f"{ours.assets[path.name]}/latest/{WEB_MERCATOR}"
        return [f"{tiles}/{z}/{x}/{y}.{case.ours}" for z, x, y in places[round_]]

    def their_paths(round_: int) -> list[str]:
        url = f"&url={path}"
        return [f"/tiles/{WEB_MERCATOR}/{z}/{x}/{y}.{case.theirs}{url}" for z, x, y in places[round_]]

    check_same_picture(case, ours.get(our_paths(N_ROUNDS)[:12]), theirs.get(their_paths(N_ROUNDS)[:12]))
    spent: dict[str, list[float]] = {"geo3d": [], "titiler": []}
    for round_ in range(N_ROUNDS):
        for name, server, paths in (("titiler", theirs, their_paths), ("geo3d", ours, our_paths)):
            before = server.cpu_s()
            server.get(paths(round_))
            spent[name].append((server.cpu_s() - before) * 1000 / len(places[round_]))
    ours_ms, theirs_ms = statistics.median(spent["geo3d"]), statistics.median(spent["titiler"])
    return {
        f"tiles.{case.key}.ratio": theirs_ms / ours_ms,
        f"tiles.{case.key}.geo3d_ms": ours_ms,
        f"tiles.{case.key}.titiler_ms": theirs_ms,
    }


def covered_places(path: Path, case: Case, rng: np.random.Generator) -> list[Place]:
    """Return different tiles that lie wholly in the raster, evenly over the zooms."""
    grid, reader = WebMercatorGrid(), TileReader(open_raster(path, trust=Trust()), BlockCache(0))
    info, found = reader.info, []
    bounds = reader.plane_bounds(grid)
    assert bounds is not None
    for z in case.zooms:
        side, left = grid.cell(z, 0, 0).width, grid.cell(z, 0, 0).left
        xs = range(int((bounds[0] - left) // side), int((bounds[2] - left) // side) + 1)
        ys = range(int((-left - bounds[3]) // side), int((-left - bounds[1]) // side) + 1)
        every = [(z, x, y) for x in xs for y in ys]
        rng.shuffle(every)
        n = 0
        for place in every:
            way = reader.way(grid, grid.cell(*place), (256, 256))
            if way is None:
                continue
            at, top, right, bottom = way.bounds
            slack = max(way.scale) * 2 + 2
            if at > -slack and top > -slack and right < info.width + slack and bottom < info.height + slack:
                patch_is_full = at >= 0 and top >= 0 and right <= info.width and bottom <= info.height
                if patch_is_full and has_data(case, reader, place):
                    found.append(place)
                    n += 1
            if n == case.n_tiles // len(case.zooms):
                break
    return found


def has_data(case: Case, reader: TileReader, place: Place) -> bool:
    """Return whether a tile of the web-aligned copy has its own full block; other files are full everywhere."""
    if case.key != "passthrough":
        return True
    patch = reader.read(WebMercatorGrid(), *place, 256, Want((1, 2, 3)))
    return patch is not None and patch.valid is None


def check_same_picture(case: Case, ours: list[bytes], theirs: list[bytes]) -> None:
    """Raise when the two servers do not draw the same."""
    for one, other in zip(ours, theirs, strict=True):
        a, b = (cv2.imdecode(np.frombuffer(data, np.uint8), cv2.IMREAD_COLOR) for data in (one, other))
        assert a is not None
        assert b is not None
        luma = [cv2.cvtColor(image, cv2.COLOR_BGR2GRAY).astype(float) for image in (a, b)]
        small = [cv2.resize(image, (64, 64), interpolation=cv2.INTER_AREA) for image in luma]
        difference = float(np.abs(small[0] - small[1]).mean())
        if difference > 4.0:
            raise RuntimeError(
                f"{case.key}: the two servers draw different pictures (mean difference {difference:.1f})"
            )


def optimising() -> dict[str, float]:
    """Return how much faster copies are made than by GDAL's COG driver, on the wall clock, in turn."""
    source = imagery.ortho()
    ways: dict[str, tuple[Optimisation, dict[str, object]]] = {
        "native_jpeg": (Optimisation(compression="jpeg"), {"compress": "JPEG", "quality": 85, "blocksize": 512}),
        "web_jpeg": (
            Optimisation(layout="WebMercatorQuad", compression="jpeg"),
            {
                "compress": "JPEG", "quality": 85, "blocksize": 256, "tiling_scheme": "GoogleMapsCompatible",
                "add_alpha": "NO", "warp_resampling": "BILINEAR", "overview_resampling": "AVERAGE",
            },
        ),
        "lossless": (Optimisation(), {"compress": "ZSTD", "level": 1, "predictor": "YES", "blocksize": 512}),
    }  # fmt: skip
    figures: dict[str, float] = {}
    for name, (options, gdal_options) in ways.items():
        target = imagery.FOLDER / "optimised.tif"
        start = time.perf_counter()
        optimise(open_raster(source, trust=Trust()), target, options)
        ours = time.perf_counter() - start
        figures[f"tiles.optimise.{name}.geo3d_mb"] = target.stat().st_size / 2**20
        start = time.perf_counter()
        imagery.gdal_cog(source, target, **gdal_options)
        theirs = time.perf_counter() - start
        figures[f"tiles.optimise.{name}.gdal_mb"] = target.stat().st_size / 2**20
        target.unlink()
        figures[f"tiles.optimise.{name}.geo3d_s"], figures[f"tiles.optimise.{name}.gdal_s"] = ours, theirs
        figures[f"tiles.optimise.{name}.ratio"] = theirs / ours
    lossy = (figures[f"tiles.optimise.{name}.ratio"] for name in ("native_jpeg", "web_jpeg"))
    figures["tiles.optimise.ratio"] = min(lossy)
    return figures


def first_view() -> dict[str, float]:
    """Return the seconds from asking a fresh server about a striped 4 GB file to its whole picture on the screen."""
    path = imagery.striped()
    waits = []
    for _ in range(N_ROUNDS):
        with geo3d_server([path]) as server:
            forget(path)
            start = time.perf_counter()
            server.get([f"{server.assets[path.name]}/info"])
            # 23,000 pixels at zoom 2 of 7: 719 pixels, what a screen shows of it at first
            tiles = f"{server.assets[path.name]}/latest/native/2"
            server.get([f"{tiles}/{x}/{y}.png" for y in range(3) for x in range(3)])
            waits.append(time.perf_counter() - start)
    return {"tiles.first_view_s": statistics.median(waits)}


def forget(path: Path) -> None:
    """Let the operating system forget a file's pages, so that the disk is really read."""
    if hasattr(os, "posix_fadvise"):
        with path.open("rb") as file:
            os.posix_fadvise(file.fileno(), 0, 0, os.POSIX_FADV_DONTNEED)
