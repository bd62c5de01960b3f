"""Painted layers over HTTP: tiles of entries, and pixel counts. Painting itself is a change like any other."""

from __future__ import annotations

import zlib
from typing import Annotated

import orjson
from fastapi import APIRouter, Header, Path
from pydantic import BaseModel, Field
from starlette.responses import Response

from geo3d.labels import new_id
from geo3d_server.deps import Here, SceneId, Sent, StrictRoute, Writing, json_answer
from geo3d_server.job import PRIVATE, Job

router = APIRouter(route_class=StrictRoute, prefix="/api/scenes/{scene}/layers", tags=["layers"])

LayerId = Annotated[str, Path(max_length=128, description="Id of the layer.")]
Zoom = Annotated[int, Path(ge=0, le=32, description="Of the raster's native grid: 0 = all of it in one tile.")]
Number = Annotated[int, Path(ge=0, le=1 << 32)]
REVISION_HEADER = "Geo3d-Revision"
MEDIA_TYPE = "application/octet-stream"


class LayerCounts(BaseModel):
    """How much of a layer is painted."""

    revision: int
    """Of the scene, as of which the numbers hold."""
    pixels: dict[int, int]
    """Number of pixels by entry (of a class layer: class code); what is not painted is not listed."""


class OutlineWish(Sent):
    """How painted pixels become polygons."""

    frame: str = Field(max_length=128)
    """Id of the frame of the polygons."""
    codes: list[int] | None = Field(default=None, max_length=1000)
    """Classes that are outlined; None = all that are painted."""
    tolerance: float = Field(default=0.0, ge=0, le=1000, allow_inf_nan=False)
    """How far borders may be moved, pixels; those that two share stay one. 0 = along pixel edges, exactly."""
    min_pixels: int = Field(default=1, ge=1)
    """Patches of fewer pixels are left out."""


@router.post("/{layer}/vectorise", response_model=Job, response_model_exclude=PRIVATE, status_code=202)
def vectorise_layer(scene: SceneId, layer: LayerId, wish: OutlineWish, here: Here, actor: Writing) -> Job:
    """Turn what is painted into polygons, one undo step: a job. Its result is `{n, n_small, n_strange}`."""
    here.layers.counts(scene, layer)
    arguments = {
        "scene": scene,
        "layer": layer,
        "how": wish.model_dump(),
        "actor": actor.id,
        "wish": new_id(),  # asked again it is done again: more may have been painted meanwhile
    }
    return here.runner.submit("vectorise", scene=scene, actor=actor.id, arguments=arguments)


@router.get("/{layer}/counts", response_model=LayerCounts)
def layer_counts(scene: SceneId, layer: LayerId, here: Here) -> Response:
    """Return how many pixels there are of each class."""
    revision, pixels = here.layers.counts(scene, layer)
    said = {"revision": revision, "pixels": {str(entry): n for entry, n in pixels.items()}}
    return json_answer(orjson.dumps(said))


@router.get(
    "/{layer}/{z}/{x}/{y}.bin", response_class=Response, responses={200: {"content": {MEDIA_TYPE: {}}}, 204: {}}
)
def layer_tile(
    scene: SceneId,
    layer: LayerId,
    z: Zoom,
    x: Number,
    y: Number,
    here: Here,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Return 256 x 256 entries, row-major, little-endian, in the layer's dtype; 204 where nothing is painted.

    ``Geo3d-Revision`` says which revision of the scene they are of, at least.
    """
    tile = here.layers.get(scene, layer, z, x, y)
    headers = {"ETag": tile.tag, "Cache-Control": "private, no-cache", REVISION_HEADER: str(tile.revision)}
    if if_none_match is not None and tile.tag in if_none_match:
        return Response(None, 304, headers)
    if not tile.body:
        return Response(None, 204, headers)
    packed = zlib.compress(tile.body, 1)
    return Response(packed, 200, {**headers, "Content-Encoding": "deflate"}, media_type=MEDIA_TYPE)
