"""Pixel links against GDAL (rasterio), OpenCV and themselves."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import cv2
import numpy as np
import pytest
import rasterio
from hypothesis import given
from hypothesis import strategies as st
from rasterio.transform import AffineTransformer, GCPTransformer, RPCTransformer

from geo3d.errors import FrameError, GeometryError, OutsideDomain
from geo3d.geometry import Affine, Camera, Gcp, Gcps, Link, Rpc
from geo3d.geometry.array import Array
from geo3d.geometry.transform import parent_from_pixel, pixel_from_parent, ray
from tests import strategies as given_by

RASTERS = [
    "rasterio/RGB.byte.tif",
    "rasterio/RGB.byte.gcp.vrt",
    "rasterio/RGB.byte.rpc.vrt",
    "rasterio/rotated.tif",
    "rasterio/float_nan.tif",
    "rasterio/world.rgb.tif",
    "rio-tiler/cog_dateline.tif",
    "rio-tiler/cog_gcps.tif",
    "rio-tiler/cog_scale.tif",
    "rio-tiler/cog_nonearth.tif",
    "rio-tiler/cog_world.tif",
    "titiler/above_cog.tif",
    "titiler/dem.tif",
    "deepforest/australia.tif",
    "deepforest/5b90f92da0d7280005fab355_4310.tif",
    "orthority/3324c_2015_1004_05_0182_RGB.tif",
    "rioxarray/2d_test.tif",
    "rioxarray/test_rpcs.tif",
    "rio-cogeo/image_colormap.tif",
    "naip/m_4709963_se_14_1_20200831.tif",
    "landsat7_6band/L7_ETMs.tif",
    "ign_overlay/test_data_rgb.tif",
    "spacenet/sample_geotiff.tif",
    "landsat_timeseries/2020.tif",
]


def rpc_of(rpcs: Any) -> Rpc:
    return Rpc(
        line_offset=rpcs.line_off,
        sample_offset=rpcs.samp_off,
        latitude_offset=rpcs.lat_off,
        longitude_offset=rpcs.long_off,
        height_offset=rpcs.height_off,
        line_scale=rpcs.line_scale,
        sample_scale=rpcs.samp_scale,
        latitude_scale=rpcs.lat_scale,
        longitude_scale=rpcs.long_scale,
        height_scale=rpcs.height_scale,
        line_numerator=tuple(rpcs.line_num_coeff),
        line_denominator=tuple(rpcs.line_den_coeff),
        sample_numerator=tuple(rpcs.samp_num_coeff),
        sample_denominator=tuple(rpcs.samp_den_coeff),
    )


def link_and_oracle(source: Any) -> tuple[Link, Any]:
    if source.gcps[0]:
        points = source.gcps[0]
        return Gcps(points=tuple(Gcp(col=p.col, row=p.row, x=p.x, y=p.y) for p in points)), GCPTransformer(
            points, tps=True
        )
    if source.rpcs:
        height = source.rpcs.height_off
        oracle = RPCTransformer(source.rpcs, RPC_HEIGHT=height, RPC_PIXEL_ERROR_THRESHOLD=1e-9)
        return rpc_of(source.rpcs), oracle
    t = source.transform
    return Affine(a=t.a, b=t.b, c=t.c, d=t.d, e=t.e, f=t.f), AffineTransformer(t)


def pixels_of(source: Any, n: int = 400) -> Array:
    """The image's corners and positions in it and a little around it."""
    size = np.array([source.width, source.height])
    corners = np.array([(0, 0), (1, 0), (1, 1), (0, 1)]) * size
    return np.vstack([corners, np.random.default_rng(7).uniform(-0.1, 1.1, (n, 2)) * size])


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
@pytest.mark.parametrize("name", RASTERS)
def test_every_kind_of_georeference_returns_and_agrees_with_gdal(shared_data: Path, name: str) -> None:
    with rasterio.open(shared_data / "raster" / name) as source:
        link, oracle = link_and_oracle(source)
        pixels = pixels_of(source)
    found = parent_from_pixel(link, pixels)
    assert np.abs(pixel_from_parent(link, found) - pixels).max() < 1e-6
    expected = np.stack(oracle.xy(pixels[:, 1], pixels[:, 0], offset="ul"), axis=1)
    np.testing.assert_allclose(found, expected, rtol=1e-12, atol=1e-12)
    back = np.stack(oracle.rowcol(expected[:, 0], expected[:, 1], op=lambda value: value), axis=1)[:, ::-1]
    np.testing.assert_allclose(pixel_from_parent(link, expected), back, atol=1e-6)


