"""What a store promises about undo, redo, history and the past."""

from __future__ import annotations

from typing import Any

import orjson
import pytest

from geo3d.errors import Conflict, NotFound, NothingToUndo, ValidationFailed
from geo3d.labels import DISPLAY, Annotation, Asset, Ontology, Put, Thing, new_id
from geo3d.store import PROJECT, Query
from tests.contracts.stores.workbench import ONTOLOGY, SCENE, StoreSuite, Workbench, annotation, square


def without_revision(documents: list[Any]) -> list[Any]:
    return [{key: value for key, value in d.items() if key != "revision"} for d in documents]


class UndoSuite(StoreSuite):
    def test_undo_and_redo_walk_the_stack(self, bench: Workbench) -> None:
        drawn = bench.draw()
        bench.put(drawn.model_copy(update={"label": "road"}))
        bench.delete(Annotation.model_validate(bench.read()[0]))
        states = [[]]
        for _ in range(3):
            states.append(without_revision(bench.read()))
            bench.undo()
        assert [len(s) and s[0]["label"] for s in states[1:]] == [0, "road", "roof"]
        assert bench.read() == []
        with pytest.raises(NothingToUndo):
            bench.undo()
        for state in reversed(states[1:]):
            bench.redo()
            assert without_revision(bench.read()) == state
        with pytest.raises(NothingToUndo):
            bench.redo()
        bench.undo()
        assert bench.read()[0]["fid"] == drawn.fid, "what was deleted comes back as the one it was"
        assert bench.is_sound()

    def test_undo_is_a_commit_like_any_other(self, bench: Workbench) -> None:
        drawn = bench.draw()
        undone = bench.undo()
        assert (undone.revision, undone.undoes, undone.redoes) == (drawn.revision + 1, drawn.revision, None)
        assert undone.deleted == (("annotation", drawn.id),)
        redone = bench.redo()
        assert (redone.undoes, redone.redoes) == (None, undone.revision)
        assert orjson.loads(redone.documents[0])["revision"] == redone.revision == bench.store.revision(SCENE)

    def test_messages_say_what_was_taken_back(self, bench: Workbench) -> None:
        bench.apply(Put(document=annotation()), message="Draw roof")
        assert bench.undo().message == "Undo: Draw roof"
        assert bench.redo().message == "Redo: Draw roof"
        assert bench.undo().message == "Undo: Draw roof"

    def test_each_actor_has_an_own_stack(self, bench: Workbench) -> None:
        mine, theirs = bench.draw(actor="ann"), bench.draw(actor="bob")
        bench.undo(actor="ann")
        assert bench.ids() == [theirs.id]
        with pytest.raises(NothingToUndo):
            bench.undo(actor="ann")
        bench.redo(actor="ann")
        assert bench.ids() == [mine.id, theirs.id]
        with pytest.raises(NothingToUndo):
            bench.redo(actor="bob")

    def test_a_new_change_forgets_what_could_be_redone(self, bench: Workbench) -> None:
        bench.draw()
        bench.undo()
        bench.draw(actor="bob")
        bench.redo()
        bench.undo()
        bench.draw()
        with pytest.raises(NothingToUndo):
            bench.redo()

    def test_stacks_outlive_the_process(self, bench: Workbench) -> None:
        drawn = bench.draw()
        bench.draw()
        bench.undo()
        bench.reopen()
        bench.undo()
        bench.reopen()
        bench.redo()
        assert bench.ids() == [drawn.id]

    def test_undo_asks_where_somebody_changed_the_document(self, bench: Workbench) -> None:
        drawn = bench.draw(actor="ann")
        newer = bench.put(drawn.model_copy(update={"label": "road"}), actor="bob")
        with pytest.raises(Conflict) as caught:
            bench.undo(actor="ann")
        assert Annotation.model_validate(caught.value.details["current"][drawn.id]) == newer
        assert bench.store.revision(SCENE) == newer.revision
        bench.undo(actor="ann", is_forced=True)
        assert bench.read() == []
        with pytest.raises(Conflict):
            bench.undo(actor="bob")
        bench.redo(actor="ann")
        assert bench.read()[0]["label"] == "road"
        assert bench.is_sound()

    def test_undo_asks_where_somebody_deleted_the_document(self, bench: Workbench) -> None:
        drawn = bench.draw()
        edited = bench.put(drawn.model_copy(update={"label": "road"}))
        bench.delete(edited, actor="bob")
        with pytest.raises(Conflict) as caught:
            bench.undo()
        assert caught.value.details["current"] == {drawn.id: None}
        bench.undo(is_forced=True)
        assert bench.read()[0]["label"] == "roof"

    def test_no_conflict_once_the_other_took_it_back(self, bench: Workbench) -> None:
        drawn = bench.draw()
        bench.put(drawn.model_copy(update={"label": "road"}), actor="bob")
        bench.undo(actor="bob")
        bench.undo(actor="ann")
        assert bench.read() == []

    def test_a_retried_undo_is_done_once(self, bench: Workbench) -> None:
        bench.draw()
        bench.draw()
        key = new_id()
        first = bench.store.undo(SCENE, "ann", client_id=key)
        again = bench.store.undo(SCENE, "ann", client_id=key)
        assert again.is_replay
        assert (again.revision, again.deleted) == (first.revision, first.deleted)
        assert len(bench.read()) == 1

    def test_the_making_of_a_scene_is_not_undone(self, bench: Workbench) -> None:
        with pytest.raises(NothingToUndo):
            bench.undo()
        assert bench.store.scene(SCENE)

    def test_the_files_of_a_scene_are_not_undone_away(self, bench: Workbench) -> None:
        drawn = bench.draw()
        scene = bench.store.scene(SCENE)
        bench.put(scene.model_copy(update={"assets": (*scene.assets, Asset(id="b", href="b.tif", frame="f"))}))
        bench.put(bench.store.scene(SCENE).model_copy(update={"title": "Named"}))
        bench.undo()
        assert bench.store.scene(SCENE).title == scene.title
        bench.undo()
        assert drawn.id not in bench.ids()
        assert [asset.id for asset in bench.store.scene(SCENE).assets] == ["picture", "b"]

    def test_how_a_raster_is_shown_is_a_step_like_any_other(self, bench: Workbench) -> None:
        scene = bench.store.scene(SCENE)
        shown = tuple(asset.model_copy(update={"properties": {DISPLAY: {"opacity": 0.5}}}) for asset in scene.assets)
        bench.put(scene.model_copy(update={"assets": shown}))
        bench.undo()
        assert DISPLAY not in bench.store.scene(SCENE).assets[0].properties

    def test_undo_of_many_changes_at_once(self, bench: Workbench) -> None:
        old = [bench.draw(square(i * 20, 0)) for i in range(5)]
        bench.apply(
            *(Put(document=d.model_copy(update={"label": "road"}), base=d.revision) for d in old[:3]),
            Put(document=annotation(square(500, 500))),
        )
        bench.undo()
        assert without_revision(bench.read()) == without_revision([d.model_dump(mode="json") for d in old])
        assert bench.is_sound()

    def test_undo_keeps_the_rules_between_documents(self, bench: Workbench) -> None:
        bench.put(Thing(id="t", scene=SCENE, label="tree"), actor="ann")
        bench.draw(label="tree", thing="t", actor="bob")
        with pytest.raises(ValidationFailed):
            bench.undo(actor="ann")
        bench.undo(actor="bob")
        bench.undo(actor="ann")
        bench.redo(actor="ann")
        bench.draw(label="tree", thing="t", actor="carol")
        with pytest.raises(ValidationFailed):
            bench.redo(actor="bob")

    def test_project_changes_are_undone(self, bench: Workbench) -> None:
        ontology, lake = ONTOLOGY.with_class("Lake")
        bench.put_project(title="Named")
        bench.put_project(ontology=ontology)
        bench.undo(actor="owner", stream=PROJECT)
        classes = bench.store.project().ontology.classes
        assert classes[-1] == lake.model_copy(update={"retired": True}), "its slug and code stay taken"
        bench.undo(actor="owner", stream=PROJECT)
        assert bench.store.project().title == "Untitled"
        bench.redo(actor="owner", stream=PROJECT)
        bench.redo(actor="owner", stream=PROJECT)
        assert bench.store.project().ontology == ontology
        assert bench.store.project().title == "Named"

    def test_a_class_in_use_is_not_undone_away(self, bench: Workbench) -> None:
        bench.put_project(ontology=ONTOLOGY.with_class("Lake")[0])
        bench.draw(label="lake")
        with pytest.raises(ValidationFailed):
            bench.undo(actor="owner", stream=PROJECT)

    def test_project_undo_asks_where_somebody_else_changed_it(self, bench: Workbench) -> None:
        bench.put_project(title="Mine")
        project = bench.store.project()
        bench.put(project.model_copy(update={"title": "Theirs"}), actor="bob")
        with pytest.raises(Conflict):
            bench.undo(actor="owner", stream=PROJECT)
        bench.undo(actor="owner", stream=PROJECT, is_forced=True)
        assert bench.store.project().title == "Untitled"

    def test_the_first_project_cannot_be_undone(self, bench: Workbench) -> None:
        bench.undo(actor="owner", stream=PROJECT)
        with pytest.raises(NothingToUndo):
            bench.undo(actor="owner", stream=PROJECT)
        assert bench.store.project().ontology == Ontology(version=0, classes=bench.store.project().ontology.classes)


