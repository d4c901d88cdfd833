"""In: a collect plan. Out: its sources of Chinese tenant meters. Nothing is opened yet."""

from __future__ import annotations

import os
from collections.abc import Sequence
from functools import cache
from typing import Any

import structlog

from adapters.bus_lease import BusLease
from adapters.bus_source import BusSource
from adapters.cjt188 import profile as cjt188_profile
from adapters.cjt188.source import Cjt188Meter, Cjt188Source
from adapters.dlt645 import profile as dlt645_profile
from adapters.dlt645.source import Dlt645Meter, Dlt645Source
from adapters.meter_profile import MeterProfile
from adapters.octets import OctetLink
from energy.base.clock import Clock
from energy.metering.source_facts import CHINESE
from processes.collector_plan import CollectPlan, MeterPlan, PlanError, SourcePlan

DLT645, CJT188 = CHINESE
DIGITS = {DLT645: 12, CJT188: 14}
"""Digits of a meter's address; shorter numbers are filled with zeros in front."""
_log = structlog.get_logger("collect")


def tenant_sources(plan: CollectPlan, clock: Clock) -> list[BusSource]:
    """Return the DL/T 645 and CJ/T 188 sources of a plan.

    Args:
        plan: Sources, meters and channels of the site.
        clock: Dates late answers.

    Raises:
        PlanError: A meter's number is none.
        UnknownProfileError: A profile is unknown.
        MeterProfileError: A quantity is unknown.
    """
    profiles = _Profiles()
    return [
        _source(plan, source, clock, profiles) for source in plan.sources if source.kind in CHINESE
    ]


def octet_link(source: SourcePlan, holder: str) -> OctetLink:
    """Return the bus of a source: a serial port, or a transparent gateway.

    Args:
        source: The source.
        holder: Who asks, for the lease.
    """
    settle_s = max(1.0, source.timeout_ms / 1000)
    pause_s = source.least_gap_ms / 1000
    if source.device:
        return OctetLink.open_serial(
            source.device,
            baud=source.baud,
            parity=source.parity,
            stop_bits=source.stop_bits,
            settle_s=settle_s,
            pause_s=pause_s,
            lease=BusLease(os.path.realpath(source.device), holder),
        )
    return OctetLink.open(
        source.host,
        source.port,
        settle_s=settle_s,
        pause_s=pause_s,
        lease=BusLease(f"{source.host}:{source.port}", holder),
    )


def meter_number(kind: str, written: object) -> str:
    """Return the address of a meter with all its digits.

    Args:
        kind: "dlt645" or "cjt188".
        written: As it stands in the site file.

    Raises:
        PlanError: It is no number of at most so many digits.
    """
    text, most = str(written), DIGITS[kind]
    if not (text.isascii() and text.isdecimal()) or len(text) > most:
        raise PlanError(
            [f'address meter = "{text}" is no number of at most {most} digits, as on the plate']
        )
    return text.zfill(most)


class _Profiles:
    """Each profile, read once for a whole plan."""

    def __init__(self) -> None:
        self.dlt645 = cache(dlt645_profile.PROFILES.load)
        self.cjt188 = cache(cjt188_profile.PROFILES.load)


def _source(plan: CollectPlan, source: SourcePlan, clock: Clock, profiles: _Profiles) -> BusSource:
    link = octet_link(source, f"source {source.key}")
    meters = plan.meters_of(source.key)
    made = _made(source, link, meters, clock, profiles)
    require_time(source, made, len(meters))
    return made


def require_time(source: SourcePlan, made: BusSource, meters: int) -> None:
    """Refuse what a serial port cannot carry; the speed behind a gateway is not ours to know.

    Args:
        source: The source.
        made: What it became.
        meters: How many meters are asked.

    Raises:
        PlanError: Its meters need longer than its interval.
    """
    needs_s = made.needs_s(source.baud, source.least_gap_ms / 1000)
    if source.device and needs_s > source.interval_s:
        problem = (
            f"bus {source.device} needs {needs_s:.1f} s for its {meters} meters at {source.baud} "
            f"baud, interval is {source.interval_s} s: choose an interval of {2 * needs_s:.0f} s "
            "or more, a second bus, or fewer quantities"
        )
        raise PlanError([problem])


def _made(
    source: SourcePlan,
    link: OctetLink,
    meters: Sequence[MeterPlan],
    clock: Clock,
    profiles: _Profiles,
) -> BusSource:
    timeout_s = source.timeout_ms / 1000
    skew_s = min(5.0, source.interval_s / 10)
    if source.kind == DLT645:
        electric = [_dlt645(meter, profiles) for meter in meters]
        return Dlt645Source(source.key, link, electric, clock, timeout_s=timeout_s, skew_s=skew_s)
    others = [_cjt188(meter, profiles) for meter in meters]
    return Cjt188Source(source.key, link, others, clock, timeout_s=timeout_s, skew_s=skew_s)


def _dlt645(meter: MeterPlan, profiles: _Profiles) -> Dlt645Meter:
    profile = profiles.dlt645(meter.profile)
    return Dlt645Meter(
        point=meter.point,
        meter=meter_number(DLT645, meter.address["meter"]),
        profile=profile,
        channels=collected(meter, profile),
    )


def _cjt188(meter: MeterPlan, profiles: _Profiles) -> Cjt188Meter:
    profile = profiles.cjt188(meter.profile)
    return Cjt188Meter(
        point=meter.point,
        meter=meter_number(CJT188, meter.address["meter"]),
        profile=profile,
        channels=collected(meter, profile),
        edition=str(meter.address.get("edition", "")),
    )


def collected(meter: MeterPlan, profile: MeterProfile[Any]) -> dict[str, int]:
    """Return the channels whose profile still counts as it did when they were made.

    One that does not would store counts of another size: it is left out, loudly.

    Args:
        meter: The meter.
        profile: Its profile.

    Raises:
        MeterProfileError: A quantity is not in the profile.
    """
    channels: dict[str, int] = {}
    for channel in meter.channels:
        problem = profile.disagrees(
            channel.quantity, unit=channel.unit, resolution=channel.resolution
        )
        if problem is None:
            channels[channel.quantity] = channel.number
        else:
            _log.error("collect.map_changed", point=meter.point, cause=problem)
    return channels
