"""In: invoices of suppliers. Out: events of the books: entered, checked, paid, withdrawn. Pure."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.receivables.errors import PaymentError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class PurchasedCharge:
    """A charge line of a supplier's invoice."""

    charge: str
    """As our own tariff names it, so that both can be compared."""
    quantity: Decimal
    unit: str
    price: Decimal
    """[currency / unit]"""
    amount: Decimal
    """Before tax. [currency]"""

    def document(self) -> dict[str, str]:
        """Return the charge line as JSON values."""
        return {
            "charge": self.charge,
            "quantity": format(self.quantity, "f"),
            "unit": self.unit,
            "price": format(self.price, "f"),
            "amount": format(self.amount, "f"),
        }


@dataclass(frozen=True, slots=True, kw_only=True)
class Purchase:
    """An invoice of a supplier."""

    supplier: str
    number: str
    """The supplier's own."""
    utility: str
    point: str
    """The main meter it is for."""
    tariff: str
    """Published tariff by which it is checked; "" where there is none."""
    dated: date
    due_on: date
    first_day: date
    last_day: date
    """Included."""
    currency: str
    charges: tuple[PurchasedCharge, ...]
    net: Decimal
    tax: Decimal
    total: Decimal

    def problems(self) -> list[str]:
        """Return what does not add up in the invoice itself, in a few words each."""
        found = []
        if sum((each.amount for each in self.charges), ZERO) != self.net:
            found.append("the charge lines do not add up to the net")
        if self.net + self.tax != self.total:
            found.append("net and tax do not add up to the total")
        if self.last_day < self.first_day:
            found.append("the period ends before it begins")
        return found


def purchase_id(site: str, supplier: str, number: str) -> UUID:
    """Return the id of a supplier's invoice."""
    return id_of("purchase", site, supplier, number)


class PurchaseInvoice(JournalAggregate):
    """An invoice of a supplier; entered once, never changed, withdrawn where it was wrong."""

    TOPIC = "purchase"

    class Created(JournalAggregate.Created):
        """It was entered."""

        TOPIC = "purchase.entered"
        site: str
        supplier: str
        number: str
        utility: str
        point: str
        tariff: str
        dated: date
        due_on: date
        first_day: date
        last_day: date
        currency: str
        charges: list[dict[str, str]]
        net: Decimal
        tax: Decimal
        total: Decimal
        file: str
        by: UUID

    class Checked(JournalAggregate.Event):
        """It was compared with our own rating."""

        TOPIC = "purchase.checked"
        differences: list[dict[str, Any]]
        own_net: Decimal | None
        metering_position: int
        by: UUID

    class Paid(JournalAggregate.Event):
        """It was paid, whole or in part."""

        TOPIC = "purchase.paid"
        supplier: str
        number: str
        utility: str
        currency: str
        amount: Decimal
        on: date
        means: str
        bank_entry: UUID | None
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Count it."""
            aggregate.paid += self.amount

    class Withdrawn(JournalAggregate.Event):
        """It was wrong: what it booked is taken back."""

        TOPIC = "purchase.withdrawn"
        supplier: str
        number: str
        utility: str
        currency: str
        net: Decimal
        tax: Decimal
        total: Decimal
        on: date
        reason: str
        by: UUID

        def apply(self, aggregate: Any) -> None:
            """Let it count no longer."""
            aggregate.withdrawn = True

    @staticmethod
    def create_id(*, site: str, supplier: str, number: str, **_: object) -> UUID:
        """Return the id from site, supplier and number."""
        return purchase_id(site, supplier, number)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        supplier: str,
        number: str,
        utility: str,
        point: str,
        tariff: str,
        dated: date,
        due_on: date,
        first_day: date,
        last_day: date,
        currency: str,
        charges: list[dict[str, str]],
        net: Decimal,
        tax: Decimal,
        total: Decimal,
        file: str,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Enter it."""
        self.purchase = Purchase(
            supplier=supplier,
            number=number,
            utility=utility,
            point=point,
            tariff=tariff,
            dated=dated,
            due_on=due_on,
            first_day=first_day,
            last_day=last_day,
            currency=currency,
            charges=charges_of(charges),
            net=net,
            tax=tax,
            total=total,
        )
        self.paid = ZERO
        self.withdrawn = False

    def check(
        self,
        differences: list[dict[str, Any]],
        *,
        own_net: Decimal | None,
        metering_position: int,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Note what our own rating says."""
        self._need_valid()
        self.trigger_event(
            self.Checked,
            differences=differences,
            own_net=own_net,
            metering_position=metering_position,
            by=by,
            command_id=command_id,
        )

    def pay(
        self,
        amount: Decimal,
        *,
        on: date,
        means: str,
        bank_entry: UUID | None,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Note that it was paid.

        Raises:
            PaymentError: It is withdrawn, or so much is not open.
        """
        self._need_valid()
        left = self.purchase.total - self.paid
        if not 0 < amount <= left:
            raise PaymentError.of("purchase_paid", number=self.purchase.number, open=left)
        self.trigger_event(
            self.Paid,
            supplier=self.purchase.supplier,
            number=self.purchase.number,
            utility=self.purchase.utility,
            currency=self.purchase.currency,
            amount=amount,
            on=on,
            means=means,
            bank_entry=bank_entry,
            by=by,
            command_id=command_id,
        )

    def withdraw(self, *, on: date, reason: str, by: UUID, command_id: UUID) -> None:
        """Take it back.

        Raises:
            PaymentError: It is withdrawn, or was paid.
        """
        self._need_valid()
        if self.paid:
            open_ = self.purchase.total - self.paid
            raise PaymentError.of("purchase_paid", number=self.purchase.number, open=open_)
        self.trigger_event(
            self.Withdrawn,
            supplier=self.purchase.supplier,
            number=self.purchase.number,
            utility=self.purchase.utility,
            currency=self.purchase.currency,
            net=self.purchase.net,
            tax=self.purchase.tax,
            total=self.purchase.total,
            on=on,
            reason=reason,
            by=by,
            command_id=command_id,
        )

    def _need_valid(self) -> None:
        if self.withdrawn:
            raise PaymentError.of("purchase_withdrawn", number=self.purchase.number)


def charges_of(told: list[dict[str, str]]) -> tuple[PurchasedCharge, ...]:
    """Return the charge lines that `PurchasedCharge.document` told."""
    return tuple(
        PurchasedCharge(
            charge=each["charge"],
            quantity=Decimal(each["quantity"]),
            unit=each["unit"],
            price=Decimal(each["price"]),
            amount=Decimal(each["amount"]),
        )
        for each in told
    )
