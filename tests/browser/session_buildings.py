"""A session of labelling, recorded: 20 buildings drawn by the mouse from their true outlines, all clicks counted.

usage: python -m tests.browser.session_buildings [RASTER.tif TRUTH.geojson]

Not a test: it prints what each building takes, beside what the documented steps of QGIS (a click for each vertex, a
right click, OK in the attribute form) and of CVAT (N, a click for each vertex, N) take for the same outline. Looking
for the next place is the same everywhere and is counted apart: here it is done by the work grid, G and D.
"""

from __future__ import annotations

import json
import math
import os
import statistics
import sys
import tempfile
from dataclasses import dataclass, field
from pathlib import Path

import shapely
from playwright.sync_api import sync_playwright

from geo3d.workspace import Workspace
from tests.browser.desk import Desk
from tests.chromium import ABSENT, ARGUMENTS, find
from tests.live import LiveServer, eventually

SIZE = {"width": 1440, "height": 900}
N_BUILDINGS = 20
CELL_PIXELS = 300
LEAST_AREA = 60.0
"""Square metres: smaller outlines of this truth are sheds that the image does not show."""
RECTANGULAR = 0.95
"""Share that outline and smallest turned rectangle have in common from which the rectangle is drawn."""


@dataclass
class Record:
    """What one building took."""

    n_vertices: int
    how: str
    clicks: int = 0
    keys: int = 0
    overlap: float = 0.0
    """Intersection over union of what is stored and the truth."""

    @property
    def acts(self) -> int:
        """Clicks and keys together."""
        return self.clicks + self.keys


@dataclass
class Hand:
    """A hand at a desk that counts what it does."""

    desk: Desk
    tool: str = "select"
    n_steps: int = 0
    """Keys pressed to get from place to place."""
    records: list[Record] = field(default_factory=list)

    def go(self, key: str) -> None:
        """Go on to another place."""
        self.desk.page.keyboard.press(key)
        self.n_steps += 1
        self.desk.page.wait_for_timeout(150)
        self.desk.idle()

    def draw(self, truth: shapely.Polygon) -> None:
        """Draw a building in the way that takes least, and count."""
        rectangle = truth.minimum_rotated_rectangle
        is_rectangular = overlap(truth, rectangle) >= RECTANGULAR
        corners = list((rectangle if is_rectangular else truth).exterior.coords)[:-1]
        record = Record(len(truth.exterior.coords) - 1, "rectangle" if is_rectangular else "polygon")
        tool, key = ("rectangle-turned", "o") if is_rectangular else ("polygon", "Shift+N")
        while self.tool != tool:
            self.desk.page.keyboard.press(key)
            record.keys += 1
            self.tool = str(self.desk.page.locator('.tool[data-tool][aria-pressed="true"]').get_attribute("data-tool"))
        places = [self.desk.page_at(*corner) for corner in corners]
        for place in places[:3] if is_rectangular else places:
            self.desk.page.mouse.move(*place)
            self.desk.page.mouse.click(*place)
            record.clicks += 1
        if not is_rectangular:
            self.desk.page.keyboard.press("Enter")
            record.keys += 1
        self.desk.idle()
        self.records.append(record)


def overlap(a: shapely.Polygon, b: shapely.Polygon) -> float:
    """Return the intersection of two areas over their union."""
    return float(a.intersection(b).area / a.union(b).area)


def buildings(path: Path, raster: shapely.Polygon) -> list[shapely.Polygon]:
    """Return the true outlines of the buildings to draw: wholly inside the raster and apart from each other."""
    found: list[shapely.Polygon] = []
    for feature in json.loads(path.read_text())["features"]:
        outline = shapely.geometry.shape(feature["geometry"])
        is_apart = all(outline.distance(other) > 1.0 for other in found)
        if outline.area >= LEAST_AREA and raster.contains(outline) and is_apart:
            found.append(outline)
    return found


def in_sight(desk: Desk, outline: shapely.Polygon) -> bool:
    """Say whether a building lies wholly in the map on the page."""
    view = desk.page.locator(".map").bounding_box()
    assert view is not None
    places = [desk.page_at(*corner) for corner in outline.exterior.coords]
    return all(
        view["x"] + 12 < x < view["x"] + view["width"] - 12 and view["y"] + 12 < y < view["y"] + view["height"] - 12
        for x, y in places
    )


