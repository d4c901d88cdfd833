"""Beside last year: usage and net money of the same points."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.documents.compared import change, compared_with
from tests.billing.einvoice.documents import bill


def test_the_same_points_stand_beside_each_other_and_new_ones_do_not() -> None:
    now, before = bill(), bill()
    before["supplies"] = before["supplies"][:1]
    before["supplies"][0]["usage"]["total"] = "36531.000"
    (row,) = compared_with(now, before)
    assert (row.point, row.usage, row.usage_before) == (
        "cam-b2-elec",
        Decimal("45299.147"),
        Decimal("36531.000"),
    )
    assert row.amount == Decimal("6915.84")


def test_another_unit_or_currency_is_not_compared() -> None:
    now, before = bill(), bill()
    before["supplies"][0]["usage"]["unit"] = "MWh"
    assert compared_with(now, before)[0].usage_before is None
    assert compared_with(now, before | {"currency": "EUR"}) == ()
    assert compared_with(now, None) == ()


@pytest.mark.parametrize(
    ("now", "before", "told"),
    [("124", "100", "+24.0 %"), ("50", "100", "−50.0 %"), ("1", "0", "–"), ("1", None, "–")],
)
def test_a_change_is_told_in_per_cent(now: str, before: str | None, told: str) -> None:
    assert change(Decimal(now), before) == told
