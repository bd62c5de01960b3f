"""How the frames of a scene hang together, and the way from any one to any other."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence

import numpy as np

from geo3d.errors import FrameError
from geo3d.geometry import crs
from geo3d.geometry.array import Array
from geo3d.geometry.camera import Camera
from geo3d.geometry.frame import Frame, LocalFrame, MapFrame, PixelFrame, Rpc
from geo3d.geometry.pose import PosePath, at
from geo3d.geometry.rational import Height
from geo3d.geometry.step import LinkStep, MapStep, PoseStep, Step
from geo3d.geometry.transform import ray, solved


class Transform:
    """dst_from_src: a way between two frames, callable on positions (n, 2) or (n, 3) of the source frame."""

    def __init__(self, dst: str, src: str, steps: Sequence[Step]) -> None:
        """Hold the steps, first to be taken first; `FrameTree.transform` finds them."""
        self.dst = dst
        self.src = src
        self.steps = tuple(steps)

    def __call__(self, positions: Array, *, strict: bool = True) -> Array:
        """Return the positions in the destination frame.

        Args:
            positions: Shape (n, 2) or (n, 3), in the source frame.
            strict: Raise where there is no answer; False gives NaN rows instead.

        Returns:
            As many numbers as came in. The third number of a pixel is the height, or in a camera the depth.

        Raises:
            OutsideDomain: Some position has no answer (strict only).
            FrameError: The way needs a third number that the positions do not have.
        """
        found = np.asarray(positions, dtype=np.float64)
        for step in self.steps:
            found = step.run(found, strict)
        return found

    @property
    def inverse(self) -> Transform:
        """The way back."""
        return Transform(self.src, self.dst, [step.reversed() for step in reversed(self.steps)])

    def __repr__(self) -> str:
        return f"Transform({self.dst!r} from {self.src!r})"


class FrameTree:
    """The frames of one scene: unique ids, known parents, no cycles."""

    def __init__(self, frames: Sequence[Frame], heights: Mapping[str, Height] | None = None) -> None:
        """Check how the frames hang together.

        Args:
            frames: All frames of a scene, in any order.
            heights: Where the ground is for pixel frames with an RPC: a height or a terrain by frame id.

        Raises:
            FrameError: An id comes twice, a parent is missing or of the wrong kind, or parents run in a circle.
        """
        self._frames: dict[str, Frame] = {}
        for frame in frames:
            if frame.id in self._frames:
                raise FrameError(f"two frames have the id {frame.id!r}; give each its own")
            self._frames[frame.id] = frame
        self._heights = dict(heights or {})
        for frame in frames:
            self._check(frame)

    def __getitem__(self, frame: str) -> Frame:
        """Return a frame by its id.

        Raises:
            FrameError: There is none.
        """
        try:
            return self._frames[frame]
        except KeyError:
            known = ", ".join(sorted(self._frames)) or "none"
            raise FrameError(f"no frame has the id {frame!r}; there are: {known}") from None

    def __iter__(self) -> Iterator[Frame]:
        return iter(self._frames.values())

    def __contains__(self, frame: str) -> bool:
        return frame in self._frames

    def root(self, frame: str) -> Frame:
        """Return the frame at the end of the parents: a map frame where the scene is georeferenced."""
        return self._chain(frame)[-1]

    def transform(self, dst: str, src: str, timestamp_ns: int | None = None) -> Transform:
        """Return the way from one frame to another.

        Args:
            dst: Id of the frame to go to.
            src: Id of the frame to come from.
            timestamp_ns: The moment, where a frame on the way moves.

        Raises:
            FrameError: No way leads there, or a frame on it moves and no moment is given.
            OutsideDomain: A frame on the way has no pose at that moment.
            CrsError: Two maps have no way between them.
        """
        up, down = self._chain(src), self._chain(dst)
        shared = {frame.id for frame in up} & {frame.id for frame in down}
        if shared:  # meet at the nearest common frame, not in the map: two sensors of one car stay millimetres apart
            climb = [f for f in up if f.id not in shared]
            descend = [f for f in down if f.id not in shared]
            bridge: list[Step] = []
        else:
            climb, descend = up[:-1], down[:-1]
            bridge = [self._bridge(down[-1], up[-1])]
        rise = [self._step(frame, timestamp_ns) for frame in climb]
        fall = [self._step(frame, timestamp_ns).reversed() for frame in reversed(descend)]
        return Transform(dst, src, [*rise, *bridge, *fall])

    def ray(self, dst: str, src: str, pixels: Array, timestamp_ns: int | None = None) -> tuple[Array, Array]:
        """Return where the pixels of a camera look: a common origin (3,) and unit directions (n, 3).

        Args:
            dst: A frame reached from the camera by poses alone (rays are straight there): a local or metric map frame.
            src: Id of the camera's pixel frame.
            pixels: Shape (n, 2).
            timestamp_ns: The moment, where a frame on the way moves.

        Raises:
            FrameError: `src` is no camera, or the way to `dst` is more than poses.
            OutsideDomain: The lens brings no light to some pixel.
        """
        camera = self[src]
        if not isinstance(camera, PixelFrame) or not isinstance(camera.link, Camera) or camera.parent is None:
            raise FrameError(f"frame {src!r} is not a camera; only the pixels of a camera look along rays")
        way = self.transform(dst, camera.parent, timestamp_ns)
        if not all(isinstance(step, PoseStep) for step in way.steps):
            raise FrameError(f"rays of {src!r} are not straight in {dst!r}; ask for them in {self.root(src).id!r}")
        origin = np.zeros((1, 3))
        directions = ray(camera.link, pixels)
        for step in way.steps:
            if isinstance(step, PoseStep):
                origin, directions = step.run(origin, True), step.turned(directions)
        return origin[0], directions

    def _chain(self, frame: str) -> list[Frame]:
        """Return a frame and its parents, the root last."""
        chain = [self[frame]]
        while (parent := _parent(chain[-1])) is not None:
            chain.append(self[parent])
        return chain

    def _check(self, frame: Frame) -> None:
        seen = [frame.id]
        here: Frame = frame
        while (parent := _parent(here)) is not None:
            if parent not in self._frames:
                raise FrameError(f"the parent {parent!r} of frame {here.id!r} is not among the frames; add it")
            if parent in seen:
                raise FrameError(f"the parents of frame {frame.id!r} run in a circle: {' > '.join([*seen, parent])}")
            seen.append(parent)
            here = self._frames[parent]
        if not isinstance(frame, PixelFrame) or frame.parent is None:
            return
        over = self._frames[frame.parent]
        if isinstance(frame.link, Camera) and not isinstance(over, LocalFrame):
            raise FrameError(f"the camera {frame.id!r} must hang on a local frame, {over.id!r} is a {over.kind} frame")
        if isinstance(frame.link, Rpc) and not (isinstance(over, MapFrame) and crs.is_geographic(crs.crs_of(over.crs))):
            raise FrameError(
                f"the RPC of {frame.id!r} gives longitudes; its parent must be a map frame such as EPSG:4326"
            )

    def _step(self, frame: Frame, timestamp_ns: int | None) -> Step:
        """Return the step from a frame up to its parent."""
        over = self[str(_parent(frame))]
        if isinstance(frame, PixelFrame):
            if frame.link is None:
                raise FrameError(
                    f"nothing says how the pixels of {frame.id!r} lie in {over.id!r}; georeference it first"
                )
            turn = crs.turn_of(over.crs) if isinstance(over, MapFrame) and not isinstance(frame.link, Rpc) else None
            return LinkStep.of(solved(frame.link), frame.size, turn, self._heights.get(frame.id))
        if not isinstance(frame, LocalFrame) or frame.pose is None:
            raise FrameError(f"the pose of frame {frame.id!r} in {over.id!r} is unknown; set it first")
        if isinstance(over, MapFrame) and crs.metres_per_unit(crs.crs_of(over.crs)) != 1.0:
            name = crs.crs_of(over.crs).name
            raise FrameError(
                f"frame {frame.id!r} has its pose in {name!r}, which is not in metres; choose a metric system"
            )
        if isinstance(frame.pose, PosePath) and timestamp_ns is None:
            raise FrameError(f"frame {frame.id!r} moves; say for which moment (timestamp_ns)")
        pose = at(frame.pose, timestamp_ns if timestamp_ns is not None else 0)
        return PoseStep.of(pose)

    def _bridge(self, dst: Frame, src: Frame) -> Step:
        if isinstance(dst, MapFrame) and isinstance(src, MapFrame):
            return MapStep(dst.crs, src.crs)
        loose = next(frame for frame in (src, dst) if not isinstance(frame, MapFrame))
        raise FrameError(f"frame {loose.id!r} hangs on no map; there is no way from {src.id!r} to {dst.id!r}")


def _parent(frame: Frame) -> str | None:
    return None if isinstance(frame, MapFrame) else frame.parent
