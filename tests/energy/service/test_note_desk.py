"""Notes pinned by the web's own role, found where they touch, edited, withdrawn, replayed. I/O."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from energy.alerting.views import AlertView
from energy.base.ids import id_of
from energy.journal.follower import Follower, event_fold
from energy.metering.pinned_note import NoteWords, PinnedNoteError
from energy.metering.places import PlaceAct, PlaceChange
from energy.metering.plant import PlaceTree
from energy.service.note_desk import NoteDesk
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import WEB
from energy.views.pinned_notes import ALWAYS, notes_at, read_notes
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers
ANNA, BEN = id_of("person", "anna"), id_of("person", "ben")
NOON = datetime(2019, 1, 1, 12, tzinfo=UTC)


def words(text: str, **other: object) -> NoteWords:
    facts: dict[str, object] = {"first": NOON, "last": NOON + timedelta(hours=2)}
    return NoteWords.checked(text=text, **(facts | other))  # type: ignore[arg-type]


def fold(at: TestSite) -> None:
    """Let the operations' views catch up."""
    views = event_fold(at.schema, [AlertView()])
    follower = Follower(at.writer, at.schema, "operations", "operations", views, at.clock)
    while follower.step():
        pass


def seen(at: TestSite, points: list[str], places: list[str], hours: float = 0) -> list[str]:
    when = NOON + timedelta(hours=hours)
    with at.writer.connection() as connection:
        return [note.text for note in notes_at(connection, at.schema, points, places, when, when)]


def test_a_note_is_pinned_by_the_web_and_shown_where_it_touches(site_schema: TestSite) -> None:
    at = site_schema
    places: list[dict[str, Any]] = [
        {"key": "hall", "parent": None, "kind": "building", "name": "Hall"},
        {"key": "b1", "parent": "hall", "kind": "floor", "name": "Floor"},
        {"key": "b2", "parent": "hall", "kind": "floor", "name": "Other floor"},
    ]
    tree = PlaceTree(site=at.site.key, places=places, command_id=command("tree"))
    at.application("metering").store(tree)
    at.counter("m1")
    at.project()
    web = Database(at.server.dsn(WEB), max_size=2, scope=STAFF)
    desk = NoteDesk(web, at.schema, at.clock)
    of_hall = desk.pin(words("Hall closed", place="hall"), ANNA)
    assert desk.pin(words("Hall closed", place="hall"), ANNA) == of_hall
    desk.pin(words("Meter opened", point="m1", quantity="active_energy_import"), BEN)
    desk.pin(words("Other floor", place="b2"), BEN)
    for wrong in ({"place": "cellar"}, {"point": "m9"}, {"point": "m1", "quantity": "volume"}):
        with pytest.raises(PinnedNoteError, match=r"There is no|has no channel"):
            desk.pin(words("Where", **wrong), ANNA)
    fold(at)
    assert seen(at, ["m1"], []) == ["Hall closed", "Meter opened"]
    assert seen(at, [], ["b2"]) == ["Hall closed", "Other floor"]
    assert seen(at, ["m1"], [], hours=3) == []

    with pytest.raises(PinnedNoteError, match="another person's"):
        desk.edit(of_hall, words("Mine", place="hall"), by=BEN, command_id=command("edit"))
    for _ in range(2):
        later = words("Hall closed till four", place="hall", last=NOON + timedelta(hours=4))
        desk.edit(of_hall, later, by=ANNA, command_id=command("edit"))
    fold(at)
    assert seen(at, ["m1"], [], hours=3) == ["Hall closed till four"]
    desk.withdraw(of_hall, by=BEN, any_author=True, command_id=command("withdraw"))
    again = desk.pin(words("Hall closed", place="hall"), ANNA)
    assert again != of_hall
    fold(at)
    assert seen(at, [], ["hall"]) == ["Hall closed"]
    assert versions(at, of_hall) == [("Hall closed", False), ("Hall closed till four", True)]
    web.close()


def test_notes_on_a_closed_place_are_told_of_what_was_in_it_then(site_schema: TestSite) -> None:
    at = site_schema
    hall: dict[str, Any] = {"key": "hall", "parent": None, "kind": "building", "name": "Hall"}
    floors: list[dict[str, Any]] = [
        {"key": k, "parent": "hall", "kind": "floor", "name": k} for k in ("b1", "b2")
    ]
    tree = PlaceTree(site=at.site.key, places=[hall, *floors], command_id=command("tree"))
    at.application("metering").store(tree)
    at.counter("m1")
    at.counter("m2")
    at.project()
    desk = NoteDesk(at.writer, at.schema, at.clock)
    desk.pin(words("Water in the floor", place="b1"), ANNA)
    moved = NOON + timedelta(hours=24)
    tree.move_points(
        ["m1"], "b2", valid_from=moved, reason="moved", by=ANNA, command_id=command("move")
    )
    tree.move_points(
        ["m2"], "b2", valid_from=moved, reason="moved", by=ANNA, command_id=command("move 2")
    )
    closed = PlaceChange(act=PlaceAct.CLOSED, place="b1", valid_from=moved)
    tree.change([closed], valid_from=moved, reason="torn down", by=ANNA, command_id=command("shut"))
    at.application("metering").store(tree)
    at.project()
    desk.pin(words("Seen late", place="b1"), BEN)
    later = {"first": moved, "last": moved + timedelta(hours=2)}
    desk.pin(words("Rubble", place="b1", **later), BEN)
    desk.pin(words("Fire drill", place="hall", **later), BEN)
    fold(at)
    assert seen(at, ["m1"], []) == ["Water in the floor", "Seen late"]
    assert seen(at, ["m1"], [], hours=24) == ["Fire drill"]
    assert seen(at, [], ["b1"], hours=24) == ["Rubble"]
    with at.writer.connection() as connection:
        every = notes_at(connection, at.schema, ["m2"], [], *ALWAYS)
    assert [note.text for note in every] == ["Water in the floor", "Seen late", "Fire drill"]
    with pytest.raises(PinnedNoteError, match="There is no"):
        desk.pin(words("Where", place="cellar"), ANNA)


def versions(at: TestSite, note: UUID) -> list[tuple[str, bool]]:
    with at.writer.connection() as connection:
        rows = read_notes(connection, at.schema, note=note.hex, versions=True)
        assert notes_at(connection, at.schema, [], ["hall"], *ALWAYS)
    return [(row.text, row.withdrawn) for row in rows]
