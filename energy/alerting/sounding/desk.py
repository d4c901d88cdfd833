"""In: a person who silences or tests the sound. Out: its fact. I/O: PostgreSQL."""

from __future__ import annotations

from uuid import UUID

from energy.alerting.sounding.errors import SoundError
from energy.alerting.sounding.reads import read_silence
from energy.alerting.sounding.silence import AlarmSound, sound_id
from energy.alerting.sounding.sound_test import SoundTest
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.journal.application import JournalApplication
from energy.store.pool import Database


class SoundDesk:
    """Where the sound of a site's alarms is tested and silenced; acts return their position."""

    def __init__(self, database: Database, site: str, schema: str, clock: Clock) -> None:
        """Work on a site, by its key and schema."""
        self._database, self._site, self._schema, self._clock = database, site, schema, clock
        self._operations = JournalApplication(database, schema, "operations", clock)

    def silence(self, minutes: int, *, by: UUID, command_id: UUID) -> int:
        """Silence the alarms for some minutes, at every desk and wall.

        Raises:
            SoundError: As `AlarmSound.silence`.
            ConflictError: Somebody else did at the same moment.
        """
        sound = self._sound()
        if sound is None:
            made = id_of("command", "alarm sound", self._site)
            sound = AlarmSound(site=self._site, command_id=made)
        with self._database.connection() as connection:
            before = read_silence(connection, self._schema)
        broken = before is not None and before.broken
        now = self._clock.now()
        sound.silence(minutes, by=by, now=now, broken=broken, command_id=command_id)
        return self._operations.store(sound)

    def resume(self, *, by: UUID, command_id: UUID) -> int:
        """Let the alarms be heard again.

        Raises:
            SoundError: It is not silent.
            ConflictError: Somebody else did at the same moment.
        """
        sound = self._sound()
        if sound is None:
            raise SoundError.of("not_silent")
        sound.resume(by=by, now=self._clock.now(), command_id=command_id)
        return self._operations.store(sound)

    def begin_test(self, screen: str, *, by: UUID, command_id: UUID) -> int:
        """Let a screen play its tones.

        Raises:
            SoundError: It is no screen.
        """
        test = id_of("sound_test", self._site, str(command_id))
        if self._operations.find(test) is not None:
            return self._operations.position()
        now = self._clock.now()
        begun = SoundTest.begin(test, screen, by=by, now=now, command_id=command_id)
        return self._operations.store(begun)

    def hear(self, test: UUID, *, by: UUID, command_id: UUID) -> int:
        """Record that a person heard a screen's tones.

        Raises:
            SoundError: There is no such test, or it was begun too long ago.
            ConflictError: Somebody else did at the same moment.
        """
        found = self._operations.find(test)
        if not isinstance(found, SoundTest):
            raise SoundError.of("no_test")
        found.hear(by=by, now=self._clock.now(), command_id=command_id)
        return self._operations.store(found)

    def _sound(self) -> AlarmSound | None:
        found = self._operations.find(sound_id(self._site))
        assert found is None or isinstance(found, AlarmSound)
        return found
