"""In: what devices answered while a command ran. Out: the same answers, later. Pure.

A command of the laptop is done twice: at the meter, where its answers go on the tape, and on the
server, where the tape answers in the devices' place. So both judge by the same rules, and the
server by what it knows meanwhile.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID, uuid5

from energy.base.clock import from_us, to_us
from processes.laptop_errors import LaptopError
from processes.technician_device import Answered, Device, ProfileMismatchError
from processes.technician_told import NoContactError

SILENT, MISFIT = "silent", "misfit"
_TOLD = [each.name for each in fields(Answered) if each.name not in {"at", "product"}]
"""Everything that a device told; whatever an answer gains later is taped with the rest."""


class TapeError(LaptopError):
    """A command asks for other answers than were taped."""

    code = "laptop.tape"


class ActClock:
    """Stands still but for answers: a command done again dates everything alike."""

    def __init__(self, at: datetime) -> None:
        """Begin at an instant; aware UTC."""
        self._at = at

    def now(self) -> datetime:
        """Return the instant of the last answer, or of the beginning."""
        return self._at

    def move_to(self, at: datetime) -> None:
        """Go on to an instant; never back."""
        self._at = max(self._at, at)


@dataclass(slots=True)
class Tape:
    """The answers of one command, in order."""

    rows: list[dict[str, Any]] = field(default_factory=list)
    _next: int = 0

    def answered(self, device: Device, answered: Answered) -> None:
        """Keep an answer."""
        told = {name: dict(getattr(answered, name)) for name in _TOLD}
        self.rows.append({**_asked(device), "at": to_us(answered.at), **told})

    def failed(self, device: Device, error: Exception, at: datetime) -> None:
        """Keep that a device was silent, or another one."""
        kind = MISFIT if isinstance(error, ProfileMismatchError) else SILENT
        self.rows.append({**_asked(device), "at": to_us(at), "error": kind, "text": str(error)})

    def paused(self, at: datetime) -> None:
        """Keep that somebody waited until an instant."""
        self.rows.append({"paused": to_us(at)})

    def answer(self, device: Device, clock: ActClock) -> Answered:
        """Return the next answer, in the device's place.

        Raises:
            NoContactError: The device was silent then.
            ProfileMismatchError: It was another one.
            TapeError: Another device was asked then, or nothing.
        """
        row = self._take()
        if {key: row.get(key) for key in _asked(device)} != _asked(device):
            raise TapeError.of(
                "other_device",
                taped=f"{row.get('source')} {row.get('address')}",
                asked=f"{device.source.key} {dict(device.address)}",
            )
        clock.move_to(from_us(row["at"]))
        if row.get("error") == MISFIT:
            raise ProfileMismatchError(row["text"])
        if row.get("error") == SILENT:
            raise NoContactError(row["text"])
        return Answered(
            at=from_us(row["at"]),
            product=device.product,
            **{name: row.get(name, {}) for name in _TOLD},
        )

    def wait(self, clock: ActClock) -> None:
        """Wait in no time.

        Raises:
            TapeError: Nobody waited then.
        """
        clock.move_to(from_us(self._take()["paused"]))

    def moved(self, by: timedelta) -> Tape:
        """Return the tape with every instant moved: the laptop's clock was wrong."""
        us = by // timedelta(microseconds=1)
        rows = [
            {key: value + us if key in {"at", "paused"} else value for key, value in row.items()}
            for row in self.rows
        ]
        return Tape(rows)

    def instants(self) -> list[datetime]:
        """Return the instants of every answer and wait."""
        return [from_us(row[key]) for row in self.rows for key in ("at", "paused") if key in row]

    def _take(self) -> Mapping[str, Any]:
        if self._next >= len(self.rows):
            raise TapeError.of("tape_ended")
        self._next += 1
        return self.rows[self._next - 1]


def event_id(command: UUID, number: int) -> UUID:
    """Return the id of the n-th event of a command: the same on laptop and server."""
    return uuid5(command, str(number))


def _asked(device: Device) -> dict[str, Any]:
    return {
        "source": device.source.key,
        "address": dict(device.address),
        "profile": device.product.id,
    }
