"""Energy charges where usage has no shape, prices are missing, or blocks meet changes."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction

import pytest

from billing.errors import RatingError
from billing.rating.quantities import History, OpeningPosition, RegisterSum
from billing.tariffs.clauses import (
    AdderClause,
    PriceMonth,
    PriceParts,
    PriceTable,
    TierKind,
    TierMode,
    TierSpan,
)
from energy.base.quality import Quality
from tests.billing.rating.tariffs import (
    DAY_AND_NIGHT,
    JUNE,
    NAMES,
    energy,
    flat,
    rated,
    shown,
    supply,
    tariff_of,
)


def register(first: int, last: int, units: int | Fraction, **more: object) -> RegisterSum:
    return RegisterSum(
        quantity="active_import",
        first_day=date(2025, 6, first),
        last_day=date(2025, 6, last),
        base_units=units,
        **more,  # type: ignore[arg-type]
    )


def test_a_register_is_billed_exactly_and_not_marked_estimated() -> None:
    known = supply({}, JUNE[0], registers=(register(1, 30, Fraction(10_001, 3)),))
    (line,) = rated(tariff_of(energy("E", (None, "1"))), known, *JUNE).charges
    assert (line.quantity, line.worst) == (Decimal("3.334"), Quality.MEASURED)


def test_band_registers_are_billed_by_their_tariff_periods() -> None:
    known = supply(
        {},
        JUNE[0],
        registers=(register(1, 30, 70_000, period="day"), register(1, 30, 30_000, period="night")),
    )
    tariff = tariff_of(
        energy("D", (None, "1"), period="day"),
        energy("N", (None, "0.5"), period="night"),
        AdderClause(key="FUND", names=NAMES, price=Decimal("0.1")),
        periods=DAY_AND_NIGHT,
    )
    assert shown(rated(tariff, known, *JUNE).charges) == [
        ("D", "70.000", "1", "70.00"),
        ("N", "30.000", "0.5", "15.00"),
        ("FUND", "100.000", "0.1", "10.00"),
    ]


def test_a_register_of_the_whole_has_no_price_by_time_of_day() -> None:
    known = supply({}, JUNE[0], registers=(register(1, 30, 70_000),))
    tariff = tariff_of(energy("D", (None, "1"), period="day"), periods=DAY_AND_NIGHT)
    found = rated(tariff, known, *JUNE)
    assert [each.code for each in found.findings] == ["bill.shape_needed"]
    assert found.charges == ()


def test_a_register_is_never_cut_where_nobody_read_it() -> None:
    known = supply({}, JUNE[0], registers=(register(1, 30, 70_000),))
    early = tariff_of(energy("E", (None, "1")))
    later = tariff_of(energy("E", (None, "2")), valid_from=date(2025, 6, 11), version=2)
    found = rated([early, later], known, *JUNE)
    assert {each.code for each in found.findings} == {"bill.days_not_read"}
    read = supply({}, JUNE[0], registers=(register(1, 10, 30_000), register(11, 30, 40_000)))
    assert shown(rated([early, later], read, *JUNE).charges) == [
        ("E", "30.000", "1", "30.00"),
        ("E", "40.000", "2", "80.00"),
    ]


def test_a_quantity_that_is_not_metered_is_a_finding() -> None:
    tariff = tariff_of(energy("R", (None, "1"), quantity="reactive_import", unit="kvarh"))
    (finding,) = rated(tariff, supply(flat(*JUNE, 1), JUNE[0]), *JUNE).findings
    assert finding.code == "bill.quantity_missing"


def test_a_month_without_a_published_price_is_a_finding() -> None:
    row = PriceMonth(month="2025-05", values={"base": Decimal("0.4")}, sha256="")
    table = PriceTable(name="grid", months={"2025-05": row})
    parts = PriceParts(table="grid", base="base", factor=Decimal(1), adders=())
    tariff = tariff_of(energy("E", parts=parts), tables={"grid": table})
    found = rated(tariff, supply(flat(*JUNE, 1), JUNE[0]), *JUNE)
    (finding,) = found.findings
    assert (finding.code, finding.proof["month"]) == ("bill.price_unpublished", "2025-06")


def test_blocks_within_periods_must_say_how_they_meet() -> None:
    tariff = tariff_of(energy("D", ("1", "1"), (None, "2"), period="day"), periods=DAY_AND_NIGHT)
    with pytest.raises(RatingError, match="tier_mode"):
        rated(tariff, supply(flat(*JUNE, 1), JUNE[0]), *JUNE)


def test_yearly_blocks_go_on_over_a_change_of_the_price() -> None:
    tiers = {"tier_span": TierSpan.YEAR}
    early = tariff_of(energy("E", ("100", "1"), (None, "2"), **tiers))
    later = tariff_of(
        energy("E", ("100", "3"), (None, "4"), **tiers), valid_from=date(2025, 6, 11), version=2
    )
    known = supply(
        {},
        JUNE[0],
        registers=(register(1, 10, 30_000), register(11, 30, 40_000)),
        history=History(openings=(OpeningPosition(charge="E", quantity=Decimal(60), year=2025),)),
    )
    assert shown(rated([early, later], known, *JUNE).charges) == [
        ("E", "30.000", "1", "30.00"),
        ("E", "10.000", "3", "30.00"),
        ("E", "30.000", "4", "120.00"),
    ]


def test_a_block_begun_before_is_not_paid_again() -> None:
    tariff = tariff_of(
        energy(
            "P",
            ("100", "10"),
            ("200", "8"),
            (None, "5"),
            tier_kind=TierKind.PACKAGE,
            tier_span=TierSpan.YEAR,
        )
    )
    known = supply(
        {},
        JUNE[0],
        registers=(register(1, 30, 100_000),),
        history=History(openings=(OpeningPosition(charge="P", quantity=Decimal(150), year=2025),)),
    )
    assert shown(rated(tariff, known, *JUNE).charges) == [("P", "1", "5", "5.00")]


def test_a_volume_price_goes_by_what_all_periods_used() -> None:
    clauses = [
        energy(key, ("600", "2"), (None, "1"), period=key, tier_kind=TierKind.VOLUME)
        for key in ("day", "night")
    ]
    tariff = tariff_of(*clauses, periods=DAY_AND_NIGHT, tier_mode=TierMode.PRO_RATA)
    known = supply(flat(*JUNE, 1000), JUNE[0])
    assert shown(rated(tariff, known, *JUNE).charges) == [
        ("day", "360.000", "1", "360.00"),
        ("night", "360.000", "1", "360.00"),
    ]
