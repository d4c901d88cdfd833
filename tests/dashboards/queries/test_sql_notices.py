"""Notices, gateways and texts, asked of a real database in the role of the web."""

from __future__ import annotations

import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from uuid import uuid4

import pytest

from dashboards.notice_commands import NoticeCommands
from dashboards.queries.notice_rows import NoticeTab
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role
from dashboards.selection import selection_of
from energy.alerting.notices.contact import contact_id
from energy.alerting.notices.desk import NoticeDesk
from energy.alerting.notices.errors import NoticeError
from energy.alerting.notices.gateway import GatewayKind, Handed
from energy.alerting.notices.notice import Notice
from energy.alerting.notices.retries import Next, Try, TryOutcome
from energy.alerting.notices.words import TemplateKey, shipped
from energy.base.clock import ManualClock
from energy.base.errors import NotPermittedError
from energy.base.ids import id_of
from energy.store.embedded import EmbeddedPostgres
from tests.billing.conftest import new_town, server
from tests.dashboards.queries.conftest import NOW, WebTown, shown
from tests.dashboards.queries.test_sql_alerts import OPEN, alert, folded, scope
from tests.energy.alerting.notices import book
from tests.fixtures.town_book import TownBook

__all__ = ["server"]
pytestmark = pytest.mark.servers
QUEUED = datetime(2019, 2, 1, 9, 0, tzinfo=UTC)
"""By the town's clock."""
DAY = selection_of("?at=2019-02-01", NOW.date())


@pytest.fixture(scope="module")
def told(server: EmbeddedPostgres) -> Iterator[WebTown]:
    """A town with one alert: one person was reached by the second gateway, another one not."""
    with new_town(server) as town, shown(server, town) as web:
        known = TownBook(town=town, clock=ManualClock(NOW)).known
        for key, phone in (("ada", book.ADA_PHONE), ("eve", book.BEN_PHONE)):
            book.contact(known, town.vault, key, sms=phone)
        for name in ("duty", "managers"):
            book.group(known, name, "ada", "eve")
        spec = tomllib.loads(book.PLAN)
        spec["duty"]["high"]["escalate_s"] = 600
        spec["who"][1]["severity"] = ["critical", "high"]
        book.plan(known, **spec)
        operations = known.application("operations")
        operations.store(alert(OPEN, NOW - timedelta(minutes=2)), *notices(town.site.key))
        folded(town)
        yield web


def notices(site: str) -> list[Notice]:
    """Return what two people were told: Ada by the second gateway, Eve not yet."""
    made = [
        Notice(
            subject=OPEN,
            about="alert",
            template="alert",
            level=1,
            repeat=0,
            contact=contact_id(site, key),
            way="sms",
            severity="high",
            not_before=NOW,
            facts={},
            command_id=uuid4(),
        )
        for key in ("ada", "eve")
    ]
    down = Try(gateway="operator-a", outcome=TryOutcome.DOWN, at=QUEUED)
    following = Next(gateway="operator-b", not_before=QUEUED)
    for each in made:
        each.fail_try(down, reason="refused", following=following, command_id=uuid4())
    made[0].hand(
        Handed(reference="1", segments=2, cost=Decimal("0.090")),
        gateway="operator-b",
        currency="CNY",
        language="en",
        text="As sent",
        with_it=0,
        command_id=uuid4(),
    )
    made[0].deliver(at=NOW, command_id=uuid4())
    return made


def test_a_tab_holds_its_own_and_names_are_for_who_acts(told: WebTown) -> None:
    board = told.queries.notice_board(scope(told, Role.DESK), NoticeTab.ALL, DAY).rows
    assert board.counts == {
        NoticeTab.ALL: 2,
        NoticeTab.WAITING: 1,
        NoticeTab.HANDED: 0,
        NoticeTab.DELIVERED: 1,
        NoticeTab.FAILED: 0,
        NoticeTab.GIVEN_UP: 0,
    }
    assert board.names == {"ada": "Ada", "eve": "Eve"}
    assert board.ways == {"ada": ("sms",), "eve": ("sms",)}
    assert board.planned
    seen = told.queries.notice_board(scope(told, Role.VIEWER), NoticeTab.WAITING, DAY).rows
    (row,) = seen.rows
    assert (row.contact, row.state, row.gateway, row.tries) == ("eve", "queued", "operator-b", 1)
    assert (seen.names, seen.ways) == ({}, {})
    assert "+4416" not in repr((board, seen))


