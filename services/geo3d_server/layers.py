"""Painted layers over HTTP: tiles of entries, and pixel counts. Painting itself is a change like any other."""

from __future__ import annotations

import zlib
from typing import Annotated

import orjson
from fastapi import APIRouter, Header, Path
from pydantic import BaseModel
from starlette.responses import Response

from geo3d_server.deps import Here, SceneId, StrictRoute, json_answer

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
