"""Make a style ready for one raster: which painter, which bands, which stretch."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace

import numpy as np

from geo3d.errors import OptionError
from geo3d.raster import colormap
from geo3d.raster.expression import parse
from geo3d.raster.info import RasterInfo
from geo3d.raster.paint import (
    Channel,
    ClassPainter,
    ColorPainter,
    Painter,
    PalettePainter,
    RampPainter,
    ShadePainter,
)
from geo3d.raster.patch import Patch
from geo3d.raster.stretch import Stretch, full_range, range_of
from geo3d.raster.style import Rgba, Style

Sampled = Callable[[tuple[int, ...]], Patch]
"""Gives a few hundred thousand pixels of some bands, spread over the raster."""


def make_painter(style: Style, info: RasterInfo, sampled: Sampled) -> Painter:
    """Return what draws a raster in a style.

    Args:
        style: How to draw.
        info: What the raster is.
        sampled: Gives values for stretches that depend on them.

    Raises:
        OptionError: The style does not fit the raster.
        ExpressionError: The expression does not parse, or names a band that is not there.
    """
    bands = _bands(style, info)
    nearest = style.resampling == "nearest" or (style.resampling == "auto" and info.is_categorical)
    if style.classes:
        return _class_painter(bands[0], dict(style.classes), nearest=style.resampling != "bilinear")
    if _is_palette(style, info, bands):
        return PalettePainter(bands, np.array(info.palette, np.uint8), nearest=style.resampling != "bilinear")
    channels = _channels(style, bands, info)
    needed = tuple(dict.fromkeys(band for channel in channels for band in channel.bands)) or (1,)
    stretches = [_stretch(channel, i, len(channels), style, info, sampled) for i, channel in enumerate(channels)]
    if len(channels) == 3:
        if style.colormap or style.hillshade:
            raise OptionError("a colormap or hillshade needs one value per pixel; choose one band or one expression")
        (red, green, blue), (first, second, third) = channels, stretches
        return ColorPainter((red, green, blue), (first, second, third), needed, nearest)
    colors = None if style.colormap is None else colormap.colors(style.colormap)
    channel, stretch = channels[0], stretches[0]
    if style.hillshade:
        return ShadePainter(
            channel, needed, style.azimuth, style.altitude, style.z_factor, stretch, colors, nearest=nearest
        )
    if colors is not None:
        stretch = replace(stretch, first=1)
    return RampPainter(channel, stretch, colors, needed, nearest)


def _bands(style: Style, info: RasterInfo) -> tuple[int, ...]:
    """Return the bands to draw when there is no expression."""
    missing = [band for band in style.bands if band > len(info.bands)]
    if missing:
        raise OptionError(f"bands: there is no band {missing[0]}; this raster has {len(info.bands)}", parameter="bands")
    if style.bands:
        return style.bands
    is_single = style.colormap is not None or style.hillshade or bool(style.classes)
    return info.rgb[:1] if is_single else info.rgb


def _is_palette(style: Style, info: RasterInfo, bands: tuple[int, ...]) -> bool:
    """Return whether the file's own colours are what is asked for."""
    other = style.expression or style.colormap or style.range or style.hillshade or style.stretch != "auto"
    return info.palette is not None and len(bands) == 1 and not other


def _channels(style: Style, bands: tuple[int, ...], info: RasterInfo) -> Sequence[Channel]:
    """Return one or three sources of values."""
    physical = tuple((b.index, b.scale, b.offset) for b in info.bands) if style.physical else ()
    if style.expression is None:
        return [Channel(band, None, physical) for band in bands]
    texts = [text for text in style.expression.split(";") if text.strip()]
    if len(texts) not in (1, 3):
        raise OptionError(f"expression: give one or three, separated by ';', not {len(texts)}", parameter="expression")
    names = {band.name: band.index for band in info.bands}
    parsed = [parse(text, len(info.bands), names) for text in texts]
    return [Channel(0, expression, physical) for expression in parsed]


def _is_photo(info: RasterInfo) -> bool:
    """Return whether bytes are likely brightness: not in a stack of many bands that nobody called colours."""
    return len(info.bands) <= 4 or {"red", "green", "blue"} <= {band.color for band in info.bands}


def _stretch(channel: Channel, i: int, n: int, style: Style, info: RasterInfo, sampled: Sampled) -> Stretch:
    """Return the stretch of one channel."""
    is_band = channel.expression is None
    dtype = np.dtype(info.bands[channel.band - 1].dtype if is_band else np.float32)
    if style.range:
        low, high = style.range[i] if len(style.range) == n else style.range[0]
    elif style.stretch == "none" or (style.stretch == "auto" and n == 3 and dtype == np.uint8 and _is_photo(info)):
        low, high = full_range(dtype)
    else:
        order = channel.bands or (1,)
        patch = sampled(order)
        values = channel.values(patch, order).astype(np.float64)
        known = np.isfinite(values) if patch.valid is None else np.isfinite(values) & patch.valid
        low, high = range_of(values[known], style)
    return Stretch(float(low), float(high), style.gamma, contrast=style.contrast, brightness=style.brightness)


def _class_painter(band: int, colors: dict[int, Rgba], *, nearest: bool) -> ClassPainter:
    """Return what draws single values."""
    if len(colors) > 255:
        raise OptionError(
            f"classes: at most 255 values can have a colour, {len(colors)} are given", parameter="classes"
        )
    ordered = sorted(colors.items())
    palette = np.array([(0, 0, 0, 0), *(color for _, color in ordered)], np.uint8)
    return ClassPainter(band, np.array([value for value, _ in ordered]), palette, (band,), nearest)
