"""How other formats write turned boxes, one pair of functions per convention.

Ours: centre, size, angle from +x towards +y (clockwise on screen in pixels). ``A_of_b`` makes A of b, as in
`rotation.matrix_of`.

Source: each format's own reader or readme, gathered and run against each other.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from geo3d.geometry.array import Array
from geo3d.geometry.box import Box


class CvatBox(NamedTuple):
    """CVAT: the corners of the UNTURNED box, then degrees clockwise on screen about its centre."""

    xtl: float
    ytl: float
    xbr: float
    ybr: float
    rotation: float


def cvat_of_box(box: Box) -> CvatBox:
    """Return CVAT's numbers, rotation in [0, 360)."""
    (x, y), (w, h) = box.center, box.size
    return CvatBox(x - w / 2, y - h / 2, x + w / 2, y + h / 2, math.degrees(box.angle) % 360.0)


def box_of_cvat(frame: str, given: CvatBox) -> Box:
    """Return the box of CVAT's numbers."""
    box = Box.of_bounds(frame, given.xtl, given.ytl, given.xbr, given.ybr)
    return box.model_copy(update={"angle": math.radians(given.rotation)})


class LabelStudioBox(NamedTuple):
    """Label Studio: percent of the image; (x, y) is the top-left corner AFTER turning, the pivot; degrees clockwise."""

    x: float
    y: float
    width: float
    height: float
    rotation: float


def label_studio_of_box(box: Box, image: tuple[int, int]) -> LabelStudioBox:
    """Return Label Studio's numbers for an image of (width, height) pixels; turned in pixels, then divided."""
    (x, y), (w, h) = box.vertices()[0].tolist(), box.size
    px, py = image[0] / 100.0, image[1] / 100.0
    return LabelStudioBox(x / px, y / py, w / px, h / py, math.degrees(box.angle) % 360.0)


def box_of_label_studio(frame: str, given: LabelStudioBox, image: tuple[int, int]) -> Box:
    """Return the box of Label Studio's numbers for an image of (width, height) pixels."""
    px, py = image[0] / 100.0, image[1] / 100.0
    w, h, angle = given.width * px, given.height * py, math.radians(given.rotation)
    cos, sin = math.cos(angle), math.sin(angle)
    center = (given.x * px + (w * cos - h * sin) / 2, given.y * py + (w * sin + h * cos) / 2)
    return Box(frame=frame, center=center, size=(w, h), angle=angle)


class OpenLabelBox(NamedTuple):
    """OpenLABEL rbbox (and bbox with alpha 0): CENTRE, size, radians from x to y. The same as ours."""

    cx: float
    cy: float
    w: float
    h: float
    alpha: float


def openlabel_of_box(box: Box) -> OpenLabelBox:
    """Return OpenLABEL's numbers."""
    return OpenLabelBox(*box.center, *box.size, box.angle)


def box_of_openlabel(frame: str, given: OpenLabelBox) -> Box:
    """Return the box of OpenLABEL's numbers."""
    return Box(frame=frame, center=(given.cx, given.cy), size=(given.w, given.h), angle=given.alpha)


def corners_of_box(box: Box, image: tuple[int, int] | None = None) -> Array:
    """Return four corners, shape (4, 2), clockwise on screen from the object's own top-left (DOTA, YOLO-OBB).

    Args:
        box: The box.
        image: (width, height) to divide by, as YOLO-OBB wants; None = pixels, as DOTA wants.
    """
    return box.vertices() / (image or (1, 1))


def box_of_corners(frame: str, corners: Array, image: tuple[int, int] | None = None) -> tuple[Box, float]:
    """Return the rectangle nearest to four corners (4, 2), and the largest distance of a corner from it.

    Args:
        frame: Id of the pixel frame.
        corners: In order round the box, either way.
        image: (width, height) to multiply with (YOLO-OBB); None = corners are pixels (DOTA).
    """
    return Box.fit(frame, np.asarray(corners, dtype=np.float64) * (image or (1, 1)))


def long_side_of_box(box: Box) -> Box:
    """Return the same rectangle as YOLO-OBB's readers keep it: length >= width, angle in [-pi/4, 3 pi/4)."""
    turned = box.size[0] < box.size[1]
    size = (box.size[1], box.size[0]) if turned else box.size
    angle = box.angle + (math.pi / 2 if turned else 0.0)
    return box.model_copy(update={"size": size, "angle": (angle + math.pi / 4) % math.pi - math.pi / 4})
