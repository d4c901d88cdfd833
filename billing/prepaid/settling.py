"""In: a mark of the metering journal. Out: usage of prepaid accounts taken from balances. I/O.

Every account is settled in one transaction of its own: its months, the invoices that close them,
the warnings of what the balance has crossed. Settling again at the same mark changes nothing.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from uuid import UUID
from zoneinfo import ZoneInfo

from billing.books import Books
from billing.errors import RatingError
from billing.prepaid.balance import balance_of, consequences, months_open
from billing.prepaid.cost_reader import CostReader
from billing.prepaid.costs import MonthCosts
from billing.prepaid.cycle import instants, month_after
from billing.prepaid.month import Cost, Knowledge, PrepaidMonth
from billing.prepaid.payment_kind import PaymentKind, PointPayment
from billing.prepaid.points import claim_points, prepaid_of
from billing.prepaid.rules import Rules
from billing.prepaid.server_account import AccountState, Act, PrepaidAccount
from billing.retrying import retried
from billing.views.prepaid import IssuedDocument, issued_documents, prepaid_accounts
from energy.base.ids import id_of
from energy.base.period import local_day, midnight
from energy.views.computed import asked_together

ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """What became of one account."""

    account: str
    settled: Decimal
    """Taken from the balance for usage now. [currency]"""
    trued_up: Decimal
    """Taken for usage that had been settled; below zero: given back. [currency]"""
    closed: tuple[str, ...]
    """Numbers of the documents booked."""
    settled_to: datetime | None
    behind: bool
    """Whether usage up to now is not known yet, or barred from billing."""
    balance: Decimal
    days_left: int | None
    fault: str = ""
    """Why it could not be settled at all: its tariff and its usage do not fit together."""


@dataclass(slots=True)
class _Books:
    """One account while it is settled: its aggregates, and what happened."""

    account: PrepaidAccount
    language: str
    months: dict[date, PrepaidMonth]
    """The open ones, and the last one closed."""
    settled: Decimal = ZERO
    trued_up: Decimal = ZERO
    behind: bool = False

    @property
    def balance(self) -> Decimal:
        return balance_of(self.account, self.months.values())


@dataclass(frozen=True, slots=True)
class Settling:
    """Settles the prepaid accounts of a site."""

    books: Books
    rules: Rules

    def settle(
        self, known: Knowledge, now: datetime, accounts: Sequence[str] = ()
    ) -> list[Outcome]:
        """Settle prepaid accounts up to now, as known at two positions.

        Args:
            known: A mark of the metering journal that the views have passed, and a position of
                the books that they have passed.
            now: Nothing behind it is settled.
            accounts: Keys; all when empty.

        Raises:
            UnknownBillingObjectError: There is no such account.
            ConflictError: Somebody else kept changing an account; settle again.
        """
        schema = self.books.site.schema
        with self.books.database.connection() as connection, asked_together():
            keys = list(accounts) or prepaid_accounts(connection, schema)
            reader = CostReader(self.books, connection, known)
            return [self._settled(key, reader, now) for key in keys]

    def _settled(self, key: str, reader: CostReader, now: datetime) -> Outcome:
        try:
            return retried(lambda: self._once(key, reader, now))
        except RatingError as error:  # one account that cannot be rated holds no other back
            return self._stuck(key, str(error))

    def _stuck(self, key: str, fault: str) -> Outcome:
        held = self._load(key)
        last = [month.settled_to for month in held.months.values() if month.settled_to]
        return Outcome(
            account=key,
            settled=ZERO,
            trued_up=ZERO,
            closed=(),
            settled_to=max(last, default=None),
            behind=True,
            balance=held.balance,
            days_left=None,
            fault=fault,
        )

    def _once(self, key: str, reader: CostReader, now: datetime) -> Outcome:
        site = self.books.site
        command = id_of("prepaid settle", site.key, key, str(reader.known.metering_position))
        held = self._load(key)
        act = Act(at=now, on=local_day(now, site.zone), by=None, command_id=command)
        points: list[PointPayment] = []
        if held.account.state is AccountState.OPEN:
            points += claim_points(
                self.books, key, local_day(now, site.zone), PaymentKind.SERVER, command
            )
        self._months(held, reader, now, command)
        closed = self._close(held, reader, act)
        left, following = consequences(self.books, held.account, held.months, self.rules, act)
        self.books.store(held.account, *held.months.values(), *points, *following)
        last = [month.settled_to for month in held.months.values() if month.settled_to]
        return Outcome(
            account=key,
            settled=held.settled,
            trued_up=held.trued_up,
            closed=closed,
            settled_to=max(last, default=None),
            behind=held.behind,
            balance=held.balance,
            days_left=left,
        )

    def _load(self, key: str) -> _Books:
        account = prepaid_of(self.books, key)
        return _Books(
            account=account,
            language=self.books.account(key).language,
            months=months_open(self.books, account),
        )

    # ------------------------------------------------------------ months
    def _months(self, held: _Books, reader: CostReader, now: datetime, command: UUID) -> None:
        zone = self.books.site.zone
        for day in list(held.account.open_months):
            self._settle_month(held, held.months[day], reader, now, command)
        while not held.behind:
            account = held.account
            first, last = month_after(account.last_day, account.first_day, account.cycle_day)
            over = account.ended_on is not None and first >= account.ended_on
            if over or midnight(first, zone) >= now:
                return
            month = PrepaidMonth(
                site=self.books.site.key,
                account=account.account,
                first_day=first,
                last_day=last,
                currency=account.currency,
                command_id=command,
            )
            account.open_month(first, last, command_id=command)
            held.months[first] = month
            self._settle_month(held, month, reader, now, command)

    def _settle_month(
        self, held: _Books, month: PrepaidMonth, reader: CostReader, now: datetime, command: UUID
    ) -> None:
        zone, account = self.books.site.zone, held.account
        last = month.last_day
        if account.ended_on is not None:
            last = min(last, account.ended_on - timedelta(days=1))
        costs = reader.month(account.account, held.language, month.first_day, last)
        end = midnight(last + timedelta(days=1), zone)
        known = min(costs.known_until(), now, end)
        before = month.settled
        if month.steps and (behind := self._true_up(month, costs, reader.known, command)):
            held.behind = behind
            return
        held.trued_up += month.settled - before
        before = month.settled
        for until in instants(month.first_day, last, month.settled_to, known, account.every, zone):
            cost = costs.at(until)
            if cost is None:
                held.behind = True
                break
            month.settle(cost, reader.known, command_id=command)
        held.settled += month.settled - before
        held.behind = held.behind or known < min(now - timedelta(days=1), end)

    def _true_up(
        self, month: PrepaidMonth, costs: MonthCosts, known: Knowledge, command: UUID
    ) -> bool:
        """Post what settled days cost otherwise; return whether that is not known at present."""
        now = costs.at(month.steps[-1].until)
        if now is None:
            return True
        if now.total == month.settled:
            return False
        zone = self.books.site.zone
        ends = [s.until for s in month.steps if _is_midnight(s.until, zone)]
        found = [costs.at(until) for until in ends]
        steps: list[Cost] = [cost for cost in found if cost is not None]
        if not steps or steps[-1].until != now.until:
            steps.append(now)
        month.true_up(steps, known, command_id=command)
        return False

    # ------------------------------------------------------------ documents
    def _close(self, held: _Books, reader: CostReader, act: Act) -> tuple[str, ...]:
        account = held.account
        documents = issued_documents(
            reader.connection, self.books.site.schema, account.account, account.first_day
        )
        return tuple(
            document.number
            for document in documents
            if document.number not in account.documents and self._booked(held, document, act)
        )

    def _booked(self, held: _Books, document: IssuedDocument, act: Act) -> bool:
        """Book an issued document if all its days are settlement months; return whether it is."""
        account = held.account
        if document.first_day < account.first_day:
            return False
        if document.credit:
            account.correct(document.number, document.kind, -document.total, act)
            return True
        inside = [day for day in account.open_months if self._holds(held, document, day)]
        if not inside:
            begun = account.last_day is None or document.last_day > account.last_day
            touched = any(
                held.months[day].first_day <= document.last_day
                and held.months[day].last_day >= document.first_day
                for day in account.open_months
            )
            if begun or touched:
                return False
            account.correct(document.number, document.kind, document.total, act)
            return True
        settled = sum((held.months[day].settled for day in inside), ZERO)
        account.close_months(inside, document.number, document.total, settled, act)
        for place, day in enumerate(inside, 1):
            difference = document.total - settled if place == len(inside) else ZERO
            held.months[day].close(document.number, difference, command_id=act.command_id)
        return True

    def _holds(self, held: _Books, document: IssuedDocument, day: date) -> bool:
        month, ended = held.months[day], held.account.ended_on
        last = month.last_day if ended is None else min(month.last_day, ended - timedelta(days=1))
        return document.first_day <= month.first_day and last <= document.last_day


def _is_midnight(at: datetime, zone: ZoneInfo) -> bool:
    return midnight(local_day(at, zone), zone) == at
