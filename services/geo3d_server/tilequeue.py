"""Few threads for many tiles: the same work is done once, and nothing for those who have left."""

from __future__ import annotations

import asyncio
import contextlib
from collections.abc import Callable, Hashable
from concurrent.futures import Executor
from typing import Any, Generic, TypeVar

from starlette.types import Receive

T = TypeVar("T")


class Gone(Exception):
    """The client left before its answer was ready."""


class _Job(Generic[T]):
    """A piece of work and those who wait for it."""

    def __init__(self, work: Callable[[], T]) -> None:
        self.work = work
        self.n_waiting = 0
        self.future: asyncio.Future[T]

    def run(self) -> T:
        """Work, unless everybody has left since (then the thread is free for the next)."""
        if self.n_waiting == 0:
            raise Gone
        return self.work()


class TileQueue:
    """Runs work in a pool; for use by one event loop."""

    def __init__(self, pool: Executor) -> None:
        """Work in this pool; it should have as many threads as there are cores."""
        self._pool = pool
        self._jobs: dict[Hashable, _Job[Any]] = {}

    async def run(self, key: Hashable, work: Callable[[], T], receive: Receive) -> T:
        """Do work in a thread and return its result; whoever asks for the same `key` meanwhile gets the same result.

        Args:
            key: Equal keys mean equal results.
            work: What to do; its errors reach everybody who waits.
            receive: The request's channel, which says when the client has left.

        Raises:
            Gone: The client has left.
        """
        job: _Job[T] | None = self._jobs.get(key)
        if job is None:
            job = self._jobs[key] = _Job(work)
            job.n_waiting = 1
            job.future = asyncio.get_running_loop().run_in_executor(self._pool, job.run)
            job.future.add_done_callback(lambda _: self._jobs.pop(key, None))
        else:
            job.n_waiting += 1
        left = asyncio.ensure_future(_left(receive))
        try:
            both: set[asyncio.Future[Any]] = {job.future, left}
            await asyncio.wait(both, return_when=asyncio.FIRST_COMPLETED)
        finally:
            job.n_waiting -= 1
            left.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await left
        if not job.future.done():
            if job.n_waiting == 0:
                self._jobs.pop(key, None)
                job.future.add_done_callback(_look_at)
            raise Gone
        return job.future.result()


async def _left(receive: Receive) -> None:
    """Return when the client has left."""
    while (await receive())["type"] != "http.disconnect":
        pass


def _look_at(future: asyncio.Future[Any]) -> None:
    """Take an error nobody waits for any more, so that asyncio does not report it as forgotten."""
    if not future.cancelled():
        future.exception()
