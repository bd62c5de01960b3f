"""Whether files fit together as bands or neighbours, and what the whole is then."""

from __future__ import annotations

import math
import os
import re
from collections import Counter
from collections.abc import Iterator

import numpy as np

from geo3d.errors import RasterRefused
from geo3d.geometry.frame import Affine
from geo3d.raster import spectral
from geo3d.raster.band import Band
from geo3d.raster.info import Level, LevelOrigin, RasterInfo
from geo3d.raster.level import COARSEST
from geo3d.raster.placement import Placement, affine_of, check_one_crs, pixel_area, place
from geo3d.raster.problem import RasterProblem
from geo3d.raster.reference import footprint_of

_HERE = Placement((1.0, 1.0), (0.0, 0.0))
_LARGEST_SIDE = 2**31 - 1


def plan_stack(infos: list[RasterInfo], titles: list[str]) -> tuple[RasterInfo, tuple[Placement, ...]]:
    """Return a stack's info and where its members lie on the grid of the finest.

    Raises:
        RasterRefused: Different CRSs, grids turned against each other, or files without a place and of different sizes.
    """
    check_one_crs(infos, titles)
    affines = [affine_of(info) for info in infos]
    finest = infos[0]
    placements: list[Placement] = []
    if all(affines):
        known = [affine for affine in affines if affine is not None]
        finest = infos[min(range(len(infos)), key=lambda i: pixel_area(known[i]))]
        canvas = affine_of(finest) or known[0]
        placements = [place(canvas, affine, title) for affine, title in zip(known, titles, strict=True)]
    else:
        for info, title in zip(infos, titles, strict=True):
            if (info.width, info.height) != (finest.width, finest.height):
                raise RasterRefused(
                    f"{title} has {info.width} x {info.height} pixels, {titles[0]} {finest.width} x "
                    f"{finest.height}, and "
                    "without georeference nothing says how they lie on each other; georeference them first"
                )
        placements = [_HERE] * len(infos)
    bands = _stacked_bands(infos, titles)
    problems = [*_member_problems(infos, titles), *_stack_problems(finest, infos, placements, titles)]
    has_gaps = any(problem.reason == "extent-differs" for problem in problems)
    whole = finest.model_copy(
        update={
            "driver": "stack",
            "bands": bands,
            "dtype": str(np.result_type(*(np.dtype(band.dtype) for band in bands))),
            "alpha": None,
            "mask": "mask" if has_gaps or any(info.mask != "none" for info in infos) else "none",
            "palette": None,
            "is_categorical": all(info.is_categorical for info in infos),
            "interleave": "band",
            "levels": _shared_levels(finest, infos),
            "problems": tuple(problems),
            "rgb": spectral.picture_bands(bands),
            "presets": spectral.presets_of(bands),
            "size_bytes": _total_size(infos),
        }
    )
    return whole, tuple(placements)


def plan_mosaic(infos: list[RasterInfo], titles: list[str]) -> tuple[RasterInfo, tuple[Placement, ...]]:
    """Return a mosaic's info and where its members lie on it: the grid of the finest, grown to hold all.

    Raises:
        RasterRefused: Different CRSs or bands, turned grids, no georeference, or a mosaic too large to address.
    """
    check_one_crs(infos, titles)
    for info, title in zip(infos, titles, strict=True):
        if len(info.bands) != len(infos[0].bands):
            raise RasterRefused(
                f"{title} has {len(info.bands)} bands, {titles[0]} {len(infos[0].bands)}; a mosaic needs the "
                "same bands in each "
                "file: add them as layers, or choose bands with gdal_translate -b"
            )
        if affine_of(info) is None:
            raise RasterRefused(
                f"{title} has no geotransform, so nothing says where it lies in the mosaic; add it as a layer"
            )
    affines = [affine for info in infos if (affine := affine_of(info)) is not None]
    canvas, width, height = _canvas(infos, affines, titles)
    placements = tuple(place(canvas, affine, title) for affine, title in zip(affines, titles, strict=True))
    problems = (*_member_problems(infos, titles), *_grid_problems(placements, titles), *_palette_problems(infos))
    has_crs = infos[0].crs is not None
    whole = infos[0].model_copy(
        update={
            "driver": "mosaic",
            "width": width,
            "height": height,
            "dtype": str(np.result_type(*(np.dtype(info.dtype) for info in infos))),
            "link": canvas if has_crs else None,
            "loose_link": None if has_crs else canvas,
            "footprint": footprint_of(infos[0].crs, canvas, width, height),
            "mask": "mask",
            "levels": tuple(_mosaic_levels(width, height, infos, placements)),
            "compression": None,
            "problems": problems,
            "size_bytes": _total_size(infos),
        }
    )
    return whole, placements


def _canvas(infos: list[RasterInfo], affines: list[Affine], titles: list[str]) -> tuple[Affine, int, int]:
    """Return the grid of the finest member, grown to hold all of them: (parent_from_canvas, width, height).

    Raises:
        RasterRefused: Turned grids, or a canvas too large to address.
    """
    base = affines[min(range(len(infos)), key=lambda i: pixel_area(affines[i]))]
    corners = [place(base, affine, title) for affine, title in zip(affines, titles, strict=True)]
    left = min(math.floor(-p.offset[0] / p.scale[0] + 1e-3) for p in corners)
    top = min(math.floor(-p.offset[1] / p.scale[1] + 1e-3) for p in corners)
    sizes = list(zip(infos, corners, strict=True))
    width = max(math.ceil((i.width - p.offset[0]) / p.scale[0] - 1e-3) for i, p in sizes) - left
    height = max(math.ceil((i.height - p.offset[1]) / p.scale[1] - 1e-3) for i, p in sizes) - top
    if max(width, height) > _LARGEST_SIDE:
        raise RasterRefused(f"the mosaic would have {width} x {height} pixels; are all files in one place?")
    canvas = Affine(
        a=base.a, b=base.b, c=base.c + base.a * left + base.b * top,
        d=base.d, e=base.e, f=base.f + base.d * left + base.e * top,
    )  # fmt: skip
    return canvas, width, height


