"""In: a rated run. Out: its exceptions, bridge, reconciliation, decisions. I/O: reads, books."""

from __future__ import annotations

import json
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.books import Books
from billing.canonical import sha256_of
from billing.runs.bill_run import BillRun, Choice, Decision
from billing.runs.bridge import Bridge, UtilitySum, bridge_between, utility_sums
from billing.runs.errors import NoExceptionError, SeenOtherwiseError
from billing.runs.exceptions import Limits, RunException, exceptions_of
from billing.runs.review import ReviewedDraft, review_of
from billing.runs.sealed import seal_of
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
    sums: tuple[UtilitySum, ...]
    """By utility, against the run before."""

    def decision(self, exception: RunException) -> Decision | None:
        """Return what stands decided about an exception."""
        return self.run.decisions.get(exception.key)

    @property
    def seal(self) -> str:
        """Return the SHA-256 that an approval of the run as it stands now would sign."""
        hashes = {draft.account: sha256_of(draft.document) for draft in self.drafts}
        return seal_of(self.run, hashes, self.run.held_out())

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
    documents = {draft.account: json.loads(draft.document) for draft in drafts}
    past_bills = {} if earlier is None else _documents(books, earlier)
    return Reviewed(
        run=opened,
        drafts=drafts,
        exceptions=tuple(exceptions_of(drafts, past, losses, limits, points)),
        reconciliation=tuple(rows),
        bridge=None if earlier is None else bridge_between(past_bills, documents),
        before=None if earlier is None else books.run(earlier).key,
        sums=tuple(utility_sums(past_bills.values(), documents.values())),
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
    keys: Collection[str] = (),
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
        keys: Only these exceptions, as somebody saw them; all when empty.

    Returns:
        What was decided about.

    Raises:
        WrongStateError: The run is not rated, or approved already.
        SeenOtherwiseError: One of the keys is of no exception any more.
        NoExceptionError: There is nothing of the cause that can be decided so.
    """
    run = reviewed.run
    if not set(keys) <= {each.key for each in reviewed.exceptions}:
        raise SeenOtherwiseError(run.key)
    named = keys or cause is not None
    asked = reviewed.exceptions if named else reviewed.undecided
    about = [each for each in asked if cause in (None, each.cause) and _open_to(each, choice)]
    about = [each for each in about if not accounts or each.account in accounts]
    meant = [each for each in about if not keys or each.key in keys]
    if run.seen(command_id) or not (meant or named):
        return meant
    if not meant:
        raise _nothing(reviewed, cause, keys)
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


def _nothing(reviewed: Reviewed, cause: str | None, keys: Collection[str]) -> NoExceptionError:
    causes = {each.key: each.cause for each in reviewed.exceptions}
    asked = cause or ", ".join(sorted({causes[key] for key in keys}))
    return NoExceptionError(reviewed.run.key, asked, sorted(set(causes.values())))


def _open_to(each: RunException, choice: Choice) -> bool:
    """Return whether an exception can be so decided: a whole run is not held out."""
    if choice is Choice.ACCEPT:
        return not each.barred
    return bool(each.account)


def _documents(books: Books, run: UUID) -> dict[str, dict[str, Any]]:
    """Return the documents of an issued run's invoices, by account."""
    found = {}
    for identity in books.run(run).invoices:
        invoice = books.invoice(identity)
        found[invoice.account] = json.loads(invoice.document)
    return found
