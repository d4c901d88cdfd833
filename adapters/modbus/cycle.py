"""In: the devices of a bus and one slot. Out: their answers, gathered. I/O: through the bus.

One cycle asks the well devices first (billed counters of all, other counters, gauges), then those
nobody has heard of, then the doubtful, then probes the dead, as far as the time until the next
slot goes. A device that fails never stops the others.
"""

from __future__ import annotations

import asyncio
import math
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from adapters.modbus.bus import Bus, Question, Rank
from adapters.modbus.decode_desk import Answer, Sheet
from adapters.modbus.decode_plate import decode_plate
from adapters.modbus.device import ASK_AGAIN_S, Device, Read
from adapters.modbus.dialling import Monotonic
from adapters.modbus.frame import Fault, ReadFailedError
from adapters.modbus.plate_guard import Changed, compared
from adapters.modbus.quarantine import HASTE_AFTER, NOT_ITS_FAULT, Standing
from adapters.modbus.read_plan import Hole, halved, hole_between
from adapters.poll import PollAnswer, PollFailure
from energy.base.clock import Clock, to_us


class Turn:
    """What is asked of one device in one go."""

    __slots__ = ("device", "rank", "reads", "within_s")

    def __init__(
        self, device: Device, rank: Rank, reads: Sequence[Read], within_s: float | None = None
    ) -> None:
        """Name device, rank and reads, and the longest wait if it is shorter than usual. [s]."""
        self.device = device
        self.rank = rank
        self.reads = reads
        self.within_s = within_s


def turns_of(devices: Iterable[Device]) -> list[Turn]:
    """Return the turns of well devices: counters of all before gauges of any."""
    turns = []
    for device in devices:
        for rank in (Rank.BILLED, Rank.COUNTER, Rank.GAUGE):
            reads = [read for read in device.reads if read.rank is rank]
            if reads:
                turns.append(Turn(device, rank, reads))
    return sorted(turns, key=lambda turn: (turn.rank, turn.device.phase))


@dataclass(frozen=True, slots=True, kw_only=True)
class CycleLimits:
    """How one cycle is asked."""

    slot: datetime
    skew: timedelta
    """An answer later than this after its slot is dated by the clock."""
    timeout_s: float
    interval_s: float | None
    """None: everybody is asked, however long it takes. [s]"""
    until_s: float
    """Nothing new is asked from here on, monotonic; without meaning without interval. [s]"""
    urgent: bool


