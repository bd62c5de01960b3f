"""One tile that somebody asks for: read from its address, and made."""

from __future__ import annotations

from collections.abc import Hashable
from dataclasses import dataclass
from functools import lru_cache
from typing import Final, cast
from urllib.parse import parse_qsl, urlencode

from geo3d.errors import NotFound, OptionError
from geo3d.raster.encode import MEDIA_TYPES, PictureFormat
from geo3d.raster.grid import TILE_SIZES, Grid
from geo3d.raster.ground import ground_pixel
from geo3d.raster.passthrough import StoredTile
from geo3d.raster.rawtile import MEDIA_TYPE as RAW_TYPE
from geo3d.raster.rawtile import Encoding, compress, encode_raw, encoding_for
from geo3d.raster.style import Style
from geo3d.raster.tile import Want
from geo3d_server.served import Served

_RAW: Final = "raw"
GROUND_HEADER: Final = b"geo3d-ground-pixel"
"""Of raw tiles with a margin: metres to the right and downwards of the middle pixel, as a hillshade needs them."""


@dataclass(frozen=True, eq=False, slots=True)
class TileRequest:
    """A tile of one raster, rendered or raw."""

    served: Served
    grid: Grid
    place: tuple[int, int, int]
    """Zoom, column, row."""
    size: int
    kind: str
    """``png``, ``jpg``, ``webp`` or ``raw``."""
    style: Style
    """Of a rendered tile."""
    bands: tuple[int, ...]
    """Of a raw tile; empty = all."""
    margin: int
    """Of a raw tile: pixels on every side beyond it."""
    encoding: Encoding
    """Of a raw tile's body."""
    tag: bytes
    """The ETag: the address already names the place."""

    @classmethod
    def of(cls, served: Served, parts: list[str], query: str, accepts: str) -> TileRequest:
        """Read a request.

        Args:
            served: The raster.
            parts: Grid, zoom, column, ``row.kind``.
            query: What stands behind the question mark.
            accepts: The request's Accept-Encoding.

        Raises:
            NotFound: The address is none of a tile.
            OptionError: A parameter is unknown or does not fit.
        """
        grid, zoom, column, last = parts
        row, _, kind = last.partition(".")
        if not (zoom.isdecimal() and column.isdecimal() and row.isdecimal() and len(column) < 12 and len(row) < 12):
            raise NotFound(f"zoom, column and row of a tile are whole numbers, not {zoom}/{column}/{row}")
        style = _DEFAULT
        encoding: Encoding = "identity"
        bands: tuple[int, ...] = ()
        margin = 0
        if kind == _RAW:
            size, bands, margin = _raw_query(query)
            encoding = encoding_for(accepts)
            made_of = f"{encoding}.{'.'.join(map(str, bands))}.{margin}"
        elif kind in MEDIA_TYPES:
            size, style = _picture_query(query)
            made_of = style.digest
        else:
            raise NotFound(f"a tile ends in .png, .jpg, .webp or .raw, not in {kind!r}")
        tag = f'"{served.version}.{made_of}.{size}"'.encode()
        place = (int(zoom), int(column), int(row))
        return cls(served, served.grid(grid), place, size, kind, style, bands, margin, encoding, tag)

    @property
    def key(self) -> Hashable:
        """Equal for requests with equal answers."""
        return (self.tag, self.grid.name, self.place, self.kind)

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """What the answer says about its body."""
        if self.kind != _RAW:
            return [(b"content-type", MEDIA_TYPES[cast(PictureFormat, self.kind)].encode())]
        headers = [(b"content-type", RAW_TYPE.encode()), (b"vary", b"accept-encoding")]
        if self.margin:
            ground = ground_pixel(self.grid, self.grid.cell(*self.place), self.size, self.served.info)
            headers.append((GROUND_HEADER, "{!r},{!r}".format(*ground).encode()))
        if self.encoding != "identity":
            headers.append((b"content-encoding", self.encoding.encode()))
        return headers

    def stored(self) -> StoredTile | None:
        """Return the block of the file that already is this tile, if there is one and finding out is quick."""
        if self.kind in (_RAW, "png"):
            return None
        painter = self.served.renderer.painter_at_hand(self.style)
        if painter is None:
            return None
        drawn = self.served.drawn_on(self.grid, painter.bands)
        return drawn.passthrough.find(self.grid, *self.place, self.size, cast(PictureFormat, self.kind), painter)

    def made(self) -> bytes:
        """Return the body; may take a while.

        Raises:
            NotFound: The grid has no such cell.
            CrsError: The raster cannot be brought onto this grid.
            OptionError: The style does not fit the raster.
            RasterError: A block is damaged.
        """
        if self.kind == _RAW:
            return self._raw()
        kind = cast(PictureFormat, self.kind)
        painter = self.served.renderer.painter(self.style)  # the source's: a copy knows less about its bands
        drawn = self.served.drawn_on(self.grid, painter.bands)
        stored = drawn.passthrough.find(self.grid, *self.place, self.size, kind, painter)
        whole = None if stored is None else stored.read()
        return whole or drawn.renderer.tile(self.grid, *self.place, self.size, self.style, kind, painter)

    def _raw(self) -> bytes:
        info = self.served.info
        bands = self.bands or tuple(band.index for band in info.bands)
        missing = [band for band in bands if band > len(info.bands)]
        if missing:
            raise OptionError(f"bands: there is no band {missing[0]}; this raster has {len(info.bands)}")
        want = Want(bands, nearest=True, margin=self.margin, exact=True)
        patch = self.served.reader.read(self.grid, *self.place, self.size, want)
        return compress(encode_raw(patch, info.dtype, len(bands), self.size + 2 * self.margin), self.encoding)


_DEFAULT: Final = Style()


@lru_cache(maxsize=1024)
def _picture_query(query: str) -> tuple[int, Style]:
    """Return the size of a tile and its style."""
    if not query:
        return TILE_SIZES[0], _DEFAULT
    pairs = parse_qsl(query, keep_blank_values=True)
    style = Style.from_query(urlencode([pair for pair in pairs if pair[0] != "size"]))
    return _size(dict(pairs).get("size")), style


@lru_cache(maxsize=1024)
def _raw_query(query: str) -> tuple[int, tuple[int, ...], int]:
    """Return the size of a raw tile, its bands and its margin."""
    pairs = dict(parse_qsl(query))
    unknown = set(pairs) - {"size", "bands", "margin"}
    if unknown:
        raise OptionError(f"a raw tile has the parameters bands, size and margin, not {unknown.pop()!r}")
    try:
        bands = tuple(int(part.strip().removeprefix("b")) for part in pairs.get("bands", "").split(",") if part)
    except ValueError:
        bands = (0,)
    if any(band < 1 for band in bands) or len(bands) > 4096:
        raise OptionError("bands: give whole numbers from 1 on, separated by commas", parameter="bands")
    margin = pairs.get("margin", "0")
    if margin not in ("0", "1"):
        raise OptionError("margin: a raw tile has 0 or 1 pixels beyond its edges", parameter="margin")
    return _size(pairs.get("size")), bands, int(margin)


def _size(text: str | None) -> int:
    if text is None:
        return TILE_SIZES[0]
    if text not in {str(size) for size in TILE_SIZES}:
        raise OptionError(f"size: tiles have {' or '.join(map(str, TILE_SIZES))} pixels, not {text}", parameter="size")
    return int(text)
