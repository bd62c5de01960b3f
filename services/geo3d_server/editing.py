"""What a hand does to shapes, as questions: each operation with its options, and how it is answered."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Annotated, Literal, assert_never

from pydantic import Field, RootModel

from geo3d.errors import FrameError
from geo3d.geometry import Geometry, MapFrame, Polyline, crs
from geo3d.geometry.edit import derive, merge, offset, reshape, smooth, split, square, thin, turn
from geo3d.geometry.edit.plane import Plane, metric_plane
from geo3d.geometry.tree import FrameTree
from geo3d.geometry.value import Number
from geo3d_server.deps import Sent

MAX_GEOMETRIES = 2000
"""Of one question."""

Several = Annotated[list[Geometry], Field(min_length=1, max_length=MAX_GEOMETRIES)]
Two = Annotated[list[Geometry], Field(min_length=2, max_length=MAX_GEOMETRIES)]
Unit = Literal["frame", "metre"]
Positive = Annotated[float, Field(gt=0, le=1e9, allow_inf_nan=False)]
Distance = Annotated[float, Field(ge=-1e9, le=1e9, allow_inf_nan=False)]


class NoOptions(Sent):
    """An operation that asks for nothing more."""


class LineOptions(Sent):
    """What splits or reshapes."""

    line: Polyline
    """In any frame of the scene; it is moved into that of each geometry."""


class SplitQuestion(Sent):
    """Split areas and lines by a line; the pieces of each come largest first."""

    operation: Literal["split"]
    geometries: Several
    options: LineOptions


class ReshapeQuestion(Sent):
    """Let a part of each outline run along a line; the larger piece is kept."""

    operation: Literal["reshape"]
    geometries: Several
    options: LineOptions


class MergeQuestion(Sent):
    """Make one of several areas, or of several lines; all are moved into the frame of the first."""

    operation: Literal["merge"]
    geometries: Two
    options: NoOptions = NoOptions()


class CutOutQuestion(Sent):
    """Take the area of all others out of the first."""

    operation: Literal["cut_out"]
    geometries: Two
    options: NoOptions = NoOptions()


class BesideOptions(Sent):
    """How far beside, and what corners look like."""

    unit: Unit = "metre"
    """``metre`` needs a frame that lies on the earth; ``frame`` means the frame's own unit."""
    join: offset.Join = "round"
    segments: int = Field(default=8, ge=1, le=64)
    """Edges per quarter circle."""


class BufferOptions(BesideOptions):
    """How far around, and what the ends of lines look like."""

    distance: Distance
    """Negative distances shrink areas."""
    cap: offset.Cap = "round"


class BufferQuestion(Sent):
    """Take everything within a distance of each shape."""

    operation: Literal["buffer"]
    geometries: Several
    options: BufferOptions


class OffsetOptions(BesideOptions):
    """How far to one side."""

    distance: Distance
    """Positive = at the left, seen with y up."""


class OffsetQuestion(Sent):
    """Take the line that runs beside each line."""

    operation: Literal["offset"]
    geometries: Several
    options: OffsetOptions


class SimplifyOptions(Sent):
    """How much may go."""

    tolerance: Positive
    """``distance``: how far the outline may move; ``area``: side of a square as large as the largest triangle to go."""
    unit: Unit = "metre"
    method: thin.Method = "distance"


class SimplifyQuestion(Sent):
    """Drop vertices; those that stay are the same to the bit."""

    operation: Literal["simplify"]
    geometries: Several
    options: SimplifyOptions


class SmoothOptions(Sent):
    """How round."""

    style: smooth.Style = "corners"
    """``corners`` cuts them (Chaikin), ``spline`` goes through all vertices (Catmull-Rom)."""
    steps: int = Field(default=3, ge=1, le=6)


class SmoothQuestion(Sent):
    """Round corners; the ends of lines stay."""

    operation: Literal["smooth"]
    geometries: Several
    options: SmoothOptions = SmoothOptions()


class OrthogonaliseOptions(Sent):
    """What is nearly right."""

    tolerance_degrees: float = Field(default=20.0, gt=0, lt=45, allow_inf_nan=False)


class OrthogonaliseQuestion(Sent):
    """Make corners that are nearly right exactly so, with the least movement."""

    operation: Literal["orthogonalise"]
    geometries: Several
    options: OrthogonaliseOptions = OrthogonaliseOptions()


class RemoveHolesOptions(Sent):
    """Which holes."""

    up_to: float | None = Field(default=None, gt=0, allow_inf_nan=False)
    """Largest area of a hole that goes, squared units of the frame; None = all go."""


class RemoveHolesQuestion(Sent):
    """Take holes away."""

    operation: Literal["remove_holes"]
    geometries: Several
    options: RemoveHolesOptions = RemoveHolesOptions()


class MoveOptions(Sent):
    """Scale, then turn, about an anchor; then shift. All in the geometries' frame."""

    anchor: tuple[Number, Number]
    factors: tuple[Number, Number] = (1.0, 1.0)
    angle: Number = 0.0
    """Radians from +x towards +y; on the ground where the frame is one of degrees."""
    shift: tuple[Number, Number] = (0.0, 0.0)


class MoveQuestion(Sent):
    """Move, turn and scale each shape about one anchor."""

    operation: Literal["move"]
    geometries: Several
    options: MoveOptions


