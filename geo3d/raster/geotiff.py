"""Write georeferenced pictures: chips of a raster, and grids of labels on exactly a raster's own grid."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Literal

import numpy as np
import numpy.typing as npt
import rasterio
from rasterio._err import CPLE_BaseError
from rasterio.control import GroundControlPoint
from rasterio.enums import ColorInterp, Resampling
from rasterio.rpc import RPC
from rasterio.transform import Affine as Transform
from rasterio.windows import Window

from geo3d.errors import RasterError
from geo3d.geometry.frame import Affine, Gcps, Rpc
from geo3d.raster.info import RasterInfo, RasterLink
from geo3d.raster.source import Raster

Driver = Literal["GTiff", "PNG", "JPEG"]
BLOCK = 512
"""Pixels along one side of a block of a label grid."""

_COLORS = {"red": ColorInterp.red, "green": ColorInterp.green, "blue": ColorInterp.blue, "gray": ColorInterp.gray}
_WORLD_FILES = {"PNG": ".pgw", "JPEG": ".jgw"}


def moved_link(link: RasterLink | None, offset: tuple[int, int]) -> RasterLink | None:
    """Return the link of a window (parent_from_window) whose first pixel lies at `offset` (column, row)."""
    col, row = offset
    match link:
        case Affine():
            return link.model_copy(
                update={"c": link.c + link.a * col + link.b * row, "f": link.f + link.d * col + link.e * row}
            )
        case Gcps():
            points = tuple(p.model_copy(update={"col": p.col - col, "row": p.row - row}) for p in link.points)
            return link.model_copy(update={"points": points})
        case Rpc():
            return link.model_copy(
                update={"line_offset": link.line_offset - row, "sample_offset": link.sample_offset - col}
            )
        case None:
            return None


def write_picture(
    path: Path,
    data: npt.NDArray[np.generic],
    *,
    driver: Driver,
    crs: str | None = None,
    link: RasterLink | None = None,
    nodata: float | None = None,
    colors: Sequence[str] = (),
) -> None:
    """Write one picture with where it lies.

    PNG and JPEG get a world file and, by GDAL, an ``.aux.xml`` with the CRS.

    Args:
        path: The file to make.
        data: Shape (bands, height, width); uint8 or uint16 for PNG, uint8 for JPEG.
        driver: GDAL's name of the format.
        crs: Authority code or WKT; None = pixels only.
        link: parent_from_pixel of the picture.
        nodata: Value that means no data (GeoTIFF only).
        colors: What the bands show: ``red``, ``green``, ``blue``, ``gray``.

    Raises:
        RasterError: GDAL cannot write it.
    """
    n_bands, height, width = data.shape
    profile: dict[str, Any] = {
        "driver": driver, "width": width, "height": height, "count": n_bands, "dtype": data.dtype, **_place(crs, link),
    }  # fmt: skip
    if driver == "GTiff":
        profile |= {"compress": "deflate", "predictor": 3 if data.dtype.kind == "f" else 2, "nodata": nodata}
        if min(width, height) > 2 * 256:
            profile |= {"tiled": True, "blockxsize": 256, "blockysize": 256}
    elif driver == "JPEG":
        profile["quality"] = 92
    try:
        with rasterio.open(path, "w", **profile) as made:
            if colors and driver == "GTiff":
                made.colorinterp = [_COLORS.get(name, ColorInterp.undefined) for name in colors]
            made.write(data)
            if isinstance(link, Rpc):
                made.rpcs = profile["rpcs"]
    except rasterio.errors.RasterioError as error:
        raise RasterError(f"{path.name} cannot be written: {error}") from error
    if driver in _WORLD_FILES and isinstance(link, Affine):
        path.with_suffix(_WORLD_FILES[driver]).write_text(world_file(link), encoding="ascii")


def world_file(link: Affine) -> str:
    """Return the six lines of a world file: steps, then the CENTRE of the first pixel."""
    x = link.c + 0.5 * (link.a + link.b)
    y = link.f + 0.5 * (link.d + link.e)
    return "".join(f"{value!r}\n" for value in (link.a, link.d, link.b, link.e, x, y))


@contextmanager
def label_grid(
    path: Path,
    *,
    size: tuple[int, int],
    dtype: Literal["uint8", "uint16", "uint32"],
    crs: str | None,
    link: RasterLink | None,
    nodata: int | None,
    colors: Mapping[int, tuple[int, int, int]] | None = None,
    tags: Mapping[str, str] | None = None,
) -> Iterator[LabelGrid]:
    """Open a GeoTIFF of labels for writing block by block.

    Blocks that are never written take no room; they read as `nodata`, or as 0 where there is none.

    Overviews are made at the end, by the nearest pixel: any other way would invent classes.

    Args:
        path: The file to make.
        size: (width, height), the raster's own.
        dtype: Of the entries.
        crs: The raster's CRS; None = pixels only.
        link: The raster's own link, unchanged.
        nodata: Entry that says "do not look here"; never 0.
        colors: Colour of each entry (uint8 and uint16 only).
        tags: Metadata of the file.

    Raises:
        RasterError: GDAL cannot write it.
    """
    profile: dict[str, Any] = {
        "driver": "GTiff", "width": size[0], "height": size[1], "count": 1, "dtype": dtype, "nodata": nodata,
        "tiled": True, "blockxsize": BLOCK, "blockysize": BLOCK, "compress": "deflate", "predictor": 2, "zlevel": 6,
        "sparse_ok": True, "bigtiff": "IF_SAFER", **_place(crs, link),
    }  # fmt: skip
    try:
        with rasterio.Env(GDAL_TIFF_INTERNAL_MASK=True), rasterio.open(path, "w", **profile) as made:
            if isinstance(link, Rpc):
                made.rpcs = profile["rpcs"]
            if tags:
                made.update_tags(**tags)
            if colors and dtype in ("uint8", "uint16"):
                table = {value: (*rgb, 255) for value, rgb in colors.items()}
                made.write_colormap(1, {0: (0, 0, 0, 0), **table})
            yield LabelGrid(made)
        factors = [2**k for k in range(1, 12) if max(size) / 2**k >= BLOCK / 2]
        if factors:
            with rasterio.Env(COMPRESS_OVERVIEW="DEFLATE", SPARSE_OK_OVERVIEW="ON"), rasterio.open(path, "r+") as made:
                made.build_overviews(factors, Resampling.nearest)
    except rasterio.errors.RasterioError as error:
        raise RasterError(f"{path.name} cannot be written: {error}") from error


class LabelGrid:
    """A grid that takes its blocks."""

    def __init__(self, dataset: Any) -> None:
        """Hold rasterio's dataset; `label_grid` makes it."""
        self._dataset = dataset

    def write(self, offset: tuple[int, int], block: npt.NDArray[np.unsignedinteger]) -> None:
        """Write entries of shape (height, width) whose first pixel lies at `offset` (column, row)."""
        height, width = block.shape
        self._dataset.write(block, 1, window=Window(*offset, width, height))


