"""In: a bus of M-Bus meters. Out: who is there, what they show, what they stored. I/O, read only.

The same path as the collector's: strict client, profile, decode, and the lease of the bus.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from fractions import Fraction
from zoneinfo import ZoneInfo

from adapters.link_fault import LinkFault
from adapters.mbus.address import Address, MbusAddressError, parse
from adapters.mbus.client import MbusClient, Readout
from adapters.mbus.decode import Flaw, decode
from adapters.mbus.frame import ANYBODY
from adapters.mbus.numbers import flags_of, instant_of, number_of, text_of
from adapters.mbus.own_profile import own_profile
from adapters.mbus.probe import Met, Search, ahead, scan_primary, search_secondary
from adapters.mbus.profile import PROFILES, fitting
from adapters.mbus.records import Function, Record
from adapters.mbus.stored import stored_counts
from adapters.mbus.units import Meaning, meaning_of
from adapters.octets import OctetLink
from energy.base.clock import Clock
from processes.technician_told import FieldRefusedError
from processes.tenant_bus import Found, FrozenValue, MeterSilentError, TenantBus, Value, run_on

SPEEDS = (2400, 9600, 300)
"""Speeds of M-Bus meters, the usual one first. [bit/s]"""
SEARCH_TIMEOUT_S = 0.35
"""Longest wait for an acknowledgement of a search: a meter begins within 0.2 s. [s]"""
SEARCH_SETTLE_S = 0.25
MEDIA = {
    0x02: "electricity", 0x03: "gas", 0x04: "heat", 0x06: "hot water", 0x07: "cold water",
    0x0A: "cooling", 0x0B: "cooling", 0x0C: "heat", 0x0D: "heat and cooling",
    0x15: "hot water", 0x16: "cold water",
}  # fmt: skip
SEVERAL, NOT_READ = "several", "not read"
"""Kinds of what is there but is no meter that can be read."""
UTC = ZoneInfo("UTC")


def who(
    bus: TenantBus,
    clock: Clock,
    zone: ZoneInfo,
    *,
    search: bool,
    told: Callable[[str], None],
) -> list[Found]:
    """Return the meters on a bus: the only one, or all by number, or else by primary address.

    At a serial port the speed that was given is tried first, then the others that meters have.

    Args:
        bus: The bus.
        clock: Our clock.
        zone: Zone of the meters' clocks.
        search: Whether several meters may be there.
        told: Told what is asked for.

    Raises:
        NoContactError: Nobody answers, or several at once.
    """
    speeds = [bus.baud, *(s for s in SPEEDS if s != bus.baud)] if bus.serial else [bus.baud]
    for baud in speeds:
        tried = replace(bus, baud=baud)
        try:
            found = _searched(tried, clock, zone, told) if search else _only(tried, clock, zone)
        except MeterSilentError as error:
            if error.fault is not LinkFault.NO_ANSWER or baud == speeds[-1]:
                raise
            continue
        if found:
            return found
    return []


def show(bus: TenantBus, meter: str, profile: str) -> list[Value]:
    """Return every value of a profile that a meter gives now, or all that it says without one.

    Args:
        bus: The bus.
        meter: Address, as in a site file.
        profile: Id of the profile; empty shows every record.

    Raises:
        NoContactError: The meter gave no proper answer.
        FieldRefusedError: The address is none, or the meter will not.
        UnknownProfileError: There is no such profile.
    """
    read = PROFILES.load(profile) if profile else None
    readout = _read(bus, meter, reset=read is not None and read.own["application_reset"] == "yes")
    if read is None:
        return [_plain(record) for record in readout.records]
    found = []
    for point in read.points.values():
        got = decode(readout.head, readout.records, point.wire, point.facts)
        if got.flaw is not Flaw.NO_RECORD:
            value = None if got.flaw else got.count * point.resolution
            found.append(
                Value(
                    quantity=point.quantity, value=value, unit=point.unit, flaw=got.flaw or ""
                )
            )  # fmt: skip
    return found


def own(bus: TenantBus, meter: str, profile: str, name: str) -> str:
    """Return a profile of one very meter as a file: what it sends, and where its registers turn.

    Args:
        bus: The bus.
        meter: Address, as in a site file.
        profile: Id of the profile to begin with.
        name: Id of the new one.

    Raises:
        NoContactError: The meter gave no proper answer.
        FieldRefusedError: The address is none, or the meter will not.
        UnknownProfileError: There is no such profile.
        MeterProfileError: The name is none.
    """
    read = PROFILES.load(profile)
    readout = _read(bus, meter, reset=read.own["application_reset"] == "yes")
    text = own_profile(PROFILES.text(profile), read, readout, name)
    PROFILES.parse(text, name=name)
    return text


def stored(
    bus: TenantBus, meter: str, profile: str, zone: ZoneInfo, *, most: int
) -> list[FrozenValue]:
    """Return the counters that a meter stored at its due dates, with the dates it gives.

    Args:
        bus: The bus.
        meter: Address, as in a site file.
        profile: Id of the profile.
        zone: Zone of the meter's clock.
        most: Storages, newest first.

    Raises:
        NoContactError: The meter gave no proper answer.
        FieldRefusedError: The address is none, or the meter will not.
        UnknownProfileError: There is no such profile.
    """
    read = PROFILES.load(profile)
    readout = _read(bus, meter, reset=read.own["application_reset"] == "yes")
    return [
        FrozenValue(
            quantity=each.quantity,
            what="storage",
            back=each.storage,
            at=each.at,
            value=each.count * read.point(each.quantity).resolution,
            unit=read.point(each.quantity).unit,
            occurred=None,
        )
        for each in stored_counts(readout, read, zone)
        if each.storage <= most
    ]


def _read(bus: TenantBus, meter: str, *, reset: bool) -> Readout:
    try:
        address = parse(meter)
    except MbusAddressError as error:
        raise FieldRefusedError.of("because", cause=error) from error
    return run_on(bus, lambda link: _client(bus, link).read(address, reset=reset))


def _client(bus: TenantBus, link: OctetLink) -> MbusClient:
    return MbusClient(link, timeout_s=bus.timeout_s, baud=bus.baud)


def _only(bus: TenantBus, clock: Clock, zone: ZoneInfo) -> list[Found]:
    address = Address(primary=ANYBODY)
    readout = run_on(bus, lambda link: _client(bus, link).read(address))
    named = Address(secondary=readout.head.who)
    return [_found(Met(address=named, readout=readout), bus, clock, zone)]


def _searched(
    bus: TenantBus, clock: Clock, zone: ZoneInfo, told: Callable[[str], None]
) -> list[Found]:
    quick = replace(
        bus,
        timeout_s=min(SEARCH_TIMEOUT_S, bus.timeout_s),
        settle_s=min(SEARCH_SETTLE_S, bus.settle_s),
    )

    async def story(link: OctetLink) -> Search:
        found = await search_secondary(_client(quick, link), told)
        if found.met or found.collisions or found.failed:
            return found
        return await scan_primary(_client(quick, link), told)

    return _told(run_on(quick, story), bus, clock, zone)


def _told(search: Search, bus: TenantBus, clock: Clock, zone: ZoneInfo) -> list[Found]:
    """Return what a search found: meters, addresses of several, meters that cannot be read."""
    return [
        *(_found(met, bus, clock, zone) for met in search.met),
        *(_trouble(str(address), SEVERAL, "") for address in search.collisions),
        *(_trouble(str(address), NOT_READ, error.what) for address, error in search.failed),
    ]


def _found(met: Met, bus: TenantBus, clock: Clock, zone: ZoneInfo) -> Found:
    who = met.readout.head.who
    plate = {
        "manufacturer": who.manufacturer,
        "version": f"{who.version:02X}",
        "medium": f"{who.medium:02X}",
        "records": str(len(met.readout.records)),
    }
    if met.address.primary is not None:
        plate["serial_number"] = who.number
    profiles = fitting(who.medium, _counted_in(met.readout))
    if profiles:
        plate["profile"] = " or ".join(profiles)
    if bus.serial:
        plate["baud"] = str(bus.baud)
    return Found(
        meter=str(met.address),
        kind=MEDIA.get(who.medium, "other"),
        clock_ahead=ahead(met.readout.records, zone, clock.now()),
        plate=plate,
    )


def _trouble(meter: str, kind: str, cause: str) -> Found:
    plate = {"cause": cause} if cause else {}
    return Found(meter=meter, kind=kind, clock_ahead=None, plate=plate)


def _counted_in(readout: Readout) -> str:
    """Return the unit of a meter's first energy, or of its first volume."""
    now = [r for r in readout.records if not r.storage and r.function is Function.INSTANTANEOUS]
    for what in ("energy", "volume"):
        for record in now:
            meaning = meaning_of(record.vif)
            if meaning.what == what:
                return meaning.unit
    return ""


