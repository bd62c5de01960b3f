"""Ways between the frames of a scene."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pyproj
import pytest
from hypothesis import given
from hypothesis import strategies as st

from geo3d.errors import CrsError, FrameError, OutsideDomain
from geo3d.geometry import Affine, Camera, Frame, Gcp, Gcps, LocalFrame, MapFrame, PixelFrame, Pose, PosePath, Rpc
from geo3d.geometry.rotation import quaternion_of, quaternion_of_euler, quaternion_of_yaw
from geo3d.geometry.tree import FrameTree
from tests import strategies as given_by

NORTH_UP = Affine(a=0.018, b=0, c=732_000.5, d=0, e=-0.018, f=8_600_123.25)
# camera axes (x right, y down, z forward) in a vehicle (x forward, y left, z up)
FORWARD = quaternion_of(np.array([(0.0, 0.0, 1.0), (-1.0, 0.0, 0.0), (0.0, -1.0, 0.0)]))
START = 1_700_000_000_000_000_000


def car() -> list[Frame]:
    path = PosePath(
        timestamps_ns=(START, START + 1_000_000_000),
        poses=(
            Pose(rotation=quaternion_of_euler(0.01, -0.02, 0.5), translation=(565_000.25, 5_934_000.5, 12.0)),
            Pose(rotation=quaternion_of_euler(0.0, 0.03, 0.9), translation=(565_010.25, 5_934_004.5, 12.5)),
        ),
    )
    return [
        MapFrame(id="utm", crs="EPSG:25832"),
        LocalFrame(id="ego", parent="utm", pose=path),
        LocalFrame(id="lidar", parent="ego", pose=Pose(rotation=quaternion_of_yaw(-1.57), translation=(0.9, 0, 1.8))),
        LocalFrame(id="camera", parent="ego", pose=Pose(rotation=FORWARD, translation=(1.7, 0.0, 1.5))),
        PixelFrame(id="photo", size=(1600, 900), parent="camera", link=Camera(fx=1260, fy=1260, cx=800, cy=450)),
        MapFrame(id="world", crs="EPSG:4326"),
        PixelFrame(id="ortho", size=(800, 700), parent="utm", link=NORTH_UP),
    ]


def test_pixels_to_another_map_and_back() -> None:
    tree = FrameTree([PixelFrame(id="image", size=(751, 708), parent="utm", link=NORTH_UP), *car()[:1], car()[5]])
    pixels = np.random.default_rng(0).uniform(0, 700, (200, 2))
    world = tree.transform("world", "image")
    lonlat = world(pixels)
    utm = np.column_stack([pixels[:, 0] * 0.018 + 732_000.5, pixels[:, 1] * -0.018 + 8_600_123.25])
    expected = pyproj.Transformer.from_crs("EPSG:25832", "EPSG:4326", always_xy=True).transform(*utm.T)
    np.testing.assert_allclose(lonlat, np.stack(expected, axis=1), rtol=0, atol=1e-12)
    assert np.abs(world.inverse(lonlat) - pixels).max() < 1e-6
    assert np.abs(tree.transform("image", "world")(lonlat) - pixels).max() < 1e-6
    np.testing.assert_array_equal(tree.transform("image", "image")(pixels), pixels)


def test_utm_keeps_a_micrometre_through_every_path() -> None:
    tree = FrameTree(car())
    rng = np.random.default_rng(1)
    utm = np.array([565_003.123456, 5_934_002.654321, 13.5]) + rng.uniform(-60, 60, (300, 3))
    for other in ("lidar", "ego", "camera"):
        there = tree.transform(other, "utm", START + 400_000_000)
        assert np.abs(there.inverse(there(utm)) - utm).max() < 1e-6
    for other in ("world", "ortho"):
        there = tree.transform(other, "utm")
        assert np.abs(there.inverse(there(utm)) - utm).max() < 1e-6
    lidar = rng.uniform(-60, 60, (300, 3))
    through = tree.transform("lidar", "utm", START)(tree.transform("utm", "lidar", START)(lidar))
    assert np.abs(through - lidar).max() < 1e-6


def test_sensors_of_one_car_meet_in_the_car() -> None:
    """The way between two sensors needs no moment and does not pass by the map's millions of metres."""
    tree = FrameTree(car())
    point = np.array([(10.0, -2.0, 0.3)])
    in_camera = tree.transform("camera", "lidar")(point)
    ego = point @ np.array([(np.cos(1.57), -np.sin(1.57), 0), (np.sin(1.57), np.cos(1.57), 0), (0, 0, 1)]) + (
        0.9,
        0,
        1.8,
    )
    x, y, z = (ego - (1.7, 0, 1.5))[0]
    np.testing.assert_allclose(in_camera, [(-y, -z, x)], atol=1e-13)


