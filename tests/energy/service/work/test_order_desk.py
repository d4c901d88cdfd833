"""A work order from its making to its signature: doer, parts, time, checklist, photos, refusals."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from energy.alerting.causes import AlertCause
from energy.service.work.done_reads import read_papers, read_parts, read_times
from energy.service.work.errors import WorkError
from energy.service.work.heard import Spot
from energy.service.work.job import Part, Stretch
from energy.service.work.kinds import OrderKind, OrderState, Problem, WaitsFor
from energy.service.work.levels import ServiceLevelError
from energy.service.work.order import MOST_PAPERS
from energy.service.work.order_desk import WorkOrderDesk
from energy.service.work.reads import read_history, read_orders
from energy.service.work.views import WORK_TABLES
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import OWNER, WEB
from processes.view_rebuild import verify_views
from tests.energy.service.work.shop import ANNA, BEN, CLARA, Shop
from tests.fixtures.postgres import NOON, TestSite, command

pytestmark = pytest.mark.servers
JPEG = b"\xff\xd8\xff" + b"a photo"


@pytest.fixture
def shop(site_schema: TestSite) -> Shop:
    made = Shop(site_schema)
    made.publish()
    return made


def minutes(number: float) -> timedelta:
    return timedelta(minutes=number)


def begun(shop: Shop, order: UUID) -> None:
    shop.work(order, "assign", by=ANNA, to=BEN)
    shop.work(order, "take")
    shop.work(order, "begin", at=shop.now, now=shop.now)


def stretch(first: float, last: float, person: UUID = BEN) -> Stretch:
    return Stretch(person=person, began_at=NOON + minutes(first), ended_at=NOON + minutes(last))


def test_an_order_lives_from_an_incident_to_its_signature(shop: Shop) -> None:
    shop.site.counter("m1")
    shop.site.project()
    incident = shop.open(spot=Spot(point="m1"))
    order = shop.order(level="", incident=incident, checklist="meter-swap", since=shop.now)
    assert shop.order(level="", incident=incident, checklist="meter-swap") == order, "once more"
    row = shop.order_row(order)
    assert (row.number, row.level, row.point, row.owner) == ("W-2019-00001", "critical", "m1", ANNA)
    shop.work(order, "assign", by=ANNA, to=BEN)
    assert shop.order_row(order).owner == ANNA, "until the other takes it"
    shop.work(order, "take")
    shop.site.tick(90 * 60)
    shop.work(order, "begin", at=NOON + minutes(10), now=shop.now)
    shop.work(order, "use", Part(item="meter  MID 5(80) A", number=1, unit="pcs"))
    shop.work(order, "use", Part(item="cable", number=250, unit="cm"))
    shop.work(order, "spend", stretch(10, 40), now=shop.now)
    shop.work(order, "spend", stretch(40, 85), now=shop.now)
    shop.work(order, "spend", stretch(10, 40, ANNA), now=shop.now)
    desk = shop.orders
    paper = desk.add_paper(order, JPEG, "image/jpeg", by=BEN, command_id=command("photo"))
    desk.add_paper(order, JPEG, "image/jpeg", by=BEN, command_id=command("photo"))
    shop.work(order, "answer", "isolated", "no")
    shop.work(order, "answer", "isolated", "yes")
    with pytest.raises(WorkError, match="voltage"):
        shop.work(order, "finish")
    shop.work(order, "answer", "voltage", "231.50")
    shop.work(order, "finish")
    assert shop.order_row(order).state == OrderState.DONE
    with pytest.raises(WorkError, match="open work orders"):
        finish(shop, incident)
    for doer in (BEN, ANNA):
        with pytest.raises(WorkError, match="another person"):
            shop.work(order, "sign", by=doer)
    shop.work(order, "sign", by=CLARA)
    row = shop.order_row(order)
    assert (row.state, row.signed_by, row.answers) == (
        *(OrderState.ENDED, CLARA, {"isolated": "yes", "voltage": "231.50"}),
    )
    with shop.site.writer.connection() as connection:
        schema = shop.site.schema
        parts = read_parts(connection, schema, order)
        times = read_times(connection, schema, order)
        (kept,) = read_papers(connection, schema, order)
        history = read_history(connection, schema, order)
        assert read_orders(connection, schema) == []
        assert read_orders(connection, schema, over=True, incident=incident) == [row]
    assert [(p.item, p.number, p.unit) for p in parts] == [
        ("meter MID 5(80) A", 1, "pcs"),
        ("cable", 250, "cm"),
    ]
    assert [each.minutes for each in times] == [30, 45, 30]
    assert (kept.sha256, kept.media_type, kept.person) == (paper, "image/jpeg", BEN)
    assert len(history) == 15
    finish(shop, incident)
    shop.do(incident, "close", by=CLARA)
    with pytest.raises(WorkError, match="closed"):
        shop.order("late", level="", incident=incident)


def test_a_photo_that_is_refused_is_not_kept(shop: Shop) -> None:
    order = shop.order()
    begun(shop, order)
    shop.work(order, "cancel", "not needed", by=ANNA)
    with pytest.raises(WorkError, match="cancelled"):
        shop.orders.add_paper(order, JPEG, "image/jpeg", by=BEN, command_id=command("photo"))
    assert shop.site.rows("SELECT count(*) FROM {s}.attachment") == [(0,)]


def test_an_order_takes_so_many_photos_and_no_more(shop: Shop) -> None:
    order = shop.order()
    begun(shop, order)
    for n in range(MOST_PAPERS):
        shop.work(order, "add_paper", f"{n:064}", "image/jpeg")
    with pytest.raises(WorkError, match="as many as an order takes"):
        shop.orders.add_paper(order, JPEG, "image/jpeg", by=BEN, command_id=command("photo"))
    assert shop.site.rows("SELECT count(*) FROM {s}.attachment") == [(0,)]


def finish(shop: Shop, incident: UUID) -> None:
    """Resolve an incident where it is not, and close it in a try."""
    if shop.incident_row(incident).state == "open":
        shop.do(incident, "respond")
        shop.do(incident, "diagnose", Problem.DAMAGE, AlertCause.DEVICE, "meter worn")
        shop.do(incident, "resolve")
        shop.do(incident, "close", by=CLARA)


def test_sent_back_it_is_the_doers_again(shop: Shop) -> None:
    order = shop.order()
    begun(shop, order)
    shop.work(order, "finish")
    with pytest.raises(WorkError, match="Say why"):
        shop.work(order, "refuse", " ", by=CLARA)
    with pytest.raises(WorkError, match="another person"):
        shop.work(order, "refuse", "mine", by=BEN)
    shop.work(order, "refuse", "the cover is loose", by=CLARA)
    row = shop.order_row(order)
    assert (row.state, row.owner, row.done_at, row.reason) == (
        *(OrderState.UNDER_WAY, BEN, None, "the cover is loose"),
    )
    shop.site.tick()
    shop.work(order, "finish")
    shop.work(order, "sign", by=CLARA)
    assert shop.order_row(order).reason == ""


def test_a_class_without_a_second_person_ends_when_done(shop: Shop) -> None:
    order = shop.order(level="normal", kind=OrderKind.PLANNED, due_at=NOON + minutes(5))
    shop.work(order, "take", by=CLARA)
    shop.work(order, "begin", by=CLARA, at=NOON, now=NOON)
    shop.site.tick(301)
    shop.work(order, "finish", by=CLARA)
    row = shop.order_row(order)
    assert (row.state, shop.clock(row).broken) == (OrderState.ENDED, True)
    with pytest.raises(WorkError, match="finished"):
        shop.work(order, "sign", by=ANNA)


def test_only_who_took_it_does_it_and_one_who_did_some_never_signs(shop: Shop) -> None:
    order = shop.order()
    shop.work(order, "assign", by=ANNA, to=BEN)
    with pytest.raises(WorkError, match="not offered"):
        shop.work(order, "take", by=CLARA)
    with pytest.raises(WorkError, match="is open"):
        shop.work(order, "begin", at=NOON, now=NOON)
    shop.work(order, "take")
    with pytest.raises(WorkError, match="Somebody else"):
        shop.work(order, "begin", by=CLARA, at=NOON, now=NOON)
    shop.work(order, "begin", at=NOON, now=NOON)
    shop.site.tick()
    with pytest.raises(WorkError, match="already"):
        shop.work(order, "assign", by=ANNA, to=BEN)
    shop.work(order, "assign", by=ANNA, to=CLARA)
    assert shop.order_row(order).owner == BEN
    shop.work(order, "take", by=CLARA)
    row = shop.order_row(order)
    assert (row.owner, row.state) == (CLARA, OrderState.UNDER_WAY), "it goes on"
    shop.work(order, "pause", WaitsFor.PERMIT, by=CLARA)
    with pytest.raises(WorkError, match="paused"):
        shop.work(order, "finish", by=CLARA)
    shop.work(order, "resume", by=CLARA)
    shop.work(order, "finish", by=CLARA)
    with pytest.raises(WorkError, match="another person"):
        shop.work(order, "sign", by=BEN)
    shop.work(order, "sign", by=ANNA)


@pytest.mark.parametrize(
    ("act", "said"),
    [
        ("use", [Part(item="seal", number=1, unit="pcs")]),
        ("answer", ["isolated", "yes"]),
        ("add_paper", ["0" * 64, "image/jpeg"]),
    ],
)
def test_who_told_parts_answers_or_papers_did_some_of_it(
    shop: Shop, act: str, said: list[Any]
) -> None:
    order = shop.order(checklist="meter-swap")
    begun(shop, order)
    shop.work(order, "answer", "isolated", "no")
    shop.work(order, "answer", "voltage", "231.4")
    shop.work(order, act, *said, by=CLARA)
    shop.work(order, "finish")
    for kept in ("sign", "refuse"):
        with pytest.raises(WorkError, match="another person"):
            shop.work(order, kept, *(["not so"] if kept == "refuse" else []), by=CLARA)
    shop.work(order, "sign", by=ANNA)


def test_what_is_stated_of_the_work_must_be_possible(shop: Shop) -> None:
    incident = shop.open()
    shop.site.tick(3600)
    order = shop.order(incident=incident, since=NOON, checklist="meter-swap")
    begun(shop, order)
    wrong: tuple[tuple[str, list[Any], dict[str, Any], str], ...] = (
        ("spend", [stretch(-5, 5)], {"now": shop.now}, "before it came up"),
        ("spend", [stretch(30, 61)], {"now": shop.now}, "future"),
        ("spend", [stretch(30, 30)], {"now": shop.now}, "24 hours"),
        ("use", [Part(item=" ", number=1, unit="pcs")], {}, "Name the item"),
        ("use", [Part(item="cable", number=0, unit="cm")], {}, "how many"),
        ("answer", ["colour", "red"], {}, "isolated, voltage, remark"),
        ("answer", ["isolated", "maybe"], {}, "yes or no"),
        ("answer", ["voltage", "1e3"], {}, "number"),
        ("answer", ["remark", ""], {}, "in words"),
    )
    for act, said, more, told in wrong:
        with pytest.raises(WorkError, match=told):
            shop.work(order, act, *said, **more)
    shop.work(order, "spend", stretch(10, 30), now=shop.now)
    with pytest.raises(WorkError, match="told already"):
        shop.work(order, "spend", stretch(29, 31), now=shop.now)
    with pytest.raises(WorkError, match="future"):
        shop.order("a", since=shop.now + minutes(1))
    with pytest.raises(WorkError, match="before it came up"):
        shop.order("b", incident=incident, since=NOON - minutes(1))
    with pytest.raises(WorkError, match="no checklist"):
        shop.order("c", checklist="none")
    with pytest.raises(WorkError, match="not after"):
        shop.order("d", due_at=shop.now)
    with pytest.raises(ServiceLevelError, match="no class"):
        shop.order("e", level="")
    assert shop.order_row(shop.order("f")).number == "W-2019-00002", "no number was lost"


def test_the_minute_in_which_it_came_up_is_not_before_it(shop: Shop) -> None:
    shop.site.tick(30)
    incident = shop.open()
    shop.site.tick(60)
    order = shop.order(incident=incident, since=NOON)
    other = shop.order("since with seconds", incident=incident)
    for each in (order, other):
        shop.work(each, "take")
    shop.work(order, "begin", at=NOON, now=shop.now)
    shop.work(other, "begin", at=NOON + minutes(1), now=shop.now)
    with pytest.raises(WorkError, match="before it came up"):
        shop.order("earlier", incident=incident, since=NOON - minutes(1))


def test_a_cancelled_order_lets_its_incident_go(shop: Shop) -> None:
    incident = shop.open(level="normal")
    order = shop.order(level="", incident=incident)
    assert shop.incident_row(incident).open_orders == 1
    with pytest.raises(WorkError, match="Say why"):
        shop.work(order, "cancel", "", by=ANNA)
    shop.work(order, "cancel", "not needed", by=ANNA)
    shop.work(order, "cancel", "not needed", by=ANNA)
    row = shop.order_row(order)
    assert (row.state, row.reason) == (OrderState.CANCELLED, "not needed")
    assert shop.incident_row(incident).open_orders == 0
    with pytest.raises(WorkError, match="cancelled"):
        shop.work(order, "take", by=ANNA)


def test_a_rebuild_folds_what_live_folding_did(shop: Shop) -> None:
    incident = shop.open()
    order = shop.order(incident=incident, checklist="meter-swap")
    shop.order_row(order)  # folded so far, the rest later
    begun(shop, order)
    shop.work(order, "spend", stretch(0, 0.5), now=shop.now + minutes(1))
    shop.do(incident, "respond")
    shop.do(incident, "pause", WaitsFor.PART)
    shop.site.tick(60)
    shop.do(incident, "resume")
    assert shop.incident_row(incident).pauses[0].end == NOON + minutes(1)
    tables = ("incident", "incident_pause", "work_order", "work_order_time", "work_fact")
    every = {t: shop.site.rows(f"SELECT * FROM {{s}}.{t} ORDER BY position") for t in tables}
    assert all(every.values())
    for table in ("service_levels", "checklist", *tables):
        shop.site.rows(f"DELETE FROM {{s}}.{table} RETURNING 1")
    shop.site.rows("DELETE FROM {s}.follower WHERE name = 'operations' RETURNING 1")
    shop.incident_row(incident)
    again = {t: shop.site.rows(f"SELECT * FROM {{s}}.{t} ORDER BY position") for t in tables}
    assert again == every


def test_views_equal_a_replay_of_the_journal(shop: Shop) -> None:
    incident = shop.open()
    order = shop.order(level="", incident=incident, checklist="meter-swap")
    begun(shop, order)
    shop.work(order, "use", Part(item="seal", number=2, unit="pcs"))
    shop.orders.add_paper(order, JPEG, "image/jpeg", by=BEN, command_id=command("photo"))
    shop.do(incident, "respond")
    shop.do(incident, "pause", WaitsFor.CUSTOMER)
    shop.site.tick(60)
    shop.work(order, "spend", stretch(0, 1), now=shop.now)
    shop.do(incident, "resume")
    shop.do(incident, "diagnose", Problem.LEAK, AlertCause.FAULT, "worn")
    shop.do(incident, "resolve")
    shop.do(incident, "reopen", "drips", now=shop.now)
    shop.order_row(order)
    owner = Database(shop.site.server.dsn(OWNER), max_size=2)
    try:
        (found,) = verify_views(owner, shop.site.site, "work", shop.site.clock, tell=print)
    finally:
        owner.close()
    rows = {each.table: each.live_rows for each in found.tables if each.table in WORK_TABLES}
    assert all(rows[table] for table in WORK_TABLES), rows
    assert [each.table for each in found.tables if not each.equal] == []


def test_the_web_of_staff_works_and_reads_and_a_tenants_sees_nothing(shop: Shop) -> None:
    site = shop.site
    web = Database(site.server.dsn(WEB), max_size=2, scope=STAFF)
    try:
        desk = WorkOrderDesk(web, site.site, site.clock)
        order = desk.open(shop.job(), "normal", by=ANNA, command_id=command("by web"))
    finally:
        web.close()
    assert shop.order_row(order).owner == ANNA
    with site.writer.connection() as connection:
        schema = site.schema
        every = [
            len(read_orders(connection, schema, named=name))
            for name in ("w-2019-00001", order.hex[:8], str(order), "W-2019-00002", "ffff")
        ]
        mine = [len(read_orders(connection, schema, doer=who)) for who in (ANNA, BEN)]
    assert (every, mine) == ([1, 1, 1, 0, 0], [1, 0])
    for scope, seen in ((STAFF, 1), ("tenant", 0)):
        pool = Database(site.server.dsn(WEB), max_size=2, scope=scope)
        try:
            with pool.connection() as connection:
                assert len(read_orders(connection, site.schema)) == seen
                assert len(read_history(connection, site.schema, order)) == seen
        finally:
            pool.close()


@pytest.mark.parametrize("asset", [{"equipment": "Pump 1"}, {"equipment": "E-2019-00001"}])
def test_an_order_of_equipment_that_there_is_not_is_refused(
    shop: Shop, asset: dict[str, str]
) -> None:
    with pytest.raises(WorkError, match="equipment list"):
        shop.order(**asset)


@pytest.mark.parametrize("plan", ["yearly", "M-2019-00001", "m-1"])
def test_an_order_of_a_plan_that_there_is_not_is_refused(shop: Shop, plan: str) -> None:
    with pytest.raises(WorkError, match="equipment plans"):
        shop.order(plan=plan)
    assert shop.order_row(shop.order(plan="C-2019-00001")).plan == "C-2019-00001"
