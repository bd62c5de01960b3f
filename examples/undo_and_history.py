"""Every change is in the log: undo it, look at the history of a label, read the scene as it was."""

from geo3d import Workspace
from geo3d.geometry import MapFrame, Point
from geo3d.labels import Annotation, Change, ChangeSet, Delete, Put, Scene, new_id

SCENE = Scene(id="harbour", title="Harbour", frames=(MapFrame(id="map", crs="EPSG:25832"),))


def change(*changes: Change, message: str) -> ChangeSet:
    return ChangeSet(client_id=new_id(), actor="me", message=message, changes=changes)


with Workspace.create("survey", "Survey") as workspace:
    store = workspace.store
    workspace.add_class("Bollard")
    store.apply("harbour", change(Put(document=SCENE), message="Make the scene"))
    place = Point(frame="map", position=(500_000.25, 5.9e6))
    label = Annotation(id="b1", scene="harbour", label="bollard", geometry=place)
    placed = store.apply("harbour", change(Put(document=label), message="Place a bollard"))
    store.apply("harbour", change(Delete(id="b1", base=placed.revision), message="Delete it"))
    print("after the delete:", len(list(workspace.annotations("harbour"))))

    store.undo("harbour", "me", client_id=new_id())
    print("after the undo:", next(workspace.annotations("harbour")).geometry)

    for version in store.history("harbour", "annotation", "b1"):
        print(version.revision, version.message, "gone" if version.json is None else "there")
    print("right after it was placed:", len(list(store.at("harbour", placed.revision))))
