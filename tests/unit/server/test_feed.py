"""The feed over a real store, on an event loop of its own."""

from __future__ import annotations

import asyncio
import contextlib
import json
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from geo3d.labels import Annotation, ChangeSet, LabelClass, Ontology, Put, Scene, new_id
from geo3d.store import PROJECT, Store, open_store
from geo3d_server import feed as module
from geo3d_server.feed import Feed

Heard = tuple[str, int | None, Any]
"""(event, id, data)"""


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = open_store(tmp_path, create=True)
    project = made.project()
    ontology = Ontology(classes=(LabelClass(slug="tree", code=1, title="Tree"),))
    write(made, PROJECT, Put(document=project.model_copy(update={"ontology": ontology}), base=project.revision))
    for scene in ("a", "b"):
        write(made, scene, Put(document=Scene(id=scene, title=scene)))
    yield made
    made.close()


def write(store: Store, stream: str, *changes: Put, client_id: str | None = None) -> int:
    return store.apply(stream, ChangeSet(client_id=client_id or new_id(), actor="ada", changes=changes)).revision


def draw(store: Store, scene: str, id: str | None = None) -> int:
    return write(store, scene, Put(document=Annotation(id=id or new_id(), scene=scene, label="tree")))


def parsed(sent: bytes) -> Heard | None:
    """Return an event as a client reads it; None = a comment."""
    lines = [line for line in sent.decode().splitlines() if line and not line.startswith(":")]
    fields = dict(line.split(": ", 1) for line in lines)
    if "data" not in fields:
        return None
    return fields["event"], int(fields["id"]) if "id" in fields else None, json.loads(fields["data"])


class Ear:
    """One listener."""

    def __init__(self, feed: Feed, scene: str, since: int | None) -> None:
        self._events: AsyncGenerator[bytes, None] = feed.listen(scene, since)
        self.n_silent = 0

    async def hear(self, n: int) -> list[Heard]:
        heard: list[Heard] = []
        async with asyncio.timeout(30):
            while len(heard) < n:
                found = parsed(await anext(self._events))
                if found is None:
                    self.n_silent += 1
                else:
                    heard.append(found)
        return heard

    async def leave(self) -> None:
        await self._events.aclose()


def follow(store: Store, story: Callable[[Feed], Awaitable[None]], heartbeat_s: float = 15.0) -> None:
    """Run a story beside a running feed."""

    async def go() -> None:
        feed = Feed(store, 0.05, heartbeat_s)
        running = asyncio.create_task(feed.run())
        await asyncio.sleep(0)
        try:
            await story(feed)
        finally:
            running.cancel()
            with contextlib.suppress(asyncio.CancelledError):
                await running

    asyncio.run(go())


def revisions(heard: list[Heard]) -> list[int | None]:
    return [id for event, id, _ in heard if event == "commit"]


def test_a_listener_hears_what_was_and_what_comes(store: Store) -> None:
    for _ in range(3):
        draw(store, "a")

    async def story(feed: Feed) -> None:
        ear = Ear(feed, "a", since=1)
        heard = await ear.hear(4)
        assert heard[0][0] == "ready"
        assert heard[0][2] == {"revision": 4, "project_revision": store.revision(PROJECT)}
        assert revisions(heard) == [2, 3, 4]
        await asyncio.to_thread(draw, store, "a", "new")
        feed.wake()
        (event, id, data), *_ = await ear.hear(1)
        assert (event, id, data["revision"], data["actor"]) == ("commit", 5, 5, "ada")
        assert [document["id"] for document in data["documents"]] == ["new"]

    follow(store, story)


def test_without_since_only_what_comes_is_heard(store: Store) -> None:
    draw(store, "a")

    async def story(feed: Feed) -> None:
        ear = Ear(feed, "a", since=None)
        await ear.hear(1)
        await asyncio.to_thread(draw, store, "a")
        assert revisions(await ear.hear(1)) == [3]

    follow(store, story)


def test_commits_of_another_process_are_noticed(store: Store, tmp_path: Path) -> None:
    other = open_store(tmp_path)

    async def story(feed: Feed) -> None:
        ear = Ear(feed, "a", since=None)
        await ear.hear(1)
        await asyncio.to_thread(draw, other, "a")
        assert revisions(await ear.hear(1)) == [2]

    follow(store, story)
    other.close()


