"""What the role of the web process decides on the screen is what the command row decides."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, timedelta
from typing import Any, cast

import pytest

from billing.views.review_queue import QueuedCase
from energy.base.errors import RefusedError
from energy.metering.correction import FourEyesError
from energy.metering.review_case import CaseState, DecisionKind
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import WEB
from energy.views.corrections import read_corrections
from energy.views.registry import load_channels
from energy.views.review import read_decisions
from processes.review.screen_desk import ScreenDesk
from tests.billing.town import APPROVER, CLERK, Town, count_at
from tests.fixtures.doubts import (
    AT,
    MANAGER,
    SPIKE,
    barred,
    billed,
    doubted_town,
    next_run,
    queue,
    read_others,
    read_with_spike,
    system_of,
)
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
HOUR = timedelta(hours=1)


@pytest.fixture
def site(new_site: Any) -> TestSite:
    return cast("TestSite", new_site(at=AT))


@pytest.fixture
def town(site: TestSite) -> Town:
    return doubted_town(site)


@pytest.fixture
def screen(site: TestSite, town: Town) -> Iterator[ScreenDesk]:
    """Yield a desk in the web role; the views come up to it as `project` would bring them."""
    system = system_of(town)
    web = Database(site.server.dsn(WEB), max_size=2, scope=STAFF)
    system.__dict__.update(database=web, people=Nobody())
    yield ScreenDesk(system, town.site, settle=lambda _system, _site: town.catch_up())
    web.close()


class Nobody:
    def get(self, _person: object) -> None:
        return None


def kinds(town: Town, row: QueuedCase) -> list[DecisionKind]:
    with town.database.connection() as connection:
        found = read_decisions(connection, town.site.schema, case=row.case.case)
    return [each.kind for each in found]


def test_a_case_is_held_released_and_accepted_once_though_pressed_twice(
    town: Town, screen: ScreenDesk
) -> None:
    read_others(town)
    read_with_spike(town)
    (row,) = queue(town)
    case = row.case.case
    for _ in range(2):
        screen.hold(case, "looking", until=date(2019, 2, 9), by=APPROVER)
    assert queue(town)[0].case.state is CaseState.HELD
    screen.release(case, "looked", by=APPROVER, may_decide=True)
    for _ in range(2):
        screen.accept(case, "seen on site", by=APPROVER, may_decide=True)
    assert queue(town)[0].case.state is CaseState.ACCEPTANCE, "much money waits for a second person"
    screen.accept(case, "seen too", by=MANAGER, may_decide=True)
    assert queue(town) == []
    assert kinds(town, row) == [
        DecisionKind.ACCEPTED,
        DecisionKind.ACCEPTANCE_PROPOSED,
        DecisionKind.RELEASED,
        DecisionKind.HELD,
    ]


def test_a_correction_counts_when_a_second_person_approves_it(
    town: Town, screen: ScreenDesk
) -> None:
    read_others(town)
    read_with_spike(town)
    run = billed(town)
    assert barred(town, run)
    (row,) = queue(town)
    value = f"{SPIKE:%Y-%m-%d %H:%M}={count_at(1, SPIKE) / 100:.2f}"
    screen.correct(row.case.case, [value], "misread", by=CLERK)
    with town.database.connection() as connection:
        (proposed,) = read_corrections(connection, town.site.schema, channels=(1,))
    with pytest.raises(FourEyesError):
        screen.approve(proposed.correction, by=CLERK)
    screen.approve(proposed.correction, by=APPROVER)
    assert queue(town) == []
    assert barred(town, next_run(town, run)) == []


def test_a_reading_that_no_case_is_about_is_stated_once_and_approved_by_another(
    town: Town, screen: ScreenDesk
) -> None:
    read_others(town)
    with town.database.connection() as connection:
        point = load_channels(connection, town.site.schema)[2].point
    at = SPIKE - HOUR
    value = f"{at:%Y-%m-%d %H:%M}={count_at(2, at) / 100 + 1:.2f}"
    for _ in range(2):
        screen.state(point, [value], "misread", by=CLERK)
    with town.database.connection() as connection:
        (proposed,) = read_corrections(connection, town.site.schema, channels=(2,))
    assert (proposed.state, proposed.readings) == ("proposed", ((at, count_at(2, at) + 100),))
    with pytest.raises(FourEyesError):
        screen.approve(proposed.correction, by=CLERK)
    screen.approve(proposed.correction, by=APPROVER)
    with town.database.connection() as connection:
        (approved,) = read_corrections(connection, town.site.schema, channels=(2,))
    assert approved.state == "approved"
    with pytest.raises(RefusedError):
        screen.state(point, ["no reading"], "typed", by=CLERK)


def test_who_only_proposes_leaves_it_to_a_second_person(town: Town, screen: ScreenDesk) -> None:
    read_others(town)
    read_with_spike(town)
    (row,) = queue(town)
    screen.accept(row.case.case, "seen", by=CLERK, may_decide=False)
    assert queue(town)[0].case.state is CaseState.ACCEPTANCE
    screen.accept(row.case.case, "seen too", by=APPROVER, may_decide=True)
    assert queue(town) == []


def test_what_cannot_be_is_refused_and_nothing_is_written(town: Town, screen: ScreenDesk) -> None:
    read_others(town)
    read_with_spike(town)
    (row,) = queue(town)
    case = row.case.case
    with pytest.raises(RefusedError):
        screen.hold(case, "looking", until=date(2019, 1, 1), by=APPROVER)
    with pytest.raises(RefusedError):
        screen.correct(case, ["no reading"], "typed", by=CLERK)
    with pytest.raises(RefusedError):
        screen.estimate(case, "linear", "gap", by=APPROVER)
    assert kinds(town, row) == []
