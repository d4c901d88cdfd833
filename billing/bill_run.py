"""Step 6 of 6. From: charge lines of many accounts. To: a run reviewed, approved, issued. Pure.

A run freezes what was known when it opened: a metering position and a books position. The
person who opened it cannot approve it.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from uuid import UUID

from eventsourcing.domain import event

from billing.errors import HeldRunError, SecondPersonError, WrongStateError
from billing.money import plain
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of


class RunState(StrEnum):
    """The steps of a run."""

    OPEN = "open"
    RATED = "rated"
    APPROVED = "approved"
    ISSUED = "issued"
    ABANDONED = "abandoned"


def run_key(first_day: date, last_day: date, accounts: Sequence[str], attempt: int) -> str:
    """Return the natural key of a run.

    Args:
        first_day: First local day billed.
        last_day: Last local day billed, included.
        accounts: Accounts of the run; empty for all.
        attempt: 1, and one more for each run of the same days and accounts that is over.
    """
    scope = ",".join(sorted(accounts)) or "all"
    return f"{first_day.isoformat()}/{last_day.isoformat()}/{scope}/{attempt}"


def run_id(site: str, key: str) -> UUID:
    """Return the id of a run by its natural key."""
    return id_of("bill_run", site, key)


class BillRun(JournalAggregate):
    """One rating of many accounts."""

    TOPIC = "bill_run"

    class Created(JournalAggregate.Created):
        """The run was opened and knows what it may look at."""

        TOPIC = "bill_run.opened"
        site: str
        key: str
        first_day: date
        last_day: date
        accounts: list[str]
        dated: date
        metering_position: int
        books_position: int
        opened_by: UUID

    class Rated(JournalAggregate.Event):
        """Drafts were stored, in one transaction with this."""

        TOPIC = "bill_run.rated"
        drafts: list[UUID]
        dirty: list[str]
        total: str

    class Approved(JournalAggregate.Event):
        """A second person approved; the held accounts stay out."""

        TOPIC = "bill_run.approved"
        by: UUID
        held: list[str]

    class Issued(JournalAggregate.Event):
        """Invoices were numbered, in one transaction with this."""

        TOPIC = "bill_run.issued"
        by: UUID
        invoices: list[UUID]
        total: str

    class Abandoned(JournalAggregate.Event):
        """The run will never be issued."""

        TOPIC = "bill_run.abandoned"
        by: UUID
        reason: str

    @staticmethod
    def create_id(*, site: str, key: str, **_: object) -> UUID:
        """Return the id from site and key."""
        return run_id(site, key)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        key: str,
        first_day: date,
        last_day: date,
        accounts: list[str],
        dated: date,
        metering_position: int,
        books_position: int,
        opened_by: UUID,
        command_id: UUID,
    ) -> None:
        """Open a run over local days; `dated` is the date its invoices bear."""
        self.key = key
        self.first_day = first_day
        self.last_day = last_day
        self.accounts = accounts
        self.dated = dated
        self.metering_position = metering_position
        self.books_position = books_position
        self.opened_by = opened_by
        self.approved_by: UUID | None = None
        self.state = RunState.OPEN
        self.drafts: list[UUID] = []
        self.dirty: list[str] = []
        self.held: list[str] = []
        self.invoices: list[UUID] = []
        self.total = "0"

    def rate(
        self,
        *,
        drafts: Sequence[UUID],
        dirty: Sequence[str],
        total: Decimal,
        command_id: UUID,
    ) -> None:
        """Note the drafts; rating again is allowed until somebody approved.

        Args:
            drafts: Invoices drafted, by account key.
            dirty: Accounts with do-not-bill findings.
            total: Sum of the drafts. [currency]
            command_id: The command's id.

        Raises:
            WrongStateError: The run is approved, issued or abandoned.
        """
        self._need(RunState.OPEN, RunState.RATED)
        self._rate(
            drafts=list(drafts), dirty=list(dirty), total=plain(total), command_id=command_id
        )

    def approve(self, *, by: UUID, hold: Sequence[str], command_id: UUID) -> None:
        """Approve as a second person.

        Args:
            by: The person.
            hold: Accounts left out of the issue.
            command_id: The command's id.

        Raises:
            WrongStateError: The run is not rated.
            SecondPersonError: The same person opened it.
            HeldRunError: An account with do-not-bill findings is not held out.
        """
        self._need(RunState.RATED)
        if by == self.opened_by:
            raise SecondPersonError
        left = sorted(set(self.dirty) - set(hold))
        if left:
            raise HeldRunError(left)
        self._approve(by=by, held=sorted(hold), command_id=command_id)

    def issue(
        self, *, by: UUID, invoices: Sequence[UUID], total: Decimal, command_id: UUID
    ) -> None:
        """Note the invoices issued in the same transaction.

        Raises:
            WrongStateError: The run is not approved.
        """
        self.check_approved()
        self._issue(by=by, invoices=list(invoices), total=plain(total), command_id=command_id)

    def check_approved(self) -> None:
        """Refuse a run that nobody approved.

        Raises:
            WrongStateError: The run is not approved.
        """
        self._need(RunState.APPROVED)

    def abandon(self, *, by: UUID, reason: str, command_id: UUID) -> None:
        """Give the run up; its days can be billed by another.

        Raises:
            WrongStateError: The run is issued or abandoned already.
        """
        self._need(RunState.OPEN, RunState.RATED, RunState.APPROVED)
        self._abandon(by=by, reason=reason, command_id=command_id)

    @property
    def over_without_invoices(self) -> bool:
        """Return whether it was abandoned, or issued with every account held out."""
        return self.state is RunState.ABANDONED or (
            self.state is RunState.ISSUED and not self.invoices
        )

    def resumable(self, by: UUID, dated: date | None) -> bool:
        """Return whether the person who opened it may go on with it instead of opening another.

        Args:
            by: The person who asks.
            dated: Date wanted on the invoices; the run's own when None.
        """
        return (
            self.state in (RunState.OPEN, RunState.RATED)
            and by == self.opened_by
            and dated in (None, self.dated)
        )

    def _need(self, *states: RunState) -> None:
        if self.state not in states:
            raise WrongStateError(f"Bill run {self.key}", self.state, " or ".join(states))

    @event(Rated)
    def _rate(self, *, drafts: list[UUID], dirty: list[str], total: str, command_id: UUID) -> None:
        self.state = RunState.RATED
        self.drafts = drafts
        self.dirty = dirty
        self.total = total

    @event(Approved)
    def _approve(self, *, by: UUID, held: list[str], command_id: UUID) -> None:
        self.state = RunState.APPROVED
        self.approved_by = by
        self.held = held

    @event(Issued)
    def _issue(self, *, by: UUID, invoices: list[UUID], total: str, command_id: UUID) -> None:
        self.state = RunState.ISSUED
        self.invoices = invoices
        self.total = total

    @event(Abandoned)
    def _abandon(self, *, by: UUID, reason: str, command_id: UUID) -> None:
        self.state = RunState.ABANDONED
