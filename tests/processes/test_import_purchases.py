"""Purchase invoices come from a row a charge line, all of a file or none."""

from __future__ import annotations

from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import Workbook

from billing.receivables.errors import PaymentError
from processes.import_purchases import COLUMNS, read_purchases_file

ROW = (
    "Grid", "G-1", "electricity", "main", "grid", "2019-02-01", "2019-03-01", "2019-01-01",
    "2019-01-31", "day", "100.5", "kWh", "0.2", "20.10", "4.02",
)  # fmt: skip


def changed(**cells: str) -> tuple[str, ...]:
    return tuple(cells.get(name, cell) for name, cell in zip(COLUMNS, ROW, strict=True))


def csv(folder: Path, *rows: tuple[str, ...]) -> Path:
    file = folder / "bought.csv"
    file.write_text("\n".join(",".join(row) for row in (COLUMNS, *rows)) + "\n", "utf-8")
    return file


def test_rows_of_one_number_are_one_invoice(tmp_path: Path) -> None:
    rows = [ROW, changed(charge="night", amount="5.00", tax="1.00"), changed(number="G-2")]
    first, second = read_purchases_file(csv(tmp_path, *rows), "EUR")
    assert [each.charge for each in first.charges] == ["day", "night"]
    assert (first.net, first.tax, first.total) == (
        Decimal("25.10"),
        Decimal("5.02"),
        Decimal("30.12"),
    )
    assert second.number == "G-2"
    assert first.problems() == []


def test_a_workbook_says_the_same(tmp_path: Path) -> None:
    book = Workbook()
    book.active.append(COLUMNS)
    book.active.append([*ROW[:10], 100.5, "kWh", 0.2, 20.1, 4.02])
    book.save(tmp_path / "bought.xlsx")
    (found,) = read_purchases_file(tmp_path / "bought.xlsx", "EUR")
    assert found.charges[0].quantity == Decimal("100.5")
    assert found.total == Decimal("24.12")


@pytest.mark.parametrize(
    ("cells", "cause"),
    [
        ({"utility": "steel"}, "utility 'steel'"),
        ({"dated": "01.02.2019"}, "dated '01.02.2019' is no day"),
        ({"amount": "1e9"}, "amount '1e9' is no number"),
        ({"amount": "20.105"}, "more than 2 digits"),
        ({"quantity": ""}, "quantity is empty"),
    ],
)
def test_a_wrong_cell_is_told_with_its_row_and_nothing_is_taken(
    tmp_path: Path, cells: dict[str, str], cause: str
) -> None:
    with pytest.raises(PaymentError) as error:
        read_purchases_file(csv(tmp_path, ROW, changed(number="G-2", **cells)), "EUR")
    assert cause in str(error.value)
    assert "row 3" in str(error.value)


def test_rows_of_one_invoice_that_differ_in_what_they_share_are_refused(tmp_path: Path) -> None:
    with pytest.raises(PaymentError, match="due_on is another one in row 2"):
        read_purchases_file(csv(tmp_path, ROW, changed(due_on="2019-04-01")), "EUR")
