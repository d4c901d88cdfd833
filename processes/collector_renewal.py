"""In: running sources and a changed plan. Out: the touched buses renewed, the others alone. I/O."""

from __future__ import annotations

from dataclasses import dataclass

from adapters.modbus.source import ModbusSource
from adapters.mqtt.source import MqttSource
from adapters.poll import PolledSource
from processes.broker_checks import BrokerChecks
from processes.bus_budget import require_loaded_budget
from processes.collector_brokers import broker_sources
from processes.collector_plan import CollectPlan
from processes.collector_sources import Sources, framed_sources, know_devices, modbus_sources
from processes.communication import LinkedSource
from processes.plan_changes import PlanChange


@dataclass(frozen=True, slots=True)
class Renewal:
    """Sources that are built and wait for their bus."""

    change: PlanChange
    modbus: list[ModbusSource]
    framed: list[LinkedSource]
    pushed: list[MqttSource]

    @property
    def polled(self) -> list[PolledSource]:
        """Return the sources that are asked at slots."""
        return [*self.modbus, *self.framed]


def prepare(sources: Sources, change: PlanChange) -> Renewal:
    """Build the sources that a changed plan brings; nothing is opened, nothing has changed.

    Args:
        sources: Those that run.
        change: What the next plan touches.

    Raises:
        EnergyError: As when sources are built at the start: the next plan cannot be followed.
    """
    modbus = modbus_sources(change.fresh, sources.clock, sources.learned)
    framed = framed_sources(change.fresh, sources.clock)
    kept = [source for source in sources.modbus if source.key not in change.gone]
    require_loaded_budget([*kept, *modbus])
    return Renewal(change, modbus, framed, broker_sources(change.fresh, sources.clock))


def renew(sources: Sources, renewal: Renewal, plan: CollectPlan) -> None:
    """Put prepared sources in the place of those that are gone; the others are not touched.

    Args:
        sources: Those that run; nobody polls the ones that go any more.
        renewal: What `prepare` gave.
        plan: The plan in force from here on.
    """
    gone, fresh = renewal.change.gone, renewal.change.fresh
    for polled in sources.polled:
        if polled.key in gone:
            polled.close()
    for pushed in sources.pushed:
        if pushed.key in gone:
            pushed.close()
    for key in gone:
        sources.intervals_s.pop(key, None)
        sources.communication.forget(key)
    sources.modbus = [s for s in sources.modbus if s.key not in gone] + renewal.modbus
    sources.polled = [s for s in sources.polled if s.key not in gone] + renewal.polled
    sources.intervals_s |= {source.key: source.interval_s for source in fresh.sources}
    links = {source.key: source.link for source in renewal.framed}
    know_devices(sources.communication, fresh, renewal.modbus, links)
    if renewal.pushed or any(source.key in gone for source in sources.pushed):
        _renew_pushed(sources, renewal)
    sources.plan = plan
    sources.tell_left_out(fresh)


def _renew_pushed(sources: Sources, renewal: Renewal) -> None:
    sources.broker_checks.close()
    kept = [source for source in sources.pushed if source.key not in renewal.change.gone]
    sources.pushed = kept + renewal.pushed
    sources.broker_checks = BrokerChecks(sources.pushed)
    for source in renewal.pushed:
        source.start(sources.arrivals)
    sources.broker_checks.start()
