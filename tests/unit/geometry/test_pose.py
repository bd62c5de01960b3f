"""Rotations and poses against scipy."""

from __future__ import annotations

import numpy as np
import pytest
from pydantic import ValidationError
from scipy.spatial.transform import Rotation, Slerp

from geo3d.errors import GeometryError, OutsideDomain
from geo3d.geometry import Cuboid, Pose, PosePath, Quaternion
from geo3d.geometry.pose import apply, at, compose, inverse
from geo3d.geometry.rotation import (
    euler_of,
    matrix_of,
    product,
    quaternion_of,
    quaternion_of_euler,
    quaternion_of_yaw,
    slerp,
    yaw_of,
)

RANDOM = Rotation.random(200, rng=np.random.default_rng(0))


def ours(rotation: Rotation) -> Quaternion:
    w, x, y, z = rotation.as_quat(canonical=True, scalar_first=True).tolist()
    return (w, x, y, z)


def test_rotations_are_scipys() -> None:
    for rotation, other in zip(RANDOM[:100], RANDOM[100:], strict=True):
        q = ours(rotation)
        np.testing.assert_allclose(matrix_of(q), rotation.as_matrix(), atol=1e-14)
        np.testing.assert_allclose(quaternion_of(rotation.as_matrix()), q, atol=1e-14)
        np.testing.assert_allclose(product(q, ours(other)), ours(rotation * other), atol=1e-14)
        yaw, pitch, roll = rotation.as_euler("ZYX")
        np.testing.assert_allclose(euler_of(q), (roll, pitch, yaw), atol=1e-12)
        np.testing.assert_allclose(quaternion_of_euler(roll, pitch, yaw), q, atol=1e-14)
        np.testing.assert_allclose(yaw_of(q), yaw, atol=1e-12)
        for fraction in (0.0, 0.3, 1.0):
            expected = Slerp([0, 1], Rotation.concatenate([rotation, other]))(fraction)
            np.testing.assert_allclose(slerp(q, ours(other), fraction), ours(expected), atol=1e-12)


def test_edges_of_rotation() -> None:
    for half_turn in ((0, 1, 0, 0), (0, 0, 1, 0), (0, 0, 0, 1)):
        np.testing.assert_allclose(np.abs(quaternion_of(matrix_of(half_turn))), half_turn, atol=1e-15)
    upright = quaternion_of_euler(0.3, np.pi / 2, 0.8)
    np.testing.assert_allclose(matrix_of(quaternion_of_euler(*euler_of(upright))), matrix_of(upright), atol=1e-12)
    nearly = (1.0, 1e-9, 0.0, 0.0)
    np.testing.assert_allclose(slerp((1.0, 0.0, 0.0, 0.0), nearly, 0.5), (1.0, 5e-10, 0.0, 0.0), atol=1e-18)


def test_matrices_are_orthonormal_although_files_have_six_digits() -> None:
    for rotation in RANDOM[:50]:
        w, x, y, z = (round(q, 6) for q in ours(rotation))
        m = matrix_of(Pose(rotation=(w, x, y, z)).rotation)
        np.testing.assert_allclose(m @ m.T, np.eye(3), atol=1e-15)


def test_poses_compose_and_return() -> None:
    rng = np.random.default_rng(1)
    for a, b in zip(RANDOM[:50], RANDOM[50:100], strict=True):
        c_from_b = Pose(rotation=ours(a), translation=tuple(rng.uniform(-50, 50, 3)))
        b_from_a = Pose(rotation=ours(b), translation=tuple(rng.uniform(-50, 50, 3)))
        points = rng.uniform(-100, 100, (20, 3))
        expected = apply(c_from_b, apply(b_from_a, points))
        np.testing.assert_allclose(apply(compose(c_from_b, b_from_a), points), expected, atol=1e-12)
        np.testing.assert_allclose(apply(inverse(c_from_b), apply(c_from_b, points)), points, atol=1e-12)
    with pytest.raises(GeometryError, match="three numbers"):
        apply(Pose(), np.zeros((1, 2)))


def test_a_path_is_known_between_its_ends() -> None:
    path = PosePath(
        timestamps_ns=(1_700_000_000_000_000_000, 1_700_000_000_100_000_000, 1_700_000_000_300_000_000),
        poses=(
            Pose(),
            Pose(rotation=quaternion_of_yaw(np.pi / 2), translation=(1, 2, 3)),
            Pose(rotation=quaternion_of_yaw(-np.pi / 2), translation=(1, 2, 5)),
        ),
    )
    start = path.timestamps_ns[0]
    assert at(path, start) == path.poses[0]
    assert at(path, start + 300_000_000) == path.poses[2]
    middle = at(path, start + 50_000_000)
    assert middle.translation == (0.5, 1.0, 1.5)
    assert yaw_of(middle.rotation) == pytest.approx(np.pi / 4, abs=1e-15)
    assert at(path, start + 250_000_000).translation == (1.0, 2.0, 4.5)
    for outside in (start - 1, start + 300_000_001):
        with pytest.raises(OutsideDomain, match="no pose is known"):
            at(path, outside)
    assert at(Pose(translation=(1, 1, 1)), 7).translation == (1, 1, 1)


def test_what_is_no_rotation_is_refused() -> None:
    with pytest.raises(ValidationError, match="unit quaternion"):
        Pose(rotation=(1, 1, 1, 1))
    with pytest.raises(ValidationError, match="unit quaternion"):
        Cuboid(frame="f", center=(0, 0, 0), size=(1, 1, 1), rotation=(0, 0, 0, 0))
    with pytest.raises(ValidationError, match="increase"):
        PosePath(timestamps_ns=(2, 1), poses=(Pose(), Pose()))
    with pytest.raises(ValidationError, match="as many"):
        PosePath(timestamps_ns=(1,), poses=(Pose(), Pose()))
