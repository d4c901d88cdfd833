"""Tables of requests: what the journal says, after a rebuild too; a tenant's web sees none."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import suppress
from datetime import timedelta
from typing import Any

import pytest

from energy.base.ids import id_of
from energy.service.requests.article import ArticleText
from energy.service.requests.asked import FromBooks
from energy.service.requests.desk import RequestDesk
from energy.service.requests.errors import RequestError
from energy.service.requests.kinds import CallOutcome, Channel, Outcome, RequestKind
from energy.service.requests.reads import read_request_history, read_requests
from energy.service.requests.views import REQUEST_TABLES
from energy.service.work.kinds import Urgency
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.system import OWNER, WEB
from processes.view_rebuild import verify_views
from tests.energy.service.requests.counter import ANNA, BEN, CLARA, TENANT, Counter
from tests.energy.service.work.shop import fold
from tests.fixtures.postgres import NOON, TestSite, command

pytestmark = pytest.mark.servers


def test_a_rebuild_finds_the_tables_as_they_are(site_schema: TestSite) -> None:
    counter = Counter(site_schema)
    counter.publish()
    request, call = counter.open(kind=RequestKind.COMPLAINT), id_of("call", "1")
    text = ArticleText(title={"en": "a", "zh": "甲"}, text={"en": "b", "zh": "乙"}, tags=["t"])
    counter.articles.write("seal", text, by=ANNA, command_id=command("write"))
    counter.articles.review("seal", 1, by=BEN, command_id=command("review"))
    counter.answer(request, articles=counter.desk.articles(["seal"]))
    counter.do(request, "pause")
    counter.do(request, "go_on", "", at=NOON, word=2)
    counter.do(request, "call_back", call, due_at=NOON + timedelta(minutes=1), person=BEN, now=NOON)
    counter.do(request, "called", call, CallOutcome.REACHED, "")
    counter.desk.make_incident(
        request, "sparks", "", Urgency.DANGER, by=ANNA, command_id=command("incident")
    )
    counter.do(request, "classify", "late", 4)
    counter.do(request, "judge", "meters", justified=True)
    counter.resolve(request)
    counter.do(request, "reopen", "", now=NOON)
    fold(counter.site)
    owner = Database(counter.site.server.dsn(OWNER), max_size=2)
    try:
        (found,) = verify_views(
            owner, counter.site.site, "requests", counter.site.clock, tell=print
        )
    finally:
        owner.close()
    rows = {each.table: each.live_rows for each in found.tables if each.table in REQUEST_TABLES}
    assert all(rows[table] for table in REQUEST_TABLES), rows
    assert [each.table for each in found.tables if not each.equal] == []


def acts_at(counter: Counter) -> list[tuple[str, tuple[Any, ...], dict[str, Any]]]:
    """Return whatever may be done with a request now, or is refused."""
    now = counter.site.clock.now()
    return [
        ("answer", (Channel.MAIL, "s"), {"at": now, "now": now}),
        ("answer", (Channel.PORTAL, "s"), {"at": now, "now": now, "word": 3, "by": BEN}),
        ("go_on", ("s",), {"at": now, "word": 2, "by": TENANT}),
        ("hand_over", (), {"to": BEN}),
        ("escalate", ("s",), {"to": CLARA, "by": BEN}),
        *(("take", (), {"by": who}) for who in (ANNA, BEN, CLARA)),
        ("pause", (), {}),
        ("resume", (), {}),
        ("resolve", (Outcome.EXPLAINED, ""), {"by": BEN}),
        ("reopen", ("s",), {"now": now}),
        ("close", (), {}),
        ("rate", (3, ""), {}),
    ]


def drawn(seed: int) -> Iterator[int]:
    """Yield numbers without an order that shows, the same of a seed each time."""
    state = seed
    while True:
        state = (state * 1103515245 + 12345) % 2**31
        yield state >> 8


@pytest.mark.parametrize("seed", range(4))
def test_rows_say_what_the_request_is_whatever_happened_in_whatever_order(
    site_schema: TestSite, seed: int
) -> None:
    counter, chances = Counter(site_schema), drawn(seed)
    counter.publish()
    asked = counter.asked(channel=Channel.PORTAL, enquiry=id_of("enquiry", "1"))
    request = counter.desk.open_from_portal(
        asked, person=TENANT, serving=[CLARA], command_id=command("bring")
    )
    for _ in range(40):
        counter.site.tick(60)
        every = acts_at(counter)
        act, said, more = every[next(chances) % len(every)]
        with suppress(RequestError):
            counter.do(request, act, *said, **more)
        known = counter.desk.request(request)
        row = counter.row(request)
        assert (row.state, row.owner, row.offered, row.claimed, row.answers) == (
            *(known.state, known.owner, known.offered, known.claimed, known.answers),
        )
        assert (row.score is not None) == known.rated
        assert (row.resolved_at is not None) == (row.state in {"resolved", "closed"})
        begun = [each.begin for each in row.pauses]
        assert begun == sorted(begun)
        ended = [each.end for each in row.pauses]
        for end, begin in zip(ended[:-1], begun[1:], strict=True):
            assert end is not None
            assert end <= begin
        assert (ended[-1:] == [None]) == (row.state == "paused")


def test_the_web_of_staff_works_and_reads_and_a_tenants_sees_nothing(
    site_schema: TestSite,
) -> None:
    counter = Counter(site_schema)
    counter.publish()
    site = counter.site
    web = Database(site.server.dsn(WEB), max_size=2, scope=STAFF)
    try:
        books = FromBooks(person_of={"party/shop": TENANT}.get, knows_invoice=lambda _: False)
        desk = RequestDesk(web, site.site, site.clock, counter.vault, books)
        request = desk.open(counter.asked(), "why", by=ANNA, command_id=command("by web"))
    finally:
        web.close()
    assert counter.row(request).owner == ANNA
    with site.writer.connection() as connection:
        schema = site.schema
        owned = [len(read_requests(connection, schema, owner=who)) for who in (ANNA, BEN)]
        tenants = [
            len(read_requests(connection, schema, tenants=wanted))
            for wanted in (["party/shop", "account/A"], ["account/A"], [])
        ]
    assert (owned, tenants) == ([1, 0], [1, 0, 0])
    for scope, seen in ((STAFF, 1), ("tenant", 0)):
        pool = Database(site.server.dsn(WEB), max_size=2, scope=scope)
        try:
            with pool.connection() as connection:
                assert len(read_requests(connection, schema)) == seen
                assert len(read_request_history(connection, schema, request)) == seen
        finally:
            pool.close()
