"""Step 1 of 6: registers of meters -> reading columns of one slot. I/O.

From: one host and port with many units behind it. To: the spool. A source is one bus: each of
its connections asks one question at a time and goes through its meters in order.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import numpy as np
from numpy.typing import NDArray

from adapters.backoff import Backoff
from adapters.modbus.client import ModbusClient
from adapters.modbus.decode import FLAW_MEANS, Flaw
from adapters.modbus.decode_columns import FLAWS, ColumnDecoder, DecodedColumns
from adapters.modbus.frame import Fault, ReadFailedError
from adapters.modbus.read_plan import MAX_GAP, ReadBlock, plan_reads
from adapters.modbus.register_map import RegisterMap
from adapters.poll import PollFailure, PollResult
from energy.base.clock import Clock, from_us, monotonic_s, to_us
from energy.base.finding import Finding, Severity
from energy.base.quality import Quality
from energy.metering.reading import ReadingColumns

FAILURES_BEFORE_REST = 3
FIRST_REST_S = 30.0
LONGEST_REST_S = 600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ModbusSettings:
    """One Modbus TCP device or gateway."""

    key: str
    host: str
    port: int
    timeout_s: float = 1.0
    """Longest wait for one answer. [s]"""
    connections: int = 1
    """Connections at the same time; more than one only where the device allows it."""
    skew_s: float = 5.0
    """An answer later than this after its slot is dated by the clock, not by the slot. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class ModbusMeter:
    """One meter behind a source: its unit number and which quantity is which channel."""

    point: str
    unit: int
    map: RegisterMap
    channels: Mapping[str, int]
    """Channel number by quantity."""


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class _Read:
    """One read of one meter, and which channels its values are."""

    meter: ModbusMeter
    decoder: ColumnDecoder
    channels: NDArray[np.int32]


class _Decoders:
    """One decoder for all meters of one product that are read alike."""

    def __init__(self) -> None:
        self._known: dict[tuple[int, ReadBlock], ColumnDecoder] = {}

    def of(self, block: ReadBlock, register_map: RegisterMap) -> ColumnDecoder:
        """Return the decoder of a block, made once."""
        key = (id(register_map), block)
        if key not in self._known:
            self._known[key] = ColumnDecoder(block, register_map)
        return self._known[key]


@dataclass(slots=True, kw_only=True)
class _Asked:
    """A meter as the source asks it: its plan and how it behaved."""

    meter: ModbusMeter
    reads: list[_Read] = field(default_factory=list)
    failures: int = 0
    rest: Backoff
    rest_until_s: float = 0.0

    def plan(self, max_gap: int, decoders: _Decoders) -> None:
        """Plan the reads with holes of at most max_gap registers."""
        meter = self.meter
        points = [meter.map.point(quantity) for quantity in meter.channels]
        self.reads = [
            _Read(
                meter=meter,
                decoder=decoders.of(block, meter.map),
                channels=np.array([meter.channels[p.quantity] for p in block.points], np.int32),
            )
            for block in plan_reads(points, max_gap=max_gap)
        ]


@dataclass(frozen=True, slots=True)
class _Answer:
    """The registers that one read gave, and when."""

    read: _Read
    registers: Sequence[int]
    at_us: int
    place: int
    """How many answers came before it in the same poll."""


@dataclass(slots=True)
class _Gathered:
    """What a poll has gathered so far: registers as they came, decoded together at its end."""

    answers: dict[ColumnDecoder, list[_Answer]] = field(default_factory=dict)
    count: int = 0
    failures: list[PollFailure] = field(default_factory=list)

    def keep(self, read: _Read, registers: Sequence[int], at: datetime) -> None:
        """Keep one answer."""
        answer = _Answer(read, registers, to_us(at), self.count)
        self.answers.setdefault(read.decoder, []).append(answer)
        self.count += 1

    def result(self) -> PollResult:
        """Return it as columns, in the order of the answers."""
        parts: list[ReadingColumns] = []
        places: list[NDArray[np.int64]] = []
        findings: list[Finding] = []
        for decoder, answers in self.answers.items():
            values = decoder.decode([answer.registers for answer in answers])
            width = len(decoder.block.points)
            parts.append(_columns(answers, values, width))
            places.append(np.repeat([answer.place for answer in answers], width))
            findings += _findings(answers, values)
        columns = ReadingColumns.joined(parts)
        if len(parts) > 1:
            order = np.argsort(np.concatenate(places), kind="stable")
            columns = ReadingColumns(
                channel=columns.channel[order],
                at_us=columns.at_us[order],
                count=columns.count[order],
                quality=columns.quality[order],
            )
        return PollResult(columns=columns, findings=tuple(findings), failures=tuple(self.failures))


