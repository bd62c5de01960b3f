"""One table from error to HTTP status, one body for all of them (RFC 9457 problem+json).

A client never sees a stack trace: what geo3d raises on purpose says what to do, and anything else is answered by a
sentence while the log keeps the trace.
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

import orjson
from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from pydantic import BaseModel, Field, ValidationError
from pydantic_core import PydanticSerializationError
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response

from geo3d import errors

log = logging.getLogger(__name__)

STATUS: Mapping[type[errors.Geo3dError], int] = {
    errors.Geo3dError: 500,
    errors.GeometryError: 422,
    errors.FrameError: 422,
    errors.CrsError: 422,
    errors.OutsideDomain: 422,
    errors.ValidationFailed: 422,
    errors.NotFound: 404,
    errors.Conflict: 409,
    errors.ReviewRefused: 409,
    errors.NotPermitted: 403,
    errors.SignInRequired: 401,
    errors.TooManyAttempts: 429,
    errors.NothingToUndo: 409,
    errors.StoreError: 503,
    errors.RasterError: 422,
    errors.RasterRefused: 422,
    errors.AssetMissing: 410,
    errors.ExpressionError: 422,
    errors.FormatError: 422,
    errors.OptionError: 422,
    errors.JobCancelled: 409,
    errors.LimitExceeded: 413,
}
"""Every deliberate error and its status; a test holds the table complete."""


_KINDS_OF_HTTP = {404: "urn:geo3d:not-found", 405: "urn:geo3d:method-not-allowed", 413: "urn:geo3d:limit-exceeded"}
"""What starlette and FastAPI raise by themselves."""


class Problem(BaseModel):
    """The body of every error."""

    type: str
    """``urn:geo3d:`` and the error's name in kebab case: what a program decides by."""
    title: str
    """The status in words."""
    status: int
    detail: str
    """What is wrong and what to do, for people."""
    details: dict[str, Any] = Field(default_factory=dict)
    """Facts for programs: the newer version of a conflict, the problems of a refused change."""


def kind_of(error: type[Exception]) -> str:
    """Return the ``type`` of an error class: ``RasterRefused`` -> ``urn:geo3d:raster-refused``."""
    return "urn:geo3d:" + re.sub(r"(?<!^)(?=[A-Z])", "-", error.__name__).lower()


def status_of(error: errors.Geo3dError) -> int:
    """Return the HTTP status of a deliberate error; a subclass of somebody's plug-in has the status of its base."""
    return next(STATUS[base] for base in type(error).__mro__ if base in STATUS)


def problem_of(error: Exception) -> Problem:
    """Return an error as a value, to be kept with a job: the same words that a request would have got."""
    return Problem.model_validate_json(bytes(answer_to(error).body))


def body_of(kind: str, status: int, detail: str, details: Mapping[str, Any] | None = None) -> bytes:
    """Return a problem as JSON."""
    return orjson.dumps(
        {
            "type": kind,
            "title": HTTPStatus(status).phrase,
            "status": status,
            "detail": detail,
            "details": _plain(details or {}),
        },
        default=str,
        option=orjson.OPT_NON_STR_KEYS | orjson.OPT_SERIALIZE_NUMPY,
    )


def answer(kind: str, status: int, detail: str, details: Mapping[str, Any] | None = None) -> Response:
    """Return a problem as a response that no cache keeps."""
    headers = {"Cache-Control": "no-store"}
    if details and "retry_after_s" in details:
        headers["Retry-After"] = str(int(details["retry_after_s"]) + 1)
    if status == 401:
        headers["WWW-Authenticate"] = 'Bearer realm="geo3d"'
    return Response(body_of(kind, status, detail, details), status, headers, media_type="application/problem+json")


def answer_to(error: Exception) -> Response:
    """Return the response for any error; what nobody meant becomes a 500 without its insides."""
    match error:
        case errors.Geo3dError():
            return answer(kind_of(type(error)), status_of(error), error.message, error.details)
        case RequestValidationError() | ValidationError():
            return _answer_to_invalid(error)
        case PydanticSerializationError():
            detail = "the request cannot be kept as JSON: something in it is nested too deeply"
            return answer("urn:geo3d:request-invalid", 422, detail)
        case OverflowError():
            return answer("urn:geo3d:request-invalid", 422, "a number in the request is too large to be kept")
        case ClientDisconnect():
            return answer("urn:geo3d:gone", 400, "you hung up before the request was whole")  # nobody reads this
        case HTTPException():
            phrase = HTTPStatus(error.status_code).phrase
            said = error.detail if isinstance(error.detail, str) else phrase
            response = answer(_KINDS_OF_HTTP.get(error.status_code, "urn:geo3d:http"), error.status_code, said)
            response.headers.update(error.headers or {})
            return response
        case _:
            return answer("urn:geo3d:unexpected", 500, "something went wrong in the server; its log says what")


def install(app: FastAPI) -> None:
    """Let every error of an application end as a problem."""

    async def handle(_request: Request, error: Exception) -> Response:
        return answer_to(error)

    deliberate = (errors.Geo3dError, RequestValidationError, ValidationError, HTTPException)
    for kind in (*deliberate, PydanticSerializationError, OverflowError, ClientDisconnect, Exception):
        app.add_exception_handler(kind, handle)


def _answer_to_invalid(error: RequestValidationError | ValidationError) -> Response:
    """List what does not fit, without sending back what was sent: it may be large or secret."""
    problems = [
        {"where": ".".join(str(part) for part in e["loc"]), "message": e["msg"], "reason": e["type"]}
        for e in error.errors()[:50]
    ]
    first = problems[0] if problems else {"where": "body", "message": "not valid"}
    detail = f"the request does not fit: {first['where']}: {first['message']}"
    return answer("urn:geo3d:request-invalid", 422, detail, {"problems": problems})


def _plain(value: Any) -> Any:
    """Return details ready for orjson: stored JSON (bytes) goes in as it is, NaN becomes null by orjson itself."""
    match value:
        case bytes():
            return orjson.Fragment(value)
        case dict() | Mapping():
            return {str(key): _plain(item) for key, item in value.items()}
        case tuple() | list() | set() | frozenset():
            return [_plain(item) for item in value]
        case BaseModel():
            return orjson.Fragment(value.model_dump_json().encode())
        case _:
            return value
