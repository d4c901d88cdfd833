"""A changed plan reaches a running collector; buses that it does not touch miss no slot."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from energy.base.clock import SystemClock, monotonic_s, wait
from processes.collect import run_collector
from processes.collect_edge import Edge
from processes.collector_plan import CollectPlan
from processes.plan_watch import PlanInbox, follow_plan, publish_plan
from tests.processes.test_collect import meters, readings
from tests.processes.test_collector_drain import Journal
from tests.processes.test_collector_plan import BUS, ELECTRIC


def plan_of(first: int, second: int) -> CollectPlan:
    """Return a plan of two gateways, each with one meter, asked every second."""
    bus = replace(BUS, host="127.0.0.1", port=first, interval_s=1)
    other = replace(bus, key="modbus-2", port=second)
    channels = tuple(replace(c, number=c.number + 10) for c in ELECTRIC.channels)
    meter = replace(ELECTRIC, point="b3-elec", source="modbus-2", channels=channels)
    return CollectPlan(site="campus", sources=(bus, other), meters=(ELECTRIC, meter))


@contextmanager
def following(path: Path, journal: Journal, folder: Path) -> Iterator[list[CollectPlan]]:
    stop, begun, inbox = threading.Event(), list[CollectPlan](), PlanInbox()

    def collect(plan: CollectPlan, ending: threading.Event) -> None:
        begun.append(plan)
        edge = Edge(inbox=inbox)
        run_collector(plan, journal, SystemClock(), folder, None, ending, edge=edge)

    thread = threading.Thread(target=follow_plan, args=(path, collect, stop, inbox))
    thread.start()
    try:
        yield begun
    finally:
        stop.set()
        thread.join(20)
        assert not thread.is_alive()


def slots(journal: Journal, channel: int) -> list[int]:
    """Return the seconds for which a channel has a reading."""
    return [int(at.timestamp()) for number, at, _ in readings(journal) if number == channel]


def until(true: object) -> None:
    assert callable(true)
    give_up_s = monotonic_s() + 20
    while not true():
        assert monotonic_s() < give_up_s, "it never happened"
        wait(0.05)


@pytest.mark.servers
def test_a_meter_replaced_and_another_interval_restart_their_own_bus_only(tmp_path: Path) -> None:
    path, journal = tmp_path / "plan.json", Journal()
    with meters() as first, meters() as second:
        plan = plan_of(first, second)
        plan.save(path)
        with following(path, journal, tmp_path / "c") as begun:
            until(lambda: len(slots(journal, 1)) >= 2 and len(slots(journal, 11)) >= 2)
            old = plan.meters[1]
            served = tuple(replace(c, number=c.number + 10) for c in old.channels)
            new = replace(old, address={"unit": 3}, channels=served)
            assert publish_plan(path, replace(plan, meters=(plan.meters[0], new)))
            until(lambda: len(slots(journal, 21)) >= 2)
            slower = replace(plan.sources[1], interval_s=2)
            sources = (plan.sources[0], slower)
            assert publish_plan(path, replace(plan, sources=sources, meters=(plan.meters[0], new)))
            known = len(slots(journal, 21))
            until(lambda: len(slots(journal, 21)) >= known + 2)
            only = replace(plan, sources=plan.sources[:1], meters=plan.meters[:1])
            assert publish_plan(path, only)
            known = len(slots(journal, 1))
            until(lambda: len(slots(journal, 1)) >= known + 2)
        assert len(begun) == 1, "the collector was never started anew"
    untouched = slots(journal, 1)
    assert untouched == list(range(untouched[0], untouched[-1] + 1)), "a slot is missing or twice"
    for channel in (11, 21):
        renewed = slots(journal, channel)
        assert len(set(renewed)) == len(renewed)
    assert max(slots(journal, 11)) <= min(slots(journal, 21))


@pytest.mark.servers
@pytest.mark.slow
def test_a_plan_that_cannot_be_followed_leaves_the_old_one_at_work(tmp_path: Path) -> None:
    path, journal = tmp_path / "plan.json", Journal()
    with meters() as first, meters() as second:
        plan = plan_of(first, second)
        plan.save(path)
        with following(path, journal, tmp_path / "c") as begun:
            until(lambda: len(slots(journal, 1)) >= 1)
            broken = replace(plan.meters[1], profile="no_such_profile")
            replace(plan, meters=(plan.meters[0], broken)).save(path)
            wait(0.8)
            known = len(slots(journal, 11))
            until(lambda: len(slots(journal, 11)) >= known + 2)
            assert len(begun) == 1
