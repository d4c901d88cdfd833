"""In: a point, the midnight on which it changes hands, what people say. Out: its reading. I/O.

The reading stands in the metering journal like every other: entered from the display, estimated
by a stated method, or there already. Both tenants are billed from and to the same one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from uuid import UUID

from billing.accounts.errors import MoveError
from billing.accounts.terms import MovedPoint
from billing.basis.counting import BillingReading
from billing.money import display_text
from energy.base.clock import from_us, to_us
from energy.base.quality import Quality
from energy.metering.channel import Channel, Kind
from energy.store.sites import Site
from energy.system import System
from energy.views.old_readings import readings_known
from energy.views.registry import load_channels
from energy.views.usage_channels import usage_channels
from processes.readings_file import count_of
from processes.readings_state import corrections_at, statement_command

METHOD = "move_straight"
"""Straight between the readings around the midnight, or on as before it."""
_LOOKED_BACK = timedelta(days=30)
"""How long before the last reading its speed is measured, where none is behind."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What a person says of the reading of a point."""

    value: str | None = None
    """What the display showed; None where nobody read it."""
    estimate: bool = False


def move_reading(
    system: System, site: Site, point: str, at: datetime, said: Said, *, by: UUID
) -> MovedPoint:
    """Return the reading of a point at a midnight, stored in the journal where it is new.

    Args:
        system: Parts of a process, in the writer's role; the views have come up.
        site: The site.
        point: The metering point.
        at: The midnight, aware UTC.
        said: What the person says.
        by: The person.

    Raises:
        MoveError: Nobody read the register, another reading stands there, or nothing is known
            that an estimate could rest on.
        StatementError: The register cannot show the value, or the instant lies ahead.
    """
    with system.database.connection() as connection:
        found = usage_channels(connection, site.schema, [point]).get(point)
        channels = (
            {} if found is None else load_channels(connection, site.schema, only=[found.number])
        )
    channel = None if found is None else channels[found.number]
    if channel is None or channel.facts.kind is not Kind.COUNTER:
        if said.value is not None:
            raise MoveError.of("account.no_register", point=point)
        return MovedPoint(point=point, channel=None, at="", count=None, shown="", how="computed")
    around = _around(system, site, channel.number, at)
    standing = next((each for each in around if each.at == at), None)
    if said.value is not None:
        return _entered(system, site, channel, at, count_of(said.value, channel), standing, by)
    if standing is not None:
        how = "estimated" if standing.quality is Quality.ESTIMATED else "read"
        return _moved(channel, at, standing.count, how)
    if not said.estimate:
        when = at.astimezone(site.zone).strftime("%Y-%m-%d %H:%M")
        raise MoveError.of("account.no_reading", point=point, at=when)
    return _estimated(system, site, channel, at, around, by)


def estimated_count(around: Sequence[BillingReading], at: datetime, modulus: int | None) -> int:
    """Return the count of a register at an instant: straight between its neighbours. Pure.

    Behind the last reading it goes on as before it.

    Args:
        around: Readings by instant, at least two.
        at: The instant; not before the first reading.
        modulus: Counts at which the register returns to zero; None where it does not.
    """
    before = [each for each in around if each.at <= at]
    behind = [each for each in around if each.at > at]
    first, last = (before[-1], behind[0]) if behind else (before[0], before[-1])
    rise = last.count - first.count
    if rise < 0 and modulus is not None:
        rise += modulus
    count = first.count + Fraction(rise) * Fraction((at - first.at) / (last.at - first.at))
    whole = (2 * count.numerator + count.denominator) // (2 * count.denominator)
    return whole % modulus if modulus is not None else whole


def _entered(
    system: System,
    site: Site,
    channel: Channel,
    at: datetime,
    count: int,
    standing: BillingReading | None,
    by: UUID,
) -> MovedPoint:
    if standing is not None and standing.quality is not Quality.ESTIMATED:
        if standing.count != count:
            shown = display_text(standing.count, channel.facts.resolution)
            raise MoveError.of("account.other_reading", point=channel.point, shown=shown)
        return _moved(
            channel, at, count, "entered" if standing.quality is Quality.MANUAL else "read"
        )
    readings = [(at, count)]
    command = statement_command(system, site, "record", channel, readings, "move", str(by))
    corrections_at(system, site).enter(channel, readings, note="move", by=by, command_id=command)
    return _moved(channel, at, count, "entered")


def _estimated(
    system: System,
    site: Site,
    channel: Channel,
    at: datetime,
    around: Sequence[BillingReading],
    by: UUID,
) -> MovedPoint:
    if len(around) < 2 or around[0].at > at:
        raise MoveError.of("account.no_estimate", point=channel.point)
    count = estimated_count(around, at, channel.facts.modulus)
    readings = [(at, count)]
    command = statement_command(system, site, "estimate", channel, readings, METHOD, str(by))
    corrections_at(system, site).estimate(
        channel,
        readings,
        method=METHOD,
        inputs={each.at.isoformat(): str(each.count) for each in around},
        by=by,
        command_id=command,
    )
    return _moved(channel, at, count, "estimated")


def _moved(channel: Channel, at: datetime, count: int, how: str) -> MovedPoint:
    shown = f"{display_text(count, channel.facts.resolution)} {channel.facts.unit}"
    return MovedPoint(
        point=channel.point,
        channel=channel.number,
        at=at.isoformat(),
        count=count,
        shown=shown,
        how=how,
    )


def _around(system: System, site: Site, channel: int, at: datetime) -> list[BillingReading]:
    """Return the readings around an instant; where none is behind it, one from before, too."""
    found = _known(system, site, channel, at)
    read = [each for each in found if each.quality is not Quality.ESTIMATED or each.at == at]
    if any(each.at > at for each in read) or not read:
        return read
    earlier = _known(system, site, channel, read[-1].at - _LOOKED_BACK)
    rows = {each.at: each for each in (*earlier, *read) if each.at <= at}
    kept = [rows[at] for at in sorted(rows) if rows[at].quality is not Quality.ESTIMATED]
    return kept if not kept or kept[0] == kept[-1] else [kept[0], kept[-1]]


def _known(system: System, site: Site, channel: int, at: datetime) -> list[BillingReading]:
    with system.database.connection() as connection:
        window = {channel: (to_us(at), to_us(at))}
        known = readings_known(connection, site.schema, window)[channel]
    columns = (known.at_us, known.count, known.quality, known.position)
    return [
        BillingReading(
            serial="", at=from_us(at_us), count=count, quality=Quality(quality), position=position
        )
        for at_us, count, quality, position in zip(*(c.tolist() for c in columns), strict=True)
    ]
