"""In: bills and the platform's answers. Out: request files, numbers in the books. I/O: both."""

from __future__ import annotations

import json
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from uuid import UUID

from billing.books import Books
from billing.errors import UnknownBillingObjectError
from billing.fapiao.desk import FapiaoDesk
from billing.fapiao.errors import FapiaoError
from billing.fapiao.files import Trader, file_of, read_answer, request_rows
from billing.views.documents import issued_documents, read_fapiao
from energy.base.ids import id_of
from energy.store.pool import Database
from processes.papers.letterheads import stationery_of

TaxId = Callable[[str], str]
"""Returns the tax id of an account; "" where it has none."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Imported:
    """What an answer brought."""

    new: list[str]
    known: list[str]
    refused: list[tuple[int, FapiaoError]]
    """Row and why."""


def documents_of(database: Database, books: Books, bills: Sequence[str]) -> list[dict[str, Any]]:
    """Return the documents of issued bills, in the order asked for.

    Raises:
        UnknownBillingObjectError: One is not issued or not known.
    """
    with database.connection() as connection:
        found = issued_documents(connection, books.site.schema, numbers=list(bills))
    known = {number: json.loads(text) for _, number, _, text in found}
    missing = [number for number in bills if number not in known]
    if missing:
        raise UnknownBillingObjectError("issued bill", missing[0])
    return [known[number] for number in bills]


def export_requests(database: Database, books: Books, file: Path, tax_id: TaxId) -> list[str]:
    """Write the requests that wait for a number; return their keys.

    Args:
        database: The process's pool.
        books: The application "books".
        file: .csv or .xlsx; the same requests give the same rows again.
        tax_id: Of a buyer.

    Raises:
        FapiaoError: A buyer has no tax id where one is needed, or the suffix is unknown.
        OSError: The file cannot be written.
    """
    desk = FapiaoDesk(books, books.site.key)
    seller = _seller(database, books)
    with database.connection() as connection:
        waiting = read_fapiao(connection, books.site.schema, state="asked")
    rows: list[list[str]] = []
    for row in waiting:
        (first, *_) = documents_of(database, books, row.bills)
        account = first["account"]
        buyer = Trader(
            name=account["name"] or row.account,
            tax_id=account.get("tax_number") or tax_id(row.account),
            address=account["address"] or "",
        )
        rows += request_rows(desk.request(row.key), buyer, seller)
    file.write_bytes(file_of(rows, file.suffix.lower()))
    return [row.key for row in waiting]


def import_numbers(books: Books, file: Path, *, by: UUID) -> Imported:
    """Take the numbers of an answer over, row by row; the same file again changes nothing.

    Raises:
        FapiaoError: The file is no answer.
        OSError: It cannot be read.
    """
    desk = FapiaoDesk(books, books.site.key)
    new: list[str] = []
    known: list[str] = []
    refused: list[tuple[int, FapiaoError]] = []
    for each in read_answer(file):
        command = id_of("fapiao_number", books.site.key, each.request, each.number)
        try:
            fresh = desk.take_number(
                each.request, each.number, issued_on=each.issued_on, by=by, command_id=command
            )
        except FapiaoError as error:
            refused.append((each.row, error))
            continue
        (new if fresh else known).append(each.number)
    return Imported(new=new, known=known, refused=refused)


def _seller(database: Database, books: Books) -> Trader:
    head = stationery_of(database, books).letterhead
    issuer = books.issuer()
    return Trader(
        name=head.name or issuer.name,
        tax_id=head.tax_number or issuer.tax_number,
        address=head.address or issuer.address,
    )
