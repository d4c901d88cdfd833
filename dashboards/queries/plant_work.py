"""In: usage of a plant's meters, weather. Out: its efficiency, expected ones, starts. Pure.

An hour counts where every meter is known in all of it. What it is expected to be follows from the
hours of the past that are like it: as warm, as sunny, or the same hour of the same weekday.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from fractions import Fraction
from zoneinfo import ZoneInfo

import numpy as np
from numpy.typing import NDArray

from dashboards.formats import UNITS
from dashboards.queries.day_usage import known_of
from dashboards.queries.plant_rows import (
    Bins,
    PlantFlow,
    PlantHour,
    PlantKind,
    PlantMeter,
    PlantWork,
    Turn,
)
from energy.base.period import local_day
from energy.base.units import Utility
from energy.metering.conversion import ConversionFactors, Measure
from energy.metering.usage import UsageSpan

HOUR_S = 3600
FEWEST = 3
"""Like hours of the past without which nothing is expected."""
IDLE = 50
"""Below the greatest output divided by this the plant stands."""
WIDTH = {Bins.TEMPERATURE: 2, Bins.IRRADIANCE: 50}
"""Of a bin. [degC; W/m2]"""
Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]
KWH_PER_GJ = Fraction(2500, 9)


def kind_of(utilities: Sequence[tuple[Utility, bool]]) -> PlantKind:
    """Return what a plant is by what goes in and comes out: (utility, whether it comes out)."""
    given = {utility for utility, out in utilities if out}
    taken = {utility for utility, out in utilities if not out}
    if Utility.COOLING in given:
        return PlantKind.CHILLER
    if Utility.HEATING in given:
        electric = Utility.ELECTRICITY in taken and Utility.GAS not in taken
        return PlantKind.HEAT_PUMP if electric else PlantKind.BOILER
    if Utility.STEAM in given:
        return PlantKind.STEAM_BOILER
    return PlantKind.GENERATOR if Utility.ELECTRICITY in given else PlantKind.OTHER


def is_output(utility: Utility, utilities: Sequence[Utility], *, source: bool) -> bool:
    """Return whether a meter of a plant counts what the plant gives.

    Cooling before heat, heat before steam; electricity where it counts export or stands in the
    supply graph where something comes in.

    Args:
        utility: Of the meter.
        utilities: Of all meters of the plant.
        source: Whether the meter counts what a generator gives.
    """
    if utility is Utility.ELECTRICITY:
        return source
    first = next(
        (u for u in (Utility.COOLING, Utility.HEATING, Utility.STEAM) if u in utilities), None
    )
    return utility is first


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """What is known of a plant over its past and the selected days."""

    meters: Sequence[PlantMeter]
    spans: Mapping[str, UsageSpan]
    """By point, over one period."""
    factors: ConversionFactors
    """Say what energy a cubic metre or a tonne holds."""
    weather: Mapping[datetime, float] | None
    """Mean by the start of an hour; None where no such gauge is known. [degC or W/m2]"""
    start: datetime
    """Of the past."""
    first: datetime
    """Of the selected days."""
    now: datetime
    zone: ZoneInfo


@dataclass(frozen=True, slots=True, kw_only=True)
class _Side:
    """What went in, or came out, on one grid."""

    amount: Floats
    """[kWh, or the unit of the one utility]"""
    known: Flags


def plant_work(told: Told) -> PlantWork:
    """Return what a plant did over the selected days, beside its past."""
    takes = any(not meter.out for meter in told.meters)
    given = _side(told, HOUR_S, out=True)
    taken = _side(told, HOUR_S, out=False) if takes else given
    border = (told.first - told.start) // timedelta(seconds=HOUR_S)
    both = given.known & taken.known & (taken.amount > 0 if takes else True)
    whole = np.ones(len(both)) if not takes else taken.amount
    bins, alike = _bins(told, len(both), takes=takes)
    expected = _expected(given.amount, whole, both, alike, border)
    if bins is not Bins.WEEK_HOUR and not (both & ~np.isnan(expected))[border:].any():
        bins, alike = Bins.WEEK_HOUR, _week_hours(told, len(both))
        expected = _expected(given.amount, whole, both, alike, border)
    chosen = both & (np.arange(len(both)) >= border)
    compared = chosen & ~np.isnan(expected)
    would = float((expected * whole)[compared].sum())
    turns, run_s, known_s = _turns(told)
    total = float(taken.amount[chosen].sum())
    return PlantWork(
        flows=_flows(told, border),
        efficiency=float(given.amount[chosen].sum()) / total if takes and total else None,
        percent=_energies(told),
        like=would / float(whole[compared].sum()) if takes and compared.any() else None,
        against=float(given.amount[compared].sum()) / would if would > 0 else None,
        bins=bins,
        compared=int(compared.sum()),
        hours=_rows(told, given, taken, expected, border, takes=takes),
        run_s=run_s,
        known_s=known_s,
        turns=tuple(reversed(turns)),
        starts=sum(turn.on for turn in turns),
    )


def _energies(told: Told) -> bool:
    """Return whether all that goes in and out is known as energy."""
    return all(_kwh(told, meter.utility) is not None for meter in told.meters)


def _kwh(told: Told, utility: Utility) -> Fraction | None:
    """Return the energy of a base unit; None where nobody has said it. [kWh / base unit]."""
    held = told.factors.of(utility, Measure.GJ, local_day(told.first, told.zone))
    return None if held is None else held.per_base * KWH_PER_GJ


def _side(told: Told, step_s: int, *, out: bool) -> _Side:
    """Return the sum of a side's meters: energy where all is known as such, else one utility."""
    meters = [meter for meter in told.meters if meter.out is out]
    if not _energies(told):
        meters = [meter for meter in meters if meter.utility is _first(meters)]
    width = _seconds(told) // step_s
    amount, known = np.zeros(width), np.ones(width, dtype=np.bool_)
    for meter in meters:
        span = told.spans[meter.point]
        fold, rest = divmod(step_s, span.step_s)
        if not fold or rest:
            return _Side(amount=amount, known=np.zeros(width, dtype=np.bool_))
        there = known_of(span)[: width * fold].reshape(width, fold).all(axis=1)
        parts = span.usage[: width * fold].reshape(width, fold).sum(axis=1)
        factor = _kwh(told, meter.utility) if _energies(told) else None
        amount += np.where(there, parts, 0) * float(
            factor or Fraction(1, UNITS[meter.utility][0].per_unit)
        )
        known &= there
    return _Side(amount=amount, known=known)


