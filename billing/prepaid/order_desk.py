"""In: requests to cut or restore the supply of prepaid accounts. Out: work orders. I/O: PostgreSQL.

Meterline never switches: an order is handed to a technician and confirmed by readings taken behind
the hand-out. What forbids a disconnection is looked up anew at every step, as it is then.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from billing.books import Books
from billing.prepaid.balance import (
    TOPPED_UP,
    balance_of,
    months_open,
    restored,
    rules_now,
    server_points,
    watch_of,
)
from billing.prepaid.bars import allowed_until, bars_at
from billing.prepaid.errors import BarredError, PrepaidRefusedError
from billing.prepaid.points import prepaid_of
from billing.prepaid.protected import ProtectedPoint, Protection, protected_id
from billing.prepaid.server_account import Act
from billing.prepaid.supply_order import OrderKind, OrderState, SupplyOrder, order_id
from billing.retrying import retried
from billing.views.prepaid_points import readings_behind


@dataclass(frozen=True, slots=True)
class OrderDesk:
    """The work orders on the supplies of a site's prepaid accounts."""

    books: Books

    def request(self, account: str, kind: OrderKind, reason: str, act: Act) -> SupplyOrder:
        """Request to cut, or to restore, the supply of an account.

        Raises:
            PrepaidRefusedError: The account is not prepaid, has money left, is cut already (or
                supplied), or an order is under way.
            BarredError: It must not be cut now: night, weekend, day off, a protected point.
        """
        site = self.books.site
        held = prepaid_of(self.books, account)
        watch = watch_of(self.books, account, act)
        rules, _ = rules_now(self.books)
        balance = balance_of(held, months_open(self.books, held).values())
        points = server_points(self.books, account, act.on)
        if not points:
            raise PrepaidRefusedError.of("no_points", account=account, day=act.on)
        if kind is OrderKind.DISCONNECT:
            if not watch.connected:
                raise PrepaidRefusedError.of("cut_already", account=account)
            left = balance + watch.credit_at(act.at)
            if left > rules.disconnect_at:
                raise PrepaidRefusedError.of(
                    "enough_left", account=account, balance=left, limit=rules.disconnect_at
                )
            bars = self.bars(points, act.at)
            if bars:
                error = BarredError.of("barred", bars=", ".join(bars))
                error.bars = bars
                raise error
        elif watch.connected:
            raise PrepaidRefusedError.of("supplied", account=account)
        identity = order_id(site.key, account, watch.orders + 1)
        number = watch.begin_order(identity, command_id=act.command_id)
        order = SupplyOrder(
            site=site.key,
            account=account,
            number=number,
            kind=kind.value,
            points=points,
            balance=balance,
            reason=reason,
            at=act.at,
            by=act.by,
            command_id=act.command_id,
        )
        self.books.store(watch, order)
        return order

    def bars(self, points: list[str], at: datetime) -> tuple[str, ...]:
        """Return what forbids to cut some points at an instant; nothing when it is allowed."""
        rules, days_off = rules_now(self.books)
        protections: dict[str, list[Protection]] = {}
        for point in points:
            known: ProtectedPoint | None = self.books.find(protected_id(self.books.site.key, point))
            protections[point] = [] if known is None else known.protections
        return bars_at(at, self.books.site.zone, rules, days_off, protections)

    def approve(self, order: UUID, act: Act) -> SupplyOrder:
        """Approve an order as a second person.

        Raises:
            PrepaidRefusedError: The same person requested it, or it is past that step.
        """
        held = self._order(order)
        held.approve(at=act.at, by=act.by, command_id=act.command_id)
        self.books.store(held)
        return held

    def hand_out(self, order: UUID, to: str, act: Act) -> SupplyOrder:
        """Give an order to a technician; what is barred now is refused for good.

        An account that has money again meanwhile is not cut: its order is withdrawn.

        Raises:
            PrepaidRefusedError: It is not approved.
        """

        def once() -> SupplyOrder:
            held = self._order(order)
            cut = held.kind is OrderKind.DISCONNECT
            rules, _ = rules_now(self.books)
            watch = watch_of(self.books, held.account, act)
            by = _person(act)
            if cut and held.state is OrderState.APPROVED and self._has_money(held.account, act):
                held.withdraw(TOPPED_UP, at=act.at, by=by, command_id=act.command_id)
                watch.end_order(order, connected=True, at=act.at, command_id=act.command_id)
                self.books.store(held, watch)
                return held
            out = held.hand_out(
                to,
                self.bars(held.points, act.at) if cut else (),
                at=act.at,
                valid_until=allowed_until(act.at, self.books.site.zone, rules) if cut else None,
                by=by,
                command_id=act.command_id,
            )
            if not out:
                watch.end_order(
                    order, connected=watch.connected, at=act.at, command_id=act.command_id
                )
                self.books.store(held, watch)
            else:
                self.books.store(held)
            return held

        return retried(once)

    def _has_money(self, account: str, act: Act) -> bool:
        held = prepaid_of(self.books, account)
        rules, _ = rules_now(self.books)
        credit = watch_of(self.books, account, act).credit_at(act.at)
        balance = balance_of(held, months_open(self.books, held).values())
        return balance + credit > rules.disconnect_at

    def give_back(self, order: UUID, reason: str, act: Act) -> SupplyOrder:
        """Take an order back from the technician undone; it can be handed out again.

        One that was recalled is withdrawn.

        Raises:
            PrepaidRefusedError: It is not handed out.
        """

        def once() -> SupplyOrder:
            held = self._order(order)
            recalled = held.state is OrderState.RECALLED
            held.give_back(reason, at=act.at, by=_person(act), command_id=act.command_id)
            if not recalled:
                self.books.store(held)
                return held
            watch = watch_of(self.books, held.account, act)
            held.withdraw(TOPPED_UP, at=act.at, by=act.by, command_id=act.command_id)
            watch.end_order(order, connected=True, at=act.at, command_id=act.command_id)
            self.books.store(held, watch)
            return held

        return retried(once)

    def withdraw(self, order: UUID, reason: str, act: Act) -> SupplyOrder:
        """Want an order no more.

        Raises:
            PrepaidRefusedError: It is handed out or over.
        """
        held = self._order(order)
        watch = watch_of(self.books, held.account, act)
        held.withdraw(reason, at=act.at, by=act.by, command_id=act.command_id)
        watch.end_order(order, connected=watch.connected, at=act.at, command_id=act.command_id)
        self.books.store(held, watch)
        return held

    def confirm(self, order: UUID, act: Act, *, in_spite: bool = False) -> SupplyOrder:
        """Confirm an order by the newest reading of each point behind its hand-out.

        Of a disconnection that was done against the rules (behind the instant until which it was
        to be done, or when it was barred) the bars are noted: what happened is told as it was.

        Args:
            order: The order.
            act: When, by whom.
            in_spite: Whether it was done in spite of a recall, or before that was known.

        Raises:
            PrepaidRefusedError: It is not handed out, was recalled, or a point has no reading
                behind the hand-out.
        """
        return retried(lambda: self._confirmed(order, act, in_spite=in_spite))

    def _confirmed(self, order: UUID, act: Act, *, in_spite: bool) -> SupplyOrder:
        held = self._order(order)
        watch = watch_of(self.books, held.account, act)
        since = held.handed_out_at or act.at
        with self.books.database.connection() as connection:
            found = readings_behind(connection, self.books.site.schema, held.points, since)
        cut = held.kind is OrderKind.DISCONNECT
        done = max((each.at for each in found), default=act.at)
        against = self.bars(held.points, done) if cut else ()
        if held.state is OrderState.RECALLED:
            against = (*against, OrderState.RECALLED.value)
        held.confirm(
            [
                {
                    "point": each.point,
                    "channel": each.channel,
                    "at": each.at,
                    "count": each.count,
                    "position": each.position,
                }
                for each in found
            ],
            against,
            at=act.at,
            by=_person(act),
            command_id=act.command_id,
            in_spite=in_spite,
        )
        watch.end_order(order, connected=not cut, at=act.at, command_id=act.command_id)
        rules, _ = rules_now(self.books)
        account = prepaid_of(self.books, held.account)
        balance = balance_of(account, months_open(self.books, account).values())
        self.books.store(held, watch, *restored(self.books, watch, balance, rules, act))
        return held

    def _order(self, order: UUID) -> SupplyOrder:
        found = self.books.find(order)
        if not isinstance(found, SupplyOrder):
            raise PrepaidRefusedError.of("no_order", name=str(order))
        return found


def _person(act: Act) -> UUID:
    assert act.by is not None, "a person does it"
    return act.by
