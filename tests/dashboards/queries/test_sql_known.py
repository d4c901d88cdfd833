"""An issued bill as known later, as the web's role reads it in a real database."""

from __future__ import annotations

from datetime import date
from uuid import UUID

import pytest

from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from energy.base.errors import NotPermittedError
from energy.store.embedded import EmbeddedPostgres
from energy.store.pool import Database
from energy.store.wall import STAFF
from energy.views.as_of import NotFoldedError
from tests.billing.corrections.story import Story, midnight_of, read_midnights
from tests.billing.corrections.test_as_known import issued, mark
from tests.billing.town import CLERK, Town

pytestmark = pytest.mark.servers
ONE, TWO = date(2019, 1, 1), date(2019, 1, 2)


def scope(town: Town, role: Role) -> Scope:
    return Scope(person=CLERK, name="", roles=frozenset({role}), sites=frozenset({town.site.key}))


def test_a_bill_is_shown_as_known_later_with_its_correction(
    server: EmbeddedPostgres, town: Town
) -> None:
    town.found()
    read_midnights(town, 3)
    story = Story(town)
    run = story.bill(ONE)
    invoice = issued(town)
    story.correct_reading(1, midnight_of(TWO), 300)
    position = mark(town, TWO)
    (name,) = story.look(by=CLERK).proposed
    staff = Database(server.dsn(user="meterline_web"), scope=STAFF)
    walled = Database(server.dsn(user="meterline_web"))
    at = SqlSite(database=staff, site=town.site, clock=town.clock, vault=town.vault, walled=walled)
    queries, clerk = SqlQueries(at), scope(town, Role.BILLING_CLERK)

    steps = queries.known_steps(clerk, invoice.id)
    assert steps is not None
    assert [each.known.metering for each in steps.steps[1:-1]] == [position]
    known = steps.steps[1].known
    answer = queries.bill_as_known(clerk, invoice.id, known.metering, known.books)
    assert answer is not None
    found = answer.rows.found
    assert [each.name for each in answer.rows.corrections] == [name]
    assert found.now - found.was == answer.rows.corrections[0].total
    assert [each.point for each in found.arrived] == ["b1-elec"]

    for unknown in (UUID(int=9), run):
        assert queries.known_steps(clerk, unknown) is None
        assert queries.bill_as_known(clerk, unknown, 1, 1) is None
    with pytest.raises(NotFoldedError):
        queries.bill_as_known(clerk, invoice.id, 10**9, 1)
    for role in (Role.TECHNICIAN, Role.TENANT):
        with pytest.raises(NotPermittedError):
            queries.known_steps(scope(town, role), invoice.id)
        with pytest.raises(NotPermittedError):
            queries.bill_as_known(scope(town, role), invoice.id, known.metering, known.books)
    staff.close()
    walled.close()
