"""The review queue as the web's role sees it in a real database."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from dashboards.security.scope import Role
from energy.base.finding import Severity
from energy.base.ids import id_of
from energy.journal.noted import Notes
from energy.metering.note import note
from energy.metering.pinned_note import NoteWords
from energy.service.note_desk import NoteDesk
from tests.dashboards.queries.conftest import WebTown
from tests.dashboards.queries.test_sql import scope

pytestmark = pytest.mark.servers
FIRST, LAST = datetime(2019, 1, 2, 3, tzinfo=UTC), datetime(2019, 1, 2, 4, tzinfo=UTC)


def test_a_doubtful_hour_waits_with_its_money_its_note_and_its_readings(
    seen_town: WebTown,
) -> None:
    town, queries = seen_town.town, seen_town.queries
    doubt = note(
        "register.frozen",
        FIRST,
        LAST,
        source="checks",
        channel=1,
        severity=Severity.DO_NOT_BILL,
    )
    Notes(town.database, town.site.schema, town.clock).take([doubt])
    words = NoteWords.checked(text="Works on the feeder", first=FIRST, last=LAST, point="b1-elec")
    NoteDesk(town.database, town.site.schema, town.clock).pin(words, id_of("person", "x"))
    town.catch_up()

    (row,) = queries.review(scope(seen_town)).rows.rows
    assert (row.queued.case.point, row.queued.case.cause) == ("b1-elec", "stuck")
    assert row.notes == ("Works on the feeder",)
    stake = row.queued.stake
    assert stake is not None
    assert (stake.currency, stake.accounts) == (town.site.currency, ("A-b1",))
    assert stake.amount > 0

    (blind,) = queries.review(scope(seen_town, Role.TECHNICIAN)).rows.rows
    assert blind.queued.stake is None

    name = row.queued.case.case.hex[:8]
    answer = queries.review_case(scope(seen_town), name)
    assert answer is not None
    story = answer.rows.story
    assert [finding.key.code for finding in story.findings] == ["register.frozen"]
    assert {reading.at for reading in story.readings} >= {FIRST, LAST}
    assert [each.text for each in answer.rows.notes] == ["Works on the feeder"]
    poor = queries.review_case(scope(seen_town, Role.TECHNICIAN), name)
    assert poor is not None
    assert poor.rows.story.row is not None
    assert poor.rows.story.row.stake is None
    assert queries.review_case(scope(seen_town), "ffffffff") is None
