"""In: what a signed-in person does with the sound. Out: one event each. I/O by ports.

The id of a command is made of what the person saw: a button pressed twice is one command.
"""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of


class SoundDesk(Protocol):
    """Where the sound is tested and silenced (energy/alerting/sounding/desk.py)."""

    def silence(self, minutes: int, *, by: UUID, command_id: UUID) -> int:
        """Silence the alarms for some minutes."""
        ...

    def resume(self, *, by: UUID, command_id: UUID) -> int:
        """Let the alarms be heard again."""
        ...

    def begin_test(self, screen: str, *, by: UUID, command_id: UUID) -> int:
        """Let a screen play its tones."""
        ...

    def hear(self, test: UUID, *, by: UUID, command_id: UUID) -> int:
        """Record that a person heard them."""
        ...


class SoundCommands:
    """The acts on the sound of one site; each returns the journal's position."""

    def __init__(self, site: str, desk: SoundDesk) -> None:
        """Act at a site through its desk."""
        self._site, self._desk = site, desk

    def silence(self, scope: Scope, minutes: int, *, seen: str) -> int:
        """Silence every desk and wall for some minutes.

        Args:
            scope: Whose name it has.
            minutes: For how long. [min]
            seen: The silence before, as the person saw it.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: It is too long, silent already, or somebody else's turn.
        """
        scope.demand(Right.ACKNOWLEDGE, self._site)
        command = id_of("command", "silence", str(minutes), seen, str(scope.person))
        return self._desk.silence(minutes, by=scope.person, command_id=command)

    def resume(self, scope: Scope, *, seen: str) -> int:
        """Let the alarms be heard again.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: It is not silent.
        """
        scope.demand(Right.ACKNOWLEDGE, self._site)
        command = id_of("command", "resume sound", seen, str(scope.person))
        return self._desk.resume(by=scope.person, command_id=command)

    def begin_test(self, scope: Scope, screen: str, *, seen: str) -> int:
        """Let a screen play its tones.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: It is no screen.
        """
        scope.demand(Right.ACKNOWLEDGE, self._site)
        command = id_of("command", "test sound", screen, seen, str(scope.person))
        return self._desk.begin_test(screen, by=scope.person, command_id=command)

    def hear(self, scope: Scope, test: UUID) -> int:
        """Record under the person's name that a screen was heard.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: There is no such test, or it was begun too long ago.
        """
        scope.demand(Right.ACKNOWLEDGE, self._site)
        command = id_of("command", "hear sound", str(test), str(scope.person))
        return self._desk.hear(test, by=scope.person, command_id=command)
