"""In: hours of counters and of the gauges beside them. Out: notes of what checks found. I/O: reads.

Looked at are the hours of the last day that are over: what comes later than that is judged when
it is billed. A run that a finding stands for already is not told again; one that a person has
resolved is told anew when it lasts a day longer.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from typing import Any, Final

import msgspec
import psycopg

from energy.base.clock import from_us, to_us
from energy.base.ids import id_of
from energy.base.quality import Quality
from energy.base.units import Utility, to_base
from energy.metering.checks import frozen_counter
from energy.metering.checks.frozen_counter import CounterFacts, Hour
from energy.metering.checks.span import Span
from energy.metering.note import Note, Phase, note
from energy.views.noted import FOR_GOOD

SOURCE: Final = "checks"
LOOK_BACK: Final = timedelta(hours=26)
SETTLED: Final = timedelta(minutes=15)
"""An hour is judged so long after its end."""
BESIDE: Final = {
    "active_energy_import": "active_power",
    "active_energy_total": "active_power",
    "heat_energy": "heat_power",
    "cooling_energy": "cooling_power",
    "volume": "flow",
    "mass": "mass_flow",
} | {f"active_energy_import_l{n}": f"active_power_l{n}" for n in (1, 2, 3)}
"""Which gauge moves which counter; the registers of tariffs stand still most of the day."""
AN_HOUR: Final = {
    "W": ("Wh", Fraction(1)),
    "kW": ("kWh", Fraction(1)),
    "MW": ("MWh", Fraction(1)),
    "L/h": ("L", Fraction(1)),
    "m3/h": ("m3", Fraction(1)),
    "kg/h": ("kg", Fraction(1)),
    "t/h": ("t", Fraction(1)),
}
"""What an hour of a gauge's unit is in a unit of counters."""
_MEASURED: Final = (Quality.MEASURED, Quality.INTERPOLATED)
Connection = psycopg.Connection[tuple[object, ...]]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Pair:
    """A counter and the gauge that moves it."""

    point: str
    counter: int
    gauge: int
    facts: CounterFacts
    an_hour: Fraction
    """What an hour of one count of the gauge moves. [base unit / count]"""


def frozen_counters(connection: Connection, schema: str, now: datetime) -> list[Note]:
    """Return the notes of counters that stand while power flows, or no longer do.

    Args:
        connection: Any connection that may read.
        schema: The site's schema.
        now: The present, aware UTC.
    """
    pairs = _pairs(connection, schema)
    if not pairs:
        return []
    hours = _hours(connection, schema, pairs, now)
    known = _known(connection, schema, [pair.counter for pair in pairs], now)
    return [
        each
        for pair in pairs
        for each in _notes(pair, hours.get(pair.counter, []), known.get(pair.counter, []))
    ]


def _notes(pair: _Pair, hours: Sequence[Hour], known: Sequence[tuple[int, int]]) -> list[Note]:
    """Return what is new of one counter.

    Args:
        pair: The counter.
        hours: Its hours by time.
        known: Start and end of its findings; what still holds ends in FOR_GOOD. [us]
    """
    spans = frozen_counter.found(hours, pair.facts)
    holds = [start for start, end in known if end >= to_us(FOR_GOOD)]
    if holds:
        counts = [hour.start_us for hour in hours if hour.usage and hour.start_us >= holds[0]]
        if not counts:
            return []
        over = Span(start_us=holds[0], end_us=counts[0], lasts=False)
        return [_note(pair, over, Phase.OVER)]
    return [
        _note(pair, span, Phase.BEGUN if span.lasts else Phase.WAS)
        for span in spans
        if not any(start < span.end_us and end > span.start_us for start, end in known)
    ]


def _note(pair: _Pair, span: Span, phase: Phase) -> Note:
    told = note(
        frozen_counter.CODE,
        from_us(span.start_us),
        from_us(span.end_us),
        source=SOURCE,
        channel=pair.counter,
        severity=frozen_counter.SEVERITY,
        proof={**span.proof, "point": pair.point},
        note_id=id_of("check", frozen_counter.CODE, str(pair.counter), str(span.start_us), phase),
    )
    return msgspec.structs.replace(told, phase=phase)


