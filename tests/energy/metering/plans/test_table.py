"""A workbook's cells become planned years, or every problem with the address of its cell."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from decimal import Decimal
from fractions import Fraction

import pytest

from energy.base.units import Utility
from energy.metering.plans.plan import MONTHS, NodeKind, PlanError, PlannedYear, PlanNode
from energy.metering.plans.table import HEAD, Cell, PlanScope, planned_years

HALL = PlanNode(kind=NodeKind.PLACE, key="hall")
MAIN = PlanNode(kind=NodeKind.SUPPLY, key="main")
SCOPE = PlanScope(
    utilities={HALL: {Utility.ELECTRICITY, Utility.WATER}, MAIN: {Utility.ELECTRICITY}},
    currency="GBP",
    digits=2,
)
Value = Decimal | int | str | None


def sheet(*rows: Sequence[Value]) -> list[list[Cell]]:
    """Return the cells of a workbook with the right head."""
    whole: list[Sequence[Value]] = [HEAD, *rows]
    return [
        [
            Cell(
                address=f"{chr(ord('A') + column)}{number}",
                value=Decimal(value) if isinstance(value, int) else value,
            )
            for column, value in enumerate(row)
        ]
        for number, row in enumerate(whole, start=1)
    ]


def row(
    node: str = "place:hall",
    utility: str = "electricity",
    what: str = "quantity",
    unit: str = "kWh",
    months: Sequence[Value] = (Decimal("100.5"),) * MONTHS,
) -> list[Value]:
    return [node, "The hall", utility, what, unit, *months]


def told(*rows: Sequence[Value]) -> list[str]:
    return [str(problem) for problem in planned_years(sheet(*rows), SCOPE).problems]


def test_a_row_of_twelve_numbers_is_a_planned_year_exactly() -> None:
    money = row(what="money", unit="GBP", months=[Decimal("9.99")] * MONTHS)
    read = planned_years(sheet(row(), money), SCOPE)
    years = read.years
    assert read.problems == ()
    assert years[0].base(7) == Fraction(100_500)
    assert years[0].money[11] == Decimal("9.99")
    assert PlannedYear.of_json(years[0].as_json()) == years[0]


def test_rows_without_any_month_are_not_planned() -> None:
    empty = row("supply:main", months=[None] * MONTHS)
    read = planned_years(sheet(row(), empty), SCOPE)
    assert [year.node for year in read.years] == [HALL]
    assert (read.withdrawn, read.problems) == ((), ())


def test_a_row_emptied_takes_back_what_is_planned_and_a_deleted_one_does_not() -> None:
    planned = {(MAIN, Utility.ELECTRICITY), (HALL, Utility.WATER)}
    empty = row("supply:main", months=[None] * MONTHS)
    read = planned_years(sheet(empty), replace(SCOPE, planned=planned))
    assert (read.years, read.problems) == ((), ())
    assert read.withdrawn == ((MAIN, Utility.ELECTRICITY),)


def test_every_problem_is_told_with_its_cell() -> None:
    months: list[Value] = [1] * MONTHS
    assert told(row(months=[*months[:6], None, *months[7:]])) == [
        "L2: empty (1 of the row's months); fill in all twelve, 0 where nothing is planned"
    ]
    (holes,) = told(row(months=[None, *months[:9], None, None]))
    assert holes.startswith("F2, P2, Q2: empty (3 of")
    bad = row("place:cellar", "light", "amount", "kWh", ["12", 1, Decimal("1E15"), *months[3:]])
    assert [problem.partition(":")[0] for problem in told(bad)] == ["A2", "C2", "D2", "F2", "H2"]


@pytest.mark.parametrize(
    ("wrong", "cell", "says"),
    [
        (row("hall"), "A2", "names no node"),
        (row("supply:cellar"), "A2", "no supply node"),
        (row(utility="light"), "C2", "is no utility"),
        (row("supply:main", "water", unit="m3"), "C2", "has no meter of water"),
        (row(unit="m3"), "E2", "is no unit of electricity"),
        (row(what="money", unit="EUR"), "E2", "not the site's currency GBP"),
        (row(what="money", unit="GBP", months=[Decimal("0.001")] * MONTHS), "F2", "digits"),
        (row(months=[-1] * MONTHS), "F2", "below zero"),
        (row(what="money", unit="GBP"), "A2", "money for electricity but no quantity"),
    ],
)
def test_what_is_wrong_is_refused_where_it_stands(
    wrong: Sequence[Value], cell: str, says: str
) -> None:
    first = told(wrong)[0]
    assert first.startswith(f"{cell}: ")
    assert says in first


def test_a_node_planned_twice_is_refused() -> None:
    assert told(row(), row()) == ["A3: place:hall has a second row of quantity for electricity"]


def test_another_table_is_no_plan() -> None:
    cells = sheet(row())
    cells[0][4] = Cell(address="E1", value="Einheit")
    assert [str(each) for each in planned_years(cells, SCOPE).problems] == [
        "E1: the column is not called 'unit'; begin with a workbook of `plan template`"
    ]
    assert told() == ["no month is filled in; nothing is planned"]
    (empty,) = planned_years([], SCOPE, "Tabelle2").problems
    assert "first sheet 'Tabelle2' has no rows" in str(empty)


@pytest.mark.parametrize("text", ["", "hall", "house:hall", "place:"])
def test_a_text_that_names_no_node_is_refused(text: str) -> None:
    with pytest.raises(PlanError):
        PlanNode.named(text)
