"""In: a work order on a supply, the rules. Out: the content of the notice to its tenant. Pure."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal

from billing.documents.contents import DisconnectionNotice, Party
from billing.prepaid.rules import Rules
from billing.prepaid.supply_order import SupplyOrder


def notice_of(
    order: SupplyOrder,
    to: Party,
    rules: Rules,
    points: Sequence[tuple[str, str]],
    *,
    currency: str,
    zone: str,
    dated: date,
    not_before: datetime,
    balance: Decimal,
    approved_by: str,
) -> DisconnectionNotice:
    """Return the content of a notice that a supply is going to be cut.

    Args:
        order: The work order.
        to: The tenant, as the vault opened it.
        rules: The site's rules.
        points: Points and their names.
        currency: Of the books.
        zone: Of the site.
        dated: Day of the notice.
        not_before: First instant at which it may be cut.
        balance: Of the prepaid account now. [currency]
        approved_by: Name of whoever approved the order; "" where nobody did yet.
    """
    return DisconnectionNotice(
        number=f"{order.account}/{order.number}",
        dated=dated,
        to=to,
        currency=currency,
        points=list(points),
        owed=max(rules.reconnect_at - balance, Decimal(0)),
        balance=balance,
        not_before=not_before,
        zone=zone,
        pay_by=dated,
        restore_at=rules.reconnect_at,
        approved_by=approved_by,
    )
