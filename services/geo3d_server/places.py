"""Where things are in another frame: what the viewer asks before it draws, and after somebody has dragged."""

from __future__ import annotations

from itertools import pairwise
from typing import Annotated

import numpy as np
import orjson
from fastapi import APIRouter
from fastapi.exceptions import RequestValidationError
from pydantic import AllowInfNan, BaseModel, Field
from starlette.responses import Response

from geo3d.geometry import MapFrame, Polygon, Polyline
from geo3d.geometry.measure import measure
from geo3d_server.deps import Body, Here, SceneId, Sent, StrictRoute, json_answer, parse, takes
from geo3d_server.frames import tree_of

router = APIRouter(route_class=StrictRoute, prefix="/api/scenes/{scene}", tags=["places"])

MAX_POSITIONS = 200_000
MAX_MEASURED = 2000
EARTH = MapFrame(id="EPSG:4326", crs="EPSG:4326")

Coordinate = Annotated[float, AllowInfNan(False)]


class TransformQuestion(Sent):
    """Positions and the way they are to go."""

    src: str = Field(max_length=200)
    """Frame of the positions: a frame of the scene, or a code such as ``EPSG:4326`` (x-y order)."""
    dst: str = Field(max_length=200)
    """Frame wanted, likewise."""
    positions: list[list[Coordinate]] = Field(max_length=MAX_POSITIONS)
    """Each of two numbers, or each of three."""
    timestamp_ns: int | None = None
    """The moment, where a frame on the way moves."""


class TransformReply(BaseModel):
    """Positions in the other frame."""

    positions: list[list[float] | None]
    """None where there is no answer: outside a projection's area, behind a camera."""


@router.post("/transform", response_model=TransformReply, openapi_extra=takes(TransformQuestion))
def transform(scene: SceneId, here: Here, raw: Body) -> Response:
    """Return positions in another frame of the scene."""
    asked = parse(TransformQuestion, raw)
    if len({len(position) for position in asked.positions} | {2, 3}) > 2 or len(set(map(len, asked.positions))) > 1:
        message = "each position has two numbers, or each has three"
        raise RequestValidationError([{"type": "value_error", "loc": ("body", "positions"), "msg": message}])
    tree = tree_of(here.workspace.store.scene(scene).frames, asked.src, asked.dst)
    way = tree.transform(asked.dst, asked.src, asked.timestamp_ns)
    if not asked.positions:
        return json_answer(b'{"positions":[]}')
    found = way(np.array(asked.positions, dtype=np.float64), strict=False)
    rows: list[list[float] | None] = found.tolist()
    for k in np.flatnonzero(~np.isfinite(found).all(axis=1)).tolist():
        rows[k] = None
    return json_answer(orjson.dumps({"positions": rows}))


class MeasureQuestion(Sent):
    """A line or the border of an area."""

    frame: str = Field(max_length=200)
    """Frame of the positions: a frame of the scene that leads to a place on Earth."""
    positions: list[tuple[Coordinate, Coordinate]] = Field(min_length=2, max_length=MAX_MEASURED)
    is_closed: bool = False
    """The last position is joined with the first, and the area between is wanted."""


class MeasureReply(BaseModel):
    """Sizes on the ellipsoid of WGS 84; edges are geodesics."""

    legs_m: list[float]
    """Metres from each position to the next, and back to the first where it is closed."""
    length_m: float
    """Their sum."""
    area_m2: float | None
    """Square metres; None for a line."""


@router.post("/measure", response_model=MeasureReply, openapi_extra=takes(MeasureQuestion))
def measured(scene: SceneId, here: Here, raw: Body) -> Response:
    """Return how long a line is, or how large an area, on the ellipsoid."""
    asked = parse(MeasureQuestion, raw)
    tree = tree_of(here.workspace.store.scene(scene).frames, asked.frame, EARTH.id)
    way = tree.transform(EARTH.id, asked.frame)
    found = way(np.array(asked.positions, dtype=np.float64), strict=True)
    path = [(float(x), float(y)) for x, y in found]
    ends = path + path[:1] if asked.is_closed else path
    legs = [measure(Polyline(frame=EARTH.id, path=pair), EARTH).length_m or 0.0 for pair in pairwise(ends)]
    area = None
    if asked.is_closed and len(path) > 2:
        area = measure(Polygon(frame=EARTH.id, exterior=tuple(path)), EARTH).area_m2
    said = {"legs_m": legs, "length_m": sum(legs), "area_m2": area}
    return json_answer(orjson.dumps(said))
