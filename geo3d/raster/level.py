"""The levels of a raster: which resolutions there are, and from where each is read."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from geo3d.raster.handle import Target
from geo3d.raster.info import Level

SMALL_ENOUGH = 2048
"""A raster whose coarsest level is at most this long needs no further levels: all of it is read for the first picture.
A raster whose coarsest level is at most this long needs no further levels: all of it is read for the first picture."""

COARSEST = 512
"""Further levels halve until the longer side is at most this."""

_SAMPLED_BLOCK_PIXELS = 1 << 18


@dataclass(frozen=True, slots=True)
class LevelSource:
    """A level and what it is read from."""

    level: Level
    target: Target
    base: Level | None = None
    """For a sampled level: the level of `target` from which single pixels are picked."""


def further_sizes(width: int, height: int) -> Iterator[tuple[int, int]]:
    """Yield the sizes of the levels below a level: half, rounded up, until small enough. None when it is small already.

    >>> list(further_sizes(5001, 3000))
    [(2501, 1500), (1251, 750), (626, 375), (313, 188)]
    """
    if max(width, height) <= SMALL_ENOUGH:
        return
    while max(width, height) > COARSEST:
        width, height = (width + 1) // 2, (height + 1) // 2
        yield width, height


def sampled(base: LevelSource, native: Level, is_one_pass: bool) -> list[LevelSource]:
    """Return levels that are picked from the coarsest real one until overviews are built.

    Args:
        base: The coarsest real level.
        native: The native level.
        is_one_pass: The file can only be decoded from the top: one level, read as a whole.
    """
    sizes = list(further_sizes(base.level.width, base.level.height))
    if is_one_pass:
        sizes = [next((size for size in sizes if max(size) <= SMALL_ENOUGH), sizes[-1])] if sizes else []
    found = []
    for width, height in sizes:
        if is_one_pass:
            block = (width, height)
        elif base.level.block[0] >= base.level.width:  # strips: each costs its whole width anyway
            block = (width, min(height, max(16, _SAMPLED_BLOCK_PIXELS // width)))
        else:
            block = (min(512, width), min(512, height))
        level = Level(
            width=width,
            height=height,
            factor=(native.width / width, native.height / height),
            block=block,
            origin="sampled",
        )
        found.append(LevelSource(level, base.target, base.level))
    return found
