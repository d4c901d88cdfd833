"""In: an issued invoice or a tariff file. Out: the same days under another tariff. I/O: reads.

Nothing is stored: the books do not know that somebody tried.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.books import Books
from billing.corrections.anew import Known, supplies_anew
from billing.corrections.difference import own_total
from billing.invoices.drafting import draft_invoice
from billing.invoices.invoice_facts import InvoiceFacts
from billing.tariffs.tariff import TariffVersion
from billing.views.billed_before import last_invoices_of_tariff
from billing.views.supply import SupplyReader
from energy.base.finding import Severity
from energy.views.computed import asked_together


@dataclass(frozen=True, slots=True, kw_only=True)
class Replayed:
    """A period under two tariffs."""

    number: str | None
    account: str
    document: Mapping[str, Any]
    """As it would have been."""
    was: Decimal
    """[currency]"""
    now: Decimal | None
    """None where the other tariff cannot price the days. [currency]"""
    barred: tuple[str, ...] = ()
    """Codes of what stands in the way."""

    @property
    def difference(self) -> Decimal | None:
        """Return what it would cost more. [currency]."""
        return None if self.now is None else self.now - self.was


@dataclass(frozen=True, slots=True, kw_only=True)
class Impact:
    """What a tariff version would have cost on the last bills of all who have the tariff."""

    tariff: str
    version: int
    bills: tuple[Replayed, ...]
    """The most hit first."""

    @property
    def was(self) -> Decimal:
        """Return what the bills came to that can be compared. [currency]."""
        return sum((each.was for each in self.bills if each.now is not None), Decimal(0))

    @property
    def now(self) -> Decimal:
        """Return what they would come to. [currency]."""
        return sum((each.now for each in self.bills if each.now is not None), Decimal(0))


def replayed(
    books: Books,
    invoice: UUID,
    versions: Sequence[TariffVersion],
    *,
    tariff: str | None = None,
    reader: SupplyReader | None = None,
) -> Replayed:
    """Return an issued invoice's days, as known then, under other tariff versions.

    Args:
        books: The site's books.
        invoice: The invoice.
        versions: Of one tariff; they take the place of another of the same utility.
        tariff: Only supplies under this tariff; every one of the utility when None.
        reader: Reads as known then; a new one when None.

    Raises:
        UnknownBillingObjectError: There is no such invoice.
        RatingError: A tariff period begins inside a usage interval.
    """
    found = books.invoice(invoice)
    document, provenance = json.loads(found.document), json.loads(found.provenance)
    known = Known(metering=provenance["metering_position"], books=provenance["books_position"])
    facts = supplies_anew(books, found, known, reader=reader)
    utility = versions[0].utility
    tried = replace(
        facts,
        supplies=[
            replace(each, versions=tuple(versions), tariff=versions[0].tariff)
            if each.utility is utility and tariff in (None, each.tariff)
            else each
            for each in facts.supplies
        ],
    )
    return _compared(tried, found.number, own_total(document))


def impact_of(books: Books, version: TariffVersion, *, periods: int = 1) -> Impact:
    """Return what a version that is not published would have cost on the last bills.

    The version prices all days of these bills, whatever it is valid from.

    Args:
        books: The site's books.
        version: The version, checked.
        periods: How many of the last bills of each account.

    Raises:
        RatingError: A tariff period begins inside a usage interval.
    """
    with books.database.connection() as connection:
        invoices = last_invoices_of_tariff(connection, books.schema, version.tariff, periods)
    bills: list[Replayed] = []
    with books.database.connection() as connection, asked_together():
        for identity, first_day, position, known in invoices:
            early = replace(version, valid_from=min(version.valid_from, first_day), valid_to=None)
            reader = SupplyReader(connection, books.site, position, known)
            bills.append(replayed(books, identity, [early], tariff=version.tariff, reader=reader))
    hit = sorted(bills, key=lambda each: (-abs(each.difference or Decimal(0)), each.number or ""))
    return Impact(tariff=version.tariff, version=version.version, bills=tuple(hit))


def _compared(facts: InvoiceFacts, number: str | None, was: Decimal) -> Replayed:
    draft = draft_invoice(facts)
    codes = tuple(sorted({f.code for f in draft.findings if f.severity is Severity.DO_NOT_BILL}))
    return Replayed(
        number=number,
        account=facts.account,
        document=json.loads(draft.document),
        was=was,
        now=None if codes else draft.total,
        barred=codes,
    )
