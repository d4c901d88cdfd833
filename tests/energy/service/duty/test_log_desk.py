"""The shift log and its handovers: open points carried over, two signatures, every refusal."""

from __future__ import annotations

import threading
from concurrent.futures import ThreadPoolExecutor
from uuid import UUID, uuid4

import pytest

from energy.alerting.causes import AlertCause
from energy.service.duty.errors import DutyError
from energy.service.duty.log_desk import LogDesk
from energy.service.duty.reads import HandoverRow, read_handovers, read_log, read_points
from energy.service.work.errors import WorkError
from energy.service.work.kinds import IncidentState, Problem
from energy.service.work.reads import read_incidents, read_orders
from tests.energy.alerting.notices import book
from tests.energy.service.duty.offices import Office, hours
from tests.energy.service.duty.rota import ADA, BEN, BOSS, CY, DEE, EVE, SPEC
from tests.energy.service.duty.test_desk import refused
from tests.energy.service.work.shop import Shop
from tests.fixtures.postgres import TestSite, command

pytestmark = pytest.mark.servers


@pytest.fixture
def office(site_schema: TestSite) -> Office:
    return Office(site_schema)


def handovers(office: Office) -> list[HandoverRow]:
    office.settle()
    with office.at.writer.connection() as connection:
        return read_handovers(connection, office.at.schema)


def points(office: Office) -> list[str]:
    office.settle()
    with office.at.writer.connection() as connection:
        return [each.text for each in read_points(connection, office.at.schema)]


def tell(office: Office, text: str, *, stays_open: bool = True) -> UUID:
    said = command("tell", text)
    return office.log.tell(text, stays_open=stays_open, by=ADA, command_id=said)


def test_an_open_point_is_carried_over_until_somebody_closes_it(office: Office) -> None:
    office.go_to(0, 8)
    pump = tell(office, "pump 2  hums")
    assert tell(office, "pump 2  hums") == pump, "the command again"
    tell(office, "round done", stays_open=False)
    office.go_to(3, 8)
    assert points(office) == ["pump 2 hums"]
    for _ in range(2):
        office.log.close(pump, "bearing changed", by=CY, command_id=command("close"))
    assert points(office) == []
    refused(lambda: office.log.close(pump, "again", by=CY, command_id=uuid4()), "not_open")
    refused(lambda: office.log.close(uuid4(), "x", by=CY, command_id=uuid4()), "no_entry")
    refused(lambda: tell(office, "  "), "entry")
    refused(lambda: tell(office, "x" * 501), "entry")
    with office.at.writer.connection() as connection:
        now = office.at.clock.now()
        (row,) = read_log(connection, office.at.schema, now - hours(1))
    assert (row.closed_text, row.closed_by, row.by) == ("bearing changed", CY, ADA)


def test_a_desk_is_handed_over_by_two_signatures_with_what_is_open(office: Office) -> None:
    office.go_to(0, 18)
    pump = tell(office, "pump 2 hums")
    alert = book.an_alert(office.at)
    office.settle()
    first = office.log.offer("desk", by=ADA, command_id=command("offer"))
    assert office.log.offer("desk", by=ADA, command_id=command("offer")) == first
    (row,) = handovers(office)
    assert (row.state, row.goes, row.comes) == ("offered", ADA, None)
    assert (row.points, row.alerts) == ([str(pump)], [str(alert.id)])
    assert row.since == office.instant(0, 7), "no handover before: the shift's begin"
    refused(lambda: office.log.offer("desk", by=ADA, command_id=uuid4()), "offered")
    refused(lambda: office.log.sign(first, by=ADA, command_id=uuid4()), "own_handover")
    office.go_to(0, 19)
    for _ in range(2):
        office.log.sign(first, by=CY, command_id=command("sign"))
    (row,) = handovers(office)
    assert (row.state, row.comes, row.signed_at) == ("signed", CY, office.instant(0, 19))
    refused(lambda: office.log.sign(first, by=BEN, command_id=uuid4()), "handover_done")
    office.go_to(1, 7)
    refused(lambda: office.log.offer("desk", by=ADA, command_id=uuid4()), "not_holder")
    gone = office.log.offer("desk", by=BEN, command_id=command("Cy went without a word"))
    (left, _) = handovers(office)
    assert (left.goes, left.since) == (BEN, office.instant(0, 19)), "the roster has Ben there"
    office.log.withdraw(gone, by=BEN, command_id=command("Cy is back"))
    office.settle()
    second = office.log.offer("desk", by=CY, command_id=command("offer 2"))
    assert handovers(office)[0].since == office.instant(0, 19)
    withdraw = office.log.withdraw
    refused(lambda: withdraw(second, by=BEN, command_id=uuid4()), "not_yours")
    for _ in range(2):
        withdraw(second, by=CY, command_id=command("withdraw"))
    assert handovers(office)[0].state == "withdrawn"
    refused(lambda: withdraw(second, by=CY, command_id=uuid4()), "handover_done")
    refused(lambda: office.log.sign(uuid4(), by=CY, command_id=uuid4()), "no_handover")
    refused(lambda: office.log.offer("first", by=CY, command_id=uuid4()), "no_desk")
    with pytest.raises(DutyError, match="it has desk"):
        office.log.offer("throne", by=CY, command_id=uuid4())


