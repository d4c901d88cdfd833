"""In: a person who tests the sound of a screen. Out: facts of it. Pure.

A test is begun, the screen plays its tones, and whoever heard them says so under their name. What
nobody says is no test.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from eventsourcing.domain import event

from energy.alerting.sounding.errors import SoundError
from energy.base.aggregate import JournalAggregate

PATIENCE: Final = timedelta(minutes=5)
"""How long after its begin a test may be heard."""
LONGEST_SCREEN: Final = 80


class SoundTest(JournalAggregate):
    """One test of what a screen plays."""

    TOPIC = "sound_test"

    class Created(JournalAggregate.Created):
        """A person let a screen play its tones."""

        TOPIC = "sound_test.begun"
        test: UUID
        screen: str
        """What it is called: "desk/NAME" of a workstation, "wall/NAME" of a wall."""
        at: datetime
        by: UUID

    class Heard(JournalAggregate.Event):
        """A person heard them."""

        TOPIC = "sound_test.heard"
        at: datetime
        by: UUID

    @staticmethod
    def create_id(*, test: UUID, **_: object) -> UUID:
        """Return the id that the command gave."""
        return test

    @classmethod
    def begin(
        cls, test: UUID, screen: str, *, by: UUID, now: datetime, command_id: UUID
    ) -> SoundTest:
        """Return a test that is begun.

        Raises:
            SoundError: The screen has no name, or none that a screen has.
        """
        if not screen.startswith(("desk/", "wall/")) or not 5 < len(screen) <= LONGEST_SCREEN:
            raise SoundError.of("screen", screen=screen[:LONGEST_SCREEN])
        return cls(test=test, screen=screen, at=now, by=by, command_id=command_id)

    @event(Created)
    def __init__(
        self, *, test: UUID, screen: str, at: datetime, by: UUID, command_id: UUID
    ) -> None:
        """Begin it; see `begin`."""
        self.begun_at = at
        self.heard = False

    def hear(self, *, by: UUID, now: datetime, command_id: UUID) -> None:
        """Record that a person heard it; the first who says so counts.

        Raises:
            SoundError: It was begun too long ago.
        """
        if self.heard:
            return
        if now - self.begun_at > PATIENCE:
            raise SoundError.of("late", most=int(PATIENCE.total_seconds()) // 60)
        self._hear(at=now, by=by, command_id=command_id)

    @event(Heard)
    def _hear(self, *, at: datetime, by: UUID, command_id: UUID) -> None:
        self.heard = True
