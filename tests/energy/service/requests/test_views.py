"""Tables of requests: a rebuild finds them as they are."""

from __future__ import annotations

from datetime import timedelta

import pytest

from energy.base.ids import id_of
from energy.service.requests.article import ArticleText
from energy.service.requests.kinds import CallOutcome, RequestKind
from energy.service.requests.views import REQUEST_TABLES
from energy.service.work.kinds import Urgency
from energy.store.pool import Database
from energy.system import OWNER
from processes.view_rebuild import verify_views
from tests.energy.service.requests.counter import ANNA, BEN, Counter
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
