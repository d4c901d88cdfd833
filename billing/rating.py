"""Step 5b of 6. From: usage and tariff versions. To: charge lines. Pure.

A period is split where the tariff version changes; each part is rated by its own version. The
quantity is rounded to the tariff's digits before it is multiplied; the unrounded amount is kept
beside the rounded one.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import groupby
from typing import assert_never

from billing.charge import ChargeLine, Determinants, TariffSpan
from billing.determinants import determinants_of
from billing.money import round_half_up, spread
from billing.prices import fixed, time_of_use, unit
from billing.tariff import Clause, EnergyClause, FixedClause, TariffVersion
from energy.base.finding import Finding, Severity
from energy.base.period import days_between, span_of_days
from energy.metering.usage import UsageSpan

TARIFF_MISSING_CODE = "bill.tariff_missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedSupply:
    """Charge lines of one supply; with findings they must not be billed."""

    charges: tuple[ChargeLine, ...]
    findings: tuple[Finding, ...]


def rate_supply(
    *,
    point: str,
    span: UsageSpan,
    versions: Sequence[TariffVersion],
    first_day: date,
    last_day: date,
    position: int,
) -> RatedSupply:
    """Return the charge lines of one supply over some local days.

    Args:
        point: Metering point, part of the lines' ids.
        span: Usage of its billing channel. [base unit]
        versions: Every version of its tariff, of one zone; at least one.
        first_day: First local day.
        last_day: Last local day, included.
        position: Metering position that the usage reflects.

    Raises:
        RatingError: A tariff period begins inside a usage interval.
    """
    charges: list[ChargeLine] = []
    findings: list[Finding] = []
    zone = versions[0].zone
    for tariff, first, last in tariff_spans(versions, first_day, last_day):
        period = span_of_days(first, last, zone)
        if tariff is None:
            findings.append(
                Finding(
                    code=TARIFF_MISSING_CODE,
                    severity=Severity.DO_NOT_BILL,
                    channel=span.channel,
                    start=period.start,
                    end=period.end,
                    position=position,
                    proof={"tariff": versions[0].tariff},
                )
            )
            continue
        usage, gaps = determinants_of(span, tariff, period, position=position)
        findings.extend(gaps)
        part = TariffSpan(
            tariff=tariff, point=point, channel=span.channel, first_day=first, last_day=last
        )
        for clause in tariff.clauses:
            charges.extend(charge_lines(usage, clause, part))
    return RatedSupply(charges=tuple(_whole_months(charges)), findings=tuple(findings))


def tariff_spans(
    versions: Sequence[TariffVersion], first_day: date, last_day: date
) -> list[tuple[TariffVersion | None, date, date]]:
    """Return runs of days under one tariff version; None where no version holds.

    Args:
        versions: Versions of one tariff; the latest `valid_from` counts, then the highest number.
        first_day: First local day.
        last_day: Last local day, included.
    """
    runs: list[tuple[TariffVersion | None, date, date]] = []
    days = days_between(first_day, last_day)
    for tariff, run in groupby(days, key=lambda day: version_on(versions, day)):
        span = list(run)
        runs.append((tariff, span[0], span[-1]))
    return runs


def version_on(versions: Sequence[TariffVersion], day: date) -> TariffVersion | None:
    """Return the version of a tariff that holds on a local day, or None."""
    holding = [
        each
        for each in versions
        if each.valid_from <= day and (each.valid_to is None or day < each.valid_to)
    ]
    return max(holding, key=lambda each: (each.valid_from, each.version), default=None)


def charge_lines(usage: Determinants, clause: Clause, span: TariffSpan) -> list[ChargeLine]:
    """Return the charge lines of one clause by its price model."""
    match clause:
        case EnergyClause(period=None):
            return unit.charge_lines(usage, clause, span)
        case EnergyClause():
            return time_of_use.charge_lines(usage, clause, span)
        case FixedClause():
            return fixed.charge_lines(usage, clause, span)
        case _:
            assert_never(clause)


def _whole_months(charges: Sequence[ChargeLine]) -> list[ChargeLine]:
    """Let the parts of a month that a new tariff version split add up to the month's amount.

    Only parts of one clause at one price in one calendar month are taken together.
    """
    groups: dict[tuple[str, Decimal, int, int], list[int]] = {}
    for n, charge in enumerate(charges):
        if charge.unit == "month":
            day = charge.first_day
            groups.setdefault((charge.clause, charge.price, day.year, day.month), []).append(n)
    levelled = list(charges)
    for members in groups.values():
        if len(members) == 1:
            continue
        exact = [charges[n].unrounded for n in members]
        digits = -int(charges[members[0]].amount.as_tuple().exponent)
        whole = round_half_up(sum(exact, Fraction(0)), digits)
        for n, part in zip(members, spread(whole, exact, digits), strict=True):
            levelled[n] = replace(charges[n], amount=part)
    return levelled
