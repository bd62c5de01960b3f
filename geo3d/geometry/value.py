"""The base of every value: frozen, strict about unknown fields, no NaN, nothing rounded."""

from __future__ import annotations

from typing import Annotated

from pydantic import AllowInfNan, BaseModel, ConfigDict


class Value(BaseModel):
    """A frozen pydantic model: equal by content, JSON on the wire and on disk, TypeScript by generation."""

    model_config = ConfigDict(frozen=True, extra="forbid", ser_json_inf_nan="constants", allow_inf_nan=False)


Number = Annotated[float, AllowInfNan(False)]
"""A finite float64. JSON carries its shortest exact form; nothing is ever rounded."""

Position = tuple[Number, Number] | tuple[Number, Number, Number]
"""A position of two or three numbers in the frame of its geometry: always x (east, column) before y (north, row)."""
