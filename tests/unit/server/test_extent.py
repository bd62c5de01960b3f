from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from geo3d.geometry import PixelFrame, Point
from geo3d.labels import Annotation, ChangeSet, Delete, LabelClass, Ontology, Put, Scene, new_id
from geo3d.store import PROJECT, Store, open_store
from geo3d_server import extent
from geo3d_server.extent import Extents


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path, create=True)
    project = made.project()
    ontology = Ontology(classes=(LabelClass(slug="tree", code=1, title="Tree"),))
    apply(made, PROJECT, Put(document=project.model_copy(update={"ontology": ontology}), base=project.revision))
    frames = (PixelFrame(id="a", size=(9, 9)), PixelFrame(id="b", size=(9, 9)))
    apply(made, "s", Put(document=Scene(id="s", title="S", frames=frames)))
    yield made
    made.close()


def apply(store: Store, stream: str, *changes: Put | Delete) -> int:
    return store.apply(stream, ChangeSet(client_id=new_id(), actor="ada", changes=changes)).revision


def point(x: float, y: float, frame: str = "a", id: str = "") -> Put:
    geometry = Point(frame=frame, position=(x, y))
    return Put(document=Annotation(id=id or new_id(), scene="s", label="tree", geometry=geometry))


def test_bounds_grow_with_the_commits(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    extents = Extents(store)
    assert extents.of("s") == {}
    apply(store, "s", point(1, 2, id="first"))
    assert extents.of("s") == {"a": (1, 2, 1, 2)}
    # from here on the store is not asked for bounds any more
    monkeypatch.setattr(type(store), "bounds", None)
    apply(store, "s", point(5, -3), point(7, 7, frame="b"))
    apply(store, "s", Put(document=Annotation(id="tag", scene="s", label="tree")))
    assert extents.of("s") == {"a": (1, -3, 5, 2), "b": (7, 7, 7, 7)}
    apply(store, "s", Delete(id="first", base=2))
    assert extents.of("s") == {"a": (1, -3, 5, 2), "b": (7, 7, 7, 7)}, "room to spare is fine"
    store.undo("s", "ada", client_id=new_id())
    assert extents.of("s")["a"] == (1, -3, 5, 2)


def test_many_commits_are_one_question(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(extent, "_MOST_COMMITS", 3)
    extents = Extents(store)
    extents.of("s")
    for k in range(6):
        apply(store, "s", point(k, k))
    assert extents.of("s") == {"a": (0, 0, 5, 5)}


def test_they_hold_what_the_store_says(store: Store) -> None:
    extents = Extents(store)
    for k in range(10):
        apply(store, "s", point(k * 1.1, -k / 3, frame="ab"[k % 2]))
        assert extents.of("s") == dict(store.bounds("s"))
