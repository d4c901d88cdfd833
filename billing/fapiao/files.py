"""In: requests. Out: the file for the tax platform; and its answer read. I/O: CSV and XLSX files.

One row a line, as the platforms take them: the head of the request is repeated on each of its rows.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from pathlib import Path

from openpyxl import Workbook, load_workbook

from billing.documents.capitals import in_capitals
from billing.fapiao.errors import FapiaoError
from billing.fapiao.request import Colour, FapiaoRequest
from billing.money import plain

HEADS = (
    "request",
    "kind",
    "takes_back",
    "buyer_name",
    "buyer_tax_id",
    "buyer_address",
    "seller_name",
    "seller_tax_id",
    "row",
    "item",
    "model",
    "unit",
    "quantity",
    "price",
    "amount",
    "rate",
    "tax",
    "total",
    "total_capitals",
    "note",
)
ANSWER = ("request", "number", "issued_on")
_KINDS = {Colour.BLUE: "蓝字", Colour.RED: "红字"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Trader:
    """Buyer or seller on a fapiao."""

    name: str
    tax_id: str
    address: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Answered:
    """A number that came back."""

    row: int
    request: str
    number: str
    issued_on: date


def request_rows(request: FapiaoRequest, buyer: Trader, seller: Trader) -> Iterator[list[str]]:
    """Return the rows of a request; amounts of a red one are negative.

    Args:
        request: What is asked for.
        buyer: Who gets it.
        seller: Who issues it.
    """
    red = request.colour is Colour.RED
    total = -request.total if red else request.total
    for n, line in enumerate(request.lines, 1):
        quantity = None if line.quantity is None else -line.quantity if red else line.quantity
        yield [
            request.key,
            _KINDS[request.colour],
            request.takes_back,
            buyer.name,
            buyer.tax_id,
            buyer.address.replace("\n", " "),
            seller.name,
            seller.tax_id,
            str(n),
            line.item,
            line.model,
            line.unit,
            _shown(quantity),
            _shown(line.price),
            _shown(-line.amount if red else line.amount),
            plain(line.rate),
            _shown(-line.tax if red else line.tax),
            plain(total),
            in_capitals(total, request.currency, "zh"),
            ", ".join([*request.bills, *([request.reason] if request.reason else [])]),
        ]


def file_of(rows: Sequence[Sequence[str]], suffix: str) -> bytes:
    """Return the file of some requests.

    Args:
        rows: Of `request_rows`.
        suffix: ".csv" (UTF-8 with a mark, as office programs expect it) or ".xlsx" (all texts).

    Raises:
        FapiaoError: The suffix is another one.
    """
    if suffix == ".csv":
        text = io.StringIO()
        csv.writer(text).writerows([HEADS, *rows])
        return text.getvalue().encode("utf-8-sig")
    if suffix != ".xlsx":
        raise FapiaoError.of("suffix", suffix=suffix)
    book = Workbook(write_only=True)
    sheet = book.create_sheet("fapiao")
    for row in (HEADS, *rows):
        sheet.append([each.replace("\x00", "") for each in row])
    kept = io.BytesIO()
    book.save(kept)
    return kept.getvalue()


def read_answer(file: Path) -> list[Answered]:
    """Return the numbers of an answer: a CSV or XLSX with request, number, issued_on.

    Raises:
        FapiaoError: A column is missing, or a row cannot be read; names the row.
        OSError: It cannot be read.
    """
    rows = _xlsx(file) if file.suffix == ".xlsx" else _csv(file)
    head = [each.strip().lower() for each in next(rows, [])]
    missing = [name for name in ANSWER if name not in head]
    if missing:
        raise FapiaoError.of("columns", file=file.name, columns=", ".join(missing))
    told = (dict(zip(head, row, strict=False)) for row in rows if any(each for each in row))
    return [_answered(n, row) for n, row in enumerate(told, 2)]


def _answered(n: int, row: Mapping[str, str]) -> Answered:
    try:
        issued_on = date.fromisoformat(row["issued_on"].strip()[:10])
    except ValueError as error:
        raise FapiaoError.of("date", row=n, value=row["issued_on"]) from error
    return Answered(
        row=n, request=row["request"].strip(), number=row["number"].strip(), issued_on=issued_on
    )


def _csv(file: Path) -> Iterator[list[str]]:
    with file.open(encoding="utf-8-sig", newline="") as text:
        yield from csv.reader(text)


def _xlsx(file: Path) -> Iterator[list[str]]:
    """Return the rows of the first sheet; a 20-digit number must be a text, or it is rounded."""
    book = load_workbook(file, read_only=True, data_only=True)
    try:
        for n, row in enumerate(book.worksheets[0].iter_rows(values_only=True), 1):
            if any(
                isinstance(each, float) or (type(each) is int and each > 10**15) for each in row
            ):
                raise FapiaoError.of("rounded", row=n)
            yield ["" if each is None else str(each) for each in row]
    finally:
        book.close()


def _shown(value: Decimal | None) -> str:
    return "" if value is None else plain(value)
