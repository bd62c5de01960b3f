"""What endpoints ask for: the server's parts, who asks, and bodies that are parsed off the event loop."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated, Any, Literal, TypeVar

import orjson
from fastapi import Depends, Path, Request
from fastapi.exceptions import RequestValidationError
from fastapi.routing import APIRoute
from pydantic import BaseModel, ConfigDict, ValidationError
from starlette.responses import Response

from geo3d.errors import NotPermitted
from geo3d.labels import Id
from geo3d_server.gate import is_at_the_machine, session_of
from geo3d_server.session import Session
from geo3d_server.state import State

Role = Literal["owner", "annotator", "reviewer", "viewer"]
ACTOR_HEADER = "Geo3d-Actor"
PROGRAM = "owner"
"""Actor of a program that brings the token and no name: the same as of the command line."""

Model = TypeVar("Model", bound=BaseModel)
SceneId = Annotated[str, Path(max_length=128, description="Id of the scene.")]
AssetId = Annotated[str, Path(max_length=128, description="Id of the asset.")]


@dataclass(frozen=True)
class Actor:
    """Who writes."""

    id: str
    role: Role
    is_fixed: bool
    """True for people: what they write carries their id. A program with the token may write in anybody's name."""


def state_of(request: Request) -> State:
    """Return the server's parts."""
    state: State = request.app.state.geo3d
    return state


def session(request: Request) -> Session:
    """Return what the gate found out."""
    return session_of(request.scope)


def reader(request: Request) -> Actor:
    """Return who asks; people without a name yet may look.

    Raises:
        NotPermitted: The name in the header, or of the cookie, is no member's.
    """
    here, who = state_of(request), session_of(request.scope)
    named = who.actor if who.is_cookie else request.headers.get(ACTOR_HEADER)
    if named is None:
        return Actor("" if who.is_cookie else PROGRAM, "viewer" if who.is_cookie else "owner", who.is_cookie)
    member = here.member(named)
    if member is None:
        if not who.is_cookie and named == PROGRAM:
            return Actor(PROGRAM, "owner", is_fixed=False)
        raise NotPermitted("nobody of this project has this id; give your name again", actor=named)
    return Actor(member.id, member.role, is_fixed=who.is_cookie)


def writer(actor: Annotated[Actor, Depends(reader)]) -> Actor:
    """Return who writes.

    Raises:
        NotPermitted: They gave no name yet, or may only look.
    """
    if not actor.id:
        raise NotPermitted("say your name first: POST /api/session", reason="no-name")
    if actor.role == "viewer":
        raise NotPermitted("you may look at this project, not change it; its owner can give you another role")
    return actor


def owner(actor: Annotated[Actor, Depends(writer)]) -> Actor:
    """Return the owner. Raises NotPermitted for everybody else."""
    if actor.role != "owner":
        raise NotPermitted("only an owner of this project may do that")
    return actor


def owner_at_the_machine(request: Request, actor: Annotated[Actor, Depends(writer)]) -> Actor:
    """Return who owns this machine: knows the token and sits at it; files of the machine are opened for nobody else.

    Raises:
        NotPermitted: The session came by the password, or the request from another machine.
    """
    if session_of(request.scope).grant != "owner" or not is_at_the_machine(request.scope):
        raise NotPermitted("files of the server's machine are added at that machine; upload them, or use `geo3d add`")
    return actor


Here = Annotated[State, Depends(state_of)]
Asking = Annotated[Session, Depends(session)]
Reading = Annotated[Actor, Depends(reader)]
Writing = Annotated[Actor, Depends(writer)]
Owning = Annotated[Actor, Depends(owner)]
OwningMachine = Annotated[Actor, Depends(owner_at_the_machine)]


async def body(request: Request) -> bytes:
    """Return the request's body as it came; `parse` reads it where the event loop does not have to wait."""
    return await request.body()


Body = Annotated[bytes, Depends(body)]


def parse(model: type[Model], raw: bytes) -> Model:
    """Read a JSON body.

    NaN, numbers beyond 64 bits, text that is no UTF-8 and nesting beyond 1024 levels are refused by orjson before
    pydantic sees them.

    Raises:
        RequestValidationError: It is no JSON, or does not fit.
    """
    try:
        return model.model_validate(orjson.loads(raw))
    except orjson.JSONDecodeError as error:
        raise RequestValidationError([{"type": "json_invalid", "loc": ("body",), "msg": str(error)}]) from None
    except ValidationError as error:
        raise RequestValidationError(
            [{**e, "loc": ("body", *e["loc"])} for e in error.errors(include_input=False, include_url=False)]
        ) from None


def takes(model: type[BaseModel]) -> dict[str, Any]:
    """Return the OpenAPI of an endpoint that parses its body itself."""
    schema = {"$ref": f"#/components/schemas/{model.__name__}"}
    return {"requestBody": {"required": True, "content": {"application/json": {"schema": schema}}}}


class Sent(BaseModel):
    """Base of what clients send: a field that is not known is a mistake, and told."""

    model_config = ConfigDict(frozen=True, extra="forbid")


class Undo(Sent):
    """A wish to undo or redo."""

    client_id: Id
    """Made by the sender; a retry with the same one is answered as the first time."""
    force: bool = False
    """Take it back even where somebody has changed the same documents since."""


class StrictRequest(Request):
    """A request whose JSON is read by orjson: no NaN, bounded nesting."""

    async def json(self) -> Any:
        """Return the parsed body."""
        return orjson.loads(await self.body())


class StrictRoute(APIRoute):
    """A route that reads JSON strictly."""

    def get_route_handler(self) -> Any:
        """Wrap FastAPI's handler."""
        handle = super().get_route_handler()

        async def handle_strictly(request: Request) -> Response:
            return await handle(StrictRequest(request.scope, request.receive))

        return handle_strictly


def json_answer(content: bytes, *, status: int = 200, headers: dict[str, str] | None = None) -> Response:
    """Return JSON that is bytes already."""
    return Response(content, status, {"Cache-Control": "no-store", **(headers or {})}, media_type="application/json")
