"""In: commands about accounts that are late. Out: events in the books. I/O: PostgreSQL.

Letters and late fees are computed from what is open on a day, then stored account by account: the
same day again sends nothing twice.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from typing import Any
from uuid import UUID

from billing.books import Books
from billing.documents.content import json_of
from billing.documents.contents import DunningLetter as LetterContent
from billing.documents.contents import Owed, Party
from billing.receivables.collection import Collection, Instalment, collection_id, plan_kept
from billing.receivables.dunning_rules import (
    DEFAULT_RULES,
    DueLetter,
    DunningRules,
    due_letters,
    late_fee,
    rules_of,
)
from billing.receivables.errors import PaymentError
from billing.receivables.items import ItemKind, OpenItem
from billing.receivables.policy import DunningPolicy, dunning_policy_id
from billing.retrying import retried
from billing.views.owed import (
    late_fees,
    overdue_balances,
    reached_levels,
    read_disputes,
    read_items,
    read_late_items,
    read_payments,
    read_plans,
    the_item,
)
from energy.base.ids import id_of
from energy.base.secrets import PersonVault

ZERO = Decimal(0)
FEE_DAYS = 14
"""Days until a fee is due. [d]"""
WHAT = {
    ItemKind.INVOICE: {"en": "Invoice", "zh": "账单"},
    ItemKind.FEE: {"en": "Late fee", "zh": "滞纳金"},
    ItemKind.OPENING: {"en": "Taken over", "zh": "承接款项"},
}
OTHER = {"en": "Amount due", "zh": "应付款项"}


@dataclass(frozen=True, slots=True, kw_only=True)
class DueFee:
    """A late fee that is due on an item."""

    item: OpenItem
    amount: Decimal
    charged: Decimal
    """Late fees of the item before. [currency]"""


@dataclass(frozen=True, slots=True)
class Collecting:
    """What is done about late accounts of one site."""

    books: Books
    vault: PersonVault

    # ------------------------------------------------------------ rules
    def rules(self) -> DunningRules:
        """Return the rules that hold: those set, else the default ones."""
        known: DunningPolicy | None = self.books.find(dunning_policy_id(self.books.site.key))
        return DEFAULT_RULES if known is None else rules_of(known.rules)

    def set_rules(self, rules: DunningRules, *, by: UUID, command_id: UUID) -> None:
        """Let other rules hold from now on; the same ones again change nothing."""
        site = self.books.site.key
        known: DunningPolicy | None = self.books.find(dunning_policy_id(site))
        if known is None:
            known = DunningPolicy(site=site, rules=rules.document(), by=by, command_id=command_id)
        else:
            known.change(rules, by=by, command_id=command_id)
        self.books.store(known)

    # ------------------------------------------------------------ letters and fees
    def due_letters(self, day: date) -> list[DueLetter]:
        """Return the letters due on a local day, one an account."""
        with self.books.database.connection() as connection:
            schema = self.books.schema
            items = read_items(connection, schema)
            payments = read_payments(connection, schema, left_only=True)
            reached = reached_levels(connection, schema)
            plans = read_plans(connection, schema)
        credit: dict[str, Decimal] = {}
        for payment in payments:
            credit[payment.account] = credit.get(payment.account, ZERO) + payment.left
        for item in items:
            if item.open < 0:
                credit[item.account] = credit.get(item.account, ZERO) - item.open
        spared = {
            number
            for plan in plans
            if plan_kept(plan.instalments, plan.paid, day)
            for number in plan.items
        }
        return due_letters(self.rules(), items, reached, credit, day, spared)

    def send(
        self, letter: DueLetter, day: date, *, command_id: UUID
    ) -> tuple[LetterContent, list[str]]:
        """Note a letter with its fee; return what the paper says, and the numbers of fees.

        Raises:
            PaymentError: Somebody sent it meanwhile.
        """

        def act() -> tuple[LetterContent, list[str]]:
            case = self.collection(letter.account, command_id)
            fees = []
            if letter.level.fee:
                fees.append(
                    case.charge_fee(
                        letter.level.fee,
                        item=letter.raised[0],
                        on=day,
                        due_on=day + timedelta(days=letter.level.pay_within),
                        until_day=None,
                        charged=ZERO,
                        told=letter.level.text.get("en", ""),
                        command_id=command_id,
                    )
                )
            content = self.letter(letter, day)
            told = content.document() | {"to": {"account": letter.account}}  # no names in events
            case.dun(letter.level.level, letter.raised, told, on=day, command_id=command_id)
            self.books.store(case)
            return content, fees

        return retried(act)

    def letter(self, letter: DueLetter, day: date) -> LetterContent:
        """Return what the paper of a letter says."""
        pay_by = day + timedelta(days=letter.level.pay_within)
        return LetterContent(
            level=min(letter.level.level, 3),
            number=f"{letter.account}-{day:%Y%m%d}-{letter.level.level}",
            dated=day,
            to=self._to(letter.account),
            currency=self.books.site.currency,
            items=[
                Owed(
                    number=item.number,
                    dated=item.dated,
                    due_on=item.due_on,
                    amount=item.amount,
                    open=item.open - item.disputed,
                    what=WHAT.get(item.kind, OTHER),
                )
                for item in letter.items
            ],
            fee=letter.level.fee,
            total=letter.overdue + letter.level.fee,
            pay_by=pay_by,
            disconnect_from=pay_by + timedelta(days=1) if letter.level.disconnection else None,
        )

    def sent_letter(self, account: str, on: date, level: int) -> dict[str, Any] | None:
        """Return what the paper of a letter said that was sent; None where none was.

        Args:
            account: Key of the account.
            on: Local day of the letter.
            level: Its level.
        """
        case: Collection | None = self.books.find(collection_id(self.books.site.key, account))
        told = None if case is None else case.letters.get((on, level))
        return None if told is None else told | {"to": json_of(self._to(account))}

    def _to(self, key: str) -> Party:
        account = self.books.account(key)
        return Party(
            account=key,
            name=self.vault.open(account.person, account.name_sealed),
            address=self.vault.open(account.person, account.address_sealed),
        )

    def due_fees(self, day: date) -> list[DueFee]:
        """Return the late fees due up to a local day, not included; none without such a rule."""
        rule = self.rules().late_fee
        if rule is None:
            return []
        with self.books.database.connection() as connection:
            schema = self.books.schema
            charged = late_fees(connection, schema)
            rows = [
                (item, overdue_balances(connection, schema, item, day))
                for item in read_late_items(connection, schema, since=rule.since, day=day)
            ]
        found = []
        for item, balances in rows:
            before = charged.get(item.number, ZERO)
            amount = late_fee(rule, item.amount, item.due_on, balances, day, before, item.currency)
            if amount:
                found.append(DueFee(item=item, amount=amount, charged=before))
        return found

    def charge(self, due: DueFee, day: date, *, command_id: UUID) -> str:
        """Charge a late fee; return its number.

        Raises:
            PaymentError: Somebody charged the item meanwhile.
        """

        def act() -> str:
            case = self.collection(due.item.account, command_id)
            number = case.charge_fee(
                due.amount,
                item=due.item.number,
                on=day,
                due_on=day + timedelta(days=FEE_DAYS),
                until_day=day,
                charged=due.charged,
                told=due.item.number,
                command_id=command_id,
            )
            self.books.store(case)
            return number

        return retried(act)

    # ------------------------------------------------------------ disputes
    def open_dispute(
        self,
        item: str,
        amount: Decimal | None,
        *,
        on: date,
        reason: str,
        by: UUID,
        command_id: UUID,
    ) -> UUID:
        """Note that what is open of a document, or a part of it, is in dispute; return its id.

        Raises:
            UnknownBillingObjectError: There is no such document.
            PaymentError: So much is not open.
        """
        identity = id_of("dispute", self.books.site.key, item, str(command_id))

        def act() -> UUID:
            with self.books.database.connection() as connection:
                row = the_item(connection, self.books.schema, item)
            case = self.collection(row.account, command_id)
            if not case.seen(command_id):
                case.open_dispute(
                    identity,
                    item,
                    row.open - case.disputed(item) if amount is None else amount,
                    open_amount=row.open,
                    on=on,
                    reason=reason,
                    by=by,
                    command_id=command_id,
                )
                self.books.store(case)
            return identity

        return retried(act)

    def close_dispute(
        self, name: str, *, on: date, outcome: str, by: UUID, command_id: UUID
    ) -> None:
        """Note that a dispute is over, by its id, the beginning of it, or its document.

        Raises:
            PaymentError: It is not open.
        """

        def act() -> None:
            with self.books.database.connection() as connection:
                rows = read_disputes(connection, self.books.schema)
            meant = [
                row
                for row in rows
                if name and (row.item == name or str(row.dispute).startswith(name.lower()))
            ]
            open_ = [row for row in meant if row.closed_on is None] or meant
            if len(open_) != 1:
                raise PaymentError.of("no_dispute", dispute=name)
            case = self.collection(open_[0].account, command_id)
            if not case.seen(command_id):
                case.close_dispute(
                    open_[0].dispute, on=on, outcome=outcome, by=by, command_id=command_id
                )
                self.books.store(case)

        retried(act)

    # ------------------------------------------------------------ plans of payment
    def agree_plan(
        self,
        account: str,
        items: Sequence[str],
        instalments: Sequence[Instalment],
        *,
        on: date,
        by: UUID,
        command_id: UUID,
    ) -> UUID:
        """Let some documents of an account be paid in parts; return the plan's id.

        Raises:
            PaymentError: The parts are not what is open, or a document is in another plan.
        """
        identity = id_of("payment_plan", self.books.site.key, account, str(command_id))

        def act() -> UUID:
            with self.books.database.connection() as connection:
                rows = read_items(connection, self.books.schema, account=account)
            open_: Mapping[str, OpenItem] = {row.number: row for row in rows if row.open > 0}
            for item in items:
                if item not in open_:
                    raise PaymentError.of("not_open", item=item)
            case = self.collection(account, command_id)
            if not case.seen(command_id):
                case.agree_plan(
                    identity,
                    items,
                    instalments,
                    owed=sum((open_[item].open for item in items), ZERO),
                    on=on,
                    by=by,
                    command_id=command_id,
                )
                self.books.store(case)
            return identity

        return retried(act)

    def end_plan(self, name: str, *, on: date, reason: str, by: UUID, command_id: UUID) -> None:
        """Let a plan hold no longer.

        Raises:
            PaymentError: There is no such plan.
        """
        with self.books.database.connection() as connection:
            rows = read_plans(connection, self.books.schema)
        meant = [row for row in rows if name and str(row.plan).startswith(name.lower())]
        if len(meant) != 1:
            raise PaymentError.of("no_plan", plan=name)
        case = self.collection(meant[0].account, command_id)
        if not case.seen(command_id):
            case.end_plan(meant[0].plan, on=on, reason=reason, by=by, command_id=command_id)
            self.books.store(case)

    def collection(self, account: str, command_id: UUID) -> Collection:
        """Return what was done about an account, begun where nothing was.

        Raises:
            UnknownBillingObjectError: There is no such account.
        """
        site = self.books.site
        known: Collection | None = self.books.find(collection_id(site.key, account))
        if known is not None:
            return known
        self.books.account(account)
        opening = id_of("open collection", site.key, account, str(command_id))
        return Collection(
            site=site.key, account=account, currency=site.currency, command_id=opening
        )
