"""In: people who silence the alarms of a site. Out: facts of it. Pure.

A silence has a name and an end, and the end is near: 10 minutes at most. Who silenced last cannot
go on alone: until 10 minutes after its end the next one is somebody else's.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from eventsourcing.domain import event

from energy.alerting.sounding.errors import SoundError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

LONGEST_MIN: Final = 10
"""Longest silence, and for how long after it the same person begins no other. [min]"""


def sound_id(site: str) -> UUID:
    """Return the id of a site's alarm sound."""
    return id_of("alarm_sound", site)


class AlarmSound(JournalAggregate):
    """The sound of a site's alarms: one silence at a time."""

    TOPIC = "alarm_sound"

    class Created(JournalAggregate.Created):
        """Somebody silenced it for the first time."""

        TOPIC = "alarm_sound.set_up"
        site: str

    class Silenced(JournalAggregate.Event):
        """A named person silenced it until an instant."""

        TOPIC = "alarm_sound.silenced"
        begins_at: datetime
        ends_at: datetime
        by: UUID

    class Resumed(JournalAggregate.Event):
        """A person ended the silence before its time."""

        TOPIC = "alarm_sound.resumed"
        at: datetime
        by: UUID

    @staticmethod
    def create_id(*, site: str, **_: object) -> UUID:
        """Return the id from the site."""
        return sound_id(site)

    @event(Created)
    def __init__(self, *, site: str, command_id: UUID) -> None:
        """Let the site's alarms be heard."""
        self.ends_at: datetime | None = None
        self.by: UUID | None = None

    def silence(
        self, minutes: int, *, by: UUID, now: datetime, broken: bool, command_id: UUID
    ) -> None:
        """Silence the alarms for some minutes.

        Args:
            minutes: For how long, 1 to LONGEST_MIN. [min]
            by: Who does.
            now: Present instant.
            broken: Whether a critical alert ended the silence before this one.
            command_id: Of the command.

        Raises:
            SoundError: It is none or too long; it is silent already; the same person silenced
                last, less than LONGEST_MIN ago.
        """
        if self.seen(command_id):
            return
        if not 1 <= minutes <= LONGEST_MIN:
            raise SoundError.of("minutes", most=LONGEST_MIN)
        if self.silent(now) and not broken:
            raise SoundError.of("silent")
        most = timedelta(minutes=LONGEST_MIN)
        if self.ends_at is not None and by == self.by and now < self.ends_at + most:
            raise SoundError.of("again", most=LONGEST_MIN)
        ends_at = now + timedelta(minutes=minutes)
        self._silence(begins_at=now, ends_at=ends_at, by=by, command_id=command_id)

    @event(Silenced)
    def _silence(
        self, *, begins_at: datetime, ends_at: datetime, by: UUID, command_id: UUID
    ) -> None:
        self.ends_at, self.by = ends_at, by

    def resume(self, *, by: UUID, now: datetime, command_id: UUID) -> None:
        """End the silence; ended twice is once.

        Raises:
            SoundError: It is not silent.
        """
        if self.seen(command_id):
            return
        if not self.silent(now):
            raise SoundError.of("not_silent")
        self._resume(at=now, by=by, command_id=command_id)

    @event(Resumed)
    def _resume(self, *, at: datetime, by: UUID, command_id: UUID) -> None:
        self.ends_at = at

    def silent(self, now: datetime) -> bool:
        """Return whether a silence lasts, as far as people ended it."""
        return self.ends_at is not None and now < self.ends_at
