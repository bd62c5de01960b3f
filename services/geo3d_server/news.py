"""What a job's end means to this server and to those who listen."""

from __future__ import annotations

import contextlib

import orjson

from geo3d.errors import Geo3dError
from geo3d.workspace import Workspace
from geo3d_server.feed import Feed
from geo3d_server.job import PRIVATE, Job


class News:
    """Told of every change of a job; passes it on."""

    def __init__(self, workspace: Workspace, feed: Feed) -> None:
        """Keep whom to tell."""
        self._workspace = workspace
        self._feed = feed

    def __call__(self, job: Job) -> None:
        """Tell the listeners of its scene; where it is done, let the server see what it made."""
        if job.kind != "preview":
            self._feed.tell(job.scene, "job", f"job {job.id}", job.model_dump_json(exclude=PRIVATE).encode())
        if job.has_ended:
            self._feed.wake()  # the worker may have written to the log
        if job.state == "done" and job.scene is not None and job.asset is not None:
            with contextlib.suppress(Geo3dError):
                if job.kind == "overviews":
                    self._workspace.raster_of(self._workspace.asset(job.scene, job.asset)).refresh()
            said = orjson.dumps({"asset": job.asset, "what": job.kind})
            self._feed.tell(job.scene, "asset", f"asset {job.asset} {job.kind}", said)
