"""Run as a process that is killed: writes to a store, and prints what was acknowledged.

``python deeds.py edits FOLDER FIRST`` streams edits from number FIRST on until it is killed, retrying the first one
under the key that it had. ``python deeds.py load FOLDER`` loads batches without end, printing after each.
"""

from __future__ import annotations

import sys
from collections.abc import Iterator

import numpy as np
import shapely

from geo3d.geometry import PixelFrame, Point
from geo3d.labels import Annotation, AnnotationColumns, ChangeSet, LabelClass, Ontology, Provenance, Put, Scene
from geo3d.store import PROJECT, Query, Store, open_store

SCENE = "scene"
COUNTER = "counter"


def prepare(folder: str) -> None:
    """Make a workspace with one class, one scene and the document that every edit counts up."""
    store = open_store(folder, create=True)
    project = store.project()
    ontology = Ontology(version=1, classes=(LabelClass(slug="thing", code=1, title="Thing"),))
    renewed = project.model_copy(update={"ontology": ontology})
    scene = Scene(id=SCENE, title="Scene", frames=(PixelFrame(id="f", size=(100, 100)),))
    store.apply(PROJECT, ChangeSet(client_id="p", actor="a", changes=(Put(document=renewed, base=project.revision),)))
    store.apply(SCENE, ChangeSet(client_id="s", actor="a", changes=(Put(document=scene),)))
    store.apply(SCENE, ChangeSet(client_id="c", actor="a", changes=(Put(document=counter(0)),)))
    store.close()


def counter(n: int) -> Annotation:
    return Annotation(id=COUNTER, scene=SCENE, label="thing", attributes={"n": n})


def edits(folder: str, first: int) -> None:
    """Edit number i makes the document ``e<i>`` and sets the counter to i."""
    store = open_store(folder)
    number = first
    while True:
        drawn = Annotation(
            id=f"e{number}", scene=SCENE, label="thing", geometry=Point(frame="f", position=(number % 97, 1))
        )
        changes = (Put(document=drawn), Put(document=counter(number), base=revision_of_counter(store)))
        commit = store.apply(SCENE, ChangeSet(client_id=f"edit-{number}", actor="a", changes=changes))
        print(f"{number} {'again' if commit.is_replay else 'new'}", flush=True)
        number += 1


def revision_of_counter(store: Store) -> int:
    (found,) = store.read(SCENE, Query(ids=(COUNTER,)))
    return Annotation.model_validate_json(found).revision


def load(folder: str) -> None:
    """Load batches until killed."""
    points = shapely.points(np.random.default_rng(0).uniform(0, 100, (20_000, 2)))

    def batches() -> Iterator[AnnotationColumns]:
        while True:
            yield AnnotationColumns(
                frame="f", geometries=points, labels=["thing"] * len(points), attributes=[{}] * len(points),
                provenance=Provenance(),
            )  # fmt: skip

    open_store(folder).load(
        SCENE, batches(), None, client_id="l", actor="a", message="", progress=lambda _: print("batch", flush=True)
    )


if __name__ == "__main__":
    if sys.argv[1] == "edits":
        edits(sys.argv[2], int(sys.argv[3]))
    else:
        load(sys.argv[2])
