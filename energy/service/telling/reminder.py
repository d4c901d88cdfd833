"""In: a deadline, whom somebody was told. Out: the fact that this was told, once for good. Pure.

Its id is made of what was told, not of whom: who is on duty at a post changes with each shift, and
none of them is told again. It is stored in one transaction with the notices that tell.
"""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from eventsourcing.domain import event

from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

NEAR: Final = "near"
BROKEN: Final = "broken"
"""Stages of a deadline of which somebody is told."""


def reminder_id(site: str, about: str, subject: str, stage: str) -> UUID:
    """Return the id of having told something.

    Args:
        site: Key of the site.
        about: What kind of deadline, for example "report_due".
        subject: Of what it is: all facts that make it another one.
        stage: NEAR or BROKEN.
    """
    return id_of("reminder", site, about, subject, stage)


class Reminder(JournalAggregate):
    """That somebody was told of one deadline at one stage."""

    TOPIC = "reminder"

    class Created(JournalAggregate.Created):
        """It was told."""

        TOPIC = "reminder.told"
        site: str
        about: str
        subject: str
        stage: str
        to: list[str]
        """Contacts."""

    @staticmethod
    def create_id(*, site: str, about: str, subject: str, stage: str, **_: object) -> UUID:
        """Return the id from what was told."""
        return reminder_id(site, about, subject, stage)

    @classmethod
    def told(
        cls,
        site: str,
        about: str,
        subject: str,
        stage: str,
        to: Iterable[UUID],
        *,
        command_id: UUID,
    ) -> Reminder:
        """Return the fact that contacts were told; see `reminder_id`."""
        contacts = [str(each) for each in to]
        return cls(
            site=site, about=about, subject=subject, stage=stage, to=contacts, command_id=command_id
        )

    @event(Created)
    def __init__(
        self, *, site: str, about: str, subject: str, stage: str, to: list[str], command_id: UUID
    ) -> None:
        """Keep it."""
        self.to = to
