"""The feed: everybody in a scene hears what is written there, in order, without gaps, within a moment.

The log in the store is the truth and every listener has a cursor in it, so nothing has to be queued per listener: one
who is slow, or comes back after a night, reads on from where they were. Commits of this process wake the feed at once;
those of other processes (a command line import beside the server) are found by looking at the store's change counter.
"""

from __future__ import annotations

import asyncio
import contextlib
import logging
from collections import deque
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from dataclasses import dataclass, field

import orjson
from anyio import to_thread

from geo3d.store.contract import PROJECT, Commit, Store

log = logging.getLogger(__name__)

MAX_BEHIND = 5000
"""Commits a listener may be behind before it is told to load the scene anew instead."""
_PAGE = 200
_RING_BYTES = 16 << 20


def body_of_commit(commit: Commit) -> bytes:
    """Return a commit as JSON; the documents in it are the stored bytes."""
    return orjson.dumps(
        {
            "revision": commit.revision,
            "client_id": commit.client_id,
            "actor": commit.actor,
            "message": commit.message,
            "at": commit.at,
            "n_changes": commit.n_changes,
            "undoes": commit.undoes,
            "redoes": commit.redoes,
            "documents": [orjson.Fragment(document) for document in commit.documents],
            "deleted": [{"kind": kind, "id": id} for kind, id in commit.deleted],
            "chunks": [{"layer": layer, "chunk": chunk} for layer, chunk in commit.chunks],
            "is_bulk": commit.is_bulk,
            "is_replay": commit.is_replay,
        }
    )


def event(name: str, data: bytes, id: int | None = None) -> bytes:
    """Return one server-sent event; `data` is JSON on one line."""
    head = b"id: %d\n" % id if id is not None else b""
    return head + b"event: " + name.encode() + b"\ndata: " + data + b"\n\n"


@dataclass
class _Listener:
    """One open stream: a bell, and the newest news that are not in the log."""

    bell: asyncio.Event = field(default_factory=asyncio.Event)
    news: dict[str, bytes] = field(default_factory=dict)
    """By subject: of two states of one job, only the newer matters."""


@dataclass
class _Stream:
    """A scene that somebody listens to."""

    head: int
    ring: deque[tuple[int, bytes]] = field(default_factory=deque)
    """(revision, event) of the newest commits."""
    n_bytes: int = 0
    listeners: set[_Listener] = field(default_factory=set)

    def append(self, revision: int, sent: bytes) -> None:
        self.head = revision
        self.ring.append((revision, sent))
        self.n_bytes += len(sent)
        while self.n_bytes > _RING_BYTES and len(self.ring) > 1:
            self.n_bytes -= len(self.ring.popleft()[1])

    def after(self, cursor: int) -> list[tuple[int, bytes]] | None:
        """Return the events after a revision; None where the ring does not reach back that far."""
        if cursor >= self.head:
            return []
        if not self.ring or self.ring[0][0] > cursor + 1:
            return None
        return [item for item in self.ring if item[0] > cursor]


_Listener.__hash__ = object.__hash__  # type: ignore[method-assign]


