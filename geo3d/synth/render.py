"""Draw the simulated country as a four-band orthophoto: textured, shadowed and slightly blurred, block by block."""

from __future__ import annotations

import itertools
import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import cv2
import numpy as np
import numpy.typing as npt
import shapely

from geo3d.synth.world import SUN_AZIMUTH, SUN_ELEVATION, Array, Building, World, forest_density

Image = npt.NDArray[np.float32]
"""Reflectance 0..1, shape (height, width, 4): red, green, blue, near infrared."""

CROPS = np.array([
    (0.145, 0.178, 0.105, 0.52), (0.112, 0.158, 0.092, 0.58), (0.268, 0.246, 0.170, 0.36),
    (0.215, 0.186, 0.152, 0.29), (0.190, 0.196, 0.130, 0.47), (0.350, 0.338, 0.305, 0.42),
], dtype=np.float32)  # fmt: skip
ROOFS = np.array([
    (0.340, 0.185, 0.150, 0.33), (0.280, 0.160, 0.130, 0.29), (0.210, 0.203, 0.190, 0.22),
    (0.340, 0.328, 0.300, 0.41), (0.168, 0.166, 0.160, 0.18),
], dtype=np.float32)  # fmt: skip
_ASPHALT = np.array((0.205, 0.198, 0.180, 0.20), dtype=np.float32)
_GRAVEL = np.array((0.355, 0.330, 0.275, 0.40), dtype=np.float32)
_PAINT = np.array((0.560, 0.550, 0.510, 0.56), dtype=np.float32)
_GARDEN = np.array((0.145, 0.185, 0.105, 0.47), dtype=np.float32)
_FLOOR = np.array((0.085, 0.098, 0.065, 0.30), dtype=np.float32)
_LEAVES = np.array([(0.085, 0.125, 0.065, 0.52), (0.058, 0.088, 0.055, 0.36)], dtype=np.float32)
_STEEL = np.array((0.52, 0.54, 0.55, 0.52), dtype=np.float32)
_SHADOW = np.array((0.36, 0.40, 0.50, 0.34), dtype=np.float32)
"""What is left of the light in a shadow: blue sky fills it."""
_SHIFT = 4
_MARGIN = 1.0
"""Metres drawn around a block, so that the blur has its neighbourhood."""
_REACH = 60.0
"""Metres around a block within which things may throw their shadow into it."""
FULL_SCALE = 2047
"""Largest digital number: an 11-bit sensor stored as uint16."""


@dataclass(frozen=True)
class Cover:
    """How much of each pixel something covers, in the window of the block where it is."""

    window: tuple[slice, slice]
    """Rows and columns of the block."""
    share: npt.NDArray[np.float32]
    """0..1, shape of the window."""

    def times(self, factor: float) -> Cover:
        """Return it more transparent."""
        return Cover(self.window, (self.share * factor).astype(np.float32))


