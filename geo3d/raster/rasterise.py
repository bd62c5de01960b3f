"""Shapes to pixels and back, on a raster's own grid, exactly as GDAL does it.

Positions are pixel coordinates of the grid in the corner convention. The pixel-centre rule decides: a pixel belongs to
an area when its centre ``(col + 0.5, row + 0.5)`` lies inside (centres on an edge: as GDAL's polygon fill decides).
(pycocotools has another rule; areas differ by boundary pixels.)
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import numpy.typing as npt
import shapely
from rasterio import features
from rasterio.transform import Affine as GdalAffine

UnsignedArray = npt.NDArray[np.unsignedinteger]


def burn(
    shapes: Sequence[tuple[shapely.Geometry, int]],
    size: tuple[int, int],
    offset: tuple[int, int] = (0, 0),
    *,
    dtype: npt.DTypeLike = np.uint16,
    fill: int = 0,
    out: UnsignedArray | None = None,
    all_touched: bool = False,
) -> UnsignedArray:
    """Write values into the pixels of areas and lines; a later shape covers an earlier one.

    Args:
        shapes: (geometry in pixel coordinates, value); areas by the pixel-centre rule, lines by Bresenham.
        size: (width, height) of the window.
        offset: (column, row) of the window's first pixel.
        dtype: Of the answer: uint8, uint16 or uint32.
        fill: Value of untouched pixels.
        out: Window to draw on, shape (height, width); None = a new one filled with `fill`.
        all_touched: Every pixel that a shape touches, not only centres.

    Returns:
        Shape (height, width).
    """
    width, height = size
    if out is None:
        out = np.full((height, width), fill, dtype=dtype)
    solid = [(shape, value) for shape, value in shapes if not shapely.is_empty(shape)]
    if solid:
        features.rasterize(solid, out=out, transform=GdalAffine.translation(*offset), all_touched=all_touched)
    return out


def outlines(
    values: npt.NDArray[np.generic],
    offset: tuple[int, int] = (0, 0),
    ignore: Sequence[int] = (0,),
    connectivity: int = 4,
) -> Iterator[tuple[shapely.Polygon, int]]:
    """Iterate over the outlines of equal pixels, along pixel edges.

    Args:
        values: Window of entries, shape (height, width); bool or unsigned integers below 2**31.
        offset: (column, row) of the window's first pixel.
        ignore: Entries without outline.
        connectivity: 4: pixels that meet at a corner are two areas (always valid polygons); 8: one.

    Yields:
        (polygon in pixel coordinates with its holes, entry).
    """
    array = values.astype(np.uint8) if values.dtype == np.bool_ else values
    if array.dtype == np.uint32:
        array = array.astype(np.int32)
    wanted = ~np.isin(array, ignore)
    if not wanted.any():
        return
    place = GdalAffine.translation(*offset)
    for shape, value in features.shapes(array, mask=wanted, connectivity=connectivity, transform=place):
        rings = shape["coordinates"]
        yield shapely.Polygon(rings[0], rings[1:]), int(value)


def outline(mask: npt.NDArray[np.bool_], offset: tuple[int, int] = (0, 0)) -> shapely.MultiPolygon:
    """Return the outline of the set pixels as one multipolygon, along pixel edges; empty where none is set."""
    return shapely.MultiPolygon([polygon for polygon, _ in outlines(mask, offset)])
