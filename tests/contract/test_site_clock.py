"""Refusals of the service name instants by the site's clock, by which people type them."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from energy.base.errors import EnergyError
from energy.base.ids import id_of
from energy.base.text import LANGUAGES, catalogue
from energy.service.cases.desk import CaseDesk
from energy.service.inspection.desk import InspectionDesk
from energy.service.inspection.found import Evidence
from energy.service.inspection.inspection import Inspection
from energy.service.rounds.desk import PatrolDesk
from energy.service.work.order_desk import order_id
from tests.energy.service.cases.office import Ledger, application
from tests.energy.service.equipment.test_plan_desk import done, planned
from tests.energy.service.equipment.yard import a_yard, registered
from tests.energy.service.switching.board import GUARDIAN, Board, permit
from tests.energy.service.work.shop import ANNA, BEN, Shop
from tests.fixtures.postgres import NOON, TestSite, command

pytestmark = pytest.mark.servers
_PARTS = ("equipment", "inspection", "patrol", "request", "supply_case", "switching", "work")
_CLOCK = re.compile(r"\d{4}-\d\d-\d\d \d\d:\d\d")


def _said(act: Callable[[], object]) -> list[str]:
    """Return the instants that a refusal names, the same in both languages."""
    with pytest.raises(EnergyError) as refused:
        act()
    message = refused.value.message
    assert message is not None
    english, chinese = (_CLOCK.findall(message.told(each)) for each in LANGUAGES)
    assert english == chinese == _CLOCK.findall(str(refused.value))
    assert english, f"{refused.value} names no instant"
    return english


def test_no_refusal_of_the_service_speaks_of_utc() -> None:
    texts = {
        key: text
        for key, text in catalogue().items()
        if key.startswith(tuple(f"why.{part}." for part in _PARTS))
    }
    assert {key.split(".")[1] for key in texts} == set(_PARTS)
    assert not [key for key, text in texts.items() if "UTC" in "".join(text.values())]


def test_refusals_name_instants_by_the_clock_on_the_wall(new_site: Any) -> None:
    at: TestSite = new_site("Asia/Shanghai")  # 12:00 UTC is 20:00 there
    later = NOON + timedelta(minutes=30)
    shop = Shop(at)
    shop.publish()
    ahead = ["2019-01-01 20:30"]
    assert _said(lambda: shop.open(heard_at=later)) == ahead
    assert _said(lambda: shop.order(since=later)) == ahead
    assert _said(lambda: shop.order(due_at=NOON - timedelta(hours=1))) == ["2019-01-01 19:00"]
    order = shop.order()
    shop.work(order, "take")
    early = NOON - timedelta(minutes=1)
    assert _said(lambda: shop.work(order, "begin", at=later, now=NOON)) == ahead
    assert _said(lambda: shop.work(order, "begin", at=early, now=NOON)) == [
        *("2019-01-01 19:59", "2019-01-01 20:00"),
    ]
    cases = CaseDesk(at.writer, at.site, at.clock, Ledger())
    asked = application(asked_at=later)
    assert _said(lambda: cases.open(asked, by=ANNA, command_id=command("case"))) == ahead
    rounds = PatrolDesk(at.writer, at.site, at.clock)
    assert _said(lambda: rounds.asked_at("east", later)) == ahead


def test_so_do_inspections_permits_and_tests_of_equipment(new_site: Any) -> None:
    at: TestSite = new_site("Asia/Shanghai")
    later = NOON + timedelta(minutes=30)
    inspections = InspectionDesk(at.writer, at.site, at.clock, lambda _points, _day: [])
    work = order_id(at.site.key, command("inspect"))
    ordered = Inspection(
        site=at.site.key,
        order=work,
        number="W-2019-00001",
        suspicion=id_of("suspicion", "one"),
        about="point:m1",
        inspectors=[ANNA, BEN],
        by=ANNA,
        command_id=command("inspect"),
    )
    at.application("operations").store(ordered)
    seen = Evidence(seen_at=later, words="the seal is broken")
    tell = command("evidence")
    assert _said(lambda: inspections.tell_evidence(work, seen, by=ANNA, command_id=tell)) == [
        "2019-01-01 20:30"
    ]
    a_yard(at)
    registered(at)
    plan = planned(at)
    assert _said(lambda: done(at, plan, "E-2019-00001", later)) == ["2019-01-01 20:30"]
    done(at, plan, "E-2019-00001", NOON)
    early = NOON - timedelta(hours=1)
    assert _said(lambda: done(at, plan, "E-2019-00001", early)) == ["2019-01-01 20:00"]
    board = Board(at)
    board.publish()
    switching = board.write()
    board.release(switching)
    board.do(switching, 1, 2, 3)
    over = permit(valid_until=NOON)
    give = command("permit")
    assert _said(lambda: board.desk.give_permit(switching, over, by=GUARDIAN, command_id=give)) == [
        "2019-01-01 20:00"
    ]
