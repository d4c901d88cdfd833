"""What came since the last look is looked at once, however late; what is explained ends."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from energy.base.period import Period
from energy.base.quality import Quality
from energy.journal.corrections import Corrections
from energy.metering.plant import Source
from energy.metering.reading import Reading
from energy.views.registry import load_channels
from energy.views.usage import read_spans
from energy.views.validation.restoring import CHECKER, stale_corrections
from energy.views.validation.validation import Looked, Validation
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.postgres import TestSite, command
from tests.fixtures.rebuild import copied_journal

pytestmark = pytest.mark.servers
COUNTER = 1
MEASURED = Quality.MEASURED
FOUND = (
    "SELECT code, start_at, end_at, explained_position IS NULL FROM {s}.finding "
    "ORDER BY code, start_at, position"
)


@pytest.fixture
def site(new_site: Any) -> TestSite:
    """A site with a counter of 0.01 kWh, polled each quarter; its clock stands at midnight."""
    site: TestSite = new_site(at=MIDNIGHT)
    site.counter()
    site.application("metering").store(
        Source(
            site=site.site.key,
            key="modbus-1",
            kind="modbus_tcp",
            settings={"interval_s": 900},
            command_id=command("source"),
        )
    )
    return site


def told(site: TestSite, *readings: Reading) -> None:
    site.clock.move_to(max([site.clock.now(), *(each.at for each in readings)]))
    site.accept(*readings)
    site.project(rollups=True)


def looked(site: TestSite) -> Looked:
    found = Validation(site.writer, site.schema, site.site.zone, site.clock).look(supplied={})
    assert found is not None, "nobody else looks"
    site.project()
    return found


def quarters(first: int, last: int, begin: int = 1_000, step: int = 10) -> list[Reading]:
    return [reading(COUNTER, 15 * n, begin + step * n) for n in range(first, last)]


def used(site: TestSite, intervals: int) -> list[int]:
    period = Period(start=MIDNIGHT, end=at(15 * intervals))
    with site.writer.connection() as connection:
        span = read_spans(connection, site.schema, [COUNTER], period)[COUNTER]
    assert set(span.quality.tolist()) <= {0, 1, 4}, "every interval is known"
    return [int(each) for each in span.usage]


@pytest.mark.parametrize(
    ("top", "broken"),
    [(501_080, [("register.negative_step", at(120), at(135), True)]), (951_080, [])],
    ids=["falls back", "falls back as if the register had turned"],
)
def test_a_spike_that_returns_is_told_once_and_exact_when_its_correction_is_approved(
    site: TestSite, top: int, broken: list[Any]
) -> None:
    rows = quarters(0, 12)
    rows[8] = reading(COUNTER, 120, top)
    told(site, *rows)
    assert looked(site) == Looked(position=site_position(site), behind=False, told=1, proposed=1)
    assert (looked(site).told, looked(site).proposed) == (0, 0)
    assert site.rows(FOUND) == [
        ("register.jump", at(105), at(120), True),
        *broken,
        ("register.spike", at(105), at(135), True),
    ]
    ((correction, by, readings),) = site.rows(
        "SELECT correction, proposed_by, readings FROM {s}.correction"
    )
    assert (by, readings) == (CHECKER, [[int(at(120).timestamp() * 1e6), 1_080]])
    Corrections(site.writer, site.schema, site.clock).approve(
        correction, by=command("person"), command_id=command("approve")
    )
    site.project()
    looked(site)
    assert used(site, 11) == [100] * 11
    assert [row[0] for row in site.rows(FOUND) if row[3]] == []


def test_a_proposal_is_withdrawn_by_itself_when_what_it_was_for_has_ended(site: TestSite) -> None:
    rows = quarters(0, 12)
    rows[8] = reading(COUNTER, 120, 501_080)
    told(site, *rows)
    assert looked(site).proposed == 1
    with site.writer.connection() as connection:
        channel = load_channels(connection, site.schema)[COUNTER]
        assert stale_corrections(connection, site.schema) == {}
    by_hand = Corrections(site.writer, site.schema, site.clock)
    mine = by_hand.propose(
        channel,
        [(at(120), 1_079)],
        reason="read from the memory of the meter",
        evidence=(),
        by=command("one"),
        command_id=command("propose"),
    )
    by_hand.approve(mine, by=command("other"), command_id=command("approve"))
    site.clock.move_to(site.clock.now() + timedelta(minutes=1))
    site.project()
    first, second, third = looked(site), looked(site), looked(site)
    assert (first.told, first.withdrawn) == (1, 0)
    assert (second.told, second.proposed, second.withdrawn) == (0, 0, 1)
    assert (third.told, third.proposed, third.withdrawn) == (0, 0, 0)
    assert site.rows(
        "SELECT proposed_by, state, decided_by, decision FROM {s}.correction ORDER BY state DESC"
    ) == [
        (
            CHECKER,
            "rejected",
            CHECKER,
            "register.spike has ended: what came later, or a person, has explained it",
        ),
        (command("one"), "approved", command("other"), None),
    ]


def site_position(site: TestSite) -> int:
    ((position,),) = site.rows("SELECT max(position) FROM {s}.batch_index")
    return int(position)


def test_late_readings_are_looked_at_and_what_they_explain_ends(site: TestSite) -> None:
    told(site, *quarters(0, 4), *quarters(20, 24))
    assert looked(site).told == 1
    told(site, *quarters(24, 2_000))
    looked(site)
    told(site, *quarters(4, 12))
    assert looked(site).told == 2
    assert site.rows(FOUND) == [
        ("reading.missing", at(45), at(300), False),
        ("reading.missing", at(165), at(300), True),
    ]
    told(site, *quarters(12, 20))
    assert looked(site).told == 1
    assert not any(row[3] for row in site.rows(FOUND))


def test_a_journal_folded_anew_tells_the_same_and_a_repeated_look_adds_nothing(
    site: TestSite, new_site: Any
) -> None:
    told(site, *quarters(0, 4), *quarters(20, 24))
    looked(site)
    told(site, *quarters(4, 12))
    looked(site)
    ((before,),) = site.rows("SELECT count(*) FROM {s}.metering_events")
    site.rows(
        "UPDATE {s}.follower SET position = 0, state = '{{}}' WHERE name = 'validation' RETURNING 1"
    )
    assert looked(site).told == 0
    assert site.rows("SELECT count(*) FROM {s}.metering_events") == [(before,)]
    other: TestSite = new_site(at=MIDNIGHT)
    copied_journal(site, other)
    other.project()
    assert other.rows(FOUND) == site.rows(FOUND)


def test_a_backlog_is_looked_at_in_pieces(site: TestSite) -> None:
    for n in range(5):
        told(site, *quarters(20 * n, 20 * n + 16))
    validation = Validation(site.writer, site.schema, site.site.zone, site.clock)
    looks = []
    while True:
        found = validation.look(limit=20)
        assert found is not None
        looks.append(found)
        site.project()
        if not found.behind:
            break
    assert len(looks) == 3
    assert sum(each.told for each in looks) == 4


def test_a_reset_is_told_apart_and_ends_when_the_swap_is_recorded(site: TestSite) -> None:
    told(site, *quarters(0, 8), *(reading(COUNTER, 15 * n, 10 * (n - 7)) for n in range(8, 14)))
    looked(site)
    assert [row[0] for row in site.rows(FOUND)] == ["register.negative_step", "register.reset"]
    with site.writer.connection() as connection:
        channel = load_channels(connection, site.schema)[COUNTER]
    corrections = Corrections(site.writer, site.schema, site.clock)
    proposed = corrections.propose(
        channel,
        [(at(15 * n), 1_000 + 10 * n) for n in range(8, 14)],
        reason="read from the memory of the meter",
        evidence=(),
        by=command("one"),
        command_id=command("propose"),
    )
    corrections.approve(proposed, by=command("other"), command_id=command("approve"))
    site.clock.move_to(site.clock.now() + timedelta(minutes=1))
    site.project()
    assert looked(site).told == 1
    assert not any(row[3] for row in site.rows(FOUND))


def test_a_display_that_the_counter_cannot_have_shown_bars_the_bill(site: TestSite) -> None:
    told(site, *quarters(0, 12))
    with site.writer.connection() as connection:
        channel = load_channels(connection, site.schema)[COUNTER]
    Corrections(site.writer, site.schema, site.clock).enter(
        channel, [(at(60), 1_234)], note="", by=command("one"), command_id=command("enter")
    )
    site.project()
    assert looked(site).told == 1
    assert [row[0] for row in site.rows(FOUND)] == ["register.control_reading"]


def test_a_clock_that_is_wrong_by_centuries_keeps_nobody_from_looking(site: TestSite) -> None:
    told(site, *quarters(0, 4), *quarters(20, 24))
    site.ingest.accept(
        [
            site.spooler.batch([Reading(channel=COUNTER, at=when, count=1_020, quality=MEASURED)])
            for when in (datetime(1, 1, 3, tzinfo=UTC), datetime(9999, 12, 31, 12, tzinfo=UTC))
        ]
    )
    site.project()
    looked(site)
    assert ("reading.missing", at(45), at(300), True) in site.rows(FOUND)
