"""In: commands on accounts, contracts, parties, deposits. Out: events of the books. I/O.

Every command may be repeated with the same command id after an unknown commit: the first result
stays. Roles are checked by the caller; who may pay out a refund is checked by the deposit.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.accounts.account import Account, Supply, account_id, person_of
from billing.accounts.contract import Contract, contract_id, opened
from billing.accounts.deposit import Deposit, deposit_id
from billing.accounts.errors import ContractError, DepositError, MoveError, PartyError
from billing.accounts.handover import MoveAct, hand_over, supply_on
from billing.accounts.party import (
    Party,
    PartyFacts,
    checked,
    facts_from,
    facts_text,
    party_id,
    party_person,
)
from billing.accounts.terms import DatedParty
from billing.books import Books
from billing.errors import WrongStateError
from billing.money import exponent_of, plain, round_half_up
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of
from energy.base.secrets import PersonVault

BATCH = 200
"""Accounts that are opened in one transaction."""
Told = Callable[[Contract], None]
"""Says something of a contract."""


@dataclass(frozen=True, slots=True, kw_only=True)
class OpenAccount:
    """An account to be opened, with what is agreed from the beginning."""

    account: str
    name: str
    address: str
    email: str
    language: str
    opened_on: date
    supplies: tuple[Supply, ...] = ()
    agreed: tuple[Told, ...] = field(default_factory=tuple)
    """Told to its contract in this order; see `AccountDesk.open_many`."""


class AccountDesk:
    """Commands on the accounts of one site."""

    def __init__(self, books: Books, vault: PersonVault) -> None:
        """Open the desk.

        Args:
            books: The site's books.
            vault: Seals the personal fields.
        """
        self.books = books
        self._vault = vault
        self._site = books.site.key

    # ------------------------------------------------------------ parties
    def put_party(self, key: str, facts: PartyFacts, *, by: UUID | None, command_id: UUID) -> bool:
        """Make a party known, or give it other facts; the same again changes nothing.

        Returns:
            Whether anything was stored.

        Raises:
            PartyError: The legal name is missing, or the IBAN is none.
        """
        text = facts_text(checked(facts))
        person = party_person(self._site, key)
        known: Party | None = self.books.find(party_id(self._site, key))
        if known is None:
            sealed = self._vault.seal(person, text)
            known = Party(
                site=self._site,
                party=key,
                person=person,
                facts_sealed=sealed,
                by=by,
                command_id=command_id,
            )
        elif (
            known.seen(command_id)
            or facts_from(self._vault.open(person, known.facts_sealed)) == facts
        ):
            return False
        else:
            known.change(self._vault.seal(person, text), by=by, command_id=command_id)
        self.books.store(known)
        return True

    def name_party(
        self, account: str, dated: DatedParty, *, by: UUID | None, command_id: UUID
    ) -> None:
        """Let a party be tenant, owner or payer of an account from a day on.

        Raises:
            UnknownBillingObjectError: There is no such account.
            PartyError: There is no such party.
        """
        self.demand_party(dated.party)
        self.tell(
            account,
            lambda contract: contract.name_party(dated, by=by, command_id=command_id),
            command_id=command_id,
        )

    def demand_party(self, key: str) -> None:
        """Refuse a party that the site does not know.

        Raises:
            PartyError: There is no such party.
        """
        if self.books.find(party_id(self._site, key)) is None:
            raise PartyError.of("account.no_party", party=key)

    # ------------------------------------------------------------ accounts and contracts
    def open_many(self, accounts: Iterable[OpenAccount], *, command: str) -> int:
        """Open accounts by the hundred; those of the same command are not opened again.

        What is agreed is told by functions that take the contract, with command ids of their own.

        Args:
            accounts: The accounts; keys are unique.
            command: What all of it belongs to, for example the hash of a file.

        Returns:
            How many were opened now.

        Raises:
            WrongStateError: An account exists that another command opened.
        """
        count, kept = 0, list[JournalAggregate]()
        for each in accounts:
            found = self._opened(each, id_of("open account", self._site, command, each.account))
            if found is None:
                continue
            kept += found
            count += 1
            if count % BATCH == 0:
                self.books.store(*kept)
                kept = []
        if kept:
            self.books.store(*kept)
        return count

    def tell(self, account: str, told: Told, *, command_id: UUID) -> None:
        """Say something of what is agreed with an account.

        Args:
            account: Key of the account.
            told: Says it; its errors are the command's.
            command_id: The command's id; one that was stored is not told again.

        Raises:
            UnknownBillingObjectError: There is no such account.
        """
        self.books.account(account)
        known: Contract | None = self.books.find(contract_id(self._site, account))
        contract = opened(self._site, account, known, command_id)
        if known is not None and known.seen(command_id):
            return
        before = len(contract.pending_events)
        told(contract)
        if len(contract.pending_events) > before:
            self.books.store(contract)

    def acts(self, account: str) -> int:
        """Return how often something was said of an account or of what is agreed with it."""
        known = self.books.find(contract_id(self._site, account))
        return int(self.books.account(account).version) + (0 if known is None else known.version)

    def supplied(self, account: str, point: str, day: date) -> Supply:
        """Return the supply by which an account pays for a point on a day, or from later on.

        Raises:
            UnknownBillingObjectError: There is no such account.
            ContractError: It does not.
        """
        known = self.books.account(account)
        supply = supply_on(known, point, day)
        later = [e for e in known.supplies if e.point == point and day < e.valid_from]
        if supply is None and not later:
            raise ContractError.of("account.not_supplied", account=account, point=point, day=day)
        return supply or min(later, key=lambda each: each.valid_from)

    def change_tariff(
        self,
        account: str,
        point: str,
        tariff: str,
        day: date,
        *,
        reason: str,
        by: UUID | None,
        command_id: UUID,
    ) -> str:
        """Let another tariff hold for a supply from a day on; return the one before.

        The supply is cut there: what is used before the day is charged by the one tariff, what is
        used from it on by the other. The tariff that holds already changes nothing. Of days on
        issued invoices a correction is proposed when somebody, or the nightly job, looks.

        Raises:
            UnknownBillingObjectError: There is no such account.
            ContractError: The account does not pay for the point on that day.
        """
        known = self.books.account(account)
        supply = supply_on(known, point, day)
        if supply is None:
            raise ContractError.of("account.not_supplied", account=account, point=point, day=day)
        if supply.tariff == tariff or known.seen(command_id):
            return supply.tariff
        known.change_tariff(supply, tariff, day, reason=reason, by=by, command_id=command_id)
        self.books.store(known)
        return supply.tariff

    def move(self, act: MoveAct, *, by: UUID | None, command_id: UUID) -> None:
        """Let points change hands on a day, in one transaction.

        Raises:
            UnknownBillingObjectError: There is no such account.
            MoveError: A point cannot change hands so.
            WrongStateError: An account was not open, or pays for the point already.
            AlreadyBilledError: Days from then on are on an issued invoice.
            ConflictError: Somebody else moved one of them at the same time; nothing was stored.
        """
        if not act.hand_overs:
            raise MoveError.of("account.nothing_moves")
        accounts = {key: self.books.account(key) for key in act.accounts()}
        contracts = {}
        for key in accounts:
            known: Contract | None = self.books.find(contract_id(self._site, key))
            if known is not None and known.seen(command_id):
                return
            contracts[key] = opened(self._site, key, known, command_id)
        hand_over(act, accounts, contracts, by=by, command_id=command_id)
        self.books.store(*accounts.values(), *contracts.values())

    def moved(self, accounts: Sequence[str], command_id: UUID) -> bool:
        """Return whether a command has let points change hands."""
        found = [self.books.find(contract_id(self._site, key)) for key in accounts]
        return any(each is not None and each.seen(command_id) for each in found)

    # ------------------------------------------------------------ deposits
    def ask_deposit(
        self,
        account: str,
        key: str,
        amount: Decimal,
        *,
        asked_on: date,
        due_on: date,
        reason: str,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Ask an account for a deposit.

        Raises:
            UnknownBillingObjectError: There is no such account.
            DepositError: The key is taken, or the amount is none.
        """
        self.books.account(account)
        known = self.books.find(deposit_id(self._site, account, key))
        if known is not None:
            if known.seen(command_id):
                return
            raise DepositError.of("account.deposit_taken", deposit=key, account=account)
        self.books.store(
            Deposit(
                site=self._site,
                account=account,
                deposit=key,
                currency=self.books.site.currency,
                amount=plain(self.money(amount)),
                asked_on=asked_on,
                due_on=due_on,
                reason=reason,
                by=by,
                command_id=command_id,
            )
        )

    def with_deposit(
        self, account: str, key: str, act: Callable[[Deposit], None], *, command_id: UUID
    ) -> tuple[Deposit, bool]:
        """Do something with a deposit; return it, and whether it was done now.

        Args:
            account: Key of the account.
            key: Of the deposit.
            act: What is done; its errors are the command's.
            command_id: The command's id; one that was stored is not done again.

        Raises:
            DepositError: There is no such deposit.
        """
        found: Any = self.books.find(deposit_id(self._site, account, key))
        if not isinstance(found, Deposit):
            raise DepositError.of("account.no_deposit", deposit=key, account=account)
        new = not found.seen(command_id)
        if new:
            act(found)
            self.books.store(found)
        return found, new

    def money(self, amount: Decimal) -> Decimal:
        """Return an amount with the currency's digits.

        Raises:
            DepositError: It is not above zero, or has more digits than the currency.
        """
        if not amount.is_finite() or amount <= 0:
            raise DepositError.of("account.no_amount", amount=amount)
        rounded = round_half_up(amount, exponent_of(self.books.site.currency))
        if rounded != amount:
            raise DepositError.of("account.no_amount", amount=amount)
        return rounded

    def _opened(self, asked: OpenAccount, command_id: UUID) -> list[JournalAggregate] | None:
        known: Account | None = self.books.find(account_id(self._site, asked.account))
        if known is not None:
            if known.seen(command_id):
                return None
            raise WrongStateError(f"Account {asked.account}", "open", "new")
        person = person_of(self._site, asked.account)
        account = Account(
            site=self._site,
            account=asked.account,
            person=person,
            name_sealed=self._vault.seal(person, asked.name),
            address_sealed=self._vault.seal(person, asked.address),
            email_sealed=self._vault.seal(person, asked.email),
            language=asked.language,
            opened_on=asked.opened_on,
            command_id=command_id,
        )
        for supply in asked.supplies:
            account.assign_supply(supply, command_id=command_id)
        if not asked.agreed:
            return [account]
        contract = opened(self._site, asked.account, None, command_id)
        for told in asked.agreed:
            told(contract)
        return [account, contract]
