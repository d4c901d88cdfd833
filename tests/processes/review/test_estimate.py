"""An estimate stands in for what is missing and ends its case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID

import msgspec
import pytest

from billing.views.case_story import read_case
from billing.views.review_queue import QueuedCase
from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.metering.correction import FourEyesError
from energy.metering.decision import DecidedAlreadyError
from energy.metering.reading import Reading
from energy.metering.review import CaseStateError
from energy.metering.review_case import DecisionKind
from processes.review.choice import Outcome
from processes.review.estimate import draft_for, estimate_case
from tests.billing.town import APPROVER, Town, count_at
from tests.fixtures.doubts import (
    AT,
    LIMIT,
    MANAGER,
    accept,
    barred,
    billed,
    desk,
    doubt,
    doubted_town,
    missing,
    next_run,
    noted,
    queue,
    rated_again,
    read_others,
    read_with_spike,
    refusal,
    system_of,
)

pytestmark = pytest.mark.servers


@pytest.fixture
def town(new_site: Any) -> Town:
    return doubted_town(new_site(at=AT))


def test_an_estimate_ends_what_is_missing_and_stays_marked(town: Town) -> None:
    read_others(town)
    first, until = datetime(2019, 1, 1, tzinfo=UTC), datetime(2019, 1, 2, tzinfo=UTC)
    instants = [first + n * timedelta(minutes=15) for n in range(97)]
    town.accept([Reading(channel=1, at=at, count=count_at(1, at)) for at in instants])
    lost = msgspec.structs.replace(missing(1), last_us=to_us(until + timedelta(days=2)))
    noted(town, lost)
    (row,) = queue(town)
    assert row.stake is not None
    assert (row.case.cause, row.stake.unknown, row.stake.expected) == (
        "missing",
        0,
        Fraction(1),
    )
    run = billed(town)
    assert barred(town, run) == ["bill.usage_missing", "reading.missing"]
    system, manager = system_of(town), desk(town, MANAGER)
    channel = manager.channel(row, None)
    how = {"schedule": "rest = 0.4"}
    draft = draft_for(system, town.site, row, channel, "schedule", how)
    outcome = estimate_case(
        system, town.site, manager, row, draft, "modem dead", MANAGER, limit=LIMIT
    )
    assert outcome.kind is DecisionKind.ESTIMATED
    assert queue(town) == []
    assert barred(town, rated_again(town, run)) == ["bill.usage_missing", "reading.missing"]
    assert barred(town, next_run(town, run)) == []
    shown = read_case(town.database, town.site, town.clock.now(), row.case.case.hex[:8])
    assert {(u.quality_before, u.quality_after) for u in shown.usage[:2]} == {
        (Quality.MISSING, Quality.ESTIMATED)
    }
    again = manager.repeated(row.case.case.hex, "estimate", "modem dead", "schedule")
    assert again == outcome


@pytest.mark.slow
def test_an_estimate_is_no_answer_to_a_wrong_value(town: Town) -> None:
    read_with_spike(town)
    (row,) = queue(town)
    manager = desk(town, MANAGER)
    with pytest.raises(CaseStateError, match="measured"):
        draft_for(system_of(town), town.site, row, manager.channel(row, None), "schedule", {})


def read_with_gap(town: Town, first_hour: int, last_hour: int) -> None:
    """Read a meter each quarter-hour of three days, but for some hours of the second."""
    first = datetime(2019, 1, 1, tzinfo=UTC)
    gap = first + timedelta(days=1, hours=first_hour), first + timedelta(days=1, hours=last_hour)
    instants = [first + n * timedelta(minutes=15) for n in range(3 * 96 + 1)]
    told = [at for at in instants if not gap[0] < at < gap[1]]
    town.accept([Reading(channel=1, at=at, count=count_at(1, at)) for at in told])
    town.catch_up()


def estimated(town: Town, row: QueuedCase, limit: Decimal = LIMIT, by: UUID = MANAGER) -> Outcome:
    system, at = system_of(town), desk(town, by)
    draft = draft_for(system, town.site, row, at.channel(row, None), "linear", {})
    return estimate_case(system, town.site, at, row, draft, "gap", by, limit=limit)


def estimates(town: Town) -> object:
    topic = "readings.estimated"
    return town.one(
        f"SELECT count(*) FROM {town.site.schema}.metering_events WHERE topic = '{topic}'"
    )


def test_an_estimate_of_a_gap_ends_no_doubt_about_the_rest_of_the_day(town: Town) -> None:
    read_with_gap(town, 5, 7)
    noted(town, doubt("register.frozen", 2, 0, hours=24))
    (row,) = queue(town)
    with pytest.raises(CaseStateError, match="wholly"):
        estimated(town, row)
    assert estimates(town) == 0
    assert len(queue(town)) == 1


def test_what_was_measured_throughout_is_not_estimated(town: Town) -> None:
    read_with_gap(town, 0, 0)
    noted(town, doubt("register.frozen", 2, 0, hours=24))
    (row,) = queue(town)
    with pytest.raises(CaseStateError, match="measured"):
        estimated(town, row)


def test_what_an_estimate_does_not_fill_waits_and_can_be_decided(town: Town) -> None:
    read_with_gap(town, 5, 7)
    noted(town, doubt("register.frozen", 2, 0, hours=24))
    noted(town, doubt("register.frozen", 2, 5, hours=2))
    (row,) = queue(town)
    assert len(row.case.findings) == 2
    assert estimated(town, row).kind is DecisionKind.ESTIMATED
    (rest,) = queue(town)
    assert (rest.case.case, len(rest.case.findings)) == (row.case.case, 1)
    (outcome,) = accept(town, [rest])
    assert outcome.kind is DecisionKind.ACCEPTED
    assert queue(town) == []


def test_an_estimate_of_much_money_waits_for_a_second_person(town: Town) -> None:
    read_others(town)
    read_with_gap(town, 0, 49)
    noted(town, doubt("reading.missing", 2, 0, hours=48))
    (row,) = queue(town)
    low = Decimal("0.01")
    assert row.stake is not None
    assert row.stake.amount > low
    first = estimated(town, row, low)
    assert (first.kind, estimates(town)) == (DecisionKind.ACCEPTANCE_PROPOSED, 1)
    assert barred(town, billed(town)) == ["reading.missing"]
    (waiting,) = queue(town)
    assert waiting.case.case == row.case.case
    assert isinstance(refusal(accept(town, [waiting], MANAGER, limit=low)), FourEyesError)
    desk(town, MANAGER).release([waiting], "never mind", may_decide=True)
    alone = accept(town, queue(town), MANAGER, limit=low)
    assert [each.kind for each in alone] == [DecisionKind.ACCEPTANCE_PROPOSED]
    (second,) = accept(town, queue(town), APPROVER, limit=low)
    assert second.kind is DecisionKind.ACCEPTED
    assert queue(town) == []


def test_an_estimate_that_comes_second_is_not_recorded(town: Town) -> None:
    read_with_gap(town, 4, 8)
    noted(town, missing(1, 4), missing(1, 5))
    (row,) = queue(town)
    (first,) = accept(town, [row], reason="shop empty")
    assert first.kind is DecisionKind.ACCEPTED
    with pytest.raises(DecidedAlreadyError, match="Jonas"):
        estimated(town, row)
    assert estimates(town) == 0
