"""Demand: what counts as a window, and what a meter's own register says."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from decimal import Decimal

import pytest

from billing.errors import RatingError
from billing.rating.quantities import RegisterMaximum
from billing.tariffs.clauses import DemandBasis, DemandClause, Tier
from billing.tariffs.tariff import Season
from energy.base.quality import Quality
from tests.billing.rating.tariffs import JUNE, NAMES, flat, rated, shown, supply, tariff_of


def demand(**special: object) -> DemandClause:
    plain = DemandClause(
        key="D",
        names=NAMES,
        basis=DemandBasis.ACTUAL,
        tiers=(Tier(upto=None, price=Decimal(10)),),
        window=60,
    )
    return replace(plain, **special)  # type: ignore[arg-type]


def test_the_line_says_when_the_maximum_was() -> None:
    usage = flat(*JUNE, 1000)
    usage[200] = usage[500] = 7000
    (line,) = rated(tariff_of(demand()), supply(usage, JUNE[0]), *JUNE).charges
    assert line.quantity == Decimal("7.000")
    assert line.proof["at"] == "2025-06-09T00:00:00+00:00"


def test_a_window_with_an_interval_that_is_missing_is_no_window() -> None:
    usage = flat(*JUNE, 1000)
    usage[200:202] = [9000, 0]
    known = supply(usage, JUNE[0])
    span = known.usage["active_import"]
    quality = span.quality.copy()
    quality[201] = int(Quality.MISSING)
    known = replace(known, usage={"active_import": replace(span, quality=quality)})
    found = rated(tariff_of(demand(window=120)), known, *JUNE)
    assert [each.code for each in found.findings] == ["bill.usage_missing"]
    (line,) = found.charges
    assert line.proof["actual"] == "1.000"


def test_the_meter_s_own_maximum_is_the_legal_one() -> None:
    shown_by_meter = RegisterMaximum(first_day=JUNE[0], last_day=JUNE[1], value=Decimal("12.34"))
    known = supply(flat(*JUNE, 1000), JUNE[0], maxima=(shown_by_meter,))
    (line,) = rated(tariff_of(demand()), known, *JUNE).charges
    assert (line.quantity, line.proof["register"]) == (Decimal("12.340"), "12.34")


def test_without_any_window_there_is_a_finding_and_no_charge() -> None:
    found = rated(tariff_of(demand()), supply({}, JUNE[0]), *JUNE)
    assert [each.code for each in found.findings] == ["bill.demand_missing"]
    assert found.charges == ()


def test_windows_narrower_than_the_grid_are_refused() -> None:
    with pytest.raises(RatingError, match="windows of 15 minutes"):
        rated(tariff_of(demand(window=15)), supply(flat(*JUNE, 1), JUNE[0]), *JUNE)


def test_demand_has_blocks_of_its_own() -> None:
    tiers = (Tier(upto=Decimal(5), price=Decimal(10)), Tier(upto=None, price=Decimal(20)))
    known = supply(flat(*JUNE, 7000), JUNE[0])
    assert shown(rated(tariff_of(demand(tiers=tiers)), known, *JUNE).charges) == [
        ("D", "5.000", "10", "50.00"),
        ("D", "2.000", "20", "40.00"),
    ]


def test_a_price_of_a_season_is_charged_in_its_months_alone() -> None:
    seasons = (
        Season(key="summer", start=(6, 1), end=(8, 31)),
        Season(key="rest", start=None, end=None),
    )
    first, last = date(2025, 5, 1), date(2025, 6, 30)
    tariff = tariff_of(demand(seasons=("summer",)), seasons=seasons)
    found = rated(tariff, supply(flat(first, last, 1000), first), first, last)
    assert [each.first_day for each in found.charges] == [date(2025, 6, 1)]
