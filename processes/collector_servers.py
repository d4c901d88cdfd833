"""In: a collect plan. Out: its OPC UA servers and BACnet devices. Nothing is opened yet."""

from __future__ import annotations

from functools import cache

from adapters.bacnet import profile as bacnet_profile
from adapters.bacnet.address import parse
from adapters.bacnet.source import BacnetMeter, BacnetSettings, BacnetSource
from adapters.opcua import profile as opcua_profile
from adapters.opcua.settings import OpcuaSettings
from adapters.opcua.source import OpcuaMeter, OpcuaSource
from energy.base.clock import Clock
from energy.metering.source_facts import BACNET, OPCUA, SECURITY
from processes.collector_plan import CollectPlan, SourcePlan
from processes.collector_tenants import collected
from processes.communication import LinkedSource


def server_sources(plan: CollectPlan, clock: Clock) -> list[LinkedSource]:
    """Return the OPC UA and BACnet sources of a plan.

    Args:
        plan: Sources, meters and channels of the site.
        clock: Dates late answers.

    Raises:
        AdapterError: A profile or quantity is unknown, or an address does not fit its profile.
    """
    makers = {OPCUA: _opcua, BACNET: _bacnet}
    return [makers[s.kind](plan, s, clock) for s in plan.sources if s.kind in makers]


def _opcua(plan: CollectPlan, source: SourcePlan, clock: Clock) -> LinkedSource:
    profiles = cache(opcua_profile.PROFILES.load)
    meters = [
        OpcuaMeter(
            point=meter.point,
            name=str(meter.address["meter"]),
            profile=(profile := profiles(meter.profile)),
            channels=collected(meter, profile),
        )
        for meter in plan.meters_of(source.key)
    ]
    settings = OpcuaSettings(
        host=source.host,
        port=source.port,
        path=source.path,
        security=source.security or SECURITY[0],
        authority=source.authority,
        certificate=source.certificate,
        key_file=source.key_file,
        user=source.user,
        password_file=source.password_file,
        timeout_s=source.timeout_ms / 1000,
    )
    return OpcuaSource(
        source.key,
        settings,
        meters,
        clock,
        interval_s=source.interval_s,
        skew_s=_skew_s(source),
    )


def _bacnet(plan: CollectPlan, source: SourcePlan, clock: Clock) -> LinkedSource:
    profiles = cache(bacnet_profile.PROFILES.load)
    meters = [
        BacnetMeter(
            point=meter.point,
            address=parse(str(meter.address["meter"])),
            profile=(profile := profiles(meter.profile)),
            channels=collected(meter, profile),
        )
        for meter in plan.meters_of(source.key)
    ]
    settings = BacnetSettings(
        host=source.host,
        port=source.port,
        timeout_s=source.timeout_ms / 1000,
        at_once=source.connections,
    )
    return BacnetSource(source.key, settings, meters, clock, skew_s=_skew_s(source))


def _skew_s(source: SourcePlan) -> float:
    return min(5.0, source.interval_s / 10)
