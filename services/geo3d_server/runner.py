"""The job runner: a queue, a few worker processes, and a table in the store from which a restart goes on.

One thread per worker hands out jobs and listens. Jobs that can be done again without harm go back to the queue when the
server stops in their midst; the others are marked as interrupted, and say so.
"""

from __future__ import annotations

import logging
import queue
import threading
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from geo3d.errors import LimitExceeded, NotFound
from geo3d.labels import new_id
from geo3d.store.contract import Store
from geo3d_server.crew import GRACE_S, Crew
from geo3d_server.errors import Problem
from geo3d_server.job import Job
from geo3d_server.worker import Run

log = logging.getLogger(__name__)

MAX_WAITING = 1000
MAX_ATTEMPTS = 3
"""A job that took the server down twice is not begun a fourth time."""
IDLE_S = 30.0
"""Seconds after which a worker without work gives its memory back."""

OnChange = Callable[[Job], None]


@dataclass(frozen=True)
class Work:
    """A kind of job."""

    title: str
    """``Build overviews``."""
    run: Run
    is_repeatable: bool = True
    """Whether doing it again after an interruption is harmless."""


class Runner:
    """Runs jobs. Thread-safe; everything is done by its own threads and processes."""

    def __init__(
        self, directory: Path, store: Store, works: Mapping[str, Work], n_workers: int, on_change: OnChange
    ) -> None:
        """Prepare; nothing runs until `start`.

        Args:
            directory: The workspace, as the work is told it.
            store: Where jobs are remembered.
            works: The kinds of jobs.
            n_workers: Jobs at the same time.
            on_change: Told of every change of a job, from any thread.
        """
        self._directory = directory
        self._store = store
        self._works = works
        self._on_change = on_change
        self._jobs: dict[str, Job] = {}
        self._lock = threading.RLock()
        self._ended = threading.Condition(self._lock)
        self._queue: queue.SimpleQueue[str | None] = queue.SimpleQueue()
        self._cancelled: set[str] = set()
        self._is_closing = threading.Event()
        self._threads = [threading.Thread(target=self._work, name=f"jobs-{i}", daemon=True) for i in range(n_workers)]

    def start(self) -> None:
        """Take up what an earlier server left behind, and begin."""
        for json in self._store.jobs().values():
            job = Job.model_validate_json(json)
            self._jobs[job.id] = job
        for job in sorted(self._jobs.values(), key=lambda job: job.created):
            if not job.has_ended:
                self._resume(job)
        for thread in self._threads:
            thread.start()

    def submit(
        self,
        kind: str,
        *,
        scene: str | None = None,
        asset: str | None = None,
        actor: str = "",
        title: str = "",
        arguments: Mapping[str, Any] | None = None,
    ) -> Job:
        """Queue a job, or return the one that waits or runs for exactly this already.

        Raises:
            LimitExceeded: Too many jobs wait.
        """
        asked = dict(arguments or {})
        with self._lock:
            waiting = [job for job in self._jobs.values() if not job.has_ended]
            for job in waiting:
                if (job.kind, job.scene, job.asset, job.arguments) == (kind, scene, asset, asked):
                    return job
            if len(waiting) >= MAX_WAITING:
                raise LimitExceeded(
                    f"{len(waiting)} jobs wait already; try again when some are done", limit=MAX_WAITING
                )
            name = title or self._works[kind].title
            job = Job(id=new_id(), kind=kind, title=name, scene=scene, asset=asset, actor=actor, arguments=asked)
            self._keep(job)
        self._queue.put(job.id)
        return job

    def jobs(self, scene: str | None = None) -> Sequence[Job]:
        """Return all jobs (of a scene), newest first."""
        with self._lock:
            found = [job for job in self._jobs.values() if scene is None or job.scene == scene]
        return sorted(found, key=lambda job: job.created, reverse=True)

    def job(self, id: str) -> Job:
        """Return a job. Raises NotFound."""
        with self._lock:
            if id not in self._jobs:
                raise NotFound(f"there is no job {id!r}")
            return self._jobs[id]

    def wait(self, id: str) -> Job:
        """Return a job once it has ended; for work of a moment that must not be done in the server's own process."""
        with self._ended:
            self._ended.wait_for(lambda: self.job(id).has_ended or self._is_closing.is_set())
        return self.job(id)

    def cancel(self, id: str) -> Job:
        """Ask a job to stop; one that waits is cancelled at once, one that has ended stays as it is."""
        with self._lock:
            job = self.job(id)
            if job.state == "queued":
                return self._change(id, state="cancelled", message="cancelled before it began", ended=datetime.now(UTC))
            if job.state == "running":
                self._cancelled.add(id)
                return self._change(id, message="stopping")
            return job

    def close(self) -> None:
        """Stop: running jobs are ended, and taken up again at the next start where that is harmless."""
        self._is_closing.set()
        with self._ended:
            self._ended.notify_all()
        for _ in self._threads:
            self._queue.put(None)
        for thread in self._threads:
            if thread.is_alive():
                thread.join(GRACE_S + 10)

    # ------------------------------------------------------------ inside

    def _resume(self, job: Job) -> None:
        """Decide about a job that had not ended when the last server stopped."""
        work = self._works.get(job.kind)
        can_repeat = work is not None and (work.is_repeatable or job.state == "queued")
        if can_repeat and job.attempt < MAX_ATTEMPTS:
            self._keep(job.model_copy(update={"state": "queued", "progress": 0.0, "message": "taken up again"}))
            self._queue.put(job.id)
            return
        why = (
            f"the server stopped {job.attempt} times while this ran; look at the file it works on, then start it again"
            if can_repeat
            else "the server stopped while this ran; start it again"
        )
        self._keep(job.model_copy(update={"state": "interrupted", "message": why, "ended": datetime.now(UTC)}))

    def _keep(self, job: Job) -> None:
        """Remember a job's new state, on disk too, and tell."""
        with self._lock:
            self._jobs[job.id] = job
            self._store.put_job(job.id, job.model_dump_json().encode())
            self._ended.notify_all()
        self._on_change(job)

    def _change(self, id: str, **update: Any) -> Job:
        with self._lock:
            job = self._jobs[id].model_copy(update=update)
            self._keep(job)
        return job

    def _show(self, id: str, progress: float, message: str) -> None:
        """Tell of progress, in memory only: a restart begins anew anyway."""
        with self._lock:
            job = self._jobs[id].model_copy(update={"progress": progress, "message": message})
            self._jobs[id] = job
        self._on_change(job)

    def _work(self) -> None:
        """Hand jobs to one worker process, one after the other."""
        crew = Crew()
        try:
            while not self._is_closing.is_set():
                try:
                    id = self._queue.get(timeout=IDLE_S)
                except queue.Empty:
                    crew.dismiss()
                    continue
                if id is not None:
                    self._attend(crew, id)
        finally:
            crew.dismiss()

    def _attend(self, crew: Crew, id: str) -> None:
        """Have one job done."""
        with self._lock:
            job = self._jobs[id]
            if job.state != "queued":  # cancelled while it waited
                return
            job = self._change(
                id, state="running", attempt=job.attempt + 1, started=datetime.now(UTC), message="", progress=0.0
            )
        try:
            end = crew.do(
                self._works[job.kind].run,
                self._directory,
                {**job.arguments, "job": id},
                should_stop=lambda: id in self._cancelled or self._is_closing.is_set(),
                tell=lambda progress, message: self._show(id, progress, message),
            )
        except Exception:
            log.exception("job %s", id)
            end = ("failed", Problem(type="urn:geo3d:unexpected", title="", status=500, detail="the job could not run"))
        self._finish(job, end)

    def _finish(self, job: Job, end: tuple[Any, ...]) -> None:
        now = datetime.now(UTC)
        match end:
            case ("done", result):
                self._change(job.id, state="done", progress=1.0, message="", result=result, ended=now)
            case ("failed", problem):
                self._change(job.id, state="failed", message=problem.detail, problem=problem, ended=now)
            case _ if self._is_closing.is_set() and job.id not in self._cancelled:
                # nobody asked for this: leave it as running, and the next start decides
                log.info("job %s stops with the server", job.id)
            case _:
                self._change(job.id, state="cancelled", message="cancelled", ended=now)
        self._cancelled.discard(job.id)
