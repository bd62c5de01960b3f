"""Hypothesis strategies for frames and geometries, for every suite.

``geometries()`` draws any kind, valid by construction; ``GEOMETRIES["polygon"]()`` one kind. All take the frame's id
and the extent in which positions lie: a picture's pixels by default, `UTM` for coordinates of millions of metres.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from typing import Any

import numpy as np
from hypothesis import strategies as st
from hypothesis.strategies import SearchStrategy

from geo3d.geometry import (
    Affine,
    Box,
    Camera,
    Cuboid,
    Frame,
    Gcp,
    Gcps,
    Geometry,
    Keypoint,
    Keypoints,
    Link,
    LocalFrame,
    MapFrame,
    Mask,
    MultiPolygon,
    MultiPolyline,
    PixelFrame,
    Point,
    Polygon,
    Polyline,
    Pose,
    PosePath,
    Position,
    Quaternion,
    Rings,
    Segment,
)

Extent = tuple[tuple[float, float], tuple[float, float]]
"""((min x, min y), (max x, max y))."""

PICTURE: Extent = ((0.0, 0.0), (4000.0, 3000.0))
UTM: Extent = ((166_000.0, 4_000_000.0), (834_000.0, 9_000_000.0))
NAMES = ("nose", "left eye", "right eye", "tail")


def numbers(low: float = -1e6, high: float = 1e6) -> SearchStrategy[float]:
    """Finite floats in [low, high], no subnormals."""
    return st.floats(low, high, allow_nan=False, allow_subnormal=False)


@st.composite
def positions(draw: st.DrawFn, extent: Extent = PICTURE, dimensions: int | None = None) -> Position:
    """A position of two or three numbers."""
    (x0, y0), (x1, y1) = extent
    x, y = draw(numbers(x0, x1)), draw(numbers(y0, y1))
    if (dimensions or draw(st.sampled_from((2, 3)))) == 2:
        return (x, y)
    return (x, y, draw(numbers(-500, 9000)))


def quaternions() -> SearchStrategy[Quaternion]:
    """Unit quaternions, w, x, y, z."""

    def unit(four: tuple[float, ...]) -> Quaternion:
        norm = math.sqrt(sum(q * q for q in four))
        w, x, y, z = (q / norm for q in four)
        return (w, x, y, z)

    raw = st.tuples(*[numbers(-1, 1)] * 4)
    return raw.filter(lambda four: sum(q * q for q in four) > 1e-3).map(unit)


@st.composite
def poses(draw: st.DrawFn, reach: float = 1e4) -> Pose:
    """A pose within `reach` metres."""
    x, y, z = (draw(numbers(-reach, reach)) for _ in range(3))
    return Pose(rotation=draw(quaternions()), translation=(x, y, z))


@st.composite
def pose_paths(draw: st.DrawFn) -> PosePath:
    """A path of one to six poses over some seconds of this decade."""
    start = draw(st.integers(1_600_000_000, 1_900_000_000)) * 1_000_000_000
    gaps = draw(st.lists(st.integers(1, 2_000_000_000), max_size=5))
    times = [start]
    for gap in gaps:
        times.append(times[-1] + gap)
    return PosePath(timestamps_ns=tuple(times), poses=tuple(draw(poses()) for _ in times))


# ---------------------------------------------------------------- links and frames


@st.composite
def affines(draw: st.DrawFn, extent: Extent = UTM) -> Affine:
    """A link of 1 cm to 100 m per pixel: sheared, turned, north-up or south-up."""
    scale, ratio = draw(numbers(0.01, 100)), draw(numbers(0.3, 3))
    angle, shear = draw(numbers(-math.pi, math.pi)), draw(numbers(-0.6, 0.6))
    flip = draw(st.sampled_from((-1.0, 1.0)))
    cos, sin = math.cos(angle), math.sin(angle)
    (x0, y0), (x1, y1) = extent
    return Affine(
        a=scale * cos,
        d=scale * sin,
        b=scale * ratio * (shear * cos - flip * sin),
        e=scale * ratio * (shear * sin + flip * cos),
        c=draw(numbers(x0, x1)),
        f=draw(numbers(y0, y1)),
    )


@st.composite
def gcps(draw: st.DrawFn, extent: Extent = UTM, size: tuple[int, int] = (4000, 3000)) -> Gcps:
    """Control points on a jittered grid, warped by a few pixels."""
    affine = draw(affines(extent))
    across, down = draw(st.integers(2, 5)), draw(st.integers(2, 5))
    points = []
    for i in range(across):
        for j in range(down):
            col, row = size[0] * i / (across - 1), size[1] * j / (down - 1)
            seen_col, seen_row = col + draw(numbers(-8, 8)), row + draw(numbers(-8, 8))
            x, y = affine.a * col + affine.b * row + affine.c, affine.d * col + affine.e * row + affine.f
            points.append(Gcp(col=seen_col, row=seen_row, x=x, y=y))
    return Gcps(points=tuple(points))


@st.composite
def cameras(draw: st.DrawFn) -> Camera:
    """A camera of each model with a plausible lens."""
    model = draw(st.sampled_from(("pinhole", "brown", "fisheye")))
    few = {"pinhole": 0, "brown": 8, "fisheye": 4}[model]
    distortion = tuple(draw(numbers(-0.05, 0.05)) / (1 + i) for i in range(few))
    fx, fy = draw(numbers(300, 3000)), draw(numbers(300, 3000))
    return Camera(
        model=model, fx=fx, fy=fy, cx=draw(numbers(0, 2000)), cy=draw(numbers(0, 2000)), distortion=distortion
    )


def links() -> SearchStrategy[Link]:
    """Links whose inverse exists everywhere near the image."""
    return st.one_of(affines(), gcps())


@st.composite
def frames(draw: st.DrawFn) -> tuple[Frame, ...]:
    """The frames of one scene, hung together: a map, rasters on it, a moving car with a sensor and a camera."""
    code = draw(st.sampled_from(("EPSG:32633", "EPSG:25832+7837", "EPSG:3857", "EPSG:2056", "EPSG:28992")))
    made: list[Frame] = [MapFrame(id="map", crs=code), MapFrame(id="world", crs="EPSG:4326")]
    made += [
        PixelFrame(id=f"raster {i}", size=(4000, 3000), parent="map", link=draw(links()))
        for i in range(draw(st.integers(0, 2)))
    ]
    made += [
        LocalFrame(id="car", parent="map", pose=draw(st.one_of(poses(), pose_paths()))),
        LocalFrame(id="lidar", parent="car", pose=draw(poses(reach=5))),
        LocalFrame(id="camera", parent="car", pose=draw(poses(reach=5))),
        PixelFrame(id="photo", size=(1920, 1080), parent="camera", link=draw(cameras())),
        PixelFrame(id="plain", size=(640, 480)),
    ]
    return tuple(made)


# ---------------------------------------------------------------- geometries


@st.composite
def points(draw: st.DrawFn, frame: str = "f", extent: Extent = PICTURE) -> Point:
    """A point."""
    return Point(frame=frame, position=draw(positions(extent)))


@st.composite
def paths(draw: st.DrawFn, extent: Extent = PICTURE, dimensions: int = 2) -> tuple[Position, ...]:
    """A path with at least two different positions."""
    each = positions(extent, dimensions)
    return tuple(draw(st.lists(each, min_size=2, max_size=12).filter(lambda p: len(set(p)) > 1)))


@st.composite
def polylines(draw: st.DrawFn, frame: str = "f", extent: Extent = PICTURE) -> Polyline:
    """A polyline, some with a width."""
    dimensions = draw(st.sampled_from((2, 3)))
    width = draw(st.one_of(st.none(), numbers(0.1, 50)))
    return Polyline(frame=frame, path=draw(paths(extent, dimensions)), width=width)


@st.composite
def multipolylines(draw: st.DrawFn, frame: str = "f", extent: Extent = PICTURE) -> MultiPolyline:
    """One to four paths."""
    dimensions = draw(st.sampled_from((2, 3)))
    return MultiPolyline(frame=frame, paths=tuple(draw(st.lists(paths(extent, dimensions), min_size=1, max_size=4))))


def _star(center: tuple[float, float], radii: list[float], turn: float) -> list[Position]:
    n = len(radii)
    angles = [turn + 2 * math.pi * i / n for i in range(n)]
    cx, cy = center
    return [(cx + r * math.cos(a), cy + r * math.sin(a)) for a, r in zip(angles, radii, strict=True)]


@st.composite
def rings(draw: st.DrawFn, extent: Extent = PICTURE, heights: bool = False) -> Rings:
    """A star-shaped ring of three to twelve corners in either direction, with up to two triangular holes: valid."""
    (x0, y0), (x1, y1) = extent
    radius = draw(numbers(min(x1 - x0, y1 - y0) / 400, min(x1 - x0, y1 - y0) / 4))
    center = (draw(numbers(x0 + radius, x1 - radius)), draw(numbers(y0 + radius, y1 - radius)))
    # corners stay outside a circle of radius / 2, so that the inner circle of radius / 4 is free for holes
    n = draw(st.integers(5, 12))
    exterior = _star(center, [radius * draw(numbers(0.7, 1.0)) for _ in range(n)], draw(numbers(0, math.pi)))
    holes = []
    for side in (-1, 1)[: draw(st.integers(0, 2))]:
        inner = (center[0] + side * radius / 5, center[1])
        holes.append(_star(inner, [radius * draw(numbers(0.05, 0.15)) for _ in range(3)], draw(numbers(0, math.pi))))
    if draw(st.booleans()):
        exterior.reverse()
    if heights:
        z = draw(numbers(-100, 4000))
        return Rings(
            exterior=tuple((*p[:2], z + i) for i, p in enumerate(exterior)),
            holes=tuple(tuple((*p[:2], z) for p in hole) for hole in holes),
        )
    return Rings(exterior=tuple(exterior), holes=tuple(tuple(hole) for hole in holes))


@st.composite
def polygons(draw: st.DrawFn, frame: str = "f", extent: Extent = PICTURE) -> Polygon:
    """A valid polygon, some with holes, some with heights."""
    made = draw(rings(extent, draw(st.booleans())))
    return Polygon(frame=frame, exterior=made.exterior, holes=made.holes)


@st.composite
def multipolygons(draw: st.DrawFn, frame: str = "f", extent: Extent = PICTURE) -> MultiPolygon:
    """One to three valid parts, side by side."""
    (x0, y0), (x1, y1) = extent
    n, heights = draw(st.integers(1, 3)), draw(st.booleans())
    width = (x1 - x0) / n
    parts = [draw(rings(((x0 + i * width, y0), (x0 + (i + 1) * width, y1)), heights)) for i in range(n)]
    return MultiPolygon(frame=frame, parts=tuple(parts))


@st.composite
def boxes(draw: st.DrawFn, frame: str = "f", extent: Extent = PICTURE) -> Box:
    """A box, half of them turned."""
    (x0, y0), (x1, y1) = extent
    length, width = draw(numbers(0.5, (x1 - x0) / 4)), draw(numbers(0.5, (y1 - y0) / 4))
    angle = draw(st.one_of(st.just(0.0), numbers(-math.pi, math.pi)))
    return Box(frame=frame, center=(draw(numbers(x0, x1)), draw(numbers(y0, y1))), size=(length, width), angle=angle)


@st.composite
def keypoints(draw: st.DrawFn, frame: str = "f", extent: Extent = PICTURE) -> Keypoints:
    """The keypoints of a small skeleton, at least one of them labelled."""
    dimensions = draw(st.sampled_from((2, 3)))
    places = draw(
        st.lists(st.one_of(st.none(), positions(extent, dimensions)), min_size=len(NAMES), max_size=len(NAMES)).filter(
            any
        )
    )
    hidden = draw(st.lists(st.booleans(), min_size=len(NAMES), max_size=len(NAMES)))
    points = (Keypoint(name=n, position=p, visible=not h) for n, p, h in zip(NAMES, places, hidden, strict=True))
    return Keypoints(frame=frame, points=tuple(points))


@st.composite
def masks(draw: st.DrawFn, frame: str = "f", extent: Extent = PICTURE) -> Mask:
    """A small mask with at least one pixel."""
    (x0, y0), (x1, y1) = extent
    width, height = draw(st.integers(1, 20)), draw(st.integers(1, 20))
    bits = draw(st.lists(st.booleans(), min_size=width * height, max_size=width * height).filter(any))
    offset = (draw(st.integers(int(x0), int(x1) - 20)), draw(st.integers(int(y0), int(y1) - 20)))
    return Mask.encode(frame, np.array(bits).reshape(height, width), offset)


@st.composite
def cuboids(draw: st.DrawFn, frame: str = "f", extent: Extent = PICTURE) -> Cuboid:
    """A cuboid with nine degrees of freedom."""
    x, y, z = draw(positions(extent, 3))
    length, width, height = (draw(numbers(0.05, 30)) for _ in range(3))
    return Cuboid(frame=frame, center=(x, y, z), size=(length, width, height), rotation=draw(quaternions()))


@st.composite
def segments(draw: st.DrawFn, frame: str = "f", extent: Extent = PICTURE) -> Segment:
    """A segment."""
    return Segment(
        frame=frame, layer=draw(st.sampled_from(("ground", "objects"))), value=draw(st.integers(1, 2**32 - 1))
    )


GEOMETRIES: dict[str, Callable[..., SearchStrategy[Any]]] = {
    "point": points,
    "polyline": polylines,
    "multipolyline": multipolylines,
    "polygon": polygons,
    "multipolygon": multipolygons,
    "box": boxes,
    "keypoints": keypoints,
    "mask": masks,
    "cuboid": cuboids,
    "segment": segments,
}


def geometries(
    frame: str = "f", extent: Extent = PICTURE, *, without: tuple[str, ...] = ()
) -> SearchStrategy[Geometry]:
    """Any valid geometry, except the kinds in `without`."""
    return st.one_of(*[make(frame=frame, extent=extent) for kind, make in GEOMETRIES.items() if kind not in without])