def _pairs(connection: Connection, schema: str) -> list[_Pair]:
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT c.point, c.number, g.number, c.utility, c.unit, c.resolution, c.max_per_hour, "
        f"g.unit, g.resolution, s.multiplier FROM {schema}.channel AS c "
        f"JOIN {schema}.channel AS g ON g.point = c.point AND g.kind = 'gauge' "
        "JOIN unnest(%s::text[], %s::text[]) AS b (counter, gauge) "
        "ON b.counter = c.quantity AND b.gauge = g.quantity "
        f"JOIN {schema}.segment AS s ON s.channel = c.number AND s.end_at IS NULL "
        "WHERE c.kind = 'counter' AND c.utility IS NOT NULL ORDER BY c.number",
        (list(BESIDE), list(BESIDE.values())),
    ).fetchall()
    return [
        _Pair(
            point=point,
            counter=counter,
            gauge=gauge,
            facts=CounterFacts(
                step=to_base(Utility(utility), unit) * Fraction(resolution) * Fraction(multiplier),
                max_per_hour=most,
            ),
            an_hour=to_base(Utility(utility), AN_HOUR[power][0]) * Fraction(power_resolution),
        )
        for (
            point, counter, gauge, utility, unit, resolution, most, power, power_resolution,
            multiplier,
        ) in rows
        if power in AN_HOUR
    ]  # fmt: skip


def _hours(
    connection: Connection, schema: str, pairs: Sequence[_Pair], now: datetime
) -> Mapping[int, list[Hour]]:
    rows: list[tuple[Any, ...]] = connection.execute(
        "SELECT p.counter, u.start_at, u.usage, coalesce(h.least, 0), coalesce(h.readings, 0) "
        "FROM unnest(%s::int[], %s::int[]) AS p (counter, gauge) "
        f"JOIN {schema}.usage_hour AS u ON u.channel = p.counter "
        "AND u.start_at >= %s AND u.start_at <= %s AND u.quality = ANY(%s) "
        f"LEFT JOIN {schema}.gauge_hour AS h ON h.channel = p.gauge AND h.start_at = u.start_at "
        "AND h.start_at >= %s ORDER BY p.counter, u.start_at",
        (
            [pair.counter for pair in pairs],
            [pair.gauge for pair in pairs],
            now - LOOK_BACK,
            now - SETTLED - timedelta(hours=1),
            [int(quality) for quality in _MEASURED],
            now - LOOK_BACK,
        ),
    ).fetchall()
    an_hour = {pair.counter: pair.an_hour for pair in pairs}
    hours: dict[int, list[Hour]] = {}
    for counter, start, usage, least, readings in rows:
        hours.setdefault(counter, []).append(
            Hour(
                start_us=to_us(start),
                usage=usage,
                least=least * an_hour[counter],
                readings=readings,
            )
        )
    return hours


def _known(
    connection: Connection, schema: str, counters: Sequence[int], now: datetime
) -> Mapping[int, list[tuple[int, int]]]:
    """Return start and end of the findings there are; what was explained stands anew. [us]."""
    rows: list[tuple[Any, ...]] = connection.execute(
        f"SELECT channel, start_at, end_at FROM {schema}.finding WHERE code = %s "
        "AND channel = ANY(%s) AND explained_position IS NULL AND end_at >= %s "
        "AND NOT (end_at = %s AND resolved_position IS NOT NULL) "
        "UNION ALL SELECT channel, start_at, resolved_at "
        f"FROM {schema}.finding WHERE code = %s AND channel = ANY(%s) AND end_at = %s "
        "AND resolved_position IS NOT NULL AND resolved_at >= %s",
        (
            *(frozen_counter.CODE, list(counters), now - LOOK_BACK, FOR_GOOD),
            *(frozen_counter.CODE, list(counters), FOR_GOOD, now - LOOK_BACK),
        ),
    ).fetchall()
    known: dict[int, list[tuple[int, int]]] = {}
    for channel, start, end in rows:
        known.setdefault(channel, []).append((to_us(start), to_us(end)))
    return known
