"""In: something new. Out: its number that people say aloud, stored with it. I/O: PostgreSQL.

A number is "W-2026-00017": letter of the kind, local year, counter without a gap. Each number is
an entry of its own, whose id follows from it: nobody can take it twice, and the next free one is
found by asking which exist. It is stored in one transaction with what it numbers: both or neither.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Final
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.errors import ConflictError
from energy.base.ids import id_of
from energy.base.period import local_day
from energy.journal.application import JournalApplication
from energy.store.sites import Site

_ASKED_AT_ONCE: Final = 32
_ATTEMPTS: Final = 100
"""How often somebody else may be faster; each time one other got its number."""


def number_text(letter: str, year: int, number: int) -> str:
    """Return a number as it is said, for example "W-2026-00017"."""
    return f"{letter}-{year}-{number:05d}"


def _taken_id(site: str, letter: str, year: int, number: int) -> UUID:
    return id_of("taken_number", site, letter, str(year), str(number))


class TakenNumber(JournalAggregate):
    """One number, and what bears it."""

    TOPIC = "taken_number"

    class Created(JournalAggregate.Created):
        """It was taken."""

        TOPIC = "taken_number.taken"
        site: str
        letter: str
        year: int
        number: int
        thing: UUID
        """Id of what bears it."""

    @staticmethod
    def create_id(*, site: str, letter: str, year: int, number: int, **_: object) -> UUID:
        """Return the id from the number."""
        return _taken_id(site, letter, year, number)

    @event(Created)
    def __init__(
        self, *, site: str, letter: str, year: int, number: int, thing: UUID, command_id: UUID
    ) -> None:
        """Take it."""
        self.text = number_text(letter, year, number)
        self.thing = thing


def store_numbered(
    operations: JournalApplication,
    site: Site,
    letter: str,
    thing: UUID,
    make: Callable[[str], Sequence[JournalAggregate]],
    *,
    command_id: UUID,
) -> None:
    """Store something new with the next number of its kind; what is there already stays as it is.

    Args:
        operations: The application "operations"; its clock says the year.
        site: The site.
        letter: Of the kind: one capital letter, never used for another kind.
        thing: Id of what is new.
        make: Returns what is stored with the number it is given: what is new, first, and what
            changes with it. Called anew where somebody else was faster, so it loads what it
            changes.
        command_id: Of the command.

    Raises:
        RefusedError: Whatever `make` refuses; nothing was written, no number is lost.
        ConflictError: Somebody else changed the same things again and again.
    """
    assert len(letter) == 1 and letter.isupper(), "a kind has one capital letter"
    for attempt in range(_ATTEMPTS):
        if operations.find(thing) is not None:
            return
        year = local_day(operations.clock.now(), site.zone).year
        taken = TakenNumber(
            site=site.key,
            letter=letter,
            year=year,
            number=next_number(operations, site.key, letter, year),
            thing=thing,
            command_id=command_id,
        )
        try:
            operations.store(*make(taken.text), taken)
        except ConflictError:
            if attempt + 1 == _ATTEMPTS:
                raise
        else:
            return


def next_number(operations: JournalApplication, site: str, letter: str, year: int) -> int:
    """Return the lowest number that is free: numbers have no gap, so a few questions find it."""

    def known(numbers: Sequence[int]) -> int:
        """Return how many of some numbers, in order, are taken."""
        ids = [_taken_id(site, letter, year, number) for number in numbers]
        return len(operations.find_all(ids))

    reach = [1 << power for power in range(_ASKED_AT_ONCE)]
    doubled = known(reach)
    if doubled == 0:
        return 1
    low, high = reach[doubled - 1], reach[doubled]  # low is taken, high is free
    while high - low > 1:
        step = max(1, (high - low) // _ASKED_AT_ONCE)
        numbers = list(range(low + step, high, step))
        place = known(numbers)
        high = numbers[place] if place < len(numbers) else high
        low = numbers[place - 1] if place else low
    return high
