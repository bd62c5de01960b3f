"""Operations on shapes: GEOS computes them here, and the viewer writes what they made as its own change."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np
import orjson
import shapely
from fastapi import APIRouter
from pydantic import BaseModel, ValidationError
from starlette.responses import Response

from geo3d.errors import Geo3dError, GeometryError, LimitExceeded
from geo3d.geometry import Geometry, Mask
from geo3d.geometry.tree import FrameTree
from geo3d_server.deps import Body, Here, Reading, SceneId, StrictRoute, json_answer, parse, takes
from geo3d_server.editing import CutOutQuestion, GeometryQuestion, MergeQuestion, Question, answered
from geo3d_server.frames import tree_of

router = APIRouter(route_class=StrictRoute, prefix="/api/scenes/{scene}", tags=["geometry"])

MAX_POSITIONS = 200_000
"""Of all geometries of a question together."""
MAX_COORDINATE = 1e12
"""Beyond it GEOS may work for minutes on numbers that no frame has."""
MAX_MASK_PIXELS = 1 << 26
MAX_POSITIONS_MADE = 1_000_000
"""Of an answer."""


class Skipped(BaseModel):
    """A geometry that the operation could not be done to."""

    source: int
    """Which of the given geometries, from 0."""
    message: str
    """Why, and what to do."""


class GeometryReply(BaseModel):
    """What an operation made. Nothing is written."""

    geometries: list[Geometry]
    """Those of each source one after the other, the largest first; each in the frame of its source."""
    sources: list[int]
    """Which of the given geometries each was made of, from 0; merge and cut out answer for the first."""
    skipped: list[Skipped]
    """What was left as it was, where something else could be done. Where nothing could, the answer is the problem."""


@router.post("/geometry", response_model=GeometryReply, openapi_extra=takes(GeometryQuestion))
def geometry(scene: SceneId, here: Here, _who: Reading, raw: Body) -> Response:
    """Return what an operation makes of shapes: split, merge, reshape, buffer, simplify, smooth and so on."""
    question = parse(GeometryQuestion, raw).root
    if any(isinstance(one, Mask) and one.size[0] * one.size[1] > MAX_MASK_PIXELS for one in question.geometries):
        raise LimitExceeded(f"a mask of over {MAX_MASK_PIXELS:,} pixels is too large for this; use a layer")
    n = sum(len(one.vertices()) for one in question.geometries)
    if n > MAX_POSITIONS:
        raise LimitExceeded(f"{n:,} positions are too many at once ({MAX_POSITIONS:,} at most); choose fewer objects")
    _demand_plain(question.geometries)
    tree = tree_of(here.workspace.store.scene(scene).frames)
    made: list[Geometry] = []
    sources: list[int] = []
    skipped: list[tuple[int, Geo3dError]] = []
    asked = question.geometries[:1] if isinstance(question, MergeQuestion | CutOutQuestion) else question.geometries
    n_made = 0
    for source, one in enumerate(asked):
        try:
            found = _made(question, tree, one)
        except LimitExceeded:
            raise
        except Geo3dError as error:
            skipped.append((source, error))
            continue
        n_made += sum(len(shape.vertices()) for shape in found)
        if n_made > MAX_POSITIONS_MADE:
            raise LimitExceeded("the answer would have over a million positions; choose fewer objects at once")
        made += found
        sources += [source] * len(found)
    if skipped and not made:
        raise skipped[0][1]
    answer = {
        "geometries": [orjson.Fragment(shape.model_dump_json()) for shape in made],
        "sources": sources,
        "skipped": [{"source": source, "message": error.message} for source, error in skipped],
    }
    return json_answer(orjson.dumps(answer))


def _made(question: Question, tree: FrameTree, geometry: Geometry) -> list[Geometry]:
    """Return what an operation makes of one geometry; numbers beyond float64 on the way are told like other faults."""
    try:
        with np.errstate(all="ignore"):
            return answered(question, tree, geometry)
    except (shapely.errors.ShapelyError, ValidationError, ValueError, FloatingPointError) as error:
        raise GeometryError("the numbers of this shape are too large or too close together for this") from error


def _demand_plain(geometries: Sequence[Geometry]) -> None:
    """Refuse numbers with which GEOS does not end.

    Raises:
        GeometryError: A coordinate is beyond `MAX_COORDINATE`.
    """
    for geometry in geometries:
        vertices = geometry.vertices()
        if len(vertices) and float(np.abs(vertices).max()) > MAX_COORDINATE:
            raise GeometryError(f"a coordinate is beyond {MAX_COORDINATE:g}: look whether the frame is the right one")
