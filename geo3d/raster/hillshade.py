"""Light and shade of a terrain."""

from __future__ import annotations

import math
from typing import Any

import cv2
import numpy as np
import numpy.typing as npt


def hillshade(
    heights: npt.NDArray[np.floating[Any]],
    pixel: tuple[float, float],
    *,
    azimuth: float = 315.0,
    altitude: float = 45.0,
    z_factor: float = 1.0,
) -> npt.NDArray[np.float32]:
    """Compute how much light the ground reflects.

    Args:
        heights: Shape (height + 2, width + 2): the tile and one pixel on every side; times `z_factor` they are metres.
        pixel: Ground size of a pixel (to the right, downwards) in metres.
        azimuth: Where the light comes from, degrees clockwise from the top of the picture.
        altitude: Height of the light above the horizon, degrees.
        z_factor: Exaggeration, or metres per unit of `heights`.

    Returns:
        0 (dark) to 1 (facing the light), shape (height, width); NaN where a neighbour has no height.

    Source: Horn, Hill shading and the reflectance map, Proc. IEEE 69 (1981), the formula of gdaldem.
    """
    z = np.asarray(heights, dtype=np.float32)
    across = cv2.Sobel(z, cv2.CV_32F, 1, 0, ksize=3)[1:-1, 1:-1] * np.float32(z_factor / (8.0 * pixel[0]))
    down = cv2.Sobel(z, cv2.CV_32F, 0, 1, ksize=3)[1:-1, 1:-1] * np.float32(z_factor / (8.0 * pixel[1]))
    towards, up = math.radians(azimuth), math.radians(altitude)
    # the ground's normal is (-across, -down, 1); the light comes from (sin, -cos) in a picture whose y points down
    facing = -across * np.float32(math.sin(towards)) + down * np.float32(math.cos(towards))
    light = (math.sin(up) + math.cos(up) * facing) / np.sqrt(1.0 + across * across + down * down)
    return np.asarray(np.clip(light, 0.0, 1.0), dtype=np.float32)
