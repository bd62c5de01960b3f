"""From an open dataset to a `RasterInfo`."""

from __future__ import annotations

import numpy as np
from rasterio.enums import ColorInterp, MaskFlags

from geo3d.geometry.frame import Affine
from geo3d.raster.band import Band, spelled
from geo3d.raster.handle import Dataset
from geo3d.raster.info import Level, MaskKind, RasterInfo


def describe(dataset: Dataset) -> RasterInfo:
    """Return what the dataset says about itself."""
    w, h = dataset.width, dataset.height
    roles = [c.name for c in dataset.colorinterp]
    bands = tuple(
        Band(index=i, name=dataset.descriptions[i - 1] or f"b{i}", dtype=str(dataset.dtypes[i - 1]),
             nodata=None if dataset.nodatavals[i - 1] is None else spelled(dataset.nodatavals[i - 1]),
             scale=dataset.scales[i - 1], offset=dataset.offsets[i - 1], unit=dataset.units[i - 1],
             color=roles[i - 1], description=dataset.descriptions[i - 1])
        for i in dataset.indexes
    )
    bh, bw = dataset.block_shapes[0]
    levels = [Level(width=w, height=h, factor=(1.0, 1.0), block=(bw, bh), origin="native")]
    for factor in dataset.overviews(1):
        ow, oh = -(-w // factor), -(-h // factor)
        levels.append(Level(width=ow, height=oh, factor=(w / ow, h / oh), block=(min(256, ow), min(256, oh)), origin="overview"))
    alpha = roles.index("alpha") + 1 if "alpha" in roles else None
    flags = dataset.mask_flag_enums[0]
    mask: MaskKind = "none"
    if alpha:
        mask = "alpha"
    elif MaskFlags.per_dataset in flags:
        mask = "mask"
    elif any(b.nodata is not None for b in bands):
        mask = "nodata"
    elif any(b.dtype.startswith("float") for b in bands):
        mask = "nan"
    rgb = tuple(roles.index(c) + 1 for c in ("red", "green", "blue")) if {"red", "green", "blue"} <= set(roles) else (1,)
    palette = None
    if dataset.colorinterp[0] == ColorInterp.palette:
        table = dataset.colormap(1)
        palette = tuple(table.get(i, (0, 0, 0, 0)) for i in range(256))
    t = dataset.transform
    link = None if t.is_identity else Affine(a=t.a, b=t.b, c=t.c, d=t.d, e=t.e, f=t.f)
    return RasterInfo(driver=dataset.driver, width=w, height=h, bands=bands, dtype=str(np.result_type(*dataset.dtypes)),
                      crs=dataset.crs.to_wkt() if dataset.crs else None, link=link, footprint=None, levels=tuple(levels),
                      alpha=alpha, mask=mask, palette=palette, rgb=rgb,
                      compression=dataset.compression.name if dataset.compression else None)
