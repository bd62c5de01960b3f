"""What a store promises about layers: sparse chunks, runs with their old values, undo."""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pytest

from geo3d.errors import Conflict, NotFound, ValidationFailed
from geo3d.geometry import PixelFrame
from geo3d.labels import Asset, ChunkRuns, Delete, Layer, Paint, Patch, Put, Run
from geo3d.labels.selection import BrushSelection, RectangleSelection, RegionSelection
from geo3d.store import Query
from tests.contracts.stores.workbench import SCENE, StoreSuite, Workbench

CHUNK = 256 * 256


def paint(*runs: tuple[int, int, int, int], chunk: str = "0/0", layer: str = "dense") -> Patch:
    made = tuple(Run(start=s, length=n, old=old, new=new) for s, n, old, new in runs)
    return Patch(layer=layer, chunks=(ChunkRuns(chunk=chunk, runs=made),))


def entries(bench: Workbench, layer: Layer, key: str = "0/0") -> npt.NDArray[np.unsignedinteger]:
    found = dict(bench.store.chunks(layer, [key]))
    return found.get(key, np.zeros(CHUNK, dtype=layer.dtype))


class PaintingSuite(StoreSuite):
    @pytest.fixture
    def layer(self, bench: Workbench) -> Layer:
        scene = bench.store.scene(SCENE)
        frames = (*scene.frames, PixelFrame(id="huge", size=(100_000, 100_000)))
        assets = (*scene.assets, Asset(id="mosaic", href="m.tif", frame="huge"))
        bench.put(scene.model_copy(update={"frames": frames, "assets": assets}))
        made: Layer = bench.put(Layer(id="dense", scene=SCENE, asset="mosaic", frame="huge", size=(100_000, 100_000)))
        return made

    def test_paint_and_paint_over(self, bench: Workbench, layer: Layer) -> None:
        commit = bench.apply(paint((10, 5, 0, 300), (20, 2, 0, 1)))
        assert commit.chunks == (("dense", "0/0"),)
        bench.apply(paint((12, 1, 300, 0)), actor="bob")
        expected = np.zeros(CHUNK, dtype=np.uint16)
        expected[10:15], expected[20:22], expected[12] = 300, 1, 0
        found = entries(bench, layer)
        assert found.dtype == np.uint16
        assert np.array_equal(found, expected)
        assert [key for key, _ in bench.store.chunks(layer)] == ["0/0"]
        bench.reopen()
        assert np.array_equal(entries(bench, layer), expected)
        assert bench.is_sound()
        bench.store.rebuild()
        assert np.array_equal(entries(bench, layer), expected)
        assert bench.is_sound()

    def test_an_old_value_that_is_not_there_is_a_conflict(self, bench: Workbench, layer: Layer) -> None:
        bench.apply(paint((10, 5, 0, 1)))
        with pytest.raises(Conflict) as caught:
            bench.apply(
                Patch(
                    layer="dense",
                    chunks=(
                        ChunkRuns(chunk="5/5", runs=(Run(start=0, length=1, old=0, new=2),)),
                        ChunkRuns(chunk="0/0", runs=(Run(start=14, length=2, old=0, new=2),)),
                    ),
                )
            )
        assert caught.value.details["chunks"] == [{"layer": "dense", "chunk": "0/0"}]
        assert list(dict(bench.store.chunks(layer))) == ["0/0"], "nothing of it was painted"

    def test_undo_and_redo_paint_back(self, bench: Workbench, layer: Layer) -> None:
        states = [entries(bench, layer)]
        for patch in (paint((0, CHUNK, 0, 1)), paint((5, 9, 1, 2), (20, 5, 1, 300))):
            bench.apply(patch)
            states.append(entries(bench, layer))
        bench.apply(paint((0, CHUNK // 2, 0, 4), chunk="3/9"))
        bench.undo()
        assert not entries(bench, layer, "3/9").any()
        for state in reversed(states[:-1]):
            commit = bench.undo()
            assert commit.chunks == (("dense", "0/0"),)
            assert np.array_equal(entries(bench, layer), state)
        for state in states[1:]:
            bench.redo()
            assert np.array_equal(entries(bench, layer), state)
        assert bench.is_sound()

    def test_undo_asks_where_somebody_painted_over(self, bench: Workbench, layer: Layer) -> None:
        bench.apply(paint((10, 10, 0, 1)), actor="ann")
        bench.apply(paint((15, 5, 1, 2)), actor="bob")
        with pytest.raises(Conflict):
            bench.undo(actor="ann")
        bench.undo(actor="ann", is_forced=True)
        assert not entries(bench, layer).any()
        bench.redo(actor="ann")
        assert entries(bench, layer)[10:20].tolist() == [1] * 5 + [2] * 5, "redo brings back what it took away"
        assert bench.is_sound()

    def test_a_layer_made_and_painted_in_one_step(self, bench: Workbench, layer: Layer) -> None:
        made = layer.model_copy(update={"id": "other", "revision": 0})
        bench.apply(Put(document=made), paint((3, 4, 0, 7), layer="other"))
        assert entries(bench, made)[2:8].tolist() == [0, 7, 7, 7, 7, 0]
        bench.undo()
        assert not list(bench.store.read(SCENE, Query(kind="layer", ids=("other",))))
        bench.redo()
        assert entries(bench, made)[2:8].tolist() == [0, 7, 7, 7, 7, 0]
        assert bench.is_sound()

    @pytest.mark.parametrize("patch", [
        paint((0, CHUNK + 1, 0, 1)),
        paint((5, 3, 0, 1), (6, 1, 0, 2)),
        paint((5, 3, 0, 1), (1, 1, 0, 2)),
        paint((0, 1, 0, 65536)),
        paint((0, 1, 0, 2**40)),
        paint((2**60, 1, 0, 1)),
        paint(),
        paint((0, 1, 0, 1), chunk="391/0"),
        paint((0, 1, 0, 1), chunk="-1/0"),
        paint((0, 1, 0, 1), chunk="1"),
        paint((0, 1, 0, 1), chunk="a/b"),
    ], ids=range(11))  # fmt: skip
    def test_runs_that_do_not_fit_are_refused(self, bench: Workbench, layer: Layer, patch: Patch) -> None:
        with pytest.raises(ValidationFailed):
            bench.apply(patch)

    def test_a_layer_has_to_be_there(self, bench: Workbench, layer: Layer) -> None:
        with pytest.raises(NotFound):
            bench.apply(paint((0, 1, 0, 1), layer="other"))
        bench.apply(paint((0, 9, 0, 1)))
        bench.apply(Delete(kind="layer", id="dense", base=layer.revision))
        with pytest.raises(NotFound):
            bench.apply(paint((9, 1, 0, 1)))
        with pytest.raises(NotFound):
            bench.store.chunks(layer)
        bench.undo()
        assert entries(bench, layer)[:9].all()

    def test_a_layer_is_made_and_painted_at_once_and_stays_as_it_was_made(self, bench: Workbench) -> None:
        small = Layer(id="small", scene=SCENE, asset="picture", frame="f", size=(1000, 800), dtype="uint8")
        bench.apply(Put(document=small), paint((0, 3, 0, 255), layer="small", chunk="3/3"))
        bench.undo()
        assert bench.read(kind="layer") == []
        bench.redo()
        assert bench.is_sound()
        stored = Layer.model_validate(bench.read(kind="layer")[0])
        assert entries(bench, stored, "3/3")[:4].tolist() == [255, 255, 255, 0]
        with pytest.raises(ValidationFailed):
            bench.put(stored.model_copy(update={"dtype": "uint16"}))
        with pytest.raises(ValidationFailed):
            bench.apply(paint((0, 1, 0, 1), layer="small", chunk="4/0"))

    def test_what_failed_is_forgotten(self, bench: Workbench) -> None:
        """A layer of a refused change set must not be taken for the one that comes after it."""
        wide = Layer(id="a", scene=SCENE, asset="picture", frame="f", size=(1000, 800), dtype="uint16")
        narrow = Layer(id="a", scene=SCENE, asset="picture", frame="f", size=(300, 300), dtype="uint8")
        for chunk, value in (("3/3", 300), ("9/9", 1)):
            with pytest.raises(ValidationFailed):
                bench.apply(
                    Put(document=wide),
                    paint((0, 1, 0, 300), layer="a"),
                    paint((0, 1, 0, value), layer="a", chunk="9/9"),
                )
            with pytest.raises(ValidationFailed):
                bench.apply(Put(document=narrow), paint((0, 1, 0, value), layer="a", chunk=chunk))
        bench.apply(Put(document=narrow), paint((0, 1, 0, 255), layer="a", chunk="1/1"))
        stored = Layer.model_validate(bench.read(kind="layer")[0])
        assert entries(bench, stored, "1/1").dtype == np.uint8

    def test_layers_of_points_have_nodes_of_any_length(self, bench: Workbench) -> None:
        points: Layer = bench.put(Layer(id="points", scene=SCENE, asset="picture", frame="l", dtype="uint32"))
        bench.apply(paint((90, 10, 0, 70_000), layer="points", chunk="0-1-2-3"))
        assert entries(bench, points, "0-1-2-3").tolist() == [0] * 90 + [70_000] * 10
        bench.apply(paint((150, 1, 0, 5), layer="points", chunk="0-1-2-3"))
        assert len(entries(bench, points, "0-1-2-3")) == 151
        bench.undo()
        assert entries(bench, points, "0-1-2-3")[150] == 0
        assert bench.is_sound()

    def test_a_sparse_layer_of_any_size_stays_small(self, bench: Workbench, layer: Layer) -> None:
        """Ten billion pixels, of which some thousand chunks are painted."""
        rng = np.random.default_rng(0)
        keys = sorted({f"{x}/{y}" for x, y in rng.integers(0, 391, (1500, 2)).tolist()})
        chunks = tuple(ChunkRuns(chunk=key, runs=(Run(start=0, length=CHUNK, old=0, new=7),)) for key in keys)
        commit = bench.apply(Patch(layer="dense", chunks=chunks))
        assert commit.is_bulk
        assert sum(1 for _, found in bench.store.chunks(layer) if (found == 7).all()) == len(keys)
        bench.undo()
        assert not any(found.any() for _, found in bench.store.chunks(layer))

    def test_selections_are_painted_over_what_is_there(self, bench: Workbench, layer: Layer) -> None:
        def rectangle(*bounds: float) -> RectangleSelection:
            return RectangleSelection(bounds=(bounds[0], bounds[1], bounds[2], bounds[3]))

        bench.apply(
            Paint(layer="dense", selection=rectangle(250, 0, 260, 2), value=3),
            Paint(layer="dense", selection=rectangle(254, 0, 258, 1), value=5, only=(0,)),
            Paint(layer="dense", selection=rectangle(0, 0, 300, 1), value=7, only=(0,)),
            Paint(layer="dense", selection=rectangle(255, 0, 257, 2), value=0, locked=(7,)),
        )
        expected = np.zeros((256, 512), dtype=np.uint16)
        expected[:2, 250:260] = 3
        expected[0, :250], expected[0, 260:300] = 7, 7
        expected[:2, 255:257] = 0
        for x in (0, 1):
            found = entries(bench, layer, f"{x}/0").reshape(256, 256)
            assert np.array_equal(found, expected[:, 256 * x : 256 * x + 256])
        assert sorted(bench.store.chunk_keys(layer)) == ["0/0", "1/0"]
        bench.undo()
        assert not any(found.any() for _, found in bench.store.chunks(layer)), "one step takes all of it back"
        bench.redo()
        assert np.array_equal(entries(bench, layer, "1/0").reshape(256, 256), expected[:, 256:])
        assert bench.is_sound()

    def test_painting_what_is_painted_is_no_step(self, bench: Workbench, layer: Layer) -> None:
        stroke = Paint(layer="dense", selection=BrushSelection(path=((5, 5), (50, 9)), radius=3), value=2)
        bench.apply(stroke)
        before = entries(bench, layer)
        assert bench.apply(stroke).chunks == ()
        bench.undo()
        assert not entries(bench, layer).any(), "the step that changed something is taken back"
        bench.redo()
        assert np.array_equal(entries(bench, layer), before)

    def test_a_stroke_far_out_is_exact_and_bounded(self, bench: Workbench, layer: Layer) -> None:
        """A hand at a glance over ten billion pixels."""
        far = BrushSelection(path=((99_000.5, 50_000.5), (99_900.5, 50_100.5)), radius=150.5)
        commit = bench.apply(Paint(layer="dense", selection=far, value=9))
        x, y = np.meshgrid(np.arange(256) + 0.5, np.arange(256) + 0.5)
        for key in {chunk for _, chunk in commit.chunks}:
            cx, cy = map(int, key.split("/"))
            px, py = x + cx * 256 - 99_000.5, y + cy * 256 - 50_000.5
            along = np.clip((px * 900 + py * 100) / (900**2 + 100**2), 0, 1)
            near = np.hypot(px - along * 900, py - along * 100) <= 150.5
            near &= (px + 99_000.5 < 100_000) & (py + 50_000.5 < 100_000)
            assert np.array_equal(entries(bench, layer, key).reshape(256, 256) == 9, near)
        everything = RectangleSelection(bounds=(0, 0, 100_000, 100_000))
        with pytest.raises(ValidationFailed):
            bench.apply(Paint(layer="dense", selection=everything, value=9))
        assert len(bench.store.chunk_keys(layer)) == len(commit.chunks)

    def test_what_cannot_be_painted_is_refused(self, bench: Workbench, layer: Layer) -> None:
        cell = RegionSelection(offset=(3, 3), size=(1, 1), counts=(0, 1))
        with pytest.raises(ValidationFailed):
            bench.apply(Paint(layer="dense", selection=cell, value=1 << 16))
        with pytest.raises(NotFound):
            bench.apply(Paint(layer="other", selection=cell, value=1))
        renamed = layer.model_copy(update={"title": "Land cover"})
        assert bench.put(renamed).title == "Land cover", "a layer may be called something else"
