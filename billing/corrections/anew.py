"""In: an issued invoice, two positions. Out: the same days drafted as known there. I/O: reads.

Points, days and dates are those of the invoice; usage, meters, tariffs of the contract and their
versions and whatever else is dated are read at the positions.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from typing import Any

from billing.accounts.account import Supply
from billing.books import Books
from billing.invoices.drafting import draft_invoice
from billing.invoices.invoice import Invoice
from billing.invoices.invoice_facts import Draft, InvoiceFacts, Issuer, SupplyFacts
from billing.views.adjusted import with_adjusted
from billing.views.payers import Payer, read_payers
from billing.views.supply import SupplyReader


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What is known: a position of each journal."""

    metering: int
    books: int


def drafted_anew(
    books: Books,
    invoice: Invoice,
    known: Known,
    *,
    reader: SupplyReader | None = None,
    payers: PayersKnown | None = None,
) -> Draft:
    """Return an issued invoice's days drafted as known at some positions, without adjustments.

    Args:
        books: The site's books.
        invoice: The invoice.
        known: The positions.
        reader: Reads at the positions; a new one when None.
        payers: What was read of them before at the positions.
    """
    return draft_invoice(supplies_anew(books, invoice, known, reader=reader, payers=payers))


def supplies_anew(
    books: Books,
    invoice: Invoice,
    known: Known,
    *,
    reader: SupplyReader | None = None,
    payers: PayersKnown | None = None,
) -> InvoiceFacts:
    """Return the facts of an issued invoice's days as known at some positions.

    Args:
        books: The site's books.
        invoice: The invoice.
        known: The positions.
        reader: Reads at the positions; a new one when None.
        payers: What was read of them before at the positions.
    """
    if reader is None:
        with books.database.connection() as connection:
            own = SupplyReader(connection, books.site, known.metering, known.books)
            return supplies_anew(books, invoice, known, reader=own, payers=payers)
    document, provenance = json.loads(invoice.document), json.loads(invoice.provenance)
    held = payers or PayersKnown(books, known)
    supplies = [
        with_adjusted(
            reader.connection,
            books.site,
            reader.facts(piece.point, piece.tariff, *_days(piece), account=invoice.account),
            known.metering,
        )
        for asked in provenance["supplies"]
        for piece in held.pieces(reader, invoice.account, asked)
    ]
    return facts_again(document, provenance, supplies, known)


@dataclass(frozen=True, slots=True)
class PayersKnown:
    """Who pays for what by which tariff, as known at some positions; each span is read once."""

    books: Books
    known: Known
    _read: dict[tuple[date, date], dict[str, Payer]] = field(default_factory=dict)

    def pieces(self, reader: SupplyReader, account: str, asked: Mapping[str, Any]) -> list[Supply]:
        """Return an invoice's supply cut where another tariff or basis of its point holds.

        Where the contract does not say all of its days, it stays as it was billed.

        Args:
            reader: Reads at the positions.
            account: Whose invoice it is.
            asked: Point, tariff and days, as the invoice's provenance says them.
        """
        first, last = (date.fromisoformat(asked[key]) for key in ("first_day", "last_day"))
        after = last + timedelta(days=1)
        payer = self._of(reader, first, last).get(account)
        mine = sorted(
            (each for each in (payer.supplies if payer else ()) if each.point == asked["point"]),
            key=lambda each: each.valid_from,
        )
        ends = [first, *(each.valid_to for each in mine)]
        if mine and ends == [*(each.valid_from for each in mine), after]:
            return _joined(reader, account, mine)
        return [
            Supply(point=asked["point"], tariff=asked["tariff"], valid_from=first, valid_to=after)
        ]

    def _of(self, reader: SupplyReader, first: date, last: date) -> dict[str, Payer]:
        if (first, last) not in self._read:
            rows = read_payers(
                reader.connection,
                self.books.site.schema,
                first,
                last,
                books_position=self.known.books,
                ended=self.books.ended_behind(self.known.books),
            )
            self._read[first, last] = {payer.account: payer for payer in rows}
        return self._read[first, last]


def facts_again(
    document: Mapping[str, Any],
    provenance: Mapping[str, Any],
    supplies: Sequence[SupplyFacts],
    known: Known,
) -> InvoiceFacts:
    """Return the facts of an issued document around some supplies.

    Args:
        document: The document: issuer, names and dates are its own.
        provenance: What it was made of.
        supplies: Facts of its supplies.
        known: Positions at which they were read.
    """
    dated, due_on = (date.fromisoformat(document[key]) for key in ("dated", "due_on"))
    return InvoiceFacts(
        issuer=Issuer(**document["issuer"], prefix="", payment_days=(due_on - dated).days),
        account=document["account"]["key"],
        language=document["account"]["language"],
        currency=document["currency"],
        zone=document["period"]["zone"],
        first_day=date.fromisoformat(document["period"]["first_day"]),
        last_day=date.fromisoformat(document["period"]["last_day"]),
        dated=dated,
        supplies=supplies,
        findings=(),
        run=provenance["run"],
        metering_position=known.metering,
        books_position=known.books,
    )


def _days(supply: Supply) -> tuple[date, date]:
    assert supply.valid_to is not None, "supplies are cut to the invoice's days"
    return supply.valid_from, supply.valid_to - timedelta(days=1)


def _joined(reader: SupplyReader, account: str, pieces: Sequence[Supply]) -> list[Supply]:
    """Return pieces joined where nothing changes: a tariff taken back leaves no cut."""
    found: list[Supply] = []
    for piece in pieces:
        terms = [
            (each.tariff, reader.basis_on(piece.point, account, each.valid_from))
            for each in (*found[-1:], piece)
        ]
        if found and terms[0] == terms[1]:
            found[-1] = replace(found[-1], valid_to=piece.valid_to)
        else:
            found.append(piece)
    return found
