"""Work orders on supplies: requested, approved, handed out, confirmed; refused when executed."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import date, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from billing.prepaid.errors import BarredError, PrepaidRefusedError
from billing.prepaid.protected import Protection, ProtectionKind
from billing.prepaid.rules import Rules
from billing.prepaid.supply_order import OrderKind, OrderState, SupplyOrder
from billing.views.prepaid_points import order_named, read_orders
from energy.base.errors import EnergyError
from energy.metering.reading import Reading
from tests.billing.prepaid.purse import Purse, at
from tests.billing.town import APPROVER, CLERK, Town, count_at

pytestmark = pytest.mark.servers
DAYLIGHT = Rules(night_from=18 * 60, night_to=8 * 60, credit=Decimal(30))


@pytest.fixture
def purse(town: Town) -> Purse:
    """An account without money; it is Friday 1 February 2019, nine in the morning."""
    town.found()
    found = Purse(town)
    found.rules(DAYLIGHT)
    found.open(first=date(2019, 2, 1))
    return found


def request(purse: Purse) -> SupplyOrder:
    return purse.orders.request("A-b1", OrderKind.DISCONNECT, "no money", purse.act())


def approved(purse: Purse) -> SupplyOrder:
    order = request(purse)
    purse.orders.approve(order.id, purse.act(APPROVER))
    return order


def read(purse: Purse, instant_after: timedelta = timedelta(minutes=5)) -> None:
    instant = purse.town.clock.now() + instant_after
    purse.town.clock.move_to(instant)
    purse.town.accept([Reading(channel=n, at=instant, count=count_at(n, instant)) for n in (1, 2)])
    purse.town.catch_up()


def test_an_order_is_confirmed_by_readings_behind_its_hand_out(purse: Purse) -> None:
    read(purse)
    order = approved(purse)
    with pytest.raises(PrepaidRefusedError, match="needs it"):
        purse.orders.confirm(order.id, purse.act())
    out = purse.orders.hand_out(order.id, "Tom", purse.act())
    assert (out.state, out.valid_until) == (OrderState.HANDED_OUT, at(1, 18, month=2))
    purse.town.clock.move_to(purse.town.clock.now() + timedelta(seconds=1))
    with pytest.raises(PrepaidRefusedError, match="b1-elec, b1-gas"):
        purse.orders.confirm(order.id, purse.act())
    read(purse)
    done = purse.orders.confirm(order.id, purse.act())
    assert done.state is OrderState.CONFIRMED
    purse.town.catch_up()
    with purse.town.database.connection() as connection:
        (row,) = read_orders(connection, purse.town.site.schema, over=True)
        assert order_named(connection, purse.town.site.schema, "A-b1/1") == order.id
    assert (row.state, row.bars) == ("confirmed", [])
    with pytest.raises(PrepaidRefusedError, match="cut already"):
        request(purse)
    purse.top_up("50")
    purse.town.catch_up()
    with purse.town.database.connection() as connection:
        back = read_orders(connection, purse.town.site.schema)[0]
    assert (back.kind, back.state, back.points) == ("reconnect", "approved", order.points)


def test_a_second_person_approves(purse: Purse) -> None:
    order = request(purse)
    with pytest.raises(PrepaidRefusedError, match="second person"):
        purse.orders.approve(order.id, purse.act(CLERK))


@pytest.mark.parametrize(
    ("hour", "day", "bar"), [(19, 1, "night"), (10, 2, "weekend"), (10, 4, "holiday")]
)
def test_what_is_barred_is_refused_when_requested_and_for_good_when_executed(
    purse: Purse, hour: int, day: int, bar: str
) -> None:
    order = approved(purse)
    purse.office.state_year(2019, [date(2019, 2, 4)], [], by=CLERK, command_id=uuid4())
    purse.town.clock.move_to(at(day, hour, month=2))
    held = purse.orders.hand_out(order.id, "Tom", purse.act())
    assert held.state is OrderState.REFUSED
    with pytest.raises(BarredError) as refused:
        request(purse)
    assert refused.value.bars == (bar,)
    purse.town.clock.move_to(at(5, 10, month=2))
    assert request(purse).number == 2


def test_a_point_protected_between_request_and_execution_is_not_cut(purse: Purse) -> None:
    order = approved(purse)
    ward = Protection(
        kind=ProtectionKind.MEDICAL, valid_from=date(2019, 2, 1), valid_to=date(2019, 2, 5)
    )
    purse.office.protect("b1-gas", ward, note="ward", by=CLERK, command_id=uuid4())
    assert purse.orders.hand_out(order.id, "Tom", purse.act()).state is OrderState.REFUSED
    with pytest.raises(BarredError, match="protected:b1-gas:medical"):
        request(purse)
    purse.town.clock.move_to(at(5, 10, month=2))
    assert request(purse).state is OrderState.REQUESTED


def test_in_a_year_whose_days_off_nobody_stated_nothing_is_cut(town: Town) -> None:
    town.found()
    purse = Purse(town)
    purse.office.state_rules(DAYLIGHT, by=CLERK, command_id=uuid4())
    purse.open(first=date(2019, 2, 1))
    with pytest.raises(BarredError, match="year_unknown"):
        request(purse)


def test_money_or_credit_in_time_stops_a_disconnection(purse: Purse) -> None:
    first = approved(purse)
    purse.top_up("5")
    found = purse.books.find(first.id)
    assert isinstance(found, SupplyOrder)
    assert found.state is OrderState.WITHDRAWN
    with pytest.raises(PrepaidRefusedError, match="has 5 left"):
        request(purse)
    account = purse.office.balance("A-b1")
    assert account == 5
    purse.office.reverse("A-b1", "TU-2019-000001", "bounced", purse.act())
    second = approved(purse)
    purse.office.grant_credit("A-b1", Decimal(30), at(3, month=2), purse.act(APPROVER))
    assert state_of(purse, second) is OrderState.WITHDRAWN


def state_of(purse: Purse, order: SupplyOrder) -> OrderState:
    found = purse.books.find(order.id)
    assert isinstance(found, SupplyOrder)
    return found.state


@pytest.mark.parametrize("by_credit", [False, True])
def test_money_or_credit_recalls_an_order_that_a_technician_has(
    purse: Purse, *, by_credit: bool
) -> None:
    order = approved(purse)
    purse.orders.hand_out(order.id, "Tom", purse.act())
    if by_credit:
        purse.office.grant_credit("A-b1", Decimal(30), at(3, month=2), purse.act(APPROVER))
    else:
        purse.top_up("5")
        purse.top_up("6")  # recalled once
    assert state_of(purse, order) is OrderState.RECALLED
    read(purse)
    with pytest.raises(PrepaidRefusedError, match="was recalled") as refused:
        purse.orders.confirm(order.id, purse.act())
    assert refused.value.code == "prepaid.order_recalled"
    with pytest.raises(PrepaidRefusedError, match=r"has .* left"):
        request(purse)
    purse.orders.give_back(order.id, "not done", purse.act())
    assert state_of(purse, order) is OrderState.WITHDRAWN
    purse.town.catch_up()
    with purse.town.database.connection() as connection:
        (row,) = read_orders(connection, purse.town.site.schema, over=True)
    assert (row.state, row.reason) == ("withdrawn", "balance restored")


def test_a_supply_cut_before_its_recall_was_known_is_restored(purse: Purse) -> None:
    order = approved(purse)
    purse.orders.hand_out(order.id, "Tom", purse.act())
    read(purse)
    purse.top_up("500")
    read(purse)
    done = purse.orders.confirm(order.id, purse.act(), in_spite=True)
    assert done.state is OrderState.CONFIRMED
    purse.town.catch_up()
    with purse.town.database.connection() as connection:
        back, cut = read_orders(connection, purse.town.site.schema, over=True)
    assert (cut.state, cut.bars) == ("confirmed", ["recalled"])
    assert (back.kind, back.state) == ("reconnect", "approved")


def test_a_top_up_and_a_hand_out_at_once_leave_no_order_to_be_done(purse: Purse) -> None:
    order = approved(purse)

    def outcome(act: Callable[[], object]) -> str:
        try:
            act()
        except EnergyError as error:
            return error.code
        return "done"

    acts = [
        lambda: purse.orders.hand_out(order.id, "Tom", purse.act()),
        lambda: purse.top_up("50"),
    ]
    with ThreadPoolExecutor(2) as pool:
        assert list(pool.map(outcome, acts))[1] == "done"
    assert state_of(purse, order) in (OrderState.RECALLED, OrderState.WITHDRAWN)


def test_an_order_handed_out_and_not_done_comes_back(purse: Purse) -> None:
    order = approved(purse)
    purse.orders.hand_out(order.id, "Tom", purse.act())
    with pytest.raises(PrepaidRefusedError, match="needs it"):
        purse.orders.withdraw(order.id, "x", purse.act())
    purse.orders.give_back(order.id, "nobody there", purse.act())
    purse.orders.withdraw(order.id, "paid by hand", purse.act())
    assert request(purse).number == 2


def test_done_at_night_in_spite_of_the_rules_is_told_as_it_was(purse: Purse) -> None:
    order = approved(purse)
    purse.orders.hand_out(order.id, "Tom", purse.act())
    purse.town.clock.move_to(at(1, 20, month=2))
    read(purse)
    purse.orders.confirm(order.id, purse.act())
    purse.town.catch_up()
    with purse.town.database.connection() as connection:
        (row,) = read_orders(connection, purse.town.site.schema, over=True)
    assert row.bars == ["night"]