def test_a_camera_looks_along_rays() -> None:
    tree = FrameTree(car())
    moment = START + 500_000_000
    points = tree.transform("utm", "ego", moment)(np.array([(20.0, 3.0, 0.5), (35.0, -9.0, 4.0)]))
    seen = tree.transform("photo", "utm", moment)(points)
    assert seen.shape == (2, 3)  # column, row, depth
    np.testing.assert_allclose(tree.transform("utm", "photo", moment)(seen), points, rtol=0, atol=1e-6)
    origin, directions = tree.ray("utm", "photo", seen[:, :2], moment)
    distance = np.linalg.norm(points - origin, axis=1, keepdims=True)
    np.testing.assert_allclose(origin + directions * distance, points, rtol=0, atol=1e-6)
    behind = tree.transform("utm", "ego", moment)(np.array([(-20.0, 3.0, 0.5)]))
    with pytest.raises(OutsideDomain):
        tree.transform("photo", "utm", moment)(behind)
    assert np.isnan(tree.transform("photo", "utm", moment)(behind, strict=False)).all()
    with pytest.raises(FrameError, match="not straight"):
        tree.ray("world", "photo", seen[:, :2], moment)
    with pytest.raises(FrameError, match="not a camera"):
        tree.ray("utm", "ortho", seen[:, :2])
    with pytest.raises(FrameError, match="give a depth"):
        tree.transform("utm", "photo", moment)(seen[:, :2])


def test_two_numbers_pass_level_poses_only() -> None:
    level = LocalFrame(id="site", parent="utm", pose=Pose(rotation=quaternion_of_yaw(0.4), translation=(5e5, 5e6, 31)))
    tree = FrameTree([car()[0], level, LocalFrame(id="tilted", parent="site", pose=Pose(rotation=(0.6, 0.8, 0, 0)))])
    plan = np.array([(10.0, 0.0), (0.0, 3.0)])
    utm = tree.transform("utm", "site")(plan)
    np.testing.assert_allclose(utm[0], (5e5 + 10 * np.cos(0.4), 5e6 + 10 * np.sin(0.4)), rtol=0, atol=1e-9)
    np.testing.assert_allclose(tree.transform("site", "utm")(utm), plan, rtol=0, atol=1e-6)
    with pytest.raises(FrameError, match="tilted"):
        tree.transform("utm", "tilted")(plan)


@pytest.mark.parametrize(
    ("frames", "words"),
    [
        ([MapFrame(id="a", crs="EPSG:4326"), MapFrame(id="a", crs="EPSG:4326")], "two frames"),
        ([LocalFrame(id="a", parent="b", pose=Pose())], "not among the frames"),
        ([LocalFrame(id="a", parent="b"), LocalFrame(id="b", parent="a")], "circle: a > b > a"),
        ([LocalFrame(id="a", parent="a")], "circle: a > a"),
        (
            [MapFrame(id="m", crs="EPSG:3857"), PixelFrame(id="p", size=(1, 1), parent="m", link=car()[4].link)],  # type: ignore[union-attr]
            "must hang on a local frame",
        ),
    ],
)
def test_frames_that_hang_wrong_are_refused(frames: list[Frame], words: str) -> None:
    with pytest.raises(FrameError, match=words):
        FrameTree(frames)


def test_ways_that_are_not_there_are_said() -> None:
    tree = FrameTree(
        [
            *car(),
            PixelFrame(id="plain", size=(10, 10)),
            PixelFrame(id="unlinked", size=(10, 10), parent="utm"),
            LocalFrame(id="loose", parent="utm"),
            MapFrame(id="mars", crs="IAU_2015:49900"),
            LocalFrame(id="degrees", parent="world", pose=Pose()),
            MapFrame(id="feet", crs="EPSG:2225"),
            LocalFrame(id="in feet", parent="feet", pose=Pose()),
        ]
    )
    for dst, src, words in [
        ("utm", "nobody", "no frame has the id 'nobody'"),
        ("utm", "plain", "'plain' hangs on no map"),
        ("utm", "unlinked", "georeference it first"),
        ("utm", "loose", "pose of frame 'loose'"),
        ("utm", "ego", "say for which moment"),
        ("world", "degrees", "not in metres"),
        ("feet", "in feet", "not in metres"),
    ]:
        with pytest.raises(FrameError, match=words):
            tree.transform(dst, src)
    with pytest.raises(OutsideDomain):
        tree.transform("utm", "ego", START - 1)
    with pytest.raises(CrsError, match="celestial"):
        tree.transform("world", "mars")(np.zeros((1, 2)))
    assert "lidar" in tree
    assert tree.root("photo") == tree["utm"]
    assert len(list(tree)) == 14


