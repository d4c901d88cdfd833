"""In: a meter that keeps month ends and days. Out: the counts it froze, with their instants. I/O.

A frozen value is what the register held at that instant by the meter's own clock: proof for a
bill, and what is left of a time in which nobody could read the meter.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from adapters.bcd import digits
from adapters.dlt645 import identifiers
from adapters.dlt645.client import Dlt645Client
from adapters.dlt645.decode import INSTANT_SIZE, Wire, decode, instant
from adapters.link_fault import AskFailedError, LinkFault
from adapters.meter_profile import MeterProfile
from energy.metering.channel import Kind

ENERGY = 4
"""Bytes of one energy in a daily freeze. [byte]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class FrozenCount:
    """What a register held when the meter froze it."""

    quantity: str
    back: int
    """1 for the newest month end or day."""
    at: datetime | None
    """When it was frozen, aware UTC by the meter's clock; None when the meter does not say."""
    count: int
    occurred: datetime | None = None
    """When a maximum demand was met, aware UTC."""


def month_end_instants(
    now: datetime, *, day: int, hour: int, zone: ZoneInfo, count: int
) -> list[datetime]:
    """Return the newest settlement instants up to now, newest first, aware UTC.

    Args:
        now: Present instant, aware.
        day: Day of the month at which the meter settles, 1 to 28.
        hour: Hour of that day, 0 to 23.
        zone: Zone of the meter's clock.
        count: How many.
    """
    assert 1 <= day <= 28 and 0 <= hour <= 23, "the caller has checked the settlement day"
    local = now.astimezone(zone)
    month = local.replace(day=day, hour=hour, minute=0, second=0, microsecond=0)
    found: list[datetime] = []
    while len(found) < count:
        if month <= local:
            found.append(month.astimezone(now.tzinfo))
        month = (month.replace(day=1) - timedelta(days=1)).replace(day=day)
    return found


async def month_ends(
    client: Dlt645Client,
    meter: str,
    profile: MeterProfile[Wire],
    quantities: Iterable[str],
    *,
    now: datetime,
    zone: ZoneInfo,
    count: int = identifiers.MONTH_ENDS,
) -> list[FrozenCount]:
    """Return the energies and maximum demands of the newest month ends.

    Args:
        client: The bus.
        meter: Address of the meter.
        profile: What it is.
        quantities: Energies and maximum demands of the profile; others have no month end.
        now: Present instant, aware.
        zone: Zone of the meter's clock.
        count: Month ends, at most twelve.

    Raises:
        AskFailedError: The meter gave no proper answer.
        MeterProfileError: A quantity is not in the profile.
    """
    settles = digits(await client.read(meter, identifiers.SETTLEMENT_DAY, size=2))
    day, hour = (int(settles[:2]), int(settles[2:])) if settles.isdecimal() else (0, 0)
    instants: list[datetime | None] = [None] * count  # 99H: the meter settles on command alone
    if 1 <= day <= 28 and hour <= 23:
        instants = [*month_end_instants(now, day=day, hour=hour, zone=zone, count=count)]
    found: list[FrozenCount] = []
    for point in (profile.point(quantity) for quantity in quantities):
        if not _has_month_ends(point.wire):
            continue
        for back, at in enumerate(instants, 1):
            identifier = identifiers.month_end(point.wire.identifier, back)
            octets = await _kept(client, meter, identifier, point.wire.size)
            if octets is None:
                break
            got = decode(octets, point.wire, counter=point.facts.kind is Kind.COUNTER)
            if got.flaw is None:
                occurred = instant(got.occurred, zone)
                found.append(FrozenCount(
                    quantity=point.quantity, back=back, at=at, count=got.count, occurred=occurred
                ))  # fmt: skip
    return found


async def days(
    client: Dlt645Client,
    meter: str,
    profile: MeterProfile[Wire],
    quantities: Iterable[str],
    *,
    zone: ZoneInfo,
    count: int,
) -> list[FrozenCount]:
    """Return the energies of the newest daily freezes, total and tariffs.

    Args:
        client: The bus.
        meter: Address of the meter.
        profile: What it is.
        quantities: Drawn and fed-back energies of the profile; others have no daily freeze.
        zone: Zone of the meter's clock.
        count: Days, at most 62.

    Raises:
        AskFailedError: The meter gave no proper answer.
        MeterProfileError: A quantity is not in the profile.
    """
    points = [profile.point(quantity) for quantity in quantities]
    kinds = sorted({p.wire.identifier[2:4] for p in points if _has_days(p.wire)})
    found: list[FrozenCount] = []
    for back in range(1, count + 1):
        frozen = await _kept(client, meter, identifiers.daily_freeze_time(back), INSTANT_SIZE)
        at = None if frozen is None else instant(digits(frozen), zone)
        if at is None:
            break  # the meter keeps no older day
        for kind in kinds:
            block = await _kept(client, meter, identifiers.daily_freeze(kind, back), None)
            for point in points if block is not None else ():
                if not _has_days(point.wire) or point.wire.identifier[2:4] != kind:
                    continue
                first = ENERGY * int(point.wire.identifier[4:6], 16)
                octets = (block or b"")[first : first + ENERGY]
                if len(octets) == ENERGY:
                    got = decode(octets, point.wire, counter=True)
                    if got.flaw is None:
                        found.append(FrozenCount(
                            quantity=point.quantity, back=back, at=at, count=got.count
                        ))  # fmt: skip
    return found


def _has_month_ends(wire: Wire) -> bool:
    return wire.identifier[:2] in {"00", "01"} and wire.identifier[-2:] == "00"


def _has_days(wire: Wire) -> bool:
    return wire.identifier[:4] in {"0001", "0002"} and wire.size == ENERGY


async def _kept(
    client: Dlt645Client, meter: str, identifier: str, size: int | None
) -> bytes | None:
    """Return a value, None when the meter properly says that it keeps none."""
    try:
        return await client.read(meter, identifier, size=size)
    except AskFailedError as error:
        if error.fault is LinkFault.NO_SUCH_VALUE:
            return None
        raise
