"""Where frames lead: the coordinate system in which a frame's labels are written, and the way there."""

from __future__ import annotations

from geo3d.geometry import MapFrame
from geo3d.geometry.array import Array
from geo3d.geometry.frame import Frame
from geo3d.geometry.shape import Mapping
from geo3d.geometry.tree import FrameTree
from geo3d.labels import Scene

_TARGET = "export target"


class Places:
    """The frames of one scene, asked where they lie."""

    def __init__(self, scene: Scene) -> None:
        """Hold the scene's frames.

        Raises:
            FrameError: They do not hang together.
        """
        self._frames = scene.frames
        self._tree = FrameTree(scene.frames)
        self._towards: dict[str, FrameTree] = {}

    def frame(self, frame: str) -> Frame:
        """Return a frame. Raises FrameError where it is unknown."""
        return self._tree[frame]

    def home(self, frame: str) -> str | None:
        """Return the CRS (as text) of the map that a frame hangs on; None = it hangs on none.

        Raises:
            FrameError: The frame is unknown.
        """
        root = self._tree.root(frame)
        return root.crs if isinstance(root, MapFrame) else None

    def mapping(self, frame: str, crs: str | None) -> Mapping | None:
        """Return crs_from_frame; positions without an answer become NaN. None = nothing to do.

        Args:
            frame: Id of the source frame.
            crs: CRS to go to; None = stay in the frame.

        Raises:
            FrameError: The frame is unknown, hangs on no map, or moves.
        """
        source = self._tree[frame]
        if crs is None or (isinstance(source, MapFrame) and source.crs == crs):
            return None
        tree = self._towards.get(crs)
        if tree is None:
            tree = self._towards[crs] = FrameTree((*self._frames, MapFrame(id=_TARGET, crs=crs)))
        way = tree.transform(_TARGET, frame)

        def crs_from_frame(positions: Array) -> Array:
            return way(positions, strict=False)

        return crs_from_frame

    def between(self, dst: str, src: str) -> Mapping | None:
        """Return dst_from_src for two frames of the scene; positions without an answer become NaN. None = same frame.

        Raises:
            FrameError: No way leads there.
        """
        if dst == src:
            return None
        way = self._tree.transform(dst, src)

        def dst_from_src(positions: Array) -> Array:
            return way(positions, strict=False)

        return dst_from_src
