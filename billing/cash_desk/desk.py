"""In: commands at a cash desk. Out: money, receipt and what it pays, in one transaction. I/O.

A receipt's number, the taking in the shift and the top-up or sale are stored together or not at
all; whoever meets a number or an account that another desk has just used begins again. The same
command twice is one taking; an equal sale shortly after another must be asked for once more.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from uuid import UUID

from billing.books import Books
from billing.cash_desk.items import settled_by, unsettled_by_void
from billing.cash_desk.shift import CashDesk, Shift, cash_of, desk_id, shift_id
from billing.cash_desk.shift_events import Means, Purpose, Taking
from billing.invoices.number_series import NumberSeries, series_id
from billing.money import exponent_of, from_units, to_units
from billing.prepaid.balance import balance_of, months_open
from billing.prepaid.card_events import CardSale
from billing.prepaid.card_office import CardOffice
from billing.prepaid.card_point import CardPoint
from billing.prepaid.card_price import PricedSale
from billing.prepaid.errors import DeskRefusedError
from billing.prepaid.office import PrepaidOffice
from billing.prepaid.points import prepaid_of
from billing.prepaid.server_account import Act, TopUpMeans
from billing.retrying import retried
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

SERIES = "R"
"""Begins the prefix of a desk's receipt numbers: "R-MAIN-2026-000001"."""
AGAIN_WITHIN = timedelta(minutes=2)
LONGEST_NAME = 20
"""Letters and digits of a desk's name."""
ZERO = Decimal(0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """Money a customer gives."""

    amount: Decimal
    """[currency]"""
    means: Means
    given: Decimal | None = None
    """Cash handed over; the change follows. [currency]"""
    again: bool = False
    """Whether an equal one a moment ago is known and meant once more."""


@dataclass(frozen=True, slots=True)
class Desk:
    """One cash desk of a site."""

    books: Books
    office: PrepaidOffice
    name: str

    # ------------------------------------------------------------ shifts
    def open(self, change: Decimal, act: Act) -> Shift:
        """Open a shift with change in the drawer.

        Raises:
            DeskRefusedError: One is open, or the change is below zero.
        """
        change = self._money(change)
        if change < 0 or not self.name.isalnum() or len(self.name) > LONGEST_NAME:
            raise DeskRefusedError.of("open")
        by = _person(act)

        def once() -> Shift:
            site = self.books.site
            known: CashDesk | None = self.books.find(desk_id(site.key, self.name))
            if known is not None and known.seen(act.command_id):
                return self.shift()
            desk = known or CashDesk(site=site.key, desk=self.name, command_id=act.command_id)
            number = desk.begin(by=by, command_id=act.command_id)
            shift = Shift(
                site=site.key,
                desk=self.name,
                number=number,
                person=by,
                change=change,
                currency=site.currency,
                at=act.at,
                command_id=act.command_id,
            )
            self.books.store(desk, shift)
            return shift

        return retried(once)

    def shift(self, number: int | None = None) -> Shift:
        """Return a shift of the desk; the newest when no number is given.

        Raises:
            DeskRefusedError: There is none.
        """
        desk: CashDesk | None = self.books.find(desk_id(self.books.site.key, self.name))
        if desk is None or not 0 < (number or desk.shifts) <= desk.shifts:
            raise DeskRefusedError.of("no_shift", desk=self.name)
        found = self.books.find(shift_id(self.books.site.key, self.name, number or desk.shifts))
        assert isinstance(found, Shift), "a shift is stored with its desk"
        return found

    def cash_up(
        self, denominations: Mapping[str, int], card: Decimal, transfer: Decimal, act: Act
    ) -> Shift:
        """Count what is there; the shift closes where nothing differs.

        Raises:
            DeskRefusedError: The shift is not open, or is another person's.
            MoneyError: A sum has more digits than the currency.
        """
        card, transfer = self._money(card), self._money(transfer)
        self._money(cash_of(denominations))  # no coin of the currency has more digits

        def once() -> Shift:
            shift = self.shift()
            by, command = _person(act), act.command_id
            if shift.seen(command):
                return shift
            left = shift.cash_up(
                denominations, card, transfer, at=act.at, on=act.on, by=by, command_id=command
            )
            self.books.store(shift, *([] if left else [self._over(act)]))
            return shift

        return retried(once)

    def resume(self, reason: str, act: Act) -> None:
        """Go on with a shift whose count was wrong or early.

        Raises:
            DeskRefusedError: It is not counted, or is another person's.
        """
        shift = self.shift()
        if not shift.seen(act.command_id):
            shift.resume(reason, at=act.at, by=_person(act), command_id=act.command_id)
            self.books.store(shift)

    def sign(self, reason: str, act: Act) -> Shift:
        """Sign for a difference as a second person; the shift is closed.

        Raises:
            DeskRefusedError: Nothing is counted, no reason is given, or the same person counted.
        """
        shift = self.shift()
        by, command = _person(act), act.command_id
        if not shift.seen(command):
            shift.sign(reason, at=act.at, on=act.on, by=by, command_id=command)
            self.books.store(shift, self._over(act))
        return shift

    def _over(self, act: Act) -> CashDesk:
        desk: CashDesk | None = self.books.find(desk_id(self.books.site.key, self.name))
        assert desk is not None, "a shift has a desk"
        desk.end(command_id=act.command_id)
        return desk

    # ------------------------------------------------------------ money taken
    def top_up(self, account: str, payment: Payment, act: Act) -> Taking:
        """Take money onto a prepaid account.

        Raises:
            DeskRefusedError: No shift of the person is open, or an equal one was just taken.
            PrepaidRefusedError: The account is not prepaid, or over.
        """

        def once() -> Taking:
            shift = self.shift()
            if (known := self._known(shift, act)) is not None:
                return known
            held = prepaid_of(self.books, account)
            taking, series = self._taken(shift, account, Purpose.TOP_UP, payment, act)
            held.top_up(
                taking.amount, means=TopUpMeans.DESK, receipt=taking.receipt, reference="",
                act=act,
            )  # fmt: skip
            self.books.store(shift, series, held, *self.office.following(held, act))
            return taking

        return retried(once)

    def pay(
        self,
        account: str,
        invoice: str | None,
        payment: Payment,
        act: Act,
        *,
        advance: bool = False,
    ) -> Taking:
        """Take the payment of a document, which is settled by it at once, or money on account.

        Args:
            account: Key of the account.
            invoice: Number of an invoice, a fee, or what else it owes; None for its credit.
            payment: The money.
            act: When, by whom, by which command.
            advance: Whether what is more than open is meant as the account's credit.

        Raises:
            DeskRefusedError: No shift of the person is open, the account has no such document,
                less is open, or an equal payment was just taken.
            UnknownBillingObjectError: There is no such account.
        """

        def once() -> Taking:
            shift = self.shift()
            if (known := self._known(shift, act)) is not None:
                return known
            self.books.account(account)
            taking, series = self._taken(
                shift, account, Purpose.INVOICE, payment, act, invoice=invoice
            )
            settled: list[JournalAggregate] = []
            if invoice is not None:
                settled = [settled_by(self.books, shift, taking, act, advance=advance)]
            self.books.store(shift, series, *settled)
            return taking

        return retried(once)

    def sell_units(
        self,
        cards: CardOffice,
        point: str,
        means: Means,
        act: Act,
        *,
        units: Decimal | None = None,
        money: Decimal | None = None,
        given: Decimal | None = None,
        again: bool = False,
    ) -> tuple[Taking, PricedSale]:
        """Sell units for a point's card at today's price; they are still to be written.

        Raises:
            DeskRefusedError: No shift of the person is open, or an equal sale was just made.
            PrepaidRefusedError: The point is not paid by card, has no card, its ceiling would be
                passed, or the tariff is not for cards.
        """

        def once() -> tuple[Taking, PricedSale]:
            shift = self.shift()
            held = cards.point(point)
            priced = cards.priced(held, act.on, units=units, money=money)
            if (known := self._known(shift, act)) is not None:
                return known, priced
            payment = Payment(amount=priced.gross, means=means, given=given, again=again)
            taking, series = self._taken(
                shift, held.account, Purpose.CARD_UNITS, payment, act, sold=(held, priced)
            )
            assert taking.sale is not None, "units are sold"
            held.sell(
                taking.sale, priced, taking.receipt, at=act.at, on=act.on, by=_person(act),
                command_id=act.command_id,
            )  # fmt: skip
            self.books.store(shift, series, held)
            return taking, priced

        return retried(once)

    def void(
        self,
        cards: CardOffice,
        receipt: str,
        reason: str,
        act: Act,
        *,
        below_zero: bool = False,
    ) -> Taking:
        """Give money back within the shift that took it; what it had settled is open again.

        Args:
            cards: The card points of the site.
            receipt: Number of the receipt.
            reason: Why.
            act: When, by whom, by which command.
            below_zero: Whether a prepaid account may owe by it what it has used of the money.

        Raises:
            DeskRefusedError: The shift is counted or closed, another person's, or has no such
                receipt; the money was used or paid out meanwhile.
            PrepaidRefusedError: The units are on the card already, or the account is over.
        """

        def once() -> Taking:
            shift = self.shift()
            by, command = _person(act), act.command_id
            if shift.seen(command):
                return shift.receipted(receipt)
            taking = shift.void(receipt, reason, at=act.at, on=act.on, by=by, command_id=command)
            others: list[JournalAggregate] = []
            if taking.purpose is Purpose.TOP_UP:
                others += self._reversed(taking, reason, act, below_zero=below_zero)
            elif taking.purpose is Purpose.INVOICE:
                others.append(unsettled_by_void(self.books, shift, taking, act))
            elif taking.sale is not None:
                card_point = cards.point(taking.point)
                card_point.void(taking.sale, reason, at=act.at, by=by, command_id=command)
                others.append(card_point)
            self.books.store(shift, *others)
            return taking

        return retried(once)

    def _reversed(
        self, taking: Taking, reason: str, act: Act, *, below_zero: bool
    ) -> list[JournalAggregate]:
        held = prepaid_of(self.books, taking.account)
        held.reverse(taking.receipt, means=TopUpMeans.DESK, reason=reason, act=act)
        left = balance_of(held, months_open(self.books, held).values())
        if left < 0 and not below_zero:
            raise DeskRefusedError.of(
                "used_already", receipt=taking.receipt, account=taking.account, balance=left
            )
        return [held, *self.office.following(held, act)]

    def sale_of(self, cards: CardOffice, taking: Taking) -> CardSale:
        """Return the sale that a taking paid for."""
        assert taking.sale is not None, "units were sold"
        return cards.point(taking.point).sale(taking.sale)

    def _taken(
        self,
        shift: Shift,
        account: str,
        purpose: Purpose,
        payment: Payment,
        act: Act,
        *,
        invoice: str | None = None,
        sold: tuple[CardPoint, PricedSale] | None = None,
    ) -> tuple[Taking, NumberSeries]:
        """Take money in a shift under the next number; nothing is stored yet."""
        amount = self._money(payment.amount)
        identity = id_of("taking", str(shift.id), str(act.command_id))
        series = self._series(act)
        (receipt,) = series.allocate([identity], command_id=act.command_id)
        point, priced = sold or (None, None)
        taking = Taking(
            taking=identity,
            account=account,
            amount=amount,
            means=payment.means,
            purpose=purpose,
            invoice=invoice,
            sale=id_of("card sale", str(identity)) if point else None,
            receipt=receipt,
            net=priced.net if priced else ZERO,
            tax=priced.tax if priced else ZERO,
            utility=point.utility if point else "",
            point=point.point if point else "",
            taken_at=act.at,
            command_id=act.command_id,
            given=payment.given,
        )
        if not payment.again:
            self._refuse_again(shift, taking)
        shift.take(taking, on=act.on, by=_person(act))
        return taking, series

    def _refuse_again(self, shift: Shift, taking: Taking) -> None:
        """Refuse what was taken just so a moment ago: its answer may have been lost."""
        for known in shift.takings.values():
            equal = (known.account, known.purpose, known.means, known.invoice, known.point) == (
                taking.account, taking.purpose, taking.means, taking.invoice, taking.point,
            )  # fmt: skip
            near = taking.taken_at - known.taken_at < AGAIN_WITHIN
            if equal and near and known.amount == taking.amount and not known.void:
                raise DeskRefusedError.of("again", receipt=known.receipt, amount=known.amount)

    def _series(self, act: Act) -> NumberSeries:
        site, year, prefix = self.books.site.key, act.on.year, f"{SERIES}-{self.name.upper()}"
        known: NumberSeries | None = self.books.find(series_id(site, prefix, year))
        return known or NumberSeries(site=site, prefix=prefix, year=year, command_id=act.command_id)

    def _known(self, shift: Shift, act: Act) -> Taking | None:
        """Return what the same command took before."""
        found = [t for t in shift.takings.values() if t.command_id == act.command_id]
        return found[0] if found else None

    def _money(self, amount: Decimal) -> Decimal:
        """Return an amount with all digits of the currency, as papers show it."""
        digits = exponent_of(self.books.site.currency)
        return from_units(to_units(amount, digits), digits)


def _person(act: Act) -> UUID:
    if act.by is None:
        raise DeskRefusedError.of("nobody")
    return act.by
