"""The review queue as the web's role sees it in a real database."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

import pytest

from dashboards.security.scope import Role
from energy.alerting.views import AlertView
from energy.base.finding import Severity
from energy.base.ids import id_of
from energy.journal.follower import Follower, event_fold
from energy.journal.noted import Notes
from energy.metering.note import note
from energy.metering.pinned_note import NoteWords, PinnedNoteError
from energy.service.note_desk import NoteDesk
from tests.billing.town import Town
from tests.dashboards.fakes import commands_with
from tests.dashboards.queries.conftest import WebTown
from tests.dashboards.queries.test_sql import scope

pytestmark = pytest.mark.servers


FIRST, LAST = datetime(2019, 1, 2, 3, tzinfo=UTC), datetime(2019, 1, 2, 4, tzinfo=UTC)


def fold(town: Town) -> None:
    """Let the views of notes catch up."""
    views = event_fold(town.site.schema, [AlertView()])
    follower = Follower(
        town.database, town.site.schema, "operations", "operations", views, town.clock
    )
    while follower.step():
        pass


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
    desk = NoteDesk(town.database, town.site.schema, town.clock)
    pinned = desk.pin(words, id_of("person", "x"))
    town.catch_up()
    fold(town)

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
    (told,) = answer.rows.notes
    assert (told.note, told.text, told.by) == (pinned, "Works on the feeder", id_of("person", "x"))
    poor = queries.review_case(scope(seen_town, Role.TECHNICIAN), name)
    assert poor is not None
    assert poor.rows.story.row is not None
    assert poor.rows.story.row.stake is None
    assert queries.review_case(scope(seen_town), "ffffffff") is None


def test_a_note_is_changed_and_withdrawn_by_its_author_alone(seen_town: WebTown) -> None:
    town, queries = seen_town.town, seen_town.queries
    desk = NoteDesk(seen_town.staff, town.site.schema, town.clock)
    commands = commands_with(town.site.key, notes=desk)
    author = scope(seen_town, Role.VIEWER)
    other = replace(author, person=id_of("person", "y"))
    day = datetime(2019, 1, 2, 12, tzinfo=UTC)
    words = NoteWords.checked(text="Cabinet open", first=day, last=day, point="b2-elec")
    pinned = commands.pin_note(author, words)

    def seen() -> list[tuple[int, str]]:
        fold(town)
        page = queries.meter(author, "b2-elec")
        assert page is not None
        return [(note.version, note.text) for note in page.rows.notes if note.note == pinned]

    ((version, _),) = seen()
    closed = replace(words, text="Cabinet closed")
    with pytest.raises(PinnedNoteError):
        commands.edit_note(other, pinned, version, closed)
    for _ in range(2):  # a button pressed twice is one command
        position = commands.edit_note(author, pinned, version, closed)
    assert seen() == [(version + 1, "Cabinet closed")]
    queries.await_change(author, position)
    commands.edit_note(author, pinned, version + 1, words)  # back to what it said at first
    assert seen() == [(version + 2, "Cabinet open")]
    with pytest.raises(PinnedNoteError):
        commands.withdraw_note(other, pinned)
    commands.withdraw_note(author, pinned)
    assert seen() == []
