"""Make a workspace, add a raster, draw a polygon in its CRS, take a GeoPackage home."""

from pathlib import Path

from geo3d import Workspace
from geo3d.geometry import Polygon
from geo3d.labels import Annotation, ChangeSet, Provenance, Put, new_id
from geo3d.synth.demo import orthophoto
from geo3d.synth.world import make_world

orthophoto(Path("ortho.tif"), make_world(side=200.0), progress=lambda fraction: None, gsd=0.5, n_processes=1)

with Workspace.create("survey", "Survey") as workspace:
    scene, (asset,) = workspace.add(["ortho.tif"], scene="Village")
    building = workspace.add_class("Building", color="#e5484d")
    pixels = next(frame for frame in scene.frames if frame.id == asset.frame)
    print(asset.title, "lies in", pixels.parent)

    x, y = 431_050.125, 5_412_100.25
    roof = Polygon(frame=pixels.parent, exterior=((x, y), (x + 12, y), (x + 12, y + 9), (x, y + 9)))
    by_me = Provenance(actor="me")
    label = Annotation(id=new_id(), scene=scene.id, label=building.slug, geometry=roof, provenance=by_me)
    drawn = ChangeSet(client_id=new_id(), actor="me", message="Draw a roof", changes=(Put(document=label),))
    print("revision", workspace.store.apply(scene.id, drawn).revision)

    table = workspace.dataframe(scene.id)
    print(table[["title", "geometry"]])
    assert table.geometry.iloc[0].exterior.coords[0] == (x, y)  # to the last digit
    print(workspace.export(scene.id, "geopackage", "village.gpkg").text())
