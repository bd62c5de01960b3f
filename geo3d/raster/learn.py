"""Opening a file for the first time: everything that is found out about it."""

from __future__ import annotations

import contextlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from rasterio.errors import RasterioError

from geo3d.errors import AssetMissing, RasterError
from geo3d.raster import level as levels
from geo3d.raster.admit import Admitted, admit, source_targets
from geo3d.raster.capture import captured_of
from geo3d.raster.crs import broken_crs
from geo3d.raster.describe import Content, content_of
from geo3d.raster.handle import BrokenCrs, Dataset, HandlePool, Target
from geo3d.raster.info import Interleave, Level, RasterInfo
from geo3d.raster.level import LevelSource
from geo3d.raster.metadata import overview_reference, structure_of, tags_of
from geo3d.raster.problem import RasterProblem
from geo3d.raster.pyramid import Pyramid, find_pyramid, folder_of, key_of
from geo3d.raster.reference import Reference, footprint_of, reference_of
from geo3d.raster.spectral import picture_bands, presets_of
from geo3d.raster.storage import (
    ONE_PASS_DRIVERS,
    TiffBlocks,
    check_readable,
    storage_problems,
    tiff_blocks,
    truncation_problem,
)
from geo3d.raster.trust import Trust
from geo3d.raster.vrt import check_overview_reference, missing_sources
from geo3d.raster.worldfile import read_world_file


@dataclass(frozen=True, slots=True)
class Learnt:
    """What was found out when a file was first opened."""

    info: RasterInfo
    sources: tuple[LevelSource, ...]
    """One per level of the info."""
    files: tuple[Path, ...]
    """The local files, the raster itself first; empty when remote."""
    key: str | None
    """Key of the content in caches; None when remote."""
    identity: tuple[int, int] | None
    """(bytes, modification time in ns) of the file at that moment."""


@dataclass(frozen=True, slots=True)
class _Opened:
    """What an open dataset says, before the cache is looked at."""

    driver: str
    content: Content
    reference: Reference
    levels: list[LevelSource]
    files: tuple[Path, ...]
    size_bytes: int | None
    interleave: Interleave | None
    compression: str | None
    is_point: bool
    captured: str | None
    blocks: TiffBlocks | None
    problems: list[RasterProblem]


def learn(name: str, trust: Trust, cache_dir: Path | None, pool: HandlePool) -> Learnt:
    """Open a raster and find out everything but its pixels.

    Raises:
        AssetMissing: There is no such file.
        RasterRefused: It may not or cannot sensibly be read.
        RasterError: GDAL cannot open it.
    """
    admitted = admit(name, trust)
    identity = identity_of(admitted.path) if admitted.path else None
    broken = None
    try:
        _check_sources(admitted, pool)
        try:
            opened = _open(admitted, pool)
        except BrokenCrs as error:
            broken = broken_crs(str(error.__cause__))
            opened = _open(replace(admitted, target=replace(admitted.target, is_unplaced=True)), pool)
    except RasterioError as error:
        raise RasterError(f"{admitted.target.title} is damaged: {error}; get a complete copy of it") from error
    key = key_of(opened.files) if opened.files else None
    sources = _with_cache(opened, key, cache_dir)
    damage = [broken]
    if admitted.path is not None:
        damage.append(truncation_problem(admitted.path, opened.driver, opened.blocks))
        damage.append(missing_sources(admitted.path) if opened.driver == "VRT" else None)
    problems = [problem for problem in (*damage, *opened.problems) if problem is not None]
    return Learnt(_info_of(opened, sources, problems), tuple(sources), opened.files, key, identity)


def _check_sources(admitted: Admitted, pool: HandlePool) -> None:
    """Refuse an uploaded VRT one of whose sources points elsewhere itself."""
    for target in source_targets(admitted):
        with pool.borrow(target) as dataset:
            _check_references(dataset, admitted.target.title, admitted.trust)
        pool.forget(target.name)  # GDAL opens it again inside the VRT


def identity_of(path: Path) -> tuple[int, int]:
    """Return what changes when a file is replaced: bytes and modification time in ns.

    Raises:
        AssetMissing: It is gone.
    """
    try:
        status = path.stat()
    except OSError as error:
        raise AssetMissing(f"{path.name} is gone; relink the asset to where the file is now", path=str(path)) from error
    return status.st_size, status.st_mtime_ns


def _open(admitted: Admitted, pool: HandlePool) -> _Opened:
    target, path = admitted.target, admitted.path
    stem = Path(target.title).stem
    if admitted.is_online:
        _fetch_directories(target, pool)
    with pool.borrow(target) as dataset:
        _check_references(dataset, target.title, admitted.trust)
        files = _files_of(dataset, admitted)
        size_bytes = sum(file.stat().st_size for file in files) if files else None
        is_elsewhere = dataset.driver == "VRT" and admitted.trust.level == "owner"  # its bytes may be remote
        interleave, compression = structure_of(dataset)
        check_readable(dataset, target.title, None if is_elsewhere else size_bytes, interleave)
        is_tiff = dataset.driver == "GTiff"
        blocks = tiff_blocks(path, compression is not None) if path is not None and is_tiff else None
        content = content_of(dataset, stem)
        takes_world_file = path is not None and dataset.driver in ONE_PASS_DRIVERS | {"JP2OpenJPEG"}
        reference = reference_of(dataset, read_world_file(path) if path and takes_world_file else None)
        own = _own_levels(dataset, admitted, content, pool)
        storage = storage_problems(dataset, len(own) > 1 or max(dataset.shape) <= levels.SMALL_ENOUGH)
        return _Opened(
            driver=dataset.driver,
            content=content,
            reference=reference,
            levels=own,
            files=files,
            size_bytes=size_bytes,
            interleave=interleave,
            compression=compression,
            is_point=tags_of(dataset).get("AREA_OR_POINT") == "Point",
            blocks=blocks,
            captured=captured_of({**tags_of(dataset), **tags_of(dataset, domain="EXIF")}, stem),
            problems=[*content.problems, *reference.problems, *storage],
        )


