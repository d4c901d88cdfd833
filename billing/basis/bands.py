"""In: usage of a meter's own band registers. Out: sums a tariff period, and what differs. Pure.

Billing basis `meter_tariff_registers`: the meter itself tells its bands apart, by its own clock.
Which band is which period of the tariff says the contract; without a word the names are the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, datetime
from decimal import Decimal
from fractions import Fraction

from billing.basis.register import RegisterUsage, Where
from billing.rating.quantities import RegisterSum
from billing.tariffs.tariff import TariffVersion
from energy.base.finding import Finding, Severity
from energy.base.quality import Quality

DIFFERS_CODE = "bill.basis_differs"
NO_BANDS_CODE = "bill.no_band_registers"
BANDS = ("sharp", "peak", "flat", "valley", *(f"t{tariff}" for tariff in range(1, 9)))
"""Suffixes of the quantities of band registers (adapters/quantities.py)."""


def band_of(quantity: str, whole: str) -> str | None:
    """Return the band that a quantity is of: "active_energy_import_peak" is "peak".

    Args:
        quantity: Of a channel.
        whole: Quantity of the register that counts all bands.
    """
    band = quantity.removeprefix(f"{whole}_")
    return band if band != quantity and band in BANDS else None


def register_sums(usage: RegisterUsage, quantity: str, period: str | None) -> list[RegisterSum]:
    """Return what a register counted as the rating takes it.

    Args:
        usage: Its slices.
        quantity: As the rating names it, `active_import`.
        period: Period of the tariff; None for the register of the whole.
    """
    return [
        RegisterSum(
            quantity=quantity,
            first_day=each.first_day,
            last_day=each.last_day,
            base_units=each.base_units,
            period=period,
            quality=each.quality,
        )
        for each in usage.slices
    ]


def band_sums(
    bands: Mapping[str, RegisterUsage], periods: Mapping[str, str], quantity: str
) -> list[RegisterSum]:
    """Return what the band registers counted, summed by period of the tariff and slice.

    Args:
        bands: Band -> its slices; all are cut at the same days.
        periods: Band -> period of the tariff; bands that are not named keep their name.
        quantity: As the rating names it.
    """
    sums: dict[tuple[date, date, str], RegisterSum] = {}
    for band, usage in bands.items():
        period = periods.get(band, band)
        for each in register_sums(usage, quantity, period):
            key = (each.first_day, each.last_day, period)
            known = sums.get(key)
            sums[key] = each if known is None else _added(known, each)
    return [sums[key] for key in sorted(sums)]


def in_only_period(
    sums: Sequence[RegisterSum], versions: Sequence[TariffVersion]
) -> list[RegisterSum]:
    """Return sums of the whole again as those of a period, where the tariff has one period only.

    What is used is used in that period, whatever its shape in time.

    Args:
        sums: Each within the days of one tariff version.
        versions: Of the tariff.
    """
    found = []
    for each in sums:
        held = [v for v in versions if v.valid_from <= each.first_day]
        version = max(held, key=lambda v: (v.valid_from, v.version), default=None)
        if each.period is None and version is not None and len(version.periods) == 1:
            found.append(replace(each, period=version.periods[0].key))
    return found


def _added(first: RegisterSum, second: RegisterSum) -> RegisterSum:
    worse = Quality.ESTIMATED in (first.quality, second.quality)
    return RegisterSum(
        quantity=first.quantity,
        first_day=first.first_day,
        last_day=first.last_day,
        base_units=first.base_units + second.base_units,
        period=first.period,
        quality=Quality.ESTIMATED if worse else max(first.quality, second.quality),
    )


def differs(
    billed: int,
    other: int,
    *,
    names: tuple[str, str],
    tolerance_percent: Decimal,
    least: int,
    span: tuple[datetime, datetime],
    where: Where,
) -> list[Finding]:
    """Return a warning where two bases differ by more than is tolerated.

    Args:
        billed: What is billed. [base unit]
        other: What the other basis says. [base unit]
        names: Of both bases.
        tolerance_percent: Of what is billed. [%]
        least: Difference that is always tolerated: the last digits of registers. [base unit]
        span: First and last instant.
        where: Channel and position of the finding.
    """
    most = max(Fraction(abs(billed)) * Fraction(tolerance_percent) / 100, Fraction(least))
    if abs(billed - other) <= most:
        return []
    proof = {names[0]: billed, names[1]: other, "tolerance_percent": str(tolerance_percent)}
    return [
        Finding(
            code=DIFFERS_CODE,
            severity=Severity.WARN,
            channel=where.channel,
            start=span[0],
            end=span[1],
            position=where.position,
            proof=proof,
        )
    ]


def no_bands(span: tuple[datetime, datetime], where: Where, known: Sequence[str]) -> Finding:
    """Return the finding that a point has no band registers to bill by."""
    return Finding(
        code=NO_BANDS_CODE,
        severity=Severity.DO_NOT_BILL,
        channel=where.channel,
        start=span[0],
        end=span[1],
        position=where.position,
        proof={"quantities": list(known)},
    )
