"""In: supplies, tariff versions, days. Out: their charge lines, by an ordered list of steps. Pure.

The list `STEPS` is the whole of rating: each step takes what the ones before it left. A clause's
price model is the one of its kind in `MODELS`; within a step clauses go in the tariff's order.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction
from typing import Any

from billing.money import round_half_up, spread
from billing.rating.blocks import gaps, stack_of
from billing.rating.charge import ChargeLine, TariffSpan
from billing.rating.determinants import missing
from billing.rating.measured import Measured, Positions, VersionStack
from billing.rating.prices import (
    adder,
    agreed,
    demand,
    energy,
    fixed,
    minimum,
    over_quota,
    power_factor,
    surcharge,
)
from billing.rating.quantities import OWN, Quantities, registers_within
from billing.tariffs.clauses import (
    AdderClause,
    AgreedClause,
    Clause,
    DemandClause,
    EnergyClause,
    FixedClause,
    MinimumClause,
    OverQuotaClause,
    PowerFactorClause,
    SurchargeClause,
)
from billing.tariffs.day_calendar import CALENDAR_UNPUBLISHED_CODE
from billing.tariffs.tariff import TariffVersion
from energy.base.finding import Finding, Severity
from energy.base.period import span_of_days

TARIFF_MISSING_CODE = "bill.tariff_missing"

Model = Callable[[Measured, Any], list[ChargeLine]]
"""A price model: the supply and a clause of its kind -> charge lines."""

MODELS: dict[type[Clause], Model] = {
    EnergyClause: energy.charge_lines,
    DemandClause: demand.charge_lines,
    FixedClause: fixed.charge_lines,
    AgreedClause: agreed.charge_lines,
    AdderClause: adder.charge_lines,
    OverQuotaClause: over_quota.charge_lines,
    PowerFactorClause: power_factor.charge_lines,
    MinimumClause: minimum.charge_lines,
    SurchargeClause: surcharge.charge_lines,
}
RESTING = (PowerFactorClause, MinimumClause, SurchargeClause)
"""Kinds that rest on the amounts of charges before them."""


@dataclass(slots=True, kw_only=True)
class Work:
    """Supplies of one stack on their way through the steps."""

    points: Sequence[str]
    supplies: Sequence[Quantities]
    """All with the same quantities on the same grids."""
    versions: Sequence[TariffVersion]
    first_day: date
    last_day: date
    position: int
    cycle_day: int | None
    spans: list[tuple[TariffVersion | None, date, date]] = field(default_factory=list)
    """Runs of days under one tariff version."""
    parts: list[list[Measured]] = field(default_factory=list)
    """For each supply: its days under each version that may be rated."""
    findings: list[list[Finding]] = field(default_factory=list)
    """For each supply."""
    lines: list[list[dict[int, list[ChargeLine]]]] = field(default_factory=list)
    """For each supply and part: charge lines by the place of their clause."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """One step of rating."""

    name: str
    says: str
    run: Callable[[Work], None]


def run_steps(work: Work) -> None:
    """Take supplies through all steps, in order."""
    for step in STEPS:
        step.run(work)


def tariff_spans(
    versions: Sequence[TariffVersion], first_day: date, last_day: date
) -> list[tuple[TariffVersion | None, date, date]]:
    """Return runs of days under one tariff version; None where no version holds.

    Args:
        versions: Versions of one tariff; the latest `valid_from` counts, then the highest number.
        first_day: First local day.
        last_day: Last local day, included.
    """
    changes = {
        day
        for each in versions
        for day in (each.valid_from, each.valid_to)
        if day is not None and first_day < day <= last_day
    }
    runs: list[tuple[TariffVersion | None, date, date]] = []
    begins = [first_day, *sorted(changes)]
    ends = [*(day - timedelta(days=1) for day in begins[1:]), last_day]
    for first, last in zip(begins, ends, strict=True):
        tariff = version_on(versions, first)
        begun = runs.pop()[1] if runs and runs[-1][0] is tariff else first
        runs.append((tariff, begun, last))
    return runs


def version_on(versions: Sequence[TariffVersion], day: date) -> TariffVersion | None:
    """Return the version of a tariff that holds on a local day, or None."""
    holding = [
        each
        for each in versions
        if each.valid_from <= day and (each.valid_to is None or day < each.valid_to)
    ]
    return max(holding, key=lambda each: (each.valid_from, each.version), default=None)


def _cut(work: Work) -> None:
    """Cut the days where the tariff version changes; days without one are a finding."""
    work.spans = tariff_spans(work.versions, work.first_day, work.last_day)
    zone = work.versions[0].zone
    stack = stack_of(work.supplies, span_of_days(work.first_day, work.last_day, zone))
    rated = [(t, VersionStack(stack, t, a, b), a, b) for t, a, b in work.spans if t is not None]
    for row, (point, supply) in enumerate(zip(work.points, work.supplies, strict=True)):
        positions = Positions(supply.history)
        work.findings.append(
            [
                _do_not_bill(work, supply, TARIFF_MISSING_CODE, (first, last), tariff=name)
                for tariff, first, last in work.spans
                if tariff is None and (name := work.versions[0].tariff)
            ]
        )
        work.parts.append(
            [
                Measured(
                    stack=columns,
                    row=row,
                    supply=supply,
                    span=TariffSpan(
                        tariff=tariff,
                        point=point,
                        channel=supply.channel,
                        first_day=first,
                        last_day=last,
                        billed=(work.first_day, work.last_day),
                        cycle_day=work.cycle_day,
                    ),
                    position=work.position,
                    positions=positions,
                )
                for tariff, columns, first, last in rated
            ]
        )


def _complete(work: Work) -> None:
    """Find what is missing: usage that a charge needs is never a zero."""
    for row, parts in enumerate(work.parts):
        for part in parts:
            for name in _priced(part.tariff):
                work.findings[row].extend(_gaps(part, name))


def _calendars(work: Work) -> None:
    """Find days whose class no calendar says or no tariff period has, and leave them unrated."""
    for row, parts in enumerate(work.parts):
        told: list[Measured] = []
        for part in parts:
            span = part.span
            unknown = _unpublished(part)
            if not unknown:
                told.append(part)
                continue
            work.findings[row].append(
                _do_not_bill(
                    work,
                    part.supply,
                    CALENDAR_UNPUBLISHED_CODE,
                    (span.first_day, span.last_day),
                    **unknown,
                )
            )
        work.parts[row] = told
        work.lines.append([{} for _ in told])


def _own_charges(work: Work) -> None:
    """Price what is charged for itself: energy, demand, fixed, agreed, adders, quotas."""
    for parts, lines in zip(work.parts, work.lines, strict=True):
        earlier: list[ChargeLine] = []
        for part, by_clause in zip(parts, lines, strict=True):
            part.earlier = list(earlier)
            part.bill = parts
            by_clause.update(price_own(part))
            earlier.extend(part.charges)


def price_own(part: Measured) -> dict[int, list[ChargeLine]]:
    """Return the lines of the charges that rest on no others, by the place of their clause.

    Args:
        part: A supply under one tariff version; keeps the lines too.
    """
    lines: dict[int, list[ChargeLine]] = {}
    for place, clause in enumerate(part.tariff.clauses):
        if not isinstance(clause, RESTING):
            lines[place] = MODELS[type(clause)](part, clause)
            part.charges.extend(lines[place])
    return lines


def _level(work: Work) -> None:
    """Let the parts of a month that a change split add up to the month's amount."""
    for lines in work.lines:
        prorated = sum(
            charge.part_of is not None
            for by_clause in lines
            for charges in by_clause.values()
            for charge in charges
        )
        if prorated < 2:
            continue
        at = [
            (by_clause, place, n)
            for by_clause in lines
            for place in by_clause
            for n in range(len(by_clause[place]))
        ]
        flat = [by_clause[place][n] for by_clause, place, n in at]
        for (by_clause, place, n), charge in zip(at, levelled(flat), strict=True):
            by_clause[place][n] = charge