class Canvas:
    """A block of the picture being drawn: world metres in, pixels out."""

    def __init__(self, world: World, gsd: float, col: int, row: int, width: int, height: int) -> None:
        """Start a block at pixel (col, row) of the picture; `gsd` is metres per pixel."""
        self.world, self.gsd = world, gsd
        self.pad = int(np.ceil(_MARGIN / gsd))
        self.col, self.row = col - self.pad, row - self.pad
        self.shape = (height + 2 * self.pad, width + 2 * self.pad)
        self.x0, self.y1 = self.col * gsd, world.side - self.row * gsd
        x1, y0 = self.x0 + self.shape[1] * gsd, self.y1 - self.shape[0] * gsd
        self.bounds = shapely.box(self.x0 - _REACH, y0 - _REACH, x1 + _REACH, self.y1 + _REACH)
        self.all = (slice(0, self.shape[0]), slice(0, self.shape[1]))
        self.image: Image = np.zeros((*self.shape, 4), dtype=np.float32)
        self.light: Image = np.ones((*self.shape, 4), dtype=np.float32)

    def xy(self, window: tuple[slice, slice]) -> tuple[Array, Array]:
        """Return x of shape (1, w) and y of shape (h, 1), metres, of the pixel centres of a window."""
        rows, cols = (np.arange(s.start, s.stop) + 0.5 for s in window)
        return self.x0 + cols[None, :] * self.gsd, self.y1 - rows[:, None] * self.gsd

    def window_of(self, x0: float, y0: float, x1: float, y1: float) -> tuple[slice, slice]:
        """Return the window of the block that bounds in metres meet, one pixel wider; may be empty."""
        c0, c1 = math.floor((x0 - self.x0) / self.gsd) - 1, math.ceil((x1 - self.x0) / self.gsd) + 1
        r0, r1 = math.floor((self.y1 - y1) / self.gsd) - 1, math.ceil((self.y1 - y0) / self.gsd) + 1
        c0, c1 = (min(max(c, 0), self.shape[1]) for c in (c0, c1))
        r0, r1 = (min(max(r, 0), self.shape[0]) for r in (r0, r1))
        return slice(r0, r1), slice(c0, c1)

    def pixels(self, points: Array, window: tuple[slice, slice]) -> npt.NDArray[np.int32]:
        """Return metres (n, 2) as fixed-point pixels of a window for OpenCV (centres at integers)."""
        px = np.stack([(points[:, 0] - self.x0) / self.gsd - 0.5, (self.y1 - points[:, 1]) / self.gsd - 0.5], axis=1)
        px -= (window[1].start, window[0].start)
        return np.rint(px * (1 << _SHIFT)).astype(np.int32)

    def fill(self, areas: Iterable[shapely.Geometry]) -> Cover:
        """Return what polygons cover, smooth at the edges."""
        parts = [p for p in shapely.get_parts(list(areas)) if p.geom_type == "Polygon" and not p.is_empty]
        window = self.window_of(*shapely.total_bounds(parts)) if parts else (slice(0, 0), slice(0, 0))
        mask = np.zeros((window[0].stop - window[0].start, window[1].stop - window[1].start), dtype=np.uint8)
        if mask.size:
            for part in parts:
                rings = [self.pixels(np.asarray(r.coords), window) for r in (part.exterior, *part.interiors)]
                cv2.fillPoly(mask, rings, 255, lineType=cv2.LINE_AA, shift=_SHIFT)
        return Cover(window, mask.astype(np.float32) / np.float32(255))

    def stroke(self, lines: Sequence[Array], width: float) -> Cover:
        """Return what lines of `width` metres cover."""
        points = np.concatenate(lines)
        window = self.window_of(*(points.min(axis=0) - width), *(points.max(axis=0) + width))
        mask = np.zeros((window[0].stop - window[0].start, window[1].stop - window[1].start), dtype=np.uint8)
        if mask.size:
            paths = [self.pixels(line, window) for line in lines]
            cv2.polylines(mask, paths, False, 255, max(1, round(width / self.gsd)), cv2.LINE_AA, _SHIFT)
        return Cover(window, mask.astype(np.float32) / np.float32(255))

    def paint(self, cover: Cover, color: npt.NDArray[np.float32]) -> None:
        """Lay a colour (4,) or an image of the window (h, w, 4) over the block where it covers."""
        view, share = self.image[cover.window], cover.share[..., None]
        view += share * (color - view)

    def shade(self, cover: Cover) -> None:
        """Darken where a shadow falls."""
        view = self.light[cover.window]
        np.minimum(view, 1 - cover.share[..., None] * (1 - _SHADOW), out=view)

    def noise(self, window: tuple[slice, slice], cell: float, seed: int) -> npt.NDArray[np.float32]:
        """Return smooth noise -1..1 of the window's shape; see `noise`."""
        x, y = self.xy(window)
        return noise(x.ravel(), y.ravel(), cell, seed)


