"""A note says something visible about something, is its author's, and keeps what it said."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest

from energy.base.ids import id_of
from energy.metering.pinned_note import LONGEST, NoteEntry, NoteWords, PinnedNoteError, plain_text

NOON = datetime(2026, 7, 1, 12, tzinfo=UTC)
ANNA, BEN = id_of("person", "anna"), id_of("person", "ben")


def words(text: str = "Chiller test", **other: object) -> NoteWords:
    facts: dict[str, object] = {"first": NOON, "last": NOON + timedelta(hours=2), "point": "m1"}
    return NoteWords.checked(text=text, **(facts | other))  # type: ignore[arg-type]


def pinned() -> NoteEntry:
    said = words()
    return NoteEntry(
        place=said.place,
        point=said.point,
        quantity=said.quantity,
        first=said.first,
        last=said.last,
        text=said.text,
        by=ANNA,
        command_id=command(1),
    )


def command(number: int) -> UUID:
    return id_of("test command", str(number))


def test_text_of_any_language_is_kept_with_its_line_breaks() -> None:
    assert plain_text("  冷机试验\r\n<b>second</b> row ") == "冷机试验\n<b>second</b> row"
    assert len(plain_text("长" * LONGEST)) == LONGEST


@pytest.mark.parametrize(
    "text",
    ["", " \n ", "x" * (LONGEST + 1), "a\x00b", "a\x1b[31m", "a\u202eb", "a\u200bb", "\ud800"],
)
def test_a_text_that_cannot_be_shown_plainly_is_refused(text: str) -> None:
    with pytest.raises(PinnedNoteError):
        plain_text(text)


@pytest.mark.parametrize(
    "other",
    [
        {"point": ""},
        {"point": "", "place": "b1", "quantity": "volume"},
        {"last": NOON - timedelta(seconds=1)},
        {"first": datetime(1960, 1, 1, tzinfo=UTC)},
        {"point": "m" * 201},
        {"place": "b1\n"},
    ],
)
def test_a_note_about_nothing_or_never_is_refused(other: dict[str, object]) -> None:
    with pytest.raises(PinnedNoteError):
        words(**other)


def test_its_author_edits_it_and_the_same_command_again_changes_nothing() -> None:
    note = pinned()
    note.edit(words("Chiller test, over"), by=ANNA, command_id=command(2))
    note.edit(words("Chiller test, over"), by=ANNA, command_id=command(2))
    note.edit(words("Chiller test, over"), by=ANNA, command_id=command(3))
    assert note.words.text == "Chiller test, over"
    assert note.version == 2


def test_nobody_else_edits_it_and_only_who_may_withdraws_it() -> None:
    note = pinned()
    with pytest.raises(PinnedNoteError, match="another person's"):
        note.edit(words("Mine now"), by=BEN, command_id=command(2))
    with pytest.raises(PinnedNoteError, match="another person's"):
        note.withdraw(by=BEN, any_author=False, command_id=command(3))
    note.withdraw(by=BEN, any_author=True, command_id=command(4))
    note.withdraw(by=BEN, any_author=True, command_id=command(4))
    with pytest.raises(PinnedNoteError, match="withdrawn"):
        note.edit(words("Again"), by=ANNA, command_id=command(5))
