"""Planned outages asked of a real database in the role of the web: who goes dark, who was told."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from billing.prepaid.office import PrepaidOffice
from billing.prepaid.protected import Protection, ProtectionKind
from dashboards.queries.outage_rows import OutagePage
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from energy.alerting.alert import Alert
from energy.alerting.notices.errors import NoticeError
from energy.alerting.outages.outage import OutageError
from energy.alerting.outages.reads import OutageState
from energy.base.clock import ManualClock
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.base.units import Utility
from tests.billing.town import FIRST
from tests.dashboards.queries.conftest import NOW, WebTown
from tests.fixtures.postgres import command
from tests.fixtures.town_book import PLANNER, SECOND, TownBook

pytestmark = pytest.mark.servers


def scope(web: WebTown, role: Role = Role.DESK, site: str | None = None) -> Scope:
    return Scope(
        person=id_of("person", "x"),
        name="X",
        roles=frozenset({role}),
        sites=frozenset({site or web.town.site.key}),
        tenants=frozenset({"account/A-b1"} if role is Role.TENANT else ()),
    )


@pytest.fixture
def yard(web_town: WebTown) -> tuple[WebTown, TownBook]:
    book = TownBook(town=web_town.town, clock=ManualClock(NOW))
    book.fill()
    at = SqlSite(
        database=web_town.staff,
        site=book.site,
        clock=book.clock,
        vault=web_town.town.vault,
        walled=web_town.database,
    )
    return replace(web_town, queries=SqlQueries(at)), book


def test_a_draft_tells_who_goes_dark_and_what_they_would_read(
    yard: tuple[WebTown, TownBook],
) -> None:
    web, book = yard
    outage = book.planned()
    answer = web.queries.outage(scope(web), outage)
    assert answer is not None
    told = answer.rows
    line = told.standing.line
    assert (line.state, line.name, line.accounts) == (
        OutageState.DRAFT,
        "B1-NODE",
        None,
    )
    assert told.look is not None
    assert told.look.rows is not None
    assert [(row.account, row.party, row.called) for row in told.look.rows] == [
        ("A-b1", "Tenant of b1", ("Ada",)),
        ("A-b2", "Tenant of b2", ()),
    ]
    assert told.look.unreached == ("A-b2",)
    assert [(each.language, "new breaker" in each.text) for each in told.draft] == [
        ("en", True),
        ("zh", True),
    ]
    assert (told.standing.receipts, told.standing.called, told.refusal) == ((), (), None)


def test_who_may_not_see_accounts_is_told_how_many(yard: tuple[WebTown, TownBook]) -> None:
    web, book = yard
    outage = book.planned()
    book.reviewed(outage)
    for role in (Role.KIOSK, Role.VIEWER):
        answer = web.queries.outage(scope(web, role), outage)
        assert answer is not None
        look = answer.rows.look
        assert look is not None
        assert (look.points, look.accounts) == (2, 2)
        assert (look.rows, look.called, look.unreached, answer.rows.standing.called) == (None,) * 4
        assert "A-b1" not in repr(answer)
        assert "Ada" not in repr(answer)


def test_another_site_and_a_tenant_are_refused(yard: tuple[WebTown, TownBook]) -> None:
    web, book = yard
    outage = book.planned()
    for who in (scope(web, site="elsewhere"), scope(web, Role.TENANT)):
        for ask in (
            lambda who=who: web.queries.outages(who),
            lambda who=who: web.queries.outage(who, outage),
            lambda who=who: web.queries.outage_standing(who, outage),
            lambda who=who: web.queries.outage_nodes(who),
            lambda who=who: web.queries.node_outages(who, Utility.ELECTRICITY, "b1-node"),
        ):
            with pytest.raises(NotPermittedError):
                ask()
    with pytest.raises(NotPermittedError):
        web.queries.await_operations(scope(web, site="elsewhere"))
    web.queries.await_operations(scope(web, Role.TENANT))  # what it said at the portal is shown


def test_receipts_are_counted_by_version_and_by_contact(yard: tuple[WebTown, TownBook]) -> None:
    web, book = yard
    outage = book.planned()
    book.reviewed(outage)
    line = web.queries.outages(scope(web)).rows.ahead[0]
    assert line.receipts is not None
    assert (line.accounts, line.receipts.queued) == (2, 1)
    with web.town.database.connection() as connection:
        connection.execute(
            f"UPDATE {book.schema}.notice SET state = 'delivered' WHERE subject = %s".encode(),
            (outage,),
        )
    told = page(web, outage)
    assert [(each.version, each.delivered) for each in told.standing.receipts] == [(1, 1)]
    assert [(each.name, each.way, each.state) for each in told.standing.called or ()] == [
        ("Ada", "sms", "delivered")
    ]
    late = book.desk.change(
        outage,
        ends_at=told.standing.line.ends_at + timedelta(hours=2),
        by=SECOND,
        command_id=uuid4(),
    )
    book.settle()
    told = page(web, outage)
    assert (late, told.standing.line.state) == (2, OutageState.CHANGED)
    assert told.standing.line.holds == 1
    assert len(told.draft) == 2
    book.reviewed(outage, by=PLANNER)
    told = page(web, outage)
    assert [(each.version, each.delivered, each.queued) for each in told.standing.receipts] == [
        (2, 0, 1),
        (1, 1, 0),
    ]
    assert [each.state for each in told.standing.called or ()] == ["queued"]


def page(web: WebTown, outage: object) -> OutagePage:
    answer = web.queries.outage(scope(web), outage)  # type: ignore[arg-type]
    assert answer is not None
    return answer.rows


def test_the_board_has_what_runs_what_comes_and_what_is_past(
    yard: tuple[WebTown, TownBook],
) -> None:
    web, book = yard
    clock = book.clock
    assert isinstance(clock, ManualClock)
    soon, later = book.planned(hours=1), book.planned("b2-node", hours=40)
    off = book.planned("b2-node", hours=2)
    book.reviewed(soon)
    book.desk.cancel(off, reason="rain", by=PLANNER, command_id=uuid4())
    book.settle()
    found = web.queries.outages(scope(web)).rows
    assert [each.outage for each in found.ahead] == [soon, later]
    assert [each.outage for each in found.past] == [off]
    clock.move_to(NOW + timedelta(hours=2))
    assert [each.outage for each in web.queries.outages(scope(web)).rows.running] == [soon]
    clock.move_to(NOW + timedelta(hours=5))
    over = page(web, soon)
    assert (over.standing.line.state, over.look) == (OutageState.ENDED, None)
    assert over.standing.called is not None
    assert len(over.standing.called) == 1, "who was told is known for good"
    alone = web.queries.outage_standing(scope(web), soon)
    assert alone is not None
    assert alone.rows == over.standing


def test_a_node_tells_who_would_go_dark_and_what_is_planned_for_it(
    yard: tuple[WebTown, TownBook],
) -> None:
    web, book = yard
    always = Protection(kind=ProtectionKind.MEDICAL, valid_from=FIRST, valid_to=None)
    PrepaidOffice(book.town.office.books, book.clock).protect(
        "b2-elec", always, note="", by=PLANNER, command_id=command("protect")
    )
    book.town.catch_up()
    outage = book.planned()
    nodes = web.queries.outage_nodes(scope(web))
    assert {each.node for each in nodes} == {"grid", "b1-node", "b2-node"}
    answer = web.queries.node_outages(scope(web), Utility.ELECTRICITY, "b1-node")
    assert answer is not None
    look = answer.rows.look
    assert [row.protected for row in look.rows or ()] == ["medical", ""], "protected loads first"
    assert [each.outage for each in answer.rows.lines] == [outage]
    assert web.queries.node_outages(scope(web), Utility.GAS, "b1-node") is None
    assert web.queries.node_outages(scope(web), Utility.ELECTRICITY, "none") is None


def test_what_the_domain_refuses_is_said_and_who_is_affected_is_shown(web_town: WebTown) -> None:
    book = TownBook(town=web_town.town, clock=ManualClock(NOW))
    book.fill(texts=False)
    outage = book.planned()
    told = page(web_town, outage)
    assert isinstance(told.refusal, NoticeError)
    assert (told.draft, told.look is not None) == ((), True)


def test_a_version_written_meanwhile_is_not_reviewed_unread(yard: tuple[WebTown, TownBook]) -> None:
    _, book = yard
    outage = book.planned()
    book.desk.change(outage, reason="two breakers", by=PLANNER, command_id=uuid4(), seen=1)
    with pytest.raises(OutageError, match="Version 2 was written meanwhile"):
        book.desk.review(outage, by=SECOND, command_id=command("late"), seen=1)
    with pytest.raises(OutageError, match="Version 2 was written meanwhile"):
        book.desk.change(outage, reason="x", by=SECOND, command_id=command("late 2"), seen=1)
    assert book.desk.review(outage, by=SECOND, command_id=command("seen"), seen=2) == 1


def test_an_alert_tells_the_node_that_would_be_switched_off(yard: tuple[WebTown, TownBook]) -> None:
    web, book = yard
    of_meter, of_node = (
        Alert(
            alert=id_of("alert", about),
            rule=id_of("rule", "load"),
            channel=channel,
            severity="high",
            at=NOW,
            value=1,
            limit_value=1,
            historic=False,
            command_id=command("alert", about),
            code="",
            about=about,
        )
        for channel, about in ((1, ""), (0, "node:electricity/b2-node"))
    )
    book.application("operations").store(of_meter, of_node)
    book.settle()
    told = [web.queries.alert(scope(web), each.id) for each in (of_meter, of_node)]
    assert [each and each.rows.node for each in told] == [
        ("electricity", "b1-node"),
        ("electricity", "b2-node"),
    ]
