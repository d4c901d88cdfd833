"""A correction ends what it explains and nothing else; a day is a story of its own."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import pytest

from energy.journal.corrections import Corrections
from energy.metering.reading import Reading
from energy.metering.review import CaseStateError
from energy.metering.review_case import CaseState, DecisionKind
from energy.views.findings import read_findings
from tests.billing.town import APPROVER, CLERK, Town, count_at
from tests.fixtures.doubts import (
    AT,
    STAKE,
    desk,
    doubt,
    doubted_town,
    noted,
    queue,
    read_with_spike,
)

pytestmark = pytest.mark.servers
DAYS = [datetime(2019, 1, day, 4, tzinfo=UTC) for day in (1, 2, 3)]


@pytest.fixture
def town(new_site: Any) -> Town:
    return doubted_town(new_site(at=AT))


def read_with_spikes(town: Town, *instants: datetime) -> None:
    """Read a meter each quarter-hour of three days; at some of them it shows too much."""
    first = datetime(2019, 1, 1, tzinfo=UTC)
    every = [first + n * timedelta(minutes=15) for n in range(3 * 96 + 1)]
    town.accept(
        [
            Reading(channel=1, at=at, count=count_at(1, at) + 9_000_000 * (at in instants))
            for at in every
        ]
    )
    town.catch_up()


def approved(town: Town, correction: UUID | None) -> None:
    assert correction is not None
    corrections = Corrections(town.database, town.site.schema, town.clock)
    corrections.approve(correction, by=APPROVER, command_id=uuid4())
    town.catch_up()


def test_a_spike_each_day_is_a_case_a_day(town: Town) -> None:
    read_with_spikes(town, *DAYS)
    assert [row.case.start.day for row in sorted(queue(town), key=lambda r: r.case.start)] == [
        1,
        2,
        3,
    ]
    assert {len(row.case.findings) for row in queue(town)} == {2}


def test_a_correction_of_one_reading_ends_no_finding_of_another(town: Town) -> None:
    spikes = [DAYS[1] + timedelta(hours=6 * n) for n in range(3)]
    read_with_spikes(town, *spikes)
    noted(town, doubt("interval.jump", 2, 9))  # told by a check: no reading explains it
    (row,) = queue(town)
    told = [(spikes[0], count_at(1, spikes[0]))]
    outcome = desk(town, CLERK).correct(row, told, "misread", evidence=())
    assert (outcome.kind, outcome.remaining) == (DecisionKind.CORRECTION_PROPOSED, 5)
    assert queue(town)[0].case.state is CaseState.CORRECTION
    approved(town, outcome.correction)
    (rest,) = queue(town)
    assert (rest.case.state, len(rest.case.findings)) == (CaseState.OPEN, 5)
    assert rest.case.start == datetime(2019, 1, 2, 9, tzinfo=UTC)
    with town.database.connection() as connection:
        ended = [
            row.key.start.hour
            for row in read_findings(connection, town.site.schema, open_only=False)
            if row.resolved_position is not None
        ]
    assert set(ended) <= {3, 4}
    told = [(at, count_at(1, at)) for at in spikes[1:]]
    again = desk(town, CLERK).correct(rest, told, "misread", evidence=())
    assert again.remaining == 1
    approved(town, again.correction)
    assert [row.case.codes for row in queue(town)] == [("interval.jump",)]


def test_a_correction_of_an_instant_that_no_finding_is_about_is_refused(town: Town) -> None:
    read_with_spike(town)
    (row,) = queue(town)
    with pytest.raises(CaseStateError, match="no finding"):
        desk(town, CLERK).correct(row, [(DAYS[0], count_at(1, DAYS[0]))], "why", evidence=())


def test_a_gap_that_was_counted_over_bears_no_money_of_the_spike_beside_it(town: Town) -> None:
    read_with_spike(town)  # at noon; the register falls in the quarter-hour behind
    noted(town, *(doubt("reading.missing", 2, hour, hours=1) for hour in (9, 14)))
    rows = {row.case.cause: row for row in queue(town)}
    assert (rows["missing"].case.start.hour, rows["missing"].case.end.hour) == (9, 15)
    stakes = {cause: row.stake.amount for cause, row in rows.items() if row.stake is not None}
    assert stakes == {"missing": Decimal("0.00"), "step": STAKE}


def test_a_gap_into_which_the_register_falls_is_the_money_of_the_spike_alone(town: Town) -> None:
    first, noon = datetime(2019, 1, 1, tzinfo=UTC), datetime(2019, 1, 2, 12, tzinfo=UTC)
    every = [first + n * timedelta(minutes=15) for n in range(3 * 96 + 1)]
    read = [at for at in every if not noon < at < noon + timedelta(hours=3)]
    town.accept(
        [Reading(channel=1, at=at, count=count_at(1, at) + 9_000_000 * (at == noon)) for at in read]
    )
    noted(town, doubt("reading.missing", 2, 12, hours=3))
    stakes = {row.case.cause: row.stake.amount for row in queue(town) if row.stake is not None}
    assert stakes["missing"] == Decimal("0.00")
    assert stakes["step"] > 10_000
