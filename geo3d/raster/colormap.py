"""Colour ramps: 256 colours by name.

The perceptual ramps (viridis and its family) come from OpenCV's tables; the others are drawn through a few anchors,
which is how they were defined.

Source: ColorBrewer 2.0 (C. Brewer, M. Harrower; Apache 2.0) for the diverging and sequential anchors.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Final

import cv2
import numpy as np
import numpy.typing as npt

from geo3d.errors import OptionError

Colors = npt.NDArray[np.uint8]

_OPENCV: Final = {
    "viridis": cv2.COLORMAP_VIRIDIS,
    "magma": cv2.COLORMAP_MAGMA,
    "plasma": cv2.COLORMAP_PLASMA,
    "inferno": cv2.COLORMAP_INFERNO,
    "cividis": cv2.COLORMAP_CIVIDIS,
    "turbo": cv2.COLORMAP_TURBO,
    "twilight": cv2.COLORMAP_TWILIGHT,
}

_ANCHORS: Final = {
    "gray": "000000 ffffff",
    "rdylgn": "a50026 d73027 f46d43 fdae61 fee08b ffffbf d9ef8b a6d96a 66bd63 1a9850 006837",
    "spectral": "9e0142 d53e4f f46d43 fdae61 fee08b ffffbf e6f598 abdda4 66c2a5 3288bd 5e4fa2",
    "rdbu": "67001f b2182b d6604d f4a582 fddbc7 f7f7f7 d1e5f0 92c5de 4393c3 2166ac 053061",
    "brbg": "543005 8c510a bf812d dfc27d f6e8c3 f5f5f5 c7eae5 80cdc1 35978f 01665e 003c30",
    "piyg": "8e0152 c51b7d de77ae f1b6da fde0ef f7f7f7 e6f5d0 b8e186 7fbc41 4d9221 276419",
    "ylgnbu": "ffffd9 edf8b1 c7e9b4 7fcdbb 41b6c4 1d91c0 225ea8 253494 081d58",
    "ylorrd": "ffffcc ffeda0 fed976 feb24c fd8d3c fc4e2a e31a1c bd0026 800026",
    "blues": "f7fbff deebf7 c6dbef 9ecae1 6baed6 4292c6 2171b5 08519c 08306b",
    "greens": "f7fcf5 e5f5e0 c7e9c0 a1d99b 74c476 41ab5d 238b45 006d2c 00441b",
    "terrain": "333399 0f7ad5 00b3b3 33cc66 85db70 d6eb85 ebd696 b89c75 8a6d5c a39187 d1c8c3 ffffff",
    "ndvi": "8b6b4a b59b6d dcd2a0 f2efc2 c8dd8a 8fc25a 55a03a 2a7d25 0d5a18 053d10",
}


def names() -> tuple[str, ...]:
    """Return the names of all ramps, sorted. Each also exists backwards: ``viridis_r``."""
    return tuple(sorted((*_OPENCV, *_ANCHORS)))


@lru_cache(maxsize=64)
def colors(name: str) -> Colors:
    """Return the colours of a ramp.

    Args:
        name: One of `names`, with ``_r`` for the same backwards.

    Returns:
        Red, green, blue; shape (256, 3), read-only.

    Raises:
        OptionError: No ramp has this name; the message lists all.

    >>> colors("gray")[128].tolist()
    [128, 128, 128]
    """
    plain = name.removesuffix("_r")
    if plain in _OPENCV:
        ramp = cv2.applyColorMap(np.arange(256, dtype=np.uint8).reshape(1, 256), _OPENCV[plain])[0, :, ::-1]
    elif plain in _ANCHORS:
        anchors = np.array([list(bytes.fromhex(color)) for color in _ANCHORS[plain].split()], dtype=np.float64)
        at = np.linspace(0, len(anchors) - 1, 256)
        channels = [np.interp(at, np.arange(len(anchors)), channel) for channel in anchors.T]
        ramp = np.rint(np.stack(channels, axis=1))
    else:
        raise OptionError(f"no colormap is called {name!r}; there are: {', '.join(names())} (each also with _r)")
    found = np.ascontiguousarray(ramp[::-1] if name.endswith("_r") else ramp, dtype=np.uint8)
    found.flags.writeable = False
    return found
