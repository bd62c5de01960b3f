from __future__ import annotations

import threading
from collections.abc import Iterator
from pathlib import Path

import psutil
import pytest

from geo3d.errors import LimitExceeded, NotFound
from geo3d.store import Store, open_store
from geo3d_server import crew, runner
from geo3d_server.job import Job
from geo3d_server.runner import Runner, Work
from tests.live import eventually
from tests.unit.server import deeds

WORKS = {
    "count": Work("Count", deeds.count),
    "sleep": Work("Sleep", deeds.sleep),
    "once": Work("Sleep, but only once", deeds.sleep, is_repeatable=False),
    "deaf": Work("Be deaf", deeds.be_deaf),
    "fail": Work("Fail", deeds.fail),
    "surprise": Work("Surprise", deeds.surprise),
    "die": Work("Die", deeds.die),
    "babble": Work("Babble", deeds.babble),
}


class Desk:
    """A runner with a store, and what it told."""

    def __init__(self, folder: Path, n_workers: int = 1) -> None:
        self.folder = folder
        self.told: list[Job] = []
        self.store: Store = open_store(folder, create=True)
        self.runner = Runner(folder, self.store, WORKS, n_workers, self.told.append)

    def ended(self, job: Job) -> Job:
        return eventually(lambda: (now := self.runner.job(job.id)).has_ended and now, f"{job.kind} ends")

    def running(self, job: Job) -> Job:
        return eventually(lambda: (now := self.runner.job(job.id)).state == "running" and now, f"{job.kind} runs")

    def close(self) -> None:
        self.runner.close()
        self.store.close()


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = Desk(tmp_path)
    made.runner.start()
    yield made
    made.close()


def test_a_job_is_done_in_another_process_and_remembered(desk: Desk) -> None:
    job = desk.ended(desk.runner.submit("count", scene="s", arguments={"n": 50}, actor="ada"))
    assert (job.state, job.progress, job.scene, job.actor, job.attempt) == ("done", 1.0, "s", "ada", 1)
    assert job.result is not None
    assert job.result["n"] == 50
    assert job.result["pid"] != psutil.Process().pid
    assert job.started is not None
    assert job.ended is not None
    assert job.created <= job.started <= job.ended
    assert Job.model_validate_json(desk.store.jobs()[job.id]) == job
    states = [told.state for told in desk.told if told.id == job.id]
    assert [state for k, state in enumerate(states) if k == 0 or states[k - 1] != state] == [
        "queued",
        "running",
        "done",
    ]


def test_one_worker_does_many_jobs(desk: Desk) -> None:
    jobs = [desk.runner.submit("count", arguments={"n": n}) for n in range(1, 6)]
    results = [desk.ended(job).result for job in jobs]
    assert [result["n"] for result in results if result] == [1, 2, 3, 4, 5]
    assert len({result["pid"] for result in results if result}) == 1


def test_the_same_wish_twice_is_one_job(desk: Desk) -> None:
    desk.running(desk.runner.submit("sleep"))
    first = desk.runner.submit("count", scene="s", arguments={"n": 5})
    assert desk.runner.submit("count", scene="s", arguments={"n": 5}).id == first.id
    assert desk.runner.submit("count", scene="s", arguments={"n": 6}).id != first.id


def test_deliberate_errors_reach_the_job(desk: Desk) -> None:
    job = desk.ended(desk.runner.submit("fail"))
    assert job.state == "failed"
    assert job.problem is not None
    assert (job.problem.type, job.problem.status, job.problem.details) == ("urn:geo3d:format-error", 422, {"line": 3})
    assert job.message == "line 3 is no JSON"


@pytest.mark.parametrize("kind", ["surprise", "babble"])
def test_other_errors_do_not_tell_secrets_and_the_worker_goes_on(desk: Desk, kind: str) -> None:
    job = desk.ended(desk.runner.submit(kind))
    assert job.state == "failed"
    assert "secret" not in job.model_dump_json()
    assert desk.ended(desk.runner.submit("count", arguments={"n": 1})).state == "done"


def test_a_dying_worker_ends_its_job_only(desk: Desk) -> None:
    job = desk.ended(desk.runner.submit("die"))
    assert job.state == "failed"
    assert "exit code 7" in job.message
    assert desk.ended(desk.runner.submit("count", arguments={"n": 1})).state == "done"


