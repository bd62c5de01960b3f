"""Jobs: look and cancel."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query

from geo3d.errors import NotPermitted
from geo3d_server.deps import Here, StrictRoute, Writing
from geo3d_server.job import PRIVATE, Job

router = APIRouter(route_class=StrictRoute, prefix="/api/jobs", tags=["jobs"])

_PRIVATE_OF_EACH: Final[dict[str, set[str]]] = {"__all__": PRIVATE}


@router.get("", response_model=list[Job], response_model_exclude=_PRIVATE_OF_EACH)
def get_jobs(
    here: Here,
    scene: Annotated[str | None, Query(max_length=128)] = None,
    limit: Annotated[int, Query(ge=1, le=1000)] = 100,
) -> list[Job]:
    """Return the newest jobs (of a scene)."""
    return list(here.runner.jobs(scene)[:limit])


@router.get("/{job}", response_model=Job, response_model_exclude=PRIVATE)
def get_job(job: str, here: Here) -> Job:
    """Return one job with its progress, and its result once it is done."""
    return here.runner.job(job)


@router.delete("/{job}", response_model=Job, response_model_exclude=PRIVATE)
def cancel_job(job: str, here: Here, actor: Writing) -> Job:
    """Ask a job to stop. Your own, or as an owner any."""
    if actor.role != "owner" and here.runner.job(job).actor != actor.id:
        raise NotPermitted("somebody else started this job; ask them, or an owner")
    return here.runner.cancel(job)
