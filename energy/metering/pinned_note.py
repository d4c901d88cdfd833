"""In: what a person says about a place or a point over a span. Out: the note's events. Pure.

A note belongs to the `operations` journal: it changes no count, and whoever is signed in may pin
one from a page. Its author is a person's id; an edited note is a new version of it, and what it
said before stays readable.
"""

from __future__ import annotations

import unicodedata
from dataclasses import dataclass
from datetime import UTC, datetime, tzinfo
from typing import Self
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.errors import RefusedError
from energy.base.ids import id_of

LONGEST = 2_000
"""Characters of a note at most."""
LONGEST_KEY = 200
EARLIEST, LATEST = datetime(1970, 1, 1, tzinfo=UTC), datetime(2200, 1, 1, tzinfo=UTC)
_UNSEEN = frozenset({"Cc", "Cf", "Cs", "Co", "Cn", "Zl", "Zp"})
"""Kinds of signs that steer what is shown, or that nobody sees."""


class PinnedNoteError(RefusedError):
    """A note says nothing, too much, or what cannot be shown; or there is none."""

    code = "note"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteWords:
    """What a note says, checked."""

    place: str
    """Key of a place; "" where the note is about a point alone."""
    point: str
    """Key of a metering point; "" where the note is about a place alone."""
    quantity: str
    """Channel of the point that is meant; "" for all of it."""
    first: datetime
    last: datetime
    """Last instant meant; that of `first` for a moment."""
    text: str

    @classmethod
    def checked(
        cls,
        *,
        text: str,
        first: datetime,
        last: datetime,
        place: str = "",
        point: str = "",
        quantity: str = "",
        zone: tzinfo = UTC,
    ) -> Self:
        """Return the words of a note.

        Args:
            text: As typed, in any language; line breaks are kept.
            first: First instant meant, aware.
            last: Last instant meant, aware.
            place: Key of a place.
            point: Key of a metering point.
            quantity: Channel of the point.
            zone: By whose clock a span that is refused is told.

        Raises:
            PinnedNoteError: Nothing is said, or it cannot be shown, or it is about nothing.
        """
        if not place and not point:
            raise PinnedNoteError.of("note.about_nothing")
        if quantity and not point:
            raise PinnedNoteError.of("note.no_point", quantity=quantity)
        first, last = first.astimezone(UTC), last.astimezone(UTC)
        if not EARLIEST <= first <= last < LATEST:
            local = {"first": first.astimezone(zone), "last": last.astimezone(zone)}
            raise PinnedNoteError.of("note.span", **local)
        for key in (place, point, quantity):
            if len(key) > LONGEST_KEY or not key.isprintable():
                raise PinnedNoteError.of("note.key", most=LONGEST_KEY)
        return cls(
            place=place,
            point=point,
            quantity=quantity,
            first=first,
            last=last,
            text=plain_text(text),
        )


def plain_text(text: str) -> str:
    """Return a text that can be shown anywhere: its line breaks made one kind, its ends trimmed.

    Raises:
        PinnedNoteError: It is empty or too long, or holds a sign that nobody sees.
    """
    plain = text.replace("\r\n", "\n").replace("\r", "\n").replace("\t", " ").strip()
    if not plain:
        raise PinnedNoteError.of("note.empty")
    if len(plain) > LONGEST:
        raise PinnedNoteError.of("note.long", most=LONGEST, given=len(plain))
    for sign in plain:
        if sign != "\n" and unicodedata.category(sign) in _UNSEEN:
            raise PinnedNoteError.of("note.sign", sign=f"U+{ord(sign):04X}")
    return plain


class NoteEntry(JournalAggregate):
    """A note pinned to a place or a point over a span, until it is withdrawn."""

    TOPIC = "pinned_note"

    class Created(JournalAggregate.Created):
        """Somebody pinned it."""

        TOPIC = "note.pinned"
        place: str
        point: str
        quantity: str
        first: datetime
        last: datetime
        text: str
        by: UUID

    class Edited(JournalAggregate.Event):
        """It says something else from here on."""

        TOPIC = "note.edited"
        first: datetime
        last: datetime
        text: str
        by: UUID

    class Withdrawn(JournalAggregate.Event):
        """It is shown no more."""

        TOPIC = "note.withdrawn"
        by: UUID

    @staticmethod
    def create_id(*, command_id: UUID, **_: object) -> UUID:
        """Return the id from the command: the same command twice is once."""
        return note_id(command_id)

    @event(Created)
    def __init__(
        self,
        *,
        place: str,
        point: str,
        quantity: str,
        first: datetime,
        last: datetime,
        text: str,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Pin it; `NoteWords.checked` makes the words."""
        self.words = NoteWords(
            place=place, point=point, quantity=quantity, first=first, last=last, text=text
        )
        self.author = by
        self.withdrawn = False

    def edit(self, words: NoteWords, *, by: UUID, command_id: UUID) -> None:
        """Let it say something else; the same words again change nothing.

        Args:
            words: The new ones; what they are about is not read.
            by: The author.
            command_id: The same command twice is once.

        Raises:
            PinnedNoteError: It was withdrawn, or is another person's.
        """
        if self.seen(command_id):
            return
        self._check_open()
        if by != self.author:
            raise PinnedNoteError.of("note.not_yours")
        known = self.words
        if (known.first, known.last, known.text) != (words.first, words.last, words.text):
            self._edit(
                first=words.first, last=words.last, text=words.text, by=by, command_id=command_id
            )

    def withdraw(self, *, by: UUID, any_author: bool, command_id: UUID) -> None:
        """Show it no more; withdrawing twice is once.

        Args:
            by: Who withdraws it.
            any_author: Whether that person may withdraw notes of others.
            command_id: The same command twice is once.

        Raises:
            PinnedNoteError: It was withdrawn, or is another person's.
        """
        if self.seen(command_id):
            return
        self._check_open()
        if by != self.author and not any_author:
            raise PinnedNoteError.of("note.not_yours")
        self._withdraw(by=by, command_id=command_id)

    def _check_open(self) -> None:
        if self.withdrawn:
            raise PinnedNoteError.of("note.withdrawn")

    @event(Edited)
    def _edit(
        self, *, first: datetime, last: datetime, text: str, by: UUID, command_id: UUID
    ) -> None:
        known = self.words
        self.words = NoteWords(
            place=known.place,
            point=known.point,
            quantity=known.quantity,
            first=first,
            last=last,
            text=text,
        )

    @event(Withdrawn)
    def _withdraw(self, *, by: UUID, command_id: UUID) -> None:
        self.withdrawn = True


def note_id(command_id: UUID) -> UUID:
    """Return the id of the note that a command pins."""
    return id_of("pinned_note", str(command_id))