def test_what_waits_is_shown_whenever_it_was_queued_and_the_rest_of_the_time_alone(
    told: WebTown,
) -> None:
    before = selection_of("?at=2019-01-01", NOW.date())
    for tab, rows in ((NoticeTab.WAITING, 1), (NoticeTab.ALL, 0), (NoticeTab.DELIVERED, 0)):
        board = told.queries.notice_board(scope(told), tab, before).rows
        assert len(board.rows) == rows, tab
    assert board.statistics == ()


def test_gateways_tell_what_they_took_and_what_it_cost(told: WebTown) -> None:
    board = told.queries.notice_board(scope(told), NoticeTab.ALL, DAY).rows
    states = {row.gateway: (row.state, row.waiting, row.outcome) for row in board.gateways}
    assert states == {"operator-a": ("down", 0, "down"), "operator-b": ("takes", 1, "")}
    costs = {row.gateway: (row.handed, row.down, row.cost) for row in board.statistics}
    assert costs == {"operator-a": (0, 2, Decimal(0)), "operator-b": (1, 0, Decimal("0.090"))}


def test_a_gateway_that_nothing_went_by_is_listed_where_the_site_has_it(told: WebTown) -> None:
    at = SqlSite(
        database=told.staff,
        site=told.town.site,
        clock=ManualClock(NOW),
        vault=told.town.vault,
        walled=told.database,
        gateways={"operator-b": "sms", "post": "mail"},
    )
    rows = SqlQueries(at).notice_board(scope(told), NoticeTab.ALL, DAY).rows.gateways
    assert [(row.gateway, row.way, row.state) for row in rows] == [
        ("operator-a", "sms", "down"),
        ("operator-b", "sms", "takes"),
        ("post", "mail", "silent"),
    ]


def test_an_alert_tells_who_was_told_and_when_the_next_level_is(told: WebTown) -> None:
    answer = told.queries.alert(scope(told, Role.TECHNICIAN), OPEN)
    assert answer is not None
    page = answer.rows.told
    assert {(row.contact, row.state) for row in page.rows} == {
        ("ada", "delivered"),
        ("eve", "queued"),
    }
    assert (page.level, page.level_at) == (2, QUEUED + timedelta(seconds=600))
    assert page.names["ada"] == "Ada"
    seen = told.queries.alert(scope(told, Role.VIEWER), OPEN)
    assert seen is not None
    assert seen.rows.told.names == {}


def test_a_stranger_to_the_site_reads_nothing(told: WebTown) -> None:
    for role, site in ((Role.TENANT, None), (Role.ADMIN, "elsewhere")):
        who = scope(told, role, site)
        with pytest.raises(NotPermittedError):
            told.queries.notice_board(who, NoticeTab.ALL, DAY)
        with pytest.raises(NotPermittedError):
            told.queries.notice_texts(who)


def test_a_text_is_drafted_by_one_and_reviewed_by_another_as_it_was_read(told: WebTown) -> None:
    town = told.town
    desk = NoticeDesk(told.staff, town.site, town.vault, ManualClock(NOW))
    commands = NoticeCommands(town.site.key, desk)
    author = scope(told, Role.ADMIN)
    second = replace(author, person=id_of("person", "second"))
    key, words = TemplateKey.CLEARED, shipped(TemplateKey.CLEARED)
    with pytest.raises(NotPermittedError):
        commands.draft(scope(told, Role.ENERGY_MANAGER), key, words, seen=0)
    commands.draft(author, key, words, seen=0)
    changed = {**words, "en": {**words["en"], "text": "Over: {what}"}}
    commands.draft(author, key, changed, seen=1)
    with pytest.raises(NoticeError, match="written anew"):
        commands.review(second, key, seen=1)
    with pytest.raises(NoticeError, match="somebody else"):
        commands.review(author, key, seen=2)
    folded(town)
    texts = told.queries.notice_texts(author).rows
    assert (texts.newest[0].version, texts.in_force) == (2, {})
    commands.review(second, key, seen=2)
    folded(town)
    texts = told.queries.notice_texts(author).rows
    assert texts.in_force["cleared"]["en"]["text"] == "Over: {what}"
    assert (texts.signature["en"], texts.blocked) == ("Airport Energy", ())


def test_a_test_message_pressed_twice_in_a_minute_is_one(told: WebTown) -> None:
    town = told.town
    desk = NoticeDesk(told.staff, town.site, town.vault, ManualClock(NOW))
    commands = NoticeCommands(town.site.key, desk)
    who = scope(told, Role.DESK)
    sent = [commands.send_test(who, "ada", GatewayKind.SMS, minute="10:07") for _ in range(2)]
    assert sent[0] == sent[1]
    with pytest.raises(NotPermittedError):
        commands.send_test(scope(told, Role.VIEWER), "ada", GatewayKind.SMS, minute="10:07")
    told.queries.await_operations(who)
