"""How a raster is drawn: one frozen value whose fields are the query parameters of a rendered tile."""

from __future__ import annotations

import hashlib
import re
from functools import cached_property, lru_cache
from typing import Annotated, Literal
from urllib.parse import parse_qsl, quote

from pydantic import Field, PositiveInt, ValidationError, field_validator

from geo3d.errors import OptionError
from geo3d.geometry.value import Number, Value

Rgb = tuple[int, int, int]
Rgba = tuple[int, int, int, int]

_COLOR = re.compile(r"#?([0-9a-fA-F]{6})([0-9a-fA-F]{2})?")
_RENDERING_VERSION = 1
"""Part of every digest: raised when the same style begins to give other pixels, so that caches forget the old ones."""


class Style(Value):
    """How to draw. All fields have a default that suits the raster: a new user sees a picture at once."""

    bands: tuple[PositiveInt, ...] = ()
    """One band (gray or colormap) or three (red, green, blue), 1-based. Empty = the raster's own choice."""
    expression: str | None = None
    """Band arithmetic, ``(b4-b3)/(b4+b3)``; three of them, separated by ``;``, make red, green and blue."""
    stretch: Literal["auto", "none", "minmax", "percentile", "sigma"] = "auto"
    """From values to brightness: auto = none for 8-bit photos, else percentile."""
    range: tuple[tuple[Number, Number], ...] = ()
    """Explicit (dark, bright) values, one pair for all bands or one for each; wins over `stretch`."""
    percentiles: tuple[Number, Number] = (2.0, 98.0)
    """For percentile: share of pixels below dark and below bright."""
    sigmas: Annotated[Number, Field(gt=0)] = 2.0
    """For sigma: mean minus and plus this many standard deviations."""
    gamma: Annotated[Number, Field(gt=0, le=10)] = 1.0
    """Above 1 brightens the middle."""
    contrast: Annotated[Number, Field(gt=0, le=10)] = 1.0
    """Above 1 drives brightness away from the middle."""
    brightness: Annotated[Number, Field(ge=-1, le=1)] = 0.0
    """Added to brightness; 1 is all of it."""
    colormap: str | None = None
    """Name of a colour ramp for one value: ``viridis``, ``rdylgn_r``."""
    classes: tuple[tuple[int, Rgba], ...] = ()
    """Colours of single values of one band: ``1:ff0000,2:00ff0080``; other values are transparent."""
    hillshade: bool = False
    """Draw light and shade of one band of heights; with a colormap the colours are shaded."""
    azimuth: Number = 315.0
    """Hillshade: where the light comes from, degrees clockwise from the top."""
    altitude: Annotated[Number, Field(gt=0, le=90)] = 45.0
    """Hillshade: height of the light, degrees above the horizon."""
    z_factor: Annotated[Number, Field(gt=0)] = 1.0
    """Hillshade: exaggeration, or metres per unit of the heights."""
    resampling: Literal["auto", "bilinear", "nearest"] = "auto"
    """auto = nearest for palettes and classes, else bilinear."""
    nodata: Number | None = None
    """One more value that means no data."""
    physical: bool = False
    """Apply each band's scale and offset first; ranges and expressions are then in physical units."""
    quality: Annotated[int, Field(ge=1, le=100)] = 80
    """Of JPEG and WebP."""
    background: Rgb = (255, 255, 255)
    """Colour of what is transparent, in JPEG."""

    @field_validator("bands", mode="before")
    @classmethod
    def _read_bands(cls, value: object) -> object:
        return [part.strip().removeprefix("b") for part in value.split(",")] if isinstance(value, str) else value

    @field_validator("bands")
    @classmethod
    def _check_bands(cls, value: tuple[int, ...]) -> tuple[int, ...]:
        if len(value) not in (0, 1, 3):
            raise ValueError("give one band or three")
        return value

    @field_validator("range", mode="before")
    @classmethod
    def _read_range(cls, value: object) -> object:
        return [pair.split(",") for pair in value.split(";") if pair] if isinstance(value, str) else value

    @field_validator("range")
    @classmethod
    def _check_range(cls, value: tuple[tuple[float, float], ...]) -> tuple[tuple[float, float], ...]:
        if len(value) not in (0, 1, 3):
            raise ValueError("give one pair dark,bright or three of them, separated by ;")
        if any(dark == bright for dark, bright in value):
            raise ValueError("dark and bright must differ")
        return value

    @field_validator("percentiles", mode="before")
    @classmethod
    def _read_percentiles(cls, value: object) -> object:
        return value.split(",") if isinstance(value, str) else value

    @field_validator("percentiles")
    @classmethod
    def _check_percentiles(cls, value: tuple[float, float]) -> tuple[float, float]:
        if not 0 <= value[0] < value[1] <= 100:
            raise ValueError("give low,high between 0 and 100")
        return value

    @field_validator("classes", mode="before")
    @classmethod
    def _read_classes(cls, value: object) -> object:
        if not isinstance(value, str):
            return value
        pairs = [pair.partition(":") for pair in value.split(",") if pair]
        return [(number, _color(color, with_alpha=True)) for number, _, color in pairs]

    @field_validator("background", mode="before")
    @classmethod
    def _read_background(cls, value: object) -> object:
        return _color(value, with_alpha=False) if isinstance(value, str) else value

    @classmethod
    def from_query(cls, query: str) -> Style:
        """Read a style from the query of a URL.

        Raises:
            OptionError: A parameter is unknown or has a value that does not fit; the message says which.

        >>> Style.from_query("bands=4,3,2&range=0,3000").bands
        (4, 3, 2)
        """
        return _from_query(query)

    @cached_property
    def query(self) -> str:
        """The shortest query that gives this style; equal styles have equal queries."""
        parts: list[str] = []
        for name, field in type(self).model_fields.items():
            value = getattr(self, name)
            if value != field.get_default():
                parts.append(f"{name}={quote(_spelled(name, value), safe=',:;()*/.')}")
        return "&".join(parts)

    @cached_property
    def digest(self) -> str:
        """Sixteen hex digits that change with anything that changes the pixels."""
        return hashlib.blake2b(f"{_RENDERING_VERSION}&{self.query}".encode(), digest_size=8).hexdigest()