def noise(x: Array, y: Array, cell: float, seed: int) -> npt.NDArray[np.float32]:
    """Return smooth noise on the grid of x (w,) and y (h,), equal for every block.

    Args:
        x: Metres east, evenly spaced.
        y: Metres north, evenly spaced.
        cell: Size of the seeded lattice, metres; values between are bicubic.
        seed: Another seed gives other noise.

    Returns:
        About -1..1, shape (h, w).
    """
    if not (x.size and y.size):
        return np.zeros((y.size, x.size), dtype=np.float32)
    c0, r0 = math.floor(x.min() / cell) - 2, math.floor(y.min() / cell) - 2
    i = np.arange(c0, math.ceil(x.max() / cell) + 3, dtype=np.int64)[None, :]
    j = np.arange(r0, math.ceil(y.max() / cell) + 3, dtype=np.int64)[:, None]
    key = (i * 73856093) ^ (j * 19349663) ^ (seed * 83492791)
    key = (key ^ (key >> 13)) * 1274126177
    lattice = ((key ^ (key >> 16)) & 0xFFFF).astype(np.float32) / 32767.5 - 1
    step_x = (x[-1] - x[0]) / max(x.size - 1, 1) / cell
    step_y = (y[-1] - y[0]) / max(y.size - 1, 1) / cell
    lattice_from_grid = np.array([(step_x, 0, x[0] / cell - c0), (0, step_y, y[0] / cell - r0)])
    size, flags = (x.size, y.size), cv2.INTER_CUBIC | cv2.WARP_INVERSE_MAP
    made = cv2.warpAffine(lattice, lattice_from_grid, size, flags=flags, borderMode=cv2.BORDER_REPLICATE)
    return np.asarray(made, dtype=np.float32)


def elevation(x: Array, y: Array, side: float, seed: int = 7) -> npt.NDArray[np.float32]:
    """Return the height of the ground, metres above the ellipsoid, on the grid of x (w,) and y (h,); shape (h, w)."""
    swell = 14.0 * np.sin(2.6 * x / side + 0.8)[None, :] * np.cos(2.1 * y / side)[:, None]
    rough = 7.0 * noise(x, y, side / 5, seed + 1) + 2.2 * noise(x, y, side / 17, seed + 2)
    return (412.0 + swell + rough).astype(np.float32)


def _ground(c: Canvas) -> None:
    world, seed = c.world, c.world.seed
    for field in world.fields:
        if not field.area.intersects(c.bounds):
            continue
        cover = c.fill([field.area])
        x, y = c.xy(cover.window)
        along = (x * np.sin(field.furrow) - y * np.cos(field.furrow)).astype(np.float32)
        rows = 0.5 + 0.5 * np.sin(2 * np.pi * along / 1.6 + 0.6 * c.noise(cover.window, 9.0, seed + 5))
        tram = np.exp(-((((along / 24.0) % 1.0) - 0.5) ** 2) / 0.0009)
        tone = (0.93 + 0.13 * rows - 0.13 * tram).astype(np.float32)
        c.paint(cover, CROPS[field.crop] * tone[..., None])
        c.paint(c.stroke([np.asarray(field.area.exterior.coords)], 0.7).times(0.5), _GARDEN * 0.8)
    _gardens(c)
    x, y = c.xy(c.all)
    forest = np.clip(forest_density(x, y, world.side) * 14, 0, 1).astype(np.float32)
    if forest.any():
        c.paint(Cover(c.all, forest), _FLOOR)