def test_a_running_job_is_cancelled(desk: Desk) -> None:
    job = desk.running(desk.runner.submit("sleep"))
    desk.runner.cancel(job.id)
    assert desk.ended(job).state == "cancelled"
    assert desk.ended(desk.runner.submit("count", arguments={"n": 1})).state == "done"


def test_a_waiting_job_is_cancelled_at_once(desk: Desk) -> None:
    first = desk.running(desk.runner.submit("sleep"))
    waiting = desk.runner.submit("count", arguments={"n": 3})
    assert desk.runner.cancel(waiting.id).state == "cancelled"
    desk.runner.cancel(first.id)
    desk.ended(desk.runner.submit("count", arguments={"n": 1}))
    assert (desk.folder / "marks").read_text() == "x"


def test_an_ended_job_stays_as_it_is(desk: Desk) -> None:
    job = desk.ended(desk.runner.submit("count", arguments={"n": 1}))
    assert desk.runner.cancel(job.id) == job


def test_a_job_that_does_not_listen_is_ended(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(crew, "GRACE_S", 0.2)
    job = desk.running(desk.runner.submit("deaf"))
    eventually(lambda: desk.runner.job(job.id).message.startswith("deaf"), "it is deaf")
    desk.runner.cancel(job.id)
    assert desk.ended(job).state == "cancelled"


def test_unknown_jobs_are_not_found(desk: Desk) -> None:
    with pytest.raises(NotFound):
        desk.runner.job("nothing")


def test_too_many_jobs_are_refused(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runner, "MAX_WAITING", 2)
    desk.runner.submit("sleep")
    desk.runner.submit("count", arguments={"n": 1})
    with pytest.raises(LimitExceeded):
        desk.runner.submit("count", arguments={"n": 2})


def test_workers_run_at_the_same_time(tmp_path: Path) -> None:
    desk = Desk(tmp_path, n_workers=2)
    desk.runner.start()
    first, second = desk.runner.submit("sleep"), desk.runner.submit("sleep", scene="other")
    desk.running(first)
    desk.running(second)
    desk.close()


def test_what_was_queued_or_running_is_taken_up_by_the_next_server(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.runner.start()
    running, waiting = desk.runner.submit("sleep"), desk.runner.submit("count", arguments={"n": 2})
    desk.running(running)
    desk.close()

    desk = Desk(tmp_path)
    desk.runner.start()
    again = desk.running(running)
    assert again.attempt == 2
    desk.runner.cancel(running.id)
    assert desk.ended(waiting).state == "done"
    desk.close()


def test_what_must_not_be_repeated_says_that_it_was_interrupted(tmp_path: Path) -> None:
    desk = Desk(tmp_path)
    desk.runner.start()
    job = desk.running(desk.runner.submit("once"))
    desk.close()

    desk = Desk(tmp_path)
    desk.runner.start()
    found = desk.runner.job(job.id)
    assert found.state == "interrupted"
    assert "start it again" in found.message
    desk.close()


def test_a_job_that_takes_the_server_down_is_not_begun_for_ever(tmp_path: Path) -> None:
    store = open_store(tmp_path, create=True)
    job = Job(id="j", kind="count", title="Count", state="running", attempt=3, arguments={"n": 1})
    store.put_job("j", job.model_dump_json().encode())
    store.close()
    desk = Desk(tmp_path)
    desk.runner.start()
    assert desk.runner.job("j").state == "interrupted"
    desk.close()


def test_a_worker_dies_with_its_server(tmp_path: Path) -> None:
    """Closing ends the processes; the kill -9 case is in tests/server/test_kill.py."""
    desk = Desk(tmp_path)
    desk.runner.start()
    desk.running(desk.runner.submit("sleep"))
    pid = eventually(lambda: (tmp_path / "pid").exists() and int((tmp_path / "pid").read_text() or 0), "it runs")
    desk.close()
    eventually(lambda: not psutil.pid_exists(pid), "the worker is gone")


def test_no_threads_are_left(tmp_path: Path) -> None:
    before = {thread.name for thread in threading.enumerate()}
    desk = Desk(tmp_path, n_workers=3)
    desk.runner.start()
    desk.close()
    left = {thread.name for thread in threading.enumerate()} - before
    assert not {name for name in left if name.startswith("jobs-")}
