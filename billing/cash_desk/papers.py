"""In: money taken, a shift. Out: the content of its receipt, of its cash-up sheet. Pure.

What stands on paper follows from the events alone, so a receipt printed again is the same one.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from billing.cash_desk.shift import Shift
from billing.cash_desk.shift_events import Means, Taking
from billing.documents.contents import (
    CashUpSheet,
    MeansCounted,
    Paid,
    Party,
    Receipt,
)
from energy.base.text import LANGUAGES, t

Named = Mapping[str, str]


def named(key: str, **values: object) -> dict[str, str]:
    """Return a text of the catalogue in every language."""
    return {language: t(language, key, **values) for language in LANGUAGES}


def receipt_of(
    taking: Taking,
    to: Party,
    *,
    currency: str,
    zone: str,
    desk: str,
    cashier: str,
    units: Sequence[tuple[Decimal, Decimal]] = (),
    unit: str = "",
    card: str = "",
    balance: Decimal | None = None,
    voids: str = "",
    reason: str = "",
) -> Receipt:
    """Return the content of a receipt.

    Args:
        taking: What was taken.
        to: Who paid, as the vault opened it.
        currency: Of the books.
        zone: Of the site.
        desk: Where.
        cashier: Who took it.
        units: Of a card sale: units and price of each block. [unit], [currency / unit]
        unit: Of them.
        card: Card that they are written to.
        balance: Of the prepaid account afterwards. [currency]
        voids: Number of the receipt, where this one takes it back.
        reason: Why it is taken back.
    """
    purpose = named(f"cli.desk.purpose.{taking.purpose}")
    what = {key: f"{text} {taking.invoice or ''}".strip() for key, text in purpose.items()}
    change = None if taking.given is None else taking.given - taking.amount
    sign = -1 if voids else 1
    items = [Paid(what=what, amount=sign * taking.amount)]
    if units:
        whole = sum((count for count, _ in units), Decimal(0))
        price = units[0][1] if len(units) == 1 else None
        items = [replace(items[0], quantity=whole, unit=unit, price=price)]
    return Receipt(
        number=taking.receipt,
        at=taking.taken_at,
        zone=zone,
        to=to,
        currency=currency,
        items=items,
        total=sign * taking.amount,
        means=named(f"cli.desk.means.{taking.means}"),
        given=None if change is None else taking.amount + change,  # with all digits
        change=change,
        balance=balance,
        card=card,
        cashier=cashier,
        desk=desk,
        voids=voids,
        reason=reason,
    )


def cash_up_of(shift: Shift, *, zone: str, cashier: str, seconded_by: str) -> CashUpSheet:
    """Return the content of a shift's cash-up sheet.

    Args:
        shift: Counted or closed.
        zone: Of the site.
        cashier: Name of the person of the shift.
        seconded_by: Name of whoever signed for a difference; "" where there was none.
    """
    takings = list(shift.takings.values())
    numbers = [each.receipt for each in takings]
    means = [
        MeansCounted(
            means=named(f"cli.desk.means.{each}"),
            count=sum(1 for t in takings if t.means is each and not t.void),
            expected=shift.expected[each],
            counted=shift.counted[each],
            difference=shift.counted[each] - shift.expected[each],
        )
        for each in Means
    ]
    return CashUpSheet(
        shift=f"{shift.desk}/{shift.number}",
        desk=shift.desk,
        cashier=cashier,
        opened_at=shift.opened_at,
        closed_at=shift.closed_at or shift.modified_on,
        zone=zone,
        currency=shift.currency,
        float_=shift.change,
        means=means,
        receipts=len(takings),
        voids=sum(1 for each in takings if each.void),
        first_receipt=numbers[0] if numbers else "",
        last_receipt=numbers[-1] if numbers else "",
        reason=shift.reason,
        signed_by=cashier,
        seconded_by=seconded_by,
    )
