"""Why two bills differ: cause by cause, and the causes add up to the difference."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from fractions import Fraction
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from billing.takeover.bills import ZERO, Bill, BillCharge
from billing.takeover.causes import Cause, causes_of, sums_of
from billing.takeover.comparison import compared, write_comparison
from billing.takeover.old_bills import read_old_bills
from billing.takeover.problems import Problems
from energy.base.text import catalogue
from tests.examples import tried

CENT = Decimal("0.01")
JANUARY = date(2019, 1, 1), date(2019, 1, 31)


def charge(
    name: str, quantity: str, price: str, *, unit: str = "kWh", net: str | None = None
) -> BillCharge:
    worth = (Decimal(quantity) * Decimal(price)).quantize(CENT) if net is None else Decimal(net)
    return BillCharge(
        names=(name,), quantity=Fraction(quantity), unit=unit, price=Fraction(price), net=worth
    )


def bill(
    *charges: BillCharge,
    quantity: str = "1000",
    rate: str = "0.20",
    days: tuple[date, date] = JANUARY,
    told: bool = True,
    tax: str | None = None,
    net: str | None = None,
    total: str | None = None,
) -> Bill:
    base = sum((each.net for each in charges), ZERO) if net is None else Decimal(net)
    due = (base * Decimal(rate)).quantize(CENT) if tax is None else Decimal(tax)
    return Bill(
        account="001",
        utility="electricity",
        first_day=days[0],
        last_day=days[1],
        quantity=Fraction(quantity),
        unit="kWh",
        net=base,
        tax=due,
        total=base + due if total is None else Decimal(total),
        charges=charges if told else (),
    )


ENERGY, STANDING = charge("e", "1000", "0.10"), charge("standing", "31", "1", unit="day")
OURS = bill(ENERGY, STANDING)


@pytest.mark.parametrize(
    ("theirs", "causes"),
    [
        (bill(ENERGY, STANDING), {}),
        (bill(ENERGY, STANDING, told=False), {}),
        (
            bill(charge("e", "900", "0.10"), STANDING, quantity="900"),
            {Cause.REGISTER: Decimal("12.00")},
        ),
        (
            bill(charge("e", "900", "0.10"), STANDING, quantity="900", told=False),
            {Cause.REGISTER: Decimal("12.00")},
        ),
        (
            bill(
                charge("e", "900", "0.10"),
                charge("standing", "30", "1", unit="day"),
                quantity="900",
                days=(date(2019, 1, 2), date(2019, 1, 31)),
                told=False,
            ),
            {Cause.DAYS: Decimal("13.20")},
        ),
        (bill(charge("e", "1000", "0.11"), STANDING), {Cause.PRICE: Decimal("-12.00")}),
        (bill(charge("e", "1000", "0.11"), STANDING, told=False), {Cause.PRICE: Decimal("-12.00")}),
        (bill(ENERGY, STANDING, rate="0.19", told=False), {Cause.TAX: Decimal("1.31")}),
        (
            bill(ENERGY, STANDING, net="131.01", tax="26.20", told=False),
            {Cause.ROUNDING: Decimal("-0.01")},
        ),
        (bill(ENERGY), {Cause.CHARGE: Decimal("37.20")}),
        (bill(ENERGY, STANDING, total="160.00", told=False), {Cause.OTHER: Decimal("-2.80")}),
        (None, {Cause.ONLY_OURS: Decimal("157.20")}),
    ],
)
def test_each_difference_has_its_cause(theirs: Bill | None, causes: dict[Cause, Decimal]) -> None:
    assert causes_of(OURS, theirs, 2) == causes


def test_a_bill_that_we_have_not_is_missing_here() -> None:
    assert causes_of(None, OURS, 2) == {Cause.ONLY_THEIRS: Decimal("-157.20")}


amounts = st.decimals("-500", "5000", places=2)
quantities = st.decimals("0", "9000", places=3).map(Fraction) | st.fractions(0, 50)
charges = st.builds(
    BillCharge,
    names=st.sampled_from(["e", "f", "standing", "levy"]).map(lambda name: (name,)),
    quantity=quantities,
    unit=st.sampled_from(["kWh", "day", ""]),
    price=st.none() | st.decimals("0", "3", places=4).map(Fraction),
    net=amounts,
)


@st.composite
def bills(draw: st.DrawFn) -> Bill:
    """Return any bill, however little its sums agree."""
    first = date(2019, 1, draw(st.integers(1, 5)))
    return Bill(
        account=draw(st.sampled_from(["1", "2", "3"])),
        utility=draw(st.sampled_from(["electricity", "gas"])),
        first_day=first,
        last_day=date(2019, 1, draw(st.integers(26, 31))),
        quantity=draw(quantities),
        unit=draw(st.sampled_from(["kWh", "MWh", ""])),
        net=draw(amounts),
        tax=draw(amounts),
        total=draw(amounts),
        charges=tuple(draw(st.lists(charges, max_size=4))),
    )


@tried(100)
@given(ours=bills(), theirs=bills(), digits=st.sampled_from([2, 3]))
def test_the_causes_of_a_pair_add_up_to_its_difference(
    ours: Bill, theirs: Bill, digits: int
) -> None:
    found = causes_of(ours, theirs, digits)
    assert sum(found.values(), ZERO) == ours.total - theirs.total
    lines = max(len(ours.charges), len(theirs.charges), 1)
    assert abs(found.get(Cause.ROUNDING, ZERO)) <= lines * Decimal(1).scaleb(-digits)
    assert all(amount == round(amount, digits) for amount in found.values())


@tried(30)
@given(ours=st.lists(bills(), max_size=6), theirs=st.lists(bills(), max_size=6))
def test_the_sums_by_cause_add_up_to_the_difference_of_the_totals(
    ours: list[Bill], theirs: list[Bill]
) -> None:
    mine = {each.key: each for each in ours}
    others = {each.key: each for each in theirs}
    found = compared(mine.values(), others.values(), run="r", drafts="", file="f", currency="GBP")
    assert sum(found.causes.values(), ZERO) == found.ours - found.theirs == found.difference
    assert found.causes == sums_of(pair.causes for pair in found.pairs)
    again = compared(
        reversed(list(mine.values())), others.values(), run="r", drafts="", file="f", currency="GBP"
    )
    assert again.sha256 == found.sha256


def test_an_old_bill_of_csv_with_its_lines_is_read(tmp_path: Path) -> None:
    (tmp_path / "b.csv").write_text(
        "account,from,to,utility,quantity,unit,net,tax,total\n"
        "001,2019-01-01,2019-01-31,electricity,900,kWh,121.00,24.20,145.20\n",
        encoding="utf-8-sig",
    )
    (tmp_path / "l.csv").write_text(
        "account,utility,charge,quantity,price,net\n"
        "001,electricity, E ,900,0.10,90.00\n001,electricity,Standing,31,1,31.00\n",
        encoding="utf-8",
    )
    problems = Problems()
    read = read_old_bills(tmp_path / "b.csv", tmp_path / "l.csv", "GBP", problems)
    assert problems.rows == []
    (told,) = read
    assert causes_of(OURS, told, 2) == {Cause.REGISTER: Decimal("12.00")}


@pytest.mark.parametrize(
    ("row", "code"),
    [
        ("001,2019-01-31,2019-01-01,electricity,9,kWh,1,0,1", "days_backwards"),
        ("001,2019-01-01,2019-01-31,plasma,9,kWh,1,0,1", "no_choice"),
        ("001,2019-01-01,2019-01-31,gas,9,kWh,1.001,0,1", "money_digits"),
        ("001,2019-01-01,2019-01-31,gas,9,kWh,1", "empty"),
        ("001,2019-01-01,2019-01-31,gas,9,kWh,1,0,1,extra", "beside_columns"),
        ("", "nothing_there"),
    ],
)
def test_an_old_bill_that_is_wrong_is_told(tmp_path: Path, row: str, code: str) -> None:
    head = "account,from,to,utility,quantity,unit,net,tax,total\n"
    (tmp_path / "b.csv").write_text(head + row + "\n", encoding="utf-8")
    problems = Problems()
    assert read_old_bills(tmp_path / "b.csv", None, "GBP", problems) == []
    assert code in {each.code for each in problems.rows}


def test_a_comparison_is_a_workbook_whose_texts_are_no_formulas(tmp_path: Path) -> None:
    from openpyxl import load_workbook

    odd = bill(ENERGY, STANDING)
    found = compared([odd], [], run="r", drafts="", file="=1+1", currency="GBP")
    texts = catalogue()
    keys = [
        k.rpartition(".")[2] for k in texts if k.startswith(("takeover.head", "takeover.cause"))
    ]
    write_comparison(found, tmp_path / "c.xlsx", {key: f"={key}" for key in keys})
    book = load_workbook(tmp_path / "c.xlsx")
    kinds = {cell.data_type for sheet in book for row in sheet.iter_rows() for cell in row}
    assert "f" not in kinds
    assert book["bills"].cell(2, 15).value == 157.2