def _fetch_directories(target: Target, pool: HandlePool) -> None:
    """Make GDAL fetch what it needs to know about overviews while Python runs on.

    rasterio gives other threads way while it opens a file, not while it counts overviews; on a slow network that would
    stop the whole server. What opening an overview has fetched is remembered by GDAL.
    """
    with contextlib.suppress(RasterError), pool.borrow(replace(target, overview=0)):
        pass


def _info_of(opened: _Opened, sources: Sequence[LevelSource], problems: Sequence[RasterProblem]) -> RasterInfo:
    native, bands, reference = sources[0].level, opened.content.bands, opened.reference
    return RasterInfo(
        driver=opened.driver,
        width=native.width,
        height=native.height,
        bands=bands,
        dtype=str(np.result_type(*(np.dtype(band.dtype) for band in bands))),
        crs=reference.crs,
        link=reference.link,
        loose_link=reference.loose_link,
        footprint=footprint_of(reference.crs, reference.link, native.width, native.height),
        levels=tuple(source.level for source in sources),
        alpha=opened.content.alpha,
        mask=opened.content.mask,
        palette=opened.content.palette,
        is_categorical=opened.content.is_categorical,
        interleave=opened.interleave,
        compression=opened.compression,
        area_or_point="point" if opened.is_point else "area",
        problems=tuple(problems),
        rgb=picture_bands(bands),
        presets=presets_of(bands),
        size_bytes=opened.size_bytes,
        captured=opened.captured,
    )


def _own_levels(dataset: Dataset, admitted: Admitted, content: Content, pool: HandlePool) -> list[LevelSource]:
    """Return the native level and the file's own overviews, fine to coarse."""
    width, height, target = dataset.width, dataset.height, admitted.target
    native = Level(width=width, height=height, factor=(1.0, 1.0), block=_block(dataset), origin="native")
    found = [LevelSource(native, target)]
    if admitted.is_online and dataset.driver == "VRT":
        return found  # counting them would open every source on the network, while all of Python waits
    for index in range(min(len(dataset.overviews(band)) for band in dataset.indexes)):
        inner = replace(target, overview=index)
        with pool.borrow(inner) as overview:
            size, block = (overview.width, overview.height), _block(overview)
            # an overview without the mask of its raster would show what the mask hides
            has_mask = content.mask != "mask" or overview.mask_flag_enums[0] == dataset.mask_flag_enums[0]
        factor = (width / size[0], height / size[1])
        if has_mask and min(factor) >= 1.0 and max(factor) > 1.2:
            level = Level(width=size[0], height=size[1], factor=factor, block=block, origin="overview")
            found.append(LevelSource(level, inner))
    return sorted(found, key=lambda source: source.level.factor)


def _with_cache(opened: _Opened, key: str | None, cache_dir: Path | None) -> list[LevelSource]:
    """Return own levels and below them those of the cache, or sampled ones until it is built."""
    if cache_dir is not None and key is not None:
        pyramid = find_pyramid(cache_dir, key)
        if pyramid is not None:
            return [*opened.levels, *_cached_levels(pyramid, folder_of(cache_dir, key))]
    return [
        *opened.levels,
        *levels.sampled(opened.levels[-1], opened.levels[0].level, opened.driver in ONE_PASS_DRIVERS),
    ]


def _cached_levels(pyramid: Pyramid, folder: Path) -> list[LevelSource]:
    found = []
    for entry in pyramid.levels:
        block = (min(pyramid.block, entry.width), min(pyramid.block, entry.height))
        level = Level(width=entry.width, height=entry.height, factor=entry.factor, block=block, origin="cache")
        path = folder / entry.file
        found.append(
            LevelSource(
                level, Target(str(path), path.name, ("GTiff",), (("GDAL_DISABLE_READDIR_ON_OPEN", "EMPTY_DIR"),))
            )
        )
    return found


def _files_of(dataset: Dataset, admitted: Admitted) -> tuple[Path, ...]:
    """Return the local files of a raster, itself first.

    GDAL is asked only for the owner's local files: asking opens side files, and on the network all of Python waits.
    """
    if admitted.path is None or admitted.trust.level == "uploaded" or admitted.is_online:
        return admitted.files
    listed = [Path(name) for name in dataset.files if Path(name).is_file()]
    return (admitted.path, *(path for path in listed if path != admitted.path))


def _check_references(dataset: Dataset, title: str, trust: Trust) -> None:
    """Refuse files whose metadata send GDAL elsewhere for overviews."""
    reference = overview_reference(dataset)
    if reference is not None:
        check_overview_reference(reference, title, trust)


def _block(dataset: Dataset) -> tuple[int, int]:
    height, width = dataset.block_shapes[0]
    return min(width, dataset.width), min(height, dataset.height)
