"""In: invoices of suppliers. Out: events in the books, what differs from our rating. I/O."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.books import Books
from billing.invoices.drafting import draft_invoice
from billing.invoices.invoice_facts import InvoiceFacts
from billing.money import exponent_of
from billing.receivables.errors import PaymentError
from billing.retrying import retried
from billing.suppliers.compare import Difference, Recovery, differences, recovery
from billing.suppliers.purchase import Purchase, PurchaseInvoice, purchase_id
from billing.views.suppliers import purchase_named, read_billed, read_purchased
from billing.views.supply import SupplyReader
from energy.base.ids import id_of

SUPPLIER = "supplier"
"""Stands for the account in a draft that only checks a supplier."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CheckedPurchase:
    """A purchase invoice beside our own rating."""

    purchase: Purchase
    problems: tuple[str, ...]
    """What does not add up in the invoice itself."""
    differences: tuple[Difference, ...]
    own_net: Decimal

    @property
    def too_much(self) -> Decimal:
        """Return what the supplier bills too much, before tax. [currency]."""
        return self.purchase.net - self.own_net


@dataclass(frozen=True, slots=True)
class SupplierOffice:
    """The supplier side of one site."""

    books: Books

    def enter(
        self, purchases: Sequence[Purchase], *, file: str, by: UUID, command_id: UUID
    ) -> list[Purchase]:
        """Enter invoices, all of them or none; one that is known as it is, is left out.

        Returns:
            Those that are new.

        Raises:
            PaymentError: One is known with other content.
            ConflictError: Others kept being faster; repeat the command.
        """

        def act() -> list[Purchase]:
            fresh = [each for each in purchases if not self._known(each)]
            if fresh:
                self.books.store(*(self._entered(p, file, by, command_id) for p in fresh))
            return fresh

        return retried(act)

    def check(
        self, name: str, *, metering_position: int, by: UUID | None, command_id: UUID
    ) -> CheckedPurchase:
        """Compare an invoice with our own rating of its tariff over its point's usage.

        Args:
            name: Number, "supplier/number", or beginning of the id.
            metering_position: As known there.
            by: Who; the check is not noted when None.
            command_id: The command's id.

        Raises:
            UnknownBillingObjectError: There is no such invoice.
            PaymentError: It names no tariff, or the usage is not known whole.
        """
        invoice = self.invoice(name)
        purchase = invoice.purchase
        charges = self._own_charges(purchase, metering_position)
        found = differences(purchase.charges, charges)
        own_net = sum((each.ours.amount for each in found if each.ours), Decimal(0))
        if by is not None and not invoice.seen(command_id):
            invoice.check(
                [each.document() for each in found if each.amount or each.quantity],
                own_net=own_net,
                metering_position=metering_position,
                by=by,
                command_id=command_id,
            )
            self.books.store(invoice)
        return CheckedPurchase(
            purchase=purchase,
            problems=tuple(purchase.problems()),
            differences=tuple(found),
            own_net=own_net,
        )

    def pay(
        self,
        name: str,
        amount: Decimal | None,
        *,
        on: date,
        means: str,
        by: UUID,
        command_id: UUID,
    ) -> Decimal:
        """Note that an invoice was paid; return how much. [currency].

        Raises:
            UnknownBillingObjectError: There is no such invoice.
            PaymentError: It is withdrawn, or so much is not open.
        """

        def act() -> Decimal:
            invoice = self.invoice(name)
            if invoice.seen(command_id):
                return invoice.paid
            paid = invoice.purchase.total - invoice.paid if amount is None else amount
            invoice.pay(paid, on=on, means=means, bank_entry=None, by=by, command_id=command_id)
            self.books.store(invoice)
            return paid

        return retried(act)

    def withdraw(self, name: str, *, on: date, reason: str, by: UUID, command_id: UUID) -> None:
        """Take an invoice back that was wrong.

        Raises:
            UnknownBillingObjectError: There is no such invoice.
            PaymentError: It is withdrawn already, or was paid.
        """
        invoice = self.invoice(name)
        if not invoice.seen(command_id):
            invoice.withdraw(on=on, reason=reason, by=by, command_id=command_id)
            self.books.store(invoice)

    def recovery(self, first_day: date, last_day: date) -> list[Recovery]:
        """Return what of each utility's purchase was billed on, of some local days."""
        with self.books.database.connection() as connection:
            bought = read_purchased(connection, self.books.schema, first_day, last_day)
            billed = read_billed(connection, self.books.schema, first_day, last_day)
        digits = exponent_of(self.books.site.currency)
        return recovery(bought, billed, first_day, last_day, digits=digits)

    def invoice(self, name: str) -> PurchaseInvoice:
        """Return a purchase invoice.

        Raises:
            UnknownBillingObjectError: None is called so.
        """
        with self.books.database.connection() as connection:
            identity = purchase_named(connection, self.books.schema, name).purchase
        found: PurchaseInvoice = self.books.repository.get(identity)
        return found

    def _own_charges(self, purchase: Purchase, metering_position: int) -> list[dict[str, Any]]:
        if not purchase.tariff:
            raise PaymentError.of("no_tariff", number=purchase.number)
        site, position = self.books.site, self.books.position()
        with self.books.database.connection() as connection:
            reader = SupplyReader(connection, site, metering_position, position)
            facts = reader.facts(
                purchase.point, purchase.tariff, purchase.first_day, purchase.last_day
            )
        draft = draft_invoice(
            InvoiceFacts(
                issuer=self.books.issuer(),
                account=SUPPLIER,
                language=site.language,
                currency=site.currency,
                zone=site.zone.key,
                first_day=purchase.first_day,
                last_day=purchase.last_day,
                dated=purchase.dated,
                supplies=[facts],
                findings=(),
                run=SUPPLIER,
                metering_position=metering_position,
                books_position=position,
            )
        )
        if draft.dirty:
            raise PaymentError.of(
                "no_usage",
                point=purchase.point,
                first=purchase.first_day,
                last=purchase.last_day,
                cause=", ".join(sorted({each.code for each in draft.findings})),
            )
        (supply,) = json.loads(draft.document)["supplies"]
        charges: list[dict[str, Any]] = supply["charges"]
        return charges

    def _known(self, purchase: Purchase) -> bool:
        identity = purchase_id(self.books.site.key, purchase.supplier, purchase.number)
        known: PurchaseInvoice | None = self.books.find(identity)
        if known is None:
            return False
        if known.purchase != purchase or known.withdrawn:
            raise PaymentError.of(
                "purchase_taken", number=purchase.number, supplier=purchase.supplier
            )
        return True

    def _entered(
        self, purchase: Purchase, file: str, by: UUID, command_id: UUID
    ) -> PurchaseInvoice:
        # one command may enter many: each has an id of its own
        own = id_of("enter purchase", str(command_id), purchase.supplier, purchase.number)
        return PurchaseInvoice(
            site=self.books.site.key,
            supplier=purchase.supplier,
            number=purchase.number,
            utility=purchase.utility,
            point=purchase.point,
            tariff=purchase.tariff,
            dated=purchase.dated,
            due_on=purchase.due_on,
            first_day=purchase.first_day,
            last_day=purchase.last_day,
            currency=purchase.currency,
            charges=[each.document() for each in purchase.charges],
            net=purchase.net,
            tax=purchase.tax,
            total=purchase.total,
            file=file,
            by=by,
            command_id=own,
        )
