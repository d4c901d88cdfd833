"""In: a tenant's question, the office's answer. Out: events of the books. Pure.

What was said arrives sealed under the key of the account that it is about, whoever said it: erasing
that key erases all of it, and what the office answered outlives who answered.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.errors import RefusedError
from energy.base.ids import id_of
from energy.service.requests.kinds import RequestKind

LONGEST = 2000
"""Most signs of what is said at once."""


class EnquiryError(RefusedError):
    """An enquiry is unknown, or nothing was said."""

    code = "enquiry"


class Subject(StrEnum):
    """What an enquiry is about."""

    BILL = "bill"
    METER = "meter"
    ACCOUNT = "account"
    """Neither: something else that the tenant wants."""


@dataclass(frozen=True, slots=True, kw_only=True)
class About:
    """What an enquiry is about."""

    account: str
    subject: Subject
    key: str
    """Number of the bill, key of the metering point or of the account."""
    charge: int | None = None
    """Charge line of the bill, from 1; None for all of it."""
    kind: RequestKind = RequestKind.ENQUIRY
    """What the tenant wants."""


def said(words: str) -> str:
    """Return what was said without the blanks around it.

    Raises:
        EnquiryError: It is empty or too long.
    """
    plain = words.strip()
    if not 1 <= len(plain) <= LONGEST:
        raise EnquiryError.of("enquiry.words", most=LONGEST)
    return plain


@dataclass(frozen=True, slots=True, kw_only=True)
class Spoken:
    """That something was said, without the words."""

    person: UUID
    of_office: bool
    at: datetime


class Enquiry(JournalAggregate):
    """A question of a tenant, with what was said about it."""

    TOPIC = "enquiry"

    class Created(JournalAggregate.Created):
        """A tenant asked."""

        TOPIC = "enquiry.asked"
        site: str
        account: str
        subject: str
        key: str
        charge: int | None
        asked_on: date
        words_sealed: str
        by: UUID

        def mutate(self, aggregate: Any) -> Any:
            """Note who asked, and when."""
            made = super().mutate(aggregate)
            made.spoken = [Spoken(person=self.by, of_office=False, at=self.timestamp)]
            return made

    class Said(JournalAggregate.Event):
        """The office answered, or the tenant went on."""

        TOPIC = "enquiry.said"
        of_office: bool
        words_sealed: str
        by: UUID

        def mutate(self, aggregate: Any) -> Any:
            """Note who spoke, and when."""
            changed = super().mutate(aggregate)
            told = Spoken(person=self.by, of_office=self.of_office, at=self.timestamp)
            changed.spoken.append(told)
            changed.numbers[self.command_id] = len(changed.spoken)
            return changed

    class Filed(JournalAggregate.Event):
        """The tenant wants more than an answer: something done, or looked into."""

        TOPIC = "enquiry.filed"
        kind: str

    spoken: list[Spoken]
    """Everything that was said, the first first."""

    @staticmethod
    def create_id(*, site: str, command_id: UUID, **_: object) -> UUID:
        """Return the id from the command: the same question twice is one."""
        return id_of("enquiry", site, str(command_id))

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        account: str,
        subject: str,
        key: str,
        charge: int | None,
        asked_on: date,
        words_sealed: str,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Ask."""
        self.account = account
        self.by = by
        self.kind = RequestKind.ENQUIRY
        self.numbers: dict[UUID, int] = {}
        """Command -> which word it said, from 1."""

    @event(Filed)
    def file(self, *, kind: str, command_id: UUID) -> None:
        """Want something done, or looked into."""
        self.kind = RequestKind(kind)

    @event(Said)
    def say(self, *, of_office: bool, words_sealed: str, by: UUID, command_id: UUID) -> None:
        """Answer, or go on."""
