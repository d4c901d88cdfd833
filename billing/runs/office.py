"""In: commands on bill runs. Out: events in the books of one site. I/O: PostgreSQL.

Part of the billing office (billing/office.py): runs opened, rated, decided about, approved, issued.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from billing.books import Books
from billing.canonical import sha256_of
from billing.errors import UnknownHoldError
from billing.invoices.invoice import Invoice, invoice_id
from billing.invoices.invoice_facts import Draft, finding_document
from billing.runs.audit import ReRated, re_rate
from billing.runs.bill_run import BillRun, Choice
from billing.runs.deciding import Reviewed, decide_about, reviewed_run
from billing.runs.errors import SeenOtherwiseError
from billing.runs.exceptions import Limits, RunException
from billing.runs.issuing import Issuing
from billing.runs.opening import LooksBefore, Opening
from billing.runs.review import Review, review_of, review_with
from billing.runs.run_drafts import RunDrafts
from billing.runs.sealed import seal_of
from billing.views.books import BOOKS_VIEWS
from energy.base.ids import id_of
from energy.journal.follower import wait_for_position
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.worker import METERING_VIEWS


class RunsOffice:
    """Runs the bills of one site."""

    database: Database
    site: Site
    books: Books
    _opening: Opening
    _run_drafts: RunDrafts
    _issuing: Issuing
    _view_timeout_s: float
    _alone_up_to: Decimal
    _limits: Limits

    def open_run(
        self,
        first_day: date,
        last_day: date,
        by: UUID,
        command_id: UUID,
        *,
        accounts: Sequence[str] = (),
        dated: date | None = None,
        looked: LooksBefore | None = None,
        by_cycle: bool = False,
    ) -> UUID:
        """Open a run over local days: it marks the metering journal and freezes positions.

        A run of the same days and accounts that the same person opened and nobody approved is
        gone on with, as frozen when it was opened: abandon it first to bill what is known now.

        Args:
            first_day: First local day billed.
            last_day: Last local day billed, included.
            by: The person; somebody else must approve.
            command_id: The command's id.
            accounts: Accounts to bill; all when empty.
            dated: Date on the invoices; the day after the last when None.
            looked: Looks at what lies before the run's mark; None where nobody checks values.
            by_cycle: Whether each account is billed for what its reading cycles make due by the
                last day, several spans on one bill; the first day lies before all of them.

        Raises:
            WrongStateError: The days run backwards, or another run for them is there already.
            UnknownBillingObjectError: There is no such account.
            UnsettledDaysError: Behind every mark something was found that bars the days.
        """
        return self._opening.open(
            first_day,
            last_day,
            by,
            command_id,
            accounts=accounts,
            dated=dated,
            looked=looked,
            by_cycle=by_cycle,
        )

    def rate(self, run: UUID, *, command_id: UUID | None = None) -> Review:
        """Wait for the views, draft every account's invoice, store drafts and run together.

        An approval holds where the drafts are the same again, else it is void.

        Args:
            run: The run.
            command_id: The command's id; a new one, so that it is rated again, when None.

        Raises:
            UnknownBillingObjectError: There is no such run.
            WrongStateError: The run is issued or abandoned.
            JournalError: The views did not come up to the run's positions in time.
            ParkedBooksError: The tables lack an entry of the books that the run should know.
        """
        opened = self.books.run(run)
        command_id = command_id or uuid4()
        if opened.seen(command_id):
            return self.review(run)
        for follower, position in (
            (METERING_VIEWS, opened.metering_position),
            (BOOKS_VIEWS, opened.books_position),
        ):
            wait_for_position(
                self.database,
                self.site.schema,
                follower,
                position,
                timeout_s=self._view_timeout_s,
            )
        drafts = self._run_drafts.of(opened)
        invoices = [
            self._drafted(opened, account, draft, command_id) for account, draft in drafts.items()
        ]
        hashes = {account: sha256_of(draft.document) for account, draft in drafts.items()}
        if opened.approved_sha256 == seal_of(opened, hashes, opened.held):
            self.books.store(*invoices)  # what was approved is what follows again
            return self.review(run)
        opened.rate(
            drafts=[invoice.id for invoice in invoices],
            dirty=[account for account, draft in drafts.items() if draft.dirty],
            total=sum((draft.total for draft in drafts.values()), Decimal(0)),
            command_id=command_id,
        )
        self.books.store(*invoices, opened)
        return review_with(opened, invoices, [draft.total for draft in drafts.values()])

    def review(self, run: UUID) -> Review:
        """Return a run's drafts and findings.

        Raises:
            UnknownBillingObjectError: There is no such run.
        """
        return review_of(self.books, run)

    def reviewed(self, run: UUID) -> Reviewed:
        """Return a run with its exceptions, bridge and reconciliation.

        Raises:
            UnknownBillingObjectError: There is no such run.
        """
        return reviewed_run(self.books, run, self._limits)

    def decide(
        self,
        run: UUID,
        by: UUID,
        choice: Choice,
        why: str,
        *,
        cause: str | None = None,
        accounts: Sequence[str] = (),
        keys: Collection[str] = (),
        command_id: UUID,
    ) -> list[RunException]:
        """Decide about a run's exceptions of one cause, or about all that wait.

        Args:
            run: The run.
            by: The person.
            choice: What is done about them.
            why: What the person says of it.
            cause: The cause; all that wait when None.
            accounts: Only of these accounts; all when empty.
            keys: Only these exceptions, as the person saw them; all when empty.
            command_id: The command's id.

        Raises:
            UnknownBillingObjectError: There is no such run.
            WrongStateError: The run is not rated, or approved already.
            SeenOtherwiseError: One of the keys is of no exception any more.
            NoExceptionError: There is nothing of the cause that can be decided so.
        """
        return decide_about(
            self.books,
            self.reviewed(run),
            by=by,
            choice=choice,
            why=why,
            alone_up_to=self._alone_up_to,
            command_id=command_id,
            cause=cause,
            accounts=accounts,
            keys=keys,
        )

    def approve(
        self,
        run: UUID,
        by: UUID,
        *,
        hold: Sequence[str] = (),
        accept_rest: bool = False,
        seen: str | None = None,
        command_id: UUID | None = None,
    ) -> None:
        """Approve a run as a second person; what is approved is what can be issued.

        Args:
            run: The run.
            by: The person, not the one who opened it.
            hold: Accounts left out of the issue, beside those that a decision holds out.
            accept_rest: Whether exceptions that wait are accepted by this, up to the money that
                one person decides about.
            seen: SHA-256 that the person looked at (`Reviewed.seal`); whatever it is when None.
            command_id: The command's id; made of the run when None.

        Raises:
            UnknownBillingObjectError: There is no such run.
            WrongStateError: The run is not rated.
            SecondPersonError: The same person opened it.
            SeenOtherwiseError: The run is not what the person looked at.
            HeldRunError: An account with do-not-bill findings is not held out.
            UnknownHoldError: An account to hold out has no draft in the run.
            UndecidedRunError: An exception of an account that is not held out is not decided.
            OwnDecisionError: The approver alone accepted what needs two persons.
        """
        opened = self.books.run(run)
        command_id = command_id or id_of("command", "approve", str(run), str(by))
        if opened.seen(command_id) and opened.approved_by is not None:
            return
        unknown = [
            account
            for account in hold
            if invoice_id(self.site.key, opened.key, account) not in opened.drafts
        ]
        if unknown:
            raise UnknownHoldError(unknown)
        reviewed = self.reviewed(run)
        if seen is not None and seen != reviewed.seal:
            raise SeenOtherwiseError(opened.key)
        waiting = [
            each
            for each in reviewed.undecided
            if not each.barred and not (accept_rest and each.money <= self._alone_up_to)
        ]
        hashes = {draft.account: sha256_of(draft.document) for draft in reviewed.drafts}
        opened.approve(
            by=by,
            hold=hold,
            command_id=command_id,
            sha256=seal_of(opened, hashes, opened.held_out(hold)),
            undecided={each.key: each.account for each in waiting},
        )
        self.books.store(opened)

    def abandon(self, run: UUID, by: UUID, reason: str, *, command_id: UUID) -> None:
        """Give a run up, so that its days can be billed by another.

        Raises:
            UnknownBillingObjectError: There is no such run.
            WrongStateError: The run is issued or abandoned already.
        """
        opened = self.books.run(run)
        if not opened.seen(command_id):
            opened.abandon(by=by, reason=reason, command_id=command_id)
            self.books.store(opened)

    def issue(self, run: UUID, by: UUID, *, command_id: UUID | None = None) -> list[str]:
        """Issue an approved run: numbers, invoices and billed days in one transaction.

        Returns:
            The numbers, in the order of the accounts.

        Raises:
            UnknownBillingObjectError: There is no such run.
            WrongStateError: The run is not approved, or an addressee was erased.
            ParallelRunError: The old system still bills: its take-over is not released.
            AlreadyBilledError: Another run billed some of the days in the meantime.
            ConflictError: Others kept taking numbers first; repeat the command.
        """
        command_id = command_id or id_of("command", "issue", str(run))
        return self._issuing.issue(run, by=by, command_id=command_id)

    def left_out(self, run: UUID) -> dict[str, list[str]]:
        """Return the accounts left out of an issue, each with the points that a card pays for.

        Raises:
            UnknownBillingObjectError: There is no such run.
        """
        return self.books.run(run).left_out

    def re_rate(self, invoice: UUID) -> ReRated:
        """Rate an issued invoice again as known then, and compare byte for byte.

        Raises:
            UnknownBillingObjectError: There is no such invoice.
            WrongStateError: It is a draft.
        """
        return re_rate(self.books, invoice)

    def _drafted(self, opened: BillRun, account: str, draft: Draft, command_id: UUID) -> Invoice:
        """Return an account's invoice with the draft, new or drafted again."""
        findings = [finding_document(finding) for finding in draft.findings]
        identity = invoice_id(self.site.key, opened.key, account)
        known: Invoice | None = self.books.find(identity) if opened.drafts else None
        if known is not None:
            known.redraft(
                document=draft.document,
                provenance=draft.provenance,
                findings=findings,
                command_id=command_id,
            )
            return known
        return Invoice(
            site=self.site.key,
            run=opened.id,
            key=opened.key,
            account=account,
            first_day=draft.first_day,
            last_day=draft.last_day,
            currency=self.site.currency,
            document=draft.document,
            provenance=draft.provenance,
            findings=findings,
            command_id=command_id,
        )