def _first(meters: Sequence[PlantMeter]) -> Utility | None:
    """Return the utility that stands for a side whose utilities cannot be added up."""
    order = (Utility.GAS, Utility.STEAM, Utility.COOLING, Utility.HEATING)
    found = {meter.utility for meter in meters}
    return next((each for each in (*order, *Utility) if each in found), None)


def _seconds(told: Told) -> int:
    span = next(iter(told.spans.values()))
    return int((span.end - told.start).total_seconds())


def _bins(told: Told, many: int, *, takes: bool) -> tuple[Bins, Floats]:
    """Return what hours are alike by, and the bin of each; NaN for unknown."""
    if not told.weather:
        return Bins.WEEK_HOUR, _week_hours(told, many)
    bins = Bins.TEMPERATURE if takes else Bins.IRRADIANCE
    found = np.full(many, np.nan)
    for at, value in told.weather.items():
        number = (at - told.start) // timedelta(seconds=HOUR_S)
        if 0 <= number < many:
            found[number] = value // WIDTH[bins]
    return bins, found


def _week_hours(told: Told, many: int) -> Floats:
    """Return the hour of the week of each hour."""
    starts = (told.start + timedelta(seconds=HOUR_S * n) for n in range(many))
    local = (at.astimezone(told.zone) for at in starts)
    return np.array([float(at.weekday() * 24 + at.hour) for at in local])


def _expected(given: Floats, whole: Floats, both: Flags, alike: Floats, border: int) -> Floats:
    """Return what the past lets expect of each hour, per what is taken; NaN where nothing."""
    found = np.full(len(given), np.nan)
    past = both & (np.arange(len(given)) < border)
    for kind in np.unique(alike[~np.isnan(alike)]):
        there = past & (alike == kind)
        if there.sum() >= FEWEST and whole[there].sum() > 0:
            found[alike == kind] = given[there].sum() / whole[there].sum()
    return found


def _rows(
    told: Told, given: _Side, taken: _Side, expected: Floats, border: int, *, takes: bool
) -> tuple[PlantHour, ...]:
    end = min((told.now - told.start) // timedelta(seconds=HOUR_S), len(given.known))
    return tuple(
        PlantHour(
            start=told.start + timedelta(seconds=HOUR_S * n),
            given=float(given.amount[n]) if given.known[n] else None,
            taken=float(taken.amount[n]) if takes and taken.known[n] else None,
            expected=None if np.isnan(expected[n]) else float(expected[n]),
        )
        for n in range(border, end)
    )


def _flows(told: Told, border: int) -> tuple[PlantFlow, ...]:
    """Return what went in and came out by utility, as far as it is known."""
    found: dict[tuple[bool, Utility], int | None] = {}
    for meter in told.meters:
        span = told.spans[meter.point]
        begun = border * HOUR_S // span.step_s
        there = known_of(span)[begun:]
        own = int(span.usage[begun:][there].sum()) if there.any() else None
        before = found.get((not meter.out, meter.utility))
        found[not meter.out, meter.utility] = (
            own if before is None else before if own is None else before + own
        )
    return tuple(
        PlantFlow(utility=utility, out=not taken, amount=amount)
        for (taken, utility), amount in sorted(found.items())
    )


def _turns(told: Told) -> tuple[list[Turn], int, int]:
    """Return starts and stops of the selected days, the time run, the time known. [s, s]."""
    step_s = max(told.spans[meter.point].step_s for meter in told.meters if meter.out)
    given = _side(told, step_s, out=True)
    step = timedelta(seconds=step_s)
    floor = float(given.amount[given.known].max(initial=0)) / IDLE
    begun, over = (told.first - told.start) // step, (told.now - told.start) // step
    turns: list[Turn] = []
    before: bool | None = None
    since: datetime | None = None
    run_s = known_s = 0
    for n in range(begun, min(over, len(given.known))):
        at = told.start + step * n
        on = bool(given.amount[n] > floor) if given.known[n] else None
        known_s += step_s * (on is not None)
        run_s += step_s * bool(on)
        if on is not None and before is not None and on is not before:
            lasted = None if since is None else int((at - since).total_seconds())
            turns.append(Turn(at=at, on=on, before_s=lasted))
            since = at
        elif on is None:
            since = None
        before = on
    return turns, run_s, known_s