def test_a_desk_is_for_its_group_and_for_who_is_there_by_the_roster(office: Office) -> None:
    office.go_to(0, 18)
    refused(lambda: office.log.offer("desk", by=EVE, command_id=uuid4()), "not_in_group")
    first = office.log.offer("desk", by=ADA, command_id=command("offer"))
    refused(lambda: office.log.sign(first, by=EVE, command_id=uuid4()), "not_in_group")
    (row,) = handovers(office)
    assert row.state == "offered"
    office.log.sign(first, by=DEE, command_id=command("sign"))  # qualified, not in the roster
    office.settle()
    office.go_to(1, 8)
    group = [str(each) for each in (ADA, DEE)]
    spec = {**SPEC, "group": {**SPEC["group"], "controllers": group}}
    office.rosters.set_plan(spec, by=BOSS, command_id=command("a smaller group"))
    office.settle()
    second = office.log.offer("desk", by=DEE, command_id=command("offer 2"))
    refused(lambda: office.log.sign(second, by=CY, command_id=uuid4()), "not_in_group")
    for _ in range(2):  # in the group no more, yet the roster has Ben there
        office.log.sign(second, by=BEN, command_id=command("sign 2"))
    office.go_to(3, 8)  # Ben is there no more: the same command is no new one
    office.log.sign(second, by=BEN, command_id=command("sign 2"))
    assert handovers(office)[0].comes == BEN


def owners(shop: Shop, office: Office) -> dict[str, UUID]:
    office.settle()
    with office.at.writer.connection() as connection:
        schema = office.at.schema
        found = {row.what: row.owner for row in read_incidents(connection, schema, over=True)}
        return found | {row.what: row.owner for row in read_orders(connection, schema, over=True)}


@pytest.fixture
def shop(office: Office) -> Shop:
    office.go_to(0, 18)
    made = Shop(office.at)
    made.publish()
    return made


def test_a_desk_passes_with_all_that_who_goes_owns_in_one_transaction(
    office: Office, shop: Shop
) -> None:
    def open_(what: str, by: UUID) -> UUID:
        heard = shop.heard(what=what)
        return shop.incidents.open(heard, "critical", by=by, command_id=command(what))

    def order(what: str, by: UUID) -> UUID:
        said = command(what)
        return shop.orders.open(
            shop.job(what=what), "critical", checklist="", by=by, command_id=said
        )

    leak, asked, other = open_("leak", ADA), open_("asked", ADA), open_("other's", BEN)
    closed, given = open_("closed", ADA), open_("given away", ADA)
    plain, taken = order("plain", ADA), order("taken", ADA)
    shop.do(asked, "hand_over", to=EVE, by=ADA)
    shop.work(taken, "take", by=ADA)
    shop.work(plain, "assign", to=EVE, by=ADA)
    office.settle()
    first = office.log.offer("desk", with_work=True, by=ADA, command_id=command("offer"))
    assert first == office.log.offer("desk", with_work=True, by=ADA, command_id=command("offer"))
    (row,) = handovers(office)
    assert row.work is not None
    assert set(row.work) == {str(e) for e in (leak, asked, closed, given, plain, taken)}
    assert owners(shop, office)["leak"] == ADA, "until it is signed"
    late = open_("late", ADA)
    for act, said in (("respond", ()), ("diagnose", (Problem.LEAK, AlertCause.FAULT, "x"))):
        shop.do(closed, act, *said, by=ADA)
    shop.do(closed, "resolve", by=ADA)
    shop.do(closed, "close", by=BEN)
    shop.do(given, "hand_over", to=BEN, by=ADA)
    shop.do(given, "take", by=BEN)
    office.settle()
    refused(lambda: office.log.sign(first, may_own=False, by=CY, command_id=uuid4()), "may_not_own")
    for _ in range(2):
        office.log.sign(first, by=CY, command_id=command("sign"))
    assert owners(shop, office) == {
        "leak": CY,
        "asked": CY,
        "other's": BEN,
        "closed": ADA,
        "given away": BEN,
        "plain": CY,
        "taken": CY,
        "late": CY,
    }
    shop.do(asked, "take", by=EVE)  # what she was asked to take she still may
    shop.work(plain, "take", by=EVE)
    assert shop.orders.order(plain).owner == EVE
    kept = shop.orders.order(taken)
    assert (kept.owner, kept.doers) == (CY, {ADA}), "he did none of it yet"
    assert shop.incidents.incident(asked).owner == EVE
    assert [shop.incidents.incident(each).offered for each in (leak, other, late)] == [None] * 3