@pytest.mark.filterwarnings("ignore::rasterio.errors.NotGeoreferencedWarning")
def test_every_file_there_is_returns(shared_data: Path) -> None:
    paths = [p for p in sorted((shared_data / "raster").rglob("*")) if p.suffix.lower() in (".tif", ".vrt")]
    assert len(paths) > 50
    for path in paths:
        with rasterio.open(path) as source:
            link, _ = link_and_oracle(source)
            pixels = pixels_of(source)
        assert np.abs(pixel_from_parent(link, parent_from_pixel(link, pixels)) - pixels).max() < 1e-6, path.name


def test_third_number_is_carried_through() -> None:
    link = Affine(a=0.2, b=0, c=5e5, d=0, e=-0.2, f=5e6)
    found = parent_from_pixel(link, np.array([(10.0, 20.0, 77.25)]))
    np.testing.assert_array_equal(found, [(500002.0, 4999996.0, 77.25)])
    np.testing.assert_array_equal(pixel_from_parent(link, found)[:, 2], [77.25])


def test_degenerate_links_are_refused() -> None:
    with pytest.raises(FrameError, match="one line"):
        parent_from_pixel(Affine(a=1, b=1, c=0, d=1, e=1, f=0), np.zeros((1, 2)))
    line = Gcps(points=tuple(Gcp(col=i, row=i, x=i, y=i) for i in range(4)))
    with pytest.raises(FrameError, match="one line"):
        parent_from_pixel(line, np.zeros((1, 2)))
    twice = Gcps(points=tuple(Gcp(col=i, row=i * i, x=1 if i == 2 else i, y=1 if i == 2 else i * i) for i in range(4)))
    with pytest.raises(FrameError, match="one place"):
        parent_from_pixel(twice, np.zeros((1, 2)))
    with pytest.raises(GeometryError, match="shape"):
        parent_from_pixel(line, np.zeros(2))


def test_three_control_points_make_an_affine_and_repeats_do_no_harm() -> None:
    true = Affine(a=2, b=0.3, c=1e6, d=-0.1, e=-3, f=4e6)
    pixels = np.array([(0, 0), (100, 7), (13, 250), (0, 0)], dtype=float)
    pinned = zip(pixels.tolist(), parent_from_pixel(true, pixels).tolist(), strict=True)
    link = Gcps(points=tuple(Gcp(col=c, row=r, x=x, y=y) for (c, r), (x, y) in pinned))
    probe = np.random.default_rng(0).uniform(-500, 500, (50, 2))
    np.testing.assert_allclose(parent_from_pixel(link, probe), parent_from_pixel(true, probe), rtol=0, atol=1e-6)


# ---------------------------------------------------------------- RPC


@pytest.fixture
def rpc(shared_data: Path) -> Rpc:
    with rasterio.open(shared_data / "raster" / "rioxarray/test_rpcs.tif") as source:
        return rpc_of(source.rpcs)


def test_rpc_at_a_stated_height_agrees_with_gdal(shared_data: Path, rpc: Rpc) -> None:
    pixels = np.random.default_rng(3).uniform(0, 230, (100, 2))
    with rasterio.open(shared_data / "raster" / "rioxarray/test_rpcs.tif") as source:
        oracle = RPCTransformer(source.rpcs, RPC_HEIGHT=812.5, RPC_PIXEL_ERROR_THRESHOLD=1e-9)
    expected = np.stack(oracle.xy(pixels[:, 1], pixels[:, 0], offset="ul"), axis=1)
    np.testing.assert_allclose(parent_from_pixel(rpc, pixels, height=812.5), expected, rtol=0, atol=1e-12)
    stated = rpc.model_copy(update={"height": 812.5})
    np.testing.assert_allclose(parent_from_pixel(stated, pixels), expected, rtol=0, atol=1e-12)
    with_z = parent_from_pixel(rpc, np.column_stack([pixels, np.full(100, 812.5)]))
    np.testing.assert_allclose(with_z, np.column_stack([expected, np.full(100, 812.5)]), rtol=0, atol=1e-12)


