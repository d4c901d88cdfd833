"""In: an event of the books. Out: the ledger entries that it is, by its topic. Pure.

Each room says what its own events move, in a module `postings.py` with a mapping `POSTINGS` from
topic to function; this one only gathers them. An event without a function moves no money.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from billing.accounts import postings as deposits
from billing.cash_desk import postings as cash_desk
from billing.ledger import bank_postings, invoice_postings, purchase_postings
from billing.ledger.entry import Entry
from billing.prepaid import postings as prepaid
from billing.receivables import postings as receivables

Postings = Callable[[Any], Sequence[Entry]]
"""Returns what an event moves."""

OWN: frozenset[str] = frozenset(
    {*invoice_postings.POSTINGS, *receivables.POSTINGS, *bank_postings.POSTINGS}
)
"""Topics whose open items the receivables fold knows; others' are made of their entries."""
_ROOMS: tuple[Mapping[str, Postings], ...] = (
    deposits.POSTINGS,
    prepaid.POSTINGS,
    cash_desk.POSTINGS,
    invoice_postings.POSTINGS,
    receivables.POSTINGS,
    bank_postings.POSTINGS,
    purchase_postings.POSTINGS,
)
POSTINGS: dict[str, Postings] = {
    topic: function for room in _ROOMS for topic, function in room.items()
}
assert len(POSTINGS) == sum(len(room) for room in _ROOMS), "a topic is one room's"


def entries_of(event: Any) -> Sequence[Entry]:
    """Return what an event of the books moves; nothing of most."""
    function = POSTINGS.get(getattr(type(event), "TOPIC", ""))
    return () if function is None else function(event)
