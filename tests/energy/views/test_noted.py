"""Notes become findings: once, without an end while they hold, as known at every position."""

from __future__ import annotations

from typing import Any

import msgspec
import pytest

from energy.base.finding import Severity
from energy.journal.decisions import Decisions, FindingKey
from energy.journal.noted import Notes
from energy.metering.note import Phase, note
from energy.views.findings import read_findings
from energy.views.noted import FOR_GOOD
from tests.fixtures.batches import at
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers

CODE = "modbus.other_device"


@pytest.fixture
def site(site_schema: TestSite) -> TestSite:
    """A site with a counter of channel 1."""
    site_schema.counter()
    return site_schema


def told(
    site: TestSite, phase: Phase, first: float, last: float, *, stays: bool = True,
    source: str = "bus-1",
) -> int:  # fmt: skip
    """Tell the journal and fold; return how many entries were new."""
    made = note(
        CODE,
        at(first),
        at(last),
        source=source,
        channel=1,
        severity=Severity.DO_NOT_BILL,
        note_id=command(source, phase, first),
    )
    made = msgspec.structs.replace(made, phase=phase, stays=stays)
    new = Notes(site.writer, site.schema, site.clock).take([made])
    site.project()
    return new


def rows(site: TestSite) -> list[tuple[Any, ...]]:
    return site.rows(
        "SELECT start_at, end_at, explained_position IS NULL FROM {s}.finding ORDER BY position"
    )


def test_what_was_is_a_finding_with_its_end_however_often_it_is_told(site: TestSite) -> None:
    assert [told(site, Phase.WAS, 0, 5) for _ in range(3)] == [1, 0, 0]
    assert rows(site) == [(at(0), at(5), True)]


def test_what_holds_has_no_end_and_is_one_finding_though_a_collector_begins_anew(
    site: TestSite,
) -> None:
    told(site, Phase.BEGUN, 0, 0)
    assert told(site, Phase.BEGUN, 30, 30) == 1
    assert rows(site) == [(at(0), FOR_GOOD, True)]
    told(site, Phase.BEGUN, 30, 30, source="bus-2")
    assert len(rows(site)) == 2, "another source has a finding of its own"


@pytest.mark.parametrize("stays", [True, False])
def test_when_it_is_over_it_waits_for_a_person_or_is_explained(site: TestSite, stays: bool) -> None:
    told(site, Phase.BEGUN, 0, 0)
    told(site, Phase.OVER, 0, 45, stays=stays)
    ended = [(at(0), at(45), True)] if stays else []
    assert rows(site) == [(at(0), FOR_GOOD, False), *ended]


def test_an_end_of_what_nobody_told_to_have_begun_is_no_finding(site: TestSite) -> None:
    told(site, Phase.OVER, 0, 45)
    assert rows(site) == []


def test_what_a_person_has_resolved_does_not_come_back_when_it_is_over(site: TestSite) -> None:
    told(site, Phase.BEGUN, 0, 0)
    (row,) = site.rows("SELECT code, channel, start_at, position FROM {s}.finding")
    key = FindingKey(code=row[0], channel=row[1], start=row[2], position=row[3])
    Decisions(site.writer, site.schema, site.clock).resolve(
        key, reason="the exchange is recorded", by=command("x"), command_id=command("y")
    )
    site.project()
    told(site, Phase.OVER, 0, 45)
    assert rows(site) == [(at(0), FOR_GOOD, True)]


def test_what_was_known_at_a_position_stays_as_it_was_known(site: TestSite) -> None:
    told(site, Phase.BEGUN, 0, 0)
    before = site.application("metering").position()
    told(site, Phase.OVER, 0, 45)
    with site.writer.connection() as connection:
        then = read_findings(connection, site.schema, as_of=before)
        now = read_findings(connection, site.schema)
    assert [(row.key.start, row.end, row.open) for row in then] == [(at(0), FOR_GOOD, True)]
    assert [(row.key.start, row.end, row.open) for row in now] == [(at(0), at(45), True)]
