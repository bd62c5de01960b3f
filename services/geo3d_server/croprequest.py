"""A square cut out of a raster's own pixels, drawn in a style: how a wall of crops shows objects side by side."""

from __future__ import annotations

import re
from collections.abc import Hashable
from dataclasses import dataclass
from typing import Final, cast
from urllib.parse import parse_qsl, urlencode

from geo3d.errors import NotFound, OptionError
from geo3d.raster.encode import MEDIA_TYPES, PictureFormat, encode
from geo3d.raster.grid import Cell
from geo3d.raster.style import Style
from geo3d_server.served import Served

CROP: Final = "crop"
"""What stands in the address where a tile has its grid."""

SIZES: Final = (64, 128, 256, 512)
"""Pixels on a side in which a crop can be asked for."""

_WHOLE: Final = re.compile(r"-?\d{1,9}", re.ASCII)


@dataclass(frozen=True, eq=False, slots=True)
class CropRequest:
    """One crop of one raster. What lies beyond the raster is transparent."""

    served: Served
    place: tuple[int, int, int]
    """Column and row of its first pixel (may be negative), and its pixels on a side."""
    size: int
    """Pixels on a side of the picture."""
    kind: PictureFormat
    style: Style
    tag: bytes
    """The ETag: the address already names the place."""

    @classmethod
    def of(cls, served: Served, parts: list[str], query: str) -> CropRequest:
        """Read a request.

        Args:
            served: The raster.
            parts: Column, row, ``side.kind``.
            query: What stands behind the question mark.

        Raises:
            NotFound: The address is none of a crop.
            OptionError: A parameter is unknown or does not fit.
        """
        column, row, last = parts
        side, _, kind = last.partition(".")
        if not all(map(_WHOLE.fullmatch, (column, row, side))) or int(side) < 1:
            raise NotFound(f"column, row and side of a crop are whole numbers, not {column}/{row}/{side}")
        if kind not in MEDIA_TYPES:
            raise NotFound(f"a crop ends in .png, .jpg or .webp, not in {kind!r}")
        pairs = parse_qsl(query, keep_blank_values=True)
        size = dict(pairs).get("size", "256")
        if size not in {str(one) for one in SIZES}:
            raise OptionError(f"size: crops have {', '.join(map(str, SIZES))} pixels, not {size}", parameter="size")
        style = Style.from_query(urlencode([pair for pair in pairs if pair[0] != "size"]))
        tag = f'"{served.version}.{style.digest}.{size}"'.encode()
        return cls(served, (int(column), int(row), int(side)), int(size), cast(PictureFormat, kind), style, tag)

    @property
    def key(self) -> Hashable:
        """Equal for requests with equal answers."""
        return (self.tag, CROP, self.place, self.kind)

    @property
    def headers(self) -> list[tuple[bytes, bytes]]:
        """What the answer says about its body."""
        return [(b"content-type", MEDIA_TYPES[self.kind].encode())]

    def stored(self) -> None:
        """Return nothing: no block of a file is a crop."""

    def made(self) -> bytes:
        """Return the body; may take a while.

        Raises:
            OptionError: The style does not fit the raster.
            RasterError: A block is damaged.
        """
        column, row, side = self.place
        grid = self.served.native
        painter = self.served.renderer.painter(self.style)
        drawn = self.served.drawn_on(grid, painter.bands)
        cell = Cell(float(column), float(row), float(side), float(side))
        picture = drawn.renderer.draw_square(grid, cell, self.size, self.style, painter)
        return encode(picture, self.kind, quality=self.style.quality, background=self.style.background)
