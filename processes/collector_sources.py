"""In: a collect plan. Out: its sources, polled and stored together. I/O.

Binds the adapters to the site's channel numbers and keeps the order that loses nothing: first
the spool's commit, then the acknowledgement to the broker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import numpy as np
import structlog

from adapters.errors import SpoolFullError
from adapters.modbus.register_map import RegisterMap, load
from adapters.modbus.source import ModbusMeter, ModbusSettings, ModbusSource
from adapters.mqtt.source import Arrival, MqttSettings, MqttSource
from adapters.poll import PollFailure, PollResult
from adapters.spool import Spool
from adapters.spool_rows import RefusedMessage, SpoolPart
from energy.base.broker_access import BrokerAccess
from energy.base.clock import Clock
from energy.base.finding import Finding
from energy.base.quality import Quality
from energy.metering.reading import ReadingColumns
from processes.collector_plan import MODBUS_TCP, MQTT, CollectPlan, SourcePlan

_log = structlog.get_logger("collect")


class Sources:
    """The sources of a site and the spool they fill."""

    def __init__(self, plan: CollectPlan, spool: Spool, clock: Clock) -> None:
        """Build every source; nothing is opened yet.

        Raises:
            RegisterMapError: A profile or quantity is unknown.
            TopicFilterError: A topic filter cannot name devices.
        """
        self.spool = spool
        self.clock = clock
        self.arrivals: asyncio.Queue[Arrival] = asyncio.Queue()
        maps: dict[str, RegisterMap] = {}
        self.intervals_s = {source.key: source.interval_s for source in plan.sources}
        self.polled = [
            _modbus(plan, source, maps, clock)
            for source in plan.sources
            if source.kind == MODBUS_TCP
        ]
        self.pushed = [_mqtt(plan, source, clock) for source in plan.sources if source.kind == MQTT]
        self._faults: dict[str, str] = {}
        self._flaws: set[tuple[str, int | None]] = set()

    @property
    def pushed_channels(self) -> dict[int, str]:
        """Return the metering point of each channel that is pushed."""
        return {c: point for source in self.pushed for c, point in source.channels.items()}

    def start(self) -> None:
        """Begin to receive from the brokers."""
        for source in self.pushed:
            source.start(self.arrivals)

    def close(self) -> None:
        """Close every connection."""
        for polled in self.polled:
            polled.close()
        for pushed in self.pushed:
            pushed.close()

    async def poll(
        self, slot: datetime, points: Collection[str] | None
    ) -> list[tuple[str, PollResult]]:
        """Poll every polled source for a slot that somebody waits for.

        Args:
            slot: The slot.
            points: Only these meters; None means all.
        """
        results = await asyncio.gather(
            *(source.poll(slot, points=points, urgent=True) for source in self.polled)
        )
        keys = [source.key for source in self.polled]
        return list(zip(keys, results, strict=True))

    def commit(
        self,
        parts: Sequence[SpoolPart],
        arrivals: Sequence[Arrival],
        *,
        safe_slot: datetime | None = None,
    ) -> int:
        """Commit readings and messages in one transaction; acknowledge the messages after it.

        Args:
            parts: Readings of polled sources.
            arrivals: Messages, good and refused.
            safe_slot: The slot of a play that is complete with these.

        Returns:
            Readings stored.

        Raises:
            SpoolFullError: No room; nothing was stored.
        """
        every = [part for part in (*parts, *_parts_of(arrivals)) if len(part.columns)]
        refused = [_refused(arrival) for arrival in arrivals if arrival.refusal is not None]
        if not every and not refused and safe_slot is None:
            return 0
        return self.spool.append_many(every, refused=refused, safe_slot=safe_slot)

    def acknowledge(self, arrivals: Sequence[Arrival]) -> None:
        """Tell the brokers that messages are safe, and log the refused ones."""
        for source in self.pushed:
            source.acknowledge(arrivals)
        for arrival in arrivals:
            if arrival.refusal is not None:
                _log.warning(
                    f"mqtt.{arrival.refusal.reason}",
                    source=arrival.source,
                    topic=arrival.message.topic[:200],
                    cause=arrival.refusal.detail,
                    next_step="the message lies in the spool's quarantine; mend the sender or plan",
                )

    def report(self, failures: Iterable[PollFailure], findings: Iterable[Finding]) -> None:
        """Log each new fault of a meter and each new flaw of a channel once."""
        for failure in failures:
            if self._faults.get(failure.point) != failure.code:
                self._faults[failure.point] = failure.code
                _log.warning(failure.code, point=failure.point, cause=failure.message)
        for finding in findings:
            if (finding.code, finding.channel) not in self._flaws:
                self._flaws.add((finding.code, finding.channel))
                _log.warning(finding.code, channel=finding.channel, **dict(finding.proof))

    def report_well(self, points: Iterable[str]) -> None:
        """Log each meter that answers again."""
        for point in points:
            if self._faults.pop(point, None) is not None:
                _log.info("meter.answers_again", point=point)


class HeldParts:
    """Readings a full disk has refused, kept in memory until there is room again; bounded."""

    MOST = 200_000
    """Readings held at most. [reading]"""

    def __init__(self) -> None:
        """Hold nothing."""
        self._parts: list[SpoolPart] = []

    def take(self, parts: Sequence[SpoolPart]) -> list[SpoolPart]:
        """Return what was held with the new parts behind it, and hold nothing."""
        every, self._parts = [*self._parts, *parts], []
        return every

    def hold(self, parts: Sequence[SpoolPart], error: SpoolFullError) -> None:
        """Hold parts; beyond the bound the oldest go, for the newest counts tell the most."""
        _log.error(error.code, cause=str(error))
        self._parts = list(parts)
        while sum(len(part.columns) for part in self._parts) > self.MOST:
            gone = self._parts.pop(0)
            _log.error(
                "spool.readings_dropped",
                source=gone.source,
                readings=len(gone.columns),
                next_step="free space on the spool's disk at once; counters keep their totals",
            )


def _parts_of(arrivals: Sequence[Arrival]) -> list[SpoolPart]:
    rows: dict[str, list[tuple[int, int, int]]] = {}
    for arrival in arrivals:
        if arrival.pulse is not None and arrival.channel is not None:
            row = (arrival.channel, arrival.pulse.at_us, arrival.pulse.count)
            rows.setdefault(arrival.source, []).append(row)
    return [
        SpoolPart(source=source, columns=_columns(counts), once=True)
        for source, counts in rows.items()
    ]


def _columns(rows: list[tuple[int, int, int]]) -> ReadingColumns:
    table = np.array(rows, dtype=np.int64).reshape(-1, 3)
    return ReadingColumns(
        channel=table[:, 0].astype(np.int32),
        at_us=table[:, 1].copy(),
        count=table[:, 2].copy(),
        quality=np.full(len(rows), Quality.MEASURED, dtype=np.uint8),
    )


def _refused(arrival: Arrival) -> RefusedMessage:
    assert arrival.refusal is not None, "the caller has looked"
    return RefusedMessage(
        source=arrival.source,
        topic=arrival.message.topic,
        reason=arrival.refusal.reason,
        detail=arrival.refusal.detail,
        body=arrival.message.payload,
    )


def _modbus(
    plan: CollectPlan, source: SourcePlan, maps: dict[str, RegisterMap], clock: Clock
) -> ModbusSource:
    meters = []
    for meter in plan.meters_of(source.key):
        if meter.profile not in maps:
            maps[meter.profile] = load(meter.profile)
        meters.append(
            ModbusMeter(
                point=meter.point,
                unit=int(meter.address["unit"]),
                map=maps[meter.profile],
                channels={channel.quantity: channel.number for channel in meter.channels},
            )
        )
    settings = ModbusSettings(
        key=source.key,
        host=source.host,
        port=source.port,
        timeout_s=source.timeout_ms / 1000,
        connections=source.connections,
        skew_s=min(5.0, source.interval_s / 10),
    )
    return ModbusSource(settings, meters, clock)


def _mqtt(plan: CollectPlan, source: SourcePlan, clock: Clock) -> MqttSource:
    channels = {
        str(meter.address["device"]): (meter.channels[0].number, meter.point)
        for meter in plan.meters_of(source.key)
    }
    settings = MqttSettings(
        key=source.key,
        host=source.host,
        port=source.port,
        topic=source.topic,
        client_id=f"meterline-{plan.site}-{source.key}",
        access=BrokerAccess.from_environment(),
    )
    return MqttSource(settings, channels, clock)