def _resting_charges(work: Work) -> None:
    """Price what rests on the charges before it: power factor, surcharge, minimum."""
    for row, (parts, lines) in enumerate(zip(work.parts, work.lines, strict=True)):
        for part, by_clause in zip(parts, lines, strict=True):
            part.charges = []
            for place, clause in enumerate(part.tariff.clauses):
                if isinstance(clause, RESTING):
                    by_clause[place] = MODELS[type(clause)](part, clause)
                part.charges.extend(by_clause[place])
            work.findings[row].extend(part.findings)


STEPS: tuple[Step, ...] = (
    Step(name="cut", says="days are cut where the tariff version changes", run=_cut),
    Step(name="complete", says="usage that is missing is a finding", run=_complete),
    Step(name="calendars", says="a year not published is a finding", run=_calendars),
    Step(name="own", says="each charge by its price model", run=_own_charges),
    Step(name="level", says="parts of one month add up to it", run=_level),
    Step(name="resting", says="charges on other charges, in the order", run=_resting_charges),
    Step(name="level again", says="parts of these add up too", run=_level),
)
"""What is done to supplies, in order. Tax follows once for the whole bill (tax.settle)."""


def levelled(charges: Sequence[ChargeLine]) -> list[ChargeLine]:
    """Return charge lines of which the parts of one whole add up to its rounded amount.

    Only parts of one clause at one price in one month (season, year) are taken together.
    """
    groups: dict[tuple[str, str, str | None, Decimal, str], list[int]] = {}
    for n, charge in enumerate(charges):
        if charge.part_of is not None:
            key = (charge.clause, charge.unit, charge.period, charge.price, charge.part_of)
            groups.setdefault(key, []).append(n)
    result = list(charges)
    for members in groups.values():
        if len(members) == 1:
            continue
        exact = [charges[n].unrounded for n in members]
        digits = -int(charges[members[0]].amount.as_tuple().exponent)
        whole = round_half_up(sum(exact, Fraction(0)), digits)
        if {each < 0 for each in exact if each} == {True, False}:
            continue
        for n, part in zip(members, spread(whole, exact, digits), strict=True):
            result[n] = replace(charges[n], amount=part)
    return result


