"""A row per convention: numbers worked out by hand or by the format's own reader, then there and back."""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import cv2
import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from scipy.spatial.transform import Rotation

from geo3d.geometry import Box, Cuboid, Pose
from geo3d.geometry import box_convention as boxes
from geo3d.geometry import cuboid_convention as cuboids
from geo3d.geometry.rotation import matrix_of, quaternion_of, quaternion_of_euler, quaternion_of_yaw
from tests import strategies as given_by

IMAGE = (640, 480)
QUARTER = math.pi / 2


def same_box(a: Box, b: Box, tolerance: float = 1e-9) -> None:
    np.testing.assert_allclose(a.vertices(), b.vertices(), rtol=0, atol=tolerance)


def same_cuboid(a: Cuboid, b: Cuboid, tolerance: float = 1e-9) -> None:
    np.testing.assert_allclose(a.vertices(), b.vertices(), rtol=0, atol=tolerance)


# ---------------------------------------------------------------- boxes


def test_cvat() -> None:
    """10 x 4 about (15, 7), 30 degrees: the first corner that datumaro reads is (11.67, 2.77)."""
    box = boxes.box_of_cvat("f", boxes.CvatBox(10, 5, 20, 9, 30))
    np.testing.assert_allclose(box.vertices()[0], (11.67, 2.77), atol=0.005)
    assert boxes.cvat_of_box(box) == pytest.approx((10, 5, 20, 9, 30))
    assert boxes.cvat_of_box(box.model_copy(update={"angle": -QUARTER})).rotation == 270


def test_label_studio() -> None:
    """Pivot = top-left corner, percent of each side, turned in pixels: corner 2 is corner 1 + width * (cos, sin)."""
    box = boxes.box_of_label_studio("f", boxes.LabelStudioBox(50, 25, 10, 20, 90), IMAGE)
    np.testing.assert_allclose(box.vertices(), [(320, 120), (320, 184), (224, 184), (224, 120)], atol=1e-9)
    assert boxes.label_studio_of_box(box, IMAGE) == pytest.approx((50, 25, 10, 20, 90))


def test_openlabel_boxes() -> None:
    assert boxes.openlabel_of_box(Box(frame="f", center=(3, 4), size=(2, 1), angle=0.3)) == (3, 4, 2, 1, 0.3)


def test_corners() -> None:
    box = Box(frame="f", center=(100, 50), size=(20, 10), angle=0.4)
    expected = cv2.boxPoints(((100, 50), (20, 10), math.degrees(0.4)))  # the same rectangle by OpenCV
    distance = np.linalg.norm(boxes.corners_of_box(box)[:, None] - expected[None], axis=2)
    assert distance.min(axis=1).max() < 1e-4
    x, y = boxes.corners_of_box(box).T
    assert (x * np.roll(y, -1) - y * np.roll(x, -1)).sum() > 0  # clockwise on screen
    np.testing.assert_allclose(boxes.corners_of_box(box, IMAGE) * IMAGE, boxes.corners_of_box(box))
    fitted, off = boxes.box_of_corners("f", boxes.corners_of_box(box, IMAGE), IMAGE)
    same_box(fitted, box)
    assert off < 1e-9
    _, off = boxes.box_of_corners("f", np.array([(0, 0), (10, 0), (10, 10), (0, 14)]))
    assert off > 1


@given(given_by.boxes())
def test_boxes_return(box: Box) -> None:
    same_box(boxes.box_of_cvat("f", boxes.cvat_of_box(box)), box, 1e-8)
    same_box(boxes.box_of_label_studio("f", boxes.label_studio_of_box(box, IMAGE), IMAGE), box, 1e-8)
    assert boxes.box_of_openlabel("f", boxes.openlabel_of_box(box)) == box
    same_box(boxes.box_of_corners("f", boxes.corners_of_box(box, IMAGE), IMAGE)[0], box, 1e-8)


