"""How other formats write cuboids, one pair of functions per convention.

Ours: the centre of the body, size (length, width, height) along own x (forward), y (left), z (up), and a unit
quaternion (w, x, y, z). ``A_of_b`` makes A of b. Conventions with a heading only drop roll and pitch: ask `tilt` first.

Source: each format's own reader or readme, gathered and run against each other.
"""

from __future__ import annotations

import math
from typing import NamedTuple

import numpy as np

from geo3d.geometry.cuboid import Cuboid
from geo3d.geometry.pose import Pose, apply, inverse
from geo3d.geometry.rotation import (
    Quaternion,
    euler_of,
    matrix_of,
    product,
    quaternion_of_euler,
    quaternion_of_yaw,
)

Three = tuple[float, float, float]


def wrapped(angle: float) -> float:
    """Return an angle in radians in [-pi, pi)."""
    return (angle + math.pi) % (2 * math.pi) - math.pi


def tilt(cuboid: Cuboid) -> float:
    """Return the angle between the cuboid's own z and the frame's z in radians: what a heading alone cannot say."""
    up = matrix_of(cuboid.rotation)[:, 2]
    return float(np.arctan2(np.hypot(up[0], up[1]), up[2]))


class HeadingBox(NamedTuple):
    """Position, length x width x height, radians about +z from +x (OpenPCDet, ONCE, mmdet3d, Waymo)."""

    x: float
    y: float
    z: float
    length: float
    width: float
    height: float
    heading: float


def heading_box_of_cuboid(cuboid: Cuboid, *, bottom: bool = False) -> HeadingBox:
    """Return the row of OpenPCDet, ONCE and Waymo (z = centre), or of mmdet3d's custom datasets (z = BOTTOM).

    The heading is in [-pi, pi).
    """
    (x, y, z), height = cuboid.center, cuboid.size[2]
    return HeadingBox(x, y, z - height / 2 if bottom else z, *cuboid.size, wrapped(cuboid.yaw))


def cuboid_of_heading_box(frame: str, given: HeadingBox, *, bottom: bool = False) -> Cuboid:
    """Return the cuboid of such a row; `bottom` as in `heading_box_of_cuboid`."""
    z = given.z + given.height / 2 if bottom else given.z
    size = (given.length, given.width, given.height)
    return Cuboid(frame=frame, center=(given.x, given.y, z), size=size, rotation=quaternion_of_yaw(given.heading))


class KittiBox(NamedTuple):
    """KITTI label_2: h w l, BOTTOM centre in the rectified camera 0, radians about +y (down), 0 = facing camera +x."""

    height: float
    width: float
    length: float
    x: float
    y: float
    z: float
    rotation_y: float
    alpha: float


def kitti_of_cuboid(cuboid: Cuboid, camera_from_lidar: Pose) -> KittiBox:
    """Return KITTI's numbers; both angles in [-pi, pi).

    Args:
        cuboid: In the LiDAR frame (x forward, y left, z up).
        camera_from_lidar: R0_rect * Tr_velo_to_cam.
    """
    bottom = np.array([cuboid.center]) - (0, 0, cuboid.size[2] / 2)
    x, y, z = apply(camera_from_lidar, bottom)[0].tolist()
    ahead = matrix_of(camera_from_lidar.rotation) @ (math.cos(cuboid.yaw), math.sin(cuboid.yaw), 0.0)
    rotation_y = math.atan2(-ahead[2], ahead[0])
    length, width, height = cuboid.size
    return KittiBox(height, width, length, x, y, z, wrapped(rotation_y), wrapped(rotation_y - math.atan2(x, z)))


def cuboid_of_kitti(frame: str, given: KittiBox, camera_from_lidar: Pose) -> Cuboid:
    """Return the upright cuboid in the LiDAR frame of KITTI's numbers; alpha follows from them and is not read."""
    x, y, z = apply(inverse(camera_from_lidar), np.array([(given.x, given.y, given.z)]))[0].tolist()
    # the level heading whose picture in the camera's x-z plane is rotation_y: exact though the LiDAR stands tilted
    seen = matrix_of(camera_from_lidar.rotation)[np.ix_([0, 2], [0, 1])]
    ahead = np.linalg.solve(seen, (math.cos(given.rotation_y), -math.sin(given.rotation_y)))
    yaw = math.atan2(ahead[1], ahead[0])
    size = (given.length, given.width, given.height)
    return Cuboid(frame=frame, center=(x, y, z + given.height / 2), size=size, rotation=quaternion_of_yaw(yaw))


class TrackletPose(NamedTuple):
    """KITTI raw tracklets: h w l of the track, BOTTOM centre in the Velodyne frame, rz about +z."""

    height: float
    width: float
    length: float
    tx: float
    ty: float
    tz: float
    rz: float


def tracklet_of_cuboid(cuboid: Cuboid) -> TrackletPose:
    """Return the numbers of a tracklet pose."""
    row = heading_box_of_cuboid(cuboid, bottom=True)
    return TrackletPose(row.height, row.width, row.length, row.x, row.y, row.z, row.heading)