def test_the_antimeridian_has_no_two_sides() -> None:
    """An image from 170 to 190 degrees finds what another map knows as -175; a picture of the globe is left alone."""
    frames = [
        MapFrame(id="wgs", crs="EPSG:4326"),
        MapFrame(id="mercator", crs="EPSG:3857"),
        PixelFrame(id="dateline", size=(200, 100), parent="wgs", link=Affine(a=0.1, b=0, c=170, d=0, e=-0.1, f=60)),
        PixelFrame(id="globe", size=(360, 180), parent="wgs", link=Affine(a=1, b=0, c=-180, d=0, e=-1, f=90)),
        PixelFrame(
            id="pinned",
            size=(200, 100),
            parent="wgs",
            link=Gcps(
                points=tuple(
                    Gcp(col=c, row=r, x=170 + c / 10, y=60 - r / 10) for c, r in [(0, 0), (200, 0), (0, 100), (190, 90)]
                )
            ),
        ),
    ]
    tree = FrameTree(frames)
    pixels = np.array([(0.0, 0.0), (99.5, 50.0), (150.0, 20.0), (200.0, 100.0), (260.0, 50.0)])
    for image in ("dateline", "pinned"):
        mercator = tree.transform("mercator", image)(pixels)
        assert mercator[2, 0] < 0 < mercator[0, 0]
        assert np.abs(tree.transform(image, "mercator")(mercator) - pixels).max() < 1e-6
        np.testing.assert_allclose(tree.transform(image, "wgs")(np.array([(-175.0, 55.0)])), [(150.0, 50.0)], atol=1e-9)
    outside = np.array([(-20.0, 10.0), (400.0, 10.0)])
    np.testing.assert_allclose(
        tree.transform("globe", "wgs")(tree.transform("wgs", "globe")(outside)), outside, atol=1e-9
    )


def test_terrain_of_an_rpc_enters_by_name(shared_data: Path) -> None:
    import rasterio

    from tests.unit.geometry.test_transform import rpc_of

    with rasterio.open(shared_data / "raster" / "rioxarray/test_rpcs.tif") as source:
        link: Rpc = rpc_of(source.rpcs)
    frames = [MapFrame(id="wgs", crs="EPSG:4326"), PixelFrame(id="scene", size=(232, 274), parent="wgs", link=link)]
    pixels = np.array([(10.0, 20.0), (200.0, 250.0)])
    flat, hill = (
        FrameTree(frames),
        FrameTree(frames, heights={"scene": lambda lon, lat: 900 + 1e4 * (lon - link.longitude_offset)}),
    )
    assert np.abs(flat.transform("wgs", "scene")(pixels) - hill.transform("wgs", "scene")(pixels)).max() > 1e-5
    way = hill.transform("wgs", "scene")
    assert np.abs(way.inverse(way(pixels)) - pixels).max() < 1e-6
    with pytest.raises(FrameError, match="gives longitudes"):
        FrameTree([MapFrame(id="wgs", crs="EPSG:3857"), frames[1]])


@given(given_by.frames(), st.data())
def test_every_scene_returns(frames: tuple[Frame, ...], data: st.DataObject) -> None:
    """Pixels of every raster through both maps, points of every sensor through the world."""
    tree = FrameTree(frames)
    path = tree["car"].pose  # type: ignore[union-attr]
    moment = (
        data.draw(st.integers(path.timestamps_ns[0], path.timestamps_ns[-1])) if isinstance(path, PosePath) else None
    )
    pixels = np.array(data.draw(st.lists(st.tuples(st.floats(0, 4000), st.floats(0, 3000)), min_size=1, max_size=5)))
    for frame in frames:
        if isinstance(frame, PixelFrame) and frame.id.startswith("raster"):
            way = tree.transform("map", frame.id)
            assert np.abs(way.inverse(way(pixels)) - pixels).max() < 1e-6
    aside = st.floats(-2, 2)  # up to 70 degrees off the axis, before and behind the camera
    reach = st.tuples(aside, aside, st.one_of(st.floats(0.1, 90), st.floats(-90, -0.1)))
    points = np.array([(x * z, y * z, z) for x, y, z in data.draw(st.lists(reach, min_size=1, max_size=5))])
    for sensor in ("lidar", "camera", "car"):
        way = tree.transform("map", sensor, moment)
        assert np.abs(way.inverse(way(points)) - points).max() < 1e-6
    seen = tree.transform("photo", "camera")(points, strict=False)
    in_view = np.isfinite(seen).all(axis=1)
    back = tree.transform("camera", "photo")(seen[in_view])
    np.testing.assert_allclose(back, points[in_view], rtol=1e-6, atol=1e-6)