def scene_of(server: LiveServer, raster: Path) -> tuple[str, shapely.Polygon]:
    """Make a scene with a raster; return its id and where the raster lies."""
    with server.program() as client:
        scene: str = client.post("/api/scenes", json={"title": "Buildings"}).json()["id"]
        client.post(f"/api/scenes/{scene}/assets", json={"hrefs": [str(raster)]}).raise_for_status()
        jobs = {"scene": scene}
        eventually(
            lambda: all(j["state"] not in ("queued", "running") for j in client.get("/api/jobs", params=jobs).json()),
            "the file was looked at",
        )
        frames = client.get(f"/api/scenes/{scene}").json()["frames"]
    pixel = next(frame for frame in frames if frame["kind"] == "pixel")
    link, (width, height) = pixel["link"], pixel["size"]
    return scene, shapely.box(link["c"], link["f"] + link["e"] * height, link["c"] + link["a"] * width, link["f"])


def work(desk: Desk, scene: str, truths: list[shapely.Polygon]) -> Hand:
    """Draw buildings cell by cell, those that are wholly in sight, until there are enough."""
    hand = Hand(desk)
    page = desk.page
    page.locator(".map").focus()
    page.keyboard.press("Alt+G")
    page.get_by_label("Cell size").fill(str(CELL_PIXELS))
    page.keyboard.press("Enter")
    page.locator(".cell-progress").wait_for()
    page.locator(".map").focus()
    left = list(truths)
    hand.go("g")
    n_cells = len(desk.fetch(f"/api/scenes/{scene}/annotations?kind=status")["annotations"])
    for _ in range(n_cells):
        seen = [outline for outline in left if in_sight(desk, outline)]
        for outline in seen:
            hand.draw(outline)
            left.remove(outline)
            if len(hand.records) == N_BUILDINGS:
                return hand
        hand.go("d")
    return hand


def told(records: list[Record], n_steps: int) -> str:
    """Return the table."""
    lines = ["building  vertices  drawn as    clicks  keys  geo3d  QGIS  CVAT  overlap with the truth"]
    for i, record in enumerate(records, 1):
        others = record.n_vertices + 2
        lines.append(
            f"{i:8}  {record.n_vertices:8}  {record.how:10}  {record.clicks:6}  {record.keys:4}"
            f"  {record.acts:5}  {others:4}  {others:4}  {record.overlap:.2f}"
        )
    n = len(records)
    ours = sum(record.acts for record in records) / n
    others = sum(record.n_vertices + 2 for record in records) / n
    lines.append(
        f"mean of {n}: {ours:.2f} clicks and keys per building (median {statistics.median(r.acts for r in records):g});"
        f" QGIS and CVAT {others:.2f} each; {n_steps} keys in all from place to place"
    )
    return "\n".join(lines)


def run(raster: Path, truth: Path) -> str:
    """Record the session and return the table."""
    chromium = find()
    if chromium is None:
        raise SystemExit(ABSENT)
    with tempfile.TemporaryDirectory() as folder:
        with Workspace.create(Path(folder) / "w", "Session") as workspace:
            workspace.add_class("Building")
        with LiveServer(Path(folder) / "w") as server, sync_playwright() as playwright:
            scene, extent = scene_of(server, raster)
            truths = buildings(truth, extent)
            browser = playwright.chromium.launch(executable_path=str(chromium), args=ARGUMENTS)
            desk = Desk(browser, server, "Ada", viewport=SIZE)
            desk.open(scene)
            hand = work(desk, scene, truths)
            stored = [shapely.Polygon(a["geometry"]["exterior"]) for a in desk.annotations(scene)]
            browser.close()
            if desk.errors:
                raise SystemExit(f"errors on the page: {desk.errors}")
    if not len(stored) == len(hand.records) == N_BUILDINGS:
        raise SystemExit(f"{N_BUILDINGS} buildings, {len(hand.records)} drawn, {len(stored)} stored")
    for record, drawn in zip(hand.records, stored, strict=True):
        record.overlap = max(overlap(drawn, outline) for outline in truths)
        if math.isclose(record.overlap, 0.0):
            raise SystemExit("a building was drawn where none is")
    return told(hand.records, hand.n_steps)


if __name__ == "__main__":
    shared = Path(os.environ.get("GEO3D_SHARED_DATA", "../shared/data")) / "raster" / "spacenet"
    given = [Path(name).resolve() for name in sys.argv[1:3]]
    if len(given) != 2:
        given = [(shared / "sample_geotiff.tif").resolve(), shared / "geotiff_labels.geojson"]
    print(run(*given))
