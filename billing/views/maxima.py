"""In: a point billed by its meter's own registers. Out: their maximum demand. I/O: reads.

A meter's register of maximum demand holds the greatest window of the running month and begins anew
with the next one. What it shows is the legal value; windows of intervals are not looked at then.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime, timedelta
from fractions import Fraction
from typing import Any, Final
from zoneinfo import ZoneInfo

import psycopg

from billing.accounts.terms import BasisTerm
from billing.basis.bands import band_of
from billing.basis.basis import BillingBasis
from billing.money import round_half_up
from billing.rating.months import months
from billing.rating.quantities import RegisterMaximum
from energy.base.clock import from_us, to_us
from energy.base.period import midnight
from energy.metering.channel import Channel, Kind
from energy.metering.feed import Piece
from energy.views.known import Accepted
from energy.views.old_readings import readings_known
from energy.views.registry import load_channels
from energy.views.segment_rows import read_pieces

Connection = psycopg.Connection[tuple[object, ...]]
WHOLE: Final = "maximum_demand_import"
_KW: Final = {"W": Fraction(1, 1000), "kW": Fraction(1), "MW": Fraction(1000)}
_BEGUN: Final = timedelta(hours=1)
"""A meter's clock is off by less: a value read sooner may be that of the month before."""
_DIGITS: Final = 6


def read_maxima(
    known: tuple[Connection, str, ZoneInfo, int],
    term: BasisTerm,
    first_day: date,
    last_day: date,
) -> tuple[RegisterMaximum, ...]:
    """Return what a point's registers of maximum demand showed in whole calendar months.

    None of another basis; none of a part of a month, or one not read near its end: there the
    windows say it.

    Args:
        known: Any connection that may read, the site's schema and zone, the metering position.
        term: The point, how far from a month's end a reading stands for it, and which tariff
            period a band is of.
        first_day: First local day.
        last_day: The last, included.
    """
    if term.basis is not BillingBasis.METER_TARIFF_REGISTERS:
        return ()
    connection, schema, zone, position = known
    numbers: list[tuple[Any, ...]] = connection.execute(
        f"SELECT number FROM {schema}.channel WHERE point = %s AND kind = %s "
        "AND starts_with(quantity, %s) ORDER BY number",
        (term.point, Kind.GAUGE, WHOLE),
    ).fetchall()
    channels = load_channels(connection, schema, only=[number for (number,) in numbers])
    pieces = read_pieces(connection, schema, list(channels), as_of=position)
    found: list[RegisterMaximum] = []
    for month in (each for each in months(first_day, last_day) if each.share == 1):
        start = midnight(month.first_day, zone) + _BEGUN
        end = midnight(month.last_day + timedelta(days=1), zone)
        windows = dict.fromkeys(channels, (to_us(start), to_us(end)))
        shown = readings_known(connection, schema, windows, as_of=position) if windows else {}
        for number, channel in sorted(channels.items()):
            band = band_of(channel.facts.quantity, WHOLE)
            if channel.facts.unit not in _KW or (band is None and channel.facts.quantity != WHOLE):
                continue
            read = _between(shown[number], start, end)
            values = list(_in_kw(channel, pieces, read))
            if not values or end - read[-1][0] > timedelta(hours=term.window_h):
                continue
            found.append(
                RegisterMaximum(
                    first_day=month.first_day,
                    last_day=month.last_day,
                    value=round_half_up(max(values), _DIGITS).normalize(),
                    period=None if band is None else term.registers.get(band, band),
                )
            )
    return tuple(found)


def _between(known: Accepted, start: datetime, end: datetime) -> list[tuple[datetime, int]]:
    """Return instants and counts of the readings of a month, both ends included."""
    rows = zip(known.at_us.tolist(), known.count.tolist(), strict=True)
    return [(from_us(at), count) for at, count in rows if to_us(start) <= at <= to_us(end)]


def _in_kw(
    channel: Channel, pieces: list[Piece], read: list[tuple[datetime, int]]
) -> Iterator[Fraction]:
    """Yield what was read, behind the transformers. [kW]."""
    per_count = channel.facts.resolution * _KW[channel.facts.unit]
    for at, count in read:
        for piece in pieces:
            if (
                piece.channel == channel.number
                and piece.start <= at
                and (piece.end is None or at <= piece.end)
            ):
                yield count * per_count * Fraction(piece.multiplier)
