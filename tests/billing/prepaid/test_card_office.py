"""Card points: sold once, written once, wherever a process dies."""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from uuid import UUID, uuid4

import pytest

from billing.cash_desk.shift_events import Means
from billing.prepaid.card_events import SaleState
from billing.prepaid.card_writer import Answer
from billing.prepaid.errors import PrepaidRefusedError, WriteUnknownError
from billing.prepaid.payment_kind import PaymentKind, PointPayment, payment_id
from billing.views.prepaid_cards import read_sales, sale_named
from billing.views.prepaid_points import card_days
from processes.card_writing import write_card
from tests.billing.prepaid.purse import Purse
from tests.billing.prepaid.test_card_price import CARD_TARIFF
from tests.billing.town import CLERK, Town

pytestmark = pytest.mark.servers
FEBRUARY = date(2019, 2, 1)


class Killed(Exception):  # noqa: N818 - an outcome
    """The process died."""


@dataclass
class Maker:
    """The card maker's side: keeps what it has written, dies where it is told to."""

    name: str = "maker"
    on_card: dict[str, Decimal] = field(default_factory=dict)
    written: list[str] = field(default_factory=list)
    dies: str = ""
    knows: bool = True

    def write(self, order: Mapping[str, str]) -> tuple[str, str]:
        if self.dies == "before":
            raise Killed
        if order["sale"] not in self.written:
            self.written.append(order["sale"])
            left = self.on_card.get(order["card"], Decimal(0))
            self.on_card[order["card"]] = left + Decimal(order["units"])
        if self.dies == "after":
            raise Killed
        return "written", "token 7"

    def ask(self, order: Mapping[str, str]) -> tuple[str, str]:
        if not self.knows:
            return "unknown", "reader off"
        return ("written", "") if order["sale"] in self.written else ("not_written", "")


@pytest.fixture
def purse(town: Town) -> Purse:
    town.found()
    town.office.publish_tariff(CARD_TARIFF.format(mode="inclusive"), command_id=uuid4(), by=None)
    town.catch_up()
    found = Purse(town)
    found.cards.open(
        "b1-elec", "A-b1", "card-electricity", "M-1", FEBRUARY, ceiling=Decimal(500),
        act=found.act(),
    )  # fmt: skip
    found.cards.issue_card("b1-elec", "C-1", "", found.act())
    found.desk().open(Decimal(0), found.act())
    return found


def sell(purse: Purse, units: str = "100") -> UUID:
    taking, _ = purse.desk().sell_units(
        purse.cards, "b1-elec", Means.CASH, purse.act(), units=Decimal(units), again=True
    )
    assert taking.sale is not None
    return taking.sale


def write(purse: Purse, sale: UUID, maker: Maker) -> Answer:
    town = purse.town
    return write_card(
        town.database, town.site, purse.cards, "b1-elec", sale, maker, purse.act()
    ).answer


def paid(purse: Purse, point: str) -> PointPayment:
    found = purse.books.find(payment_id(purse.town.site.key, point))
    assert isinstance(found, PointPayment)
    return found


def state(purse: Purse, sale: UUID) -> SaleState:
    return purse.cards.point("b1-elec").sale(sale).state


@pytest.mark.parametrize("dies", ["before", "after"])
def test_a_process_that_dies_while_writing_is_gone_on_with_and_writes_once(
    purse: Purse, dies: str
) -> None:
    sale, maker = sell(purse), Maker(dies=dies)
    with pytest.raises(Killed):
        write(purse, sale, maker)
    assert state(purse, sale) is SaleState.WRITING
    maker.dies = ""
    assert write(purse, sale, maker) is Answer.WRITTEN
    assert write(purse, sale, maker) is Answer.WRITTEN
    assert maker.on_card == {"C-1": Decimal(100)}


def test_where_the_maker_does_not_know_a_person_looks_at_the_card(purse: Purse) -> None:
    sale, maker = sell(purse), Maker(dies="before", knows=False)
    with pytest.raises(Killed):
        write(purse, sale, maker)
    maker.dies = ""
    with pytest.raises(WriteUnknownError, match="Look at the card"):
        write(purse, sale, maker)
    assert maker.written == []
    act = purse.act()
    purse.cards.say_end("b1-elec", sale, written=False, proof="seen", by=CLERK, act=act)
    assert state(purse, sale) is SaleState.FAILED
    assert write(purse, sale, maker) is Answer.WRITTEN


