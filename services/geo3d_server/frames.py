"""The frames of a scene, and those that a request names by their CRS."""

from __future__ import annotations

import re

from geo3d.geometry import Frame, MapFrame
from geo3d.geometry.tree import FrameTree

_CODE = re.compile(r"^[A-Za-z][A-Za-z0-9_]*:[A-Za-z0-9.+]{1,30}$")


def tree_of(frames: tuple[Frame, ...], *named: str) -> FrameTree:
    """Return the frames of a scene as a tree, with a map frame for each code that is named instead of a frame."""
    known = {frame.id for frame in frames}
    codes = [MapFrame(id=name, crs=name) for name in dict.fromkeys(named) if name not in known and _CODE.match(name)]
    return FrameTree([*frames, *codes])
