"""A small simulated country: fields, roads, houses, trees and a power line, as exact vectors in metres.

Everything is a function of the seed. Coordinates are metres east and north of the south-west corner; `render` draws
them, `truth` labels them, so that the labels are exact by construction.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import shapely
from shapely import Polygon as Area
from shapely.affinity import rotate, translate

Array = npt.NDArray[np.float64]

SUN_AZIMUTH = np.radians(150.0)
"""Direction of the sun, from north clockwise."""
SUN_ELEVATION = np.radians(42.0)


_CROP_SHARES = (0.22, 0.20, 0.20, 0.16, 0.15, 0.07)
"""How often each crop is grown; the last is pale sand, which gives percentile stretches their white."""


@dataclass(frozen=True)
class Field:
    """A parcel with one crop."""

    area: Area
    crop: int
    """Index into `render.CROPS`."""
    furrow: float
    """Direction of the furrows, radians from east."""


@dataclass(frozen=True)
class Road:
    """A road: its centre line and width, metres."""

    line: Array
    """Shape (n, 2)."""
    width: float
    surface: str
    """``asphalt`` or ``gravel``."""


@dataclass(frozen=True)
class Building:
    """A building: footprint, height and roof."""

    footprint: Area
    height: float
    roof: str
    """``gable``, ``flat`` or ``court``."""
    ridge: float
    """Direction of the ridge, radians from east."""
    tone: int
    """Index into `render.ROOFS`."""


@dataclass(frozen=True)
class Trees:
    """All trees as columns of length n."""

    position: Array
    """Shape (n, 2), metres."""
    radius: Array
    """Of the crown, metres."""
    height: Array
    kind: npt.NDArray[np.int64]
    """0 broadleaf, 1 conifer."""


@dataclass(frozen=True)
class PowerLine:
    """A power line: pylons and conductors."""

    pylons: Array
    """Shape (n, 2): feet of the pylons."""
    heading: Array
    """Direction of the line at each pylon, radians from east."""
    conductors: tuple[Array, ...]
    """Each of shape (m, 2), seen from above."""
    height: float
    """Of the cross arms, metres."""
    arm: float
    """Half the length of a cross arm, metres."""


@dataclass(frozen=True)
class World:
    """Everything that stands in the square [0, side) x [0, side), metres."""

    side: float
    seed: int
    fields: tuple[Field, ...]
    roads: tuple[Road, ...]
    buildings: tuple[Building, ...]
    trees: Trees
    line: PowerLine


def make_world(side: float = 1000.0, seed: int = 7) -> World:
    """Return the simulated country.

    Args:
        side: Side of the square, metres (>= 200).
        seed: Another seed gives another country.
    """
    rng = np.random.default_rng(seed)
    roads = _roads(side, rng)
    line = _power_line(side)
    corridor = shapely.LineString(line.pylons).buffer(22.0)
    paved = shapely.union_all([shapely.LineString(r.line).buffer(r.width / 2 + 2.0) for r in roads])
    buildings = _buildings(roads, shapely.union_all([corridor, paved]), side, rng)
    fields = _fields(side, rng)
    taken = shapely.union_all([paved, corridor, *(b.footprint.buffer(2.5) for b in buildings)])
    return World(side, seed, fields, roads, buildings, _trees(side, taken, rng), line)


def _roads(side: float, rng: np.random.Generator) -> tuple[Road, ...]:
    t = np.linspace(-0.02, 1.02, 80)
    main = np.stack([t * side, side * (0.46 + 0.05 * np.sin(3.1 * t + 0.4))], axis=1)
    cross = np.stack([side * (0.38 + 0.03 * np.sin(4.0 * t)), t * side], axis=1)
    roads = [Road(main, 9.0, "asphalt"), Road(cross, 7.0, "asphalt")]
    for k, fraction in enumerate((0.10, 0.22, 0.52, 0.64, 0.78)):
        foot = main[np.abs(main[:, 0] - fraction * side).argmin()]
        reach = side * rng.uniform(0.16, 0.27) * (1 if k % 2 else -1)
        u = np.linspace(0, 1, 24)
        bend = side * 0.02 * rng.uniform(-1, 1) * np.sin(np.pi * u)
        roads.append(Road(np.stack([foot[0] + bend, foot[1] + reach * u], axis=1), 5.5, "asphalt"))
    for y in (0.12, 0.87):
        roads.append(Road(np.stack([t * side, side * (y + 0.02 * np.sin(5 * t + y))], axis=1), 3.6, "gravel"))
    return tuple(roads)


def _power_line(side: float) -> PowerLine:
    start, end = np.array([-0.08, 0.13]) * side, np.array([1.08, 0.80]) * side
    n = max(4, round(float(np.hypot(*(end - start))) / 190))
    pylons = start + np.linspace(0, 1, n)[:, None] * (end - start)
    heading = np.full(n, float(np.arctan2(*(end - start)[::-1])))
    across = np.array([-np.sin(heading[0]), np.cos(heading[0])])
    arm = 8.5
    conductors = tuple(pylons + offset * across for offset in (-arm, -arm * 0.62, 0.0, arm * 0.62, arm))
    return PowerLine(pylons, heading, conductors, height=32.0, arm=arm)


def _footprint(rng: np.random.Generator, large: bool) -> tuple[Area, str]:
    """Return a footprint around the origin with its long side along x, and its kind of roof."""
    if large:
        length, depth = rng.uniform(24, 46), rng.uniform(16, 26)
        body = shapely.box(-length / 2, -depth / 2, length / 2, depth / 2)
        if rng.random() < 0.35:
            return body.difference(shapely.box(-length / 4, -depth / 5, length / 4, depth / 5)), "court"
        return body, "flat"
    length, depth = rng.uniform(9, 17), rng.uniform(7.5, 11)
    body = shapely.box(-length / 2, -depth / 2, length / 2, depth / 2)
    if rng.random() < 0.3:
        wing = rng.uniform(4, 7)
        return body.union(shapely.box(length / 2 - wing, -depth / 2 - rng.uniform(3, 6), length / 2, 0)), "flat"
    return body, "gable"


def _buildings(roads: tuple[Road, ...], taken: Area, side: float, rng: np.random.Generator) -> tuple[Building, ...]:
    made: list[Building] = []
    placed: list[Area] = []
    for k, road in enumerate(r for r in roads if r.surface == "asphalt"):
        path = shapely.LineString(road.line)
        s = rng.uniform(4, 20)
        while s < path.length - 6:
            here, ahead = (np.asarray(path.interpolate(d).coords[0]) for d in (s, s + 1.0))
            heading = float(np.arctan2(*(ahead - here)[::-1]))
            for hand in (-1, 1):
                if rng.random() < 0.22:
                    continue
                large = k == 1 and rng.random() < 0.3
                area, roof = _footprint(rng, large)
                depth = area.bounds[3] - area.bounds[1]
                away = road.width / 2 + depth / 2 + rng.uniform(5, 13)
                normal = np.array([-np.sin(heading), np.cos(heading)]) * hand
                turn = heading + rng.normal(0, 0.05)
                centre = here + away * normal
                area = translate(rotate(area, turn, origin=(0, 0), use_radians=True), *centre)
                inside = 4 < area.bounds[0] and 4 < area.bounds[1] and max(area.bounds[2:]) < side - 4
                around = area.buffer(2.0)
                if not inside or around.intersects(taken) or any(around.intersects(p) for p in placed):
                    continue
                placed.append(area)
                made.append(Building(area, rng.uniform(4.5, 7.5) + 3.5 * large, roof, turn, int(rng.integers(0, 5))))
            s += rng.uniform(17, 34)
    return tuple(made)


def _fields(side: float, rng: np.random.Generator) -> tuple[Field, ...]:
    turn = 0.28
    fields = []
    x = -0.3 * side
    while x < 1.3 * side:
        width = side * rng.uniform(0.06, 0.14)
        y = -0.4 * side
        while y < 1.3 * side:
            depth = side * rng.uniform(0.10, 0.26)
            area = rotate(shapely.box(x, y, x + width, y + depth), turn, origin=(side / 2, side / 2), use_radians=True)
            fields.append(
                Field(area, int(rng.choice(6, p=_CROP_SHARES)), turn + (np.pi / 2 if rng.random() < 0.6 else 0.0))
            )
            y += depth
        x += width
    frame = shapely.box(-60, -60, side + 60, side + 60)
    return tuple(f for f in fields if f.area.intersects(frame))


def forest_density(x: Array, y: Array, side: float) -> Array:
    """Return how much forest there is at positions in metres, -1..1: positive is forest."""
    u, v = x / side, y / side
    wave = np.sin(5.1 * u + 2.2 * np.sin(3.3 * v)) + np.sin(4.3 * v + 1.7 * np.sin(4.1 * u) + 1.0)
    village = np.exp(-(((v - 0.47) / 0.20) ** 2))
    return np.asarray(wave / 2 - 0.35 - 0.9 * village)


def _trees(side: float, taken: Area, rng: np.random.Generator) -> Trees:
    n = int(side * side / 42)
    position = rng.uniform(0, side, (n, 2))
    dense = forest_density(position[:, 0], position[:, 1], side) > 0
    position = position[dense | (rng.random(n) < 0.014)]
    shapely.prepare(taken)
    position = position[~shapely.contains_xy(taken, position[:, 0], position[:, 1])]
    radius = rng.gamma(9.0, 0.30, len(position)).clip(1.2, 5.5)
    kind = (rng.random(len(position)) < 0.35).astype(np.int64)
    radius = np.where(kind == 1, radius * 0.75, radius)
    return Trees(position, radius, radius * np.where(kind == 1, 5.0, 3.2) + 2.0, kind)