def test_rpc_on_terrain_finds_the_ground_that_is_seen(rpc: Rpc) -> None:
    def terrain(lon: Array, lat: Array) -> Array:
        return rpc.height_offset + 120 * np.sin(lon * 900) * np.cos(lat * 900)

    pixels = np.random.default_rng(4).uniform(0, 230, (300, 2))
    ground = parent_from_pixel(rpc, pixels, height=terrain)
    np.testing.assert_allclose(pixel_from_parent(rpc, ground, height=terrain), pixels, atol=1e-6)
    # the same ground, given with its height, is seen in the same pixel
    standing = np.column_stack([ground, terrain(*ground.T)])
    np.testing.assert_allclose(pixel_from_parent(rpc, standing)[:, :2], pixels, atol=1e-6)
    assert np.abs(ground - parent_from_pixel(rpc, pixels)).max() > 1e-6


def test_rpc_outside_its_domain(rpc: Rpc) -> None:
    far = np.array([(rpc.longitude_offset, rpc.latitude_offset), (rpc.longitude_offset + 20, rpc.latitude_offset)])
    with pytest.raises(OutsideDomain, match="1 of 2 positions"):
        pixel_from_parent(rpc, far)
    assert np.isnan(pixel_from_parent(rpc, far, strict=False)).any(axis=1).tolist() == [False, True]

    def sea(lon: Array, lat: Array) -> Array:
        return np.full(len(lon), np.nan)

    with pytest.raises(OutsideDomain):
        parent_from_pixel(rpc, np.zeros((1, 2)), height=sea)


def test_rpc_knows_no_border_at_the_antimeridian(rpc: Rpc) -> None:
    moved = rpc.model_copy(update={"longitude_offset": 179.9999})
    pixels = np.array([(rpc.sample_offset - 900.0, rpc.line_offset), (rpc.sample_offset + 900.0, rpc.line_offset)])
    ground = parent_from_pixel(moved, pixels)
    wrapped = np.where(ground > 180, ground - 360, ground)
    np.testing.assert_allclose(pixel_from_parent(moved, wrapped), pixels, atol=1e-5)


# ---------------------------------------------------------------- cameras

PINHOLE = Camera(fx=1266.4, fy=1250.1, cx=816.3, cy=491.5, skew=0.4)
BROWN = Camera(
    model="brown",
    fx=1266.4,
    fy=1250.1,
    cx=816.3,
    cy=491.5,
    distortion=(-0.31, 0.12, 8e-4, -6e-4, -0.02, 0.01, 0.004, 1e-4),
)
FISHEYE = Camera(model="fisheye", fx=420, fy=421, cx=640, cy=480, distortion=(-0.03, 0.008, -0.004, 0.0006))


def points_in_front(n: int = 300) -> Array:
    rng = np.random.default_rng(5)
    depth = rng.uniform(1, 60, n)
    return np.column_stack([rng.uniform(-0.6, 0.6, (n, 2)) * depth[:, None], depth])


def matrix_of(camera: Camera) -> Array:
    return np.array([(camera.fx, camera.skew, camera.cx), (0, camera.fy, camera.cy), (0, 0, 1)])


def test_brown_is_opencv() -> None:
    points = points_in_front()
    expected, _ = cv2.projectPoints(points, np.zeros(3), np.zeros(3), matrix_of(BROWN), np.array(BROWN.distortion))
    np.testing.assert_allclose(pixel_from_parent(BROWN, points)[:, :2], expected.reshape(-1, 2), atol=1e-9)


def test_fisheye_is_opencv() -> None:
    points = points_in_front()
    expected, _ = cv2.fisheye.projectPoints(
        points.reshape(-1, 1, 3), np.zeros(3), np.zeros(3), matrix_of(FISHEYE), np.array(FISHEYE.distortion)
    )
    np.testing.assert_allclose(pixel_from_parent(FISHEYE, points)[:, :2], expected.reshape(-1, 2), atol=1e-9)


