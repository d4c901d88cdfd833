"""A wrong reading whose true value nobody knows does not count; the register's total stays."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from energy.base.period import Period
from energy.base.quality import Quality
from energy.journal.corrections import Corrections
from energy.metering.channel import Channel
from energy.metering.correction import StatementError
from energy.metering.usage import UsageSpan
from energy.views.computed import channel_usage
from energy.views.readings_told import Standing, read_readings
from energy.views.registry import load_channels
from processes.review.disregard import reason_without, stated_without
from tests.billing.town import APPROVER, CLERK, Town, count_at
from tests.fixtures.doubts import (
    AT,
    SPIKE,
    barred,
    billed,
    desk,
    doubted_town,
    queue,
    read_others,
    read_with_spike,
    system_of,
)

pytestmark = pytest.mark.servers
STEP = timedelta(minutes=15)


@pytest.fixture
def town(new_site: Any) -> Town:
    return doubted_town(new_site(at=AT))


def channel(town: Town, number: int = 1) -> Channel:
    with town.database.connection() as connection:
        return load_channels(connection, town.site.schema)[number]


def usage(town: Town) -> UsageSpan:
    town.catch_up()
    period = Period(start=SPIKE - STEP, end=SPIKE + STEP)
    with town.database.connection() as connection:
        return channel_usage(connection, town.site.schema, town.site.zone, [1], period)[1]


def test_a_disregarded_spike_leaves_the_registers_total_and_frees_the_bill(town: Town) -> None:
    read_others(town)
    read_with_spike(town)
    (row,) = queue(town)
    told = stated_without(system_of(town), town.site, channel(town), [SPIKE])
    left, right = count_at(1, SPIKE - STEP), count_at(1, SPIKE + STEP)
    assert told == [(SPIKE, left + (right - left) // 2)]
    outcome = desk(town, CLERK).correct(row, told, reason_without("glitch", [SPIKE]), evidence=())
    assert outcome.correction is not None
    corrections = Corrections(town.database, town.site.schema, town.clock)
    corrections.approve(outcome.correction, by=APPROVER, command_id=uuid4())
    known = usage(town)
    per_count = channel(town).facts.resolution * 1000
    assert int(known.usage.sum()) == (right - left) * per_count
    assert not (known.quality >= Quality.SUSPECT).any()
    assert queue(town) == []
    assert barred(town, billed(town)) == []
    day = SPIKE.date()
    rows = read_readings(town.database, town.site, "b1-elec", day, day, history=True)
    wrong = [row for row in rows if row.at == SPIKE]
    assert [(row.standing, row.count == told[0][1]) for row in wrong] == [
        (Standing.SUPERSEDED, False),
        (Standing.COUNTS, True),
    ]
    assert wrong[0].count == count_at(1, SPIKE) + 2_000_000


def test_several_wrong_readings_are_disregarded_at_once_beside_one_that_is_known(
    town: Town,
) -> None:
    read_with_spike(town)
    wrong = [SPIKE + n * STEP for n in range(3)]
    left, right = count_at(1, SPIKE - STEP), count_at(1, SPIKE + 3 * STEP)
    system, mine = system_of(town), channel(town)
    assert stated_without(system, town.site, mine, wrong) == [
        (at, left + (right - left) * (n + 1) // 4) for n, at in enumerate(wrong)
    ]
    known = [(SPIKE + STEP, left + 1)]
    (_, (_, between)) = (*known, *stated_without(system, town.site, mine, [SPIKE], known))
    assert between == left
    assert stated_without(system, town.site, mine, []) == []


def test_what_no_register_carries_on_is_refused(town: Town) -> None:
    read_with_spike(town)
    last = datetime(2019, 1, 4, tzinfo=UTC)
    for at, why in (
        (SPIKE + timedelta(minutes=1), "no reading that counts"),
        (last, "no sound reading lies on both sides"),
        (SPIKE + STEP, "does not go on"),
    ):
        with pytest.raises(StatementError, match=why):
            stated_without(system_of(town), town.site, channel(town), [at])


def test_the_reason_names_what_was_disregarded() -> None:
    said = reason_without("glitch", [SPIKE])
    assert said == ("glitch [without 2019-01-02 12:00:00Z: restored between the readings around]")
    assert reason_without(" ", [SPIKE]) == " "
