"""In: a broker and a pulse device. Out: its count, as it sends it next. I/O: MQTT.

A technician's ear beside the collector's: a session of its own, and nothing is kept from the
collector.
"""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from adapters.mqtt.source import Arrival
from energy.base.clock import Clock, from_us
from energy.metering.channel import ChannelFacts
from energy.metering.source_facts import MQTT
from processes.collector_brokers import broker_sources
from processes.collector_plan import ChannelPlan, CollectPlan, MeterPlan, SourcePlan
from processes.technician_values import FieldRefusedError, NoContactError

OLDEST = timedelta(minutes=2)
"""A count whose instant lies further back was queued by the broker, not sent just now."""
PATIENCE_S = 90.0
"""Longest wait for the next message of a device. [s]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Pulses:
    """What a pulse device counted at an instant."""

    at: datetime
    count: int
    """[count]"""


class PulseEar(Protocol):
    """Tells what a pulse device counts now."""

    def hear(self) -> Pulses:
        """Return the count the device sends next.

        Raises:
            NoContactError: It sends nothing in time.
        """


@dataclass(frozen=True, slots=True, kw_only=True)
class BrokerEar:
    """Listens to one device at its broker."""

    site: str
    source: SourcePlan
    device: str
    facts: ChannelFacts
    """Of the channel that the device serves."""
    clock: Clock
    environment: Mapping[str, str]
    """Access to the broker."""
    patience_s: float = PATIENCE_S

    def __post_init__(self) -> None:
        """Refuse a source that is no broker.

        Raises:
            FieldRefusedError: It is none.
        """
        if self.source.kind != MQTT:
            raise FieldRefusedError.of(
                "pulse.no_broker", key=self.source.key, kind=self.source.kind
            )

    def hear(self) -> Pulses:
        """Return the count the device sends next.

        Raises:
            NoContactError: It sends nothing in time.
        """
        try:
            return asyncio.run(asyncio.wait_for(self._next(), self.patience_s))
        except TimeoutError:
            raise NoContactError.of(
                "pulse.silent",
                device=self.device,
                host=self.source.host,
                port=self.source.port,
                patience_s=self.patience_s,
                topic=self.source.topic,
            ) from None

    async def _next(self) -> Pulses:
        [source] = broker_sources(self._plan(), self.clock, self.environment)
        queue: asyncio.Queue[Arrival] = asyncio.Queue()
        source.start(queue)
        try:
            while True:
                arrival = await queue.get()
                source.acknowledge([arrival])
                for each in arrival.counts:
                    at = from_us(each.at_us)
                    if at >= self.clock.now() - OLDEST:
                        return Pulses(at=at, count=each.count)
        finally:
            source.close()

    def _plan(self) -> CollectPlan:
        """Return a plan of the one device; its name gives us a session beside the collector's."""
        facts = self.facts
        channel = ChannelPlan(
            number=1,
            quantity=facts.quantity,
            kind=facts.kind.value,
            unit=facts.unit,
            resolution=str(facts.resolution),
            utility=facts.utility.value if facts.utility is not None else "",
        )
        meter = MeterPlan(
            point=self.device,
            source=self.source.key,
            profile="pulse",
            address={"device": self.device},
            channels=(channel,),
        )
        return CollectPlan(site=f"{self.site}-field", sources=(self.source,), meters=(meter,))