def _stacked_bands(infos: list[RasterInfo], titles: list[str]) -> tuple[Band, ...]:
    """Return the bands of all members, renumbered, named by their file where the file says no better."""
    stems = [os.path.splitext(title)[0] for title in titles]
    start = len(os.path.commonprefix(stems)) if len(stems) > 1 else 0  # noqa: RUF071 - of names, not of paths
    start = max((i + 1 for i, c in enumerate(stems[0][:start]) if c in "_-. "), default=0)
    bands: list[Band] = []
    for info, stem in zip(infos, stems, strict=True):
        own = stem[start:].strip("_-. ") or stem
        for band in info.bands:
            is_nameless = re.fullmatch(r"b\d+", band.name) is not None
            name = own if is_nameless and len(info.bands) == 1 else f"{own} {band.name}" if is_nameless else band.name
            color = band.color
            if color in ("undefined", "gray") and len(info.bands) == 1:
                told = spectral.from_words(re.sub(r"^\d+|\d+$", "", own))
                color = told if told != "undefined" else "undefined"
            bands.append(band.model_copy(update={"index": len(bands) + 1, "name": name, "color": color}))
    names = Counter(band.name for band in bands)
    return tuple(
        band if names[band.name] == 1 else band.model_copy(update={"name": f"{band.name} ({band.index})"})
        for band in bands
    )


def _shared_levels(finest: RasterInfo, infos: list[RasterInfo]) -> tuple[Level, ...]:
    """Return the levels of the finest member; one counts as sampled as long as any member is."""
    if not any(info.needs_overviews for info in infos):
        return finest.levels
    native, *others = finest.levels
    return (native, *(level.model_copy(update={"origin": "sampled"}) for level in others))


def _mosaic_levels(
    width: int, height: int, infos: list[RasterInfo], placements: tuple[Placement, ...]
) -> Iterator[Level]:
    """Yield levels that halve exactly; each is as good as its worst member."""
    rank: dict[LevelOrigin, int] = {"native": 0, "overview": 1, "cache": 2, "sampled": 3}
    factor = 1
    while True:
        size = (-(-width // factor), -(-height // factor))
        used = [p.level_for(info, (factor, factor)) for info, p in zip(infos, placements, strict=True)]
        origins: list[LevelOrigin] = [info.levels[i].origin for info, i in zip(infos, used, strict=True)]
        origin = max(origins, key=lambda name: rank[name]) if factor > 1 else "native"
        block = (min(512, size[0]), min(512, size[1]))
        yield Level(width=size[0], height=size[1], factor=(factor, factor), block=block, origin=origin)
        if max(size) <= COARSEST:
            return
        factor *= 2


def _member_problems(infos: list[RasterInfo], titles: list[str]) -> Iterator[RasterProblem]:
    """Yield each member's problems once, with the files that have it."""
    found: dict[tuple[str, str], list[str]] = {}
    first: dict[tuple[str, str], RasterProblem] = {}
    for info, title in zip(infos, titles, strict=True):
        for problem in info.problems:
            key = (problem.reason, problem.message)
            found.setdefault(key, []).append(title)
            first.setdefault(key, problem)
    for key, problem in first.items():
        who = found[key]
        named = ", ".join(who[:3]) + (f" and {len(who) - 3} more" if len(who) > 3 else "")
        yield problem.model_copy(
            update={"message": problem.message if len(who) == len(infos) else f"{named}: {problem.message}"}
        )


def _grid_problems(placements: tuple[Placement, ...] | list[Placement], titles: list[str]) -> Iterator[RasterProblem]:
    for placement, title in zip(placements, titles, strict=True):
        if placement.is_same_grid:
            continue
        size = " x ".join(f"{1.0 / scale:.6g}" for scale in placement.scale)
        if placement.scale == (1.0, 1.0):
            message = f"{title} lies between the pixels of the others; it is moved by less than half a pixel when read."
        else:
            message = f"Pixels of {title} are as large as {size} of the finest file; they are repeated, not smoothed."
        yield RasterProblem(reason="grid-differs", message=message)


def _stack_problems(
    finest: RasterInfo, infos: list[RasterInfo], placements: list[Placement], titles: list[str]
) -> Iterator[RasterProblem]:
    yield from _grid_problems(placements, titles)
    for info, placement, title in zip(infos, placements, titles, strict=True):
        left, top = placement.offset
        right, bottom = left + finest.width * placement.scale[0], top + finest.height * placement.scale[1]
        if max(-left, -top, right - info.width, bottom - info.height) > 1.0:
            yield RasterProblem(
                reason="extent-differs", message=f"{title} does not cover all of the stack; it is nodata there."
            )
    if any(info.palette for info in infos):
        yield RasterProblem(
            reason="palette-lost", message="A palette has no meaning in a stack of bands; numbers are shown."
        )


def _palette_problems(infos: list[RasterInfo]) -> Iterator[RasterProblem]:
    if any(info.palette != infos[0].palette for info in infos):
        yield RasterProblem(
            reason="palette-differs", message="The files have different palettes; the first one's is shown."
        )


def _total_size(infos: list[RasterInfo]) -> int | None:
    sizes = [info.size_bytes for info in infos]
    return None if any(size is None for size in sizes) else sum(size or 0 for size in sizes)
