"""In: the number of a work order of billing. Out: what it asks of a switching order. I/O: reads."""

from __future__ import annotations

from billing.books import Books
from billing.prepaid.errors import PrepaidRefusedError
from billing.prepaid.supply_order import OrderState, SupplyOrder
from billing.views.prepaid_points import order_named
from energy.service.switching.kinds import RequestKind
from energy.service.switching.request import Asked, FindAsked

_WANTED = (OrderState.APPROVED, OrderState.HANDED_OUT)


def asked_of(books: Books) -> FindAsked:
    """Return what finds a request to cut or restore a supply, as the journal has it now.

    Args:
        books: Of the site.
    """

    def find(reference: str) -> Asked | None:
        try:
            with books.database.connection() as connection:
                identity = order_named(connection, books.site.schema, reference)
        except PrepaidRefusedError:
            return None
        held = books.find(identity)
        if not isinstance(held, SupplyOrder) or held.state not in _WANTED:
            return None
        late = held.valid_until is not None and held.valid_until < books.clock.now()
        return Asked(
            kind=RequestKind(held.kind.value),
            reference=f"{held.account}/{held.number}",
            points=tuple(held.points),
            ready=held.state is OrderState.HANDED_OUT and not late,
        )

    return find
