"""In: values of an issued document. Out: an invoice as EN 16931 sees it, and its checks. Pure.

Numbers of terms (BT-..) are those of the standard. Amounts have two digits, all of them as the
paper has them: nothing is computed anew on the way into the XML.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from enum import StrEnum

from billing.einvoice.errors import EInvoiceError
from billing.money import round_half_up

CENTS = 2
"""Digits of every amount (BR-DEC)."""


class DocumentType(StrEnum):
    """What a document is (BT-3)."""

    INVOICE = "380"
    CREDIT_NOTE = "381"


class TaxCategory(StrEnum):
    """How something is taxed (BT-151)."""

    STANDARD = "S"
    ZERO = "Z"
    EXEMPT = "E"
    REVERSE_CHARGE = "AE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Trader:
    """Seller or buyer."""

    name: str
    rows: Sequence[str]
    """Of the address."""
    city: str
    postcode: str
    country: str
    """ISO 3166."""
    tax_number: str = ""
    key: str = ""
    """What the other side calls it: the account."""
    mail: str = ""

    @property
    def is_vat_number(self) -> bool:
        """Return whether the tax number is a VAT identifier: it begins with a country."""
        return len(self.tax_number) > 2 and self.tax_number[:2].isalpha()


@dataclass(frozen=True, slots=True, kw_only=True)
class InvoiceLine:
    """One charge (BG-25)."""

    number: str
    name: str
    note: str
    quantity: Decimal
    """BT-129; negative where something is taken off."""
    unit: str
    """BT-130, UN/ECE recommendation 20."""
    price: Decimal
    """BT-146, without tax, never negative. [currency / unit]"""
    amount: Decimal
    """BT-131, without tax. [currency]"""
    category: TaxCategory
    rate: Decimal
    """[%]"""
    first_day: date | None = None
    last_day: date | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TaxTotal:
    """Tax of a category and rate (BG-23)."""

    category: TaxCategory
    rate: Decimal
    """[%]"""
    base: Decimal
    amount: Decimal
    reason: str = ""
    """Why there is none; of E and AE."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Preceding:
    """The invoice that a credit note takes back (BG-3)."""

    number: str
    dated: date


@dataclass(frozen=True, slots=True, kw_only=True)
class BankAccount:
    """Where to pay (BG-17)."""

    number: str
    holder: str
    code: str = ""

    @property
    def is_iban(self) -> bool:
        """Return whether it is an IBAN."""
        compact = self.number.replace(" ", "")
        return len(compact) >= 15 and compact[:2].isalpha() and compact[2:4].isdigit()


@dataclass(frozen=True, slots=True, kw_only=True)
class EInvoice:
    """An invoice or credit note."""

    number: str
    type: DocumentType
    issued_on: date
    due_on: date | None
    currency: str
    seller: Trader
    buyer: Trader
    first_day: date
    last_day: date
    lines: Sequence[InvoiceLine]
    taxes: Sequence[TaxTotal]
    net: Decimal
    tax: Decimal
    total: Decimal
    preceding: Preceding | None = None
    banks: Sequence[BankAccount] = ()
    note: str = ""

    def require_sound(self) -> None:
        """Refuse what does not add up, quantity x price above all: no official rule looks at it.

        Raises:
            EInvoiceError: A line, a tax or a sum is not what follows from its parts.
        """
        for line in self.lines:
            _require_line(line)
        for problem in self._sums():
            raise problem

    def _sums(self) -> Iterator[EInvoiceError]:
        sums = {
            "net": (self.net, sum((line.amount for line in self.lines), Decimal(0))),
            "tax": (self.tax, sum((tax.amount for tax in self.taxes), Decimal(0))),
            "base": (self.net, sum((tax.base for tax in self.taxes), Decimal(0))),
            "total": (self.total, self.net + self.tax),
        }
        for name, (stated, found) in sums.items():
            if stated != found:
                yield EInvoiceError.of("sum", sum=name, stated=f"{stated:f}", found=f"{found:f}")


def _require_line(line: InvoiceLine) -> None:
    product = round_half_up(line.quantity * line.price, CENTS)
    if product != line.amount or line.price < 0:
        raise EInvoiceError.of(
            "line",
            line=line.number,
            name=line.name,
            quantity=f"{line.quantity:f}",
            price=f"{line.price:f}",
            product=f"{product:f}",
            amount=f"{line.amount:f}",
        )