class PastSuite(StoreSuite):
    def test_history_tells_every_version(self, bench: Workbench) -> None:
        drawn = bench.draw()
        edited = bench.put(drawn.model_copy(update={"label": "road"}), actor="bob", message="Relabel")
        bench.delete(edited, actor="carol")
        bench.undo(actor="carol")
        versions = bench.store.history(SCENE, "annotation", drawn.id)
        assert [(v.revision, v.actor) for v in versions] == [(5, "carol"), (4, "carol"), (3, "bob"), (2, "ann")]
        assert [v.json and orjson.loads(v.json)["label"] for v in versions] == ["road", None, "road", "roof"]
        assert [v.json and orjson.loads(v.json)["revision"] for v in versions] == [5, None, 3, 2]
        assert versions[2].message == "Relabel"
        assert versions[0].at >= versions[3].at
        with pytest.raises(NotFound):
            bench.store.history(SCENE, "annotation", "never-was")

    def test_the_past_is_as_it_was(self, bench: Workbench) -> None:
        """After every revision the state is written down; later each one is asked for again."""
        kept = {bench.store.revision(SCENE): bench.read()}

        def keep() -> None:
            kept[bench.store.revision(SCENE)] = bench.read()

        first = bench.draw()
        keep()
        second = bench.draw(square(50, 50))
        keep()
        first = bench.put(first.model_copy(update={"label": "road"}))
        keep()
        bench.delete(second, actor="bob")
        keep()
        bench.undo(actor="ann")
        keep()
        bench.undo(actor="bob")
        keep()
        bench.redo(actor="ann")
        keep()
        assert len(kept) == 8
        for revision, documents in kept.items():
            assert bench.at(revision) == documents
        assert bench.at(0) == []
        assert [d["id"] for d in bench.at(1, "scene")] == [SCENE]
        assert bench.at(99) == bench.read()

    def test_the_log_tells_who_did_what(self, bench: Workbench) -> None:
        drawn = bench.draw()
        bench.delete(drawn, actor="bob")
        commits = bench.store.commits(SCENE, since=0)
        assert [(c.revision, c.actor, c.n_changes) for c in commits] == [(1, "ann", 1), (2, "ann", 1), (3, "bob", 1)]
        assert orjson.loads(commits[1].documents[0])["id"] == drawn.id
        assert commits[2].deleted == (("annotation", drawn.id),)
        assert not any(c.is_bulk or c.is_replay for c in commits)
        assert [c.revision for c in bench.store.commits(SCENE, since=1, limit=1)] == [2]
        assert bench.store.commits(SCENE, since=3) == []
        assert commits[0].at.tzinfo is not None
        with pytest.raises(NotFound):
            bench.store.commits("nowhere", since=0)

    def test_a_large_commit_is_told_as_bulk(self, bench: Workbench) -> None:
        commit = bench.apply(*(Put(document=annotation(square(i % 900, i % 700))) for i in range(1001)))
        assert commit.is_bulk
        assert (commit.n_changes, commit.documents) == (1001, ())
        assert bench.store.commits(SCENE, since=1)[0].is_bulk
        assert len(bench.undo().deleted) == 0
        assert bench.read() == []

    def test_the_projection_is_made_anew_from_the_log(self, bench: Workbench) -> None:
        drawn = [bench.draw(square(i * 30, 5)) for i in range(4)]
        bench.put(drawn[0].model_copy(update={"label": "road"}))
        bench.delete(drawn[1])
        bench.undo()
        bench.undo()
        before = bench.read(), bench.store.count(SCENE, Query()), bench.store.bounds(SCENE)
        told: list[float] = []
        bench.store.rebuild(told.append)
        assert (bench.read(), bench.store.count(SCENE, Query()), bench.store.bounds(SCENE)) == before
        assert told[-1] == 1.0
        assert told == sorted(told)
        assert bench.is_sound()
        bench.redo()
