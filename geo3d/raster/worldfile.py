"""World files: six lines of text beside a picture that say where it lies."""

from __future__ import annotations

import math
from pathlib import Path

from geo3d.geometry.frame import Affine


def read_world_file(picture: Path) -> Affine | None:
    """Return the affine of the world file beside a picture, or None when there is none that can be read.

    Looked for as ``name.pgw`` (first and last letter of the ending plus w), ``name.pngw`` and ``name.wld``, in
    lower and upper case. A world file speaks of the CENTRE of the first pixel; the affine is corner convention.

    Source: https://en.wikipedia.org/wiki/World_file
    """
    ending = picture.suffix.lstrip(".").lower()
    short = f"{ending[0]}{ending[-1]}w" if ending else "w"
    for suffix in dict.fromkeys((short, f"{ending}w", "wld", short.upper(), f"{ending}w".upper(), "WLD")):
        beside = picture.with_suffix(f".{suffix}")
        if beside.is_file():
            return _parsed(beside)
    return None


def _parsed(path: Path) -> Affine | None:
    with path.open("rb") as file:
        lines = file.read(4096).decode("ascii", errors="replace").split()
    try:
        a, d, b, e, x, y = (float(line.replace(",", ".")) for line in lines[:6])
    except ValueError:
        return None
    if not all(map(math.isfinite, (a, d, b, e, x, y))) or a * e - b * d == 0.0:
        return None
    return Affine(a=a, b=b, c=x - 0.5 * a - 0.5 * b, d=d, e=e, f=y - 0.5 * d - 0.5 * e)
