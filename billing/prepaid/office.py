"""In: commands on prepaid accounts of a site. Out: events in its books. I/O: PostgreSQL.

Every command may be repeated with the same command id after an unknown commit. Roles are checked
by the caller; the second person is checked by the aggregates.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from billing.accounts.account import PointDays
from billing.bank.entry import BankEntry, bank_entry_id
from billing.bank.payers import learned
from billing.books import Books
from billing.invoices.number_series import NumberSeries, series_id
from billing.money import exponent_of, to_units
from billing.prepaid.balance import (
    balance_of,
    consequences,
    months_open,
    rules_now,
    stopped,
    watch_of,
)
from billing.prepaid.cycle import LAST_CYCLE_DAY
from billing.prepaid.errors import PrepaidRefusedError
from billing.prepaid.payment_kind import PaymentKind, PointPayment, payment_id
from billing.prepaid.points import claim_points, prepaid_of
from billing.prepaid.protected import (
    ProtectedPoint,
    Protection,
    ProtectionKind,
    protected_id,
)
from billing.prepaid.rules import PrepaidRules, Rules, rules_id
from billing.prepaid.server_account import (
    Act,
    Every,
    PrepaidAccount,
    TopUp,
    TopUpMeans,
    prepaid_id,
)
from billing.receivables.errors import PaymentError
from billing.retrying import retried
from energy.base.aggregate import JournalAggregate
from energy.base.clock import Clock
from energy.base.period import local_day

SERIES = "TU"
"""Prefix of the numbers of top-ups that no desk took."""


@dataclass(frozen=True, slots=True)
class PrepaidOffice:
    """The prepaid accounts of one site."""

    books: Books
    clock: Clock

    def act(self, by: UUID | None, command_id: UUID) -> Act:
        """Return an act of now."""
        now = self.clock.now()
        return Act(at=now, on=local_day(now, self.books.site.zone), by=by, command_id=command_id)

    # ------------------------------------------------------------ what the site decided
    def state_rules(self, rules: Rules, *, by: UUID, command_id: UUID) -> None:
        """State the rules that hold from now on.

        Raises:
            PrepaidRefusedError: A figure makes no sense.
        """
        self._rules_of(rules.checked(), by, command_id)

    def state_year(
        self, year: int, off: Sequence[date], working: Sequence[date], *, by: UUID,
        command_id: UUID,
    ) -> None:  # fmt: skip
        """State all days off of a calendar year, and the days of weekends that are worked.

        Raises:
            PrepaidRefusedError: A day is of another year, or both.
        """
        known = self._rules_of(None, by, command_id)
        known.state_year(year, off, working, by=by, command_id=command_id)
        self.books.store(known)

    def _rules_of(self, rules: Rules | None, by: UUID, command_id: UUID) -> PrepaidRules:
        known: PrepaidRules | None = self.books.find(rules_id(self.books.site.key))
        if known is None:
            document = (rules or Rules()).document()
            known = PrepaidRules(
                site=self.books.site.key, rules=document, by=by, command_id=command_id
            )
        elif rules is not None:
            known.change(rules, by=by, command_id=command_id)
        if rules is not None:
            self.books.store(known)
        return known

    def protect(
        self, point: str, what: Protection, *, note: str, by: UUID, command_id: UUID
    ) -> None:
        """Put a point on the list of what must not be cut.

        Raises:
            PrepaidRefusedError: It is on it for that reason already.
        """
        known = self._protected(point) or ProtectedPoint(
            site=self.books.site.key, point=point, command_id=command_id
        )
        known.protect(what, note=note, by=by, command_id=command_id)
        self.books.store(known)

    def unprotect(
        self,
        point: str,
        kind: ProtectionKind,
        day: date,
        *,
        note: str,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Take a point off the list from a day on.

        Raises:
            PrepaidRefusedError: It is not on it then.
        """
        known = self._protected(point)
        if known is None:
            raise PrepaidRefusedError.of("not_protected", point=point, kind=kind, day=day)
        known.end(kind, day, note=note, by=by, command_id=command_id)
        self.books.store(known)

    def _protected(self, point: str) -> ProtectedPoint | None:
        found: ProtectedPoint | None = self.books.find(protected_id(self.books.site.key, point))
        return found

    # ------------------------------------------------------------ accounts
    def open(
        self, account: str, first_day: date, *, every: Every, cycle_day: int, act: Act
    ) -> None:
        """Let an account pay first from a local day on, with every point it pays for.

        Raises:
            UnknownBillingObjectError: There is no such account.
            PrepaidRefusedError: It is prepaid already, a day from then on is on an issued
                invoice, or a point is paid by card or by another account.
        """
        if not 1 <= cycle_day <= LAST_CYCLE_DAY:
            raise PrepaidRefusedError.of("cycle_day", most=LAST_CYCLE_DAY)
        site = self.books.site
        payer = self.books.account(account)
        if self.books.find(prepaid_id(site.key, account)) is not None:
            raise PrepaidRefusedError.of("prepaid_already", account=account)
        for supply in payer.supplies:
            behind = PointDays(point=supply.point, first_day=first_day, last_day=date.max)
            if payer.billed_days(behind):
                raise PrepaidRefusedError.of("billed_behind", point=supply.point, day=first_day)
        opened = PrepaidAccount(
            site=site.key,
            account=account,
            first_day=first_day,
            cycle_day=cycle_day,
            every=every.value,
            currency=site.currency,
            by=act.by,
            command_id=act.command_id,
        )
        claims = claim_points(self.books, account, first_day, PaymentKind.SERVER, act.command_id)
        self.books.store(opened, *claims)

    def top_up(
        self,
        account: str,
        amount: Decimal,
        *,
        means: TopUpMeans,
        reference: str,
        act: Act,
        entry: UUID | None = None,
        remember: bool = False,
    ) -> str:
        """Put money in that no desk took; the same command again changes nothing.

        Args:
            account: Key of the account.
            amount: With no more digits than the currency has. [currency]
            means: Bank, or a balance taken over.
            reference: Of the bank, or of the old system; two top-ups never share one. That of an
                entry is its key.
            act: When, by whom, by which command.
            entry: Entry of the bank that brought the money; it waits no longer.
            remember: Whether its payer pays for this account from now on.

        Returns:
            The receipt's number.

        Raises:
            PrepaidRefusedError: The account is not prepaid or over, the amount is none, or the
                same command put in another amount.
            PaymentError: The entry waits no longer.
            MoneyError: The amount has too many digits.
        """
        to_units(amount, exponent_of(self.books.site.currency))

        def once() -> str:
            held = prepaid_of(self.books, account)
            if held.seen(act.command_id):
                mine = (e for e in held.top_ups.values() if e.command_id == act.command_id)
                known = next(mine)
                if known.amount != amount:
                    raise PrepaidRefusedError.of(
                        "reference_taken", receipt=known.receipt, amount=known.amount
                    )
                return known.receipt
            series = self._series(act)
            (receipt,) = series.allocate([act.command_id], command_id=act.command_id)
            told = None if entry is None else self._told(entry, account, receipt, act)
            named = reference if told is None else told.key
            held.top_up(amount, means=means, receipt=receipt, reference=named, act=act)
            moved: list[JournalAggregate] = [held] if told is None else [held, told]
            if told is not None and remember and act.by is not None:
                moved += learned(self.books, told, account, act.by, act.command_id)
            self.books.store(series, *moved, *self.following(held, act))
            return receipt

        return retried(once)

    def _told(self, entry: UUID, account: str, receipt: str, act: Act) -> BankEntry:
        found: BankEntry = self.books.repository.get(entry)
        found.match(account, receipt, how="top_up", by=act.by, command_id=act.command_id)
        return found

    def _series(self, act: Act) -> NumberSeries:
        site, year = self.books.site.key, act.on.year
        known: NumberSeries | None = self.books.find(series_id(site, SERIES, year))
        return known or NumberSeries(site=site, prefix=SERIES, year=year, command_id=act.command_id)

    def following(self, held: PrepaidAccount, act: Act) -> list[JournalAggregate]:
        """Return what must be stored with an account whose balance was moved."""
        rules, _ = rules_now(self.books)
        return consequences(self.books, held, months_open(self.books, held), rules, act)[1]

    def reverse(
        self, account: str, receipt: str, reason: str, act: Act, *, out: UUID | None = None
    ) -> Decimal:
        """Take a top-up back: the bank took its money out again, or it was another account's.

        Args:
            account: Key of the account.
            receipt: Number of the top-up.
            reason: Why.
            act: When, by whom, by which command.
            out: Entry of the bank that took the money out; without it the entry that brought it,
                where one did, waits again.

        Returns:
            The balance that is left, below zero where the money was used already. [currency]

        Raises:
            PrepaidRefusedError: There is no such top-up; one of a desk is voided there.
            PaymentError: The entry waits no longer, or is of another amount.
        """

        def once() -> Decimal:
            held = prepaid_of(self.books, account)
            if not held.seen(act.command_id):
                held.reverse(receipt, means=TopUpMeans.BANK, reason=reason, act=act)
                told = self._told_back(held.top_ups[receipt], account, reason, out, act)
                self.books.store(held, *told, *self.following(held, act))
            return balance_of(held, months_open(self.books, held).values())

        return retried(once)

    def _told_back(
        self, top_up: TopUp, account: str, reason: str, out: UUID | None, act: Act
    ) -> list[BankEntry]:
        """Return the entry that took money out, else the one that brought it, waiting again."""
        if out is not None:
            taken: BankEntry = self.books.repository.get(out)
            if taken.amount != -top_up.amount:
                raise PaymentError.of("entry_amount", key=taken.key, amount=top_up.amount)
            taken.match(account, top_up.receipt, how="hand", by=act.by, command_id=act.command_id)
            return [taken]
        identity = bank_entry_id(self.books.site.key, top_up.reference)
        brought: BankEntry | None = self.books.find(identity)
        if brought is None or brought.payment != top_up.receipt:
            return []
        assert act.by is not None, "a person takes it back"
        brought.release(reason=reason, by=act.by, command_id=act.command_id)
        return [brought]

    def grant_credit(self, account: str, amount: Decimal, until: datetime, act: Act) -> None:
        """Grant emergency credit.

        Raises:
            PrepaidRefusedError: More than the rules allow, some is running, or the account is
                over.
        """
        to_units(amount, exponent_of(self.books.site.currency))
        held = prepaid_of(self.books, account)
        if held.ended_on is not None or act.by is None:
            raise PrepaidRefusedError.of("account_over", account=account, state=held.state)
        watch = watch_of(self.books, account, act)
        rules, _ = rules_now(self.books)
        watch.grant_credit(
            amount, until, rules.credit, at=act.at, by=act.by, command_id=act.command_id
        )
        balance = balance_of(held, months_open(self.books, held).values())
        self.books.store(watch, *stopped(self.books, watch, balance, rules, act))

    def balance(self, account: str) -> Decimal:
        """Return the balance as the books say it now. [currency].

        Raises:
            PrepaidRefusedError: The account is not prepaid.
        """
        held = prepaid_of(self.books, account)
        return balance_of(held, months_open(self.books, held).values())

    def end(self, account: str, on: date, reason: str, *, by: UUID, command_id: UUID) -> None:
        """End a prepaid account from a local day on; its points are paid after use again.

        Raises:
            PrepaidRefusedError: It ended already, or was settled beyond that day.
        """

        def once() -> None:
            held = prepaid_of(self.books, account)
            for month in months_open(self.books, held).values():
                if month.settled_to and local_day(month.settled_to, self.books.site.zone) > on:
                    raise PrepaidRefusedError.of("end_before", account=account, day=on)
            held.end(on, reason, by=by, command_id=command_id)
            released = []
            for supply in self.books.account(account).supplies:
                point: PointPayment | None = self.books.find(
                    payment_id(self.books.site.key, supply.point)
                )
                if point is not None and point.kind_on(on) is PaymentKind.SERVER:
                    point.release(account, on, command_id=command_id)
                    released.append(point)
            self.books.store(held, *{each.id: each for each in released}.values())

        retried(once)

    def refund(self, account: str, *, means: str, reference: str, act: Act) -> Decimal:
        """Pay out what is left, as another person than the one who ended the account.

        Returns:
            The amount paid out; below zero what the account owes. [currency]

        Raises:
            PrepaidRefusedError: The account has not ended, is not billed, or the same person.
        """
        held = prepaid_of(self.books, account)
        amount = held.refund(means=means, reference=reference, act=act)
        self.books.store(held)
        return amount
