"""Step 1 of 6: values of DL/T 645 meters -> reading columns of one slot. I/O.

Values that a meter keeps in one block (an energy and its tariffs) are read with one question, so
that they are of one moment; a meter that knows no block is asked value by value from then on.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import groupby

from adapters.bus_source import BusMeter, BusSource, Keep
from adapters.dlt645.client import PROTOCOL, Dlt645Client
from adapters.dlt645.decode import FLAW_MEANS, Wire, decode
from adapters.link_fault import KEEPS_LINK, AskFailedError, LinkFault
from adapters.meter_profile import ProfiledMeter, ProfilePoint
from adapters.octets import OctetLink
from adapters.poll import PolledValue
from energy.base.clock import Clock, monotonic_s
from energy.metering.channel import Kind

QUESTION_OCTETS = 20
"""A question with its wake-up bytes. [byte]"""
ANSWER_OCTETS = 20
"""An answer with its wake-up bytes, beside its value. [byte]"""
ASK_AGAIN_S = 600.0
"""Rest of a value that the meter says it does not keep: it may have said so in a bad moment. [s]"""
BLOCK_VALUES = 5
"""Values that a block usually has: total and four tariffs."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Dlt645Meter(ProfiledMeter[Wire]):
    """One meter on a bus: its address and which quantity is which channel."""

    meter: str
    """Address, twelve digits, highest first, as on the plate."""


@dataclass(frozen=True, slots=True)
class Read:
    """One question to one meter and the values in its answer."""

    identifier: str
    points: tuple[ProfilePoint[Wire], ...]
    in_block: bool


def plan_reads(points: Sequence[ProfilePoint[Wire]], *, blocks: bool) -> list[Read]:
    """Return the fewest questions that give the points, counters first.

    Args:
        points: Values of one meter.
        blocks: Whether the meter knows blocks; one value of a block is asked by itself.
    """
    order = sorted(points, key=lambda p: (p.facts.kind is not Kind.COUNTER, p.wire.block))
    reads: list[Read] = []
    for (_, block), group in groupby(
        order, key=lambda p: (p.facts.kind is not Kind.COUNTER, p.wire.block)
    ):
        together = tuple(group)
        if blocks and block and len(together) > 1:
            reads.append(Read(block, together, in_block=True))
        else:
            reads += single_reads(together)
    return reads


def single_reads(points: Sequence[ProfilePoint[Wire]]) -> list[Read]:
    """Return one question for each identifier; states of one status word share it."""
    held: dict[str, list[ProfilePoint[Wire]]] = {}
    for point in points:
        held.setdefault(point.wire.identifier, []).append(point)
    return [Read(name, tuple(together), in_block=False) for name, together in held.items()]


class Dlt645Source(BusSource):
    """Polls the DL/T 645 meters of one bus."""

    PROTOCOL = PROTOCOL

    def __init__(
        self,
        key: str,
        link: OctetLink,
        meters: Sequence[Dlt645Meter],
        clock: Clock,
        *,
        timeout_s: float = 1.5,
        skew_s: float = 5.0,
        monotonic: Callable[[], float] = monotonic_s,
    ) -> None:
        """Plan the questions; nothing is opened yet.

        Args:
            key: Name of the source.
            link: The bus.
            meters: Which meters.
            clock: Dates answers that came too late for their slot.
            timeout_s: Longest wait for one answer. [s]
            skew_s: An answer later than this after its slot is dated by the clock. [s]
            monotonic: Clock for the rest of values that a meter does not keep. [s]

        Raises:
            MeterProfileError: A channel's quantity is not in its profile.
        """
        client = Dlt645Client(link, timeout_s=timeout_s)
        asked = [_AskedMeter(client, meter, monotonic) for meter in meters]
        super().__init__(key, link, asked, clock, skew_s=skew_s)


class _AskedMeter(BusMeter[Wire]):
    """A meter as it is asked: its questions, and what it refused."""

    def __init__(
        self, client: Dlt645Client, meter: Dlt645Meter, monotonic: Callable[[], float]
    ) -> None:
        super().__init__(meter)
        self._client = client
        self._monotonic = monotonic
        self._meter = meter
        self._reads = plan_reads(self.points, blocks=True)
        self._refused: dict[str, tuple[AskFailedError, float]] = {}
        """What it said of a value, and until when that is believed. [s]"""

    @property
    def exchanges(self) -> Sequence[int]:
        sizes = [
            read.points[0].wire.size * (BLOCK_VALUES if read.in_block else 1)
            for read in self._reads
        ]
        return [QUESTION_OCTETS + ANSWER_OCTETS + size for size in sizes]

    async def read(self, keep: Keep, *, urgent: bool) -> Sequence[AskFailedError]:
        if urgent:
            self._refused.clear()
        refused: list[AskFailedError] = []
        for read in self._reads:
            known = self._refused.get(read.identifier)
            if known is not None and self._monotonic() < known[1]:
                refused.append(known[0])
                continue
            try:
                keep(await self._values(read))
            except AskFailedError as error:
                if error.fault not in KEEPS_LINK and not _shorter_block(read, error):
                    raise
                refused.append(error)
                self._without(read, error)
        return refused

    def _without(self, read: Read, error: AskFailedError) -> None:
        """Ask value by value from now on, or never again for a value the meter does not keep."""
        if read.in_block:
            at = self._reads.index(read)
            self._reads = [*self._reads[:at], *single_reads(read.points), *self._reads[at + 1 :]]
        elif error.fault is LinkFault.NO_SUCH_VALUE:
            self._refused[read.identifier] = (error, self._monotonic() + ASK_AGAIN_S)

    async def _values(self, read: Read) -> list[PolledValue]:
        size = None if read.in_block else read.points[0].wire.size
        octets = await self._client.read(self._meter.meter, read.identifier, size=size)
        if read.in_block:
            last = max(point.wire.place for point in read.points)
            width = read.points[0].wire.size
            if len(octets) % width or len(octets) < (last + 1) * width:
                raise AskFailedError(
                    PROTOCOL,
                    LinkFault.WRONG_LENGTH,
                    f"{self._client.link.where} meter {self._meter.meter} block {read.identifier}",
                    f"{len(octets)} byte(s), too few for {last + 1} values",
                )
        return [self._value(point, octets, in_block=read.in_block) for point in read.points]

    def _value(self, point: ProfilePoint[Wire], octets: bytes, *, in_block: bool) -> PolledValue:
        wire = point.wire
        first = wire.place * wire.size if in_block else 0
        got = decode(
            octets[first : first + wire.size], wire, counter=point.facts.kind is Kind.COUNTER
        )
        why = "" if got.flaw is None else FLAW_MEANS[got.flaw]
        return self.value(point, got.count, got.flaw, why)


def _shorter_block(read: Read, error: AskFailedError) -> bool:
    """Return whether a sound answer held fewer values than the profile says."""
    return read.in_block and error.fault is LinkFault.WRONG_LENGTH
