"""Pixels of one object, run-length coded."""

from __future__ import annotations

from typing import Literal, Self

import numpy as np
import numpy.typing as npt
from pydantic import NonNegativeInt, PositiveInt, model_validator

from geo3d.errors import GeometryError
from geo3d.geometry.array import Array
from geo3d.geometry.shape import Mapping, Problem, Shape


class Mask(Shape):
    """Pixels of a pixel frame: a crop at an offset, run lengths in row-major order that start with the zeros.

    (COCO's runs are column-major over the whole image: a conversion of the COCO format, not the model's business.)
    """

    kind: Literal["mask"] = "mask"
    offset: tuple[int, int]
    """(column, row) of the crop's first pixel."""
    size: tuple[PositiveInt, PositiveInt]
    """(width, height) of the crop."""
    counts: tuple[NonNegativeInt, ...]
    """Run lengths, row-major, zeros first; they sum to width * height."""

    @model_validator(mode="after")
    def _is_full(self) -> Self:
        if sum(self.counts) != self.size[0] * self.size[1]:
            n_pixels = self.size[0] * self.size[1]
            raise ValueError(f"run lengths sum to {sum(self.counts)}, the crop has {n_pixels} pixels")
        return self

    @classmethod
    def encode(cls, frame: str, array: npt.NDArray[np.bool_], offset: tuple[int, int] = (0, 0)) -> Mask:
        """Return the mask of a boolean array (height, width) whose first pixel lies at `offset` (column, row)."""
        flat = np.asarray(array, dtype=bool).ravel()
        if not flat.size:
            raise GeometryError("a mask needs at least one pixel")
        edges = np.flatnonzero(flat[1:] != flat[:-1]) + 1
        runs = np.diff(np.concatenate(([0], edges, [flat.size])))
        counts = ([0] if flat[0] else []) + runs.tolist()
        return cls(frame=frame, offset=offset, size=(array.shape[1], array.shape[0]), counts=tuple(counts))

    def decode(self) -> npt.NDArray[np.bool_]:
        """Return the crop as a boolean array (height, width)."""
        values = np.arange(len(self.counts)) % 2 == 1
        return np.repeat(values, self.counts).reshape(self.size[1], self.size[0])

    def vertices(self) -> Array:
        """Return the corners of the set pixels' bounding rectangle, shape (4, 2); (0, 2) where no pixel is set."""
        set_pixels = self.decode()
        rows, cols = np.flatnonzero(set_pixels.any(axis=1)), np.flatnonzero(set_pixels.any(axis=0))
        if not len(rows):
            return np.empty((0, 2))
        x0, x1 = self.offset[0] + cols[0], self.offset[0] + cols[-1] + 1
        y0, y1 = self.offset[1] + rows[0], self.offset[1] + rows[-1] + 1
        return np.array([(x0, y0), (x1, y0), (x1, y1), (x0, y1)], dtype=np.float64)

    def problems(self) -> tuple[Problem, ...]:
        """Return ``zero-area`` where no pixel is set."""
        return () if sum(self.counts[1::2]) else (Problem("zero-area", "the mask has no pixel"),)

    def moved(self, dst_from_src: Mapping, frame: str) -> tuple[Self, float]:
        """Refuse: pixels belong to their grid. Turn the mask into polygons first.

        Raises:
            GeometryError: Always, unless the frame is the mask's own.
        """
        if frame == self.frame:
            return self, 0.0
        raise GeometryError("a mask is tied to its pixel grid; convert it to polygons before moving it")
