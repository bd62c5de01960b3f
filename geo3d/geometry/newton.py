"""Newton's method on many points at once: the inverse of every pixel link is the inverse of OUR forward."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import numpy.typing as npt

from geo3d.geometry.array import Array

Rows = npt.NDArray[np.intp]
"""Which of the points asked for are still moving."""

Forward = Callable[[Array, Rows], tuple[Array, Array]]
"""Positions (n, 2), their row numbers -> values (n, 2), Jacobians (n, 2, 2) with ``[:, i, j] = d value_i / d p_j``."""

TOLERANCE = 1e-13
"""Step at which a point counts as solved; callers normalise their unknowns to about [-1, 1]."""


def solve(forward: Forward, target: Array, start: Array, max_iterations: int = 60) -> Array:
    """Return the positions whose forward values are the targets.

    Damped: a step that makes a point worse is taken again at a quarter of its length, so a poor start still arrives.

    Args:
        forward: The function to invert and its derivative; called with the points that are still moving.
        target: Values wanted, shape (n, 2), normalised to about [-1, 1].
        start: First guess, shape (n, 2), normalised.
        max_iterations: Evaluations of `forward` per point at most.

    Returns:
        Shape (n, 2); a row of NaN where no solution was found.
    """
    found = np.full(target.shape, np.nan)
    rows = np.flatnonzero(np.isfinite(target).all(axis=1) & np.isfinite(start).all(axis=1))
    here, wanted = start[rows], target[rows]
    value, jacobian = forward(here, rows)
    step = _newton_step(jacobian, wanted - value)
    miss = np.linalg.norm(wanted - value, axis=1)
    damping = np.ones(len(rows))
    for _ in range(max_iterations):
        length = np.linalg.norm(step, axis=1)
        done = length <= TOLERANCE * np.maximum(1.0, np.linalg.norm(here, axis=1))
        found[rows[done]] = here[done] + step[done]
        # A point whose damped step no longer moves it has hit the rounding floor (solved) or a wall (given up).
        moving = ~done & np.isfinite(length) & (damping > 1e-12)
        floor = ~done & ~moving & (miss <= 1e-12 * np.maximum(1.0, np.linalg.norm(wanted, axis=1)))
        found[rows[floor]] = here[floor]
        if not moving.any():
            break
        rows, here, wanted = rows[moving], here[moving], wanted[moving]
        step, miss, damping = step[moving], miss[moving], damping[moving]
        trial = here + step * damping[:, None]
        with np.errstate(all="ignore"):  # a wild step may leave the domain; it is taken back below
            value, jacobian = forward(trial, rows)
        trial_miss = np.linalg.norm(wanted - value, axis=1)
        better = trial_miss < miss
        here = np.where(better[:, None], trial, here)
        miss = np.where(better, trial_miss, miss)
        step = np.where(better[:, None], _newton_step(jacobian, wanted - value), step)
        damping = np.where(better, 1.0, damping / 4)
    return found


def _newton_step(jacobian: Array, residual: Array) -> Array:
    """Return ``inverse(jacobian) @ residual`` per row; NaN where the Jacobian is singular."""
    a, b, c, d = jacobian[:, 0, 0], jacobian[:, 0, 1], jacobian[:, 1, 0], jacobian[:, 1, 1]
    determinant = a * d - b * c
    with np.errstate(divide="ignore", invalid="ignore"):
        x = (d * residual[:, 0] - b * residual[:, 1]) / determinant
        y = (a * residual[:, 1] - c * residual[:, 0]) / determinant
    step = np.stack([x, y], axis=1)
    step[~np.isfinite(step).all(axis=1)] = np.nan
    return step
