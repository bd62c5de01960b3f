"""Where a label comes from."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Literal

from pydantic import AwareDatetime, Field, NonNegativeInt

from geo3d.geometry import Value

Method = Literal["manual", "assisted", "predicted", "imported", "interpolated"]


class Provenance(Value):
    """Who or what made a label, when and how."""

    method: Method = "manual"
    actor: str = ""
    """Id of the person, or name of the program."""
    at: AwareDatetime = Field(default_factory=lambda: datetime.now(UTC))
    tool: str = ""
    """Tool, assist or format that made it; a Selection's JSON where a lasso or brush did."""
    sources: tuple[str, ...] = ()
    """Ids or names of what it was made from: annotations, files, models."""
    score: float | None = Field(default=None, ge=0.0, le=1.0)
    guideline_version: NonNegativeInt | None = None
    """Ontology version whose guideline was followed."""
