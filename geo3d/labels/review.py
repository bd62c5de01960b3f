"""The review workflow of one annotation, and the state of one sample."""

from __future__ import annotations

from typing import Literal

from geo3d.errors import ReviewRefused

ReviewState = Literal["draft", "submitted", "accepted", "rejected"]
SampleStatus = Literal["untouched", "started", "complete"]

TRANSITIONS: frozenset[tuple[ReviewState, ReviewState]] = frozenset(
    {
        ("draft", "submitted"),
        ("submitted", "draft"),
        ("submitted", "accepted"),
        ("submitted", "rejected"),
        ("draft", "accepted"),
        ("draft", "rejected"),
        ("accepted", "rejected"),
        ("rejected", "accepted"),
        ("rejected", "draft"),
        ("rejected", "submitted"),
        ("accepted", "draft"),
    }
)
"""Which state may follow which. Editing an accepted annotation makes it a draft again.

A reviewer may judge a draft that nobody has submitted (predictions, imports), and may change the verdict.
"""

_VERDICTS = ("accepted", "rejected")


def check_transition(before: ReviewState | None, after: ReviewState, author: str, actor: str, n_members: int) -> None:
    """Refuse a forbidden transition.

    Args:
        before: The state now; None = it is new, and nobody can have looked at it yet.
        after: The wanted state.
        author: Actor who made the annotation.
        actor: Actor who wants the transition.
        n_members: Members of the project; a lone person may review own work.

    Raises:
        ReviewRefused: The table forbids it, or the reviewer is the author although there are others.
    """
    if before is None and after in _VERDICTS:
        raise ReviewRefused(f"a new annotation cannot be {after}: store it, then review it", before=before, after=after)
    before = before or "draft"
    if before == after:
        return
    if (before, after) not in TRANSITIONS:
        raise ReviewRefused(f"an annotation that is {before} cannot become {after}", before=before, after=after)
    if after in _VERDICTS and n_members > 1 and author == actor:
        raise ReviewRefused("somebody else has to review your own annotation", before=before, after=after)
