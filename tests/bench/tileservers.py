"""The two servers that the tile bench compares, as uvicorn factories: one worker each, same files."""

from __future__ import annotations

import os
from concurrent.futures import ThreadPoolExecutor
from typing import Any

from geo3d.errors import NotFound
from geo3d.raster.source import Raster, open_raster
from geo3d.raster.trust import Trust
from tests.bench import imagery

GDAL_AS_TITILER_ADVISES = {
    "GDAL_DISABLE_READDIR_ON_OPEN": "EMPTY_DIR",
    "GDAL_CACHEMAX": "200",
    "GDAL_INGESTED_BYTES_AT_OPEN": "32768",
    "GDAL_HTTP_MERGE_CONSECUTIVE_RANGES": "YES",
    "VSI_CACHE": "TRUE",
    "VSI_CACHE_SIZE": "5000000",
    "PROJ_NETWORK": "OFF",
}
"""https://developmentseed.org/titiler, advanced: performance tuning."""


def geo3d() -> Any:
    """Return our tile application; an asset's id is the name of a file in the bench's folder."""
    from geo3d_server.tiles import TileApp

    rasters: dict[str, Raster] = {}

    def resolve(asset: str) -> Raster:
        path = imagery.FOLDER / asset
        if path.parent != imagery.FOLDER or not path.is_file():
            raise NotFound(f"the bench has no file {asset}")
        return rasters.setdefault(asset, open_raster(path, trust=Trust()))

    return TileApp(resolve, lambda _scope: None, ThreadPoolExecutor(os.cpu_count() or 1))


def titiler() -> Any:
    """Return TiTiler as its guide sets it up."""
    from fastapi import FastAPI
    from titiler.core.factory import TilerFactory

    app = FastAPI()
    app.include_router(TilerFactory().router)
    return app
