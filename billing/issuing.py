"""Step 6 of 6. From: an approved bill run. To: numbered invoices, one transaction. I/O: PostgreSQL.

Numbers, invoices, billed days and the run are stored together: a number without its invoice, or
an invoice twice, cannot be.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from billing.account import Account
from billing.bill_run import BillRun
from billing.books import Books
from billing.errors import WrongStateError
from billing.invoice import Addressee
from billing.number_series import NumberSeries, series_id
from energy.base.errors import ConflictError
from energy.base.secrets import ERASED, PersonVault

ATTEMPTS = 8
"""How often an issue is begun again when somebody else took the next number first."""


@dataclass(frozen=True, slots=True)
class Issuing:
    """Issues the approved bill runs of a site."""

    books: Books
    vault: PersonVault

    def issue(self, run: UUID, *, by: UUID, command_id: UUID) -> list[str]:
        """Issue a run; the same command again returns the same numbers.

        Args:
            run: The run.
            by: The person.
            command_id: The command's id.

        Returns:
            The numbers, in the order of the accounts.

        Raises:
            UnknownBillingObjectError: There is no such run.
            WrongStateError: The run is not approved, or an addressee was erased.
            AlreadyBilledError: Another run billed some of the days in the meantime.
            ConflictError: Others kept taking numbers first; repeat the command.
        """
        for attempt in range(1, ATTEMPTS + 1):
            opened = self.books.run(run)
            if opened.seen(command_id):
                return [self.books.invoice(each).number or "" for each in opened.invoices]
            try:
                return self._issue(opened, by, command_id)
            except ConflictError:
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError

    def _issue(self, opened: BillRun, by: UUID, command_id: UUID) -> list[str]:
        opened.check_approved()
        drafts = [self.books.invoice(identity) for identity in opened.drafts]
        invoices = [each for each in drafts if each.account not in opened.held]
        accounts = [self.books.account(each.account) for each in invoices]
        numbers, series = self._numbers(opened, [each.id for each in invoices], command_id)
        for number, invoice, account in zip(numbers, invoices, accounts, strict=True):
            account.bill(
                invoice=invoice.id,
                first_day=opened.first_day,
                last_day=opened.last_day,
                points=invoice.points,
                command_id=command_id,
            )
            invoice.issue(number=number, addressee=self._addressee(account), command_id=command_id)
        opened.issue(
            by=by,
            invoices=[invoice.id for invoice in invoices],
            total=sum((invoice.total for invoice in invoices), Decimal(0)),
            command_id=command_id,
        )
        self.books.store(*series, *invoices, *accounts, opened)
        return numbers

    def _numbers(
        self, opened: BillRun, invoices: list[UUID], command_id: UUID
    ) -> tuple[list[str], list[NumberSeries]]:
        """Take a number for each invoice; no series is touched when there is none."""
        if not invoices:
            return [], []
        site, year = self.books.site.key, opened.dated.year
        prefix = self.books.issuer(as_of=opened.books_position).prefix  # as on the drafts
        known: NumberSeries | None = self.books.find(series_id(site, prefix, year))
        series = known or NumberSeries(site=site, prefix=prefix, year=year, command_id=command_id)
        return series.allocate(invoices, command_id=command_id), [series]

    def _addressee(self, account: Account) -> Addressee:
        name = self.vault.open(account.person, account.name_sealed)
        if name == ERASED:
            raise WrongStateError(f"The person of account {account.account}", "erased", "known")
        return Addressee(name=name, address=self.vault.open(account.person, account.address_sealed))
