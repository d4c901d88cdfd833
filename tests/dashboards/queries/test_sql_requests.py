"""Requests, callers, articles and figures asked of a real database in the role of the web."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import timedelta

import pytest

from billing.accounts.desk import AccountDesk
from billing.accounts.party import Contact, PartyFacts
from billing.books import Books
from dashboards.queries.request_rows import RequestTab
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.service.requests.article import ArticleText
from energy.service.requests.errors import RequestError
from energy.service.requests.kinds import Outcome, RequestKind
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import WEB
from processes.settling import settle
from tests.energy.service.requests.counter import ANNA, BEN, CLARA, Counter
from tests.energy.service.work.shop import fold
from tests.fixtures.postgres import TestSite, command, database_server, new_site, site_schema

__all__ = ["database_server", "new_site", "site_schema"]
pytestmark = pytest.mark.servers


@dataclass
class Board:
    """A site with service levels and a tenant, and the questions of its screens."""

    counter: Counter
    ask: SqlQueries

    def scope(self, role: Role = Role.BILLING_CLERK, person: object = ANNA) -> Scope:
        return Scope(
            person=person,  # type: ignore[arg-type]
            name="X",
            roles=frozenset({role}),
            sites=frozenset({self.counter.site.site.key}),
        )

    def numbers(self, tab: RequestTab, person: object = ANNA) -> list[int]:
        fold(self.counter.site)
        told = self.ask.requests(self.scope(person=person), tab).rows
        assert told.counts[tab] == len(told.calls or told.lines)
        return [int(line.row.number[-5:]) for line in told.lines]


@pytest.fixture
def board(site_schema: TestSite) -> Iterator[Board]:
    counter = Counter(site_schema)
    counter.publish()
    books = Books(site_schema.writer, site_schema.site, site_schema.clock)
    contact = Contact(name="Mia Moss", duty="shop", phone="+44 20 7946 0000")
    facts = PartyFacts(legal_name="The Shop", contacts=(contact,))
    desk = AccountDesk(books, counter.vault)
    desk.put_party("shop", facts, by=None, command_id=command("party"))
    settle(site_schema.writer, site_schema.site, site_schema.clock, "books")
    staff = Database(site_schema.server.dsn(WEB), scope=STAFF)
    at = SqlSite(
        database=staff, site=site_schema.site, clock=site_schema.clock, vault=counter.vault
    )
    yield Board(counter=counter, ask=SqlQueries(at))
    staff.close()


def test_tabs_hold_what_is_mine_unanswered_late_to_be_called_and_closed(board: Board) -> None:
    counter = board.counter
    waits, called, over = (counter.open(name, f"said {name}") for name in ("w", "c", "o"))
    for each in (called, over):
        counter.answer(each)
    counter.do(
        called,
        "call_back",
        id_of("call", "1"),
        due_at=counter.site.clock.now() + timedelta(minutes=30),
        person=BEN,
        now=counter.site.clock.now(),
    )
    counter.do(called, "hand_over", to=CLARA)
    counter.resolve(over)
    counter.do(over, "close")
    assert board.numbers(RequestTab.WAITING) == [1]
    assert board.numbers(RequestTab.LATE) == []
    counter.site.tick(2 * 3600)
    assert board.numbers(RequestTab.OPEN) == board.numbers(RequestTab.MINE) == [1, 2]
    assert board.numbers(RequestTab.MINE, CLARA) == [2], "what is offered, too"
    assert board.numbers(RequestTab.LATE) == [1], "nobody answered within an hour"
    assert board.numbers(RequestTab.CALLS) == [2]
    assert board.numbers(RequestTab.ENDED) == [3]
    told = board.ask.requests(board.scope(), RequestTab.CALLS).rows
    assert [(each.missed, each.tenant_name) for each in told.calls] == [(True, "The Shop")]
    line = board.ask.requests(board.scope(), RequestTab.WAITING).rows.lines[0]
    assert (line.said_first, line.tenant_name, line.late) == ("said w", "The Shop", True)
    assert counter.row(waits).responded_at is None


def test_a_request_tells_what_was_said_and_what_its_own_version_knows(board: Board) -> None:
    counter = board.counter
    request = counter.open("one", kind=RequestKind.COMPLAINT)
    counter.answer(request, "because of June")
    counter.desk.classify(request, "late", by=ANNA, command_id=command("class"))
    fold(counter.site)
    answer = board.ask.request(board.scope(), counter.row(request).number)
    assert answer is not None
    told = answer.rows
    assert [(fact.act.partition(".")[2], words) for fact, words in told.history] == [
        ("opened", "why so much"),
        ("answered", "because of June"),
        ("classed", ""),
    ]
    assert [each.key for each in told.forms.complaints] == ["late", "rude"]
    assert (told.line.clocks.response.stopped, told.line.row.complaint) == (True, "late")
    assert board.ask.request(board.scope(), "R-2019-99999") is None


def test_a_caller_leads_to_the_tenant_with_its_requests(board: Board) -> None:
    counter = board.counter
    counter.open("one")
    fold(counter.site)
    (found,) = board.ask.callers(board.scope(Role.DESK), "020 7946 0000")
    assert (found.party, found.contact) == ("shop", "Mia Moss")
    with pytest.raises(RequestError, match="no telephone number"):
        board.ask.callers(board.scope(), "x")
    answer = board.ask.tenant_desk(board.scope(), "party/shop")
    assert answer is not None
    assert [line.said_first for line in answer.rows.requests] == ["why so much"]
    assert board.ask.tenant_desk(board.scope(), "party/nobody") is None


def test_figures_of_months_and_articles_with_their_use(board: Board) -> None:
    counter = board.counter
    both = {"en": "A broken seal", "zh": "铅封损坏"}
    text = ArticleText(title=both, text=both, tags=["seal"])
    counter.articles.write("broken-seal", text, by=ANNA, command_id=command("write"))
    fold(counter.site)
    draft = board.ask.article(board.scope(), "broken-seal")
    assert draft is not None
    assert draft.rows.held is None
    assert board.ask.articles_found(board.scope(), "seals") == ()
    counter.articles.review("broken-seal", 1, by=BEN, command_id=command("review"))
    request = counter.open("one")
    counter.answer(request, articles=counter.desk.articles(["broken-seal"]))
    counter.resolve(request, Outcome.DONE)
    counter.do(request, "rate", 4, "")
    fold(counter.site)
    assert [each.key for each in board.ask.articles_found(board.scope(), "铅封")] == ["broken-seal"]
    listed = board.ask.articles(board.scope()).rows
    assert listed.uses["broken-seal"].first_contact == 1
    month = counter.site.clock.now().astimezone(counter.site.site.zone).date()
    told = board.ask.request_figures(board.scope(), month).rows
    assert (told.told.heard, told.told.first_contact.of_them, told.told.rated) == (1, 1, 1)
    assert [each.heard for each in told.before] == [0] * 11
    assert told.named["late"]["zh"] == "未按时到场"


def test_who_may_not_read_requests_is_refused_everything(board: Board) -> None:
    away = replace(board.scope(), sites=frozenset({"elsewhere"}))
    for who in (away, board.scope(Role.TENANT), board.scope(Role.TECHNICIAN)):
        for ask in (
            lambda who=who: board.ask.requests(who, RequestTab.OPEN),
            lambda who=who: board.ask.request(who, "R-2019-00001"),
            lambda who=who: board.ask.request_forms(who),
            lambda who=who: board.ask.callers(who, "020 7946 0000"),
            lambda who=who: board.ask.tenant_desk(who, "party/shop"),
            lambda who=who: board.ask.articles(who),
            lambda who=who: board.ask.articles_found(who, "seal"),
            lambda who=who: board.ask.article(who, "broken-seal"),
        ):
            with pytest.raises(NotPermittedError):
                ask()