@lru_cache(maxsize=1024)
def _from_query(query: str) -> Style:
    fields: dict[str, str] = {}
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name not in Style.model_fields:
            known = ", ".join(Style.model_fields)
            raise OptionError(f"no style parameter is called {name!r}; there are: {known}", parameter=name)
        if value != "":
            fields[name] = f"{fields[name]};{value}" if name == "range" and name in fields else value
    try:
        return Style.model_validate(fields)
    except ValidationError as error:
        first = error.errors()[0]
        name = str(first["loc"][0]) if first["loc"] else "style"
        raise OptionError(f"{name}: {first['msg']} (given: {fields.get(name, '')!r})", parameter=name) from None


def _color(text: str, *, with_alpha: bool) -> tuple[int, ...]:
    match = _COLOR.fullmatch(text.strip())
    if match is None:
        raise ValueError(f"{text!r} is no colour; write rrggbb or rrggbbaa in hexadecimal")
    rgb = tuple(bytes.fromhex(match[1]))
    return (*rgb, int(match[2] or "ff", 16)) if with_alpha else rgb


def _spelled(name: str, value: object) -> str:
    """Return a field's value as it stands in a query."""
    match value:
        case bool():
            return "true" if value else "false"
        case tuple() if name == "range":
            return ";".join(f"{low!r},{high!r}" for low, high in value)
        case tuple() if name == "classes":
            return ",".join(f"{number}:{bytes(color).hex()}" for number, color in value)
        case tuple() if name == "background":
            return bytes(value).hex()
        case tuple():
            return ",".join(repr(item) for item in value)
        case _:
            return str(value)