class ModbusSource:
    """Polls the meters of one Modbus TCP device or gateway."""

    def __init__(
        self, settings: ModbusSettings, meters: Sequence[ModbusMeter], clock: Clock
    ) -> None:
        """Plan the reads; nothing is opened yet.

        Args:
            settings: Where and how.
            meters: Which units.
            clock: Dates answers that came too late for their slot.

        Raises:
            UnknownQuantityError: A channel's quantity is not in its register map.
        """
        self.key = settings.key
        self._clock = clock
        self._skew = timedelta(seconds=settings.skew_s)
        self._decoders = _Decoders()
        self._asked: list[_Asked] = []
        for meter in meters:
            rest = Backoff(
                f"{settings.key}/{meter.point}", first_s=FIRST_REST_S, most_s=LONGEST_REST_S
            )
            asked = _Asked(meter=meter, rest=rest)
            asked.plan(MAX_GAP, self._decoders)
            self._asked.append(asked)
        self._clients = [
            ModbusClient(
                host=settings.host,
                port=settings.port,
                timeout_s=settings.timeout_s,
                name=f"{settings.key}/{number}",
            )
            for number in range(max(1, min(settings.connections, len(meters))))
        ]

    @property
    def channels(self) -> dict[int, str]:
        """Return the metering point of each channel of this source."""
        return {
            channel: asked.meter.point
            for asked in self._asked
            for channel in asked.meter.channels.values()
        }

    async def poll(
        self, slot: datetime, *, points: Collection[str] | None = None, urgent: bool = False
    ) -> PollResult:
        """Return what the meters answer for a slot; a meter that fails never stops the others.

        Args:
            slot: The scheduled instant, aware UTC.
            points: Ask only these meters; None asks all.
            urgent: Somebody waits for this very slot: ask resting meters too, and date every
                reading by the slot.
        """
        wanted = [a for a in self._asked if points is None or a.meter.point in points]
        gathered = _Gathered()
        shares = [wanted[n :: len(self._clients)] for n in range(len(self._clients))]
        await asyncio.gather(
            *(
                self._poll_share(client, share, slot, gathered, urgent=urgent)
                for client, share in zip(self._clients, shares, strict=True)
                if share
            )
        )
        return gathered.result()

    def close(self) -> None:
        """Close every connection."""
        for client in self._clients:
            client.close()

    async def _poll_share(
        self,
        client: ModbusClient,
        share: list[_Asked],
        slot: datetime,
        gathered: _Gathered,
        *,
        urgent: bool,
    ) -> None:
        if urgent:
            client.hurry()
        for asked in share:
            if urgent or monotonic_s() >= asked.rest_until_s:
                await self._poll_meter(client, asked, slot, gathered, urgent=urgent)

    async def _poll_meter(
        self,
        client: ModbusClient,
        asked: _Asked,
        slot: datetime,
        gathered: _Gathered,
        *,
        urgent: bool,
    ) -> None:
        failed = False
        for read in asked.reads:
            block = read.decoder.block
            try:
                registers = await client.read(
                    unit=asked.meter.unit,
                    function_code=block.function_code,
                    address=block.address,
                    count=block.count,
                )
            except ReadFailedError as error:
                failed = True
                gathered.failures.append(
                    PollFailure(
                        point=asked.meter.point, code=error.code, message=str(error), slot=slot
                    )
                )
                if error.fault is Fault.CONFIGURATION and block.has_holes:
                    asked.plan(
                        0, self._decoders
                    )  # the holes may be what it refuses: ask without them
                    break
                if error.fault is not Fault.CONFIGURATION:
                    break
                continue
            gathered.keep(read, registers, slot if urgent else self._dated(slot))
        self._rate(asked, failed=failed)

    def _dated(self, slot: datetime) -> datetime:
        """Return the slot, or the present when the answer came too late to stand for it."""
        now = self._clock.now()
        return slot if abs(now - slot) <= self._skew else now

    @staticmethod
    def _rate(asked: _Asked, *, failed: bool) -> None:
        if not failed:
            asked.failures = 0
            asked.rest.reset()
            asked.rest_until_s = 0.0
            return
        asked.failures += 1
        if asked.failures >= FAILURES_BEFORE_REST:
            asked.rest_until_s = monotonic_s() + asked.rest.next_s()


def _columns(answers: Sequence[_Answer], values: DecodedColumns, width: int) -> ReadingColumns:
    quality = np.where(values.flaw == 0, Quality.MEASURED, Quality.SUSPECT).astype(np.uint8)
    return ReadingColumns(
        channel=np.concatenate([answer.read.channels for answer in answers]),
        at_us=np.repeat(np.array([answer.at_us for answer in answers], dtype=np.int64), width),
        count=values.count.reshape(-1),
        quality=quality.reshape(-1),
    )


def _findings(answers: Sequence[_Answer], values: DecodedColumns) -> list[Finding]:
    """Return a finding for every value with a flaw."""
    return [
        _finding(answers[row], place, int(values.count[row, place]), flaw)
        for row, place in np.argwhere(values.flaw != 0).tolist()
        if (flaw := FLAWS[values.flaw[row, place]]) is not None
    ]


def _finding(answer: _Answer, place: int, count: int, flaw: Flaw) -> Finding:
    point, at = answer.read.decoder.block.points[place], from_us(answer.at_us)
    return Finding(
        code=f"modbus.{flaw}",
        severity=Severity.DO_NOT_BILL if point.billing else Severity.WARN,
        channel=int(answer.read.channels[place]),
        start=at,
        end=at,
        position=0,
        proof={
            "point": answer.read.meter.point,
            "quantity": point.quantity,
            "count": count,
            "why": FLAW_MEANS[flaw],
        },
    )
