"""In: points of an account, a way to pay. Out: their claims, to be stored with it. I/O: reads."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING
from uuid import UUID

from billing.prepaid.errors import PrepaidRefusedError
from billing.prepaid.payment_kind import PaymentKind, PointPayment, payment_id
from billing.prepaid.server_account import AccountState, PrepaidAccount, prepaid_id
from billing.views.prepaid import documents_of_balances

if TYPE_CHECKING:
    from billing.books import Books


def prepaid_of(books: Books, account: str) -> PrepaidAccount:
    """Return the prepaid account of an account.

    Raises:
        PrepaidRefusedError: The account is not prepaid.
    """
    found = books.find(prepaid_id(books.site.key, account))
    if not isinstance(found, PrepaidAccount):
        raise PrepaidRefusedError.of("not_prepaid", account=account)
    return found


def pays_first(books: Books, account: str, document: str) -> bool:
    """Return whether an issued document of an account is paid from its prepaid balance."""
    held = books.find(prepaid_id(books.site.key, account))
    if not isinstance(held, PrepaidAccount) or held.state is AccountState.SETTLED:
        return False
    with books.database.connection() as connection:
        paid_first = documents_of_balances(connection, books.schema)
    return document in paid_first.get(account, ())


def claim_points(
    books: Books,
    account: str,
    day: date,
    kind: PaymentKind,
    command_id: UUID,
    points: list[str] | None = None,
) -> list[PointPayment]:
    """Return the claims of an account's points that are new, to be stored together.

    Args:
        books: The site's books.
        account: Key of the account.
        day: First local day.
        kind: How they are paid.
        command_id: The command's id.
        points: The points; all that the account pays for on that day or behind it when None,
            those of its cards left out.

    Raises:
        PrepaidRefusedError: A point is paid in another way, or not paid for by the account.
    """
    supplies = [
        supply
        for supply in books.account(account).supplies
        if supply.valid_to is None or supply.valid_to > day
    ]
    mine = {supply.point for supply in supplies}
    for point in points or ():
        if point not in mine:
            raise PrepaidRefusedError.of("not_supplied", point=point, account=account)
    claims = []
    for point in sorted(mine if points is None else set(points)):
        known: PointPayment | None = books.find(payment_id(books.site.key, point))
        begun = known or PointPayment(site=books.site.key, point=point, command_id=command_id)
        if points is None and begun.kind_on(day) is PaymentKind.CARD:
            continue
        before = len(begun.pending_events) if known else 0
        begun.claim(kind, account, day, command_id=command_id)
        if len(begun.pending_events) > before:
            claims.append(begun)
    return claims
