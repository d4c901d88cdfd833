"""In: commands of the billing office. Out: events in the books of one site. I/O: PostgreSQL.

The composition of the money side: tariffs, accounts, bill runs. Every command may be repeated
with the same command id after an unknown commit: the first result comes back. Roles are checked
by the caller; the second person is checked here.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

from billing.account import Account, Supply, account_id, person_of
from billing.audit import ReRated, re_rate
from billing.bill_run import BillRun
from billing.books import Books
from billing.canonical import canonical_json
from billing.errors import (
    TariffFileError,
    UnknownHoldError,
    WrongStateError,
)
from billing.invoice import Invoice, invoice_id
from billing.invoice_facts import Draft, Issuer, finding_document
from billing.issuer import NamedIssuer, issuer_id
from billing.issuing import Issuing
from billing.opening import LooksBefore, Opening
from billing.published_tariff import PublishedTariff, tariff_version_id
from billing.review import Review, review_of
from billing.run_drafts import ALONE_UP_TO, RunDrafts
from billing.tariff_file import document_of, tariff_of
from billing.views.books import BOOKS_VIEWS
from energy.base.clock import Clock
from energy.base.ids import id_of
from energy.base.secrets import PersonVault
from energy.journal.follower import wait_for_position
from energy.journal.marks import Marks
from energy.store.pool import Database
from energy.store.sites import Site
from energy.views.worker import METERING_VIEWS


class BillingOffice:
    """The billing office of one site."""

    def __init__(
        self,
        database: Database,
        site: Site,
        clock: Clock,
        vault: PersonVault,
        *,
        view_timeout_s: float = 60.0,
        alone_up_to: Decimal = ALONE_UP_TO,
    ) -> None:
        """Open the office.

        Args:
            database: The process's pool.
            site: The site whose books these are.
            clock: The injected clock.
            vault: Seals and opens the personal fields of accounts.
            view_timeout_s: How long rating waits for the views. [s]
            alone_up_to: Money of an account up to which drafts do not tell what one person alone
                stated of its usage. [currency]
        """
        self.database = database
        self.site = site
        self.books = Books(database, site, clock)
        self._vault = vault
        self._opening = Opening(self.books, Marks(database, site.schema, clock))
        self._run_drafts = RunDrafts(self.books, alone_up_to)
        self._issuing = Issuing(self.books, vault)
        self._view_timeout_s = view_timeout_s

    def name_issuer(self, issuer: Issuer, *, command_id: UUID) -> None:
        """Name who issues from now on; the same one again changes nothing."""
        known: NamedIssuer | None = self.books.find(issuer_id(self.site.key))
        if known is None:
            known = NamedIssuer(site=self.site.key, issuer=asdict(issuer), command_id=command_id)
        else:
            known.rename(issuer, command_id=command_id)
        self.books.store(known)

    # ------------------------------------------------------------ tariffs and accounts
    def publish_tariff(self, text: str, *, command_id: UUID, by: UUID | None) -> UUID:
        """Make a tariff file binding; the same file again is the same version.

        Args:
            text: Content of the file (TOML).
            command_id: The command's id.
            by: The person, or None for `site init`.

        Raises:
            TariffFileError: The file is wrong, not of this site, or its version is taken.
        """
        document = document_of(text)
        tariff = tariff_of(document)
        problems = []
        if tariff.zone.key != self.site.zone.key:
            problems.append(f"zone: must be the site's, {self.site.zone.key}")
        if tariff.currency != self.site.currency:
            problems.append(f"currency: must be the site's, {self.site.currency}")
        identity = tariff_version_id(
            self.site.key, tariff.tariff, tariff.valid_from, tariff.version
        )
        known: PublishedTariff | None = self.books.find(identity)
        if known is not None and known.sha256 != tariff.sha256:
            problems.append(
                f"version: {tariff.version} of {tariff.valid_from} is published with other "
                "content; raise the version"
            )
        if problems:
            raise TariffFileError(problems)
        if known is None:
            self.books.store(
                PublishedTariff(
                    site=self.site.key,
                    tariff=tariff.tariff,
                    valid_from=tariff.valid_from,
                    version=tariff.version,
                    utility=tariff.utility.value,
                    document=canonical_json(document),
                    sha256=tariff.sha256,
                    by=by,
                    command_id=command_id,
                )
            )
        return identity

    def open_account(
        self,
        *,
        account: str,
        name: str,
        address: str,
        email: str,
        language: str,
        opened_on: date,
        supplies: Sequence[Supply],
        command_id: UUID,
    ) -> UUID:
        """Open an account with its supplies; name, address and mail are sealed.

        Raises:
            WrongStateError: The account exists, or a supply lies before its opening day.
        """
        identity = account_id(self.site.key, account)
        known: Account | None = self.books.find(identity)
        if known is not None:
            if known.seen(command_id):
                return identity
            raise WrongStateError(f"Account {account}", "open", "new")
        person = person_of(self.site.key, account)
        opened = Account(
            site=self.site.key,
            account=account,
            person=person,
            name_sealed=self._vault.seal(person, name),
            address_sealed=self._vault.seal(person, address),
            email_sealed=self._vault.seal(person, email),
            language=language,
            opened_on=opened_on,
            command_id=command_id,
        )
        for supply in supplies:
            opened.assign_supply(supply, command_id=command_id)
        self.books.store(opened)
        return identity

    def assign_supply(self, account: str, supply: Supply, *, command_id: UUID) -> None:
        """Let an account pay for another point.

        Raises:
            UnknownBillingObjectError: There is no such account.
            WrongStateError: It pays for the point on some of the days already.
        """
        known = self.books.account(account)
        if not known.seen(command_id):
            known.assign_supply(supply, command_id=command_id)
            self.books.store(known)

    def take_over(
        self,
        account: str,
        supply: Supply,
        ended: Sequence[tuple[str, Supply]],
        reason: str,
        by: UUID | None,
        *,
        command_id: UUID,
    ) -> None:
        """Let an account pay for a point from a day on, and others no longer, in one transaction.

        Args:
            account: Who pays from the first day of the supply on.
            supply: The point and the days.
            ended: Accounts with the supplies that end on that day.
            reason: What the person says of it.
            by: Who says so.
            command_id: The command's id.

        Raises:
            UnknownBillingObjectError: There is no such account.
            WrongStateError: An account does not pay so, or pays for the point already.
            AlreadyBilledError: Days that would be paid no longer are on an issued invoice.
        """
        known = self.books.account(account)
        if known.seen(command_id):
            return
        left = [(self.books.account(other), theirs) for other, theirs in ended]
        for other, theirs in left:
            other.end_supply(theirs, supply.valid_from, reason=reason, by=by, command_id=command_id)
        known.assign_supply(supply, command_id=command_id)
        self.books.store(*(other for other, _ in left), known)

    # ------------------------------------------------------------ bill runs
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

        Raises:
            WrongStateError: The days run backwards, or another run for them is there already.
            UnknownBillingObjectError: There is no such account.
            UnsettledDaysError: Behind every mark something was found that bars the days.
        """
        return self._opening.open(
            first_day, last_day, by, command_id, accounts=accounts, dated=dated, looked=looked
        )

    def rate(self, run: UUID, *, command_id: UUID | None = None) -> Review:
        """Wait for the views, draft every account's invoice, store drafts and run together.

        Args:
            run: The run.
            command_id: The command's id; a new one, so that it is rated again, when None.

        Raises:
            UnknownBillingObjectError: There is no such run.
            WrongStateError: The run is approved, issued or abandoned.
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
        opened.rate(
            drafts=[invoice.id for invoice in invoices],
            dirty=[account for account, draft in drafts.items() if draft.dirty],
            total=sum((draft.total for draft in drafts.values()), Decimal(0)),
            command_id=command_id,
        )
        self.books.store(*invoices, opened)
        return self.review(run)

    def review(self, run: UUID) -> Review:
        """Return a run's drafts and findings.

        Raises:
            UnknownBillingObjectError: There is no such run.
        """
        return review_of(self.books, run)

    def approve(
        self, run: UUID, by: UUID, *, hold: Sequence[str] = (), command_id: UUID | None = None
    ) -> None:
        """Approve a run as a second person.

        Args:
            run: The run.
            by: The person, not the one who opened it.
            hold: Accounts left out of the issue.
            command_id: The command's id; made of the run when None.

        Raises:
            UnknownBillingObjectError: There is no such run.
            WrongStateError: The run is not rated.
            SecondPersonError: The same person opened it.
            HeldRunError: An account with do-not-bill findings is not held out.
            UnknownHoldError: An account to hold out has no draft in the run.
        """
        opened = self.books.run(run)
        command_id = command_id or id_of("command", "approve", str(run), str(by))
        if not opened.seen(command_id):
            unknown = [
                account
                for account in hold
                if invoice_id(self.site.key, opened.key, account) not in opened.drafts
            ]
            if unknown:
                raise UnknownHoldError(unknown)
            opened.approve(by=by, hold=hold, command_id=command_id)
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
            AlreadyBilledError: Another run billed some of the days in the meantime.
            ConflictError: Others kept taking numbers first; repeat the command.
        """
        command_id = command_id or id_of("command", "issue", str(run))
        return self._issuing.issue(run, by=by, command_id=command_id)

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
        known: Invoice | None = self.books.find(invoice_id(self.site.key, opened.key, account))
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
            first_day=opened.first_day,
            last_day=opened.last_day,
            currency=self.site.currency,
            document=draft.document,
            provenance=draft.provenance,
            findings=findings,
            command_id=command_id,
        )