@given(given_by.boxes())
def test_the_long_side_leads(box: Box) -> None:
    long = boxes.long_side_of_box(box)
    assert long.size[0] >= long.size[1]
    assert -math.pi / 4 <= long.angle < 3 * math.pi / 4
    distance = np.linalg.norm(long.vertices()[:, None] - box.vertices()[None], axis=2)
    assert distance.min(axis=1).max() < 1e-8


# ---------------------------------------------------------------- cuboids

CAR = Cuboid(frame="lidar", center=(10, -3, -0.75), size=(4.2, 1.8, 1.5), rotation=quaternion_of_yaw(0.7))
# KITTI's camera looks along the Velodyne's x: x right = -y, y down = -z, z forward = x
LOOKING_AHEAD = Pose(
    rotation=quaternion_of(np.array([(0.0, -1, 0), (0, 0, -1), (1, 0, 0)])), translation=(0, -0.08, -0.27)
)


def test_openpcdet_once_and_waymo_have_the_centre() -> None:
    assert cuboids.heading_box_of_cuboid(CAR) == pytest.approx((10, -3, -0.75, 4.2, 1.8, 1.5, 0.7))


def test_mmdet3d_has_the_bottom() -> None:
    assert cuboids.heading_box_of_cuboid(CAR, bottom=True) == pytest.approx((10, -3, -1.5, 4.2, 1.8, 1.5, 0.7))


def test_kitti() -> None:
    """Straight ahead of the camera: rotation_y = -yaw - pi/2, location = the bottom centre."""
    row = cuboids.kitti_of_cuboid(CAR, LOOKING_AHEAD)
    assert row[:3] == (1.5, 1.8, 4.2)
    assert row[3:6] == pytest.approx((3, 1.5 - 0.08, 10 - 0.27))
    assert row.rotation_y == pytest.approx(-0.7 - QUARTER)
    assert row.alpha == pytest.approx(-0.7 - QUARTER - math.atan2(3, 9.73))


@given(given_by.cuboids(), st.floats(-0.2, 0.2), st.floats(-0.2, 0.2))
def test_kitti_returns_through_a_tilted_lidar(cuboid: Cuboid, roll: float, pitch: float) -> None:
    upright = cuboid.model_copy(update={"rotation": quaternion_of_yaw(cuboid.yaw)})
    tilted = Pose(
        rotation=quaternion_of(matrix_of(LOOKING_AHEAD.rotation) @ matrix_of(quaternion_of_euler(roll, pitch, 0.1))),
        translation=(0.1, -0.08, -0.27),
    )
    same_cuboid(cuboids.cuboid_of_kitti("f", cuboids.kitti_of_cuboid(upright, tilted), tilted), upright, 1e-7)


def test_tracklets() -> None:
    row = cuboids.tracklet_of_cuboid(CAR)
    assert row == pytest.approx((1.5, 1.8, 4.2, 10, -3, -1.5, 0.7))
    same_cuboid(cuboids.cuboid_of_tracklet("lidar", row), CAR)
    # CVAT writes its x y z sizes as h w l, and the centre as tz
    as_cvat = row._replace(height=4.2, length=1.5, tz=-0.75)
    same_cuboid(cuboids.cuboid_of_tracklet("lidar", as_cvat, from_cvat=True), CAR)


def test_nuscenes_has_the_width_first() -> None:
    assert cuboids.nuscenes_of_cuboid(CAR) == ((10, -3, -0.75), (1.8, 4.2, 1.5), CAR.rotation)


def test_argoverse2() -> None:
    assert cuboids.argoverse2_of_cuboid(CAR) == (4.2, 1.8, 1.5, *CAR.rotation, 10, -3, -0.75)


