"""A follower killed before every statement of its transactions leaves what no death would leave."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from energy.views.rollup import roll_up
from energy.views.worker import metering_follower
from tests.fixtures.dying import cutting, died_everywhere, every_row, killing
from tests.fixtures.postgres import TestSite
from tests.fixtures.rebuild import copied_journal, slices_of
from tests.properties.test_rebuild_equals_live import Plant

pytestmark = pytest.mark.servers
STEPS, FEW_STEPS = 10, 6
SLICE = 4


class Worker:
    """A follower that is made anew after its process died, or goes on after its connection did."""

    def __init__(self, site: TestSite) -> None:
        self.site = site
        self.begin()

    def begin(self) -> None:
        self.follower = metering_follower(
            self.site.writer, self.site.schema, self.site.site.zone, self.site.clock
        )

    def step(self) -> int:
        return self.follower.step()

    def position(self) -> int:
        rows = self.site.rows("SELECT position FROM {s}.follower WHERE name = 'metering'")
        return int(rows[0][0]) if rows else 0

    def roll_up(self) -> None:
        with self.site.writer.connection() as connection:
            while roll_up(connection, self.site.schema):
                pass


def fold_with_deaths(worker: Worker, strike: Callable[[Any], None], *, anew: bool) -> int:
    """Fold everything, dying at each statement of each slice and of the roll-up."""
    deaths = 0
    head = worker.site.application("metering").position()
    while (before := worker.position()) < head:

        def done(before: int = before) -> bool:
            if anew:
                worker.begin()
            return worker.position() > before

        died = died_everywhere(worker.step, strike, done, first=1 if anew else 2)
        assert died > 5, "a slice is a transaction of several statements"
        assert worker.position() > before
        deaths += died
    return deaths + died_everywhere(worker.roll_up, strike, lambda: False, first=1 if anew else 2)


# Seeds whose first steps hold late readings, a mark, a contradiction and a meter event.
@pytest.mark.parametrize(("how", "seed"), [("process", 3), ("connection", 124)])
def test_views_after_a_death_at_every_statement_equal_those_of_an_undisturbed_fold(
    new_site: Any, how: str, seed: int
) -> None:
    die_everywhere(new_site, how, seed, FEW_STEPS)


@pytest.mark.slow
@pytest.mark.parametrize("seed", [3, 6, *range(10, 20)])
@pytest.mark.parametrize("how", ["process", "connection"])
def test_views_of_many_plants_after_a_death_at_every_statement(
    new_site: Any, how: str, seed: int
) -> None:
    die_everywhere(new_site, how, seed, STEPS)


def die_everywhere(new_site: Any, how: str, seed: int, steps: int) -> None:
    """Fold a plant's journal undisturbed and with deaths; every row must be the same."""
    calm: TestSite = new_site()
    plant = Plant(calm, seed)
    for _ in range(steps):
        plant.go_on()
    with slices_of(SLICE):
        worker = Worker(calm)
        while worker.step():
            pass
        worker.roll_up()
        expected = every_row(calm)
        disturbed: TestSite = new_site()
        copied_journal(calm, disturbed)
        if how == "process":
            deaths = fold_with_deaths(Worker(disturbed), killing, anew=True)
        else:
            with cutting(disturbed) as strike:
                deaths = fold_with_deaths(Worker(disturbed), strike, anew=False)
    assert deaths > 60
    found = every_row(disturbed)
    assert expected["usage_block"] != []
    assert expected["usage_day"] != []
    assert expected["segment"] != []
    for table, rows in expected.items():
        assert found[table] == rows, table
