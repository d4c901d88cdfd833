"""In: the bills of the weeks. Out: held to the cent against arithmetic of its own. I/O: reads.

Electricity is worked out here from what the simulator's register showed, quarter by quarter, with
the prices of its tariff. Water is by hand: the restaurant's meter counts 10.00 m3 a day.

First week, 19 to 25 October: 70.00 x 5.86 = 410.20; of the month's 30.00 seven days of 31 are 6.77;
with 9 % (37.53) of 416.97 the water comes to 454.50.
The inspection found that the meter shows 20 % too little: 70.00 x 20/80 = 17.50 m3 were missed.
17.50 x 5.86 = 102.55; 9 % of 519.52 are 46.76, 9.23 more: 111.78 stand on the next bill.
Second week to 31 October, six days: 60.00 x 5.86 = 351.60 and 5.81; with 9 % (32.17) 389.58.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date, timedelta
from decimal import Decimal
from typing import Any, Final

from energy.base.period import midnight
from tests.energy_company.company import BILLED, QUARTER, Company
from tests.energy_company.office import Office
from tests.energy_company.script import ZONE
from tests.office.airport import BANDS, band_of, rounded

WATER_OF: Final = {date(2026, 10, 19): Decimal("454.50"), date(2026, 10, 26): Decimal("389.58")}
MISSED: Final = Decimal("111.78")
BILLS: Final = {
    ("A-FOOD", date(2026, 10, 19), date(2026, 10, 25)): "t2-food-001-elec",
    ("A-SHOP", date(2026, 10, 19), date(2026, 10, 25)): "t1-shop-001-elec",
    ("A-BOOK", date(2026, 10, 23), date(2026, 10, 25)): "t2-shop-001-elec",
    ("A-SHOP", date(2026, 10, 26), date(2026, 10, 27)): "t1-shop-001-elec",
    ("A-FOOD", date(2026, 10, 26), date(2026, 10, 31)): "t2-food-001-elec",
    ("A-NEXT", date(2026, 10, 28), date(2026, 10, 31)): "t1-shop-001-elec",
}
"""Account and days -> the electricity meter that is billed."""


def bills_are_right(at: Company, office: Office) -> None:
    """Hold every bill that was issued against arithmetic of its own."""
    rows = at.site.rows("SELECT number FROM {s}.invoice WHERE number IS NOT NULL")
    documents = [office.bill(number) for (number,) in rows]
    told, found = {}, {}
    for each in documents:
        days = (date.fromisoformat(each["period"][name]) for name in ("first_day", "last_day"))
        found[(each["account"]["key"], *days)] = Decimal(each["totals"]["total"])
    for (account, first, last), point in BILLS.items():
        total = electricity(at, point, first, last)
        if account == "A-FOOD":
            total += WATER_OF[first] + (MISSED if first.day == 26 else 0)
        told[account, first, last] = total
    assert found == told


def electricity(at: Company, point: str, first: date, last: date) -> Decimal:
    """Return what some days of an electricity meter cost with tax. [currency]."""
    begin, end = midnight(first, ZONE), midnight(last + timedelta(days=1), ZONE)
    name = next(each for each in BILLED if each[0] == point)
    per_count = next(e.per_count for e in at.world.airport.metered if e.point == point)
    wh = dict.fromkeys(BANDS, 0)
    while begin < end:
        used = at.world.count(name, begin + QUARTER) - at.world.count(name, begin)
        wh[band_of(begin.astimezone(ZONE).hour)] += used * per_count
        begin += QUARTER
    return _with_tax(
        {band: rounded(Decimal(used) / 1000) for band, used in wh.items()}, first, last
    )


def _with_tax(kwh: Mapping[str, Decimal], first: date, last: date) -> Decimal:
    net = sum((rounded(kwh[band] * Decimal(price)) for band, price in BANDS.items()), Decimal(0))
    net += rounded(Decimal("3.2") * ((last - first).days + 1))
    return net + rounded(net * Decimal("0.13"))


def what_was_missed_is_said(at: Company, office: Office) -> None:
    """Hold the line of what the inspection found: on the next bill, with its number."""
    number = office.bills_of("A-FOOD")[-1]
    adjusted: list[dict[str, Any]] = office.bill(number)["adjustments"]
    (entry,) = adjusted
    assert (Decimal(entry["gross"]), len(entry["inspections"])) == (MISSED, 1)
    rows = at.site.rows("SELECT state, missed ->> 'total' FROM {s}.inspection")
    assert rows == [("approved", "17500")]
