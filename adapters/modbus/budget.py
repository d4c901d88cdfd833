"""In: the reads planned on a bus, and its speed. Out: the time they need. Pure.

On a serial bus time is counted in octets: a question of 8, an answer of 5 and two a register, a
pause of three and a half characters before each, and the time a meter takes to answer.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace

from adapters.errors import AdapterError
from adapters.modbus.read_plan import MAX_GAP

TURNAROUND_S = 0.02
"""What a meter usually takes before it answers. [s]"""
QUESTION_OCTETS = 8
ANSWER_OCTETS = 5
"""Octets of an answer beside its registers."""
PAUSE_OCTETS = 3.5
SHORTEST_PAUSE_S = 0.00175
"""Pause between two frames above 19200 baud. [s]"""
FULL = 0.8
"""Share of a bus's time from which repeats and dead meters find no room any more."""
BAUDS = (2400, 4800, 9600, 19200, 38400, 57600, 115200)


class BusOverloadedError(AdapterError):
    """The reads planned on a bus take longer than there is time for."""

    code = "modbus.bus_overloaded"

    def __init__(self, budget: Budget) -> None:
        """Show the arithmetic and the ways out."""
        super().__init__(f"{budget.text}. {budget.ways_out} Nothing was started.")


@dataclass(frozen=True, slots=True, kw_only=True)
class BusSpeed:
    """What one question costs on a serial bus."""

    baud: int
    """Bits a second. [bit/s]"""
    bits_per_octet: int = 10
    """Start, eight, parity and stop bits. [bit]"""
    turnaround_s: float = TURNAROUND_S
    """What a meter takes before it answers. [s]"""
    least_gap_s: float = 0.0
    """Least pause between an answer and the next question. [s]"""

    def exchange_s(self, question: int, answer: int) -> float:
        """Return what a question and its answer take, pauses included. [s].

        Args:
            question: Octets of the question. [byte]
            answer: Octets of the answer. [byte]
        """
        octet_s = self.bits_per_octet / self.baud
        pause_s = PAUSE_OCTETS * octet_s if self.baud <= 19200 else SHORTEST_PAUSE_S
        before_s = max(pause_s, self.least_gap_s)
        return (question + answer) * octet_s + self.turnaround_s + pause_s + before_s

    def read_s(self, registers: int) -> float:
        """Return what one read of some registers takes. [s].

        Args:
            registers: Registers asked for. [register]
        """
        return self.exchange_s(QUESTION_OCTETS, ANSWER_OCTETS + 2 * registers)

    @property
    def gap(self) -> int:
        """Return the widest hole that is read along rather than asked around. [register]."""
        octet_s = self.bits_per_octet / self.baud
        return int(self.read_s(0) / (2 * octet_s))


def gap_on(speed: BusSpeed | None) -> int:
    """Return the widest hole to read along: by the speed of a serial bus, else 16. [register]."""
    return MAX_GAP if speed is None else speed.gap


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """What one source asks of its bus."""

    interval_s: float
    """Seconds between two slots. [s]"""
    meters: tuple[tuple[int, ...], ...]
    """Registers of each read, meter by meter. [register]"""

    @property
    def reads(self) -> list[int]:
        """Return the registers of every read of one slot. [register]."""
        return [registers for meter in self.meters for registers in meter]


@dataclass(frozen=True, slots=True, kw_only=True)
class Budget:
    """The time that the sources of one bus need of it."""

    bus: str
    speed: BusSpeed
    demands: tuple[Demand, ...]

    @property
    def share(self) -> float:
        """Return the part of the bus's time that is needed; above 1 it is impossible."""
        return sum(self.needs_s(demand) / demand.interval_s for demand in self.demands)

    @property
    def fits(self) -> bool:
        """Whether there is time enough."""
        return self.share <= 1

    @property
    def is_full(self) -> bool:
        """Whether hardly any time is left for repeats and dead meters."""
        return self.share > FULL

    @property
    def text(self) -> str:
        """Return the arithmetic in one sentence, one clause a source."""
        return f"bus {self.bus} " + " and ".join(self._clause(demand) for demand in self.demands)

    @property
    def ways_out(self) -> str:
        """Return what would make it fit."""
        ways = []
        if len(self.demands) == 1:
            ways.append(f"an interval of {_up(self.needs_s(self.demands[0]) / FULL)} s")
        for baud in BAUDS:
            faster = replace(self, speed=replace(self.speed, baud=baud))
            if baud > self.speed.baud and not faster.is_full:
                ways.append(f"{baud} baud")
                break
        ways.append("a second bus")
        return f"Choose {' or '.join(ways)}, or read fewer quantities."

    def needs_s(self, demand: Demand) -> float:
        """Return what the reads of one slot of a source take. [s]."""
        return sum(self.speed.read_s(registers) for registers in demand.reads)

    def _clause(self, demand: Demand) -> str:
        needs_s = self.needs_s(demand)
        return (
            f"needs {needs_s:.1f} s, interval is {demand.interval_s:g} s: {_meters(demand)}, "
            f"{1000 * needs_s / max(len(demand.reads), 1):.0f} ms a read at {self.speed.baud} baud"
        )


def require_fit(budgets: Sequence[Budget]) -> list[str]:
    """Refuse what is impossible; return a warning for each bus that is nearly full.

    Raises:
        BusOverloadedError: A bus has less time than its meters need.
    """
    for budget in budgets:
        if not budget.fits:
            raise BusOverloadedError(budget)
    return [
        f"{budget.text}: {budget.share:.0%} of its time, little is left for repeats. "
        f"{budget.ways_out}"
        for budget in budgets
        if budget.is_full
    ]


def _meters(demand: Demand) -> str:
    """Return how many meters have how many reads: "32 meters x 2 reads of 120 registers"."""
    alike = Counter((len(meter), sum(meter)) for meter in demand.meters)
    return ", ".join(
        f"{number} meter{'s' * (number > 1)} x {reads} read{'s' * (reads > 1)} "
        f"({registers} registers)"
        for (reads, registers), number in sorted(alike.items())
    )


def _up(seconds: float) -> int:
    """Return an interval that people choose, no shorter than some seconds. [s]."""
    usual = (1, 2, 5, 10, 15, 20, 30, 60, 120, 300, 600, 900, 1800, 3600)
    return next((choice for choice in usual if choice >= seconds), int(seconds) + 1)
