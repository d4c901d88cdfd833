"""In: a payment that a person types. Out: what came in, and the id of its command. Pure.

One reading for the command row and the screens: the same payment said at both is one payment.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from billing.receivables.account_book import Means
from billing.receivables.errors import PaymentError
from billing.receivables.office import Incoming
from energy.base.ids import id_of


@dataclass(frozen=True, slots=True, kw_only=True)
class TypedPayment:
    """A payment that no bank file brings: cash, cheque, card."""

    account: str
    amount: Decimal
    """[currency]"""
    means: Means
    reference: str
    on: date


def incoming_of(site: str, typed: TypedPayment, today: date) -> tuple[Incoming, UUID]:
    """Return a typed payment as money that came in, with the id of the command that takes it.

    Args:
        site: The site's key.
        typed: What was typed.
        today: The site's local day.

    Raises:
        PaymentError: Its day is still to come.
    """
    if typed.on > today:
        raise PaymentError.of("day_ahead", on=typed.on, today=today)
    said = ("record", typed.account, typed.amount, typed.means, typed.reference, typed.on)
    command = id_of("said", site, *(" ".join(str(each).split()) for each in said))
    incoming = Incoming(
        payment=f"P-{command.hex[:12]}",
        amount=typed.amount,
        on=typed.on,
        means=typed.means,
        reference=typed.reference,
    )
    return incoming, command
