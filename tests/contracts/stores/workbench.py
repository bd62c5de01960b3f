"""What the suites share: a store with a project and one scene, and short ways to write into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import orjson
import pytest

from geo3d.geometry import Geometry, LocalFrame, MapFrame, PixelFrame, Polygon
from geo3d.labels import (
    Annotation,
    Asset,
    Attribute,
    Change,
    ChangeSet,
    Delete,
    LabelClass,
    Member,
    Ontology,
    Project,
    Put,
    Sample,
    Scene,
    new_id,
)
from geo3d.store import PROJECT, Commit, Query, Store

SCENE = "scene-1"
ONTOLOGY = Ontology(
    version=1,
    classes=(
        LabelClass(
            slug="roof", code=1, title="Roof", attributes=(Attribute(name="floors", type="integer", minimum=0),)
        ),
        LabelClass(slug="road", code=2, title="Road", geometries=("polyline", "polygon")),
        LabelClass(
            slug="tree",
            code=300,
            title="Tree",
            attributes=(Attribute(name="kind", type="choice", choices=("oak", "ash"), required=True),),
        ),
    ),
)


def square(x: float = 0.0, y: float = 0.0, size: float = 10.0, frame: str = "f") -> Polygon:
    return Polygon(frame=frame, exterior=((x, y), (x + size, y), (x + size, y + size), (x, y + size)))


def annotation(geometry: Geometry | None = None, **fields: Any) -> Annotation:
    given = {"id": new_id(), "scene": SCENE, "label": "roof", "geometry": geometry or square()}
    return Annotation(**(given | fields))


class Workbench:
    """A store with the ontology above and one scene."""

    def __init__(self, open_again: Callable[[], Store]) -> None:
        self._open = open_again
        self.store = open_again()
        self.put_project(ontology=ONTOLOGY)
        self.put(self.new_scene(SCENE))

    def reopen(self) -> Store:
        self.store.close()
        self.store = self._open()
        return self.store

    @staticmethod
    def new_scene(id: str) -> Scene:
        return Scene(
            id=id,
            title=f"Scene {id}",
            frames=(
                PixelFrame(id="f", size=(1000, 800)),
                MapFrame(id="m", crs="EPSG:32617"),
                LocalFrame(id="l"),
            ),
            samples=tuple(Sample(index=i) for i in range(3)),
            assets=(Asset(id="picture", href="a.tif", frame="f"),),
        )

    def apply(
        self, *changes: Change, actor: str = "ann", stream: str = SCENE, client_id: str | None = None, message: str = ""
    ) -> Commit:
        changes_ = ChangeSet(client_id=client_id or new_id(), actor=actor, message=message, changes=changes)
        return self.store.apply(stream, changes_)

    def put(self, document: Any, base: int | None = None, **options: Any) -> Any:
        """Write a document over the version it is, and return it as it was stored."""
        base = document.revision if base is None else base
        stream = (
            PROJECT if isinstance(document, Project) else document.id if isinstance(document, Scene) else document.scene
        )
        commit = self.apply(Put(document=document, base=base), **({"stream": stream} | options))
        return type(document).model_validate_json(commit.documents[0])

    def draw(self, geometry: Geometry | None = None, actor: str = "ann", **fields: Any) -> Annotation:
        stored = self.put(annotation(geometry, **fields), actor=actor)
        assert isinstance(stored, Annotation)
        return stored

    def delete(self, document: Any, actor: str = "ann") -> Commit:
        return self.apply(Delete(kind=document.kind, id=document.id, base=document.revision), actor=actor)

    def put_project(self, **fields: Any) -> Project:
        """Change fields of the project."""
        project = self.store.project()
        return self.put(project.model_copy(update=fields), actor=fields.pop("actor", "owner"))

    def put_members(self, *names: str) -> None:
        self.put_project(members=tuple(Member(id=name, name=name) for name in names))

    def undo(self, actor: str = "ann", stream: str = SCENE, **options: Any) -> Commit:
        return self.store.undo(stream, actor, client_id=new_id(), **options)

    def redo(self, actor: str = "ann", stream: str = SCENE, **options: Any) -> Commit:
        return self.store.redo(stream, actor, client_id=new_id(), **options)

    def read(self, stream: str = SCENE, **conditions: Any) -> list[Any]:
        return [orjson.loads(json) for json in self.store.read(stream, Query(**conditions))]

    def ids(self, **conditions: Any) -> list[str]:
        return [document["id"] for document in self.read(**conditions)]

    def at(self, revision: int, kind: str = "annotation") -> list[Any]:
        return [orjson.loads(json) for json in self.store.at(SCENE, revision, kind)]

    def is_sound(self) -> bool:
        assert self.store.check() == ()
        return True


class StoreSuite:
    """Base of the suites: a backend gives the fixture `open_store_again`."""

    @pytest.fixture
    def bench(self, open_again: Callable[[], Store]) -> Any:
        bench = Workbench(open_again)
        yield bench
        bench.store.close()
