"""Switching orders asked of a real database in the role of the web: accounts to who may know."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from uuid import UUID, uuid4

import pytest
from pypdf import PdfReader

from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from energy.base.clock import ManualClock
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.service.switching.kinds import RequestKind, SwitchingState
from tests.dashboards.queries.conftest import NOW, WebTown
from tests.energy.service.switching.board import (
    CENTRE,
    CHIEF,
    GUARDIAN,
    HOLDER,
    OPERATOR,
    permit,
    planned,
)
from tests.fixtures.town_book import TownBook
from tests.fixtures.town_switching import ask, desk_of, written

pytestmark = pytest.mark.servers
NUMBER = "S-2019-00001"


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


def act(book: TownBook, order: UUID, verb: str, by: UUID, *said: object, **more: object) -> None:
    desk_of(book).act(order, lambda it: getattr(it, verb)(*said, by=by, command_id=uuid4(), **more))


def at_work(book: TownBook, order: UUID) -> None:
    """Carry an order out up to its permit, and give that."""
    act(book, order, "approve", CHIEF)
    act(book, order, "release", CENTRE, now=book.clock.now())
    for step in (1, 2, 3):
        act(book, order, "tell", GUARDIAN, step)
        act(book, order, "read_back", OPERATOR, step)
    given = permit(valid_until=NOW.replace(hour=23))
    act(book, order, "give_permit", GUARDIAN, given, now=book.clock.now())
    book.settle()


def test_the_board_has_orders_permits_and_requests_that_no_order_carries_out(
    yard: tuple[WebTown, TownBook],
) -> None:
    web, book = yard
    first, second = ask(book, "A-b1"), ask(book, "A-b2")
    order = written(book, "b1-node", first)
    other = written(book, "b2-node", second)
    at_work(book, order)
    act(book, other, "withdraw", OPERATOR, "rain")
    book.settle()
    told = web.queries.switching(scope(web)).rows
    assert [(row.number, row.state) for row in told.orders] == [(NUMBER, SwitchingState.UNDER_WAY)]
    assert [row.state for row in told.past] == [SwitchingState.WITHDRAWN]
    assert told.waiting is not None
    (waits,) = told.waiting  # withdrawn, it is to be carried out by another one
    assert (waits.reference, waits.kind, waits.ready) == (second, RequestKind.DISCONNECT, True)
    assert [(each.number, each.permit.holder) for each in told.permits] == [(NUMBER, HOLDER)]
    assert told.names.node(told.orders[0].about) == "B1-NODE"
    below = written(book, "b2-node")  # it hangs on b1's node
    page = web.queries.switching_order(scope(web), "S-2019-00003")
    assert page is not None
    assert page.rows.story.order.switching_order == below
    assert [each.number for each in page.rows.held_by] == [NUMBER]
    act(book, order, "return_permit", HOLDER)
    book.settle()
    assert web.queries.switching(scope(web)).rows.permits == ()


def test_accounts_of_requests_are_told_to_who_may_know_them(
    yard: tuple[WebTown, TownBook],
) -> None:
    web, book = yard
    written(book, "b1-node", ask(book, "A-b1"))
    ask(book, "A-b2")
    for role, knows in ((Role.DESK, True), (Role.BILLING_CLERK, True), (Role.VIEWER, False)):
        who = scope(web, role)
        board, page = web.queries.switching(who), web.queries.switching_order(who, NUMBER)
        assert page is not None
        assert page.rows.story.order.request["kind"] == "disconnect"
        for answer in (board, page):
            assert ("A-b1/1" in repr(answer)) == knows
        assert ("A-b2/1" in repr(board)) == knows


def test_a_page_names_the_order_back_and_the_paper_is_the_rooms(
    yard: tuple[WebTown, TownBook],
) -> None:
    web, book = yard
    order = written(book, "b1-node")
    at_work(book, order)
    act(book, order, "return_permit", HOLDER)
    act(book, order, "abort", OPERATOR, "rain")
    again = planned(begins_at=NOW, ends_at=NOW.replace(hour=23))
    back = desk_of(book).write_back(order, again, by=OPERATOR, command_id=uuid4())
    book.settle()
    page = web.queries.switching_order(scope(web), NUMBER)
    assert page is not None
    assert (page.rows.related, page.rows.back_gone) == ({back: "S-2019-00002"}, False)
    act(book, back, "withdraw", OPERATOR, "rain")
    book.settle()
    page = web.queries.switching_order(scope(web), NUMBER)
    assert page is not None
    assert page.rows.back_gone
    paper = web.queries.switching_paper(scope(web), NUMBER, "en")
    assert paper is not None
    assert NUMBER in PdfReader(BytesIO(paper)).pages[0].extract_text()
    assert web.queries.switching_order(scope(web), "S-2019-00009") is None
    assert web.queries.switching_paper(scope(web), "S-2019-00009", "en") is None


def test_a_new_order_is_made_of_reviewed_templates_and_requests_that_wait(
    yard: tuple[WebTown, TownBook],
) -> None:
    web, book = yard
    ask(book, "A-b1")
    desk_of(book)
    book.settle()
    found = web.queries.switching_choices(scope(web))
    assert [each.key for each in found.templates] == ["feeder-off"]
    assert [each.reference for each in found.waiting] == ["A-b1/1"]
    at_desk = replace(scope(web), confirmed=lambda: False)
    assert web.queries.switching_choices(at_desk) == found, "to look takes no PIN"
    with pytest.raises(NotPermittedError):
        web.queries.switching_choices(scope(web, Role.VIEWER))


def test_another_site_and_a_tenant_are_refused(yard: tuple[WebTown, TownBook]) -> None:
    web, book = yard
    written(book, "b1-node")
    for who in (scope(web, site="elsewhere"), scope(web, Role.TENANT)):
        for ask_for in (
            lambda who=who: web.queries.switching(who),
            lambda who=who: web.queries.switching_order(who, NUMBER),
            lambda who=who: web.queries.switching_choices(who),
            lambda who=who: web.queries.switching_paper(who, NUMBER, "en"),
        ):
            with pytest.raises(NotPermittedError):
                ask_for()


def test_the_newest_version_of_a_template_is_told_with_the_one_in_use(
    yard: tuple[WebTown, TownBook],
) -> None:
    web, book = yard
    desk = desk_of(book)
    book.settle()
    (newest,) = web.queries.switching_templates(scope(web))
    first = web.queries.switching_template(scope(web), newest.key)
    assert first is not None
    assert (first.row.version, first.in_use) == (1, 1)
    plan = replace(newest.plan, steps=newest.plan.steps[:2], permit_after=0)
    desk.draft(plan, by=OPERATOR, command_id=uuid4())
    book.settle()
    draft = web.queries.switching_template(scope(web), newest.key)
    assert draft is not None
    assert (draft.row.version, draft.row.reviewed_by, draft.in_use) == (2, None, 1)
    assert web.queries.switching_template(scope(web), "none") is None
