from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from types import SimpleNamespace
from typing import Any

import pytest

from energy.base.clock import monotonic_s, wait
from energy.journal.follower import LostRaceError
from energy.store.errors import StoreUnavailableError
from processes.site_rounds import Chore, MakeChores, Rounds, SiteChores, failing_rows


@dataclass
class Listener:
    """A connection that only listens; notes are put in by the test."""

    notes: list[str] = field(default_factory=list)
    channels: list[str] = field(default_factory=list)

    def execute(self, statement: str) -> None:
        self.channels.append(statement.removeprefix("LISTEN "))

    def notifies(self, *, timeout: float, stop_after: int) -> Iterator[Any]:
        if not self.notes:
            wait(min(timeout, 0.01))
            return
        yield SimpleNamespace(channel=self.notes.pop(0))

    def close(self) -> None:
        """Nothing to close."""


@dataclass
class Server:
    """A pool that gives listeners, and can be away."""

    away: bool = False
    listener: Listener = field(default_factory=Listener)

    def direct(self) -> Listener:
        if self.away:
            raise StoreUnavailableError("host=here", "away")
        return self.listener


def until(condition: Callable[[], bool], seconds: float = 60.0) -> None:
    end_s = monotonic_s() + seconds
    while not condition():
        assert monotonic_s() < end_s, "it never came about"
        wait(0.005)


@pytest.fixture
def going() -> Iterator[Callable[..., Rounds]]:
    stop, threads = threading.Event(), []

    def go(server: Server, sites: dict[str, MakeChores], *, count: int = 2) -> Rounds:
        rounds = Rounds(server, lambda: dict(sites), threads=count)  # type: ignore[arg-type]
        thread = threading.Thread(target=rounds.run, args=(stop,))
        thread.start()
        threads.append(thread)
        return rounds

    yield go
    stop.set()
    for thread in threads:
        thread.join(timeout=60)
        assert not thread.is_alive()


def chores(*every: Chore, look: Callable[[], list[str]] = list) -> MakeChores:
    return lambda: SiteChores(chores=every, look=look)


def test_a_site_with_a_long_backlog_gets_one_step_a_turn(going: Callable[..., Rounds]) -> None:
    order: list[str] = []
    short_done = threading.Event()

    def long_step() -> bool:
        order.append("long")
        wait(0.001)
        return not short_done.is_set()

    def short_step() -> bool:
        order.append("short")
        if order.count("short") == 20:
            short_done.set()
        return order.count("short") < 20

    going(
        Server(),
        {
            "a": chores(Chore(name="fold", step=long_step, channels=("a_metering",))),
            "b": chores(Chore(name="fold", step=short_step, channels=("b_metering",))),
        },
        count=1,
    )
    until(short_done.is_set)
    between = "".join(word[0] for word in order).strip("l").split("s")
    assert max(map(len, between)) <= 2


def test_a_failing_site_stops_no_other_and_is_tried_again_with_fresh_chores(
    going: Callable[..., Rounds],
) -> None:
    made: list[int] = []
    tries: list[int] = []
    good = threading.Event()

    def make() -> SiteChores:
        made.append(1)

        def step() -> bool:
            tries.append(1)
            if len(tries) < 2:
                raise ValueError("a broken fold")
            return False

        return SiteChores(chores=(Chore(name="fold", step=step),))

    other = Chore(name="fold", step=good.set)
    rounds = going(Server(), {"bad": make, "good": chores(other)}, count=1)
    until(good.is_set)
    until(lambda: len(tries) == 2)
    until(lambda: not failing_rows(rounds.states(), longer_than_s=-1))
    assert len(made) == 2
    errors = {(s.site, s.chore): s.errors for s in rounds.states()}
    assert (errors["bad", "fold"], errors["good", "fold"]) == (1, 0)


def test_a_site_is_in_one_thread_at_a_time(going: Callable[..., Rounds]) -> None:
    inside: list[int] = []
    most: list[int] = []
    steps: list[int] = []

    def step() -> bool:
        inside.append(1)
        most.append(len(inside))
        wait(0.002)
        inside.pop()
        steps.append(1)
        return len(steps) < 50

    server = Server()
    server.listener.notes = ["x"] * 30
    going(server, {"a": chores(Chore(name="fold", step=step, channels=("x",)))}, count=4)
    until(lambda: len(steps) >= 50)
    assert max(most) == 1


def test_a_stuck_site_leaves_the_other_threads_to_the_others(
    going: Callable[..., Rounds],
) -> None:
    free, seen = threading.Event(), []
    stuck = chores(Chore(name="fold", step=lambda: free.wait(60) and False))
    lively = chores(Chore(name="fold", step=lambda: seen.append(1), every_s=0.01))
    going(Server(), {"stuck": stuck, "lively": lively}, count=2)
    until(lambda: len(seen) > 20)
    free.set()


def test_a_notify_wakes_the_chore_that_listens_and_the_one_behind_it(
    going: Callable[..., Rounds],
) -> None:
    server, done = Server(), []
    fold = Chore(name="fold", step=lambda: done.append("fold"), channels=("n",), then=("sum",))
    total = Chore(name="sum", step=lambda: done.append("sum"))
    going(server, {"a": chores(fold, total)})
    until(lambda: len(done) >= 3)
    wait(0.1)
    before = len(done)
    server.listener.notes.append("n")
    until(lambda: done[before:] == ["fold", "sum"])
    assert server.listener.channels == ["n"]


def test_the_look_finds_what_a_lost_notify_left(going: Callable[..., Rounds]) -> None:
    work, done = ["fold"], []

    def look() -> list[str]:
        return [work.pop()] if work and done else []

    going(Server(), {"a": chores(Chore(name="fold", step=lambda: done.append(1)), look=look)})
    until(lambda: len(done) == 2)


def test_a_new_site_is_taken_up_without_a_restart(
    going: Callable[..., Rounds], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processes.site_rounds.SITES_EVERY_S", 0.01)
    done: list[str] = []
    sites = {"a": chores(Chore(name="fold", step=lambda: done.append("a")))}
    going(Server(), sites)
    until(lambda: "a" in done)
    sites["b"] = chores(Chore(name="fold", step=lambda: done.append("b")))
    until(lambda: "b" in done)


def test_a_lost_race_is_no_failure(going: Callable[..., Rounds]) -> None:
    tries: list[int] = []

    def step() -> bool:
        tries.append(1)
        raise LostRaceError("somebody else was faster")

    rounds = going(Server(), {"a": chores(Chore(name="fold", step=step))})
    until(lambda: len(tries) >= 2)
    assert failing_rows(rounds.states(), longer_than_s=-1) == []


def test_a_database_that_is_away_is_waited_for(
    going: Callable[..., Rounds], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processes.site_rounds.POLL_S", 0.05)
    server, done = Server(away=True), []
    rounds = going(server, {"a": chores(Chore(name="fold", step=lambda: done.append(1)))})
    until(lambda: bool(rounds.away))
    assert done == []
    server.away = False
    until(lambda: bool(done) and not rounds.away)