def _gardens(c: Canvas) -> None:
    """Lay the gardens along the village roads, soft at their edges."""
    near = shapely.union_all([shapely.LineString(r.line).buffer(38) for r in c.world.roads if r.surface == "asphalt"])
    cover = c.fill([near.intersection(c.bounds)])
    if not cover.share.size:
        return
    small = cv2.resize(cover.share, None, fx=0.25, fy=0.25, interpolation=cv2.INTER_AREA)
    soft = cv2.GaussianBlur(small, (0, 0), 0.4 / c.gsd)
    wide = cv2.resize(soft, (cover.share.shape[1], cover.share.shape[0]), interpolation=cv2.INTER_LINEAR)
    share = np.asarray(wide, dtype=np.float32)
    tone = 1 + 0.25 * c.noise(cover.window, 14.0, c.world.seed + 6) + 0.2 * c.noise(cover.window, 3.0, c.world.seed + 8)
    c.paint(Cover(cover.window, share), _GARDEN * tone[..., None])


def _roads(c: Canvas) -> None:
    for road in c.world.roads:
        path = shapely.LineString(road.line)
        if not path.buffer(road.width).intersects(c.bounds):
            continue
        if road.surface == "gravel":
            c.paint(c.stroke([road.line], road.width), _GRAVEL)
            c.paint(c.stroke([road.line], road.width * 0.22).times(0.7), _GARDEN)
            continue
        c.paint(c.stroke([road.line], road.width + 1.6), _GRAVEL * 0.8)
        asphalt = c.stroke([road.line], road.width)
        c.paint(asphalt, _ASPHALT * (1 + 0.07 * c.noise(asphalt.window, 1.3, c.world.seed + 9))[..., None])
        if road.width > 6:
            starts = np.arange(0, path.length, 9.0)
            ends = [shapely.get_coordinates(shapely.line_interpolate_point(path, starts + d)) for d in (0.0, 3.5)]
            c.paint(c.stroke(list(np.stack(ends, axis=1)), 0.16).times(0.85), _PAINT)


def _cast(height: float) -> tuple[float, float]:
    """Return how far (east, north) in metres a shadow of something `height` metres high reaches."""
    reach = height / np.tan(SUN_ELEVATION)
    return float(-np.sin(SUN_AZIMUTH) * reach), float(-np.cos(SUN_AZIMUTH) * reach)


def _building_shadow(b: Building) -> shapely.Polygon:
    dx, dy = _cast(b.height)
    ring = np.asarray(b.footprint.exterior.coords)
    sides = [shapely.MultiPoint([p, q, p + (dx, dy), q + (dx, dy)]).convex_hull for p, q in itertools.pairwise(ring)]
    return shapely.union_all([b.footprint, *sides])


def _buildings(c: Canvas) -> None:
    here = [b for b in c.world.buildings if b.footprint.buffer(16).intersects(c.bounds)]
    for b in here:
        c.shade(c.fill([_building_shadow(b)]))
    for b in here:
        cover = c.fill([b.footprint])
        if cover.share.size:
            _building(c, b, cover)


def _building(c: Canvas, b: Building, cover: Cover) -> None:
    centre = b.footprint.centroid
    x, y = c.xy(cover.window)
    across = -(x - centre.x) * np.sin(b.ridge) + (y - centre.y) * np.cos(b.ridge)
    along = (x - centre.x) * np.cos(b.ridge) + (y - centre.y) * np.sin(b.ridge)
    if b.roof == "gable":
        facing = float(-np.sin(b.ridge) * np.sin(SUN_AZIMUTH) + np.cos(b.ridge) * np.cos(SUN_AZIMUTH))
        tone = 1.0 + 0.24 * facing * np.tanh(across * 6) + 0.05 * np.sin(2 * np.pi * across / 0.34)
        tone = tone * 0.82 + 0.2 * np.exp(-((across / 0.18) ** 2))
    else:
        tone = (
            0.85 + 0.10 * c.noise(cover.window, 2.5, c.world.seed + 11) - 0.08 * (np.abs((along / 5) % 1 - 0.5) < 0.02)
        )
    c.paint(cover, ROOFS[b.tone] * np.asarray(tone, dtype=np.float32)[..., None])
    rim = c.fill([b.footprint.difference(b.footprint.buffer(-0.35))])
    c.paint(rim.times(0.3 if b.roof == "gable" else 0.8), ROOFS[b.tone] * 1.2)
    light = c.light[cover.window]
    light[...] = np.where(cover.share[..., None] > 0.5, np.float32(1.0), light)
    if b.roof == "gable":
        chimney = shapely.Point(centre.x + 2 * np.cos(b.ridge), centre.y + 2 * np.sin(b.ridge)).buffer(
            0.45, cap_style="square"
        )
        c.paint(c.fill([chimney]), _STEEL * 0.6)


