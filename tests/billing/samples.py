"""In: nothing. Out: facts of an invoice with electricity and gas, for tests. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime, timedelta
from fractions import Fraction
from functools import cache
from pathlib import Path
from zoneinfo import ZoneInfo

import numpy as np

from billing.invoices.invoice_facts import InvoiceFacts, Issuer, RegisterFacts, SupplyFacts
from billing.tariffs.tariff import TariffVersion
from billing.tariffs.tariff_file import parse_tariff
from energy.base.period import Period, month_period
from energy.base.quality import Quality
from energy.base.units import Utility
from energy.metering.usage import UsageSpan

LONDON = ZoneInfo("Europe/London")
JANUARY = month_period(2019, 1, LONDON)
TARIFFS = Path(__file__).parents[2] / "simulator" / "sites" / "cambridge" / "tariffs"
ISSUER = Issuer(
    name="Cambridge campus",
    address="Estates office\n1 College Lane\nCambridge CB2 1TN",
    tax_number="GB 123 4567 89",
    prefix="CAM",
    payment_days=30,
)


@cache
def campus_tariff(utility: str) -> TariffVersion:
    """Return a tariff version of the demo site."""
    return parse_tariff((TARIFFS / f"campus-{utility}.toml").read_text(encoding="utf-8"))


def span(
    usage: Sequence[int], start: datetime, *, channel: int = 1, step_s: int = 900
) -> UsageSpan:
    """Return measured usage. [base unit]."""
    return UsageSpan(
        channel=channel,
        start=start,
        step_s=step_s,
        usage=np.array(usage, dtype=np.int64),
        quality=np.zeros(len(usage), dtype=np.uint8),
    )


def shaped(period: Period, scale: int, *, channel: int) -> UsageSpan:
    """Return usage that looks like a building's, whole base units every 15 minutes."""
    count = (period.end - period.start) // timedelta(minutes=15)
    steps = np.arange(count)
    hour, day = steps // 4 % 24, steps // 96
    working = ((hour >= 8) & (hour < 18) & ((day + 1) % 7 < 5)).astype(np.int64)
    usage = scale * (4 + 9 * working + (steps * 7919 % 5)) + steps % 7
    return span(usage.tolist(), period.start, channel=channel)


def register(usage: UsageSpan, period: Period, **facts: object) -> RegisterFacts:
    """Return the register that proves some usage of a whole period; overridden by `facts`."""
    base = RegisterFacts(
        serial="CAM-E-0002",
        opening_at=period.start,
        opening_count=12_345_600,
        opening_quality=Quality.MEASURED,
        opening_position=7,
        closing_at=period.end,
        closing_count=12_345_600 + int(usage.usage.sum()),
        closing_quality=Quality.MEASURED,
        closing_position=4711,
        multiplier=Fraction(1),
        resolution=Fraction(1, 1000),
        modulus=10**12,
        unit="kWh",
    )
    return replace(base, **facts)  # type: ignore[arg-type]


def electricity(**facts: object) -> SupplyFacts:
    """Return a month of electricity; overridden by `facts`."""
    usage = shaped(JANUARY, 1733, channel=1)
    supply = SupplyFacts(
        point="cam-b2-elec",
        name="Building 2",
        utility=Utility.ELECTRICITY,
        tariff="campus-electricity",
        versions=[campus_tariff("electricity")],
        first_day=date(2019, 1, 1),
        last_day=date(2019, 1, 31),
        channel=1,
        span=usage,
        registers=[register(usage, JANUARY)],
        findings=[],
    )
    return replace(supply, **facts)  # type: ignore[arg-type]


def gas(**facts: object) -> SupplyFacts:
    """Return a month of gas in pulses of 0.01 m3; overridden by `facts`."""
    usage = shaped(JANUARY, 110, channel=2)
    pulses = span((usage.usage // 10 * 10).tolist(), JANUARY.start, channel=2)
    supply = SupplyFacts(
        point="cam-b2-gas",
        name="Building 2",
        utility=Utility.GAS,
        tariff="campus-gas",
        versions=[campus_tariff("gas")],
        first_day=date(2019, 1, 1),
        last_day=date(2019, 1, 31),
        channel=2,
        span=pulses,
        registers=[
            register(
                pulses,
                JANUARY,
                serial="CAM-G-0002",
                opening_count=880_123,
                closing_count=880_123 + int(pulses.usage.sum()) // 10,
                resolution=Fraction(1, 100),
                modulus=100_000_000,
                unit="m3",
            )
        ],
        findings=[],
    )
    return replace(supply, **facts)  # type: ignore[arg-type]


def invoice_facts(*supplies: SupplyFacts, **facts: object) -> InvoiceFacts:
    """Return the facts of a January invoice; overridden by `facts`."""
    base = InvoiceFacts(
        issuer=ISSUER,
        account="A-0002",
        language="en",
        currency="GBP",
        zone="Europe/London",
        first_day=date(2019, 1, 1),
        last_day=date(2019, 1, 31),
        dated=date(2019, 2, 1),
        supplies=supplies or (electricity(), gas()),
        findings=(),
        run="2019-01-01/2019-01-31/all/1",
        metering_position=5000,
        books_position=40,
    )
    return replace(base, **facts)  # type: ignore[arg-type]
