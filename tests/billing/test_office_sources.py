"""What a source did wrong bars the days it served, whichever source serves the points later."""

from __future__ import annotations

from datetime import UTC, datetime
from fractions import Fraction
from uuid import UUID

import pytest

from energy.base.finding import Severity
from energy.journal.application import JournalApplication
from energy.metering.meter import Meter, meter_id
from energy.metering.note import note
from tests.billing.conftest import town
from tests.billing.town import POINTS, Town, count_at
from tests.fixtures.doubts import barred, billed, next_run, noted, queue, rated_again

__all__ = ["town"]
pytestmark = pytest.mark.servers
EXCHANGED = datetime(2019, 1, 3, 12, tzinfo=UTC)


def lost(town: Town, source: str, day: int) -> None:
    """Tell that some hours of a day of a source cannot be trusted."""
    first, last = datetime(2019, 1, day, tzinfo=UTC), datetime(2019, 1, day, 3, tzinfo=UTC)
    bars = Severity.DO_NOT_BILL
    noted(town, note("batch.conflict", first, last, source=source, severity=bars))


def exchange(town: Town) -> None:
    """Let new devices on another gateway take over, each beginning at 0."""
    metering = JournalApplication(town.database, town.site.schema, "metering", town.clock)
    for number, point in enumerate(POINTS, 1):
        meter: Meter = metering.find(meter_id(town.site.key, point))  # type: ignore[assignment]
        meter.replace(
            at=EXCHANGED,
            final_counts={number: count_at(number, EXCHANGED)},
            serial=f"NEW-{number}",
            profile="test",
            source="source-2",
            address={},
            multiplier=Fraction(1),
            start_counts={number: count_at(number, EXCHANGED)},
            reason="other gateway",
            record={},
            command_id=UUID(int=number),
        )
        metering.store(meter)
    town.catch_up()


@pytest.fixture
def served(town: Town) -> Town:
    town.found()
    town.read()
    town.catch_up()
    return town


def test_an_exchange_of_the_gateway_lifts_no_bar_of_the_days_before(served: Town) -> None:
    lost(served, "source-1", 2)
    run = billed(served)
    assert barred(served, run) == ["batch.conflict"]
    (before,) = queue(served)
    exchange(served)
    assert barred(served, rated_again(served, run)) == ["batch.conflict"]
    assert barred(served, next_run(served, run)) == ["batch.conflict"]
    (after,) = queue(served)
    assert before.stake is not None
    assert after.stake == before.stake
    assert after.stake.amount > 0


def test_a_gateway_bars_no_days_of_points_that_it_did_not_serve_then(served: Town) -> None:
    exchange(served)
    lost(served, "source-2", 2)
    lost(served, "source-3", 2)
    assert barred(served, billed(served)) == []
    assert [row.stake for row in queue(served)] == [None, None]


def test_an_exchange_told_behind_the_mark_changes_no_run_that_was_opened_before(
    served: Town,
) -> None:
    lost(served, "source-1", 3)
    lost(served, "unknown", 2)
    run = billed(served)
    findings = [f.start.day for f in served.office.review(run).findings]
    exchange(served)
    rated_again(served, run)
    assert [f.start.day for f in served.office.review(run).findings] == findings
    assert set(findings) == {2, 3}