def blocks_of(size: tuple[int, int]) -> Iterator[tuple[int, int, int, int]]:
    """Iterate over the blocks (column, row, width, height) of a grid, row by row."""
    for row in range(0, size[1], BLOCK):
        for col in range(0, size[0], BLOCK):
            yield col, row, min(BLOCK, size[0] - col), min(BLOCK, size[1] - row)


def _place(crs: str | None, link: RasterLink | None) -> dict[str, Any]:
    """Return what rasterio wants to know of where a picture lies."""
    match link:
        case Affine():
            return {"crs": crs, "transform": Transform(link.a, link.b, link.c, link.d, link.e, link.f)}
        case Gcps():
            points = [GroundControlPoint(row=p.row, col=p.col, x=p.x, y=p.y, z=p.z) for p in link.points]
            return {"crs": crs, "gcps": points}
        case Rpc():
            return {"rpcs": _rpc(link)}
        case None:
            return {}


def _rpc(link: Rpc) -> RPC:
    return RPC(
        height_off=link.height_offset,
        height_scale=link.height_scale,
        lat_off=link.latitude_offset,
        lat_scale=link.latitude_scale,
        line_den_coeff=list(link.line_denominator),
        line_num_coeff=list(link.line_numerator),
        line_off=link.line_offset,
        line_scale=link.line_scale,
        long_off=link.longitude_offset,
        long_scale=link.longitude_scale,
        samp_den_coeff=list(link.sample_denominator),
        samp_num_coeff=list(link.sample_numerator),
        samp_off=link.sample_offset,
        samp_scale=link.sample_scale,
    )


def tags_of(path: Path) -> dict[str, str]:
    """Return the metadata of a GeoTIFF; empty where it is none.

    No other driver may try, so that an uploaded file cannot point elsewhere.
    """
    try:
        with rasterio.open(path, driver="GTiff") as dataset:
            return dict(dataset.tags())
    except rasterio.errors.RasterioError:
        return {}


def grid_info(raster: Raster) -> RasterInfo:
    """Return what a raster says of itself; whatever GDAL throws at a damaged file is a `RasterError`."""
    try:
        return raster.info
    except CPLE_BaseError as error:
        raise RasterError(f"the raster is damaged: {error}; get it again") from error


def grid_entries(raster: Raster, window: tuple[int, int, int, int]) -> npt.NDArray[Any]:
    """Return the first band of a window (column, row, width, height), shape (height, width).

    Raises:
        RasterError: It cannot be decoded.
    """
    try:
        entries: npt.NDArray[Any] = raster.read(0, window, (1,)).data[0]
        return entries
    except CPLE_BaseError as error:
        raise RasterError(f"the raster is damaged at {window}: {error}; get it again") from error
