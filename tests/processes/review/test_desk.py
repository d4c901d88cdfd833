"""A month's doubts decided: accepted, corrected, held; the bill barred and freed."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from energy.base.errors import NotPermittedError
from energy.base.finding import Severity
from energy.journal.corrections import Corrections
from energy.metering.correction import FourEyesError
from energy.metering.decision import DecidedAlreadyError
from energy.metering.reading import Reading
from energy.metering.review import CaseReasonError, CaseStateError
from energy.metering.review_case import CaseState, DecisionKind
from energy.views.review import read_decisions
from processes.review.choice import Chosen, HoldDayError
from tests.billing.town import APPROVER, CLERK, Town, count_at
from tests.fixtures.doubts import (
    AT,
    LIMIT,
    MANAGER,
    SPIKE,
    SPIKE_BARS,
    STAKE,
    accept,
    barred,
    billed,
    conflict,
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
)

pytestmark = pytest.mark.servers
LOW = Decimal(100)


@pytest.fixture
def town(new_site: Any) -> Town:
    return doubted_town(new_site(at=AT))


def test_a_spike_is_one_case_with_the_money_that_hangs_on_it(town: Town) -> None:
    read_with_spike(town)
    (row,) = queue(town)
    assert (row.case.cause, row.case.point, len(row.case.findings)) == ("step", "b1-elec", 2)
    assert (row.case.severity, row.case.state) == (Severity.DO_NOT_BILL, CaseState.OPEN)
    assert row.stake is not None
    # Day price 0.1432 and levy 0.00583 of the jump's 20,000.1 kWh and of the usual 0.1 kWh beside.
    assert row.stake.amount == STAKE
    assert (row.stake.currency, row.stake.accounts) == ("GBP", ("A-b1",))


def test_an_accepted_case_frees_the_next_run_and_leaves_the_last_one_as_it_was(town: Town) -> None:
    read_others(town)
    read_with_spike(town, by=0)
    conflict(town)
    run = billed(town)
    before = town.office.review(run).total
    assert barred(town, run) == ["reading.conflict"]
    (outcome,) = accept(town, queue(town))
    assert (outcome.kind, outcome.refused) == (DecisionKind.ACCEPTED, None)
    assert queue(town) == []
    assert barred(town, rated_again(town, run)) == ["reading.conflict"]
    assert town.office.review(run).total == before
    after = next_run(town, run)
    assert barred(town, after) == []
    assert town.office.review(after).total > before
    assert outcome.position is not None
    (then,) = queue(town, as_of=outcome.position - 1)
    assert (then.case.case, then.case.state) == (outcome.case, CaseState.OPEN)
    assert queue(town, as_of=outcome.position) == []


def test_a_correction_ends_the_case_where_it_is_approved_and_not_before(town: Town) -> None:
    read_others(town)
    read_with_spike(town)
    run = billed(town)
    (row,) = queue(town)
    right = count_at(1, SPIKE)
    outcome = desk(town, CLERK).correct(row, [(SPIKE, right)], "digits swapped", evidence=("ab",))
    assert outcome.kind is DecisionKind.CORRECTION_PROPOSED
    assert outcome.correction is not None
    (waiting,) = queue(town)
    assert (waiting.case.case, waiting.case.state) == (row.case.case, CaseState.CORRECTION)
    assert isinstance(refusal(accept(town, [waiting])), CaseStateError)
    assert barred(town, next_run(town, run)) == SPIKE_BARS
    corrections = Corrections(town.database, town.site.schema, town.clock)
    with pytest.raises(FourEyesError):
        corrections.approve(outcome.correction, by=CLERK, command_id=uuid4())
    position = corrections.approve(outcome.correction, by=APPROVER, command_id=uuid4())
    assert queue(town) == []
    assert len(queue(town, as_of=position - 1)) == 1
    assert queue(town, as_of=position) == []
    with town.database.connection() as connection:
        (decision,) = read_decisions(connection, town.site.schema)
    assert (decision.correction_state, decision.evidence) == ("approved", ("ab",))


def test_a_rejected_correction_opens_the_case_again(town: Town) -> None:
    read_with_spike(town)
    (row,) = queue(town)
    told = [(SPIKE, count_at(1, SPIKE))]
    first = desk(town, CLERK).correct(row, told, "digits swapped", evidence=())
    corrections = Corrections(town.database, town.site.schema, town.clock)
    assert first.correction is not None
    corrections.reject(first.correction, by=APPROVER, reason="no picture", command_id=uuid4())
    (again,) = queue(town)
    assert (again.case.case, again.case.state) == (row.case.case, CaseState.OPEN)
    second = desk(town, CLERK).correct(again, told, "digits swapped", evidence=("cd",))
    assert second.correction not in {None, first.correction}
    assert queue(town)[0].case.state is CaseState.CORRECTION


def test_a_correction_ends_what_the_readings_alone_do_not_explain(town: Town) -> None:
    read_others(town)
    read_with_spike(town, by=0)
    conflict(town)
    (row,) = queue(town)
    assert row.case.codes == ("reading.conflict",)
    outcome = desk(town, CLERK).correct(
        row, [(SPIKE, count_at(1, SPIKE))], "the picture shows it", evidence=("ab",)
    )
    assert outcome.correction is not None
    corrections = Corrections(town.database, town.site.schema, town.clock)
    position = corrections.approve(outcome.correction, by=APPROVER, command_id=uuid4())
    town.catch_up()
    ended = town.rows(
        f"SELECT resolved_position, resolved_by, resolution FROM {town.site.schema}.finding"
    )
    assert ended == [(position, APPROVER, "the picture shows it")]
    assert barred(town, billed(town)) == []


def test_a_hold_bars_the_bill_until_its_day_and_then_waits_again(town: Town) -> None:
    read_others(town)
    read_with_spike(town)
    rows = queue(town)
    today = date(2019, 2, 1)
    manager = desk(town, MANAGER)
    with pytest.raises(HoldDayError):
        manager.hold(rows, "technician comes", until=today)
    (outcome,) = manager.hold(rows, "technician comes", until=date(2019, 2, 3))
    assert outcome.kind is DecisionKind.HELD
    (held,) = queue(town)
    assert held.case.state is CaseState.HELD
    assert barred(town, billed(town)) == SPIKE_BARS
    town.clock.move_to(datetime(2019, 2, 3, tzinfo=UTC))
    (due,) = queue(town)
    assert (due.case.case, due.case.state) == (held.case.case, CaseState.OPEN)
    assert due.case.decision is not None
    assert due.case.decision.reason == "technician comes"
    assert isinstance(
        refusal(manager.release([due], "never mind", may_decide=True)), CaseStateError
    )


def test_much_money_takes_two_people_and_a_bulk_is_counted_as_one(town: Town) -> None:
    read_with_spike(town)
    conflict(town)
    rows = queue(town)
    amounts = [row.stake.amount for row in rows if row.stake is not None]
    assert max(amounts) < LIMIT < sum(amounts)
    first = accept(town, rows)
    assert {each.kind for each in first} == {DecisionKind.ACCEPTANCE_PROPOSED}
    waiting = queue(town)
    assert {row.case.state for row in waiting} == {CaseState.ACCEPTANCE}
    assert isinstance(refusal(accept(town, waiting[:1], reason="again")), FourEyesError)
    clerk = accept(town, waiting[:1], CLERK, may_decide=False)
    assert isinstance(refusal(clerk), NotPermittedError)
    second = accept(town, waiting, MANAGER, reason="looked at both")
    assert {each.kind for each in second} == {DecisionKind.ACCEPTED}
    with town.database.connection() as connection:
        (last, *_) = read_decisions(connection, town.site.schema)
    assert (last.proposed_by, last.decided_by) == (APPROVER, MANAGER)
    assert queue(town) == []


def test_doubt_in_days_without_a_published_tariff_takes_two_people(town: Town) -> None:
    read_with_spike(town)
    with town.database.connection() as connection:
        connection.execute(f"DELETE FROM {town.site.schema}.tariff_version")
    (row,) = queue(town)
    assert row.stake is not None
    assert (row.stake.amount, row.stake.accounts) == (Decimal(0), ("A-b1",))
    assert row.stake.unknown > 0
    (first,) = accept(town, [row])
    assert first.kind is DecisionKind.ACCEPTANCE_PROPOSED


@pytest.mark.slow
def test_who_may_not_decide_proposes_whatever_the_money(town: Town) -> None:
    read_with_spike(town)
    (row,) = queue(town)
    (outcome,) = accept(town, [row], CLERK, may_decide=False)
    assert outcome.kind is DecisionKind.ACCEPTANCE_PROPOSED
    (waiting,) = queue(town)
    other = desk(town, UUID(int=9))
    assert isinstance(refusal(other.release([waiting], "no", may_decide=False)), NotPermittedError)
    (back,) = desk(town, CLERK).release([waiting], "my mistake", may_decide=False)
    assert back.kind is DecisionKind.RELEASED
    assert queue(town)[0].case.state is CaseState.OPEN


def test_a_case_is_decided_once_whoever_repeats_it(town: Town) -> None:
    read_with_spike(town)
    seen = queue(town)
    name = seen[0].case.case.hex[:8]
    assert isinstance(refusal(accept(town, seen, reason=" ")), CaseReasonError)
    (first,) = accept(town, seen)
    assert first.lacking  # the register fell: what it counted there is still missing
    (again,) = accept(town, seen)
    assert again == first
    repeated = desk(town, APPROVER).repeated(name, "accept", "seen on site")
    assert repeated is not None
    assert repeated.position == first.position
    assert desk(town, APPROVER).repeated(name, "accept", "else") is None
    told = refusal(accept(town, seen, MANAGER, reason="mine"))
    assert isinstance(told, DecidedAlreadyError)
    assert "Jonas" in str(told)
    with pytest.raises(DecidedAlreadyError, match="Jonas"):
        desk(town, MANAGER).chosen(Chosen(names=(name,)))
    events = town.one(
        f"SELECT count(*) FROM {town.site.schema}.metering_events WHERE topic = 'case.decided'"
    )
    assert events == 1


@pytest.mark.slow
def test_a_hold_after_its_release_is_a_new_one(town: Town) -> None:
    read_with_spike(town)
    manager = desk(town, MANAGER)
    for number in (1, 3):
        (held,) = manager.hold(queue(town), "wait", until=date(2019, 3, 1))
        (again,) = manager.hold(queue(town), "wait", until=date(2019, 3, 1))
        assert held == again
        assert queue(town)[0].case.number == number
        manager.release(queue(town), "seen", may_decide=True)
        assert queue(town)[0].case.state is CaseState.OPEN


def test_many_cases_take_one_event_each_and_what_is_refused_stops_no_other(town: Town) -> None:
    read_others(town)
    read_with_spike(town, by=0)
    noted(town, *(missing(channel, hour) for channel in (1, 2, 3, 4) for hour in (0, 1)))
    rows = queue(town)
    assert len(rows) == 4
    desk(town, MANAGER).hold(rows[:1], "mine", until=date(2019, 3, 1))
    told: list[tuple[int, int]] = []
    outcomes = desk(town, APPROVER).accept(
        rows, "outage known", limit=LIMIT, may_decide=True, tell=lambda *at: told.append(at)
    )
    assert [each.refused is None for each in outcomes] == [False, True, True, True]
    assert told == [(1, 4), (2, 4), (3, 4), (4, 4)]
    assert len(queue(town)) == 1


def test_the_second_person_ends_what_the_first_saw_and_proposes_the_rest(town: Town) -> None:
    read_with_spike(town)
    (seen,) = queue(town)
    accept(town, [seen], limit=LOW)
    later = SPIKE + timedelta(hours=6, minutes=5)
    town.accept([Reading(channel=1, at=later, count=count_at(1, later) + 90_000_000)])
    (grown,) = queue(town)
    named = {each.finding for each in seen.case.findings}
    came = {each.finding for each in grown.case.findings} - named
    assert grown.case.case == seen.case.case
    assert came
    clerk = accept(town, [grown], CLERK, limit=LOW, may_decide=False)
    assert isinstance(refusal(clerk), NotPermittedError)
    (second,) = accept(town, [grown], MANAGER, limit=LOW)
    assert (second.kind, second.ended) == (DecisionKind.ACCEPTANCE_PROPOSED, len(named))
    (rest,) = queue(town)
    assert rest.case.state is CaseState.ACCEPTANCE
    assert {each.finding for each in rest.case.findings} == came
    repeated = desk(town, MANAGER).repeated(rest.case.case.hex, "accept", "seen on site")
    assert repeated is not None
    assert repeated.position == second.position
    assert isinstance(refusal(accept(town, [rest], MANAGER, reason="mine")), FourEyesError)
    (third,) = accept(town, [rest], APPROVER, limit=LOW)
    assert third.kind is DecisionKind.ACCEPTED
    assert queue(town) == []
    with town.database.connection() as connection:
        told = read_decisions(connection, town.site.schema, case=seen.case.case)
    assert [(each.number, each.proposed_by, each.decided_by) for each in told] == [
        (4, MANAGER, APPROVER),
        (3, None, MANAGER),
        (2, APPROVER, MANAGER),
        (1, None, APPROVER),
    ]


def test_nobody_accepts_the_own_proposal_when_two_cases_join(town: Town) -> None:
    read_with_spike(town)
    (dear,) = queue(town)
    accept(town, [dear], APPROVER, limit=LOW)
    noted(town, doubt("interval.jump", 3, 11))
    small = [row for row in queue(town) if row.case.case != dear.case.case]
    accept(town, small, MANAGER, limit=Decimal(0))
    noted(town, doubt("interval.jump", 2, 23))
    (joined,) = queue(town)
    (own,) = accept(town, [joined], APPROVER, limit=LOW)
    assert (own.kind, own.ended) == (DecisionKind.ACCEPTANCE_PROPOSED, 1)
    (rest,) = queue(town)
    assert {each.finding for each in dear.case.findings} < set(rest.case.proposers)
    assert set(rest.case.proposers.values()) == {APPROVER}
    (other,) = accept(town, [rest], MANAGER, limit=LOW)
    assert other.kind is DecisionKind.ACCEPTED
    assert queue(town) == []


def test_money_of_cases_that_begin_at_one_instant_is_that_of_each_alone(town: Town) -> None:
    first, odd = datetime(2019, 1, 1, tzinfo=UTC), datetime(2019, 1, 30, 12, tzinfo=UTC)
    steps = [first + n * timedelta(minutes=15) for n in range(30 * 96)]
    for channel, lasts in ((1, 1), (2, 3)):  # the second register is wrong for longer
        wrong = {odd + n * timedelta(minutes=15) for n in range(lasts)}
        town.accept(
            [
                Reading(channel=channel, at=at, count=count_at(channel, at) + 9**8 * (at in wrong))
                for at in steps
            ]
        )
    together = {row.case.case: row.stake for row in queue(town)}
    assert len(together) == 2
    for case, stake in together.items():
        (alone,) = queue(town, names=(case.hex[:8],))
        assert stake is not None
        assert stake.expected
        assert (alone.case.case, alone.stake) == (case, stake)


def test_what_was_accepted_and_falls_again_is_accepted_again(town: Town) -> None:
    first, fell = datetime(2019, 1, 1, tzinfo=UTC), count_at(1, SPIKE)
    steps = [first + n * timedelta(minutes=15) for n in range(3 * 96 + 1)]
    town.accept(
        [Reading(channel=1, at=at, count=count_at(1, at) - fell * (at > SPIKE)) for at in steps]
    )
    (row,) = queue(town)
    (once,) = accept(town, [row])
    assert (once.kind, queue(town)) == (DecisionKind.ACCEPTED, [])
    town.accept([Reading(channel=1, at=SPIKE + timedelta(minutes=5), count=1)])
    (again,) = queue(town)
    assert (again.case.case, again.case.number) == (row.case.case, 1)
    (twice,) = accept(town, [again])
    assert (twice.kind, twice.refused) == (DecisionKind.ACCEPTED, None)
    assert twice.position != once.position
    assert queue(town) == []
