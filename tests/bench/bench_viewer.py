"""The viewer over a million polygons, in the system's Chromium: opening, panning, hitting, editing, undoing, memory.

Chromium renders by software where there is no GPU (the flags are those of tests/chromium.py). What counts of a pan step
is the work of the main thread, as DevTools counts it, in time on the processor: it depends neither on how fast pixels
are drawn elsewhere nor on who else works on the machine.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import cv2
import numpy as np
import rasterio
from playwright.sync_api import CDPSession, Page, sync_playwright
from rasterio.transform import from_origin

from geo3d.workspace import Workspace
from tests.bench import bench_store
from tests.browser.desk import Desk
from tests.chromium import ABSENT, ARGUMENTS, find
from tests.live import LiveServer

SIZE = {"width": 1440, "height": 900}
MIDDLE = (580, 450)
N_PAN_STEPS = 200
N_EDITS = 20
# from the release of the button (or the key) until the page knows that the server has it
WATCH = """() => {
  window.benchTimes = []
  let start = 0
  const begin = () => { start = performance.now() }
  addEventListener('pointerup', begin, true)
  addEventListener('keydown', begin, true)
  const badge = document.querySelector('.sync')
  let before = badge.dataset.state
  new MutationObserver(() => {
    const now = badge.dataset.state
    if (now === 'saved' && before !== 'saved') window.benchTimes.push(performance.now() - start)
    before = now
  }).observe(badge, { attributes: true, attributeFilter: ['data-state'] })
}"""


def run(part: str = "") -> dict[str, float]:
    """Return ``viewer.*``: seconds, milliseconds, megabytes."""
    chromium = find()
    if chromium is None:
        raise SystemExit(ABSENT)
    with tempfile.TemporaryDirectory() as folder:
        workspace = Path(folder) / "workspace"
        prepare(Path(folder), workspace)
        with LiveServer(workspace) as server, sync_playwright() as playwright:
            browser = playwright.chromium.launch(executable_path=str(chromium), args=ARGUMENTS)
            desk = Desk(browser, server, "Ada", viewport=SIZE)
            desk.until(lambda: not server_is_busy(desk), "the server is at rest", 120)
            figures = measured(desk)
            browser.close()
            if desk.errors:
                raise SystemExit(f"errors on the page: {desk.errors}")
    return figures


def prepare(folder: Path, workspace: Path) -> None:
    """Make a workspace with a million polygons over a raster of 40 x 40 km."""
    source = folder / "buildings.gpkg"
    bench_store.write_source(source)
    command = [sys.executable, "-m", "tests.bench.bench_store", str(workspace), str(source)]
    subprocess.run(command, check=True, capture_output=True)
    rng = np.random.default_rng(0)
    noise = rng.integers(60, 180, (200, 200, 3), dtype=np.uint8)
    picture = cv2.resize(noise, (8000, 8000), interpolation=cv2.INTER_CUBIC)
    west, south = bench_store.ORIGIN
    place = from_origin(west, south + bench_store.SIDE, bench_store.SIDE / 8000, bench_store.SIDE / 8000)
    profile = {"driver": "COG", "width": 8000, "height": 8000, "count": 3, "dtype": "uint8", "crs": "EPSG:32617"}
    with rasterio.open(folder / "ground.tif", "w", transform=place, **profile) as raster:
        raster.write(picture.transpose(2, 0, 1))
    with Workspace.open(workspace) as opened:
        opened.add([folder / "ground.tif"], scene=bench_store.SCENE)


def server_is_busy(desk: Desk) -> bool:
    """Return whether jobs wait or run."""
    return any(job["state"] in ("queued", "running") for job in desk.fetch("/api/jobs"))


def measured(desk: Desk) -> dict[str, float]:
    """Return all figures."""
    page = desk.page
    devtools = desk.context.new_cdp_session(page)
    devtools.send("Performance.enable", {"timeDomain": "threadTicks"})
    figures = {"viewer.first_s": first_s(desk)}
    steps = [*pan(page, devtools, 8), *zoomed_pan(desk, devtools)]
    figures["viewer.pan_p95_ms"] = float(np.percentile(steps, 95))
    figures["viewer.pan_median_ms"] = statistics.median(steps)
    closer(desk, 1)
    figures["viewer.hit_ms"] = hit_ms(desk)
    figures |= edits(desk)
    devtools.send("HeapProfiler.collectGarbage")
    figures["viewer.heap_mb"] = devtools.send("Runtime.getHeapUsage")["usedSize"] / 1e6
    return figures


def first_s(desk: Desk) -> float:
    """Return the seconds from a fresh page until all labels and pixels in view are drawn."""
    waits = []
    for _ in range(3):
        desk.page.goto("about:blank")
        start = time.perf_counter()
        desk.page.goto(f"{desk.server.base}/#/scene/{bench_store.SCENE}")
        desk.idle()
        waits.append(time.perf_counter() - start)
    return statistics.median(waits)


def pan(page: Page, devtools: CDPSession, step_px: int) -> list[float]:
    """Drag the map and return the main thread's milliseconds for each step."""
    busy = [main_thread_s(devtools)]
    page.mouse.move(*MIDDLE)
    times = []
    with dragging(page):
        for i in range(N_PAN_STEPS):
            side = step_px * (i if i < N_PAN_STEPS / 2 else N_PAN_STEPS - i) / 2
            page.mouse.move(MIDDLE[0] - side, MIDDLE[1] - side / 2)
            page.evaluate("() => new Promise(requestAnimationFrame)")
            busy.append(main_thread_s(devtools))
            times.append((busy[-1] - busy[-2]) * 1e3)
    return times


