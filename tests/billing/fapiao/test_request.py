"""Requests and numbers: no line twice, no credit before the red letter."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any
from uuid import UUID, uuid4

import pytest

from billing.fapiao.bill_fapiao import BillFapiao, left_of
from billing.fapiao.errors import FapiaoError, RedLetterPendingError
from billing.fapiao.files import HEADS, Trader, file_of, read_answer, request_rows
from billing.fapiao.lines import lines_of_bill
from billing.fapiao.request import Colour, FapiaoRequest, RequestState
from tests.billing.einvoice.documents import bill

BY = UUID(int=1)
NUMBER = "26330000000012345678"
BUYER = Trader(name="咖啡有限公司", tax_id="91330000MA0000000X", address="T1\n2-034")
SELLER = Trader(name="能源有限公司", tax_id="91330100MA27X0000Y")


def request(**changes: Any) -> FapiaoRequest:
    facts = {
        "site": "s",
        "key": "CAM-2019-000001-F1",
        "colour": "blue",
        "account": "A",
        "currency": "CNY",
        "lines": [line.document() for line in lines_of_bill(bill())],
        "takes_back": "",
        "reason": "",
        "by": BY,
        "command_id": uuid4(),
    }
    return FapiaoRequest(**(facts | changes))


def bill_fapiao() -> BillFapiao:
    return BillFapiao(site="s", bill="CAM-2019-000001", command_id=uuid4())


def test_a_number_is_taken_once_and_has_20_digits() -> None:
    asked = request()
    with pytest.raises(FapiaoError, match="it has 20 digits"):
        asked.number_it("123", issued_on=date(2026, 11, 3), by=BY, command_id=uuid4())
    assert asked.number_it(NUMBER, issued_on=date(2026, 11, 3), by=BY, command_id=uuid4())
    assert not asked.number_it(NUMBER, issued_on=date(2026, 11, 3), by=BY, command_id=uuid4())
    other = NUMBER[:-1] + "9"
    with pytest.raises(FapiaoError, match="has the number"):
        asked.number_it(other, issued_on=date(2026, 11, 3), by=BY, command_id=uuid4())
    with pytest.raises(FapiaoError, match="red letter"):
        asked.withdraw(reason="x", by=BY, command_id=uuid4())


def test_a_withdrawn_request_takes_no_number() -> None:
    asked = request()
    asked.withdraw(reason="wrong buyer", by=BY, command_id=uuid4())
    assert asked.state is RequestState.WITHDRAWN
    with pytest.raises(FapiaoError, match="was withdrawn"):
        asked.number_it(NUMBER, issued_on=date(2026, 11, 3), by=BY, command_id=uuid4())


def test_no_charge_line_is_on_two_requests() -> None:
    held = bill_fapiao()
    held.ask("F1", ["a", "b"], command_id=uuid4())
    with pytest.raises(FapiaoError, match="holds already: b"):
        held.ask("F2", ["b", "c"], command_id=uuid4())
    assert left_of(held, ["a", "b", "c"]) == ["c"]
    held.release("F1", command_id=uuid4())
    assert left_of(held, ["a", "b", "c"]) == ["a", "b", "c"]


def test_a_credit_waits_for_the_red_letter_and_then_the_lines_are_free() -> None:
    held = bill_fapiao()
    held.require_creditable()
    held.ask("F1", ["a"], command_id=uuid4())
    held.require_creditable()
    held.issue("F1", NUMBER, command_id=uuid4())
    with pytest.raises(RedLetterPendingError, match=NUMBER):
        held.require_creditable()
    with pytest.raises(FapiaoError, match="no standing fapiao"):
        held.take_back("26330000000000000000", "26330000000099999999", command_id=uuid4())
    held.take_back(NUMBER, "26330000000099999999", command_id=uuid4())
    held.require_creditable()
    assert left_of(held, ["a"]) == ["a"]


def test_the_file_has_a_row_a_line_with_the_total_in_capitals() -> None:
    rows = list(request_rows(request(), BUYER, SELLER))
    told = [dict(zip(HEADS, row, strict=True)) for row in rows]
    assert len(told) == 8
    assert {row["total"] for row in told} == {"9614.99"}
    assert told[0]["total_capitals"] == "人民币玖仟陆佰壹拾肆元玖角玖分"
    assert told[0]["buyer_address"] == "T1 2-034"
    assert (told[0]["price"], told[0]["amount"], told[0]["rate"]) == ("0.1087", "981.54", "0.20")


def test_a_red_one_is_negative_and_names_what_it_takes_back() -> None:
    red = request(colour=Colour.RED.value, takes_back=NUMBER, reason="Reading corrected")
    first = dict(zip(HEADS, next(iter(request_rows(red, BUYER, SELLER))), strict=True))
    assert (first["kind"], first["takes_back"]) == ("红字", NUMBER)
    assert (first["quantity"], first["amount"]) == ("-9029.801", "-981.54")
    assert first["total_capitals"].startswith("人民币负玖仟")


@pytest.mark.parametrize("suffix", [".csv", ".xlsx"])
def test_what_the_platform_gives_back_is_read(tmp_path: Path, suffix: str) -> None:
    file = tmp_path / f"answer{suffix}"
    if suffix == ".csv":
        file.write_text(f"\ufeffrequest,number,issued_on\nF1,{NUMBER},2026-11-03\n,,\n")
    else:
        from openpyxl import Workbook

        book = Workbook()
        book.active.append(["request", "number", "issued_on"])
        book.active.append(["F1", NUMBER, "2026-11-03"])
        book.save(file)
    (answered,) = read_answer(file)
    assert (answered.request, answered.number) == ("F1", NUMBER)
    assert (answered.row, answered.issued_on) == (2, date(2026, 11, 3))


def test_a_number_that_the_office_program_rounded_is_refused(tmp_path: Path) -> None:
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(["request", "number", "issued_on"])
    book.active.append(["F1", int(NUMBER), "2026-11-03"])
    book.save(tmp_path / "answer.xlsx")
    with pytest.raises(FapiaoError, match="Format the column as text"):
        read_answer(tmp_path / "answer.xlsx")


def test_a_file_without_the_columns_or_with_no_day_is_refused(tmp_path: Path) -> None:
    file = tmp_path / "answer.csv"
    file.write_text("request,no\n")
    with pytest.raises(FapiaoError, match="number, issued_on"):
        read_answer(file)
    file.write_text(f"request,number,issued_on\nF1,{NUMBER},soon\n")
    with pytest.raises(FapiaoError, match="Row 2: soon"):
        read_answer(file)
    with pytest.raises(FapiaoError, match=r"Name it \.csv"):
        file_of([], ".pdf")


def test_both_kinds_of_file_hold_the_same_rows() -> None:
    from io import BytesIO

    from openpyxl import load_workbook

    rows = list(request_rows(request(), BUYER, SELLER))
    book = load_workbook(BytesIO(file_of(rows, ".xlsx")))
    found = [[each or "" for each in row] for row in book.active.iter_rows(values_only=True)]
    text = file_of(rows, ".csv").decode("utf-8-sig")
    assert found == [list(HEADS), *rows]
    assert text.splitlines()[0] == ",".join(HEADS)
    assert len(text.splitlines()) == len(found)