def _plain(record: Record) -> Value:
    """Return a record as it is: what it measures, and which of several it is."""
    meaning = meaning_of(record.vif)
    name = meaning.what or record.text or f"VIF {' '.join(f'{vif:02X}' for vif in record.vif)}"
    parts = _apart(name, record, meaning)
    if meaning.what in {"date", "instant"}:
        at = instant_of(record, UTC)
        told = "" if at is None else f"{at:%Y-%m-%d}" + f"{at: %H:%M}" * (meaning.what != "date")
        return Value(quantity=" ".join(parts), value=None, unit=told, flaw=_no(bool(told)))
    if meaning.what == "error_flags":
        flags = flags_of(record)
        bits = None if flags is None else Fraction(flags)
        return Value(quantity=" ".join(parts), value=bits, unit="", flaw=_no(bits is not None))
    number, text = number_of(record), text_of(record)
    value = None if number is None else number * meaning.step
    flaw = Flaw.RECORD_ERROR if meaning.error else _no(value is not None or bool(text))
    return Value(quantity=" ".join(parts), value=value, unit=text or meaning.unit, flaw=flaw)


def _no(sound: bool) -> str:  # noqa: FBT001  # a value is there or not
    return "" if sound else Flaw.NULL_VALUE


def _apart(name: str, record: Record, meaning: Meaning) -> list[str]:
    """Return what tells a record apart from the others of its name."""
    numbers = {"storage": record.storage, "tariff": record.tariff, "part": record.subunit}
    parts = [name, *(f"{which} {number}" for which, number in numbers.items() if number)]
    if record.function is not Function.INSTANTANEOUS:
        parts.insert(0, record.function.name.lower().replace("_", " "))
    return [*parts, *(f"extension {each:02X}" for each in meaning.extensions)]
