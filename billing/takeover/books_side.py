"""In: the rows of a signed workbook. Out: the aggregates they become, nothing stored. I/O: keys.

Who stores them does so in one transaction together with the event that says "written": nobody ever
sees half of a take-over, and a process that is killed has written nothing of it.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from billing.accounts.account import Account, Supply, account_id, person_of
from billing.accounts.agreed import UNITS, AgreedQuantity
from billing.accounts.contract import Contract, contract_id
from billing.accounts.cycle import DatedCycle, ReadingCycle
from billing.accounts.deposit import Deposit
from billing.accounts.party import (
    BankMandate,
    Contact,
    Party,
    PartyFacts,
    checked,
    facts_text,
    party_person,
)
from billing.accounts.roles import PartyRole
from billing.accounts.terms import BasisTerm, DatedParty, SignedContract
from billing.basis.basis import BillingBasis
from billing.books import Books
from billing.invoices.number_series import NumberSeries, series_id
from billing.money import exponent_of, plain, round_half_up
from billing.prepaid.payment_kind import PaymentKind, PointPayment, payment_id
from billing.prepaid.server_account import Act, Every, PrepaidAccount, TopUpMeans
from billing.receivables.account_book import AccountBook, account_book_id
from billing.takeover.errors import TakeOverError
from billing.takeover.known import KnownSite
from billing.takeover.sheets import Sheet
from billing.takeover.workbook import Row, Sheets
from energy.base.aggregate import JournalAggregate
from energy.base.secrets import PersonVault

OPENING_MEANS = "opening"
"""How a deposit that the old system held came: the ledger posts it against the opening balance."""


@dataclass(frozen=True, slots=True, kw_only=True)
class BooksSide:
    """Makes the aggregates of a take-over's books part."""

    books: Books
    vault: PersonVault
    known: KnownSite
    by: UUID
    command: UUID
    at: datetime
    on: date
    """Local day of the take-over."""

    def aggregates(self, sheets: Sheets) -> list[JournalAggregate]:
        """Return everything that a workbook becomes in the books.

        Raises:
            TakeOverError: A number series was begun meanwhile.
            PrepaidRefusedError: A point is paid in another way.
        """
        parties = {row["party"]: self._facts(row) for row in sheets[Sheet.PARTIES]}
        supplies = _by(sheets[Sheet.CONTRACTS], "account")
        payers = {row["account"]: row["party"] for row in sheets[Sheet.ACCOUNTS]}
        made: list[JournalAggregate] = []
        made += [self._party(key, facts) for key, facts in parties.items()]
        for row in sheets[Sheet.ACCOUNTS]:
            facts = parties.get(row["party"]) or self._known_facts(row["party"])
            made.append(self._account(row, facts, supplies.get(row["account"], ())))
        made += self._other_accounts(supplies, payers)
        made += self._contracts(sheets, supplies)
        made += self._receivables(_by(sheets[Sheet.RECEIVABLES], "account"))
        for row in sheets[Sheet.PREPAID]:
            made += self._prepaid(row, supplies.get(row["account"], ()))
        made += [self._deposit(row) for row in sheets[Sheet.DEPOSITS]]
        made += [self._series(row) for row in sheets[Sheet.NUMBERS]]
        return made

    # ------------------------------------------------------------ parties and accounts
    def _facts(self, row: Row) -> PartyFacts:
        signed = row.day("mandate_signed_on")
        mandate = None
        if row["iban"] and signed is not None:
            mandate = BankMandate(
                iban=row["iban"],
                holder=row["mandate_holder"],
                reference=row["mandate_reference"],
                signed_on=signed,
            )
        contact = Contact(
            name=row["contact_name"], phone=row["contact_phone"], email=row["contact_email"]
        )
        return checked(
            PartyFacts(
                legal_name=row["legal_name"],
                billing_address=row["billing_address"],
                supply_address=row["supply_address"],
                delivery_address=row["delivery_address"],
                city=row["city"],
                postcode=row["postcode"],
                country=row["country"],
                tax_ids=tuple((kind, row[f"{name}"]) for kind, name in _TAX_IDS if row[name]),
                contacts=(contact,) if contact.name else (),
                mandate=mandate,
            )
        )

    def _party(self, key: str, facts: PartyFacts) -> Party:
        person = party_person(self.known.key, key)
        return Party(
            site=self.known.key,
            party=key,
            person=person,
            facts_sealed=self.vault.seal(person, facts_text(facts)),
            by=self.by,
            command_id=self.command,
        )

    def _known_facts(self, party: str) -> PartyFacts:
        """Return the facts of a party that the site has."""
        from billing.accounts.party import facts_from, party_id

        known = self.books.find(party_id(self.known.key, party))
        assert isinstance(known, Party), "the workbook was checked"
        facts = facts_from(self.vault.open(known.person, known.facts_sealed))
        if facts is None:
            raise TakeOverError.of("takeover.erased", party=party)
        return facts

    def _account(self, row: Row, facts: PartyFacts, supplies: Sequence[Row]) -> Account:
        person, opened_on = person_of(self.known.key, row["account"]), row.day("opened_on")
        assert opened_on is not None, "the workbook was checked"
        email = facts.contacts[0].email if facts.contacts else ""
        account = Account(
            site=self.known.key,
            account=row["account"],
            person=person,
            name_sealed=self.vault.seal(person, facts.legal_name),
            address_sealed=self.vault.seal(person, facts.post_address()),
            email_sealed=self.vault.seal(person, email),
            language=row["language"],
            opened_on=opened_on,
            command_id=self.command,
        )
        self._supply(account, supplies)
        return account

    def _supply(self, account: Account, supplies: Sequence[Row]) -> None:
        for row in supplies:
            first = row.day("valid_from")
            assert first is not None, "the workbook was checked"
            supply = Supply(
                point=row["point"],
                tariff=row["tariff"],
                valid_from=first,
                valid_to=row.day("valid_to"),
            )
            account.assign_supply(supply, command_id=self.command)

    def _other_accounts(
        self, supplies: Mapping[str, Sequence[Row]], new: Mapping[str, str]
    ) -> Iterator[Account]:
        """Yield accounts that the site has and that get more supplies."""
        for key, rows in supplies.items():
            if key not in new:
                account = self.books.find(account_id(self.known.key, key))
                assert isinstance(account, Account), "the workbook was checked"
                self._supply(account, rows)
                yield account

    # ------------------------------------------------------------ contracts
    def _contracts(
        self, sheets: Sheets, supplies: Mapping[str, Sequence[Row]]
    ) -> Iterator[Contract]:
        payers = {row["account"]: row for row in sheets[Sheet.ACCOUNTS]}
        agreed = _by(sheets[Sheet.AGREED], "account")
        for key in dict.fromkeys([*payers, *supplies, *agreed]):
            contract: Contract | None = self.books.find(contract_id(self.known.key, key))
            if contract is None:
                contract = Contract(site=self.known.key, account=key, command_id=self.command)
            if key in payers:
                self._payer(contract, payers[key])
            self._terms(contract, supplies.get(key, ()))
            for row in agreed.get(key, ()):
                self._agree(contract, row)
            yield contract

    def _payer(self, contract: Contract, row: Row) -> None:
        opened_on = row.day("opened_on")
        assert opened_on is not None, "the workbook was checked"
        for role in (PartyRole.TENANT, PartyRole.PAYER):
            dated = DatedParty(role=role, party=row["party"], valid_from=opened_on)
            contract.name_party(dated, by=self.by, command_id=self.command)

    def _terms(self, contract: Contract, rows: Sequence[Row]) -> None:
        for number, mine in _by(rows, "contract").items():
            days = [day for row in mine if (day := row.day("valid_from")) is not None]
            ends = [row.day("valid_to") for row in mine]
            signed = SignedContract(
                number=number,
                signed_on=mine[0].day("signed_on") or min(days),
                valid_from=min(days),
                valid_to=None if None in ends else max(end for end in ends if end is not None),
                utilities=tuple(sorted({self._utility(row) for row in mine})),
                document="",
            )
            contract.sign(signed, by=self.by, command_id=self.command)
        for row in rows:
            first, anchor = row.day("valid_from"), row.amount("cycle_day")
            assert first is not None, "the workbook was checked"
            basis = BillingBasis(row["basis"])
            if basis is not BillingBasis.INTERVALS:
                term = BasisTerm(point=row["point"], basis=basis, valid_from=first)
                contract.set_basis(term, by=self.by, command_id=self.command)
            if anchor is not None:
                cycle = ReadingCycle(
                    months=int(row.amount("cycle_months") or 1),
                    anchor_day=int(anchor),
                    anchor_month=first.month,
                )
                dated = DatedCycle(cycle=cycle, valid_from=first)
                contract.set_cycle(self._utility(row), dated, by=self.by, command_id=self.command)

    def _utility(self, row: Row) -> str:
        return self.known.points[row["point"]].utility

    def _agree(self, contract: Contract, row: Row) -> None:
        first, value = row.day("valid_from"), row.amount("value")
        assert first is not None and value is not None, "the workbook was checked"
        quantity = AgreedQuantity(
            name=row["name"],
            unit=row["unit"] or UNITS[row["name"]],
            value=value,
            valid_from=first,
            valid_to=row.day("valid_to"),
        )
        contract.agree(row["point"], quantity, by=self.by, command_id=self.command)

    # ------------------------------------------------------------ money
    def _money(self, row: Row, column: str) -> Decimal | None:
        """Return an amount with the currency's digits: a cell tells none that are zero."""
        amount = row.amount(column)
        return None if amount is None else round_half_up(amount, exponent_of(self.known.currency))

    def _receivables(self, rows: Mapping[str, Sequence[Row]]) -> Iterator[AccountBook]:
        site, currency = self.known.key, self.known.currency
        for key, items in rows.items():
            book: AccountBook | None = self.books.find(account_book_id(site, key))
            if book is None:
                book = AccountBook(
                    site=site, account=key, currency=currency, command_id=self.command
                )
            for row in items:
                amount, dated, due_on = (
                    self._money(row, "amount"),
                    row.day("dated"),
                    row.day("due_on"),
                )
                assert amount and dated and due_on, "the workbook was checked"
                book.take_over(
                    row["number"],
                    amount,
                    dated=dated,
                    due_on=due_on,
                    on=self.on,
                    by=self.by,
                    command_id=self.command,
                )
            yield book

    def _prepaid(self, row: Row, supplies: Sequence[Row]) -> Iterator[JournalAggregate]:
        site, key, first = self.known.key, row["account"], row.day("first_day")
        balance = self._money(row, "balance") or Decimal(0)
        assert first is not None, "the workbook was checked"
        opened = PrepaidAccount(
            site=site,
            account=key,
            first_day=first,
            cycle_day=int(row.amount("cycle_day") or 1),
            every=Every.DAY.value,
            currency=self.known.currency,
            by=self.by,
            command_id=self.command,
        )
        act = Act(at=self.at, on=self.on, by=self.by, command_id=self.command)
        if balance:
            receipt = f"OPENING-{key}"
            opened.top_up(
                balance, means=TopUpMeans.OPENING, receipt=receipt, reference=receipt, act=act
            )
        yield opened
        for point in sorted({each["point"] for each in supplies}):
            claim: PointPayment | None = self.books.find(payment_id(site, point))
            if claim is None:
                claim = PointPayment(site=site, point=point, command_id=self.command)
            claim.claim(PaymentKind.SERVER, key, first, command_id=self.command)
            yield claim

    def _deposit(self, row: Row) -> Deposit:
        paid_on, amount = row.day("paid_on"), self._money(row, "amount")
        assert paid_on is not None and amount is not None, "the workbook was checked"
        deposit = Deposit(
            site=self.known.key,
            account=row["account"],
            deposit=row["deposit"],
            currency=self.known.currency,
            amount=plain(amount),
            asked_on=paid_on,
            due_on=paid_on,
            reason=OPENING_MEANS,
            by=self.by,
            command_id=self.command,
        )
        deposit.pay(
            amount,
            means=OPENING_MEANS,
            reference=row["deposit"],
            on=self.on,
            by=self.by,
            command_id=self.command,
        )
        return deposit

    def _series(self, row: Row) -> NumberSeries:
        prefix, year, following = row["prefix"], row.amount("year"), row.amount("next")
        assert year is not None and following is not None, "the workbook was checked"
        if self.books.find(series_id(self.known.key, prefix, int(year))) is not None:
            raise TakeOverError.of("takeover.series_begun", prefix=prefix, year=int(year))
        series = NumberSeries(
            site=self.known.key, prefix=prefix, year=int(year), command_id=self.command
        )
        series.start(
            int(following), last_number=row["last_number"], by=self.by, command_id=self.command
        )
        return series


_TAX_IDS = (("vat", "vat_id"), ("uscc", "uscc"))
"""Kind of a tax id and its column."""


def _by(rows: Sequence[Row], column: str) -> dict[str, list[Row]]:
    found: dict[str, list[Row]] = defaultdict(list)
    for row in rows:
        found[row[column]].append(row)
    return dict(found)