def test_scenes_do_not_hear_each_other(store: Store) -> None:
    async def story(feed: Feed) -> None:
        a, b = Ear(feed, "a", None), Ear(feed, "b", None)
        await a.hear(1)
        await b.hear(1)
        await asyncio.to_thread(draw, store, "b", "in-b")
        await asyncio.to_thread(draw, store, "a", "in-a")
        feed.wake()
        for ear, name in ((a, "in-a"), (b, "in-b")):
            (_, _, data), *_ = await ear.hear(1)
            assert data["documents"][0]["id"] == name

    follow(store, story)


def test_a_slow_listener_misses_nothing(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "_RING_BYTES", 3000)  # some commits: the rest must come from the log
    monkeypatch.setattr(module, "_PAGE", 7)

    async def story(feed: Feed) -> None:
        ear = Ear(feed, "a", since=0)
        await ear.hear(1)
        for _ in range(100):
            await asyncio.to_thread(draw, store, "a")
            feed.wake()
        assert revisions(await ear.hear(101)) == list(range(1, 102))

    follow(store, story)


def test_many_listeners_hear_the_same_in_order(store: Store) -> None:
    draw(store, "a")

    async def story(feed: Feed) -> None:
        ears = [Ear(feed, "a", since=k % 3) for k in range(20)]

        async def all_of(ear: Ear, since: int) -> list[int | None]:
            found: list[int | None] = []
            while not found or found[-1] != 61:
                found += revisions(await ear.hear(1))
            return found

        listening = [asyncio.create_task(all_of(ear, k % 3)) for k, ear in enumerate(ears)]
        for _ in range(60):
            await asyncio.to_thread(draw, store, "a")
            feed.wake()
        for k, heard in enumerate(await asyncio.gather(*listening)):
            assert heard == list(range(k % 3 + 1, 62))

    follow(store, story)


def test_who_is_far_behind_reads_anew(store: Store, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "MAX_BEHIND", 5)
    for _ in range(10):
        draw(store, "a")

    async def story(feed: Feed) -> None:
        ear = Ear(feed, "a", since=1)
        heard = await ear.hear(2)
        assert heard[1] == ("reload", 11, {"revision": 11})
        await asyncio.to_thread(draw, store, "a")
        assert revisions(await ear.hear(1)) == [12]

    follow(store, story)


def test_who_knows_more_than_there_is_reads_anew(store: Store) -> None:
    async def story(feed: Feed) -> None:
        ear = Ear(feed, "a", since=99)
        assert (await ear.hear(2))[1] == ("reload", 1, {"revision": 1})

    follow(store, story)


def test_news_that_are_not_in_the_log(store: Store) -> None:
    async def story(feed: Feed) -> None:
        a, b = Ear(feed, "a", None), Ear(feed, "b", None)
        await a.hear(1)
        await b.hear(1)
        feed.tell("a", "job", "job 1", b'{"progress":0.1}')
        feed.tell("a", "job", "job 1", b'{"progress":0.2}')
        feed.tell(None, "project", "project", b'{"revision":9}')
        assert sorted(await a.hear(2)) == [("job", None, {"progress": 0.2}), ("project", None, {"revision": 9})]
        assert await b.hear(1) == [("project", None, {"revision": 9})]

    follow(store, story)


def test_a_change_of_the_project_reaches_every_scene(store: Store) -> None:
    async def story(feed: Feed) -> None:
        ear = Ear(feed, "a", None)
        await ear.hear(1)
        project = store.project()
        change = Put(document=project.model_copy(update={"title": "New"}), base=project.revision)
        revision = await asyncio.to_thread(write, store, PROJECT, change)
        assert await ear.hear(1) == [("project", None, {"revision": revision})]

    follow(store, story)


def test_silence_is_filled_with_heartbeats(store: Store) -> None:
    async def story(feed: Feed) -> None:
        ear = Ear(feed, "a", None)
        await ear.hear(1)
        waiting = asyncio.create_task(ear.hear(1))
        await asyncio.sleep(0.2)
        await asyncio.to_thread(draw, store, "a")
        await waiting
        assert ear.n_silent >= 1

    follow(store, story, heartbeat_s=0.05)


def test_closing_ends_the_streams(store: Store) -> None:
    async def story(feed: Feed) -> None:
        ear = Ear(feed, "a", None)
        await ear.hear(1)
        waiting = asyncio.create_task(ear.hear(1))
        await asyncio.sleep(0.05)
        feed.close()
        with pytest.raises(StopAsyncIteration):
            await waiting

    follow(store, story)


def test_who_leaves_is_forgotten(store: Store) -> None:
    async def story(feed: Feed) -> None:
        ears = [Ear(feed, "a", None) for _ in range(5)]
        for ear in ears:
            await ear.hear(1)
        for ear in ears:
            await ear.leave()
        assert not feed._streams

    follow(store, story)
