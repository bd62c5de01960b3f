"""What is odd about a raster, said so that a person can act on it."""

from __future__ import annotations

from typing import Literal

from geo3d.geometry.value import Value

Severity = Literal["note", "warning", "error"]
"""note = worth knowing; warning = something is guessed or slow; error = part of the raster cannot be used."""


class RasterProblem(Value):
    """One finding about a raster. Nothing is repaired in silence: what was assumed stands here."""

    reason: str
    """Short stable slug a program can test: ``crs-broken``, ``colour-unknown``."""
    message: str
    """What was found, what is assumed instead, and what mends it."""
    severity: Severity = "warning"
