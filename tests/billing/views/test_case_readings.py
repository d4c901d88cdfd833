"""Which readings of a case are in doubt, and which sound ones are shown around them."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from billing.views.case_readings import MOST_READINGS, doubtful, shown_readings
from billing.views.case_story import read_case
from energy.base.finding import Severity
from energy.base.ids import id_of
from energy.metering.reading import Reading
from energy.metering.review_case import CaseFinding
from energy.views.registry import load_channels
from tests.billing.town import Town, count_at
from tests.fixtures.doubts import AT, doubt, doubted_town, noted, queue
from tests.fixtures.postgres import new_site

__all__ = ["new_site"]
NOON = datetime(2019, 1, 1, 12, tzinfo=UTC)
STEP = timedelta(minutes=15)


def found(code: str, first: int, last: int) -> CaseFinding:
    """Return a finding from one quarter-hour behind noon to another."""
    start, end = NOON + first * STEP, NOON + last * STEP
    return CaseFinding(
        finding=id_of("test", code, str(first)),
        code=code,
        channel=1,
        start=start,
        end=end,
        position=1,
        severity=Severity.WARN,
        point="b1-elec",
    )


def quarters(*findings: CaseFinding) -> set[int]:
    spans = doubtful(findings)
    return {n for n in range(-20, 40) if any(low <= NOON + n * STEP <= high for low, high in spans)}


def test_a_jump_is_in_doubt_until_the_fall_behind_it() -> None:
    up, down = found("register.jump", 0, 1), found("register.negative_step", 4, 5)
    assert quarters(down, up) == {1, 2, 3, 4}
    assert quarters(up) == {1}
    assert quarters(down) == {5}
    again = found("register.jump", 10, 11)
    assert quarters(up, down, again) == {1, 2, 3, 4, 11}
    dip = found("register.negative_step", 0, 1), found("register.jump", 2, 3)
    assert quarters(*dip) == {1, 2}


def test_a_spike_doubts_what_lies_between_sound_readings_and_a_conflict_its_instant() -> None:
    assert quarters(found("register.spike", 0, 3)) == {1, 2}
    assert quarters(found("reading.conflict", 2, 2)) == {2}
    assert quarters(found("interval.jump", 0, 1)) == {1}
    assert quarters(found("reading.missing", 0, 1)) == set()


@pytest.mark.servers
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
        at + n * STEP for at in spikes for n in (-2, -1, 0, 1, 2)
    ]
    skipped = [n for n in range(len(story.readings)) if story.skips(n)]
    assert skipped == [5, 10, 15]


@pytest.mark.servers
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
    assert len(found_there.rows) == MOST_READINGS + 2
    assert len(found_there.behind_gap) == 1
    start, end = row.case.start, row.case.end
    assert {start, end}.isdisjoint(found_there.doubted)