class DeriveQuestion(Sent):
    """Take shapes apart, or make one kind of another."""

    operation: Literal["explode", "hull", "turned_box", "to_polygon", "to_polyline"]
    geometries: Several
    options: NoOptions = NoOptions()


Question = (
    SplitQuestion
    | ReshapeQuestion
    | MergeQuestion
    | CutOutQuestion
    | BufferQuestion
    | OffsetQuestion
    | SimplifyQuestion
    | SmoothQuestion
    | OrthogonaliseQuestion
    | RemoveHolesQuestion
    | MoveQuestion
    | DeriveQuestion
)


class GeometryQuestion(RootModel[Annotated[Question, Field(discriminator="operation")]]):
    """An operation on shapes, with its options."""


def answered(question: Question, tree: FrameTree, geometry: Geometry) -> list[Geometry]:
    """Return what an operation makes of one geometry (with merge and cut out: of all of them).

    Args:
        question: The operation and its options.
        tree: The frames of the scene.
        geometry: One of the question's geometries.

    Raises:
        GeometryError: The operation cannot be done, and why.
        FrameError: There is no way between two frames, or no metre where metres are asked for.
    """
    match question:
        case SplitQuestion():
            return split.split(geometry, moved_line(question.options.line, tree, geometry.frame))
        case ReshapeQuestion():
            return [reshape.reshape(geometry, moved_line(question.options.line, tree, geometry.frame))]
        case MergeQuestion():
            return [merge.merge(in_one_frame(question.geometries, tree))]
        case CutOutQuestion():
            first, *others = in_one_frame(question.geometries, tree)
            return [merge.cut_out(first, others)]
        case OrthogonaliseQuestion():
            return [
                square.orthogonalise(
                    geometry, math.radians(question.options.tolerance_degrees), plane=_true(tree, geometry)
                )
            ]
        case SmoothQuestion():
            return [smooth.smooth(geometry, question.options.style, question.options.steps)]
        case RemoveHolesQuestion():
            up_to = question.options.up_to
            return [derive.without_holes(geometry, math.inf if up_to is None else up_to)]
        case MoveQuestion():
            return [_moved(question.options, tree, geometry)]
        case DeriveQuestion():
            return _derived(question, geometry)
        case BufferQuestion() | OffsetQuestion() | SimplifyQuestion():
            plane = metric_plane(tree, geometry) if question.options.unit == "metre" else Plane()
            return [_measured(question, geometry, plane)]
        case _:
            assert_never(question)


def _measured(
    question: BufferQuestion | OffsetQuestion | SimplifyQuestion, geometry: Geometry, plane: Plane
) -> Geometry:
    match question:
        case BufferQuestion(options=o):
            return offset.buffer(geometry, o.distance, join=o.join, cap=o.cap, segments=o.segments, plane=plane)
        case OffsetQuestion(options=o):
            return offset.offset(geometry, o.distance, join=o.join, segments=o.segments, plane=plane)
        case SimplifyQuestion(options=o):
            return thin.simplify(geometry, o.tolerance, o.method, plane=plane)
        case _:
            assert_never(question)


def _derived(question: DeriveQuestion, geometry: Geometry) -> list[Geometry]:
    match question.operation:
        case "explode":
            return derive.explode(geometry)
        case "hull":
            return [derive.hull(geometry)]
        case "turned_box":
            return [derive.turned_box(geometry)]
        case "to_polygon":
            return [derive.polygon_from(geometry)]
        case "to_polyline":
            return [derive.polyline_of(geometry)]
        case _:
            assert_never(question.operation)


def _moved(options: MoveOptions, tree: FrameTree, geometry: Geometry) -> Geometry:
    if options.factors != (1.0, 1.0):
        geometry = turn.scale(geometry, options.factors, options.anchor)
    if options.angle:
        geometry = turn.rotate(geometry, options.angle, options.anchor, plane=_true(tree, geometry))
    return turn.translate(geometry, options.shift) if options.shift != (0.0, 0.0) else geometry


def _true(tree: FrameTree, geometry: Geometry) -> Plane:
    """Return the plane in which angles are those on the ground: the frame's own, unless that is one of degrees."""
    frame = tree[geometry.frame]
    is_degrees = isinstance(frame, MapFrame) and crs.is_geographic(crs.crs_of(frame.crs))
    return metric_plane(tree, geometry) if is_degrees else Plane()


def moved_line(line: Polyline, tree: FrameTree, frame: str) -> Polyline:
    """Return a line in another frame.

    Raises:
        FrameError: There is no way.
    """
    if line.frame == frame:
        return line
    return line.moved(tree.transform(frame, line.frame), frame)[0]


def in_one_frame(geometries: Sequence[Geometry], tree: FrameTree) -> list[Geometry]:
    """Return geometries in the frame of the first.

    Raises:
        FrameError: One of them cannot be moved there without being another shape.
    """
    frame = geometries[0].frame
    made: list[Geometry] = []
    for geometry in geometries:
        if geometry.frame == frame:
            made.append(geometry)
            continue
        if geometry.kind in ("mask", "segment"):
            raise FrameError(f"a {geometry.kind} stays in its pixels; make a polygon of it first")
        shape = derive.polygonal(geometry) if geometry.kind == "box" else geometry
        made.append(shape.moved(tree.transform(frame, geometry.frame), frame)[0])
    return made
