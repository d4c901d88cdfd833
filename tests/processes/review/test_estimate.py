"""An estimate stands in for what is missing and ends its case."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from fractions import Fraction
from typing import Any

import msgspec
import pytest

from billing.views.case_story import read_case
from energy.base.clock import to_us
from energy.base.quality import Quality
from energy.metering.reading import Reading
from energy.metering.review import CaseStateError
from energy.metering.review_case import DecisionKind
from processes.review.estimate import draft_for, estimate_case
from tests.billing.town import Town, count_at
from tests.fixtures.doubts import (
    AT,
    MANAGER,
    barred,
    billed,
    desk,
    doubted_town,
    missing,
    next_run,
    noted,
    queue,
    rated_again,
    read_others,
    read_with_spike,
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
