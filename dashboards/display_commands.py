"""In: what a person read from a meter's display. Out: it told, doubted or entered. I/O by a port.

The one write of the phone beside acknowledging: a reading goes into the journal only after what is
odd about it was told and confirmed.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol
from uuid import UUID

from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of
from energy.metering.display_look import Doubt


@dataclass(frozen=True, slots=True, kw_only=True)
class Typed:
    """What a person typed."""

    point: str
    quantity: str
    """Of the register; "" for the billed one."""
    value: str
    """As the display shows it."""
    at: str
    """When it was read: local time or with its offset; "" for now."""
    note: str = ""
    form: str = ""
    """Which drawn form it was typed into: tells two readings of one value apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Read:
    """A reading as the register's facts tell it."""

    channel: int
    unit: str
    at: datetime
    count: int
    shown: str
    """Value with the register's digits, without its unit."""
    doubts: tuple[Doubt, ...]
    others: tuple[str, ...]
    """What the reading of each doubt showed, or the most that is believed, as `shown`."""
    beside: bool
    """Whether the meter itself was read at that instant: then that counts, this stands beside."""
    position: int | None = None
    """Where it stands in the journal; None while it waits for its confirmation."""

    @property
    def doubted(self) -> frozenset[str]:
        """Return the kinds of its doubts."""
        return frozenset(each.doubted for each in self.doubts)


class DisplayDesk(Protocol):
    """Where readings from displays are judged and entered (processes/display_desk.py)."""

    def read(self, typed: Typed) -> Read:
        """Return what was typed with its doubts; refused where it cannot be true."""
        ...

    def enter(self, read: Read, note: str, *, by: UUID, command_id: UUID) -> int:
        """Enter a reading; return the journal's position."""
        ...


@dataclass(frozen=True, slots=True, kw_only=True)
class DisplayCommands:
    """The readings that people of one site type."""

    site: str
    desk: DisplayDesk

    def enter(self, scope: Scope, typed: Typed, confirmed: Collection[str] = ()) -> Read:
        """Enter a reading, unless something is odd about it that was not confirmed.

        Args:
            scope: Who read the display.
            typed: What was typed.
            confirmed: Kinds of doubts that the person was told of and confirms.

        Returns:
            The reading; without a position where it waits to be confirmed.

        Raises:
            NotPermittedError: The person lacks the role.
            RefusedError: The register cannot have shown it, or nothing there has a display.
        """
        scope.demand(Right.STATE_READINGS, self.site)
        read = self.desk.read(typed)
        if not read.doubted <= frozenset(confirmed):
            return read
        when = typed.at or typed.form
        said = (str(read.channel), str(read.count), when, typed.note, str(scope.person))
        command = id_of("command", "enter_reading", *said)
        position = self.desk.enter(read, typed.note, by=scope.person, command_id=command)
        return replace(read, position=position)
