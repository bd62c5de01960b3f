"""The report of a writer or reader: nothing is lost in silence."""

from __future__ import annotations

from collections import Counter
from typing import Self

from pydantic import Field, NonNegativeInt, model_validator

from geo3d.geometry import Value

MOST_NAMED = 1000
"""Losses that a report names one by one; beyond that it counts them by reason."""


class Loss(Value):
    """One thing that a format could not carry, or not whole."""

    id: str
    """Id of the annotation, thing, relation or layer; of an import the place in the file where it has no id."""
    kind: str
    """Geometry kind (``polyline``, ``tag``), or ``thing``, ``relation``, ``layer``, ``status``."""
    reason: str
    """Short stable slug: ``kind-not-carried``, ``outside-image``, ``no-transform``, ``clipped``, ..."""
    message: str
    """A sentence for people."""


class Report(Value):
    """What a writer did. ``written + n_lost == given``, always."""

    format: str
    given: NonNegativeInt
    """Documents handed in: annotations, things, relations, layers and statuses."""
    written: NonNegativeInt
    """Documents that can be read again from the file."""
    lost: tuple[Loss, ...] = ()
    """What is not in the file, at most `MOST_NAMED` of them by name."""
    n_lost: NonNegativeInt = 0
    lost_by_reason: dict[str, NonNegativeInt] = Field(default_factory=dict)
    reduced: tuple[Loss, ...] = ()
    """What is in the file with less than it had: clipped, turned into a polygon; at most `MOST_NAMED` by name."""
    n_reduced: NonNegativeInt = 0
    reduced_by_reason: dict[str, NonNegativeInt] = Field(default_factory=dict)
    warnings: tuple[str, ...] = ()
    """What a person should know: renamed columns, guessed values."""
    files: tuple[str, ...] = ()
    """Names of the files made, relative to the target's folder (or to the target where it is a folder)."""

    @model_validator(mode="after")
    def _adds_up(self) -> Self:
        if self.written + self.n_lost != self.given:
            raise ValueError(
                f"{self.given} given, but {self.written} written and {self.n_lost} lost: a writer forgot some"
            )
        return self

    def text(self) -> str:
        """Return the report as lines for a terminal."""
        lines = [f"{self.format}: {self.written} of {self.given} written"]
        for title, by_reason, named in (
            ("lost", self.lost_by_reason, self.lost),
            ("reduced", self.reduced_by_reason, self.reduced),
        ):
            for reason, n in by_reason.items():
                first = next((loss.message for loss in named if loss.reason == reason), "")
                lines.append(f"  {title}: {n} x {reason}" + (f" ({first})" if first else ""))
        return "\n".join([*lines, *(f"  note: {warning}" for warning in self.warnings)])


class LossLog:
    """Collects losses while a writer or reader works, in bounded memory."""

    def __init__(self) -> None:
        """Start with nothing lost."""
        self._lost: list[Loss] = []
        self._reduced: list[Loss] = []
        self._lost_by: Counter[str] = Counter()
        self._reduced_by: Counter[str] = Counter()
        self._warnings: dict[str, None] = {}

    @property
    def n_lost(self) -> int:
        """Count what was lost."""
        return self._lost_by.total()

    @property
    def lost(self) -> tuple[Loss, ...]:
        """Return the first `MOST_NAMED` losses."""
        return tuple(self._lost)

    @property
    def lost_by_reason(self) -> dict[str, int]:
        """Return how many were lost for each reason."""
        return dict(sorted(self._lost_by.items()))

    @property
    def reduced(self) -> tuple[Loss, ...]:
        """Return the first `MOST_NAMED` reductions."""
        return tuple(self._reduced)

    @property
    def warnings(self) -> tuple[str, ...]:
        """Return the warnings, each once, in order."""
        return tuple(self._warnings)

    def lose(self, id: str, kind: str, reason: str, message: str, n: int = 1) -> None:
        """Note something that is not carried at all (`n` of the same)."""
        self._lost_by[reason] += n
        if len(self._lost) < MOST_NAMED:
            self._lost.append(Loss(id=id, kind=kind, reason=reason, message=message))

    def reduce(self, id: str, kind: str, reason: str, message: str) -> None:
        """Note something that is carried with less than it had."""
        self._reduced_by[reason] += 1
        if len(self._reduced) < MOST_NAMED:
            self._reduced.append(Loss(id=id, kind=kind, reason=reason, message=message))

    def warn(self, message: str) -> None:
        """Note something a person should know; the same message is kept once."""
        if len(self._warnings) < MOST_NAMED:
            self._warnings[message] = None

    def clear(self) -> None:
        """Forget everything: a reader starts its batches anew."""
        self.__init__()  # type: ignore[misc]

    def report(self, format: str, given: int, files: tuple[str, ...] = ()) -> Report:
        """Return the report of `given` documents of which all that were not lost are written."""
        return Report(
            format=format,
            given=given,
            written=given - self.n_lost,
            lost=self.lost,
            n_lost=self.n_lost,
            lost_by_reason=self.lost_by_reason,
            reduced=self.reduced,
            n_reduced=self._reduced_by.total(),
            reduced_by_reason=dict(sorted(self._reduced_by.items())),
            warnings=self.warnings,
            files=files,
        )