def test_an_order_that_passed_is_signed_by_a_third(office: Office, shop: Shop) -> None:
    said = command("order")
    order = shop.orders.open(shop.job(), "critical", checklist="", by=ADA, command_id=said)
    shop.work(order, "take", by=ADA)
    office.settle()
    handover = office.log.offer("desk", with_work=True, by=ADA, command_id=command("offer"))
    office.log.sign(handover, by=CY, command_id=command("sign"))
    with pytest.raises(WorkError):  # she owns it no more
        shop.work(order, "begin", at=office.at.clock.now(), by=ADA, now=office.at.clock.now())
    shop.work(order, "begin", at=office.at.clock.now(), by=CY, now=office.at.clock.now())
    shop.work(order, "finish", by=CY)
    for doer in (ADA, CY):
        with pytest.raises(WorkError):
            shop.work(order, "sign", by=doer)
    shop.work(order, "sign", by=BEN)


def test_who_acts_on_an_incident_while_its_desk_is_signed_loses_nothing(
    office: Office, shop: Shop
) -> None:
    """Whichever of both is faster: the desk has passed, its incident too, and what was said."""
    pump = shop.incidents.open(shop.heard(), "critical", by=ADA, command_id=command("pump"))
    office.settle()
    handover = office.log.offer("desk", with_work=True, by=ADA, command_id=command("offer"))
    both = threading.Barrier(3)

    def sign(_: int) -> None:
        desk = LogDesk(office.at.writer, office.at.site, office.at.clock)
        both.wait(timeout=30)
        desk.sign(handover, by=CY, command_id=command("sign"))

    def respond() -> None:
        both.wait(timeout=30)
        shop.do(pump, "respond", by=ADA)

    with ThreadPoolExecutor(3) as pool:
        for done in [pool.submit(respond), *(pool.submit(sign, n) for n in range(2))]:
            done.result()
    known = shop.incidents.incident(pump)
    assert (known.owner, known.state) == (CY, IncidentState.UNDER_WAY)
    (row,) = handovers(office)
    assert (row.state, row.comes) == ("signed", CY)
    told = office.at.rows("SELECT act FROM {s}.work_fact WHERE act = 'incident.taken'")
    assert len(told) == 1, "signed by two processes it passed once"


def test_two_who_offer_a_desk_at_once_leave_one_offer(office: Office) -> None:
    office.go_to(0, 18)
    both = threading.Barrier(2)

    def offer(who: UUID) -> str:
        desk = LogDesk(office.at.writer, office.at.site, office.at.clock)
        both.wait(timeout=30)
        try:
            return str(desk.offer("desk", by=who, command_id=command("offer at once", who)))
        except DutyError as error:
            return error.message.key if error.message else ""

    with ThreadPoolExecutor(2) as pool:
        told = list(pool.map(offer, (ADA, BEN)))
    (row,) = handovers(office)
    assert str(row.handover) in told
    assert sum(key.endswith("offered") for key in told) == 1


def test_the_same_offer_of_two_processes_is_one_and_refused_to_none(office: Office) -> None:
    office.go_to(0, 18)
    both = threading.Barrier(2)

    def offer(_: int) -> UUID:
        desk = LogDesk(office.at.writer, office.at.site, office.at.clock)
        both.wait(timeout=30)
        return desk.offer("desk", by=ADA, command_id=command("offer"))

    with ThreadPoolExecutor(2) as pool:
        first, second = pool.map(offer, range(2))
    assert first == second == handovers(office)[0].handover
    assert len(handovers(office)) == 1


def test_an_offer_that_the_tables_do_not_show_yet_counts(office: Office) -> None:
    office.go_to(0, 18)
    office.log.offer("desk", by=ADA, command_id=command("offer"))
    refused(lambda: office.log.offer("desk", by=BEN, command_id=uuid4()), "offered")
