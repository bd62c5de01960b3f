"""Who you are: the actor's name, asked once, and the password page."""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urlsplit

from fastapi import APIRouter, Form, Request
from pydantic import BaseModel, StringConstraints
from starlette.responses import RedirectResponse, Response

from geo3d.errors import Conflict, NotPermitted
from geo3d.labels import ChangeSet, Member, Project, Put, new_id
from geo3d.store import PROJECT
from geo3d_server import page
from geo3d_server.deps import Asking, Here, Role, Sent, StrictRoute, json_answer
from geo3d_server.password import is_password
from geo3d_server.session import Session
from geo3d_server.state import State

router = APIRouter(route_class=StrictRoute, tags=["session"])

_RETRIES = 5


class Name(Sent):
    """What a person is called."""

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=80)]


class SessionInfo(BaseModel):
    """Who asks."""

    id: str | None = None
    """Actor id, the `actor` of change sets; None until a name was given (POST)."""
    name: str | None = None
    role: Role | None = None
    is_owner: bool
    """Whether this session knows the token (and so may see it in links); people with the password do not."""
    read_path: str | None = None
    """Prefix for addresses in GIS programs, ``/t/...``: reads tiles and labels without a cookie."""


@router.get("/api/session", response_model=SessionInfo)
def get_session(here: Here, asking: Asking) -> SessionInfo:
    """Say who asks."""
    return _info(here, asking, here.member(asking.actor) if asking.actor else None)


@router.post("/api/session", response_model=SessionInfo)
def post_session(given: Name, request: Request, here: Here, asking: Asking) -> Response:
    """Give a name; the same name is the same actor again. The first person is the project's owner."""
    member = _member_called(here, " ".join(given.name.split()), is_owner=asking.grant == "owner")
    named = Session(asking.grant, member.id, asking.is_cookie)
    headers = {}
    if asking.is_cookie:
        headers["Set-Cookie"] = here.keys.set_cookie(named, is_https=request.url.scheme == "https")
    return json_answer(_info(here, named, member).model_dump_json().encode(), headers=headers)


@router.post("/login", include_in_schema=False)
def login(
    request: Request,
    here: Here,
    password: Annotated[str, Form(max_length=1024)],
    next: Annotated[str, Form(max_length=2048)] = "/",
) -> Response:
    """Exchange the password for a cookie."""
    stored = here.keys.password_hash
    if stored is None:
        raise NotPermitted("this workspace has no password; open the address that geo3d printed")
    address = request.client.host if request.client else ""
    here.throttle.guess(address)
    target = "/" + urlsplit(next).path.lstrip("/\\")
    if not is_password(password, stored):
        return page.sign_in(target, has_password=True, said="this is not the password", status=403)
    here.throttle.forgive(address)
    cookie = here.keys.set_cookie(Session("guest"), is_https=request.url.scheme == "https")
    return RedirectResponse(target, 303, {"Set-Cookie": cookie, "Cache-Control": "no-store"})


@router.get("/login", include_in_schema=False)
def login_page(here: Here) -> Response:
    """Show the password page."""
    return page.sign_in("/", has_password=here.keys.password_hash is not None, status=200)


def _info(here: State, asking: Session, member: Member | None) -> SessionInfo:
    return SessionInfo(
        id=member.id if member else None,
        name=member.name if member else None,
        role=member.role if member else None,
        is_owner=asking.grant == "owner",
        read_path=f"/t/{here.keys.read_token}",
    )


def _member_called(here: State, name: str, *, is_owner: bool) -> Member:
    """Return the member of this name, made when new."""
    for attempt in range(_RETRIES):
        project = here.workspace.store.project()
        known = next((m for m in project.members if m.name.casefold() == name.casefold()), None)
        if known is not None:
            if known.role == "owner" and not is_owner:
                raise NotPermitted(
                    "an owner of this project has this name; choose another, or come by the owner's address"
                )
            return known
        is_first = is_owner and not any(m.role == "owner" for m in project.members)
        made = Member(id=new_id(), name=name, role="owner" if is_first else "annotator")
        try:
            _add(here, project, made)
        except Conflict:
            if attempt == _RETRIES - 1:
                raise
            continue
        return made
    raise AssertionError("the last attempt returns or raises")


def _add(here: State, project: Project, member: Member) -> None:
    grown = project.model_copy(update={"members": (*project.members, member)})
    change = ChangeSet(
        client_id=new_id(),
        actor=member.id,
        message=f"{member.name} joins",
        changes=(Put(document=grown, base=project.revision),),
    )
    here.workspace.store.apply(PROJECT, change)
    here.feed.wake()
