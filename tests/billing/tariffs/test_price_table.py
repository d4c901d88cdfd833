"""Prices of months: rows of a file, and what is told where they are wrong."""

from __future__ import annotations

from decimal import Decimal

import pytest

from billing.errors import TariffFileError
from billing.tariffs.price_table import read_price_file
from tests.billing.tariffs.files import PLAIN, problems_of, yaml

CSV = "month,base,fuel\n2025-01,0.4213,0.0011\n2025-02,0.43,\n"
YAML = (
    'table: grid\nrows:\n  - {month: 2025-02, base: "0.43"}\n'
    '  - {month: 2025-01, base: "0.4213", fuel: "0.0011"}\n'
)


def test_csv_and_yaml_with_one_content_are_one_table() -> None:
    one, two = read_price_file(CSV, ".csv", "grid"), read_price_file(YAML, ".yaml")
    assert one.months == two.months
    assert list(one.months) == ["2025-01", "2025-02"]
    assert one.value("2025-01", "fuel") == Decimal("0.0011")
    assert one.value("2025-02", "fuel") is None, "an empty cell is no price"
    assert one.value("2025-03", "base") is None


def test_a_tariff_file_may_hold_its_prices() -> None:
    tariff = yaml(
        PLAIN + "  - {id: F, kind: adder, table: g, column: fuel}\n"
        'prices: {g: [{month: 2025-01, fuel: "0.01"}]}\n'
    )
    assert tariff.tables["g"].value("2025-01", "fuel") == Decimal("0.01")


def test_a_table_that_is_not_published_has_no_month() -> None:
    tariff = yaml(PLAIN + "  - {id: F, kind: adder, table: g, column: fuel}\n")
    assert dict(tariff.tables["g"].months) == {}


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("mon,base\n2025-01,1\n", "row 1: must be month and one column for each price"),
        ("month,base,base\n2025-01,1,1\n", "row 1: must be month"),
        ("", "row 1: must be month"),
        ("month,base\n2025-01\n", "row 2: has 1 columns, not 2"),
        ("month,base\n", "rows: has no row"),
        ("month,base\n2025-13,1\n", "rows[1].month: '2025-13' is no month"),
        ("month,base\n2025-01,1\n2025-01,2\n", "rows[2].month: 2025-01 stands twice"),
        ("month,base\n2025-01,\n", "rows[1]: has no price"),
        ("month,base\n2025-01,'1'\n", "rows[1].base: must be a decimal as a string"),
        ("month,base\n2025-01,1e-3\n", "rows[1].base: must be a decimal as a string"),
        ("month,a b\n2025-01,1\n", "rows[1].a b: may hold letters"),
        ("month,base\n,1\n", "rows[1].month: is missing"),
    ],
)
def test_a_wrong_csv_is_told_with_its_row(text: str, problem: str) -> None:
    with pytest.raises(TariffFileError) as caught:
        read_price_file(text, ".csv", "grid")
    assert any(row.startswith(problem) for row in caught.value.problems), caught.value.problems


def test_the_name_of_a_table_is_given_once() -> None:
    with pytest.raises(TariffFileError, match="give --table NAME"):
        read_price_file(CSV, ".csv")
    with pytest.raises(TariffFileError, match="is 'grid', but 'net' was named"):
        read_price_file(YAML, ".yaml", "net")
    with pytest.raises(TariffFileError, match="table: is missing"):
        read_price_file('rows: [{month: 2025-01, base: "1"}]', ".yaml")


def test_prices_that_are_wrong_in_a_tariff_file_are_told() -> None:
    assert problems_of(PLAIN + "prices: {g: [{month: 2025-01, base: 0.1}]}\n") == [
        'prices.g[1].base: is a float; write it as a string: "0.1"'
    ]
    assert problems_of(PLAIN + "prices: {g: []}\n")[0].startswith("prices.g: has no row")
