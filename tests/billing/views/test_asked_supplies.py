"""What a work order of billing asks of a switching order, as the journal has it now."""

from __future__ import annotations

from datetime import timedelta

import pytest

from billing.views.asked_supplies import asked_of
from energy.service.switching.kinds import RequestKind
from energy.service.switching.request import Asked
from tests.billing.prepaid.purse import Purse
from tests.billing.prepaid.test_order_desk import purse, request
from tests.billing.town import APPROVER

__all__ = ["purse"]
pytestmark = pytest.mark.servers


def found(purse: Purse, reference: str = "A-b1/1") -> Asked | None:
    return asked_of(purse.orders.books)(reference)


def test_it_is_there_once_approved_and_ready_while_handed_out_and_in_time(purse: Purse) -> None:
    order = request(purse)
    purse.town.catch_up()
    assert found(purse) is None  # nobody approved it
    purse.orders.approve(order.id, purse.act(APPROVER))
    asked = Asked(
        kind=RequestKind.DISCONNECT,
        reference="A-b1/1",
        points=("b1-elec", "b1-gas"),
        ready=False,
    )
    assert found(purse) == asked
    out = purse.orders.hand_out(order.id, "Tom", purse.act())
    ready = found(purse)
    assert ready is not None
    assert ready.ready
    assert out.valid_until is not None
    purse.town.clock.move_to(out.valid_until + timedelta(seconds=1))
    assert found(purse) == asked  # its time is over
    assert found(purse, "A-b1/2") is None


def test_what_has_money_again_is_not_asked_for(purse: Purse) -> None:
    order = request(purse)
    purse.town.catch_up()
    purse.orders.approve(order.id, purse.act(APPROVER))
    purse.orders.hand_out(order.id, "Tom", purse.act())
    purse.top_up("50")  # the tables need not know it yet
    assert found(purse) is None
