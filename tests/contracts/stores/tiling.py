"""What a store promises about label tiles: complete at every zoom, counted once, drawn where it is large enough."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator

import numpy as np
import pytest
import shapely

from geo3d.errors import NotFound
from geo3d.geometry import Point, Polyline
from geo3d.labels import AnnotationColumns, Provenance, Put, new_id
from geo3d.store import Bounds, Query, TileLabels
from tests.contracts.stores.workbench import ONTOLOGY, SCENE, StoreSuite, Workbench, annotation, square

CODES = {label.slug: label.code for label in ONTOLOGY.classes}


def crowd(n: int, seed: int = 0, frame: str = "m") -> AnnotationColumns:
    """Columns of boxes, points and a few lines: of all sizes, gathered in clusters, at UTM coordinates."""
    rng = np.random.default_rng(seed)
    centers = (400_000, 4_000_000) + rng.uniform(0, 5000, (12, 2))
    at = centers[rng.integers(12, size=n)] + rng.normal(0, 200, (n, 2))
    sizes = 10 ** rng.uniform(-1, 2.5, (n, 2))
    shapes = shapely.box(at[:, 0], at[:, 1], *(at + sizes).T)
    is_point = rng.random(n) < 0.3
    shapes[is_point] = shapely.points(at[is_point])
    shapes[:5] = shapely.linestrings(np.stack([at[:5], at[:5] + 3000], axis=1))
    labels = np.array(["roof", "tree"])[rng.integers(2, size=n)].tolist()
    return AnnotationColumns(
        frame=frame, geometries=shapes, labels=labels, attributes=[{}] * n, provenance=Provenance()
    )


def load(bench: Workbench, *batches: AnnotationColumns, actor: str = "ann") -> None:
    bench.store.load(SCENE, batches, None, client_id=new_id(), actor=actor, message="Import")


def tiles(bench: Workbench, resolution: float, frame: str = "m") -> Iterator[tuple[Bounds, TileLabels]]:
    """Iterate over the 256 px tiles that cover everything, at an origin of no special place."""
    minx, miny, maxx, maxy = bench.store.bounds(SCENE)[frame]
    side = 256 * resolution
    columns = range(int((minx + 11.7) // side), int((maxx + 11.7) // side) + 1)
    rows = range(int((miny - 3.1) // side), int((maxy - 3.1) // side) + 1)
    for column in columns:
        for row in rows:
            x0, y0 = column * side - 11.7, row * side + 3.1
            bounds = x0, y0, (column + 1) * side - 11.7, (row + 1) * side + 3.1
            yield bounds, bench.store.tile(SCENE, frame, bounds, resolution)


def counted(bench: Workbench, resolution: float, frame: str = "m") -> Counter[int]:
    """Count anchors and cells per class code over all tiles of a zoom."""
    found: Counter[int] = Counter()
    for _, tile in tiles(bench, resolution, frame):
        found.update(tile.codes[tile.is_anchor].tolist())
        for code, n in zip(tile.cell_codes.tolist(), tile.cell_counts.tolist(), strict=True):
            found[code] += n
    return found


def stored(bench: Workbench, frame: str = "m") -> Counter[int]:
    return Counter({CODES[slug]: n for slug, n in bench.store.count(SCENE, Query(frame=frame)).items()})


class TileSuite(StoreSuite):
    @pytest.mark.parametrize("resolution", [0.37, 1.5, 6.0, 24.0, 400.0, 1e5])
    def test_anchors_and_cells_of_a_zoom_are_the_total(self, bench: Workbench, resolution: float) -> None:
        load(bench, crowd(3000), crowd(50, frame="f"))
        assert counted(bench, resolution) == stored(bench)
        assert sum(counted(bench, resolution, "f").values()) == 50

    def test_the_total_follows_edits(self, bench: Workbench) -> None:
        load(bench, crowd(3000))
        victims = bench.read(limit=40)
        for i, victim in enumerate(victims[:20]):
            moved = annotation(square(401_000 + i, 4_002_000, 3.0, "m"), id=victim["id"], label="road")
            bench.put(moved, base=victim["revision"])
        bench.apply(*(Put(document=annotation(Point(frame="m", position=(402_000, 4e6 + i)))) for i in range(5)))
        for resolution in (2.0, 50.0):
            assert counted(bench, resolution) == stored(bench)
        for _ in range(7):
            bench.undo()
        for resolution in (2.0, 50.0):
            assert counted(bench, resolution) == stored(bench)
        assert bench.is_sound()

    def test_cells_come_when_a_frame_fills_and_grow_with_it(self, bench: Workbench) -> None:
        def n_cells() -> int:
            return sum(len(tile.cells) for _, tile in tiles(bench, 50.0))

        load(bench, crowd(1990))
        assert n_cells() == 0
        bench.apply(*(Put(document=annotation(Point(frame="m", position=(402_000 + i, 4e6)))) for i in range(20)))
        assert n_cells() > 0
        assert counted(bench, 50.0) == stored(bench)
        load(bench, crowd(9000, seed=4))
        assert counted(bench, 50.0) == stored(bench)
        assert counted(bench, 3.0) == stored(bench)
        bench.undo()
        assert counted(bench, 50.0) == stored(bench)
        assert bench.is_sound()

    def test_what_is_large_is_drawn_and_what_is_small_is_counted(self, bench: Workbench) -> None:
        columns = crowd(3000)
        load(bench, columns)
        outlines = shapely.bounds(columns.geometries)
        sizes = (outlines[:, 2:] - outlines[:, :2]).max(axis=1)
        resolution = 6.0
        drawn = {fid for _, tile in tiles(bench, resolution) for fid in tile.fids.tolist()}
        fids = np.array([d["fid"] for d in bench.read()])
        is_drawn = np.isin(fids, list(drawn))
        assert is_drawn[sizes >= 8 * resolution].all()
        assert not is_drawn[sizes < 4 * resolution].any()

    def test_a_tile_draws_what_meets_it(self, bench: Workbench) -> None:
        columns = crowd(3000)
        load(bench, columns)
        fids = np.array([d["fid"] for d in bench.read()])
        outlines = shapely.bounds(columns.geometries)
        box = (401_000.0, 4_001_000.0, 402_000.0, 4_002_000.0)
        for margin in (0.0, 100.0):
            tile = bench.store.tile(SCENE, "m", box, 0.01, margin=margin)
            wide = np.array(box) + np.array([-margin, -margin, margin, margin])
            meets = (outlines[:, :2] <= wide[2:]).all(axis=1) & (outlines[:, 2:] >= wide[:2]).all(axis=1)
            assert set(tile.fids.tolist()) == set(fids[meets].tolist())
            assert len(tile.cells) == 0, "at this zoom even points are drawn"
            shapes = dict(zip(fids.tolist(), columns.geometries, strict=True))
            for fid, wkb, anchor, is_anchor in zip(
                tile.fids.tolist(), tile.geometries, tile.anchors, tile.is_anchor, strict=True
            ):
                assert shapely.from_wkb(wkb).equals(shapes[fid])
                assert np.array_equal(anchor, shapely.get_coordinates(shapes[fid])[0])
                assert is_anchor == (box[0] <= anchor[0] < box[2] and box[1] <= anchor[1] < box[3])

    def test_columns_of_a_tile_belong_together(self, bench: Workbench) -> None:
        line = bench.draw(Polyline(frame="f", path=((3, 4), (50, 60))), label="road")
        roof = bench.draw(square(100, 100), state="submitted")
        tile = bench.store.tile(SCENE, "f", (0, 0, 256, 256), 1.0)
        rows = dict(zip(tile.fids.tolist(), zip(tile.codes.tolist(), tile.states.tolist(), strict=True), strict=True))
        assert rows == {line.fid: (2, 0), roof.fid: (1, 1)}
        assert tile.frame == "f"

    def test_a_coincident_crowd_stays_counted(self, bench: Workbench) -> None:
        """Ten thousand points at one place never part, however far one zooms in."""
        n = 10_000
        columns = AnnotationColumns(
            frame="m", geometries=np.full(n, shapely.Point(500_000.1, 4_649_776.2)), labels=["tree"] * n,
            attributes=[{}] * n, provenance=Provenance(),
        )  # fmt: skip
        load(bench, columns)
        for resolution in (1e-2, 1.0, 1e4):
            side = 256 * resolution
            box = (500_000 - side / 2, 4_649_776 - side / 2, 500_000 + side / 2, 4_649_776 + side / 2)
            tile = bench.store.tile(SCENE, "m", box, resolution)
            assert len(tile.fids) + tile.cell_counts.sum() == n
            if resolution >= 1.0:
                assert len(tile.fids) == 0

    def test_an_unknown_frame_is_empty_and_an_unknown_scene_is_refused(self, bench: Workbench) -> None:
        bench.draw()
        assert len(bench.store.tile(SCENE, "elsewhere", (0, 0, 1, 1), 1.0).fids) == 0
        with pytest.raises(NotFound):
            bench.store.tile("nowhere", "f", (0, 0, 1, 1), 1.0)
