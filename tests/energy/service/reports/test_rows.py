"""What a report tells of the service: as it stood at the end of its span, whatever came later."""

from __future__ import annotations

from datetime import timedelta

import pytest

from energy.base.period import Period
from energy.service.reports.rows import service_tables
from energy.service.reports.table import Cell, ReportTable
from tests.energy.service.duty.offices import Office
from tests.energy.service.duty.rota import BOSS
from tests.energy.service.work.shop import CLARA, Shop, fold
from tests.fixtures.postgres import TestSite, command

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