def _crown(
    radius: float, kind: int, rng: np.random.Generator
) -> tuple[npt.NDArray[np.float32], npt.NDArray[np.float32]]:
    """Return (coverage, tone) of a tree crown of `radius` pixels, square arrays."""
    n = int(np.ceil(radius * 1.25))
    v, u = np.mgrid[-n : n + 1, -n : n + 1].astype(np.float32)
    angle, distance = np.arctan2(v, u), np.hypot(u, v)
    phase = rng.uniform(0, 6.28, 4)
    lobes = 5 if kind == 0 else 9
    edge = radius * (1 + 0.10 * np.sin(lobes * angle + phase[0]) + 0.07 * np.sin((lobes + 4) * angle + phase[1]))
    cover = np.clip(edge - distance + 0.5, 0, 1)
    bulge = np.sqrt(np.clip(1 - (distance / np.maximum(edge, 1)) ** 2, 0, 1))
    sun = (u * np.sin(SUN_AZIMUTH) - v * np.cos(SUN_AZIMUTH)) / max(radius, 1)
    grain = (
        cv2.GaussianBlur(rng.standard_normal(u.shape).astype(np.float32), (0, 0), max(1.0, radius / 9))
        * max(1.0, radius / 9)
        * 1.6
    )
    tone = 0.55 + 0.42 * bulge + 0.40 * sun * bulge + 0.20 * grain
    return cover.astype(np.float32), np.clip(tone, 0.25, 1.9).astype(np.float32)


def _trees(c: Canvas) -> None:
    trees = c.world.trees
    x0, y0, x1, y1 = c.bounds.bounds
    px, py = trees.position[:, 0], trees.position[:, 1]
    near = np.flatnonzero((px > x0) & (px < x1) & (py > y0) & (py < y1))
    near = near[np.argsort(trees.height[near], kind="stable")]
    shadows = np.zeros(c.shape, dtype=np.uint8)
    feet = c.pixels(trees.position[near], c.all)
    reach = np.array([_cast(h * 0.75) for h in trees.height[near].tolist()]).reshape(-1, 2)
    tips = c.pixels(trees.position[near] + reach, c.all)
    for foot, tip, radius in zip(feet.tolist(), tips.tolist(), (trees.radius[near] / c.gsd).tolist(), strict=True):
        cv2.circle(shadows, tip, int(radius * 0.95 * (1 << _SHIFT)), 255, -1, cv2.LINE_AA, _SHIFT)
        cv2.line(shadows, foot, tip, 255, max(1, round(radius)), cv2.LINE_AA, _SHIFT)
    if len(near):
        c.shade(Cover(c.all, shadows.astype(np.float32) / np.float32(255)))
    for i in near.tolist():
        _stamp(c, i)


def _stamp(c: Canvas, i: int) -> None:
    """Draw tree number `i`; its look depends on nothing but the number, so that blocks agree."""
    trees = c.world.trees
    rng = np.random.default_rng((c.world.seed, i))
    cover, tone = _crown(float(trees.radius[i]) / c.gsd, int(trees.kind[i]), rng)
    n = cover.shape[0] // 2
    col = round((trees.position[i, 0] - c.x0) / c.gsd - 0.5) - n
    row = round((c.y1 - trees.position[i, 1]) / c.gsd - 0.5) - n
    r0, r1, c0, c1 = (
        max(row, 0),
        min(row + cover.shape[0], c.shape[0]),
        max(col, 0),
        min(col + cover.shape[1], c.shape[1]),
    )
    if r0 >= r1 or c0 >= c1:
        return
    part = (slice(r0 - row, r1 - row), slice(c0 - col, c1 - col))
    share = cover[part][..., None]
    hue = _LEAVES[trees.kind[i]] * (1 + 0.16 * rng.standard_normal(4)).astype(np.float32)
    view = c.image[r0:r1, c0:c1]
    view *= 1 - share
    view += share * hue * tone[part][..., None]
    light = c.light[r0:r1, c0:c1]
    light *= 1 - share
    light += share * (0.55 + 0.45 * light)


