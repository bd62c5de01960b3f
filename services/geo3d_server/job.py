"""A job: work of seconds or hours, as a value that can be shown, stored and resumed."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any, Final, Literal

from pydantic import AwareDatetime, Field, NonNegativeInt

from geo3d.geometry import Value
from geo3d.labels import Id
from geo3d_server.errors import Problem

JobState = Literal["queued", "running", "done", "failed", "cancelled", "interrupted"]
"""``interrupted``: the server stopped meanwhile and the work must not simply be done again."""

ENDED: frozenset[JobState] = frozenset({"done", "failed", "cancelled", "interrupted"})


PRIVATE: Final[set[str]] = {"arguments"}
"""Fields that stay in the workspace: paths of the server's machine are nobody else's business."""


class Job(Value):
    """One piece of work."""

    id: Id
    kind: str
    """What is done: ``hash``, ``overviews``, ``optimise``, ``export``, ``import``."""
    title: str
    """What people read."""
    scene: Id | None = None
    asset: Id | None = None
    actor: str = ""
    """Who asked for it."""
    state: JobState = "queued"
    progress: float = Field(default=0.0, ge=0.0, le=1.0)
    """Fraction done."""
    message: str = ""
    """What it does right now, or why it ended as it did."""
    arguments: dict[str, Any] = Field(default_factory=dict)
    """What the work needs to know; enough to do it again."""
    result: dict[str, Any] | None = None
    """What it found or made; None until it is done."""
    problem: Problem | None = None
    """Why it failed."""
    attempt: NonNegativeInt = 0
    """How often it was begun; more than once where the server stopped meanwhile."""
    created: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))
    started: AwareDatetime | None = None
    ended: AwareDatetime | None = None

    @property
    def has_ended(self) -> bool:
        """Whether nothing more will happen to it."""
        return self.state in ENDED
