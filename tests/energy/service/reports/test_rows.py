"""What a report tells of the service: as it stood at the end of its span, whatever came later."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from energy.alerting.outages.desk import OutageDesk
from energy.base.ids import id_of
from energy.base.period import Period
from energy.service.reports.rows import service_tables
from energy.service.reports.table import Cell, ReportTable
from tests.energy.alerting.notices import book
from tests.energy.service.duty.offices import Office
from tests.energy.service.duty.rota import BOSS
from tests.energy.service.work.shop import CLARA, Shop, fold
from tests.fixtures.postgres import TestSite, command
from tests.fixtures.supply import STATION, electricity

pytestmark = pytest.mark.servers
HOUR = timedelta(hours=1)


def tables(site: TestSite, period: Period) -> dict[str, ReportTable]:
    fold(site)
    with site.writer.transaction() as connection:
        return {each.key: each for each in service_tables(connection, site.site, period)}


def row(table: ReportTable, number: int = 0) -> dict[str, Cell]:
    return table.dicts()[number]


def test_an_incident_is_told_as_it_stood_at_the_end_of_the_span(site_schema: TestSite) -> None:
    shop = Shop(site_schema)
    shop.publish()
    begin = site_schema.clock.now()
    span = Period(start=begin, end=begin + HOUR)
    incident = shop.open()
    site_schema.clock.move_to(begin + timedelta(minutes=20))
    shop.do(incident, "respond")
    during = row(tables(site_schema, span)["incidents"])
    assert (during["state"], during["response"], during["response_kept"]) == (
        "under_way",
        20,
        "broken",
    )
    assert (during["solution"], during["solution_kept"]) == (60, "kept")
    site_schema.clock.move_to(begin + 2 * HOUR)
    shop.do(incident, "diagnose", problem="no_supply", cause="device", words="burnt")
    shop.do(incident, "resolve")
    assert row(tables(site_schema, span)["incidents"]) == during
    later = Period(start=span.end, end=begin + 3 * HOUR)
    assert row(tables(site_schema, later)["incidents"])["state"] == "resolved"
    before = Period(start=begin - HOUR, end=begin)
    assert tables(site_schema, before)["incidents"].rows == ()


def test_an_order_says_whether_it_was_late_then(site_schema: TestSite) -> None:
    shop = Shop(site_schema)
    shop.publish()
    begin = site_schema.clock.now()
    order = shop.order(due_at=begin + HOUR)
    first = Period(start=begin, end=begin + HOUR)
    site_schema.clock.move_to(begin + 3 * HOUR)
    second = Period(start=first.end, end=begin + 2 * HOUR)
    told = [row(tables(site_schema, each)["orders"]) for each in (first, second)]
    assert [(each["state"], each["kept"]) for each in told] == [
        ("open", "kept"),
        ("open", "broken"),
    ]
    shop.work(order, "cancel", by=CLARA, reason="needless")
    assert row(tables(site_schema, second)["orders"]) == told[1]


def test_what_was_opened_again_behind_the_span_was_over_at_its_end(
    site_schema: TestSite,
) -> None:
    shop = Shop(site_schema)
    shop.publish()
    begin = site_schema.clock.now()
    kept, closed = shop.open("kept"), shop.open("closed")
    acts: tuple[tuple[int, str, dict[str, Any]], ...] = (
        (10, "respond", {}),
        (20, "diagnose", {"problem": "no_supply", "cause": "device", "words": "burnt"}),
        (40, "resolve", {}),
    )
    for minute, act, more in acts:
        site_schema.clock.move_to(begin + timedelta(minutes=minute))
        for incident in (kept, closed):
            shop.do(incident, act, **more)
    site_schema.clock.move_to(begin + timedelta(minutes=50))
    shop.do(closed, "close", by=CLARA)
    first = Period(start=begin, end=begin + HOUR)
    second = Period(start=first.end, end=first.end + HOUR)
    before = [tables(site_schema, each)["incidents"] for each in (first, second)]
    assert [row(before[0], place)["state"] for place in (0, 1)] == ["resolved", "closed"]
    assert len(before[1].rows) == 1  # what was closed before a span is none of it
    site_schema.clock.move_to(begin + 5 * HOUR)
    for incident in (kept, closed):
        shop.do(incident, "reopen", "dark again", now=site_schema.clock.now())
    assert [tables(site_schema, each)["incidents"] for each in (first, second)] == before
    third = Period(start=begin + 4 * HOUR, end=begin + 6 * HOUR)
    again = tables(site_schema, third)["incidents"].dicts()
    assert [each["state"] for each in again] == ["under_way", "under_way"]
    assert [each["solution"] for each in again] == [100, 100]  # not while it seemed to be over


def test_an_order_sent_back_behind_the_span_was_done_at_its_end(site_schema: TestSite) -> None:
    shop = Shop(site_schema)
    shop.publish()
    begin = site_schema.clock.now()
    order = shop.order(due_at=begin + HOUR)
    for act in ("take", "begin", "finish"):
        now: dict[str, Any] = dict.fromkeys(("at", "now"), site_schema.clock.now())
        shop.work(order, act, **(now if act == "begin" else {}))
        site_schema.clock.move_to(site_schema.clock.now() + timedelta(minutes=10))
    span = Period(start=begin, end=begin + 2 * HOUR)
    site_schema.clock.move_to(span.end)
    before = tables(site_schema, span)["orders"]
    assert [row(before)[key] for key in ("state", "kept")] == ["done", "kept"]
    site_schema.clock.move_to(begin + 3 * HOUR)
    shop.work(order, "refuse", "the cover is missing", by=CLARA)
    assert tables(site_schema, span)["orders"] == before
    later = Period(start=begin + 3 * HOUR, end=begin + 4 * HOUR)
    told = row(tables(site_schema, later)["orders"])
    assert [told[key] for key in ("state", "kept")] == ["under_way", "broken"]


def test_an_outage_is_told_as_it_was_planned_at_the_end_of_the_span(site_schema: TestSite) -> None:
    clock = site_schema.clock
    site_schema.application("metering").store(electricity(site_schema.site.key, *STATION))
    site_schema.project()
    book.texts(site_schema)
    book.plan(site_schema)
    fold(site_schema)
    desk = OutageDesk(site_schema.writer, site_schema.site, clock, lambda _points, _day: [])
    begin = clock.now()
    span = Period(start=begin, end=begin + 2 * HOUR)
    outage = desk.plan(
        "node:electricity/f1",
        begins_at=begin + HOUR,
        ends_at=begin + 4 * HOUR,
        reason="breaker",
        by=BOSS,
        command_id=command("plan"),
    )
    desk.review(outage, by=CLARA, command_id=command("review"))
    clock.move_to(span.end)
    before = tables(site_schema, span)["outages"]
    assert [row(before)[key] for key in ("outage", "state")] == [outage.hex[:8], "told"]
    clock.move_to(span.end + HOUR)
    late = {"ends_at": begin + 6 * HOUR, "reason": "no crane"}
    desk.change(outage, **late, by=BOSS, command_id=command("change"))
    assert tables(site_schema, span)["outages"] == before
    desk.review(outage, by=CLARA, command_id=command("again"))
    assert tables(site_schema, span)["outages"] == before
    desk.cancel(outage, reason="rain", by=CLARA, command_id=command("off"))
    assert tables(site_schema, span)["outages"] == before
    later = Period(start=span.end, end=span.end + 2 * HOUR)
    told = row(tables(site_schema, later)["outages"])
    assert [told[key] for key in ("state", "reason")] == ["cancelled", "rain"]


def test_a_permit_that_is_out_is_told_however_old_its_order_is(site_schema: TestSite) -> None:
    now = site_schema.clock.now()
    old = now - timedelta(days=90)
    order, person = id_of("order"), BOSS
    site_schema.rows(
        "INSERT INTO {s}.switching_order (switching_order, number, about, reason, begins_at, "
        "ends_at, operator, guardian, template, version, name, permit_after, request, state, "
        "author, written_at, position) VALUES (%s, 'S-2018-00001', 'node:electricity/t1', 'work', "
        "%s, %s, %s, %s, 'isolate', 1, '{{}}', 1, '{{}}', 'completed', %s, %s, 1) RETURNING 1",
        *(order, old, old + HOUR, person, person, person, old),
    )
    site_schema.rows(
        "INSERT INTO {s}.switching_permit (switching_order, permit, what, place, earthed_at, "
        "holder, valid_until, given_by, given_at, position) VALUES (%s, 1, 'new cable', 'yard', "
        "'T1', %s, %s, %s, %s, 1) RETURNING 1",
        *(order, person, old + HOUR, person, old),
    )
    told = tables(site_schema, Period(start=now, end=now + HOUR))["permits"].dicts()
    assert [(each["permit"], each["kept"]) for each in told] == [("S-2018-00001/1", "broken")]


def test_every_handover_of_a_span_is_told_however_many_came_since(site_schema: TestSite) -> None:
    begin = site_schema.clock.now()
    site_schema.rows(
        "INSERT INTO {s}.handover (handover, post, state, since, goes, offered_at, points, alerts, "
        "outages, position) SELECT gen_random_uuid(), 'desk', 'offered', %s, %s, "
        "%s::timestamptz + n * interval '1 hour', '[]', '[]', '[]', n "
        "FROM generate_series(0, 449) AS n RETURNING 1",
        *(begin, BOSS, begin),
    )
    told = tables(site_schema, Period(start=begin, end=begin + 3 * HOUR))["handovers"]
    assert len(told.rows) == 3


def test_an_alert_put_under_a_later_one_stood_for_itself(site_schema: TestSite) -> None:
    begin = site_schema.clock.now()
    span = Period(start=begin, end=begin + HOUR)
    insert = (
        "INSERT INTO {s}.alert (alert, rule, channel, severity, raised_at, value, limit_value, "
        "historic, parent, position, name) VALUES (%s, gen_random_uuid(), 1, 'high', %s, 1, 1, "
        "false, %s, 1, %s) RETURNING 1"
    )
    minute, up = timedelta(minutes=1), [id_of("alert", name) for name in ("in", "behind")]
    for name, at, parent in (("in", 5, None), ("behind", 90, None), ("a", 10, 0), ("b", 20, 1)):
        above = None if parent is None else up[parent]
        site_schema.rows(insert, id_of("alert", name), begin + at * minute, above, name)
    told = tables(site_schema, span)["alerts"].dicts()
    assert [each["what"] for each in told] == ["in", "b"]


def test_roster_handover_and_open_points_of_a_shift(site_schema: TestSite) -> None:
    office = Office(site_schema)
    office.go_to(0, 8)
    entry = office.log.tell("pump 2 hums", stays_open=True, by=BOSS, command_id=command("tell"))
    office.go_to(0, 20)
    span = Period(start=office.instant(0, 7), end=office.instant(0, 19))
    office.log.close(entry, "mended", by=BOSS, command_id=command("close"))
    told = tables(site_schema, span)
    assert {(each["shift"], each["post"]) for each in told["roster"].dicts()} >= {("day", "desk")}
    assert [each["what"] for each in told["points"].dicts()] == ["pump 2 hums"]
    assert told["handovers"].rows == ()
    night = Period(start=span.end, end=office.instant(1, 7))
    assert tables(site_schema, night)["points"].rows == ()


def test_alerts_are_counted_with_how_soon_somebody_saw_them(site_schema: TestSite) -> None:
    begin = site_schema.clock.now()
    insert = (
        "INSERT INTO {s}.alert (alert, rule, channel, severity, raised_at, value, limit_value, "
        "historic, cleared_at, acknowledged_at, position, name) VALUES "
        "(gen_random_uuid(), gen_random_uuid(), 1, %s, %s, 1, 1, false, %s, %s, 1, %s) "
        "RETURNING 1"
    )
    minute = timedelta(minutes=1)
    for severity, raised, cleared, seen in (
        ("high", 5, 30, 9),
        ("high", 10, None, 90),
        ("high", 20, 200, 21),
        ("critical", -30, 10, None),
    ):
        ends = [None if each is None else begin + each * minute for each in (cleared, seen)]
        site_schema.rows(insert, severity, begin + raised * minute, *ends, "=load")
    span = Period(start=begin, end=begin + HOUR)
    told = tables(site_schema, span)
    counted = {str(each["severity"]): each for each in told["severities"].dicts()}
    assert [counted["high"][key] for key in ("raised", "acknowledged", "open")] == [3, 2, 2]
    assert (counted["high"]["response"], counted["high"]["longest"]) == (1, 4)
    assert (counted["critical"]["raised"], counted["critical"]["open"]) == (0, 0)
    assert [each["response"] for each in told["alerts"].dicts()] == [4, None, 1]
    assert {each["what"] for each in told["alerts"].dicts()} == {"=load"}