def _priced(tariff: TariffVersion) -> list[str]:
    """Return the quantities that must be known whole: the tariff's own, and what charges name."""
    names = {OWN[tariff.utility]: None}
    for clause in tariff.clauses:
        if isinstance(clause, EnergyClause | DemandClause) and clause.quantity is not None:
            names[clause.quantity] = None
        if isinstance(clause, PowerFactorClause):
            names.update(dict.fromkeys(clause.reactive))
    return list(names)


def _gaps(part: Measured, quantity: str) -> list[Finding]:
    span = part.span
    grid = part.stack.grid(quantity)
    if grid is None or grid.unknown is None:
        return []
    if registers_within(part.supply.registers, quantity, span.first_day, span.last_day):
        return []
    step = timedelta(seconds=grid.series.step_s)
    return [
        missing(part.supply.channel, grid.period.start, step, first, after, part.position)
        for first, after in gaps(grid.unknown[part.row])
    ]


def _unpublished(part: Measured) -> dict[str, object]:
    """Return what is not known of the days' classes; empty where all is."""
    tariff, span = part.tariff, part.span
    if not tariff.periods:
        return {}
    if tariff.calendar is not None:
        years = range(span.first_day.year, span.last_day.year + 1)
        unknown = [year for year in years if year not in tariff.calendar.years]
        if unknown:
            return {"calendar": tariff.calendar.name, "years": unknown}
    grid = part.stack.grid(part.own)
    if grid is not None and (grid.codes < 0).any():
        return {"calendar": tariff.calendar.name if tariff.calendar else tariff.tariff}
    return {}


def _do_not_bill(
    work: Work, supply: Quantities, code: str, days: tuple[date, date], **proof: object
) -> Finding:
    span = span_of_days(*days, work.versions[0].zone)
    return Finding(
        code=code,
        severity=Severity.DO_NOT_BILL,
        channel=supply.channel,
        start=span.start,
        end=span.end,
        position=work.position,
        proof=proof,
    )
