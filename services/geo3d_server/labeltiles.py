"""Label tiles over HTTP: pictures of labels as vector tiles, complete at every zoom."""

from __future__ import annotations

from typing import Annotated

import orjson
from fastapi import APIRouter, Header, Path, Request
from starlette.responses import Response

from geo3d.errors import OutsideDomain
from geo3d.geometry import MapFrame
from geo3d.labels import Scene
from geo3d_server.deps import Here, SceneId, StrictRoute, json_answer
from geo3d_server.ground import Ground, centre_of, ground_of, way_of
from geo3d_server.state import State

router = APIRouter(route_class=StrictRoute, prefix="/api/scenes/{scene}/labels", tags=["label_tiles"])

GridName = Annotated[str, Path(max_length=200, description="``frame:ID`` of the scene, or a tile matrix set.")]
Number = Annotated[int, Path(ge=0, le=1 << 52)]
MEDIA_TYPE = "application/vnd.mapbox-vector-tile"


@router.get("/{grid}/tilejson.json")
def tilejson(scene: SceneId, grid: GridName, request: Request, here: Here) -> Response:
    """Return TileJSON 3.0 for the label tiles of a scene."""
    found = here.workspace.store.scene(scene)
    ground = ground_of(found, grid)
    root = f"{request.url.scheme}://{request.headers.get('host', '')}{request.scope.get('root_path', '')}"
    document = {
        "tilejson": "3.0.0",
        "name": f"{found.title}: labels",
        "tiles": [f"{root}/api/scenes/{scene}/labels/{grid}/{{z}}/{{x}}/{{y}}.mvt"],
        "scheme": "xyz",
        "minzoom": ground.grid.min_zoom,
        "maxzoom": ground.grid.max_zoom,
        "bounds": _bounds(here, found) or (-180.0, -90.0, 180.0, 90.0),
        "vector_layers": [
            {"id": "labels", "fields": {"code": "Class code", "state": "Review state", "n": "1 where it is anchored"}},
            {"id": "cells", "fields": {"code": "Class code", "n": "Labels too small to draw"}},
        ],
    }
    return json_answer(orjson.dumps(document))


@router.get("/{grid}/{z}/{x}/{y}.mvt", response_class=Response, responses={200: {"content": {MEDIA_TYPE: {}}}})
def label_tile(
    scene: SceneId,
    grid: GridName,
    z: Number,
    x: Number,
    y: Number,
    here: Here,
    if_none_match: Annotated[str | None, Header()] = None,
) -> Response:
    """Return a vector tile with the layers ``labels`` and ``cells``."""
    tile = here.tiles.get((scene, grid, z, x, y))
    headers = {"ETag": tile.tag, "Cache-Control": "private, no-cache"}
    if if_none_match is not None and tile.tag in if_none_match:
        return Response(None, 304, headers)
    return Response(tile.body, 200, headers, media_type=MEDIA_TYPE)


def _bounds(here: State, scene: Scene) -> tuple[float, ...] | None:
    """Return where the labels lie in longitude and latitude; None where that is nowhere or unknown."""
    world = Ground(ground_of(scene, "WorldCRS84Quad").grid, MapFrame(id="OGC:CRS84", crs="OGC:CRS84"))
    reaches = []
    for frame, extent in here.tiles.extents(scene.id).items():
        try:
            way = way_of(world, scene, frame, extent, centre_of(scene, frame, extent))
        except OutsideDomain:
            continue
        if way is not None and way.reach is not None:
            reaches.append(way.reach)
    if not reaches:
        return None
    west, south = min(r[0] for r in reaches), min(r[1] for r in reaches)
    east, north = max(r[2] for r in reaches), max(r[3] for r in reaches)
    return max(west, -180.0), max(south, -90.0), min(east, 180.0), min(north, 90.0)
