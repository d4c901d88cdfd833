"""In: commands on points with card meters. Out: events in the books, cards written. I/O.

A sale is written in three steps, each stored before the next: sold (with the money, at the desk),
writing begun, answered. A process that dies between any two is gone on with by `write`: what was
begun without an answer is asked for first and never written blindly.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from uuid import UUID

from billing.accounts.account import PointDays
from billing.books import Books
from billing.prepaid.card_events import CardSale, SaleState
from billing.prepaid.card_point import CardPoint, card_point_id
from billing.prepaid.card_price import CardPrices, PricedSale, card_prices
from billing.prepaid.card_writer import Answer, Answered, CardWriter, answered, order_of
from billing.prepaid.errors import PrepaidRefusedError, WriteUnknownError
from billing.prepaid.payment_kind import PaymentKind, PointPayment, payment_id
from billing.prepaid.points import claim_points
from billing.prepaid.server_account import Act
from billing.rating.rate import version_on
from billing.retrying import retried
from billing.views.tariffs import read_versions
from energy.base.ids import id_of


@dataclass(frozen=True, slots=True)
class CardOffice:
    """The points of a site that are paid by card."""

    books: Books

    # ------------------------------------------------------------ points and cards
    def open(
        self,
        point: str,
        account: str,
        tariff: str,
        serial: str,
        first_day: date,
        *,
        ceiling: Decimal | None,
        act: Act,
    ) -> None:
        """Let a point of an account be paid by card from a local day on.

        Raises:
            UnknownBillingObjectError: There is no such account.
            PrepaidRefusedError: The point is paid otherwise, days from then on are billed, or the
                tariff has charges that no card can hold.
        """
        retried(
            lambda: self._open(point, account, tariff, serial, first_day, ceiling=ceiling, act=act)
        )

    def _open(
        self,
        point: str,
        account: str,
        tariff: str,
        serial: str,
        first_day: date,
        *,
        ceiling: Decimal | None,
        act: Act,
    ) -> None:
        site = self.books.site
        payer = self.books.account(account)
        known = self.books.find(card_point_id(site.key, point))
        if known is not None and known.seen(act.command_id):
            return
        if known is not None:
            raise PrepaidRefusedError.of("card_already", point=point)
        behind = PointDays(point=point, first_day=first_day, last_day=date.max)
        if payer.billed_days(behind):
            raise PrepaidRefusedError.of("billed_behind", point=point, day=first_day)
        prices = self.prices(tariff, first_day)
        by = _person(act)
        opened = CardPoint(
            site=site.key,
            account=account,
            point=point,
            tariff=tariff,
            utility=prices.tariff.utility.value,
            unit=prices.tariff.unit,
            serial=serial,
            ceiling=ceiling,
            first_day=first_day,
            by=by,
            command_id=act.command_id,
        )
        claims = claim_points(
            self.books, account, first_day, PaymentKind.CARD, act.command_id, [point]
        )
        # An issue that has looked at the account already meets this, and looks once more.
        payer.pay_by_card(point, first_day, command_id=act.command_id)
        self.books.store(opened, *claims, payer)

    def point(self, point: str) -> CardPoint:
        """Return a point that is paid by card.

        Raises:
            PrepaidRefusedError: It is not.
        """
        found = self.books.find(card_point_id(self.books.site.key, point))
        if not isinstance(found, CardPoint):
            raise PrepaidRefusedError.of("no_card_point", point=point)
        return found

    def issue_card(self, point: str, card: str, reason: str, act: Act) -> None:
        """Make a card for a point's meter, also in the place of a lost one, which is blocked.

        Sales that had not reached the lost card go onto the new one.

        Raises:
            PrepaidRefusedError: The card was used before, or a sale is being written.
        """

        def once() -> None:
            held = self.point(point)
            if not held.seen(act.command_id):
                by, command = _person(act), act.command_id
                held.issue_card(card, reason, at=act.at, by=by, command_id=command)
                self.books.store(held)

        retried(once)

    def set_ceiling(self, point: str, ceiling: Decimal | None, act: Act) -> None:
        """Let at most so many units be bought for a point in a calendar month."""
        held = self.point(point)
        held.set_ceiling(ceiling, by=_person(act), command_id=act.command_id)
        self.books.store(held)

    def swap_meter(self, point: str, serial: str, left: Decimal, act: Act) -> UUID | None:
        """Serve another meter; return the id of what the old one had left, to be written.

        Raises:
            PrepaidRefusedError: It is the same meter, less than nothing is left, or no card.
        """
        held = self.point(point)
        sale = held.swap_meter(
            serial,
            left,
            self.books.site.currency,
            at=act.at,
            on=act.on,
            by=_person(act),
            command_id=act.command_id,
        )
        self.books.store(held)
        return sale

    def close(self, point: str, on: date, reason: str, act: Act) -> None:
        """Let a point be paid after use again from a local day on.

        Raises:
            PrepaidRefusedError: Units that were paid for are not on the card.
        """
        held = self.point(point)
        held.close(on, reason, by=_person(act), command_id=act.command_id)
        payment: PointPayment | None = self.books.find(payment_id(self.books.site.key, point))
        assert payment is not None, "a card point is claimed"
        payment.release(held.account, on, command_id=act.command_id)
        self.books.store(held, payment)

    # ------------------------------------------------------------ prices
    def prices(self, tariff: str, day: date) -> CardPrices:
        """Return the prices at which units of a tariff are sold on a local day.

        Raises:
            PrepaidRefusedError: No version holds then, or it is not for cards.
        """
        position = self.books.position()
        with self.books.database.connection() as connection:
            versions = read_versions(connection, self.books.site.schema, tariff, position)
        version = version_on(versions, day) if versions else None
        if version is None:
            raise PrepaidRefusedError.of("no_tariff", tariff=tariff, day=day)
        return card_prices(version, day)

    def priced(
        self, held: CardPoint, day: date, *, units: Decimal | None, money: Decimal | None
    ) -> PricedSale:
        """Return what units cost today, or what money buys, behind what the month has bought.

        Raises:
            PrepaidRefusedError: Neither or both are given, or it cannot be sold.
        """
        prices = self.prices(held.tariff, day)
        bought = held.bought(f"{day:%Y-%m}")
        if units is not None and money is None:
            return prices.of_units(bought, units)
        if money is not None and units is None:
            return prices.of_money(bought, money)
        raise PrepaidRefusedError.of("units_or_money")

    # ------------------------------------------------------------ writing
    def write(self, point: str, sale: UUID, writer: CardWriter, act: Act) -> Answered:
        """Write a sale to its card, or go on where an earlier try broke off.

        Args:
            point: The point.
            sale: The sale.
            writer: The card's side.
            act: When, by whom.

        Returns:
            How it ended; unknown where the card's side does not answer.

        Raises:
            PrepaidRefusedError: There is no such sale, or it is void.
            WriteUnknownError: It was begun before, and the card's side does not know the end.
        """
        held = self.point(point)
        known = held.sale(sale)
        if known.state is SaleState.WRITTEN:
            return Answered(answer=Answer.WRITTEN, proof="")
        if known.state is SaleState.WRITING:
            told = answered(writer.ask(order_of(held, known)))
            if told.answer is Answer.UNKNOWN:
                raise WriteUnknownError.of(
                    "write_unknown", sale=known.number, point=point, proof=told.proof
                )
            self._end(point, sale, told, act)
            if told.answer is Answer.WRITTEN:
                return told
        begun = retried(lambda: self._begin(point, sale, writer.name, act))
        told = answered(writer.write(order_of(self.point(point), begun)))
        if told.answer is not Answer.UNKNOWN:
            self._end(point, sale, told, act)
        return told

    def _begin(self, point: str, sale: UUID, writer: str, act: Act) -> CardSale:
        held = self.point(point)
        attempt = held.sale(sale).attempts + 1
        command = id_of("card write", str(sale), str(attempt))
        begun = held.begin_write(sale, writer, at=act.at, command_id=command)
        self.books.store(held)
        return begun

    def _end(self, point: str, sale: UUID, told: Answered, act: Act) -> None:
        self.say_end(
            point, sale, written=told.answer is Answer.WRITTEN, proof=told.proof, by=None, act=act
        )

    def say_end(
        self, point: str, sale: UUID, *, written: bool, proof: str, by: UUID | None, act: Act
    ) -> None:
        """Say how a write ended, also as a person who looked at the card.

        Raises:
            PrepaidRefusedError: Nothing is being written.
        """

        def once() -> None:
            held = self.point(point)
            attempt = held.sale(sale).attempts
            command = id_of("card write ended", str(sale), str(attempt))
            if held.seen(command):
                return
            held.end_write(sale, written=written, proof=proof, at=act.at, by=by, command_id=command)
            self.books.store(held)

        retried(once)


def _person(act: Act) -> UUID:
    assert act.by is not None, "a person does it"
    return act.by
