"""Corrections of issued bills as the web's role reads and decides them in a real database."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from uuid import UUID

import pytest

from billing.corrections.errors import OwnCorrectionError
from billing.corrections.line_desk import LineCredit
from billing.office import BillingOffice
from billing.views.find import invoice_named
from dashboards.queries.sql import SqlQueries
from dashboards.queries.sql_site import SqlSite
from dashboards.security.scope import Role, Scope
from energy.base.errors import NotPermittedError
from energy.store.embedded import EmbeddedPostgres
from energy.store.pool import Database
from energy.store.wall import STAFF
from processes.web import money_of
from tests.billing.corrections.story import Story, midnight_of, read_midnights
from tests.billing.town import APPROVER, CLERK, Town

pytestmark = pytest.mark.servers
ONE, TWO = date(2019, 1, 1), date(2019, 1, 2)


def test_a_correction_is_shown_and_accepted_by_a_second_person(
    server: EmbeddedPostgres, town: Town
) -> None:
    town.found()
    read_midnights(town, 3)
    story = Story(town)
    story.bill(ONE)
    story.correct_reading(1, midnight_of(TWO), 300)
    (name,) = story.look(by=CLERK).proposed
    staff = Database(server.dsn(user="meterline_web"), scope=STAFF)
    walled = Database(server.dsn(user="meterline_web"))
    at = SqlSite(database=staff, site=town.site, clock=town.clock, vault=town.vault, walled=walled)
    queries = SqlQueries(at)
    commands = money_of(BillingOffice(staff, town.site, town.clock, town.vault), town.vault)

    def person(identity: UUID, role: Role) -> Scope:
        return Scope(
            person=identity,
            name="",
            roles=frozenset({role}),
            sites=frozenset({town.site.key}),
        )

    approver = person(APPROVER, Role.BILLING_APPROVER)
    (row,) = queries.corrections(approver).rows.rows
    assert (row.name, row.state, row.account) == (name, "proposed", "A-b1")
    answer = queries.correction(approver, name)
    assert answer is not None
    charges = answer.rows.charges
    assert charges
    assert all(Decimal(each["amount"]) for each in charges)
    assert all(each["was"] and each["now"] for each in charges)
    assert sum((Decimal(each["net"]) for each in charges), Decimal(0)) * row.total > 0
    assert queries.correction(approver, "NONE-1/1") is None
    with pytest.raises(NotPermittedError):
        queries.corrections(person(APPROVER, Role.TECHNICIAN))
    with pytest.raises(NotPermittedError):
        commands.accept_correction(person(APPROVER, Role.BILLING_CLERK), name, "")
    with pytest.raises(OwnCorrectionError):
        commands.accept_correction(person(CLERK, Role.BILLING_APPROVER), name, "mine")
    for _ in range(2):  # pressed twice
        commands.accept_correction(approver, name, "right")
    town.catch_up()
    answer = queries.correction(approver, name)
    assert answer is not None
    assert (answer.rows.row.state, answer.rows.row.why) == ("applied", "right")
    assert answer.rows.row.applied_to is not None
    staff.close()
    walled.close()


def test_a_credit_of_a_line_is_proposed_by_a_clerk_and_links_the_documents(
    server: EmbeddedPostgres, town: Town
) -> None:
    town.found()
    read_midnights(town, 3)
    story = Story(town)
    story.bill(ONE)
    staff = Database(server.dsn(user="meterline_web"), scope=STAFF)
    walled = Database(server.dsn(user="meterline_web"))
    at = SqlSite(database=staff, site=town.site, clock=town.clock, vault=town.vault, walled=walled)
    queries = SqlQueries(at)
    commands = money_of(BillingOffice(staff, town.site, town.clock, town.vault), town.vault)
    clerk, approver = (
        Scope(person=each, name="", roles=frozenset({role}), sites=frozenset({town.site.key}))
        for each, role in ((CLERK, Role.BILLING_CLERK), (APPROVER, Role.BILLING_APPROVER))
    )
    bill = named(town, "CAM-2019-000001")
    asked = LineCredit(place=1, amount=Decimal("0.05"), why="agreed")
    found = queries.bill_credits(clerk, bill)
    assert found is not None
    assert found.state is not None
    assert (found.rows, found.links, found.state.waiting) == ((), (), None)
    with pytest.raises(NotPermittedError):
        commands.credit_line(approver, bill, 0, asked)
    names = {commands.credit_line(clerk, bill, found.state.proposals, asked) for _ in range(2)}
    assert names == {"CAM-2019-000001/1"}
    town.catch_up()
    found = queries.bill_credits(clerk, bill)
    assert found is not None
    assert found.state is not None
    assert (found.state.waiting, len(found.rows)) == ("CAM-2019-000001/1", 1)
    page = queries.correction(clerk, "CAM-2019-000001/1")
    assert page is not None
    assert [charge["amount"] for charge in page.rows.charges] == ["-0.05"]
    commands.accept_correction(approver, "CAM-2019-000001/1", "")
    town.catch_up()

    def links(number: str) -> dict[str, str]:
        told = queries.bill_credits(clerk, named(town, number))
        assert told is not None
        return {each.relation: each.number for each in told.links}

    assert links("CAM-2019-000001") == {
        "credited_by": "CAM-CN-2019-000001",
        "replaced_by": "CAM-2019-000003",
    }
    assert links("CAM-CN-2019-000001") == {
        "corrects": "CAM-2019-000001",
        "replaced_by": "CAM-2019-000003",
    }
    assert links("CAM-2019-000003") == {
        "replaces": "CAM-2019-000001",
        "credit_note": "CAM-CN-2019-000001",
    }
    assert queries.bill_credits(clerk, CLERK) is None
    staff.close()
    walled.close()


def named(town: Town, number: str) -> UUID:
    with town.database.connection() as connection:
        return invoice_named(connection, town.site.schema, number)
