"""In: a prepaid account. Out: its balance, recent use, and what follows from it. I/O: reads.

What follows (a warning, a work order withdrawn or made) is stored in the transaction of whatever
moved the balance, so that no crossing is missed and none is told twice.
"""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING

from billing.prepaid.crossings import daily_use, days_left, levels_below
from billing.prepaid.month import PrepaidMonth, Step, month_id
from billing.prepaid.payment_kind import PaymentKind, PointPayment, payment_id
from billing.prepaid.rules import DaysOff, PrepaidRules, Rules, rules_id
from billing.prepaid.server_account import AccountState, Act, PrepaidAccount
from billing.prepaid.supply_order import OrderKind, OrderState, SupplyOrder, order_id
from billing.prepaid.watch import PrepaidWatch, watch_id
from energy.base.aggregate import JournalAggregate

if TYPE_CHECKING:
    from billing.books import Books

ZERO = Decimal(0)
TOPPED_UP = "balance restored"


def rules_now(books: Books) -> tuple[Rules, DaysOff]:
    """Return a site's rules and days off; what ships where nobody stated any."""
    known: PrepaidRules | None = books.find(rules_id(books.site.key))
    return (Rules(), DaysOff()) if known is None else (known.rules, known.days_off)


def months_open(books: Books, account: PrepaidAccount) -> dict[date, PrepaidMonth]:
    """Return the open settlement months of an account by their first day."""
    found = {}
    for day in account.open_months:
        month = books.find(month_id(books.site.key, account.account, day))
        assert isinstance(month, PrepaidMonth), "an open month is stored with its account"
        found[day] = month
    return found


def balance_of(account: PrepaidAccount, months: Iterable[PrepaidMonth]) -> Decimal:
    """Return a balance, given the open months. [currency]."""
    settled = (month.settled for month in months if month.first_day in account.open_months)
    return account.booked - sum(settled, ZERO)


def left_of(
    books: Books, account: PrepaidAccount, months: dict[date, PrepaidMonth], rules: Rules
) -> int | None:
    """Return how many days the balance lasts at recent use; None without use. [d]."""
    steps: list[Step] = [step for month in months.values() for step in month.steps]
    first = min(months, default=None) or (
        account.first_day if account.last_day is None else account.last_day + timedelta(days=1)
    )
    before = books.find(month_id(books.site.key, account.account, _month_before(account, first)))
    if isinstance(before, PrepaidMonth) and before.first_day not in months:
        steps += before.steps
    daily = daily_use(steps, books.site.zone, rules.mean_days)
    return days_left(balance_of(account, months.values()), daily)


def _month_before(account: PrepaidAccount, first: date) -> date:
    """Return the first day of the settlement month before one."""
    last = first - timedelta(days=1)
    day = last.replace(day=account.cycle_day)
    if day > last:
        day = (last.replace(day=1) - timedelta(days=1)).replace(day=account.cycle_day)
    return max(day, account.first_day)


def watch_of(books: Books, account: str, act: Act) -> PrepaidWatch:
    """Return what watches an account, begun now where nothing did."""
    known: PrepaidWatch | None = books.find(watch_id(books.site.key, account))
    return known or PrepaidWatch(site=books.site.key, account=account, command_id=act.command_id)


def server_points(books: Books, account: str, day: date) -> list[str]:
    """Return the points that an account prepays on the server on a local day."""
    found = []
    for supply in books.account(account).supplies:
        held = supply.valid_from <= day and (supply.valid_to is None or day < supply.valid_to)
        known: PointPayment | None = books.find(payment_id(books.site.key, supply.point))
        if held and known is not None and known.kind_on(day) is PaymentKind.SERVER:
            found.append(supply.point)
    return sorted(set(found))


def consequences(
    books: Books,
    account: PrepaidAccount,
    months: dict[date, PrepaidMonth],
    rules: Rules,
    act: Act,
) -> tuple[int | None, list[JournalAggregate]]:
    """Return how long the balance lasts, and what must be stored with whatever moved it.

    Args:
        books: The site's books.
        account: The account, changed.
        months: Its open months, changed.
        rules: The site's rules.
        act: When, and by which command.
    """
    balance = balance_of(account, months.values())
    left = left_of(books, account, months, rules)
    watch = watch_of(books, account.account, act)
    if account.state is not AccountState.OPEN:
        return left, [watch]
    money, days = levels_below(balance, left, rules)
    watch.look(balance, left, money, days, at=act.at, command_id=act.command_id)
    orders = stopped(books, watch, balance, rules, act)
    return left, [watch, *orders, *restored(books, watch, balance, rules, act)]


def stopped(
    books: Books, watch: PrepaidWatch, balance: Decimal, rules: Rules, act: Act
) -> list[SupplyOrder]:
    """Return the disconnection that money or credit stops, to be stored with the watch.

    One that nobody has in hand is withdrawn; one that a technician has is recalled, once.
    """
    if watch.order is None or balance + watch.credit_at(act.at) <= rules.disconnect_at:
        return []
    order = books.find(watch.order)
    assert isinstance(order, SupplyOrder), "an order under way is stored"
    if order.kind is not OrderKind.DISCONNECT or order.state is OrderState.RECALLED:
        return []
    if order.state is OrderState.HANDED_OUT:
        order.recall(TOPPED_UP, balance, at=act.at, command_id=act.command_id)
        return [order]
    order.withdraw(TOPPED_UP, at=act.at, by=None, command_id=act.command_id)
    watch.end_order(order.id, connected=True, at=act.at, command_id=act.command_id)
    return [order]


def restored(
    books: Books, watch: PrepaidWatch, balance: Decimal, rules: Rules, act: Act
) -> list[SupplyOrder]:
    """Return the work order that restores a cut supply with money: nobody needs to approve it."""
    if watch.connected or watch.order is not None or balance < rules.reconnect_at:
        return []
    identity = order_id(books.site.key, watch.account, watch.orders + 1)
    number = watch.begin_order(identity, command_id=act.command_id)
    order = SupplyOrder(
        site=books.site.key,
        account=watch.account,
        number=number,
        kind=OrderKind.RECONNECT.value,
        points=server_points(books, watch.account, act.on),
        balance=balance,
        reason=TOPPED_UP,
        at=act.at,
        by=None,
        command_id=act.command_id,
    )
    order.approve(at=act.at, by=None, command_id=act.command_id)
    return [order]
