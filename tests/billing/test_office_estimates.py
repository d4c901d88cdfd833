"""A bill that rests on an estimate, and what the actuals change: as if nobody ever estimated."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from energy.base.config import Config
from energy.base.finding import Severity
from energy.metering.reading import Reading
from energy.store.embedded import EmbeddedPostgres
from energy.system import WRITER, System
from energy.views.registry import load_channels
from processes.estimates.draft import draft_estimate, record_estimate
from processes.estimates.states import Standing, read_standings, standing_named
from tests.billing.conftest import new_town
from tests.billing.town import CLERK, FIRST, LAST, Town, count_at

pytestmark = pytest.mark.servers
OUTAGE, END = datetime(2019, 1, 3, tzinfo=UTC), datetime(2019, 1, 4, tzinfo=UTC)
QUARTER = timedelta(minutes=15)


def system_of(town: Town) -> System:
    system = System(config=Config(site=town.site.key), role=WRITER, clock=town.clock)
    system.__dict__["database"] = town.database
    return system


def total(town: Town, run: UUID) -> Decimal:
    review = town.office.review(run)
    assert [f for f in review.findings if f.severity is Severity.DO_NOT_BILL] == []
    return review.total


def run_of(town: Town) -> UUID:
    town.catch_up()
    run = town.office.open_run(FIRST, LAST, CLERK, uuid4())
    town.catch_up()
    town.office.rate(run, command_id=uuid4())
    return run


def test_a_bill_of_an_estimate_is_trued_up_to_what_it_would_have_been(
    town: Town, server: EmbeddedPostgres
) -> None:
    town.found()
    town.read(channels=(2, 3, 4))
    town.read(channels=(1,), last=OUTAGE)
    town.catch_up()
    with town.database.connection() as connection:
        channel = load_channels(connection, town.site.schema)[1]
    system = system_of(town)
    draft = draft_estimate(
        system, town.site, channel, OUTAGE, END, "linear", options={"total": "500"}
    )
    assert draft.total == 500_000
    record_estimate(system, town.site, draft, reason="outage", by=CLERK, command_id=uuid4())
    run = run_of(town)
    estimated = total(town, run)
    (standing,) = read_standings(system, town.site)
    assert (standing.standing, standing.stated, standing.difference) == (
        Standing.STANDS,
        500_000,
        0,
    )

    late = [OUTAGE + n * QUARTER for n in range(1, 97)]
    town.accept([Reading(channel=1, at=at, count=count_at(1, at)) for at in late[48:]])
    town.catch_up()
    (standing,) = read_standings(system, town.site)
    assert standing.standing is not Standing.STANDS
    town.accept([Reading(channel=1, at=at, count=count_at(1, at)) for at in late[:48]])
    town.catch_up()
    standing, lots = standing_named(system, town.site, str(standing.estimate))
    used = 10 * (count_at(1, END) - count_at(1, OUTAGE))
    assert standing.standing is Standing.SUPERSEDED
    assert (standing.known, standing.difference) == (used, used - 500_000)
    assert sum(lot.difference for lot in lots) == used - 500_000
    assert standing.changed_at == lots[-1].last_position

    # The run knows what it knew; the next one bills the actuals.
    town.office.rate(run, command_id=uuid4())
    assert total(town, run) == estimated
    town.office.abandon(run, CLERK, "actuals came", command_id=uuid4())
    trued_up = total(town, run_of(town))
    assert trued_up != estimated
    with new_town(server) as other:  # nobody ever estimated anything there
        other.found()
        other.read()
        assert total(other, run_of(other)) == trued_up
