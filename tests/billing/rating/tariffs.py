"""In: clauses, and what is special. Out: tariff versions and supplies, for tests. Pure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

import numpy as np

from billing.accounts.agreed import AgreedQuantity
from billing.rating.charge import ChargeLine
from billing.rating.quantities import OWN, Quantities
from billing.rating.rate import RatedSupply, rate_supply
from billing.tariffs.clauses import Clause, EnergyClause, Tax, TaxMode, TaxRounding, Tier
from billing.tariffs.tariff import (
    DayClass,
    Rounding,
    Season,
    TariffPeriod,
    TariffVersion,
    When,
)
from energy.base.period import span_of_days
from energy.base.units import Utility
from energy.metering.usage import UsageSpan

SHANGHAI = ZoneInfo("Asia/Shanghai")
ALL = Season(key="all", start=None, end=None)
EVERY_DAY = DayClass(key="all", weekdays=frozenset(range(7)))
NAMES = {"en": "Charge"}
JUNE = (date(2025, 6, 1), date(2025, 6, 30))


def tariff_of(*clauses: Clause, **special: object) -> TariffVersion:
    """Return a tariff version of electricity in Shanghai, overridden by `special`."""
    plain = TariffVersion(
        tariff="T",
        version=1,
        names=NAMES,
        utility=Utility.ELECTRICITY,
        currency="CNY",
        zone=SHANGHAI,
        unit="kWh",
        valid_from=date(2000, 1, 1),
        valid_to=None,
        tax=Tax(mode=TaxMode.EXCLUSIVE, rate=Decimal("0.13"), rounding=TaxRounding.PER_RATE),
        rounding=Rounding(amount=2, quantity=3),
        seasons=(ALL,),
        day_classes=(EVERY_DAY,),
        periods=(),
        clauses=clauses,
        gas=None,
        sha256="0" * 64,
    )
    return replace(plain, **special)  # type: ignore[arg-type]


def period_of(key: str, *spans: tuple[int, int]) -> TariffPeriod:
    """Return a tariff period of hours of every day."""
    minutes = tuple((first * 60, after * 60) for first, after in spans)
    return TariffPeriod(
        key=key, names=NAMES, when=(When(seasons=("all",), days=("all",), spans=minutes),)
    )


DAY_AND_NIGHT = (period_of("day", (8, 20)), period_of("night", (0, 8), (20, 24)))


def energy(key: str, *tiers: tuple[str | None, str], **special: object) -> EnergyClause:
    """Return an energy charge of blocks, overridden by `special`."""
    blocks = tuple(
        Tier(upto=None if upto is None else Decimal(upto), price=Decimal(price))
        for upto, price in tiers
    )
    return replace(
        EnergyClause(key=key, names=NAMES, tiers=blocks),
        **special,  # type: ignore[arg-type]
    )


def supply(
    usage: Mapping[str, Sequence[int]] | Sequence[int],
    first: date,
    *,
    zone: ZoneInfo = SHANGHAI,
    utility: Utility = Utility.ELECTRICITY,
    step_s: int = 3600,
    agreed: Mapping[str, str] | None = None,
    **special: object,
) -> Quantities:
    """Return a supply measured from a local midnight on. [base unit]."""
    columns = usage if isinstance(usage, Mapping) else {OWN[utility]: usage}
    start = span_of_days(first, first, zone).start
    spans = {
        name: UsageSpan(
            channel=1,
            start=start,
            step_s=step_s,
            usage=np.array(values, dtype=np.int64),
            quality=np.zeros(len(values), dtype=np.uint8),
        )
        for name, values in columns.items()
    }
    known = Quantities(
        channel=1,
        usage=spans,
        agreed=tuple(
            AgreedQuantity(
                name=name,
                unit="",
                value=Decimal(value),
                valid_from=date(2000, 1, 1),
                valid_to=None,
            )
            for name, value in (agreed or {}).items()
        ),
    )
    return replace(known, **special)  # type: ignore[arg-type]


def rated(
    tariff: TariffVersion | Sequence[TariffVersion],
    known: Quantities,
    first: date,
    last: date,
    *,
    cycle_day: int | None = None,
) -> RatedSupply:
    """Rate some days of a supply."""
    versions = [tariff] if isinstance(tariff, TariffVersion) else tariff
    return rate_supply(
        point="p",
        quantities=known,
        versions=versions,
        first_day=first,
        last_day=last,
        position=1,
        cycle_day=cycle_day,
    )


def shown(charges: Sequence[ChargeLine]) -> list[tuple[str, str, str, str]]:
    """Return clause, quantity, price and amount of charge lines as texts."""
    return [
        (each.clause, str(each.quantity), str(each.price), str(each.amount)) for each in charges
    ]


def flat(first: date, last: date, watt_hours: int) -> list[int]:
    """Return the same usage for every hour of some days without a change of clocks. [Wh]."""
    return [watt_hours] * (24 * ((last - first + timedelta(days=1)).days))
