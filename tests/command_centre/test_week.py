"""One week of a command centre: forty-two faults, each told once to whom it concerns, and its end.

What is expected stands in week.toml, written by hand; what happened is read from the tables and
from what the gateways outside have taken. An alert that no row names is a false alarm.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable, Iterator
from datetime import timedelta
from itertools import chain
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from energy.alerting.actor_reads import read_raised
from energy.alerting.actors import figures
from energy.base.period import Period
from energy.store.pool import Database
from processes.view_rebuild import rebuild_views, verify_views
from tests.command_centre.centre import Centre
from tests.command_centre.outside import outside
from tests.command_centre.shift import alerts, alerts_of, is_of
from tests.command_centre.table import ZONE, Fault, Week, read_week
from tests.fixtures.postgres import TestSite

pytestmark = pytest.mark.servers
CRITICAL, HIGH, MEDIUM = "critical", "high", "medium"
PROMPT = {CRITICAL: timedelta(minutes=5), HIGH: timedelta(minutes=5), MEDIUM: timedelta(minutes=15)}
"""How long after it was raised an alert is with a gateway; readings come every five minutes."""
Row = dict[str, Any]
Play = Callable[[Week], Centre]


@pytest.fixture
def play(
    new_site: Any, directory: Database, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> Iterator[Play]:
    made: list[Centre] = []
    with outside() as there:

        def play(week: Week) -> Centre:
            site: TestSite = new_site("Asia/Shanghai", at=week.first)
            centre = Centre(site=site, week=week, folder=tmp_path, outside=there)
            made.append(centre)
            centre.found(monkeypatch)
            centre.play()
            return centre

        yield play
        for centre in made:
            centre.close()


def test_a_day_with_a_trip_shelves_and_a_planned_outage(play: Play) -> None:
    week = read_week().cut("wed 06:00", "thu 06:30")
    assert [each.number for each in week.faults] == [*range(15, 23), 42]
    judge(play(week))


@pytest.mark.slow
def test_a_week_of_forty_two_faults(play: Play) -> None:
    week = read_week()
    assert [each.number for each in week.faults] == list(range(1, 43))
    centre = play(week)
    keep(centre)
    judge(centre)


def judge(centre: Centre) -> None:
    """Hold what happened against the table, then fold everything anew."""
    every = alerts(centre.site)
    parents = [row for row in every if row["parent"] is None]
    found = {fault.number: one_of(fault, every) for fault in centre.week.faults}
    for fault in centre.week.faults:
        row = found[fault.number]
        was_raised_as_expected(fault, row, every)
        was_told_to_whom_it_concerns(centre, fault, row)
        ended_as_expected(fault, row)
    named = [row["alert"] for row in found.values()]
    named += [row["alert"] for fault in centre.week.faults for row in beside(fault, parents, named)]
    assert len(named) == len(set(named)), "one alert for two faults"
    false = [row for row in parents if row["alert"] not in named and usual(centre, row) is None]
    assert false == [], "false alarms"
    nobody_was_woken_by_what_is_quiet(centre, every)
    nothing_was_lost_or_told_twice(centre)
    a_replay_raises_and_sends_nothing(centre)


def one_of(fault: Fault, every: list[Row]) -> Row:
    """Return the one alert of a fault: never none, never two."""
    rows = alerts_of(fault, every)
    assert len(rows) == 1, (fault.number, fault.what, rows)
    return rows[0]


def was_raised_as_expected(fault: Fault, row: Row, every: list[Row]) -> None:
    children = [each for each in every if each["parent"] == row["alert"]]
    assert len(children) == fault.alert.get("children", 0), (fault.number, children)
    assert row["severity"] == fault.alert["severity"], fault.number
    assert row["historic"] == fault.alert.get("historic", False), fault.number


def was_told_to_whom_it_concerns(centre: Centre, fault: Fault, row: Row) -> None:
    told = notices_of(centre, row["alert"], "alert")
    assert Counter(each["contact"] for each in told) == fault.told, (fault.number, told)
    steps = [(each["contact"], each["level"], each["repeat"]) for each in told]
    assert len(steps) == len(set(steps)), (fault.number, told)
    assert all(each["state"] in {"delivered", "handed"} for each in told), (fault.number, told)
    if told:
        begun = max(row["raised_at"], fault.begins)
        by = fault.told_by or begun + PROMPT[row["severity"]]
        assert min(each["handed_at"] for each in told) <= by, (fault.number, told)
        assert fault.way in {"", told[0]["gateway"]}, (fault.number, told)
    over = notices_of(centre, row["alert"], "over")
    knows_the_end = fault.told if row["severity"] in {CRITICAL, HIGH} else {}
    assert Counter(each["contact"] for each in over) == dict.fromkeys(knows_the_end, 1)


def ended_as_expected(fault: Fault, row: Row) -> None:
    last = (fault.number, row)
    assert row["cleared_at"] is not None, last
    assert row["closed_at"] is not None, last
    assert row["cause"] == fault.seen.get("cause", ""), last
    assert (row["seen"] is None) == (not fault.seen), last
    match fault.end:
        case "closed":
            assert row["cause"], last
            assert row["closed_at"] > row["cleared_at"], last
        case "known":
            assert row["closed_at"] == row["cleared_at"] >= row["seen"], last
        case "by_itself":
            assert row["closed_at"] == row["cleared_at"], last
        case other:
            raise AssertionError(other)
    if fault.shelve:
        assert row["severity"] == HIGH, "the plan escalates it where nobody shelves it"


def beside(fault: Fault, parents: list[Row], named: list[UUID]) -> list[Row]:
    """Return what else the same fault raises, and the table says so."""
    if not fault.beside:
        return []
    near = timedelta(minutes=30)
    rows = [
        row
        for row in parents
        if row["alert"] not in named
        and is_of(row, fault.beside)
        and fault.begins <= row["raised_at"] <= fault.begins + near
    ]
    assert len(rows) == fault.beside["number"], (fault.number, rows)
    return rows


def usual(centre: Centre, row: Row) -> str | None:
    """Return why a rule raises on a day like any other; None where the table knows no reason."""
    return centre.week.usual.get(row["key"])


def nobody_was_woken_by_what_is_quiet(centre: Centre, every: list[Row]) -> None:
    """Hold that children, old readings and what is expected were told to nobody meanwhile."""
    for row in every:
        if row["parent"] is not None or row["historic"]:
            assert notices_of(centre, row["alert"], "alert") == [], row
    low = [row for row in every if row["severity"] == "low"]
    assert not any(notices_of(centre, row["alert"], "alert") for row in low), "no duty for low"


def nothing_was_lost_or_told_twice(centre: Centre) -> None:
    """Hold the ledger of the gateways against the notices, key by key."""
    rows = centre.site.rows("SELECT notice, state, gateway, about, repeat FROM {s}.notice")
    states = Counter(state for _, state, *_ in rows)
    assert states.keys() <= {"delivered", "handed", "withdrawn"}, states
    handed = {str(notice) for notice, state, gateway, *_ in rows if state == "delivered"}
    web = chain(centre.outside.first.desk.taken, centre.outside.second.desk.taken)
    taken = Counter(each.key for each in web)
    assert taken.keys() == handed, "what a gateway took is a notice, and every one was taken"
    lost = 1 if any(each.number == 36 for each in centre.week.faults) else 0
    assert sorted(taken.values(), reverse=True)[: lost + 1] == [2] * lost + [1]
    mails = [each for each in rows if each[1] == "handed"]
    assert len(centre.outside.mail.mails) == len(mails)
    tenants = [(about, repeat) for *_, about, repeat in rows if about == "outage"]
    editions = {version: len(centre.tenants) for version in {repeat for _, repeat in tenants}}
    assert centre.tenants and Counter(repeat for _, repeat in tenants) == editions


def a_replay_raises_and_sends_nothing(centre: Centre) -> None:
    site = centre.site
    count = "SELECT count(*), max(notification_id) FROM {s}.operations_events"
    before, taken = site.rows(count), centre.outside.number
    rows = site.rows("SELECT a::text FROM {s}.alert AS a ORDER BY alert")
    for verified in verify_views(centre.owner, site.site, "all", site.clock, tell=_nobody):
        assert verified.equal, verified
    rebuild_views(centre.owner, site.site, "operations", site.clock, wait_s=5, tell=_nobody)
    centre.work()
    assert (site.rows(count), centre.outside.number) == (before, taken)
    assert site.rows("SELECT a::text FROM {s}.alert AS a ORDER BY alert") == rows


def _nobody(*_: object) -> None:
    """Be told how far it has come."""


def notices_of(centre: Centre, alert: UUID, about: str) -> list[Row]:
    """Return what was told of an alert, the first first; what was withdrawn was told to nobody."""
    names = ("contact", "way", "state", "level", "repeat", "gateway", "handed_at")
    rows = centre.site.rows(
        "SELECT c.key, n.way, n.state, n.level, n.repeat, n.gateway, n.handed_at "
        "FROM {s}.notice AS n JOIN {s}.contact AS c USING (contact) "
        "WHERE n.subject = %s AND n.about = %s AND n.state <> 'withdrawn' "
        "ORDER BY n.handed_at, n.position",
        alert,
        about,
    )
    return [dict(zip(names, row, strict=True)) for row in rows]


def keep(centre: Centre) -> None:
    """Write what the desk saw where METERLINE_WEEK_KEPT names a file: the page tells it."""
    file = os.environ.get("METERLINE_WEEK_KEPT")
    if not file:
        return
    site, lines = centre.site, [f"{centre.steps} steps"]
    every = alerts(site)
    for row in every:
        if row["parent"] is None:
            children = sum(each["parent"] == row["alert"] for each in every)
            times = [
                at and at.astimezone(ZONE).strftime("%a %H:%M")
                for at in (row[name] for name in ("raised_at", "cleared_at", "closed_at", "seen"))
            ]
            about = row["point"] or row["about"]
            told = [
                f"{n['contact']}/{n['level']}" for n in notices_of(centre, row["alert"], "alert")
            ]
            lines.append(
                f"{times} {row['key'] or row['code']} {about} {row['severity']} "
                f"children {children} {row['cause']} {row['suppressed']} {told}"
            )
    days = [(f"day {n}", n, n + 1) for n in range(7)] + [("week", 0, 7)]
    for name, first, last in days:
        begin = centre.week.begins
        period = Period(start=begin + timedelta(days=first), end=begin + timedelta(days=last))
        with site.writer.connection() as connection:
            told_of = figures(read_raised(connection, site.schema, period), period)
        lines.append(f"{name}: {told_of}")
    ways = site.rows("SELECT way, gateway, state, count(*) FROM {s}.notice GROUP BY 1, 2, 3")
    lines += [str(row) for row in ways]
    lines += [each.text for each in centre.outside.first.desk.taken]
    Path(file).write_text("\n".join(lines), encoding="utf-8")
