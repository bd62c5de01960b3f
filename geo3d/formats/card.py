"""The card of a table: what geo3d writes beside the rows of a vector file, so that it reads back as it was."""

from __future__ import annotations

from typing import Any

import orjson
from pydantic import BaseModel, ConfigDict, Field, ValidationError

from geo3d.geometry import PixelFrame
from geo3d.labels import Ontology


class Card(BaseModel):
    """Classes, column names and frames without a CRS."""

    model_config = ConfigDict(frozen=True, extra="ignore")

    version: int = 1
    ontology: Ontology = Field(default_factory=Ontology)
    attributes: dict[str, str] = Field(default_factory=dict)
    """Attribute -> column."""
    types: dict[str, str] = Field(default_factory=dict)
    """Column of an attribute -> type."""
    frames: tuple[PixelFrame, ...] = ()
    """Pixel frames that rows name."""
    scenes: tuple[dict[str, str], ...] = ()

    @classmethod
    def read(cls, found: Any) -> Card | None:
        """Return the card that a file holds (parsed, or JSON text); None where there is none or somebody damaged it."""
        try:
            plain = orjson.loads(found) if isinstance(found, str | bytes) else found
            return cls.model_validate(plain) if isinstance(plain, dict) else None
        except (orjson.JSONDecodeError, ValidationError):
            return None
