from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from energy.store.errors import StoreUnavailableError
from processes.collector_plan import CollectPlan
from processes.plan_keeper import FORGOTTEN_S, LOOK_S, PlanKeeper
from tests.processes.test_collector_plan import PLAN

LESS = replace(PLAN, meters=PLAN.meters[:1])


class Registry:
    def __init__(self) -> None:
        self.plan: CollectPlan | None = PLAN

    def fetch(self) -> CollectPlan:
        if self.plan is None:
            raise StoreUnavailableError("localhost", "it is away")
        return self.plan


def test_what_changes_in_the_journal_is_written_and_nothing_else(tmp_path: Path) -> None:
    path, registry = tmp_path / "plan.json", Registry()
    keeper = PlanKeeper(path, registry.fetch)
    assert keeper.look(), "a box that never had a plan gets its first"
    assert not keeper.look()
    registry.plan = LESS
    assert keeper.look()
    assert CollectPlan.load(path) == LESS


def test_a_plan_that_a_technician_has_just_published_stands_until_the_journal_changes(
    tmp_path: Path,
) -> None:
    path, registry = tmp_path / "plan.json", Registry()
    keeper = PlanKeeper(path, registry.fetch)
    keeper.look()
    LESS.save(path)
    assert not keeper.look()
    assert CollectPlan.load(path) == LESS


def test_without_contact_the_last_plan_stands(tmp_path: Path) -> None:
    path, registry = tmp_path / "plan.json", Registry()
    keeper = PlanKeeper(path, registry.fetch)
    keeper.look()
    registry.plan = None
    assert not keeper.look()
    assert CollectPlan.load(path) == PLAN


def test_a_bus_that_a_killed_command_left_unasked_is_asked_again(tmp_path: Path) -> None:
    path, registry = tmp_path / "plan.json", Registry()
    keeper = PlanKeeper(path, registry.fetch)
    keeper.look()
    LESS.save(path)
    looks = int(FORGOTTEN_S / LOOK_S)
    assert not any(keeper.look() for _ in range(looks)), "a technician may be watching an hour"
    assert keeper.look()
    assert CollectPlan.load(path) == PLAN
    assert not any(keeper.look() for _ in range(2 * looks)), "what is right is not written again"
