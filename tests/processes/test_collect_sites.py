from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest

from adapters.spool import Spool
from energy.base.clock import ManualClock, monotonic_s, wait
from energy.metering.reading import ReadingColumns
from processes.collect_board import CollectBoard
from processes.collect_sites import SPOOL_FILE, LateDoor, SiteCollectors, take_over_spool
from processes.collector_plan import CollectPlan, PlanError
from tests.fixtures.batches import MIDNIGHT, reading
from tests.fixtures.postgres import TestSite


def until(condition: Callable[[], bool]) -> None:
    end_s = monotonic_s() + 60
    while not condition():
        assert monotonic_s() < end_s, "it never came about"
        wait(0.01)


def plan_of(folder: Path, site: str) -> Path:
    path = folder / f"{site}.json"
    CollectPlan(site=site, sources=(), meters=()).save(path)
    return path


def test_each_plan_has_a_collector_and_one_that_fails_stops_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("processes.collect_sites.LOOK_S", 0.02)
    plans, spools = tmp_path / "plans", tmp_path / "collect"
    running: dict[str, Path] = {}
    tries: list[str] = []
    board, stop = CollectBoard(), threading.Event()

    def collect(plan: CollectPlan, spool_dir: Path, ending: threading.Event) -> None:
        if plan.site == "bad":
            tries.append("bad")
            raise ValueError("no such register map")
        running[plan.site] = spool_dir
        ending.wait()
        running.pop(plan.site)

    for site in ("north", "bad"):
        plan_of(plans, site)
    every = SiteCollectors(plans, spools, collect, board)
    thread = threading.Thread(target=every.run, args=(stop,))
    thread.start()
    until(lambda: "north" in running and bool(tries))
    assert running == {"north": spools / "north"}
    assert any("bad: ValueError" in reason for reason in board.health().reasons)
    south = plan_of(plans, "south")
    until(lambda: "south" in running)
    south.unlink()
    until(lambda: "south" not in running)
    assert "north" in running
    stop.set()
    thread.join(timeout=60)
    assert (thread.is_alive(), running) == (False, {})


def test_the_spool_of_the_only_site_goes_along_when_a_second_comes(tmp_path: Path) -> None:
    plans, spools = tmp_path / "plans", tmp_path / "collect"
    clock = ManualClock(MIDNIGHT)
    spool = Spool(spools / SPOOL_FILE, clock)
    spool.append("bus", ReadingColumns.of([reading(1, 0, 7)]))
    spool.close()
    assert take_over_spool(plans, spools) is None
    CollectPlan(site="north", sources=(), meters=()).save(tmp_path / "plan.json")
    assert take_over_spool(plans, spools) == spools / "north" / SPOOL_FILE
    moved = Spool(spools / "north" / SPOOL_FILE, clock)
    assert (moved.backlog().open_readings, moved.stream) == (1, spool.stream)
    moved.close()
    assert take_over_spool(plans, spools) is None


def door(site: TestSite, *, wanted: str, plan: str) -> LateDoor:
    system: Any = SimpleNamespace(
        database=site.writer, clock=site.clock, config=SimpleNamespace(site=wanted)
    )
    return LateDoor(system, plan)


@pytest.mark.servers
def test_a_plan_of_a_site_that_is_not_there_opens_no_door(
    site_schema: TestSite, directory: Any
) -> None:
    with pytest.raises(PlanError, match="No site 'nowhere'"):
        door(site_schema, wanted="", plan="nowhere").accept([])
