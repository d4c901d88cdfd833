"""In: a collect plan. Out: its sources, polled and stored together. I/O.

Binds the adapters to the site's channel numbers and keeps the order that loses nothing: first
the spool's commit, then the acknowledgement to the broker.
"""

from __future__ import annotations

import asyncio
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from pathlib import Path

import structlog

from adapters.modbus.buses import Buses
from adapters.modbus.learned import Learned
from adapters.modbus.link import Link, LinkKind
from adapters.modbus.register_map import RegisterMap, load
from adapters.modbus.source import ModbusMeter, ModbusSettings, ModbusSource
from adapters.mqtt.source import Arrival
from adapters.poll import PolledSource, PollFailure, PollResult
from adapters.spool import Spool
from adapters.spool_rows import SpoolPart
from energy.base.clock import Clock
from energy.base.finding import Finding
from energy.metering.source_facts import BACNET, MODBUS, MQTT, OPCUA
from processes.broker_checks import BrokerChecks
from processes.collector_brokers import RefusalLog, broker_sources, parts_of, refused_of
from processes.collector_findings import FieldFindings
from processes.collector_mbus import mbus_sources
from processes.collector_plan import CollectPlan, MeterPlan, SourcePlan
from processes.collector_tenants import tenant_sources
from processes.communication import Communication, Connected, LinkedSource, Place

POLL_GATHER_S = 0.1
"""How long polls wait for each other to be decoded and stored together. [s]"""

_log = structlog.get_logger("collect")


class Sources:
    """The sources of a site and the spool they fill."""

    def __init__(
        self,
        plan: CollectPlan,
        spool: Spool,
        clock: Clock,
        learned: Learned | None = None,
        *,
        episodes: Path | None = None,
    ) -> None:
        """Build every source; nothing is opened yet.

        Args:
            plan: Sources, meters and channels of the site.
            spool: Where readings go.
            clock: The clock.
            learned: What devices have taught; None forgets at the end.
            episodes: Remembers what is wrong with devices; None forgets at the end.

        Raises:
            UnknownProfileError: A profile is unknown.
            RegisterMapError: A quantity is unknown.
            MappingError: A mapping is unknown, has problems or does not fit its meters.
            BrokerAccessError: The certificates for a broker cannot be used.
        """
        self.spool = spool
        self.clock = clock
        self.plan = plan
        self.loop: asyncio.AbstractEventLoop | None = None
        """The event loop that polls; None until it runs."""
        self.arrivals: asyncio.Queue[Arrival] = asyncio.Queue()
        self.learned = Learned() if learned is None else learned
        self.intervals_s = {source.key: source.interval_s for source in plan.sources}
        self.modbus = modbus_sources(plan, clock, self.learned)
        framed = framed_sources(plan, clock)
        self.polled: list[PolledSource] = [*self.modbus, *framed]
        self.pushed = broker_sources(plan, clock)
        self.broker_checks = BrokerChecks(self.pushed)
        self._refusals = RefusalLog()
        links = {source.key: source.link for source in framed}
        self.communication = communication_of(plan, self.modbus, links)
        self._faults: dict[str, str] = {}
        self._flaws: set[tuple[str, int | None]] = set()
        self.findings = FieldFindings(spool, clock, episodes)
        self.tell_left_out(plan)

    def tell_left_out(self, plan: CollectPlan) -> None:
        """Tell which channels of a plan, or of a part of it, no source collects."""
        collected = {*self.pushed_channels, *(c for each in self.polled for c in each.channels)}
        for key, points in _left_out(plan, collected).items():
            self.findings.left_out(key, points)

    @property
    def pushed_channels(self) -> dict[int, str]:
        """Return the metering point of each channel that is pushed."""
        return {c: point for source in self.pushed for c, point in source.channels.items()}

    def complaints(self) -> list[str]:
        """Return what is wrong with the brokers' sources, a sentence each; from any thread."""
        own = [complaint for source in self.pushed for complaint in source.complaints()]
        return own + self.broker_checks.complaints()

    def start(self) -> None:
        """Begin to receive from the brokers."""
        for source in self.pushed:
            source.start(self.arrivals)
        self.broker_checks.start()

    def close(self) -> None:
        """Close every connection, and hand over what was found."""
        self.findings.tell()
        for polled in self.polled:
            polled.close()
        self.broker_checks.close()
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
        pushed = parts_of(arrivals)
        self.findings.pushed(arrivals, pushed)
        self.findings.tell()
        every = [part for part in (*parts, *pushed) if len(part.columns)]
        refused = refused_of(arrivals)
        if not every and not refused and safe_slot is None:
            return 0
        return self.spool.append_many(every, refused=refused, safe_slot=safe_slot)

    def acknowledge(self, arrivals: Sequence[Arrival]) -> None:
        """Tell the brokers that messages are safe, and log the refused ones."""
        for source in self.pushed:
            source.acknowledge(arrivals)
        self._refusals.tell(arrivals)

    def note(self, source: PolledSource, result: PollResult) -> None:
        """Count and log how the meters of a source answered a slot."""
        self.communication.note(result, self.clock.now())
        self.report(result.failures, result.findings)
        self.findings.note(source.key, result.findings, result.columns)
        if self._faults:
            points = {answer.point for answer in result.answered}
            if not result.answered and len(result.columns):
                channels = source.channels
                points = {channels[number] for number in result.columns.channel.tolist()}
            self.report_well(points - {failure.point for failure in result.failures})

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


