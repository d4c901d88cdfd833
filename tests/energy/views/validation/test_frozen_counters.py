"""A counter that stands while power flows: told once, over once, the same after a rebuild."""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Any

import pytest

from energy.journal.corrections import Corrections
from energy.journal.decisions import Decisions, FindingKey
from energy.journal.noted import Notes
from energy.metering.reading import Reading
from energy.views.noted import FOR_GOOD
from energy.views.registry import load_channels
from energy.views.validation.frozen_counters import frozen_counters
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.postgres import TestSite, command
from tests.fixtures.rebuild import copied_journal

pytestmark = pytest.mark.servers
COUNTER, POWER = 1, 2
FOUND = (
    "SELECT code, severity, channel, start_at, end_at, explained_position IS NULL "
    "FROM {s}.finding ORDER BY position"
)


@pytest.fixture
def site(new_site: Any) -> TestSite:
    """A site with a counter of 0.01 kWh and its power in W; its clock stands at midnight."""
    site: TestSite = new_site(at=MIDNIGHT)
    site.counter(gauge=True)
    return site


def quarter(n: int, count: int, watts: int) -> list[Reading]:
    return [reading(COUNTER, 15 * n, count), reading(POWER, 15 * n, watts)]


def played(site: TestSite, first: int, last: int, *, frozen: bool, count: int) -> int:
    """Read quarter after quarter at 4 kW; return the last count."""
    told: list[Reading] = []
    for n in range(first, last):
        told += quarter(n, count, 4_000)
        count += 0 if frozen else 100
    site.clock.move_to(at(15 * last))
    site.accept(*told)
    site.project(rollups=True)
    return count


def checked(site: TestSite, late: dict[int, datetime] | None = None) -> int:
    """Check, tell the journal, and fold; return how much was new."""
    with site.writer.connection() as connection:
        notes = frozen_counters(connection, site.schema, site.clock.now(), late)
    new = Notes(site.writer, site.schema, site.clock).take(notes)
    site.project()
    return new


def test_a_frozen_counter_is_told_once_and_over_when_it_counts_again(site: TestSite) -> None:
    count = played(site, 0, 9, frozen=False, count=500)
    assert checked(site) == 0
    count = played(site, 9, 22, frozen=True, count=count)
    assert checked(site) == 1
    count = played(site, 22, 30, frozen=True, count=count)
    assert checked(site) == 0, "what still holds is not told again"
    assert site.rows(FOUND) == [
        ("register.frozen", "do_not_bill", COUNTER, at(180), FOR_GOOD, True)
    ]
    played(site, 30, 48, frozen=False, count=count)
    assert checked(site) == 1
    assert checked(site) == 0
    assert site.rows(FOUND) == [
        ("register.frozen", "do_not_bill", COUNTER, at(180), FOR_GOOD, False),
        ("register.frozen", "do_not_bill", COUNTER, at(180), at(420), True),
    ]


def test_an_empty_shop_is_no_fault(site: TestSite) -> None:
    told = [each for n in range(24) for each in quarter(n, 500, 0)]
    site.clock.move_to(at(15 * 24))
    site.accept(*told)
    site.project(rollups=True)
    assert checked(site) == 0


def test_what_a_person_has_resolved_is_not_told_again_within_the_day(site: TestSite) -> None:
    played(site, 0, 13, frozen=True, count=500)
    assert checked(site) == 1
    (row,) = site.rows("SELECT code, channel, start_at, position FROM {s}.finding")
    key = FindingKey(code=row[0], channel=row[1], start=row[2], position=row[3])
    Decisions(site.writer, site.schema, site.clock).resolve(
        key, reason="the meter is bypassed", by=command("person"), command_id=command("resolve")
    )
    played(site, 13, 40, frozen=True, count=500)
    assert checked(site) == 0
    site.clock.move_to(site.clock.now() + timedelta(hours=2))
    assert checked(site) == 0


def test_a_journal_folded_anew_tells_the_same(site: TestSite, new_site: Any) -> None:
    count = played(site, 0, 13, frozen=True, count=500)
    checked(site)
    played(site, 13, 26, frozen=False, count=count)
    checked(site)
    assert len(site.rows(FOUND)) == 2
    other: TestSite = new_site(at=MIDNIGHT)
    copied_journal(site, other)
    other.project()
    assert other.rows(FOUND) == site.rows(FOUND)


def test_hours_that_came_late_are_looked_at_and_what_later_ones_disprove_was_none(
    site: TestSite,
) -> None:
    count = played(site, 0, 8, frozen=False, count=500)
    held = count
    played(site, 30 * 96, 30 * 96 + 8, frozen=False, count=count + 10_000)
    assert checked(site) == 0
    site.accept(*(each for n in range(8, 20) for each in quarter(n, held, 4_000)))
    site.project(rollups=True)
    assert checked(site) == 0, "nobody has said from when on readings came late"
    assert checked(site, late={COUNTER: at(120)}) == 1
    ((_, _, _, start, end, still),) = site.rows(FOUND)
    assert (start, end, still) == (at(120), at(240), True)
    correct(site, [(at(15 * n), held + 100 * (n - 7)) for n in range(8, 20)])
    assert checked(site, late={COUNTER: at(120)}) == 1
    assert [row[5] for row in site.rows(FOUND)] == [False]


def correct(site: TestSite, rows: list[tuple[datetime, int]]) -> None:
    """State what a register showed, and approve it."""
    with site.writer.connection() as connection:
        channel = load_channels(connection, site.schema, only=[COUNTER])[COUNTER]
    corrections = Corrections(site.writer, site.schema, site.clock)
    proposed = corrections.propose(
        channel,
        rows,
        reason="read from the memory of the meter",
        evidence=(),
        by=command("one"),
        command_id=command("propose"),
    )
    corrections.approve(proposed, by=command("other"), command_id=command("approve"))
    site.project(rollups=True)
