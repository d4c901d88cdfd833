"""What one person alone stated of much money is shown to who approves the bill. I/O."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from billing.views.stated_alone import STATED_CODE
from energy.base.finding import Finding, Severity
from energy.journal.application import JournalApplication
from energy.metering.meter import Meter, meter_id
from energy.metering.reading import Reading
from energy.metering.review_case import DecisionKind
from energy.views.registry import load_channels
from processes.estimates.draft import draft_estimate, record_estimate
from processes.review.estimate import draft_for, estimate_case
from tests.billing.town import APPROVER, CLERK, Town, count_at
from tests.fixtures.doubts import (
    MANAGER,
    accept,
    barred,
    billed,
    desk,
    doubt,
    next_run,
    noted,
    queue,
    rated_again,
    read_others,
    system_of,
)

pytestmark = pytest.mark.servers
TECHNICIAN = UUID(int=9)
QUARTER = timedelta(minutes=15)
FALL = datetime(2019, 1, 2, 12, tzinfo=UTC)
OUTAGE, END = datetime(2019, 1, 3, tzinfo=UTC), datetime(2019, 1, 4, tzinfo=UTC)


@pytest.fixture
def doubted(town: Town) -> Town:
    """Every meter but the first is read."""
    town.found()
    read_others(town)
    return town


def stated(town: Town, run: UUID) -> list[Finding]:
    review = town.office.review(run)
    assert {draft.account for draft in review.drafts if draft.findings} <= {"A-b1"}
    return [each for each in review.findings if each.code == STATED_CODE]


def read_with_fall(town: Town) -> None:
    """Read a register each quarter-hour that falls to nought right behind noon of the second."""
    first = datetime(2019, 1, 1, tzinfo=UTC)
    instants = [first + n * QUARTER for n in range(3 * 96 + 1)]
    fallen = count_at(1, FALL)
    town.accept(
        [Reading(channel=1, at=at, count=count_at(1, at) - fallen * (at > FALL)) for at in instants]
    )
    town.catch_up()


def meter_of(town: Town) -> tuple[JournalApplication, Meter]:
    metering = JournalApplication(town.database, town.site.schema, "metering", town.clock)
    meter: Meter = metering.find(meter_id(town.site.key, "b1-elec"))  # type: ignore[assignment]
    return metering, meter


def reset(town: Town, more: int) -> None:
    """State that the register had counted on before it fell, by some counts of 10 Wh."""
    metering, meter = meter_of(town)
    meter.record_reset(
        at=FALL + QUARTER / 2,
        counts_before={1: count_at(1, FALL) + more},
        counts_after={1: 0},
        reason="seen on site",
        record={"stated_by": str(TECHNICIAN)},
        command_id=uuid4(),
    )
    metering.store(meter)
    town.catch_up()


def take_back(town: Town) -> None:
    metering, meter = meter_of(town)
    meter.withdraw_reset(
        at=FALL + QUARTER / 2, registers=[1], reason="wrong", record={}, command_id=uuid4()
    )
    metering.store(meter)
    town.catch_up()


def test_a_reset_by_which_much_is_billed_is_shown_with_its_author(doubted: Town) -> None:
    read_with_fall(doubted)
    before = billed(doubted)
    assert barred(doubted, before) != []
    reset(doubted, 1_000_000)
    assert stated(doubted, rated_again(doubted, before)) == []
    run = next_run(doubted, before)
    assert barred(doubted, run) == []
    (found,) = stated(doubted, run)
    assert (found.severity, found.start, found.end) == (Severity.WARN, FALL, FALL + QUARTER)
    usage = Decimal(10_000) + Decimal(count_at(1, FALL + QUARTER) - count_at(1, FALL)) / 100
    price = Decimal("0.1432") + Decimal("0.00583")
    assert found.proof == {
        "act": "reset",
        "by": str(TECHNICIAN),
        "point": "b1-elec",
        "billed_at": "b1-elec",
        "usage": str(usage),
        "unit": "kWh",
        "amount": str(round(usage * price, 2)),
        "currency": "GBP",
    }
    doubted.office.approve(run, APPROVER)
    doubted.office.issue(run, CLERK)
    (drafted, _) = doubted.office.books.run(run).drafts
    assert doubted.office.re_rate(drafted).same


def test_a_reset_of_little_money_or_that_was_taken_back_is_not_shown(doubted: Town) -> None:
    read_with_fall(doubted)
    reset(doubted, 10)
    run = billed(doubted)
    assert stated(doubted, run) == []
    assert barred(doubted, run) == []
    take_back(doubted)
    reset(doubted, 1_000_000)
    run = next_run(doubted, run)
    assert len(stated(doubted, run)) == 1
    take_back(doubted)
    assert stated(doubted, next_run(doubted, run)) == []


def read_with_outage(town: Town) -> None:
    slots = (OUTAGE - datetime(2019, 1, 1, tzinfo=UTC)) // QUARTER
    instants = [OUTAGE - n * QUARTER for n in range(slots + 1)]
    town.accept([Reading(channel=1, at=at, count=count_at(1, at)) for at in instants])
    town.catch_up()


def test_an_estimate_of_much_money_is_shown_with_its_author(doubted: Town) -> None:
    read_with_outage(doubted)
    with doubted.database.connection() as connection:
        channel = load_channels(connection, doubted.site.schema)[1]
    system = system_of(doubted)
    options = {"total": "50000"}
    draft = draft_estimate(system, doubted.site, channel, OUTAGE, END, "linear", options=options)
    record_estimate(system, doubted.site, draft, reason="outage", by=TECHNICIAN, command_id=uuid4())
    run = billed(doubted)
    assert barred(doubted, run) == []
    (found,) = stated(doubted, run)
    assert (found.proof["act"], found.proof["by"]) == ("estimate", str(TECHNICIAN))
    assert (found.proof["usage"], found.start, found.end) == ("50000", OUTAGE, END)


def test_an_estimate_that_a_second_person_accepted_is_not_shown(doubted: Town) -> None:
    read_with_outage(doubted)
    noted(doubted, doubt("reading.missing", 3, 0, hours=24))
    (row,) = queue(doubted)
    system, first = system_of(doubted), desk(doubted, MANAGER)
    how = {"total": "50000"}
    draft = draft_for(system, doubted.site, row, first.channel(row, None), "linear", how)
    low = Decimal("0.01")
    estimate_case(system, doubted.site, first, row, draft, "modem dead", MANAGER, limit=low)
    before = billed(doubted)
    assert len(stated(doubted, before)) == 1
    (second,) = accept(doubted, queue(doubted), APPROVER, limit=low)
    assert second.kind is DecisionKind.ACCEPTED
    assert len(stated(doubted, rated_again(doubted, before))) == 1
    run = next_run(doubted, before)
    assert (barred(doubted, run), stated(doubted, run)) == ([], [])
