"""Cases and decisions are a function of the journal, whatever its slices."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from energy.journal.corrections import Corrections
from energy.journal.recorder import entries_of
from energy.metering.reading import Reading
from energy.views.findings import read_findings
from energy.views.rebuild import METERING_TABLES
from energy.views.registry import load_channels
from energy.views.review import read_cases
from energy.views.worker import MeteringFold
from tests.billing.town import APPROVER, CLERK, Town, count_at
from tests.fixtures.doubts import (
    AT,
    MANAGER,
    SPIKE,
    accept,
    conflict,
    desk,
    doubted_town,
    missing,
    noted,
    queue,
    read_others,
    read_with_spike,
)

pytestmark = pytest.mark.servers


@pytest.fixture
def town(new_site: Any) -> Town:
    return doubted_town(new_site(at=AT))


def test_a_rebuild_gives_the_same_cases_and_decisions(town: Town) -> None:
    read_others(town)
    read_with_spike(town)
    conflict(town, 2)
    noted(town, missing(3))
    rows = {row.case.cause: row for row in queue(town)}
    desk(town, MANAGER).hold([rows["missing"]], "wait", until=date(2019, 3, 1))
    accept(town, [rows["conflict"]])
    outcome = desk(town, CLERK).correct(
        rows["step"], [(SPIKE, count_at(1, SPIKE))], "swapped", evidence=()
    )
    assert outcome.correction is not None
    corrections = Corrections(town.database, town.site.schema, town.clock)
    corrections.approve(outcome.correction, by=APPROVER, command_id=uuid4())
    fall_that_a_late_reading_explains(town)
    conflict(town, 1, name="late", more=7)
    town.catch_up()
    live = everything(town)
    for table in (t for group in METERING_TABLES.values() for t in group):
        with town.database.connection() as connection:
            connection.execute(f"DELETE FROM {town.site.schema}.{table}".encode())
    fold(town)
    assert everything(town) == live


def fall_that_a_late_reading_explains(town: Town) -> None:
    """Let a correction end a fall, and a reading behind it show that the register had turned."""
    fifth = datetime(2019, 1, 5, tzinfo=UTC)
    town.accept([Reading(channel=2, at=fifth, count=85_000_000)])
    town.accept([Reading(channel=2, at=fifth + timedelta(days=1), count=1_000)])
    (row,) = (row for row in queue(town) if row.case.cause == "step")
    told = [(fifth, 85_000_000)]
    outcome = desk(town, CLERK).correct(row, told, "another", evidence=())
    assert outcome.correction is not None
    corrections = Corrections(town.database, town.site.schema, town.clock)
    corrections.approve(outcome.correction, by=APPROVER, command_id=uuid4())
    town.catch_up()
    town.accept([Reading(channel=2, at=fifth + timedelta(hours=18), count=99_000_000)])


def everything(town: Town) -> list[list[tuple[object, ...]]]:
    schema = town.site.schema
    tables = ("finding", "review_decision", "correction")
    return [town.rows(f"SELECT * FROM {schema}.{t} AS x ORDER BY x::text") for t in tables]


def fold(town: Town) -> None:
    """Fold the whole journal anew in one slice."""
    again = MeteringFold(town.site.schema, town.site.zone)
    with town.database.connection() as connection, connection.transaction():
        entries = list(entries_of(connection, town.site.schema, "metering"))
        with connection.cursor() as cursor:
            again(cursor, entries)


@pytest.mark.slow
def test_cases_can_be_read_without_a_tariff(town: Town) -> None:
    read_with_spike(town)
    with town.database.connection() as connection:
        (case,) = read_cases(connection, town.site.schema, date(2019, 2, 1))
        found = read_findings(connection, town.site.schema)
    assert {each.finding for each in case.findings} == {row.finding for row in found}


def test_late_readings_that_explain_a_finding_end_its_case(town: Town) -> None:
    read_with_spike(town, by=0)
    later = datetime(2019, 1, 5, tzinfo=UTC)
    town.accept([Reading(channel=1, at=later, count=count_at(1, later) - 7_000)])
    town.catch_up()
    before = queue(town)
    assert [row.case.cause for row in before] == ["step"]
    back = count_at(1, later)
    corrections = Corrections(town.database, town.site.schema, town.clock)
    with town.database.connection() as connection:
        channel = load_channels(connection, town.site.schema)[1]
    identity = corrections.propose(
        channel, [(later, back)], reason="misread", evidence=[], by=CLERK, command_id=uuid4()
    )
    corrections.approve(identity, by=APPROVER, command_id=uuid4())
    assert queue(town) == []