def _left_out(plan: CollectPlan, collected: Collection[int]) -> dict[str, dict[str, list[int]]]:
    """Return the planned channels that no source collects, by source and metering point."""
    missing: dict[str, dict[str, list[int]]] = {}
    for meter in plan.meters:
        for channel in meter.channels:
            if channel.number not in collected:
                points = missing.setdefault(meter.source, {})
                points.setdefault(meter.point, []).append(channel.number)
    return missing


def framed_sources(plan: CollectPlan, clock: Clock) -> list[LinkedSource]:
    """Return the polled sources of a plan that are not Modbus; nothing is opened yet.

    Args:
        plan: The plan.
        clock: Dates late answers.

    Raises:
        PlanError: An address is none, or a serial port has less time than its meters need.
        UnknownProfileError: A profile is unknown.
        MeterProfileError: A quantity is unknown.
    """
    framed: list[LinkedSource] = [*tenant_sources(plan, clock), *mbus_sources(plan, clock)]
    if not any(source.kind in {BACNET, OPCUA} for source in plan.sources):
        return framed
    from processes.collector_servers import server_sources  # a laptop has none of their libraries

    return framed + server_sources(plan, clock)


def link_of(source: SourcePlan) -> Link:
    """Return how a Modbus source is reached."""
    return Link(
        kind=LinkKind(source.kind),
        host=source.host,
        port=source.port,
        device=source.device,
        baud=source.baud,
        parity=source.parity,
        stop_bits=source.stop_bits,
        authority=source.authority,
        certificate=source.certificate,
        key=source.key_file,
    )


def modbus_sources(
    plan: CollectPlan, clock: Clock, learned: Learned | None = None
) -> list[ModbusSource]:
    """Return the Modbus sources of a plan; those on one bus share it. Nothing is opened yet.

    Args:
        plan: The plan.
        clock: Dates late answers.
        learned: What devices have taught; None forgets at the end.

    Raises:
        UnknownProfileError: A profile is unknown.
        RegisterMapError: A quantity is unknown.
    """
    maps: dict[str, RegisterMap] = {}
    buses = Buses(learned=learned, gather_s=POLL_GATHER_S)
    behind = plan.meters_by_source()
    return [
        _modbus(source, behind.get(source.key, ()), maps, clock, buses)
        for source in plan.sources
        if source.kind in MODBUS
    ]


def _collected(meter: MeterPlan, register_map: RegisterMap) -> dict[str, int]:
    """Return the channels of a meter whose map still counts as it did when they were made.

    One that does not would store counts of another size: it is left out, loudly; no other
    channel waits for it.
    """
    channels: dict[str, int] = {}
    for channel in meter.channels:
        quantity = channel.quantity
        problem = None
        if quantity in register_map.points:  # one the map lacks is refused by the source
            problem = register_map.disagrees(
                quantity, unit=channel.unit, resolution=channel.resolution
            )
        if problem is None:
            channels[quantity] = channel.number
        else:
            _log.error("collect.map_changed", point=meter.point, cause=problem)
    return channels


def communication_of(
    plan: CollectPlan, modbus: Sequence[ModbusSource], links: Mapping[str, Connected]
) -> Communication:
    """Return the view of communication of a plan's polled devices."""
    communication = Communication()
    know_devices(communication, plan, modbus, links)
    return communication


def know_devices(
    communication: Communication,
    plan: CollectPlan,
    modbus: Sequence[ModbusSource],
    links: Mapping[str, Connected],
) -> None:
    """Take up the polled devices of a plan.

    Args:
        communication: The view of communication.
        plan: Some sources and their meters.
        modbus: Those of them that are Modbus sources.
        links: The links of the others.
    """
    buses: dict[str, Connected] = {**links, **{source.key: source.bus for source in modbus}}
    behind = plan.meters_by_source()
    for source in plan.sources:
        place = Place(
            gateway=source.host or "serial ports of this machine",
            bus=source.device or f"{source.host}:{source.port}",
            connected=buses.get(source.key),
        )
        if source.kind != MQTT:
            points = [meter.point for meter in behind.get(source.key, ())]
            communication.know(source.key, place, points)


def _modbus(
    source: SourcePlan,
    planned: Sequence[MeterPlan],
    maps: dict[str, RegisterMap],
    clock: Clock,
    buses: Buses,
) -> ModbusSource:
    meters = []
    for meter in planned:
        if meter.profile not in maps:
            maps[meter.profile] = load(meter.profile)
        meters.append(
            ModbusMeter(
                point=meter.point,
                unit=int(meter.address["unit"]),
                map=maps[meter.profile],
                channels=_collected(meter, maps[meter.profile]),
                serial=meter.serial,
                register_serial=meter.register_serial,
                ratio_since=meter.ratio_since,
            )
        )
    settings = ModbusSettings(
        key=source.key,
        link=link_of(source),
        timeout_s=source.timeout_ms / 1000,
        connections=source.connections,
        skew_s=min(5.0, source.interval_s / 10),
        interval_s=source.interval_s,
        least_gap_s=source.least_gap_ms / 1000,
        lease=len(meters) > 1,
    )
    return ModbusSource(settings, meters, clock, buses)
