"""A store against a plain dictionary: whatever is done in whatever order, both say the same."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

import pytest
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, invariant, precondition, rule

from geo3d.errors import Conflict, NothingToUndo
from geo3d.labels import Change, ChangeSet, Delete, Put, new_id
from geo3d.store import Query, Store
from tests.contracts.stores.workbench import SCENE, Workbench, annotation, square

IDS = st.sampled_from("abcde")
ACTORS = st.sampled_from(["ann", "bob"])
LABELS = st.sampled_from(["roof", "road"])
PLACES = st.integers(0, 90).map(lambda n: n * 10.0)


@dataclass(frozen=True)
class Content:
    """What a document says. Equal contents of two writings are two contents, as in the store."""

    label: str
    x: float
    writing: int


@dataclass
class ModelCommit:
    """What one revision did, as the model remembers it."""

    actor: str
    verb: str
    moves: dict[str, tuple[Content | None, Content | None]]
    is_taken_back: bool = False


@dataclass
class Model:
    """Documents, their revisions, and the commits that made them."""

    contents: dict[str, Content | None] = field(default_factory=dict)
    revisions: dict[str, int] = field(default_factory=dict)
    commits: list[ModelCommit] = field(default_factory=list)
    past: dict[int, dict[str, tuple[Content, int]]] = field(default_factory=dict)
    first: int = 0

    def now(self) -> dict[str, tuple[Content, int]]:
        return {id: (content, self.revisions[id]) for id, content in self.contents.items() if content is not None}

    def revision(self) -> int:
        return self.first + len(self.commits)

    def base(self, id: str) -> int:
        return self.revisions[id] if self.contents.get(id) is not None else 0

    def commit(self, actor: str, verb: str, after: dict[str, Content | None]) -> ModelCommit:
        made = ModelCommit(actor, verb, {id: (self.contents.get(id), new) for id, new in after.items()})
        self.commits.append(made)
        for id, new in after.items():
            self.contents[id], self.revisions[id] = new, self.revision()
        self.past[self.revision()] = self.now()
        return made

    def to_undo(self, actor: str) -> ModelCommit | None:
        mine = (c for c in reversed(self.commits) if c.actor == actor and c.verb != "undo" and not c.is_taken_back)
        return next(mine, None)

    def to_redo(self, actor: str) -> ModelCommit | None:
        for commit in reversed(self.commits):
            if commit.actor == actor and commit.verb == "do":
                return None
            if commit.actor == actor and commit.verb == "undo" and not commit.is_taken_back:
                return commit
        return None

    def is_touched(self, target: ModelCommit) -> bool:
        return any(self.contents[id] is not after for id, (_, after) in target.moves.items())


class StoreMachine(RuleBasedStateMachine):
    """Rules: draw, edit, delete, several at once, stale bases, retries, undo, redo, reopen, the past, rebuild."""

    open_again: Callable[[], Store]

    def __init__(self) -> None:
        super().__init__()
        self.bench = Workbench(type(self).open_again)
        self.model = Model(first=self.bench.store.revision(SCENE))
        self.model.past[self.model.first] = {}
        self.sent: list[tuple[ChangeSet, int]] = []
        self.n_writings = 0

    def teardown(self) -> None:
        assert self.bench.store.check() == ()
        self.bench.store.close()

    def send(self, actor: str, *changes: Change) -> None:
        changes_ = ChangeSet(client_id=new_id(), actor=actor, changes=changes)
        commit = self.bench.store.apply(SCENE, changes_)
        self.sent.append((changes_, commit.revision))

    def written(self, id: str, label: str, x: float) -> tuple[Put, Content]:
        self.n_writings += 1
        document = annotation(square(x, 5), id=id, label=label)
        return Put(document=document, base=self.model.base(id)), Content(label, x, self.n_writings)

    @rule(actor=ACTORS, id=IDS, label=LABELS, x=PLACES)
    def put(self, actor: str, id: str, label: str, x: float) -> None:
        change, content = self.written(id, label, x)
        self.send(actor, change)
        self.model.commit(actor, "do", {id: content})

    @rule(actor=ACTORS, id=IDS)
    def delete(self, actor: str, id: str) -> None:
        if self.model.base(id):
            self.send(actor, Delete(id=id, base=self.model.base(id)))
            self.model.commit(actor, "do", {id: None})

    @rule(actor=ACTORS, ids=st.sets(IDS, min_size=2), label=LABELS, x=PLACES, n_deleted=st.integers(0, 2))
    def several(self, actor: str, ids: set[str], label: str, x: float, n_deleted: int) -> None:
        changes: list[Change] = []
        after: dict[str, Content | None] = {}
        for id in sorted(ids):
            if n_deleted and self.model.base(id):
                n_deleted -= 1
                changes.append(Delete(id=id, base=self.model.base(id)))
                after[id] = None
            else:
                change, after[id] = self.written(id, label, x)
                changes.append(change)
        self.send(actor, *changes)
        self.model.commit(actor, "do", after)

    @rule(actor=ACTORS, id=IDS, off=st.sampled_from([-1, 1, 1000]), is_deletion=st.booleans())
    def stale(self, actor: str, id: str, off: int, is_deletion: bool) -> None:
        base = self.model.base(id) + off
        if base < 0 or id not in self.model.contents:
            return
        change = (
            Delete(id=id, base=base)
            if is_deletion
            else self.written(id, "roof", 0)[0].model_copy(update={"base": base})
        )
        with pytest.raises(Conflict) as caught:
            self.send(actor, change)
        current = caught.value.details["current"][id]
        assert (current and current["revision"]) == (self.model.base(id) or None)

    @precondition(lambda self: self.sent)
    @rule(data=st.data())
    def retry(self, data: st.DataObject) -> None:
        changes, revision = data.draw(st.sampled_from(self.sent[-5:]))
        commit = self.bench.store.apply(SCENE, changes)
        assert commit.is_replay
        assert commit.revision == revision

    @rule(actor=ACTORS, is_redo=st.booleans(), is_forced=st.booleans())
    def take_back(self, actor: str, is_redo: bool, is_forced: bool) -> None:
        target = self.model.to_redo(actor) if is_redo else self.model.to_undo(actor)
        act = self.bench.redo if is_redo else self.bench.undo
        if target is None:
            with pytest.raises(NothingToUndo):
                act(actor, is_forced=is_forced)
        elif self.model.is_touched(target) and not is_forced:
            with pytest.raises(Conflict):
                act(actor)
        else:
            act(actor, is_forced=is_forced)
            target.is_taken_back = True
            after = {id: before for id, (before, _) in target.moves.items()}
            self.model.commit(actor, "redo" if is_redo else "undo", after)

    @rule(is_rebuilt=st.booleans())
    def reopen(self, is_rebuilt: bool) -> None:
        store = self.bench.reopen()
        if is_rebuilt:
            store.rebuild()
            assert store.check() == ()

    @rule(data=st.data())
    def look_back(self, data: st.DataObject) -> None:
        revision = data.draw(st.sampled_from(sorted(self.model.past)))
        assert told(self.bench.at(revision)) == expected(self.model.past[revision])

    @invariant()
    def says_the_same(self) -> None:
        now, store = self.model.now(), self.bench.store
        assert store.revision(SCENE) == self.model.revision()
        assert told(self.bench.read()) == expected(now)
        assert store.count(SCENE, Query()) == Counter(content.label for content, _ in now.values())
        inside = {id for id, (content, _) in now.items() if content.x <= 300}
        assert set(self.bench.ids(frame="f", bounds=(0, 0, 300, 300))) == inside
        assert int(store.tile(SCENE, "f", (0, 0, 1000, 1000), 4.0).is_anchor.sum()) == len(now)


def told(documents: list[Any]) -> dict[str, tuple[str, float, int]]:
    return {d["id"]: (d["label"], d["geometry"]["exterior"][0][0], d["revision"]) for d in documents}


def expected(state: dict[str, tuple[Content, int]]) -> dict[str, tuple[str, float, int]]:
    return {id: (content.label, content.x, revision) for id, (content, revision) in state.items()}
