"""Scenes: the list, one document, making, naming, deleting."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Query
from pydantic import Field, StringConstraints
from starlette.responses import Response

from geo3d.labels import ChangeSet, Delete, Id, Put, Scene, new_id
from geo3d.store import Query as Which
from geo3d_server.deps import Here, Owning, SceneId, Sent, StrictRoute, Writing, json_answer
from geo3d_server.feed import body_of_commit
from geo3d_server.reply import CommitReply, SceneSummary

router = APIRouter(route_class=StrictRoute, prefix="/api/scenes", tags=["scenes"])

Title = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)]


class NewScene(Sent):
    """A scene to be made."""

    title: Title
    client_id: Id | None = None
    """Sent again with the same one, the scene is not made twice."""


class SceneEdit(Sent):
    """What of a scene document is to change; everything else goes through change sets."""

    title: Title
    base: int | None = Field(default=None, ge=0, lt=1 << 53)
    """Revision of the version you saw; None = whatever is there."""
    client_id: Id | None = None


@router.get("", response_model=list[SceneSummary])
def get_scenes(here: Here) -> Response:
    """List all scenes."""
    store = here.workspace.store
    found = []
    for scene in store.scenes():
        counts = dict(store.count(scene.id, Which()))
        found.append(
            {
                "id": scene.id,
                "title": scene.title,
                "revision": store.revision(scene.id),
                "n_annotations": sum(counts.values()),
                "counts": counts,
                "assets": [orjson.Fragment(asset.model_dump_json()) for asset in scene.assets],
            }
        )
    return json_answer(orjson.dumps(found))


@router.post("", response_model=Scene, status_code=201)
def post_scene(given: NewScene, here: Here, actor: Writing) -> Response:
    """Make an empty scene."""
    client_id = given.client_id or new_id()
    # the id comes from the client_id, so that a retry meets the scene it made
    scene = Scene(id=given.client_id or new_id(), title=given.title)
    change = ChangeSet(
        client_id=client_id, actor=actor.id, message=f"Make scene {given.title}", changes=(Put(document=scene),)
    )
    here.workspace.store.apply(scene.id, change)
    here.feed.wake()
    return json_answer(here.workspace.store.scene(scene.id).model_dump_json().encode(), status=201)


@router.get("/{scene}", response_model=Scene)
def get_scene(scene: SceneId, here: Here) -> Response:
    """Return the scene document: frames, samples, assets."""
    return json_answer(here.workspace.store.scene(scene).model_dump_json().encode())


@router.patch("/{scene}", response_model=Scene)
def patch_scene(scene: SceneId, given: SceneEdit, here: Here, actor: Writing) -> Response:
    """Rename a scene."""
    before = here.workspace.store.scene(scene)
    base = before.revision if given.base is None else given.base
    change = ChangeSet(
        client_id=given.client_id or new_id(),
        actor=actor.id,
        message=f"Rename to {given.title}",
        changes=(Put(document=before.model_copy(update={"title": given.title}), base=base),),
    )
    here.workspace.store.apply(scene, change)
    here.feed.wake()
    return json_answer(here.workspace.store.scene(scene).model_dump_json().encode())


@router.delete("/{scene}", response_model=CommitReply)
def delete_scene(
    scene: SceneId, here: Here, actor: Owning, base: Annotated[int | None, Query(ge=0, lt=1 << 53)] = None
) -> Response:
    """Delete a scene; its log stays, and its owner can undo it."""
    before = here.workspace.store.scene(scene)
    change = ChangeSet(
        client_id=new_id(),
        actor=actor.id,
        message=f"Delete scene {before.title}",
        changes=(Delete(kind="scene", id=scene, base=before.revision if base is None else base),),
    )
    commit = here.workspace.store.apply(scene, change)
    here.feed.wake()
    return json_answer(body_of_commit(commit))
