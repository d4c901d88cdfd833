"""A town whose accounts pay first: opens, tops up, settles, for tests."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from uuid import UUID, uuid4

from billing.cash_desk.desk import Desk
from billing.prepaid.balance import rules_now
from billing.prepaid.card_office import CardOffice
from billing.prepaid.month import Knowledge
from billing.prepaid.office import PrepaidOffice
from billing.prepaid.order_desk import OrderDesk
from billing.prepaid.rules import Rules
from billing.prepaid.server_account import Act, Every, TopUpMeans
from billing.prepaid.settling import Outcome, Settling
from billing.views.prepaid import balance_at
from energy.journal.marks import Marks
from tests.billing.town import CLERK, Town

BEGUN = date(2019, 1, 1)
NO_BARS = Rules(night_from=0, night_to=0, weekend=())


class Purse:
    """The prepaid side of a town."""

    def __init__(self, town: Town) -> None:
        self.town = town
        self.books = town.office.books
        self.office = PrepaidOffice(self.books, town.clock)
        self.orders = OrderDesk(self.books)
        self.cards = CardOffice(self.books)

    def act(self, by: UUID | None = CLERK, *, command: UUID | None = None) -> Act:
        return self.office.act(by, command or uuid4())

    def desk(self, name: str = "MAIN") -> Desk:
        return Desk(self.books, self.office, name)

    def open(self, account: str = "A-b1", *, every: Every = Every.DAY, first: date = BEGUN) -> None:
        self.office.open(account, first, every=every, cycle_day=1, act=self.act())
        self.town.catch_up()

    def rules(self, rules: Rules = NO_BARS) -> None:
        self.office.state_rules(rules, by=CLERK, command_id=uuid4())
        self.office.state_year(2019, [], [], by=CLERK, command_id=uuid4())

    def top_up(self, amount: str, account: str = "A-b1") -> str:
        return self.office.top_up(
            account, Decimal(amount), means=TopUpMeans.BANK, reference=str(uuid4()), act=self.act()
        )

    def settle(self, now: datetime, *accounts: str) -> list[Outcome]:
        """Settle at a mark set now."""
        town = self.town
        marks = Marks(town.database, town.site.schema, town.clock)
        position = marks.append(reason=f"prepaid {uuid4()}", at=now)
        town.catch_up()
        known = Knowledge(metering_position=position, books_position=self.books.position())
        rules, _ = rules_now(self.books)
        found = Settling(self.books, rules).settle(known, now, accounts)
        town.catch_up()
        return found

    def shown(self, account: str = "A-b1", **when: datetime) -> Decimal:
        """Return a balance as the tables say it."""
        with self.town.database.connection() as connection:
            return balance_at(connection, self.town.site.schema, account, **when)


def at(day: int, hour: int = 0, *, month: int = 1) -> datetime:
    """Return an instant of 2019; London keeps UTC in winter."""
    return datetime(2019, month, day, hour, tzinfo=UTC)
