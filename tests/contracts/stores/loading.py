"""What a store promises about loads: one revision, one undo, the model's rules, all or nothing."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import numpy as np
import pytest
import shapely

from geo3d.errors import Conflict, JobCancelled, NotFound, StoreError, ValidationFailed
from geo3d.geometry import MapFrame, MultiPolygon, MultiPolyline, Point, Polygon, Polyline, Rings
from geo3d.labels import Annotation, AnnotationColumns, ChangeSet, Provenance, Put, Thing, new_id
from geo3d.store import Commit, Query
from tests.contracts.stores.tiling import crowd
from tests.contracts.stores.workbench import SCENE, StoreSuite, Workbench, square
from tests.contracts.stores.writing import reasons

RING = ((0.0, 0.0), (4.0, 0.0), (4.0, 4.0), (0.0, 4.0))
HOLE = ((1.0, 1.0), (2.0, 1.0), (2.0, 2.0))
PAIRS = [
    (shapely.Point(0.1, 0.2), Point(frame="m", position=(0.1, 0.2))),
    (shapely.Point(0.1, 0.2, 0.3), Point(frame="m", position=(0.1, 0.2, 0.3))),
    (shapely.LineString(RING), Polyline(frame="m", path=RING)),
    (shapely.MultiLineString([RING, HOLE]), MultiPolyline(frame="m", paths=(RING, HOLE))),
    (shapely.Polygon(RING, [HOLE]), Polygon(frame="m", exterior=RING, holes=(HOLE,))),
    (
        shapely.Polygon([(*p, 7.5) for p in RING]),
        Polygon(frame="m", exterior=tuple((*p, 7.5) for p in RING)),
    ),
    (
        shapely.MultiPolygon([(RING, [HOLE]), ([(9, 9), (10, 9), (9, 10)], [])]),
        MultiPolygon(
            frame="m", parts=(Rings(exterior=RING, holes=(HOLE,)), Rings(exterior=((9, 9), (10, 9), (9, 10))))
        ),
    ),
    (None, None),
]


def columns_of(shapes: list[Any], **fields: Any) -> AnnotationColumns:
    geometries = np.empty(len(shapes), dtype=object)
    geometries[:] = shapes
    given = {
        "frame": "m",
        "geometries": geometries,
        "labels": ["roof"] * len(shapes),
        "attributes": [{"floors": i} for i in range(len(shapes))],
        "provenance": Provenance(method="imported", actor="test"),
    }
    return AnnotationColumns(**(given | fields))


def load(bench: Workbench, *batches: AnnotationColumns, **options: Any) -> Commit:
    given: dict[str, Any] = {"client_id": new_id(), "actor": "ann", "message": "Import"}
    return bench.store.load(SCENE, batches, options.pop("changes", None), **(given | options))


class LoadSuite(StoreSuite):
    def test_columns_become_the_documents_that_values_would(self, bench: Workbench) -> None:
        columns = columns_of([shape for shape, _ in PAIRS], extra=[{"fmt": {"i": i}} for i in range(len(PAIRS))])
        commit = load(bench, columns)
        stored = [Annotation.model_validate(d) for d in bench.read()]
        assert [d.geometry for d in stored] == [geometry for _, geometry in PAIRS]
        for i, document in enumerate(stored):
            assert document == Annotation(
                id=document.id, scene=SCENE, fid=document.fid, label="roof", geometry=PAIRS[i][1],
                attributes={"floors": i}, provenance=columns.provenance, revision=commit.revision,
                extra={"fmt": {"i": i}},
            )  # fmt: skip
        assert (commit.revision, commit.n_changes) == (2, len(PAIRS))
        assert bench.is_sound(), "what is indexed of a load is what is indexed of its documents"
        before = list(bench.store.read(SCENE, Query()))
        bench.store.rebuild()
        assert list(bench.store.read(SCENE, Query())) == before

    def test_what_each_brings_of_its_own_is_kept(self, bench: Workbench) -> None:
        bench.put(Thing(id="t", scene=SCENE, label="tree"))
        theirs = Provenance(actor="bob", tool="lasso", score=0.25)
        shapes = [shapely.Point(i, i) for i in range(3)]
        load(
            bench,
            columns_of(
                shapes,
                states=["draft", "accepted", "rejected"],
                samples=[None, 0, 2],
                things=["t", None, "t"],
                provenances=[theirs, Provenance(), Provenance()],
            ),
        )
        stored = [Annotation.model_validate(d) for d in bench.read()]
        assert [d.state for d in stored] == ["draft", "accepted", "rejected"]
        assert [d.sample for d in stored] == [None, 0, 2]
        assert [d.thing for d in stored] == ["t", None, "t"]
        assert stored[0].provenance == theirs
        assert bench.store.count(SCENE, Query(states=("accepted", "rejected"))) == {"roof": 2}
        assert bench.ids(sample=2) == [stored[2].id]
        assert bench.is_sound()
        for fields in ({"things": ["t"]}, {"things": ["nobody"]}):
            with pytest.raises(ValidationFailed):
                load(bench, columns_of(shapes[:1], **fields))
        assert len(bench.read()) == 3

    def test_a_load_is_one_revision_and_one_undo(self, bench: Workbench) -> None:
        mine = bench.draw()
        commit = load(bench, crowd(2500), crowd(700, seed=1))
        assert commit.is_bulk
        assert (commit.revision, commit.n_changes) == (3, 3200)
        documents = list(bench.store.read(SCENE, Query()))
        assert len(documents) == 3201
        undone = bench.undo()
        assert (undone.n_changes, undone.is_bulk) == (3200, True)
        assert bench.ids() == [mine.id]
        assert bench.store.count(SCENE, Query()) == {"roof": 1}
        assert set(bench.store.bounds(SCENE)) == {"f"}
        redone = bench.redo()
        again = [
            d.replace(b'"revision":%d}' % redone.revision, b'"revision":3}') for d in bench.store.read(SCENE, Query())
        ]
        assert again[1:] == documents[1:], "fids, ids and bytes come back"
        assert bench.is_sound()
        assert len(bench.at(3)) == 3201
        assert len(bench.at(4)) == 1

    def test_one_of_a_load_is_edited_like_any_other(self, bench: Workbench) -> None:
        load(bench, crowd(2500))
        (loaded,) = (Annotation.model_validate(d) for d in bench.read(limit=1))
        edited = bench.put(loaded.model_copy(update={"label": "road", "geometry": square(frame="m")}))
        assert (edited.fid, edited.id, edited.label) == (loaded.fid, loaded.id, "road")
        versions = bench.store.history(SCENE, "annotation", loaded.id)
        assert [v.json and Annotation.model_validate_json(v.json) for v in versions] == [edited, loaded]
        bench.undo()
        bench.undo()
        assert bench.read() == []
        assert bench.is_sound()

    def test_undo_of_a_load_asks_where_somebody_edited_it(self, bench: Workbench) -> None:
        load(bench, crowd(2500))
        loaded = Annotation.model_validate(bench.read(limit=1)[0])
        bench.put(loaded.model_copy(update={"label": "tree"}), actor="bob")
        with pytest.raises(Conflict) as caught:
            bench.undo()
        assert list(caught.value.details["current"]) == [loaded.id]
        bench.undo(is_forced=True)
        assert bench.read() == []
        assert bench.is_sound()

    def test_changes_go_first_in_the_same_revision(self, bench: Workbench) -> None:
        scene = bench.store.scene(SCENE)
        frames = (*scene.frames, MapFrame(id="new", crs="EPSG:4326"))
        changes = ChangeSet(client_id=new_id(), actor="ann", changes=(
            Put(document=scene.model_copy(update={"frames": frames}), base=scene.revision),
            Put(document=Thing(id="t", scene=SCENE, label="tree")),
        ))  # fmt: skip
        commit = load(bench, columns_of([shapely.Point(1, 2)], frame="new"), changes=changes)
        assert commit.n_changes == 3
        assert bench.store.scene(SCENE).frames == frames
        bench.undo()
        assert bench.store.scene(SCENE).frames == scene.frames
        assert bench.read() == bench.read(kind="thing") == []

    def test_ids_of_the_source_are_kept(self, bench: Workbench) -> None:
        drawn = bench.draw()
        deleted = bench.draw()
        bench.delete(deleted)
        shapes = [shapely.Point(i, i) for i in range(3)]
        load(bench, columns_of(shapes, ids=["a", deleted.id, "b"]))
        found = {d["id"]: d["fid"] for d in bench.read()}
        assert list(found) == [drawn.id, deleted.id, "a", "b"]
        assert found[deleted.id] == deleted.fid
        for ids in (["c", drawn.id, "d"], ["a", "e", "f"]):
            with pytest.raises(Conflict) as caught:
                load(bench, columns_of(shapes, ids=ids))
            assert len(caught.value.details["current"]) == 1
        with pytest.raises(Conflict):
            load(bench, columns_of(shapes, ids=["x", "y", "z"]), columns_of(shapes[:1], ids=["x"]))
        assert len(bench.read()) == 4
        assert bench.is_sound()

    def test_new_ids_are_unique_and_in_order(self, bench: Workbench) -> None:
        load(bench, crowd(2500), crowd(2500))
        ids = bench.ids()
        assert len(set(ids)) == 5000
        assert ids == sorted(ids)
        assert all(Annotation.model_validate(d) for d in bench.read(limit=3))

    @pytest.mark.parametrize(("fields", "reason"), [
        ({"labels": ["roof", "cloud"]}, "unknown-class"),
        ({"labels": ["roof", "road"]}, "geometry-not-allowed"),
        ({"frame": "elsewhere"}, "unknown-frame"),
        ({"attributes": [{}, {"floors": "three"}]}, "attribute-value"),
        ({"attributes": [{}, {"floors": -3}]}, "attribute-value"),
        ({"attributes": [{}, {"floors": True}]}, "attribute-value"),
        ({"labels": ["tree", "tree"], "attributes": [{"kind": "oak"}, {"kind": "elm"}]}, "attribute-value"),
        ({"attributes": [{}, {"other": float("nan")}]}, "attribute-value"),
        ({"attributes": [{}, {"other": ["a"]}]}, "attribute-value"),
        ({"attributes": [{}, {"other": np.int64(3)}]}, "attribute-value"),
        ({"attributes": [{}]}, "columns"),
        ({"ids": ["a"]}, "columns"),
        ({"states": ["draft"]}, "columns"),
        ({"states": ["draft", "lost"]}, "state"),
        ({"labels": ["tree", "tree"], "states": ["draft", "submitted"]}, "attribute-missing"),
        ({"samples": [0, 3]}, "unknown-sample"),
        ({"samples": [0, -1]}, "unknown-sample"),
        ({"ids": ["a", "a"]}, "twice"),
        ({"ids": ["a", "no spaces"]}, "id"),
    ])  # fmt: skip
    def test_what_does_not_fit_is_refused(self, bench: Workbench, fields: dict[str, Any], reason: str) -> None:
        good = columns_of([shapely.Point(0, 0)] * 3)
        bad = columns_of([shapely.Point(1, 1), shapely.Point(2, 2)], **({"attributes": [{}, {}]} | fields))
        with pytest.raises(ValidationFailed) as caught:
            load(bench, good, bad)
        assert reason in reasons(caught)
        assert bench.store.revision(SCENE) == 1, "all or nothing"
        assert bench.read() == []
        assert bench.is_sound()

    @pytest.mark.parametrize("shape", [
        shapely.MultiPoint([(0, 0), (1, 1)]),
        shapely.GeometryCollection([shapely.Point(0, 0)]),
        shapely.Polygon(),
        shapely.Point(float("nan"), 1.0),
        shapely.LineString([(0, 0), (float("inf"), 1)]),
        shapely.Point(0, 0, float("nan")),
    ], ids=str)  # fmt: skip
    def test_shapes_that_no_label_has_are_refused(self, bench: Workbench, shape: Any) -> None:
        with pytest.raises(ValidationFailed) as caught:
            load(bench, columns_of([shapely.Point(1, 1), shape]))
        assert reasons(caught) == ["geometry"]

    def test_values_that_no_json_holds_are_refused(self, bench: Workbench) -> None:
        with pytest.raises(ValidationFailed):
            load(bench, columns_of([shapely.Point(1, 1)], attributes=[{"huge": 2**70}]))
        with pytest.raises(ValidationFailed):
            load(bench, columns_of([shapely.Point(1, 1)], extra=[{"odd": object()}]))

    def test_progress_is_told_and_may_cancel(self, bench: Workbench) -> None:
        told: list[float] = []
        load(bench, crowd(30), crowd(30), progress=told.append)
        assert told == [0.0, 0.0, 0.8, 1.0]

        def cancel(fraction: float) -> None:
            raise JobCancelled("stop")

        with pytest.raises(JobCancelled):
            load(bench, crowd(30), progress=cancel)
        assert len(bench.read()) == 60

    def test_a_source_that_fails_leaves_nothing(self, bench: Workbench) -> None:
        def batches() -> Iterator[AnnotationColumns]:
            yield crowd(500)
            raise OSError("the disk of the source is gone")

        with pytest.raises(OSError, match="gone"):
            bench.store.load(SCENE, batches(), None, client_id=new_id(), actor="ann", message="Import")
        assert bench.read() == []
        assert bench.store.revision(SCENE) == 1
        assert bench.is_sound()

    def test_a_retried_load_is_done_once(self, bench: Workbench) -> None:
        key = new_id()
        first = load(bench, crowd(30), client_id=key)
        again = load(bench, crowd(30), client_id=key)
        assert again.is_replay
        assert again.revision == first.revision
        assert len(bench.read()) == 30

    def test_a_load_needs_a_scene(self, bench: Workbench) -> None:
        with pytest.raises(NotFound):
            bench.store.load("nowhere", [crowd(3)], None, client_id=new_id(), actor="ann", message="")

    def test_a_load_without_annotations_is_a_commit_too(self, bench: Workbench) -> None:
        assert load(bench).n_changes == 0
        assert load(bench, columns_of([])).n_changes == 0
        bench.undo()

    def test_a_batch_may_read_the_store_but_not_write_it(self, bench: Workbench) -> None:
        def batches() -> Iterator[AnnotationColumns]:
            assert bench.store.count(SCENE, Query()) == {}
            yield crowd(5)

        bench.store.load(SCENE, batches(), None, client_id=new_id(), actor="ann", message="")

        def writing() -> Iterator[AnnotationColumns]:
            bench.draw()
            yield crowd(5)

        with pytest.raises(StoreError):
            bench.store.load(SCENE, writing(), None, client_id=new_id(), actor="ann", message="")