def test_openlabel_has_w_last() -> None:
    row = cuboids.openlabel_of_cuboid(CAR)
    assert row.xyzw == (0, 0, CAR.rotation[3], CAR.rotation[0])
    same_cuboid(
        cuboids.cuboid_of_openlabel("lidar", cuboids.openlabel_of_nine((10, -3, -0.75, 0, 0, 0.7, 4.2, 1.8, 1.5))), CAR
    )
    # Kognic: yaw 0 faces +y, so the same car has yaw 0.7 - pi/2 and its width along x
    kognic = cuboids.openlabel_of_nine((10, -3, -0.75, 0, 0, 0.7 - QUARTER, 1.8, 4.2, 1.5))
    same_cuboid(cuboids.cuboid_of_openlabel("lidar", kognic, y_forward=True), CAR)


@given(st.tuples(*[st.floats(-1.5, 1.5)] * 3))
def test_euler_orders(angles: tuple[float, float, float]) -> None:
    """OpenLABEL turns about fixed x, y, z in this order; three.js's XYZ about its own x, y, z."""
    x, y, z, w = cuboids.openlabel_of_nine((0, 0, 0, *angles, 1, 1, 1)).xyzw
    np.testing.assert_allclose(matrix_of((w, x, y, z)), Rotation.from_euler("xyz", angles).as_matrix(), atol=1e-12)
    turned = cuboids.cuboid_of_supervisely("f", cuboids.SuperviselyCuboid((0, 0, 0), angles, (1, 1, 1)))
    np.testing.assert_allclose(matrix_of(turned.rotation), Rotation.from_euler("XYZ", angles).as_matrix(), atol=1e-12)


PAIRS: dict[str, tuple[Callable[[Cuboid], Any], Callable[[Any], Cuboid]]] = {
    "nuscenes": (cuboids.nuscenes_of_cuboid, lambda row: cuboids.cuboid_of_nuscenes("f", row)),
    "argoverse2": (cuboids.argoverse2_of_cuboid, lambda row: cuboids.cuboid_of_argoverse2("f", row)),
    "openlabel": (cuboids.openlabel_of_cuboid, lambda row: cuboids.cuboid_of_openlabel("f", row)),
    "supervisely": (cuboids.supervisely_of_cuboid, lambda row: cuboids.cuboid_of_supervisely("f", row)),
}
UPRIGHT: dict[str, tuple[Callable[[Cuboid], Any], Callable[[Any], Cuboid]]] = {
    "openpcdet": (cuboids.heading_box_of_cuboid, lambda row: cuboids.cuboid_of_heading_box("f", row)),
    "mmdet3d": (
        lambda c: cuboids.heading_box_of_cuboid(c, bottom=True),
        lambda row: cuboids.cuboid_of_heading_box("f", row, bottom=True),
    ),
    "tracklet": (cuboids.tracklet_of_cuboid, lambda row: cuboids.cuboid_of_tracklet("f", row)),
}


@pytest.mark.parametrize("name", [*PAIRS, *UPRIGHT])
def test_cuboids_return(name: str) -> None:
    there, back = {**PAIRS, **UPRIGHT}[name]

    @given(given_by.cuboids())
    def check(cuboid: Cuboid) -> None:
        if name in UPRIGHT:
            cuboid = cuboid.model_copy(update={"rotation": quaternion_of_yaw(cuboid.yaw)})
            assert cuboids.tilt(cuboid) == 0.0
        same_cuboid(back(there(cuboid)), cuboid, 1e-8)

    check()


def test_tilt_is_what_a_heading_cannot_say() -> None:
    leaning = CAR.model_copy(update={"rotation": quaternion_of_euler(0.0, 0.3, 1.2)})
    assert cuboids.tilt(leaning) == pytest.approx(0.3)
    assert cuboids.tilt(CAR.model_copy(update={"rotation": (0.0, 1.0, 0.0, 0.0)})) == pytest.approx(math.pi)
    assert boxes.box_of_openlabel("f", boxes.OpenLabelBox(1, 2, 3, 4, 0)).angle == 0
    assert cuboids.wrapped(math.pi) == -math.pi
    assert cuboids.wrapped(-3.5 * math.pi) == pytest.approx(math.pi / 2)