class Cycle:
    """The questions of one slot."""

    def __init__(
        self, bus: Bus, clock: Clock, monotonic: Monotonic, limits: CycleLimits, sheet: Sheet
    ) -> None:
        """Begin a cycle.

        Args:
            bus: Whom to ask.
            clock: Dates late answers.
            monotonic: Clock for waits.
            limits: Slot and limits.
            sheet: Gathers what comes.
        """
        self._bus = bus
        self._clock = clock
        self._monotonic = monotonic
        self._limits = limits
        self._slot_us = to_us(limits.slot)
        self._sheet = sheet
        self._failed: dict[Device, Fault] = {}
        self._heard: set[Device] = set()
        self._changed: dict[Device, Changed | None] = {}
        self._asking: dict[Device, asyncio.Lock] = {}
        self.left_out: list[Turn] = []
        """Turns of well devices for which the time did not suffice."""
        self.had_time = False
        """Whether there was time for one that may be silent."""

    async def run(
        self, well: Sequence[Turn], others: Sequence[Device], first: Device | None = None
    ) -> None:
        """Ask everybody, as many at a time as the bus takes.

        Args:
            well: Turns of well devices, in order.
            others: Devices that are new, doubtful or dead.
            first: One of them that goes first, for there is never time left at the end.
        """
        turns = self._in_order(well, others, first)
        width = min(self._bus.width, len(well) + len(others))
        if width <= 1:
            await self._work(turns)
        else:
            await asyncio.gather(*(self._work(turns) for _ in range(width)))
        self._rate()

    def _in_order(
        self, well: Sequence[Turn], others: Sequence[Device], first: Device | None
    ) -> Iterator[Turn]:
        if first is not None:
            yield Turn(first, Rank.PROBE, first.reads)
        for turn in well:
            if self._left_s() <= 0:
                self.left_out.append(turn)
            else:
                yield turn
        self.had_time = self._is_time_for(self._limits.timeout_s)
        for device in sorted(others, key=lambda d: (d.watch.standing, d.phase)):
            if device is first:
                continue
            if self._limits.urgent:
                yield Turn(device, Rank.PROBE, device.reads)
            elif self._may_ask(device):
                yield Turn(device, Rank.PROBE, device.reads, self._within_s(device))

    def _may_ask(self, device: Device) -> bool:
        """Return whether a device that may be silent costs nobody else his slot."""
        now_s = self._monotonic()
        is_dead = device.watch.standing is Standing.DEAD
        if is_dead and now_s < device.watch.probe_at_s:
            return False
        most_s = self._most_s(device)
        if not self._is_time_for(most_s):
            return False
        return not is_dead or self._bus.dead_time.allows(now_s, most_s + self._bus.rest_s)

    def _is_time_for(self, most_s: float) -> bool:
        """Return whether a silent device would not cost the next slot, or at most half of it."""
        half_s = (self._limits.interval_s or math.inf) / 2
        return self._left_s() >= min(most_s + self._bus.rest_s, half_s)

    def _within_s(self, device: Device) -> float:
        return min(self._most_s(device), self._left_s())

    def _most_s(self, device: Device) -> float:
        """Return the longest wait for a device: a dead one is only probed. [s]."""
        if device.watch.standing is Standing.DEAD:
            return device.watch.probe_s(self._bus.latencies, self._limits.timeout_s)
        return self._limits.timeout_s

    def _left_s(self) -> float:
        """Return the time left before the next slot. [s]."""
        if self._limits.urgent or self._limits.interval_s is None:
            return math.inf
        return self._limits.until_s - self._monotonic()

    async def _work(self, turns: Iterator[Turn]) -> None:
        for turn in turns:
            if turn.device in self._failed:
                continue
            was_dead = turn.device.watch.standing is Standing.DEAD
            if was_dead and not self._limits.urgent:
                if not await self._probed(turn.device, turn.within_s):
                    continue
                turn.within_s = None
            await self._take(turn)

    async def _probed(self, device: Device, within_s: float | None) -> bool:
        """Return whether a dead device answers a short question in a short time."""
        began_s = self._monotonic()
        try:
            await self._bus.ask(device.probe, Rank.PROBE, within_s=within_s)
        except ReadFailedError as error:
            if error.fault in {Fault.CONFIGURATION, Fault.BUSY}:
                return True  # it lives
            self._fail(device, error)
            self._bus.dead_time.spend(self._monotonic() - began_s + self._bus.rest_s)
            return False
        return True

    async def _take(self, turn: Turn) -> None:
        device = turn.device
        if device.plate_question is not None and not await self._known(turn, device.plate_question):
            return
        if turn.within_s is None and len(self._failed) >= HASTE_AFTER and not self._limits.urgent:
            turn.within_s = device.watch.probe_s(self._bus.latencies, self._limits.timeout_s)
        now_s = self._monotonic() if any(read.rest_until_s for read in turn.reads) else 0.0
        for read in tuple(turn.reads):
            if read.rest_until_s > now_s:
                self._note(device, f"modbus.{Fault.CONFIGURATION}", read.refused)
            elif not await self._asked(turn, read):
                return

    async def _known(self, turn: Turn, question: Question) -> bool:
        """Return whether a device has told who it is; its turns elsewhere wait for that, too."""
        device = turn.device
        async with self._asking.setdefault(device, asyncio.Lock()):
            if device in self._failed:
                return False
            if device in self._changed and not self._bus.suspect:
                return True
            return await self._checked(turn, question)

    async def _checked(self, turn: Turn, question: Question) -> bool:
        """Return whether the device told who it is; its counters wait for that."""
        device, plate = turn.device, turn.device.plate
        assert plate is not None, "there is a question for it"
        self._changed[device] = None
        if device.plate_rest_s > self._monotonic():
            return True
        try:
            registers, latency_s = await self._bus.ask(question, turn.rank, within_s=turn.within_s)
        except ReadFailedError as error:
            if error.fault is not Fault.CONFIGURATION:
                self._fail(device, error)
                return False
            device.plate_rest_s = self._monotonic() + ASK_AGAIN_S
            return True  # it has no such plate value: its counters stand without
        self._hear(device, latency_s)
        value = decode_plate(plate, registers, word_order=device.meter.map.word_order)
        recorded = device.meter.register_serial or device.meter.serial
        changed = compared(device.lesson, plate.quantity, value, recorded=recorded)
        if changed is None and device.lesson.plate is None and value not in {None, ""}:
            device.keep_plate(str(value))
        self._changed[device] = changed
        self._bus.trust()
        return True

    async def _asked(self, turn: Turn, read: Read) -> bool:
        """Ask one read; returns whether the device may be asked further in this cycle."""
        try:
            try:
                await self._ask(turn, read)
            except ReadFailedError as error:
                if error.fault is not Fault.CONFIGURATION:
                    raise
                self._heard.add(turn.device)  # it lives, though it refuses
                await self._in_halves(turn, read, error)
        except ReadFailedError as error:
            self._fail(turn.device, error)
            return False
        return True

    async def _ask(self, turn: Turn, read: Read) -> None:
        device = turn.device
        registers, latency_s = await self._bus.ask(read.question, turn.rank, within_s=turn.within_s)
        self._hear(device, latency_s)
        read.rest_until_s, read.refused = 0.0, ""
        self._sheet.answers.append(
            Answer(
                read.decoder,
                device.meter.point,
                read.channels,
                registers,
                self._dated_us(),
                self._changed.get(device),
            )
        )

    async def _in_halves(self, turn: Turn, refused: Read, error: ReadFailedError) -> None:
        """Find what the device refuses by halving; learn it if the halves bring anything."""
        parts, holes, heard = await self._parts(turn, refused, error)
        if heard and len(parts) > 1:
            turn.device.learn(refused, parts, holes)
            resting = [part for part in parts if part.refused]
        else:
            resting = [refused]
        for read in resting:
            read.rest_until_s = self._monotonic() + ASK_AGAIN_S
            read.refused = read.refused or str(error)
            self._note(turn.device, error.code, read.refused)

    async def _parts(
        self, turn: Turn, refused: Read, error: ReadFailedError
    ) -> tuple[list[Read], list[Hole], bool]:
        """Return the parts of a refused read, the cuts between, and whether one answered."""
        halves = turn.device.halves(halved(refused.block))
        if not halves:
            refused.refused = str(error)
            return [refused], [], False
        parts: list[Read] = []
        cut = hole_between(halves[0].block, halves[1].block)
        holes = [] if cut is None else [cut]
        heard = False
        for half in halves:
            try:
                await self._ask(turn, half)
            except ReadFailedError as failed:
                if failed.fault is not Fault.CONFIGURATION:
                    raise
                inner, more, some = await self._parts(turn, half, failed)
                parts += inner
                holes += more
                heard = heard or some
            else:
                parts.append(half)
                heard = True
        return parts, holes, heard

    def _dated_us(self) -> int:
        """Return the slot, or the present when the answer came too late to stand for it. [us]."""
        if self._limits.urgent:
            return self._slot_us
        now = self._clock.now()
        return self._slot_us if abs(now - self._limits.slot) <= self._limits.skew else to_us(now)

    def _hear(self, device: Device, latency_s: float) -> None:
        self._heard.add(device)
        device.watch.latencies.keep(latency_s)
        self._sheet.answered.append(PollAnswer(device.meter.point, round(1e6 * latency_s)))

    def _fail(self, device: Device, error: ReadFailedError) -> None:
        self._failed[device] = error.fault
        self._note(device, error.code, str(error))

    def _note(self, device: Device, code: str, message: str) -> None:
        self._sheet.failures.append(
            PollFailure(
                point=device.meter.point, code=code, message=message, slot=self._limits.slot
            )
        )

    def _rate(self) -> None:
        """Tell every device's watch how it did."""
        now_s = self._monotonic()
        for device, fault in self._failed.items():
            if fault not in NOT_ITS_FAULT:
                device.watch.failed(now_s)
        for device in self._heard:
            if device not in self._failed:
                device.watch.answered()
