"""A month's doubts decided: accepted, corrected, estimated, held; the bill barred and freed."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any
from uuid import UUID, uuid4

import msgspec
import pytest

from billing.views.review_queue import QueuedCase, read_queue
from energy.base.clock import to_us
from energy.base.config import Config
from energy.base.errors import EnergyError, NotPermittedError
from energy.base.finding import Severity
from energy.base.quality import Quality
from energy.journal.corrections import Corrections
from energy.journal.ingest import Ingest
from energy.journal.noted import Notes
from energy.journal.recorder import entries_of
from energy.metering.correction import FourEyesError
from energy.metering.decision import DecidedAlreadyError
from energy.metering.note import Note, note
from energy.metering.reading import Reading
from energy.metering.review import CaseReasonError, CaseStateError
from energy.metering.review_case import CaseState, DecisionKind
from energy.system import WRITER, System
from energy.views.findings import read_findings
from energy.views.rebuild import METERING_TABLES
from energy.views.registry import load_channels
from energy.views.review import read_cases, read_decisions
from energy.views.worker import MeteringFold
from processes.review import ReviewDesk
from processes.review_choice import Chosen, HoldDayError, Outcome
from processes.review_estimate import draft_for, estimate_case
from processes.review_show import read_case
from tests.billing.town import APPROVER, CLERK, FIRST, LAST, Town, count_at
from tests.fixtures.batches import Spooler
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
AT = datetime(2019, 2, 1, 9, tzinfo=UTC)
SPIKE = datetime(2019, 1, 2, 12, tzinfo=UTC)
MANAGER = UUID(int=3)
LIMIT = Decimal(5_000)
STAKE = Decimal("2980.62")
SPIKE_BARS = ["bill.usage_missing", "register.jump", "register.negative_step"]
NAMES = {CLERK: "Mira", APPROVER: "Jonas", MANAGER: "Ada"}


@pytest.fixture
def town(new_site: Any) -> Town:
    site: TestSite = new_site(at=AT)
    town = Town(site.writer, site.site.key, site.clock)
    town.found()
    return town


def read_others(town: Town) -> None:
    """Read every meter but the first, so that a bill lacks nothing of them."""
    town.read(channels=(2, 3, 4))


def read_with_spike(town: Town, channel: int = 1, *, by: int = 2_000_000) -> None:
    """Read a meter each quarter-hour; at one of them it shows too much."""
    first = datetime(2019, 1, 1, tzinfo=UTC)
    instants = [first + n * timedelta(minutes=15) for n in range(3 * 96 + 1)]
    town.accept(
        [
            Reading(channel=channel, at=at, count=count_at(channel, at) + by * (at == SPIKE))
            for at in instants
        ]
    )
    town.catch_up()


def system_of(town: Town) -> System:
    system = System(config=Config(), role=WRITER, clock=town.clock)
    system.__dict__["database"] = town.database
    return system


def desk(town: Town, by: UUID) -> ReviewDesk:
    return ReviewDesk(system_of(town), town.site, by, lambda who: NAMES[who])


def queue(town: Town, **how: Any) -> list[QueuedCase]:
    town.catch_up()
    with town.database.connection() as connection:
        return read_queue(connection, town.site, town.clock.now(), **how)


def barred(town: Town, run: UUID) -> list[str]:
    findings = town.office.review(run).findings
    return sorted({f.code for f in findings if f.severity is Severity.DO_NOT_BILL})


def billed(town: Town) -> UUID:
    """Open and rate a run of the three days."""
    run = town.office.open_run(FIRST, LAST, CLERK, uuid4())
    town.catch_up()
    town.office.rate(run, command_id=uuid4())
    return run


def rated_again(town: Town, run: UUID) -> UUID:
    town.catch_up()
    town.office.rate(run, command_id=uuid4())
    return run


def next_run(town: Town, run: UUID) -> UUID:
    town.office.abandon(run, CLERK, "learned more", command_id=uuid4())
    return billed(town)


def accept(
    town: Town,
    rows: Sequence[QueuedCase],
    by: UUID = APPROVER,
    *,
    reason: str = "seen on site",
    limit: Decimal = LIMIT,
    may_decide: bool = True,
) -> list[Outcome]:
    return desk(town, by).accept(rows, reason, limit=limit, may_decide=may_decide)


def refusal(outcomes: Sequence[Outcome]) -> EnergyError | None:
    (outcome,) = outcomes
    return outcome.refused


def noted(town: Town, *notes: Note) -> None:
    Notes(town.database, town.site.schema, town.clock).take(notes)
    town.catch_up()


def missing(channel: int, hour: int = 0) -> Note:
    """Return what the checks tell of an hour without readings."""
    first = datetime(2019, 1, 2, hour, tzinfo=UTC)
    return note(
        "reading.missing",
        first,
        first + timedelta(hours=1),
        source="checks",
        channel=channel,
        severity=Severity.DO_NOT_BILL,
    )


def conflict(town: Town, channel: int = 1, *, name: str = "other", more: int = 1) -> None:
    """Let another spool tell another count of an instant."""
    told = Reading(channel=channel, at=SPIKE, count=count_at(channel, SPIKE) + more)
    ingest = Ingest(town.database, town.site.schema, town.clock)
    ingest.accept([Spooler(name).batch([told], source="source-1")])
    town.catch_up()


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
    outcome = estimate_case(system, town.site, manager, row, draft, "modem dead", MANAGER)
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


def test_late_readings_that_explain_a_finding_end_its_case(town: Town) -> None:
    read_with_spike(town, by=0)
    later = datetime(2019, 1, 5, tzinfo=UTC)
    town.accept([Reading(channel=1, at=later, count=count_at(1, later) - 7_000)])
    town.catch_up()
    before = queue(town)
    assert [row.case.cause for row in before] == ["step"]
    back = count_at(1, later)
    corrections = Corrections(town.database, town.site.schema, town.clock)
    with town.database.connection() as connection:
        channel = load_channels(connection, town.site.schema)[1]
    identity = corrections.propose(
        channel, [(later, back)], reason="misread", evidence=[], by=CLERK, command_id=uuid4()
    )
    corrections.approve(identity, by=APPROVER, command_id=uuid4())
    assert queue(town) == []


def test_a_case_shows_the_wrong_value_for_ever(town: Town) -> None:
    read_with_spike(town)
    (row,) = queue(town)
    name = row.case.case.hex[:8]
    wrong = count_at(1, SPIKE) + 2_000_000

    def story() -> Any:
        return read_case(town.database, town.site, town.clock.now(), name)

    open_one = story()
    assert [r.count for r in open_one.readings if r.at == SPIKE] == [wrong]
    assert [r.at - SPIKE for r in open_one.readings] == [
        timedelta(minutes=n) for n in (-45, -30, -15, 0, 15, 30, 45)
    ]
    assert {f.key.code for f in open_one.findings} == {"register.jump", "register.negative_step"}
    assert [s.serial for s in open_one.segments if s.channel == 1] == ["SN-0001"]
    outcome = desk(town, CLERK).correct(row, [(SPIKE, count_at(1, SPIKE))], "swapped", evidence=())
    assert outcome.correction is not None
    Corrections(town.database, town.site.schema, town.clock).approve(
        outcome.correction, by=APPROVER, command_id=uuid4()
    )
    town.catch_up()
    closed = story()
    assert closed.row is None
    assert [(r.count, r.standing.value) for r in closed.readings if r.at == SPIKE] == [
        (wrong, "superseded"),
        (count_at(1, SPIKE), "counts"),
    ]
    (day,) = closed.usage
    assert (day.known_before, day.known_after, day.expected) == (95, 96, 96)
    assert day.before > day.after
    assert closed.decisions[0].correction_state == "approved"


def test_a_rebuild_gives_the_same_cases_and_decisions(town: Town) -> None:
    read_others(town)
    read_with_spike(town)
    conflict(town, 2)
    noted(town, missing(3))
    rows = {row.case.cause: row for row in queue(town)}
    desk(town, MANAGER).hold([rows["missing"]], "wait", until=date(2019, 3, 1))
    accept(town, [rows["conflict"]])
    outcome = desk(town, CLERK).correct(
        rows["step"], [(SPIKE, count_at(1, SPIKE))], "swapped", evidence=()
    )
    assert outcome.correction is not None
    corrections = Corrections(town.database, town.site.schema, town.clock)
    corrections.approve(outcome.correction, by=APPROVER, command_id=uuid4())
    fall_that_a_late_reading_explains(town)
    conflict(town, 1, name="late", more=7)
    town.catch_up()
    live = everything(town)
    for table in (t for group in METERING_TABLES.values() for t in group):
        with town.database.connection() as connection:
            connection.execute(f"DELETE FROM {town.site.schema}.{table}".encode())
    fold(town)
    assert everything(town) == live


def fall_that_a_late_reading_explains(town: Town) -> None:
    """Let a correction end a fall, and a reading behind it show that the register had turned."""
    fifth = datetime(2019, 1, 5, tzinfo=UTC)
    town.accept([Reading(channel=2, at=fifth, count=85_000_000)])
    town.accept([Reading(channel=2, at=fifth + timedelta(days=1), count=1_000)])
    (row,) = (row for row in queue(town) if row.case.cause == "step")
    told = [(SPIKE, count_at(2, SPIKE))]
    outcome = desk(town, CLERK).correct(row, told, "another", evidence=())
    assert outcome.correction is not None
    corrections = Corrections(town.database, town.site.schema, town.clock)
    corrections.approve(outcome.correction, by=APPROVER, command_id=uuid4())
    town.catch_up()
    town.accept([Reading(channel=2, at=fifth + timedelta(hours=18), count=99_000_000)])


def everything(town: Town) -> list[list[tuple[object, ...]]]:
    schema = town.site.schema
    tables = ("finding", "review_decision", "correction")
    return [town.rows(f"SELECT * FROM {schema}.{t} AS x ORDER BY x::text") for t in tables]


def fold(town: Town) -> None:
    """Fold the whole journal anew in one slice."""
    again = MeteringFold(town.site.schema, town.site.zone)
    with town.database.connection() as connection, connection.transaction():
        entries = list(entries_of(connection, town.site.schema, "metering"))
        with connection.cursor() as cursor:
            again(cursor, entries)


@pytest.mark.slow
def test_cases_can_be_read_without_a_tariff(town: Town) -> None:
    read_with_spike(town)
    with town.database.connection() as connection:
        (case,) = read_cases(connection, town.site.schema, date(2019, 2, 1))
        found = read_findings(connection, town.site.schema)
    assert {each.finding for each in case.findings} == {row.finding for row in found}
