"""The numbers of a raster inside an area: the spectrum of what is chosen."""

from __future__ import annotations

from fastapi import APIRouter
from starlette.responses import Response

from geo3d.errors import GeometryError
from geo3d.geometry import Box, MultiPolygon, Polygon
from geo3d.geometry.convert import shapely_of_one
from geo3d.raster.zone import ZoneStatistics, zone_statistics
from geo3d_server.deps import AssetId, Body, Here, Reading, SceneId, Sent, StrictRoute, json_answer, parse, takes
from geo3d_server.frames import tree_of

router = APIRouter(route_class=StrictRoute, prefix="/api/scenes/{scene}/assets/{asset}", tags=["zones"])

MAX_POSITIONS = 100_000


class ZoneQuestion(Sent):
    """An area in any frame of the scene that leads to the raster."""

    geometry: Polygon | MultiPolygon | Box


@router.post("/zone", response_model=ZoneStatistics, openapi_extra=takes(ZoneQuestion))
def zone(scene: SceneId, asset: AssetId, here: Here, _who: Reading, raw: Body) -> Response:
    """Return range, mean, percentiles and histogram of each band inside an area."""
    asked = parse(ZoneQuestion, raw).geometry
    if len(asked.vertices()) > MAX_POSITIONS:
        raise GeometryError(f"an area of over {MAX_POSITIONS:,} corners is too large for this; simplify it")
    found = here.workspace.store.scene(scene)
    raster = here.workspace.raster_of(here.workspace.asset(scene, asset))
    frame = here.workspace.asset(scene, asset).frame
    if frame is None:
        raise GeometryError("this raster has no frame yet: it could not be read")
    pixel_from_area = tree_of(found.frames).transform(frame, asked.frame)
    moved, _ = asked.moved(pixel_from_area, frame)
    return json_answer(zone_statistics(raster, shapely_of_one(moved)).model_dump_json().encode())
