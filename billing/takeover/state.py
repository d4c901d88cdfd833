"""In: a site's books. Out: whether the old system still bills. I/O: reads the journal itself.

Asked of the stream, never of a table that may lag behind: who issues invoices asks here first.
"""

from __future__ import annotations

from dataclasses import dataclass

from billing.books import Books
from billing.invoices.number_series import NumberSeries
from billing.takeover.errors import ParallelRunError
from billing.takeover.site_take_over import SiteTakeOver, take_over_id
from billing.views.find import events_behind


def take_over_of(books: Books) -> SiteTakeOver | None:
    """Return the take-over of a site; None where there never was one."""
    found = books.find(take_over_id(books.site.key))
    assert found is None or isinstance(found, SiteTakeOver), "its stream is a take-over's"
    return found


def may_issue(books: Books) -> bool:
    """Return whether invoices of the site may be issued: no parallel run waits for its release."""
    known = take_over_of(books)
    return known is None or not known.parallel


def require_released(books: Books) -> None:
    """Refuse to issue while the old system still bills.

    Raises:
        ParallelRunError: The parallel run is not released.
    """
    if not may_issue(books):
        raise ParallelRunError.of("takeover.parallel_run")


@dataclass(frozen=True, slots=True, kw_only=True)
class StartedSeries:
    """A number series that goes on behind the system before: the gap explained."""

    prefix: str
    year: int
    first: int
    """First number given here."""
    last_number: str
    """Last number of the system before, as it wrote it."""


def started_series(books: Books) -> list[StartedSeries]:
    """Return the number series that did not begin with 1, by prefix and year."""
    with books.database.connection() as connection:
        found = events_behind(connection, books.schema, NumberSeries.Started.TOPIC, 0)
    started = []
    for stream, _ in found:
        series: NumberSeries = books.repository.get(stream)
        assert series.started is not None, "its stream says so"
        first, last = series.started
        started.append(
            StartedSeries(prefix=series.prefix, year=series.year, first=first, last_number=last)
        )
    return sorted(started, key=lambda each: (each.prefix, each.year))
