"""A changed plan reaches a running collector; buses that it does not touch miss no slot."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Self

import pytest

from energy.base.clock import ManualClock, monotonic_s, wait
from processes.collect import run_collector
from processes.collect_edge import Edge
from processes.collector_plan import CollectPlan
from processes.plan_watch import PlanInbox, follow_plan, publish_plan
from tests.fixtures.edge_play import keeping_ledger
from tests.processes.test_collect import meters
from tests.processes.test_collector_drain import Journal
from tests.processes.test_collector_plan import BUS, ELECTRIC

START = datetime(2019, 1, 1, tzinfo=UTC)


def plan_of(first: int, second: int) -> CollectPlan:
    """Return a plan of two gateways, each with one meter, asked every second."""
    bus = replace(BUS, host="127.0.0.1", port=first, interval_s=1)
    other = replace(bus, key="modbus-2", port=second)
    channels = tuple(replace(c, number=c.number + 10) for c in ELECTRIC.channels)
    meter = replace(ELECTRIC, point="b3-elec", source="modbus-2", channels=channels)
    return CollectPlan(site="campus", sources=(bus, other), meters=(ELECTRIC, meter))


@contextmanager
def following(path: Path, clock: ManualClock, folder: Path) -> Iterator[list[CollectPlan]]:
    """Collect in a thread by the plan in a file; what the spool takes stands in a ledger."""
    stop, begun, inbox = threading.Event(), list[CollectPlan](), PlanInbox()

    def collect(plan: CollectPlan, ending: threading.Event) -> None:
        begun.append(plan)
        edge = Edge(inbox=inbox)
        run_collector(plan, Journal(), clock, folder, None, ending, edge=edge)

    thread = threading.Thread(target=follow_plan, args=(path, collect, stop, inbox))
    with keeping_ledger(folder / "ledger"):
        thread.start()
        try:
            yield begun
        finally:
            stop.set()
            thread.join(20)
            assert not thread.is_alive()


def slots(folder: Path, channel: int) -> list[int]:
    """Return the seconds for which a channel has a reading, in the order they were stored."""
    file = folder / "ledger"
    rows = file.read_text().splitlines(keepends=True) if file.exists() else []
    told = [tuple(map(int, row.split())) for row in rows if row.endswith("\n")]
    return [at_us // 1_000_000 for number, at_us, _ in told if number == channel]


def until(true: Callable[[], bool]) -> None:
    give_up_s = monotonic_s() + 60
    while not true():
        assert monotonic_s() < give_up_s, "it never happened"
        wait(0.01)


class Walk:
    """A clock that goes on a second when the untouched meter has its reading for this one."""

    def __init__(self, folder: Path) -> None:
        self.clock = ManualClock(START)
        self._folder = folder
        self._over = threading.Event()
        self._thread = threading.Thread(target=self._run)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._over.set()
        self._thread.join(20)

    def _run(self) -> None:
        while not self._over.is_set():
            now, known = int(self.clock.now().timestamp()), slots(self._folder, 1)
            if known[-1:] == [now] or not known:
                self.clock.move_to(self.clock.now() + timedelta(seconds=1))
            wait(0.02 if known else 1.5, self._over)  # the first slot is the collector's to choose


@pytest.mark.servers
def test_a_meter_replaced_and_another_interval_restart_their_own_bus_only(tmp_path: Path) -> None:
    path, folder = tmp_path / "plan.json", tmp_path / "c"
    folder.mkdir()
    walk = Walk(folder)
    with meters() as first, meters() as second:
        plan = plan_of(first, second)
        plan.save(path)
        with following(path, walk.clock, folder) as begun, walk:
            until(lambda: len(slots(folder, 1)) >= 2 and len(slots(folder, 11)) >= 1)
            old = plan.meters[1]
            served = tuple(replace(c, number=c.number + 10) for c in old.channels)
            new = replace(old, address={"unit": 3}, channels=served)
            assert publish_plan(path, replace(plan, meters=(plan.meters[0], new)))
            until(lambda: len(slots(folder, 21)) >= 2)
            slower = replace(plan.sources[1], interval_s=2)
            sources = (plan.sources[0], slower)
            assert publish_plan(path, replace(plan, sources=sources, meters=(plan.meters[0], new)))
            known = len(slots(folder, 21))
            until(lambda: len(slots(folder, 21)) >= known + 2)
            only = replace(plan, sources=plan.sources[:1], meters=plan.meters[:1])
            assert publish_plan(path, only)
            known = len(slots(folder, 1))
            until(lambda: len(slots(folder, 1)) >= known + 2)
        assert len(begun) == 1, "the collector was never started anew"
    untouched = slots(folder, 1)
    assert untouched == list(range(untouched[0], untouched[-1] + 1)), "a slot is missing or twice"
    for channel in (11, 21):
        renewed = slots(folder, channel)
        assert len(set(renewed)) == len(renewed), "a slot is twice"
    assert max(slots(folder, 11)) <= min(slots(folder, 21))


@pytest.mark.servers
@pytest.mark.slow
def test_a_plan_that_cannot_be_followed_leaves_the_old_one_at_work(tmp_path: Path) -> None:
    path, folder = tmp_path / "plan.json", tmp_path / "c"
    folder.mkdir()
    walk = Walk(folder)
    with meters() as first, meters() as second:
        plan = plan_of(first, second)
        plan.save(path)
        with following(path, walk.clock, folder) as begun, walk:
            until(lambda: len(slots(folder, 1)) >= 1)
            broken = replace(plan.meters[1], profile="no_such_profile")
            replace(plan, meters=(plan.meters[0], broken)).save(path)
            wait(0.8)
            known = len(slots(folder, 11))
            until(lambda: len(slots(folder, 11)) >= known + 2)
            assert len(begun) == 1
