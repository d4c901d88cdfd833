"""Band registers: which they are, summed by period, and told where two bases differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal

import pytest

from billing.basis.bands import band_of, band_sums, differs, in_only_period, register_sums
from billing.basis.register import Where
from energy.base.quality import Quality
from tests.billing.basis.test_register import START, billed, cut, reading, segment
from tests.billing.samples import campus_tariff

WHERE = Where(channel=1, position=9)
SPAN = (START, START + timedelta(days=31))
WHOLE = "active_energy_import"


@pytest.mark.parametrize(
    ("quantity", "band"),
    [
        ("active_energy_import_peak", "peak"),
        ("active_energy_import_t8", "t8"),
        ("active_energy_import", None),
        ("active_energy_import_l1", None),
        ("active_energy_import_month_end", None),
        ("active_energy_export_peak", None),
    ],
)
def test_a_band_is_told_by_the_name_of_its_quantity(quantity: str, band: str | None) -> None:
    assert band_of(quantity, WHOLE) == band


def test_two_bands_of_one_period_are_summed_with_the_worse_quality() -> None:
    cuts = [cut(START), cut(START + timedelta(days=31))]
    late = START + timedelta(days=31)
    sure = billed([segment(readings=[reading(late, 100)])], cuts)
    guess = billed([segment(readings=[reading(late, 50, Quality.ESTIMATED)])], cuts)
    bands = {"t1": sure, "t2": guess, "valley": sure}
    sums = band_sums(bands, {"t1": "peak", "t2": "peak"}, "active_import")
    assert [(each.period, each.base_units, each.quality) for each in sums] == [
        ("peak", 1500, Quality.ESTIMATED),
        ("valley", 1000, Quality.MEASURED),
    ]


def test_a_tariff_of_one_period_prices_what_has_no_shape() -> None:
    tariff = campus_tariff("electricity")
    assert len(tariff.periods) > 1
    one = replace(tariff, periods=tariff.periods[:1])
    cuts = [cut(datetime(2024, 1, 1, tzinfo=UTC)), cut(datetime(2024, 2, 1, tzinfo=UTC))]
    usage = billed([segment(readings=[reading(cuts[1].at, 100)])], cuts)
    sums = register_sums(usage, "active_import", None)
    assert [each.period for each in in_only_period(sums, [one])] == [tariff.periods[0].key]
    assert in_only_period(sums, [tariff]) == []
    assert in_only_period(sums, [replace(one, valid_from=date(2030, 1, 1))]) == []


@pytest.mark.parametrize(
    ("billed_units", "other", "percent", "least", "told"),
    [
        (100_000, 100_500, "0.5", 1, False),
        (100_000, 100_501, "0.5", 1, True),
        (100_000, 99_499, "0.5", 1, True),
        (0, 30, "0.5", 30, False),
        (0, 31, "0.5", 30, True),
        (1000, 1001, "0", 0, True),
    ],
)
def test_a_difference_beyond_the_tolerance_is_told_with_both_figures(
    billed_units: int, other: int, percent: str, least: int, *, told: bool
) -> None:
    found = differs(
        billed_units,
        other,
        names=("register", "intervals"),
        tolerance_percent=Decimal(percent),
        least=least,
        span=SPAN,
        where=WHERE,
    )
    assert [each.code for each in found] == ["bill.basis_differs"] * told
    for each in found:
        assert (each.proof["register"], each.proof["intervals"]) == (billed_units, other)
