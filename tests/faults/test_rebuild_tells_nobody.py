"""Views built anew, all of them: no alert is raised, cleared or told by it."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from datetime import datetime
from decimal import Decimal
from typing import Any

import pytest

from energy.alerting.evaluator import Evaluator
from energy.alerting.facts import Ports, PrepaidBalance
from energy.alerting.finding_alarms import FindingAlarms
from energy.alerting.keeping import Keeping
from energy.alerting.raising import Raising
from energy.alerting.ticker import Ticker
from processes.view_rebuild import ALL
from tests.energy.alerting.notices import book
from tests.energy.alerting.notices.chain import Chain
from tests.energy.alerting.notices.loopback import operator
from tests.energy.alerting.test_rule_reads import define
from tests.fixtures.batches import MIDNIGHT, at, reading
from tests.fixtures.postgres import TestSite
from tests.fixtures.rebuild import rebuilt

pytestmark = pytest.mark.servers
LOW = Ports(prepaid=lambda: [PrepaidBalance(account="a", balance=Decimal(1))])


@pytest.fixture
def chain(new_site: Any) -> Iterator[Chain]:
    """A site with rules of readings and of the clock, a book, gateways."""
    site: TestSite = new_site(at=MIDNIGHT)
    site.counter(gauge=True)
    site.project()
    with ExitStack() as stack:
        first, second, mail = (stack.enter_context(operator()) for _ in range(3))
        vault = book.a_book(site)
        define(site, "load", terms={"above": "60"})
        define(site, "low", kind="prepaid_low", subject={}, terms={"below": "20"})
        yield Chain(site=site, vault=vault, first=first, second=second, mail=mail)


def lived(chain: Chain, until: datetime) -> None:
    """Let everything of the chain take its turn."""
    site = chain.site
    site.clock.move_to(until)
    site.project()
    raising = Raising(site.writer, site.schema, site.clock)
    while Evaluator(site.writer, site.site, site.clock, raising).step():
        pass
    Ticker(site.writer, site.site, site.clock, LOW, raising).step()
    FindingAlarms(site.writer, site.schema, site.clock, raising).step()
    book.settle(site)
    Keeping(site.writer, site.schema, site.clock).step()
    chain.go()


def told(chain: Chain) -> tuple[int, int, list[tuple[Any, ...]]]:
    """Return entries of the journal, messages sent, what the tables say of alerts."""
    (entries,) = chain.site.rows("SELECT count(*) FROM {s}.operations_events")
    sent = sum(len(each.messages) for each in (chain.first, chain.second, chain.mail))
    alerts = chain.site.rows("SELECT alert, raised_at, historic, cleared_at FROM {s}.alert")
    return entries[0], sent, sorted(alerts)


def test_a_rebuild_of_every_view_raises_nothing_and_sends_nothing(chain: Chain) -> None:
    site = chain.site
    site.accept(reading(1, 0, 900), reading(2, 0, 70), reading(2, 5, 50), reading(2, 10, 80))
    site.accept(reading(1, 10, 10))  # it falls: a finding, and an alert of it
    lived(chain, at(11))
    before = told(chain)
    assert len(before[2]) == 4, "two of a crossing, one of the clock, one of a finding"
    assert before[1] > 0
    rebuilt(site, ALL)
    chain.start()
    lived(chain, at(11))
    lived(chain, at(12))
    assert told(chain) == before
