"""In: a client, a unit, questions. Out: what the device answers and refuses. I/O: Modbus reads.

A refusal is knowledge, a silence is not: a device that stops answering ends the conversation.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from dataclasses import dataclass, field
from typing import Protocol, TypeVar

from adapters.modbus.frame import Fault, ReadFailedError
from adapters.modbus.probing.candidate import Run
from adapters.modbus.probing.seen import Seen
from energy.base.clock import monotonic_s
from processes.technician_faults import fault_key, no_contact

R = TypeVar("R")
ATTEMPTS = 2
MOST_SILENCES = 2
"""Silences in a row after which nobody is there, where nothing was heard yet."""
MOST_LATER_SILENCES = 16
"""The same behind a first answer: some devices are silent about registers they do not have."""
REFUSALS = frozenset({Fault.CONFIGURATION, Fault.DEVICE, Fault.BUSY})
NOBODY = frozenset({Fault.GATEWAY_PATH, Fault.GATEWAY_SILENT})
Progress = Callable[[int], None]
"""Is told how many questions were asked."""


class Reader(Protocol):
    """Reads registers of units behind one connection."""

    async def read(
        self, *, unit: int, function_code: int, address: int, count: int
    ) -> Sequence[int]:
        """Return exactly the registers asked for, or raise ReadFailedError."""
        ...

    def hurry(self) -> None:
        """Forget the wait before the next connection."""
        ...


@dataclass(slots=True, kw_only=True)
class Conversation:
    """Questions to one unit, and what came of them."""

    reader: Reader
    unit: int
    seen: Seen = field(default_factory=Seen)
    asked: int = 0
    silences: int = 0
    """In a row."""
    faults: list[Fault] = field(default_factory=list)
    last: str = ""
    """What the last failure said."""
    why: str = ""
    """Where the catalogue says what it means; "" where nowhere."""

    @property
    def heard(self) -> bool:
        """Return whether anything proper was answered, if only a refusal."""
        return bool(self.seen.words) or any(fault in REFUSALS for fault in self.faults)

    async def ask(self, run: Run) -> None:
        """Ask for a run and keep answer or refusal.

        Raises:
            NoContactError: Nobody answers at this unit any more.
        """
        code, first, end = run
        for _ in range(ATTEMPTS):
            self.asked += 1
            self.reader.hurry()
            try:
                registers = await self.reader.read(
                    unit=self.unit, function_code=code, address=first, count=end - first
                )
            except ReadFailedError as error:
                self.faults.append(error.fault)
                self.last, self.why = str(error), fault_key(error.code)
                if error.fault in NOBODY or error.fault is Fault.NO_CONNECTION:
                    raise no_contact(error) from error
                if error.fault in REFUSALS:
                    self.silences = 0
                    break
                self.silences += 1
                if self.silences >= (MOST_LATER_SILENCES if self.heard else MOST_SILENCES):
                    raise no_contact(error) from error
            else:
                self.silences = 0
                self.seen.take(code, first, registers)
                return
        self.seen.refuse(code, first, end - first)

    async def through(
        self,
        questions: Generator[Run, None, R],
        *,
        until_s: float,
        progress: Progress = lambda _: None,
    ) -> R | None:
        """Ask every question; None when time was up before the last.

        Args:
            questions: Yield runs, look into `seen`, return what they found.
            until_s: Reading of the monotonic clock at which to stop. [s]
            progress: Told after every question.

        Raises:
            NoContactError: Nobody answers at this unit any more.
        """
        while monotonic_s() < until_s:
            try:
                run = next(questions)
            except StopIteration as stop:
                found: R = stop.value
                return found
            await self.ask(run)
            progress(self.asked)
        return None