class Feed:
    """Follows the log of every scene that has listeners, on one event loop; `wake` and `tell` come from any thread."""

    def __init__(self, store: Store, poll_s: float, heartbeat_s: float) -> None:
        """Prepare; `run` does the following."""
        self._store = store
        self._poll_s = poll_s
        self._heartbeat_s = heartbeat_s
        self._streams: dict[str, _Stream] = {}
        self._project_head = 0
        self._seen: tuple[int, dict[str, int]] | None = None
        self._bell = asyncio.Event()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._is_closed = False

    async def run(self) -> None:
        """Follow the log until the task is cancelled."""
        self._loop = asyncio.get_running_loop()
        while True:
            await _rings(self._bell, self._poll_s if self._streams else None)
            self._bell.clear()
            try:
                await self._advance()
            except Exception:
                log.exception("the feed could not read the log; it tries again")
                await asyncio.sleep(1.0)

    def wake(self) -> None:
        """Look at the log now: this process has just written."""
        self._from_any_thread(self._bell.set)

    def tell(self, scene: str | None, name: str, subject: str, data: bytes) -> None:
        """Send what is not in the log: the state of a job, a new overview.

        Args:
            scene: Whose listeners; None = everybody.
            name: Name of the event.
            subject: What it is about; newer news of one subject replace older ones that nobody has read.
            data: JSON.
        """
        self._from_any_thread(lambda: self._tell(scene, name, subject, data))

    def close(self) -> None:
        """End all streams, so that the server can stop. Clients come back by themselves."""
        self._is_closed = True
        self._from_any_thread(self._ring_all)

    async def listen(self, scene: str, since: int | None) -> AsyncGenerator[bytes, None]:
        """Iterate over the events of a scene: ``ready``, the commits after `since`, then whatever happens.

        Args:
            scene: The scene; it must exist.
            since: Revision the listener knows; None = only what comes.
        """
        revision, self._project_head = await to_thread.run_sync(self._heads, scene)
        stream = self._streams.setdefault(scene, _Stream(revision))
        listener = _Listener()
        stream.listeners.add(listener)
        self._bell.set()
        try:
            ready = {"revision": revision, "project_revision": self._project_head}
            yield b"retry: 1000\n" + event("ready", orjson.dumps(ready))
            cursor = revision if since is None else since
            if cursor > revision:  # the workspace was put back from a backup: the listener knows what no longer is
                yield event("reload", orjson.dumps({"revision": revision}), revision)
                cursor = revision
            async for sent in self._events(scene, stream, listener, cursor):
                yield sent
        finally:
            stream.listeners.discard(listener)
            if not stream.listeners and self._streams.get(scene) is stream:
                del self._streams[scene]

    async def _events(self, scene: str, stream: _Stream, listener: _Listener, cursor: int) -> AsyncIterator[bytes]:
        while not self._is_closed:
            listener.bell.clear()
            if stream.head - cursor > MAX_BEHIND:
                yield event("reload", orjson.dumps({"revision": stream.head}), stream.head)
                cursor = stream.head
            commits = stream.after(cursor)
            if commits is None:
                commits = await to_thread.run_sync(self._read, scene, cursor)
            for revision, sent in commits:
                cursor = revision
                yield sent
            news, listener.news = listener.news, {}
            for sent in news.values():
                yield sent
            if commits or news:
                continue
            if not await _rings(listener.bell, self._heartbeat_s):
                yield b": still here\n\n"

    # ------------------------------------------------------------ inside

    def _from_any_thread(self, call: object) -> None:
        if self._loop is not None and not self._loop.is_closed():
            self._loop.call_soon_threadsafe(call)  # type: ignore[arg-type]

    def _tell(self, scene: str | None, name: str, subject: str, data: bytes) -> None:
        for id, stream in self._streams.items():
            if scene in (None, id):
                for listener in stream.listeners:
                    listener.news[subject] = event(name, data)
                    listener.bell.set()

    def _ring_all(self) -> None:
        for stream in self._streams.values():
            for listener in stream.listeners:
                listener.bell.set()

    async def _advance(self) -> None:
        """Bring every followed stream up to date and ring where something is new."""
        if not self._streams:
            return
        heads = {scene: stream.head for scene, stream in self._streams.items()}
        found, project_head = await to_thread.run_sync(self._newer, heads)
        for scene, commits in found.items():
            stream = self._streams.get(scene)
            if stream is None:
                continue
            for revision, sent in commits:
                if revision > stream.head:
                    stream.append(revision, sent)
            for listener in stream.listeners:
                listener.bell.set()
            if len(commits) == _PAGE:
                self._bell.set()
        if project_head != self._project_head:
            self._project_head = project_head
            self._tell(None, "project", PROJECT, orjson.dumps({"revision": project_head}))

    def _newer(self, heads: dict[str, int]) -> tuple[dict[str, list[tuple[int, bytes]]], int]:
        found = {scene: self._read(scene, head) for scene, head in heads.items() if self._store.revision(scene) != head}
        return found, self._store.revision(PROJECT)

    def _heads(self, scene: str) -> tuple[int, int]:
        return self._store.revision(scene), self._store.revision(PROJECT)

    def _read(self, scene: str, since: int) -> list[tuple[int, bytes]]:
        return events_of(self._store.commits(scene, since, _PAGE))


async def _rings(bell: asyncio.Event, patience_s: float | None) -> bool:
    """Wait for a bell, at most so long; say whether it rang."""
    # asyncio.wait_for of Python 3.11 may swallow a cancellation that comes with the bell; this does not
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(patience_s):
            await bell.wait()
            return True
    return False


def events_of(commits: Sequence[Commit]) -> list[tuple[int, bytes]]:
    """Return (revision, event) of commits."""
    return [(commit.revision, event("commit", body_of_commit(commit), commit.revision)) for commit in commits]
