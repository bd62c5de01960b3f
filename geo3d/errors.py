"""Every deliberate error of geo3d, one root.

An error says what is wrong and what to do about it. The application maps each class to an HTTP status in
``geo3d_server/errors.py``; a test holds that table complete.
"""

from __future__ import annotations

from typing import Any


class Geo3dError(Exception):
    """Root of every error that geo3d raises on purpose."""

    def __init__(self, message: str, **details: Any) -> None:
        """Keep the sentence for people and the facts for programs.

        Args:
            message: What is wrong and what to do, one or two sentences.
            details: Facts a program can act on; JSON-serialisable.
        """
        super().__init__(message)
        self.message = message
        self.details = details


class GeometryError(Geo3dError):
    """A geometry that cannot be what it claims: a NaN, a ring of two points, a negative size."""


class FrameError(Geo3dError):
    """A frame that is missing, unknown, cyclic or has no way to another frame."""


class CrsError(FrameError):
    """A coordinate reference system that PROJ cannot understand or cannot transform to."""


class OutsideDomain(FrameError):
    """A position where a transform has no answer: outside a projection's area, or behind a camera."""


class ValidationFailed(Geo3dError):
    """Documents that contradict the ontology or the model; ``details["problems"]`` lists each."""


class NotFound(Geo3dError):
    """Nothing has this id."""


class Conflict(Geo3dError):
    """The document changed since the given base; ``details["current"]`` holds the newer versions."""


class ReviewRefused(Geo3dError):
    """The review workflow does not allow this transition, or not by this person."""


class NotPermitted(Geo3dError):
    """This actor may not do this."""


class SignInRequired(Geo3dError):
    """The server does not know who asks: open the address it printed, sign in, or send a bearer token."""


class TooManyAttempts(Geo3dError):
    """Too many wrong passwords in a short time; ``details["retry_after_s"]`` says how long to wait."""


class NothingToUndo(Geo3dError):
    """The actor has no change set left to undo or redo in this scene."""


class StoreError(Geo3dError):
    """The workspace cannot be read or written: locked, damaged, made by a newer geo3d."""


class RasterError(Geo3dError):
    """A raster that cannot be opened, decoded or rendered."""


class RasterRefused(RasterError):
    """A raster geo3d declines to read, with the reason and the command that mends the file."""


class AssetMissing(RasterError):
    """The file behind an asset is gone or is another file now; relink it."""


class ExpressionError(RasterError):
    """A band expression that does not parse or names a band that is not there."""


class FormatError(Geo3dError):
    """A file that is not what its format demands, or options that do not fit the format."""


class OptionError(Geo3dError):
    """An option of a plug-in that is unknown or has a wrong value."""


class JobCancelled(Geo3dError):
    """Work that was stopped because somebody asked for it."""


class LimitExceeded(Geo3dError):
    """An input or answer larger than what this program accepts; says which limit and how to go on."""
