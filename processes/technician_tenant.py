"""In: a bus of tenant meters. Out: who is there, what they show, what they froze. I/O.

The same path as the collector's: strict client, profile, decode, and the lease of the bus. Needs no
database, and nothing is written anywhere: neither here nor to a meter.
"""

from __future__ import annotations

from collections.abc import Callable
from fractions import Fraction
from zoneinfo import ZoneInfo

from adapters.bus_source import BusSource
from adapters.cjt188 import probe as cjt188_probe
from adapters.cjt188 import profile as cjt188_profile
from adapters.cjt188.client import Cjt188Client
from adapters.cjt188.decode import layout_size
from adapters.cjt188.source import Cjt188Meter, Cjt188Source
from adapters.dlt645 import frozen as dlt645_frozen
from adapters.dlt645 import probe as dlt645_probe
from adapters.dlt645 import profile as dlt645_profile
from adapters.dlt645.client import Dlt645Client
from adapters.dlt645.source import Dlt645Meter, Dlt645Source
from adapters.link_fault import KEEPS_LINK, AskFailedError
from adapters.octets import OctetLink
from energy.base.clock import Clock
from energy.base.quality import Quality
from energy.metering.source_facts import MBUS
from processes import technician_mbus
from processes.collector_tenants import CJT188, DLT645, meter_number
from processes.technician_faults import fault_key
from processes.technician_values import FieldRefusedError, NoContactError
from processes.tenant_bus import Found, FrozenValue, TenantBus, Value, run_on

EDITIONS = ("2004", "2018")
"""Of CJ/T 188; the one of the profile is tried first."""
ENERGY_NOW = "00010000"
"""Identifier that every DL/T 645 meter keeps."""
SEARCH_TIMEOUT_S = 0.6
"""Longest wait for one address of a search: a meter begins within half a second. [s]"""
KINDS = {0x10: "cold water", 0x11: "hot water", 0x12: "drinking water", 0x13: "reclaimed water",
         0x20: "heat", 0x21: "cooling", 0x22: "heat and cooling", 0x30: "gas"}  # fmt: skip


def who(
    bus: TenantBus,
    clock: Clock,
    zone: ZoneInfo,
    *,
    search: bool = False,
    told: Callable[[str], None] = lambda _: None,
) -> list[Found]:
    """Return the meters on a bus: the only one, or all of them by a search (not CJ/T 188).

    Args:
        bus: The bus.
        clock: Our clock.
        zone: Zone of the meters' clocks.
        search: Whether several meters may be there.
        told: Told which digits are asked for.

    Raises:
        NoContactError: Nobody answers, or several at once.
        FieldRefusedError: The protocol knows no search.
    """
    if bus.protocol == MBUS:
        return technician_mbus.who(bus, clock, zone, search=search, told=told)
    if bus.protocol == CJT188:
        if search:
            raise FieldRefusedError.of("tenant.no_search")
        return run_on(bus, lambda link: _who_cjt188(link, bus, clock, zone))
    return run_on(bus, lambda link: _who_dlt645(link, bus, clock, zone, told if search else None))


def show(bus: TenantBus, meter: str, profile: str, clock: Clock) -> list[Value]:
    """Return every value of a profile that a meter gives now.

    Args:
        bus: The bus.
        meter: Number on the plate.
        profile: Id of the profile; empty shows all that an M-Bus meter says.
        clock: Our clock.

    Raises:
        NoContactError: The meter gave no proper answer.
        UnknownProfileError: There is no such profile.
        PlanError: The number is none.
    """
    if bus.protocol == MBUS:
        return technician_mbus.show(bus, meter, profile)
    number = meter_number(bus.protocol, meter)
    return run_on(bus, lambda link: _show(link, bus, number, profile, clock))


def frozen(
    bus: TenantBus,
    meter: str,
    profile: str,
    clock: Clock,
    zone: ZoneInfo,
    *,
    months: int,
    days: int,
) -> list[FrozenValue]:
    """Return what a meter has frozen: DL/T 645 month ends and days, storages of M-Bus.

    Args:
        bus: The bus.
        meter: Number on the plate.
        profile: Id of the profile.
        clock: Our clock.
        zone: Zone of the meter's clock.
        months: Month ends (of M-Bus: storages), 0 to 12.
        days: Days, 0 to 62.

    Raises:
        NoContactError: The meter gave no proper answer.
        FieldRefusedError: The protocol keeps no such values under identifiers of their own.
        UnknownProfileError: There is no such profile.
    """
    if bus.protocol == MBUS:
        return technician_mbus.stored(bus, meter, profile, zone, most=months)
    if bus.protocol != DLT645:
        raise FieldRefusedError.of("tenant.month_end")
    number = meter_number(bus.protocol, meter)
    return run_on(bus, lambda link: _frozen(link, bus, number, profile, clock, zone, months, days))


async def _who_dlt645(
    link: OctetLink,
    bus: TenantBus,
    clock: Clock,
    zone: ZoneInfo,
    told: Callable[[str], None] | None,
) -> list[Found]:
    client = Dlt645Client(link, timeout_s=bus.timeout_s)
    if told is None:
        meters = [await dlt645_probe.probe_address(client)]
    else:
        meters = await dlt645_probe.search(Dlt645Client(link, timeout_s=SEARCH_TIMEOUT_S), told)
    return [
        Found(
            meter=meter,
            kind="electricity",
            clock_ahead=await dlt645_probe.clock_skew(client, meter, clock=clock, zone=zone),
            plate=await dlt645_probe.plate(client, meter),
        )
        for meter in meters
    ]


