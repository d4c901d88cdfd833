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

from adapters.backoff import Backoff
from adapters.modbus.client import ModbusClient
from adapters.modbus.decode import FLAW_MEANS, BlockDecoder, Decoded
from adapters.modbus.frame import Fault, ReadFailedError
from adapters.modbus.read_plan import MAX_GAP, ReadBlock, plan_reads
from adapters.modbus.register_map import RegisterMap
from adapters.poll import PollFailure, PollResult
from energy.base.clock import Clock, monotonic_s, to_us
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


@dataclass(slots=True, kw_only=True)
class _Asked:
    """A meter as the source asks it: its plan and how it behaved."""

    meter: ModbusMeter
    reads: list[tuple[ReadBlock, BlockDecoder]] = field(default_factory=list)
    failures: int = 0
    rest: Backoff
    rest_until_s: float = 0.0

    def plan(self, max_gap: int) -> None:
        """Plan the reads with holes of at most max_gap registers."""
        points = [self.meter.map.point(quantity) for quantity in self.meter.channels]
        blocks = plan_reads(points, max_gap=max_gap)
        self.reads = [(block, BlockDecoder(block, self.meter.map)) for block in blocks]


@dataclass(slots=True)
class _Gathered:
    """What a poll has gathered so far."""

    rows: list[tuple[int, int, int, int]] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    failures: list[PollFailure] = field(default_factory=list)

    def result(self) -> PollResult:
        """Return it as columns."""
        table = np.array(self.rows, dtype=np.int64).reshape(-1, 4)
        columns = ReadingColumns(
            channel=table[:, 0].astype(np.int32),
            at_us=table[:, 1].copy(),
            count=table[:, 2].copy(),
            quality=table[:, 3].astype(np.uint8),
        )
        return PollResult(
            columns=columns, findings=tuple(self.findings), failures=tuple(self.failures)
        )


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
        self._asked: list[_Asked] = []
        for meter in meters:
            rest = Backoff(
                f"{settings.key}/{meter.point}", first_s=FIRST_REST_S, most_s=LONGEST_REST_S
            )
            asked = _Asked(meter=meter, rest=rest)
            asked.plan(MAX_GAP)
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
        for block, decoder in asked.reads:
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
                    asked.plan(max_gap=0)  # the holes may be what it refuses: ask without them
                    break
                if error.fault is not Fault.CONFIGURATION:
                    break
                continue
            at = slot if urgent else self._dated(slot)
            for value in decoder.decode(registers):
                _keep(asked.meter, value, at, gathered)
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


def _keep(meter: ModbusMeter, value: Decoded, at: datetime, gathered: _Gathered) -> None:
    channel = meter.channels[value.point.quantity]
    quality = Quality.MEASURED if value.flaw is None else Quality.SUSPECT
    gathered.rows.append((channel, to_us(at), value.count, quality))
    if value.flaw is not None:
        gathered.findings.append(
            Finding(
                code=f"modbus.{value.flaw}",
                severity=Severity.DO_NOT_BILL if value.point.billing else Severity.WARN,
                channel=channel,
                start=at,
                end=at,
                position=0,
                proof={
                    "point": meter.point,
                    "quantity": value.point.quantity,
                    "count": value.count,
                    "why": FLAW_MEANS[value.flaw],
                },
            )
        )
