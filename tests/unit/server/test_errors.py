from __future__ import annotations

import asyncio
import json
from collections.abc import Iterator

import pytest
from fastapi.exceptions import RequestValidationError
from starlette.exceptions import HTTPException

from geo3d import errors
from geo3d_server.errors import STATUS, answer_to, kind_of, problem_of, status_of


def family(root: type[errors.Geo3dError]) -> Iterator[type[errors.Geo3dError]]:
    yield root
    for child in root.__subclasses__():
        yield from family(child)


def test_every_error_has_a_row() -> None:
    ours = {error for error in family(errors.Geo3dError) if error.__module__ == "geo3d.errors"}
    assert ours == set(STATUS)


def test_every_row_is_a_status_of_an_error() -> None:
    assert all(400 <= status < 600 for status in STATUS.values())


def test_a_plug_ins_own_error_has_the_status_of_its_base() -> None:
    class Odd(errors.RasterRefused):
        pass

    assert status_of(Odd("odd")) == STATUS[errors.RasterRefused]


@pytest.mark.parametrize("kind", sorted(STATUS, key=lambda kind: kind.__name__))
def test_body_is_a_problem(kind: type[errors.Geo3dError]) -> None:
    response = answer_to(kind("what is wrong and what to do", id="a", n=3))
    body = json.loads(bytes(response.body))
    assert response.media_type == "application/problem+json"
    assert set(body) == {"type", "title", "status", "detail", "details"}
    assert body["status"] == response.status_code == STATUS[kind]
    assert body["type"] == kind_of(kind)
    assert body["detail"] == "what is wrong and what to do"
    assert body["details"] == {"id": "a", "n": 3}
    assert response.headers["cache-control"] == "no-store"


def test_stored_json_in_details_is_sent_as_json() -> None:
    response = answer_to(errors.Conflict("newer", current={"a": b'{"id":"a","revision":7}', "b": None}))
    assert json.loads(bytes(response.body))["details"] == {"current": {"a": {"id": "a", "revision": 7}, "b": None}}


def test_details_that_json_cannot_hold_do_not_break_the_answer() -> None:
    response = answer_to(errors.FormatError("bad", number=float("nan"), thing=object(), several={1, 2}))
    details = json.loads(bytes(response.body))["details"]
    assert details["number"] is None
    assert sorted(details["several"]) == [1, 2]


def test_what_nobody_meant_keeps_its_insides() -> None:
    body = bytes(answer_to(RuntimeError("secret /path/to/file")).body)
    assert b"secret" not in body
    assert json.loads(body)["status"] == 500


def test_invalid_requests_do_not_send_back_what_was_sent() -> None:
    error = RequestValidationError(
        [{"type": "missing", "loc": ("body", "name"), "msg": "Field required", "input": "secret"}]
    )
    body = json.loads(bytes(answer_to(error).body))
    assert body["status"] == 422
    assert body["details"]["problems"] == [{"where": "body.name", "message": "Field required", "reason": "missing"}]
    assert "secret" not in json.dumps(body)


def test_starlettes_own_errors_are_problems_too() -> None:
    body = json.loads(bytes(answer_to(HTTPException(404)).body))
    assert (body["status"], body["type"]) == (404, "urn:geo3d:not-found")


def test_an_error_becomes_a_value_for_jobs() -> None:
    problem = problem_of(errors.FormatError("no such column", column="x"))
    assert (problem.status, problem.details) == (422, {"column": "x"})


def test_too_many_attempts_say_when_to_come_back() -> None:
    response = answer_to(errors.TooManyAttempts("later", retry_after_s=12.3))
    assert response.headers["retry-after"] == "13"


def test_an_answer_is_an_application() -> None:
    sent = []

    async def send(message: object) -> None:
        sent.append(message)

    asyncio.run(answer_to(errors.NotFound("gone"))({"type": "http"}, None, send))  # type: ignore[arg-type]
    assert sent[0]["status"] == 404  # type: ignore[index]
