"""A charge line walked down to the journal in a real database: period, interval, reading, hash."""

from __future__ import annotations

from fractions import Fraction
from uuid import UUID, uuid4

import pytest

from dashboards.queries.line_rows import LineDay
from dashboards.security.scope import Role, Scope
from energy.base.errors import NotPermittedError
from tests.billing.town import CLERK, FIRST, LAST, Town
from tests.dashboards.queries.conftest import WebTown

pytestmark = pytest.mark.servers


def scope(town: Town, role: Role = Role.BILLING_CLERK) -> Scope:
    return Scope(person=CLERK, name="", roles=frozenset({role}), sites=frozenset({town.site.key}))


def test_the_intervals_that_a_line_prices_add_up_to_what_it_charges(web_town: WebTown) -> None:
    town, queries, clerk = web_town.town, web_town.queries, scope(web_town.town)
    town.bill()
    invoice = UUID(str(town.one(
        f"SELECT invoice FROM {town.site.schema}.invoice WHERE account = 'A-b1'"
    )))  # fmt: skip
    answer = queries.bill(clerk, invoice)
    assert answer is not None
    walked = 0
    for line in answer.rows.lines:
        proof = queries.proof(clerk, invoice, line.number)
        assert proof is not None
        first = queries.line_day(clerk, invoice, line.number, FIRST)
        if not proof.rows.days:
            assert first is None, "charged by time"
            continue
        assert [day for day, _ in proof.rows.days] == [FIRST.replace(day=n) for n in (1, 2, 3)]
        if line.unit == "kWh" and line.point == "b1-elec" and line.clause.startswith("E."):
            days = [
                queries.line_day(clerk, invoice, line.number, day) for day, _ in proof.rows.days
            ]
            told = [each.rows for each in days if each is not None]
            assert Fraction(line.quantity or 0) == sum(map(priced, told)), line.clause
            walked += 1
    assert walked >= 2, "two bands at least"
    found = queries.line_day(clerk, invoice, 1, LAST)
    assert found is not None
    day = found.rows
    assert len(day.intervals) == 96
    assert len(day.readings) == 97
    entry = day.entries[day.readings[0].position]
    assert (entry.topic, entry.source, len(entry.sha256)) == ("readings.recorded", "source-1", 64)
    assert entry.learned_at is not None
    refused_elsewhere(web_town, invoice)


def priced(day: LineDay) -> Fraction:
    """Return the usage of the intervals that a line prices. [kWh]."""
    return Fraction(sum(each.usage or 0 for each in day.intervals if each.charged), 1000)


def refused_elsewhere(web: WebTown, invoice: UUID) -> None:
    queries, clerk = web.queries, scope(web.town)
    assert queries.line_day(clerk, invoice, 1, LAST.replace(day=4)) is None
    assert queries.line_day(clerk, invoice, 99, FIRST) is None
    assert queries.line_day(clerk, uuid4(), 1, FIRST) is None
    for role in (Role.VIEWER, Role.TENANT, Role.TECHNICIAN):
        with pytest.raises(NotPermittedError):
            queries.line_day(scope(web.town, role), invoice, 1, FIRST)
