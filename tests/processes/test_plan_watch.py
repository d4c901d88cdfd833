from __future__ import annotations

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from energy.base.clock import monotonic_s, wait
from processes.collector_plan import CollectPlan
from processes.plan_watch import (
    PlanNotTakenError,
    collector_runs,
    follow_plan,
    publish_plan,
    taken_file,
)
from tests.processes.test_collector_plan import PLAN

LESS = replace(PLAN, meters=PLAN.meters[:1])


@contextmanager
def following(path: Path) -> Iterator[list[CollectPlan]]:
    """Follow a plan in a thread; yields the plans collected by."""
    stop, followed = threading.Event(), list[CollectPlan]()

    def collect(plan: CollectPlan, ending: threading.Event) -> None:
        followed.append(plan)
        assert ending.wait(120)

    thread = threading.Thread(target=follow_plan, args=(path, collect, stop))
    thread.start()
    try:
        until(lambda: bool(followed))
        yield followed
    finally:
        stop.set()
        thread.join(60)
        assert not thread.is_alive()


def until(true: object) -> None:
    assert callable(true)
    give_up_s = monotonic_s() + 60
    while not true():
        assert monotonic_s() < give_up_s, "it never happened"
        wait(0.02)


@pytest.mark.servers
def test_a_changed_plan_is_taken_without_a_restart_and_the_publisher_knows(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    PLAN.save(path)
    with following(path) as followed:
        assert publish_plan(path, LESS, patience_s=60)
        until(lambda: followed == [PLAN, LESS])  # the old one has ended; the new one begins now
        assert publish_plan(path, PLAN, patience_s=60)
        until(lambda: followed == [PLAN, LESS, PLAN])


@pytest.mark.servers
def test_a_broken_plan_is_not_taken_and_the_old_one_stays_in_force(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    PLAN.save(path)
    with following(path) as followed:
        path.write_text("{}")
        wait(0.6)
        assert followed == [PLAN]
        assert publish_plan(path, LESS, patience_s=60)
        until(lambda: followed == [PLAN, LESS])


@pytest.mark.servers
def test_where_no_collector_runs_nobody_waits_for_one(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    assert not publish_plan(path, PLAN)
    with following(path):
        assert collector_runs(path)
    assert not collector_runs(path)
    assert not publish_plan(path, LESS)
    assert CollectPlan.load(path) == LESS


@pytest.mark.servers
def test_a_collector_that_does_not_take_a_plan_is_named(tmp_path: Path) -> None:
    path = tmp_path / "plan.json"
    PLAN.save(path)
    with following(path):
        taken = taken_file(path).read_text()
        with pytest.raises(PlanNotTakenError, match="Look at its log"):
            publish_plan(path, LESS, patience_s=0.0)
        until(lambda: taken_file(path).read_text() != taken)
