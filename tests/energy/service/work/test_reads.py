"""The clock of a work order: of its class, or to the day that was stated."""

from __future__ import annotations

from datetime import timedelta

import pytest

from energy.service.work.kinds import WaitsFor
from tests.energy.service.work.shop import ANNA, CLARA, Shop
from tests.fixtures.postgres import NOON, TestSite

pytestmark = pytest.mark.servers


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def test_without_a_day_an_order_has_the_time_of_its_class(site_schema: TestSite) -> None:
    shop = Shop(site_schema)
    shop.publish()
    order, stated = shop.order(), shop.order("stated", due_at=NOON + minutes(90))
    for one in (order, stated):
        shop.work(one, "take")
        shop.work(one, "begin", at=NOON, now=NOON)

    def at(minute: int) -> list[tuple[object, ...]]:
        """Return minutes used, whether it is broken, and minutes until it is due, of both."""
        shop.site.clock.move_to(NOON + minutes(minute))
        told = []
        for row in (shop.order_row(order), shop.order_row(stated)):
            clock = shop.clock(row)
            left = None if clock.due_at is None else (clock.due_at - NOON) // minutes(1)
            told.append((clock.used // minutes(1), clock.broken, left))
        return told

    assert at(60) == [(60, False, 240), (60, False, 90)]  # critical: 240 min round the clock
    for one in (order, stated):
        shop.work(one, "pause", WaitsFor.PART)
    assert at(100) == [(60, False, None), (100, True, 90)], "a stated day waits for nobody"
    for one in (order, stated):
        shop.work(one, "resume")
    assert at(200) == [(160, False, 280), (200, True, 90)]
    shop.work(order, "finish")
    assert at(300)[0] == (160, False, None), "done in time: the signature is another's"
    shop.work(order, "refuse", "the cover is loose", by=CLARA)
    assert at(380)[0] == (240, False, 380)  # 160 + 80; its clock stood from 200 to 300
    assert at(381)[0] == (241, True, 380)
    shop.work(order, "finish")
    shop.work(order, "sign", by=CLARA)
    assert at(500)[0] == (241, True, 380)
    other = shop.order("other", level="normal")  # 2400 min of working hours
    shop.work(other, "cancel", "not needed", by=ANNA)
    assert shop.clock(shop.order_row(other)).stopped
