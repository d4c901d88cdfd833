"""In: commands on a point with a card meter. Out: its cards and sales, each written once. Pure.

The meter counts units down; no reading ever settles anything here. A sale is stored when the money
is taken and then written to the card: sold -> writing -> written, or failed, which may be tried
again. What was begun and never answered stays `writing` until the card's side says how it ended:
so nothing is sold twice and no sale is lost, wherever a process dies.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime
from decimal import Decimal
from uuid import UUID

from eventsourcing.domain import event

from billing.prepaid import card_events
from billing.prepaid.card_events import CardSale, SaleKind, SaleState
from billing.prepaid.card_price import PricedSale
from billing.prepaid.errors import PrepaidRefusedError
from energy.base.aggregate import JournalAggregate
from energy.base.ids import id_of

ZERO = Decimal(0)


def card_point_id(site: str, point: str) -> UUID:
    """Return the id of a point with a card meter."""
    return id_of("card_point", site, point)


class CardPoint(JournalAggregate):
    """A metering point whose meter is paid by card."""

    TOPIC = "card_point"

    class Created(JournalAggregate.Created):
        """The point is paid by card from a day on."""

        TOPIC = "card_point.opened"
        site: str
        account: str
        point: str
        tariff: str
        utility: str
        unit: str
        serial: str
        ceiling: Decimal | None
        first_day: date
        by: UUID

    CardIssued = card_events.CardIssued
    CeilingSet = card_events.CeilingSet
    Sold = card_events.Sold
    WriteBegun = card_events.WriteBegun
    WriteEnded = card_events.WriteEnded
    SaleVoided = card_events.SaleVoided
    MeterSwapped = card_events.MeterSwapped
    Closed = card_events.Closed

    @staticmethod
    def create_id(*, site: str, point: str, **_: object) -> UUID:
        """Return the id from site and point."""
        return card_point_id(site, point)

    @event(Created)
    def __init__(
        self,
        *,
        site: str,
        account: str,
        point: str,
        tariff: str,
        utility: str,
        unit: str,
        serial: str,
        ceiling: Decimal | None,
        first_day: date,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Begin without a card."""
        self.account = account
        self.point = point
        self.tariff = tariff
        self.utility = utility
        self.unit = unit
        self.serial = serial
        self.ceiling = ceiling
        self.card: str | None = None
        self.blocked: list[str] = []
        self.sales: dict[UUID, CardSale] = {}
        self.closed_on: date | None = None

    def bought(self, month: str) -> Decimal:
        """Return the units bought in a calendar month; what was carried over was bought before."""
        return sum(
            (
                each.units
                for each in self.sales.values()
                if each.month == month
                and each.kind is SaleKind.SALE
                and each.state is not SaleState.VOID
            ),
            ZERO,
        )

    def issue_card(
        self, card: str, reason: str, *, at: datetime, by: UUID, command_id: UUID
    ) -> None:
        """Make a card for the meter; the one before is blocked.

        Raises:
            PrepaidRefusedError: The card is the one in use or was blocked, or a sale is being
                written to the old one.
        """
        self._need_open()
        if not card.strip() or card == self.card or card in self.blocked:
            raise PrepaidRefusedError.of("card_taken", card=card, point=self.point)
        if any(each.state is SaleState.WRITING for each in self.sales.values()):
            raise PrepaidRefusedError.of("still_writing", point=self.point)
        self.trigger_event(
            self.CardIssued,
            point=self.point,
            card=card,
            blocked=self.card,
            reason=reason,
            at=at,
            by=by,
            command_id=command_id,
        )

    def set_ceiling(self, ceiling: Decimal | None, *, by: UUID, command_id: UUID) -> None:
        """Let at most so many units be bought in a calendar month; the same changes nothing."""
        self._need_open()
        if ceiling != self.ceiling:
            self.trigger_event(
                self.CeilingSet, point=self.point, ceiling=ceiling, by=by, command_id=command_id
            )

    def sell(
        self,
        sale: UUID,
        priced: PricedSale,
        receipt: str,
        *,
        at: datetime,
        on: date,
        by: UUID,
        command_id: UUID,
    ) -> None:
        """Sell units: they are to be written to the card.

        Raises:
            PrepaidRefusedError: There is no card, or the month's ceiling would be passed.
        """
        self._need_open()
        bought = self.bought(f"{on:%Y-%m}")
        if self.ceiling is not None and bought + priced.units > self.ceiling:
            raise PrepaidRefusedError.of(
                "ceiling", ceiling=self.ceiling, bought=bought, unit=self.unit
            )
        self._sell(
            sale,
            SaleKind.SALE,
            priced.units,
            at=at,
            on=on,
            by=by,
            command_id=command_id,
            parts=[part.document() for part in priced.parts],
            amount=priced.gross,
            net=priced.net,
            tax=priced.tax,
            tax_rate=priced.tax_rate,
            currency=priced.currency,
            tariff_sha256=priced.tariff_sha256,
            receipt=receipt,
        )

    def swap_meter(
        self,
        serial: str,
        left: Decimal,
        currency: str,
        *,
        at: datetime,
        on: date,
        by: UUID,
        command_id: UUID,
    ) -> UUID | None:
        """Serve another meter; what the old one had left goes onto the card, free.

        Args:
            serial: Of the new meter.
            left: Units the old meter had left. [unit]
            currency: Of the books.
            at: When.
            on: Local day.
            by: Who says so.
            command_id: The command's id.

        Returns:
            The id of the units to be written; None when nothing was left.

        Raises:
            PrepaidRefusedError: It is the same meter, less than nothing is left, or no card.
        """
        self._need_open()
        if not serial.strip() or serial == self.serial or left < 0:
            raise PrepaidRefusedError.of("swap", serial=serial, point=self.point)
        sale = id_of("carried", str(self.id), serial, str(command_id)) if left else None
        if sale is not None and self.card is None:
            raise PrepaidRefusedError.of("no_card", point=self.point)
        self.trigger_event(
            self.MeterSwapped,
            point=self.point,
            old_serial=self.serial,
            serial=serial,
            left=left,
            at=at,
            by=by,
            command_id=command_id,
        )
        if sale is not None:
            self._sell(
                sale, SaleKind.CARRIED, left, at=at, on=on, by=by, command_id=command_id,
                parts=[], amount=ZERO, net=ZERO, tax=ZERO, tax_rate=ZERO, currency=currency,
                tariff_sha256="", receipt="",
            )  # fmt: skip
        return sale

    def _sell(
        self, sale: UUID, kind: SaleKind, units: Decimal, *, on: date, **facts: object
    ) -> None:
        if self.card is None:
            raise PrepaidRefusedError.of("no_card", point=self.point)
        self.trigger_event(
            self.Sold,
            account=self.account,
            point=self.point,
            sale=sale,
            number=len(self.sales) + 1,
            kind=kind.value,
            card=self.card,
            units=units,
            unit=self.unit,
            utility=self.utility,
            on=on,
            **facts,
        )

    def begin_write(self, sale: UUID, writer: str, *, at: datetime, command_id: UUID) -> CardSale:
        """Ask the card's side to write a sale; store this before it is asked.

        Raises:
            PrepaidRefusedError: It is written, void, or being written.
        """
        known = self.sale(sale)
        if known.state not in (SaleState.SOLD, SaleState.FAILED):
            raise PrepaidRefusedError.of("sale_state", sale=known.number, state=known.state)
        self.trigger_event(
            self.WriteBegun,
            point=self.point,
            sale=sale,
            card=known.card,
            attempt=known.attempts + 1,
            writer=writer,
            at=at,
            command_id=command_id,
        )
        return self.sale(sale)

    def end_write(
        self,
        sale: UUID,
        *,
        written: bool,
        proof: str,
        at: datetime,
        by: UUID | None,
        command_id: UUID,
    ) -> None:
        """Note how a write ended; the same end again changes nothing.

        Raises:
            PrepaidRefusedError: Nothing is being written.
        """
        known = self.sale(sale)
        if written and known.state is SaleState.WRITTEN:
            return
        if known.state is not SaleState.WRITING:
            raise PrepaidRefusedError.of("sale_state", sale=known.number, state=known.state)
        self.trigger_event(
            self.WriteEnded,
            point=self.point,
            sale=sale,
            written=written,
            proof=proof,
            at=at,
            by=by,
            command_id=command_id,
        )

    def void(self, sale: UUID, reason: str, *, at: datetime, by: UUID, command_id: UUID) -> None:
        """Take a sale back that never reached the card.

        Raises:
            PrepaidRefusedError: It is on the card, or nobody knows.
        """
        known = self.sale(sale)
        if known.state not in (SaleState.SOLD, SaleState.FAILED):
            raise PrepaidRefusedError.of("void_written", sale=known.number, state=known.state)
        self.trigger_event(
            self.SaleVoided, point=self.point, sale=sale, reason=reason, at=at, by=by,
            command_id=command_id,
        )  # fmt: skip

    def close(self, on: date, reason: str, *, by: UUID, command_id: UUID) -> None:
        """Let the point be paid by card no longer.

        Raises:
            PrepaidRefusedError: Units that were paid for are not on the card.
        """
        self._need_open()
        waiting = [
            each.number
            for each in self.sales.values()
            if each.state not in (SaleState.WRITTEN, SaleState.VOID)
        ]
        if waiting:
            raise PrepaidRefusedError.of("still_writing", point=self.point)
        self.trigger_event(
            self.Closed, point=self.point, on=on, reason=reason, by=by, command_id=command_id
        )

    def sale(self, sale: UUID) -> CardSale:
        """Return a sale.

        Raises:
            PrepaidRefusedError: There is none.
        """
        found = self.sales.get(sale)
        if found is None:
            raise PrepaidRefusedError.of("no_sale", sale=str(sale))
        return found

    def waiting(self) -> Sequence[CardSale]:
        """Return the sales that are not on the card yet, in order."""
        done = (SaleState.WRITTEN, SaleState.VOID)
        return [each for each in self.sales.values() if each.state not in done]

    def _need_open(self) -> None:
        if self.closed_on is not None:
            raise PrepaidRefusedError.of("card_closed", point=self.point, day=self.closed_on)
