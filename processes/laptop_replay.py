"""In: a command of a laptop, its tape. Out: the same act in the site's journal. I/O: PostgreSQL.

The act runs again with the server's knowledge of today and the devices' answers of then: every
rule that holds at the desk holds here. What it changes is dated when it was done.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from energy.base.clock import Clock
from energy.base.errors import EnergyError
from energy.base.text import t
from energy.metering.meter import Meter, meter_id
from energy.metering.plant import ChannelRegister
from energy.store.laptop import APPLIED, REVIEW, LaptopCommand
from processes.laptop_errors import LaptopError
from processes.laptop_pack import Numbers
from processes.laptop_pack_make import reserved
from processes.laptop_tape import ActClock, Tape, event_id
from processes.technician_act_fields import act_of
from processes.technician_acts import FieldAct
from processes.technician_desk import Instants
from processes.technician_device import Answered, Device
from processes.technician_site import SiteDesk

EVENTS = 12
"""Most events of one command."""


class ReplayError(LaptopError):
    """A command of a laptop cannot be done any more as it was done."""

    code = "laptop.replay"


class ReplayDesk(SiteDesk):
    """The site's desk at the time of a command, with the tape in the devices' place."""

    def __init__(
        self,
        desk: SiteDesk,
        command: UUID,
        at: datetime,
        tape: Tape,
        *,
        first_number: int | None,
        numbers: Numbers | None,
    ) -> None:
        """Stand in for a laptop.

        Args:
            desk: The site's own.
            command: Id of the command.
            at: When it was done.
            tape: What devices answered.
            first_number: First channel number that the laptop gave to a new point.
            numbers: Those that its pack reserved.
        """
        super().__init__(
            desk.system,
            desk.site,
            plan_file=desk.plan_file,
            environment=desk.environment,
            pause=self._no_pause,
        )
        self._begun = at
        self._act = ActClock(at)
        self._command = command
        self._tape = tape
        self._first_number = first_number
        self._numbers = numbers
        self._ids = 0
        self.position = 0
        """Of the journal behind what was stored; 0 while nothing was."""

    def instants(self) -> set[object]:
        """Return every instant that what the act did may bear, as text."""
        return {each.isoformat() for each in (self._begun, *self._tape.instants())}

    @property
    def clock(self) -> Clock:
        """Return the clock of the act."""
        return self._act

    def ready(self) -> None:
        """Let the views come up to date."""
        self.settle()

    def command_id(self) -> UUID:
        """Return the next id of the act: the laptop made the same ones."""
        self._ids += 1
        return event_id(self._command, self._ids)

    def read(self, device: Device, quantities: Sequence[str]) -> Answered:
        """Return what the device answered then.

        Raises:
            TapeError: Another device was asked then, or nothing.
        """
        return self._tape.answer(device, self._act)

    def pause(self, seconds: int) -> None:
        """Wait in no time."""
        self._tape.wait(self._act)

    def newest(self, channels: Sequence[int]) -> Instants:
        """Return the last reading of some channels before the act: later ones prove nothing."""
        found = super().newest(channels)
        now = self._act.now()
        for number in [n for n, (at, _) in found.items() if at >= now]:
            before, _ = self.around(number, now)
            del found[number]
            if before:
                found[number] = before[0]
        return found

    def number(self, point: str, count: int, command: UUID) -> tuple[int, ChannelRegister | None]:
        """Return the numbers that the laptop gave: they were reserved for it.

        Raises:
            ReplayError: They were not, or another point has them.
        """
        first, own = self._first_number, self._numbers
        if first is None or own is None or not own.first <= first <= own.first + own.count - count:
            raise ReplayError.of("not_reserved", point=point)
        taken = {c.number: c.point for c in self.channels()}
        for number in range(first, first + count):
            if number in taken:
                raise ReplayError.of(
                    "number_taken", number=number, point=point, other=taken[number]
                )
        return first, None

    @staticmethod
    def _no_pause(seconds: int) -> None:
        raise AssertionError(f"nobody waits {seconds} s for a tape")


def person_of(body: Mapping[str, Any]) -> UUID | None:
    """Return whose pack a command was done with; None where it named nobody."""
    return UUID(body["person"]) if body.get("person") else None


def done_again(
    desk: SiteDesk,
    row: LaptopCommand,
    body: Mapping[str, Any],
    content: Callable[[str], bytes],
    *,
    moved: timedelta = timedelta(),
) -> LaptopCommand:
    """Return a command with what became of it when it was done at the site's desk.

    Args:
        desk: The site's.
        row: The command.
        body: Act, tape and numbers.
        content: Returns a document by its hash.
        moved: How far the laptop's clock was behind the true time.
    """
    tape = Tape(list(body["tape"])).moved(moved)
    replay = ReplayDesk(
        desk,
        row.command,
        row.at + moved,
        tape,
        first_number=body["numbers"][0] if body["numbers"] else None,
        numbers=reserved(desk, row.pack),
    )
    try:
        act = act_of(row.verb, body["act"], content)
        done = act.do(replay)
    except EnergyError as error:
        return replace(row, state=REVIEW, reason=error.told(desk.site.language))
    if done.again and not _own(desk, row, act, done.at in replay.instants()):
        told = {"point": act.at_point, "at": done.at}
        reason = t(desk.site.language, "laptop_why.same", **told)
        return replace(row, state=REVIEW, reason=reason)
    return replace(row, state=APPLIED, reason="", position=done.position, sealed="")


def _own(desk: SiteDesk, row: LaptopCommand, act: FieldAct[Any], then: bool) -> bool:  # noqa: FBT001
    """Return whether what was found done is this very command's, or a paper that is the same."""
    if row.verb in {"retire", "change-ratio"}:
        return then  # their events bear no id of the command, but its instant
    if row.verb not in {"commission", "replace"}:
        return True
    meter: Meter | None = desk.metering.find(meter_id(desk.site.key, act.at_point))
    if meter is None:
        return False
    return any(meter.seen(event_id(row.command, n)) for n in range(1, EVENTS))