def cuboid_of_tracklet(frame: str, given: TrackletPose, *, from_cvat: bool = False) -> Cuboid:
    """Return the cuboid of a tracklet pose.

    Args:
        frame: Id of the Velodyne frame.
        given: The numbers under their names in the file.
        from_cvat: Written by CVAT or datumaro (``frame_list.txt`` lies beside): then h w l hold the sizes along x y z,
            and tz is the centre (datumaro#1578, cvat#9676).
    """
    if from_cvat:
        given = given._replace(length=given.height, height=given.length)
    row = HeadingBox(given.tx, given.ty, given.tz, given.length, given.width, given.height, given.rz)
    return cuboid_of_heading_box(frame, row, bottom=not from_cvat)


class NuScenesBox(NamedTuple):
    """NuScenes sample_annotation: centre, size [WIDTH, LENGTH, height], quaternion w x y z, in the global frame."""

    translation: Three
    size: Three
    rotation: Quaternion


def nuscenes_of_cuboid(cuboid: Cuboid) -> NuScenesBox:
    """Return nuScenes' numbers."""
    length, width, height = cuboid.size
    return NuScenesBox(cuboid.center, (width, length, height), cuboid.rotation)


def cuboid_of_nuscenes(frame: str, given: NuScenesBox) -> Cuboid:
    """Return the cuboid of nuScenes' numbers."""
    width, length, height = given.size
    return Cuboid(frame=frame, center=given.translation, size=(length, width, height), rotation=given.rotation)


class Argoverse2Box(NamedTuple):
    """Argoverse 2 annotations.feather: length width height, quaternion w x y z, centre; in its sweep's ego frame."""

    length_m: float
    width_m: float
    height_m: float
    qw: float
    qx: float
    qy: float
    qz: float
    tx_m: float
    ty_m: float
    tz_m: float


def argoverse2_of_cuboid(cuboid: Cuboid) -> Argoverse2Box:
    """Return Argoverse 2's numbers."""
    return Argoverse2Box(*cuboid.size, *cuboid.rotation, *cuboid.center)


def cuboid_of_argoverse2(frame: str, given: Argoverse2Box) -> Cuboid:
    """Return the cuboid of Argoverse 2's numbers."""
    return Cuboid(frame=frame, center=given[7:10], size=given[0:3], rotation=given[3:7])


class OpenLabelCuboid(NamedTuple):
    """OpenLABEL cuboid.val of ten: centre, quaternion X Y Z W, sizes along own x y z."""

    center: Three
    xyzw: tuple[float, float, float, float]
    size: Three


def openlabel_of_cuboid(cuboid: Cuboid) -> OpenLabelCuboid:
    """Return OpenLABEL's numbers, x forward as ISO 8855."""
    w, x, y, z = cuboid.rotation
    return OpenLabelCuboid(cuboid.center, (x, y, z, w), cuboid.size)


def cuboid_of_openlabel(frame: str, given: OpenLabelCuboid, *, y_forward: bool = False) -> Cuboid:
    """Return the cuboid of OpenLABEL's numbers.

    Args:
        frame: Id of the coordinate system.
        given: The ten numbers; nine (Euler) go through `openlabel_of_nine` first.
        y_forward: Kognic's files: own +y is forward, sx is the width.
    """
    x, y, z, w = given.xyzw
    if not y_forward:
        return Cuboid(frame=frame, center=given.center, size=given.size, rotation=(w, x, y, z))
    sx, sy, sz = given.size
    rotation = product((w, x, y, z), quaternion_of_yaw(math.pi / 2))
    return Cuboid(frame=frame, center=given.center, size=(sy, sx, sz), rotation=rotation)


def openlabel_of_nine(value: tuple[float, ...]) -> OpenLabelCuboid:
    """Return the ten numbers' form of nine: x y z, rx ry rz (radians, applied as Rz Ry Rx), sx sy sz."""
    px, py, pz, rx, ry, rz, sx, sy, sz = value
    w, x, y, z = quaternion_of_euler(rx, ry, rz)
    return OpenLabelCuboid((px, py, pz), (x, y, z, w), (sx, sy, sz))


class SuperviselyCuboid(NamedTuple):
    """Supervisely cuboid_3d (and CVAT's): centre, Euler radians ``Rx Ry Rz`` as three.js's XYZ, sizes along x y z."""

    position: Three
    rotation: Three
    dimensions: Three


def supervisely_of_cuboid(cuboid: Cuboid) -> SuperviselyCuboid:
    """Return Supervisely's numbers."""
    # Rx Ry Rz = transpose of Rz(-z) Ry(-y) Rx(-x)
    w, x, y, z = cuboid.rotation
    roll, pitch, yaw = euler_of((w, -x, -y, -z))
    return SuperviselyCuboid(cuboid.center, (-roll, -pitch, -yaw), cuboid.size)


def cuboid_of_supervisely(frame: str, given: SuperviselyCuboid) -> Cuboid:
    """Return the cuboid of Supervisely's numbers."""
    rx, ry, rz = given.rotation
    w, x, y, z = quaternion_of_euler(-rx, -ry, -rz)
    return Cuboid(frame=frame, center=given.position, size=given.dimensions, rotation=(w, -x, -y, -z))
