"""What a store promises about writing: revisions, bases, retries, rules."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import orjson
import pytest

from geo3d.errors import Conflict, NotFound, ReviewRefused, ValidationFailed
from geo3d.geometry import Box, Point, Polygon, Polyline, Segment
from geo3d.labels import (
    Annotation,
    Delete,
    LabelClass,
    Layer,
    Ontology,
    Provenance,
    Put,
    Relation,
    SceneStatus,
    Thing,
    new_id,
)
from geo3d.store import PROJECT
from tests.contracts.stores.workbench import ONTOLOGY, SCENE, StoreSuite, Workbench, annotation, square


def reasons(error: pytest.ExceptionInfo[ValidationFailed]) -> list[str]:
    return [problem["reason"] for problem in error.value.details["problems"]]


class WritingSuite(StoreSuite):
    def test_a_new_store_has_an_untitled_project(self, bench: Workbench) -> None:
        assert bench.store.project().ontology == ONTOLOGY
        assert bench.store.project().revision == bench.store.revision(PROJECT) == 2
        assert [scene.id for scene in bench.store.scenes()] == [SCENE]
        assert bench.store.revision("nowhere") == 0

    def test_put_gives_fid_and_revision(self, bench: Workbench) -> None:
        first, second = bench.draw(), bench.draw()
        assert (first.revision, second.revision) == (2, 3)
        assert 0 < first.fid < second.fid
        assert bench.store.revision(SCENE) == 3
        assert [Annotation.model_validate(d) for d in bench.read()] == [first, second]

    def test_everything_of_a_document_survives(self, bench: Workbench) -> None:
        given = annotation(
            Polygon(frame="m", exterior=((500000.123456789, 4e6, 1.5), (5e5, 4000000.1, 2.0), (5e5 + 1 / 3, 4e6, 2.5))),
            attributes={"floors": 3, "note": "Bäume 🌳", "odd": (), "many": ("a", "b"), "no": None},
            sample=2,
            provenance=Provenance(method="predicted", actor="model", score=0.1 + 0.2, sources=("x",)),
            extra={"gpkg": {"a": [1, {"b": None}], "t": "\u2028"}},
        )
        stored = bench.put(given)
        assert stored == given.model_copy(update={"fid": stored.fid, "revision": stored.revision})
        bench.reopen()
        assert Annotation.model_validate(bench.read()[0]) == stored

    def test_a_base_that_is_not_current_is_a_conflict_with_the_newer_version(self, bench: Workbench) -> None:
        seen = bench.draw()
        newer = bench.put(seen.model_copy(update={"label": "tree"}), actor="bob")
        with pytest.raises(Conflict) as caught:
            bench.put(seen.model_copy(update={"label": "road"}))
        assert Annotation.model_validate(caught.value.details["current"][seen.id]) == newer
        orjson.dumps(caught.value.details)
        assert bench.store.revision(SCENE) == newer.revision, "a refused change set leaves no trace"

    def test_conflicts_of_deletions(self, bench: Workbench) -> None:
        seen = bench.draw()
        bench.delete(seen)
        for stale in (Put(document=seen, base=seen.revision), Delete(id=seen.id, base=seen.revision)):
            with pytest.raises(Conflict) as caught:
                bench.apply(stale)
            assert caught.value.details["current"] == {seen.id: None}
        with pytest.raises(Conflict):
            bench.apply(Delete(id=seen.id, base=0))

    def test_all_conflicts_are_told_at_once(self, bench: Workbench) -> None:
        seen = [bench.draw() for _ in range(3)]
        newer = bench.put(seen[0])
        bench.delete(seen[1])
        with pytest.raises(Conflict) as caught:
            bench.apply(*(Put(document=one, base=one.revision) for one in seen))
        assert {id: now and now["revision"] for id, now in caught.value.details["current"].items()} == {
            seen[0].id: newer.revision,
            seen[1].id: None,
        }

    def test_what_exists_cannot_be_made_and_what_was_deleted_can(self, bench: Workbench) -> None:
        made = bench.draw()
        with pytest.raises(Conflict):
            bench.put(made, base=0)
        bench.delete(made)
        again = bench.put(made, base=0)
        assert again.fid == made.fid, "a fid belongs to an id for ever"
        assert bench.draw().fid > made.fid
        with pytest.raises(Conflict):
            bench.put(annotation(), base=7)

    def test_edits_of_other_documents_never_conflict(self, bench: Workbench) -> None:
        mine, theirs = bench.draw(), bench.draw(actor="bob")
        for _ in range(3):
            theirs = bench.put(theirs, actor="bob")
        assert bench.put(mine).revision == bench.store.revision(SCENE)

    def test_a_retry_is_answered_as_the_first_time(self, bench: Workbench) -> None:
        document, key = annotation(), new_id()
        first = bench.apply(Put(document=document), client_id=key)
        bench.draw()
        again = bench.apply(Put(document=document), client_id=key)
        assert not first.is_replay
        assert again.is_replay
        assert (again.revision, again.documents, again.deleted) == (first.revision, first.documents, first.deleted)
        assert len(bench.read()) == 2
        bench.reopen()
        assert bench.apply(Put(document=document), client_id=key).is_replay

    def test_one_change_set_is_one_revision_or_nothing(self, bench: Workbench) -> None:
        before = bench.store.revision(SCENE)
        commit = bench.apply(*(Put(document=annotation(square(i, i))) for i in range(20)), message="Paste")
        assert commit.revision == before + 1
        assert (commit.n_changes, len(commit.documents), commit.message) == (20, 20, "Paste")
        assert {orjson.loads(d)["revision"] for d in commit.documents} == {before + 1}
        with pytest.raises(ValidationFailed):
            bench.apply(Put(document=annotation()), Put(document=annotation(label="nothing")))
        assert len(bench.read()) == 20
        assert bench.store.revision(SCENE) == before + 1

    def test_a_document_comes_once_in_a_change_set(self, bench: Workbench) -> None:
        one = annotation()
        with pytest.raises(ValidationFailed) as caught:
            bench.apply(Put(document=one), Put(document=one))
        assert reasons(caught) == ["twice"]

    def test_the_ontology_is_kept(self, bench: Workbench) -> None:
        with pytest.raises(ValidationFailed) as caught:
            bench.apply(
                Put(document=annotation(label="cloud")),
                Put(document=annotation(Point(frame="f", position=(1, 2)), label="road")),
                Put(document=annotation(attributes={"floors": "three"})),
                Put(document=annotation(attributes={"floors": -1})),
                Put(document=annotation(label="tree", attributes={"kind": "elm"})),
            )
        assert reasons(caught) == [
            "unknown-class", "geometry-not-allowed", "attribute-value", "attribute-value", "attribute-value",
        ]  # fmt: skip
        orjson.dumps(caught.value.details)

    def test_a_required_attribute_is_needed_to_submit(self, bench: Workbench) -> None:
        tree = bench.draw(label="tree")
        with pytest.raises(ValidationFailed) as caught:
            bench.put(tree.model_copy(update={"state": "submitted"}))
        assert reasons(caught) == ["attribute-missing"]

    def test_frames_samples_and_scenes_have_to_exist(self, bench: Workbench) -> None:
        with pytest.raises(ValidationFailed) as caught:
            bench.apply(
                Put(document=annotation(square(frame="elsewhere"))),
                Put(document=annotation(sample=3)),
                Put(document=annotation(scene="other")),
                Put(document=SceneStatus(id=new_id(), scene=SCENE, sample=9, status="complete")),
                Put(document=Layer(id=new_id(), scene=SCENE, asset="nothing", frame="f")),
            )
        assert reasons(caught) == ["unknown-frame", "unknown-sample", "wrong-scene", "unknown-sample", "unknown-asset"]
        with pytest.raises(NotFound):
            bench.apply(Put(document=annotation(scene="other")), stream="other")
        with pytest.raises(NotFound):
            bench.apply(Delete(id="never-was", base=1))

    def test_drafts_may_be_invalid(self, bench: Workbench) -> None:
        bow_tie = Polygon(frame="f", exterior=((0, 0), (10, 10), (10, 0), (0, 10)))
        single = Polygon(frame="f", exterior=((5, 5),))
        assert bench.draw(bow_tie).geometry == bow_tie
        assert bench.draw(single).geometry == single
        assert bench.draw(Box(frame="f", center=(1, 1), size=(0, 0))).fid

    def test_what_json_cannot_say_is_refused(self, bench: Workbench) -> None:
        with pytest.raises(ValidationFailed) as caught:
            bench.draw(extra={"a": float("nan")})
        assert reasons(caught) == ["not-finite"]
        assert bench.draw(extra={"a": "NaN and Infinity"}).extra == {"a": "NaN and Infinity"}

    def test_positions_of_mixed_dimension_are_refused(self, bench: Workbench) -> None:
        with pytest.raises(ValidationFailed) as caught:
            bench.draw(Polyline(frame="f", path=((0, 0), (1, 1, 1))))
        assert reasons(caught) == ["geometry"]

    def test_one_annotation_per_thing_sample_and_frame(self, bench: Workbench) -> None:
        thing = bench.put(Thing(id="pole-1", scene=SCENE, label="tree"))
        assert thing.fid
        seen = bench.draw(label="tree", thing="pole-1", sample=0)
        bench.draw(square(frame="m"), label="tree", thing="pole-1", sample=0)
        bench.draw(label="tree", thing="pole-1", sample=1)
        bench.draw(label="tree", thing="pole-1")
        for sample in (0, None):
            with pytest.raises(ValidationFailed) as caught:
                bench.draw(label="tree", thing="pole-1", sample=sample)
            assert reasons(caught) == ["second-observation"]
        bench.put(seen.model_copy(update={"geometry": square(5, 5)}))
        with pytest.raises(ValidationFailed):
            bench.apply(*(Put(document=annotation(thing="pole-1", sample=2)) for _ in range(2)))

    def test_links_lead_somewhere(self, bench: Workbench) -> None:
        with pytest.raises(ValidationFailed) as caught:
            bench.draw(thing="nobody")
        assert reasons(caught) == ["unknown-target"]
        with pytest.raises(ValidationFailed):
            bench.draw(Segment(frame="l", layer="no-layer", value=3))
        thing = Thing(id="t", scene=SCENE, label="tree")
        bench.apply(Put(document=annotation(id="a", thing="t")), Put(document=thing))
        bench.put(Relation(id="r", scene=SCENE, relation="part-of", source="a", target="t"))
        (stored,) = bench.read(kind="thing")
        with pytest.raises(ValidationFailed) as caught:
            bench.apply(Delete(kind="thing", id="t", base=stored["revision"]))
        assert set(reasons(caught)) == {"in-use"}
        everything = [
            Delete(kind=kind, id=d["id"], base=d["revision"])
            for kind in ("thing", "annotation", "relation")
            for d in bench.read(kind=kind)
        ]
        bench.apply(*everything)
        assert bench.read() == bench.read(kind="thing") == bench.read(kind="relation") == []
        assert bench.is_sound()

    def test_writers_take_turns(self, bench: Workbench) -> None:
        def draw(i: int) -> int:
            return bench.draw(square(i, i), actor=f"actor-{i % 4}").revision

        with ThreadPoolExecutor(8) as pool:
            revisions = list(pool.map(draw, range(40)))
        assert sorted(revisions) == list(range(2, 42))
        assert len({d["fid"] for d in bench.read()}) == 40

    def test_two_stores_of_one_workspace_see_each_other(self, bench: Workbench) -> None:
        other = bench._open()
        counter = other.change_counter()
        assert counter == other.change_counter()
        drawn = bench.draw()
        assert other.change_counter() != counter
        assert other.revision(SCENE) == drawn.revision
        bench.put_project(title="Renamed")
        assert other.project().title == "Renamed"
        other.close()


class ProjectSuite(StoreSuite):
    def test_scenes_are_made_renamed_and_deleted(self, bench: Workbench) -> None:
        second = bench.put(bench.new_scene("scene-2").model_copy(update={"title": "A first"}))
        assert [s.title for s in bench.store.scenes()] == ["A first", "Scene scene-1"]
        renamed = bench.put(second.model_copy(update={"title": "Z"}))
        assert bench.store.scene("scene-2") == renamed
        bench.apply(Delete(kind="scene", id="scene-2", base=renamed.revision), stream="scene-2")
        assert [s.id for s in bench.store.scenes()] == [SCENE]
        for question in (bench.store.scene, bench.store.bounds):
            with pytest.raises(NotFound):
                question("scene-2")
        with pytest.raises(NotFound):
            bench.apply(Put(document=annotation(scene="scene-2")), stream="scene-2")
        bench.undo(stream="scene-2")
        assert bench.store.scene("scene-2").title == "Z"

    def test_a_frame_in_use_stays(self, bench: Workbench) -> None:
        drawn, scene = bench.draw(), bench.store.scene(SCENE)
        without = scene.model_copy(update={"frames": scene.frames[1:], "assets": ()})
        with pytest.raises(ValidationFailed) as caught:
            bench.put(without)
        assert reasons(caught) == ["frame-in-use"]
        bench.delete(drawn)
        bench.put(without, actor="bob")
        with pytest.raises(ValidationFailed) as caught:
            bench.undo(actor="ann")
        assert reasons(caught) == ["frame-in-use"]
        bench.undo(actor="bob")
        bench.undo(actor="ann")
        assert bench.ids() == [drawn.id]
        scene, last = bench.store.scene(SCENE), bench.read()[0]["revision"]
        without = scene.model_copy(update={"frames": scene.frames[1:], "assets": ()})
        bench.apply(Put(document=without, base=scene.revision), Delete(id=drawn.id, base=last))

    def test_a_sample_in_use_stays(self, bench: Workbench) -> None:
        drawn, scene = bench.draw(sample=2), bench.store.scene(SCENE)
        fewer = scene.model_copy(update={"samples": scene.samples[:2]})
        with pytest.raises(ValidationFailed) as caught:
            bench.put(fewer)
        assert reasons(caught) == ["sample-in-use"]
        bench.delete(drawn)
        bench.put(fewer)

    def test_streams_keep_to_their_documents(self, bench: Workbench) -> None:
        with pytest.raises(ValidationFailed) as caught:
            bench.apply(Put(document=annotation()), stream=PROJECT)
        assert reasons(caught) == ["wrong-stream"]
        with pytest.raises(ValidationFailed) as caught:
            bench.apply(Put(document=bench.store.project(), base=0), stream=SCENE)
        assert reasons(caught) == ["wrong-stream"]
        with pytest.raises(ValidationFailed) as caught:
            bench.apply(Put(document=bench.new_scene("scene-9")), stream=SCENE)
        assert reasons(caught) == ["wrong-scene"]
        with pytest.raises(Conflict):
            bench.put_project(revision=1)

    def test_a_class_in_use_cannot_be_dropped_and_a_free_one_is_retired(self, bench: Workbench) -> None:
        roof, road, tree = ONTOLOGY.classes
        drawn = bench.draw(label="roof")
        with pytest.raises(ValidationFailed) as caught:
            bench.put_project(ontology=Ontology(version=2, classes=(road, tree)))
        assert reasons(caught) == ["class-in-use"]
        left = bench.put_project(ontology=Ontology(version=2, classes=(roof, tree))).ontology
        assert [(c.slug, c.retired) for c in left.classes] == [("roof", False), ("tree", False), ("road", True)]
        with pytest.raises(ValidationFailed) as caught:
            bench.draw(label="road")
        assert reasons(caught) == ["retired-class"]
        with pytest.raises(ValidationFailed):
            bench.put(drawn.model_copy(update={"label": "road"}))

    def test_a_class_that_a_thing_has_is_in_use(self, bench: Workbench) -> None:
        bench.put(Thing(id="t", scene=SCENE, label="tree"))
        with pytest.raises(ValidationFailed):
            bench.put_project(ontology=Ontology(version=2, classes=ONTOLOGY.classes[:2]))

    def test_a_retired_class_keeps_its_labels(self, bench: Workbench) -> None:
        drawn = bench.draw(label="roof")
        retired = ONTOLOGY.classes[0].model_copy(update={"retired": True})
        bench.put_project(ontology=Ontology(version=2, classes=(retired, *ONTOLOGY.classes[1:])))
        assert bench.put(drawn.model_copy(update={"geometry": square(3, 3)})).label == "roof"

    def test_slug_and_code_never_change_and_are_never_reused(self, bench: Workbench) -> None:
        roof, road, tree = ONTOLOGY.classes
        for classes in (
            (roof.model_copy(update={"code": 9}), road, tree),
            (roof, tree, LabelClass(slug="lake", code=road.code, title="Lake")),
        ):
            with pytest.raises(ValidationFailed) as caught:
                bench.put_project(ontology=Ontology(version=2, classes=classes))
            assert reasons(caught)[0] in ("code-changed", "code-taken")

    def test_review(self, bench: Workbench) -> None:
        bench.put_members("ann", "bob")
        drawn = bench.draw(provenance=Provenance(actor="ann"))
        with pytest.raises(ReviewRefused):
            bench.put(drawn.model_copy(update={"state": "accepted"}))
        submitted = bench.put(drawn.model_copy(update={"state": "submitted"}))
        with pytest.raises(ReviewRefused):
            bench.put(submitted.model_copy(update={"state": "accepted"}))
        accepted = bench.put(submitted.model_copy(update={"state": "accepted"}), actor="bob")
        assert bench.read(states=("accepted",))[0]["id"] == drawn.id
        rejected = bench.put(accepted.model_copy(update={"state": "rejected"}), actor="bob")
        accepted = bench.put(rejected.model_copy(update={"state": "accepted"}), actor="bob")
        edited = bench.put(accepted.model_copy(update={"geometry": square(1, 1)}))
        assert edited.state == "draft", "an edit of what was accepted makes it a draft again"

    def test_a_lone_person_reviews_own_work_and_imports_keep_their_state(self, bench: Workbench) -> None:
        drawn = bench.draw(provenance=Provenance(actor="ann"), state="submitted")
        assert bench.put(drawn.model_copy(update={"state": "accepted"})).state == "accepted"
        assert bench.draw(state="accepted", provenance=Provenance(method="imported")).state == "accepted"
        with pytest.raises(ReviewRefused):
            bench.draw(state="accepted")
        assert bench.put(bench.draw().model_copy(update={"state": "rejected"})).state == "rejected", "a draft too"

    def test_settings_and_jobs_outlive_the_process(self, bench: Workbench) -> None:
        assert bench.store.setting("token") is None
        assert bench.store.setting("token", b"one") == b"one"
        bench.store.setting("token", b"two")
        bench.store.put_job("j1", b"{}")
        bench.store.put_job("j2", b"[]")
        bench.store.put_job("j1", b'{"done":true}')
        store = bench.reopen()
        assert store.setting("token") == b"two"
        assert store.jobs() == {"j1": b'{"done":true}', "j2": b"[]"}
