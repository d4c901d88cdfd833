"""In: commands on accounts. Out: events in the books of one site. I/O: PostgreSQL.

Part of the billing office (billing/office.py): who pays for which metering point.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from uuid import UUID

from billing.accounts.account import Account, Supply, account_id, person_of
from billing.books import Books
from billing.errors import WrongStateError
from energy.base.secrets import PersonVault
from energy.store.sites import Site


class AccountsOffice:
    """Opens accounts and says what they pay for."""

    site: Site
    books: Books
    _vault: PersonVault

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
