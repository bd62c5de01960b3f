"""Where one raster's pixels lie on another's grid, and picking them by nearest neighbour."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyproj
from pyproj.exceptions import ProjError

from geo3d.errors import RasterRefused
from geo3d.geometry.frame import Affine
from geo3d.raster.info import Level, RasterInfo

Indices = npt.NDArray[np.int64]

_ALIGNED = 1e-3
"""Fraction of a pixel by which grids may miss each other and still count as one grid."""


@dataclass(frozen=True, slots=True)
class Placement:
    """``member = scale * canvas + offset`` on each axis, native pixels, corner convention."""

    scale: tuple[float, float]
    offset: tuple[float, float]

    @property
    def is_same_grid(self) -> bool:
        """Whether pixels coincide up to a shift of whole pixels."""
        whole = all(abs(o - round(o)) < _ALIGNED for o in self.offset)
        return whole and all(abs(s - 1.0) < 1e-9 for s in self.scale)

    def columns(self, first: int, count: int, factor: float, level: Level) -> Indices:
        """Return the member's column under each canvas column of a level; outside ones are negative or too large."""
        return self._indices(0, first, count, factor, level.factor[0])

    def rows(self, first: int, count: int, factor: float, level: Level) -> Indices:
        """Return the member's row under each canvas row of a level; outside ones are negative or too large."""
        return self._indices(1, first, count, factor, level.factor[1])

    def level_for(self, info: RasterInfo, factor: tuple[float, float]) -> int:
        """Return the member's coarsest level that is no coarser than a canvas level of this factor."""
        wanted = max(self.scale[0] * factor[0], self.scale[1] * factor[1]) * 1.01
        return max(i for i, level in enumerate(info.levels) if i == 0 or max(level.factor) <= wanted)

    def _indices(self, axis: int, first: int, count: int, factor: float, member_factor: float) -> Indices:
        centers = (np.arange(first, first + count) + 0.5) * factor
        places = (centers * self.scale[axis] + self.offset[axis]) / member_factor
        found: Indices = np.floor(places).astype(np.int64)
        return found


def place(canvas: Affine, member: Affine, title: str) -> Placement:
    """Return where a member lies on a canvas.

    Args:
        canvas: parent_from_canvas.
        member: parent_from_member, same parent.
        title: The member's name in messages.

    Raises:
        RasterRefused: The grids are turned or mirrored against each other.
    """
    matrix = np.linalg.inv(_matrix(member)) @ _matrix(canvas)
    (a, b, c), (d, e, f) = matrix[:2]
    if min(a, e) <= 0.0 or max(abs(b), abs(d)) > 1e-6 * max(a, e):
        raise RasterRefused(
            f"{title} is turned against the other files; warp it onto their grid first: gdalwarp {title} out.tif"
        )
    offset = tuple(round(v) if abs(v - round(v)) < _ALIGNED else v for v in (c, f))
    scale = tuple(round(v) if abs(v - round(v)) < 1e-9 else v for v in (a, e))
    return Placement((float(scale[0]), float(scale[1])), (float(offset[0]), float(offset[1])))


def check_one_crs(infos: list[RasterInfo], titles: list[str]) -> None:
    """Refuse members that lie in different CRSs.

    Raises:
        RasterRefused: With the command that brings the odd one to the others.
    """
    for info, title in zip(infos, titles, strict=True):
        if not _same_crs(info.crs, infos[0].crs):
            target = infos[0].crs if infos[0].crs and len(infos[0].crs) < 40 else titles[0]
            raise RasterRefused(
                f"{title} has another CRS than {titles[0]}; bring them together first: gdalwarp -t_srs {target} "
                f"{title} out.tif"
            )


def affine_of(info: RasterInfo) -> Affine | None:
    """Return where the pixels of a raster lie in its parent, also when the parent has no name."""
    link = info.link if info.link is not None else info.loose_link
    return link if isinstance(link, Affine) else None


def pixel_area(affine: Affine) -> float:
    """Return the area of a pixel in square units of the parent."""
    return abs(affine.a * affine.e - affine.b * affine.d)


def _same_crs(one: str | None, other: str | None) -> bool:
    if one == other:
        return True
    if one is None or other is None:
        return False
    try:
        return pyproj.CRS.from_user_input(one).equals(pyproj.CRS.from_user_input(other), ignore_axis_order=True)
    except ProjError:
        return False


def _matrix(affine: Affine) -> npt.NDArray[np.float64]:
    return np.array([[affine.a, affine.b, affine.c], [affine.d, affine.e, affine.f], [0.0, 0.0, 1.0]])
