"""The rasters that tiles are made of, kept ready between requests."""

from __future__ import annotations

import hashlib
import threading
import time
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from geo3d.errors import AssetMissing
from geo3d.raster.block import BlockCache
from geo3d.raster.grid import NATIVE, WEB_MERCATOR, Grid, NativeGrid, matrix_grid
from geo3d.raster.info import RasterInfo
from geo3d.raster.passthrough import Passthrough
from geo3d.raster.pyramid import key_of
from geo3d.raster.render import Renderer
from geo3d.raster.source import Raster
from geo3d.raster.tile import TileReader

Resolve = Callable[[str], Raster]
"""Gives the open raster of an asset id; raises `NotFound` or `AssetMissing`."""

FindCopy = Callable[[str], Raster | None]
"""Gives the web-ready copy of an asset id, where there is one."""

_MERCATOR = "EPSG:3857"
_RECHECK_S = 2.0
_MOST_RASTERS = 128


@dataclass(frozen=True, eq=False)
class Served:
    """One raster with everything that its tiles need."""

    raster: Raster
    info: RasterInfo
    version: str
    """Changes with the content and with the overviews that exist."""
    reader: TileReader
    renderer: Renderer
    passthrough: Passthrough
    native: NativeGrid
    path: Path | None
    """The raster's own file, when it is local."""
    identity: tuple[int, int]
    """(bytes, modification time in ns) of the file when it was opened."""
    copy: Served | None = None
    """A web-ready copy that pictures are drawn from; values and raw tiles always come from the source."""

    @classmethod
    def of(cls, raster: Raster, cache: BlockCache, copy: Raster | None = None) -> Served:
        """Make a raster, and its web-ready copy, ready.

        Raises:
            AssetMissing: Its file is gone.
            RasterRefused: geo3d declines to read it.
            RasterError: It cannot be opened.
        """
        info = raster.info
        files = raster.files
        content = key_of(files) if files else hashlib.sha256(info.model_dump_json().encode()).hexdigest()
        levels = "".join(level.model_dump_json() for level in info.levels)
        drawn = None if copy is None else cls.of(copy, cache)
        made_of = f"{content} {levels}" + ("" if drawn is None else f" {drawn.version}")
        version = hashlib.blake2b(made_of.encode(), digest_size=10).hexdigest()
        reader = TileReader(raster, cache)
        path = files[0] if files else None
        return cls(
            raster=raster,
            info=info,
            version=version,
            reader=reader,
            renderer=Renderer(reader),
            passthrough=Passthrough(reader),
            native=NativeGrid(info.width, info.height),
            path=path,
            identity=_identity(path),
            copy=drawn,
        )

    def drawn_on(self, grid: Grid, bands: tuple[int, ...]) -> Served:
        """Return what pictures on a grid are drawn from: a copy where it has the raster's own pixels or the grid's.

        Args:
            grid: Where the picture lies.
            bands: What it needs; lossy copies lack the alpha band.
        """
        copy = self.copy
        if copy is None or max(bands) > len(copy.info.bands):
            return self
        is_native = copy.info.link == self.info.link
        is_on_grid = grid.name == WEB_MERCATOR and copy.info.crs == _MERCATOR
        return copy if is_native or is_on_grid else self

    def grid(self, name: str) -> Grid:
        """Return a grid of this raster. Raises NotFound."""
        return self.native if name == NATIVE else matrix_grid(name)


class Shelf:
    """Served rasters by asset id, looked after every other second and the least recently used put away. Thread-safe."""

    def __init__(self, resolve: Resolve, cache: BlockCache, find_copy: FindCopy) -> None:
        """Serve what `resolve` gives, drawn from what `find_copy` gives."""
        self._resolve, self._cache, self._find_copy = resolve, cache, find_copy
        self._entries: OrderedDict[str, tuple[Served, float]] = OrderedDict()
        self._lock = threading.Lock()

    def at_hand(self, asset: str) -> Served | None:
        """Return a raster without waiting for anything, if it was looked at a moment ago."""
        entry = self._entries.get(asset)
        return entry[0] if entry is not None and time.monotonic() - entry[1] < _RECHECK_S else None

    def get(self, asset: str) -> Served:
        """Return a raster, opened or opened anew where its file or its overviews changed; may take a while.

        Raises:
            NotFound: There is no such asset.
            AssetMissing: Its file is gone or is another file now.
            RasterRefused: geo3d declines to read it.
            RasterError: It cannot be opened.
        """
        try:
            raster, copy = self._resolve(asset), self._find_copy(asset)
            entry = self._entries.get(asset)
            served = entry[0] if entry is not None else None
            drawn = None if served is None or served.copy is None else served.copy.raster
            if served is None or served.raster is not raster or raster.info is not served.info or drawn is not copy:
                served = Served.of(raster, self._cache, copy)
            elif _identity(served.path) != served.identity:
                assert served.path is not None
                name = served.path.name
                raise AssetMissing(
                    f"{name} has changed since it was opened; relink it, or add the new file", asset=asset
                )
        except BaseException:
            with self._lock:
                self._entries.pop(asset, None)
            raise
        with self._lock:
            self._entries[asset] = (served, time.monotonic())
            self._entries.move_to_end(asset)
            while len(self._entries) > _MOST_RASTERS:
                self._entries.popitem(last=False)
        return served


def _identity(path: Path | None) -> tuple[int, int]:
    """Return what changes when a file is replaced."""
    if path is None:
        return 0, 0
    try:
        status = path.stat()
    except OSError as error:
        raise AssetMissing(f"{path.name} is gone; relink the asset to where the file is now", path=str(path)) from error
    return status.st_size, status.st_mtime_ns
