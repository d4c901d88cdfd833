"""In: what a clerk does at a cash desk. Out: one event in the books each, with receipts. I/O.

The writes of the pages of the cash desk. A command's id is made of the shift as it was seen, so a
button pressed twice takes money once; the second person is asked for by the domain.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Protocol
from uuid import UUID

from billing.cash_desk.desk import Payment
from billing.cash_desk.shift import Shift
from billing.cash_desk.shift_events import Means, Taking
from billing.prepaid.card_office import CardOffice
from billing.prepaid.card_price import PricedSale
from billing.prepaid.card_writer import Answered
from billing.prepaid.server_account import Act
from dashboards.security.scope import Right, Scope
from energy.base.ids import id_of


class TillDesk(Protocol):
    """A desk at which money is taken (billing/cash_desk/desk.py)."""

    def open(self, change: Decimal, act: Act) -> Shift:
        """Open a shift with change in the drawer."""
        ...

    def top_up(self, account: str, payment: Payment, act: Act) -> Taking:
        """Take money onto a prepaid account."""
        ...

    def pay(
        self, account: str, invoice: str | None, payment: Payment, act: Act, *, advance: bool
    ) -> Taking:
        """Take the payment of a document, or money on account."""
        ...

    def sell_units(
        self,
        cards: CardOffice,
        point: str,
        means: Means,
        act: Act,
        *,
        units: Decimal | None,
        money: Decimal | None,
        given: Decimal | None,
        again: bool,
    ) -> tuple[Taking, PricedSale]:
        """Sell units for a point's card."""
        ...

    def void(
        self, cards: CardOffice, receipt: str, reason: str, act: Act, *, below_zero: bool
    ) -> Taking:
        """Give money back within the shift that took it."""
        ...

    def cash_up(
        self, denominations: Mapping[str, int], card: Decimal, transfer: Decimal, act: Act
    ) -> Shift:
        """Count what is there; the shift closes where nothing differs."""
        ...

    def resume(self, reason: str, act: Act) -> None:
        """Go on with a shift whose count was wrong or early."""
        ...

    def sign(self, reason: str, act: Act) -> Shift:
        """Sign for a difference as a second person."""
        ...


WriteCard = Callable[[str, UUID, Act], Answered]
"""Point, sale and act to what the card's side answered."""


@dataclass(frozen=True, slots=True, kw_only=True)
class SeenShift:
    """A shift as the page showed it."""

    desk: str
    number: int
    """0 before a desk's first shift."""
    version: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Sold:
    """Units that a card is to hold."""

    point: str
    means: Means
    units: Decimal | None
    """[unit of the point]"""
    money: Decimal | None
    """Instead of units what they may cost. [currency]"""
    given: Decimal | None
    again: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Counted:
    """What is in the drawer and on the terminal."""

    denominations: Mapping[str, int]
    card: Decimal
    """[currency]"""
    transfer: Decimal
    """[currency]"""


@dataclass(frozen=True, slots=True, kw_only=True)
class TillCommands:
    """The writes of the cash desks of one site.

    Each method raises NotPermittedError where the person lacks the role, and a RefusedError where
    the domain refuses: a shift that is another person's, a document that is paid, a second person
    who is the first.
    """

    site: str
    desk: Callable[[str], TillDesk]
    cards: CardOffice
    act: Callable[[UUID | None, UUID], Act]
    """Person and command to an act of now."""
    write: WriteCard

    def open(self, scope: Scope, seen: SeenShift, change: Decimal) -> Shift:
        """Open a shift behind the one that was seen."""
        act = self._act(scope, Right.SELL, "open", seen, change)
        return self.desk(seen.desk).open(change, act)

    def top_up(self, scope: Scope, seen: SeenShift, account: str, paid: Payment) -> Taking:
        """Take money onto a prepaid account."""
        act = self._act(scope, Right.SELL, "top_up", seen, account, paid)
        return self.desk(seen.desk).top_up(account, paid, act)

    def pay(
        self,
        scope: Scope,
        seen: SeenShift,
        account: str,
        document: str | None,
        paid: Payment,
        *,
        advance: bool,
    ) -> Taking:
        """Take the payment of a document, or money on account where none is named."""
        act = self._act(scope, Right.SELL, "pay", seen, account, document, paid, advance)
        return self.desk(seen.desk).pay(account, document, paid, act, advance=advance)

    def sell(
        self, scope: Scope, seen: SeenShift, sold: Sold
    ) -> tuple[Taking, PricedSale, Callable[[], Answered]]:
        """Sell units; return the receipt, the price, and what writes them to the card."""
        act = self._act(scope, Right.SELL, "sell", seen, sold)
        taking, priced = self.desk(seen.desk).sell_units(
            self.cards,
            sold.point,
            sold.means,
            act,
            units=sold.units,
            money=sold.money,
            given=sold.given,
            again=sold.again,
        )
        sale = taking.sale
        assert sale is not None, "units were sold"
        return taking, priced, lambda: self.write(sold.point, sale, act)

    def write_card(self, scope: Scope, point: str, sale: UUID, attempts: int) -> Answered:
        """Write units that were sold before to their card; `attempts` as the page showed them."""
        act = self._act(scope, Right.SELL, "write", point, sale, attempts)
        return self.write(point, sale, act)

    def void(
        self, scope: Scope, desk: str, receipt: str, reason: str, *, below_zero: bool
    ) -> Taking:
        """Give the money of a receipt back."""
        act = self._act(scope, Right.SELL, "void", desk, receipt)
        return self.desk(desk).void(self.cards, receipt, reason, act, below_zero=below_zero)

    def cash_up(self, scope: Scope, seen: SeenShift, counted: Counted) -> Shift:
        """Count the shift that was seen."""
        act = self._act(scope, Right.SELL, "cash_up", seen)
        return self.desk(seen.desk).cash_up(
            counted.denominations, counted.card, counted.transfer, act
        )

    def resume(self, scope: Scope, seen: SeenShift, reason: str) -> None:
        """Go on with the shift that was seen."""
        self.desk(seen.desk).resume(reason, self._act(scope, Right.SELL, "resume", seen))

    def sign(self, scope: Scope, seen: SeenShift, reason: str) -> Shift:
        """Sign for the difference of the shift that was seen, as a second person."""
        return self.desk(seen.desk).sign(reason, self._act(scope, Right.APPROVE, "sign", seen))

    def _act(self, scope: Scope, right: Right, verb: str, *said: object) -> Act:
        scope.demand(right, self.site)
        words = (verb, *map(repr, said), str(scope.person))
        return self.act(scope.person, id_of("command", "till", self.site, *words))
