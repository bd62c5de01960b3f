"""The demo workspace: the simulated country as a project, half of it labelled."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from geo3d.geometry import MapFrame
from geo3d.labels import ChangeSet, Put, Scene, new_id
from geo3d.labels.frame_id import map_frame_id
from geo3d.synth.demo import CRS, GSD, ORIGIN, orthophoto, terrain
from geo3d.synth.truth import ONTOLOGY, truth
from geo3d.synth.world import World, make_world
from geo3d.workspace import Workspace

ACTOR = "geo3d-demo"
SCENE = "corridor"
"""Id of the demo's scene."""


def create_demo(
    folder: str | Path, progress: Callable[[float], None], *, side: float = 1000.0, gsd: float = GSD
) -> Workspace:
    """Make the demo workspace, or open it where it is there already and whole.

    Args:
        folder: Where; made when missing. An interrupted making is done again.
        progress: Told the fraction done.
        side: Side of the country, metres.
        gsd: Metres per pixel of the orthophoto.
    """
    root = Path(folder).resolve()
    workspace = Workspace.create(root, "Demo corridor")
    made = next((scene for scene in workspace.scenes() if scene.id == SCENE), None)
    if made is not None and made.assets:
        return workspace
    world = make_world(side)
    files = root / "files" / "demo"
    files.mkdir(parents=True, exist_ok=True)
    ortho, dem = files / "orthophoto.tif", files / "terrain.tif"
    if not ortho.exists():
        orthophoto(ortho, world, lambda f: progress(0.94 * f), gsd=gsd)
    if not dem.exists():
        terrain(dem, world)
    if made is None:
        _label(workspace, world)
    workspace.add([ortho, dem], scene=SCENE, actor=ACTOR)
    progress(1.0)
    return workspace


def _label(workspace: Workspace, world: World) -> None:
    """Make the classes and the scene, with the labels of the western half."""
    workspace.edit_project("Set up the demo's classes", ACTOR, ontology=ONTOLOGY)
    frame = MapFrame(id=map_frame_id(CRS), crs=CRS)
    scene = Scene(id=SCENE, title="Corridor", frames=(frame,))
    labels = (Put(document=a) for a in truth(world, SCENE, frame.id, ORIGIN, west_of=world.side / 2))
    change = ChangeSet(
        client_id=new_id(), actor=ACTOR, message="Label the western half", changes=(Put(document=scene), *labels)
    )
    workspace.store.apply(SCENE, change)