def _power_line(c: Canvas) -> None:
    line = c.world.line
    cast = np.array(_cast(line.height * 0.8))
    c.shade(c.stroke([w + cast for w in line.conductors], 0.12).times(0.35))
    for foot, heading in zip(line.pylons, line.heading, strict=True):
        if not shapely.Point(foot).buffer(60).intersects(c.bounds):
            continue
        across, along = np.array([-np.sin(heading), np.cos(heading)]), np.array([np.cos(heading), np.sin(heading)])
        levels = ((-0.5, line.arm), (0.5, line.arm), (0.0, line.arm * 0.62))
        arms = [np.array([foot + a * along - r * across, foot + a * along + r * across]) for a, r in levels]
        turns = ((-1, -1), (-1, 1), (1, 1), (1, -1), (-1, -1))
        square = np.array([foot + s * 2.4 * along + t * 2.4 * across for s, t in turns])
        lattice = [*arms, square[[0, 2]], square[[1, 3]]]
        c.shade(c.stroke([bar + cast for bar in lattice], 0.35).times(0.6))
        c.shade(c.stroke([np.array([foot, foot + cast])], 1.4).times(0.45))
        c.paint(c.stroke([*lattice, square], 0.3).times(0.9), _STEEL)
    c.paint(c.stroke(list(line.conductors), 0.1).times(0.45), _STEEL)


def render(world: World, gsd: float, col: int, row: int, width: int, height: int) -> npt.NDArray[np.uint16]:
    """Return a block of the orthophoto.

    Args:
        world: What to draw.
        gsd: Metres per pixel.
        col: First column of the block.
        row: First row of the block, from the north.
        width: Columns of the block.
        height: Rows of the block.

    Returns:
        Digital numbers 1..2047 of shape (4, height, width): red, green, blue, near infrared. Blocks fit together.
    """
    c = Canvas(world, gsd, col, row, width, height)
    _ground(c)
    _roads(c)
    _buildings(c)
    texture = np.ones(c.shape, dtype=np.float32)
    for k, (cell, strength) in enumerate(((31.0, 0.07), (2.1, 0.06), (0.45, 0.07), (0.2, 0.05))):
        texture += np.float32(strength) * c.noise(c.all, cell, world.seed + 20 + k)
    c.image *= texture[..., None]
    _trees(c)
    _power_line(c)
    x, y = c.xy(c.all)
    z = elevation(x.ravel(), y.ravel(), world.side, world.seed)
    dz_dy, dz_dx = np.gradient(z, -c.gsd, c.gsd)
    slope = -(dz_dx * np.sin(SUN_AZIMUTH) + dz_dy * np.cos(SUN_AZIMUTH)) / np.tan(SUN_ELEVATION)
    c.image *= c.light
    c.image *= (1 + np.clip(slope, -0.5, 0.5))[..., None].astype(np.float32)
    picture = cv2.GaussianBlur(c.image, (0, 0), max(0.55, 0.06 / gsd))[c.pad : -c.pad, c.pad : -c.pad]
    rng = np.random.default_rng((world.seed, col, row))
    grain = rng.standard_normal(picture.shape, dtype=np.float32) * np.float32(1.6)
    numbers = np.clip(picture * (FULL_SCALE / 0.75) + grain, 1, FULL_SCALE).astype(np.uint16)
    return np.ascontiguousarray(np.moveaxis(numbers, 2, 0))