@pytest.mark.parametrize("camera", [PINHOLE, BROWN, FISHEYE], ids=lambda c: c.model)
def test_cameras_return(camera: Camera) -> None:
    points = points_in_front()
    pixels = pixel_from_parent(camera, points)
    np.testing.assert_allclose(parent_from_pixel(camera, pixels), points, rtol=1e-10, atol=1e-10)
    rays = ray(camera, pixels)
    np.testing.assert_allclose(np.linalg.norm(rays, axis=1), 1.0, atol=1e-14)
    np.testing.assert_allclose(rays, points / np.linalg.norm(points, axis=1, keepdims=True), atol=1e-10)
    assert np.abs(pixel_from_parent(camera, rays * 7)[:, :2] - pixels[:, :2]).max() < 1e-6


def test_pinhole_is_a_matrix() -> None:
    points = points_in_front()
    homogeneous = points @ matrix_of(PINHOLE).T
    np.testing.assert_allclose(
        pixel_from_parent(PINHOLE, points)[:, :2], homogeneous[:, :2] / homogeneous[:, 2:], atol=1e-9
    )


def test_what_a_camera_does_not_see() -> None:
    behind = np.array([(0.0, 0.0, -5.0), (0.0, 0.0, 5.0)])
    for camera in (PINHOLE, BROWN):
        with pytest.raises(OutsideDomain):
            pixel_from_parent(camera, behind)
        assert np.isnan(pixel_from_parent(camera, behind, strict=False)).any(axis=1).tolist() == [True, False]
    sideways = np.array([(5.0, 0.1, -0.5)])  # a fisheye sees a little behind itself
    np.testing.assert_allclose(ray(FISHEYE, pixel_from_parent(FISHEYE, sideways)), sideways / np.linalg.norm(sideways))
    with pytest.raises(FrameError, match="ray"):
        parent_from_pixel(PINHOLE, np.zeros((1, 2)))
    with pytest.raises(FrameError, match="three numbers"):
        pixel_from_parent(PINHOLE, np.zeros((1, 2)))


def test_distortion_that_folds_back_puts_nothing_into_the_picture() -> None:
    """Strong barrel distortion: OpenCV's numbers for a point 75 degrees aside land inside the picture."""
    camera = Camera(model="brown", fx=500, fy=500, cx=500, cy=500, distortion=(-0.4, 0.0, 0.0, 0.0))
    aside = np.array([(1.6, 0.0, 1.0)])
    folded, _ = cv2.projectPoints(aside, np.zeros(3), np.zeros(3), matrix_of(camera), np.array(camera.distortion))
    assert 0 < folded[0, 0, 0] < 1000
    assert np.isnan(pixel_from_parent(camera, aside, strict=False)).all()
    assert np.isnan(ray(camera, np.array([(900.0, 900.0)]), strict=False)).all()


@pytest.mark.parametrize("columns", [2, 3])
def test_nothing_in_nothing_out(columns: int) -> None:
    none = np.empty((0, columns))
    pins = [(0, 0, 0, 0), (10, 0, 9, 1), (0, 10, 1, 12), (10, 10, 11, 11)]
    links: list[Link] = [
        Affine(a=1, b=0, c=0, d=0, e=1, f=0),
        Gcps(points=tuple(Gcp(col=c, row=r, x=x, y=y) for c, r, x, y in pins)),
        PINHOLE,
        BROWN,
        FISHEYE,
    ]
    for link in links:
        if isinstance(link, Camera) and columns == 2:
            assert ray(link, none).shape == (0, 3)
            continue
        assert parent_from_pixel(link, none).shape == (0, columns)
        assert pixel_from_parent(link, none).shape == (0, columns)


@given(given_by.links(), st.lists(st.tuples(st.floats(-400, 4400), st.floats(-300, 3300)), min_size=1, max_size=20))
def test_any_link_returns(link: Link, pixels: list[tuple[float, float]]) -> None:
    given_pixels = np.array(pixels)
    back = pixel_from_parent(link, parent_from_pixel(link, given_pixels))
    assert np.abs(back - given_pixels).max() < 1e-6
