"""In: a collect plan. Out: its sources of M-Bus meters. Nothing is opened yet."""

from __future__ import annotations

from functools import cache

from adapters.bus_source import BusSource
from adapters.mbus import profile as mbus_profile
from adapters.mbus.address import parse
from adapters.mbus.source import MbusMeter, MbusSource
from energy.base.clock import Clock
from energy.metering.source_facts import MBUS
from processes.collector_plan import CollectPlan, SourcePlan
from processes.collector_tenants import collected, octet_link, require_time


def mbus_sources(plan: CollectPlan, clock: Clock) -> list[BusSource]:
    """Return the M-Bus sources of a plan.

    Args:
        plan: Sources, meters and channels of the site.
        clock: Dates late answers.

    Raises:
        PlanError: A serial port has less time than its meters need.
        UnknownProfileError: A profile is unknown.
        MeterProfileError: A quantity is unknown.
    """
    return [_source(plan, source, clock) for source in plan.sources if source.kind == MBUS]


def _source(plan: CollectPlan, source: SourcePlan, clock: Clock) -> BusSource:
    profiles = cache(mbus_profile.PROFILES.load)
    meters = [
        MbusMeter(
            point=meter.point,
            address=parse(str(meter.address["meter"])),
            profile=(profile := profiles(meter.profile)),
            channels=collected(meter, profile),
            serial=meter.register_serial or meter.serial,
        )
        for meter in plan.meters_of(source.key)
    ]
    made = MbusSource(
        source.key,
        octet_link(source, f"source {source.key}"),
        meters,
        clock,
        timeout_s=source.timeout_ms / 1000,
        baud=source.baud,
        skew_s=min(5.0, source.interval_s / 10),
    )
    require_time(source, made, len(meters))
    return made
