"""An outage told: once a version and contact, by another's review, with its receipts counted."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from contextlib import ExitStack
from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from energy.alerting.notices.errors import NoticeError
from energy.alerting.outages.affected import Supplied
from energy.alerting.outages.desk import OutageDesk
from energy.alerting.outages.informing import group_of
from energy.alerting.outages.outage import OutageError
from energy.alerting.outages.reads import OutageState, read_outages, read_receipts
from energy.alerting.suppression import SuppressionError
from energy.base.ids import id_of
from tests.energy.alerting.notices import book
from tests.energy.alerting.notices.chain import Chain
from tests.energy.alerting.notices.loopback import operator
from tests.fixtures.postgres import NOON, TestSite, command
from tests.fixtures.supply import STATION, electricity, tie

pytestmark = pytest.mark.servers
PLANNER, SECOND = id_of("person", "planner"), id_of("person", "second")
BEGIN, END = NOON + timedelta(days=2), NOON + timedelta(days=2, hours=3)
ACCOUNTS = {"m1": "A-1", "m2": "A-2", "f3": "A-3"}


def supplied(points: Collection[str], day: date) -> list[Supplied]:
    """Say who is supplied: A-2 has a protected load."""
    assert day == BEGIN.date()
    return [
        Supplied(
            point=point,
            account=ACCOUNTS.get(point, ""),
            protected="medical" if point == "m2" else "",
        )
        for point in points
    ]


@pytest.fixture
def chain(site_schema: TestSite) -> Iterator[Chain]:
    station = (*STATION, tie("t", "bus-a", "bus-b"))
    site_schema.application("metering").store(electricity(site_schema.site.key, *station))
    site_schema.project()
    with ExitStack() as stack:
        first, second, mail = (stack.enter_context(operator()) for _ in range(3))
        vault = book.a_book(site_schema)
        book.group(site_schema, group_of("A-1"), "ada", "eve")
        book.group(site_schema, group_of("A-2"), "ben", "ada")
        book.group(site_schema, group_of("A-3"), "eve")
        yield Chain(site=site_schema, vault=vault, first=first, second=second, mail=mail)


def desk(chain: Chain) -> OutageDesk:
    site = chain.site
    return OutageDesk(site.writer, site.site, site.clock, supplied)


def planned(chain: Chain, about: str = "node:electricity/f1", **changed: Any) -> UUID:
    said = {"begins_at": BEGIN, "ends_at": END, "reason": "new breaker", **changed}
    return desk(chain).plan(about, **said, by=PLANNER, command_id=command("plan"))


def texts(chain: Chain) -> list[tuple[str, str]]:
    every = [*chain.first.messages, *chain.mail.messages]
    return [(told["to"], told["text"]) for told in every]


def receipts(chain: Chain, outage: UUID) -> list[tuple[int, int, int]]:
    with chain.site.writer.connection() as connection:
        found = read_receipts(connection, chain.site.schema, outage)
    return [(each.version, each.queued, each.handed + each.delivered) for each in found]


def state(chain: Chain) -> OutageState:
    book.settle(chain.site)
    with chain.site.writer.connection() as connection:
        (row,) = read_outages(connection, chain.site.schema)
    return row.state(chain.site.clock.now())


def test_who_goes_dark_is_told_once_a_version_and_nobody_else(chain: Chain) -> None:
    outage = planned(chain)
    assert planned(chain) == outage, "the command again"
    chain.go()
    assert texts(chain) == [], "nobody is told of a draft"
    assert state(chain) is OutageState.DRAFT
    review = command("review")
    assert desk(chain).review(outage, by=SECOND, command_id=review) == 3
    assert desk(chain).review(outage, by=SECOND, command_id=review) == 3
    chain.go()
    assert sorted(to for to, _ in texts(chain)) == sorted(
        [book.ADA_PHONE, book.BEN_PHONE, book.EVE_MAIL]
    ), "Ada, of two accounts, once"
    english = next(text for to, text in texts(chain) if to == book.ADA_PHONE)
    assert "Planned outage of F1 from" in english
    assert "new breaker" in english
    assert receipts(chain, outage) == [(1, 0, 3)]
    rows = chain.site.rows(
        "SELECT c.key, n.severity FROM {s}.notice AS n JOIN {s}.contact AS c "
        "USING (contact) ORDER BY n.priority, c.key"
    )
    assert rows == [("ada", "high"), ("ben", "high"), ("eve", "medium")], "protected loads first"


def test_a_delay_is_reviewed_and_told_again_and_what_waited_is_withdrawn(chain: Chain) -> None:
    outage = planned(chain)
    desk(chain).review(outage, by=SECOND, command_id=command("review"))
    late = END + timedelta(hours=2)
    change = command("change")
    version = desk(chain).change(outage, ends_at=late, by=SECOND, command_id=change)
    assert version == 2
    assert desk(chain).change(outage, ends_at=late, by=SECOND, command_id=change) == 2
    assert state(chain) is OutageState.CHANGED
    with pytest.raises(OutageError, match="yourself"):
        desk(chain).review(outage, by=SECOND, command_id=command("own"))
    assert desk(chain).review(outage, by=PLANNER, command_id=command("again")) == 3
    chain.go()
    assert len(texts(chain)) == 3, "the first version had not gone yet"
    assert all("Changed" in text or "变更" in text for _, text in texts(chain))
    assert receipts(chain, outage) == [(1, 0, 0), (2, 0, 3)]
    spans = chain.site.rows("SELECT about, why, ends_at, ended_at FROM {s}.suppression")
    assert spans == [("node:electricity/f1", "outage", late, None)]


def test_a_cancelled_outage_is_told_to_who_knew_and_expects_no_alert(chain: Chain) -> None:
    outage = planned(chain)
    desk(chain).review(outage, by=SECOND, command_id=command("review"))
    chain.go()
    assert desk(chain).cancel(outage, reason="rain", by=SECOND, command_id=command("off")) == 3
    assert desk(chain).cancel(outage, reason="rain", by=SECOND, command_id=command("off")) == 0
    chain.go()
    assert sum("stays on" in text or "取消" in text for _, text in texts(chain)) == 3
    assert state(chain) is OutageState.CANCELLED
    assert chain.site.rows("SELECT count(*) FROM {s}.suppression WHERE ended_at IS NULL") == [(0,)]
    with pytest.raises(OutageError, match="cancelled"):
        desk(chain).review(outage, by=SECOND, command_id=command("late"))


def test_a_draft_nobody_was_told_of_is_cancelled_in_silence(chain: Chain) -> None:
    outage = planned(chain)
    assert desk(chain).cancel(outage, reason="rain", by=PLANNER, command_id=command("off")) == 0
    chain.go()
    assert texts(chain) == []


def test_whoever_is_no_longer_affected_is_told_that_the_supply_stays_on(chain: Chain) -> None:
    outage = planned(chain)
    desk(chain).review(outage, by=SECOND, command_id=command("review"))
    chain.go()
    site = chain.site

    def fewer(points: Collection[str], day: date) -> list[Supplied]:
        return [Supplied(point=p, account="A-2" if p == "m2" else "") for p in points]

    later = OutageDesk(site.writer, site.site, site.clock, fewer)
    later.change(outage, reason="one branch", by=PLANNER, command_id=command("change"))
    assert later.review(outage, by=SECOND, command_id=command("again")) == 3
    chain.go()
    assert "stays on" in chain.mail.messages[-1]["text"], "Eve, of A-1 alone"
    assert "Changed" in [m for m in chain.first.messages if m["to"] == book.ADA_PHONE][-1]["text"]


def test_the_author_does_not_review_and_what_cannot_be_is_refused(chain: Chain) -> None:
    outage = planned(chain)
    with pytest.raises(OutageError, match="yourself"):
        desk(chain).review(outage, by=PLANNER, command_id=command("own"))
    with pytest.raises(OutageError, match="node:UTILITY/KEY"):
        desk(chain).plan(
            "node:electricity/nowhere",
            begins_at=BEGIN,
            ends_at=END,
            reason="x",
            by=PLANNER,
            command_id=uuid4(),
        )
    with pytest.raises(SuppressionError):
        desk(chain).plan(
            "node:electricity/f1",
            begins_at=END,
            ends_at=BEGIN,
            reason="x",
            by=PLANNER,
            command_id=uuid4(),
        )
    chain.go()
    assert texts(chain) == []


def test_accounts_without_a_contact_are_named_and_a_draft_can_be_read(chain: Chain) -> None:
    book.group(chain.site, group_of("A-9"), "ada")
    book.settle(chain.site)
    outage = planned(chain, "node:electricity/grid-a")
    known = dict(ACCOUNTS)
    try:
        ACCOUNTS["f2"] = "A-8"
        look = desk(chain).look(outage)
    finally:
        ACCOUNTS.clear()
        ACCOUNTS.update(known)
    assert look.unreached == ["A-8"]
    assert look.found.accounts[0] == "A-2", "the protected load"
    assert "f3" not in {each.point for each in look.found.supplied}, "bus-b is fed by grid-b"
    draft = desk(chain).draft(outage)
    assert draft["zh"].text.startswith("【机场能源】计划停供：")
    assert draft["en"].segments >= 1


def test_without_a_reviewed_text_nothing_is_told(site_schema: TestSite) -> None:
    site_schema.application("metering").store(electricity(site_schema.site.key, *STATION))
    site_schema.project()
    at = OutageDesk(site_schema.writer, site_schema.site, site_schema.clock, supplied)
    outage = at.plan(
        "node:electricity/f1",
        begins_at=BEGIN,
        ends_at=END,
        reason="x",
        by=PLANNER,
        command_id=command("plan"),
    )
    with pytest.raises(NoticeError, match="plan"):
        at.review(outage, by=SECOND, command_id=command("review"))
    assert site_schema.rows("SELECT count(*) FROM {s}.operations_events") == [(1,)]
