"""In: the books of a site. Out: every ledger entry of prepaid and the desks, for tests. I/O."""

from __future__ import annotations

from billing.books import Books
from billing.cash_desk import postings as desk_postings
from billing.ledger.entry import Entry
from billing.prepaid import postings as prepaid_postings

POSTINGS = {**desk_postings.POSTINGS, **prepaid_postings.POSTINGS}


def entries_of_site(books: Books) -> list[Entry]:
    """Return the entries of all events so far, in the order of the journal."""
    found: list[Entry] = []
    for notification in books.recorder.select_notifications(start=1, limit=100_000):
        function = POSTINGS.get(notification.topic)
        if function is not None:
            found += function(books.mapper.to_domain_event(notification))
    keys = [entry.key for entry in found]
    assert len(keys) == len(set(keys)), "a key is one entry's"
    return found
