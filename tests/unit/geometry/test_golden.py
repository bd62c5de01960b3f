"""The vectors that the viewer's tests read too."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from pydantic import TypeAdapter

from geo3d.geometry import Geometry, Link, MapFrame
from geo3d.geometry.measure import measure
from geo3d.geometry.transform import parent_from_pixel, pixel_from_parent

ANY: TypeAdapter[Any] = TypeAdapter(Geometry)
LINK: TypeAdapter[Any] = TypeAdapter(Link)
GOLDEN = Path(__file__).resolve().parents[2] / "golden"


def cases(name: str) -> list[Any]:
    return [pytest.param(case, id=case["name"]) for case in json.loads((GOLDEN / name).read_text())["cases"]]


@pytest.mark.parametrize("case", cases("geometry_pixel_to_parent.json"))
def test_pixels_lie_where_gdal_and_opencv_put_them(case: dict[str, Any]) -> None:
    link, pixels, parents = LINK.validate_python(case["link"]), np.array(case["pixels"]), np.array(case["parents"])
    np.testing.assert_allclose(pixel_from_parent(link, parents), pixels, rtol=0, atol=1e-6)
    np.testing.assert_allclose(parent_from_pixel(link, pixels), parents, rtol=1e-12, atol=1e-9)


@pytest.mark.parametrize("case", cases("geometry_box_corners.json"))
def test_boxes_have_these_corners(case: dict[str, Any]) -> None:
    np.testing.assert_allclose(ANY.validate_python(case["box"]).vertices(), case["corners"], rtol=0, atol=1e-9)


@pytest.mark.parametrize("case", cases("geometry_cuboid_corners.json"))
def test_cuboids_have_these_corners(case: dict[str, Any]) -> None:
    cuboid = ANY.validate_python(case["cuboid"])
    np.testing.assert_allclose(cuboid.vertices(), case["corners"], rtol=0, atol=1e-9)
    assert cuboid.yaw == pytest.approx(case["yaw"], abs=1e-12)


@pytest.mark.parametrize("case", cases("geometry_sizes.json"))
def test_sizes(case: dict[str, Any]) -> None:
    found = measure(ANY.validate_python(case["geometry"]), MapFrame(id="f", crs=case["crs"]))
    for size in ("length_m", "perimeter_m", "area_m2"):
        assert getattr(found, size) == (None if case[size] is None else pytest.approx(case[size], rel=1e-9))
