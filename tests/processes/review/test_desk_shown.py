"""A case is shown with every reading in doubt and the sound ones around."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from billing.views.case_readings import BESIDE, MOST_READINGS, shown_readings
from billing.views.case_story import read_case
from energy.metering.reading import Reading
from energy.views.registry import load_channels
from tests.billing.town import Town, count_at
from tests.fixtures.doubts import AT, doubt, doubted_town, noted, queue

pytestmark = pytest.mark.servers
NOON = datetime(2019, 1, 1, 12, tzinfo=UTC)
STEP = timedelta(minutes=15)


def test_every_spike_of_a_case_is_shown_with_its_neighbours(new_site: Any) -> None:
    town: Town = doubted_town(new_site(at=AT))
    spikes = [NOON + n * timedelta(hours=8) for n in range(4)]
    first = datetime(2019, 1, 1, tzinfo=UTC)
    town.accept(
        [
            Reading(channel=1, at=at, count=count_at(1, at) + 9_000_000 * (at in spikes))
            for at in (first + n * STEP for n in range(3 * 96 + 1))
        ]
    )
    (row,) = queue(town)
    story = read_case(town.database, town.site, town.clock.now(), row.case.case.hex)
    assert [each.at for each in story.readings if story.doubts(each)] == spikes
    assert [each.at for each in story.readings] == [
        at + n * STEP for at in spikes for n in (-3, -2, -1, 0, 1, 2, 3)
    ]
    skipped = [n for n in range(len(story.readings)) if story.skips(n)]
    assert skipped == [7, 14, 21]


def test_of_a_long_finding_the_ends_are_shown(new_site: Any) -> None:
    town: Town = doubted_town(new_site(at=AT))
    town.read(channels=(1,))
    noted(town, doubt("register.frozen", 1, 6, hours=40))
    (row,) = queue(town)
    with town.database.connection() as connection:
        channel = load_channels(connection, town.site.schema)[1]
    found_there = shown_readings(
        town.database, town.site, channel, row.case.findings, town.clock.now()
    )
    assert len(found_there.rows) == MOST_READINGS + 2 * BESIDE
    assert len(found_there.behind_gap) == 1
    start, end = row.case.start, row.case.end
    assert {start, end}.isdisjoint(found_there.doubted)
