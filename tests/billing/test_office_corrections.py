"""Bills and what people decide about readings: a run knows what it knew, the next one learns."""

from __future__ import annotations

from datetime import UTC, datetime
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from energy.base.finding import Severity
from energy.base.ids import id_of
from energy.journal.corrections import Corrections
from energy.journal.decisions import Decisions, FindingKey
from energy.journal.entry import BATCH_TOPIC, Entry
from energy.journal.ingest import Ingest
from energy.journal.recorder import insert_entries, take_positions
from energy.metering.reading import Reading
from energy.views.registry import load_channels
from tests.billing.town import APPROVER, CLERK, FIRST, LAST, Town, count_at
from tests.fixtures.batches import Spooler

pytestmark = pytest.mark.servers
NOON = datetime(2019, 1, 2, 12, tzinfo=UTC)
LAST_MIDNIGHT = datetime(2019, 1, 4, tzinfo=UTC)


def total(town: Town, run: UUID) -> Decimal:
    """Return what the drafts of a run add up to."""
    return town.office.review(run).total


def barred(town: Town, run: UUID) -> list[str]:
    """Return the codes of what forbids to bill."""
    findings = town.office.review(run).findings
    return [f.code for f in findings if f.severity is Severity.DO_NOT_BILL]


def rated_again(town: Town, run: UUID) -> UUID:
    """Rate a run once more, by another command."""
    town.catch_up_with_parked()
    town.office.rate(run, command_id=uuid4())
    return run


def next_run(town: Town, run: UUID) -> UUID:
    """Give a run up and open and rate the next over the same days."""
    town.office.abandon(run, CLERK, "learned more", command_id=uuid4())
    town.catch_up_with_parked()
    opened = town.office.open_run(FIRST, LAST, CLERK, uuid4())
    return rated_again(town, opened)


def decisions(town: Town) -> Decisions:
    return Decisions(town.database, town.site.schema, town.clock)


def correct(town: Town, channel: int, at: datetime, count: int) -> None:
    with town.database.connection() as connection:
        facts = load_channels(connection, town.site.schema)[channel]
    corrections = Corrections(town.database, town.site.schema, town.clock)
    identity = corrections.propose(
        facts, [(at, count)], reason="seen wrong", evidence=[], by=CLERK, command_id=uuid4()
    )
    corrections.approve(identity, by=APPROVER, command_id=uuid4())


def test_a_correction_behind_the_mark_changes_the_next_run_only(metered: Town) -> None:
    run = metered.open_and_rate()
    before = total(metered, run)
    assert before > 0
    correct(metered, 1, LAST_MIDNIGHT, count_at(1, LAST_MIDNIGHT) + 5000)
    assert total(metered, rated_again(metered, run)) == before
    after = next_run(metered, run)
    assert total(metered, after) > before
    assert barred(metered, after) == []


def test_a_resolved_finding_unblocks_the_next_run_only(metered: Town) -> None:
    run = metered.open_and_rate()
    other = Spooler("other")
    reading = Reading(channel=1, at=NOON, count=count_at(1, NOON) + 1)
    ingest(metered, other, reading)
    run = next_run(metered, run)
    assert barred(metered, run) == ["reading.conflict"]
    ((code, channel, start, position),) = metered.rows(
        f"SELECT code, channel, start_at, position FROM {metered.site.schema}.finding"
    )
    key = FindingKey(code=code, channel=channel, start=start, position=position)  # type: ignore[arg-type]
    decisions(metered).resolve(key, reason="the first is right", by=APPROVER, command_id=uuid4())
    assert barred(metered, rated_again(metered, run)) == ["reading.conflict"]
    assert barred(metered, next_run(metered, run)) == []


def ingest(town: Town, spooler: Spooler, *readings: Reading) -> None:
    Ingest(town.database, town.site.schema, town.clock).accept(
        [spooler.batch(readings, source="source-1")]
    )


def park(town: Town) -> int:
    """Bring an entry into the journal that cannot be folded; return its position."""
    with town.database.transaction() as connection:
        position, _ = take_positions(connection, town.site.schema, "metering", 1, town.clock.now())
        entry = Entry(
            position=position,
            stream=id_of("test", "poison"),
            version=1,
            topic=BATCH_TOPIC,
            state=b"no batch",
        )
        insert_entries(connection, town.site.schema, "metering", [entry])
    return position


def test_a_dismissed_entry_unblocks_the_next_run_only(metered: Town) -> None:
    parked = park(metered)
    metered.catch_up_with_parked()
    run = metered.office.open_run(FIRST, LAST, CLERK, uuid4())
    assert set(barred(metered, rated_again(metered, run))) == {"entry.parked"}
    decisions(metered).dismiss(parked, reason="a test bench", by=APPROVER, command_id=uuid4())
    assert set(barred(metered, rated_again(metered, run))) == {"entry.parked"}
    assert barred(metered, next_run(metered, run)) == []


def test_a_retry_that_fails_leaves_the_bill_barred(metered: Town) -> None:
    parked = park(metered)
    metered.catch_up_with_parked()
    again = decisions(metered).retry(parked, reason="mended?", by=APPROVER, command_id=uuid4())
    metered.catch_up_with_parked()
    schema = metered.site.schema
    rows = metered.rows(f"SELECT position, resolved_position FROM {schema}.parked ORDER BY 1")
    assert rows == [(parked, None), (again, None)]
    run = metered.office.open_run(FIRST, LAST, CLERK, uuid4())
    assert set(barred(metered, rated_again(metered, run))) == {"entry.parked"}
    done = decisions(metered).dismiss(again, reason="scrap", by=APPROVER, command_id=uuid4())
    metered.catch_up_with_parked()
    rows = metered.rows(f"SELECT position, resolved_position FROM {schema}.parked ORDER BY 1")
    assert rows == [(parked, done), (again, done)]
    assert barred(metered, next_run(metered, run)) == []