def test_two_processes_that_write_one_sale_at_once_write_it_once(purse: Purse) -> None:
    sale, maker = sell(purse), Maker()
    with ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(lambda _: write(purse, sale, maker), range(3)))
    assert answers == [Answer.WRITTEN] * 3
    assert maker.written == [str(sale)]
    assert maker.on_card == {"C-1": Decimal(100)}


def test_a_lost_card_is_blocked_and_what_had_not_reached_it_goes_onto_the_new_one(
    purse: Purse,
) -> None:
    maker = Maker()
    write(purse, sell(purse), maker)
    waiting = sell(purse, "20")
    purse.cards.issue_card("b1-elec", "C-2", "lost", purse.act())
    held = purse.cards.point("b1-elec")
    assert (held.card, held.blocked) == ("C-2", ["C-1"])
    write(purse, waiting, maker)
    assert maker.on_card == {"C-1": Decimal(100), "C-2": Decimal(20)}
    with pytest.raises(PrepaidRefusedError, match="in use or blocked"):
        purse.cards.issue_card("b1-elec", "C-1", "found again", purse.act())


def test_what_a_swapped_meter_had_left_is_carried_over_once_and_free(purse: Purse) -> None:
    sale = purse.cards.swap_meter("b1-elec", "M-2", Decimal("37.5"), purse.act())
    assert sale is not None
    maker = Maker()
    write(purse, sale, maker)
    held = purse.cards.point("b1-elec")
    assert held.serial == "M-2"
    assert held.bought("2019-02") == 0
    assert held.sale(sale).amount == 0
    assert maker.on_card == {"C-1": Decimal("37.5")}
    with pytest.raises(PrepaidRefusedError, match="serial of its own"):
        purse.cards.swap_meter("b1-elec", "M-2", Decimal("37.5"), purse.act())
    purse.town.catch_up()
    with purse.town.database.connection() as connection:
        (row,) = read_sales(connection, purse.town.site.schema)
        assert sale_named(connection, purse.town.site.schema, "b1-elec/1")[1] == sale
    assert (row.kind, row.state, row.proof) == ("carried", "written", "token 7")


def test_the_ceiling_of_a_month_holds_against_two_desks_at_once(purse: Purse) -> None:
    second = purse.desk("EAST")
    second.open(Decimal(0), purse.act())

    def buy(desk: str) -> bool:
        try:
            purse.desk(desk).sell_units(
                purse.cards, "b1-elec", Means.CASH, purse.act(), units=Decimal(200), again=True
            )
        except PrepaidRefusedError as error:
            return error.code != "prepaid.ceiling"
        return True

    with ThreadPoolExecutor(4) as pool:
        sold = list(pool.map(buy, ["MAIN", "EAST", "MAIN", "EAST"]))
    assert sold.count(True) == 2
    assert purse.cards.point("b1-elec").bought("2019-02") == 400


def test_a_point_is_paid_in_one_way_at_a_time(purse: Purse) -> None:
    kind = paid(purse, "b1-elec")
    assert kind.kind_on(FEBRUARY) is PaymentKind.CARD
    assert kind.kind_on(date(2019, 1, 31)) is PaymentKind.POSTPAID
    purse.open("A-b2", first=FEBRUARY)
    with pytest.raises(PrepaidRefusedError, match="prepaid already"):
        purse.cards.open(
            "b2-elec", "A-b2", "card-electricity", "M-9", FEBRUARY, ceiling=None, act=purse.act()
        )
    purse.open("A-b1", first=FEBRUARY)  # the gas alone is on the server
    purse.town.catch_up()
    with purse.town.database.connection() as connection:
        schema = purse.town.site.schema
        assert card_days(connection, schema, FEBRUARY, FEBRUARY) == {"b1-elec"}
        january = date(2019, 1, 31)
        assert card_days(connection, schema, january, january) == frozenset()
    gas = paid(purse, "b1-gas")
    assert gas.kind_on(FEBRUARY) is PaymentKind.SERVER


def test_a_closed_card_point_is_paid_after_use_again(purse: Purse) -> None:
    sale = sell(purse)
    with pytest.raises(PrepaidRefusedError, match="not on their card"):
        purse.cards.close("b1-elec", date(2019, 3, 1), "moved", purse.act())
    write(purse, sale, Maker())
    purse.cards.close("b1-elec", date(2019, 3, 1), "moved", purse.act())
    kind = paid(purse, "b1-elec")
    assert kind.kind_on(date(2019, 3, 1)) is PaymentKind.POSTPAID
    with pytest.raises(PrepaidRefusedError, match="no longer"):
        sell(purse)