@contextmanager
def dragging(page: Page) -> Iterator[None]:
    """Hold the middle button, with which every tool pans."""
    page.mouse.down(button="middle")
    yield
    page.mouse.up(button="middle")


def main_thread_s(devtools: CDPSession) -> float:
    """Return the seconds that the main thread has worked."""
    metrics = devtools.send("Performance.getMetrics")["metrics"]
    return float(next(metric["value"] for metric in metrics if metric["name"] == "TaskDuration"))


def closer(desk: Desk, n: int) -> None:
    """Zoom in by wheel steps."""
    for _ in range(n):
        desk.page.mouse.move(*MIDDLE)
        desk.page.mouse.wheel(0, -400)
        desk.page.wait_for_timeout(300)
        desk.idle()


def zoomed_pan(desk: Desk, devtools: CDPSession) -> list[float]:
    """Pan where single polygons are drawn, some two thousand in view."""
    closer(desk, 5)
    return pan(desk.page, devtools, 4)


def hit_ms(desk: Desk) -> float:
    """Return the median time of finding what lies under the pointer, at random places."""
    rng = np.random.default_rng(3)
    places = rng.uniform((200, 200), (1000, 700), (100, 2)).tolist()
    found = [desk.page.evaluate("([x, y]) => window.geo3d.pick(x, y)", place) for place in places]
    return statistics.median(hit["ms"] for hit in found)


def edits(desk: Desk) -> dict[str, float]:
    """Drag a vertex to and fro, then undo all of it; return the median milliseconds until each step is stored."""
    page = desk.page
    closer(desk, 3)
    desk.page.keyboard.press("s")
    desk.draw("polygon", [(500, 400), (700, 400), (700, 550), (500, 550)])
    desk.idle()
    desk.tool("select")
    page.evaluate(WATCH)
    here, there = (700, 550), (720, 560)

    def drag() -> None:
        nonlocal here, there
        desk.drag(here, there)
        here, there = there, here

    commit = timed(desk, drag)
    undo = timed(desk, lambda: page.keyboard.press("Control+Z"))
    return {"viewer.commit_ms": statistics.median(commit), "viewer.undo_ms": statistics.median(undo)}


def timed(desk: Desk, act: Callable[[], None]) -> list[float]:
    """Do something that is stored, several times, and return what the page says of each."""
    start = desk.page.evaluate("() => window.benchTimes.length")
    for i in range(N_EDITS):
        act()
        desk.until(lambda n=start + i + 1: desk.page.evaluate("() => window.benchTimes.length") >= n, "it was stored")
        desk.page.wait_for_timeout(50)
    return list(desk.page.evaluate(f"() => window.benchTimes.slice({start})"))