async def _who_cjt188(link: OctetLink, bus: TenantBus, clock: Clock, zone: ZoneInfo) -> list[Found]:
    client = Cjt188Client(link, timeout_s=bus.timeout_s)
    met = await cjt188_probe.probe_address(client)
    ahead = await cjt188_probe.clock_skew(client, met, clock=clock, zone=zone)
    plate = {"meter_type": f"{met.type:02X}", "edition": "2018" if met.low_first else "2004"}
    kind = KINDS.get(met.type, "other")
    return [Found(meter=met.meter, kind=kind, clock_ahead=ahead, plate=plate)]


async def _show(
    link: OctetLink, bus: TenantBus, meter: str, profile: str, clock: Clock
) -> list[Value]:
    edition = await _reached(link, bus, meter, profile)
    source, units = _source(link, bus, meter, profile, clock, edition=edition)
    if bus.protocol == DLT645:
        await source.poll(clock.now(), urgent=True)  # teaches which blocks the meter knows
    result = await source.poll(clock.now(), urgent=True)
    if not len(result.columns) and result.failures:
        failure = result.failures[0]
        where, _, what = failure.message.partition(": ")
        cause = fault_key(failure.code) or what
        raise NoContactError.of("hindered", where=where, cause=cause)
    flaws = {finding.channel: finding.code.partition(".")[2] for finding in result.findings}
    names = list(units)
    return [
        Value(
            quantity=names[reading.channel],
            value=None
            if reading.quality is Quality.SUSPECT
            else reading.count * units[names[reading.channel]][0],
            unit=units[names[reading.channel]][1],
            flaw=flaws.get(reading.channel, ""),
        )
        for reading in result.columns
    ]


async def _reached(link: OctetLink, bus: TenantBus, meter: str, profile: str) -> str:
    """Ask a meter for one thing; return the edition it speaks, empty for DL/T 645.

    Raises:
        AskFailedError: It gives no proper answer.
    """
    if bus.protocol == DLT645:
        try:
            await Dlt645Client(link, timeout_s=bus.timeout_s).read(meter, ENERGY_NOW, size=4)
        except AskFailedError as error:
            if error.fault not in KEEPS_LINK:
                raise
        return ""
    own = cjt188_profile.PROFILES.load(profile).own
    client = Cjt188Client(link, timeout_s=bus.timeout_s)
    first: AskFailedError | None = None
    for edition in sorted(EDITIONS, key=lambda each: each != own["edition"]):
        try:
            await client.read(
                meter,
                type_=int(own["meter_type"], 16),
                size=layout_size(own["layout"]),
                low_first=edition == EDITIONS[1],
                repeats=own["sequence"] == "repeated",
            )
        except AskFailedError as error:
            first = first or error
        else:
            return edition
    assert first is not None, "an edition that answers returns"
    raise first


def _source(
    link: OctetLink, bus: TenantBus, meter: str, profile: str, clock: Clock, *, edition: str = ""
) -> tuple[BusSource, dict[str, tuple[Fraction, str]]]:
    """Return a source of one meter with every quantity, and resolution and unit of each."""
    if bus.protocol == DLT645:
        electric = dlt645_profile.PROFILES.load(profile)
        channels = {quantity: number for number, quantity in enumerate(electric.points)}
        one = Dlt645Meter(point=meter, meter=meter, profile=electric, channels=channels)
        units = {q: (p.resolution, p.unit) for q, p in electric.points.items()}
        return Dlt645Source("technician", link, [one], clock, timeout_s=bus.timeout_s), units
    other = cjt188_profile.PROFILES.load(profile)
    channels = {quantity: number for number, quantity in enumerate(other.points)}
    units = {q: (p.resolution, p.unit) for q, p in other.points.items()}
    meters = [
        Cjt188Meter(point=meter, meter=meter, profile=other, channels=channels, edition=edition)
    ]
    return Cjt188Source("technician", link, meters, clock, timeout_s=bus.timeout_s), units


async def _frozen(
    link: OctetLink,
    bus: TenantBus,
    meter: str,
    profile: str,
    clock: Clock,
    zone: ZoneInfo,
    months: int,
    days: int,
) -> list[FrozenValue]:
    client = Dlt645Client(link, timeout_s=bus.timeout_s)
    read = dlt645_profile.PROFILES.load(profile)
    quantities = [q for q in read.points if q.startswith(("active_energy_im", "maximum_demand_im"))]
    found: list[tuple[str, dlt645_frozen.FrozenCount]] = []
    if months:
        ends = await dlt645_frozen.month_ends(
            client, meter, read, quantities, now=clock.now(), zone=zone, count=months
        )
        found += [("month", each) for each in ends]
    if days:
        kept = await dlt645_frozen.days(client, meter, read, quantities, zone=zone, count=days)
        found += [("day", each) for each in kept]
    return [
        FrozenValue(
            quantity=each.quantity,
            what=what,
            back=each.back,
            at=each.at,
            value=each.count * read.point(each.quantity).resolution,
            unit=read.point(each.quantity).unit,
            occurred=each.occurred,
        )
        for what, each in found
    ]
