"""What is decided of a run, asked of a real database in the role of the web process."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from billing.runs.decision import Choice
from dashboards.commands import Commands, RunChoice
from dashboards.pages.bills.tables import run_sheet
from dashboards.pages.parts import Parts
from dashboards.queries import sql_runs
from dashboards.queries.run_rows import RunReview
from dashboards.queries.sql import SqlQueries
from dashboards.security.scope import Role, Scope
from dashboards.settings import WebSettings
from dashboards.theme import Theme
from dashboards.viewer import Viewer
from energy.base.errors import NotPermittedError, RefusedError
from energy.base.units import Utility
from energy.journal.corrections import Corrections as ReadingCorrections
from energy.metering.reading import Reading
from energy.views.registry import load_channels
from tests.billing.corrections.story import midnight_of
from tests.billing.town import APPROVER, CLERK, FIRST, Town, count_at
from tests.dashboards.fakes import commands_with
from tests.dashboards.queries.conftest import WebTown

pytestmark = pytest.mark.servers
LATER = FIRST.replace(day=4)
MIDNIGHT = midnight_of(LATER)


def scope(town: Town, role: Role, person: object = CLERK) -> Scope:
    return Scope(
        person=person,  # type: ignore[arg-type]
        name="X",
        roles=frozenset({role}),
        sites=frozenset({town.site.key}),
    )


def idle_day(town: Town) -> None:
    """Read a day on which the first meter counts nothing more."""
    still = count_at(1, datetime(2019, 1, 4, tzinfo=UTC))
    at = midnight_of(LATER.replace(day=5))
    town.accept(
        [
            Reading(channel=n, at=at, count=still if n == 1 else count_at(n, at))
            for n in (1, 2, 3, 4)
        ]
    )
    town.catch_up()


def commands(web: WebTown) -> Commands:
    office = web.town.new_office()
    office.database = web.staff
    return commands_with(web.town.site.key, office=office)


def look_at_each(web: WebTown, clerk: Scope, run: UUID, seen: RunReview) -> None:
    """Look at every exception by itself: the idle day beside the days before it."""
    for row in seen.exceptions:
        answer = web.queries.run_exception(clerk, run, row.found.key)
        assert answer is not None
        assert (answer.rows.row.found, answer.rows.version) == (row.found, seen.version)
        if row.found.point is not None:
            assert [day.day for day in answer.rows.days] == [LATER]
            assert [day.day for day in answer.rows.before] == [FIRST.replace(day=3)]
            assert [day.day for day in answer.rows.last_year] == [LATER - timedelta(days=364)]
            assert answer.rows.utility is not None
            assert answer.rows.registers
            assert [(each.first_day, each.last_day) for each in answer.rows.bills] == [
                (FIRST, FIRST.replace(day=3))
            ]
    idle = next(row for row in seen.exceptions if row.found.cause == "zero")
    answer = web.queries.run_exception(clerk, run, idle.found.key)
    assert answer is not None
    assert answer.rows.days[0].usage == 0
    assert (answer.rows.before[0].usage or 0) > 0
    state_reading(web.town, idle.found.point or "")
    answer = web.queries.run_exception(clerk, run, idle.found.key)
    assert answer is not None
    (waiting,) = answer.rows.waiting
    assert (waiting.readings, waiting.reason) == (((MIDNIGHT, "4711.00"),), "misread")
    assert web.queries.run_exception(clerk, run, "none") is None
    assert web.queries.run_exception(clerk, uuid4(), idle.found.key) is None
    with pytest.raises(NotPermittedError):
        web.queries.run_exception(scope(web.town, Role.VIEWER), run, idle.found.key)


def state_reading(town: Town, point: str) -> None:
    """Propose a reading of a point that waits for a second person."""
    with town.database.connection() as connection:
        every = load_channels(connection, town.site.schema).values()
    channel = next(each for each in every if each.point == point)
    ReadingCorrections(town.database, town.site.schema, town.clock).propose(
        channel,
        [(MIDNIGHT, int(4711 / channel.facts.resolution))],
        reason="misread",
        evidence=[],
        by=CLERK,
        command_id=uuid4(),
    )
    town.catch_up()


def test_a_run_is_reviewed_decided_and_approved_as_it_was_seen(web_town: WebTown) -> None:
    town, queries = web_town.town, web_town.queries
    town.bill()
    idle_day(town)
    run = town.open_and_rate(first=LATER, last=LATER)
    town.catch_up()
    clerk, approver = scope(town, Role.BILLING_CLERK), scope(town, Role.BILLING_APPROVER, APPROVER)
    answer = queries.run_review(clerk, run)
    assert answer is not None
    seen = answer.rows
    assert seen.waiting
    first = seen.waiting[0]
    assert first.name.startswith("Tenant of b")
    assert first.invoice in {row.invoice for row in queries.invoices(clerk, run).rows}
    assert seen.before == f"{FIRST}/{FIRST.replace(day=3)}/all/1"
    assert seen.bridge is not None
    assert {each.utility for each in seen.sums} == {"electricity", "gas"}
    assert all(each.before is not None for each in seen.sums)
    look_at_each(web_town, clerk, run, seen)
    act = commands(web_town)
    what = RunChoice(choice=Choice.HOLD, why="looked", keys=frozenset({first.found.key}))
    assert act.decide(clerk, run, seen.version, what) == 1
    assert act.decide(clerk, run, seen.version, what) == 1, "the same press again"
    again = queries.run_review(clerk, run)
    assert again is not None
    assert again.rows.version == seen.version + 1
    assert again.rows.held == {first.found.account: first.name}
    with pytest.raises(RefusedError, match="not what you looked at"):
        act.approve(approver, run, seen.seal)
    rest = frozenset(row.found.key for row in again.rows.waiting)
    if rest:
        other = RunChoice(choice=Choice.ACCEPT, why="right", keys=rest)
        act.decide(clerk, run, again.rows.version, other)
    last = queries.run_review(clerk, run)
    assert last is not None
    with pytest.raises(NotPermittedError):
        act.approve(clerk, run, last.rows.seal)
    act.approve(approver, run, last.rows.seal)
    signed = queries.run_review(clerk, run)
    assert signed is not None
    assert signed.rows.seal == last.rows.seal


def test_a_run_is_read_once_as_it_is_and_anew_when_it_was_drafted_again(
    web_town: WebTown, monkeypatch: pytest.MonkeyPatch
) -> None:
    town, queries, clerk = web_town.town, web_town.queries, scope(web_town.town, Role.BILLING_CLERK)
    read: list[object] = []
    whole = sql_runs.reviewed_run

    def counted(*asked: Any) -> Any:
        read.append(asked[1])
        return whole(*asked)

    monkeypatch.setattr(sql_runs, "reviewed_run", counted)
    run = town.open_and_rate()
    town.catch_up()
    seen = [queries.run_review(clerk, run) for _ in range(3)]
    assert read == [run]
    assert all(each is not None and each.rows == seen[0].rows for each in seen if seen[0])
    run_again = town.open_and_rate(first=FIRST, last=FIRST, accounts=("A-b1",))
    town.catch_up()
    queries.run_review(clerk, run_again)
    queries.run_review(clerk, run)
    assert read == [run, run_again]
    act = commands(web_town)
    found = queries.run_review(clerk, run)
    assert found is not None
    if found.rows.waiting:
        keys = frozenset(row.found.key for row in found.rows.waiting)
        what = RunChoice(choice=Choice.HOLD, why="looked", keys=keys)
        act.decide(clerk, run, found.rows.version, what)
        decided = queries.run_review(clerk, run)
        assert decided is not None
        assert decided.rows.waiting == ()
    with town.database.transaction() as connection:
        connection.execute(
            f"UPDATE {town.site.schema}.invoice SET position = position + 1000 "
            f"WHERE run = '{run}'".encode()
        )
    queries.run_review(clerk, run)
    assert read == [run, run_again, run]


def test_the_list_tells_utilities_and_the_tables_of_a_run_have_rows(web_town: WebTown) -> None:
    town, who = web_town.town, scope(web_town.town, Role.BILLING_CLERK)
    run, _ = town.bill()
    (row,) = web_town.queries.bill_runs(who).rows
    assert row.utilities == (Utility.ELECTRICITY, Utility.GAS)
    settings = WebSettings(
        site_key=town.site.key,
        site_name="Town",
        zone=town.site.zone,
        currency="GBP",
        language="en",
        version="1",
        secure_cookies=False,
    )
    parts = Parts(
        settings=settings,
        queries=web_town.queries,
        commands=commands(web_town),
        accounts=None,  # type: ignore[arg-type]  # no page of this test asks them
        clock=town.clock,
    )
    viewer = Viewer(scope=who, language="en", theme=Theme.LIGHT)
    sheet = run_sheet(parts, viewer, "run_supply", str(run))
    assert sheet is not None
    assert [cells[0] for cells in sheet.rows] == ["Electricity", "Gas"]
    assert run_sheet(parts, viewer, "run_supply", "no-run") is None
    assert run_sheet(parts, viewer, "nothing", str(run)) is None


def test_who_reads_no_bills_reviews_no_run(seen_town: WebTown) -> None:
    queries: SqlQueries = seen_town.queries
    for role in (Role.VIEWER, Role.TECHNICIAN, Role.TENANT, Role.DESK, Role.KIOSK):
        with pytest.raises(NotPermittedError):
            queries.run_review(scope(seen_town.town, role), uuid4())
    assert queries.run_review(scope(seen_town.town, Role.BILLING_CLERK), uuid4()) is None
