"""In: a rated run. Out: its exceptions, bridge, reconciliation, decisions. I/O: reads, books."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from billing.books import Books
from billing.runs.bill_run import BillRun, Choice, Decision
from billing.runs.bridge import Bridge, bridge_between
from billing.runs.errors import NoExceptionError
from billing.runs.exceptions import Limits, RunException, exceptions_of
from billing.runs.review import ReviewedDraft, review_of
from billing.views.billed_before import channel_points, past_supplies, run_before
from billing.views.reconciliation import Reconciled, losses_of, reconciled
from energy.base.period import span_of_days


@dataclass(frozen=True, slots=True, kw_only=True)
class Reviewed:
    """A run as somebody decides about it."""

    run: BillRun
    drafts: tuple[ReviewedDraft, ...]
    exceptions: tuple[RunException, ...]
    """The most money first."""
    reconciliation: tuple[Reconciled, ...]
    bridge: Bridge | None
    """None where no run was issued before."""
    before: str | None
    """Key of the run that the bridge begins at."""

    def decision(self, exception: RunException) -> Decision | None:
        """Return what stands decided about an exception."""
        return self.run.decisions.get(exception.key)

    @property
    def undecided(self) -> list[RunException]:
        """Return the exceptions that wait, the most money first."""
        return [each for each in self.exceptions if each.asked and self.decision(each) is None]


def reviewed_run(books: Books, run: UUID, limits: Limits) -> Reviewed:
    """Return a run with all that a person decides by.

    Args:
        books: The site's books.
        run: The run.
        limits: From where on something is an exception.

    Raises:
        UnknownBillingObjectError: There is no such run.
    """
    opened = books.run(run)
    drafts = review_of(books, run).drafts
    site, currency = books.site, books.site.currency
    period = span_of_days(opened.first_day, opened.last_day, site.zone)
    with books.database.connection() as connection:
        rows = reconciled(connection, site, drafts, period, opened.metering_position)
        past = past_supplies(
            connection,
            site.schema,
            opened.first_day,
            opened.last_day,
            opened.books_position,
            [draft.account for draft in drafts],
        )
        points = channel_points(connection, site.schema)
        earlier = run_before(connection, site.schema, run)
    losses = [] if opened.accounts else losses_of(rows, currency)
    bridge = None if earlier is None else _bridge(books, earlier, drafts)
    return Reviewed(
        run=opened,
        drafts=drafts,
        exceptions=tuple(exceptions_of(drafts, past, losses, limits, points)),
        reconciliation=tuple(rows),
        bridge=bridge,
        before=None if earlier is None else books.run(earlier).key,
    )


def decide_about(
    books: Books,
    reviewed: Reviewed,
    *,
    by: UUID,
    choice: Choice,
    why: str,
    alone_up_to: Decimal,
    command_id: UUID,
    cause: str | None = None,
    accounts: Sequence[str] = (),
) -> list[RunException]:
    """Decide about a run's exceptions of one cause, or about all that wait.

    Args:
        books: The site's books.
        reviewed: The run.
        by: The person.
        choice: What is done about them.
        why: What the person says of it.
        alone_up_to: Most money that one person decides about. [currency]
        command_id: The command's id.
        cause: The cause; all that wait when None.
        accounts: Only of these accounts; all when empty.

    Returns:
        What was decided about.

    Raises:
        WrongStateError: The run is not rated, or approved already.
        NoExceptionError: There is nothing of the cause that can be decided so.
    """
    run = reviewed.run
    meant = [
        each
        for each in (reviewed.undecided if cause is None else reviewed.exceptions)
        if cause in (None, each.cause)
        and (not accounts or each.account in accounts)
        and not (each.barred and choice is Choice.ACCEPT)
        and (each.account or choice is Choice.ACCEPT)
    ]
    if run.seen(command_id):
        return meant
    if not meant:
        if cause is None:
            return []
        raise NoExceptionError(run.key, cause, sorted({e.cause for e in reviewed.exceptions}))
    run.decide(
        by=by,
        cause=cause or "rest",
        choice=choice,
        why=why,
        exceptions={each.key: each.account for each in meant},
        dear=[each.key for each in meant if each.money > alone_up_to],
        command_id=command_id,
    )
    books.store(run)
    return meant


def _bridge(books: Books, earlier: UUID, drafts: Sequence[ReviewedDraft]) -> Bridge:
    before = {}
    for identity in books.run(earlier).invoices:
        invoice = books.invoice(identity)
        before[invoice.account] = json.loads(invoice.document)
    return bridge_between(before, {each.account: json.loads(each.document) for each in drafts})
