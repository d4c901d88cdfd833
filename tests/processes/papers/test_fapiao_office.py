"""Fapiao on real books: several bills on one, one bill on several, red letters before a credit."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from uuid import uuid4

import pytest

from billing.errors import UnknownBillingObjectError
from billing.fapiao.desk import FapiaoDesk, require_creditable
from billing.fapiao.errors import FapiaoError, RedLetterPendingError
from billing.views.documents import read_fapiao
from energy.base.errors import ConflictError
from processes.papers.fapiao_office import documents_of, export_requests, import_numbers
from tests.billing.town import CLERK, Town

pytestmark = pytest.mark.servers
BLUE, RED = "26330000000012345678", "26330000000087654321"


def desk(town: Town) -> FapiaoDesk:
    return FapiaoDesk(town.office.books, town.site.key)


def ask(town: Town, *bills: str, split: bool = False) -> list[str]:
    documents = documents_of(town.database, town.office.books, bills)
    made = desk(town).ask(documents, by=CLERK, command_id=uuid4(), split=split)
    town.catch_up()
    return [each.key for each in made]


def answer(folder: Path, *rows: tuple[str, str]) -> Path:
    file = folder / "answer.csv"
    with file.open("w", newline="") as text:
        csv.writer(text).writerows(
            [("request", "number", "issued_on"), *((*row, "2019-02-03") for row in rows)]
        )
    return file


def creditable(town: Town, bill: str) -> None:
    require_creditable(town.office.books, town.site.key, bill)


def test_a_credit_waits_until_the_red_letter_number_is_imported(
    metered: Town, tmp_path: Path
) -> None:
    metered.bill()
    books, bill = metered.office.books, "CAM-2019-000001"
    (key,) = ask(metered, bill)
    assert ask(metered, bill) == [key]
    creditable(metered, bill)
    found = import_numbers(books, answer(tmp_path, (key, BLUE)), by=CLERK)
    assert (found.new, found.known, found.refused) == ([BLUE], [], [])
    with pytest.raises(RedLetterPendingError, match=BLUE):
        creditable(metered, bill)
    with pytest.raises(FapiaoError, match="Nothing is left"):
        ask(metered, bill)
    red = desk(metered).ask_red(BLUE, reason="reading corrected", by=CLERK, command_id=uuid4())
    with pytest.raises(RedLetterPendingError):
        creditable(metered, bill)
    import_numbers(books, answer(tmp_path, (red.key, RED)), by=CLERK)
    creditable(metered, bill)
    assert ask(metered, bill) == [f"{bill}-F2"]


def test_several_bills_on_one_and_one_bill_on_several(metered: Town) -> None:
    metered.bill(first=date(2019, 1, 1), last=date(2019, 1, 1))
    metered.bill(first=date(2019, 1, 2), last=date(2019, 1, 3))
    with pytest.raises(FapiaoError, match="several accounts"):
        ask(metered, "CAM-2019-000001", "CAM-2019-000002")
    (key,) = ask(metered, "CAM-2019-000001", "CAM-2019-000003")
    with metered.database.connection() as connection:
        (row,) = read_fapiao(connection, metered.site.schema, bill="CAM-2019-000003")
    assert (row.key, row.bills) == (key, ["CAM-2019-000001", "CAM-2019-000003"])
    keys = ask(metered, "CAM-2019-000002", split=True)
    assert len(keys) == 2
    (document,) = documents_of(metered.database, metered.office.books, ["CAM-2019-000002"])
    total = sum(desk(metered).request(each).total for each in keys)
    assert f"{total}" == document["totals"]["total"]
    with pytest.raises(UnknownBillingObjectError):
        documents_of(metered.database, metered.office.books, ["CAM-2019-000009"])
    other = metered.new_office().books
    mine = FapiaoDesk(other, metered.site.key)._bill("CAM-2019-000004", uuid4())
    mine.ask("other", ["x"], command_id=uuid4())
    ask(metered, "CAM-2019-000004")
    with pytest.raises(ConflictError):
        other.store(mine)


def test_the_file_names_buyer_seller_and_tax_by_line_and_numbers_come_back_row_by_row(
    metered: Town, tmp_path: Path
) -> None:
    metered.bill()
    (key,) = ask(metered, "CAM-2019-000001")
    file = tmp_path / "requests.csv"
    books = metered.office.books
    assert export_requests(metered.database, books, file, lambda _: "9133TAX") == [key]
    with file.open(encoding="utf-8-sig", newline="") as text:
        rows = list(csv.DictReader(text))
    assert {row["buyer_name"] for row in rows} == {"Tenant of b1"}
    assert {row["buyer_tax_id"] for row in rows} == {"9133TAX"}
    assert {row["seller_tax_id"] for row in rows} == {"GB 123 4567 89"}
    bad = answer(tmp_path, (key, BLUE), ("nobody", RED), (key, RED))
    found = import_numbers(books, bad, by=CLERK)
    assert found.new == [BLUE]
    assert [row for row, _ in found.refused] == [3, 4]
    again = import_numbers(books, bad, by=CLERK)
    assert (again.new, again.known) == ([], [BLUE])


def test_a_number_belongs_to_one_request_and_a_withdrawn_one_frees_its_lines(
    metered: Town, tmp_path: Path
) -> None:
    metered.bill()
    (one,), (two,) = ask(metered, "CAM-2019-000001"), ask(metered, "CAM-2019-000002")
    books = metered.office.books
    import_numbers(books, answer(tmp_path, (one, BLUE)), by=CLERK)
    (refused,) = import_numbers(books, answer(tmp_path, (two, BLUE)), by=CLERK).refused
    assert f"belongs to request {one}" in str(refused[1])
    desk(metered).withdraw(two, reason="wrong buyer", by=CLERK, command_id=uuid4())
    assert ask(metered, "CAM-2019-000002") == ["CAM-2019-000002-F2"]
    metered.catch_up()
    with metered.database.connection() as connection:
        states = {row.key: row.state for row in read_fapiao(connection, metered.site.schema)}
    assert states == {one: "numbered", two: "withdrawn", "CAM-2019-000002-F2": "asked"}
