"""A cell of a table of meters says what it can say, and nothing without bounds."""

from __future__ import annotations

from dataclasses import replace
from fractions import Fraction

import pytest

from energy.metering.channel import Side
from energy.metering.meter import UNPROVEN
from processes.meter_cells import RowError, address_of, ratio_in, require_ratio
from processes.meter_import import Verdict
from processes.meter_profiles import load_product
from tests.fixtures.field import Field
from tests.processes.test_meter_import import AT_WORK, SHOP, take


@pytest.mark.parametrize("text", ["1e9999999", "1e400", "1e40", "1e9_9_9", "9" * 5000, "0", "x"])
def test_a_multiplier_beyond_what_there_is_is_refused_at_once(text: str) -> None:
    with pytest.raises(RowError) as refused:
        ratio_in(text, "multiplier")
    assert "1/1000000 to 1000000" in str(refused.value.cause)
    assert ratio_in("110000/100", "multiplier") == Fraction(1100)


@pytest.mark.parametrize("unit", ["9" * 5000, "248", "0", "-1", "1_1"])
def test_a_unit_is_a_number_of_the_bus(unit: str) -> None:
    with pytest.raises(RowError):
        address_of({"unit": unit})
    assert address_of({"unit": "011"}) == {"unit": 11}


@pytest.mark.parametrize("profile", ["abb_b23_b24", "dlt645_three_phase"])
def test_behind_transformers_an_empty_multiplier_is_no_answer(profile: str) -> None:
    product = load_product(profile)
    own = product.facts("active_energy_import")
    facts = [replace(own, side=Side.SECONDARY)]
    with pytest.raises(RowError) as refused:
        require_ratio({"profile": profile, "multiplier": ""}, facts)
    assert "1 where there are none" in str(refused.value.cause)
    require_ratio({"profile": profile, "multiplier": "1"}, facts)
    direct = [replace(own, side=Side.PRIMARY)]
    require_ratio({"profile": profile, "multiplier": ""}, direct)


@pytest.mark.servers
def test_a_meter_at_work_behind_transformers_wants_its_multiplier_typed(field: Field) -> None:
    row = {**SHOP, **AT_WORK, "multiplier": ""}
    direct = {**row, "point": "p2", "serial": "S-12", "unit": "12", "side": "direct"}
    typed = {**row, "point": "p3", "serial": "S-13", "unit": "13", "multiplier": "1"}
    planned = {**SHOP, "point": "p4", "unit": "14", "multiplier": ""}
    brought = take(field, row, direct, typed, planned, partial=True)
    assert [each.verdict for each in brought.rows] == [
        Verdict.REFUSED,
        Verdict.COMMISSIONED,
        Verdict.COMMISSIONED,
        Verdict.PLANNED,
    ]
    records = field.site.rows("SELECT record FROM {s}.meter WHERE serial IS NOT NULL")
    assert not any(UNPROVEN in record for (record,) in records)


@pytest.mark.servers
def test_a_row_with_a_sign_that_nobody_sees_is_refused_and_no_other(field: Field) -> None:
    rows = [{**SHOP, "point": "a\x00b"}, {**SHOP, "name": "Shop\ud800", "unit": "12"}]
    brought = take(field, *rows, {**SHOP, "point": "p3", "unit": "13"}, partial=True)
    assert [each.verdict for each in brought.rows] == [
        Verdict.REFUSED,
        Verdict.REFUSED,
        Verdict.PLANNED,
    ]
    assert "point holds the control sign U+0000" in str(brought.rows[0].text)
    assert field.site.rows("SELECT point FROM {s}.meter") == [("p3",)]
