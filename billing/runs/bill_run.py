"""Step 6 of 6. From: charge lines of many accounts. To: a run reviewed, approved, issued. Pure.

A run freezes what was known when it opened: a metering position and a books position. The
person who opened it cannot approve it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from decimal import Decimal
from enum import StrEnum
from typing import Any
from uuid import UUID

from eventsourcing.domain import event

from billing.errors import HeldRunError, SecondPersonError, WrongStateError
from billing.money import plain
from billing.runs.decision import Choice, Decision
from billing.runs.errors import OwnDecisionError, UndecidedRunError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

__all__ = ["BillRun", "Choice", "Decision", "RunState", "run_id", "run_key"]


class RunState(StrEnum):
    """The steps of a run."""

    OPEN = "open"
    RATED = "rated"
    APPROVED = "approved"
    ISSUED = "issued"
    ABANDONED = "abandoned"


def run_key(
    first_day: date,
    last_day: date,
    accounts: Sequence[str],
    attempt: int,
    *,
    by_cycle: bool = False,
) -> str:
    """Return the natural key of a run.

    Args:
        first_day: First local day billed.
        last_day: Last local day billed, included.
        accounts: Accounts of the run; empty for all.
        attempt: 1, and one more for each run of the same days and accounts that is over.
        by_cycle: Whether it bills what reading cycles make due.
    """
    scope = ",".join(sorted(accounts)) or ("due" if by_cycle else "all")
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
        by_cycle: bool = False
        """Whether each account is billed for what its reading cycles make due."""

    class Rated(JournalAggregate.Event):
        """Drafts were stored, in one transaction with this."""

        TOPIC = "bill_run.rated"
        drafts: list[UUID]
        dirty: list[str]
        total: str

    class Decided(JournalAggregate.Event):
        """A person decided about exceptions of one cause."""

        TOPIC = "bill_run.decided"
        by: UUID
        cause: str
        decision: str
        why: str
        exceptions: dict[str, str]
        """Key -> account; the account is empty where the whole run is meant."""
        dear: list[str]
        """Keys that bear more money than one person decides about."""

    class Approved(JournalAggregate.Event):
        """A second person approved; the held accounts stay out."""

        TOPIC = "bill_run.approved"
        by: UUID
        held: list[str]
        sha256: str | None = None
        """What was approved: drafts, held accounts, decisions; None before version 6."""

    class Issued(JournalAggregate.Event):
        """Invoices were numbered, in one transaction with this."""

        TOPIC = "bill_run.issued"
        by: UUID
        invoices: list[UUID]
        total: str
        left_out: dict[str, list[str]] | None = None
        """Account -> points that a card pays for since the approval; None where none does."""

        def apply(self, aggregate: Any) -> None:
            """End."""
            aggregate.state, aggregate.total = RunState.ISSUED, self.total
            aggregate.invoices, aggregate.left_out = self.invoices, self.left_out or {}

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
        by_cycle: bool = False,
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
        self.by_cycle = by_cycle
        self.approved_by: UUID | None = None
        self.approved_sha256: str | None = None
        self.decisions: dict[str, Decision] = {}
        self.state = RunState.OPEN
        self.drafts: list[UUID] = []
        self.dirty: list[str] = []
        self.held: list[str] = []
        self.left_out: dict[str, list[str]] = {}
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
        """Note the drafts; rating again is allowed until it is issued, and voids an approval.

        Args:
            drafts: Invoices drafted, by account key.
            dirty: Accounts with do-not-bill findings.
            total: Sum of the drafts. [currency]
            command_id: The command's id.

        Raises:
            WrongStateError: The run is issued or abandoned.
        """
        self._need(RunState.OPEN, RunState.RATED, RunState.APPROVED)
        self._rate(
            drafts=list(drafts), dirty=list(dirty), total=plain(total), command_id=command_id
        )

    def decide(
        self,
        *,
        by: UUID,
        cause: str,
        choice: Choice,
        why: str,
        exceptions: Mapping[str, str],
        dear: Collection[str],
        command_id: UUID,
    ) -> None:
        """Decide about exceptions; the last decision about each counts.

        Args:
            by: The person.
            cause: What they have in common.
            choice: What is done about them.
            why: What the person says of it.
            exceptions: Key -> account, "" where the whole run is meant.
            dear: Keys that bear more money than one person decides about.
            command_id: The command's id.

        Raises:
            WrongStateError: The run is not rated, or approved already.
        """
        self._need(RunState.RATED)
        said = {
            key: Decision(choice=choice, account=account, by=by, why=why, alone=key not in dear)
            for key, account in exceptions.items()
        }
        if all(self.decisions.get(key) == each for key, each in said.items()):
            return  # said again after an answer that was lost
        self._decide(
            by=by,
            cause=cause,
            decision=choice.value,
            why=why,
            exceptions=dict(exceptions),
            dear=sorted(dear),
            command_id=command_id,
        )

    def held_out(self, hold: Collection[str] = ()) -> list[str]:
        """Return the accounts that stay out of the issue.

        Args:
            hold: Accounts that the approver holds out beside those decided about.
        """
        decided = {
            each.account for each in self.decisions.values() if each.choice is not Choice.ACCEPT
        }
        return sorted({*hold, *decided} - {""})

    def approve(
        self,
        *,
        by: UUID,
        hold: Sequence[str],
        command_id: UUID,
        sha256: str | None = None,
        undecided: Mapping[str, str] | None = None,
    ) -> None:
        """Approve as a second person.

        Args:
            by: The person.
            hold: Accounts left out of the issue, beside those that a decision holds out.
            command_id: The command's id.
            sha256: Over what is approved; see billing/runs/sealed.py.
            undecided: Exceptions about which nobody decided: key -> account.

        Raises:
            WrongStateError: The run is not rated.
            SecondPersonError: The same person opened it.
            HeldRunError: An account with do-not-bill findings is not held out.
            UndecidedRunError: An exception of an account that is not held out is not decided.
            OwnDecisionError: The approver alone accepted what needs two persons.
        """
        self._need(RunState.RATED)
        if by == self.opened_by:
            raise SecondPersonError
        held = self.held_out(hold)
        left = sorted(set(self.dirty) - set(held))
        if left:
            raise HeldRunError(left)
        open_still = {k for k, account in (undecided or {}).items() if account not in held}
        if open_still:
            raise UndecidedRunError(self.key, len(open_still))
        own = [
            each.account
            for each in self.decisions.values()
            if each.choice is Choice.ACCEPT and each.by == by and not each.alone
        ]
        if own:
            raise OwnDecisionError(self.key, sorted(set(own)))
        self._approve(by=by, held=held, sha256=sha256, command_id=command_id)

    def issue(
        self, *, by: UUID, invoices: Sequence[UUID], total: Decimal, command_id: UUID,
        left_out: Mapping[str, list[str]] | None = None,
    ) -> None:  # fmt: skip
        """Note the invoices issued in the same transaction.

        Args:
            by: The person.
            invoices: The invoices.
            total: Of them all. [currency]
            command_id: The command's id.
            left_out: Accounts approved that stay out, with the points a card pays for.

        Raises:
            WrongStateError: The run is not approved.
        """
        self.check_approved()
        self.trigger_event(
            self.Issued, by=by, invoices=list(invoices), total=plain(total),
            command_id=command_id, left_out=dict(left_out or {}) or None,
        )  # fmt: skip

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
        self.approved_by = self.approved_sha256 = None
        self.drafts = drafts
        self.dirty = dirty
        self.total = total

    @event(Decided)
    def _decide(
        self,
        *,
        by: UUID,
        cause: str,
        decision: str,
        why: str,
        exceptions: dict[str, str],
        dear: list[str],
        command_id: UUID,
    ) -> None:
        for key, account in exceptions.items():
            self.decisions[key] = Decision(
                choice=Choice(decision), account=account, by=by, why=why, alone=key not in dear
            )

    @event(Approved)
    def _approve(
        self, *, by: UUID, held: list[str], command_id: UUID, sha256: str | None = None
    ) -> None:
        self.state = RunState.APPROVED
        self.approved_sha256 = sha256
        self.approved_by = by
        self.held = held

    @event(Abandoned)
    def _abandon(self, *, by: UUID, reason: str, command_id: UUID) -> None:
        self.state = RunState.ABANDONED
